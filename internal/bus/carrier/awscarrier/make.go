package awscarrier

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"animo/internal/awsclient"
)

// of returns what is known of a function's queue, or of the topic, whether or not it is there.
func (c *Carrier) of(function string) *made {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.made[function]
	if m == nil {
		m = &made{turn: make(chan struct{}, 1)}
		c.made[function] = m
	}
	return m
}

// forget has something asked for anew after an error that says that it is gone.
func (c *Carrier) forget(function string, err error) {
	switch awsclient.CodeOf(err) {
	case "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "NotFound", "NotFoundException":
		m := c.of(function)
		m.mu.Lock()
		defer m.mu.Unlock()
		m.name = ""
	}
}

func (m *made) known() (name string, failed time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.name, m.failed
}

// open returns the URL of a function's queue, or for no function the topic's ARN, and makes it where it is not there. To send, it does not ask again right
// after it was asked in vain, so that events are published fast though AWS is away.
func (c *Carrier) open(ctx context.Context, function string, send bool) (string, error) {
	m := c.of(function)
	if name, _ := m.known(); name != "" {
		return name, nil
	}
	select {
	case m.turn <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-m.turn }()
	name, failed := m.known()
	if name != "" {
		return name, nil
	}
	if send && time.Since(failed) < sendPause {
		return "", errors.New("it could not be had a moment ago")
	}
	var err error
	if function == "" {
		name, err = c.makeTopic(ctx)
	} else {
		name, err = c.makeQueue(ctx, function)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			m.failed = time.Now()
		}
		return "", err
	}
	m.name, m.failed = name, time.Time{}
	return name, nil
}

// makeTopic makes the topic, or takes the one that is there.
func (c *Carrier) makeTopic(ctx context.Context) (arn string, err error) {
	out, err := c.topics.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String(c.address.Prefix + "-events")})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.TopicArn), nil
}

// makeQueue makes a function's queue and its subscription, or takes those that are there. What somebody set otherwise stays as it is.
func (c *Carrier) makeQueue(ctx context.Context, function string) (url string, err error) {
	topic, err := c.open(ctx, "", false)
	if err != nil {
		return "", err
	}
	name := c.QueueName(function)
	arn := strings.Replace(topic[:strings.LastIndex(topic, ":")+1], ":sns:", ":sqs:", 1)
	if url, err = c.queue(ctx, name, func() (map[string]string, error) {
		if _, err := c.queue(ctx, c.address.Prefix+"-dead", func() (map[string]string, error) {
			return map[string]string{string(types.QueueAttributeNameMessageRetentionPeriod): whole(oldestBad)}, nil
		}); err != nil {
			return nil, err
		}
		redrive, err := json.Marshal(map[string]any{"deadLetterTargetArn": arn + c.address.Prefix + "-dead", "maxReceiveCount": mostReceived})
		if err != nil {
			return nil, err
		}
		policy, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
			"Effect": "Allow", "Principal": map[string]string{"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn + name,
			"Condition": map[string]any{"ArnEquals": map[string]string{"aws:SourceArn": topic}},
		}}})
		return map[string]string{
			string(types.QueueAttributeNameVisibilityTimeout): strconv.Itoa(int(seconds(c.again))), string(types.QueueAttributeNameMessageRetentionPeriod): whole(oldestRef),
			string(types.QueueAttributeNameRedrivePolicy): string(redrive), string(types.QueueAttributeNamePolicy): string(policy),
		}, err
	}); err != nil {
		return "", err
	}
	chosen, err := json.Marshal(map[string][]string{"function": {function}})
	if err != nil {
		return "", err
	}
	_, err = c.topics.Subscribe(ctx, &sns.SubscribeInput{
		TopicArn: &topic, Protocol: aws.String("sqs"), Endpoint: aws.String(arn + name),
		Attributes: map[string]string{"FilterPolicy": string(chosen), "RawMessageDelivery": "true"},
	})
	if strings.HasPrefix(awsclient.CodeOf(err), "InvalidParameter") && strings.Contains(err.Error(), "different attributes") { // somebody has set it otherwise
		err = nil
	}
	if err != nil {
		return "", err
	}
	c.log.Info("a queue of SQS carries refs", "function", function, "queue", url)
	return url, nil
}

// queue returns the URL of a queue, and makes it with those attributes where it is not there.
func (c *Carrier) queue(ctx context.Context, name string, attributes func() (map[string]string, error)) (url string, err error) {
	found, err := c.queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
	if err == nil {
		return aws.ToString(found.QueueUrl), nil
	}
	if code := awsclient.CodeOf(err); code != "AWS.SimpleQueueService.NonExistentQueue" && code != "QueueDoesNotExist" {
		return "", err
	}
	of, err := attributes()
	if err != nil {
		return "", err
	}
	out, err := c.queues.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &name, Attributes: of})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.QueueUrl), nil
}

func whole(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// QueueName is the name of a function's queue. Functions have names of letters, digits and hyphens; another character is written as its number.
func (c *Carrier) QueueName(function string) string {
	var name strings.Builder
	name.WriteString(c.address.Prefix + "-")
	for _, r := range function {
		if r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			name.WriteRune(r)
		} else {
			name.WriteString("_" + strconv.FormatInt(int64(r), 16) + "_")
		}
	}
	return name.String()
}

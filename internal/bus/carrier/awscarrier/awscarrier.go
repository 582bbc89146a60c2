// Package awscarrier carries refs by Amazon SNS and SQS. Start at Open.
//
// There is one topic, PREFIX-events, and a queue for each function, PREFIX-FUNCTION, which all processes share. A ref is published to the topic
// with the function as its attribute, by which the queues' subscriptions choose. A ref that is to arrive later goes straight into its queue, because SNS holds nothing
// back. What is received again and again and never done goes into PREFIX-dead, where an operator may look at it; the events themselves, and their dead letters, are
// in the ledger.
package awscarrier

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"animo"
	"animo/internal/awsclient"
	"animo/internal/bus/carrier"
)

// Options tune a Carrier. The zero value works.
type Options struct {
	// Again is after how long a ref comes again where nobody said that it is done, in whole seconds; 0 means 30 s.
	Again time.Duration
	Log   *slog.Logger // nil means slog.Default
}

const (
	atOnce   = 10               // refs in a call, the most that SNS and SQS take
	waitTime = 10 * time.Second // how long Receive waits for a ref
	// mostDelay is how long SQS holds back a message that is sent; one that comes before its time is hidden for up to mostHidden more.
	mostDelay  = 15 * time.Minute
	mostHidden = 12 * time.Hour
	// oldestRef is how old a ref becomes. The ledger rings again long before.
	oldestRef = time.Hour
	oldestBad = 14 * 24 * time.Hour // a ref that nobody could deal with
	// mostReceived is how often a ref is received before it goes into the queue of bad ones.
	mostReceived = 8
	openTime     = 10 * time.Second // looking for the topic, when it is opened
	// sendPause is for how long Send does not ask again for what could not be had.
	sendPause = 5 * time.Second
	maxGroup  = 128 // characters in a message's group
)

// function is the attribute of a message by which subscriptions choose.
const function = "function"

// Carrier is a carrier.Carrier on a topic of SNS and queues of SQS.
type Carrier struct {
	log       *slog.Logger
	again     time.Duration
	address   awsclient.Address
	where     string // the servers, in words for people
	topics    *sns.Client
	queues    *sqs.Client
	transport *http.Transport

	ctx    context.Context // until Close
	cancel context.CancelFunc

	mu   sync.Mutex
	made map[string]*made // by function; that of "" is the topic
}

// made is something that is there, or is to be made.
type made struct {
	turn   chan struct{} // holds one element while somebody makes it
	mu     sync.Mutex
	name   string    // the topic's ARN, or the queue's URL; empty where it must be asked for
	failed time.Time // when it was asked for in vain, last
}

var _ carrier.Carrier = (*Carrier)(nil)

// Open opens aws:PREFIX[?endpoint=URL&region=NAME], and makes the topic where it is not there; queues are made when they are first used. Where AWS cannot be
// reached it is asked again later. Credentials are found where Amazon's own tools find them. A wrong address is Invalid, wrong credentials are Forbidden.
func Open(ctx context.Context, url string, o Options) (*Carrier, error) {
	a, err := awsclient.Parse("bus", "aws", url)
	if err != nil {
		return nil, err
	}
	if o.Again == 0 {
		o.Again = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	config, transport, err := a.Config(ctx)
	if err != nil {
		return nil, err
	}
	c := &Carrier{
		log: o.Log, again: o.Again, address: a, where: a.Where(config), topics: sns.NewFromConfig(config), queues: sqs.NewFromConfig(config), transport: transport,
		made: map[string]*made{},
	}
	c.ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	opening, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	switch topic, err := c.open(opening, "", false); {
	case err == nil:
		c.log.Info("refs go by SNS and SQS", "topic", topic, "where", c.where)
	case awsclient.Refused(err):
		_ = c.Close()
		return nil, a.Failed("SNS", c.where, err, true)
	default:
		c.log.Warn("SNS cannot be reached yet; events come from the tables meanwhile, up to a second later", "where", c.where, "error", err)
	}
	return c, nil
}

// Close implements carrier.Carrier.
func (c *Carrier) Close() error {
	c.cancel()
	c.transport.CloseIdleConnections()
	return nil
}

// ended is the answer of a call after Close or after the end of ctx; nil before.
func (c *Carrier) ended(ctx context.Context) error {
	if c.ctx.Err() != nil {
		return animo.Errorf(animo.Unavailable, "the carrier is closed", "el transportador está cerrado")
	}
	err := ctx.Err()
	if err == nil {
		return nil
	}
	return animo.Ended(err)
}

// until returns a context that ends with ctx and with the carrier.
func (c *Carrier) until(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(c.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

// failed is the answer to what AWS did not do.
func (c *Carrier) failed(ctx context.Context, err error) error {
	if err := c.ended(ctx); err != nil {
		return err
	}
	return c.address.Failed("SNS and SQS", c.where, err, false)
}

// Body is a ref's message.
type Body struct {
	Function  string `json:"function"`
	Tenant    string `json:"tenant"`
	Event     string `json:"event"`
	NotBefore int64  `json:"not_before,omitempty"` // in milliseconds since 1970
}

// Ref reads the ref of a message's body, without its receipt.
func (b Body) Ref() carrier.Ref {
	ref := carrier.Ref{Function: b.Function, Tenant: b.Tenant, Event: b.Event}
	if b.NotBefore != 0 {
		ref.NotBefore = time.UnixMilli(b.NotBefore)
	}
	return ref
}

func bodyOf(ref carrier.Ref) (string, error) {
	b := Body{Function: ref.Function, Tenant: ref.Tenant, Event: ref.Event}
	if !ref.NotBefore.IsZero() {
		b.NotBefore = ref.NotBefore.UnixMilli()
	}
	text, err := json.Marshal(b)
	return string(text), err
}

// group is whose turn a message is, so that a queue is fair to tenants; nil for a name that is too long for one.
func group(tenant string) *string {
	name := url.PathEscape(tenant)
	if len(name) > maxGroup {
		return nil
	}
	return &name
}

// Send implements carrier.Carrier.
func (c *Carrier) Send(ctx context.Context, refs ...carrier.Ref) error {
	if err := c.ended(ctx); err != nil {
		return err
	}
	ctx, end := c.until(ctx)
	defer end()
	now := time.Now()
	var atOnceRefs []carrier.Ref
	later := map[string][]carrier.Ref{} // by function
	for _, ref := range refs {
		if ref.NotBefore.After(now) {
			later[ref.Function] = append(later[ref.Function], ref)
		} else {
			atOnceRefs = append(atOnceRefs, ref)
		}
	}
	for some := range slices.Chunk(atOnceRefs, atOnce) {
		if err := c.publish(ctx, some); err != nil {
			return c.failed(ctx, err)
		}
	}
	for function, refs := range later {
		for some := range slices.Chunk(refs, atOnce) {
			if err := c.delay(ctx, function, some, now); err != nil {
				return c.failed(ctx, err)
			}
		}
	}
	return nil
}

// publish sends refs by the topic to their queues.
func (c *Carrier) publish(ctx context.Context, refs []carrier.Ref) error {
	topic, err := c.open(ctx, "", true)
	if err != nil {
		return err
	}
	entries := make([]snstypes.PublishBatchRequestEntry, len(refs))
	for i, ref := range refs {
		if _, err := c.open(ctx, ref.Function, true); err != nil { // without its queue the topic would drop it
			return err
		}
		text, err := bodyOf(ref)
		if err != nil {
			return err
		}
		entries[i] = snstypes.PublishBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), Message: &text, MessageGroupId: group(ref.Tenant),
			MessageAttributes: map[string]snstypes.MessageAttributeValue{function: {DataType: aws.String("String"), StringValue: aws.String(ref.Function)}},
		}
	}
	out, err := c.topics.PublishBatch(ctx, &sns.PublishBatchInput{TopicArn: &topic, PublishBatchRequestEntries: entries})
	if err != nil {
		c.forget("", err)
		return err
	}
	for _, f := range out.Failed {
		return errors.New(aws.ToString(f.Code) + ": " + aws.ToString(f.Message))
	}
	return nil
}

// delay puts refs into their queue, to arrive later.
func (c *Carrier) delay(ctx context.Context, name string, refs []carrier.Ref, now time.Time) error {
	queue, err := c.open(ctx, name, true)
	if err != nil {
		return err
	}
	entries := make([]sqstypes.SendMessageBatchRequestEntry, len(refs))
	for i, ref := range refs {
		text, err := bodyOf(ref)
		if err != nil {
			return err
		}
		entries[i] = sqstypes.SendMessageBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), MessageBody: &text, MessageGroupId: group(ref.Tenant), DelaySeconds: seconds(min(ref.NotBefore.Sub(now), mostDelay)),
			MessageAttributes: map[string]sqstypes.MessageAttributeValue{function: {DataType: aws.String("String"), StringValue: aws.String(ref.Function)}},
		}
	}
	out, err := c.queues.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &queue, Entries: entries})
	if err != nil {
		c.forget(name, err)
		return err
	}
	for _, f := range out.Failed {
		return errors.New(aws.ToString(f.Code) + ": " + aws.ToString(f.Message))
	}
	return nil
}

// seconds rounds up to whole seconds, as SQS counts.
func seconds(d time.Duration) int32 { return int32((max(d, 0) + time.Second - 1) / time.Second) }

// Receive implements carrier.Carrier.
func (c *Carrier) Receive(ctx context.Context, function string, n int) ([]carrier.Ref, error) {
	if err := c.ended(ctx); err != nil {
		return nil, err
	}
	calling, end := c.until(ctx)
	defer end()
	refs, err := c.receive(calling, function, n)
	if len(refs) > 0 {
		return refs, nil
	}
	if err != nil {
		return nil, c.failed(ctx, err)
	}
	return nil, c.ended(ctx)
}

func (c *Carrier) receive(ctx context.Context, function string, n int) (refs []carrier.Ref, err error) {
	queue, err := c.open(ctx, function, false)
	if err != nil {
		return nil, err
	}
	wait := waitTime
	if end, ok := ctx.Deadline(); ok {
		wait = min(wait, time.Until(end))
	}
	out, err := c.queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &queue, MaxNumberOfMessages: int32(min(n, atOnce)), WaitTimeSeconds: seconds(wait), VisibilityTimeout: seconds(c.again),
	})
	if err != nil {
		c.forget(function, err)
		return nil, err
	}
	for _, m := range out.Messages {
		if ref, ok := c.read(ctx, queue, function, m); ok {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}

// read returns the ref of a message; ok is false where it is not to arrive now.
func (c *Carrier) read(ctx context.Context, queue, function string, m sqstypes.Message) (ref carrier.Ref, ok bool) {
	var b Body
	if err := json.Unmarshal([]byte(aws.ToString(m.Body)), &b); err != nil || b.Event == "" { // nobody here sent it; it ends in the queue of bad ones
		c.log.Warn("a message of SQS is no ref", "queue", queue, "id", aws.ToString(m.MessageId))
		return ref, false
	}
	ref = b.Ref()
	ref.Function, ref.Receipt = function, aws.ToString(m.ReceiptHandle)
	if left := time.Until(ref.NotBefore); left > 0 {
		_, err := c.queues.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: &queue, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: seconds(min(left, mostHidden))})
		if err != nil && ctx.Err() == nil { // it comes again before its time
			c.log.Warn("a message of SQS comes before its time", "queue", queue, "error", err)
		}
		return ref, false
	}
	return ref, true
}

// Done implements carrier.Carrier.
func (c *Carrier) Done(ctx context.Context, refs ...carrier.Ref) error {
	if err := c.ended(ctx); err != nil {
		return err
	}
	calling, end := c.until(ctx)
	defer end()
	of := map[string][]carrier.Ref{}
	for _, ref := range refs {
		if ref.Receipt != "" {
			of[ref.Function] = append(of[ref.Function], ref)
		}
	}
	for function, refs := range of {
		queue, err := c.open(calling, function, false)
		if err != nil {
			return c.failed(ctx, err)
		}
		for some := range slices.Chunk(refs, atOnce) {
			entries := make([]sqstypes.DeleteMessageBatchRequestEntry, len(some))
			for i, ref := range some {
				entries[i] = sqstypes.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: aws.String(ref.Receipt)}
			}
			// What one of them failed for, such as a receipt that is too old, has it come again.
			if _, err := c.queues.DeleteMessageBatch(calling, &sqs.DeleteMessageBatchInput{QueueUrl: &queue, Entries: entries}); err != nil {
				c.forget(function, err)
				return c.failed(ctx, err)
			}
		}
	}
	return nil
}

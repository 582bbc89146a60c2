package awscarrier_test

import (
	"flag"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"animo"
	"animo/internal/awsclient"
	"animo/internal/awstest"
	"animo/internal/bus/carrier"
	"animo/internal/bus/carrier/awscarrier"
	"animo/internal/bus/carrier/carriertest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "16") // these tests wait more than they work
	goleak.VerifyTestMain(m)
}

func open(t testing.TB, url string, again time.Duration) carrier.Carrier {
	t.Helper()
	c, err := awscarrier.Open(t.Context(), url, awscarrier.Options{Again: again, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCarrier(t *testing.T) {
	t.Parallel()
	const again = 5 * time.Second // longer than an emulator that has much to do takes for an answer
	carriertest.Run(t, carriertest.Engine{
		Open: func(t *testing.T) func() carrier.Carrier {
			url := awstest.Bus(t)
			return func() carrier.Carrier { return open(t, url, again) }
		},
		Test: func(t *testing.T, run func(*testing.T)) { t.Parallel(); run(t) }, Again: again,
	})
}

func TestOpen_says_what_is_wrong_with_an_address(t *testing.T) {
	for url, want := range map[string]string{
		"nats://a": "aws:PREFIX", "aws:": "aws:PREFIX", "aws:a_b": "aws:PREFIX", "aws:" + strings.Repeat("a", 51): "50", "aws:a?colour=red": "colour", "aws:a?endpoint=x": "endpoint",
	} {
		_, err := awscarrier.Open(t.Context(), url, awscarrier.Options{})
		if animo.CodeOf(err) != animo.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error that says %q", url, err, want)
		}
	}
}

// A carrier is opened though nobody answers, because the ledger has the events; what is sent is refused at once.
func TestOpen_while_nobody_answers(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "any")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "any")
	c := open(t, "aws:animo?endpoint=http://127.0.0.1:1", 0)
	defer c.Close()
	if err := c.Send(t.Context(), carrier.Ref{Function: "f", Tenant: "t", Event: "1"}); animo.CodeOf(err) != animo.Unavailable {
		t.Errorf("sent to nobody: %v, want unavailable", err)
	}
}

// A subscription that somebody set up otherwise is used as it is.
func TestSend_by_a_subscription_that_is_there(t *testing.T) {
	endpoint := awstest.Watch(t, func(w http.ResponseWriter, _ *http.Request, call string) bool {
		if call != "sns:Subscribe" {
			return false
		}
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `<ErrorResponse><Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>Invalid parameter: Attributes Reason: Subscription already exists with different attributes</Message></Error></ErrorResponse>`)
		return true
	})
	c := open(t, awstest.At("aws:", endpoint), 0)
	defer c.Close()
	if err := c.Send(t.Context(), carrier.Ref{Function: "f", Tenant: "t", Event: "1"}); err != nil {
		t.Error(err)
	}
}

// What is received again and again and never done goes out of the way.
func TestReceive_gives_up_a_message_that_is_no_ref(t *testing.T) {
	t.Parallel()
	url := awstest.Bus(t)
	c := open(t, url, time.Second)
	defer c.Close()
	if err := c.Send(t.Context(), carrier.Ref{Function: "f", Tenant: "t", Event: "1"}); err != nil {
		t.Fatal(err)
	}
	refs, err := c.Receive(t.Context(), "f", 1)
	if err != nil || len(refs) != 1 {
		t.Fatal(refs, err)
	}
	if err := c.Done(t.Context(), refs...); err != nil {
		t.Error(err)
	}
	a, err := awsclient.Parse("bus", "aws", url)
	if err != nil {
		t.Fatal(err)
	}
	config, transport, err := a.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer transport.CloseIdleConnections()
	queues := sqs.NewFromConfig(config)
	address := func(name string) *string {
		out, err := queues.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String(a.Prefix + "-" + name)})
		if err != nil {
			t.Fatal(err)
		}
		return out.QueueUrl
	}
	if _, err := queues.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: address("f"), MessageBody: aws.String("poison")}); err != nil {
		t.Fatal(err)
	}
	dead := address("dead")
	for {
		if refs, err := c.Receive(t.Context(), "f", 10); len(refs) > 0 || err != nil {
			t.Fatal(refs, err)
		}
		out, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: dead})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) == 1 && aws.ToString(out.Messages[0].Body) == "poison" {
			return
		}
	}
}

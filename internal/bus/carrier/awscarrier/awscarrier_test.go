package awscarrier_test

import (
	"flag"
	"log/slog"
	"strings"
	"testing"
	"time"

	"animo"
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
	carriertest.Run(t, carriertest.Engine{
		Open: func(t *testing.T) func() carrier.Carrier {
			url := awstest.Bus(t)
			return func() carrier.Carrier { return open(t, url, 2*time.Second) }
		},
		Test: func(t *testing.T, run func(*testing.T)) { t.Parallel(); run(t) }, Again: 2 * time.Second,
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

package natscarrier_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/bus/carrier"
	"animo/internal/bus/carrier/carriertest"
	"animo/internal/bus/carrier/natscarrier"
	"animo/internal/natstest"
	"animo/internal/sharedtest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "16") // these tests wait more than they work
	goleak.VerifyTestMain(m)
}

func open(t testing.TB, url string, o natscarrier.Options) carrier.Carrier {
	t.Helper()
	c, err := natscarrier.Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCarrier(t *testing.T) {
	carriertest.Run(t, carriertest.Engine{
		Open: func(t *testing.T) func() carrier.Carrier {
			url := natstest.URL(t)
			return func() carrier.Carrier { return open(t, url, natscarrier.Options{Again: 2 * time.Second}) }
		},
		Test: func(t *testing.T, run func(*testing.T)) { t.Parallel(); run(t) }, Again: 2 * time.Second,
	})
}

func TestOpen_says_what_is_wrong_with_an_address(t *testing.T) {
	for url, want := range map[string]string{
		"http://a": "nats://HOST", "nats://": "no server", "nats://a,:x": "no server", "nats://a?prefix=a.b": "prefix", "nats://a?replicas=2": "replicas",
		"nats://a?colour=red": "colour", "nats://a?cert=x": "cert", "nats://a?creds=/no/such/file": "no such file", "nats://a?ca=/no/such/file": "no such file",
	} {
		_, err := natscarrier.Open(t.Context(), url, natscarrier.Options{})
		if animo.CodeOf(err) != animo.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error that says %q", url, err, want)
		}
	}
	if _, err := natscarrier.Open(t.Context(), "nats://ana:secret@a?replicas=2", natscarrier.Options{}); strings.Contains(err.Error(), "secret") {
		t.Errorf("the error tells the password: %v", err)
	}
}

// A server with TLS and a password, and without a cluster: streams have one replica there.
func TestOpen_with_TLS_and_a_password(t *testing.T) {
	cert, key := sharedtest.Certificate(t)
	address := natstest.Alone(t, fmt.Sprintf("tls { cert_file: %q, key_file: %q }\nauthorization { user: animo, password: secret }\n", cert, key))
	c := open(t, "tls://animo:secret@"+address+"?ca="+cert, natscarrier.Options{})
	defer c.Close()
	want := carrier.Ref{Function: "f", Tenant: "acme.2", Event: "1"}
	carriertest.Send(t, c, want)
	refs, err := c.Receive(t.Context(), "f", 1)
	if err != nil || len(refs) != 1 || refs[0].Tenant != want.Tenant || refs[0].Event != want.Event {
		t.Errorf("received %+v, %v, want %+v", refs, err, want)
	}
	for url, want := range map[string]animo.Code{
		"tls://animo:wrong@" + address + "?ca=" + cert: animo.Forbidden,
		"tls://" + address + "?ca=" + cert:             animo.Forbidden,
	} {
		if _, err := natscarrier.Open(t.Context(), url, natscarrier.Options{}); animo.CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", url, err, want)
		}
	}
	stranger := open(t, "tls://animo:secret@"+address, natscarrier.Options{}) // signed by nobody whom the system trusts
	defer stranger.Close()
	if err := stranger.Send(t.Context(), want); animo.CodeOf(err) != animo.Unavailable {
		t.Errorf("to a server that cannot be trusted: %v, want unavailable", err)
	}
}

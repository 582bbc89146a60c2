package notify_test

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/notify"
)

// The secret, message and signature are those of the standard's own test (libraries/go/webhook_test.go, TestWebhookSign).
func TestSignatures_are_the_standards(t *testing.T) {
	key, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	const id, timestamp, body, want = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", `{"test": 2432232314}`, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	if got := notify.Signatures(key, id, timestamp, []byte(body)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	header := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {timestamp}, "Webhook-Signature": {"v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= " + want}}
	if !verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", header, []byte(body)) {
		t.Error("the tests' own verification refuses the standard's signature")
	}
	if verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", header, []byte(body+" ")) {
		t.Error("the tests' own verification takes another body")
	}
}

func TestPublic_knows_the_addresses_that_are_not(t *testing.T) {
	for _, s := range []string{
		"127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1",
		"192.0.0.8", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "203.0.113.7",
		"::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:100.64.0.1", "fec0::1%eth0", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:7f00:1::",
	} {
		if notify.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s counts as public", s)
		}
	}
	for _, s := range []string{"8.8.8.8", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1111", "2a00:1450:4003::1", "::ffff:8.8.8.8"} {
		if !notify.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s does not count as public", s)
		}
	}
}

// resolverOf answers every question for an IPv4 address with one, from a server of names on loopback.
func resolverOf(t *testing.T, ip netip.Addr) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 512)
		for {
			n, from, err := server.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = server.WriteTo(answerTo(b[:n], ip), from)
		}
	}()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// answerTo is a DNS answer (RFC 1035, section 4) to a query: its question, and the address where it asks for one.
func answerTo(query []byte, ip netip.Addr) []byte {
	end := 12 // of the question: a name of parts, its type and class
	for query[end] != 0 {
		end += 1 + int(query[end])
	}
	end += 5
	isA := binary.BigEndian.Uint16(query[end-4:]) == 1
	out := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, query[12:end]...)
	if isA {
		out[7] = 1
		out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4) // the name again, type A, class IN, not to be kept
		out = append(out, ip.AsSlice()...)
	}
	return out
}

func TestWebhook_name_that_leads_to_a_private_address_is_refused_when_it_is_dialled(t *testing.T) {
	r := newReceiver(t)
	_, port, err := net.SplitHostPort(r.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, allowed := range []bool{false, true} {
		h := newHouse(t, notify.Options{AllowPrivate: allowed})
		h.n.SetResolver(resolverOf(t, netip.MustParseAddr("127.0.0.1")))
		target := "https://hook.example.com:" + port + "/"
		if allowed {
			target = "http://hook.example.com:" + port + "/"
		}
		id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: target})
		h.find(1)
		h.turn(id)
		last := h.deliveries(id)[0].Last
		switch {
		case allowed && len(r.got) != 1: // which shows that the name leads there
			t.Errorf("allowed, and not told: %+v", last)
		case !allowed && (r.asked > 0 || last == nil || last.Reason == nil || last.Reason.Code != animo.Forbidden):
			t.Errorf("not allowed: %d requests, %+v", r.asked, last)
		}
	}
}

func TestWebhook_redirected_to_by_a_public_name_is_not_followed_even_where_private_is_allowed(t *testing.T) {
	inner := newReceiver(t)
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	r.answer = func(w http.ResponseWriter, req *http.Request) { http.Redirect(w, req, inner.URL, http.StatusFound) }
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	h.find(1)
	h.turn(id)
	if last := h.deliveries(id)[0].Last; last.Status != http.StatusFound || last.Reason == nil || inner.asked > 0 {
		t.Errorf("%+v, %d requests at the other place", last, inner.asked)
	}
}

func TestWebhook_that_hangs_is_given_up_in_time(t *testing.T) {
	const limit = 50 * time.Millisecond
	h, r := newHouse(t, notify.Options{AllowPrivate: true, Limits: notify.Limits{SendTime: limit}}), newReceiver(t)
	r.answer = func(w http.ResponseWriter, req *http.Request) {
		<-req.Context().Done()
		w.WriteHeader(http.StatusServiceUnavailable) // to nobody
	}
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	h.find(1)
	start := time.Now()
	h.turn(id)
	if took := time.Since(start); took < limit || took > 100*limit {
		t.Errorf("it took %v", took)
	}
	if last := h.deliveries(id)[0].Last; last.Status != 0 || last.Reason == nil || last.Reason.Code != animo.Timeout {
		t.Errorf("%+v", last)
	}
}

func TestWebhook_turn_that_is_interrupted_counts_no_attempt(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	ctx, cancel := context.WithCancel(t.Context())
	r.answer = func(w http.ResponseWriter, req *http.Request) {
		cancel()
		<-req.Context().Done()
		w.WriteHeader(http.StatusServiceUnavailable) // to nobody
	}
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	h.find(1)
	h.n.Turn(ctx, tenant, id)
	if d := h.deliveries(id)[0]; d.Attempts != 0 {
		t.Errorf("%+v", d)
	}
	r.say(nil)
	if h.turn(id); len(r.got) != 1 {
		t.Error("it is not told at the next turn")
	}
}

func TestWebhook_long_answer_is_not_read(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true, Limits: notify.Limits{SendTime: time.Minute}}), newReceiver(t)
	endless := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		line := []byte(strings.Repeat("x", 1<<16))
		for req.Context().Err() == nil {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
	})
	r.Config.Handler = endless
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	h.find(1)
	start := time.Now()
	h.turn(id)
	if d := h.deliveries(id)[0]; d.Outcome != notify.Told || time.Since(start) > 20*time.Second {
		t.Errorf("after %v: %+v", time.Since(start), d)
	}
}

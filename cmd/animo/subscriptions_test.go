package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"animo/internal/config"
)

func TestSubscriptions_from_the_first_to_the_last_command(t *testing.T) {
	t.Setenv("ANIMO_URL", serve(t, func(c *config.Config) { c.AllowPrivateWebhooks = true }))
	t.Setenv("LC_ALL", "C")
	asked, down := atomic.Int32{}, atomic.Bool{}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		if down.Load() {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	t.Cleanup(receiver.Close)

	var out, errs bytes.Buffer
	if code := run([]string{"subscriptions", "add", receiver.URL, "--mood", "sad", "--source=", "--min-confidence", "80"}, nil, &out, &errs); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	id, secret, _ := strings.Cut(strings.TrimSpace(out.String()), "\n")
	if !strings.HasPrefix(secret, "whsec_") || !strings.Contains(errs.String(), "only time") {
		t.Errorf("printed %s and %s", out.String(), errs.String())
	}
	check(t, []string{"subscriptions", "list"}, 0, "SUBSCRIPTION…TARGET\n"+id+"  active  0        -             SAD source= ≥80%  "+receiver.URL, "")
	check(t, []string{"subscriptions", "test", id}, 0, "told", "")
	down.Store(true)
	check(t, []string{"subscriptions", "test", id}, 1, "", "animo: the receiver answered 418; …")
	check(t, []string{"subscriptions", "deliveries", id}, 0, "DELIVERY…\n2…test  untold…the receiver answered 418…\n1…test  told…200", "")
	check(t, []string{"subscriptions", "deliveries", id, "--limit", "1"}, 0, "DELIVERY…\n2…test  untold…", "")
	check(t, []string{"subscriptions", "replay", id, "1"}, 1, "", "animo: delivery 1 tells nothing that happened…")
	check(t, []string{"subscriptions", "replay", id, "--since=-1h"}, 0, "", "animo: deliveries that will be told once more: 0")
	check(t, []string{"subscriptions", "replay", id}, 2, "", "animo: --since: name either…")
	check(t, []string{"subscriptions", "rotate", id}, 0, "whsec_…", "animo: this is the only time…")
	check(t, []string{"subscriptions", "resume", id}, 0, "", "animo: subscription "+id+" is told again; waiting: …")
	check(t, []string{"subscriptions", "add", receiver.URL, "--mood", "SAD", "--source="}, 0, "…\nwhsec_…", "…")
	check(t, []string{"subscriptions", "add", "ana@example.com"}, 1, "", "animo: this server sends no mail…")
	check(t, []string{"subscriptions", "remove", id}, 2, "", "animo: --yes: what waits for subscription "+id+" will be lost; say --yes if that is meant")
	check(t, []string{"subscriptions", "remove", id, "--yes"}, 0, "", "animo: subscription "+id+" is forgotten")
	check(t, []string{"subscriptions", "remove", id, "--yes"}, 1, "", "animo: there is no subscription…")
	if asked.Load() != 2 {
		t.Errorf("the receiver was asked %d times", asked.Load())
	}
}

package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"animo"
)

// receiver is a program that is told of faces by webhook, as one of yours would be.
type receiver struct {
	url  string
	id   string    // of its subscription
	key  []byte    // that Animo signs with
	told chan hook // the first few
	http http.Server
	over chan struct{}
}

// hook is a webhook that arrived, and whose signature holds.
type hook struct {
	Type      string
	Data      animo.MoodRecord
	signature string
}

// hooksShown is how many webhooks are shown; more are taken all the same.
const hooksShown = 3

// subscribe starts a receiver and subscribes it to a person; to everybody for "".
func (d *demo) subscribe(ctx context.Context, person string) (*receiver, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{url: "http://" + listener.Addr().String(), told: make(chan hook, hooksShown), over: make(chan struct{})}
	spec, err := json.Marshal(map[string]any{"kind": "webhook", "target": r.url, "filter": subscriptionFilter{Person: person}})
	var made subscriptionAnswer
	if err == nil {
		err = d.client.call(ctx, http.MethodPost, "/v1/subscriptions", bytesBody(spec), &made)
	}
	if err == nil {
		r.id = made.ID
		r.key, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(made.Secret, "whsec_"))
	}
	if err != nil {
		_ = listener.Close()
		return nil, err
	}
	r.http.Handler, r.http.ReadTimeout = r, streamTime
	go func() {
		defer close(r.over)
		_ = r.http.Serve(listener) // until unsubscribe
	}()
	return r, nil
}

// unsubscribe forgets the subscription, which would find nobody from now on, and stops the receiver.
func (d *demo) unsubscribe(ctx context.Context, r *receiver) {
	const most = 2 * time.Second // where the server is gone
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), most)
	defer cancel()
	_ = d.client.call(ctx, http.MethodDelete, subscriptionPath(r.id), nil, nil)
	_ = r.http.Close()
	<-r.over
}

// ServeHTTP takes a webhook whose signature holds.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxEvent))
	h := hook{signature: r.signature(req.Header, body, time.Now())}
	switch {
	case err == nil && h.signature == "":
		w.WriteHeader(http.StatusUnauthorized)
		return
	case err != nil || json.Unmarshal(body, &h) != nil:
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	select {
	case r.told <- h:
	default:
	}
	w.WriteHeader(http.StatusNoContent)
}

// signature returns a webhook's signature if it holds, otherwise "". As Standard Webhooks 1.0.0 says
// (github.com/standard-webhooks/standard-webhooks), the message was signed a moment ago, and one of the signatures
// is the HMAC-SHA256 of its id, that time and its body, with full stops between, under the secret that both know.
func (r *receiver) signature(header http.Header, body []byte, now time.Time) string {
	stamp := header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return ""
	}
	mac := hmac.New(sha256.New, r.key)
	fmt.Fprintf(mac, "%s.%s.%s", header.Get("webhook-id"), stamp, body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if slices.ContainsFunc(strings.Fields(header.Get("webhook-signature")), func(got string) bool { return hmac.Equal([]byte(got), []byte(want)) }) {
		return want
	}
	return ""
}

// showWebhooks waits for the webhooks about so many faces, and prints the first few.
func (d *demo) showWebhooks(ctx context.Context, r *receiver, person string, faces int) error {
	d.hooksHead(r.url, person)
	late := time.After(streamTime)
	for range min(faces, hooksShown) {
		select {
		case h := <-r.told:
			d.hook(h)
		case <-late:
			return animo.Errorf(animo.Timeout, "the webhook does not arrive", "el webhook no llega")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	d.hooksFoot(faces)
	return nil
}

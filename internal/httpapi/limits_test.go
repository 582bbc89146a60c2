package httpapi

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"animo"
)

func TestSlots_no_tenant_gets_more_than_half(t *testing.T) {
	s := newSlots(4)
	take := func(tenant string, want animo.Code) {
		t.Helper()
		if err := s.take(tenant); animo.CodeOf(err) != want {
			t.Errorf("%s takes a slot: %v, want code %q", tenant, err, want)
		}
	}
	take("sol", "")
	take("sol", "")
	take("sol", animo.TooManyRequests)
	take("mar", "")
	take("mar", "")
	take("sal", animo.Unavailable)
	s.give("sol")
	take("sal", "")
	for _, tenant := range []string{"sol", "mar", "mar", "sal"} {
		s.give(tenant)
	}
	if s.taken != 0 || len(s.of) != 0 {
		t.Errorf("all given back, yet %d are taken, of %v", s.taken, s.of)
	}
}

func TestDeadline_gives_up_an_upload_that_stops_coming(t *testing.T) {
	s := &server{Options: Options{Limits: Limits{RequestTime: time.Minute, UploadTime: time.Minute, UploadPause: 100 * time.Millisecond}}}
	read := make(chan error, 1)
	web := httptest.NewServer(s.deadline(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
		if err == nil { // the pause is over before the answer: no concern of the request's
			select {
			case <-r.Context().Done():
				t.Error("the request ended while its upload was being kept")
			case <-time.After(200 * time.Millisecond):
			}
		}
	})))
	defer web.Close()
	put := func(body io.Reader) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, web.URL+"/v1/training/x", body)
		if err != nil {
			t.Error(err)
			return
		}
		if res, err := http.DefaultClient.Do(req); err == nil { // the server may end it
			_ = res.Body.Close()
		}
	}
	idle, feed := io.Pipe()
	go put(idle)
	if _, err := io.WriteString(feed, "Todo bien\t1\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-read; err == nil {
		t.Error("an upload that stopped coming was read to its end")
	}
	_ = feed.Close()
	put(strings.NewReader("Todo bien\t1\n"))
	if err := <-read; err != nil {
		t.Errorf("an upload that comes at once: %v", err)
	}
}

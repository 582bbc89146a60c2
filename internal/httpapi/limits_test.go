package httpapi

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"animo"
)

// drawing is a flow that draws once it is told to.
type drawing struct {
	Photos
	begun, end chan struct{}
}

func (d drawing) Annotated(context.Context, string, string, string) ([]byte, animo.Photo, error) {
	d.begun <- struct{}{}
	<-d.end
	return []byte("drawn"), animo.Photo{}, nil
}

func TestDrawings_are_one_a_tenant_and_two_in_all(t *testing.T) {
	d := drawing{begun: make(chan struct{}), end: make(chan struct{})}
	s := &server{Options: Options{Photos: d, Limits: Limits{RequestTime: time.Minute}}, slots: newSlots(Limits{Requests: 100, Streams: 100})}
	drawn := make(chan error)
	draw := func(tenant string) { _, _, err := s.draw(t.Context(), tenant, "a"); drawn <- err }
	for _, tenant := range []string{"sol", "mar"} {
		go draw(tenant)
		<-d.begun
		for _, c := range []struct {
			tenant string
			want   animo.Code
		}{{"sol", animo.TooManyRequests}, {"sal", animo.Unavailable}} {
			if tenant == "sol" && c.tenant == "sal" {
				continue // there is room for another yet
			}
			if _, _, err := s.draw(t.Context(), c.tenant, "b"); animo.CodeOf(err) != c.want {
				t.Errorf("while %s is drawn for, %s: %v, want %s", tenant, c.tenant, err, c.want)
			}
		}
	}
	close(d.end)
	for range 2 {
		if err := <-drawn; err != nil {
			t.Error(err)
		}
	}
	go draw("sol")
	<-d.begun
	if err := <-drawn; err != nil {
		t.Errorf("once the others are drawn: %v", err)
	}
}

// asKind has each request be of a route of that kind.
func asKind(k kind, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller{route: &route{row: row{kind: k}}})))
	})
}

func TestDeadline_gives_up_an_upload_that_stops_coming(t *testing.T) {
	s := &server{Options: Options{Limits: Limits{RequestTime: time.Minute, UploadTime: time.Minute, UploadPause: 100 * time.Millisecond}}}
	read := make(chan error, 1)
	web := httptest.NewServer(asKind(upload, s.deadline(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
		if err == nil { // the pause is over before the answer: no concern of the request's
			select {
			case <-r.Context().Done():
				t.Error("the request ended while its upload was being kept")
			case <-time.After(200 * time.Millisecond):
			}
		}
	}))))
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

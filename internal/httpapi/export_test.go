package httpapi

import (
	"context"
	"errors"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/export"
	"animo/internal/moods"
)

func TestExportFormat_is_what_the_client_asks_for(t *testing.T) {
	for _, c := range []struct{ name, accept, want string }{
		{"", "", "csv"}, {"csv", "application/json", "csv"}, {"JSONL", "text/csv", "jsonl"}, {"", "text/csv", "csv"}, {"", "*/*", "csv"},
		{"", "application/x-ndjson", "jsonl"}, {"", "text/html, application/JSON;q=0.9, */*;q=0.1", "jsonl"}, {"", "image/png", "csv"},
	} {
		if f, err := exportFormatOf(c.name, c.accept); f.Name != c.want || err != nil {
			t.Errorf("format %q, accept %q: %s, %v, want %s", c.name, c.accept, f.Name, err, c.want)
		}
	}
	if _, err := exportFormatOf("xml", "text/csv"); animo.CodeOf(err) != animo.Invalid {
		t.Errorf("xml: %v", err)
	}
}

// flow is Moods under a name that is not that of one of its methods.
type flow = Moods

// breaking are so many faces and then an error, if there is one.
type breaking struct {
	flow
	faces int
	err   error
}

func (b breaking) All(context.Context, string, moods.Query) iter.Seq2[animo.MoodRecord, error] {
	return func(yield func(animo.MoodRecord, error) bool) {
		for range b.faces {
			if !yield(animo.MoodRecord{TenantID: "sol"}, nil) {
				return
			}
		}
		if b.err != nil {
			yield(animo.MoodRecord{}, b.err)
		}
	}
}

func TestExport_that_fails_half_way_is_seen_to_fail(t *testing.T) {
	failure := errors.New("the disk is on fire")
	for name, c := range map[string]struct {
		photos breaking
		status int
		whole  bool
	}{
		"all of them":  {breaking{faces: 2000}, 200, true},
		"none":         {breaking{}, 200, true},
		"at the start": {breaking{err: failure}, 500, true},
		"half-way":     {breaking{faces: 2000, err: failure}, 200, false},
	} {
		for _, f := range export.Formats() {
			s := &server{Options: Options{Moods: c.photos, Log: slog.New(slog.DiscardHandler)}}
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.export(w, r, f, moods.Query{}) }))
			res, err := http.Get(web.URL)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			web.Close()
			if res.StatusCode != c.status || (err == nil) != c.whole {
				t.Errorf("%s as %s: %d, %v", name, f.Name, res.StatusCode, err)
			}
			want := c.photos.faces
			if f.Name == "csv" {
				want++ // the header
			}
			if lines := strings.Count(string(body), "\n"); c.whole && c.status == 200 && lines != want {
				t.Errorf("%s as %s: %d lines, want %d", name, f.Name, lines, want)
			}
			if strings.Contains(string(body), "fire") {
				t.Errorf("%s shows its cause: %s", name, body)
			}
			if h := res.Header; c.status == 200 && (h.Get("Content-Type") != f.MediaType || h.Get("Content-Disposition") != `attachment; filename="moods.`+f.Name+`"` || h.Get("X-Content-Type-Options") != "nosniff") {
				t.Errorf("%s as %s: %v", name, f.Name, h)
			}
		}
	}
}

// slowly are so many faces each second of a minute.
type slowly struct {
	flow
	each int
}

func (f slowly) All(context.Context, string, moods.Query) iter.Seq2[animo.MoodRecord, error] {
	return func(yield func(animo.MoodRecord, error) bool) {
		for range 60 {
			time.Sleep(time.Second)
			for range f.each {
				if !yield(animo.MoodRecord{TenantID: "sol"}, nil) {
					return
				}
			}
		}
	}
}

func TestExport_breaks_off_when_its_key_is_revoked(t *testing.T) {
	for each, begun := range map[int]bool{1: false, 1000: true} { // before and after the first bytes are sent
		synctest.Test(t, func(t *testing.T) {
			keys := &lockable{}
			s := &server{Options: Options{Moods: slowly{each: each}, Keys: keys, Log: slog.New(slog.DiscardHandler)}}
			time.AfterFunc(2500*time.Millisecond, func() { keys.revoked.Store(true) })
			w := httptest.NewRecorder()
			began := time.Now()
			func() {
				defer func() {
					if p := recover(); (p == http.ErrAbortHandler) != begun {
						t.Errorf("%d faces each second: panic %v", each, p)
					}
				}()
				s.export(w, solGets(t.Context(), "/v1/moods/export"), export.Formats()[1], moods.Query{})
			}()
			if took := time.Since(began); took != 3*time.Second || (w.Code == http.StatusUnauthorized) == begun {
				t.Errorf("%d faces each second: %d after %v", each, w.Code, took)
			}
		})
	}
}

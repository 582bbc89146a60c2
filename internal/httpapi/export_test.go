package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
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
	"animo/internal/photos"
)

func TestCSV_has_a_column_for_each_field(t *testing.T) {
	var b bytes.Buffer
	write, flush := csvRows(bufio.NewWriter(&b))
	at := time.Date(2026, 8, 1, 21, 15, 0, 0, time.FixedZone("", -5*3600))
	r := animo.MoodRecord{
		TenantID: "sol", Mood: animo.Happy, ImageID: "=1+1", FaceID: "f-0", PhotoID: "f", Source: "puerta, norte",
		ImageData: animo.ImageData{Celebrities: []animo.Celebrity{{Name: "@Ana", Similarity: 99.5}, {Name: "Bea", Similarity: 80}}, Emotion: animo.Emotion{Type: "HAPPY", Confidence: 91.25}},
		Emotions:  []animo.Emotion{{Type: "HAPPY", Confidence: 91.25}, {Type: "CALM", Confidence: 0}},
		Box:       animo.Box{Left: -0.1, Top: 0.2, Width: 0.3, Height: 0.4}, Confidence: 99, Age: 31.5, Gender: animo.Gender{Value: "Female", Confidence: 97},
		Taken: at, Accepted: at, Analysed: at,
	}
	for range 2 {
		if err := write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := flush(); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(b.String(), "\ufeff")
	if !marked {
		t.Error("the file has no byte order mark, without which Excel does not take it for UTF-8")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, want := range map[string]string{
		"tenant_id": "sol", "mood": "HAPPY", "image_id": "'=1+1", "celebrities": "'@Ana;Bea", "celebrities_similarity": "99.5;80",
		"emotion": "HAPPY", "emotion_confidence": "91.25", "face_id": "f-0", "photo_id": "f", "source": "puerta, norte", "leaned_to": "",
		"emotion_HAPPY": "91.25", "emotion_SAD": "", "emotion_CALM": "0", "emotion_UNKNOWN": "",
		"box_left": "-0.1", "box_height": "0.4", "confidence": "99", "age": "31.5", "gender": "Female", "gender_confidence": "97",
		"taken_at": "2026-08-02T02:15:00Z", "analysed_at": "2026-08-02T02:15:00Z", "measured_by": "",
	} {
		column := -1
		for c, name := range rows[0] {
			if name == i {
				column = c
			}
		}
		if column < 0 || rows[1][column] != want || rows[2][column] != want {
			t.Errorf("column %s is %d in %q, want %q", i, column, rows[1], want)
		}
	}
}

func TestFreeText_is_no_formula(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a": "a", "a=b": "a=b", "1-2": "1-2", "=a": "'=a", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\ta": "'\ta", "\ra": "'\ra", "'=a": "'=a", "ñ": "ñ",
	} {
		if got := freeText(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestExportFormat_is_what_the_client_asks_for(t *testing.T) {
	for _, c := range []struct{ name, accept, want string }{
		{"", "", "csv"}, {"csv", "application/json", "csv"}, {"JSONL", "text/csv", "jsonl"}, {"", "text/csv", "csv"}, {"", "*/*", "csv"},
		{"", "application/x-ndjson", "jsonl"}, {"", "text/html, application/JSON;q=0.9, */*;q=0.1", "jsonl"}, {"", "image/png", "csv"},
	} {
		if f, err := exportFormatOf(c.name, c.accept); f.name != c.want || err != nil {
			t.Errorf("format %q, accept %q: %s, %v, want %s", c.name, c.accept, f.name, err, c.want)
		}
	}
	if _, err := exportFormatOf("xml", "text/csv"); animo.CodeOf(err) != animo.Invalid {
		t.Errorf("xml: %v", err)
	}
}

// flow is Photos under a name that is not that of one of its methods.
type flow = Photos

// breaking are so many faces and then an error, if there is one.
type breaking struct {
	flow
	faces int
	err   error
}

func (b breaking) AllMoods(context.Context, string, photos.MoodQuery) iter.Seq2[animo.MoodRecord, error] {
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
		for _, f := range exportFormats {
			s := &server{Options: Options{Photos: c.photos, Log: slog.New(slog.DiscardHandler)}}
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.export(w, r, f, photos.MoodQuery{}) }))
			res, err := http.Get(web.URL)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			web.Close()
			if res.StatusCode != c.status || (err == nil) != c.whole {
				t.Errorf("%s as %s: %d, %v", name, f.name, res.StatusCode, err)
			}
			want := c.photos.faces
			if f.name == "csv" {
				want++ // the header
			}
			if lines := strings.Count(string(body), "\n"); c.whole && c.status == 200 && lines != want {
				t.Errorf("%s as %s: %d lines, want %d", name, f.name, lines, want)
			}
			if strings.Contains(string(body), "fire") {
				t.Errorf("%s shows its cause: %s", name, body)
			}
			if h := res.Header; c.status == 200 && (h.Get("Content-Type") != f.mediaType || h.Get("Content-Disposition") != `attachment; filename="moods.`+f.name+`"` || h.Get("X-Content-Type-Options") != "nosniff") {
				t.Errorf("%s as %s: %v", name, f.name, h)
			}
		}
	}
}

// slowly are so many faces each second of a minute.
type slowly struct {
	flow
	each int
}

func (f slowly) AllMoods(context.Context, string, photos.MoodQuery) iter.Seq2[animo.MoodRecord, error] {
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
			s := &server{Options: Options{Photos: slowly{each: each}, Keys: keys, Log: slog.New(slog.DiscardHandler)}}
			time.AfterFunc(2500*time.Millisecond, func() { keys.revoked.Store(true) })
			w := httptest.NewRecorder()
			began := time.Now()
			func() {
				defer func() {
					if p := recover(); (p == http.ErrAbortHandler) != begun {
						t.Errorf("%d faces each second: panic %v", each, p)
					}
				}()
				s.export(w, solGets(t.Context(), "/v1/moods/export"), exportFormats[1], photos.MoodQuery{})
			}()
			if took := time.Since(began); took != 3*time.Second || (w.Code == http.StatusUnauthorized) == begun {
				t.Errorf("%d faces each second: %d after %v", each, w.Code, took)
			}
		})
	}
}

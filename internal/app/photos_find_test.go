package app_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestPhotos_sent_again_are_known(t *testing.T) {
	a := start(t, settings(t))
	first := a.photo("a.jpg", "?source=norte&taken_at=2026-08-01T12:00:00.1239Z", sample(t, 1))
	if first.Taken.Nanosecond() != 123_000_000 {
		t.Errorf("taken at %v, want milliseconds", first.Taken)
	}
	for lang, word := range map[string]string{"en": "kept since", "es": "se guarda desde"} {
		a.lang = lang
		var again struct {
			ID, Message string
			Known       bool
		}
		r := a.do("PUT", "/v1/photos/a.jpg?source=sur&taken_at=2026-08-02T12:00:00Z", sample(t, 1))
		r.into(t, &again)
		if r.status != http.StatusAccepted || again.ID != first.ID || !again.Known || !strings.Contains(again.Message, word) || !strings.Contains(again.Message, `"norte"`) {
			t.Errorf("sent again: %d %s", r.status, r.body)
		}
	}
	if r := a.do("PUT", "/v1/photos/b.jpg", sample(t, 1)); r.status != http.StatusAccepted || strings.Contains(r.body, "known") {
		t.Errorf("another: %d %s", r.status, r.body)
	}
}

func TestPhotos_are_found_by_name_source_and_status(t *testing.T) {
	a := start(t, settings(t))
	good := a.photo("año 1.jpg", "?source=norte", sample(t, 1))
	bad := a.photo("malo.jpg", "", jpegHead+"no picture")
	for query, want := range map[string]string{
		"name=an%CC%83o%201.jpg": good.ID, "source=norte": good.ID, "source=": bad.ID, "status=failed": bad.ID, "status=done&name=malo.jpg": "",
	} {
		var list struct{ Items []photo }
		a.do("GET", "/v1/photos?"+query, "").into(t, &list)
		if want == "" && len(list.Items) != 0 || want != "" && (len(list.Items) != 1 || list.Items[0].ID != want) {
			t.Errorf("%s: %+v, want %s", query, list, want)
		}
	}
	for _, path := range []string{"", "/image"} {
		if r := a.do("GET", "/v1/photos/malo.jpg"+path, ""); r.status != http.StatusNotFound || !strings.Contains(r.body, "/v1/photos?name=") {
			t.Errorf("by name%s: %d %s", path, r.status, r.body)
		}
	}
	if r := a.do("GET", "/v1/photos/"+good.ID+"x", ""); r.status != http.StatusNotFound || strings.Contains(r.body, "name=") {
		t.Errorf("by an unknown id: %d %s", r.status, r.body)
	}
}

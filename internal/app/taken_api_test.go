package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestAPI_photos_say_by_whose_word_they_were_taken sends sample photos, whose cameras said when. sample6's GPS tells its offset,
// seven hours; what sample1's tells is of another day, so that it is the tenant's zone that counts.
func TestAPI_photos_say_by_whose_word_they_were_taken(t *testing.T) {
	c := settings(t)
	c.TimeZone = "Europe/Madrid"
	a := start(t, c)
	type taken struct {
		Taken time.Time                       `json:"taken_at"`
		By    string                          `json:"taken_by"`
		Note  *struct{ Code, Message string } `json:"taken_note"`
	}
	var items struct{ Items []photo }
	r := a.form("?modified_at=2025-06-01T08:00:00Z", part{"f", "uno.jpg", sample(t, 1)}, part{"f", "seis.jpg", sample(t, 6)}, part{"f", "nada.png", onePixel},
		part{"modified_at", "", "2025-06-02T08:00:00+02:00"}, part{"f", "otra.png", onePixel}, part{"taken_at", "", "2025-06-03T08:00:00Z"}, part{"f", "suya.jpg", sample(t, 6)},
		part{"taken_at", "", ""}, part{"modified_at", "", "2999-01-01T00:00:00Z"}, part{"f", "mañana.png", onePixel})
	if r.into(t, &items); r.status != http.StatusAccepted || len(items.Items) != 6 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	for i, want := range []struct{ at, by, note string }{
		{"2017-10-31T19:16:18Z", "camera", ""}, {"2018-05-06T02:42:10Z", "camera", ""}, {"2025-06-01T08:00:00Z", "file", ""},
		{"2025-06-02T06:00:00Z", "file", ""}, {"2025-06-03T08:00:00Z", "sender", ""}, {"", "arrival", "has not come yet"},
	} {
		a.awaitPhoto(items.Items[i].ID)
		var got taken
		a.do("GET", "/v1/photos/"+items.Items[i].ID, "").into(t, &got)
		if want.at != "" && got.Taken.Format(time.RFC3339) != want.at || got.By != want.by || (want.note != "") != (got.Note != nil) || got.Note != nil && !strings.Contains(got.Note.Message, want.note) {
			t.Errorf("%s: %+v, want %+v", items.Items[i].Name, got, want)
		}
	}
	if r := a.do("PUT", "/v1/photos/a.png?taken_at=2999-01-01T00:00:00Z", onePixel); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "has not come yet") || !strings.Contains(r.body, `"taken_at"`) {
		t.Errorf("taken in the future: %d %s", r.status, r.body)
	}
	if r := a.do("PUT", "/v1/photos/a.png?modified_at=ayer", onePixel); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, `"modified_at"`) {
		t.Errorf("changed yesterday: %d %s", r.status, r.body)
	}
	var list struct {
		Items []struct {
			Name string `json:"image_id"`
			By   string `json:"taken_by"`
		}
	}
	a.do("GET", "/v1/moods?to=2018-01-01", "").into(t, &list)
	if len(list.Items) == 0 || list.Items[0].Name != "uno.jpg" || list.Items[0].By != "camera" {
		t.Errorf("faces of 2017: %+v", list)
	}
	if r := a.do("GET", "/v1/moods/export?format=csv&to=2018-01-01", ""); !strings.Contains(r.body, ",taken_by,unsure\n") || !strings.HasSuffix(strings.TrimSpace(r.body), ",camera,") {
		t.Errorf("exported: %s", r.body)
	}
}

func TestAPI_summaries_take_a_time_zone(t *testing.T) {
	a := start(t, settings(t))
	l := a.listen("", "")
	a.do("POST", "/v1/moods", `{"items":[{"image_id":"webcam","taken_at":"2026-08-01T02:15:00Z","emotions":[{"Type":"HAPPY","Confidence":90}]},
		{"image_id":"webcam","taken_at":"2026-08-01T12:15:00Z","emotions":[{"Type":"HAPPY","Confidence":90}]}]}`)
	l.faces(2)
	summary := func(query string) string {
		r := a.do("GET", "/v1/moods/summary?"+query, "")
		if r.status != http.StatusOK {
			t.Errorf("%s: %d %s", query, r.status, r.body)
		}
		return r.body
	}
	havana := url.QueryEscape("America/Havana")
	for query, want := range map[string][]string{
		"every=1d":                {`"time_zone":"UTC"`, `{"from":"2026-08-01T00:00:00Z","moods":{"HAPPY":{"faces":2,`},
		"every=1d&zone=" + havana: {`"time_zone":"America/Havana"`, `{"from":"2026-07-31T00:00:00-04:00","moods":{"HAPPY":{"faces":1,`, `{"from":"2026-08-01T00:00:00-04:00","moods":{"HAPPY":{"faces":1,`},
		"every=1d&from=2026-08-01&zone=" + havana:          {`"intervals":[{"from":"2026-08-01T00:00:00-04:00"`},
		"every=1d&to=2026-08-01&zone=" + havana:            {`"total":{"HAPPY":{"faces":1,`},
		"every=1h&zone=" + url.QueryEscape("Asia/Kolkata"): {`{"from":"2026-08-01T07:00:00+05:30"`},
	} {
		body := summary(query)
		for _, part := range want {
			if !strings.Contains(body, part) {
				t.Errorf("%s: %s lacks %s", query, body, part)
			}
		}
	}
	if r := a.do("GET", "/v1/moods/summary?zone=Cuba%2FMatanzas", ""); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, `"zone"`) {
		t.Errorf("a zone that is none: %d %s", r.status, r.body)
	}
	if r := a.do("PATCH", "/v1/tenants/default", `{"time_zone":"Cuba/Matanzas"}`); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, `"time_zone"`) {
		t.Errorf("a tenant's zone that is none: %d %s", r.status, r.body)
	}
	if r := a.do("PATCH", "/v1/tenants/default", `{"time_zone":"America/Havana"}`); r.status != http.StatusOK || !strings.Contains(r.body, `"time_zone":"America/Havana"`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	if body := summary("every=1d"); !strings.Contains(body, `"time_zone":"America/Havana"`) {
		t.Errorf("the tenant's zone: %s", body)
	}
}

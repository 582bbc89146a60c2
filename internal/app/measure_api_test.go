package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// measuredBody is a call with one happy and one sad face.
const measuredBody = `{"items":[
	{"image_id":"webcam","source":"camera","taken_at":"2026-08-01T21:15:02.125Z","emotions":[{"Type":"HAPPY","Confidence":97.1},{"Type":"CALM","Confidence":2.9}],
		"box":{"left":0.1,"top":0.2,"width":0.3,"height":0.4},"age":31.5,"gender":{"value":"Female","confidence":93},"confidence":99},
	{"image_id":"webcam","source":"camera","taken_at":"2026-08-01T23:15:02.125+02:00","emotions":[{"Type":"SAD","Confidence":80}]}]}`

type measuredAnswer struct {
	Items []struct {
		FaceID string `json:"face_id"`
		Mood   string
	}
}

func TestMoods_measured_by_the_client_go_where_those_of_photos_go(t *testing.T) {
	c := settings(t)
	c.AllowPrivateWebhooks = true
	a := start(t, c)
	target, hooks := listen(t, new([]byte))
	var sub subscription
	a.do("POST", "/v1/subscriptions", `{"kind":"webhook","target":"`+target+`","filter":{"source":"camera"}}`).into(t, &sub)
	l := a.listen("", "")
	var ids measuredAnswer
	r := a.do("POST", "/v1/moods", measuredBody)
	if r.into(t, &ids); r.status != http.StatusAccepted || len(ids.Items) != 2 || ids.Items[0].Mood != "HAPPY" || ids.Items[1].Mood != "SAD" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	_, live := l.faces(2)
	for _, f := range live {
		if f.PhotoID != "" || f.ImageID != "webcam" || f.Source != "camera" {
			t.Errorf("the stream tells %+v", f)
		}
	}
	for range 2 {
		if h := <-hooks; h.Data.ImageID != "webcam" || !strings.HasPrefix(h.Type, "face.") {
			t.Errorf("the webhook is told %+v", h)
		}
	}
	a.awaitTold(sub.ID)
	if again := a.do("POST", "/v1/moods", measuredBody); again.status != http.StatusAccepted || again.body != r.body {
		t.Errorf("the same again: %d %s, first %s", again.status, again.body, r.body)
	}
	var list struct{ Items []map[string]any }
	a.do("GET", "/v1/moods?mood=happy", "").into(t, &list)
	if len(list.Items) != 1 {
		t.Fatalf("%v", list)
	}
	got, _ := json.Marshal(list.Items[0])
	for _, part := range []string{`"measured_by":"client"`, `"photo_id":""`, `"face_id":"` + ids.Items[0].FaceID + `"`, `"taken_at":"2026-08-01T21:15:02.125Z"`, `"age":31.5`, `"user_emotion":{"Confidence":97.1,"Type":"HAPPY"}`, `"celebrities_info":[]`} {
		if !strings.Contains(string(got), part) {
			t.Errorf("no %s in %s", part, got)
		}
	}
	if r := a.do("GET", "/v1/moods/summary?every=1h", ""); !strings.Contains(r.body, `"sources":{"camera":{"HAPPY":{"faces":1,"confidence":97.1}`) {
		t.Errorf("summary: %s", r.body)
	}
	if r := a.do("GET", "/v1/moods/export", ""); !strings.Contains(r.body, ",measured_by,taken_by,unsure\n") || strings.Count(r.body, ",client") != 2 {
		t.Errorf("export: %s", r.body)
	}
	a.photo("a.jpg", "", sample(t, 3))
	if r := a.do("GET", "/v1/moods?source=", ""); strings.Contains(r.body, "measured_by") {
		t.Errorf("a face that the server found: %s", r.body)
	}

	l = a.listen("", "")
	var receipt struct {
		Erased            string
		Faces, Deliveries int
	}
	if a.do("DELETE", "/v1/moods/"+ids.Items[0].FaceID, "").into(t, &receipt); receipt.Erased != ids.Items[0].FaceID || receipt.Faces != 1 || receipt.Deliveries != 1 {
		t.Errorf("receipt %+v", receipt)
	}
	var line string
	for l.lines.Scan() && !strings.HasPrefix(line, "data: ") {
		line = l.lines.Text()
	}
	if line != `data: {"face_id":"`+receipt.Erased+`"}` {
		t.Errorf("the stream tells %s", line)
	}
	if r := a.do("GET", "/v1/moods/summary?source=camera", ""); !strings.Contains(r.body, `"total":{"HAPPY":{"faces":0,`) {
		t.Errorf("summary after the erasure: %s", r.body)
	}
	for what, r := range map[string]answer{"erased again": a.do("DELETE", "/v1/moods/"+receipt.Erased, ""), "erased without an id": a.do("DELETE", "/v1/moods/nada", "")} {
		if r.status != http.StatusNotFound || r.code() != "not_found" {
			t.Errorf("%s: %d %s", what, r.status, r.body)
		}
	}
	if r := a.do("POST", "/v1/moods", measuredBody); r.status != http.StatusConflict || r.code() != "conflict" || !strings.Contains(r.body, "items[0]") {
		t.Errorf("an erased face, sent again: %d %s", r.status, r.body)
	}
}

func TestMoods_bad_measures_are_refused_with_the_field(t *testing.T) {
	c := settings(t)
	c.MaxMoods, c.FacesPerMinute = 3, 4
	a := start(t, c)
	face := func(more string) string {
		return `{"image_id":"webcam","taken_at":"2026-08-01T21:15:02Z","emotions":[{"Type":"HAPPY","Confidence":97}]` + more + `}`
	}
	for name, b := range map[string]struct {
		body   string
		status int
		in     string
	}{
		"no face":         {`{"items":[]}`, 422, `"items"`},
		"nothing":         {`{}`, 422, "items"},
		"no time":         {`{"items":[{"image_id":"a","emotions":[{"Type":"HAPPY","Confidence":97}]}]}`, 422, "taken_at"},
		"a wrong time":    {`{"items":[{"image_id":"a","taken_at":"ayer","emotions":[]}]}`, 422, "taken_at"},
		"a wrong number":  {`{"items":[` + face(`,"age":-3`) + `]}`, 422, "items[0].age"},
		"a picture":       {`{"items":[` + face(`,"picture":"AAAA"`) + `]}`, 422, "picture"},
		"too many":        {`{"items":[` + strings.Repeat(face("")+",", 3) + face("") + `]}`, 413, "items"},
		"too many at all": {`{"items":[` + strings.Repeat(face("")+",", 500) + face("") + `]}`, 413, "3"},
		"more than may come at once": {
			`{"items":[` + face("") + "," + face("") + "," + face("") + `]}`, 413, "items"},
	} {
		if r := a.do("POST", "/v1/moods", b.body); r.status != b.status || !strings.Contains(r.body, b.in) {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	two := `{"items":[` + face("") + "," + face(`,"age":3`) + `]}`
	if r := a.do("POST", "/v1/moods", two); r.status != http.StatusAccepted {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := a.do("POST", "/v1/moods", two); r.status != http.StatusTooManyRequests || r.code() != "too_many_requests" {
		t.Errorf("more than four a minute, half of them at once: %d %s", r.status, r.body)
	}
	es := *a
	es.lang = "es"
	if en, es := a.do("POST", "/v1/moods", `{"items":[]}`), es.do("POST", "/v1/moods", `{"items":[]}`); en.body == es.body {
		t.Errorf("in both languages: %s", es.body)
	}
}

func TestMoods_measured_many_at_once_are_all_recorded(t *testing.T) {
	a := start(t, settings(t))
	const calls, faces = 20, 50
	for i := range calls {
		var b strings.Builder
		for j := range faces {
			fmt.Fprintf(&b, `,{"image_id":"webcam","source":"camera","taken_at":"2026-08-01T21:%02d:%02dZ","emotions":[{"Type":"SURPRISED","Confidence":97}]}`, i, j)
		}
		if r := a.do("POST", "/v1/moods", `{"items":[`+b.String()[1:]+`]}`); r.status != http.StatusAccepted {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	want := fmt.Sprintf(`"SURPRISED":{"faces":%d,`, calls*faces)
	for !strings.Contains(a.do("GET", "/v1/moods/summary?every=24h", "").body, want) {
		if t.Context().Err() != nil {
			t.Fatal("not all are recorded")
		}
	}
}

func TestMoods_measured_by_the_client_are_corrected_as_those_of_photos_are(t *testing.T) {
	a := start(t, settings(t))
	var ids measuredAnswer
	l := a.listen("", "")
	a.do("POST", "/v1/moods", measuredBody).into(t, &ids)
	l.faces(2) // they are recorded
	path := "/v1/faces/" + ids.Items[0].FaceID + "/correction"
	var face struct {
		ID, Mood   string
		Correction *struct{ Emotion, Was string }
	}
	if r := a.do("PUT", path, `{"emotion":"SAD"}`); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	} else if r.into(t, &face); face.ID != ids.Items[0].FaceID || face.Mood != "SAD" || face.Correction == nil || face.Correction.Was != "HAPPY" {
		t.Errorf("%s", r.body)
	}
	if r := a.do("GET", "/v1/moods?mood=sad", ""); strings.Count(r.body, `"face_id"`) != 2 {
		t.Errorf("sad: %s", r.body)
	}
	if r := a.do("PUT", "/v1/faces/"+ids.Items[1].FaceID+"/correction", `{"not_a_face":true}`); r.status != http.StatusOK {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := a.do("GET", "/v1/moods", ""); strings.Count(r.body, `"face_id"`) != 1 {
		t.Errorf("recorded: %s", r.body)
	}
	for _, item := range ids.Items {
		if r := a.do("DELETE", "/v1/faces/"+item.FaceID+"/correction", ""); r.status != http.StatusOK || !strings.Contains(r.body, `"mood":"`+item.Mood+`"`) {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	if r := a.do("POST", "/v1/faces/"+ids.Items[0].FaceID+"/person", `{"not":"Ana"}`); r.status != http.StatusNotFound || !strings.Contains(r.body, "measured") {
		t.Errorf("who it is not: %d %s", r.status, r.body)
	}
	if r := a.do("PUT", strings.Replace(path, "-m", "-m0", 1), `{"emotion":"SAD"}`); r.status != http.StatusNotFound {
		t.Errorf("of a face that is not there: %d %s", r.status, r.body)
	}
}

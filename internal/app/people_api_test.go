package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/draw"

	root "animo"
	"animo/internal/sharedtest"
)

// person is the part of a person's answer that tests look at.
type person struct {
	ID, Name     string
	Introduced   time.Time `json:"introduced_at"`
	Examples     int
	PersonURL    string `json:"person_url"`
	ThumbnailURL string `json:"thumbnail_url"`
	KnownBy      []struct {
		ID           string
		Face         string `json:"face_id"`
		ThumbnailURL string `json:"thumbnail_url"`
	} `json:"known_by"`
	Items []struct {
		File    string `json:"image_id"`
		Problem *struct{ Code, Detail string }
	}
}

// portrait is a portrait from LFW.
func portrait(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(sharedtest.Path(t, "data", "faces_lfw", name+".jpg"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// remade is a portrait brought down to so many pixels a side, then up to so many, which blurs it, and in so much of
// its light.
func remade(t testing.TB, down, up int, light float64) string {
	t.Helper()
	f, err := os.Open(sharedtest.Path(t, "data", "photos", "obama.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := jpeg.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	small, large := image.NewRGBA(image.Rect(0, 0, down, down)), image.NewRGBA(image.Rect(0, 0, up, up))
	draw.BiLinear.Scale(small, small.Rect, img, img.Bounds(), draw.Src, nil)
	draw.CatmullRom.Scale(large, large.Rect, small, small.Rect, draw.Src, nil)
	for i := range large.Pix {
		if i%4 < 3 { // not the opacity
			large.Pix[i] = uint8(light * float64(large.Pix[i]))
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, large, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// introduce introduces somebody by one photo.
func (a *animo) introduce(name, content string) person {
	a.t.Helper()
	r := a.do("POST", "/v1/people/"+url.PathEscape(name)+"/photos", content)
	var p person
	if r.into(a.t, &p); r.status != http.StatusOK {
		a.t.Fatalf("introduce %s: %d %s", name, r.status, r.body)
	}
	return p
}

// quiet waits until no event is queued.
func (a *animo) quiet() {
	a.t.Helper()
	a.deadLetters("seek")
}

// who returns the names of the recorded faces of a photo with the similarities.
func (a *animo) who(id string) (names []string) {
	a.t.Helper()
	var p struct {
		Faces []struct {
			ID     string
			People []root.Celebrity
		}
	}
	a.do("GET", "/v1/photos/"+id, "").into(a.t, &p)
	for _, f := range p.Faces {
		name := "-"
		for _, c := range f.People {
			name = c.Name
			if c.Similarity < 80 || c.Similarity > 100 {
				a.t.Errorf("%s is similar to %v %%", name, c.Similarity)
			}
		}
		names = append(names, name)
	}
	return names
}

func TestPeople_introduced_by_photos_are_recognised_in_others(t *testing.T) {
	a := start(t, settings(t))
	before := a.photo("antes.jpg", "", portrait(t, "Aaron_Peirsol_0002"))
	p := a.introduce("Aarón", portrait(t, "Aaron_Peirsol_0001"))
	if p.Name != "Aarón" || p.Examples != 1 || len(p.KnownBy) != 1 || p.PersonURL != "/v1/people/"+url.PathEscape("Aarón") {
		t.Errorf("%+v", p)
	}
	other := a.photo("otro.jpg", "", portrait(t, "Abdullah_0001"))
	a.quiet()
	if got := fmt.Sprint(a.who(before.ID), a.who(other.ID)); got != "[Aarón] [-]" {
		t.Errorf("the photos show %s", got)
	}
	var records struct {
		Items []struct {
			PhotoID string `json:"photo_id"`
			Data    struct {
				Celebrities []root.Celebrity `json:"celebrities_info"`
			} `json:"image_data"`
		}
	}
	a.do("GET", "/v1/moods?person=Aaro\u0301n", "").into(t, &records) // decomposed
	if len(records.Items) != 1 || records.Items[0].PhotoID != before.ID || len(records.Items[0].Data.Celebrities) != 1 || records.Items[0].Data.Celebrities[0].Name != "Aarón" {
		t.Errorf("recorded of Aarón: %+v", records)
	}
	if r := a.do("GET", "/v1/moods/summary?every=24h&person=Aaro\u0301n", ""); r.status != http.StatusOK || strings.Count(r.body, `"faces":1`) != 3 { // in all, of the source, in the day
		t.Errorf("summary of Aarón: %d %s", r.status, r.body)
	}
	if r := a.do("GET", "/v1/moods/summary?every=24h&person=Nadie", ""); r.status != http.StatusOK || !strings.Contains(r.body, `"intervals":[]`) {
		t.Errorf("summary of nobody: %d %s", r.status, r.body)
	}
	for _, path := range []string{p.ThumbnailURL, p.KnownBy[0].ThumbnailURL} {
		r := a.do("GET", path, "")
		if c, err := jpeg.DecodeConfig(strings.NewReader(r.body)); err != nil || max(c.Width, c.Height) > 160 || r.header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%s: %d %v, %+v, %v", path, r.status, r.header, c, err)
		}
	}
	var list struct {
		Items []person
		Next  string
	}
	if a.do("GET", "/v1/people?limit=1", "").into(t, &list); len(list.Items) != 1 || list.Items[0].ID != p.ID || list.Items[0].ThumbnailURL == "" || list.Next != "" {
		t.Errorf("people: %+v", list)
	}

	// What is said of a face.
	face := other.Faces[0].ID
	if r := a.do("POST", "/v1/faces/"+face+"/person", `{"name":"Abdullah"}`); r.status != http.StatusOK || !strings.Contains(r.body, `"people":[{"name":"Abdullah","similarity":100}]`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	again := a.photo("otra vez.jpg", "", portrait(t, "Abdullah_0003"))
	if got := fmt.Sprint(a.who(other.ID), a.who(again.ID)); got != "[Abdullah] [Abdullah]" {
		t.Errorf("the photos show %s", got)
	}
	if r := a.do("POST", "/v1/faces/"+again.Faces[0].ID+"/person", `{"not":"Abdullah"}`); r.status != http.StatusOK {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := a.do("POST", "/v1/photos:reanalyse", `{"all":true}`); r.status != http.StatusAccepted || r.body != `{"queued":3,"skipped":0}` {
		t.Errorf("analyse again: %d %s", r.status, r.body)
	}
	for _, id := range []string{before.ID, other.ID, again.ID} {
		if p := a.awaitPhoto(id); p.Status != "done" || !strings.HasPrefix(p.Faces[0].ID, id+"-r1-") {
			t.Errorf("analysed again: %+v", p)
		}
	}
	a.quiet()
	if got := fmt.Sprint(a.who(before.ID), a.who(other.ID), a.who(again.ID)); got != "[Aarón] [Abdullah] [-]" {
		t.Errorf("analysed again, the photos show %s", got)
	}

	// Names change, two become one, and somebody is forgotten.
	if r := a.do("PATCH", p.PersonURL, `{"name":"Peirsol"}`); r.status != http.StatusOK || !strings.Contains(r.body, p.ID) {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := a.do("POST", "/v1/people/Peirsol/merge", `{"into":"Abdullah"}`); r.status != http.StatusOK || !strings.Contains(r.body, `"examples":2`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	if got := fmt.Sprint(a.who(before.ID), a.who(other.ID)); got != "[Abdullah] [Abdullah]" {
		t.Errorf("as one, the photos show %s", got)
	}
	r := a.do("DELETE", "/v1/people/Abdullah", "")
	var receipt root.Receipt
	if r.into(t, &receipt); r.status != http.StatusOK || receipt.Faces != 2 || receipt.Descriptors != 3 || receipt.Files != 2 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if got := fmt.Sprint(a.who(before.ID), a.who(other.ID), a.records("person=Abdullah")); got != "[-] [-] []" {
		t.Errorf("after the erasure: %s", got)
	}
	if r := a.do("GET", "/v1/receipts", ""); !strings.Contains(r.body, receipt.ID) || strings.Contains(r.body, "Abdullah") {
		t.Errorf("receipts: %s", r.body)
	}
}

func TestPeople_form_introduces_by_each_photo_for_itself(t *testing.T) {
	a := start(t, settings(t))
	send := func(parts ...part) (answer, person) {
		r := a.formTo("/v1/people/Adam/photos", parts...)
		var p person
		r.into(t, &p)
		return r, p
	}
	r, p := send(part{"f", "uno.jpg", portrait(t, "Aaron_Peirsol_0001")}, part{"f", "grupo.jpg", sample(t, 1)}, part{"f", "nada.png", onePixel},
		part{"f", "no.jpg", "hola"}, part{"f", "dos.jpg", portrait(t, "Adam_Sandler_0004")})
	if r.status != http.StatusOK || p.Examples != 2 || len(p.Items) != 5 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	for i, want := range []string{"", "several_faces", "no_face", "unknown_image", ""} {
		if got := p.Items[i]; (want == "") != (got.Problem == nil) || want != "" && (got.Problem.Code != want || got.Problem.Detail == "") {
			t.Errorf("%s: %+v, want %q", got.File, got.Problem, want)
		}
	}
	if r, p := send(part{"f", "uno.jpg", portrait(t, "Aaron_Peirsol_0001")}); r.status != http.StatusOK || p.Examples != 2 || p.Items != nil {
		t.Errorf("one that is known: %d %s", r.status, r.body)
	}
	if r, _ := send(part{"f", "grupo.jpg", sample(t, 1)}); r.status != http.StatusUnprocessableEntity || r.code() != "several_faces" {
		t.Errorf("none that serves: %d %s", r.status, r.body)
	}
	r, p = send(part{"f", "grupo.jpg", sample(t, 1)}, part{"f", "nada.png", onePixel})
	if r.status != http.StatusUnprocessableEntity || r.code() != "several_faces" || len(p.Items) != 2 || p.Items[1].Problem == nil {
		t.Errorf("none of two that serves: %d %s", r.status, r.body)
	}
}

func TestPeople_bad_requests(t *testing.T) {
	a := start(t, settings(t))
	a.introduce("Ana", portrait(t, "Ai_Sugiyama_0002"))
	a.introduce("Bea", portrait(t, "Aaron_Peirsol_0001"))
	ids, err := json.Marshal(make([]string, 1001))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		code, field        string
	}{
		"unknown person":         {"GET", "/v1/people/nadie", "", 404, "not_found", "name"},
		"another case":           {"GET", "/v1/people/ana", "", 404, "not_found", "name"},
		"unknown thumbnail":      {"GET", "/v1/people/nadie/thumbnail", "", 404, "not_found", "name"},
		"unknown example":        {"GET", "/v1/people/Ana/examples/x", "", 404, "not_found", "example"},
		"erase an unknown":       {"DELETE", "/v1/people/nadie", "", 404, "not_found", "name"},
		"bad name":               {"POST", "/v1/people/a%2Fb/photos", "x", 400, "unsafe_name", "name"},
		"long name":              {"POST", "/v1/people/" + strings.Repeat("a", 129) + "/photos", "x", 400, "unsafe_name", "name"},
		"no picture":             {"POST", "/v1/people/Eva/photos", "", 422, "truncated_image", ""},
		"no such picture":        {"POST", "/v1/people/Eva/photos", "hola", 415, "unknown_image", ""},
		"no face":                {"POST", "/v1/people/Eva/photos", onePixel, 422, "no_face", ""},
		"several faces":          {"POST", "/v1/people/Eva/photos", sample(t, 1), 422, "several_faces", ""},
		"small face":             {"POST", "/v1/people/Eva/photos", remade(t, 100, 100, 1), 422, "small_face", ""},
		"blurred face":           {"POST", "/v1/people/Eva/photos", remade(t, 40, 600, 1), 422, "blurred_face", ""},
		"dark face":              {"POST", "/v1/people/Eva/photos", remade(t, 600, 600, 0.2), 422, "bad_light", ""},
		"rename an unknown":      {"PATCH", "/v1/people/nadie", `{"name":"x"}`, 404, "not_found", "name"},
		"rename to another's":    {"PATCH", "/v1/people/Ana", `{"name":"Bea"}`, 409, "conflict", "name"},
		"rename to a bad name":   {"PATCH", "/v1/people/Ana", `{"name":"a/b"}`, 400, "unsafe_name", "name"},
		"rename to nothing":      {"PATCH", "/v1/people/Ana", `{}`, 422, "invalid", "name"},
		"merge into an unknown":  {"POST", "/v1/people/Ana/merge", `{"into":"nadie"}`, 404, "not_found", "into"},
		"merge with itself":      {"POST", "/v1/people/Ana/merge", `{"into":"Ana"}`, 422, "invalid", "into"},
		"say nothing":            {"POST", "/v1/faces/x/person", `{}`, 422, "invalid", "name"},
		"say both":               {"POST", "/v1/faces/x/person", `{"name":"Ana","not":"Bea"}`, 422, "invalid", "name"},
		"say of an unknown face": {"POST", "/v1/faces/x/person", `{"name":"Ana"}`, 404, "not_found", "face"},
		"again: nothing":         {"POST", "/v1/photos:reanalyse", `{}`, 422, "invalid", "ids"},
		"again: ids and all":     {"POST", "/v1/photos:reanalyse", `{"ids":["x"],"all":true}`, 422, "invalid", "ids"},
		"again: source and all":  {"POST", "/v1/photos:reanalyse", `{"source":"x","all":true}`, 422, "invalid", "all"},
		"again: from":            {"POST", "/v1/photos:reanalyse", `{"from":"ayer"}`, 422, "invalid", "from"},
		"again: too many":        {"POST", "/v1/photos:reanalyse", `{"ids":` + string(ids) + `}`, 413, "too_large", "ids"},
		"list: limit":            {"GET", "/v1/people?limit=0", "", 422, "invalid", "limit"},
	} {
		t.Run(name, func(t *testing.T) {
			b := *a
			b.t = t
			details := map[string]bool{}
			for _, lang := range []string{"en", "es"} {
				b.lang = lang
				r := b.send(c.method, c.path, strings.NewReader(c.body), nil)
				var p struct{ Code, Field, Detail string }
				r.into(t, &p)
				if r.status != c.status || p.Code != c.code || c.field != "" && p.Field != c.field {
					t.Errorf("in %s: %d %s, want %d %s of %q", lang, r.status, r.body, c.status, c.code, c.field)
				}
				details[p.Detail] = true
			}
			if len(details) != 2 {
				t.Errorf("not in both languages: %v", details)
			}
		})
	}
	if r := a.do("GET", "/v1/people/Eva", ""); r.status != http.StatusNotFound {
		t.Errorf("whom no photo introduced is there: %s", r.body)
	}
}

func TestPeople_nothing_is_said_where_descriptors_are_not_kept(t *testing.T) {
	c := settings(t)
	c.KeepDescriptors = false
	a := start(t, c)
	p := a.photo("a.jpg", "", portrait(t, "Abdullah_0001"))
	r := a.do("POST", "/v1/faces/"+p.Faces[0].ID+"/person", `{"name":"Abdullah"}`)
	if r.status != http.StatusUnprocessableEntity || r.code() != "unsupported" || !strings.Contains(r.body, "keep-descriptors") {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestPeople_and_new_analyses_tell_subscribers_nothing_twice(t *testing.T) {
	c := settings(t)
	c.AllowPrivateWebhooks = true
	a := start(t, c)
	var key []byte
	target, hooks := listen(t, &key)
	var all subscription
	a.do("POST", "/v1/subscriptions", `{"kind":"webhook","target":"`+target+`"}`).into(t, &all)
	first := a.photo("a.jpg", "", portrait(t, "Abdullah_0001"))
	if h := <-hooks; h.Data.PhotoID != first.ID {
		t.Errorf("told %+v", h)
	}
	a.do("POST", "/v1/faces/"+first.Faces[0].ID+"/person", `{"name":"Abdullah"}`)
	a.do("POST", "/v1/photos:reanalyse", `{"all":true}`)
	a.awaitPhoto(first.ID)
	second := a.photo("b.jpg", "", portrait(t, "Aaron_Peirsol_0001"))
	if h := <-hooks; h.Data.PhotoID != second.ID {
		t.Errorf("told twice: %+v", h)
	}
	a.quiet()
	if list := a.awaitTold(all.ID); len(list) != 2 {
		t.Errorf("deliveries: %+v", list)
	}
}

func TestPeople_renamed_and_merged_are_told_of_to_those_who_subscribed_to_them_until_erased(t *testing.T) {
	c := settings(t)
	c.AllowPrivateWebhooks = true
	a := start(t, c)
	var key []byte
	target, hooks := listen(t, &key)
	var sub struct {
		ID     string
		Filter struct{ Person string }
	}
	a.do("POST", "/v1/subscriptions", `{"kind":"webhook","target":"`+target+`","filter":{"person":"Abdul"}}`).into(t, &sub)
	first := a.photo("a.jpg", "", portrait(t, "Abdullah_0001"))
	other := a.photo("b.jpg", "", portrait(t, "Aaron_Peirsol_0001"))
	a.do("POST", "/v1/faces/"+first.Faces[0].ID+"/person", `{"name":"Abdul"}`)
	a.do("POST", "/v1/faces/"+other.Faces[0].ID+"/person", `{"name":"Aaron"}`)
	for _, step := range []struct{ method, path, body, want string }{
		{"PATCH", "/v1/people/Abdul", `{"name":"Abdullah"}`, "Abdullah"},
		{"POST", "/v1/people/Abdullah/merge", `{"into":"Aaron"}`, "Aaron"},
	} {
		if r := a.do(step.method, step.path, step.body); r.status != http.StatusOK {
			t.Fatalf("%d %s", r.status, r.body)
		}
		if a.do("GET", "/v1/subscriptions/"+sub.ID, "").into(t, &sub); sub.Filter.Person != step.want {
			t.Errorf("it asks for %q, want %q", sub.Filter.Person, step.want)
		}
	}
	again := a.photo("c.jpg", "", portrait(t, "Abdullah_0001"))
	if h := <-hooks; h.Data.PhotoID != again.ID {
		t.Errorf("told %+v", h)
	}
	if r := a.do("DELETE", "/v1/people/Aaron", ""); r.status != http.StatusOK || !strings.Contains(r.body, `"subscriptions":1`) {
		t.Errorf("erased: %d %s", r.status, r.body)
	}
	if r := a.do("GET", "/v1/subscriptions", ""); strings.Contains(r.body, sub.ID) || strings.Contains(r.body, "Aaron") {
		t.Errorf("who subscribed to somebody erased: %s", r.body)
	}
}

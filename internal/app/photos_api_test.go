package app_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	root "animo"
	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/tenants"
	"animo/samples"
)

// photo is the part of a photo's answer that tests look at.
type photo struct {
	ID, Status, Source string
	Name               string    `json:"image_id"`
	StatusURL          string    `json:"status_url"`
	ImageURL           string    `json:"image_url"`
	Taken              time.Time `json:"taken_at"`
	Failure            *struct{ Code, Message string }
	Faces              []struct{ ID, Mood string }
	Problem            *struct {
		Status              int
		Code, Field, Detail string
	}
}

// record is the part of a recorded face that tests look at.
type record struct {
	FaceID  string    `json:"face_id"`
	PhotoID string    `json:"photo_id"`
	ImageID string    `json:"image_id"`
	Taken   time.Time `json:"taken_at"`
	Mood    string
	Source  string
	Data    struct {
		Emotion struct{ Confidence float64 } `json:"user_emotion"`
	} `json:"image_data"`
}

// sample is one of the sample photos, from 1 to 6.
func sample(t testing.TB, n int) string {
	t.Helper()
	all, err := samples.Photos()
	if err != nil {
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	return string(all[n-1].JPEG)
}

// jpegHead is how a JPEG begins: enough for a file to be taken for one.
const jpegHead = "\xff\xd8\xff\xe0"

// photo sends a photo and waits until it is done or failed.
func (a *animo) photo(name, query, content string) photo {
	a.t.Helper()
	r := a.do("PUT", "/v1/photos/"+url.PathEscape(name)+query, content)
	if r.status != http.StatusAccepted {
		a.t.Fatalf("upload of %s: %d %s", name, r.status, r.body)
	}
	var p photo
	r.into(a.t, &p)
	return a.awaitPhoto(p.ID)
}

func (a *animo) awaitPhoto(id string) photo {
	a.t.Helper()
	for {
		r := a.do("GET", "/v1/photos/"+id+"?wait=20", "")
		if r.status != http.StatusOK {
			a.t.Fatalf("photo %s: %d %s", id, r.status, r.body)
		}
		var p photo
		r.into(a.t, &p)
		if p.Status == "done" || p.Status == "failed" {
			return p
		}
	}
}

// records asks for recorded faces, page by page.
func (a *animo) records(query string) []record {
	a.t.Helper()
	var all []record
	for after := ""; ; {
		r := a.do("GET", "/v1/moods?"+query+"&after="+url.QueryEscape(after), "")
		var page struct {
			Items []record
			Next  string
		}
		if r.into(a.t, &page); r.status != http.StatusOK {
			a.t.Fatalf("/v1/moods?%s: %d %s", query, r.status, r.body)
		}
		all = append(all, page.Items...)
		if after = page.Next; after == "" {
			return all
		}
	}
}

// part is one part of a form: a file where it has a file name.
type part struct{ field, file, content string }

// form sends photos as multipart/form-data.
func (a *animo) form(query string, parts ...part) answer {
	a.t.Helper()
	return a.formTo("/v1/photos"+query, parts...)
}

// formTo sends parts as multipart/form-data.
func (a *animo) formTo(path string, parts ...part) answer {
	a.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		var dst io.Writer
		var err error
		if p.file == "" {
			dst, err = w.CreateFormField(p.field)
		} else {
			dst, err = w.CreateFormFile(p.field, p.file)
		}
		if err == nil {
			_, err = io.WriteString(dst, p.content)
		}
		if err != nil {
			a.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		a.t.Fatal(err)
	}
	return a.send("POST", path, &b, http.Header{"Content-Type": {w.FormDataContentType()}})
}

func TestPhotos_from_an_upload_to_recorded_moods(t *testing.T) {
	a := start(t, settings(t))
	r := a.do("PUT", "/v1/photos/entrada.jpg?source=puerta&taken_at=2026-08-01T21:15:00-05:00", sample(t, 1))
	var p photo
	r.into(t, &p)
	if r.status != http.StatusAccepted || p.ID == "" || p.Name != "entrada.jpg" || p.StatusURL != "/v1/photos/"+p.ID || r.header.Get("Location") != p.StatusURL {
		t.Fatalf("upload: %d %v %s", r.status, r.header, r.body)
	}
	id := p.ID
	p = a.awaitPhoto(id)
	if p.Status != "done" || len(p.Faces) == 0 || p.Source != "puerta" || !p.Taken.Equal(time.Date(2026, 8, 2, 2, 15, 0, 0, time.UTC)) {
		t.Fatalf("photo: %+v", p)
	}
	if got := a.records("source=puerta"); len(got) != len(p.Faces) || got[0].PhotoID != id || got[0].ImageID != "entrada.jpg" {
		t.Errorf("recorded %+v of %+v", got, p.Faces)
	}
	if again := a.photo("entrada.jpg", "", sample(t, 1)); again.ID != id {
		t.Errorf("the same bytes again: %+v", again)
	}
	var list struct {
		Items []photo
		Next  string
	}
	other := a.photo("otra.jpg", "", sample(t, 2))
	a.do("GET", "/v1/photos?limit=1", "").into(t, &list)
	if len(list.Items) != 1 || list.Items[0].ID != other.ID || list.Next == "" {
		t.Errorf("the newest photo: %+v, want %s", list, other.ID)
	}
	a.do("GET", "/v1/photos?limit=1&after="+list.Next, "").into(t, &list)
	if len(list.Items) != 1 || list.Items[0].ID != id {
		t.Errorf("the photo before it: %+v, want %s", list, id)
	}
	blank := a.photo("vacia.png", "", onePixel)
	if blank.Status != "done" || blank.Faces == nil || len(blank.Faces) != 0 {
		t.Errorf("a photo without faces: %+v", blank)
	}
	broken := a.photo("rota.jpg", "", sample(t, 3)[:5000])
	if broken.Status != "failed" || broken.Failure == nil || broken.Failure.Code != "truncated_image" {
		t.Errorf("half a photo: %+v", broken)
	}
	es := *a
	es.lang = "es"
	if in := es.awaitPhoto(broken.ID); in.Failure == nil || in.Failure.Message == broken.Failure.Message {
		t.Errorf("in Spanish: %+v", in)
	}
}

// onePixel is a PNG of a single pixel.
var onePixel = func() string {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		panic(err)
	}
	return b.String()
}()

// addCamera makes a key of a tenant that may send photos.
func addCamera(t testing.TB, c config.Config, tenant string) string {
	t.Helper()
	key := addKey(t, c, tenant)
	s, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Tenants.SetPhotos(t.Context(), tenant, root.PhotoPolicy{Purpose: root.ForEvents}); err != nil {
		t.Fatal(err)
	}
	return key
}

func TestPhotos_form_takes_each_file_for_itself(t *testing.T) {
	c := settings(t)
	c.MaxPhoto, c.MaxFiles = 300_000, 10
	a := start(t, c)
	type items struct{ Items []photo }
	var got items
	a.form("?source=todas", part{"photo", `C:\fotos\uno.jpg`, sample(t, 1)}).into(t, &got)
	if got.Items != nil {
		t.Errorf("one file is answered with a list: %+v", got)
	}
	r := a.form("",
		part{"source", "", "norte"}, part{"f", "fotos/uno.jpg", sample(t, 1)},
		part{"f", "gorda.jpg", jpegHead + strings.Repeat("x", 500_000)},
		part{"source", "", "sur"}, part{"taken_at", "", "2026-08-01T12:00:00Z"}, part{"f", "an\u0303o.jpg", sample(t, 2)},
		part{"f", "nada.jpg", ""},
		part{"f", "no es foto.txt", "hola"})
	if r.into(t, &got); r.status != http.StatusAccepted || len(got.Items) != 5 || r.header.Get("Location") != "" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	one, fat, two, empty, text := got.Items[0], got.Items[1], got.Items[2], got.Items[3], got.Items[4]
	if one.Problem != nil || one.Name != "uno.jpg" || two.Problem != nil || two.Name != "a\u00f1o.jpg" {
		t.Errorf("the good ones: %+v %+v %+v", one, two, text)
	}
	if fat.ID != "" || fat.Name != "gorda.jpg" || fat.Problem == nil || fat.Problem.Code != "too_large" || fat.Problem.Status != 413 {
		t.Errorf("the one that is too large: %+v", fat)
	}
	if empty.Problem == nil || empty.Problem.Code != "empty_file" {
		t.Errorf("the empty one: %+v", empty)
	}
	if text.ID != "" || text.Name != "no es foto.txt" || text.Problem == nil || text.Problem.Code != "unknown_image" || text.Problem.Status != 415 {
		t.Errorf("the one that is no picture: %+v", text)
	}
	one, two = a.awaitPhoto(one.ID), a.awaitPhoto(two.ID)
	if one.Source != "todas" || two.Source != "sur" || !two.Taken.Equal(time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)) || one.Status != "done" || two.Status != "done" {
		t.Errorf("%+v %+v", one, two) // the first had come before, from todas
	}
	var many []part
	for range 11 {
		many = append(many, part{"f", "uno.jpg", onePixel})
	}
	a.form("", many...).into(t, &got)
	if last := got.Items[len(got.Items)-1]; len(got.Items) != 11 || last.ID != "" || last.Problem == nil || last.Problem.Code != "too_large" || got.Items[9].ID == "" {
		t.Errorf("11 files: %d items, the last is %+v", len(got.Items), last)
	}
}

func TestPhotos_form_passes_over_fields_that_are_none_of_ours(t *testing.T) {
	a := start(t, settings(t))
	var got struct{ Items []photo }
	r := a.form("", part{"f", "a.png", onePixel}, part{"submit", "", "Enviar"}, part{"note", "", strings.Repeat("x", 1<<20)}, part{"f", "b.png", onePixel})
	if r.into(t, &got); r.status != http.StatusAccepted || len(got.Items) != 2 || got.Items[0].ID == "" || got.Items[1].ID == "" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestPhotos_form_names_what_comes_after_a_field_that_is_wrong(t *testing.T) {
	a := start(t, settings(t))
	for field, c := range map[string]struct{ value, code string }{"taken_at": {"ayer", "invalid"}, "source": {strings.Repeat("x", 2000), "too_large"}} {
		var got struct{ Items []photo }
		r := a.form("", part{"f", field + ".png", onePixel}, part{field, "", c.value}, part{"f", "b.png", onePixel}, part{"taken_at", "", "2026-08-01T12:00:00Z"}, part{"f", "c.png", onePixel})
		if r.into(t, &got); r.status != http.StatusAccepted || len(got.Items) != 4 || got.Items[0].ID == "" {
			t.Fatalf("%s: %d %s", field, r.status, r.body)
		}
		for i, name := range []string{"", "b.png", "c.png"} {
			if p := got.Items[i+1]; p.ID != "" || p.Name != name || p.Problem == nil || p.Problem.Code != c.code || p.Problem.Field != field || !strings.Contains(p.Problem.Detail, field) {
				t.Errorf("%s: item %d is %+v (%+v), want %s of %q", field, i+1, p, p.Problem, c.code, name)
			}
		}
	}
}

func TestPhotos_form_of_which_nothing_is_taken_tells_of_each_file(t *testing.T) {
	c := settings(t)
	c.MaxPhoto = 1000
	a := start(t, c)
	var got struct {
		Status       int
		Code, Detail string
		Items        []photo
	}
	r := a.form("", part{"f", "gorda.jpg", jpegHead + strings.Repeat("x", 1500)}, part{"f", "vacía.jpg", ""})
	r.into(t, &got)
	if r.status != http.StatusRequestEntityTooLarge || r.header.Get("Content-Type") != "application/problem+json" || got.Status != r.status || got.Code != "too_large" || got.Detail == "" || len(got.Items) != 2 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	for i, want := range []struct{ name, code string }{{"gorda.jpg", "too_large"}, {"vacía.jpg", "empty_file"}} {
		if p := got.Items[i]; p.Name != want.name || p.Problem == nil || p.Problem.Code != want.code {
			t.Errorf("item %d is %+v, want %+v", i, p, want)
		}
	}
}

func TestPhotos_bad_requests(t *testing.T) {
	c := settings(t)
	c.MaxPhoto = 1000
	a := start(t, c)
	formType := "multipart/form-data; boundary=x"
	formOf := func(parts string) string { return strings.ReplaceAll(parts, "\n", "\r\n") }
	const file = "--x\nContent-Disposition: form-data; name=\"f\"; filename=\"a.jpg\"\n\n"
	for name, c := range map[string]struct {
		method, path, kind, body string
		status                   int
		code, field              string
	}{
		"no name":                     {"POST", "/v1/photos", "", "x", 422, "invalid", "name"},
		"name with a form":            {"POST", "/v1/photos?name=a", formType, formOf(file + "x\n--x--\n"), 422, "invalid", "name"},
		"name with a slash":           {"POST", "/v1/photos?name=a%2Fb", "", "x", 400, "unsafe_name", "name"},
		"name with a NUL":             {"POST", "/v1/photos?name=a%00b", "", "x", 400, "unsafe_name", "name"},
		"name of 256 bytes":           {"PUT", "/v1/photos/" + strings.Repeat("a", 256), "", "x", 400, "unsafe_name", "name"},
		"no name, PUT":                {"PUT", "/v1/photos/", "", "x", 404, "not_found", ""},
		"taken_at":                    {"PUT", "/v1/photos/a?taken_at=ayer", "", "x", 422, "invalid", "taken_at"},
		"taken_at, POST":              {"POST", "/v1/photos?name=a&taken_at=2026-13-01T00:00:00Z", "", "x", 422, "invalid", "taken_at"},
		"taken_at in the year 1":      {"PUT", "/v1/photos/a?taken_at=0001-01-02T00:00:00Z", "", "x", 422, "invalid", "taken_at"},
		"source":                      {"PUT", "/v1/photos/a?source=" + strings.Repeat("a", 65), "", "x", 422, "invalid", "source"},
		"unknown query":               {"PUT", "/v1/photos/a?sorce=b", "", "x", 422, "invalid", "sorce"},
		"empty":                       {"PUT", "/v1/photos/a", "", "", 422, "empty_file", ""},
		"empty, POST":                 {"POST", "/v1/photos?name=a", "", "", 422, "empty_file", ""},
		"too large":                   {"PUT", "/v1/photos/a", "", strings.Repeat("a", 1001), 413, "too_large", ""},
		"a text":                      {"PUT", "/v1/photos/a.jpg", "", "hola", 415, "unknown_image", ""},
		"a text, POST":                {"POST", "/v1/photos?name=a.jpg", "", "hola", 415, "unknown_image", ""},
		"a video":                     {"PUT", "/v1/photos/a.jpg", "", "\x00\x00\x00\x18ftypisom" + strings.Repeat("x", 100), 415, "unknown_image", ""},
		"form: a text":                {"POST", "/v1/photos", formType, formOf(file + "hola\n--x--\n"), 415, "unknown_image", ""},
		"a form to PUT":               {"PUT", "/v1/photos/a", formType, formOf(file + "x\n--x--\n"), 415, "unsupported", ""},
		"another multipart":           {"POST", "/v1/photos", "multipart/mixed; boundary=x", formOf(file + "x\n--x--\n"), 415, "unsupported", ""},
		"form: no border":             {"POST", "/v1/photos", "multipart/form-data", formOf(file + "x\n--x--\n"), 400, "malformed_body", ""},
		"form: empty":                 {"POST", "/v1/photos", formType, "--x--\r\n", 422, "invalid", "file"},
		"form: nothing at all":        {"POST", "/v1/photos", formType, "", 400, "malformed_body", ""},
		"form: no end":                {"POST", "/v1/photos", formType, formOf(file + "x\n"), 400, "malformed_body", ""},
		"form: no end after a field":  {"POST", "/v1/photos", formType, formOf("--x\nContent-Disposition: form-data; name=\"source\"\n\na\n--x"), 400, "malformed_body", ""},
		"form: no file chosen":        {"POST", "/v1/photos", formType, formOf("--x\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\n\n\n--x--\n"), 422, "invalid", "file"},
		"form: a file without a name": {"POST", "/v1/photos", formType, formOf("--x\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\n\nx\n--x--\n"), 400, "unsafe_name", "name"},
		"form: only other fields":     {"POST", "/v1/photos", formType, formOf("--x\nContent-Disposition: form-data; name=\"sorce\"\n\na\n--x--\n"), 422, "invalid", "file"},
		"form: taken_at":              {"POST", "/v1/photos", formType, formOf("--x\nContent-Disposition: form-data; name=\"taken_at\"\n\nayer\n" + file + "x\n--x--\n"), 422, "invalid", "taken_at"},
		"form: too long a field":      {"POST", "/v1/photos", formType, formOf("--x\nContent-Disposition: form-data; name=\"source\"\n\n" + strings.Repeat("a", 1025) + "\n--x--\n"), 413, "too_large", "source"},
		"form: too long a header":     {"POST", "/v1/photos", formType, formOf("--x\nContent-Disposition: form-data; name=\"f\"\nX: " + strings.Repeat("a", 100_000) + "\n\nx\n--x--\n"), 400, "malformed_body", ""},
		"form: too large a file":      {"POST", "/v1/photos", formType, formOf(file + jpegHead + strings.Repeat("a", 1001) + "\n--x--\n"), 413, "too_large", ""},
		"form: an empty file":         {"POST", "/v1/photos", formType, formOf(file + "\n--x--\n"), 422, "empty_file", ""},

		"list: limit":            {"GET", "/v1/photos?limit=0", "", "", 422, "invalid", "limit"},
		"list: unknown query":    {"GET", "/v1/photos?mood=sad", "", "", 422, "invalid", "mood"},
		"list: status":           {"GET", "/v1/photos?status=ready", "", "", 422, "invalid", "status"},
		"unknown photo":          {"GET", "/v1/photos/nada", "", "", 404, "not_found", "id"},
		"wait":                   {"GET", "/v1/photos/nada?wait=61", "", "", 422, "invalid", "wait"},
		"erase an unknown photo": {"DELETE", "/v1/photos/nada", "", "", 404, "not_found", "id"},
		"unknown image":          {"GET", "/v1/photos/nada/image", "", "", 404, "not_found", "id"},
		"unknown thumbnail":      {"GET", "/v1/photos/nada/image?thumbnail=1", "", "", 404, "not_found", "id"},
		"unknown, annotated":     {"GET", "/v1/photos/nada/image?annotated=1", "", "", 404, "not_found", "id"},
		"annotated":              {"GET", "/v1/photos/nada/image?annotated=yes", "", "", 422, "invalid", "annotated"},
		"annotated thumbnail":    {"GET", "/v1/photos/nada/image?annotated=1&thumbnail=1", "", "", 422, "invalid", "annotated"},
		"receipts: limit":        {"GET", "/v1/receipts?limit=1001", "", "", 422, "invalid", "limit"},
		"moods: mood":            {"GET", "/v1/moods?mood=angry", "", "", 422, "invalid", "mood"},
		"moods: from":            {"GET", "/v1/moods?from=ayer", "", "", 422, "invalid", "from"},
		"moods: to":              {"GET", "/v1/moods?to=-15x", "", "", 422, "invalid", "to"},
		"moods: to before from":  {"GET", "/v1/moods?from=2026-08-02&to=2026-08-01", "", "", 422, "invalid", "to"},
		"moods: two moods":       {"GET", "/v1/moods?mood=happy&mood=sad", "", "", 422, "invalid", "mood"},
		"moods: confidence":      {"GET", "/v1/moods?min_confidence=NaN", "", "", 422, "invalid", "min_confidence"},
		"moods: after":           {"GET", "/v1/moods?after=x", "", "", 422, "invalid", "after"},
		"moods: limit":           {"GET", "/v1/moods?limit=x", "", "", 422, "invalid", "limit"},
		"moods: unknown query":   {"GET", "/v1/moods?name=Ana", "", "", 422, "invalid", "name"},
		"summary: every":         {"GET", "/v1/moods/summary?every=x", "", "", 422, "invalid", "every"},
		"summary: 7 minutes":     {"GET", "/v1/moods/summary?every=7m", "", "", 422, "invalid", "every"},
		"summary: a second":      {"GET", "/v1/moods/summary?every=1s", "", "", 422, "invalid", "every"},
		"summary: from":          {"GET", "/v1/moods/summary?from=x", "", "", 422, "invalid", "from"},
		"export: format":         {"GET", "/v1/moods/export?format=xml", "", "", 422, "invalid", "format"},
		"export: mood":           {"GET", "/v1/moods/export?mood=x", "", "", 422, "invalid", "mood"},
		"export: limit":          {"GET", "/v1/moods/export?limit=1", "", "", 422, "invalid", "limit"},
		"stream: mood":           {"GET", "/v1/stream?mood=x", "", "", 422, "invalid", "mood"},
		"stream: confidence":     {"GET", "/v1/stream?min_confidence=101", "", "", 422, "invalid", "min_confidence"},
		"stream: no number":      {"GET", "/v1/stream?min_confidence=x", "", "", 422, "invalid", "min_confidence"},
		"stream: NaN":            {"GET", "/v1/stream?min_confidence=NaN", "", "", 422, "invalid", "min_confidence"},
		"stream: last event":     {"GET", "/v1/stream?last_event_id=x", "", "", 422, "invalid", "last_event_id"},
		"stream: wrong method":   {"POST", "/v1/stream", "", "", 405, "wrong_method", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := *a
			b.t = t
			header := http.Header{}
			if c.kind != "" {
				header.Set("Content-Type", c.kind)
			}
			for _, lang := range []string{"en", "es"} {
				b.lang = lang
				r := b.send(c.method, c.path, strings.NewReader(c.body), header)
				var p struct{ Code, Field, Detail string }
				r.into(t, &p)
				if r.status != c.status || p.Code != c.code || p.Detail == "" || c.field != "" && p.Field != c.field {
					t.Errorf("in %s: %d %s, want %d %s of %q", lang, r.status, r.body, c.status, c.code, c.field)
				}
			}
		})
	}
	if r := a.do("GET", "/v1/photos", ""); r.body != `{"items":[]}` {
		t.Errorf("something was kept: %s", r.body)
	}
}

func TestPhotos_images_are_served_for_what_they_are(t *testing.T) {
	a := start(t, settings(t))
	jpg := a.photo("foto ñ.html", "", sample(t, 1))
	const script, raw = jpegHead + "<html><script>alert(1)</script></html>", "FUJIFILMCCD-RAW 0201FF129506<html><script>alert(1)</script></html>"
	page, rawPage := a.photo("page.jpg", "", script), a.photo("page.raf", "", raw)
	for _, c := range []struct{ path, kind, name, body string }{
		{"/v1/photos/" + jpg.ID + "/image", "image/jpeg", "inline; filename*=utf-8''foto%20%C3%B1.html", sample(t, 1)},
		{"/v1/photos/" + page.ID + "/image", "image/jpeg", "inline; filename=page.jpg", script},
		{"/v1/photos/" + rawPage.ID + "/image", "image/x-raw", "inline; filename=page.raf", raw},
	} {
		r := a.do("GET", c.path, "")
		if r.status != http.StatusOK || r.body != strings.TrimSpace(c.body) || r.header.Get("Content-Type") != c.kind || r.header.Get("Content-Disposition") != c.name {
			t.Errorf("%s: %d %v, %d bytes", c.path, r.status, r.header, len(r.body))
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox", "Cache-Control": "private, no-store"} {
			if got := r.header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", c.path, name, got, want)
			}
		}
	}
	small, drawn := a.do("GET", jpg.ImageURL+"?thumbnail=1", ""), a.do("GET", jpg.ImageURL+"?annotated=1", "")
	for what, r := range map[string]answer{"thumbnail": small, "annotated": drawn} {
		cfg, err := jpeg.DecodeConfig(strings.NewReader(r.body))
		if err != nil || r.header.Get("Content-Type") != "image/jpeg" || what == "thumbnail" && max(cfg.Width, cfg.Height) != 320 {
			t.Errorf("%s: %d %v, %+v, %v", what, r.status, r.header, cfg, err)
		}
	}
	for query, name := range map[string]string{"?annotated": "foto%20%C3%B1-annotated.jpg", "?thumbnail": "foto%20%C3%B1-thumbnail.jpg"} {
		if r := a.do("GET", jpg.ImageURL+query, ""); r.status != http.StatusOK || !strings.HasSuffix(r.header.Get("Content-Disposition"), "''"+name) {
			t.Errorf("%s: %d %v, want a file %s", query, r.status, r.header, name)
		}
		if r := a.do("GET", page.ImageURL+query, ""); r.status != http.StatusNotFound || !strings.Contains(r.body, "this photo failed: ") {
			t.Errorf("%s of a page: %d %s", query, r.status, r.body)
		}
	}
	if r := a.do("GET", "/v1/moods/export?mood=happy&from=2026-08-01&to=2026-08-02", ""); r.header.Get("Content-Disposition") != `attachment; filename="moods-happy-from-2026-08-01-to-2026-08-02.csv"` {
		t.Errorf("export: %v", r.header)
	}
	for path, want := range map[string]string{"/v1/photos": "add the name: PUT /v1/photos/NAME", "/v1/training": "add the name: PUT /v1/training/NAME"} {
		if r := a.do("PUT", path, "x"); r.status != http.StatusMethodNotAllowed || !strings.Contains(r.body, want) {
			t.Errorf("PUT %s: %d %s", path, r.status, r.body)
		}
	}
}

func TestPhotos_erased_leave_a_receipt(t *testing.T) {
	a := start(t, settings(t))
	p := a.photo("borrar.jpg", "", sample(t, 1))
	kept := a.photo("guardar.jpg", "", sample(t, 2))
	type receipt struct {
		ID, Erased   string
		Faces, Files int
		Bytes        int
	}
	var got receipt
	r := a.do("DELETE", p.StatusURL, "")
	if r.into(t, &got); r.status != http.StatusOK || got.Erased != p.ID || got.Faces != len(p.Faces) || got.Files != 2 || got.Bytes != len(sample(t, 1)) {
		t.Errorf("%d %s", r.status, r.body)
	}
	for _, path := range []string{p.StatusURL, p.ImageURL, p.ImageURL + "?thumbnail=1", p.ImageURL + "?annotated=1"} {
		if r := a.do("GET", path, ""); r.status != http.StatusNotFound {
			t.Errorf("%s after the erasure: %d", path, r.status)
		}
	}
	if r := a.do("DELETE", p.StatusURL, ""); r.status != http.StatusNotFound {
		t.Errorf("erased twice: %d %s", r.status, r.body)
	}
	for _, rec := range a.records("") {
		if rec.PhotoID != kept.ID {
			t.Errorf("still recorded: %+v", rec)
		}
	}
	var list struct{ Items []receipt }
	a.do("GET", "/v1/receipts", "").into(t, &list)
	if len(list.Items) != 1 || list.Items[0] != got {
		t.Errorf("receipts: %+v, want %+v", list, got)
	}
}

func TestMoods_are_listed_summed_up_and_exported(t *testing.T) {
	a := start(t, settings(t))
	for i, source := range []string{"norte", "sur", ""} {
		a.photo(fmt.Sprintf("=foto%d.jpg", i), fmt.Sprintf("?source=%s&taken_at=2026-08-01T12:%02d:00Z", source, i), sample(t, i+1))
	}
	all := a.records("limit=2") // in pages
	if len(all) < 4 || !slices.IsSortedFunc(all, func(x, y record) int { return y.Taken.Compare(x.Taken) }) {
		t.Fatalf("all faces: %+v", all)
	}
	count := func(keep func(record) bool) (n int) {
		for _, r := range all {
			if keep(r) {
				n++
			}
		}
		return n
	}
	minute := func(m int) time.Time { return time.Date(2026, 8, 1, 12, m, 0, 0, time.UTC) }
	for query, want := range map[string]int{
		"":                               len(all),
		"mood=happy":                     count(func(r record) bool { return r.Mood == "HAPPY" }),
		"mood=HAPPY":                     count(func(r record) bool { return r.Mood == "HAPPY" }),
		"source=sur":                     count(func(r record) bool { return r.Source == "sur" }),
		"source=":                        count(func(r record) bool { return r.Source == "" }),
		"source=este":                    0,
		"person=Nadie":                   0,
		"min_confidence=99":              count(func(r record) bool { return r.Data.Emotion.Confidence >= 99 }),
		"from=2026-08-01":                len(all),
		"to=2026-08-01":                  0,
		"from=2026-08-01T14:01:00+02:00": count(func(r record) bool { return !r.Taken.Before(minute(1)) }), // with the plus as it is
		"from=2026-08-01T12:01:00Z&to=2026-08-01T12:02:00Z": count(func(r record) bool { return r.Taken.Equal(minute(1)) }),
		"to=-36500d": 0,
	} {
		if got := a.records(query); len(got) != want {
			t.Errorf("%s: %d faces, want %d", query, len(got), want)
		}
		r := a.do("GET", "/v1/moods/export?"+query, "")
		rows, err := csv.NewReader(strings.NewReader(r.body)).ReadAll()
		if err != nil || len(rows) != want+1 || r.header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.HasPrefix(r.header.Get("Content-Disposition"), `attachment; filename="moods`) {
			t.Errorf("export of %s: %v, %d rows, %v, want %d and a header", query, err, len(rows), r.header, want)
		}
		for i, row := range rows[1:] {
			if row[2] != "'"+all[0].ImageID[:5]+row[2][6:] || row[11] == "" {
				t.Errorf("row %d of %s: %q", i, query, row)
			}
		}
	}
	for query, header := range map[string]string{"?format=jsonl": "", "": "application/x-ndjson, */*"} {
		r := a.send("GET", "/v1/moods/export"+query, nil, http.Header{"Accept": {header}})
		lines := strings.Split(r.body, "\n")
		var first record
		if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || len(lines) != len(all) || first != all[len(all)-1] || r.header.Get("Content-Type") != "application/jsonl" {
			t.Errorf("JSONL: %d lines, %v, the first is %+v, want %+v", len(lines), err, first, all[len(all)-1])
		}
	}
	type counts map[string]struct {
		Faces      int
		Confidence float64
	}
	var sum struct {
		Every     string
		Total     counts
		Sources   map[string]counts
		Intervals []struct {
			From  time.Time
			Moods counts
		}
	}
	total := func(c counts) (n int) {
		for _, m := range c {
			n += m.Faces
		}
		return n
	}
	a.do("GET", "/v1/moods/summary", "").into(t, &sum)
	if len(sum.Intervals) != 3 || !sum.Intervals[1].From.Equal(minute(1)) || total(sum.Total) != len(all) || len(sum.Sources) != 3 {
		t.Errorf("summary: %+v", sum)
	}
	sum.Intervals = nil // not to be merged into
	r := a.do("GET", "/v1/moods/summary?every=1d&source=sur&from=2026-08-01", "")
	r.into(t, &sum)
	if len(sum.Intervals) != 1 || total(sum.Intervals[0].Moods) != count(func(r record) bool { return r.Source == "sur" }) {
		t.Errorf("of a day: %s", r.body)
	}
}

func TestPhotos_curl_sends_them_in_each_way(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: there is no curl: %v", err)
	}
	a := start(t, settings(t))
	sample(t, 1)
	file := filepath.Join("..", "..", "samples", "photos", "sample1.jpg")
	for _, args := range [][]string{
		{"-T", file, a.url + "/v1/photos/"}, // curl adds the file's name
		{"-T", file, a.url + "/v1/photos/dos.jpg"},
		{"-F", "source=a", "-F", "file=@" + file, a.url + "/v1/photos"},
		{"-F", "f=@" + file, "-F", "f=@" + file + ";filename=tres.jpg", a.url + "/v1/photos"},
		{"--data-binary", "@" + file, a.url + "/v1/photos?name=cuatro.jpg"},
	} {
		out, err := exec.CommandContext(t.Context(), "curl", append([]string{"-sS", "-w", "%{http_code}"}, args...)...).CombinedOutput()
		if err != nil || !bytes.HasSuffix(out, []byte("202")) || bytes.Contains(out, []byte("problem")) {
			t.Errorf("curl %s: %v %s", args, err, out)
		}
	}
	var list struct{ Items []photo }
	a.do("GET", "/v1/photos", "").into(t, &list)
	var names []string
	for _, p := range list.Items {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	if want := []string{"cuatro.jpg", "dos.jpg", "sample1.jpg", "tres.jpg"}; !slices.Equal(names, want) {
		t.Errorf("photos %q, want %q", names, want)
	}
}

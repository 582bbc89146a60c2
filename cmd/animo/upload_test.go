package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"animo"
	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/pictures"
	"animo/samples"
	"animo/vision"
)

// moodsIn counts the moods of the faces in photos, as the networks of this build see them.
func moodsIn(t *testing.T, photos ...samples.Photo) map[animo.Mood]int {
	t.Helper()
	engine, err := pictures.NewVision(vision.Options{})
	if err != nil {
		t.Fatal(err)
	}
	moods := map[animo.Mood]int{}
	for _, p := range photos {
		img, err := vision.Decode(t.Context(), bytes.NewReader(p.JPEG), vision.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		found, err := engine.Find(t.Context(), "", img)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			mood, _ := animo.MoodOf(f.Emotions, f.Unsure, config.Default().MoodConfidence)
			moods[mood]++
		}
	}
	return moods
}

// listed writes what moodsIn counts as upload tells it.
func listed(moods map[animo.Mood]int) string {
	var parts []string
	for _, m := range animo.Moods() {
		if moods[m] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", moods[m], m))
		}
	}
	return strings.Join(parts, ", ")
}

// samplePhotos returns the sample photos, after having checked that they and the networks are there.
func samplePhotos(t *testing.T) []samples.Photo {
	t.Helper()
	list, err := samples.Photos()
	if err == nil {
		err = networks()
	}
	if animo.CodeOf(err) == animo.Unavailable {
		if os.Getenv("ANIMO_REQUIRE_SHARED") == "1" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// serve runs an Animo in this process until the test ends, with settings changed as it is told, and returns its URL.
func serve(t *testing.T, change ...func(*config.Config)) string {
	t.Helper()
	c := config.Default()
	c.Data, c.Listen, c.MinFree = t.TempDir(), "127.0.0.1:0", 0
	for _, do := range change {
		do(&c)
	}
	a, err := app.New(t.Context(), c, app.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	a.Start(t.Context())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return "http://" + a.Addr()
}

// itemsOf returns what a server lists under a path.
func itemsOf[T any](t *testing.T, url, path string) []T {
	t.Helper()
	k, err := newClient(url, "", "en")
	if err != nil {
		t.Fatal(err)
	}
	defer k.http.CloseIdleConnections()
	var list struct{ Items []T }
	if err := k.call(t.Context(), http.MethodGet, path, nil, &list); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// check runs a command line and compares all that it prints with patterns as those of a script.
func check(t *testing.T, args []string, code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(args, bytes.NewReader(nil), &out, &errs); got != code {
		t.Errorf("%v: exit code %d, want %d", args, got, code)
	}
	for _, s := range []struct{ name, got, want string }{{"stdout", out.String(), stdout}, {"stderr", errs.String(), stderr}} {
		if !pattern(strings.Split(s.want, "\n")).MatchString(strings.TrimSuffix(s.got, "\n")) {
			t.Errorf("%v: %s is\n%s\nwant\n%s", args, s.name, s.got, s.want)
		}
	}
}

func TestUpload_sends_photos_and_tells_their_moods(t *testing.T) {
	sample := samplePhotos(t)[0]
	photo, found := sample.JPEG, listed(moodsIn(t, sample))
	url := serve(t)
	t.Setenv("LC_ALL", "C")
	t.Chdir(t.TempDir())
	place(t, "fotos/uno.png", photo) // by content, not by name
	place(t, "fotos/día 2/dos.jpg", append(photo[:len(photo):len(photo)], 0))
	place(t, "fotos/.oculta.jpg", photo)
	place(t, "fotos/notas.txt", []byte("no soy una foto"))
	place(t, "fuera.jpg", photo)
	if err := os.Symlink("../fuera.jpg", "fotos/enlace.jpg"); err != nil {
		t.Fatal(err)
	}

	args := []string{"upload", "--url", url, "--source", "escenario", "--taken-at", "2026-05-01T12:00:00-05:00", "--wait", "--jobs", "2", "fotos"}
	const left = "animo: passed over fotos/enlace.jpg: it is not a file but a link or the like\nanimo: passed over files that are no pictures: 1\nanimo: photos sent: 2"
	check(t, args, 0, "dos.jpg\t…\tdone\t"+found+"\nuno.png\t…\tdone\t"+found, left)
	check(t, args, 0, "dos.jpg\t…\tdone\t"+found+"\nuno.png\t…\tdone\t"+found, left) // the same photos

	list := itemsOf[animo.Photo](t, url, "/v1/photos")
	if len(list) != 2 {
		t.Errorf("the server has %d photos, want 2", len(list))
	}
	for _, p := range list {
		if p.Source != "escenario" || !p.Taken.Equal(time.Date(2026, 5, 1, 17, 0, 0, 0, time.UTC)) {
			t.Errorf("%s is from %q, taken %v", p.Name, p.Source, p.Taken)
		}
	}
}

func TestUpload_tells_when_a_file_was_changed(t *testing.T) {
	url := serve(t)
	t.Setenv("LC_ALL", "C")
	t.Chdir(t.TempDir())
	changed := time.Date(2025, 12, 24, 20, 0, 0, 0, time.UTC)
	place(t, "camera.jpg", samplePhotos(t)[5].JPEG)
	place(t, "drawn.png", []byte("\x89PNG\r\n\x1a\n")) // it fails, and has a time all the same
	for _, name := range []string{"camera.jpg", "drawn.png"} {
		if err := os.Chtimes(name, changed, changed); err != nil {
			t.Fatal(err)
		}
	}
	check(t, []string{"upload", "--url", url, "camera.jpg", "drawn.png"}, 0, "camera.jpg\t…\tqueued\ndrawn.png\t…\tqueued", "animo: photos sent: 2")
	list := itemsOf[animo.Photo](t, url, "/v1/photos")
	got := map[string]string{}
	for _, p := range list {
		got[p.Name] = p.Taken.Format(time.RFC3339) + " " + string(p.TakenBy)
	}
	if want := map[string]string{"camera.jpg": "2018-05-06T02:42:10Z camera", "drawn.png": "2025-12-24T20:00:00Z file"}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestUpload_goes_on_after_a_photo_that_fails(t *testing.T) {
	sample := samplePhotos(t)[5]
	photo := sample.JPEG
	url := serve(t)
	t.Setenv("LC_ALL", "es_CO.UTF-8")
	t.Chdir(t.TempDir())
	place(t, "mala.jpg", []byte("\xff\xd8\xff\xe0 nada más")) // empieza como una foto
	place(t, "a\tb.jpg", photo)
	place(t, "vacía.jpg", nil)
	place(t, "buena.jpg", photo)
	changed := time.Date(2025, 12, 24, 20, 0, 0, 0, time.UTC)
	if err := os.Chtimes("buena.jpg", changed, changed); err != nil {
		t.Fatal(err)
	}
	check(t, []string{"upload", "--url", url, "--wait", "--taken-at", "file", "mala.jpg", "nada.jpg", "a\tb.jpg", "vacía.jpg", "buena.jpg"}, 1,
		"mala.jpg\t…\tfailed\t…\nbuena.jpg\t…\tdone\t"+listed(moodsIn(t, sample)),
		"animo: vacía.jpg: el archivo está vacío\nanimo: nada.jpg: no existe ese archivo\nanimo: \"a\\tb.jpg\": …no puede ser …\nanimo: fotos enviadas: 2\nanimo: fallaron: 4 (véase arriba)")
}

func TestUpload_says_what_is_wrong_before_it_sends(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	t.Chdir(t.TempDir())
	place(t, "foto.jpg", []byte("\xff\xd8\xff begins like a picture"))
	if err := os.Mkdir("vacía", 0o777); err != nil {
		t.Fatal(err)
	}
	none := httptest.NewServer(http.NotFoundHandler())
	defer none.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, c := range []struct {
		args   []string
		code   int
		stderr string
	}{
		{[]string{"foto.jpg", "--jobs", "0"}, 2, "animo: --jobs: 0 is not a number of photos at once; allowed are 1 to 64"},
		{[]string{"foto.jpg", "--taken-at", "ayer"}, 2, `animo: --taken-at: "ayer" is neither a time like 2026-11-21T18:30:00Z nor "file"`},
		{[]string{"foto.jpg", "--url", "localhost:8080"}, 2, `animo: --url: "localhost:8080" is not a URL like http://127.0.0.1:8080`},
		{[]string{"vacía"}, 1, "animo: vacía: there is no picture in it"},
		{[]string{"/dev/null"}, 2, "animo: …/dev/null is not a file"},
		{[]string{"foto.jpg", "--url", none.URL}, 1, "animo: " + none.URL + " answers, but not as an Animo does (404 Not Found)"},
		{[]string{"foto.jpg", "--url", strings.Replace(none.URL, "http:", "https:", 1)}, 2, "animo: --url: https://… does not encrypt; use http:// instead of https://"},
		{[]string{"foto.jpg", "--url", gone.URL}, 1, "animo: no answer from " + gone.URL + "; check the URL, and that animo serve runs there (…)"},
	} {
		check(t, append([]string{"upload"}, c.args...), c.code, "", c.stderr)
	}
}

func TestUpload_interrupted_says_how_many_were_sent(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if filepath.Base(r.URL.Path) == "c.jpg" {
			interrupt()
			<-r.Context().Done()
			return
		}
		answer(http.StatusOK, "", `{"id":"1","status":"queued"}`)(w, r)
	}))
	defer server.Close()
	t.Chdir(t.TempDir())
	for _, name := range []string{"a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"} {
		place(t, name, []byte("\xff\xd8\xff begins like a picture"))
	}
	var out, errs bytes.Buffer
	u := uploadCmd{Files: []string{"a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"}, URL: server.URL, Jobs: 1}
	err := u.Run(ctx, &console{stdout: &out, stderr: &errs, lang: "en"})
	if animo.CodeOf(err) != animo.Interrupted || err.Error() != "interrupted; photos sent: 2 of 5" {
		t.Errorf("%v", err)
	}
	if out.String() != "a.jpg\t1\tqueued\nb.jpg\t1\tqueued\n" || errs.Len() > 0 {
		t.Errorf("stdout\n%s\nstderr\n%s", &out, &errs)
	}
}

func TestUpload_stops_where_every_photo_would_be_refused(t *testing.T) {
	t.Chdir(t.TempDir())
	var names []string
	for i := range 20 {
		name := string(rune('a'+i)) + ".jpg"
		place(t, name, []byte("\xff\xd8\xff begins like a picture"))
		names = append(names, name)
	}
	for _, code := range []animo.Code{animo.Quota, animo.Forbidden, animo.Unauthenticated} {
		for _, jobs := range []int{1, 4} {
			var asked atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				switch {
				case r.Method != http.MethodPut:
				case asked.Add(1) <= 2:
					answer(http.StatusOK, "", `{"id":"1","status":"queued"}`)(w, r)
				default:
					answer(map[animo.Code]int{animo.Quota: 507, animo.Forbidden: 403, animo.Unauthenticated: 401}[code], "5", `{"code":"`+string(code)+`","detail":"not now"}`)(w, r)
				}
			}))
			var out, errs bytes.Buffer
			u := uploadCmd{Files: names, URL: server.URL, Key: "a-key", Jobs: jobs}
			err := u.Run(t.Context(), &console{stdout: &out, stderr: &errs, lang: "en"})
			server.Close()
			if animo.CodeOf(err) != code || err.Error() != "failed: 1 (see above); not sent, as they would be refused, too: 17" {
				t.Errorf("%s: %v", code, err)
			}
			if n := asked.Load(); n > int32(2+jobs) || strings.Count(out.String(), "queued") != 2 || strings.Count(errs.String(), "not now") != 1 {
				t.Errorf("%s, %d at once: %d sent; stdout\n%s\nstderr\n%s", code, jobs, n, &out, &errs)
			}
		}
	}
}

func TestUpload_names_what_should_be_a_picture_and_is_none(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	t.Chdir(t.TempDir())
	server := httptest.NewServer(answer(http.StatusOK, "", `{"id":"1","status":"queued"}`))
	defer server.Close()
	place(t, "fotos/a.jpg", []byte("\xff\xd8\xff begins like a picture"))
	place(t, "fotos/b.JPG", nil)
	place(t, "fotos/c.png", []byte("<html>"))
	place(t, "fotos/d.txt", []byte("not meant to be one"))
	place(t, "e", []byte("named"))
	place(t, "f.jxl", []byte("\x00\x00\x00\x0cJXL \r\n\x87\n"))
	const none = ": this is not a picture; …\n"
	check(t, []string{"upload", "--url", server.URL, "fotos", "e", "f.jxl"}, 1, "a.jpg\t1\tqueued",
		"animo: fotos/b.JPG: the file is empty\nanimo: fotos/c.png"+none+"animo: e"+none+
			"animo: f.jxl: JPEG XL files are not read; save it as JPEG or PNG\n"+
			"animo: passed over files that are no pictures: 1\nanimo: photos sent: 1\nanimo: failed: 4 (see above)")
}

func TestUpload_says_that_it_waits_and_that_a_key_is_wanted(t *testing.T) {
	t.Chdir(t.TempDir())
	place(t, "a.jpg", []byte("a photo"))
	k, _, _ := flaky(t,
		answer(429, "1", `{"code":"too_many_requests","detail":"slower"}`),
		answer(429, "7", `{"code":"too_many_requests","detail":"slower, please"}`),
		answer(401, "", `{"code":"unauthenticated","detail":"no key"}`))
	var out, errs bytes.Buffer
	c := &console{stdout: &out, stderr: &errs, lang: "en"}
	u := &uploading{c: c, client: k, options: &uploadCmd{Jobs: 1}, bar: newBar(c)}
	k.waits, k.key = u.waits, ""
	err := u.run(t.Context(), []string{"a.jpg"})
	if animo.CodeOf(err) != animo.Unauthenticated {
		t.Errorf("%v", err)
	}
	want := "animo: waiting 7s, then trying again: slower, please\nanimo: a.jpg: " + k.base +
		" wants a key; put it into ANIMO_KEY, or give it with --key (animo keys add makes one)\nanimo: photos sent: 0\n"
	if errs.String() != want {
		t.Errorf("stderr is\n%s\nwant\n%s", &errs, want)
	}
}

package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	root "animo"
	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/pictures"
	"animo/internal/table"
	"animo/internal/tenants"
	"animo/vision"
)

// engine is a pictures.Engine of a test's own.
type engine func(ctx context.Context, tenant string, img vision.Image) ([]pictures.Found, error)

// Find is pictures.Engine's.
func (e engine) Find(ctx context.Context, tenant string, img vision.Image) ([]pictures.Found, error) {
	return e(ctx, tenant, img)
}

// happy is what an engine finds in a picture of so many happy faces.
func happy(n int) []pictures.Found {
	found := make([]pictures.Found, n)
	for i := range found {
		found[i].Emotions = []root.Emotion{{Type: "HAPPY", Confidence: 90}, {Type: "CALM", Confidence: 10}}
		found[i].Box = root.Box{Width: 1, Height: 1}
	}
	return found
}

// dot is a picture of one pixel of that shade.
func dot(shade uint8) string {
	m := image.NewGray(image.Rect(0, 0, 1, 1))
	m.SetGray(0, 0, color.Gray{shade})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.String()
}

// put sends a photo and tells its id, without waiting for what becomes of it.
func (a *animo) put(name, content string) string {
	a.t.Helper()
	r := a.do("PUT", "/v1/photos/"+url.PathEscape(name), content)
	if r.status != http.StatusAccepted {
		a.t.Fatalf("upload of %s: %d %s", name, r.status, r.body)
	}
	var p photo
	r.into(a.t, &p)
	return p.ID
}

// TestFaults_engine_troubles_one_photo_and_no_other has an engine that panics, hangs, is slow, fails now and then,
// or asks again and again to wait.
func TestFaults_engine_troubles_one_photo_and_no_other(t *testing.T) {
	const panics, hangs, slow, later, flaky, good = 0, 50, 100, 150, 200, 250 // the shades of the pictures
	var mu sync.Mutex
	calls := map[uint8]int{}
	slowEnds := make(chan struct{})
	find := func(ctx context.Context, _ string, img vision.Image) ([]pictures.Found, error) {
		shade := img.Pix[0]
		mu.Lock()
		calls[shade]++
		n := calls[shade]
		mu.Unlock()
		switch {
		case shade == panics:
			panic("the engine is broken")
		case shade == hangs:
			<-ctx.Done()
			return nil, ctx.Err()
		case shade == slow:
			select {
			case <-slowEnds:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		case shade == later && n <= 10:
			return nil, root.Deferred{Pause: time.Millisecond, Err: errors.New("busy")}
		case (shade == later || shade == flaky) && n <= 12 && n != 3:
			return nil, errors.New("now and then")
		}
		return happy(2), nil
	}
	c := settings(t)
	c.Analyses, c.AnalyseTime = 3, 2*time.Second
	a := startWith(t, c, app.Options{Faces: engine(find)})
	sol, mar := a.as(addCamera(t, c, "sol")), a.as(addCamera(t, c, "mar"))

	ids := map[uint8]string{}
	for _, shade := range []uint8{slow, hangs, panics, later, flaky} {
		ids[shade] = sol.put(fmt.Sprintf("%d.png", shade), dot(shade))
	}
	for i := range 5 {
		if p := mar.photo(fmt.Sprintf("%d.png", i), "", dot(good)); p.Status != "done" || len(p.Faces) != 2 {
			t.Errorf("another's photo: %+v", p)
		}
	}
	var p photo
	if sol.do("GET", "/v1/photos/"+ids[slow], "").into(t, &p); p.Status != "analysing" {
		t.Errorf("the slow one is %s before it is let go", p.Status)
	}
	close(slowEnds)

	for shade, want := range map[uint8]struct {
		status, code string
		calls        int
	}{
		panics: {"failed", "internal", 3},
		hangs:  {"failed", "timeout", 3},
		slow:   {"done", "", 0},  // it may take more than one attempt until it is let go
		later:  {"done", "", 13}, // ten times later, and then two failures and a success are three attempts
		flaky:  {"done", "", 3},
	} {
		p := sol.awaitPhoto(ids[shade])
		mu.Lock()
		n := calls[shade]
		mu.Unlock()
		if p.Status != want.status || want.code != "" && (p.Failure == nil || p.Failure.Code != want.code || p.Failure.Message == "") || want.calls > 0 && n != want.calls {
			t.Errorf("shade %d: %+v (%+v) after %d calls, want %+v", shade, p, p.Failure, n, want)
		}
	}
	letters := sol.deadLetters("analyse")
	slices.SortFunc(letters, func(x, y deadLetter) int { return strings.Compare(x.Reason.Code, y.Reason.Code) })
	if len(letters) != 2 || letters[0].Reason.Code != "internal" || letters[1].Reason.Code != "timeout" || letters[0].Attempts != 3 || letters[1].Attempts != 3 {
		t.Errorf("dead letters: %+v", letters)
	}
	if got := len(sol.records("")); got != 6 {
		t.Errorf("%d faces are recorded, want two of each photo that is done", got)
	}
}

// TestFaults_a_flood_does_not_make_another_tenant_wait counts how many photos of a flood are begun before the
// single photo of another tenant that comes after it.
func TestFaults_a_flood_does_not_make_another_tenant_wait(t *testing.T) {
	const workers = 2
	flood := 2000
	if testing.Short() {
		flood = 200
	}
	begun := make(chan string)  // whose photo
	goOn := make(chan struct{}) // one photo ends
	over := make(chan struct{}) // all end
	find := func(_ context.Context, tenant string, _ vision.Image) ([]pictures.Found, error) {
		select {
		case begun <- tenant:
		case <-over:
		}
		select {
		case <-goOn:
		case <-over:
		}
		return nil, nil
	}
	c := settings(t)
	c.Analyses = workers
	a := startWith(t, c, app.Options{Faces: engine(find)})
	defer close(over)
	sol, mar := a.as(addCamera(t, c, "sol")), a.as(addCamera(t, c, "mar"))

	var clients sync.WaitGroup
	for i := range 4 {
		clients.Go(func() {
			var parts []part
			for j := range flood / 4 {
				parts = append(parts, part{"f", fmt.Sprintf("%d-%d.png", i, j), onePixel})
			}
			if r := sol.form("", parts...); r.status != http.StatusAccepted || strings.Contains(r.body, `"problem"`) {
				t.Errorf("the flood: %d %.300s", r.status, r.body)
			}
		})
	}
	for range workers {
		<-begun
	}
	clients.Wait()
	for range 10 { // well within the flood
		goOn <- struct{}{}
		<-begun
	}
	id := mar.put("una.png", onePixel)
	for before := 0; ; before++ {
		if before > workers {
			t.Fatalf("%d photos of the flood were begun before it; at most one for each of %d workers may be", before, workers)
		}
		goOn <- struct{}{}
		if <-begun == "mar" {
			break
		}
	}
	for range workers { // whichever of them it is
		goOn <- struct{}{}
		if <-begun == "mar" {
			t.Error("begun twice")
		}
	}
	if p := mar.awaitPhoto(id); p.Status != "done" {
		t.Errorf("%+v", p)
	}
}

// TestFaults_upload_that_stops_half_way_is_not_kept sends a part of a photo and then hangs up, or says nothing
// any more.
func TestFaults_upload_that_stops_half_way_is_not_kept(t *testing.T) {
	c := settings(t)
	c.UploadTime = time.Second // that much a silent client may take
	a := startWith(t, c, app.Options{Faces: engine(func(context.Context, string, vision.Image) ([]pictures.Found, error) { return happy(1), nil })})

	begun := dot(1)[:16] + strings.Repeat("x", 10_000) // begins like a picture
	whole := "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"entera.png\"\r\n\r\n" + dot(1) + "\r\n"
	half := "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"media.png\"\r\n\r\n" + begun
	for name, cse := range map[string]struct {
		head, body string
		kept       []string // what came whole before
	}{
		"a body": {"PUT /v1/photos/media.png HTTP/1.1\r\n", begun, nil},
		"a form": {"POST /v1/photos HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x\r\n", whole + half, []string{"entera.png"}},
	} {
		for _, hangsUp := range []bool{true, false} {
			conn, err := net.Dial("tcp", strings.TrimPrefix(a.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(conn, "%sHost: localhost\r\nContent-Length: 10000000\r\n\r\n%s", cse.head, cse.body)
			if hangsUp {
				a.awaitDone(len(cse.kept))
				awaitSpooling(t, c, true) // it is so large that it comes in as a file
			} else if answer, err := io.ReadAll(conn); err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 ")) || !bytes.Contains(answer, []byte(`"code":`)) {
				t.Errorf("%s that stalls is answered %q, %v", name, answer, err)
			}
			_ = conn.Close()
			awaitSpooling(t, c, false)
			list := a.awaitDone(len(cse.kept))
			var names []string
			for _, p := range list {
				names = append(names, p.Name)
			}
			if !slices.Equal(names, cse.kept) {
				t.Errorf("%s that stops, hanging up %v: there are %q, want %q", name, hangsUp, names, cse.kept)
			}
			for _, p := range list {
				a.do("DELETE", "/v1/photos/"+p.ID, "")
			}
			leavesNoPhotos(t, c)
			if next := a.photo("siguiente.png", "", dot(2)); next.Status != "done" {
				t.Errorf("the next upload: %+v", next)
			} else {
				a.do("DELETE", "/v1/photos/"+next.ID, "")
			}
		}
	}
}

// awaitDone waits until there are at least so many photos and all are done.
func (a *animo) awaitDone(n int) []photo {
	a.t.Helper()
	for {
		var list struct{ Items []photo }
		a.do("GET", "/v1/photos", "").into(a.t, &list)
		if len(list.Items) >= n && !slices.ContainsFunc(list.Items, func(p photo) bool { return p.Status != "done" }) {
			return list.Items
		}
	}
}

// awaitSpooling waits until an upload is coming in, or none is any more.
func awaitSpooling(t *testing.T, c config.Config, want bool) {
	t.Helper()
	for began := time.Now(); spooling(t, c) != want; runtime.Gosched() {
		if time.Since(began) > 10*time.Second {
			t.Fatalf("an upload comes in: %v, want %v", !want, want)
		}
	}
}

// leavesNoPhotos checks that no file of a photo is kept, and nothing waits to be seen to.
func leavesNoPhotos(t *testing.T, c config.Config) {
	t.Helper()
	for _, dir := range []string{"objects", "incoming"} {
		err := filepath.WalkDir(filepath.Join(c.Data, dir), func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				t.Errorf("left: %s", path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	s, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if n, err := s.Tables.Count(t.Context(), root.DefaultTenant, "photo-pending", table.Range{}); n != 0 || err != nil {
		t.Errorf("%d photos wait for the sweeper, %v", n, err)
	}
}

// TestFaults_clock_that_jumps moves the clock a day forth and back between photos, with a sweep going on.
func TestFaults_clock_that_jumps(t *testing.T) {
	const day = 24 * time.Hour
	var ahead atomic.Int64
	c := settings(t)
	c.SweepEvery = 20 * time.Millisecond
	a := startWith(t, c, app.Options{
		Now:   func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
		Faces: engine(func(context.Context, string, vision.Image) ([]pictures.Found, error) { return happy(2), nil }),
	})
	l := a.listen("", "")
	ids := map[string]string{}
	var sent []string
	for round, jump := range []time.Duration{0, day, -day, 0, -day, day, 0} {
		ahead.Store(int64(jump))
		for i := range 2 {
			name := fmt.Sprintf("%d-%d.png", round, i)
			p := a.photo(name, "", dot(1))
			if p.Status != "done" || ids[p.ID] != "" {
				t.Errorf("%v ahead, %s is %+v, and was %s", jump, name, p, ids[p.ID])
			}
			ids[p.ID] = name
			sent = append(sent, p.ID)
		}
		for _, id := range sent {
			if p := a.photo(ids[id], "", dot(1)); p.ID != id {
				t.Errorf("%v ahead, %s sent again is %s, and was %s", jump, ids[id], p.ID, id)
			}
		}
	}
	places, told := l.faces(2 * len(sent))
	for i, place := range places {
		n, err := strconv.Atoi(place)
		if before, _ := strconv.Atoi(places[max(0, i-1)]); err != nil || i > 0 && n <= before {
			t.Errorf("the stream's ids: %v, %v", places, err)
			break
		}
	}
	for i, r := range told { // in the order in which they were recorded, whatever the clock said
		if r.PhotoID != sent[i/2] {
			t.Errorf("face %d of the stream is of %s, want %s", i, r.PhotoID, sent[i/2])
		}
	}
	if got := a.records("limit=5"); len(got) != 2*len(sent) {
		t.Errorf("%d faces are recorded, want %d", len(got), 2*len(sent))
	}

	ahead.Store(int64(-day))
	a.do("DELETE", "/v1/photos/"+sent[3], "") // from a day ahead
	if p := a.photo(ids[sent[3]], "", dot(1)); p.ID <= sent[3] || p.Status != "done" {
		t.Errorf("sent again after its erasure: %+v, which was %s", p, sent[3])
	}
}

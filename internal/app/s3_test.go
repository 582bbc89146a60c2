package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	animoerr "animo"
	"animo/internal/app"
	"animo/internal/gatetest"
	"animo/internal/pictures"
	"animo/internal/s3test"
	"animo/vision"
)

// TestS3_goes_away_while_photos_are_analysed shuts the way to the bucket while photos are analysed, for longer than three attempts
// take. What was accepted is recorded once, no attempt spent; what comes meanwhile is refused with what to do.
func TestS3_goes_away_while_photos_are_analysed(t *testing.T) {
	u, err := url.Parse(s3test.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	server, err := url.Parse(query.Get("endpoint"))
	if err != nil {
		t.Fatal(err)
	}
	g := gatetest.New(t, server.Host)
	server.Host = g.Address()
	query.Set("endpoint", server.String())
	u.RawQuery = query.Encode()
	shut := make(chan struct{})
	see := engine(func(ctx context.Context, _ string, _ vision.Image) ([]pictures.Found, error) {
		select {
		case <-shut:
		case <-ctx.Done():
		}
		return happy(2), nil
	})
	c := settings(t)
	c.Objects = u.String()
	a := startWith(t, c, app.Options{Faces: see, Log: slog.New(slog.DiscardHandler)})
	const photos = 4
	ids := map[string]bool{}
	for i := range photos {
		r := a.do("PUT", fmt.Sprintf("/v1/photos/p%d.png", i), dot(uint8(i)))
		if r.status != http.StatusAccepted {
			t.Fatalf("photo %d: %d %s", i, r.status, r.body)
		}
		var p photo
		r.into(t, &p)
		ids[p.ID] = true
	}
	g.Shut(true)
	close(shut)
	for attempts(t, a, "analyse", "returned") < 4*photos && attempts(t, a, "analyse", "retried") == 0 {
	}
	for _, path := range []string{"/v1/photos/late.png", "/v1/training/late.txt"} {
		body := dot(99)
		if path == "/v1/training/late.txt" {
			body = reviews(t)
		}
		if r := a.do("PUT", path, body); r.status != http.StatusServiceUnavailable || r.code() != "machine" {
			t.Errorf("%s while the bucket is away: %d %s", path, r.status, r.body)
		}
	}
	g.Shut(false)
	for id := range ids {
		if p := a.awaitPhoto(id); p.Status != "done" {
			t.Errorf("photo %s is %s", id, p.Status)
		}
	}
	_ = a.deadLetters("analyse") // waits until nothing is under way
	told := map[string]int{}
	for _, r := range a.records("") {
		told[r.PhotoID]++
	}
	for id := range ids {
		if told[id] != 2 {
			t.Errorf("of photo %s %d faces are recorded, want 2", id, told[id])
		}
	}
	if len(told) != photos {
		t.Errorf("%d photos are recorded, want %d", len(told), photos)
	}
	for _, outcome := range []string{"retried", "dead"} {
		if n := attempts(t, a, "analyse", outcome); n != 0 {
			t.Errorf("%d attempts were %s", n, outcome)
		}
	}
	if tr := a.upload("late.txt", "?trainer=nb", reviews(t)); tr.Status != "done" {
		t.Errorf("a training when the bucket is back: %+v", tr)
	}
}

// What works on a folder of objects works on a bucket: backups, restores, examinations, and the look for a database's objects.
func TestS3_is_backed_up_restored_and_examined(t *testing.T) {
	t.Setenv("ANIMO_TEST_OBJECTS", "s3")
	see := engine(func(context.Context, string, vision.Image) ([]pictures.Found, error) { return happy(1), nil })
	c := settings(t)
	c.Data = filepath.Join(c.Data, "private") // as a server makes it
	c.Tables = "sqlite:"
	a := startWith(t, c, app.Options{Faces: see})
	r := a.do("PUT", "/v1/photos/a.png", dot(1))
	var p photo
	if r.into(t, &p); r.status != http.StatusAccepted {
		t.Fatalf("%d %s", r.status, r.body)
	}
	a.awaitPhoto(p.ID)
	a.stop()
	wantFaults(t, "in the bucket", examine(t, c, app.DoctorOptions{Hashes: true}))

	dir := backup(t, c)
	there, _ := restored(t, c, dir)
	if r := there.do("GET", "/v1/photos/"+p.ID+"/image", ""); r.status != http.StatusOK || r.body != dot(1) {
		t.Errorf("the picture after the restore: %d, %d bytes", r.status, len(r.body))
	}
	same := settings(t)
	same.Objects, same.Data = c.Objects, filepath.Join(t.TempDir(), "data")
	if _, err := app.Restore(t.Context(), same.Stores, dir, app.RestoreOptions{Erased: []string{c.ErasuresPath()}, Log: slog.New(slog.DiscardHandler)}); animoerr.CodeOf(err) != animoerr.Conflict {
		t.Errorf("a restore beside the objects that are there: %v, want a conflict", err)
	}
	if _, err := app.New(t.Context(), same, app.Options{Log: slog.New(slog.DiscardHandler)}); animoerr.CodeOf(err) != animoerr.Conflict {
		t.Errorf("a new database beside objects of another: %v, want a conflict", err)
	}
}

// attempts is how often a function's attempts ended so, by the metrics.
func attempts(t *testing.T, a *animo, function, outcome string) int {
	t.Helper()
	m := regexp.MustCompile(`(?m)^animo_function_seconds_count\{function="` + function + `",outcome="` + outcome + `"\} (\d+)$`).FindStringSubmatch(a.do("GET", "/metrics", "").body)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		t.Error(err)
	}
	return n
}

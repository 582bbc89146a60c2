package app_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// dropped is an inbox's folder as people and cameras see it.
type dropped struct {
	t   testing.TB
	dir string
}

func (d dropped) path(name string) string { return filepath.Join(d.dir, filepath.FromSlash(name)) }

func (d dropped) write(name, content string) {
	d.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(d.path(name)), 0o700), os.WriteFile(d.path(name), []byte(content), 0o600)); err != nil {
		d.t.Fatal(err)
	}
}

// await waits until there is a file, and returns what is in it.
func (d dropped) await(name string) string {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		b, err := os.ReadFile(d.path(name))
		if err == nil {
			return string(b)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			d.t.Fatal(err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			d.t.Fatalf("%s does not come", name)
		}
	}
}

func TestInbox_from_a_dropped_file_to_an_answer(t *testing.T) {
	c := settings(t)
	c.Inbox = filepath.Join(t.TempDir(), "inbox")
	acmeKey, defaultKey := addCamera(t, c, "acme"), addKey(t, c, "default")
	a := start(t, c)
	d := dropped{t, c.Inbox}
	portrait := sample(t, 1)

	d.write("acme/photos/stage-left/portrait.jpg", portrait)
	d.write("acme/photos/broken.jpg", "not a picture at all, whatever it is called")
	d.write("default/photos/portrait.jpg", sample(t, 2))
	d.write("default/training/opiniones.txt", reviews(t))
	d.write("default/training/bad.txt", "one column\n")
	slow := make(chan error, 1)
	go func() { slow <- copySlowly(d.path("acme/photos/slow.jpg"), portrait) }()

	if got := d.await("acme/done/photos/stage-left/portrait.jpg"); got != portrait {
		t.Errorf("the photo has %d bytes after its analysis, had %d", len(got), len(portrait))
	}
	d.await("default/done/photos/portrait.jpg")
	if got := d.await("acme/failed/photos/broken.jpg.reason.txt"); !strings.HasPrefix(got, "unknown_image\n") || !strings.Contains(got, "drop the file into photos again") || !strings.Contains(got, "deje el archivo") {
		t.Errorf("the reason is %q", got)
	}
	d.await("acme/failed/photos/broken.jpg")
	if got := d.await("default/failed/training/bad.txt.reason.txt"); !strings.Contains(got, "training") {
		t.Errorf("the reason is %q", got)
	}
	d.await("default/done/training/opiniones.txt")
	if err := <-slow; err != nil {
		t.Fatal(err)
	}
	d.await("acme/done/photos/slow.jpg")

	acme, other := a.as(acmeKey), a.as(defaultKey)
	var photos struct{ Items []photo }
	acme.do("GET", "/v1/photos", "").into(t, &photos)
	states := map[string]string{}
	for _, p := range photos.Items {
		if states[p.Name] != "" {
			t.Errorf("%s was taken in more than once", p.Name) // as half a file, before it was whole
		}
		states[p.Name] = p.Status + " from " + p.Source
	}
	if len(states) != 3 || states["portrait.jpg"] != "done from stage-left" || states["broken.jpg"] != "failed from " || states["slow.jpg"] != "done from " {
		t.Errorf("acme's photos: %v", states)
	}
	if got := acme.records("source=stage-left"); len(got) == 0 || got[0].ImageID != "portrait.jpg" {
		t.Errorf("recorded of stage-left: %+v", got)
	}
	if r := other.do("GET", "/modelos", ""); r.body != `[{"idFile":"opiniones.txt"}]` {
		t.Errorf("/modelos answers %s", r.body)
	}
	if r := acme.do("GET", "/modelos", ""); r.status != http.StatusOK || r.body != `[]` {
		t.Errorf("of the other tenant /modelos answers %d %s", r.status, r.body)
	}

	// What is dropped while nobody watches is taken in later, and the same file again is the same photo.
	a.stop()
	d.write("acme/photos/portrait.jpg", portrait)
	a = start(t, c)
	d.await("acme/done/photos/portrait.jpg")
	a.as(acmeKey).do("GET", "/v1/photos", "").into(t, &photos)
	if len(photos.Items) != 3 {
		t.Errorf("after the same photo again there are %d, want 3", len(photos.Items))
	}
}

// copySlowly writes a file bit by bit, over some seconds.
func copySlowly(path, content string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	const bits = 12
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for i := range bits {
		if _, err := f.WriteString(content[i*len(content)/bits : (i+1)*len(content)/bits]); err != nil {
			return errors.Join(err, f.Close())
		}
		<-tick.C
	}
	return f.Close()
}

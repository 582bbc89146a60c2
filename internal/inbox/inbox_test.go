package inbox

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"animo"
	"animo/internal/opinions"
	"animo/internal/photos"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// flows stand for both flows: they keep what they are given and say of it what the test sets. What happens to
// files is the inbox's work; that the flows themselves do theirs is tested where all of them run.
type flows struct {
	mu      sync.Mutex
	taken   []string                       // tenant, name, source and bytes of each take that was accepted
	tries   []time.Time                    // when a take began
	states  map[string]animo.Photo         // by name, or "" for all others; absent means queued
	refuse  map[string]error               // by name; "" is for all
	during  func(name string, r io.Reader) // runs within a take
	asked   int                            // how often a state was asked for
	running int
	most    int // takes at the same moment
	tenants []animo.Tenant
}

func (f *flows) accept(tenant, name, source string, r io.Reader) error {
	f.mu.Lock()
	f.tries = append(f.tries, time.Now())
	f.running++
	f.most = max(f.most, f.running)
	refused, during := f.refuse[name], f.during
	if refused == nil {
		refused = f.refuse[""]
	}
	f.mu.Unlock()
	if during != nil {
		during(name, r)
	}
	b, err := io.ReadAll(r)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running--
	if err := cmp.Or(refused, err); err != nil {
		return err
	}
	f.taken = append(f.taken, fmt.Sprintf("%s %s %q %d", tenant, name, source, len(b)))
	return nil
}

func (f *flows) state(name string) animo.Photo {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	p, ok := f.states[name]
	if !ok {
		p, ok = f.states[""]
	}
	if !ok {
		p.Status = animo.Queued
	}
	return p
}

// set says how far what is of this name is; "" is for all that have no other.
func (f *flows) set(name string, s animo.Status, why *animo.Reason) {
	f.change(func() { f.states[name] = animo.Photo{Status: s, Failure: why} })
}

// change changes f while the inbox runs.
func (f *flows) change(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

func (f *flows) List(context.Context) ([]animo.Tenant, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.tenants), nil
}

// photoFlow and opinionFlow are flows as either of the two.
type (
	photoFlow   struct{ *flows }
	opinionFlow struct{ *flows }
)

func (f photoFlow) Take(_ context.Context, tenant string, u photos.Upload, r io.Reader) (animo.Photo, bool, error) {
	return animo.Photo{ID: "id of " + u.Name, Name: u.Name}, false, f.accept(tenant, u.Name, u.Source, r)
}

func (f photoFlow) Photo(_ context.Context, _, id string) (animo.Photo, error) {
	p := f.state(strings.TrimPrefix(id, "id of "))
	if p.Status == "erased" {
		return p, animo.Errorf(animo.NotFound, "there is no such photo", "no existe esa foto")
	}
	return p, nil
}

func (f opinionFlow) Take(_ context.Context, tenant, name string, r io.Reader, _ int64, _ opinions.Recipe) (animo.Version, error) {
	return animo.Version{Model: name, ID: "1"}, f.accept(tenant, name, "training", r)
}

func (f opinionFlow) Version(_ context.Context, _, model, _ string) (opinions.Training, error) {
	p := f.state(model)
	return opinions.Training{Version: animo.Version{Status: p.Status, Failure: p.Failure}}, nil
}

// box is an inbox that runs on the clock of a synctest bubble, half an interval out of step with the test.
type box struct {
	*flows
	t   *testing.T
	in  *Inbox
	dir string
	log *lockedBuffer

	cancel context.CancelFunc // ends Run's context
	stop   func()             // does, and waits for Run
}

// watch runs a test with an inbox of two tenants, acme and umbrella.
func watch(t *testing.T, o Options, test func(t *testing.T, b *box)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := &box{t: t, dir: dir, log: &lockedBuffer{}, flows: &flows{
			states: map[string]animo.Photo{}, refuse: map[string]error{}, tenants: []animo.Tenant{{ID: "acme"}, {ID: "umbrella"}},
		}}
		b.start(o)
		test(t, b)
		b.stop()
	})
}

func (b *box) start(o Options) {
	b.t.Helper()
	o.Photos, o.Opinions, o.Tenants = photoFlow{b.flows}, opinionFlow{b.flows}, b.flows
	o.Log = slog.New(slog.NewTextHandler(b.log, nil))
	o.Quiet = cmp.Or(o.Quiet, time.Second) // one look after the other
	in, err := New(b.dir, o)
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.t.Context())
	ended := make(chan struct{})
	go func() {
		in.Run(ctx)
		close(ended)
	}()
	b.in, b.cancel = in, cancel
	b.stop = func() {
		cancel()
		<-ended
	}
	b.looks(0)
	time.Sleep(time.Second / 2)
}

// looks waits until the inbox has looked n more times.
func (b *box) looks(n int) {
	time.Sleep(time.Duration(n) * time.Second)
	synctest.Wait()
}

func (b *box) path(name string) string { return filepath.Join(b.dir, filepath.FromSlash(name)) }

// write writes a file as of now.
func (b *box) write(name, content string) {
	b.t.Helper()
	if err := os.MkdirAll(filepath.Dir(b.path(name)), 0o700); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(b.path(name), []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
	if err := os.Chtimes(b.path(name), time.Time{}, time.Now()); err != nil {
		b.t.Fatal(err)
	}
}

// wantFiles checks which files there are, with those of them that are photos or training files to come.
func (b *box) wantFiles(want ...string) {
	b.t.Helper()
	var got []string
	err := filepath.WalkDir(b.dir, func(p string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(b.dir, p)
			got = append(got, filepath.ToSlash(rel))
		}
		return err
	})
	slices.Sort(want)
	slices.Sort(got)
	if err != nil || !slices.Equal(got, want) {
		b.t.Errorf("files:\n%s\nwant:\n%s\nerr %v", strings.Join(got, "\n"), strings.Join(want, "\n"), err)
	}
}

// wantTaken checks what was accepted, in any order.
func (b *box) wantTaken(want ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	got := slices.Sorted(slices.Values(b.taken))
	slices.Sort(want)
	if !slices.Equal(got, want) {
		b.t.Errorf("taken:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// wantLogged checks how many lines of the log hold a text.
func (b *box) wantLogged(times int, text string) {
	b.t.Helper()
	if n := strings.Count(b.log.String(), text); n != times {
		b.t.Errorf("%q is logged %d times, want %d, in:\n%s", text, n, times, b.log.String())
	}
}

// lockedBuffer is a log that many may write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestInbox_moves_a_file_when_it_is_done(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		b.write("acme/photos/a.jpg", "12345")
		b.write("acme/photos/stage-left/day 1/b.jpg", "123")
		b.write("umbrella/photos/a.jpg", "1")
		b.write("umbrella/training/rese\u006e\u0303as.txt", "1234") // as macOS writes ñ
		b.looks(1)
		b.wantTaken()
		b.looks(2)
		b.wantTaken(`acme a.jpg "" 5`, `acme b.jpg "stage-left" 3`, `umbrella a.jpg "" 1`, `umbrella reseñas.txt "training" 4`)
		b.wantFiles("acme/photos/a.jpg", "acme/photos/stage-left/day 1/b.jpg", "umbrella/photos/a.jpg", "umbrella/training/rese\u006e\u0303as.txt")
		b.set("", animo.Done, nil)
		b.looks(2)
		b.wantFiles("acme/done/photos/a.jpg", "acme/done/photos/stage-left/day 1/b.jpg", "umbrella/done/photos/a.jpg", "umbrella/done/training/rese\u006e\u0303as.txt")
		b.looks(3)
		if len(b.taken) != 4 || b.log.String() != "" || len(b.in.drops[dropID{"acme", photosKind}].files) != 0 {
			t.Errorf("afterwards: %d taken, log %q", len(b.taken), b.log.String())
		}
	})
}

func TestInbox_makes_folders_for_tenants_that_exist(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		b.write("later/photos/a.jpg", "1")
		b.write("lost.jpg", "1")
		b.write("acme/stray.jpg", "1")
		b.looks(5)
		b.wantTaken()
		b.wantLogged(1, "there is no such tenant")
		b.wantLogged(2, "files are taken from TENANT/photos")
		b.wantLogged(1, "path=lost.jpg")
		b.wantLogged(1, "path=acme/stray.jpg")
		b.change(func() { b.tenants = append(b.tenants, animo.Tenant{ID: "later"}, animo.Tenant{ID: "new"}) })
		b.looks(3)
		b.wantTaken(`later a.jpg "" 1`)
		for _, name := range []string{"acme/photos", "acme/training", "new/photos"} {
			if info, err := os.Stat(b.path(name)); err != nil || !info.IsDir() {
				t.Errorf("%s: %v", name, err)
			}
		}
		b.change(func() { b.tenants = b.tenants[:1] })
		b.set("", animo.Done, nil)
		b.looks(3)
		b.wantFiles("acme/stray.jpg", "later/photos/a.jpg", "lost.jpg") // of a tenant that was removed: left alone
	})
}

func TestInbox_waits_for_a_half_copied_file(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		for n := 1; n <= 8; n++ {
			b.write("acme/photos/slow.jpg", strings.Repeat("x", n))
			b.looks(1)
		}
		b.wantTaken()
		b.looks(1)
		b.wantTaken(`acme slow.jpg "" 8`)

		// One that is complete from its size, but still being written to.
		for range 4 {
			b.write("acme/photos/sized.jpg", "12345678")
			b.looks(1)
		}
		b.wantTaken(`acme slow.jpg "" 8`)
		b.looks(1)
		b.wantTaken(`acme slow.jpg "" 8`, `acme sized.jpg "" 8`)

		// Its clock is ahead of ours: that tells nothing of its age.
		b.write("acme/photos/future.jpg", "1")
		if err := os.Chtimes(b.path("acme/photos/future.jpg"), time.Time{}, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		b.looks(2)
		b.wantTaken(`acme slow.jpg "" 8`, `acme sized.jpg "" 8`, `acme future.jpg "" 1`)
	})
}

func TestInbox_waits_for_the_quiet_time(t *testing.T) {
	watch(t, Options{Quiet: 5 * time.Second}, func(t *testing.T, b *box) {
		b.write("acme/training/a.txt", "x")
		b.looks(4)
		b.write("acme/training/a.txt", "xy")
		b.looks(5)
		b.wantTaken()
		b.looks(1)
		b.wantTaken(`acme a.txt "training" 2`)
	})
}

func TestInbox_lets_a_picture_whose_end_is_missing_grow(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		const jpeg, png = "\xff\xd8\xff\xe0 half", "\x89PNG\r\n\x1a\n half"
		b.write("acme/photos/grows.jpg", jpeg)
		b.write("acme/photos/grows.png", png)
		b.write("acme/photos/stays.jpg", jpeg)
		b.write("acme/photos/other.gif", "GIF89a half")
		b.write("acme/photos/short.jpg", "\xff")
		b.looks(3)
		b.wantTaken(`acme other.gif "" 11`, `acme short.jpg "" 1`)
		b.looks(40)
		b.write("acme/photos/grows.jpg", jpeg+" and the rest\xff\xd9\r\n")
		b.write("acme/photos/grows.png", png+" and the rest IEND\xae\x42\x60\x82")
		b.looks(3)
		b.wantTaken(`acme other.gif "" 11`, `acme short.jpg "" 1`, `acme grows.jpg "" 26`, `acme grows.png "" 35`)
		b.looks(20)
		b.wantTaken(`acme other.gif "" 11`, `acme short.jpg "" 1`, `acme grows.jpg "" 26`, `acme grows.png "" 35`, `acme stays.jpg "" 9`)
	})
}

func TestInbox_ignores_unfinished_names_until_renamed(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		names := []string{".hidden.jpg", "a.jpg.part", "b.TMP", "c.crdownload", "d.jpg~", ".thumbs/e.jpg"}
		for i, name := range names {
			names[i] = "acme/photos/" + name
			b.write(names[i], "1")
		}
		b.looks(4)
		b.wantTaken()
		b.wantFiles(names...)
		if err := os.Rename(b.path("acme/photos/a.jpg.part"), b.path("acme/photos/a.jpg")); err != nil {
			t.Fatal(err)
		}
		b.looks(3)
		b.wantTaken(`acme a.jpg "" 1`)
		b.wantLogged(0, "level")
	})
}

func TestInbox_follows_no_links(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		b.write("umbrella/kept/secret.jpg", "1")
		b.looks(1) // the tenants' folders are there
		link := func(to, name string) {
			t.Helper()
			to, err := filepath.Rel(filepath.Dir(b.path(name)), b.path(to)) // one that stays within the inbox
			if err == nil {
				err = os.Symlink(to, b.path(name))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		link("umbrella/kept/secret.jpg", "acme/photos/link.jpg")
		link("umbrella/kept", "acme/photos/folder")
		if err := os.Remove(b.path("acme/training")); err != nil {
			t.Fatal(err)
		}
		link("umbrella/kept", "acme/training")
		b.change(func() { b.tenants = append(b.tenants, animo.Tenant{ID: "third"}) })
		link("umbrella", "third")
		b.looks(5)
		b.wantTaken()
		b.wantLogged(2, "it is not a file")
		b.wantLogged(1, "folder=training err=\"it is not a folder of its own\"")
		b.wantLogged(2, "tenant=third") // its two drops
	})
}

func TestInbox_leaves_what_is_too_deep_alone(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		b.write("acme/photos/"+strings.Repeat("d/", maxDepth)+"a.jpg", "1")
		b.write("acme/photos/"+strings.Repeat("d/", maxDepth+1)+"b.jpg", "1")
		b.looks(4)
		b.wantTaken(`acme a.jpg "d" 1`)
		b.wantLogged(1, "it lies too deep")
	})
}

func TestInbox_needs_a_folder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(file, Options{}); animo.CodeOf(err) != animo.Invalid {
		t.Errorf("a file for a folder: %v, want invalid", err)
	}
}

func TestInbox_goes_on_when_its_folder_comes_back(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		away := b.dir + ".away"
		if err := os.Rename(b.dir, away); err != nil {
			t.Fatal(err)
		}
		b.looks(3)
		b.wantLogged(1, "the inbox cannot be read")
		if err := os.Rename(away, b.dir); err != nil {
			t.Fatal(err)
		}
		b.write("acme/photos/a.jpg", "1")
		b.looks(3)
		b.wantTaken(`acme a.jpg "" 1`)
	})
}

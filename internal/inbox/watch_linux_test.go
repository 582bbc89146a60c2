package inbox

import (
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"animo"
)

const (
	wholeJPEG = "\xff\xd8\xff\xe0 a picture of some bytes \xff\xd9"
	wholePNG  = "\x89PNG\r\n\x1a\n of some bytes \x00\x00\x00\x00IEND\xae\x42\x60\x82"
)

// watched is an inbox whose looks and whose answers to what the system tells the test makes itself.
func watched(t *testing.T) (b *box, told func()) {
	b = &box{t: t, dir: t.TempDir(), log: &lockedBuffer{}, flows: &flows{states: map[string]animo.Photo{}, refuse: map[string]error{}, tenants: []animo.Tenant{{ID: "acme"}, {ID: "umbrella"}}}}
	var err error
	b.in, err = New(b.dir, Options{Photos: photoFlow{b.flows}, Opinions: opinionFlow{b.flows}, Tenants: b.flows, Log: slog.New(slog.NewTextHandler(b.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWatcher()
	if err != nil {
		t.Fatal(err)
	}
	b.in.watcher = w
	var reading sync.WaitGroup
	reading.Go(w.read)
	t.Cleanup(func() {
		w.close()
		reading.Wait()
	})
	if err := os.MkdirAll(b.path("acme/photos/stage"), 0o700); err != nil {
		t.Fatal(err)
	}
	b.in.look(t.Context(), time.Now())
	return b, func() {
		t.Helper()
		select {
		case paths := <-w.told:
			b.in.closed(t.Context(), paths, time.Now())
		case <-time.After(10 * time.Second):
			t.Fatal("the system tells nothing")
		}
	}
}

func (b *box) append(name, content string) {
	b.t.Helper()
	f, err := os.OpenFile(b.path(name), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err == nil {
		_, err = f.WriteString(content)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

func TestWatch_takes_a_whole_photo_when_it_is_closed(t *testing.T) {
	b, told := watched(t)
	b.append("acme/photos/stage/a.jpg", wholeJPEG)
	told()
	b.wantTaken(`acme a.jpg "stage" 31`)
}

func TestWatch_takes_a_file_that_is_opened_again_and_grows_once_and_whole(t *testing.T) {
	b, told := watched(t)
	for i := range wholeJPEG { // closed after each byte
		b.append("acme/photos/a.jpg", wholeJPEG[i:i+1])
		told()
		if want := i == len(wholeJPEG)-1; (len(b.taken) == 1) != want {
			t.Fatalf("taken after %d bytes: %v", i+1, b.taken)
		}
	}
	b.wantTaken(`acme a.jpg "" 31`)
}

func TestWatch_takes_what_is_moved_there_and_leaves_what_may_not_be_whole_to_the_looks(t *testing.T) {
	b, told := watched(t)
	for name, content := range map[string]string{"notes.csv": "good;1\n", "old.tif": "II*\x00 of some bytes", ".hidden.jpg": wholeJPEG, "a.jpg.part": wholeJPEG, "long.jpg": wholeJPEG + "\x00\x00"} {
		b.append("acme/photos/"+name, content)
		told()
	}
	if len(b.taken) != 0 {
		t.Errorf("%v are taken at once", b.taken)
	}
	if err := os.Rename(b.path("acme/photos/a.jpg.part"), b.path("acme/photos/moved.jpg")); err != nil {
		t.Fatal(err)
	}
	told()
	b.wantTaken(`acme moved.jpg "" 31`)
	b.in.look(t.Context(), time.Now().Add(time.Second))
	b.in.look(t.Context(), time.Now().Add(time.Hour)) // nothing was written for so long
	b.wantTaken(`acme moved.jpg "" 31`, `acme long.jpg "" 33`, `acme notes.csv "" 7`, `acme old.tif "" 18`)
}

func TestWatch_follows_a_folder_that_takes_the_place_of_another(t *testing.T) {
	b, told := watched(t)
	if err := os.Rename(b.path("acme/photos/stage"), filepath.Join(t.TempDir(), "gone")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(b.path("acme/photos/stage"), 0o700); err != nil {
		t.Fatal(err)
	}
	b.in.look(t.Context(), time.Now())
	b.append("acme/photos/stage/b.png", wholePNG)
	told()
	b.wantTaken(`acme b.png "stage" 35`)
}

func TestWatch_knows_how_whole_pictures_end(t *testing.T) {
	heic := "\x00\x00\x00\x14ftypheic\x00\x00\x00\x00mif1" + "\x00\x00\x00\x0cmeta\x00\x00\x00\x00" + "\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x14pict"
	webp := "RIFF\x0c\x00\x00\x00WEBPVP8 \x00\x00\x00\x00"
	for name, whole := range map[string]string{"JPEG": wholeJPEG, "PNG": wholePNG, "HEIC": heic, "WebP": webp} {
		for n := range len(whole) + 1 {
			path := filepath.Join(t.TempDir(), "a")
			if err := os.WriteFile(path, []byte(whole[:n]), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := endsWhole(f, int64(n)); got != (n == len(whole)) {
				t.Errorf("%s, %d of %d bytes: whole is %v", name, n, len(whole), got)
			}
			_ = f.Close()
		}
	}
}

package photos_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"syscall"
	"testing"
	"time"

	"animo"
)

// A disk that fails while a picture is read says nothing of the picture: not that it is damaged, and not that its end is missing.
func TestFlow_a_disk_that_fails_is_not_the_photo_s_fault(t *testing.T) {
	l := newLine(t, options{})
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 600, 400)), nil); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"a.jpg": photo.Bytes(), "b.png": picture(2, 1)} {
		id := l.take(name, content).ID
		l.disk = &os.PathError{Op: "read", Path: name, Err: syscall.EIO}
		claimed, err := l.Queue.Claim(t.Context(), "analyse", 1, time.Hour)
		if err != nil || len(claimed) != 1 {
			t.Fatalf("%s: claimed %v, %v", name, claimed, err)
		}
		for _, f := range l.functions() {
			if f.Name != "analyse" {
				continue
			}
			if err := f.Handle(t.Context(), claimed[0].Event); animo.MachineFault(err) == nil {
				t.Errorf("%s: %v, want the machine's fault", name, err)
			}
		}
		if p := l.photo(id); p.Status.Ended() || p.Notice != nil {
			t.Errorf("%s: %+v", name, p)
		}
		l.disk = nil
		if err := l.Queue.Return(t.Context(), claimed[0], 0); err != nil {
			t.Fatal(err)
		}
		l.run()
		if p := l.photo(id); p.Status != animo.Done || p.Notice != nil {
			t.Errorf("%s, once the disk is well: %+v", name, p)
		}
	}
}

package object

import (
	"bytes"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	"animo"
)

func TestDamage_is_a_file_that_alone_cannot_be_read(t *testing.T) {
	now := time.Now()
	d := &damage{now: func() time.Time { return now }}
	eio := &os.PathError{Op: "read", Path: "a", Err: syscall.EIO}
	want := func(when, name string, code animo.Code) {
		t.Helper()
		err := d.failed(name, eio)
		if animo.CodeOf(err) != code || (animo.MachineFault(err) != nil) != (code == animo.Machine) {
			t.Errorf("%s: %v (%s), want %s", when, err, animo.CodeOf(err), code)
		}
	}
	want("at first", "a", animo.Machine)
	now = now.Add(2 * time.Hour)
	want("while no other can be read", "a", animo.Machine)
	d.whole("b")
	want("after an hour beside others that can", "a", animo.Damaged)
	want("another one at first", "c", animo.Machine)
	d.whole("a")
	want("after it could be read once", "a", animo.Machine)
	if err := d.failed("a", io.ErrUnexpectedEOF); err != io.ErrUnexpectedEOF {
		t.Errorf("another error: %v", err)
	}
}

// Whatever part of a file is read to its end shows that the disk can read it.
func TestFolder_reads_through_damage(t *testing.T) {
	f, err := openFolder(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Put(t.Context(), "a", "x", bytes.NewReader([]byte("content"))); err != nil {
		t.Fatal(err)
	}
	f.damage.failing = map[string]time.Time{"a/x": time.Now()}
	for _, part := range []Range{{}, {Offset: 2}} {
		body, _, err := f.Get(t.Context(), "a", "x", part)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(body); err != nil {
			t.Error(err)
		}
		if err := body.Close(); err != nil {
			t.Error(err)
		}
		if len(f.damage.failing) > 0 {
			t.Errorf("%+v: a file that was read is still taken for one that cannot be", part)
		}
		f.damage.failing["a/x"] = time.Now()
	}
	if _, err := f.Delete(t.Context(), "a", "x"); err != nil || len(f.damage.failing) > 0 {
		t.Errorf("after its removal: %v, %v", f.damage.failing, err)
	}
}

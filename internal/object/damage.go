package object

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"animo"
)

// damagedAfter is for how long a file that alone cannot be read is taken for a passing fault of the disk.
const damagedAfter = time.Hour

// mostFailing is how many files that cannot be read are remembered. Those of a disk that fails as a whole are no matter.
const mostFailing = 1000

// damage tells a file that is damaged from a disk that fails, because a caller that waits until the disk is well would wait
// for a damaged file for ever. It is safe for concurrent use.
type damage struct {
	now func() time.Time // monotonic

	mu      sync.Mutex
	failing map[string]time.Time // files that cannot be read, by when that began
	read    time.Time            // when a file was last read to its end
}

// failed judges an error of reading a file: Damaged where that file alone has failed for damagedAfter, else the error as it is.
func (d *damage) failed(name string, err error) error {
	if !errors.Is(err, syscall.EIO) {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	since, ok := d.failing[name]
	if !ok {
		if d.failing == nil || len(d.failing) >= mostFailing {
			d.failing = map[string]time.Time{}
		}
		d.failing[name] = now
		return fileError(err)
	}
	if now.Sub(since) < damagedAfter || !d.read.After(since) {
		return fileError(err)
	}
	// The cause is not wrapped: it would count as the machine's fault.
	return animo.Errorf(animo.Damaged, "the disk has not been able to read the stored file for an hour, while it reads others (%[1]s)",
		"el disco no puede leer el archivo guardado desde hace una hora, aunque lee otros (%[1]s)", err.Error())
}

// whole notes that a file was read to its end.
func (d *damage) whole(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.read = d.now()
	delete(d.failing, name)
}

// forget forgets files that were removed.
func (d *damage) forget(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.failing, name)
}

// A reading is a file that is being read. It gives errors their codes, and notes which files the disk cannot read.
type reading struct {
	*os.File
	damage *damage
	name   string
}

// Read is io.Reader's.
func (r *reading) Read(p []byte) (int, error) {
	n, err := r.File.Read(p)
	return n, r.note(err)
}

// ReadAt is io.ReaderAt's.
func (r *reading) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.File.ReadAt(p, off)
	return n, r.note(err)
}

func (r *reading) note(err error) error {
	switch err {
	case nil:
		return nil
	case io.EOF:
		r.damage.whole(r.name)
		return io.EOF
	}
	return r.damage.failed(r.name, err)
}

// Package spool takes in an upload, into memory or as a temporary file, so that its size and hash are known before
// it is kept.
package spool

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"

	"golang.org/x/sync/semaphore"

	"animo"
)

// Folder is where uploads are while they come in.
type Folder struct {
	Dir     string                  // "" is the system's own for temporary files
	Most    int64                   // bytes of one upload
	Setting string                  // the name of Most, for people
	Room    func(bytes int64) error // answers NoSpace when so many bytes more would be too many
	Memory  *semaphore.Weighted     // bytes of uploads that may be in memory and not in a file; nil for none
}

// File is an upload that came in whole. Seek to where it shall be read, or read it anywhere.
type File struct {
	content
	Size   int64
	SHA256 string // hexadecimal

	remove func()
}

type content interface {
	io.ReadSeeker
	io.ReaderAt
}

// Remove forgets the upload.
func (f *File) Remove() { f.remove() }

// roomEvery is after how many bytes Take asks again whether the disk has room for the rest.
const roomEvery = 4 << 20

// Take takes in an upload of 1 to Most bytes, which the caller removes. size is how many there will be, -1 if
// that is not known; an upload that will not fit is refused before it is read. The answer is TooLarge,
// EmptyFile, NoSpace, or Unavailable for one that broke off.
func (d Folder) Take(r io.Reader, size int64) (*File, error) {
	if size > d.Most {
		return nil, d.tooLarge()
	}
	if err := d.Room(2 * max(size, 0)); err != nil { // here, and as an object
		return nil, err
	}
	r = io.LimitReader(r, d.Most+1)
	f, r, err := d.hold(r, size)
	if f != nil || err != nil {
		return f, err
	}
	return d.file(r)
}

// file takes in an upload as a temporary file.
func (d Folder) file(r io.Reader) (_ *File, err error) {
	file, err := os.CreateTemp(d.Dir, "upload-*")
	if err != nil {
		return nil, broken(err)
	}
	f := &File{content: file, remove: func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}}
	defer func() {
		if err != nil {
			f.Remove()
		}
	}()
	h := sha256.New()
	for {
		n, err := io.CopyN(io.MultiWriter(file, h), r, roomEvery)
		f.Size += n
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, broken(err)
		}
		if err := d.Room(f.Size); err != nil {
			return nil, err
		}
	}
	switch {
	case f.Size > d.Most:
		return nil, d.tooLarge()
	case f.Size == 0:
		return nil, animo.Errorf(animo.EmptyFile, "the file is empty; send one that is not", "el archivo está vacío; envíe uno que no lo esté")
	}
	f.SHA256 = hex.EncodeToString(h.Sum(nil))
	return f, nil
}

func (d Folder) tooLarge() error {
	return animo.Errorf(animo.TooLarge, "the file has more than %d bytes; send a smaller one, or raise the limit (setting %s)",
		"el archivo tiene más de %d bytes; envíe uno menor, o suba el límite (ajuste %s)", d.Most, d.Setting)
}

// broken tells a fault of this machine from an upload that broke off.
func broken(err error) error {
	if fault := animo.MachineFault(err); fault != nil {
		return fault
	}
	return animo.Errorf(animo.Unavailable, "the upload broke off; nothing was kept, send it again", "la subida se interrumpió; no se guardó nada, envíela de nuevo").Because(err)
}

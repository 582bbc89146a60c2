package opinions

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"syscall"

	"animo"
)

// spool is an upload on its way in, as a temporary file, so that its hash is known before it is kept.
type spool struct {
	file   *os.File
	size   int64
	sha256 string // hexadecimal
}

// roomEvery is after how many bytes it is asked again whether the disk has room for the rest.
const roomEvery = 4 << 20

// spoolUpload takes in an upload of 1 to FileBytes bytes. size is how many there will be, -1 if that is not
// known; an upload that will not fit is refused before it is read.
func (f *Flow) spoolUpload(r io.Reader, size int64) (_ *spool, err error) {
	if size > f.limits.FileBytes {
		return nil, f.tooLarge()
	}
	if err := f.room(2 * max(size, 0)); err != nil { // here, and as an object
		return nil, err
	}
	file, err := os.CreateTemp(f.spool, "upload-*")
	if err != nil {
		return nil, spoolError(err)
	}
	s := &spool{file: file}
	defer func() {
		if err != nil {
			s.remove()
		}
	}()
	h := sha256.New()
	r = io.LimitReader(r, f.limits.FileBytes+1)
	for {
		n, err := io.CopyN(io.MultiWriter(file, h), r, roomEvery)
		s.size += n
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, spoolError(err)
		}
		if err := f.room(s.size); err != nil {
			return nil, err
		}
	}
	switch {
	case s.size > f.limits.FileBytes:
		return nil, f.tooLarge()
	case s.size == 0:
		return nil, animo.Errorf(animo.EmptyFile, "the file is empty; send one opinion and its label a line", "el archivo está vacío; envíe una opinión y su etiqueta por línea")
	}
	s.sha256 = hex.EncodeToString(h.Sum(nil))
	return s, nil
}

func (f *Flow) tooLarge() error {
	return animo.Errorf(animo.TooLarge, "the file has more than %d bytes; split it, or raise the limit (setting max-file)", "el archivo tiene más de %d bytes; divídalo, o suba el límite (ajuste max-file)", f.limits.FileBytes)
}

// remove forgets the temporary file.
func (s *spool) remove() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}

// spoolError tells a full disk from an upload that broke off.
func spoolError(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return animo.Errorf(animo.NoSpace, "the disk is full; nothing was kept, send it again later", "el disco está lleno; no se guardó nada, envíelo de nuevo más tarde").Because(err)
	}
	return animo.Errorf(animo.Unavailable, "the upload broke off; nothing was kept, send it again", "la subida se interrumpió; no se guardó nada, envíela de nuevo").Because(err)
}

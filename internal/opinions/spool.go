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
	file   *os.File // read from its start once copied
	size   int64
	sha256 string // hexadecimal
}

func newSpool(dir string) (*spool, error) {
	file, err := os.CreateTemp(dir, "upload-*")
	if err != nil {
		return nil, spoolError(err)
	}
	return &spool{file: file}, nil
}

// remove forgets the temporary file.
func (s *spool) remove() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}

// copy takes in an upload of 1 to most bytes.
func (s *spool) copy(r io.Reader, most int64) error {
	h := sha256.New()
	size, err := io.Copy(io.MultiWriter(s.file, h), io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return spoolError(err)
	case size > most:
		return animo.Errorf(animo.TooLarge, "the file has more than %d bytes; split it, or raise the limit (setting max-file)", "el archivo tiene más de %d bytes; divídalo, o suba el límite (ajuste max-file)", most)
	case size == 0:
		return animo.Errorf(animo.EmptyFile, "the file is empty; send one opinion and its label a line", "el archivo está vacío; envíe una opinión y su etiqueta por línea")
	}
	s.size, s.sha256 = size, hex.EncodeToString(h.Sum(nil))
	_, err = s.file.Seek(0, io.SeekStart)
	return err
}

// spoolError tells a full disk from an upload that broke off.
func spoolError(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return animo.Errorf(animo.NoSpace, "the disk is full; nothing was kept, send it again later", "el disco está lleno; no se guardó nada, envíelo de nuevo más tarde").Because(err)
	}
	return animo.Errorf(animo.Unavailable, "the upload broke off; nothing was kept, send it again", "la subida se interrumpió; no se guardó nada, envíela de nuevo").Because(err)
}

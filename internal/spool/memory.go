package spool

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"sync"
)

// heldMost is the largest upload that is held in memory, in bytes. Most photos are smaller; those that are not
// do not take the room of many.
const heldMost = 4 << 20

// hold takes in an upload into memory where it is announced with so many bytes, these are not too many, and
// there is room. Otherwise it gives no file, and a reader of the whole upload.
func (d Folder) hold(r io.Reader, size int64) (_ *File, whole io.Reader, err error) {
	if d.Memory == nil || size <= 0 || size > heldMost || !d.Memory.TryAcquire(size) {
		return nil, r, nil
	}
	release := sync.OnceFunc(func() { d.Memory.Release(size) })
	h := sha256.New()
	b := bytes.NewBuffer(make([]byte, 0, size+1+bytes.MinRead)) // so that it never grows
	n, err := b.ReadFrom(io.TeeReader(io.LimitReader(r, size+1), h))
	if err != nil {
		release()
		return nil, nil, broken(err)
	}
	if n == 0 || n > size { // it is not what was announced
		release()
		return nil, io.MultiReader(b, r), nil
	}
	return &File{ReadSeeker: bytes.NewReader(b.Bytes()), Size: n, SHA256: hex.EncodeToString(h.Sum(nil)), remove: release}, nil, nil
}

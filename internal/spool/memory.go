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

// buffers holds the buffers of earlier uploads, because memory that is new to the process costs more than filling it.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// hold takes an upload into memory where its size is known and not too large, and there is room. Otherwise it returns no
// file, and a reader of the whole upload.
func (d Folder) hold(r io.Reader, size int64) (_ *File, whole io.Reader, err error) {
	if d.Memory == nil || size <= 0 || size > heldMost || !d.Memory.TryAcquire(size) {
		return nil, r, nil
	}
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	b.Grow(int(size) + 1 + bytes.MinRead) // so that it does not grow while it is filled
	release := sync.OnceFunc(func() {
		d.Memory.Release(size)
		buffers.Put(b)
	})
	h := sha256.New()
	n, err := b.ReadFrom(io.TeeReader(io.LimitReader(r, size+1), h))
	if err != nil {
		release()
		return nil, nil, broken(err)
	}
	if n == 0 || n > size { // it is not what was announced
		d.Memory.Release(size) // and the reader keeps the buffer
		return nil, io.MultiReader(b, r), nil
	}
	return &File{content: bytes.NewReader(b.Bytes()), Size: n, SHA256: hex.EncodeToString(h.Sum(nil)), remove: release}, nil, nil
}

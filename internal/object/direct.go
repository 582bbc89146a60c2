package object

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"unsafe"
)

const (
	directBlock  = 4096    // bytes; a multiple of every disk's sector
	directBuffer = 1 << 20 // bytes, a multiple of directBlock
)

// buffers are of directBuffer bytes that begin at a multiple of directBlock.
var buffers = sync.Pool{New: func() any {
	b := make([]byte, directBuffer+directBlock)
	skip := -uintptr(unsafe.Pointer(&b[0])) % directBlock
	b = b[skip : skip+directBuffer : skip+directBuffer]
	return &b
}}

// copyToDisk writes all of r into a new file, which the caller syncs. Whole blocks go past the page cache where the file
// system can do that: an object is written once and read seldom, and finding memory for a photo would cost the system more
// than writing it.
func copyToDisk(file *os.File, r io.Reader) error {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	b := *buffer
	direct := false
	for first := true; ; first = false {
		n, err := io.ReadFull(r, b)
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return err
		}
		if first && n >= directBlock {
			direct = setDirect(file, true)
		}
		rest := b[:n]
		if whole := n &^ (directBlock - 1); direct && whole > 0 {
			wrote, err := file.Write(b[:whole])
			if err != nil && !errors.Is(err, syscall.EINVAL) { // the answer to blocks that are too small for it
				return err
			}
			rest = b[wrote:n]
		}
		if len(rest) > 0 {
			direct = direct && setDirect(file, false)
			if _, err := file.Write(rest); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
	}
}

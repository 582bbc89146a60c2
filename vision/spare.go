package vision

import (
	"runtime"
	"slices"
	"sync"
	"time"
)

// Memory keeps the memory of pictures that nobody needs any more for those to come: to have the system find and clear
// as much takes longer than decoding a small picture. Of large ones it keeps nothing: there the gain is lost in the time
// that decoding takes, and the memory would be held beside what Limits.Admit counts. The zero value is ready, for any
// number of goroutines. It lets go of what was not needed for some seconds.
type Memory struct {
	pixels spare[[]uint8]
	planes spare[[]uint8] // of JPEGs that are being decoded
}

// Recycle takes a picture's memory and leaves it without pixels. Nobody may use a copy of it after that.
func (m *Memory) Recycle(img *Image) {
	keepBytes(&m.pixels, img.Pix)
	img.Pix = nil
}

// maxSpareBytes is up to which size memory is kept: that of a picture of four million pixels.
const maxSpareBytes = 12 << 20

// keepBytes keeps memory that bytesOf may give again.
func keepBytes(s *spare[[]uint8], b []uint8) {
	if b != nil && cap(b) <= maxSpareBytes {
		s.keep(b)
	}
}

// bytesOf returns n bytes that may hold anything.
func bytesOf(s *spare[[]uint8], n int) []uint8 {
	if old, ok := s.take(); ok && cap(old) >= n {
		return old[:n]
	}
	return make([]uint8, n)
}

// spare holds things that are costly to make until they are needed again. A sync.Pool keeps some for each P, out of
// the others' reach: where work is rare, it makes one more for every P, and lets it go before it is needed.
type spare[T any] struct {
	mu    sync.Mutex
	items []T
	drop  *time.Timer
}

// spareTime is after how long without a thing that is put back all are let go.
const spareTime = 10 * time.Second

// take returns the thing that was put back last.
func (s *spare[T]) take() (item T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.items) - 1; n >= 0 {
		item, ok = s.items[n], true
		s.items = slices.Delete(s.items, n, n+1)
	}
	return item, ok
}

// keep puts a thing back. It holds no more than can be in use at a time without waiting.
func (s *spare[T]) keep(item T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.items) >= runtime.GOMAXPROCS(0) {
		s.items = slices.Delete(s.items, 0, 1)
	}
	s.items = append(s.items, item)
	if s.drop == nil {
		s.drop = time.AfterFunc(spareTime, s.dropAll)
	} else {
		s.drop.Reset(spareTime)
	}
}

func (s *spare[T]) dropAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items = nil
}

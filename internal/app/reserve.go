package app

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"animo/internal/sqldb"
)

// A reserve is a file that keeps some of the disk for erasing, and for a start, where everything else is full. What takes its room is given
// back when there is room again.
type reserve struct {
	path  string
	bytes int64 // when it is whole
	spare int64 // what must be free beside it when it is made
	log   *slog.Logger
	mu    sync.Mutex
}

// reserveFile is the reserve's name in the data folder.
const reserveFile = "reserve"

func newReserve(data string, bytes, minFree int64, log *slog.Logger) *reserve {
	return &reserve{path: filepath.Join(data, reserveFile), bytes: bytes, spare: max(minFree, bytes), log: log}
}

// leastRelease is what is left of a reserve at least; of less all is released.
const leastRelease = 256 << 10

// release returns half of what is left of the reserve to whoever needs room, and reports false where nothing is left.
func (r *reserve) release() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	info, err := os.Stat(r.path)
	if err != nil || info.Size() == 0 {
		return false
	}
	left := info.Size() / 2
	if left < leastRelease {
		left = 0
	}
	if err := os.Truncate(r.path, left); err != nil {
		r.log.Error("the reserve for erasing cannot be used", "file", r.path, "err", err)
		return false
	}
	r.log.Warn("the disk is full; a part of the reserve for erasing is used", "left", left)
	return true
}

// fill makes the reserve whole again, where the disk has room for more than that.
func (r *reserve) fill(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	size := int64(0)
	info, err := os.Stat(r.path)
	if err == nil {
		size = info.Size()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if size > r.bytes { // the setting was lowered
		return os.Truncate(r.path, r.bytes)
	}
	if size == r.bytes {
		return nil
	}
	if free, err := freeBytes(filepath.Dir(r.path)); err == nil && free-(r.bytes-size) < r.spare {
		return nil
	}
	f, err := os.OpenFile(r.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	allocated, err := allocate(f, r.bytes)
	if err == nil && !allocated {
		_, err = io.CopyN(f, rand.NewChaCha8([32]byte{1}), r.bytes-size) // what a disk that compresses makes no smaller
	}
	if err != nil {
		err = errors.Join(err, f.Truncate(size))
	}
	return errors.Join(err, f.Close())
}

// mayErase returns the reserve to requests that erase.
func mayErase(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			r = r.WithContext(sqldb.WithReserve(r.Context()))
		}
		handler.ServeHTTP(w, r)
	})
}

// erasing returns the reserve to a task that ends erasures.
func erasing(run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error { return run(sqldb.WithReserve(ctx)) }
}

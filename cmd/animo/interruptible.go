package main

import (
	"context"
	"io"
)

// interruptible makes a reader that fails with ctx's error once ctx ends, even where r is a terminal or a
// pipe that has nothing to give. A read that waits then is left to itself, and ends with the process at
// the latest; r must not be used afterwards.
func interruptible(ctx context.Context, r io.Reader) io.Reader {
	return &waitingReader{ctx: ctx, r: r, buf: make([]byte, 256<<10), done: make(chan readResult, 1)}
}

type waitingReader struct {
	ctx  context.Context
	r    io.Reader
	buf  []byte // the read that may be left alone writes here, never into the caller's slice
	rest []byte // of buf, not given yet
	err  error
	done chan readResult
}

type readResult struct {
	n   int
	err error
}

func (w *waitingReader) Read(p []byte) (int, error) {
	if len(w.rest) == 0 && w.err == nil {
		go func() {
			n, err := w.r.Read(w.buf)
			w.done <- readResult{n, err}
		}()
		select {
		case <-w.ctx.Done():
			w.err = w.ctx.Err()
		case r := <-w.done:
			w.rest, w.err = w.buf[:r.n], r.err
		}
	}
	n := copy(p, w.rest)
	w.rest = w.rest[n:]
	if len(w.rest) == 0 && n == 0 {
		return 0, w.err
	}
	return n, nil
}

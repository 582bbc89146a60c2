package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

func TestInterruptible_reads_what_the_stream_gives(t *testing.T) {
	want := bytes.Repeat([]byte("opinión\n"), 100_000)
	for _, in := range []io.Reader{bytes.NewReader(want), iotest.DataErrReader(bytes.NewReader(want)), iotest.HalfReader(bytes.NewReader(want))} {
		got, err := io.ReadAll(interruptible(context.Background(), in))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("read %d of %d bytes, %v", len(got), len(want), err)
		}
	}
}

func TestInterruptible_ends_while_the_stream_has_nothing_to_give(t *testing.T) {
	silent, other := io.Pipe()
	defer other.Close()
	ctx, cancel := context.WithCancel(context.Background())
	asked := make(chan struct{})
	go func() { <-asked; cancel() }()
	r := interruptible(ctx, readerFunc(func(p []byte) (int, error) { close(asked); return silent.Read(p) }))
	for range 2 {
		if n, err := r.Read(make([]byte, 10)); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("read %d bytes, %v", n, err)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Package pictures reads pictures within a budget of memory and of processors, finds the faces in them, and draws small
// ones: thumbnails, cuts of faces, pictures with their faces marked. It keeps nothing. Begin at New.
package pictures

import (
	"context"
	"io"
	"sync"

	"golang.org/x/sync/semaphore"

	"animo/internal/background"
	"animo/vision"
)

// Limits bound one picture and what is done at once. A zero field has the default in its comment.
type Limits struct {
	Bytes  int64 // of one picture; 32 MiB
	Pixels int   // of one picture; 50 million. All that are in memory may take 4 bytes for each of them
	AtOnce int   // pictures looked at on this machine; 1
}

// Reader reads pictures and finds the faces in them. It is safe for concurrent use.
type Reader struct {
	engine    Engine
	limits    Limits
	room      *semaphore.Weighted // bytes that may be in memory at once
	memory    vision.Memory
	computing *semaphore.Weighted // pictures being decoded and looked at
}

// New makes a Reader whose faces an engine finds.
func New(engine Engine, l Limits) *Reader {
	if l.Bytes == 0 {
		l.Bytes = 32 << 20
	}
	if l.Pixels == 0 {
		l.Pixels = 50_000_000
	}
	if l.AtOnce == 0 {
		l.AtOnce = 1
	}
	return &Reader{engine: engine, limits: l, room: semaphore.NewWeighted(4 * int64(l.Pixels)), computing: semaphore.NewWeighted(int64(l.AtOnce))}
}

// Turn waits for one of the turns in which pictures are decoded and looked at; done ends it, and may be called twice.
func (r *Reader) Turn(ctx context.Context) (done func(), err error) {
	if err := r.computing.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() { r.computing.Release(1) }), nil
}

// Decode reads a picture when there is room for it; release gives that room back, with the picture's memory, and
// may be called in any case.
func (r *Reader) Decode(ctx context.Context, body io.Reader) (img vision.Image, release func(), err error) {
	var held int64
	limits := vision.Limits{MaxBytes: r.limits.Bytes, MaxPixels: r.limits.Pixels, Memory: &r.memory, Admit: func(ctx context.Context, bytes int64) error {
		err := r.room.Acquire(ctx, bytes)
		if err == nil {
			held = bytes
			sparing.begin(bytes)
		}
		return err
	}}
	background.Do(func() { img, err = vision.Decode(ctx, body, limits) })
	return img, func() {
		r.memory.Recycle(&img)
		sparing.end(held)
		r.room.Release(held)
		held = 0
	}, err
}

// Find finds the faces in a picture, as Engine does.
func (r *Reader) Find(ctx context.Context, tenant string, img vision.Image) ([]Found, error) {
	return r.engine.Find(ctx, tenant, img)
}

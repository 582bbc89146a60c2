package storetest

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/object"
	"animo/internal/table"
	"animo/internal/table/sqltable"
)

// House is where a test runs flows: on real stores, with a clock that the test sets, and one event at a time. What the flows ask of
// Tables, Store and Events is counted, and the test may act before it. What the test asks of the other fields is not.
type House struct {
	T       testing.TB
	Driver  table.Driver
	Rows    *table.Table
	Objects object.Store
	Queue   bus.Queues
	Now     time.Time

	mu    sync.Mutex           // of what follows, because flows call from several goroutines, too
	Calls int                  // of the flows to their stores and the bus, each counted before it is made
	Rings int                  // those of them to the bus
	At    func(call int) error // called before each; its error is the call's; nil for nothing
}

// NewHouse opens a house of its own for a test, and closes it at the test's end.
func NewHouse(t testing.TB) *House {
	t.Helper()
	db := Open(t)
	d := sqltable.New(db)
	return &House{T: t, Driver: d, Rows: table.New(d), Objects: Objects(t), Queue: Queues(t, db), Now: Noon}
}

// Clock tells the house's time.
func (h *House) Clock() time.Time { return h.Now }

// Before counts the calls anew, and has at called before each, while other goroutines call.
func (h *House) Before(at func(call int) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.Calls, h.At = 0, at
}

// Rest has nothing called before calls any more, while other goroutines call.
func (h *House) Rest() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.At = nil
}

// Call counts a call, and lets the test act before it.
func (h *House) Call() error {
	h.mu.Lock()
	h.Calls++
	n, at := h.Calls, h.At
	h.mu.Unlock()
	if at == nil {
		return nil
	}
	return at(n)
}

// Tables returns the house's tables as a flow has them. after is asked, too, before each call; nil for nothing.
func (h *House) Tables(after func(Call) error) *table.Table {
	return table.New(Watch(h.Driver, func(c Call) error {
		err := h.Call()
		if err == nil && after != nil {
			err = after(c)
		}
		return err
	}))
}

// Store returns the house's objects as a flow has them.
func (h *House) Store() object.Store { return &store{h.Objects, h} }

type store struct {
	object.Store
	h *House
}

func (s *store) Put(ctx context.Context, tenant, name string, r io.ReadSeeker) error {
	if err := s.h.Call(); err != nil {
		return err
	}
	return s.Store.Put(ctx, tenant, name, r)
}

func (s *store) Get(ctx context.Context, tenant, name string, part object.Range) (io.ReadCloser, object.Info, error) {
	if err := s.h.Call(); err != nil {
		return nil, object.Info{}, err
	}
	return s.Store.Get(ctx, tenant, name, part)
}

func (s *store) Delete(ctx context.Context, tenant, prefix string) (int, error) {
	if err := s.h.Call(); err != nil {
		return 0, err
	}
	return s.Store.Delete(ctx, tenant, prefix)
}

// Events is the house's bus as a flow has it.
type Events struct{ h *House }

// Events returns the house's bus as a flow has it.
func (h *House) Events() *Events { return &Events{h} }

// ring is Call for the bus.
func (h *House) ring() error {
	h.mu.Lock()
	h.Rings++
	h.mu.Unlock()
	return h.Call()
}

// Publish puts events into the queues of those who listen.
func (e *Events) Publish(ctx context.Context, events ...animo.Event) error {
	if err := e.h.ring(); err != nil {
		return err
	}
	return e.h.Queue.Publish(ctx, events...)
}

// Remove takes events out of all queues.
func (e *Events) Remove(ctx context.Context, tenant string, ids ...string) (int, error) {
	if err := e.h.ring(); err != nil {
		return 0, err
	}
	return e.h.Queue.Remove(ctx, tenant, ids...)
}

// Declare makes the queues of functions.
func (h *House) Declare(functions ...bus.Function) {
	h.T.Helper()
	for _, f := range functions {
		if err := h.Queue.Declare(h.T.Context(), f.Name, f.On); err != nil {
			h.T.Fatal(err)
		}
	}
}

// Step runs one event of a function and tells whether there was one. An error that is final, or a third one, makes a dead letter;
// another leaves the event to be run again.
func (h *House) Step(f bus.Function) bool {
	h.T.Helper()
	ctx := h.T.Context()
	claimed, err := h.Queue.Claim(ctx, f.Name, 1, time.Hour)
	if err != nil {
		h.T.Fatal(err)
	}
	if len(claimed) == 0 {
		return false
	}
	d := claimed[0]
	err = f.Handle(ctx, d.Event)
	switch {
	case err == nil:
		err = h.Queue.Done(ctx, d)
	case animo.CodeOf(err).Final() || d.Attempt == 3:
		r := animo.ReasonOf(err)
		if err = nil; f.OnDead != nil {
			err = f.OnDead(ctx, d.Event, r)
		}
		if err == nil {
			err = h.Queue.Kill(ctx, d, r)
		} else if errors.Is(err, bus.ErrDone) {
			err = h.Queue.Done(ctx, d)
		}
	default:
		err = h.Queue.Retry(ctx, d, 0, animo.ReasonOf(err))
	}
	if err != nil && animo.CodeOf(err) != animo.Conflict { // else the event was removed
		h.T.Fatal(err)
	}
	return true
}

// Run runs everything that is queued for functions.
func (h *House) Run(functions ...bus.Function) {
	h.T.Helper()
	for more := true; more; {
		more = false
		for _, f := range functions {
			more = h.Step(f) || more
		}
	}
}

package net

import (
	"sync"
	"sync/atomic"
)

// Workspace is the memory that networks compute in. It grows to what the largest network needs and is used
// again for each. One call at a time may use it; its workers share a layer's rows among each other, which
// does not change any result.
type Workspace struct {
	workers int
	slots   [8][]float32
	scratch []scratch // one for each worker
}

// scratch is what one worker needs for a stretch of pixels.
type scratch struct {
	rows        []float32
	outAt, inAt []int32
	square      [9]int // the pixels under a pool
}

// NewWorkspace makes a workspace that computes with the given number of goroutines, at least 1.
func NewWorkspace(workers int) *Workspace {
	workers = max(1, workers)
	return &Workspace{workers: workers, scratch: make([]scratch, workers)}
}

// Bytes is the memory that the workspace holds.
func (ws *Workspace) Bytes() int {
	n := 0
	for _, s := range ws.slots {
		n += cap(s)
	}
	for _, s := range ws.scratch {
		n += cap(s.rows) + cap(s.outAt) + cap(s.inAt)
	}
	return 4 * n
}

// each calls work for every number below n, from as many goroutines as there are workers, and returns when
// all are done.
func (ws *Workspace) each(n int, work func(s *scratch, i int)) {
	if ws.workers == 1 || n < 2 {
		for i := range n {
			work(&ws.scratch[0], i)
		}
		return
	}
	var next atomic.Int64
	run := func(s *scratch) {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			work(s, i)
		}
	}
	var group sync.WaitGroup
	for w := range min(ws.workers, n) - 1 {
		group.Go(func() { run(&ws.scratch[w+1]) })
	}
	run(&ws.scratch[0])
	group.Wait()
}

// values returns n values of the worker's memory, whatever they hold.
func (s *scratch) values(n int) []float32 {
	if cap(s.rows) < n {
		s.rows = make([]float32, n)
	}
	return s.rows[:n]
}

// places returns two lists for n pixels.
func (s *scratch) places(n int) (outAt, inAt []int32) {
	if cap(s.outAt) < n {
		s.outAt, s.inAt = make([]int32, n), make([]int32, n)
	}
	return s.outAt[:n], s.inAt[:n]
}

// plane is a picture of c channels, row by row, with the channels of a pixel side by side and a border of
// zeros all round, which convolutions read as padding.
type plane struct {
	h, w, c int
	border  int
	data    []float32
}

// plane lays a plane into a slot, in place of what the slot held. Its border is zero, the rest is whatever
// the slot held before.
func (ws *Workspace) plane(slot, h, w, c, border int) plane {
	n := (h + 2*border) * (w + 2*border) * c
	if cap(ws.slots[slot]) < n {
		ws.slots[slot] = make([]float32, n)
	}
	p := plane{h, w, c, border, ws.slots[slot][:n]}
	if border == 0 {
		return p
	}
	clear(p.data[:p.at(0, 0)])
	for y := range h - 1 {
		clear(p.data[p.at(y, w):p.at(y+1, 0)])
	}
	clear(p.data[p.at(h-1, w):])
	return p
}

// pitch is the distance from a row to the next.
func (p plane) pitch() int { return (p.w + 2*p.border) * p.c }

// at is where the pixel in row y and column x begins; one beyond the edge lies in the border.
func (p plane) at(y, x int) int { return ((y+p.border)*(p.w+2*p.border) + x + p.border) * p.c }

// row returns the pixels of row y.
func (p plane) row(y int) []float32 { return p.data[p.at(y, 0):][:p.w*p.c] }

package net

import (
	"fmt"
	"io/fs"
)

// Tiny is the tiny face detector. It looks at a square whose side is a multiple of 32.
type Tiny struct {
	first conv
	pairs [5]separable
	last  conv
}

// TinyAnchors are the width and height of the five boxes that Tiny proposes in each cell, in cells.
var TinyAnchors = [5][2]float64{
	{1.603231, 2.094468}, {6.041143, 7.080126}, {2.882459, 3.518061}, {4.266906, 5.178857}, {9.041765, 10.66308},
}

var tinyMean = [3]float32{117.001, 114.697, 97.404}

// LoadTiny reads the network from files.
func LoadTiny(files fs.FS) (*Tiny, error) {
	w, err := readWeights(files, "tiny_face_detector")
	if err != nil {
		return nil, err
	}
	n := &Tiny{first: w.conv("conv0/filters", "conv0/bias", 3, 3, 16, 1, leaky)}
	n.first.valid = true
	for i := range n.pairs {
		n.pairs[i] = w.separable(fmt.Sprintf("conv%d", i+1), 16<<i, 32<<i, 1, asIs, leaky)
	}
	n.last = w.conv("conv8/filters", "conv8/bias", 1, 512, 25, 1, linear)
	return n, w.err
}

// Run looks at the crop as a square of the given side. The result has (side/32)² cells, row by row, with 25
// values each: tx, ty, tw, th and the score's logit for each anchor.
func (n *Tiny) Run(ws *Workspace, img Image, crop Crop, side int) []float32 {
	in := input{side: side, mean: tinyMean, divisor: 255}
	return n.run(ws, in.plane(ws, 2, img, crop))
}

func (n *Tiny) run(ws *Workspace, in plane) []float32 {
	x := ws.plane(0, in.h-2, in.w-2, 16, 0)
	// The padding of in is not wanted here: a valid convolution does not reach it.
	n.first.apply(ws, x, in, false)
	for i := range n.pairs {
		h := (x.h + 1) / 2
		pooled := ws.plane(1, h, h, x.c, 1)
		maxPool(ws, pooled, x, 2, 2, 0)
		x = ws.plane(0, h, h, n.pairs[i].pointwise.Stride, 0)
		n.pairs[i].apply(ws, x, pooled, plain)
	}
	pooled := ws.plane(1, x.h, x.w, x.c, 0)
	maxPool(ws, pooled, x, 2, 1, 0)
	out := ws.plane(0, x.h, x.w, n.last.filters.Stride, 0)
	n.last.apply(ws, out, pooled, false)
	cells := make([]float32, 0, x.h*x.w*25)
	for p := range x.h * x.w {
		cells = append(cells, out.data[p*out.c:][:25]...)
	}
	return cells
}

package nn

import (
	"slices"

	"animo/nn/kernel"
)

// Sparse is a first layer: y = x·W + b for rows x of which only the non-zeros are visited.
type Sparse struct {
	In, Out int
	// Weight has a row for each input: the weights to the Out units, then zeros up to whole vectors.
	// Bias is one such row.
	Weight, Bias []float32
}

// NewSparse returns a layer of zeros.
func NewSparse(in, out int) *Sparse {
	l := &Sparse{In: in, Out: out}
	l.Weight = make([]float32, in*l.Width())
	l.Bias = make([]float32, l.Width())
	return l
}

// Width is the length of a row of Weight: Out, rounded up to whole vectors.
func (l *Sparse) Width() int {
	return (l.Out + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes
}

// start draws the weights of a new layer.
func (l *Sparse) start(rng random) {
	for f := range l.In {
		rng.glorot(l.Weight[f*l.Width():][:l.Out], l.In, l.Out)
	}
}

// Forward sets column i of y, which has Out rows, to the layer's result for row pick[i] of x. row is
// scratch of Width values.
func (l *Sparse) Forward(y kernel.Matrix, x *Rows, pick []int32, row []float32) {
	for i, r := range pick {
		copy(row, l.Bias)
		index, value := x.Row(int(r))
		kernel.SumRows(row, l.Weight, index, value)
		for j, v := range row[:l.Out] {
			y.Data[j*y.Stride+i] = v
		}
	}
}

// Backward sets g to the gradient of Weight and bias to that of Bias, where dy is the gradient of
// Forward's y. g must hold what g.Collect found in the same rows. row is scratch of Width values.
func (l *Sparse) Backward(g *RowGrad, bias []float32, x *Rows, pick []int32, dy kernel.Matrix, row []float32) {
	width := l.Width()
	g.Grad = slices.Grow(g.Grad[:0], cap(g.slot)*width)[:len(g.Rows)*width]
	clear(g.Grad)
	clear(bias)
	clear(row)
	slot := g.slot
	for i, r := range pick {
		for j := range l.Out {
			row[j] = dy.Data[j*dy.Stride+i]
			bias[j] += row[j]
		}
		_, value := x.Row(int(r))
		kernel.AddToRows(g.Grad, slot[:len(value)], value, row)
		slot = slot[len(value):]
	}
}

// RowGrad is the gradient of a table of which a batch uses few rows.
type RowGrad struct {
	Rows []int32   // the rows that the batch uses, each once
	Grad []float32 // for each of Rows, a row of gradients
	slot []int32   // for each non-zero of the batch, where Rows has its column

	at    []int64 // for each row of the table, first plus where Rows has it; below first where it has not
	first int64   // grows from batch to batch, so that at need not be cleared
}

// NewRowGrad makes room for a table of n rows and batches of so many non-zeros.
func NewRowGrad(n, nonZeros int) *RowGrad {
	return &RowGrad{
		Rows:  make([]int32, 0, nonZeros+1),
		slot:  make([]int32, 0, nonZeros),
		at:    make([]int64, n),
		first: 1,
	}
}

// Collect finds the columns that rows pick of x have, which are the rows of the table that they use.
func (g *RowGrad) Collect(x *Rows, pick []int32) {
	g.first += int64(len(g.Rows))
	n := 0
	for _, r := range pick {
		n += int(x.Start[r+1] - x.Start[r])
	}
	g.slot = slices.Grow(g.slot[:0], n)[:n]
	rows := slices.Grow(g.Rows[:0], n+1)[:n+1]
	slot, next, used := g.slot, g.first, 0
	for _, r := range pick {
		index, _ := x.Row(int(r))
		for i, f := range index {
			// Whether a row is new is a toss-up, so that the next row is written in any case and only counted
			// if it is: no branch to be guessed wrongly.
			rows[used] = f
			s, fresh := g.at[f], 0
			if s < g.first {
				s, fresh = next, 1
			}
			g.at[f] = s
			used += fresh
			next += int64(fresh)
			slot[i] = int32(s - g.first)
		}
		slot = slot[len(index):]
	}
	g.Rows = rows[:used]
}

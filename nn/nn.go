// Package nn trains and runs small feed-forward networks over sparse inputs: a first layer that reads
// only the non-zeros of its input, dense layers with ReLU, dropout, one sigmoid with log loss, and Adam.
// It is float32 throughout, with the loops in package kernel.
//
//	net, err := nn.Fit(ctx, rows, labels, nn.ReportConfig())
//	fmt.Println(nn.Sigmoid(net.Logit(index, value)))
//
// A batch of activations is a kernel.Matrix with a row for each unit and a column for each example, so
// that a vector instruction works on several examples at once and no layer's width has to be a multiple
// of a vector's. A dense layer's input has one more row, of ones, whose weights are the biases.
//
// The same rows, labels and Config give the same network to the bit on any number of cores, and with
// AVX-512 as with AVX2. Without vector instructions sums round differently, so that the networks agree
// only in what they have learnt.
package nn

import (
	"fmt"
	"slices"

	"animo/nn/kernel"
)

// Rows are sparse rows one after the other: row i has the values Value[Start[i]:Start[i+1]] at the columns
// Index[Start[i]:Start[i+1]], each column at most once, and zeros elsewhere.
type Rows struct {
	Start []int32 // one more than there are rows
	Index []int32 // below Width
	Value []float32
	Width int
}

// Len returns the number of rows.
func (r *Rows) Len() int { return len(r.Start) - 1 }

// Row returns the columns and values of row i.
func (r *Rows) Row(i int) (index []int32, value []float32) {
	from, to := r.Start[i], r.Start[i+1]
	return r.Index[from:to:to], r.Value[from:to:to]
}

// Check tells what is wrong with the rows, apart from a column that a row has twice.
func (r *Rows) Check() error {
	if len(r.Start) == 0 || r.Start[0] != 0 || int(r.Start[r.Len()]) != len(r.Index) || len(r.Index) != len(r.Value) {
		return fmt.Errorf("nn: %d starts do not fit %d columns and %d values", len(r.Start), len(r.Index), len(r.Value))
	}
	for i := range r.Len() {
		if r.Start[i] > r.Start[i+1] {
			return fmt.Errorf("nn: row %d ends before it begins", i)
		}
	}
	for _, c := range r.Index {
		if c < 0 || int(c) >= r.Width {
			return fmt.Errorf("nn: column %d of rows that are %d wide", c, r.Width)
		}
	}
	return nil
}

// most returns how many non-zeros n rows can have together.
func (r *Rows) most(n int) int {
	length := make([]int32, r.Len())
	for i := range length {
		length[i] = r.Start[i+1] - r.Start[i]
	}
	slices.Sort(length)
	sum := 0
	for _, l := range length[max(0, len(length)-n):] {
		sum += int(l)
	}
	return sum
}

// transpose sets dst to the transpose of src. Four rows at a time make four neighbours in each row of dst.
func transpose(dst, src kernel.Matrix) {
	i := 0
	for ; i+4 <= src.Rows; i += 4 {
		r0 := src.Row(i)
		r1, r2, r3 := src.Row(i + 1)[:len(r0)], src.Row(i + 2)[:len(r0)], src.Row(i + 3)[:len(r0)]
		for j, x := range r0 {
			d := dst.Data[j*dst.Stride+i:][:4]
			d[0], d[1], d[2], d[3] = x, r1[j], r2[j], r3[j]
		}
	}
	for ; i < src.Rows; i++ {
		for j, x := range src.Row(i) {
			dst.Data[j*dst.Stride+i] = x
		}
	}
}

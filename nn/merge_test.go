package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// table returns the rows as a table, for comparisons.
func (r *Rows) table(value []float32) [][]float32 {
	t := make([][]float32, r.Len())
	for i := range t {
		t[i] = make([]float32, r.Width)
		for k := r.Start[i]; k < r.Start[i+1]; k++ {
			t[i][r.Index[k]] = value[k]
		}
	}
	return t
}

// repeated returns rows of random columns, most of which equal another one.
func repeated(rng *rand.Rand, rows, width int) *Rows {
	x := &Rows{Start: []int32{0}, Width: width}
	kinds := width / 4
	at := make([][]float32, rows)
	for r := range at {
		at[r] = make([]float32, kinds)
		for k := range kinds {
			if rng.IntN(6) == 0 {
				at[r][k] = float32(1 + rng.IntN(2))
			}
		}
	}
	kind := make([]int, width)
	for c := range kind {
		kind[c] = rng.IntN(kinds)
	}
	for r := range rows {
		for _, c := range rng.Perm(width) { // columns come in any order
			if v := at[r][kind[c]]; v != 0 {
				x.Index, x.Value = append(x.Index, int32(c)), append(x.Value, v)
			}
		}
		x.Start = append(x.Start, int32(len(x.Index)))
	}
	return x
}

func TestMergeColumns_groups_equal_columns_and_no_others(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		x := repeated(rng, 1+rng.IntN(12), 4+rng.IntN(40))
		m := mergeColumns(x)
		if err := m.x.Check(); err != nil {
			t.Fatal(err)
		}
		before, one, total := x.table(x.Value), m.x.table(m.x.Value), m.x.table(m.total)
		size := make([]float32, m.x.Width)
		for c, g := range m.group {
			if g >= 0 {
				size[g]++
			}
			for r := range x.Len() {
				want := before[r][c]
				if g < 0 && want != 0 || g >= 0 && one[r][g] != want {
					t.Fatalf("column %d has %g in row %d, its group %d another value", c, want, r, g)
				}
				if g >= 0 && total[r][g] != want*m.count[g] {
					t.Fatalf("group %d of %g columns with %g has the total %g", g, m.count[g], want, total[r][g])
				}
			}
		}
		distinct := map[string]bool{}
		for c := range x.Width {
			column := make([]float32, x.Len())
			for r := range column {
				column[r] = before[r][c]
			}
			if slices.Max(column) > 0 {
				distinct[fmt.Sprint(column)] = true
			}
		}
		if len(distinct) != m.x.Width {
			t.Fatalf("%d groups of %d distinct columns", m.x.Width, len(distinct))
		}
		if !slices.Equal(size, m.count) {
			t.Fatalf("groups of %v columns are said to have %v", size, m.count)
		}
	}
}

// apart groups nothing: every column with a value is a group of its own.
func apart(x *Rows) *merged {
	m := &merged{x: *x, total: x.Value, group: make([]int32, x.Width), count: make([]float32, x.Width)}
	for c := range m.group {
		m.group[c], m.count[c] = int32(c), 1
	}
	return m
}

func TestFit_merged_columns_train_like_single_ones(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	x := repeated(rng, 70, 120)
	labels := make([]uint8, x.Len())
	for i := range labels {
		labels[i] = uint8(rng.IntN(2))
	}
	c := tinyConfig()
	c.Hidden = []int{15, 8}
	c.Epochs = 4
	fit := func(groups *merged) []Tensor {
		f := newFitter(x, groups, labels, c)
		for range c.Epochs {
			if _, err := f.epoch(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		return f.finish().Tensors()
	}
	together := mergeColumns(x)
	if together.x.Width > x.Width/2 {
		t.Fatalf("%d groups of %d columns", together.x.Width, x.Width)
	}
	a, b := fit(together), fit(apart(x))
	var worst float64
	for i := range a {
		for j := range a[i].Data {
			worst = max(worst, math.Abs(float64(a[i].Data[j]-b[i].Data[j])))
		}
	}
	// The sums round differently, some units of weights below 1; each of the 12 steps may make that a little
	// larger, but nothing near to a step's move of 0.001.
	t.Logf("weights differ by up to %.2g", worst)
	if !(worst < 2e-5) {
		t.Errorf("weights differ by up to %g", worst)
	}
}

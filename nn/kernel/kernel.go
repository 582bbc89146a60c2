// Package kernel holds the loops that the networks, and the search for a face, spend their time in, on float32
// values but for Distances8. Each loop is written twice or more: a plain Go function, which is the definition,
// and twins with vector instructions that must agree with it up to the rounding of sums. The first use of the
// package picks the widest twin that the CPU has; the build tag purego, another architecture or a build without
// GOEXPERIMENT=simd leaves the plain ones.
//
// The AVX-512 and AVX2 twins give the same bits as each other: both fuse multiply and add, and both add
// the terms of an element in the order of its index. The plain functions round products, too, so that
// their results differ from the vector ones in the last bits. A loop that is the same in both but for the width of
// a vector has one template in ./twins, from which `go generate` makes both.
//
// Kernels do not allocate, keep no state and may be called from any goroutine. Arguments of the wrong
// shape are a defect of the caller and panic with one of the constants below.
package kernel

//go:generate go run ./twins

// Lanes is the number of float32 values in the widest vector. Tables of rows (SumRows, AddToRows,
// AdamCatchUp, AdamRows) have rows of a multiple of Lanes values, so that no row has a rest.
const Lanes = 16

// Panic texts for arguments of the wrong shape.
const (
	badShape  = "kernel: matrix shapes do not fit"
	badData   = "kernel: matrix data shorter than its shape"
	badLength = "kernel: slice lengths do not fit"
	badWidth  = "kernel: row width is not a multiple of Lanes"
	badBytes  = "kernel: row width is not a multiple of ByteLanes, or too large"
)

// Matrix is a view of Rows × Cols values: element (r, c) is Data[r*Stride+c].
type Matrix struct {
	Data       []float32
	Rows, Cols int
	Stride     int // from one row to the next, at least Cols
}

// Row returns the values of row r.
func (m Matrix) Row(r int) []float32 { return m.Data[r*m.Stride:][:m.Cols:m.Cols] }

// check panics unless every element of m lies within its data.
func (m Matrix) check() {
	if m.Rows < 0 || m.Cols < 0 || m.Stride < m.Cols {
		panic(badShape)
	}
	if m.Rows > 0 && (m.Rows-1)*m.Stride+m.Cols > len(m.Data) {
		panic(badData)
	}
}

// implementation is one set of twins.
type implementation struct {
	name        string
	matMul      func(c, a, b Matrix, aRow, aCol int)
	relu        func(x []float32)
	reluGrad    func(d, y []float32)
	sumRows     func(dst, table []float32, index []int32, value []float32)
	addToRows   func(table []float32, index []int32, value, src []float32)
	adam        func(w, m, v, g []float32, c Adam)
	adamCatchUp func(w, moments []float32, width int, row []int32, shift, eps []float32)
	adamRows    func(w, moments, g []float32, width int, row []int32, decay1, decay2 []float32, c Adam)
	distances8  func(dst []int32, x, table []int8)
}

var plain = implementation{
	name: "plain", matMul: matMulPlain, relu: reluPlain, reluGrad: reluGradPlain,
	sumRows: sumRowsPlain, addToRows: addToRowsPlain,
	adam: adamPlain, adamCatchUp: adamCatchUpPlain, adamRows: adamRowsPlain,
	distances8: distances8Plain,
}

// best is the widest implementation that this CPU runs.
var best = implementations()[0]

// Name tells which implementation is in use: "avx512", "avx2" or "plain".
func Name() string { return best.name }

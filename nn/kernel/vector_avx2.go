//go:build goexperiment.simd && amd64 && !purego

package kernel

import "simd/archsimd"

// avx2 holds the twins for CPUs with AVX2 and FMA.
var avx2 = implementation{
	name: "avx2", matMul: matMulAVX2, relu: reluAVX2, reluGrad: reluGradAVX2,
	sumRows: sumRowsAVX2, addToRows: addToRowsAVX2,
	adam: adamAVX2, adamCatchUp: adamCatchUpAVX2, adamRows: adamRowsAVX2,
	distances8: distances8AVX2,
}

func load8(s []float32, i int) archsimd.Float32x8 {
	return archsimd.LoadFloat32x8((*[8]float32)(s[i:]))
}

func store8(x archsimd.Float32x8, s []float32, i int) { x.Store((*[8]float32)(s[i:])) }

func reluAVX2(x []float32) {
	var zero archsimd.Float32x8
	i := 0
	for ; i+8 <= len(x); i += 8 {
		v := load8(x, i) // not Max, whose result for NaN and −0 depends on its operands' order
		store8(zero.Merge(v, v.Less(zero)), x, i)
	}
	archsimd.ClearAVXUpperBits()
	reluPlain(x[i:])
}

func reluGradAVX2(d, y []float32) {
	var zero archsimd.Float32x8
	i := 0
	for ; i+8 <= len(d); i += 8 {
		store8(load8(d, i).Masked(load8(y, i).Greater(zero)), d, i)
	}
	archsimd.ClearAVXUpperBits()
	reluGradPlain(d[i:], y[i:])
}

func sumRowsAVX2(dst, table []float32, index []int32, value []float32) {
	value = value[:len(index)]
	for j := 0; j < len(dst); j += 8 {
		sum := load8(dst, j)
		for i, r := range index {
			sum = archsimd.BroadcastFloat32x8(value[i]).MulAdd(load8(table, int(r)*len(dst)+j), sum)
		}
		store8(sum, dst, j)
	}
	archsimd.ClearAVXUpperBits()
}

func addToRowsAVX2(table []float32, index []int32, value, src []float32) {
	value = value[:len(index)]
	for j := 0; j < len(src); j += 8 {
		x := load8(src, j)
		for i, r := range index {
			at := int(r)*len(src) + j
			store8(archsimd.BroadcastFloat32x8(value[i]).MulAdd(x, load8(table, at)), table, at)
		}
	}
	archsimd.ClearAVXUpperBits()
}

func adamAVX2(w, m, v, g []float32, c Adam) {
	b1, b2 := archsimd.BroadcastFloat32x8(c.Beta1), archsimd.BroadcastFloat32x8(c.Beta2)
	r1, r2 := archsimd.BroadcastFloat32x8(c.Rest1), archsimd.BroadcastFloat32x8(c.Rest2)
	rate, eps := archsimd.BroadcastFloat32x8(c.Rate), archsimd.BroadcastFloat32x8(c.Eps)
	i := 0
	for ; i+8 <= len(w); i += 8 {
		x := load8(g, i)
		mi := b1.MulAdd(load8(m, i), r1.Mul(x))
		vi := b2.MulAdd(load8(v, i), r2.Mul(x).Mul(x))
		store8(mi, m, i)
		store8(vi, v, i)
		store8(load8(w, i).Sub(rate.Mul(mi).Div(vi.Sqrt().Add(eps))), w, i)
	}
	if i < len(w) { // the rest as one vector of its own, so that it rounds like the others
		var rw, rm, rv, rg [8]float32
		copy(rw[:], w[i:])
		copy(rm[:], m[i:])
		copy(rv[:], v[i:])
		copy(rg[:], g[i:])
		x := archsimd.LoadFloat32x8(&rg)
		mi := b1.MulAdd(archsimd.LoadFloat32x8(&rm), r1.Mul(x))
		vi := b2.MulAdd(archsimd.LoadFloat32x8(&rv), r2.Mul(x).Mul(x))
		mi.Store(&rm)
		vi.Store(&rv)
		archsimd.LoadFloat32x8(&rw).Sub(rate.Mul(mi).Div(vi.Sqrt().Add(eps))).Store(&rw)
		copy(w[i:], rw[:])
		copy(m[i:], rm[:])
		copy(v[i:], rv[:])
	}
	archsimd.ClearAVXUpperBits()
}

func adamCatchUpAVX2(w, moments []float32, width int, row []int32, shift, eps []float32) {
	shift, eps = shift[:len(row)], eps[:len(row)]
	for i, r := range row {
		s, e := archsimd.BroadcastFloat32x8(shift[i]), archsimd.BroadcastFloat32x8(eps[i])
		at := int(r) * width
		for j := at; j < at+width; j += 8 {
			m, v := load8(moments, at+j), load8(moments, at+j+width)
			store8(load8(w, j).Sub(s.Mul(m).Div(v.Sqrt().Add(e))), w, j)
		}
	}
	archsimd.ClearAVXUpperBits()
}

func adamRowsAVX2(w, moments, g []float32, width int, row []int32, decay1, decay2 []float32, c Adam) {
	r1, r2 := archsimd.BroadcastFloat32x8(c.Rest1), archsimd.BroadcastFloat32x8(c.Rest2)
	rate, eps := archsimd.BroadcastFloat32x8(c.Rate), archsimd.BroadcastFloat32x8(c.Eps)
	decay1, decay2 = decay1[:len(row)], decay2[:len(row)]
	for i, r := range row {
		b1, b2 := archsimd.BroadcastFloat32x8(decay1[i]), archsimd.BroadcastFloat32x8(decay2[i])
		at := int(r) * width
		for j := at; j < at+width; j += 8 {
			x := load8(g, i*width+j-at)
			m := b1.MulAdd(load8(moments, at+j), r1.Mul(x))
			v := b2.MulAdd(load8(moments, at+j+width), r2.Mul(x).Mul(x))
			store8(m, moments, at+j)
			store8(v, moments, at+j+width)
			store8(load8(w, j).Sub(rate.Mul(m).Div(v.Sqrt().Add(eps))), w, j)
		}
	}
	archsimd.ClearAVXUpperBits()
}

//go:build goexperiment.simd && amd64 && !purego

package kernel

import (
	"simd/archsimd"
	"unsafe"
)

// matMulAVX512 computes C in tiles of 4 rows × 32 columns, which is what the compiler's 15 vector
// registers hold: 8 sums, 2 vectors of B and 4 broadcast values of A. The last rows of C are computed
// again as part of a full tile where their number is no multiple of 4; the last columns are masked.
//
// Loads and stores stay within the matrices: product has checked the shapes, and a masked one does not
// touch what its mask leaves out. The tiles are marked nocheckptr since their pointers pass the end after
// the last term, and since a masked vector may reach beyond it.
func matMulAVX512(c, a, b Matrix, aRow, aCol int) {
	pc, pa, pb := unsafe.Pointer(&c.Data[0]), unsafe.Pointer(&a.Data[0]), unsafe.Pointer(&b.Data[0])
	ldc, ldb, aRow, aCol := 4*c.Stride, 4*b.Stride, 4*aRow, 4*aCol
	for j := 0; j < c.Cols; j += 32 {
		tc, tb := unsafe.Add(pc, 4*j), unsafe.Add(pb, 4*j)
		rest := c.Cols - j
		if c.Rows < 4 {
			for i := range c.Rows {
				tile1x32AVX512(unsafe.Add(tc, i*ldc), unsafe.Add(pa, i*aRow), aCol, tb, ldb, b.Rows, rest)
			}
			continue
		}
		for i := 0; i < c.Rows; i += 4 {
			i := min(i, c.Rows-4)
			ti, ai := unsafe.Add(tc, i*ldc), unsafe.Add(pa, i*aRow)
			switch {
			case rest >= 32:
				tile4x32AVX512(ti, ldc, ai, aRow, aCol, tb, ldb, b.Rows)
			case rest > 16:
				tile4x32MaskedAVX512(ti, ldc, ai, aRow, aCol, tb, ldb, b.Rows, rest)
			default:
				tile4x16MaskedAVX512(ti, ldc, ai, aRow, aCol, tb, ldb, b.Rows, rest)
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}

// firstLanes gives the mask of the first n of 16 lanes: none for n ≤ 0, all for n ≥ 16.
func firstLanes(n int) archsimd.Mask32x16 {
	return archsimd.Mask32x16FromBits(uint16(1<<uint(max(0, min(n, 16))) - 1))
}

func at16(p unsafe.Pointer, bytes int) *[16]float32 { return (*[16]float32)(unsafe.Add(p, bytes)) }

func spread16(p unsafe.Pointer, bytes int) archsimd.Float32x16 {
	return archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p, bytes)))
}

// tile4x32AVX512 sets 4 rows × 32 columns of C. All strides are in bytes.
//
//go:nocheckptr
func tile4x32AVX512(c unsafe.Pointer, ldc int, a unsafe.Pointer, aRow, aCol int, b unsafe.Pointer, ldb, k int) {
	var c00, c01, c10, c11, c20, c21, c30, c31 archsimd.Float32x16
	aRow3 := 3 * aRow
	for ; k > 0; k-- {
		b0 := archsimd.LoadFloat32x16(at16(b, 0))
		b1 := archsimd.LoadFloat32x16(at16(b, 64))
		x := spread16(a, 0)
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = spread16(a, aRow)
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = spread16(a, 2*aRow)
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = spread16(a, aRow3)
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		a, b = unsafe.Add(a, aCol), unsafe.Add(b, ldb)
	}
	c00.Store(at16(c, 0))
	c01.Store(at16(c, 64))
	c10.Store(at16(c, ldc))
	c11.Store(at16(c, ldc+64))
	c20.Store(at16(c, 2*ldc))
	c21.Store(at16(c, 2*ldc+64))
	c30.Store(at16(c, 3*ldc))
	c31.Store(at16(c, 3*ldc+64))
}

// tile4x32MaskedAVX512 is tile4x32AVX512 for the first n columns, 16 < n ≤ 32.
//
//go:nocheckptr
func tile4x32MaskedAVX512(c unsafe.Pointer, ldc int, a unsafe.Pointer, aRow, aCol int, b unsafe.Pointer, ldb, k, n int) {
	var c00, c01, c10, c11, c20, c21, c30, c31 archsimd.Float32x16
	mask := firstLanes(n - 16)
	aRow3 := 3 * aRow
	for ; k > 0; k-- {
		b0 := archsimd.LoadFloat32x16(at16(b, 0))
		b1 := archsimd.LoadMaskedFloat32x16(at16(b, 64), mask)
		x := spread16(a, 0)
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = spread16(a, aRow)
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = spread16(a, 2*aRow)
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = spread16(a, aRow3)
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		a, b = unsafe.Add(a, aCol), unsafe.Add(b, ldb)
	}
	c00.Store(at16(c, 0))
	c01.StoreMasked(at16(c, 64), mask)
	c10.Store(at16(c, ldc))
	c11.StoreMasked(at16(c, ldc+64), mask)
	c20.Store(at16(c, 2*ldc))
	c21.StoreMasked(at16(c, 2*ldc+64), mask)
	c30.Store(at16(c, 3*ldc))
	c31.StoreMasked(at16(c, 3*ldc+64), mask)
}

// tile4x16MaskedAVX512 sets 4 rows × the first n ≤ 16 columns of C.
//
//go:nocheckptr
func tile4x16MaskedAVX512(c unsafe.Pointer, ldc int, a unsafe.Pointer, aRow, aCol int, b unsafe.Pointer, ldb, k, n int) {
	var c0, c1, c2, c3 archsimd.Float32x16
	mask := firstLanes(n)
	aRow3 := 3 * aRow
	for ; k > 0; k-- {
		b0 := archsimd.LoadMaskedFloat32x16(at16(b, 0), mask)
		c0 = spread16(a, 0).MulAdd(b0, c0)
		c1 = spread16(a, aRow).MulAdd(b0, c1)
		c2 = spread16(a, 2*aRow).MulAdd(b0, c2)
		c3 = spread16(a, aRow3).MulAdd(b0, c3)
		a, b = unsafe.Add(a, aCol), unsafe.Add(b, ldb)
	}
	c0.StoreMasked(at16(c, 0), mask)
	c1.StoreMasked(at16(c, ldc), mask)
	c2.StoreMasked(at16(c, 2*ldc), mask)
	c3.StoreMasked(at16(c, 3*ldc), mask)
}

// tile1x32AVX512 sets 1 row × the first n columns of C, at most 32.
//
//go:nocheckptr
func tile1x32AVX512(c, a unsafe.Pointer, aCol int, b unsafe.Pointer, ldb, k, n int) {
	var c0, c1 archsimd.Float32x16
	mask0, mask1 := firstLanes(n), firstLanes(n-16)
	for ; k > 0; k-- {
		x := spread16(a, 0)
		c0 = x.MulAdd(archsimd.LoadMaskedFloat32x16(at16(b, 0), mask0), c0)
		c1 = x.MulAdd(archsimd.LoadMaskedFloat32x16(at16(b, 64), mask1), c1)
		a, b = unsafe.Add(a, aCol), unsafe.Add(b, ldb)
	}
	c0.StoreMasked(at16(c, 0), mask0)
	c1.StoreMasked(at16(c, 64), mask1)
}

//go:build goexperiment.simd && amd64 && !purego

package kernel

import (
	"simd/archsimd"
	"unsafe"
)

// matMulAVX2 computes C in tiles of 4 rows × 16 columns, which is what the compiler's 15 vector
// registers hold: 8 sums, 2 vectors of B and 4 broadcast values of A. The last rows of C are computed
// again as part of a full tile where their number is no multiple of 4; the last columns are masked.
//
// Loads and stores stay within the matrices: product has checked the shapes, and a masked one does not
// touch what its mask leaves out. The tiles are marked nocheckptr because their pointers pass the end after
// the last term, and because a masked vector may reach beyond it.
func matMulAVX2(c, a, b Matrix, aRow, aCol int) {
	pc, pa, pb := unsafe.Pointer(&c.Data[0]), unsafe.Pointer(&a.Data[0]), unsafe.Pointer(&b.Data[0])
	ldc, ldb, aRow, aCol := 4*c.Stride, 4*b.Stride, 4*aRow, 4*aCol
	for j := 0; j < c.Cols; j += 16 {
		tc, tb := unsafe.Add(pc, 4*j), unsafe.Add(pb, 4*j)
		rest := c.Cols - j
		if c.Rows < 4 {
			for i := range c.Rows {
				tile1x16AVX2(unsafe.Add(tc, i*ldc), unsafe.Add(pa, i*aRow), aCol, tb, ldb, b.Rows, rest)
			}
			continue
		}
		for i := 0; i < c.Rows; i += 4 {
			i := min(i, c.Rows-4)
			ti, ai := unsafe.Add(tc, i*ldc), unsafe.Add(pa, i*aRow)
			switch {
			case rest >= 16:
				tile4x16AVX2(ti, ldc, ai, aRow, aCol, tb, ldb, b.Rows)
			case rest > 8:
				tile4x16MaskedAVX2(ti, ldc, ai, aRow, aCol, tb, ldb, b.Rows, rest)
			default:
				tile4x8MaskedAVX2(ti, ldc, ai, aRow, aCol, tb, ldb, b.Rows, rest)
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}

// laneNumbers counts the lanes of an AVX2 vector.
var laneNumbers = [8]int32{0, 1, 2, 3, 4, 5, 6, 7}

// firstLanes8 returns the mask of the first n of 8 lanes: none for n ≤ 0, all for n ≥ 8.
func firstLanes8(n int) archsimd.Mask32x8 {
	return archsimd.BroadcastInt32x8(int32(n)).Greater(archsimd.LoadInt32x8(&laneNumbers))
}

func at8(p unsafe.Pointer, bytes int) *[8]float32 { return (*[8]float32)(unsafe.Add(p, bytes)) }

func spread8(p unsafe.Pointer, bytes int) archsimd.Float32x8 {
	return archsimd.BroadcastFloat32x8(*(*float32)(unsafe.Add(p, bytes)))
}

// tile4x16AVX2 sets 4 rows × 16 columns of C. All strides are in bytes.
//
//go:nocheckptr
func tile4x16AVX2(c unsafe.Pointer, ldc int, a unsafe.Pointer, aRow, aCol int, b unsafe.Pointer, ldb, k int) {
	var c00, c01, c10, c11, c20, c21, c30, c31 archsimd.Float32x8
	aRow3 := 3 * aRow
	for ; k > 0; k-- {
		b0 := archsimd.LoadFloat32x8(at8(b, 0))
		b1 := archsimd.LoadFloat32x8(at8(b, 32))
		x := spread8(a, 0)
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = spread8(a, aRow)
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = spread8(a, 2*aRow)
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = spread8(a, aRow3)
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		a, b = unsafe.Add(a, aCol), unsafe.Add(b, ldb)
	}
	c00.Store(at8(c, 0))
	c01.Store(at8(c, 32))
	c10.Store(at8(c, ldc))
	c11.Store(at8(c, ldc+32))
	c20.Store(at8(c, 2*ldc))
	c21.Store(at8(c, 2*ldc+32))
	c30.Store(at8(c, 3*ldc))
	c31.Store(at8(c, 3*ldc+32))
}

// tile4x16MaskedAVX2 is tile4x16AVX2 for the first n columns, 8 < n ≤ 16.
//
//go:nocheckptr
func tile4x16MaskedAVX2(c unsafe.Pointer, ldc int, a unsafe.Pointer, aRow, aCol int, b unsafe.Pointer, ldb, k, n int) {
	var c00, c01, c10, c11, c20, c21, c30, c31 archsimd.Float32x8
	mask := firstLanes8(n - 8)
	aRow3 := 3 * aRow
	for ; k > 0; k-- {
		b0 := archsimd.LoadFloat32x8(at8(b, 0))
		b1 := archsimd.LoadMaskedFloat32x8(at8(b, 32), mask)
		x := spread8(a, 0)
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = spread8(a, aRow)
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = spread8(a, 2*aRow)
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = spread8(a, aRow3)
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		a, b = unsafe.Add(a, aCol), unsafe.Add(b, ldb)
	}
	c00.Store(at8(c, 0))
	c01.StoreMasked(at8(c, 32), mask)
	c10.Store(at8(c, ldc))
	c11.StoreMasked(at8(c, ldc+32), mask)
	c20.Store(at8(c, 2*ldc))
	c21.StoreMasked(at8(c, 2*ldc+32), mask)
	c30.Store(at8(c, 3*ldc))
	c31.StoreMasked(at8(c, 3*ldc+32), mask)
}

// tile4x8MaskedAVX2 sets 4 rows × the first n ≤ 8 columns of C.
//
//go:nocheckptr
func tile4x8MaskedAVX2(c unsafe.Pointer, ldc int, a unsafe.Pointer, aRow, aCol int, b unsafe.Pointer, ldb, k, n int) {
	var c0, c1, c2, c3 archsimd.Float32x8
	mask := firstLanes8(n)
	aRow3 := 3 * aRow
	for ; k > 0; k-- {
		b0 := archsimd.LoadMaskedFloat32x8(at8(b, 0), mask)
		c0 = spread8(a, 0).MulAdd(b0, c0)
		c1 = spread8(a, aRow).MulAdd(b0, c1)
		c2 = spread8(a, 2*aRow).MulAdd(b0, c2)
		c3 = spread8(a, aRow3).MulAdd(b0, c3)
		a, b = unsafe.Add(a, aCol), unsafe.Add(b, ldb)
	}
	c0.StoreMasked(at8(c, 0), mask)
	c1.StoreMasked(at8(c, ldc), mask)
	c2.StoreMasked(at8(c, 2*ldc), mask)
	c3.StoreMasked(at8(c, 3*ldc), mask)
}

// tile1x16AVX2 sets 1 row × the first n columns of C, at most 16.
//
//go:nocheckptr
func tile1x16AVX2(c, a unsafe.Pointer, aCol int, b unsafe.Pointer, ldb, k, n int) {
	var c0, c1 archsimd.Float32x8
	mask0, mask1 := firstLanes8(n), firstLanes8(n-8)
	for ; k > 0; k-- {
		x := spread8(a, 0)
		c0 = x.MulAdd(archsimd.LoadMaskedFloat32x8(at8(b, 0), mask0), c0)
		c1 = x.MulAdd(archsimd.LoadMaskedFloat32x8(at8(b, 32), mask1), c1)
		a, b = unsafe.Add(a, aCol), unsafe.Add(b, ldb)
	}
	c0.StoreMasked(at8(c, 0), mask0)
	c1.StoreMasked(at8(c, 32), mask1)
}

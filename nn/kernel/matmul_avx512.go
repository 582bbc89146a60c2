//go:build goexperiment.simd && amd64 && !purego

package kernel

import (
	"simd/archsimd"
	"unsafe"
)

// matMulAVX512 computes C in tiles of 8 rows × 32 columns, or of 4 or 1 where it has fewer rows. The last
// rows are computed again as part of a full tile where their number is no multiple of a tile's; the last
// columns are masked.
//
// Loads and stores stay within the matrices: product has checked the shapes, and a masked one does not
// touch what its mask leaves out. The tiles are marked nocheckptr because their pointers pass the end after
// the last term, and because a masked vector may reach beyond it.
func matMulAVX512(c, a, b Matrix, aRow, aCol int) {
	pc, pa, pb := unsafe.Pointer(&c.Data[0]), unsafe.Pointer(&a.Data[0]), unsafe.Pointer(&b.Data[0])
	ldc, ldb, aRow, aCol := 4*c.Stride, 4*b.Stride, 4*aRow, 4*aCol
	for j := 0; j < c.Cols; j += 32 {
		tc, tb := unsafe.Add(pc, 4*j), unsafe.Add(pb, 4*j)
		n := min(c.Cols-j, 32)
		mask := uint32(1<<n - 1)
		switch {
		case c.Rows >= 8:
			for i := 0; i < c.Rows; i += 8 {
				i := min(i, c.Rows-8)
				tile8x32AVX512(unsafe.Add(tc, i*ldc), ldc, unsafe.Add(pa, i*aRow), aRow, aCol, tb, ldb, b.Rows, mask)
			}
		case c.Rows >= 4:
			for i := 0; i < c.Rows; i += 4 {
				i := min(i, c.Rows-4)
				tile4x32AVX512(unsafe.Add(tc, i*ldc), ldc, unsafe.Add(pa, i*aRow), aRow, aCol, tb, ldb, b.Rows, mask)
			}
		default:
			for i := range c.Rows {
				tile1x32AVX512(unsafe.Add(tc, i*ldc), unsafe.Add(pa, i*aRow), aCol, tb, ldb, b.Rows, mask)
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}

// tile8x32AVX512 sets 8 rows × 32 columns of C, of which mask selects some; k is not 0. All strides are in
// bytes. It is written in assembly because Go 1.26 keeps vectors in 15 of the 32 registers and cannot add to
// a sum in place, which halves the speed of this loop.
//
//go:noescape
func tile8x32AVX512(c unsafe.Pointer, ldc int, a unsafe.Pointer, aRow, aCol int, b unsafe.Pointer, ldb, k int, mask uint32)

func at16(p unsafe.Pointer, bytes int) *[16]float32 { return (*[16]float32)(unsafe.Add(p, bytes)) }

func spread16(p unsafe.Pointer, bytes int) archsimd.Float32x16 {
	return archsimd.BroadcastFloat32x16(*(*float32)(unsafe.Add(p, bytes)))
}

// tile4x32AVX512 is tile8x32AVX512 for 4 rows.
//
//go:nocheckptr
func tile4x32AVX512(c unsafe.Pointer, ldc int, a unsafe.Pointer, aRow, aCol int, b unsafe.Pointer, ldb, k int, mask uint32) {
	var c00, c01, c10, c11, c20, c21, c30, c31 archsimd.Float32x16
	mask0, mask1 := archsimd.Mask32x16FromBits(uint16(mask)), archsimd.Mask32x16FromBits(uint16(mask>>16))
	for ; k > 0; k-- {
		b0 := archsimd.LoadMaskedFloat32x16(at16(b, 0), mask0)
		b1 := archsimd.LoadMaskedFloat32x16(at16(b, 64), mask1)
		x := spread16(a, 0)
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = spread16(a, aRow)
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = spread16(a, 2*aRow)
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = spread16(a, 3*aRow)
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		a, b = unsafe.Add(a, aCol), unsafe.Add(b, ldb)
	}
	c00.StoreMasked(at16(c, 0), mask0)
	c01.StoreMasked(at16(c, 64), mask1)
	c10.StoreMasked(at16(c, ldc), mask0)
	c11.StoreMasked(at16(c, ldc+64), mask1)
	c20.StoreMasked(at16(c, 2*ldc), mask0)
	c21.StoreMasked(at16(c, 2*ldc+64), mask1)
	c30.StoreMasked(at16(c, 3*ldc), mask0)
	c31.StoreMasked(at16(c, 3*ldc+64), mask1)
}

// tile1x32AVX512 is tile8x32AVX512 for 1 row.
//
//go:nocheckptr
func tile1x32AVX512(c, a unsafe.Pointer, aCol int, b unsafe.Pointer, ldb, k int, mask uint32) {
	var c0, c1 archsimd.Float32x16
	mask0, mask1 := archsimd.Mask32x16FromBits(uint16(mask)), archsimd.Mask32x16FromBits(uint16(mask>>16))
	for ; k > 0; k-- {
		x := spread16(a, 0)
		c0 = x.MulAdd(archsimd.LoadMaskedFloat32x16(at16(b, 0), mask0), c0)
		c1 = x.MulAdd(archsimd.LoadMaskedFloat32x16(at16(b, 64), mask1), c1)
		a, b = unsafe.Add(a, aCol), unsafe.Add(b, ldb)
	}
	c0.StoreMasked(at16(c, 0), mask0)
	c1.StoreMasked(at16(c, 64), mask1)
}

//go:build goexperiment.simd && amd64 && !purego

package kernel

import "simd/archsimd"

func distances8AVX2(dst []int32, x, table []int8) {
	n := len(x)
	i := 0
	for ; i+4 <= len(dst); i += 4 {
		var s0, s1, s2, s3 archsimd.Int32x8
		rows := table[i*n:][:4*n]
		for j := 0; j+16 <= n; j += 16 {
			q := wide16(x, j)
			d0, d1 := q.Sub(wide16(rows, j)), q.Sub(wide16(rows, n+j))
			d2, d3 := q.Sub(wide16(rows, 2*n+j)), q.Sub(wide16(rows, 3*n+j))
			s0, s1 = s0.Add(d0.DotProductPairs(d0)), s1.Add(d1.DotProductPairs(d1))
			s2, s3 = s2.Add(d2.DotProductPairs(d2)), s3.Add(d3.DotProductPairs(d3))
		}
		storeSums(s0, s1, s2, s3, dst, i)
	}
	archsimd.ClearAVXUpperBits()
	distances8Plain(dst[i:], x, table[i*n:])
}

// wide16 loads 16 values as int16.
func wide16(s []int8, i int) archsimd.Int16x16 {
	return archsimd.LoadInt8x16((*[16]int8)(s[i:])).ExtendToInt16()
}

// storeSums stores the sum of each vector's elements.
func storeSums(s0, s1, s2, s3 archsimd.Int32x8, dst []int32, i int) {
	t := s0.AddPairsGrouped(s1).AddPairsGrouped(s2.AddPairsGrouped(s3)) // in each half, a part of each sum
	t.GetLo().Add(t.GetHi()).Store((*[4]int32)(dst[i:]))
}

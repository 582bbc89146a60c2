//go:build goexperiment.simd && amd64 && !purego

package kernel

import "simd/archsimd"

func distances8AVX512(dst []int32, x, table []int8) {
	n := len(x)
	i := 0
	for ; i+4 <= len(dst); i += 4 {
		var s0, s1, s2, s3 archsimd.Int32x16
		rows := table[i*n:][:4*n]
		for j := 0; j+32 <= n; j += 32 {
			q := wide32(x, j)
			d0, d1 := q.Sub(wide32(rows, j)), q.Sub(wide32(rows, n+j))
			d2, d3 := q.Sub(wide32(rows, 2*n+j)), q.Sub(wide32(rows, 3*n+j))
			s0, s1 = s0.Add(d0.DotProductPairs(d0)), s1.Add(d1.DotProductPairs(d1))
			s2, s3 = s2.Add(d2.DotProductPairs(d2)), s3.Add(d3.DotProductPairs(d3))
		}
		storeSums(s0.GetLo().Add(s0.GetHi()), s1.GetLo().Add(s1.GetHi()), s2.GetLo().Add(s2.GetHi()), s3.GetLo().Add(s3.GetHi()), dst, i)
	}
	archsimd.ClearAVXUpperBits()
	distances8Plain(dst[i:], x, table[i*n:])
}

// wide32 loads 32 values as int16.
func wide32(s []int8, i int) archsimd.Int16x32 {
	return archsimd.LoadInt8x32((*[32]int8)(s[i:])).ExtendToInt16()
}

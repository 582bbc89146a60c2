//go:build goexperiment.simd && amd64 && !purego

package kernel

import "simd/archsimd"

// convolvers lists what this CPU can run, widest first.
func convolvers() []convolver {
	var list []convolver
	if archsimd.X86.AVX512() {
		list = append(list, convolver{"avx512", convolveAVX512, depthwiseAVX512, maxOfAVX512, interpolateAVX512})
	}
	if archsimd.X86.AVX2() && archsimd.X86.FMA() {
		list = append(list, convolver{"avx2", convolveAVX2, depthwiseAVX2, maxOfAVX2, interpolateAVX2})
	}
	return append(list, plainConv)
}

//go:build goexperiment.simd && amd64 && !purego

package kernel

import "simd/archsimd"

// implementations lists what this CPU can run, widest first.
func implementations() []implementation {
	var list []implementation
	if archsimd.X86.AVX512() {
		list = append(list, avx512)
	}
	if archsimd.X86.AVX2() && archsimd.X86.FMA() {
		list = append(list, avx2)
	}
	return append(list, plain)
}

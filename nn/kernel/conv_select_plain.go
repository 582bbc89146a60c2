//go:build !goexperiment.simd || !amd64 || purego

package kernel

// convolvers lists what this CPU can run, widest first.
func convolvers() []convolver { return []convolver{plainConv} }

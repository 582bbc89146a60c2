//go:build !goexperiment.simd || !amd64 || purego

package kernel

// implementations lists what this CPU can run, widest first.
func implementations() []implementation { return []implementation{plain} }

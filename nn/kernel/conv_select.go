package kernel

// convolver is one set of the twins that the networks on pictures need.
type convolver struct {
	name      string
	convolve  func(out, in []float32, outAt, inAt []int32, pitch int, f *Filters, add bool, act Activation)
	depthwise func(out, in []float32, n, step, pitch int, f *DepthwiseFilters, floor float32, act Activation)
	maxOf     func(dst, src []float32, at []int)

	interpolate func(dst, a, b, mean []float32, part, divisor, subtract float32)
}

var plainConv = convolver{"plain", convolvePlain, depthwisePlain, maxOfPlain, interpolatePlain}

// bestConv is the widest one that this CPU runs.
var bestConv = convolvers()[0]

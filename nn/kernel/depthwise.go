package kernel

// DepthwiseFilters are the weights of a depthwise 3×3 convolution: every channel has its own filter. They are
// packed by Lanes channels: the biases, then nine rows of weights. Side by side in memory, they do not push the
// inputs out of the first-level cache, which lie powers of two apart.
type DepthwiseFilters struct {
	Channels int // a multiple of Lanes
	packed   []float32
}

// depthwiseGroup is the number of values for Lanes channels.
const depthwiseGroup = 10 * Lanes

// PackDepthwise packs weights, nine rows of as many values as bias has, in the order of the filter's rows and
// columns.
func PackDepthwise(weights, bias []float32) *DepthwiseFilters {
	c := len(bias)
	if c == 0 || c%Lanes != 0 || len(weights) != 9*c {
		panic(badWidth)
	}
	f := &DepthwiseFilters{Channels: c}
	for j := 0; j < c; j += Lanes {
		f.packed = append(f.packed, bias[j:j+Lanes]...)
		for k := range 9 {
			f.packed = append(f.packed, weights[k*c+j:][:Lanes]...)
		}
	}
	return f
}

// Depthwise3x3 computes a row of n pixels, which lie side by side in out. Channel c of pixel i is
//
//	out[i·C+c] = act(bias[c] + Σ_y Σ_x max(in[i·step+y·pitch+x·C+c], floor) · weights[3y+x][c])
//
// A floor of 0 applies a ReLU to the inputs, one of −Inf leaves them.
func Depthwise3x3(out, in []float32, n, step, pitch int, f *DepthwiseFilters, floor float32, act Activation) {
	if n == 0 {
		return
	}
	c := f.Channels
	if n < 0 || step < 0 || pitch < 0 || n*c > len(out) || (n-1)*step+2*pitch+3*c > len(in) {
		panic(badData)
	}
	bestConv.depthwise(out, in, n, step, pitch, f, floor, act)
}

// depthwisePlain is the definition of Depthwise3x3.
func depthwisePlain(out, in []float32, n, step, pitch int, f *DepthwiseFilters, floor float32, act Activation) {
	c := f.Channels
	for i := range n {
		for j := 0; j < c; j += Lanes {
			w := f.packed[j/Lanes*depthwiseGroup:][:depthwiseGroup]
			var sum [Lanes]float32
			copy(sum[:], w)
			for k := range 9 {
				src := in[i*step+k/3*pitch+k%3*c+j:][:Lanes]
				for l, v := range w[(k+1)*Lanes:][:Lanes] {
					sum[l] += max(src[l], floor) * v
				}
			}
			dst := out[i*c+j:][:Lanes]
			for l, v := range sum {
				dst[l] = act.apply(v)
			}
		}
	}
}

// MaxOf sets every dst[c] to the greatest of src[at[0]+c], src[at[1]+c] and so on. The length of dst is a
// multiple of Lanes.
func MaxOf(dst, src []float32, at []int) {
	if len(dst)%Lanes != 0 || len(at) == 0 {
		panic(badWidth)
	}
	for _, a := range at {
		if a < 0 || a+len(dst) > len(src) {
			panic(badData)
		}
	}
	bestConv.maxOf(dst, src, at)
}

func maxOfPlain(dst, src []float32, at []int) {
	copy(dst, src[at[0]:])
	for _, a := range at[1:] {
		for i, v := range src[a:][:len(dst)] {
			if v > dst[i] {
				dst[i] = v
			}
		}
	}
}

// Interpolate sets every dst[i] to (v − mean[i]) / divisor − subtract, where v lies between a[i] and b[i] at
// the given part of the way: a + (b − a)·part, with every step rounded. All slices have the same length.
func Interpolate(dst, a, b, mean []float32, part, divisor, subtract float32) {
	if len(a) != len(dst) || len(b) != len(dst) || len(mean) != len(dst) {
		panic(badLength)
	}
	bestConv.interpolate(dst, a, b, mean, part, divisor, subtract)
}

func interpolatePlain(dst, a, b, mean []float32, part, divisor, subtract float32) {
	a, b, mean = a[:len(dst)], b[:len(dst)], mean[:len(dst)]
	for i, x := range a {
		v := x + float32((b[i]-x)*part)
		dst[i] = float32((v-mean[i])/divisor) - subtract
	}
}

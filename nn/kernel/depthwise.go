package kernel

// DepthwiseFilters are the weights of a depthwise 3×3 convolution: every channel has its own filter.
type DepthwiseFilters struct {
	Channels int       // a multiple of Lanes
	Weights  []float32 // 9 rows of Channels, in the order of the filter's rows and columns
	Bias     []float32 // Channels
}

// Depthwise3x3 computes a row of n pixels, which lie side by side in out. Channel c of pixel i is
//
//	out[i·C+c] = act(bias[c] + Σ_y Σ_x max(in[i·step+y·pitch+x·C+c], floor) · weights[3y+x][c])
//
// A floor of 0 applies a ReLU to the inputs, one of −Inf leaves them.
func Depthwise3x3(out, in []float32, n, step, pitch int, f *DepthwiseFilters, floor float32, act Activation) {
	c := f.Channels
	if c%Lanes != 0 || len(f.Weights) != 9*c || len(f.Bias) != c {
		panic(badWidth)
	}
	if n == 0 {
		return
	}
	if n < 0 || step < 0 || pitch < 0 || n*c > len(out) || (n-1)*step+2*pitch+3*c > len(in) {
		panic(badData)
	}
	bestConv.depthwise(out, in, n, step, pitch, f, floor, act)
}

// depthwisePlain is the definition of Depthwise3x3.
func depthwisePlain(out, in []float32, n, step, pitch int, f *DepthwiseFilters, floor float32, act Activation) {
	c := f.Channels
	for i := range n {
		row := out[i*c:][:c]
		copy(row, f.Bias)
		for y := range 3 {
			for x := range 3 {
				src := in[i*step+y*pitch+x*c:][:c]
				for j, w := range f.Weights[(3*y+x)*c:][:c] {
					row[j] += max(src[j], floor) * w
				}
			}
		}
		for j, v := range row {
			row[j] = act.apply(v)
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

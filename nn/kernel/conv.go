package kernel

import "math"

// Activation is what happens to each sum: y = min(max(x, Slope·x), Max).
type Activation struct {
	Slope float32 // for negative values: 1 keeps them, 0 is ReLU, 0.1 a leaky ReLU
	Max   float32
}

// The usual activations.
var (
	Linear = Activation{1, math.MaxFloat32}
	Clip0  = Activation{0, math.MaxFloat32} // ReLU
	Clip06 = Activation{0, 6}               // ReLU6
)

// apply is the definition of an activation.
func (a Activation) apply(x float32) float32 { return min(max(x, a.Slope*x), a.Max) }

// Filters are the weights of a convolution, packed in panels of 32 or 16 outputs: what a tile of sums
// needs for one term lies together, and the terms follow each other.
type Filters struct {
	Segments int // runs of inputs under a filter: its height
	Run      int // inputs in one run: the filter's width times the input channels
	Outputs  int
	Stride   int // Outputs rounded up to Lanes: the values that are written for each pixel

	panels []panel
	blocks []block
}

// panel is the part of the weights that makes outputs at to at+width.
type panel struct {
	at, width int
	weights   []float32 // Segments·Run rows of width
	bias      []float32 // width
}

// block is a group of consecutive terms that a tile adds up before it goes on to other pixels, so that
// their weights stay in the first-level cache.
type block struct {
	in       int // where the terms begin, from the first of a pixel's segment
	segment  int // of which segment
	segments int
	run      int
	weights  int // the terms before them
}

// maxBlock is how many terms of 32 outputs (24 KiB) share the first-level cache with inputs and sums.
const maxBlock = 192

// PackFilters packs the weights w of a convolution, one row of outputs for each term, with the terms in
// the order of Segments and Run, and a bias for each output.
func PackFilters(w Matrix, bias []float32, segments int) *Filters {
	w.check()
	if w.Rows == 0 || w.Cols == 0 || len(bias) != w.Cols || segments < 1 || w.Rows%segments != 0 {
		panic(badShape)
	}
	f := &Filters{
		Segments: segments, Run: w.Rows / segments,
		Outputs: w.Cols, Stride: (w.Cols + Lanes - 1) / Lanes * Lanes,
	}
	for at := 0; at < f.Stride; {
		p := panel{at: at, width: min(32, f.Stride-at)}
		p.bias = make([]float32, p.width)
		copy(p.bias, bias[at:])
		p.weights = make([]float32, w.Rows*p.width)
		for k := range w.Rows {
			copy(p.weights[k*p.width:][:p.width], w.Row(k)[at:])
		}
		f.panels = append(f.panels, p)
		at += p.width
	}
	if w.Rows <= maxBlock {
		f.blocks = []block{{segments: segments, run: f.Run}}
		return f
	}
	parts := (f.Run + maxBlock - 1) / maxBlock
	for s := range segments {
		for i := range parts {
			from, to := i*f.Run/parts, (i+1)*f.Run/parts
			f.blocks = append(f.blocks, block{in: from, segment: s, segments: 1, run: to - from, weights: s*f.Run + from})
		}
	}
	return f
}

// Terms is the number of products in one sum.
func (f *Filters) Terms() int { return f.Segments * f.Run }

// Convolve computes the outputs of a number of pixels. Output n of pixel i is
//
//	out[outAt[i]+n] = act(bias[n] + Σ_s Σ_j in[inAt[i]+s·pitch+j] · weights[s·Run+j][n])
//
// for s below f.Segments and j below f.Run. With add, what out held before is a further term of the sum.
// Outputs from f.Outputs to f.Stride are computed with weights of zero. The pixels' outputs must not
// overlap each other or the inputs, unless each pixel's outputs are its own only input.
// The order of the terms does not depend on which pixels are computed together.
func Convolve(out, in []float32, outAt, inAt []int32, pitch int, f *Filters, add bool, act Activation) {
	if len(outAt) != len(inAt) || pitch < 0 {
		panic(badLength)
	}
	reach := (f.Segments-1)*pitch + f.Run
	for i, at := range inAt {
		if at < 0 || int(at)+reach > len(in) {
			panic(badData)
		}
		if o := outAt[i]; o < 0 || int(o)+f.Stride > len(out) {
			panic(badData)
		}
	}
	if len(inAt) > 0 {
		bestConv.convolve(out, in, outAt, inAt, pitch, f, add, act)
	}
}

// convolvePlain is the definition of Convolve. It adds up two pixels and four outputs at a time.
func convolvePlain(out, in []float32, outAt, inAt []int32, pitch int, f *Filters, add bool, act Activation) {
	for _, p := range f.panels {
		for i := 0; i < len(inAt); i += 2 {
			second := min(i+1, len(inAt)-1) // the last one alone is computed twice, and written once
			for n := 0; n < p.width; n += 4 {
				var s0, s1 [4]float32
				copy(s0[:], p.bias[n:])
				s1 = s0
				o0, o1 := out[int(outAt[i])+p.at+n:][:4], out[int(outAt[second])+p.at+n:][:4]
				if add {
					for j := range 4 {
						s0[j] += o0[j]
						s1[j] += o1[j]
					}
				}
				for s := range f.Segments {
					x0 := in[int(inAt[i])+s*pitch:][:f.Run]
					x1 := in[int(inAt[second])+s*pitch:][:f.Run]
					s0, s1 = plainTile(s0, s1, x0, x1, p.weights[s*f.Run*p.width+n:], p.width)
				}
				for j := range 4 {
					o0[j] = act.apply(s0[j])
				}
				if second > i {
					for j := range 4 {
						o1[j] = act.apply(s1[j])
					}
				}
			}
		}
	}
}

// plainTile adds the products of two pixels' inputs and four outputs' weights to their sums.
func plainTile(s0, s1 [4]float32, x0, x1, w []float32, stride int) (t0, t1 [4]float32) {
	a0, a1, a2, a3 := s0[0], s0[1], s0[2], s0[3]
	b0, b1, b2, b3 := s1[0], s1[1], s1[2], s1[3]
	x1 = x1[:len(x0)]
	at := 0
	for k, a := range x0 {
		b := x1[k]
		v := (*[4]float32)(w[at:])
		a0 += a * v[0]
		b0 += b * v[0]
		a1 += a * v[1]
		b1 += b * v[1]
		a2 += a * v[2]
		b2 += b * v[2]
		a3 += a * v[3]
		b3 += b * v[3]
		at += stride
	}
	return [4]float32{a0, a1, a2, a3}, [4]float32{b0, b1, b2, b3}
}

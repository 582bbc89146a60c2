package net

import (
	"math"

	"animo/nn/kernel"
)

// Activations.
var (
	linear = kernel.Linear
	relu   = kernel.Clip0
	relu6  = kernel.Clip06
	leaky  = kernel.Activation{Slope: 0.1, Max: math.MaxFloat32}
)

// asIs is the floor of inputs that no ReLU is applied to.
var asIs = float32(math.Inf(-1))

// conv is a convolution with square filters.
type conv struct {
	filters *kernel.Filters
	size    int
	stride  int
	valid   bool // no padding; else TensorFlow's SAME
	centred bool // half a filter of padding on every side, as PyTorch's convolutions have it
	act     kernel.Activation
}

// conv takes a convolution's filters and, where bias is not empty, its biases.
func (w *weights) conv(filters, bias string, size, in, out, stride int, act kernel.Activation) conv {
	b := make([]float32, out)
	if bias != "" {
		b = w.get(bias, out)
	}
	return newConv(w.get(filters, size, size, in, out), b, size, in, out, stride, act)
}

func newConv(filters, bias []float32, size, in, out, stride int, act kernel.Activation) conv {
	m := kernel.Matrix{Data: filters, Rows: size * size * in, Cols: out, Stride: out}
	return conv{filters: kernel.PackFilters(m, bias, size), size: size, stride: stride, act: act}
}

// sizes returns the number of outputs of n inputs along one axis, and how many inputs of padding come first.
// TensorFlow's SAME puts the odd one at the end.
func (l *conv) sizes(n int) (out, before int) {
	if l.valid {
		return (n-l.size)/l.stride + 1, 0
	}
	if l.centred {
		return (n-1)/l.stride + 1, l.size / 2
	}
	out = (n + l.stride - 1) / l.stride
	return out, max(0, (out-1)*l.stride+l.size-n) / 2
}

// apply computes dst from src, whose border is at least as wide as the padding. With add, dst's values are
// a further term of the sums. A dst larger than the outputs keeps the rest.
func (l *conv) apply(ws *Workspace, dst, src plane, add bool) {
	h, top := l.sizes(src.h)
	w, left := l.sizes(src.w)
	n := stretch(l.filters.Terms())
	ws.each((h*w+n-1)/n, func(s *scratch, i int) {
		from, to := i*n, min(i*n+n, h*w)
		outAt, inAt := s.places(to - from)
		y, x := from/w, from%w
		for k := range outAt {
			outAt[k] = int32(dst.at(y, x))
			inAt[k] = int32(src.at(y*l.stride-top, x*l.stride-left))
			if x++; x == w {
				y, x = y+1, 0
			}
		}
		kernel.Convolve(dst.data, src.data, outAt, inAt, src.pitch(), l.filters, add, l.act)
	})
}

// stretch is how many pixels are computed together: so many that their inputs, of the given number each,
// stay in the second-level cache (a quarter of a MiB), within reason.
func stretch(inputs int) int { return min(max(65536/inputs, 64), 256) &^ 3 }

// separable is a depthwise 3×3 convolution followed by a 1×1 convolution.
type separable struct {
	depthwise    *kernel.DepthwiseFilters
	depthwiseAct kernel.Activation
	pointwise    *kernel.Filters
	stride       int
	floor        float32 // 0 applies a ReLU to the inputs
	act          kernel.Activation
}

// separable takes the layer called name.
func (w *weights) separable(name string, in, out, stride int, floor float32, act kernel.Activation) separable {
	point := w.conv(name+"/pointwise_filter", name+"/bias", 1, in, out, 1, act)
	return separable{
		depthwise:    kernel.PackDepthwise(w.get(name+"/depthwise_filter", 3, 3, in, 1), make([]float32, in)),
		depthwiseAct: linear, pointwise: point.filters, stride: stride, floor: floor, act: act,
	}
}

// mode says what is added to a separable convolution's results before the activation.
type mode int

const (
	plain    mode = iota
	addDst        // what the destination holds
	addInput      // the layer's own inputs
)

// apply computes dst from src, which has a border of 1 and is another plane. The results of the depthwise
// convolution go through a worker's memory, a few rows at a time, while they are in its cache.
func (l *separable) apply(ws *Workspace, dst, src plane, m mode) {
	h, top := sameSize(src.h, l.stride)
	w, left := sameSize(src.w, l.stride)
	c := src.c
	rows := max(1, stretch(c)/w)
	ws.each((h+rows-1)/rows, func(s *scratch, i int) {
		from, to := i*rows, min(i*rows+rows, h)
		mid := s.values(rows * w * c)
		outAt, inAt := s.places((to - from) * w)
		k := 0
		for y := from; y < to; y++ {
			in := src.data[src.at(y*l.stride-top, -left):]
			kernel.Depthwise3x3(mid[k*c:], in, w, l.stride*c, src.pitch(), l.depthwise, l.floor, l.depthwiseAct)
			if m == addInput {
				copy(dst.row(y), src.row(y))
			}
			for x := range w {
				outAt[k], inAt[k] = int32(dst.at(y, x)), int32(k*c)
				k++
			}
		}
		kernel.Convolve(dst.data, mid, outAt, inAt, 0, l.pointwise, m != plain, l.act)
	})
}

// sameSize is conv.sizes for 3×3 filters with SAME padding.
func sameSize(n, stride int) (out, before int) {
	out = (n + stride - 1) / stride
	return out, max(0, (out-1)*stride+3-n) / 2
}

// maxPool computes dst from src: the greatest values in squares of the given size. Padding does not take part: a square that
// reaches beyond an edge sees the pixels at the edge again, which changes no maximum. before is how many pixels of
// padding come first.
func maxPool(ws *Workspace, dst, src plane, size, stride, before int) {
	ws.each(dst.h, func(s *scratch, y int) {
		at := s.square[:size*size]
		for x := range dst.w {
			for i := range at {
				sy := min(max(y*stride-before+i/size, 0), src.h-1)
				sx := min(max(x*stride-before+i%size, 0), src.w-1)
				at[i] = src.at(sy, sx)
			}
			o := dst.at(y, x)
			kernel.MaxOf(dst.data[o:o+dst.c], src.data, at)
		}
	})
}

// mean returns the average of each channel.
func mean(dst []float32, src plane) {
	clear(dst)
	for y := range src.h {
		row := src.row(y)
		for x := range src.w {
			for c, v := range row[x*src.c:][:src.c] {
				dst[c] += v
			}
		}
	}
	n := float32(src.h * src.w)
	for c := range dst {
		dst[c] /= n
	}
}

// dense is a fully connected layer.
type dense struct{ filters *kernel.Filters }

func (w *weights) dense(matrix, bias string, in, out int) dense {
	b := make([]float32, out)
	if bias != "" {
		b = w.get(bias, out)
	}
	return dense{kernel.PackFilters(kernel.Matrix{Data: w.get(matrix, in, out), Rows: in, Cols: out, Stride: out}, b, 1)}
}

func (l *dense) apply(in []float32) []float32 {
	out := make([]float32, l.filters.Stride)
	kernel.Convolve(out, in, []int32{0}, []int32{0}, 0, l.filters, false, linear)
	return out[:l.filters.Outputs]
}

// softmax turns logits into probabilities, in float64.
func softmax(logits []float32) []float64 {
	top := logits[0]
	for _, x := range logits {
		top = max(top, x)
	}
	p := make([]float64, len(logits))
	sum := 0.0
	for i, x := range logits {
		p[i] = math.Exp(float64(x - top))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

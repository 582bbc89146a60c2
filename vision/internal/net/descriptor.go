package net

import (
	"io/fs"
)

// Descriptor gives faces 128 numbers by which they are compared. It is dlib's residual network.
type Descriptor struct {
	first  conv
	blocks []residual
	last   dense
}

// residual is two convolutions beside a short cut.
type residual struct {
	first, second conv
	down          bool // halves the picture, and may widen it
}

// DescriptorSide is the side of the square that Descriptor looks at.
const DescriptorSide = 150

var descriptorInput = input{side: DescriptorSide, centred: true, mean: faceMean, divisor: 255}

// LoadDescriptor reads the network from files.
func LoadDescriptor(files fs.FS) (*Descriptor, error) {
	w, err := readWeights(files, "face_recognition")
	if err != nil {
		return nil, err
	}
	n := &Descriptor{first: w.scaled("conv32_down", 7, 3, 32, 2)}
	in := 32
	for _, b := range []struct {
		name string
		out  int
		down bool
	}{
		{"conv32_1", 32, false}, {"conv32_2", 32, false}, {"conv32_3", 32, false},
		{"conv64_down", 64, true}, {"conv64_1", 64, false}, {"conv64_2", 64, false}, {"conv64_3", 64, false},
		{"conv128_down", 128, true}, {"conv128_1", 128, false}, {"conv128_2", 128, false},
		{"conv256_down", 256, true}, {"conv256_1", 256, false}, {"conv256_2", 256, false}, {"conv256_down_out", 256, true},
	} {
		stride := 1
		if b.down {
			stride = 2
		}
		n.blocks = append(n.blocks, residual{
			first:  w.scaled(b.name+"/conv1", 3, in, b.out, stride),
			second: w.scaled(b.name+"/conv2", 3, b.out, b.out, 1),
			down:   b.down,
		})
		in = b.out
	}
	n.last = w.dense("fc", "", 256, 128)
	return n, w.err
}

// scaled takes a convolution with the scale that follows it folded in, and a ReLU after it. Those with a
// stride have no padding.
func (w *weights) scaled(name string, size, in, out, stride int) conv {
	filters, bias := w.get(name+"/conv/filters", size, size, in, out), w.get(name+"/conv/bias", out)
	scale, shift := w.get(name+"/scale/weights", out), w.get(name+"/scale/biases", out)
	f, b := make([]float32, len(filters)), make([]float32, out)
	for i, x := range filters {
		f[i] = float32(float64(x) * float64(scale[i%out]))
	}
	for i, x := range bias {
		b[i] = float32(float64(x)*float64(scale[i]) + float64(shift[i]))
	}
	c := newConv(f, b, size, in, out, stride, relu)
	c.valid = stride > 1
	return c
}

// Run returns the descriptor of the face in the crop. It is not normalised: its length is about 1.4.
func (n *Descriptor) Run(ws *Workspace, img Image, crop Crop) [128]float32 {
	return n.run(ws, descriptorInput.plane(ws, 2, img, crop))
}

func (n *Descriptor) run(ws *Workspace, in plane) [128]float32 {
	t := ws.plane(3, 72, 72, 32, 0)
	n.first.apply(ws, t, in, false)
	x := ws.plane(0, 35, 35, 32, 1)
	maxPool(ws, x, t, 3, 2, 0)
	slot := 1
	for i := range n.blocks {
		b := &n.blocks[i]
		c := b.first.filters.Stride
		h, _ := b.first.sizes(x.h)
		t := ws.plane(3, h, h, c, 1)
		b.first.apply(ws, t, x, false)
		if b.down {
			// The short cut has the size of the picture halved. Where the convolutions' is smaller by one,
			// zeros stand in for the rest.
			half := ws.plane(slot, x.h/2, x.w/2, c, 1)
			halve(half, x)
			x, slot = half, 1-slot
		}
		b.second.apply(ws, x, t, true)
	}
	features := make([]float32, x.c)
	mean(features, x)
	return [128]float32(n.last.apply(features))
}

// halve averages squares of two pixels by two. Channels that src does not have are zero.
func halve(dst, src plane) {
	for y := range dst.h {
		upper, lower := src.row(2*y), src.row(2*y+1)
		row := dst.row(y)
		for x := range dst.w {
			at := 2 * x * src.c
			a, b := upper[at:][:src.c], upper[at+src.c:][:src.c]
			c, d := lower[at:][:src.c], lower[at+src.c:][:src.c]
			out := row[x*dst.c:][:dst.c]
			for i, v := range a {
				out[i] = (v + b[i] + c[i] + d[i]) / 4
			}
			clear(out[src.c:])
		}
	}
}

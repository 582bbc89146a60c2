package net

import (
	"fmt"
	"io/fs"
	"math"

	"animo/nn/kernel"
)

// SSD is the detector SSD MobileNet v1. It looks at a square of 512 pixels, or another multiple of 64, on six
// scales.
type SSD struct {
	first conv
	pairs [13]separable
	extra [8]conv
	heads [6]conv // boxes and classes together
	// anchors are ymin, xmin, ymax, xmax of each box's anchor, relative to the square.
	anchors []float32
}

// SSDBoxes is the number of boxes that SSD judges in a square of SSDSide pixels.
const SSDBoxes = 5118

// SSDSide is the side of the square that SSD was trained for.
const SSDSide = 512

func ssdInput(side int) input { return input{side: side, divisor: 127.5, subtract: 1} }

// ssdHeads are the anchors per pixel and the inputs of each head.
var ssdHeads = [6]struct{ anchors, in int }{{3, 512}, {6, 1024}, {6, 512}, {6, 256}, {6, 256}, {6, 128}}

// LoadSSD reads the network from files.
func LoadSSD(files fs.FS) (*SSD, error) {
	w, err := readWeights(files, "ssd_mobilenetv1")
	if err != nil {
		return nil, err
	}
	n := &SSD{anchors: w.get("Output/extra_dim", 1, SSDBoxes, 4)}
	const base = "MobilenetV1/Conv2d_"
	n.first = w.conv(base+"0_pointwise/weights", base+"0_pointwise/convolution_bn_offset", 3, 3, 32, 2, relu6)
	in := 32
	for i, out := range [13]int{64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024} {
		stride := 1
		if i == 1 || i == 3 || i == 5 || i == 11 {
			stride = 2
		}
		name := fmt.Sprintf("%s%d_", base, i+1)
		point := w.conv(name+"pointwise/weights", name+"pointwise/convolution_bn_offset", 1, in, out, 1, relu6)
		n.pairs[i] = separable{
			depthwise: w.normalised(name+"depthwise", in), depthwiseAct: relu6,
			pointwise: point.filters, stride: stride, floor: asIs, act: relu6,
		}
		in = out
	}
	for i, out := range [8]int{256, 512, 128, 256, 128, 256, 64, 128} {
		name := fmt.Sprintf("Prediction/Conv2d_%d_pointwise/", i)
		size := 1 + i%2*2
		n.extra[i] = w.conv(name+"weights", name+"convolution_bn_offset", size, in, out, 1+i%2, relu6)
		in = out
	}
	for i, h := range ssdHeads {
		n.heads[i] = w.head(fmt.Sprintf("Prediction/BoxPredictor_%d/", i), h.in, h.anchors)
	}
	return n, w.err
}

// normalised takes a depthwise convolution with the batch normalisation that follows it folded in.
func (w *weights) normalised(name string, channels int) *kernel.DepthwiseFilters {
	const epsilon = 0.0010000000474974513 // the float32 next to 0.001
	filter := w.get(name+"/depthwise_weights", 3, 3, channels, 1)
	gamma, beta := w.get(name+"/BatchNorm/gamma", channels), w.get(name+"/BatchNorm/beta", channels)
	mean, variance := w.get(name+"/BatchNorm/moving_mean", channels), w.get(name+"/BatchNorm/moving_variance", channels)
	folded, bias := make([]float32, len(filter)), make([]float32, channels)
	for c := range channels {
		scale := float64(gamma[c]) / math.Sqrt(float64(variance[c])+epsilon)
		for k := c; k < len(filter); k += channels {
			folded[k] = float32(float64(filter[k]) * scale)
		}
		bias[c] = float32(float64(beta[c]) - float64(mean[c])*scale)
	}
	return kernel.PackDepthwise(folded, bias)
}

// head takes the two convolutions that look at one scale as one: first the boxes' outputs, then the
// classes'.
func (w *weights) head(name string, in, anchors int) conv {
	boxes, classes := 4*anchors, 3*anchors
	wb, wc := w.get(name+"BoxEncodingPredictor/weights", 1, 1, in, boxes), w.get(name+"ClassPredictor/weights", 1, 1, in, classes)
	var both []float32
	for k := range in {
		both = append(both, wb[k*boxes:][:boxes]...)
		both = append(both, wc[k*classes:][:classes]...)
	}
	bias := append(append([]float32(nil), w.get(name+"BoxEncodingPredictor/biases", boxes)...), w.get(name+"ClassPredictor/biases", classes)...)
	return newConv(both, bias, 1, in, boxes+classes, 1, linear)
}

// SSDResult is what SSD says about each box of a square, in a fixed order.
type SSDResult struct {
	// Encodings are ty, tx, th and tw of each box: how it differs from its anchor.
	Encodings []float32
	// Logits are three for each box: of nothing, of a face, and of a class that does not occur.
	Logits []float32

	side    int
	anchors []float32 // ymin, xmin, ymax, xmax, relative to the square
}

// Run looks at the crop as a square of the given side and sets r, whose memory it uses again.
func (n *SSD) Run(ws *Workspace, img Image, crop Crop, side int, r *SSDResult) {
	in := ssdInput(side)
	n.run(ws, in.plane(ws, 2, img, crop), r)
}

func (n *SSD) run(ws *Workspace, in plane, r *SSDResult) {
	r.Encodings, r.Logits = r.Encodings[:0], r.Logits[:0]
	if r.side != in.h {
		r.side, r.anchors = in.h, n.anchorsFor(in.h)
	}
	x := ws.plane(0, in.h/2, in.h/2, 32, 1)
	n.first.apply(ws, x, in, false)
	slot := 1
	look := func(i int) {
		out := ws.plane(3, x.h, x.w, n.heads[i].filters.Stride, 0)
		n.heads[i].apply(ws, out, x, false)
		a := ssdHeads[i].anchors
		for p := range x.h * x.w {
			v := out.data[p*out.c:]
			r.Encodings = append(r.Encodings, v[:4*a]...)
			r.Logits = append(r.Logits, v[4*a:7*a]...)
		}
	}
	for i := range n.pairs {
		l := &n.pairs[i]
		h, _ := sameSize(x.h, l.stride)
		out := ws.plane(slot, h, h, l.pointwise.Stride, 1)
		l.apply(ws, out, x, plain)
		x, slot = out, 1-slot
		if i == 10 {
			look(0)
		}
	}
	look(1)
	for i := range n.extra {
		h, _ := n.extra[i].sizes(x.h)
		out := ws.plane(slot, h, h, n.extra[i].filters.Stride, 1)
		n.extra[i].apply(ws, out, x, false)
		x, slot = out, 1-slot
		if i%2 == 1 {
			look(2 + i/2)
		}
	}
}

// anchorsFor returns the anchors of a square of the given side: the trained ones for SSDSide; for another, ones
// of the same sizes in pixels round the centres of its own cells.
func (n *SSD) anchorsFor(side int) []float32 {
	if side == SSDSide {
		return n.anchors
	}
	var list []float32
	first := 0 // the first anchor of a scale
	for i, h := range ssdHeads {
		trained, cells := scaleCells(SSDSide, i), scaleCells(side, i)
		for c := range cells * cells {
			cy, cx := (float32(c/cells)+0.5)/float32(cells), (float32(c%cells)+0.5)/float32(cells)
			for a := range h.anchors {
				t := n.anchors[4*(first+a):][:4]
				hh, hw := (t[2]-t[0])/2*SSDSide/float32(side), (t[3]-t[1])/2*SSDSide/float32(side)
				list = append(list, cy-hh, cx-hw, cy+hh, cx+hw)
			}
		}
		first += trained * trained * h.anchors
	}
	return list
}

// scaleCells is the number of cells along a side of the square at one of the six scales.
func scaleCells(side, scale int) int {
	cells := side / 16
	for range scale {
		cells = (cells + 1) / 2
	}
	return cells
}

// Boxes is the number of boxes.
func (r *SSDResult) Boxes() int { return len(r.Logits) / 3 }

// Score is the probability that box i holds a face.
func (r *SSDResult) Score(i int) float64 { return float64(float32(Sigmoid(r.Logits[3*i+1]))) }

// Box returns the place of box i, relative to the square that was looked at. It may reach beyond the square.
func (r *SSDResult) Box(i int) (ymin, xmin, ymax, xmax float32) {
	a, t := r.anchors[4*i:][:4], r.Encodings[4*i:][:4]
	h, w := a[2]-a[0], a[3]-a[1]
	cy, cx := a[0]+h/2, a[1]+w/2
	y, x := t[0]/10*h+cy, t[1]/10*w+cx
	hh := float32(math.Exp(float64(t[2]/5))) * h / 2
	hw := float32(math.Exp(float64(t[3]/5))) * w / 2
	return y - hh, x - hw, y + hh, x + hw
}

// Sigmoid is 1 / (1 + e^−x).
func Sigmoid(x float32) float64 { return 1 / (1 + math.Exp(-float64(x))) }

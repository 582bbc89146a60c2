package net

import (
	"fmt"
	"io/fs"
	"math"

	"animo/nn/kernel"
)

// SSD is the detector SSD MobileNet v1. It looks at a square of 512 pixels on six scales.
type SSD struct {
	first conv
	pairs [13]separable
	extra [8]conv
	heads [6]conv // boxes and classes together
	// anchors are ymin, xmin, ymax, xmax of each box's anchor, relative to the square.
	anchors []float32
}

// SSDBoxes is the number of boxes that SSD judges.
const SSDBoxes = 5118

// SSDSide is the side of the square that SSD looks at.
const SSDSide = 512

var ssdInput = input{side: SSDSide, divisor: 127.5, subtract: 1}

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
	f := &kernel.DepthwiseFilters{Channels: channels, Weights: make([]float32, len(filter)), Bias: make([]float32, channels)}
	for c := range channels {
		scale := float64(gamma[c]) / math.Sqrt(float64(variance[c])+epsilon)
		for k := c; k < len(filter); k += channels {
			f.Weights[k] = float32(float64(filter[k]) * scale)
		}
		f.Bias[c] = float32(float64(beta[c]) - float64(mean[c])*scale)
	}
	return f
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

// Run looks at the crop. For every box, in a fixed order, it sets four encodings (ty, tx, th, tw) and the
// logits of three classes, of which the second is the face. encodings has 4·SSDBoxes values and logits
// 3·SSDBoxes.
func (n *SSD) Run(ws *Workspace, img Image, crop Crop, encodings, logits []float32) {
	n.run(ws, ssdInput.plane(ws, 2, img, crop), encodings, logits)
}

func (n *SSD) run(ws *Workspace, in plane, encodings, logits []float32) {
	x := ws.plane(0, 256, 256, 32, 1)
	n.first.apply(ws, x, in, false)
	slot := 1
	step := func(l *separable) {
		h, _ := sameSize(x.h, l.stride)
		out := ws.plane(slot, h, h, l.pointwise.Stride, 1)
		l.apply(ws, out, x, plain)
		x, slot = out, 1-slot
	}
	done := 0
	look := func(i int) {
		out := ws.plane(3, x.h, x.w, n.heads[i].filters.Stride, 0)
		n.heads[i].apply(ws, out, x, false)
		a := ssdHeads[i].anchors
		for p := range x.h * x.w {
			v := out.data[p*out.c:]
			copy(encodings[4*done:], v[:4*a])
			copy(logits[3*done:], v[4*a:7*a])
			done += a
		}
	}
	for i := range n.pairs {
		step(&n.pairs[i])
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

// Box gives the place of box i, relative to the square that was looked at, from its encoding. It may reach
// beyond the square.
func (n *SSD) Box(i int, encodings []float32) (ymin, xmin, ymax, xmax float32) {
	a, t := n.anchors[4*i:][:4], encodings[4*i:][:4]
	h, w := a[2]-a[0], a[3]-a[1]
	cy, cx := a[0]+h/2, a[1]+w/2
	y, x := t[0]/10*h+cy, t[1]/10*w+cx
	hh := float32(math.Exp(float64(t[2]/5))) * h / 2
	hw := float32(math.Exp(float64(t[3]/5))) * w / 2
	return y - hh, x - hw, y + hh, x + hw
}

// Sigmoid is 1 / (1 + e^−x).
func Sigmoid(x float32) float64 { return 1 / (1 + math.Exp(-float64(x))) }

package net

import (
	"fmt"
	"io/fs"
	"math"

	"animo/nn"
	"animo/nn/kernel"
)

// YuNet is the face detector of W. Wu, H. Peng and S. Yu, "YuNet: A Tiny Millisecond-level Face Detector" (Machine Intelligence
// Research 20, 2023), in its smaller size. It looks at pictures of any size and says of every cell of 8, 16 and 32 pixels whether
// a face has its middle there, where its box is, and where eyes, nose and mouth are.
type YuNet struct {
	first  conv
	stages [6][]unit
	neck   [3]unit // of the cells of 8, 16 and 32 pixels
	heads  [3]unit
}

// yunetFile holds the figures; vision/convert/yunet.py makes it.
const yunetFile = "yunet.safetensors"

// yunetHead is the number of a head's outputs: two scores, a box and five points.
const yunetHead = 16

// LoadYuNet reads the network from files.
func LoadYuNet(files fs.FS) (*YuNet, error) {
	w, err := readTensors(files, yunetFile)
	if err != nil {
		return nil, err
	}
	n := &YuNet{first: w.conv("first", "first_bias", 3, 3, 16, 2, relu)}
	n.first.valid = true // the zeros round its input are of the plane
	in := 16
	for i, outs := range [6][]int{{16}, {16, 32}, {32, 64}, {64, 64}, {64, 64}, {64, 64}} {
		for k, out := range outs {
			n.stages[i] = append(n.stages[i], w.unit(fmt.Sprintf("stage%d.%d", i, k), in, out, relu))
			in = out
		}
	}
	for i := range n.neck {
		n.neck[i] = w.unit(fmt.Sprintf("neck.%d", i), 64, 64, relu)
		n.heads[i] = w.unit(fmt.Sprintf("head.%d", i), 64, yunetHead, linear)
	}
	return n, w.err
}

// readTensors reads a safetensors file.
func readTensors(files fs.FS, name string) (*weights, error) {
	file, err := readFile(files, name, maxWeights)
	if err != nil {
		return nil, err
	}
	list, _, err := nn.DecodeTensors(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	w := &weights{tensors: map[string]tensor{}}
	for _, t := range list {
		for i, v := range t.Data {
			if !finite(float64(v)) {
				return nil, fmt.Errorf("%s: tensor %s: value %d is %g", name, t.Name, i, v)
			}
		}
		w.tensors[t.Name] = tensor{t.Shape, t.Data}
	}
	return w, nil
}

// unit is a 1×1 convolution followed by a depthwise 3×3 convolution, with zeros round what the first one gives.
type unit struct {
	pointwise *kernel.Filters
	depthwise *kernel.DepthwiseFilters
	act       kernel.Activation
}

// unit takes the layers called name.
func (w *weights) unit(name string, in, out int, act kernel.Activation) unit {
	m := kernel.Matrix{Data: w.get(name+".pointwise", in, out), Rows: in, Cols: out, Stride: out}
	return unit{
		pointwise: kernel.PackFilters(m, w.get(name+".pointwise_bias", out), 1),
		depthwise: kernel.PackDepthwise(w.get(name+".depthwise", 3, 3, out), w.get(name+".depthwise_bias", out)),
		act:       act,
	}
}

// apply computes a plane of src's size in slot. The results of the pointwise convolution stay in a worker's memory.
func (l *unit) apply(ws *Workspace, slot int, src plane) plane {
	h, w, c := src.h, src.w, l.depthwise.Channels
	dst := ws.plane(slot, h, w, c, 0)
	pitch := (w + 2) * c
	rows := max(2, yunetBand/pitch-2)
	ws.each((h+rows-1)/rows, func(s *scratch, i int) {
		from, to := i*rows, min(i*rows+rows, h)
		l.band(s, dst.data[dst.at(from, 0):], s.values((to-from+2)*pitch), src, 0, from, to, h)
	})
	return dst
}

// pooled is apply and then pool, without the plane between them: in the third stage that would be the largest of all.
func (l *unit) pooled(ws *Workspace, slot int, src plane) plane {
	w, c := src.w, l.depthwise.Channels
	dst := ws.plane(slot, src.h/2, w/2, c, 0)
	rows := max(1, yunetBand/(2*(w+2)*c)-1) // of dst
	ws.each((dst.h+rows-1)/rows, func(s *scratch, i int) {
		top, bottom := i*rows, min(i*rows+rows, dst.h)
		n := 2 * (bottom - top)
		memory := s.values(n*w*c + (n+2)*(w+2)*c)
		out := plane{h: n, w: w, c: c, data: memory[:n*w*c]}
		l.band(s, out.data, memory[n*w*c:], src, 0, 2*top, 2*bottom, src.h)
		for y := top; y < bottom; y++ {
			poolRow(s, dst.row(y), out, 2*(y-top))
		}
	})
	return dst
}

// band computes into dst, without a border, the rows from one up to another of h. src holds its input's rows from top on: these
// and one more above and below, where there is one. mid is the memory for what lies between the convolutions, of two rows more
// and each of two pixels more.
func (l *unit) band(s *scratch, dst, mid []float32, src plane, top, from, to, h int) {
	w, c := src.w, l.depthwise.Channels
	pitch := (w + 2) * c
	outAt, inAt := s.places((to - from + 2) * w)
	k := 0
	for y := from - 1; y <= to; y++ {
		row := mid[(y-from+1)*pitch:][:pitch]
		if y < 0 || y >= h {
			clear(row)
			continue
		}
		clear(row[:c])
		clear(row[pitch-c:])
		o, p := int32((y-from+1)*pitch+c), int32(src.at(y-top, 0))
		for range w {
			outAt[k], inAt[k] = o, p
			o, p, k = o+int32(c), p+int32(src.c), k+1
		}
	}
	kernel.Convolve(mid, src.data, outAt[:k], inAt[:k], 0, l.pointwise, false, linear)
	for y := from; y < to; y++ {
		kernel.Depthwise3x3(dst[(y-from)*w*c:][:w*c], mid[(y-from)*pitch:], w, c, pitch, l.depthwise, asIs, l.act)
	}
}

// yunetBand is how many values of a unit's middle a worker holds at a time: a quarter of a MiB, which stays in the second-level cache.
const yunetBand = 1 << 16

// Proposal is a face that YuNet proposes, in pixels of what it looked at.
type Proposal struct {
	X, Y, W, H float64       // the box
	Score      float64       // 0 to 1
	Points     [5][2]float64 // the eye at the left, the eye at the right, the tip of the nose, the mouth's corners at the left and at the right
}

// YuNetStep is what the sides of a picture for YuNet are multiples of.
const YuNetStep = 32

// Run looks at a view and gives the faces with more than a score, which may overlap each other.
func (n *YuNet) Run(ws *Workspace, img Image, v View, minScore float64) []Proposal {
	var found []Proposal
	for i, out := range n.run(ws, v.plane(ws, img)) {
		found = appendProposals(found, out, 8<<i, minScore)
	}
	return found
}

// run returns the heads' outputs. The input has a border of 1, and sides that are multiples of YuNetStep.
func (n *YuNet) run(ws *Workspace, in plane) (out [3]plane) {
	x := n.front(ws, in)
	x = n.stage(ws, 1, viewSlot, x) // what front has seen is not needed any more
	last := len(n.stages[2]) - 1
	for k := range last {
		x = n.stages[2][k].apply(ws, yunetSpare, x)
	}
	x = n.stages[2][last].pooled(ws, 0, x)
	var features [3]plane
	for i := range features {
		// The slots from 3 hold what is needed later: the features, then what the heads make of them.
		features[i] = n.stage(ws, 3+i, 3+i, x)
		if i < 2 {
			x = pool(ws, 0, features[i])
		}
	}
	for i := 2; i >= 0; i-- {
		if i < 2 {
			addEnlarged(ws, features[i], x)
		}
		x = n.neck[i].apply(ws, i&1, features[i])
		out[i] = n.heads[i].apply(ws, 3+i, x)
	}
	return out
}

// frontRows is how many rows of front's result are computed together. Of what they are made of, two rows more are computed.
const frontRows = 8

// front goes through the first convolution, the first stage and the pool behind it, a few rows at a time: of what these give at half
// of the view's size, which is more than all the rest together, nothing but those rows is ever in memory.
func (n *YuNet) front(ws *Workspace, in plane) plane {
	in = plane{h: in.h + 2, w: in.w + 2, c: in.c, data: in.data} // the zeros round it belong to it
	h, _ := n.first.sizes(in.h)
	w, _ := n.first.sizes(in.w)
	unit := &n.stages[0][0]
	c := unit.depthwise.Channels
	dst := ws.plane(0, h/2, w/2, c, 0)
	ws.each((dst.h+frontRows-1)/frontRows, func(s *scratch, i int) {
		top, bottom := i*frontRows, min(i*frontRows+frontRows, dst.h)
		from, to := max(2*top-1, 0), min(2*bottom+1, h)
		rows := 2 * (bottom - top)
		memory := s.values((rows+2)*w*c + rows*w*c + (rows+2)*(w+2)*c)
		first := plane{h: to - from, w: w, c: c, data: memory[:(to-from)*w*c]}
		second := plane{h: rows, w: w, c: c, data: memory[(rows+2)*w*c:][:rows*w*c]}
		outAt, inAt := s.places((to - from) * w)
		for y := from; y < to; y++ {
			for x := range w {
				k := (y-from)*w + x
				outAt[k], inAt[k] = int32(k*c), int32(in.at(y*n.first.stride, x*n.first.stride))
			}
		}
		kernel.Convolve(first.data, in.data, outAt, inAt, in.pitch(), n.first.filters, false, n.first.act)
		unit.band(s, second.data, memory[(rows+2)*w*c+rows*w*c:], first, from, 2*top, 2*bottom, h)
		for y := top; y < bottom; y++ {
			poolRow(s, dst.row(y), second, 2*(y-top))
		}
	})
	return dst
}

// stage goes through one stage's units, by turns into slot and the one after the last, and ends in slot.
func (n *YuNet) stage(ws *Workspace, i, slot int, x plane) plane {
	units := n.stages[i]
	for k := range units {
		to := slot
		if k < len(units)-1 {
			to = yunetSpare
		}
		x = units[k].apply(ws, to, x)
	}
	return x
}

// yunetSpare is the slot between the two units of a stage.
const yunetSpare = 6

// pool halves a plane: each pixel is the greatest of four, channel by channel.
func pool(ws *Workspace, slot int, src plane) plane {
	dst := ws.plane(slot, src.h/2, src.w/2, src.c, 0)
	ws.each((dst.h+7)/8, func(s *scratch, i int) {
		for y := 8 * i; y < min(8*i+8, dst.h); y++ {
			poolRow(s, dst.row(y), src, 2*y)
		}
	})
	return dst
}

// poolRow makes a row of src's rows y and y+1.
func poolRow(s *scratch, dst []float32, src plane, y int) {
	at := s.square[:4]
	for x := range len(dst) / src.c {
		at[0], at[2] = src.at(y, 2*x), src.at(y+1, 2*x)
		at[1], at[3] = at[0]+src.c, at[2]+src.c
		kernel.MaxOf(dst[x*src.c:][:src.c], src.data, at)
	}
}

// addEnlarged adds to each pixel of dst that of a plane half as large.
func addEnlarged(ws *Workspace, dst, half plane) {
	ws.each(dst.h, func(_ *scratch, y int) {
		row := dst.row(y)
		for x := range dst.w {
			d := row[x*dst.c:][:dst.c]
			for c, v := range half.data[half.at(y/2, x/2):][:dst.c] {
				d[c] += v
			}
		}
	})
}

// appendProposals reads a head's outputs for cells of the given number of pixels: the logits of two scores, whose geometric mean
// counts; the box's middle from the cell's corner and the logarithms of its sides; five points from the cell's corner; all in cells.
func appendProposals(found []Proposal, out plane, cell int, minScore float64) []Proposal {
	size := float64(cell)
	for at := 0; at < len(out.data); at += yunetHead {
		v := out.data[at:][:yunetHead]
		if v[1] < -8 { // by far the most
			continue
		}
		score := math.Sqrt(Sigmoid(v[0]) * Sigmoid(v[1]))
		if !(score > minScore) {
			continue
		}
		x, y := float64(at/yunetHead%out.w)*size, float64(at/yunetHead/out.w)*size
		w, h := math.Exp(float64(v[4]))*size, math.Exp(float64(v[5]))*size
		p := Proposal{X: x + float64(v[2])*size - w/2, Y: y + float64(v[3])*size - h/2, W: w, H: h, Score: score}
		for k := range p.Points {
			p.Points[k] = [2]float64{x + float64(v[6+2*k])*size, y + float64(v[7+2*k])*size}
		}
		found = append(found, p)
	}
	return found
}

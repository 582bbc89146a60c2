package net

import (
	"fmt"
	"io/fs"
	"math"

	"animo/nn"
	"animo/nn/kernel"
)

// EmotionsSide is the side of the square that Emotions looks at.
const EmotionsSide = 48

const (
	emotionsFile = "emotions.safetensors"
	emotionsView = 40 // the side of the middle of the square, which is what the convolutions see
	// noContrast is added to the deviation of the square's pixels, so that one of a single colour is not blown up.
	noContrast = 8
)

// Emotions tells what a face shows. It is the residual network of 3×3 convolutions that vision/training trains, with
// its batch normalisation folded into the filters.
type Emotions struct {
	first  conv
	stages []emotionsStage
	last   dense
}

// emotionsStage halves the picture, widens it, and looks at it with a residual block.
type emotionsStage struct {
	down  conv
	block residual
}

// LoadEmotions reads the network from files. The error wraps fs.ErrNotExist where they lack it.
func LoadEmotions(files fs.FS) (*Emotions, error) {
	data, err := readFile(files, emotionsFile, maxWeights)
	if err != nil {
		return nil, err
	}
	list, _, err := nn.DecodeTensors(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", emotionsFile, err)
	}
	w := &weights{tensors: map[string]tensor{}}
	for _, t := range list {
		for i, v := range t.Data {
			if !finite(float64(v)) {
				return nil, fmt.Errorf("%s: tensor %s: value %d is %g", emotionsFile, t.Name, i, v)
			}
		}
		w.tensors[t.Name] = tensor{t.Shape, t.Data}
	}
	out := 0
	if shape := w.tensors["first/bias"].shape; len(shape) == 1 {
		out = shape[0] // the width, which the training may choose
	}
	if out < kernel.Lanes || out%kernel.Lanes != 0 {
		return nil, fmt.Errorf("%s: tensor first/bias has %d numbers, not a multiple of %d", emotionsFile, out, kernel.Lanes)
	}
	layer := func(name string, in, out, stride int) conv {
		c := w.conv(name+"/filters", name+"/bias", 3, in, out, stride, relu)
		c.centred = true
		return c
	}
	n := &Emotions{first: layer("first", 1, out, 1)}
	for i := range 3 {
		in := out
		out *= 2
		name := fmt.Sprintf("stage%d", i)
		n.stages = append(n.stages, emotionsStage{
			down:  layer(name+"/down", in, out, 2),
			block: residual{first: layer(name+"/first", out, out, 1), second: layer(name+"/second", out, out, 1)},
		})
	}
	n.last = w.dense("last/weights", "last/bias", out, 8)
	if w.err != nil {
		return nil, fmt.Errorf("%s: %w", emotionsFile, w.err)
	}
	return n, nil
}

// Run returns the probabilities of neutral, happy, sad, angry, fearful, disgusted and surprised, and the probability that something
// covers a part of the face: all in the mean of a turned square of the picture and its mirror image. square takes places in
// a square of EmotionsSide pixels to places in the picture.
func (n *Emotions) Run(ws *Workspace, img Image, square Similarity) (emotions [7]float64, covered float64) {
	in := emotionsInput(ws, 2, img.grey(square, EmotionsSide))
	a := n.run(ws, in)
	mirror(in)
	b := n.run(ws, in)
	upright, mirrored := softmax(a[:7]), softmax(b[:7])
	for i := range emotions {
		emotions[i] = (upright[i] + mirrored[i]) / 2
	}
	return emotions, Sigmoid((a[7] + b[7]) / 2)
}

// run returns the network's raw outputs: seven logits of the emotions, and that of the face being covered.
func (n *Emotions) run(ws *Workspace, in plane) []float32 {
	x := ws.plane(1, in.h, in.w, n.first.filters.Stride, 1)
	n.first.apply(ws, x, in, false)
	slot := 0
	for i := range n.stages {
		s := &n.stages[i]
		h, _ := s.down.sizes(x.h)
		c := s.down.filters.Stride
		half, t := ws.plane(slot, h, h, c, 1), ws.plane(3, h, h, c, 1)
		s.down.apply(ws, half, x, false)
		s.block.first.apply(ws, t, half, false)
		s.block.second.apply(ws, half, t, true)
		x, slot = half, 1-slot
	}
	features := make([]float32, x.c)
	mean(features, x)
	return n.last.apply(features)
}

// emotionsInput puts the middle of a grey square of EmotionsSide pixels into a slot with a border of 1. The whole
// square's pixels decide what is dark and what is light.
func emotionsInput(ws *Workspace, slot int, grey []float32) plane {
	sum, squares := 0.0, 0.0
	for _, v := range grey {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	count := float64(len(grey))
	mean := sum / count
	deviation := math.Sqrt(max(0, squares/count-mean*mean))
	dst := ws.plane(slot, emotionsView, emotionsView, 1, 1)
	const margin = (EmotionsSide - emotionsView) / 2
	for y := range emotionsView {
		row := dst.row(y)
		for x, v := range grey[(y+margin)*EmotionsSide+margin:][:emotionsView] {
			row[x] = float32((float64(v) - mean) / (deviation + noContrast))
		}
	}
	return dst
}

// mirror turns a plane's left and right round.
func mirror(p plane) {
	for y := range p.h {
		row := p.row(y)
		for i, j := 0, p.c*(p.w-1); i < j; i, j = i+p.c, j-p.c {
			for c := range p.c {
				row[i+c], row[j+c] = row[j+c], row[i+c]
			}
		}
	}
}

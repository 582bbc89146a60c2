package net

import (
	"fmt"
	"io/fs"
)

// FaceSide is the side of the square that the networks for landmarks, expressions, age and gender look at.
const FaceSide = 112

// faceMean is the mean that the face networks subtract, in the order red, green, blue.
var faceMean = [3]float32{122.782, 117.001, 104.298}

var faceInput = input{side: FaceSide, centred: true, mean: faceMean, divisor: 255}

// denseNet is the network that landmarks and expressions share in kind: four blocks in which each layer
// sees the sum of all before it, an average, and one matrix.
type denseNet struct {
	first  conv
	blocks [][]separable // the first block's first layer is first
	last   dense
}

// loadDense reads a network with the given number of blocks, layers in each, and outputs.
func loadDense(files fs.FS, name string, blocks, layers, outputs int) (*denseNet, error) {
	w, err := readWeights(files, name)
	if err != nil {
		return nil, err
	}
	n := &denseNet{first: w.conv("dense0/conv0/filters", "dense0/conv0/bias", 3, 3, 32, 2, relu), blocks: make([][]separable, blocks)}
	in := 32
	for b := range n.blocks {
		out := 32 << b
		for i := range layers {
			layer := func(in, stride int, floor float32) separable {
				return w.separable(fmt.Sprintf("dense%d/conv%d", b, i), in, out, stride, floor, linear)
			}
			var l separable
			switch {
			case i == 0 && b == 0:
				continue
			case i == 0:
				l = layer(in, 2, asIs)
				l.act = relu
			default:
				l = layer(out, 1, 0)
			}
			if i == layers-1 {
				l.act = relu
			}
			n.blocks[b] = append(n.blocks[b], l)
		}
		in = out
	}
	n.last = w.dense("fc/weights", "fc/bias", in, outputs)
	return n, w.err
}

// run returns the network's raw outputs.
func (n *denseNet) run(ws *Workspace, in plane) []float32 {
	x := ws.plane(0, FaceSide/2, FaceSide/2, 32, 1)
	n.first.apply(ws, x, in, false)
	slot := 1
	for _, block := range n.blocks {
		for i := range block {
			l := &block[i]
			h, _ := sameSize(x.h, l.stride)
			out := ws.plane(slot, h, h, l.pointwise.Stride, 1)
			m := addInput
			if l.stride == 2 {
				m = plain
			}
			l.apply(ws, out, x, m)
			x, slot = out, 1-slot
		}
	}
	features := make([]float32, x.c)
	mean(features, x)
	return n.last.apply(features)
}

// Landmarks finds 68 points in a face.
type Landmarks struct{ net *denseNet }

// LoadLandmarks reads the network from files.
func LoadLandmarks(files fs.FS) (*Landmarks, error) {
	n, err := loadDense(files, "face_landmark_68", 4, 4, 136)
	return &Landmarks{n}, err
}

// LoadLandmarksTiny reads the smaller network for the same purpose.
func LoadLandmarksTiny(files fs.FS) (*Landmarks, error) {
	n, err := loadDense(files, "face_landmark_68_tiny", 3, 3, 136)
	return &Landmarks{n}, err
}

// Run returns the points of the face in the crop: x and y by turns, from 0 to 1 in the crop's width and
// height.
func (n *Landmarks) Run(ws *Workspace, img Image, crop Crop) []float32 {
	raw := n.net.run(ws, faceInput.plane(ws, 2, img, crop))
	return unpad(raw, crop.W, crop.H)
}

// unpad turns points in the padded square into points in the crop.
func unpad(raw []float32, width, height int) []float32 {
	w, h := float32(width), float32(height)
	scale := FaceSide / max(w, h)
	var px, py float32
	if w < h {
		px = (h - w) * scale / 2
	} else {
		py = (w - h) * scale / 2
	}
	points := make([]float32, len(raw))
	for i := 0; i < len(raw); i += 2 {
		points[i] = (raw[i]*FaceSide - px) / (w * scale)
		points[i+1] = (raw[i+1]*FaceSide - py) / (h * scale)
	}
	return points
}

// Expressions tells what a face shows.
type Expressions struct{ net *denseNet }

// LoadExpressions reads the network from files.
func LoadExpressions(files fs.FS) (*Expressions, error) {
	n, err := loadDense(files, "face_expression", 4, 4, 7)
	return &Expressions{n}, err
}

// Run returns the probabilities of neutral, happy, sad, angry, fearful, disgusted and surprised.
func (n *Expressions) Run(ws *Workspace, img Image, crop Crop) []float64 {
	return softmax(n.net.run(ws, faceInput.plane(ws, 2, img, crop)))
}

// RunTurned is the mean of what Run gives for a turned square of the picture and for its mirror image: square takes places
// in a square of FaceSide pixels to places in the picture.
func (n *Expressions) RunTurned(ws *Workspace, img Image, square Similarity) (emotions [7]float64) {
	in := faceInput.warped(ws, 2, img, square)
	upright := softmax(n.net.run(ws, in))
	mirror(in)
	mirrored := softmax(n.net.run(ws, in))
	for i := range emotions {
		emotions[i] = (upright[i] + mirrored[i]) / 2
	}
	return emotions
}

package net

import (
	"fmt"
	"io/fs"
)

// AgeGender estimates the age of a face and what gender it looks like. It is a small Xception network.
type AgeGender struct {
	first       conv
	reductions  [3]reduction
	middle      [2][3]separable
	last        separable
	age, gender dense
}

// reduction halves the picture: two separable convolutions and a pool, beside a convolution of size 1.
type reduction struct {
	first, second separable
	expansion     conv
}

// LoadAgeGender reads the network from files.
func LoadAgeGender(files fs.FS) (*AgeGender, error) {
	w, err := readWeights(files, "age_gender")
	if err != nil {
		return nil, err
	}
	n := &AgeGender{first: w.conv("entry_flow/conv_in/filters", "entry_flow/conv_in/bias", 3, 3, 32, 2, relu)}
	for i, name := range []string{"entry_flow/reduction_block_0", "entry_flow/reduction_block_1", "exit_flow/reduction_block"} {
		in, out := 32<<i, 64<<i
		n.reductions[i] = reduction{
			first:     w.separable(name+"/separable_conv0", in, out, 1, 0, relu),
			second:    w.separable(name+"/separable_conv1", out, out, 1, asIs, linear),
			expansion: w.conv(name+"/expansion_conv/filters", name+"/expansion_conv/bias", 1, in, out, 2, linear),
		}
	}
	for i := range n.middle {
		for j := range n.middle[i] {
			l := w.separable(fmt.Sprintf("middle_flow/main_block_%d/separable_conv%d", i, j), 128, 128, 1, asIs, relu)
			if j == 0 {
				l.floor = 0
			}
			if j == 2 {
				l.act = linear
			}
			n.middle[i][j] = l
		}
	}
	n.last = w.separable("exit_flow/separable_conv", 256, 512, 1, asIs, relu)
	n.age = w.dense("fc/age/weights", "fc/age/bias", 512, 1)
	n.gender = w.dense("fc/gender/weights", "fc/gender/bias", 512, 2)
	return n, w.err
}

// Run returns the age in years and the probability that the face is male, for the face in the crop.
func (n *AgeGender) Run(ws *Workspace, img Image, crop Crop) (age, male float64) {
	return n.read(n.run(ws, faceInput.plane(ws, 2, img, crop)))
}

// read returns age and gender from the features.
func (n *AgeGender) read(features []float32) (age, male float64) {
	return float64(n.age.apply(features)[0]), softmax(n.gender.apply(features))[0]
}

// run returns the 512 features that age and gender are read from.
func (n *AgeGender) run(ws *Workspace, in plane) []float32 {
	x := ws.plane(0, FaceSide/2, FaceSide/2, 32, 1)
	n.first.apply(ws, x, in, false)
	x = n.reductions[0].apply(ws, x, 1)
	x = n.reductions[1].apply(ws, x, 0)
	for i := range n.middle {
		layers := &n.middle[i]
		t, u := ws.plane(3, x.h, x.w, x.c, 1), ws.plane(4, x.h, x.w, x.c, 1)
		layers[0].apply(ws, t, x, plain)
		layers[1].apply(ws, u, t, plain)
		layers[2].apply(ws, x, u, addDst)
	}
	x = n.reductions[2].apply(ws, x, 1)
	out := ws.plane(0, x.h, x.w, n.last.pointwise.Stride, 0)
	n.last.apply(ws, out, x, plain)
	features := make([]float32, out.c)
	mean(features, out)
	return features
}

// apply returns the result in the slot dst, which is not x's.
func (r *reduction) apply(ws *Workspace, x plane, dst int) plane {
	c := r.first.pointwise.Stride
	t, u := ws.plane(3, x.h, x.w, c, 1), ws.plane(4, x.h, x.w, c, 0)
	r.first.apply(ws, t, x, plain)
	r.second.apply(ws, u, t, plain)
	out := ws.plane(dst, x.h/2, x.w/2, c, 1)
	maxPool(ws, out, u, 3, 2, 0)
	r.expansion.apply(ws, out, x, true)
	return out
}

package net

import "math"

// Similarity is a turn, a change of size and a shift: it takes (x, y) to (A·x − B·y + X, B·x + A·y + Y).
type Similarity struct{ A, B, X, Y float64 }

// Apply gives where (x, y) goes.
func (s Similarity) Apply(x, y float64) (float64, float64) {
	return s.A*x - s.B*y + s.X, s.B*x + s.A*y + s.Y
}

// warped samples a turned square of the picture into a slot with a border of 1. square takes places in the
// network's square to places in the picture, both with whole numbers at the pixels' corners. Each value is
// bilinear; where the picture is the finer of the two, it is the average of as many as keep their
// distance at one pixel. What lies outside of the picture is black.
func (in *input) warped(ws *Workspace, slot int, img Image, square Similarity) plane {
	dst := ws.plane(slot, in.side, in.side, 3, 1)
	n := min(max(1, int(math.Ceil(math.Hypot(square.A, square.B)-0.01))), 8)
	share := 1 / float32(n*n)
	ws.each((in.side+15)/16, func(_ *scratch, i int) {
		for y := 16 * i; y < min(16*i+16, in.side); y++ {
			row := dst.row(y)
			for x := range in.side {
				var sum [3]float32
				for k := range n * n {
					sx, sy := square.Apply(float64(x)+(float64(k%n)+0.5)/float64(n), float64(y)+(float64(k/n)+0.5)/float64(n))
					v := img.sample(sx-0.5, sy-0.5)
					for c := range sum {
						sum[c] += v[c]
					}
				}
				for c, v := range sum {
					row[3*x+c] = (v*share-in.mean[c])/in.divisor - in.subtract
				}
			}
		}
	})
	return dst
}

// sample gives the colour at a place between pixels, where whole numbers lie at the pixels' centres.
func (img *Image) sample(x, y float64) (v [3]float32) {
	fx, fy := math.Floor(x), math.Floor(y)
	if !(fx >= -1 && fy >= -1 && fx < float64(img.W) && fy < float64(img.H)) {
		return v
	}
	ix, iy := int(fx), int(fy)
	px, py := float32(x-fx), float32(y-fy)
	if ix >= 0 && iy >= 0 && ix+1 < img.W && iy+1 < img.H {
		upper, lower := img.Pix[3*(iy*img.W+ix):][:6], img.Pix[3*((iy+1)*img.W+ix):][:6]
		for c := range v {
			a := float32(upper[c]) + (float32(upper[c+3])-float32(upper[c]))*px
			b := float32(lower[c]) + (float32(lower[c+3])-float32(lower[c]))*px
			v[c] = a + (b-a)*py
		}
		return v
	}
	at := func(x, y, c int) float32 {
		if x < 0 || y < 0 || x >= img.W || y >= img.H {
			return 0
		}
		return float32(img.Pix[3*(y*img.W+x)+c])
	}
	for c := range v {
		v[c] = mix(mix(at(ix, iy, c), at(ix+1, iy, c), px), mix(at(ix, iy+1, c), at(ix+1, iy+1, c), px), py)
	}
	return v
}

// RunTurned is Run for a turned square of the picture and for its mirror image: square takes places in a
// square of DescriptorSide pixels to places in the picture.
func (n *Descriptor) RunTurned(ws *Workspace, img Image, square Similarity) (upright, mirrored [128]float32) {
	in := descriptorInput.warped(ws, 2, img, square)
	upright = n.run(ws, in)
	for y := range in.h {
		row := in.row(y)
		for i, j := 0, 3*(in.w-1); i < j; i, j = i+3, j-3 {
			for c := range 3 {
				row[i+c], row[j+c] = row[j+c], row[i+c]
			}
		}
	}
	return upright, n.run(ws, in)
}

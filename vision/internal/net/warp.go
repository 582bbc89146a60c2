package net

import "math"

// Similarity is a turn, a change of size and a shift: it takes (x, y) to (A·x − B·y + X, B·x + A·y + Y).
type Similarity struct{ A, B, X, Y float64 }

// Apply returns where (x, y) goes.
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
	var places [8]float64 // of the values of a pixel, from its corner on
	for i := range n {
		places[i] = (float64(i) + 0.5) / float64(n)
	}
	ws.each((in.side+15)/16, func(_ *scratch, i int) {
		for y := 16 * i; y < min(16*i+16, in.side); y++ {
			row := dst.row(y)
			for x := range in.side {
				var sum [3]float32
				for _, down := range places[:n] {
					for _, right := range places[:n] {
						sx, sy := square.Apply(float64(x)+right, float64(y)+down)
						img.sample(&sum, sx-0.5, sy-0.5)
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

// sample adds the colour at a place between pixels, where whole numbers lie at the pixels' centres.
func (img *Image) sample(sum *[3]float32, x, y float64) {
	if x >= 0 && y >= 0 && x < float64(img.W-1) && y < float64(img.H-1) {
		ix, iy := int(x), int(y)
		px, py := float32(x-float64(ix)), float32(y-float64(iy))
		upper, lower := img.Pix[3*(iy*img.W+ix):][:6], img.Pix[3*((iy+1)*img.W+ix):][:6]
		sum[0] += mix(mix(float32(upper[0]), float32(upper[3]), px), mix(float32(lower[0]), float32(lower[3]), px), py)
		sum[1] += mix(mix(float32(upper[1]), float32(upper[4]), px), mix(float32(lower[1]), float32(lower[4]), px), py)
		sum[2] += mix(mix(float32(upper[2]), float32(upper[5]), px), mix(float32(lower[2]), float32(lower[5]), px), py)
		return
	}
	fx, fy := math.Floor(x), math.Floor(y)
	if !(fx >= -1 && fy >= -1 && fx < float64(img.W) && fy < float64(img.H)) {
		return
	}
	ix, iy := int(fx), int(fy)
	px, py := float32(x-fx), float32(y-fy)
	at := func(x, y, c int) float32 {
		if x < 0 || y < 0 || x >= img.W || y >= img.H {
			return 0
		}
		return float32(img.Pix[3*(y*img.W+x)+c])
	}
	for c := range sum {
		sum[c] += mix(mix(at(ix, iy, c), at(ix+1, iy, c), px), mix(at(ix, iy+1, c), at(ix+1, iy+1, c), px), py)
	}
}

// grey samples a turned square of the picture in shades of grey, from 0 to 255 (ITU-R BT.601), row by row: side×side values.
// square takes places in the network's square to places in the picture. Each value is bilinear; where the picture is the
// finer of the two, it is the average of some places, at most 16. Beyond the edge, the picture goes on as it is at the edge.
func (img *Image) grey(square Similarity, side int) []float32 {
	n := min(max(1, int(math.Ceil(math.Hypot(square.A, square.B)-0.01))), 4)
	values := make([]float32, side*side)
	share := 1 / float32(n*n)
	for i := range values {
		var sum float32
		for k := range n * n {
			x, y := square.Apply(float64(i%side)+(float64(k%n)+0.5)/float64(n), float64(i/side)+(float64(k/n)+0.5)/float64(n))
			sum += img.luma(x-0.5, y-0.5)
		}
		values[i] = sum * share
	}
	return values
}

// luma returns the grey at a place between pixels, where whole numbers lie at the pixels' centres.
func (img *Image) luma(x, y float64) float32 {
	x, y = min(max(x, 0), float64(img.W-1)), min(max(y, 0), float64(img.H-1))
	if x != x || y != y {
		return 0
	}
	ix, iy := min(int(x), max(0, img.W-2)), min(int(y), max(0, img.H-2))
	px, py := float32(x-float64(ix)), float32(y-float64(iy))
	at := func(x, y int) float32 {
		p := img.Pix[3*(y*img.W+x):][:3]
		return 0.299*float32(p[0]) + 0.587*float32(p[1]) + 0.114*float32(p[2])
	}
	right, below := min(ix+1, img.W-1), min(iy+1, img.H-1)
	a, b := at(ix, iy), at(right, iy)
	c, d := at(ix, below), at(right, below)
	upper, lower := a+(b-a)*px, c+(d-c)*px
	return upper + (lower-upper)*py
}

// RunTurned is Run for a turned square of the picture: square takes places in a square of FaceSide pixels to places in the
// picture. The points are in the picture's pixels.
func (n *Landmarks) RunTurned(ws *Workspace, img Image, square Similarity) []float64 {
	raw := n.net.run(ws, faceInput.warped(ws, 2, img, square))
	points := make([]float64, len(raw))
	for i := 0; i < len(raw); i += 2 {
		points[i], points[i+1] = square.Apply(float64(raw[i])*FaceSide, float64(raw[i+1])*FaceSide)
	}
	return points
}

// RunTurned is the mean of what Run gives for a turned square of the picture and for its mirror image: square takes places
// in a square of FaceSide pixels to places in the picture.
func (n *AgeGender) RunTurned(ws *Workspace, img Image, square Similarity) (age, male float64) {
	in := faceInput.warped(ws, 2, img, square)
	age, male = n.read(n.run(ws, in))
	mirror(in)
	mirroredAge, mirroredMale := n.read(n.run(ws, in))
	return (age + mirroredAge) / 2, (male + mirroredMale) / 2
}

// RunTurned is Run for a turned square of the picture and for its mirror image: square takes places in a
// square of DescriptorSide pixels to places in the picture.
func (n *Descriptor) RunTurned(ws *Workspace, img Image, square Similarity) (upright, mirrored [128]float32) {
	in := descriptorInput.warped(ws, 2, img, square)
	upright = n.run(ws, in)
	mirror(in)
	return upright, n.run(ws, in)
}

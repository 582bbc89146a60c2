package vision

import (
	"math"

	"animo/vision/internal/net"
)

// meanFace is where the points of nose and eyes lie in an average face. It is 1 wide, from one end of the brows
// to the other, and about as high, from the brows to the lower lip. The figures are those of dlib's
// image_transforms/interpolation.h, for which the descriptor's network was trained.
var meanFace = [mouth - nose]Point{
	{0.490127, 0.203352}, {0.490127, 0.307009}, {0.490127, 0.409805}, {0.490127, 0.515625},
	{0.36688, 0.587326}, {0.426036, 0.609345}, {0.490127, 0.628106}, {0.554217, 0.609345}, {0.613373, 0.587326},
	{0.121737, 0.216423}, {0.187122, 0.178758}, {0.265825, 0.179852},
	{0.334606, 0.231733}, {0.260918, 0.245099}, {0.182743, 0.244077},
	{0.645647, 0.231733}, {0.714428, 0.179852}, {0.793132, 0.178758},
	{0.858516, 0.216423}, {0.79751, 0.244077}, {0.719335, 0.245099},
}

// fit returns the similarity that takes each of from to its partner of to, as nearly as possible in the sense of
// least squares.
func fit(from, to []Point) net.Similarity {
	cf, ct := centre(from), centre(to)
	var dot, cross, size float64
	for i, p := range from {
		fx, fy, tx, ty := p.X-cf.X, p.Y-cf.Y, to[i].X-ct.X, to[i].Y-ct.Y
		dot += fx*tx + fy*ty
		cross += fx*ty - fy*tx
		size += fx*fx + fy*fy
	}
	if size == 0 {
		return net.Similarity{A: 1, X: ct.X - cf.X, Y: ct.Y - cf.Y}
	}
	s := net.Similarity{A: dot / size, B: cross / size}
	x, y := s.Apply(cf.X, cf.Y)
	s.X, s.Y = ct.X-x, ct.Y-y
	return s
}

// chip returns the turned square round a face that dlib shows to the descriptor's network: upright by nose and
// eyes, with a quarter of the face's size on each side. It takes places in the network's square
// to places in the picture.
func chip(points *[68]Point, side float64) net.Similarity {
	const pad = 0.25 // of the face's size, on each side
	var from []Point
	for i := nose; i < mouth; i++ { // brows and mouth move with the expression
		m := meanFace[i-nose]
		from = append(from, Point{(pad + m.X) / (2*pad + 1) * side, (pad + m.Y) / (2*pad + 1) * side})
	}
	return fit(from, points[nose:mouth])
}

// uprightEnough is by how much, in radians, a head may lean in the square that its landmarks are found in.
const uprightEnough = 10 * math.Pi / 180

// landmarksShare is the side of the square that the landmarks are found in, in units of the box's mean side.
const landmarksShare = 1.1

// The sides of the squares that the networks look at, in units of the longer side of the rectangle round the landmarks.
const (
	emotionsShare    = 1.4
	expressionsShare = 1.3
	ageShare         = 1.2
)

// leanOf returns by how much a head leans to a shoulder, in radians: eyes and nose tell it. It is positive when the head
// leans towards the picture's right.
func leanOf(points *[68]Point) float64 {
	s := chip(points, net.DescriptorSide)
	return math.Atan2(s.B, s.A)
}

// lean returns by how much the head leans, as leanOf does, from the detector's points: by the lines through the eyes and
// through the mouth, and by that between the two. It is 0 where the detector gives no points.
func (d *detection) lean() float64 {
	p := &d.points
	x, y := p[1].X-p[0].X+p[4].X-p[3].X, p[1].Y-p[0].Y+p[4].Y-p[3].Y
	downX, downY := p[3].X+p[4].X-p[0].X-p[1].X, p[3].Y+p[4].Y-p[0].Y-p[1].Y
	return math.Atan2(y-downX, x+downY)
}

// squareRound returns the square with the given middle, side and turn in the picture. It takes places in a network's
// square of n pixels to places in the picture.
func squareRound(middle Point, side, turn, n float64) net.Similarity {
	sin, cos := math.Sincos(turn)
	s := net.Similarity{A: side / n * cos, B: side / n * sin}
	x, y := s.Apply(n/2, n/2)
	s.X, s.Y = middle.X-x, middle.Y-y
	return s
}

// uprightSquare returns the square round the landmarks in which the head is upright. share is its side in units of the
// longer side of the rectangle round them, n its side in the network's pixels.
func uprightSquare(points *[68]Point, share, n float64) net.Similarity {
	lean := leanOf(points)
	sin, cos := math.Sincos(lean)
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range points { // turned back
		x, y := p.X*cos+p.Y*sin, p.Y*cos-p.X*sin
		left, top = min(left, x), min(top, y)
		right, bottom = max(right, x), max(bottom, y)
	}
	x, y := (left+right)/2, (top+bottom)/2
	return squareRound(Point{x*cos - y*sin, x*sin + y*cos}, share*max(right-left, bottom-top), lean, n)
}

// turned reports whether the similarity has an area: points that all fall together give none.
func turned(s net.Similarity) bool { return math.Hypot(s.A, s.B) > 1e-6 }

// descriptorLength is that of every descriptor, and about the mean of those that the network gives.
const descriptorLength = 1.43

// averaged is the mean of two descriptors of the same face, which describes the face better than either, at descriptorLength: how
// long the network makes one tells how clear the photo is, not who is in it.
func averaged(a, b [128]float32) Descriptor {
	var mean Descriptor
	var squares float64
	for i := range mean {
		mean[i] = (a[i] + b[i]) / 2
		squares += float64(mean[i]) * float64(mean[i])
	}
	if squares == 0 {
		return mean
	}
	scale := float32(descriptorLength / math.Sqrt(squares))
	for i := range mean {
		mean[i] *= scale
	}
	return mean
}

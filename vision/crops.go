package vision

import (
	"math"

	"animo/vision/internal/net"
)

// clip returns the whole pixels of a rectangle that lie in a picture of w×h. As in the original, each of the
// four numbers is rounded down by itself. The result may be empty.
func clip(r Rect, w, h int) net.Crop {
	x, y := max(r.X, 0), max(r.Y, 0)
	cw, ch := min(r.W+r.X-x, float64(w)-x), min(r.H+r.Y-y, float64(h)-y)
	return net.Crop{X: floor(x), Y: floor(y), W: floor(cw), H: floor(ch)}
}

func floor(x float64) int { return int(math.Floor(x)) }

func empty(c net.Crop) bool { return c.W <= 0 || c.H <= 0 }

// relative turns pixels into shares of the picture and back, which the original does on the way; it changes
// the last bit now and then, and with it the whole number below.
func relative(r Rect, w, h int) Rect {
	sx, sy := 1/float64(w), 1/float64(h)
	return Rect{r.X * sx * float64(w), r.Y * sy * float64(h), r.W * sx * float64(w), r.H * sy * float64(h)}
}

// bounds is the smallest rectangle round the points. As in the original, its far corner is not left of or
// above the picture's.
func bounds(points *[68]Point) Rect {
	left, top, right, bottom := math.Inf(1), math.Inf(1), 0.0, 0.0
	for _, p := range points {
		left, top = min(left, p.X), min(top, p.Y)
		right, bottom = max(right, p.X), max(bottom, p.Y)
	}
	return Rect{left, top, right - left, bottom - top}
}

// grown is r with a share of its size added on each side.
func (r Rect) grown(share float64) Rect {
	return Rect{r.X - share*r.W, r.Y - share*r.H, (1 + 2*share) * r.W, (1 + 2*share) * r.H}
}

// alignedCrop is what the original shows to the networks for expressions, age and gender: a rectangle round
// the landmarks.
func alignedCrop(points *[68]Point, w, h int) net.Crop {
	r := relative(relative(bounds(points).grown(0.1), w, h), w, h)
	return clip(r, w, h)
}

// The points of each part of a face, from the first to before the last.
const (
	jaw, brows, nose, rightEye, leftEye, mouth, end = 0, 17, 27, 36, 42, 48, 68
)

func centre(points []Point) Point {
	var c Point
	for _, p := range points {
		c.X += p.X
		c.Y += p.Y
	}
	n := float64(len(points))
	return Point{c.X / n, c.Y / n}
}

func distance(a, b Point) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }

// uprightCrop is what the original shows to the descriptor's network. It calls it aligned, but does not
// turn it. seen is the crop that the landmarks were found in.
func uprightCrop(points *[68]Point, seen net.Crop, w, h int) net.Crop {
	l, r, m := centre(points[rightEye:leftEye]), centre(points[leftEye:mouth]), centre(points[mouth:end])
	size := math.Floor((distance(m, l) + distance(m, r)) / 2 / 0.45)
	c := centre([]Point{l, r, m})
	x, y := math.Floor(max(0, c.X-0.5*size)), math.Floor(max(0, c.Y-0.43*size))
	return clip(Rect{x, y, min(size, float64(seen.W)+x), min(size, float64(seen.H)+y)}, w, h)
}

// originalPose is the original's idea of how the head is turned. p are the points relative to the face's box.
func originalPose(p *[68]Point) Pose {
	lever, pivot := p[27], p[66]
	roll := math.Floor(90 - math.Asin((pivot.Y-lever.Y)/distance(pivot, lever))*180/math.Pi)
	if pivot.X < lever.X {
		roll = -roll
	}
	mid := Point{(p[2].X + p[14].X) / 2, (p[2].Y + p[14].Y) / 2}
	pitch := math.Floor(math.Atan(distance(p[30], mid)/distance(p[14], p[2])) * 180 / math.Pi)
	if mid.Y < p[30].Y {
		pitch = -pitch
	}
	return Pose{Roll: roll, Pitch: pitch, Yaw: math.Floor(p[14].X-p[33].X) - math.Floor(p[33].X-p[2].X)}
}

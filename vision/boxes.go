package vision

import (
	"cmp"
	"math"
	"slices"

	"animo/vision/internal/net"
)

// detection is a face that a detector proposes.
type detection struct {
	box   Rect
	score float64

	// What YuNet tells, too:
	points [5]Point // the eyes, the tip of the nose and the mouth's corners, from the left as it saw them
	first  float64  // its score at first sight
	size   float64  // pixels that the face had in its view
}

// iou is the share of two rectangles' union that is their intersection.
func iou(a, b Rect) float64 {
	w := min(a.X+a.W, b.X+b.W) - max(a.X, b.X)
	h := min(a.Y+a.H, b.Y+b.H) - max(a.Y, b.Y)
	if w <= 0 || h <= 0 || a.W <= 0 || a.H <= 0 || b.W <= 0 || b.H <= 0 {
		return 0
	}
	return w * h / (a.W*a.H + b.W*b.H - w*h)
}

// suppress keeps the best of detections that overlap each other by more than limit, at most most of them,
// by descending score; equals keep their order.
func suppress(list []detection, limit float64, most int) []detection {
	slices.SortStableFunc(list, func(a, b detection) int { return cmp.Compare(b.score, a.score) })
	var kept []detection
	for _, d := range list {
		if len(kept) == most {
			break
		}
		if !slices.ContainsFunc(kept, func(k detection) bool { return iou(d.box, k.box) > limit }) {
			kept = append(kept, d)
		}
	}
	return kept
}

// Overlaps beyond which the original takes two boxes for one face.
const (
	ssdOverlap  = 0.5
	tinyOverlap = 0.4
)

// round is JavaScript's Math.round.
func round(x float64) float64 { return math.Floor(x + 0.5) }

// padding returns the original's factors from the padded square to a crop of w×h pixels. They are inexact:
// the crop's size in the square is rounded to whole pixels first.
func padding(w, h, side int) (x, y float64) {
	longer := float64(max(w, h))
	rw, rh := round(float64(w)*float64(side)/longer), round(float64(h)*float64(side)/longer)
	return float64(side) / max(rw, 1), float64(side) / max(rh, 1)
}

// detectSSD looks at a crop as a square of the given side. The boxes are in the picture's pixels.
func (c *call) detectSSD(crop net.Crop, side int, minScore float64, most int) []detection {
	c.e.networks.ssd.Run(c.ws, net.Image(c.img), crop, side, c.ssd)
	var squares []detection // relative to the square: the original chooses among them before it scales them
	for i := range c.ssd.Boxes() {
		if score := c.ssd.Score(i); score > minScore {
			ymin, xmin, ymax, xmax := c.ssd.Box(i)
			squares = append(squares, detection{box: Rect{float64(xmin), float64(ymin), float64(xmax) - float64(xmin), float64(ymax) - float64(ymin)}, score: score})
		}
	}
	squares = suppress(squares, ssdOverlap, most)
	px, py := padding(crop.W, crop.H, side)
	w, h := float64(crop.W), float64(crop.H)
	for i := range squares {
		b := &squares[i].box
		left, right := max(0, b.X)*px, min(1, b.X+b.W)*px
		top, bottom := max(0, b.Y)*py, min(1, b.Y+b.H)*py
		*b = Rect{float64(crop.X) + left*w, float64(crop.Y) + top*h, (right - left) * w, (bottom - top) * h}
	}
	return squares
}

// detectTiny is detectSSD with the other network.
func (c *call) detectTiny(crop net.Crop, minScore float64, most int) []detection {
	side := c.e.options.TinySize
	cells := c.e.networks.tiny.Run(c.ws, net.Image(c.img), crop, side)
	n := side / 32
	px, py := padding(crop.W, crop.H, side)
	w, h := float64(crop.W), float64(crop.H)
	var list []detection
	for cell := range n * n {
		for a, anchor := range net.TinyAnchors {
			t := cells[25*cell+5*a:][:5]
			score := net.Sigmoid(t[4])
			if !(score > minScore) {
				continue
			}
			x := (float64(cell%n) + net.Sigmoid(t[0])) / float64(n) * px
			y := (float64(cell/n) + net.Sigmoid(t[1])) / float64(n) * py
			bw := math.Exp(float64(t[2])) * anchor[0] / float64(n) * px
			bh := math.Exp(float64(t[3])) * anchor[1] / float64(n) * py
			list = append(list, detection{box: Rect{float64(crop.X) + (x-bw/2)*w, float64(crop.Y) + (y-bh/2)*h, bw * w, bh * h}, score: score})
		}
	}
	return suppress(list, tinyOverlap, most)
}

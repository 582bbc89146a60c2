package net

import "animo/nn/kernel"

// Image is a picture of 8-bit RGB pixels, as vision.Image.
type Image struct {
	W, H int
	Pix  []uint8
}

// Crop is the part of a picture that a network sees, in whole pixels. What reaches beyond the picture is
// black.
type Crop struct{ X, Y, W, H int }

// input says how a network wants its pixels: a square of side pixels, less a mean, divided.
type input struct {
	side     int
	centred  bool // padding on both sides of the crop; else at the right or at the bottom
	mean     [3]float32
	divisor  float32
	subtract float32 // after the division
}

// plane samples the crop as a square, padded with black, into a slot with a border of 1.
//
// The sampling is TensorFlow's old one: bilinear, the pixel i of the result lies at i·(side of the crop's square / side)
// without regard to the pixels' centres, and nothing is averaged when the picture shrinks.
func (in *input) plane(ws *Workspace, slot int, img Image, crop Crop) plane {
	dst := ws.plane(slot, in.side, in.side, 3, 1)
	side := max(crop.W, crop.H)
	var left, top int
	if in.centred {
		d := side - min(crop.W, crop.H)
		before := d - (d+1)/2 // the odd one comes after
		if crop.W < crop.H {
			left = before
		} else {
			top = before
		}
	}
	xs := taps(in.side, side, left, crop.X, crop.W, img.W)
	ys := taps(in.side, side, top, crop.Y, crop.H, img.H)
	means := make([]float32, 3*in.side)
	for i := range means {
		means[i] = in.mean[i%3]
	}
	const rows = 16
	ws.each((in.side+rows-1)/rows, func(s *scratch, i int) {
		buffer := s.values(6 * in.side)
		upper, lower := buffer[:3*in.side], buffer[3*in.side:]
		for y := rows * i; y < min(rows*i+rows, in.side); y++ {
			img.stretched(upper, xs, ys[y].lo)
			img.stretched(lower, xs, ys[y].hi)
			kernel.Interpolate(dst.row(y), upper, lower, means, ys[y].part, in.divisor, in.subtract)
		}
	})
	return dst
}

// tap is where a coordinate of the result falls in the picture: between the pixels lo and hi, at the share
// part of the way. A pixel of the padding is −1.
type tap struct {
	lo, hi int
	part   float32
}

// taps returns the taps of n coordinates in a square of the given side, whose pixels from pad to pad+size
// are the picture's from at; the picture has limit pixels.
func taps(n, side, pad, at, size, limit int) []tap {
	list := make([]tap, n)
	scale := float32(side) / float32(n)
	for i := range list {
		p := float32(i) * scale
		lo := int(p)
		hi := min(lo+1, side-1)
		list[i] = tap{inside(lo-pad, at, size, limit), inside(hi-pad, at, size, limit), p - float32(lo)}
	}
	return list
}

func inside(i, at, size, limit int) int {
	if i < 0 || i >= size || at+i < 0 || at+i >= limit {
		return -1
	}
	return at + i
}

// stretched samples row y of the picture, which is black beyond it.
func (img *Image) stretched(dst []float32, xs []tap, y int) {
	if y < 0 {
		clear(dst)
		return
	}
	row := img.Pix[3*y*img.W:][:3*img.W]
	for i := range xs {
		x, d := &xs[i], dst[3*i:][:3]
		if x.lo >= 0 && x.hi >= 0 {
			a, b := row[3*x.lo:][:3], row[3*x.hi:][:3]
			d[0] = mix(float32(a[0]), float32(b[0]), x.part)
			d[1] = mix(float32(a[1]), float32(b[1]), x.part)
			d[2] = mix(float32(a[2]), float32(b[2]), x.part)
			continue
		}
		var a, b [3]float32
		for c := range d {
			if x.lo >= 0 {
				a[c] = float32(row[3*x.lo+c])
			}
			if x.hi >= 0 {
				b[c] = float32(row[3*x.hi+c])
			}
			d[c] = mix(a[c], b[c], x.part)
		}
	}
}

// mix goes from a to b by the given part; product and sum are rounded each, as the original does.
func mix(a, b, part float32) float32 { return a + float32((b-a)*part) }

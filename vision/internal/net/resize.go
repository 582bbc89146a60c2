package net

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
	ws.each((in.side+15)/16, func(_ *scratch, i int) {
		for y := 16 * i; y < min(16*i+16, in.side); y++ {
			in.row(dst.row(y), img, xs, ys[y])
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

// taps gives the taps of n coordinates in a square of the given side, whose pixels from pad to pad+size
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

// row computes one row of the result.
func (in *input) row(dst []float32, img Image, xs []tap, y tap) {
	for i := range xs {
		x := &xs[i]
		for c := range 3 {
			upper := mix(img.value(x.lo, y.lo, c), img.value(x.hi, y.lo, c), x.part)
			lower := mix(img.value(x.lo, y.hi, c), img.value(x.hi, y.hi, c), x.part)
			dst[3*i+c] = (mix(upper, lower, y.part)-in.mean[c])/in.divisor - in.subtract
		}
	}
}

func (img *Image) value(x, y, c int) float32 {
	if x < 0 || y < 0 {
		return 0
	}
	return float32(img.Pix[3*(y*img.W+x)+c])
}

// mix goes from a to b by the given part; product and sum are rounded each, as the original does.
func mix(a, b, part float32) float32 { return a + float32((b-a)*part) }

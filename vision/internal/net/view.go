package net

import "math"

// View is how YuNet sees a part of a picture: at a size of W×H pixels, then turned, and with other levels. What the part has beyond
// the picture is black.
type View struct {
	Crop Crop
	W, H int // before it is turned
	Turn int // quarters clockwise, 0 to 3
	// Gain, unless it is 0, makes a value v of the picture max(0, min(255, (v − Black)·Gain)).
	Black, Gain float32
}

// Back returns the place in the picture of a place in the view.
func (v *View) Back(x, y float64) (float64, float64) {
	w, h := float64(v.W), float64(v.H)
	switch v.Turn {
	case 1:
		x, y = y, h-x
	case 2:
		x, y = w-x, h-y
	case 3:
		x, y = w-y, x
	}
	return float64(v.Crop.X) + x*float64(v.Crop.W)/w, float64(v.Crop.Y) + y*float64(v.Crop.H)/h
}

// viewSlot is where a view lies while YuNet looks at it.
const viewSlot = 7

// plane samples the view into viewSlot, with a border of 1, and with black at the right and at the bottom up to multiples of YuNetStep.
func (v *View) plane(ws *Workspace, img Image) plane {
	w, h := v.W, v.H
	if v.Turn&1 == 1 {
		w, h = h, w
	}
	up := func(n int) int { return (n + YuNetStep - 1) / YuNetStep * YuNetStep }
	dst := ws.plane(viewSlot, up(h), up(w), 3, 1)
	for y := range dst.h {
		row := dst.row(y)
		if y < h {
			row = row[3*w:]
		}
		clear(row)
	}
	v.sample(ws, img, func(y int, line []float32) {
		if v.Gain != 0 {
			for i, x := range line {
				line[i] = max(0, min(255, (x-v.Black)*v.Gain))
			}
		}
		switch v.Turn {
		case 0:
			copy(dst.row(y), line)
		case 1:
			for x := range v.W {
				copy(dst.row(x)[3*(w-1-y):][:3], line[3*x:])
			}
		case 2:
			row := dst.row(h - 1 - y)
			for x := range v.W {
				copy(row[3*(w-1-x):][:3], line[3*x:])
			}
		case 3:
			for x := range v.W {
				copy(dst.row(h - 1 - x)[3*y:][:3], line[3*x:])
			}
		}
	})
	return dst
}

// Image is the view as a picture of its own.
func (v *View) Image(ws *Workspace, img Image) Image {
	p := v.plane(ws, img)
	w, h := v.W, v.H
	if v.Turn&1 == 1 {
		w, h = h, w
	}
	out := Image{w, h, make([]uint8, 0, 3*w*h)}
	for y := range h {
		for _, x := range p.row(y)[:3*w] {
			out.Pix = append(out.Pix, uint8(x+0.5))
		}
	}
	return out
}

// sample returns the rows of the view as it is before it is turned, from several goroutines, in no order.
func (v *View) sample(ws *Workspace, img Image, give func(y int, line []float32)) {
	xs, ys := sources(v.W, v.Crop.X, v.Crop.W, img.W), sources(v.H, v.Crop.Y, v.Crop.H, img.H)
	n := 3 * v.W
	const rows = 16
	ws.each((v.H+rows-1)/rows, func(s *scratch, i int) {
		buffer := s.values(3 * n)
		line := buffer[:n]
		var held [2][]float32 // rows of the picture, sampled along the row: one that the next row of the view needs, too, is kept
		held[0], held[1] = buffer[n:2*n], buffer[2*n:3*n]
		at := [2]int{-1, -1}
		for y := rows * i; y < min(rows*i+rows, v.H); y++ {
			clear(line)
			src := ys.of[y]
			for k, part := range ys.parts[src.at : src.at+src.n] {
				row := src.first + k
				one := held[row&1]
				if at[row&1] != row {
					img.sampleRow(one, xs, row)
					at[row&1] = row
				}
				for j, x := range one {
					line[j] += part * x
				}
			}
			give(y, line)
		}
	})
}

// axis says of which pixels along one side of the picture each pixel of a view is made, and by which parts.
type axis struct {
	of    []span
	parts []float32
}

// span is a run of pixels from first, whose parts begin at at. It has none where the view shows what lies beyond the picture.
type span struct{ first, at, n int }

// sources returns the axis of a view of n pixels, which shows size pixels from at of a picture that has limit. Where the view is
// smaller, each of its pixels is the mean of what it covers; where it is larger, it lies between its two neighbours.
func sources(n, at, size, limit int) axis {
	a := axis{of: make([]span, n)}
	scale := float64(size) / float64(n)
	for i := range n {
		from, to := float64(at)+float64(i)*scale, float64(at)+float64(i+1)*scale
		if scale < 1 { // the neighbours of the middle are those that a pixel's length there touches
			from, to = (from+to-1)/2, (from+to+1)/2
		}
		first, last := int(math.Floor(from)), int(math.Ceil(to))
		s := span{first: max(first, 0), at: len(a.parts)}
		for j := s.first; j < min(last, limit); j++ {
			covered := min(to, float64(j+1)) - max(from, float64(j))
			a.parts = append(a.parts, float32(covered/(to-from)))
			s.n++
		}
		a.of[i] = s
	}
	return a
}

// sampleRow makes a row of a view of one row of the picture.
func (img *Image) sampleRow(dst []float32, xs axis, y int) {
	row := img.Pix[3*y*img.W:][:3*img.W]
	for i, s := range xs.of {
		var r, g, b float32
		p := row[3*min(s.first, img.W):]
		for _, part := range xs.parts[s.at : s.at+s.n] {
			r += part * float32(p[0])
			g += part * float32(p[1])
			b += part * float32(p[2])
			p = p[3:]
		}
		d := dst[3*i:][:3]
		d[0], d[1], d[2] = r, g, b
	}
}

// Shrunk is the picture at a smaller size, each pixel the mean of what it covers.
func (img Image) Shrunk(ws *Workspace, w, h int) Image {
	small := Image{w, h, make([]uint8, 3*w*h)}
	v := View{Crop: Crop{W: img.W, H: img.H}, W: w, H: h}
	v.sample(ws, img, func(y int, line []float32) {
		row := small.Pix[3*w*y:]
		for i, x := range line {
			row[i] = uint8(x + 0.5)
		}
	})
	return small
}

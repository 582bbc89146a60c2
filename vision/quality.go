package vision

// measureQuality looks at the pixels of m in box. Both figures are 0 where the box has none.
//
// Brightness is the mean luma in percent. Sharpness tells how strongly neighbouring pixels differ from their
// surroundings, in relation to the face's contrast: with v the variance of the Laplacian
// (left + right + above + below - 4 · middle) of luma over the variance of luma, it is 100·v/(v+0.1).
// The face is first brought down to 64 pixels, so that the figure means the same for every photo; a smaller
// one is taken as it is.
func measureQuality(m Image, box Rect) Quality {
	luma, w, h := faceLuma(m, box)
	if w < 3 || h < 3 {
		return Quality{}
	}
	sum, squares := 0.0, 0.0
	for _, v := range luma {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(len(luma))
	mean := sum / n
	contrast := squares/n - mean*mean

	sum, squares = 0, 0
	for y := 1; y < h-1; y++ {
		above, row, below := luma[(y-1)*w:][:w], luma[y*w:][:w], luma[(y+1)*w:][:w]
		for x := 1; x < w-1; x++ {
			v := float64(row[x-1] + row[x+1] + above[x] + below[x] - 4*row[x])
			sum += v
			squares += v * v
		}
	}
	n = float64((w - 2) * (h - 2))
	edges := squares/n - sum/n*sum/n
	q := Quality{Brightness: mean / 255 * 100}
	if contrast > 1 { // less is one colour, and no face
		v := edges / contrast
		q.Sharpness = 100 * v / (v + halfSharp)
	}
	return q
}

const (
	qualitySide = 64  // pixels
	halfSharp   = 0.1 // the v that counts as 50
)

// faceLuma returns the luma (ITU-R BT.601, 0 to 255) of the part of m in box, brought down to qualitySide pixels
// along its longer side. Each value is the mean of the area that it covers.
func faceLuma(m Image, box Rect) (luma []float32, w, h int) {
	left, top := int(max(0, box.X)), int(max(0, box.Y))
	right, bottom := int(min(float64(m.W), box.X+box.W)), int(min(float64(m.H), box.Y+box.H))
	if right <= left || bottom <= top {
		return nil, 0, 0
	}
	shrink := min(1, qualitySide/float64(max(right-left, bottom-top)))
	w, h = max(1, int(float64(right-left)*shrink)), max(1, int(float64(bottom-top)*shrink))
	columns, rows := newCover(right-left, w), newCover(bottom-top, h)
	luma = make([]float32, w*h+w) // a row more, for the rest of 0 that the last pixels leave
	line := make([]float32, w+1)
	for y, r := range rows {
		clear(line)
		pix := m.Pix[3*((top+y)*m.W+left):]
		for x, c := range columns {
			p := (*[3]uint8)(pix[3*x:])
			v := 0.299*float32(p[0]) + 0.587*float32(p[1]) + 0.114*float32(p[2])
			line[c.first] += c.part * v
			line[c.first+1] += c.rest * v
		}
		upper, lower := luma[r.first*w:][:w], luma[(r.first+1)*w:][:w]
		for x := range w {
			upper[x] += r.part * line[x]
			lower[x] += r.rest * line[x]
		}
	}
	return luma[:w*h], w, h
}

// cover says where a pixel goes when many are brought down to few: part of it to the first of two
// neighbours, the rest to the second.
type cover struct {
	first      int
	part, rest float32
}

// newCover returns the cover of each of n pixels that become few, at most n.
func newCover(n, few int) []cover {
	covers := make([]cover, n)
	for i := range covers {
		first, after := i*few/n, (i+1)*few // the pixel covers from i*few to after, in parts of 1/n
		rest := max(0, after-(first+1)*n)
		covers[i] = cover{first, float32(few-rest) / float32(n), float32(rest) / float32(n)}
	}
	return covers
}

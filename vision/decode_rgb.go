package vision

import (
	"image"
	"image/color"
)

// flatten makes the picture of w × h pixels that a decoder gave into RGB, turned by o. What the decoded part
// does not cover is white, like what is transparent in it.
func flatten(m image.Image, w, h int, o orientation, colours *colours) Image {
	f := newFlattener(NewImage(w, h), m.Bounds(), o, rowsOf(m, colours))
	f.rows(m.Bounds().Min.Y, m.Bounds().Max.Y)
	return f.out
}

// flattener makes a picture into RGB piece by piece.
type flattener struct {
	out    Image
	o      orientation
	w, h   int // before turning
	bounds image.Rectangle
	row    func(dst []uint8, y int)
	band   []uint8
}

// newFlattener makes a flattener of what covers bounds, of which row writes row y as RGB into dst. What is in out, of
// the size before turning, does not matter.
func newFlattener(out Image, bounds image.Rectangle, o orientation, row func(dst []uint8, y int)) *flattener {
	f := &flattener{out: out, o: o, w: out.W, h: out.H, bounds: bounds, row: row}
	if o.swaps() {
		f.out.W, f.out.H = out.H, out.W
	}
	if f.bounds != image.Rect(0, 0, out.W, out.H) {
		fillWhite(f.out.Pix)
	}
	return f
}

// bandRows is how many rows are turned at a time, so that a quarter turn, where each row becomes a column,
// still writes a cache line's worth to each place.
const bandRows = 16

// rows converts the rows from one on, up to another, and puts them where they belong.
func (f *flattener) rows(from, to int) {
	if f.o == upright {
		for y := from; y < to; y++ {
			f.row(f.out.Pix[3*(f.w*y+f.bounds.Min.X):][:3*f.bounds.Dx()], y)
		}
		return
	}
	if f.band == nil {
		f.band = make([]uint8, 3*f.w*bandRows)
		fillWhite(f.band)
	}
	for top := from; top < to; top += bandRows {
		n := min(bandRows, to-top)
		for y := range n {
			f.row(f.band[3*(f.w*y+f.bounds.Min.X):][:3*f.bounds.Dx()], top+y)
		}
		f.o.place(f.out.Pix, f.band[:3*f.w*n], f.w, f.h, top)
	}
}

// place writes a band, rows from top on of a picture of w × h, where they belong in the turned picture.
func (o orientation) place(dst, band []uint8, w, h, top int) {
	first, right, down := o.steps(w, h)
	n := len(band) / (3 * w)
	first += top * down
	if !o.swaps() {
		for y := range n {
			to := first + y*down
			for from := 3 * w * y; from < 3*w*(y+1); from += 3 {
				copy3(dst[3*to:], band[from:])
				to += right
			}
		}
		return
	}
	for x := range w {
		to := first + x*right
		for from := 3 * x; from < len(band); from += 3 * w {
			copy3(dst[3*to:], band[from:])
			to += down
		}
	}
}

// steps tells where the pixels of a picture of w × h go in the turned one, in pixels of that: the top left one, and how much farther
// the next one to the right is, and the next one down.
func (o orientation) steps(w, h int) (first, right, down int) {
	switch o {
	case 2:
		return w - 1, -1, w
	case 3:
		return w*h - 1, -1, -w
	case 4:
		return w * (h - 1), 1, -w
	case 5:
		return 0, h, 1
	case 6:
		return h - 1, h, -1
	case 7:
		return w*h - 1, -h, -1
	case 8:
		return h * (w - 1), -h, 1
	}
	return 0, 1, w
}

func copy3(dst, src []uint8) { *(*[3]uint8)(dst) = *(*[3]uint8)(src) }

func fillWhite(pix []uint8) {
	for i := range pix {
		pix[i] = 255
	}
}

// rowsOf returns a function that writes row y of m, from its left to its right edge, as RGB into dst.
func rowsOf(m image.Image, colours *colours) func(dst []uint8, y int) {
	switch m := m.(type) {
	case *image.YCbCr:
		if shift, ok := chromaShift(m); ok {
			return func(dst []uint8, y int) { ycbcrRow(dst, m, shift, y, colours) }
		}
	case *image.NYCbCrA:
		if shift, ok := chromaShift(&m.YCbCr); ok {
			return func(dst []uint8, y int) {
				ycbcrRow(dst, &m.YCbCr, shift, y, colours)
				for x, alpha := range m.A[m.AOffset(0, y):][:m.Rect.Dx()] {
					p := (*[3]uint8)(dst[3*x:])
					p[0], p[1], p[2] = blend(p[0], alpha), blend(p[1], alpha), blend(p[2], alpha)
				}
			}
		}
	case *image.Gray:
		return func(dst []uint8, y int) { grayLine(dst, m.Pix[m.PixOffset(m.Rect.Min.X, y):][:m.Rect.Dx()]) }
	case *image.RGBA: // premultiplied: what is missing is white
		return func(dst []uint8, y int) {
			src := m.Pix[m.PixOffset(m.Rect.Min.X, y):][:4*m.Rect.Dx()]
			for i := 0; i < len(src); i += 4 {
				p := (*[4]uint8)(src[i:])
				*(*[3]uint8)(dst[i/4*3:]) = [3]uint8{over(p[0], p[3]), over(p[1], p[3]), over(p[2], p[3])}
			}
		}
	case *image.NRGBA:
		return func(dst []uint8, y int) {
			src := m.Pix[m.PixOffset(m.Rect.Min.X, y):][:4*m.Rect.Dx()]
			for i := 0; i < len(src); i += 4 {
				p := (*[4]uint8)(src[i:])
				*(*[3]uint8)(dst[i/4*3:]) = [3]uint8{blend(p[0], p[3]), blend(p[1], p[3]), blend(p[2], p[3])}
			}
		}
	case *image.Paletted:
		var palette [256][3]uint8 // decoders refuse an index behind the palette
		for i, c := range m.Palette[:min(256, len(m.Palette))] {
			palette[i] = flat(c)
		}
		return func(dst []uint8, y int) {
			for x, v := range m.Pix[m.PixOffset(m.Rect.Min.X, y):][:m.Rect.Dx()] {
				*(*[3]uint8)(dst[3*x:]) = palette[v]
			}
		}
	case *image.CMYK:
		return func(dst []uint8, y int) {
			src := m.Pix[m.PixOffset(m.Rect.Min.X, y):][:4*m.Rect.Dx()]
			for i := 0; i < len(src); i += 4 {
				p := (*[4]uint8)(src[i:])
				r, g, b := color.CMYKToRGB(p[0], p[1], p[2], p[3])
				*(*[3]uint8)(dst[i/4*3:]) = [3]uint8{r, g, b}
			}
		}
	}
	return func(dst []uint8, y int) { // 16 bits: rare enough for the slow way
		b := m.Bounds()
		for x := range b.Dx() {
			*(*[3]uint8)(dst[3*x:]) = flat(m.At(b.Min.X+x, y))
		}
	}
}

// over lays a premultiplied value on white.
func over(v, alpha uint8) uint8 { return uint8(min(int(v)+255-int(alpha), 255)) }

// blend lays a value of that opacity on white, rounded to the nearest.
func blend(v, alpha uint8) uint8 {
	a := int(alpha)
	return uint8((int(v)*a + 255*(255-a) + 127) / 255)
}

// flat lays a colour on white. Of 16 bits the upper eight count, as in the standard library's conversions.
func flat(c color.Color) [3]uint8 {
	if n, ok := c.(color.NRGBA); ok {
		return [3]uint8{blend(n.R, n.A), blend(n.G, n.A), blend(n.B, n.A)}
	}
	r, g, b, a := c.RGBA()
	white := 0xffff - a
	return [3]uint8{uint8((r + white) >> 8), uint8((g + white) >> 8), uint8((b + white) >> 8)}
}

// chromaShift tells by how many bits the column of a pixel is shifted to give that of its colour. It is not
// ok for pictures that begin elsewhere than at (0, 0), which no decoder makes.
func chromaShift(m *image.YCbCr) (shift uint, ok bool) {
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio440:
		shift = 0
	case image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420:
		shift = 1
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
		shift = 2
	}
	return shift, m.Rect.Min == image.Point{}
}

// colours are the numbers by which luma and the two differences become red, green and blue, times 2¹⁶.
type colours struct {
	base, scale    int32 // what luma adds to all three: at 0, and for each step
	redV           int32 // what a step of Cr adds to red
	greenU, greenV int32 // what a step of Cb and of Cr adds to green
	blueU          int32 // what a step of Cb adds to blue
}

var (
	// jpegColours are those of JFIF and of color.YCbCrToRGB: luma uses all values from 0 to 255, and its step
	// is 257/256 so that 255 becomes just under 256.
	jpegColours = colours{0, 0x10101, 91881, -22554, -46802, 116130}
	// videoColours are those of ITU-R BT.601, which WebP uses: luma lies between 16 and 235. The decoder gives
	// the file's values in a type that stands for JFIF's; taken for these, pictures look faded.
	videoColours = colours{1<<15 - 16*76309, 76309, 104597, -25675, -53279, 132201}
)

// grayLine makes RGB of gray.
func grayLine(dst, gray []uint8) {
	for x, v := range gray {
		*(*[3]uint8)(dst[3*x:]) = [3]uint8{v, v, v}
	}
}

// ycbcrRow converts a row of m.
func ycbcrRow(dst []uint8, m *image.YCbCr, shift uint, y int, k *colours) {
	c := m.COffset(0, y)
	ycbcrLine(dst, m.Y[m.YOffset(0, y):][:m.Rect.Dx()], m.Cb[c:], m.Cr[c:], shift, k)
}

// ycbcrLine converts as many pixels as there are in luma; with jpegColours exactly as color.YCbCrToRGB does each
// pixel, but computing what depends on the colour once for the pixels that share it.
func ycbcrLine(dst, luma, cb, cr []uint8, shift uint, k *colours) {
	cw := (len(luma) + 1<<shift - 1) >> shift
	cb, cr = cb[:cw], cr[:cw]
	x := 0
	if shift == 1 { // nearly every photo
		for ; x+2 <= len(luma); x += 2 {
			r, g, b := k.chroma(cb[x>>1], cr[x>>1])
			left, right := k.base+k.scale*int32(luma[x]), k.base+k.scale*int32(luma[x+1])
			two := (*[6]uint8)(dst[3*x:])
			two[0], two[1], two[2] = clamp(left+r), clamp(left+g), clamp(left+b)
			two[3], two[4], two[5] = clamp(right+r), clamp(right+g), clamp(right+b)
		}
	}
	for ; x < len(luma); x++ {
		r, g, b := k.chroma(cb[x>>shift], cr[x>>shift])
		l := k.base + k.scale*int32(luma[x])
		*(*[3]uint8)(dst[3*x:]) = [3]uint8{clamp(l + r), clamp(l + g), clamp(l + b)}
	}
}

// chroma returns what a colour adds to red, green and blue.
func (k *colours) chroma(cb, cr uint8) (r, g, b int32) {
	u, v := int32(cb)-128, int32(cr)-128
	return k.redV * v, k.greenU*u + k.greenV*v, k.blueU * u
}

// clamp drops the lower 16 bits of v and clamps the rest to 0…255. The branch is foretold well, because few
// pixels lie outside; a table or a formula without branch takes longer.
func clamp(v int32) uint8 {
	if uint32(v) < 1<<24 {
		return uint8(v >> 16)
	}
	return uint8(^(v >> 31))
}

package annotate

import (
	"image"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// minLetters is the smallest size of letters that can still be read, in pixels.
const minLetters = 9

// lettering is letters of one size.
type lettering struct {
	font.Face
	ascent, lineHeight, pad int // in pixels
}

// captions writes the lines of each mark on a plate of its colour, that covers no other plate and no other
// mark's box. Where the letters leave no such place, they are made smaller for that mark; where the smallest
// do not either, the plate goes where it covers least.
func captions(dst *image.RGBA, marks []Mark, thick int) error {
	parsed, err := opentype.Parse(gomedium.TTF)
	if err != nil {
		return err
	}
	var sizes []lettering // as they are needed, from large to small
	defer func() {
		for _, l := range sizes {
			_ = l.Close() // of memory: it has nothing to fail at
		}
	}()
	largest := max(13, max(dst.Rect.Dx(), dst.Rect.Dy())/60)
	var plates []image.Rectangle
	for i, mark := range marks {
		if len(mark.Lines) == 0 {
			continue
		}
		var best image.Rectangle
		var letters lettering
		least := -1
		for n, size := 0, largest; size >= minLetters && least != 0; n, size = n+1, size*5/6 {
			if n == len(sizes) {
				face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingFull})
				if err != nil {
					return err
				}
				m := face.Metrics()
				sizes = append(sizes, lettering{face, m.Ascent.Ceil(), m.Height.Ceil(), m.Height.Ceil() / 4})
			}
			for _, plate := range places(dst.Rect, pixelBox(mark.Box), sizes[n].plate(mark.Lines), thick) {
				if hides := covered(plate, plates, marks, i); least < 0 || hides < least {
					best, letters, least = plate, sizes[n], hides
				}
			}
		}
		plates = append(plates, best)
		letters.write(dst, best, mark)
	}
	return nil
}

// plate is the size of what the lines are written on.
func (l *lettering) plate(lines []string) image.Point {
	width := 0
	for _, line := range lines {
		width = max(width, font.MeasureString(l, line).Ceil())
	}
	return image.Pt(width+2*l.pad, l.lineHeight*len(lines)+l.pad)
}

// places lists where a plate may lie, the best first: above the box, below it, at its right, at its left, and
// inside at its top. Those that reach beyond the picture are moved into it along the box's side, or left out
// where that does not do; the last is always there.
func places(picture, box image.Rectangle, size image.Point, thick int) []image.Rectangle {
	box = box.Inset(-thick)
	x := max(0, min(box.Min.X, picture.Max.X-size.X))
	y := max(0, min(box.Min.Y, picture.Max.Y-size.Y))
	var list []image.Rectangle
	for _, at := range []image.Point{
		{x, box.Min.Y - size.Y}, {x, box.Max.Y}, {box.Max.X, y}, {box.Min.X - size.X, y},
	} {
		if plate := (image.Rectangle{at, at.Add(size)}); plate.In(picture) {
			list = append(list, plate)
		}
	}
	inside := image.Pt(x, max(0, min(box.Min.Y+thick, picture.Max.Y-size.Y)))
	return append(list, image.Rectangle{inside, inside.Add(size)})
}

// covered counts the pixels of other plates, and of the boxes of marks other than the i-th, that a plate hides.
func covered(plate image.Rectangle, plates []image.Rectangle, marks []Mark, i int) int {
	area := func(r image.Rectangle) int { return r.Dx() * r.Dy() }
	sum := 0
	for _, other := range plates {
		sum += area(plate.Intersect(other))
	}
	for j, other := range marks {
		if j != i {
			sum += area(plate.Intersect(pixelBox(other.Box)))
		}
	}
	return sum
}

// write writes a mark's lines on their plate.
func (l *lettering) write(dst *image.RGBA, plate image.Rectangle, mark Mark) {
	draw.Draw(dst, plate, image.NewUniform(mark.Colour), image.Point{}, draw.Src)
	writer := font.Drawer{Dst: dst, Src: image.NewUniform(readable(mark.Colour)), Face: l}
	for i, line := range mark.Lines {
		writer.Dot = fixed.P(plate.Min.X+l.pad, plate.Min.Y+l.pad/2+l.ascent+i*l.lineHeight)
		writer.DrawString(line)
	}
}

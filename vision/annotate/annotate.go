// Package annotate draws onto a picture what is known of the faces in it.
package annotate

import (
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"animo/vision"
)

// Mark is a box with what is to be said of it.
type Mark struct {
	Box    vision.Rect // in pixels; may reach beyond the picture
	Lines  []string    // written above the box, below it, or inside where neither has room
	Points []vision.Point
	Colour color.RGBA // of the box; the writing is black or white on it
}

// Draw gives a copy of m with the marks on it. Lines and letters grow with the picture, so that they can be
// seen when all of it is.
func Draw(m vision.Image, marks []Mark) (*image.RGBA, error) {
	dst := RGBA(m)
	if len(marks) == 0 {
		return dst, nil
	}
	long := max(m.W, m.H)
	thick := max(2, long/400)
	parsed, err := opentype.Parse(gomedium.TTF)
	if err != nil {
		return nil, err
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(max(13, long/60)), DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, err
	}
	defer face.Close()
	for _, mark := range marks {
		box := pixelBox(mark.Box)
		ink := image.NewUniform(mark.Colour)
		for _, side := range []image.Rectangle{
			image.Rect(box.Min.X-thick, box.Min.Y-thick, box.Max.X+thick, box.Min.Y),
			image.Rect(box.Min.X-thick, box.Max.Y, box.Max.X+thick, box.Max.Y+thick),
			image.Rect(box.Min.X-thick, box.Min.Y, box.Min.X, box.Max.Y),
			image.Rect(box.Max.X, box.Min.Y, box.Max.X+thick, box.Max.Y),
		} {
			draw.Draw(dst, side, ink, image.Point{}, draw.Src)
		}
		for _, p := range mark.Points {
			x, y, r := int(p.X), int(p.Y), thick/2
			draw.Draw(dst, image.Rect(x-r, y-r, x+r+1, y+r+1), ink, image.Point{}, draw.Src)
		}
	}
	for _, mark := range marks { // after all boxes, so that none crosses a name
		caption(dst, face, mark, thick)
	}
	return dst, nil
}

// RGBA copies a picture into the standard library's type.
func RGBA(m vision.Image) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, m.W, m.H))
	for i, j := 0, 0; i < len(m.Pix); i, j = i+3, j+4 {
		p := (*[3]uint8)(m.Pix[i:])
		*(*[4]uint8)(dst.Pix[j:]) = [4]uint8{p[0], p[1], p[2], 255}
	}
	return dst
}

func pixelBox(r vision.Rect) image.Rectangle {
	return image.Rect(int(r.X), int(r.Y), int(r.X+r.W), int(r.Y+r.H))
}

// caption writes the lines of a mark on a plate of its colour, all of it within the picture where it fits.
func caption(dst *image.RGBA, face font.Face, mark Mark, thick int) {
	if len(mark.Lines) == 0 {
		return
	}
	metrics := face.Metrics()
	lineHeight, pad := metrics.Height.Ceil(), metrics.Height.Ceil()/4
	width := 0
	for _, line := range mark.Lines {
		width = max(width, font.MeasureString(face, line).Ceil())
	}
	box, size := pixelBox(mark.Box), image.Pt(width+2*pad, lineHeight*len(mark.Lines)+pad)
	at := image.Pt(box.Min.X-thick, box.Min.Y-thick-size.Y)
	if at.Y < 0 {
		if at.Y = box.Max.Y + thick; at.Y+size.Y > dst.Rect.Max.Y {
			at.Y = max(0, box.Min.Y)
		}
	}
	at.X = max(0, min(at.X, dst.Rect.Max.X-size.X))
	plate := image.Rectangle{at, at.Add(size)}
	draw.Draw(dst, plate, image.NewUniform(mark.Colour), image.Point{}, draw.Src)
	writer := font.Drawer{Dst: dst, Src: image.NewUniform(readable(mark.Colour)), Face: face}
	for i, line := range mark.Lines {
		writer.Dot = fixed.P(at.X+pad, at.Y+pad/2+metrics.Ascent.Ceil()+i*lineHeight)
		writer.DrawString(line)
	}
}

// readable is black on light colours and white on dark ones.
func readable(c color.RGBA) color.Color {
	if 299*int(c.R)+587*int(c.G)+114*int(c.B) > 140*1000 {
		return color.Black
	}
	return color.White
}

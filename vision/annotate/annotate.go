// Package annotate draws onto a picture what is known of the faces in it.
package annotate

import (
	"image"
	"image/color"
	"image/draw"

	"animo/vision"
)

// Mark is a box with what is to be said of it.
type Mark struct {
	Box    vision.Rect // in pixels; may reach beyond the picture
	Lines  []string    // written beside the box where they cover least
	Points []vision.Point
	Colour color.RGBA // of the box; the writing is black or white on it
}

// Draw returns a copy of m with the marks on it. Lines and letters grow with the picture, so that they can be
// seen when all of it is.
func Draw(m vision.Image, marks []Mark) (*image.RGBA, error) {
	dst := RGBA(m)
	if len(marks) == 0 {
		return dst, nil
	}
	long := max(m.W, m.H)
	thick := max(2, long/400)
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
	// After all boxes, so that none crosses a name.
	if err := captions(dst, marks, thick); err != nil {
		return nil, err
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

// readable is black on light colours and white on dark ones.
func readable(c color.RGBA) color.Color {
	if 299*int(c.R)+587*int(c.G)+114*int(c.B) > 140*1000 {
		return color.Black
	}
	return color.White
}

package awsfaces

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"

	"golang.org/x/image/draw"

	"animo/vision"
	"animo/vision/annotate"
)

// What Amazon takes and what it is sent. It takes 5 MB of JPEG or PNG in a request, of at least 80 pixels a
// side (https://docs.aws.amazon.com/rekognition/latest/dg/limits.html). It finds faces of 40 pixels in 1920 ×
// 1080, in larger pictures larger ones only, so that nothing is lost with pictures of more than maxSide.
const (
	maxBytes = 5_000_000
	minSide  = 80
	maxSide  = 4096
	quality  = 92
)

// extent is how much larger the picture that Amazon sees is than the photo, each 1 or more.
type extent struct{ x, y float64 }

// encode returns a photo as a JPEG that Amazon takes: as it is, or made smaller until it fits, or with a grey
// edge to the right and below where it is too small.
func encode(img vision.Image) ([]byte, extent, error) {
	picture := annotate.RGBA(img)
	if long := max(img.W, img.H); long > maxSide {
		picture = shrink(picture, maxSide/float64(long))
	}
	w, h := picture.Rect.Dx(), picture.Rect.Dy()
	seen := extent{1, 1}
	if w < minSide || h < minSide {
		grey := image.NewRGBA(image.Rect(0, 0, max(w, minSide), max(h, minSide)))
		draw.Draw(grey, grey.Rect, image.NewUniform(color.Gray{Y: 128}), image.Point{}, draw.Src)
		draw.Draw(grey, picture.Rect, picture, image.Point{}, draw.Src)
		seen = extent{float64(grey.Rect.Dx()) / float64(w), float64(grey.Rect.Dy()) / float64(h)}
		picture = grey
	}
	for {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: quality}); err != nil {
			return nil, seen, err
		}
		if b.Len() <= maxBytes {
			return b.Bytes(), seen, nil
		}
		picture = shrink(picture, 0.95*math.Sqrt(maxBytes/float64(b.Len())))
	}
}

// shrink returns a picture by times its size, which is less than 1.
func shrink(picture *image.RGBA, by float64) *image.RGBA {
	side := func(n int) int { return max(1, int(by*float64(n))) }
	small := image.NewRGBA(image.Rect(0, 0, side(picture.Rect.Dx()), side(picture.Rect.Dy())))
	draw.BiLinear.Scale(small, small.Rect, picture, picture.Rect, draw.Src, nil)
	return small
}

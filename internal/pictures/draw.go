package pictures

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"

	"golang.org/x/image/draw"

	"animo"
	"animo/vision"
	"animo/vision/annotate"
)

// moodColours are those in which moods are drawn.
var moodColours = map[animo.Mood]color.RGBA{
	animo.Happy: {0xf5, 0xb7, 0x00, 0xff}, animo.Sad: {0x2f, 0x6f, 0xd6, 0xff}, animo.Surprised: {0xc2, 0x3b, 0xb4, 0xff}, animo.Other: {0x8a, 0x93, 0x9c, 0xff},
}

// MoodColour is the colour in which a mood is drawn, everywhere.
func MoodColour(m animo.Mood) color.RGBA { return moodColours[m] }

// Annotate returns a picture as a JPEG with a box round each face, its emotion and who it is, in "es" or "en".
func Annotate(img vision.Image, faces []animo.Face, lang string) ([]byte, error) {
	marks := make([]annotate.Mark, len(faces))
	for i, face := range faces {
		m := &marks[i]
		m.Colour = MoodColour(face.Mood)
		m.Box = vision.Rect{X: face.Box.Left * float64(img.W), Y: face.Box.Top * float64(img.H), W: face.Box.Width * float64(img.W), H: face.Box.Height * float64(img.H)}
		for _, who := range face.People {
			m.Lines = append(m.Lines, who.Name)
		}
		if len(face.Emotions) > 0 {
			m.Lines = append(m.Lines, fmt.Sprintf("%s %.0f %%", EmotionIn(lang, face.Emotions[0].Type), face.Emotions[0].Confidence))
		}
	}
	drawn, err := annotate.Draw(img, marks)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = jpeg.Encode(&b, drawn, &jpeg.Options{Quality: 90})
	return b.Bytes(), err
}

var emotionsES = map[string]string{
	"HAPPY": "FELIZ", "SAD": "TRISTE", "ANGRY": "ENFADO", "CONFUSED": "CONFUSIÓN", "DISGUSTED": "ASCO", "SURPRISED": "SORPRESA", "CALM": "CALMA", "FEAR": "MIEDO", "UNKNOWN": "DESCONOCIDA",
}

// EmotionIn is an emotion of Rekognition's in "es"; in every other language, as it is.
func EmotionIn(lang, emotion string) string {
	if es, ok := emotionsES[emotion]; ok && lang == "es" {
		return es
	}
	return emotion
}

// thumbnailSide is the longest side of a thumbnail, in pixels.
const thumbnailSide = 320

// Thumbnail makes a small JPEG of a picture; of one that is small already, one of its size.
func Thumbnail(img vision.Image) ([]byte, error) {
	small := annotate.RGBA(shrink(img, thumbnailSide))
	if long := max(img.W, img.H); long > thumbnailSide {
		large := small
		small = image.NewRGBA(image.Rect(0, 0, max(1, img.W*thumbnailSide/long), max(1, img.H*thumbnailSide/long)))
		draw.ApproxBiLinear.Scale(small, small.Rect, large, large.Rect, draw.Src, nil)
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, small, &jpeg.Options{Quality: 80})
	return b.Bytes(), err
}

// shrink averages squares of pixels, as many as leave a longest side of at least the given one. It brings a
// large photo near a thumbnail's size at little cost: of a large square it takes two or three rows and
// columns.
func shrink(img vision.Image, side int) vision.Image {
	n := min(max(img.W, img.H)/side, img.W, img.H)
	if n < 2 {
		return img
	}
	step := max(1, n/2)
	taken := (n + step - 1) / step // of each row and column
	out := vision.NewImage(img.W/n, img.H/n)
	for y := range out.H {
		for x := range out.W {
			var r, g, b int
			for j := 0; j < n; j += step {
				line := img.Pix[3*((y*n+j)*img.W+x*n):][:3*n]
				for i := 0; i < len(line); i += 3 * step {
					r += int(line[i])
					g += int(line[i+1])
					b += int(line[i+2])
				}
			}
			p := out.Pix[3*(y*out.W+x):][:3]
			p[0], p[1], p[2] = uint8(r/(taken*taken)), uint8(g/(taken*taken)), uint8(b/(taken*taken))
		}
	}
	return out
}

// faceSide is the longest side of a face's thumbnail, in pixels.
const faceSide = 160

// FaceThumbnail makes a small JPEG of a face with a little of what is round it.
func FaceThumbnail(img vision.Image, box animo.Box) ([]byte, error) {
	const margin = 0.25 // of the box, on each side
	w, h := float64(img.W), float64(img.H)
	part := image.Rect(
		int((box.Left-margin*box.Width)*w), int((box.Top-margin*box.Height)*h),
		int(math.Ceil((box.Left+(1+margin)*box.Width)*w)), int(math.Ceil((box.Top+(1+margin)*box.Height)*h)),
	).Intersect(image.Rect(0, 0, img.W, img.H))
	if part.Empty() {
		part = image.Rect(0, 0, img.W, img.H)
	}
	size := part.Size()
	if long := max(size.X, size.Y); long > faceSide {
		size = image.Pt(max(1, size.X*faceSide/long), max(1, size.Y*faceSide/long))
	}
	cut := vision.NewImage(part.Dx(), part.Dy())
	for y := range cut.H {
		from := 3 * ((part.Min.Y+y)*img.W + part.Min.X)
		copy(cut.Pix[3*y*cut.W:], img.Pix[from:from+3*cut.W])
	}
	small := image.NewRGBA(image.Rectangle{Max: size})
	large := annotate.RGBA(shrink(cut, faceSide))
	draw.ApproxBiLinear.Scale(small, small.Rect, large, large.Rect, draw.Src, nil)
	var b bytes.Buffer
	err := jpeg.Encode(&b, small, &jpeg.Options{Quality: 85})
	return b.Bytes(), err
}

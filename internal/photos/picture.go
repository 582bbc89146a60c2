package photos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"

	"golang.org/x/image/draw"

	"animo"
	"animo/internal/object"
	"animo/internal/table"
	"animo/vision"
	"animo/vision/annotate"
)

// Image opens a photo's picture, as it came, and tells what kind it is; the caller closes it. It answers
// NotFound for a picture that is not kept any more.
func (f *Flow) Image(ctx context.Context, tenant, id string) (body io.ReadCloser, p animo.Photo, format vision.Format, err error) {
	row, err := f.photo(ctx, tenant, id)
	if err != nil {
		return nil, row.Photo, format, err
	}
	body, err = f.open(ctx, tenant, pictureObject(id))
	if err != nil {
		return nil, row.Photo, format, err
	}
	var head [64]byte // enough for every kind that FormatOf knows
	n, err := io.ReadFull(body, head[:])
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		_ = body.Close()
		return nil, row.Photo, format, err
	}
	whole := struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head[:n]), body), body}
	return whole, row.Photo, vision.FormatOf(head[:n]), nil
}

// namesLookedAt is among how many of the newest photos Open looks for a name.
const namesLookedAt = 10_000

// Open opens a photo's picture by the photo's ID or, among the newest photos, by the name it was given; of several
// of one name it takes the newest. The caller closes it. It answers NotFound where there is none.
func (f *Flow) Open(ctx context.Context, tenant, name string) (io.ReadCloser, error) {
	_, err := f.photo(ctx, tenant, name)
	if err == nil {
		return f.open(ctx, tenant, pictureObject(name))
	}
	if !gone(err) {
		return nil, err
	}
	looked := 0
	for row, err := range f.tables.Query(ctx, tenant, photosTable, table.Range{}, true) {
		if err != nil {
			return nil, err
		}
		var p photoRow
		if err := json.Unmarshal(row.Value, &p); err != nil {
			return nil, err
		}
		if p.Name == name {
			return f.open(ctx, tenant, pictureObject(p.ID))
		}
		if looked++; looked == namesLookedAt {
			break
		}
	}
	return nil, noPhoto(name)
}

// Thumbnail opens the small JPEG of an analysed photo, with its longest side of at most 320 pixels; the caller
// closes it. It answers NotFound where there is none.
func (f *Flow) Thumbnail(ctx context.Context, tenant, id string) (io.ReadCloser, error) {
	if _, err := f.photo(ctx, tenant, id); err != nil {
		return nil, err
	}
	return f.open(ctx, tenant, thumbnailObject(id))
}

func (f *Flow) open(ctx context.Context, tenant, name string) (io.ReadCloser, error) {
	body, _, err := f.objects.Get(ctx, tenant, name, object.Range{})
	if gone(err) {
		err = animo.Errorf(animo.NotFound, "this picture is not there: it is not analysed yet, or it is not kept any more", "esta imagen no está: aún no se ha analizado, o ya no se guarda").Of("id")
	}
	return body, err
}

// moodColours are those in which moods are drawn.
var moodColours = map[animo.Mood]color.RGBA{
	animo.Happy: {0xf5, 0xb7, 0x00, 0xff}, animo.Sad: {0x2f, 0x6f, 0xd6, 0xff}, animo.Surprised: {0xc2, 0x3b, 0xb4, 0xff}, animo.Other: {0x8a, 0x93, 0x9c, 0xff},
}

// MoodColour is the colour in which a mood is drawn, everywhere.
func MoodColour(m animo.Mood) color.RGBA { return moodColours[m] }

// Annotated gives a photo's picture as a JPEG with a box round each face, its emotion and who it is, in "es" or
// "en". It answers NotFound for a picture that is not kept any more, and what analysing it would for one that
// cannot be read.
func (f *Flow) Annotated(ctx context.Context, tenant, id, lang string) ([]byte, error) {
	p, err := f.Photo(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	img, release, err := f.picture(ctx, tenant, id)
	defer release()
	if err != nil {
		return nil, err
	}
	marks := make([]annotate.Mark, len(p.Faces))
	for i, face := range p.Faces {
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

// thumbnail makes a small JPEG of a picture; of one that is small already, one of its size.
func thumbnail(img vision.Image) ([]byte, error) {
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

package vision

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"testing"
)

// photo12 is a JPEG of 12 megapixels, 4:2:0 as cameras make them, with detail everywhere: a face photo
// would compress better and decode faster.
func photo12(b *testing.B) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 4000, 3000))
	seed := uint32(1)
	for y := range 3000 {
		for x := range 4000 {
			seed = seed*1664525 + 1013904223
			noise := uint8(seed>>27) & 15
			i := m.PixOffset(x, y)
			m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = uint8(x/16)+noise, uint8(y/16)+noise, uint8((x^y)>>3), 255
		}
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, m, &jpeg.Options{Quality: 85}); err != nil {
		b.Fatal(err)
	}
	return file.Bytes()
}

// BenchmarkDecode12MP shows what turning YCbCr into RGB costs beside decoding itself.
func BenchmarkDecode12MP(b *testing.B) {
	file := photo12(b)
	b.Logf("%d bytes", len(file))
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			if _, err := Decode(b.Context(), bytes.NewReader(file), Limits{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("image_jpeg_alone", func(b *testing.B) {
		for b.Loop() {
			if _, err := jpeg.Decode(bytes.NewReader(file)); err != nil {
				b.Fatal(err)
			}
		}
	})
	m, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		b.Fatal(err)
	}
	for _, o := range []orientation{1, 3, 6} {
		b.Run("RGB_orientation_"+string('0'+rune(o)), func(b *testing.B) {
			for b.Loop() {
				flatten(m, 4000, 3000, o, &jpegColours)
			}
		})
	}
	b.Run("RGBA_by_image_draw", func(b *testing.B) {
		for b.Loop() {
			draw.Draw(image.NewRGBA(m.Bounds()), m.Bounds(), m, image.Point{}, draw.Src)
		}
	})
}

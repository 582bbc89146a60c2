package vision

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"animo"
	"animo/internal/sharedtest"
)

// TestDecode_takes_no_more_memory_than_it_asks_for counts what decoding each kind of file allocates, besides the file.
func TestDecode_takes_no_more_memory_than_it_asks_for(t *testing.T) {
	const w, h = 1500, 1000
	rgba, deep := image.NewRGBA(image.Rect(0, 0, w, h)), image.NewRGBA64(image.Rect(0, 0, w, h))
	indexed := image.NewPaletted(rgba.Rect, color.Palette{color.Black, color.White})
	for i := range indexed.Pix {
		indexed.Pix[i] = uint8(i / 7 & 1)
	}
	file := func(encode func(b *bytes.Buffer) error) []byte {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	shared := func(name string) []byte {
		b, err := os.ReadFile(sharedtest.Path(t, "data", "odd", "go", name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for name, data := range map[string][]byte{
		"bmp":             file(func(b *bytes.Buffer) error { return bmp.Encode(b, rgba) }),
		"gif":             file(func(b *bytes.Buffer) error { return gif.Encode(b, indexed, nil) }),
		"tiff":            file(func(b *bytes.Buffer) error { return tiff.Encode(b, rgba, nil) }),
		"tiff, deflate":   file(func(b *bytes.Buffer) error { return tiff.Encode(b, rgba, &tiff.Options{Compression: tiff.Deflate}) }),
		"tiff of 16 bits": file(func(b *bytes.Buffer) error { return tiff.Encode(b, deep, &tiff.Options{Compression: tiff.Deflate}) }),
		"png of 16 bits":  pngOf(rng, w, h, 16, pngRGBA, false, false, upright),
		"png, interlaced": pngOf(rng, w, h, 8, pngRGBA, true, false, 6),
		"baseline":        readKind(t, "baseline.jpg"),
		"progressive":     readKind(t, "progressive.jpg"),
		"webp":            shared("blue-purple-pink.lossy.webp"),
		"webp, lossless":  shared("yellow_rose.lossless.webp"),
		"webp with alpha": shared("yellow_rose.lossy-with-alpha.webp"),
	} {
		var asked int64
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Decode(t.Context(), bytes.NewReader(data), Limits{Admit: admitting(&asked)}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		runtime.ReadMemStats(&after)
		const tables = 600 << 10 // whatever the picture's size
		took := int64(after.TotalAlloc-before.TotalAlloc) - int64(len(data))
		t.Logf("%s: asked for %d bytes, took %d", name, asked, took)
		if took > asked+tables {
			t.Errorf("%s: took %d bytes after asking for %d", name, took, asked)
		}
		full := errors.New("no room")
		if _, err := Decode(t.Context(), bytes.NewReader(data), Limits{Admit: func(context.Context, int64) error { return full }}); err != full {
			t.Errorf("%s: %v where there is no room", name, err)
		}
		if _, err := Decode(t.Context(), bytes.NewReader(data), Limits{MaxMemory: 100}); animo.CodeOf(err) != animo.ImageTooLarge {
			t.Errorf("%s: %v, want %s", name, err, animo.ImageTooLarge)
		}
	}
}

package vision

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image/png"
	"math/rand/v2"
	"slices"
	"testing"

	"animo"
)

// pngOf writes a PNG whose rows are random bytes behind random filters: whatever these are, they mean some pixels.
func pngOf(rng *rand.Rand, w, h, depth int, kind pngKind, interlaced, clear bool, o orientation) []byte {
	file := []byte(pngSignature)
	chunk := func(name string, content []byte) {
		file = binary.BigEndian.AppendUint32(file, uint32(len(content)))
		from := len(file)
		file = append(append(file, name...), content...)
		file = binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(file[from:]))
	}
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = uint8(rng.Uint32())
		}
		return b
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(w)), uint32(h))
	passes := []pngPass{{0, 0, 1, 1}}
	if interlaced {
		passes = adam7
	}
	chunk("IHDR", append(header, uint8(depth), uint8(kind), 0, 0, uint8(len(passes)/7)))
	if o != upright {
		chunk("eXIf", []byte{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, uint8(o), 0, 0, 0, 0, 0, 0})
	}
	if kind == pngPalette {
		chunk("PLTE", random(3*(1+rng.IntN(1<<depth))))
	}
	if clear {
		switch {
		case kind == pngPalette:
			chunk("tRNS", random(1))
		case depth == 16: // a colour that random pixels have is made below
			chunk("tRNS", bytes.Repeat([]byte{7, 7}, kind.samples()))
		default:
			chunk("tRNS", bytes.Repeat([]byte{0, 1}, kind.samples()))
		}
	}
	var pixels bytes.Buffer
	z := zlib.NewWriter(&pixels)
	for _, p := range passes {
		pw, ph := ceilDiv(w-p.x, p.dx), ceilDiv(h-p.y, p.dy)
		if pw <= 0 || ph <= 0 {
			continue
		}
		for range ph {
			row := append([]byte{uint8(rng.IntN(5))}, random((pw*kind.samples()*depth+7)/8)...)
			if clear && rng.IntN(2) == 0 { // the transparent colour, all over
				row = append(row[:1], bytes.Repeat([]byte{map[bool]uint8{false: 1, true: 7}[depth == 16]}, len(row)-1)...)
				row[0] = 0
			}
			_, _ = z.Write(row)
		}
	}
	_ = z.Close()
	for part := range slices.Chunk(pixels.Bytes(), max(100, pixels.Len()/50)) { // in several chunks, some of them empty
		chunk("IDAT", part)
		chunk("IDAT", nil)
	}
	chunk("IEND", nil)
	return file
}

// TestDecode_png_as_image_png compares every kind of PNG with what the standard library makes of it.
func TestDecode_png_as_image_png(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	depths := map[pngKind][]int{pngGray: {1, 2, 4, 8, 16}, pngRGB: {8, 16}, pngPalette: {1, 2, 4, 8}, pngGrayAlpha: {8, 16}, pngRGBA: {8, 16}}
	for kind, list := range depths {
		for _, depth := range list {
			for i := range 40 {
				interlaced, clear := i%2 == 1, i%3 == 1 && kind != pngGrayAlpha && kind != pngRGBA
				w, h, o := 1+rng.IntN(40), 1+rng.IntN(40), orientation(1+i%8)
				name := fmt.Sprintf("kind %d, %d bits, %d × %d, interlaced %v, transparent %v, orientation %d", kind, depth, w, h, interlaced, clear, o)
				file := pngOf(rng, w, h, depth, kind, interlaced, clear, o)
				theirs, err := png.Decode(bytes.NewReader(file))
				if err != nil {
					t.Fatalf("%s: image/png: %v", name, err)
				}
				want := flatten(theirs, w, h, o, &jpegColours)
				got, err := Decode(t.Context(), bytes.NewReader(file), Limits{})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if got.W != want.W || got.H != want.H || !bytes.Equal(got.Pix, want.Pix) {
					t.Errorf("%s: other pixels", name)
				}
			}
		}
	}
}

// TestDecode_png_that_is_cut_off cuts a PNG everywhere: nothing of it is a picture, and the error says why.
func TestDecode_png_that_is_cut_off(t *testing.T) {
	file := pngOf(rand.New(rand.NewPCG(3, 4)), 20, 20, 8, pngRGB, false, false, upright)
	for n := len(pngSignature); n < len(file); n++ {
		if _, err := Decode(t.Context(), bytes.NewReader(file[:n]), Limits{}); animo.CodeOf(err) != animo.TruncatedImage {
			t.Fatalf("%d of %d bytes: %v, want %s", n, len(file), err, animo.TruncatedImage)
		}
	}
	for n := len(pngSignature); n < len(file)-12; n++ { // but for the end, each byte is checked
		damaged := slices.Clone(file)
		damaged[n] ^= 1
		if _, err := Decode(t.Context(), bytes.NewReader(damaged), Limits{}); err == nil {
			t.Fatalf("byte %d is damaged, and nobody says so", n)
		}
	}
}

// BenchmarkDecodePNG decodes a picture of 2 megapixels and reports how much memory that takes.
func BenchmarkDecodePNG(b *testing.B) {
	for _, kind := range []struct {
		name  string
		depth int
		kind  pngKind
	}{{"rgb", 8, pngRGB}, {"palette", 8, pngPalette}, {"rgba16", 16, pngRGBA}} {
		file := pngOf(rand.New(rand.NewPCG(5, 6)), 1600, 1200, kind.depth, kind.kind, false, false, upright)
		b.Run(kind.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decode(b.Context(), bytes.NewReader(file), Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(kind.name+"/image-png", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m, err := png.Decode(bytes.NewReader(file))
				if err != nil {
					b.Fatal(err)
				}
				flatten(m, 1600, 1200, upright, &jpegColours)
			}
		})
	}
}

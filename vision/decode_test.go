package vision

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"testing/iotest"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"animo"
	"animo/internal/sharedtest"
)

// TestDecode_pixels_of_the_reference compares with the hashes of the pixels that the reference's results
// were computed from. The photos of the npm package are there once `make weights` has run.
func TestDecode_pixels_of_the_reference(t *testing.T) {
	file, err := os.ReadFile(sharedtest.Path(t, "reference", "vision", "results-go.json"))
	if err != nil {
		t.Fatal(err)
	}
	var results struct {
		Images []struct{ Name, File, RGBSha256 string }
	}
	if err := json.Unmarshal(file, &results); err != nil {
		t.Fatal(err)
	}
	demo := filepath.Join("..", "web", "node_modules", "@vladmandic", "face-api", "demo")
	photos := sharedtest.Path(t, "data", "photos")
	for _, r := range results.Images {
		t.Run(r.Name, func(t *testing.T) {
			names, err := filepath.Glob(filepath.Join(photos, r.Name+".jp*g"))
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, filepath.Join(demo, r.Name+".jpg"))
			if _, err := os.Stat(names[0]); err != nil {
				t.Skipf("SKIPPED, NOT TESTED: %v", err)
			}
			m, err := decodeFile(t, names[0])
			if err != nil {
				t.Fatal(err)
			}
			if sum := sha256.Sum256(m.Pix); hex.EncodeToString(sum[:]) != r.RGBSha256 {
				t.Errorf("the pixels of %s (%d × %d) differ from the reference's", names[0], m.W, m.H)
			}
		})
	}
}

// TestFlatten_every_kind_of_picture compares each fast row with color.Color's conversions.
func TestFlatten_every_kind_of_picture(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	noise := func(pix []uint8) {
		for i := range pix {
			pix[i] = uint8(rng.Uint32())
		}
	}
	r := image.Rect(0, 0, 21, 17) // odd, so that chroma has a rest; more than one band
	pictures := map[string]image.Image{}
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422,
		image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410} {
		m, a := image.NewYCbCr(r, ratio), image.NewNYCbCrA(r, ratio)
		for _, pix := range [][]uint8{m.Y, m.Cb, m.Cr, a.Y, a.Cb, a.Cr, a.A} {
			noise(pix)
		}
		pictures[ratio.String()], pictures[ratio.String()+"_alpha"] = m, a
	}
	gray, cmyk, nrgba, rgba := image.NewGray(r), image.NewCMYK(r), image.NewNRGBA(r), image.NewRGBA(r)
	gray16, rgba64, nrgba64 := image.NewGray16(r), image.NewRGBA64(r), image.NewNRGBA64(r)
	paletted := image.NewPaletted(r, color.Palette{color.Black, color.NRGBA{200, 100, 50, 128}, color.Transparent, color.RGBA{9, 8, 7, 255}})
	for _, pix := range [][]uint8{gray.Pix, cmyk.Pix, nrgba.Pix, gray16.Pix, nrgba64.Pix, paletted.Pix} {
		noise(pix)
	}
	for i := range paletted.Pix {
		paletted.Pix[i] &= 3
	}
	for y := range r.Dy() {
		for x := range r.Dx() {
			rgba.Set(x, y, nrgba.At(x, y)) // premultiplied values never exceed alpha
			rgba64.Set(x, y, nrgba64.At(x, y))
		}
	}
	for name, m := range map[string]image.Image{"gray": gray, "cmyk": cmyk, "nrgba": nrgba, "rgba": rgba,
		"gray16": gray16, "rgba64": rgba64, "nrgba64": nrgba64, "paletted": paletted} {
		pictures[name] = m
	}
	for name, m := range pictures {
		got := flatten(m, r.Dx(), r.Dy(), upright, &jpegColours)
		for i, v := range got.Pix {
			x, y, channel := i/3%r.Dx(), i/3/r.Dx(), i%3
			red, green, blue, a := m.At(x, y).RGBA()
			want := [3]uint32{red, green, blue}[channel] + 0xffff - a
			limit := uint32(0)
			if a != 0xffff {
				limit = 1 // which way the blend was rounded
			}
			if diff := max(uint32(v), want>>8) - min(uint32(v), want>>8); diff > limit {
				t.Fatalf("%s at (%d, %d), channel %d: got %d, want %d", name, x, y, channel, v, want>>8)
			}
		}
	}
}

// TestFlatten_turns_and_places composes each orientation of a mirror image and quarter turns, which EXIF
// defines them by, with the decoded part smaller than its canvas.
func TestFlatten_turns_and_places(t *testing.T) {
	const w, h = 37, 19
	m := image.NewRGBA(image.Rect(2, 1, w-1, h-3))
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			m.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), 100, 255})
		}
	}
	mirror := func(m Image) Image {
		out := NewImage(m.W, m.H)
		for y := range m.H {
			for x := range m.W {
				copy(out.Pix[3*(y*m.W+m.W-1-x):], m.Pix[3*(y*m.W+x):][:3])
			}
		}
		return out
	}
	quarter := func(m Image) Image { // clockwise
		out := NewImage(m.H, m.W)
		for y := range m.H {
			for x := range m.W {
				copy(out.Pix[3*(x*m.H+m.H-1-y):], m.Pix[3*(y*m.W+x):][:3])
			}
		}
		return out
	}
	plain := flatten(m, w, h, upright, &jpegColours)
	if got := plain.Pix[:3]; !slices.Equal(got, []uint8{255, 255, 255}) {
		t.Errorf("outside the decoded part is %v, want white", got)
	}
	if got := plain.Pix[3*(1*w+2):][:3]; !slices.Equal(got, []uint8{2, 1, 100}) {
		t.Errorf("the first decoded pixel is %v, want 2 1 100", got)
	}
	mirrored := mirror(plain)
	for o, want := range map[orientation]Image{
		1: plain, 2: mirrored, 3: quarter(quarter(plain)), 4: quarter(quarter(mirrored)),
		5: quarter(quarter(quarter(mirrored))), 6: quarter(plain), 7: quarter(mirrored), 8: quarter(quarter(quarter(plain))),
	} {
		got := flatten(m, w, h, o, &jpegColours)
		if got.W != want.W || got.H != want.H || !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("orientation %d is wrong", o)
		}
	}
}

// smallJPEG is a whole JPEG of a few hundred bytes.
func smallJPEG(t testing.TB) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 40, 30))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * 7)
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, m, nil); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestDecode_cut_at_every_byte never takes a part of a picture for a whole one, nor for no picture at all
// once its first bytes are there.
func TestDecode_cut_at_every_byte(t *testing.T) {
	file := smallJPEG(t)
	for n := range len(file) {
		_, err := Decode(t.Context(), bytes.NewReader(file[:n]), Limits{})
		want := animo.TruncatedImage
		if n > 0 && n < 3 {
			want = animo.UnknownImage
		}
		if animo.CodeOf(err) != want {
			t.Errorf("%d of %d bytes: %v, want %s", n, len(file), err, want)
		}
	}
}

func TestDecode_limits(t *testing.T) {
	file := smallJPEG(t)
	for name, c := range map[string]struct {
		limits Limits
		want   animo.Code
	}{
		"defaults":        {Limits{}, ""},
		"just enough":     {Limits{MaxBytes: int64(len(file)), MaxPixels: 1200}, ""},
		"a byte less":     {Limits{MaxBytes: int64(len(file)) - 1}, animo.ImageTooLarge},
		"a half of it":    {Limits{MaxPixels: 1199}, ""},
		"an eighth of it": {Limits{MaxPixels: 20}, ""},
		"a pixel too few": {Limits{MaxPixels: 19}, animo.ImageTooLarge},
	} {
		if _, err := Decode(t.Context(), bytes.NewReader(file), c.limits); animo.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestDecode_allocates_nothing_for_a_bomb measures what a header of 3600 million pixels costs.
func TestDecode_allocates_nothing_for_a_bomb(t *testing.T) {
	file, err := os.ReadFile(sharedtest.Path(t, "data", "odd", "synthetic", "bomb_header_60000x60000.png"))
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = Decode(t.Context(), bytes.NewReader(file), Limits{})
	runtime.ReadMemStats(&after)
	if animo.CodeOf(err) != animo.ImageTooLarge {
		t.Errorf("got %v, want %s", err, animo.ImageTooLarge)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

// endingContext ends when it has been asked a number of times whether it has.
type endingContext struct {
	context.Context
	left int
}

func (c *endingContext) Err() error {
	if c.left--; c.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// TestDecode_stops_where_the_context_ends lets the context end at each moment that decoding looks at it.
func TestDecode_stops_where_the_context_ends(t *testing.T) {
	file := smallJPEG(t)
	for asked := 0; ; asked++ {
		_, err := Decode(&endingContext{t.Context(), asked}, bytes.NewReader(file), Limits{})
		if err == nil {
			if asked < 5 {
				t.Errorf("looked at the context only %d times", asked)
			}
			return
		}
		if err != context.DeadlineExceeded {
			t.Fatalf("ended after %d looks: error %v, want the context's", asked, err)
		}
		if asked > 1000 {
			t.Fatal("never finished")
		}
	}
}

func TestDecode_error_of_the_reader_comes_back(t *testing.T) {
	broken := errors.New("disk on fire")
	r := io.MultiReader(bytes.NewReader(smallJPEG(t)[:100]), iotest.ErrReader(broken))
	if _, err := Decode(t.Context(), r, Limits{}); err != broken {
		t.Errorf("got %v, want %v", err, broken)
	}
}

func TestDecode_decoder_that_panics_is_a_damaged_file(t *testing.T) {
	s := &source{ctx: t.Context()}
	_, err := guarded(s, func(io.Reader) (image.Image, error) { panic("index out of range") })
	d := &decoding{ctx: t.Context(), format: PNG}
	if err = s.failed(d, err); animo.CodeOf(err) != animo.CorruptImage {
		t.Errorf("got %v, want %s", err, animo.CorruptImage)
	}
}

// TestDecode_first_frame_of_an_animated_WebP wraps a still into an animation.
func TestDecode_first_frame_of_an_animated_WebP(t *testing.T) {
	still, err := os.ReadFile(sharedtest.Path(t, "data", "odd", "go", "yellow_rose.lossy-with-alpha.webp"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := Decode(t.Context(), bytes.NewReader(still), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	canvas, _ := webpChunk(still, "VP8X")
	frame := slices.Concat(make([]byte, 6), canvas[4:10], make([]byte, 4))
	webpChunks(still[riffHeader:], func(name string, content []byte) bool {
		if name == "ALPH" || name == "VP8 " {
			frame = appendChunk(frame, name, content)
		}
		return true
	})
	file := appendChunk([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8X", append([]byte{1<<1 | 1<<4, 0, 0, 0}, canvas[4:10]...))
	file = appendChunk(file, "ANIM", make([]byte, 6))
	file = appendChunk(file, "ANMF", frame)
	file = appendChunk(file, "ANMF", frame[:20])
	file[4], file[5] = uint8(len(file)-8), uint8((len(file)-8)>>8)
	got, err := Decode(t.Context(), bytes.NewReader(file), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got.W != want.W || !bytes.Equal(got.Pix, want.Pix) {
		t.Error("the frame differs from the still it was made of")
	}
	if _, err := Decode(t.Context(), bytes.NewReader(file[:1000]), Limits{}); animo.CodeOf(err) != animo.TruncatedImage {
		t.Errorf("cut off: %v, want %s", err, animo.TruncatedImage)
	}
}

// FuzzDecode: whatever the bytes, a picture of the size it says, within the limits, or one of the four errors.
func FuzzDecode(f *testing.F) {
	m := image.NewPaletted(image.Rect(0, 0, 9, 5), color.Palette{color.Black, color.White, color.Transparent})
	for i := range m.Pix {
		m.Pix[i] = uint8(i % 3)
	}
	for _, encode := range []func(w io.Writer) error{
		func(w io.Writer) error { return png.Encode(w, m) },
		func(w io.Writer) error { return gif.Encode(w, m, nil) },
		func(w io.Writer) error { return bmp.Encode(w, m) },
		func(w io.Writer) error {
			return tiff.Encode(w, m, &tiff.Options{Compression: tiff.Deflate, Predictor: true})
		},
	} {
		var file bytes.Buffer
		if err := encode(&file); err != nil {
			f.Fatal(err)
		}
		f.Add(file.Bytes())
	}
	f.Add(smallJPEG(f))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")) // one pixel
	known := []animo.Code{animo.UnknownImage, animo.ImageTooLarge, animo.TruncatedImage, animo.CorruptImage}
	limits := Limits{MaxPixels: 1 << 18}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(t.Context(), bytes.NewReader(data), limits)
		if err != nil {
			if !slices.Contains(known, animo.CodeOf(err)) {
				t.Fatalf("error %q: %v", animo.CodeOf(err), err)
			}
			return
		}
		if m.W < 1 || m.H < 1 || m.W*m.H > limits.MaxPixels || len(m.Pix) != 3*m.W*m.H {
			t.Fatalf("%d × %d pixels in %d bytes", m.W, m.H, len(m.Pix))
		}
	})
}

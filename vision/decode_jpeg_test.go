package vision

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"animo/internal/sharedtest"
)

func never() bool { return false }

// checkFast compares what fastJPEG makes of a file with image/jpeg. It reports whether fastJPEG took it on.
func checkFast(t *testing.T, name string, file []byte) bool {
	t.Helper()
	got, ok := fastJPEG(file, never)
	if !ok {
		return false
	}
	want, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Errorf("%s: decoded what image/jpeg refuses: %v", name, err)
		return true
	}
	if got.Bounds() != want.Bounds() {
		t.Errorf("%s: %v, want %v", name, got.Bounds(), want.Bounds())
		return true
	}
	type plane struct {
		name       string
		got, want  []uint8
		gotStride  int
		wantStride int
		w, h       int
		subW, subH int
	}
	w, h := want.Bounds().Dx(), want.Bounds().Dy()
	var planes []plane
	switch want := want.(type) {
	case *image.Gray:
		got := got.(*image.Gray)
		planes = []plane{{name: "gray", got: got.Pix, want: want.Pix, gotStride: got.Stride, wantStride: want.Stride, w: w, h: h}}
	case *image.YCbCr:
		got := got.(*image.YCbCr)
		if got.SubsampleRatio != want.SubsampleRatio {
			t.Errorf("%s: chroma is %v, want %v", name, got.SubsampleRatio, want.SubsampleRatio)
			return true
		}
		last := want.COffset(w-1, h-1)
		cw, ch := last%want.CStride+1, last/want.CStride+1
		planes = []plane{
			{name: "Y", got: got.Y, want: want.Y, gotStride: got.YStride, wantStride: want.YStride, w: w, h: h},
			{name: "Cb", got: got.Cb, want: want.Cb, gotStride: got.CStride, wantStride: want.CStride, w: cw, h: ch},
			{name: "Cr", got: got.Cr, want: want.Cr, gotStride: got.CStride, wantStride: want.CStride, w: cw, h: ch},
		}
	default:
		t.Errorf("%s: decoded what image/jpeg makes a %T of", name, want)
	}
	for _, p := range planes {
		for y := range p.h {
			if !bytes.Equal(p.got[y*p.gotStride:][:p.w], p.want[y*p.wantStride:][:p.w]) {
				t.Errorf("%s: plane %s differs in row %d of %d", name, p.name, y, p.h)
				return true
			}
		}
	}
	return true
}

// TestFastJPEG_equals_the_standard_library on every JPEG there is, of which most must be taken on.
func TestFastJPEG_equals_the_standard_library(t *testing.T) {
	taken, all := 0, 0
	err := filepath.WalkDir(sharedtest.Path(t, "data"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		file, err := os.ReadFile(path)
		if err != nil || FormatOf(file) != JPEG {
			return err
		}
		all++
		if checkFast(t, path, file) {
			taken++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d JPEGs", taken, all)
	if all < 100 || taken < all*8/10 {
		t.Errorf("took on only %d of %d", taken, all)
	}
}

// noisy is a picture without any order, which uses long codes and large coefficients.
func noisy(rng *rand.Rand, w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = uint8(rng.Uint32()) | uint8(i&3/3*255)
	}
	return m
}

// TestFastJPEG_sizes_and_qualities: whole and broken blocks, quantisation from 1 to 255.
func TestFastJPEG_sizes_and_qualities(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][2]int{{1, 1}, {8, 8}, {9, 7}, {16, 16}, {17, 31}, {33, 64}, {100, 75}} {
		for _, quality := range []int{1, 10, 50, 75, 90, 100} {
			m := noisy(rng, size[0], size[1])
			gray := image.NewGray(m.Bounds())
			for y := range size[1] {
				for x := range size[0] {
					gray.Set(x, y, color.GrayModel.Convert(m.At(x, y)))
				}
			}
			for _, m := range []image.Image{m, gray} {
				var file bytes.Buffer
				if err := jpeg.Encode(&file, m, &jpeg.Options{Quality: quality}); err != nil {
					t.Fatal(err)
				}
				if !checkFast(t, "noise", file.Bytes()) {
					t.Errorf("%v, quality %d: not taken on", size, quality)
				}
			}
		}
	}
}

func TestFastJPEG_stops(t *testing.T) {
	if _, ok := fastJPEG(smallJPEG(t), never); !ok {
		t.Fatal("an ordinary file is not taken on")
	}
	if _, ok := fastJPEG(smallJPEG(t), func() bool { return true }); ok {
		t.Error("went on though it was told to stop")
	}
}

// FuzzFastJPEG: what it takes on, image/jpeg decodes to the same values. Bits are flipped in the scan only,
// so that most files get as far as that.
func FuzzFastJPEG(f *testing.F) {
	f.Add(smallJPEG(f))
	rng := rand.New(rand.NewPCG(3, 4))
	var file bytes.Buffer
	if err := jpeg.Encode(&file, noisy(rng, 24, 40), &jpeg.Options{Quality: 30}); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Fuzz(func(t *testing.T, file []byte) {
		if config, err := jpeg.DecodeConfig(bytes.NewReader(file)); err != nil || config.Width*config.Height > 1<<18 {
			return
		}
		checkFast(t, "fuzzed", file)
	})
}

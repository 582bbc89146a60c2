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

// decodeJPEG decodes a file upright or as its EXIF asks, in its full size.
func decodeJPEG(file []byte, stop func() bool) (Image, error) {
	f, err := openJPEG(file)
	if err != nil {
		return Image{}, err
	}
	return f.decode(new(Memory), orientationOf(JPEG, file), stop)
}

// checkJPEG compares what becomes of a file with what image/jpeg makes of it, where that reads it.
func checkJPEG(t *testing.T, name string, file []byte) (read bool) {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		return false
	}
	got, err := decodeJPEG(file, never)
	if err != nil {
		t.Errorf("%s: %v, but image/jpeg reads it", name, err)
		return true
	}
	want := flatten(m, m.Bounds().Dx(), m.Bounds().Dy(), orientationOf(JPEG, file), &jpegColours)
	if got.W != want.W || got.H != want.H || !bytes.Equal(got.Pix, want.Pix) {
		t.Errorf("%s: the %d × %d pixels differ from the %d × %d of image/jpeg", name, got.W, got.H, want.W, want.H)
	}
	return true
}

// TestDecodeJPEG_equals_the_standard_library on every JPEG there is that the library reads.
func TestDecodeJPEG_equals_the_standard_library(t *testing.T) {
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
		if checkJPEG(t, path, file) {
			taken++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d JPEGs", taken, all)
	if all < 100 || taken < all*9/10 {
		t.Errorf("compared only %d of %d", taken, all)
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

// TestDecodeJPEG_sizes_and_qualities: whole and broken blocks, quantisation from 1 to 255.
func TestDecodeJPEG_sizes_and_qualities(t *testing.T) {
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
				if !checkJPEG(t, "noise", file.Bytes()) {
					t.Errorf("%v, quality %d: not taken on", size, quality)
				}
			}
		}
	}
}

// TestDecodeJPEG_takes_on names files that show something in particular.
func TestDecodeJPEG_takes_on(t *testing.T) {
	for _, name := range []string{"go/video-001.restart2.jpeg", "pillow/exif-dpi-zerodivision.jpg", "go/video-005.gray.jpeg", "pillow/hopper_16bit_qtables.jpg",
		"exif/Portrait_6.jpg", "synthetic/10000x1.jpg", "synthetic/jpeg_trailing_garbage.jpg"} {
		file, err := os.ReadFile(sharedtest.Path(t, "data", "odd", name))
		if err != nil {
			t.Fatal(err)
		}
		if !checkJPEG(t, name, file) {
			t.Errorf("%s: not taken on", name)
		}
	}
}

func TestDecodeJPEG_stops(t *testing.T) {
	if _, err := decodeJPEG(smallJPEG(t), never); err != nil {
		t.Fatal(err)
	}
	if _, err := decodeJPEG(smallJPEG(t), func() bool { return true }); err != errStopped {
		t.Errorf("error %v, want %v", err, errStopped)
	}
}

// FuzzDecodeJPEG: what both read, image/jpeg decodes to the same pixels, but for restart markers between blocks that
// are not interleaved, which it counts wrongly.
func FuzzDecodeJPEG(f *testing.F) {
	f.Add(smallJPEG(f))
	rng := rand.New(rand.NewPCG(3, 4))
	var file bytes.Buffer
	if err := jpeg.Encode(&file, noisy(rng, 24, 40), &jpeg.Options{Quality: 30}); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	kinds, err := filepath.Glob(filepath.Join("testdata", "jpeg", "*.jpg"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range kinds {
		f.Add(readKind(f, filepath.Base(name)))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		opened, err := openJPEG(file)
		if err != nil || !opened.fit(1<<18, 1<<20) {
			return
		}
		if opened.side < 8 {
			_, _ = opened.decode(new(Memory), upright, never)
			return
		}
		got, err := decodeJPEG(file, never)
		if err != nil {
			return
		}
		m, err := jpeg.Decode(bytes.NewReader(file))
		if err != nil || opened.restart > 0 && !opened.whole() {
			return
		}
		want := flatten(m, m.Bounds().Dx(), m.Bounds().Dy(), orientationOf(JPEG, file), &jpegColours)
		if got.W != want.W || got.H != want.H || !bytes.Equal(got.Pix, want.Pix) {
			t.Error("the pixels differ from those of image/jpeg")
		}
	})
}

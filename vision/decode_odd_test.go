package vision

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"animo"
	"animo/internal/sharedtest"
)

// refused are the odd files that are no whole picture to us, and what we say of them. All others are pictures.
// Pillow, whose verdict the manifest has, is more patient with four of them: it takes PNGs without their end,
// pads a JPEG whose codes make no sense, and guesses a palette where a GIF has none.
var refused = map[string]animo.Code{
	"go/invalid-crc32.png":                  animo.CorruptImage,
	"go/invalid-noend.png":                  animo.TruncatedImage,
	"go/invalid-trunc.png":                  animo.TruncatedImage,
	"go/invalid-zlib.png":                   animo.CorruptImage,
	"pillow/broken_data_stream.png":         animo.CorruptImage,
	"pillow/decompression_bomb.gif":         animo.CorruptImage, // its frame is larger than its canvas
	"pillow/hopper_16bit.pgm":               animo.UnknownImage,
	"pillow/hopper_bad_exif.jpg":            animo.CorruptImage,
	"pillow/no_palette.gif":                 animo.CorruptImage,
	"pillow/truncated_jpeg.jpg":             animo.TruncatedImage,
	"pillow/ultrahdr.jpg":                   animo.TruncatedImage,
	"synthetic/bomb_20000x20000_1bit.png":   animo.ImageTooLarge,
	"synthetic/bomb_header_60000x60000.png": animo.ImageTooLarge,
	"synthetic/empty.jpg":                   animo.TruncatedImage,
	"synthetic/jpeg_half.jpg":               animo.TruncatedImage,
	"synthetic/jpeg_header_only.jpg":        animo.TruncatedImage,
	"synthetic/text.jpg":                    animo.UnknownImage,
}

// cutJPEGs are those of them that are decoded as far as they go.
var cutJPEGs = map[string]bool{"pillow/truncated_jpeg.jpg": true, "synthetic/jpeg_half.jpg": true}

// TestDecode_odd_files reads every file of the collection of bombs, damaged and strange pictures.
func TestDecode_odd_files(t *testing.T) {
	folder := sharedtest.Path(t, "data", "odd")
	f, err := os.Open(filepath.Join(folder, "manifest.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	const file, size, turn = 0, 4, 6
	for _, row := range rows[1:] {
		t.Run(row[file], func(t *testing.T) {
			m, err := decodeFile(t, filepath.Join(folder, row[file]))
			if want, ok := refused[row[file]]; ok {
				if animo.CodeOf(err) != want {
					t.Fatalf("error %q (%v), want %q", animo.CodeOf(err), err, want)
				}
				if _, ok := err.(*animo.Error); !ok {
					t.Errorf("a %T is not for people", err)
				}
				if cutJPEGs[row[file]] != (m.Pix != nil) {
					t.Errorf("there is a picture of what was cut off: %v", m.Pix != nil)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(m.Pix) != 3*m.W*m.H {
				t.Fatalf("%d bytes for %d × %d pixels", len(m.Pix), m.W, m.H)
			}
			if row[size] == "" { // Pillow could not read it
				return
			}
			w, h, _ := strings.Cut(row[size], "x")
			if o, _ := strconv.Atoi(row[turn]); o >= 5 {
				w, h = h, w
			}
			if strconv.Itoa(m.W) != w || strconv.Itoa(m.H) != h {
				t.Errorf("%d × %d pixels, want %s × %s", m.W, m.H, w, h)
			}
		})
	}
}

// TestDecode_orientations turns the same photo from each of the eight ways a camera may lie.
func TestDecode_orientations(t *testing.T) {
	for _, group := range []struct {
		upright string
		others  string
		limit   float64 // of the mean difference: they were compressed anew each time
	}{
		{"exif/Landscape_1.jpg", "exif/Landscape_?.jpg", 6},
		{"exif/Portrait_1.jpg", "exif/Portrait_?.jpg", 6},
		{"pillow/hopper.bmp", "pillow/hopper_orientation_?.jpg", 7},
		{"pillow/hopper.bmp", "pillow/hopper_orientation_?.webp", 7}, // 10 with the colours of JFIF
		{"go/yellow_rose.lossless.webp", "go/yellow_rose.lossy*.webp", 2},
	} {
		folder := sharedtest.Path(t, "data", "odd")
		want, err := decodeFile(t, filepath.Join(folder, group.upright))
		if err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(folder, group.others))
		if err != nil || len(files) == 0 {
			t.Fatalf("found %v, %v", files, err)
		}
		for _, file := range files {
			got, err := decodeFile(t, file)
			if err != nil {
				t.Fatal(err)
			}
			if got.W != want.W || got.H != want.H {
				t.Errorf("%s: %d × %d pixels, want %d × %d", filepath.Base(file), got.W, got.H, want.W, want.H)
				continue
			}
			sum := 0
			for i, v := range got.Pix {
				sum += max(int(v), int(want.Pix[i])) - min(int(v), int(want.Pix[i]))
			}
			if mean := float64(sum) / float64(len(got.Pix)); mean > group.limit {
				t.Errorf("%s differs by %.1f a sample from the upright one, want at most %.0f", filepath.Base(file), mean, group.limit)
			} else {
				t.Logf("%s differs by %.2f", filepath.Base(file), mean)
			}
		}
	}
}

func decodeFile(t testing.TB, name string) (Image, error) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return Decode(t.Context(), f, Limits{})
}

package vision

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"animo"
	"animo/internal/sharedtest"
)

// readKind reads a JPEG of testdata/jpeg. They show the same picture; those that jpegtran made of baseline.jpg have its
// very coefficients.
func readKind(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", "jpeg", name))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func decodeKind(t testing.TB, file []byte) Image {
	t.Helper()
	m, err := Decode(t.Context(), bytes.NewReader(file), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDecode_same_coefficients_in_other_codes(t *testing.T) {
	want := decodeKind(t, readKind(t, "baseline.jpg"))
	for _, name := range []string{"progressive.jpg", "progressive-restart.jpg", "three-scans.jpg",
		"arithmetic.jpg", "arithmetic-restart.jpg", "arithmetic-progressive.jpg"} {
		got := decodeKind(t, readKind(t, name))
		if got.W != want.W || got.H != want.H || !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("%s: the pixels differ from those of baseline.jpg", name)
		}
	}
}

// difference is the root of the mean squared difference of the samples of two pictures of a size.
func difference(a, b Image) float64 {
	if a.W != b.W || a.H != b.H {
		return math.Inf(1)
	}
	sum := 0.0
	for i := range a.Pix {
		d := float64(a.Pix[i]) - float64(b.Pix[i])
		sum += d * d
	}
	return math.Sqrt(sum / float64(len(a.Pix)))
}

func TestDecode_any_sampling(t *testing.T) {
	want := decodeKind(t, readKind(t, "baseline.jpg"))
	for _, name := range []string{"unequal-chroma.jpg", "unequal-progressive.jpg", "fine-chroma.jpg", "thirds.jpg"} {
		if d := difference(decodeKind(t, readKind(t, name)), want); d > 13 {
			t.Errorf("%s differs by %.1f from baseline.jpg", name, d)
		} else {
			t.Logf("%s differs by %.2f", name, d)
		}
	}
}

// twelveBits makes a file of 12-bit samples of one of 8-bit samples: the same coefficients times 16.
func twelveBits(file []byte) []byte {
	out := append([]byte{}, file[:2]...)
	for i := 2; ; {
		marker, length := file[i+1], int(binary.BigEndian.Uint16(file[i+2:]))
		segment := bytes.Clone(file[i : i+2+length])
		i += 2 + length
		switch marker {
		case markerSOF0:
			segment[1], segment[4] = markerSOF1, 12
		case markerDQT:
			wide := []byte{0xff, markerDQT, 0, 2 + 129, 1<<4 | segment[4]}
			for _, q := range segment[5:69] {
				wide = binary.BigEndian.AppendUint16(wide, 16*uint16(q))
			}
			segment = wide
		}
		out = append(out, segment...)
		if marker == markerSOS {
			return append(out, file[i:]...)
		}
	}
}

func TestDecode_twelve_bits(t *testing.T) {
	file := readKind(t, "baseline.jpg")
	want, got := decodeKind(t, file), decodeKind(t, twelveBits(file))
	if !bytes.Equal(got.Pix, want.Pix) {
		t.Errorf("differs by %.2f from the same picture of 8 bits", difference(got, want))
	}
}

// mean halves a picture so many times, by the mean of each four pixels, or as many as there are at its edge.
func mean(m Image, times int) Image {
	for range times {
		out := NewImage(ceilDiv(m.W, 2), ceilDiv(m.H, 2))
		for i := range out.Pix {
			x, y, c := i/3%out.W, i/3/out.W, i%3
			sum, n := 0, 0
			for _, at := range [][2]int{{2 * x, 2 * y}, {2*x + 1, 2 * y}, {2 * x, 2*y + 1}, {2*x + 1, 2*y + 1}} {
				if at[0] < m.W && at[1] < m.H {
					sum += int(m.Pix[3*(at[1]*m.W+at[0])+c])
					n++
				}
			}
			out.Pix[i] = uint8((sum + n/2) / n)
		}
		m = out
	}
	return m
}

// TestDecode_smaller decodes pictures that have more pixels than may be, in each way that files are coded.
func TestDecode_smaller(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits [4]float64 // of the difference, for each time that the size is halved
	}{
		{"gray.jpg", [4]float64{0, 1, 2, 1}},
		{"baseline.jpg", [4]float64{0, 9, 16, 25}}, // chroma is coarser still
		{"arithmetic-progressive.jpg", [4]float64{0, 9, 16, 25}},
	} {
		name := c.name
		whole := decodeKind(t, readKind(t, name))
		for times, limit := range c.limits {
			want := mean(whole, times)
			var admitted int64
			got, err := Decode(t.Context(), bytes.NewReader(readKind(t, name)), Limits{MaxPixels: want.W * want.H * 3 / 2, MaxMemory: 1 << 30, Admit: admitting(&admitted)})
			if err != nil {
				t.Fatal(err)
			}
			f, err := openJPEG(readKind(t, name))
			if err != nil {
				t.Fatal(err)
			}
			f.side = 8 >> times
			if bytes := 3*int64(want.W*want.H) + f.coefficientBytes(); admitted != bytes {
				t.Errorf("%s, halved %d times: asked for room for %d bytes, want %d", name, times, admitted, bytes)
			}
			if d := difference(got, want); d > limit {
				t.Errorf("%s, halved %d times: %d × %d pixels that differ by %.1f from the means", name, times, got.W, got.H, d)
			} else {
				t.Logf("%s, halved %d times: differs by %.2f", name, times, d)
			}
		}
	}
}

// admitting notes how many bytes were asked for.
func admitting(bytes *int64) func(context.Context, int64) error {
	return func(_ context.Context, n int64) error { *bytes = n; return nil }
}

// TestDecode_smaller_is_the_same_in_all_codes decodes the same coefficients smaller: refining scans need to know of those
// that are dropped.
func TestDecode_smaller_is_the_same_in_all_codes(t *testing.T) {
	for _, side := range []int{4, 2, 1} {
		var want Image
		for _, name := range []string{"baseline.jpg", "progressive.jpg", "progressive-restart.jpg", "arithmetic.jpg", "arithmetic-progressive.jpg", "three-scans.jpg"} {
			f, err := openJPEG(readKind(t, name))
			if err != nil {
				t.Fatal(err)
			}
			f.side = side
			got, err := f.decode(new(Memory), upright, never)
			if err != nil {
				t.Fatal(err)
			}
			if want.Pix == nil {
				want = got
			} else if !bytes.Equal(got.Pix, want.Pix) {
				t.Errorf("%s at %d/8 differs from baseline.jpg", name, side)
			}
		}
	}
}

// TestDecode_JPEG_cut_anywhere: of a cut file comes an error and, as far as it goes, the same picture; what is missing is
// gray.
func TestDecode_JPEG_cut_anywhere(t *testing.T) {
	for _, name := range []string{"baseline.jpg", "progressive.jpg", "progressive-restart.jpg", "arithmetic.jpg", "arithmetic-progressive.jpg", "three-scans.jpg"} {
		file := readKind(t, name)
		whole := decodeKind(t, file)
		better := math.Inf(1) // the difference of the longest part so far
		for n := range len(file) {
			m, err := Decode(t.Context(), bytes.NewReader(file[:n]), Limits{})
			if want := animo.TruncatedImage; animo.CodeOf(err) != want && n > 2 {
				t.Fatalf("%s, %d of %d bytes: %v, want %s", name, n, len(file), err, want)
			}
			if m.Pix == nil {
				if !math.IsInf(better, 1) {
					t.Fatalf("%s: nothing of %d bytes, but of fewer", name, n)
				}
				continue
			}
			d := difference(m, whole)
			if d > better+6 {
				t.Errorf("%s: %d bytes give a picture that differs by %.1f, fewer bytes one by %.1f", name, n, d, better)
			}
			better = min(better, d)
		}
		if better > 7 { // of one block
			t.Errorf("%s without its last byte differs by %.1f", name, better)
		}
	}
}

func TestDecode_says_how_much_of_a_JPEG_is_missing(t *testing.T) {
	file := readKind(t, "baseline.jpg")
	for _, c := range []struct {
		name, want, es string
		bytes          int
	}{
		{"baseline.jpg", "its very end is missing", "falta el final", len(file) - 2},
		{"baseline.jpg", "the lower 48 % of it are missing", "falta el 48 % inferior", len(file) * 7 / 10},
		{"progressive.jpg", "some of its detail or colour is missing", "falta parte del detalle o del color", len(file) * 7 / 10},
	} {
		_, err := Decode(t.Context(), bytes.NewReader(readKind(t, c.name)[:c.bytes]), Limits{})
		e, ok := errors.AsType[*animo.Error](err)
		if !ok || !strings.Contains(e.EN, c.want) || !strings.Contains(e.ES, c.es) {
			t.Errorf("%s, %d bytes: %v, want %q", c.name, c.bytes, err, c.want)
		}
	}
}

// TestDecode_photos_people_have reads the cases of photos that were refused, or of which the thumbnail was taken.
func TestDecode_photos_people_have(t *testing.T) {
	folder := sharedtest.Path(t, "cases", "photos")
	want, err := decodeFile(t, filepath.Join(folder, "progressive-420-restart-markers.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		code  animo.Code
		w, h  int
		limit float64 // of the difference from want; 0: another picture
	}{
		{"50MP-phone-size-8192x6144_refused.jpg", "", 4096, 3072, 0},
		{"dng-like_thumbnail-first.dng", "", 1000, 587, 4},
		{"jpeg-last-100-bytes-missing.jpg", animo.TruncatedImage, 1000, 587, 4},
	} {
		m, err := decodeFile(t, filepath.Join(folder, c.name))
		if animo.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
		if m.W != c.w || m.H != c.h {
			t.Errorf("%s: %d × %d pixels, want %d × %d", c.name, m.W, m.H, c.w, c.h)
		} else if c.limit > 0 && difference(m, want) > c.limit {
			t.Errorf("%s differs by %.1f from the same photo", c.name, difference(m, want))
		}
	}
}

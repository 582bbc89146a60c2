package vision

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/sharedtest"
)

// withConverter runs a test with each program that decodes HEIC alone on the path.
func withConverter(t *testing.T, test func(t *testing.T)) {
	for _, name := range []string{"heif-convert", "ffmpeg"} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for _, name := range []string{name, "sh"} {
				path, err := exec.LookPath(name)
				if err != nil && os.Getenv("ANIMO_REQUIRE_HEIC") != "" {
					t.Fatal(err)
				} else if err != nil {
					t.Skipf("SKIPPED, NOT TESTED: %v", err)
				}
				if err := os.Symlink(path, filepath.Join(folder, name)); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("PATH", folder)
			test(t)
		})
	}
}

// pretend puts a shell script in the place of heif-convert.
func pretend(t *testing.T, script string) {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "heif-convert"), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

func readHEIC(t testing.TB) []byte {
	t.Helper()
	file, err := os.ReadFile(sharedtest.Path(t, "cases", "photos", "iphone-like.heic"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestDecode_HEIC_shows_the_same_as_the_JPEG(t *testing.T) {
	want, err := decodeFile(t, sharedtest.Path(t, "cases", "photos", "progressive-420-restart-markers.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	withConverter(t, func(t *testing.T) {
		if d := difference(decodeKind(t, readHEIC(t)), want); d > 4 {
			t.Errorf("differs by %.1f from the JPEG", d)
		}
	})
}

// heicGrid makes a file whose primary picture has the same tile twice, beside each other, and is turned a quarter
// anticlockwise.
func heicGrid(p *heifPicture) []byte {
	box := func(kind string, parts ...[]byte) []byte {
		body := bytes.Join(parts, nil)
		return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), kind...), body...)
	}
	n16 := func(list ...uint16) (b []byte) {
		for _, n := range list {
			b = binary.BigEndian.AppendUint16(b, n)
		}
		return b
	}
	n32 := func(list ...uint32) (b []byte) {
		for _, n := range list {
			b = binary.BigEndian.AppendUint32(b, n)
		}
		return b
	}
	item := func(id uint16, kind string) []byte { return box("infe", n32(2<<24), n16(id, 0), []byte(kind+"\x00")) }
	grid := append([]byte{0, 0, 0, 1}, n16(uint16(2*p.tileW), uint16(p.tileH))...)
	tile := p.tiles[0]
	file := func(from uint32) []byte {
		place := func(id, method uint16, from, length int) []byte {
			return append(n16(id, method, 0, 1), n32(uint32(from), uint32(length))...)
		}
		return append(box("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")), box("meta", n32(0),
			box("hdlr", n32(0, 0), []byte("pict"), make([]byte, 13)),
			box("pitm", n32(0), n16(3)),
			box("iinf", n32(0), n16(3), item(1, "hvc1"), item(2, "hvc1"), item(3, "grid")),
			box("iref", n32(0), box("dimg", n16(3, 2, 1, 2))),
			box("idat", grid),
			box("iloc", n32(1<<24), n16(0x4400, 3), place(1, 0, int(from), len(tile)), place(2, 0, int(from), len(tile)), place(3, 1, 0, len(grid))),
			box("iprp", box("ipco", box("hvcC", p.config), box("ispe", n32(0, uint32(p.tileW), uint32(p.tileH))),
				box("ispe", n32(0, uint32(2*p.tileW), uint32(p.tileH))), box("irot", []byte{1})),
				box("ipma", n32(0, 3), n16(1), []byte{2, 0x81, 2}, n16(2), []byte{2, 0x81, 2}, n16(3), []byte{2, 3, 0x84})))...)
	}
	return append(file(uint32(len(file(0)))+8), box("mdat", tile)...)
}

func TestDecode_HEIC_of_tiles_and_turned(t *testing.T) {
	p, err := openHEIF(readHEIC(t))
	if err != nil {
		t.Fatal(err)
	}
	file := heicGrid(p)
	withConverter(t, func(t *testing.T) {
		single := decodeKind(t, readHEIC(t)) // the tile without its last row
		got := decodeKind(t, file)
		if got.W != p.tileH || got.H != 2*p.tileW {
			t.Fatalf("%d × %d pixels, want %d × %d", got.W, got.H, p.tileH, 2*p.tileW)
		}
		back := turn(got, 6)
		for _, left := range []int{0, p.tileW} {
			half := NewImage(single.W, single.H)
			for y := range half.H {
				copy(half.Pix[3*y*half.W:][:3*half.W], back.Pix[3*(y*back.W+left):])
			}
			if d := difference(half, single); d > 2 {
				t.Errorf("the tile at %d differs by %.1f from the picture it was made of", left, d)
			}
		}
	})
}

func TestDecode_tells_what_to_do_with_HEIC_where_nothing_reads_it(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, brand := range []string{"heic", "mif1", "avif"} {
		_, err := Decode(t.Context(), bytes.NewReader([]byte("\x00\x00\x00\x18ftyp"+brand+"\x00\x00\x00\x00")), Limits{})
		if animo.CodeOf(err) != animo.UnknownImage || !strings.Contains(err.Error(), "heif-convert") {
			t.Errorf("%s: %v, want %s", brand, err, animo.UnknownImage)
		}
	}
}

func TestDecode_HEIC_that_is_damaged(t *testing.T) {
	file := readHEIC(t)
	withConverter(t, func(t *testing.T) {
		for _, n := range []int{24, 100, 300, 470, len(file) / 2, len(file) - 1} {
			if _, err := Decode(t.Context(), bytes.NewReader(file[:n]), Limits{}); animo.CodeOf(err) != animo.TruncatedImage && animo.CodeOf(err) != animo.CorruptImage {
				t.Errorf("%d of %d bytes: %v", n, len(file), err)
			}
		}
	})
}

func TestDecode_HEIC_within_the_limits(t *testing.T) {
	pretend(t, "echo started >&2; exit 1")
	if _, err := Decode(t.Context(), bytes.NewReader(readHEIC(t)), Limits{MaxPixels: 500_000}); animo.CodeOf(err) != animo.ImageTooLarge {
		t.Errorf("%v, want %s", err, animo.ImageTooLarge)
	}
	full := errors.New("no room")
	if _, err := Decode(t.Context(), bytes.NewReader(readHEIC(t)), Limits{Admit: func(context.Context, int64) error { return full }}); err != full {
		t.Errorf("%v, want %v", err, full)
	}
}

func TestDecode_HEIC_ends_the_program_with_the_context(t *testing.T) {
	pretend(t, "exec sleep 600")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := Decode(ctx, bytes.NewReader(readHEIC(t)), Limits{}); err != context.DeadlineExceeded {
		t.Errorf("%v, want %v", err, context.DeadlineExceeded)
	}
}

func TestDecode_HEIC_bounds_the_program(t *testing.T) {
	pretend(t, "echo memory $(ulimit -v) time $(ulimit -t) in $PWD >&2; exit 1")
	_, err := Decode(t.Context(), bytes.NewReader(readHEIC(t)), Limits{})
	if animo.CodeOf(err) != animo.CorruptImage {
		t.Fatalf("%v, want %s", err, animo.CorruptImage)
	}
	said := errors.Unwrap(err).Error()
	if want := fmt.Sprintf("memory %d time %d in ", converterMemory, int(converterTime.Seconds())); !strings.Contains(said, want) {
		t.Errorf("the program said %q, want %q", said, want)
	}
	if _, folder, _ := strings.Cut(said, " in "); folder == "" {
		t.Errorf("the program said %q", said)
	} else if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its folder %s is still there (%v)", folder, err)
	}
}

func TestRecognize(t *testing.T) {
	pretend(t, "")
	for head, want := range map[string]string{
		"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01":     "",
		"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR":      "",
		"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00": "",
		"II*\x00\x10\x00\x00\x00CR\x02\x00":        "",
		"":                                         "the file is empty",
		"hello, people":                            "this is not a picture",
		"%PDF-1.7\n%\xe2\xe3":                      "PDF files are not read",
		"\x00\x00\x00\x0cJXL \r\n\x87\n":           "JPEG XL files are not read",
		"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00": "this is a video",
	} {
		err := Recognize([]byte(head))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", head, err, want)
		}
	}
}

func TestOrientation_one_after_another(t *testing.T) {
	m := NewImage(3, 2)
	for i := range m.Pix {
		m.Pix[i] = uint8(i)
	}
	for first := upright; first <= 8; first++ {
		for next := upright; next <= 8; next++ {
			want, got := turn(turn(m, first), next), turn(m, first.then(next))
			if got.W != want.W || !bytes.Equal(got.Pix, want.Pix) {
				t.Errorf("%d and then %d is not %d", first, next, first.then(next))
			}
		}
	}
}

// FuzzOpenHEIF: whatever the bytes, no panic, and no picture without tiles.
func FuzzOpenHEIF(f *testing.F) {
	f.Add(heicGrid(&heifPicture{tileW: 8, tileH: 8, tiles: [][]byte{{0, 0, 0, 1, 2}}, config: make([]byte, 23)}))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := openHEIF(file)
		if err != nil {
			return
		}
		if len(p.tiles) == 0 {
			t.Fatal("a picture without tiles")
		}
		_, _ = p.hevcStream()
		_, _ = p.av1Stream()
	})
}

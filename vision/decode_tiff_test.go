package vision

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"animo"
)

// tag is an entry of a directory whose values are longs.
type tag struct {
	number uint16
	values []uint32
}

// tiffOf writes a TIFF of directories, of which the first is the first page and the others belong to it, with the given
// parts behind the header. Where the parts begin is given to each directory.
func tiffOf(parts [][]byte, directories ...func(at []uint32) []tag) []byte {
	order := binary.LittleEndian
	file := []byte("II*\x00\x00\x00\x00\x00")
	var at []uint32
	for _, p := range parts {
		at = append(at, uint32(len(file)))
		file = append(file, p...)
	}
	var subs []uint32
	for i, tags := range slices.Backward(directories) {
		list := tags(at)
		if i == 0 && len(subs) > 0 {
			list = append(list, tag{tagSubIFDs, subs})
		}
		slices.SortFunc(list, func(a, b tag) int { return int(a.number) - int(b.number) })
		var entries []byte
		for _, e := range list {
			entries = order.AppendUint16(entries, e.number)
			entries = order.AppendUint16(entries, 4)
			entries = order.AppendUint32(entries, uint32(len(e.values)))
			if len(e.values) == 1 {
				entries = order.AppendUint32(entries, e.values[0])
				continue
			}
			entries = order.AppendUint32(entries, uint32(len(file)))
			for _, v := range e.values {
				file = order.AppendUint32(file, v)
			}
		}
		start := uint32(len(file))
		file = append(order.AppendUint16(file, uint16(len(list))), entries...)
		file = order.AppendUint32(file, 0)
		if i == 0 {
			order.PutUint32(file[4:], start)
		} else {
			subs = append(subs, start)
		}
	}
	return file
}

func TestDecode_JPEG_in_TIFF(t *testing.T) {
	whole := readKind(t, "baseline.jpg")
	want := decodeKind(t, whole)
	file := tiffOf([][]byte{whole}, func(at []uint32) []tag {
		return []tag{{tagWidth, []uint32{93}}, {tagHeight, []uint32{61}}, {tagCompression, []uint32{7}}, {tagPhotometric, []uint32{6}},
			{tagStripOffsets, at}, {tagStripBytes, []uint32{uint32(len(whole))}}}
	})
	if got := decodeKind(t, file); !bytes.Equal(got.Pix, want.Pix) {
		t.Errorf("one strip differs by %.1f", difference(got, want))
	}

	// Tiles, of which each is the whole picture without its tables, turned by a quarter.
	tables, bare := splitTables(whole)
	file = tiffOf([][]byte{bare, tables}, func(at []uint32) []tag {
		return []tag{{tagWidth, []uint32{150}}, {tagHeight, []uint32{100}}, {tagCompression, []uint32{7}}, {tagPhotometric, []uint32{6}},
			{tagOrientation, []uint32{6}}, {tagTileWidth, []uint32{93}}, {tagTileHeight, []uint32{61}},
			{tagTileOffsets, []uint32{at[0], at[0], at[0], at[0]}}, {tagTileBytes, slices.Repeat([]uint32{uint32(len(bare))}, 4)},
			{tagJPEGTables, []uint32{0}}}
	})
	file = withTables(file, len(tables), uint32(8+len(bare)))
	expected := NewImage(150, 100)
	for i := range expected.Pix {
		x, y, c := i/3%150%93, i/3/150%61, i%3
		expected.Pix[i] = want.Pix[3*(y*93+x)+c]
	}
	expected = turn(expected, 6)
	if got := decodeKind(t, file); got.W != 100 || !bytes.Equal(got.Pix, expected.Pix) {
		t.Errorf("tiles: %d × %d pixels that differ by %.1f", got.W, got.H, difference(got, expected))
	}
}

// splitTables takes the tables out of a JPEG, as TIFF keeps them once for all tiles.
func splitTables(file []byte) (tables, bare []byte) {
	tables, bare = []byte{0xff, markerSOI}, []byte{0xff, markerSOI}
	for i := 2; ; {
		marker, length := file[i+1], int(binary.BigEndian.Uint16(file[i+2:]))
		segment := file[i : i+2+length]
		switch marker {
		case markerDHT, markerDQT:
			tables = append(tables, segment...)
		case markerSOS:
			return append(tables, 0xff, markerEOI), append(bare, file[i:]...)
		default:
			bare = append(bare, segment...)
		}
		i += 2 + length
	}
}

// withTables makes the entry of the tables one of bytes.
func withTables(file []byte, size int, at uint32) []byte {
	order := binary.LittleEndian
	i := bytes.Index(file, []byte{tagJPEGTables & 255, tagJPEGTables >> 8, 4, 0, 1, 0, 0, 0})
	order.PutUint16(file[i+2:], 7)
	order.PutUint32(file[i+4:], uint32(size))
	order.PutUint32(file[i+8:], at)
	return file
}

// rawPhoto makes a raw photo of the given size with a thumbnail first, and a JPEG in it.
func rawPhoto(w, h uint32, jpeg []byte) []byte {
	thumbnail := make([]byte, 3*16*12)
	return tiffOf([][]byte{thumbnail, {1, 2, 3, 4}, jpeg}, func(at []uint32) []tag {
		return []tag{{tagSubfileType, []uint32{1}}, {tagWidth, []uint32{16}}, {tagHeight, []uint32{12}}, {tagCompression, []uint32{1}}, {tagPhotometric, []uint32{2}},
			{tagOrientation, []uint32{8}}, {tagStripOffsets, at[:1]}, {tagStripBytes, []uint32{uint32(len(thumbnail))}}, {258, []uint32{8}}, {277, []uint32{3}}}
	}, func(at []uint32) []tag {
		return []tag{{tagWidth, []uint32{w}}, {tagHeight, []uint32{h}}, {tagCompression, []uint32{34713}}, {tagPhotometric, []uint32{photometricCFA}},
			{tagStripOffsets, at[1:2]}, {tagStripBytes, []uint32{4}}}
	})
}

func TestDecode_raw_photo_by_its_full_JPEG(t *testing.T) {
	whole := readKind(t, "progressive.jpg")
	want := turn(decodeKind(t, whole), 8)
	if got := decodeKind(t, rawPhoto(100, 64, whole)); !bytes.Equal(got.Pix, want.Pix) {
		t.Errorf("%d × %d pixels, not those of the JPEG turned as the raw photo says", got.W, got.H)
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"a small JPEG":    {rawPhoto(6000, 4000, whole), "only one of 93 × 61 pixels"},
		"no JPEG":         {rawPhoto(6000, 4000, []byte("nothing")), "no JPEG inside"},
		"Fuji's, no JPEG": {[]byte("FUJIFILMCCD-RAW 0201FF383501"), "no JPEG inside"},
		"Canon's, small":  {append([]byte("\x00\x00\x00\x18ftypcrx \x00\x00\x00\x00"), whole...), "only one of 93 × 61 pixels"},
	} {
		_, err := Decode(t.Context(), bytes.NewReader(c.file), Limits{})
		if animo.CodeOf(err) != animo.UnknownImage || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestDecode_TIFF_with_its_thumbnail_first takes the full picture behind a thumbnail, in a file that is no raw photo.
func TestDecode_TIFF_with_its_thumbnail_first(t *testing.T) {
	pixels := make([]byte, 3*20*10)
	for i := range pixels {
		pixels[i] = uint8(i)
	}
	small := make([]byte, 3*4*2)
	directory := func(w, h, reduced, at uint32) []tag {
		return []tag{{tagSubfileType, []uint32{reduced}}, {tagWidth, []uint32{w}}, {tagHeight, []uint32{h}}, {tagCompression, []uint32{1}}, {tagPhotometric, []uint32{2}},
			{tagStripOffsets, []uint32{at}}, {tagStripBytes, []uint32{3 * w * h}}, {tagRowsPerStrip, []uint32{h}}, {258, []uint32{8, 8, 8}}, {277, []uint32{3}}}
	}
	got := decodeKind(t, tiffOf([][]byte{small, pixels},
		func(at []uint32) []tag { return directory(4, 2, 1, at[0]) }, func(at []uint32) []tag { return directory(20, 10, 0, at[1]) }))
	if got.W != 20 || !bytes.Equal(got.Pix, pixels) {
		t.Errorf("%d × %d pixels, not the full picture", got.W, got.H)
	}
}

package vision

import (
	"encoding/binary"
	"slices"
	"testing"
)

// exifBlock is a TIFF structure with two entries: another tag, and the orientation as type says.
func exifBlock(order binary.AppendByteOrder, kind uint16, value uint32) []byte {
	b := []byte("II")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("MM")
	}
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 10) // the directory, behind a gap
	b = append(b, 0, 0)
	b = order.AppendUint16(b, 2)
	b = append(order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x100), 4), 1), 0, 0, 0, 0)
	b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x112), kind), 1)
	if kind == 3 {
		return append(order.AppendUint16(b, uint16(value)), 0, 0)
	}
	return order.AppendUint32(b, value)
}

func TestOrientation_in_every_container(t *testing.T) {
	segment := func(marker byte, body []byte) []byte {
		return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
	}
	chunk := func(name string, body []byte) []byte {
		return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(body))), []byte(name), body, make([]byte, 4))
	}
	scan := segment(0xda, make([]byte, 6))
	for name, order := range map[string]binary.AppendByteOrder{"II": binary.LittleEndian, "MM": binary.BigEndian} {
		block := exifBlock(order, 3, 6)
		marked := append([]byte(exifMarker), block...)
		riff := []byte("RIFF\x00\x00\x00\x00WEBP")
		for container, c := range map[string]struct {
			format Format
			file   []byte
		}{
			"plain JPEG":            {JPEG, slices.Concat([]byte("\xff\xd8"), segment(0xe1, marked), scan)},
			"behind other segments": {JPEG, slices.Concat([]byte("\xff\xd8"), segment(0xe0, []byte("JFIF\x00")), segment(0xe1, []byte("http://ns.adobe.com")), segment(0xe1, marked), scan)},
			"behind fill bytes":     {JPEG, slices.Concat([]byte("\xff\xd8\xff\xff\xff"), segment(0xe1, marked), scan)},
			"behind junk":           {JPEG, slices.Concat([]byte("\xff\xd8junk\xff\x00"), segment(0xe1, marked), scan)},
			"the first of two":      {JPEG, slices.Concat([]byte("\xff\xd8"), segment(0xe1, marked), segment(0xe1, append([]byte(exifMarker), exifBlock(order, 3, 3)...)), scan)},
			"PNG":                   {PNG, slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", make([]byte, 13)), chunk("eXIf", block), chunk("IEND", nil))},
			"WebP":                  {WebP, appendChunk(appendChunk(slices.Clone(riff), "VP8 ", []byte{1}), "EXIF", block)},
			"WebP with the marker":  {WebP, appendChunk(slices.Clone(riff), "EXIF", marked)},
			"TIFF":                  {TIFF, block},
			"a long number":         {TIFF, exifBlock(order, 4, 6)},
		} {
			if o := orientationOf(c.format, c.file); o != 6 {
				t.Errorf("%s, %s: orientation %d, want 6", container, name, o)
			}
			for n := range c.file { // cut off, it is either found already or absent
				if o := orientationOf(c.format, c.file[:n]); o != 6 && o != upright {
					t.Errorf("%s, %s, %d bytes of it: orientation %d", container, name, n, o)
				}
			}
		}
	}
}

func TestOrientation_without_sense_is_upright(t *testing.T) {
	far := exifBlock(binary.LittleEndian, 3, 6)
	binary.LittleEndian.PutUint32(far[4:], 0xfffffff0)
	late := slices.Concat([]byte("\xff\xd8\xff\xda\x00\x02\xff\xe1\x00\x24"), []byte(exifMarker), exifBlock(binary.LittleEndian, 3, 6))
	for name, c := range map[string]struct {
		format Format
		file   []byte
	}{
		"0":                  {TIFF, exifBlock(binary.LittleEndian, 3, 0)},
		"9":                  {TIFF, exifBlock(binary.LittleEndian, 3, 9)},
		"huge":               {TIFF, exifBlock(binary.BigEndian, 4, 1<<31)},
		"a fraction":         {TIFF, exifBlock(binary.LittleEndian, 5, 6)},
		"directory far away": {TIFF, far},
		"behind the pixels":  {JPEG, late},
		"no EXIF at all":     {GIF, []byte("GIF89a")},
	} {
		if o := orientationOf(c.format, c.file); o != upright {
			t.Errorf("%s: orientation %d, want upright", name, o)
		}
	}
}

// FuzzOrientation: from any bytes, one of the eight.
func FuzzOrientation(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x24Exif\x00\x00II*\x00"))
	f.Add(exifBlock(binary.BigEndian, 3, 6))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, format := range []Format{JPEG, PNG, WebP, TIFF, GIF, ""} {
			if o := orientationOf(format, data); o < 1 || o > 8 {
				t.Errorf("%s: orientation %d", format, o)
			}
		}
	})
}

package vision

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"animo/internal/sharedtest"
)

// timeTags is what a test's file says of a time; what is empty is not there.
type timeTags struct {
	original, offset, subSec string
	gpsDate                  string
	gpsTime                  [3]uint32
}

// timeBlock is a TIFF structure with these tags: a first directory that leads to one for EXIF and one for GPS.
func timeBlock(order binary.AppendByteOrder, tags timeTags) []byte {
	mark := "II"
	if order == binary.AppendByteOrder(binary.BigEndian) {
		mark = "MM"
	}
	type entry struct {
		tag, kind uint16
		count     uint32
		value     []byte
	}
	text := func(tag uint16, v string) []entry {
		if v == "" {
			return nil
		}
		return []entry{{tag, 2, uint32(len(v) + 1), append([]byte(v), 0)}}
	}
	directory := func(at int, list []entry) []byte { // the values that do not fit follow it
		b := order.AppendUint16(nil, uint16(len(list)))
		rest := at + 2 + 12*len(list) + 4
		var values []byte
		for _, e := range list {
			b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, e.tag), e.kind), e.count)
			if len(e.value) <= 4 {
				b = append(b, append(slices.Clone(e.value), 0, 0, 0, 0)[:4]...)
				continue
			}
			b = order.AppendUint32(b, uint32(rest+len(values)))
			values = append(values, e.value...)
		}
		return append(append(b, 0, 0, 0, 0), values...)
	}
	exif := slices.Concat(text(tagOriginal, tags.original), text(tagOffsetOriginal, tags.offset), text(tagSubSecOriginal, tags.subSec))
	var gps []entry
	if tags.gpsDate != "" {
		var when []byte
		for _, n := range tags.gpsTime {
			when = order.AppendUint32(order.AppendUint32(when, n), 1)
		}
		gps = append([]entry{{tagGPSTime, 5, 3, when}}, text(tagGPSDate, tags.gpsDate)...)
	}
	const first, exifAt, gpsAt = 8, 100, 400
	b := order.AppendUint32(order.AppendUint16([]byte(mark), 42), first)
	b = append(b, directory(first, []entry{{tagExifIFD, 4, 1, order.AppendUint32(nil, exifAt)}, {tagGPSIFD, 4, 1, order.AppendUint32(nil, gpsAt)}})...)
	b = append(b, make([]byte, exifAt-len(b))...)
	b = append(b, directory(exifAt, exif)...)
	b = append(b, make([]byte, gpsAt-len(b))...)
	return append(b, directory(gpsAt, gps)...)
}

func takenAt(file []byte, zone *time.Location) (string, string) {
	at, said := TakenAt(bytes.NewReader(file), int64(len(file)), zone)
	if at.IsZero() {
		return "", said
	}
	return at.Format("2006-01-02T15:04:05.999Z07:00"), said
}

func TestTakenAt_takes_the_offset_that_is_said_then_that_of_the_gps_then_the_zone(t *testing.T) {
	havana := time.FixedZone("", -4*3600)
	const local = "2026:08:01 21:15:02"
	for name, c := range map[string]struct {
		tags timeTags
		want string
		said string
	}{
		"its own offset":                {timeTags{original: local, offset: "+05:30"}, "2026-08-01T15:45:02Z", local},
		"its own offset before the GPS": {timeTags{original: local, offset: "+02:00", gpsDate: "2026:08:02", gpsTime: [3]uint32{1, 15, 0}}, "2026-08-01T19:15:02Z", local},
		"parts of a second":             {timeTags{original: local, offset: "Z", subSec: "125"}, "2026-08-02T01:15:02.125Z", local},
		"the GPS":                       {timeTags{original: local, gpsDate: "2026:08:02", gpsTime: [3]uint32{4, 14, 12}}, "2026-08-02T04:15:02Z", local},
		"the GPS, +05:45":               {timeTags{original: local, gpsDate: "2026:08:01", gpsTime: [3]uint32{15, 30, 30}}, "2026-08-01T15:30:02Z", local},
		"a GPS fix of another day":      {timeTags{original: local, gpsDate: "2026:07:30", gpsTime: [3]uint32{4, 14, 12}}, "2026-08-02T01:15:02Z", local},
		"a GPS fix that is old":         {timeTags{original: local, gpsDate: "2026:08:02", gpsTime: [3]uint32{4, 7, 0}}, "2026-08-02T01:15:02Z", local},
		"a GPS without a date":          {timeTags{original: local, gpsDate: "    :  :  ", gpsTime: [3]uint32{4, 15, 2}}, "2026-08-02T01:15:02Z", local},
		"an offset that is none":        {timeTags{original: local, offset: "+27:00"}, "2026-08-02T01:15:02Z", local},
		"the zone":                      {timeTags{original: local}, "2026-08-02T01:15:02Z", local},
		"no clock":                      {timeTags{original: "0000:00:00 00:00:00", offset: "+02:00"}, "", "0000:00:00 00:00:00"},
		"blanks":                        {timeTags{original: "    :  :     :  :  "}, "", ""},
		"words":                         {timeTags{original: "yesterday"}, "", "yesterday"},
		"no time":                       {timeTags{gpsDate: "2026:08:02", gpsTime: [3]uint32{4, 14, 12}}, "", ""},
	} {
		for order, o := range map[string]binary.AppendByteOrder{"II": binary.LittleEndian, "MM": binary.BigEndian} {
			if at, said := takenAt(timeBlock(o, c.tags), havana); at != c.want || said != c.said {
				t.Errorf("%s, %s: %q, said %q; want %q, %q", name, order, at, said, c.want, c.said)
			}
		}
	}
}

func TestTakenAt_in_every_container(t *testing.T) {
	block := timeBlock(binary.BigEndian, timeTags{original: "2026:08:01 21:15:02", offset: "-04:00"})
	segment := func(marker byte, body []byte) []byte {
		return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
	}
	chunk := func(name string, body []byte) []byte {
		return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(body))), []byte(name), body, make([]byte, 4))
	}
	box := func(name string, body ...[]byte) []byte {
		b := slices.Concat(body...)
		return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(b)+8)), []byte(name), b)
	}
	heic := func(at uint32) []byte {
		item := slices.Concat([]byte{0, 0, 0, 6}, []byte(exifMarker), block)
		iloc := slices.Concat([]byte{0, 0, 0, 0, 0x44, 0, 0, 1, 0, 7, 0, 0, 0, 1}, binary.BigEndian.AppendUint32(nil, at), binary.BigEndian.AppendUint32(nil, uint32(len(item))))
		file := slices.Concat(box("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")),
			box("meta", []byte{0, 0, 0, 0}, box("iinf", []byte{0, 0, 0, 0, 0, 1}, box("infe", []byte{2, 0, 0, 0, 0, 7, 0, 0}, []byte("Exif\x00"))), box("iloc", iloc)),
			box("mdat", item))
		return file
	}
	from := func(first uint32) []byte { // the block with another directory as its first one
		return slices.Concat(block[:4], binary.BigEndian.AppendUint32(nil, first), block[8:])
	}
	jpeg := slices.Concat([]byte("\xff\xd8"), segment(0xe1, append([]byte(exifMarker), block...)), segment(0xda, make([]byte, 6)))
	raf := slices.Concat([]byte("FUJIFILMCCD-RAW 0201FF389503X-T30"), make([]byte, 51), binary.BigEndian.AppendUint32(nil, 1000), binary.BigEndian.AppendUint32(nil, uint32(len(jpeg))))
	canon := []byte("\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48")
	file := heic(0)
	file = heic(uint32(bytes.Index(file, []byte("mdat")) + 4))
	files := map[string][]byte{
		"JPEG":                     slices.Concat([]byte("\xff\xd8"), segment(0xe0, []byte("JFIF\x00")), segment(0xe2, make([]byte, 60_000)), segment(0xe1, append([]byte(exifMarker), block...)), segment(0xda, make([]byte, 6)), make([]byte, 100_000)),
		"PNG, behind the pixels":   slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", make([]byte, 13)), chunk("IDAT", make([]byte, 700_000)), chunk("eXIf", block), chunk("IEND", nil)),
		"WebP, behind the picture": appendChunk(appendChunk([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8 ", make([]byte, 300_001)), "EXIF", block),
		"TIFF":                     block,
		"Fujifilm's RAF":           slices.Concat(raf, make([]byte, 1000-len(raf)), jpeg, make([]byte, 5000)),
		"Canon's CR3": slices.Concat(box("ftyp", []byte("crx \x00\x00\x00\x01crx isom")),
			box("moov", box("uuid", canon, box("CNCV", make([]byte, 30)), box("CMT1", from(8)), box("CMT2", from(100)), box("CMT3", from(8)), box("CMT4", from(400))), box("trak", make([]byte, 100))),
			box("mdat", make([]byte, 5000))),
		"HEIC": file,
	}
	for name, file := range files {
		if at, _ := takenAt(file, time.UTC); at != "2026-08-02T01:15:02Z" {
			t.Errorf("%s: %q", name, at)
		}
		for n := 0; n < len(file); n += 1 + n/50 { // cut off, it is either found or absent
			if at, _ := takenAt(file[:n], time.UTC); at != "" && at != "2026-08-02T01:15:02Z" && at != "2026-08-01T21:15:02Z" {
				t.Errorf("%s, %d bytes of it: %q", name, n, at)
			}
		}
		rng := rand.New(rand.NewPCG(1, 2))
		for range 2000 { // damaged, it is no panic
			broken := slices.Clone(file[:min(len(file), 2000)])
			for range 3 {
				broken[rng.IntN(len(broken))] = byte(rng.Uint32())
			}
			takenAt(broken, time.UTC)
		}
	}
	for _, name := range []string{"GIF89a", "BM", "", "\xff\xd8\xff"} {
		if at, said := takenAt([]byte(name+strings.Repeat("\x00", 40)), time.UTC); at != "" || said != "" {
			t.Errorf("%q: %q, %q", name, at, said)
		}
	}
}

func TestTakenAt_of_a_CR3_takes_the_offset_of_its_GPS(t *testing.T) {
	block := timeBlock(binary.LittleEndian, timeTags{original: "2026:08:01 21:15:02", gpsDate: "2026:08:02", gpsTime: [3]uint32{4, 14, 12}})
	box := func(name string, body ...[]byte) []byte {
		b := slices.Concat(body...)
		return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(b)+8)), []byte(name), b)
	}
	from := func(first uint32) []byte {
		return slices.Concat(block[:4], binary.LittleEndian.AppendUint32(nil, first), block[8:])
	}
	canon := []byte("\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48")
	file := slices.Concat(box("ftyp", []byte("crx \x00\x00\x00\x01")), box("moov", box("uuid", canon, box("CMT2", from(100)), box("CMT4", from(400)))))
	if at, _ := takenAt(file, time.UTC); at != "2026-08-02T04:15:02Z" {
		t.Errorf("%q", at)
	}
}

// TestTakenAt_of_real_files compares with what exiftool 13 prints of DateTimeOriginal, OffsetTimeOriginal, SubSecTimeOriginal and GPSDateTime. The GPS
// of sample1 is of another day; that of sample6 is seven hours before its clock, within a minute.
func TestTakenAt_of_real_files(t *testing.T) {
	for path, want := range map[string]string{
		filepath.Join("..", "samples", "photos", "sample1.jpg"):  "2017-10-31T19:16:18Z",
		filepath.Join("..", "samples", "photos", "sample6.jpg"):  "2018-05-06T02:42:10Z",
		sharedtest.Path(t, "data", "odd", "pillow/ultrahdr.jpg"): "2024-05-07T01:33:04.046Z",
	} {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if at, said := takenAt(file, time.FixedZone("", 3600)); at != want {
			t.Errorf("%s: %q, said %q; want %q", path, at, said, want)
		}
	}
}

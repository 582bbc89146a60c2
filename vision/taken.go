package vision

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"strings"
	"time"
)

// The EXIF tags of a time (CIPA DC-008-2023, 4.6.6 and 4.6.7).
const (
	tagExifIFD, tagGPSIFD                    = 0x8769, 0x8825
	tagOriginal, tagOffsetOriginal           = 0x9003, 0x9011
	tagSubSecOriginal                        = 0x9291
	tagGPSTime, tagGPSDate                   = 0x07, 0x1d
	exifLayout                               = "2006:01:02 15:04:05"
	exifMost                                 = 64 << 10 // bytes of a block outside of a TIFF: what a JPEG's segment holds
	metaMost                                 = 4 << 20  // bytes of what a HEIF container says of its pictures
	textMost                                 = 64       // bytes of a time as text
	entriesMost                              = 1000     // of a directory
	gpsStale, offsetMin, offsetMax, offsetBy = 5 * time.Minute, -12 * time.Hour, 14 * time.Hour, 15 * time.Minute
)

// TakenAt tells when a picture was taken, by the EXIF tag DateTimeOriginal of a file of so many bytes: in the offset that
// OffsetTimeOriginal names, else in the one by which that time differs from the GPS's, else in zone. said is the time as the
// file writes it, "" where it does not say; at is the zero time where that is no time. A GPS fix may be some minutes old, and
// many files keep one of another day: only one within five minutes of a multiple of a quarter of an hour, from -12 to +14
// hours, is an offset. TakenAt reads little of the file, of JPEG, PNG, WebP, TIFF, HEIC, AVIF, and the raw photos that are built
// like a TIFF, Canon's CR3 and Fujifilm's RAF, and knows no time of what is damaged.
func TakenAt(r io.ReaderAt, size int64, zone *time.Location) (at time.Time, said string) {
	exif, gps := timesOf(r, size)
	said = exif.text(tagOriginal)
	if strings.Trim(said, " :") == "" { // a camera that does not know the time leaves blanks
		return time.Time{}, ""
	}
	local, err := time.Parse(exifLayout, said)
	if err != nil {
		return time.Time{}, said
	}
	local = local.Add(fraction(exif.text(tagSubSecOriginal)))
	if offset, ok := parseOffset(exif.text(tagOffsetOriginal)); ok {
		return local.Add(-offset), said
	}
	if utc, ok := gps.in.gpsTime(gps.entries); ok {
		offset := local.Sub(utc).Round(offsetBy)
		if drift := local.Sub(utc) - offset; offset >= offsetMin && offset <= offsetMax && drift.Abs() <= gpsStale {
			return local.Add(-offset), said
		}
	}
	y, m, d := local.Date()
	return time.Date(y, m, d, local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), zone).UTC(), said
}

// parseOffset reads an offset from UTC such as +05:30.
func parseOffset(v string) (time.Duration, bool) {
	at, err := time.Parse("-07:00", v)
	if err != nil {
		return 0, false
	}
	_, seconds := at.Zone()
	offset := time.Duration(seconds) * time.Second
	return offset, offset >= offsetMin && offset <= offsetMax
}

// fraction reads the digits behind a second's decimal point.
func fraction(digits string) time.Duration {
	v, err := strconv.ParseFloat("0."+digits, 64)
	if digits == "" || err != nil {
		return 0
	}
	return time.Duration(v * float64(time.Second)).Round(time.Millisecond)
}

// directory is what is noted in one place of a TIFF structure. The zero value has nothing.
type directory struct {
	in      directories
	entries map[uint16]directoryEntry
}

func (d directory) text(tag uint16) string { return d.in.text(d.entries[tag]) }

// timesOf reads the directories of EXIF and of the GPS of a file.
func timesOf(r io.ReaderAt, size int64) (exif, gps directory) {
	if brandOf(readAt(r, 0, HeadBytes)) == "crx " {
		return canonTimes(r, size)
	}
	block := exifOf(r, size)
	if block == nil {
		return exif, gps
	}
	t, first, ok := openDirectories(block)
	if !ok {
		return exif, gps
	}
	root := t.read(first)
	return directory{t, t.read(t.number(root[tagExifIFD]))}, directory{t, t.read(t.number(root[tagGPSIFD]))}
}

// canonUUID names the box of a CR3 that has the camera's notes, each directory as a TIFF structure of its own: CMT2 has that of EXIF, CMT4
// that of the GPS. Canon has not published that; https://github.com/lclevy/canon_cr3 has it.
const canonUUID = "\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48"

// canonTimes is timesOf a CR3.
func canonTimes(r io.ReaderAt, size int64) (exif, gps directory) {
	only := func(block []byte) directory {
		d, first, ok := openDirectories(bytes.NewReader(block))
		if !ok {
			return directory{}
		}
		return directory{d, d.read(first)}
	}
	for at := int64(0); ; {
		head := readAt(r, at, 8)
		length := int64(0)
		if len(head) == 8 {
			length = int64(binary.BigEndian.Uint32(head))
		}
		if length < 8 { // no more, or the pictures, which come last
			return exif, gps
		}
		if string(head[4:]) == "moov" {
			for _, box := range heifBoxes(readAt(r, at+8, min(length-8, metaMost, max(0, size-at-8)))) {
				body, notes := bytes.CutPrefix(box.body, []byte(canonUUID))
				if box.kind != "uuid" || !notes {
					continue
				}
				for _, box := range heifBoxes(body) {
					switch box.kind {
					case "CMT2":
						exif = only(box.body)
					case "CMT4":
						gps = only(box.body)
					}
				}
			}
			return exif, gps
		}
		at += length
	}
}

// rafJPEG is where a RAF says at which place its JPEG begins and how many bytes it has (https://libopenraw.freedesktop.org/formats/raf).
const rafJPEG = 84

// exifOf finds what holds the EXIF directories of a file; nil where there is none.
func exifOf(r io.ReaderAt, size int64) io.ReaderAt {
	head := readAt(r, 0, HeadBytes)
	var block []byte
	switch FormatOf(head) {
	case JPEG:
		block = jpegEXIF(readAt(r, 0, min(size, 4*exifMost))) // other segments may stand before it
	case PNG:
		block = findChunk(r, size, 8, "eXIf", func(head []byte) (string, int64, int64) {
			length := int64(binary.BigEndian.Uint32(head))
			return string(head[4:8]), length, length + 4 // a checksum
		})
	case WebP:
		block = findChunk(r, size, riffHeader, "EXIF", func(head []byte) (string, int64, int64) {
			length := int64(binary.LittleEndian.Uint32(head[4:]))
			return string(head[:4]), length, length + length&1
		})
	case HEIC, AVIF:
		block = heifEXIF(r, size)
	case TIFF:
		return r
	case RAW:
		if bytes.HasPrefix(head, []byte("II")) || bytes.HasPrefix(head, []byte("MM")) {
			return r
		}
		if place := readAt(r, rafJPEG, 8); bytes.HasPrefix(head, []byte("FUJIFILM")) && len(place) == 8 {
			block = jpegEXIF(readAt(r, int64(binary.BigEndian.Uint32(place)), min(int64(binary.BigEndian.Uint32(place[4:])), size, 4*exifMost)))
		}
	}
	if block = bytes.TrimPrefix(block, []byte(exifMarker)); len(block) == 0 {
		return nil
	}
	return bytes.NewReader(block)
}

// findChunk looks for a chunk behind a file's header of at bytes. read tells of 8 bytes before a chunk's content its name, how
// many bytes the content has, and after how many the next chunk begins.
func findChunk(r io.ReaderAt, size, at int64, wanted string, read func(head []byte) (name string, length, next int64)) []byte {
	for range entriesMost {
		head := readAt(r, at, 8)
		if len(head) < 8 {
			return nil
		}
		name, length, next := read(head)
		if at += 8; name == wanted {
			return readAt(r, at, min(length, exifMost, max(0, size-at)))
		}
		at += next
	}
	return nil
}

// heifEXIF reads the EXIF block of a HEIC or AVIF file (ISO/IEC 23008-12, A.2.1): behind four bytes that say after how many
// more it begins.
func heifEXIF(r io.ReaderAt, size int64) []byte {
	for at := int64(0); ; {
		head := readAt(r, at, 8)
		if len(head) < 8 {
			return nil
		}
		length := int64(binary.BigEndian.Uint32(head))
		if string(head[4:]) != "meta" {
			if length < 8 { // to the end of the file, or longer than 4 GiB: what comes first is short
				return nil
			}
			at += length
			continue
		}
		h := &heifFile{kinds: map[uint32]string{}, places: map[uint32][]heifExtent{}, made: map[uint32][]uint32{}, has: map[uint32][]int{}}
		for _, box := range heifBoxes(readAt(r, at, min(length, metaMost))) {
			if len(box.body) > 4 {
				for _, box := range heifBoxes(box.body[4:]) {
					h.meta(box)
				}
			}
		}
		for id, kind := range h.kinds {
			if kind != "Exif" || len(h.places[id]) != 1 {
				continue
			}
			e := h.places[id][0]
			var from io.ReaderAt = r
			if e.inside {
				from = bytes.NewReader(h.inside)
			}
			if e.from > uint64(size) {
				return nil
			}
			item := readAt(from, int64(e.from), int64(min(e.length, exifMost)))
			if len(item) < 4 {
				return nil
			}
			skip := binary.BigEndian.Uint32(item)
			if item = item[4:]; uint64(skip) >= uint64(len(item)) {
				return nil
			}
			return item[skip:]
		}
		return nil
	}
}

// readAt reads so many bytes, or those that there are.
func readAt(r io.ReaderAt, at, n int64) []byte {
	if n <= 0 {
		return nil
	}
	b := make([]byte, n)
	got, _ := r.ReadAt(b, at)
	return b[:got]
}

// directories reads the directories of a TIFF structure, of which only what is asked for is read.
type directories struct {
	r     io.ReaderAt
	order binary.ByteOrder
}

// directoryEntry is a tag's kind, its count and the four bytes that are its value or say where that is.
type directoryEntry struct {
	kind, count uint32
	value       []byte
}

// openDirectories reads the header of a TIFF structure, and where its first directory is. What stands in place of 42 is
// some raw photos' own.
func openDirectories(r io.ReaderAt) (d directories, first uint32, ok bool) {
	head := readAt(r, 0, 8)
	if len(head) < 8 || head[0] != head[1] || head[0] != 'I' && head[0] != 'M' {
		return d, 0, false
	}
	d = directories{r, binary.LittleEndian}
	if head[0] == 'M' {
		d.order = binary.BigEndian
	}
	return d, d.order.Uint32(head[4:]), true
}

// read reads the directory at a place; none at 0.
func (d directories) read(at uint32) map[uint16]directoryEntry {
	count := readAt(d.r, int64(at), 2)
	if at == 0 || len(count) < 2 {
		return nil
	}
	list := readAt(d.r, int64(at)+2, 12*min(int64(d.order.Uint16(count)), entriesMost))
	entries := map[uint16]directoryEntry{}
	for ; len(list) >= 12; list = list[12:] {
		tag := d.order.Uint16(list)
		if _, twice := entries[tag]; !twice {
			entries[tag] = directoryEntry{uint32(d.order.Uint16(list[2:])), d.order.Uint32(list[4:]), list[8:12]}
		}
	}
	return entries
}

// number returns an entry of one long, 0 for any other.
func (d directories) number(e directoryEntry) uint32 {
	const long, ifd = 4, 13
	if e.count != 1 || e.kind != long && e.kind != ifd {
		return 0
	}
	return d.order.Uint32(e.value)
}

// text returns an entry of letters up to their end, without the spaces round them.
func (d directories) text(e directoryEntry) string {
	const ascii = 2
	if e.kind != ascii || e.count == 0 || e.count > textMost {
		return ""
	}
	b := e.value[:min(4, e.count)]
	if e.count > 4 {
		b = readAt(d.r, int64(d.order.Uint32(e.value)), int64(e.count))
	}
	b, _, _ = bytes.Cut(b, []byte{0})
	return strings.TrimSpace(string(b))
}

// gpsTime returns the UTC of a GPS fix: a date, and hours, minutes and seconds as three fractions.
func (d directories) gpsTime(gps map[uint16]directoryEntry) (time.Time, bool) {
	const rational = 5
	e := gps[tagGPSTime]
	if e.kind != rational || e.count != 3 {
		return time.Time{}, false
	}
	b := readAt(d.r, int64(d.order.Uint32(e.value)), 24)
	date, err := time.Parse("2006:01:02", d.text(gps[tagGPSDate]))
	if len(b) < 24 || err != nil {
		return time.Time{}, false
	}
	seconds := 0.0
	for i, unit := range []float64{3600, 60, 1} {
		over, under := d.order.Uint32(b[8*i:]), d.order.Uint32(b[8*i+4:])
		if under == 0 {
			return time.Time{}, false
		}
		seconds += unit * float64(over) / float64(under)
	}
	return date.Add(time.Duration(seconds * float64(time.Second))), seconds < 86401
}

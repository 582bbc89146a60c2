package vision

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"

	"animo"
)

// tiffFile is a TIFF, of which raw photos of most cameras are a kind: a header, and directories, each of which
// describes a picture. The tags and their values are those of TIFF 6.0, its Technical Note 2 on JPEG, and DNG 1.7.
type tiffFile struct {
	data  []byte
	order binary.ByteOrder
}

// tiffDirectory is what a directory says of a picture.
type tiffDirectory struct {
	at           uint32 // where in the file
	entries      map[uint16]tiffEntry
	w, h         int
	reduced, raw bool // a smaller copy of another picture; samples of a sensor, and not of a picture
	compression  uint32
	photometric  uint32
}

// tiffEntry are the values of a tag, as they are in the file.
type tiffEntry struct {
	kind  uint16
	bytes []byte
}

// The tags.
const (
	tagSubfileType, tagWidth, tagHeight       = 254, 256, 257
	tagBits, tagCompression, tagPhotometric   = 258, 259, 262
	tagStripOffsets, tagStripBytes            = 273, 279
	tagOrientation, tagRowsPerStrip           = 274, 278
	tagPlanar, tagSubIFDs                     = 284, 330
	tagTileWidth, tagTileHeight               = 322, 323
	tagTileOffsets, tagTileBytes              = 324, 325
	tagJPEGTables, tagOldJPEG, tagOldJPEGSize = 347, 513, 514
	tagDNGVersion                             = 50706
)

// The values of tags that matter here.
const (
	compressionOldJPEG, compressionJPEG      = 6, 7
	photometricRGB                           = 2
	photometricCFA, photometricLinearRaw     = 32803, 34892
	maxDirectories                           = 100
	compressionARW, compressionNEF           = 32767, 34713
	compressionSRW, compressionPEF           = 32770, 65535
	compressionLossyDNG, compressionJPEGXLin = 34892, 52546
)

// openTIFF reads the header; it is not ok for what is no TIFF.
func openTIFF(data []byte) (t *tiffFile, first uint32, ok bool) {
	if len(data) < 8 {
		return nil, 0, false
	}
	t = &tiffFile{data, binary.LittleEndian}
	if data[0] == 'M' {
		t.order = binary.BigEndian
	}
	return t, t.order.Uint32(data[4:]), data[0] == data[1] && (data[0] == 'M' || data[0] == 'I')
}

// directories lists the directories of a file: the pages, each followed by the pictures that belong to it.
func (t *tiffFile) directories(first uint32) []*tiffDirectory {
	var list []*tiffDirectory
	seen := map[uint32]bool{}
	var read func(at uint32)
	read = func(at uint32) {
		for at != 0 && !seen[at] && len(list) < maxDirectories {
			seen[at] = true
			d, next := t.directory(at)
			if d == nil {
				return
			}
			list = append(list, d)
			for _, sub := range t.values(d.entries[tagSubIFDs]) {
				read(sub)
			}
			at = next
		}
	}
	read(first)
	return list
}

// directory reads the directory at a place, and where the next one is; nil where there is none.
func (t *tiffFile) directory(at uint32) (d *tiffDirectory, next uint32) {
	if uint64(at)+2 > uint64(len(t.data)) {
		return nil, 0
	}
	d = &tiffDirectory{at: at, entries: map[uint16]tiffEntry{}}
	rest := t.data[at+2:]
	for range t.order.Uint16(t.data[at:]) {
		if len(rest) < 12 {
			return nil, 0
		}
		tag, kind, count := t.order.Uint16(rest), t.order.Uint16(rest[2:]), uint64(t.order.Uint32(rest[4:]))
		size := count * uint64(map[uint16]int{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 13: 4}[kind])
		value := rest[8:12]
		if size > 4 {
			value = nil
			if from := uint64(t.order.Uint32(rest[8:])); from+size <= uint64(len(t.data)) {
				value = t.data[from : from+size]
			}
		}
		d.entries[tag] = tiffEntry{kind, value[:min(size, uint64(len(value)))]}
		rest = rest[12:]
	}
	if len(rest) >= 4 {
		next = t.order.Uint32(rest)
	}
	d.w, d.h = int(t.value(d, tagWidth, 0)), int(t.value(d, tagHeight, 0))
	d.reduced = t.value(d, tagSubfileType, 0)&1 != 0
	d.compression, d.photometric = t.value(d, tagCompression, 1), t.value(d, tagPhotometric, photometricRGB)
	switch d.compression {
	case compressionARW, compressionNEF, compressionSRW, compressionPEF, compressionLossyDNG, compressionJPEGXLin:
		d.raw = true
	}
	if d.photometric == photometricCFA || d.photometric == photometricLinearRaw {
		d.raw = true
	}
	return d, next
}

// values returns the numbers of an entry of bytes, shorts or longs.
func (t *tiffFile) values(e tiffEntry) []uint32 {
	var list []uint32
	switch e.kind {
	case 1:
		for _, b := range e.bytes {
			list = append(list, uint32(b))
		}
	case 3:
		for b := e.bytes; len(b) >= 2; b = b[2:] {
			list = append(list, uint32(t.order.Uint16(b)))
		}
	case 4, 13:
		for b := e.bytes; len(b) >= 4; b = b[4:] {
			list = append(list, t.order.Uint32(b))
		}
	}
	return list
}

// value returns the first number of a tag.
func (t *tiffFile) value(d *tiffDirectory, tag uint16, otherwise uint32) uint32 {
	if list := t.values(d.entries[tag]); len(list) > 0 {
		return list[0]
	}
	return otherwise
}

// orientation returns how the picture of d must be turned; the first directory speaks for those that do not say.
func (t *tiffFile) orientation(d, first *tiffDirectory) orientation {
	for _, d := range []*tiffDirectory{d, first} {
		if o := t.value(d, tagOrientation, 0); o >= 1 && o <= 8 {
			return orientation(o)
		}
	}
	return upright
}

// tiff decodes the first picture of a TIFF; of a raw photo, whose first picture is a thumbnail, the full one.
func (d *decoding) tiff() (Image, error) {
	t, at, ok := openTIFF(d.data)
	var list []*tiffDirectory
	if ok {
		list = t.directories(at)
	}
	if len(list) == 0 {
		return d.other() // it says what is wrong
	}
	main := list[0]
	if main.reduced || main.raw {
		var full, raw *tiffDirectory // the largest of each
		for _, c := range list {
			switch {
			case c.raw && (raw == nil || c.w*c.h > raw.w*raw.h):
				raw = c
			case !c.raw && !c.reduced && c.w > 0 && (full == nil || c.w*c.h > full.w*full.h):
				full = c
			}
		}
		switch {
		case full != nil && (raw == nil || 2*max(full.w, full.h) >= max(raw.w, raw.h)):
			main = full
		case raw != nil:
			return d.raw(max(raw.w, raw.h), t.orientation(raw, list[0]))
		}
	}
	o := t.orientation(main, list[0])
	switch main.compression {
	case compressionJPEG:
		return d.tiffJPEG(t, main, o)
	case compressionOldJPEG:
		if from := uint64(t.value(main, tagOldJPEG, 0)); from > 0 && from < uint64(len(d.data)) {
			return d.jpeg(d.data[from:], o)
		}
		return Image{}, d.failed(unsupportedError("JPEG of the old kind"))
	}
	t.order.PutUint32(d.data[4:], main.at) // the decoder takes the first directory
	return d.otherTurned(o)
}

// tiffJPEG decodes a picture that consists of one or more JPEGs, strips or tiles, which share their tables.
func (d *decoding) tiffJPEG(t *tiffFile, dir *tiffDirectory, o orientation) (Image, error) {
	if dir.w < 1 || dir.h < 1 {
		return Image{}, d.failed(errors.New("no pixels"))
	}
	if t.value(dir, tagPlanar, 1) != 1 {
		return Image{}, d.failed(unsupportedError("JPEG in planes"))
	}
	each := int64(rgbBytes)
	if o != upright {
		each *= 2
	}
	if err := d.admit(dir.w, dir.h, each, 0); err != nil {
		return Image{}, err
	}
	w, h := dir.w, int(min(t.value(dir, tagRowsPerStrip, uint32(dir.h)), uint32(dir.h)))
	from, sizes := t.values(dir.entries[tagStripOffsets]), t.values(dir.entries[tagStripBytes])
	if tiles := t.values(dir.entries[tagTileOffsets]); tiles != nil {
		w, h = int(t.value(dir, tagTileWidth, 0)), int(t.value(dir, tagTileHeight, 0))
		from, sizes = tiles, t.values(dir.entries[tagTileBytes])
	}
	if w < 1 || h < 1 || len(sizes) != len(from) || len(from) < ceilDiv(dir.w, w)*ceilDiv(dir.h, h) {
		return Image{}, d.failed(errors.New("no strips or tiles"))
	}
	part := func(i int, o orientation) (Image, error) {
		begin, end := uint64(from[i]), uint64(from[i])+uint64(sizes[i])
		if begin >= uint64(len(d.data)) {
			return Image{}, errCut
		}
		file := d.data[begin:min(end, uint64(len(d.data)))]
		if tables := dir.entries[tagJPEGTables].bytes; len(tables) > 4 && len(file) > 2 {
			file = append(bytes.TrimSuffix(bytes.Clone(tables), []byte{0xff, markerEOI}), file[2:]...)
		}
		f, err := openJPEG(file)
		if err != nil {
			return Image{}, err
		}
		if f.width > max(w, dir.w) || f.height > max(h, dir.h) {
			return Image{}, errors.New("a strip or tile that is larger than it may be")
		}
		f.raw = dir.photometric == photometricRGB
		return f.decode(d.limits.Memory, o, d.stopped)
	}
	if w == dir.w && h == dir.h {
		m, err := part(0, o)
		if err != nil && m.Pix == nil {
			return Image{}, d.failed(err)
		}
		if err == nil && !(m.W == w && m.H == h || o.swaps() && m.W == h && m.H == w) {
			err = errors.New("a strip of another size than the picture")
		}
		if err != nil {
			return m, d.failed(err)
		}
		return m, nil
	}
	whole := NewImage(dir.w, dir.h)
	fillWhite(whole.Pix)
	var cut error
	across := ceilDiv(dir.w, w)
	for i := range across * ceilDiv(dir.h, h) {
		m, err := part(i, upright)
		if err != nil && err != errCut {
			return Image{}, d.failed(err)
		}
		if err != nil {
			cut = err
		}
		left, top := i%across*w, i/across*h
		for y := range min(m.H, h, dir.h-top) {
			copy(whole.Pix[3*((top+y)*dir.w+left):][:3*min(m.W, w, dir.w-left)], m.Pix[3*y*m.W:])
		}
		d.limits.Memory.Recycle(&m)
	}
	whole = turn(whole, o)
	if cut != nil {
		return whole, d.failed(cut)
	}
	return whole, nil
}

// tiffBytes tells what memory decoding a TIFF's first picture takes: the decoder makes pixels of 1 to 8 bytes, and reads a strip or
// tile whole, of which unpacking takes up to four times as much.
func tiffBytes(data []byte, w, h int) (each, more int64) {
	t, first, ok := openTIFF(data)
	if !ok {
		return 0, 0
	}
	dir, _ := t.directory(first)
	if dir == nil {
		return 0, 0
	}
	bits, deep := int64(0), false
	for _, n := range t.values(dir.entries[tagBits]) {
		bits += int64(n)
		deep = deep || n > 8
	}
	bits = max(bits, 1)
	each = rgbBytes + 4
	if deep {
		each = rgbBytes + 8
	}
	partW, partH := int64(w), int64(min(t.value(dir, tagRowsPerStrip, uint32(h)), uint32(h)))
	if tw, th := t.value(dir, tagTileWidth, 0), t.value(dir, tagTileHeight, 0); tw > 0 && th > 0 {
		partW, partH = int64(tw), int64(th)
	}
	return each, 4 * min(partW*partH, 1<<40) * bits / 8
}

// turn returns the picture turned by o.
func turn(m Image, o orientation) Image {
	if o == upright {
		return m
	}
	f := newFlattener(NewImage(m.W, m.H), image.Rect(0, 0, m.W, m.H), o, func(dst []uint8, y int) { copy(dst, m.Pix[3*m.W*y:][:3*m.W]) })
	f.rows(0, m.H)
	return f.out
}

// The full JPEG of a raw photo has at least half of its width, or where that is not known, so many pixels.
const minRawPixels = 1_000_000

// raw decodes the largest JPEG inside a raw photo, of which side is the longer side, or 0 where that is not known. The
// container says by o how the photo must be turned, unless the JPEG does.
func (d *decoding) raw(side int, o orientation) (Image, error) {
	if d.format == RAW {
		side, o = d.rawSize()
	}
	largest, err := largestJPEG(d)
	if err != nil {
		return Image{}, err
	}
	switch {
	case largest == nil:
		return Image{}, animo.Errorf(animo.UnknownImage, "this raw photo has no JPEG inside; export it as JPEG",
			"esta foto RAW no contiene un JPEG; expórtela como JPEG")
	case side > 0 && 2*max(largest.width, largest.height) < side, side == 0 && largest.width*largest.height < minRawPixels:
		return Image{}, animo.Errorf(animo.UnknownImage, "this raw photo has no full JPEG inside, only one of %d × %d pixels; export it as JPEG",
			"esta foto RAW no contiene un JPEG completo, solo uno de %d × %d píxeles; expórtela como JPEG", largest.width, largest.height)
	}
	return d.jpeg(largest.data, o)
}

// rawSize returns the longer side of a raw photo that does not begin like other TIFFs, and how it must be turned, as far
// as that can be known.
func (d *decoding) rawSize() (side int, o orientation) {
	data := d.data
	if brandOf(data) == "crx " { // the box CMT1 holds a TIFF with the camera's notes
		if i := bytes.Index(data[:min(len(data), 1<<20)], []byte("CMT1")); i >= 0 {
			data = data[i+4:]
		}
	}
	t, at, ok := openTIFF(data)
	if !ok {
		return 0, upright
	}
	list := t.directories(at)
	for _, c := range list {
		side = max(side, c.w, c.h)
	}
	if len(list) == 0 {
		return 0, upright
	}
	return side, t.orientation(list[0], list[0])
}

// maxJPEGsInside bounds how often what looks like a JPEG is looked at.
const maxJPEGsInside = 10_000

// largestJPEG finds the largest JPEG in a file that can be decoded; nil where there is none.
func largestJPEG(d *decoding) (largest *jpegFile, err error) {
	rest := d.data
	for range maxJPEGsInside {
		if err := d.ctx.Err(); err != nil {
			return nil, err
		}
		i := bytes.Index(rest, []byte{0xff, markerSOI, 0xff})
		if i < 0 {
			break
		}
		rest = rest[i:]
		f, err := openJPEG(rest)
		if err != nil {
			rest = rest[2:]
			continue
		}
		if _, err := f.rowWriter(f.width); err == nil && (largest == nil || f.width*f.height > largest.width*largest.height) {
			largest = f
		}
		rest = rest[f.next:]
	}
	return largest, nil
}

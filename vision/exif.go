package vision

import (
	"bytes"
	"encoding/binary"
)

// orientation is how a picture must be turned to stand upright, in EXIF's numbers: 1 as it is; 2 mirrored
// left to right; 3 turned half; 4 mirrored top to bottom; 5 mirrored along the diagonal from the top left;
// 6 turned a quarter clockwise; 7 mirrored along the other diagonal; 8 turned a quarter anticlockwise.
type orientation int

const upright orientation = 1

// swaps reports whether width and height change places.
func (o orientation) swaps() bool { return o >= 5 }

// then returns how a picture is turned that is first turned by o and then by next.
func (o orientation) then(next orientation) orientation {
	for both := upright; both <= 8; both++ {
		if both.corners() == next.turned(o.corners()) {
			return both
		}
	}
	return upright
}

// corners returns which corners of a picture come to the top left, the top right, the bottom right and the bottom left.
func (o orientation) corners() [4]int { return o.turned([4]int{0, 1, 2, 3}) }

func (o orientation) turned(c [4]int) [4]int {
	from := [...][4]int{{0, 1, 2, 3}, {1, 0, 3, 2}, {2, 3, 0, 1}, {3, 2, 1, 0}, {0, 3, 2, 1}, {3, 0, 1, 2}, {2, 1, 0, 3}, {1, 2, 3, 0}}[o-1]
	return [4]int{c[from[0]], c[from[1]], c[from[2]], c[from[3]]}
}

// orientationOf finds the EXIF orientation of a file. Whatever is absent, damaged or out of range counts as
// upright: a photo with broken notes is still a photo.
func orientationOf(format Format, data []byte) orientation {
	var block []byte
	switch format {
	case JPEG:
		block = jpegEXIF(data)
	case PNG:
		block = pngEXIF(data)
	case WebP:
		block, _ = webpChunk(data, "EXIF")
	case TIFF:
		block = data
	}
	return tiffOrientation(bytes.TrimPrefix(block, []byte(exifMarker)))
}

// exifMarker begins the block in a JPEG and, against the rules, in some WebP files.
const exifMarker = "Exif\x00\x00"

// jpegEXIF finds the first EXIF block (segment APP1) before the pixels of a JPEG.
func jpegEXIF(data []byte) []byte {
	const app1, startOfScan, endOfImage = 0xe1, 0xda, 0xd9
	for i := 2; i+4 <= len(data); {
		if data[i] != 0xff {
			i++ // junk between segments, which decoders skip as well
			continue
		}
		marker := data[i+1]
		switch {
		case marker == 0xff: // padding
			i++
			continue
		case marker == 0 || marker >= 0xd0 && marker <= 0xd8: // without a length
			i += 2
			continue
		case marker == startOfScan || marker == endOfImage:
			return nil
		}
		length := int(binary.BigEndian.Uint16(data[i+2:])) // includes itself
		if length < 2 || i+2+length > len(data) {
			return nil
		}
		if body := data[i+4 : i+2+length]; marker == app1 && bytes.HasPrefix(body, []byte(exifMarker)) {
			return body
		}
		i += 2 + length
	}
	return nil
}

// pngEXIF finds the chunk eXIf of a PNG.
func pngEXIF(data []byte) []byte {
	const signature, head, sum = 8, 8, 4 // bytes: of the file, before and behind a chunk's content
	for i := signature; i+head+sum <= len(data); {
		length := int(binary.BigEndian.Uint32(data[i:]))
		if length > len(data)-i-head-sum {
			return nil
		}
		if string(data[i+4:i+8]) == "eXIf" {
			return data[i+head:][:length]
		}
		i += head + length + sum
	}
	return nil
}

// tiffOrientation reads the orientation from a TIFF structure, which EXIF blocks are: the byte order, 42,
// where the first directory is; and there a count of entries, sorted by tag, of 12 bytes each (tag, type,
// number of values, value).
func tiffOrientation(block []byte) orientation {
	const orientationTag, short, long = 0x112, 3, 4
	if len(block) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.LittleEndian
	if block[0] == 'M' {
		order = binary.BigEndian
	}
	if block[0] != block[1] || order.Uint16(block[2:]) != 42 {
		return upright
	}
	start := uint64(order.Uint32(block[4:]))
	if start+2 > uint64(len(block)) {
		return upright
	}
	entries := block[start+2:]
	for range order.Uint16(block[start:]) {
		if len(entries) < 12 {
			return upright
		}
		if order.Uint16(entries) == orientationTag {
			value := 0
			switch order.Uint16(entries[2:]) {
			case short:
				value = int(order.Uint16(entries[8:]))
			case long: // wrong, and written by some cameras
				value = int(order.Uint32(entries[8:]))
			}
			if value < 1 || value > 8 {
				return upright
			}
			return orientation(value)
		}
		entries = entries[12:]
	}
	return upright
}

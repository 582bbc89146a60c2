package vision

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// jpegFile is a JPEG being decoded: sequential or progressive, Huffman or arithmetic coded, of 8 or 12 bits, gray,
// YCbCr, RGB or, with Adobe's marker, CMYK. Names follow ITU-T T.81, where the parts of the format are defined.
//
// Where image/jpeg reads a file at all, the pixels are the same to the last bit. This decoder reads more kinds,
// takes half of the time, decodes large pictures smaller, and gives what there is of a file that was cut off.
type jpegFile struct {
	data          []byte
	next          int // in data
	width, height int // as the file declares
	precision     int // bits of a sample
	progressive   bool
	arithmetic    bool
	components    []jpegComponent
	hMax, vMax    int // the largest sampling factors
	quant         [4]*[64]int32
	dc, ac        [4]*huffman
	dcLow, dcHigh [4]uint8 // conditioning of arithmetic codes: L and U of T.81, F.1.4.4.1.2
	acSplit       [4]uint8 // and Kx of F.1.4.4.2
	restart       int      // MCUs between restart markers; 0 is never
	mcusX, mcusY  int
	jfif          bool
	adobe         bool  // its marker is there
	transform     uint8 // what that marker says of the colours
	raw           bool  // the three components are RGB, whatever the markers say
	first         jpegScan
	side          int  // how many pixels a block of 8 × 8 gives across and down: 8, 4, 2 or 1
	rows          int  // rows of pixels that were decoded, at that size
	coarse        bool // some scans are missing
}

// jpegComponent is one of luma and the two colours, or gray, or an ink.
type jpegComponent struct {
	id      byte
	h, v    int // sampling factors: blocks in an MCU, across and down
	tq      int // which quantisation table
	quant   *[64]int32
	dc, ac  *huffman
	td, ta  int   // which tables of arithmetic statistics
	before  int32 // the DC coefficient of the block before
	context uint8 // of the next DC coefficient, in arithmetic codes
	stride  int   // of a row of samples in a band
	blocksX int   // in the file, whole MCUs
	kept    *jpegCoefficients
}

// jpegScan is a scan's header: which components it has, and which part of their coefficients.
type jpegScan struct {
	components       []*jpegComponent
	from, to         int // the coefficients, in zigzag order
	before, accuracy int // the lowest bit that was there before (Ah; 0 is none), and that is after (Al)
}

// The markers.
const (
	markerSOF0, markerSOF1, markerSOF2          = 0xc0, 0xc1, 0xc2
	markerDHT, markerSOF9, markerSOF10          = 0xc4, 0xc9, 0xca
	markerDAC, markerSOF15                      = 0xcc, 0xcf
	markerRST0, markerSOI, markerEOI, markerSOS = 0xd0, 0xd8, 0xd9, 0xda
	markerDQT, markerDNL, markerDRI, markerAPP0 = 0xdb, 0xdc, 0xdd, 0xe0
	markerAPP14, markerAPP15, markerCOM         = 0xee, 0xef, 0xfe
)

// errCut is what is wrong with a file whose end is missing.
var errCut = io.ErrUnexpectedEOF

// errStopped says that decoding was told to stop.
var errStopped = errors.New("stopped")

// unsupportedError says what a file has that there is no code for.
type unsupportedError string

func (e unsupportedError) Error() string { return string(e) }

// openJPEG reads everything before the first coded pixels.
func openJPEG(data []byte) (*jpegFile, error) {
	f := &jpegFile{data: data, side: 8}
	for i := range f.dcHigh {
		f.dcHigh[i], f.acSplit[i] = 1, 5
	}
	if !bytes.HasPrefix(data, []byte{0xff, markerSOI}) {
		return nil, errors.New("no SOI marker")
	}
	f.next = 2
	scan, err := f.segments()
	if err != nil {
		return nil, err
	}
	if scan == nil {
		return nil, errors.New("no pixels before EOI")
	}
	f.first = *scan
	return f, nil
}

// segments reads segments up to the header of the next scan, or the end of the picture, where there is no scan.
func (f *jpegFile) segments() (*jpegScan, error) {
	for {
		marker, err := f.marker()
		if err != nil {
			return nil, err
		}
		switch {
		case marker == markerEOI:
			return nil, nil
		case marker >= markerRST0 && marker < markerSOI:
			continue // one too many, which does no harm
		}
		if f.next+2 > len(f.data) {
			return nil, errCut
		}
		length := int(binary.BigEndian.Uint16(f.data[f.next:])) // includes itself
		if length < 2 {
			return nil, errors.New("a segment without length")
		}
		if f.next+length > len(f.data) {
			return nil, errCut
		}
		body := f.data[f.next+2 : f.next+length]
		f.next += length
		ok := true
		switch {
		case marker == markerSOF0 || marker == markerSOF1 || marker == markerSOF2 || marker == markerSOF9 || marker == markerSOF10:
			f.progressive = marker == markerSOF2 || marker == markerSOF10
			f.arithmetic = marker >= markerSOF9
			if err := f.frame(body); err != nil {
				return nil, err
			}
		case marker == markerDHT:
			ok = f.huffmanTables(body)
		case marker == markerDAC:
			ok = f.conditioning(body)
		case marker == markerDQT:
			ok = f.quantTables(body)
		case marker == markerDRI:
			if ok = len(body) == 2; ok {
				f.restart = int(binary.BigEndian.Uint16(body))
			}
		case marker == markerSOS:
			return f.scanHeader(body)
		case marker == markerAPP0:
			if len(body) >= 5 {
				f.jfif = string(body[:5]) == "JFIF\x00"
			}
		case marker == markerAPP14:
			if len(body) >= 12 && string(body[:5]) == "Adobe" {
				f.adobe, f.transform = true, body[11]
			}
		case marker > markerAPP0 && marker <= markerAPP15 || marker == markerCOM:
		case marker > markerSOF2 && marker <= markerSOF15:
			return nil, unsupportedError("lossless or hierarchical coding")
		case marker > markerSOF15:
			return nil, unsupportedError(fmt.Sprintf("marker %x", marker))
		default:
			ok = false
		}
		if !ok {
			return nil, fmt.Errorf("a damaged segment %x", marker)
		}
	}
}

// marker finds the next marker. What does not belong to one is passed over, as other decoders do.
func (f *jpegFile) marker() (byte, error) {
	for {
		i := bytes.IndexByte(f.data[f.next:], 0xff)
		if i < 0 || f.next+i+1 >= len(f.data) {
			f.next = len(f.data)
			return 0, errCut
		}
		f.next += i + 1
		if m := f.data[f.next]; m != 0 && m != 0xff {
			f.next++
			return m, nil
		}
	}
}

// frame reads SOF: the size and the components.
func (f *jpegFile) frame(body []byte) error {
	if f.components != nil || len(body) < 6 {
		return errors.New("a damaged frame header")
	}
	n := int(body[5])
	f.precision, f.height, f.width = int(body[0]), int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	switch {
	case f.precision != 8 && f.precision != 12:
		return unsupportedError(fmt.Sprintf("%d bits", f.precision))
	case n != 1 && n != 3 && n != 4:
		return unsupportedError(fmt.Sprintf("%d components", n))
	case f.height == 0:
		return unsupportedError("an unknown height")
	case f.width == 0 || len(body) != 6+3*n:
		return errors.New("a damaged frame header")
	}
	f.components = make([]jpegComponent, n)
	f.hMax, f.vMax = 1, 1
	for i := range f.components {
		id, hv, tq := body[6+3*i], body[7+3*i], body[8+3*i]
		for _, other := range f.components[:i] {
			if other.id == id {
				return errors.New("two components of the same name")
			}
		}
		c := jpegComponent{id: id, h: int(hv >> 4), v: int(hv & 15), tq: int(tq)}
		if c.h < 1 || c.v < 1 || c.h > 4 || c.v > 4 || tq > 3 {
			return errors.New("a damaged component")
		}
		if n == 1 {
			c.h, c.v = 1, 1 // T.81 A.2.2: blocks of a single component simply follow each other
		}
		f.components[i] = c
		f.hMax, f.vMax = max(f.hMax, c.h), max(f.vMax, c.v)
	}
	f.mcusX, f.mcusY = ceilDiv(f.width, 8*f.hMax), ceilDiv(f.height, 8*f.vMax)
	for i := range f.components {
		f.components[i].blocksX = f.mcusX * f.components[i].h
	}
	return nil
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// quantTables reads DQT. The tables are kept in the order of the file, which is zigzag.
func (f *jpegFile) quantTables(body []byte) bool {
	for len(body) > 0 {
		wide, tq := body[0]>>4, body[0]&15
		size := 64 << wide
		if wide > 1 || tq > 3 || len(body) < 1+size {
			return false
		}
		table := new([64]int32)
		for i := range table {
			if wide == 1 {
				table[i] = int32(binary.BigEndian.Uint16(body[1+2*i:]))
			} else {
				table[i] = int32(body[1+i])
			}
		}
		f.quant[tq] = table
		body = body[1+size:]
	}
	return true
}

// huffmanTables reads DHT.
func (f *jpegFile) huffmanTables(body []byte) bool {
	for len(body) > 0 {
		if len(body) < 17 {
			return false
		}
		class, th := body[0]>>4, body[0]&15
		codes := 0
		for _, n := range body[1:17] {
			codes += int(n)
		}
		if class > 1 || th > 3 || codes == 0 || codes > 256 || len(body) < 17+codes {
			return false
		}
		table := newHuffman((*[16]uint8)(body[1:17]), body[17:17+codes])
		if table == nil {
			return false
		}
		if class == 0 {
			f.dc[th] = table
		} else {
			f.ac[th] = table
		}
		body = body[17+codes:]
	}
	return true
}

// conditioning reads DAC.
func (f *jpegFile) conditioning(body []byte) bool {
	for ; len(body) >= 2; body = body[2:] {
		class, table, value := body[0]>>4, body[0]&15, body[1]
		switch {
		case table > 3:
			return false
		case class == 0 && value&15 <= value>>4:
			f.dcLow[table], f.dcHigh[table] = value&15, value>>4
		case class == 1 && value >= 1 && value <= 63:
			f.acSplit[table] = value
		default:
			return false
		}
	}
	return len(body) == 0
}

// scanHeader reads SOS, and gives each component of the scan its tables.
func (f *jpegFile) scanHeader(body []byte) (*jpegScan, error) {
	damaged := errors.New("a damaged scan header")
	if f.components == nil || len(body) < 6 {
		return nil, damaged
	}
	n := int(body[0])
	if n < 1 || n > len(f.components) || len(body) != 4+2*n {
		return nil, damaged
	}
	s := &jpegScan{from: int(body[1+2*n]), to: int(body[2+2*n]), before: int(body[3+2*n] >> 4), accuracy: int(body[3+2*n] & 15)}
	if !f.progressive {
		s.from, s.to, s.before, s.accuracy = 0, 63, 0, 0
	}
	if s.from > s.to || s.to > 63 || s.accuracy > 13 || f.progressive && (s.from == 0) != (s.to == 0) || s.from > 0 && n > 1 ||
		s.before > 0 && s.before != s.accuracy+1 {
		return nil, damaged
	}
	blocks := 0
	for i := range n {
		id, td, ta := body[1+2*i], int(body[2+2*i]>>4), int(body[2+2*i]&15)
		var c *jpegComponent
		for j := range f.components {
			if f.components[j].id == id {
				c = &f.components[j]
			}
		}
		for _, other := range s.components {
			if other == c {
				return nil, damaged
			}
		}
		if c == nil || td > 3 || ta > 3 {
			return nil, damaged
		}
		if table := f.quant[c.tq]; c.quant == nil && table != nil {
			c.quant = table
		}
		c.td, c.ta, c.dc, c.ac = td, ta, f.dc[td], f.ac[ta]
		if !f.arithmetic && (s.from == 0 && s.before == 0 && c.dc == nil || s.to > 0 && c.ac == nil) {
			return nil, errors.New("a scan without Huffman table")
		}
		s.components = append(s.components, c)
		blocks += c.h * c.v
	}
	if n > 1 && blocks > 10 { // T.81 B.2.3
		return nil, damaged
	}
	return s, nil
}

// whole reports whether the first scan has everything, so that each block can be transformed as soon as it is read.
func (f *jpegFile) whole() bool {
	return !f.progressive && !f.arithmetic && len(f.first.components) == len(f.components)
}

// size returns the size of the picture that will be decoded.
func (f *jpegFile) size() (w, h int) {
	return ceilDiv(f.width*f.side, 8), ceilDiv(f.height*f.side, 8)
}

// maxJPEGPixels is how many pixels a JPEG may declare, of which fewer may be decoded.
const maxJPEGPixels = 250_000_000

// fit chooses the largest size at which the picture has at most so many pixels, and takes at most so many bytes: as it is, or a half,
// a quarter or an eighth of it across and down. It reports whether there is such a size. A progressive 4:2:0 takes six bytes for
// each pixel.
func (f *jpegFile) fit(maxPixels int, maxMemory int64) bool {
	if f.width*f.height > max(maxJPEGPixels, maxPixels) {
		return false
	}
	for f.side = 8; f.side > 0; f.side /= 2 {
		w, h := f.size()
		if w <= maxPixels/h && rgbBytes*int64(w)*int64(h)+f.coefficientBytes() <= maxMemory {
			return true
		}
	}
	return false
}

// decode returns the pixels, turned by o, at the size that was chosen. Of a file that was cut off it gives what there
// is, the rest grey, and errCut; with any other error there is no picture.
func (f *jpegFile) decode(memory *Memory, o orientation, stop func() bool) (Image, error) {
	w, h := f.size()
	row, err := f.rowWriter(w)
	if err != nil {
		return Image{}, err
	}
	out := newRows(memory, f, row, w, h, o)
	if f.whole() {
		err = f.scanRows(out, stop)
	} else {
		err = f.scanCoefficients(out, stop)
	}
	m := out.finish()
	if err != nil && (err != errCut || f.rows == 0) {
		memory.Recycle(&m)
		return Image{}, err
	}
	return m, err
}

// missing tells what an incomplete file lacks, in English and in Spanish.
func (f *jpegFile) missing() (en, es string) {
	if f.coarse {
		return "some of its detail or colour is missing", "falta parte del detalle o del color"
	}
	_, h := f.size()
	percent := int(math.Ceil(100 * float64(h-f.rows) / float64(h)))
	if percent == 0 {
		return "its very end is missing", "falta el final"
	}
	return fmt.Sprintf("the lower %d %% of it are missing", percent), fmt.Sprintf("falta el %d %% inferior", percent)
}

// scanRows decodes a file that has everything in one scan.
func (f *jpegFile) scanRows(out *jpegRows, stop func() bool) error {
	r := bitReader{data: f.data, next: f.next, maxDC: uint32(f.precision + 3)}
	for i := range f.components {
		if c := &f.components[i]; c.quant == nil {
			return errors.New("no quantisation table")
		}
	}
	var b jpegBlock
	for my := range f.mcusY {
		if stop() {
			return errStopped
		}
		band := out.take()
		for mx := range f.mcusX {
			if mcu := my*f.mcusX + mx; f.restart > 0 && mcu > 0 && mcu%f.restart == 0 {
				if err := r.resync(markerRST0 + uint8(mcu/f.restart-1)%8); err != nil {
					return out.cut(band, my, mx, err)
				}
				for i := range f.components {
					f.components[i].before = 0
				}
			}
			for i := range f.components {
				c := &f.components[i]
				for v := range c.v {
					at := band.planes[i][f.side*(v*c.stride+mx*c.h):]
					for h := range c.h {
						rows, ok := r.block(&b, c)
						if !ok {
							return out.cut(band, my, mx, r.why())
						}
						f.transform8(&b, rows, at[f.side*h:], c.stride)
					}
				}
			}
		}
		out.put(band, my)
	}
	// The end may be preceded by what other decoders pass over; a file without it was cut off.
	f.next = r.next
	for {
		m, err := f.marker()
		if err != nil || m == markerEOI {
			return err
		}
	}
}

// transform8 makes pixels of a block's coefficients, which are zero then.
func (f *jpegFile) transform8(b *jpegBlock, rows uint8, dst []uint8, stride int) {
	if f.precision == 12 {
		b.reduce()
	}
	if f.side == 8 {
		b.idct(rows, dst, stride)
	} else {
		b.smallIDCT(f.side, dst, stride)
	}
}

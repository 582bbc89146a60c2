package vision

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"io"
)

// pngFile is a PNG being decoded row by row, so that a picture of 16 bits or of a palette takes no more memory than its RGB does:
// image/png keeps all of the file's own samples until the end. Names follow PNG's specification (W3C, third edition), where the
// parts of the format are defined. Where image/png reads a file, the pixels are the same to the last bit.
type pngFile struct {
	data        []byte
	next        int // in data
	w, h        int
	depth       int // bits of a sample
	kind        pngKind
	interlaced  bool
	palette     [256][3]uint8 // laid on white
	clear       [3]uint16     // the colour that is transparent
	isClear     bool          // whether there is one
	left        []byte        // of the IDAT chunk that is being read
	cut         bool          // whether the file ends before the pixels do
	row, before []byte        // a filter's byte and the samples, of the row and of the one above
}

// pngKind is what the samples of a pixel are, as the header has it.
type pngKind uint8

const (
	pngGray      pngKind = 0
	pngRGB       pngKind = 2
	pngPalette   pngKind = 3
	pngGrayAlpha pngKind = 4
	pngRGBA      pngKind = 6
)

// samples is how many of them a pixel has.
func (k pngKind) samples() int {
	return [...]int{pngGray: 1, pngRGB: 3, pngPalette: 1, pngGrayAlpha: 2, pngRGBA: 4}[k]
}

const pngSignature = "\x89PNG\r\n\x1a\n"

// openPNG reads everything before the pixels.
func openPNG(data []byte) (*pngFile, error) {
	p := &pngFile{data: data, next: len(pngSignature)}
	if !bytes.HasPrefix(data, []byte(pngSignature)) {
		return nil, errors.New("no PNG signature")
	}
	name, content, err := p.chunk()
	if err != nil {
		return nil, err
	}
	if name != "IHDR" {
		return nil, errors.New("no IHDR")
	}
	if err := p.header(content); err != nil {
		return nil, err
	}
	palette := false
	for {
		switch name, content, err = p.chunk(); {
		case err != nil:
			return nil, err
		case name == "PLTE":
			palette = true
			err = p.colours(content)
		case name == "tRNS":
			err = p.transparency(content)
		case name == "IDAT":
			p.left = content
			if p.kind == pngPalette && !palette {
				return nil, errors.New("a palette is missing")
			}
			return p, nil
		case name == "IEND":
			return nil, errors.New("no pixels before IEND")
		}
		if err != nil {
			return nil, err
		}
	}
}

// chunk reads the next chunk.
func (p *pngFile) chunk() (name string, content []byte, err error) {
	const around = 12 // length, name and checksum
	rest := p.data[p.next:]
	if len(rest) < around {
		return "", nil, errCut
	}
	n := binary.BigEndian.Uint32(rest)
	if n > 1<<31-1 {
		return "", nil, errors.New("a chunk is too long")
	}
	if uint64(n)+around > uint64(len(rest)) {
		return "", nil, errCut
	}
	checked, sum := rest[4:8+n], binary.BigEndian.Uint32(rest[8+n:])
	if crc32.ChecksumIEEE(checked) != sum {
		return "", nil, errors.New("a chunk's checksum is wrong")
	}
	p.next += int(n) + around
	return string(checked[:4]), checked[4:], nil
}

// header reads IHDR.
func (p *pngFile) header(b []byte) error {
	if len(b) != 13 {
		return errors.New("the header is too short or too long")
	}
	w, h := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if w == 0 || h == 0 || w > 1<<31-1 || h > 1<<31-1 {
		return errors.New("no pixels")
	}
	p.w, p.h, p.depth, p.kind = int(w), int(h), int(b[8]), pngKind(b[9])
	if b[10] != 0 || b[11] != 0 || b[12] > 1 {
		return unsupportedError(fmt.Sprintf("compression %d, filter %d, interlacing %d", b[10], b[11], b[12]))
	}
	p.interlaced = b[12] == 1
	ok := p.depth == 8 || p.depth == 16 && p.kind != pngPalette
	switch p.kind {
	case pngGray, pngPalette:
		ok = ok || p.depth == 1 || p.depth == 2 || p.depth == 4
	case pngRGB, pngGrayAlpha, pngRGBA:
	default:
		ok = false
	}
	if !ok {
		return unsupportedError(fmt.Sprintf("%d bits, kind %d", p.depth, p.kind))
	}
	return nil
}

// colours reads PLTE. An index behind its end is black, as in other programs.
func (p *pngFile) colours(b []byte) error {
	if len(b) == 0 || len(b)%3 != 0 || len(b) > 3*len(p.palette) {
		return errors.New("the palette's length is wrong")
	}
	for i := range len(b) / 3 {
		copy3(p.palette[i][:], b[3*i:])
	}
	return nil
}

// transparency reads tRNS: how opaque the palette's first colours are, or which colour is transparent.
func (p *pngFile) transparency(b []byte) error {
	switch p.kind {
	case pngPalette:
		if len(b) > len(p.palette) {
			return errors.New("more is transparent than a palette has")
		}
		for i, alpha := range b {
			for c := range p.palette[i] {
				p.palette[i][c] = blend(p.palette[i][c], alpha)
			}
		}
	case pngGray, pngRGB:
		if len(b) != 2*p.kind.samples() {
			return errors.New("the transparent colour's length is wrong")
		}
		for i := range p.kind.samples() {
			p.clear[i] = binary.BigEndian.Uint16(b[2*i:])
		}
		p.isClear = true
	}
	return nil
}

// Read returns the compressed pixels, which lie in one IDAT chunk or in several, one behind the other.
func (p *pngFile) Read(b []byte) (int, error) {
	for len(p.left) == 0 {
		name, content, err := p.chunk()
		if err != nil {
			p.cut = err == errCut
			return 0, err
		}
		if name != "IDAT" {
			return 0, errors.New("the pixels end before the picture is complete")
		}
		p.left = content
	}
	n := copy(b, p.left)
	p.left = p.left[n:]
	return n, nil
}

// pngPass is which pixels an interlaced picture brings at a time: from where on, and every how manieth.
type pngPass struct{ x, y, dx, dy int }

// adam7 are the passes of an interlaced picture.
var adam7 = []pngPass{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}

// decode returns the pixels, turned by o. It asks stop before each few rows.
func (p *pngFile) decode(o orientation, stop func() bool) (Image, error) {
	z, err := zlib.NewReader(p)
	if err != nil {
		return Image{}, err
	}
	var failed error
	next := func(dst []uint8, w int) { // reads a row of w pixels
		if failed == nil {
			failed = p.read(z)
		}
		if failed == nil {
			p.rgb(dst, w)
		}
	}
	out := NewImage(p.w, p.h)
	f := newFlattener(out, image.Rect(0, 0, p.w, p.h), o, func(dst []uint8, _ int) { next(dst, p.w) })
	if !p.interlaced {
		p.begin(p.w)
		for y := 0; y < p.h && failed == nil; y += bandRows {
			if stop() {
				return Image{}, errStopped
			}
			f.rows(y, min(y+bandRows, p.h))
		}
	} else {
		first, right, down := o.steps(p.w, p.h)
		line := make([]uint8, 3*p.w)
		for _, pass := range adam7 {
			w, h := ceilDiv(p.w-pass.x, pass.dx), ceilDiv(p.h-pass.y, pass.dy)
			if w <= 0 || h <= 0 {
				continue
			}
			p.begin(w)
			for y := pass.y; y < p.h && failed == nil; y += pass.dy {
				if stop() {
					return Image{}, errStopped
				}
				next(line, w)
				to := first + y*down + pass.x*right
				for x := range w {
					copy3(f.out.Pix[3*to:], line[3*x:])
					to += pass.dx * right
				}
			}
		}
	}
	if failed != nil {
		return Image{}, failed
	}
	return f.out, p.end(z)
}

// begin prepares for rows of w pixels.
func (p *pngFile) begin(w int) {
	n := 1 + (w*p.kind.samples()*p.depth+7)/8
	p.row, p.before = make([]byte, n), make([]byte, n)
}

// read reads a row, and undoes its filter.
func (p *pngFile) read(z io.Reader) error {
	p.row, p.before = p.before, p.row
	if _, err := io.ReadFull(z, p.row); err != nil {
		if !p.cut && (err == io.EOF || err == io.ErrUnexpectedEOF) {
			return errors.New("too few pixels")
		}
		return err
	}
	row, up := p.row[1:], p.before[1:]
	n := max(1, p.kind.samples()*p.depth/8) // from a byte to the same one of the pixel before
	switch p.row[0] {
	case 0:
	case 1: // Sub
		for i := n; i < len(row); i++ {
			row[i] += row[i-n]
		}
	case 2: // Up
		for i := range row {
			row[i] += up[i]
		}
	case 3: // Average
		for i := range min(n, len(row)) {
			row[i] += up[i] / 2
		}
		for i := n; i < len(row); i++ {
			row[i] += uint8((int(row[i-n]) + int(up[i])) / 2)
		}
	case 4:
		paeth(row, up, n)
	default:
		return errors.New("a filter is not known")
	}
	return nil
}

// paeth undoes the filter of that name: it adds whichever of left, above and left above is nearest to left + above - left above.
func paeth(row, up []byte, n int) {
	up = up[:len(row)]
	for i := range min(n, len(row)) {
		row[i] += up[i]
	}
	for i := n; i < len(row); i++ {
		a, b, c := int(row[i-n]), int(up[i]), int(up[i-n])
		da, db := b-c, a-c
		dc := max(da+db, -da-db)
		da, db = max(da, -da), max(db, -db)
		nearest := c
		if da <= db && da <= dc {
			nearest = a
		} else if db <= dc {
			nearest = b
		}
		row[i] += uint8(nearest)
	}
}

// end checks that nothing is missing after the last row: the checksum of the pixels, and the end of the file.
func (p *pngFile) end(z io.Reader) error {
	if n, err := io.Copy(io.Discard, io.LimitReader(z, 1)); err != nil {
		return err
	} else if n > 0 {
		return errors.New("too many pixels")
	}
	for {
		if name, _, err := p.chunk(); err != nil || name == "IEND" {
			return err
		}
	}
}

// rgb makes RGB of a row of w pixels, laid on white.
func (p *pngFile) rgb(dst []uint8, w int) {
	row := p.row[1:]
	switch {
	case p.depth < 8: // gray or a palette
		mask := uint8(1<<p.depth - 1)
		for x := range w {
			bit := x * p.depth
			v := row[bit/8] >> (8 - p.depth - bit%8) & mask
			if p.kind == pngPalette {
				copy3(dst[3*x:], p.palette[v][:])
			} else {
				g := v * (255 / mask)
				if p.isClear && uint16(v) == p.clear[0] {
					g = 255
				}
				*(*[3]uint8)(dst[3*x:]) = [3]uint8{g, g, g}
			}
		}
	case p.depth == 16:
		p.rgb16(dst, w)
	case p.kind == pngGray:
		grayLine(dst, row[:w])
	case p.kind == pngRGB:
		copy(dst[:3*w], row)
	case p.kind == pngPalette:
		for x, v := range row[:w] {
			copy3(dst[3*x:], p.palette[v][:])
		}
	case p.kind == pngGrayAlpha:
		for x := range w {
			g := blend(row[2*x], row[2*x+1])
			*(*[3]uint8)(dst[3*x:]) = [3]uint8{g, g, g}
		}
	default:
		for x := range w {
			s := (*[4]uint8)(row[4*x:])
			*(*[3]uint8)(dst[3*x:]) = [3]uint8{blend(s[0], s[3]), blend(s[1], s[3]), blend(s[2], s[3])}
		}
	}
	if p.isClear && p.depth == 8 {
		n := p.kind.samples()
		for x := range w {
			if uint16(row[n*x]) == p.clear[0] && (n == 1 || uint16(row[n*x+1]) == p.clear[1] && uint16(row[n*x+2]) == p.clear[2]) {
				*(*[3]uint8)(dst[3*x:]) = [3]uint8{255, 255, 255}
			}
		}
	}
}

// rgb16 is rgb of samples of 16 bits.
func (p *pngFile) rgb16(dst []uint8, w int) {
	n := p.kind.samples()
	for x := range w {
		s := p.row[1+2*n*x:][:2*n]
		var v [4]uint32
		for i := range n {
			v[i] = uint32(s[2*i])<<8 | uint32(s[2*i+1])
		}
		alpha := uint32(0xffff)
		switch p.kind {
		case pngGrayAlpha:
			alpha = v[1]
		case pngRGBA:
			alpha = v[3]
		}
		if n < 3 {
			v[1], v[2] = v[0], v[0]
		}
		if p.isClear && uint16(v[0]) == p.clear[0] && (n < 3 || uint16(v[1]) == p.clear[1] && uint16(v[2]) == p.clear[2]) {
			alpha = 0
		}
		for i := range 3 {
			dst[3*x+i] = uint8((v[i]*alpha/0xffff + 0xffff - alpha) >> 8)
		}
	}
}

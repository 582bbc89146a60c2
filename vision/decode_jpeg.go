package vision

import (
	"encoding/binary"
	"image"
	"sync"
)

// decodeJPEG decodes the JPEGs that cameras and browsers make (sequential, 8 bits, grey or YCbCr, all of it in
// one scan) to the same pixels as image/jpeg and flatten in half of the time. It is not ok for other kinds,
// and for whatever is unusual or damaged in the least: image/jpeg has the last word on those. The caller has
// checked the size that the file declares. When stop says so, between rows, it gives up.
func decodeJPEG(data []byte, memory *Memory, stop func() bool) (Image, bool) {
	f := jpegFile{data: data}
	if !f.header() {
		return Image{}, false
	}
	f.allocate(&memory.planes)
	out := Image{f.width, f.height, bytesOf(&memory.pixels, 3*f.width*f.height)}
	flat := newFlattener(out, f.image(), orientationOf(JPEG, data), &jpegColours)

	// Colours are converted behind the decoder's back, while the rows are still in the cache.
	decoded := make(chan int, f.mcusY)
	var group sync.WaitGroup
	group.Go(func() {
		from := 0
		for to := range decoded {
			flat.rows(from, to)
			from = to
		}
	})
	ok := f.scan(stop, func(rows int) { decoded <- rows })
	close(decoded)
	group.Wait()
	keepBytes(&memory.planes, f.planes)
	if !ok {
		memory.Recycle(&out)
		return Image{}, false
	}
	return flat.out, true
}

// image gives the planes, filled or not.
func (f *jpegFile) image() image.Image {
	size := image.Rect(0, 0, f.width, f.height)
	y := &f.components[0]
	if len(f.components) == 1 {
		return &image.Gray{Pix: y.plane, Stride: y.stride, Rect: size}
	}
	cb, cr := &f.components[1], &f.components[2]
	return &image.YCbCr{Y: y.plane, Cb: cb.plane, Cr: cr.plane, YStride: y.stride, CStride: cb.stride,
		SubsampleRatio: subsampling[[2]int{y.h, y.v}], Rect: size}
}

// subsampling tells by how many blocks of luma, across and down, there are for one of chroma.
var subsampling = map[[2]int]image.YCbCrSubsampleRatio{
	{1, 1}: image.YCbCrSubsampleRatio444,
	{2, 1}: image.YCbCrSubsampleRatio422,
	{1, 2}: image.YCbCrSubsampleRatio440,
	{2, 2}: image.YCbCrSubsampleRatio420,
}

// jpegFile is a JPEG being decoded. Names follow ITU-T T.81, where the parts of the format are defined.
type jpegFile struct {
	data          []byte
	next          int // in data
	width, height int
	components    []jpegComponent
	planes        []uint8 // of the components
	ids           []byte  // of the components
	quant         [4]*[64]int32
	dc, ac        [4]*huffman
	restart       int // MCUs between restart markers; 0 is never
	mcusX, mcusY  int
}

// jpegComponent is one of luma and the two colours, or gray.
type jpegComponent struct {
	h, v   int // blocks in an MCU, across and down
	tq     int // which quantisation table
	quant  *[64]int32
	dc, ac *huffman
	before int32 // the DC coefficient of the block before
	plane  []uint8
	stride int
}

// The markers that a plain file has.
const (
	markerSOF0, markerSOF1, markerDHT           = 0xc0, 0xc1, 0xc4
	markerRST0, markerSOI, markerEOI, markerSOS = 0xd0, 0xd8, 0xd9, 0xda
	markerDQT, markerDRI, markerAPP0            = 0xdb, 0xdd, 0xe0
	markerAPP14, markerAPP15, markerCOM         = 0xee, 0xef, 0xfe
)

// header reads everything before the coded pixels.
func (f *jpegFile) header() bool {
	if len(f.data) < 2 || f.data[0] != 0xff || f.data[1] != markerSOI {
		return false
	}
	jfif, adobeRGB := false, false
	for i := 2; i+4 <= len(f.data); {
		marker, length := f.data[i+1], int(binary.BigEndian.Uint16(f.data[i+2:]))
		if f.data[i] != 0xff || length < 2 || i+2+length > len(f.data) {
			return false
		}
		body := f.data[i+4 : i+2+length]
		i += 2 + length
		ok := true
		switch {
		case marker == markerSOF0 || marker == markerSOF1:
			ok = f.frame(body)
		case marker == markerDHT:
			ok = f.huffmanTables(body)
		case marker == markerDQT:
			ok = f.quantTables(body)
		case marker == markerDRI:
			if ok = len(body) == 2; ok {
				f.restart = int(binary.BigEndian.Uint16(body))
			}
		case marker == markerSOS:
			rgb := string(f.ids) == "RGB" || adobeRGB
			f.next = i
			return !(rgb && !jfif) && f.scanHeader(body)
		case marker == markerAPP0:
			jfif = len(body) >= 5 && string(body[:5]) == "JFIF\x00"
		case marker == markerAPP14:
			if len(body) >= 12 && string(body[:5]) == "Adobe" {
				adobeRGB = body[11] == 0 // no transform: the three are what they are
			}
		case marker > markerAPP0 && marker <= markerAPP15 || marker == markerCOM:
		default:
			return false
		}
		if !ok {
			return false
		}
	}
	return false
}

// frame reads SOF: the size and the components.
func (f *jpegFile) frame(body []byte) bool {
	if f.components != nil || len(body) < 6 || body[0] != 8 {
		return false
	}
	f.height, f.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	n := int(body[5])
	if f.width == 0 || f.height == 0 || n != 1 && n != 3 || len(body) != 6+3*n {
		return false
	}
	f.components = make([]jpegComponent, n)
	for i := range f.components {
		id, hv, tq := body[6+3*i], body[7+3*i], body[8+3*i]
		for _, other := range f.ids {
			if other == id {
				return false
			}
		}
		f.ids = append(f.ids, id)
		c := jpegComponent{h: int(hv >> 4), v: int(hv & 15), tq: int(tq)}
		if c.h < 1 || c.v < 1 || c.h > 2 || c.v > 2 || i > 0 && hv != 0x11 || tq > 3 {
			return false
		}
		if n == 1 {
			c.h, c.v = 1, 1 // T.81 A.2.2: blocks of a single component simply follow each other
		}
		f.components[i] = c
	}
	return true
}

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
		if class > 1 || th > 1 || codes == 0 || codes > 256 || len(body) < 17+codes {
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

// scanHeader reads SOS, and gives each component its tables.
func (f *jpegFile) scanHeader(body []byte) bool {
	n := len(f.components)
	if n == 0 || len(body) != 4+2*n || int(body[0]) != n {
		return false
	}
	for i := range f.components {
		id, td, ta := body[1+2*i], body[2+2*i]>>4, body[2+2*i]&15
		if id != f.ids[i] || td > 1 || ta > 1 {
			return false
		}
		c := &f.components[i]
		c.quant, c.dc, c.ac = f.quant[c.tq], f.dc[td], f.ac[ta]
		if c.quant == nil || c.dc == nil || c.ac == nil {
			return false
		}
	}
	return true
}

// allocate makes the planes, whole MCUs large.
func (f *jpegFile) allocate(memory *spare[[]uint8]) {
	y := &f.components[0]
	f.mcusX, f.mcusY = (f.width+8*y.h-1)/(8*y.h), (f.height+8*y.v-1)/(8*y.v)
	size := 0
	for i := range f.components {
		c := &f.components[i]
		c.stride = 8 * c.h * f.mcusX
		size += c.stride * 8 * c.v * f.mcusY
	}
	f.planes = bytesOf(memory, size)
	rest := f.planes
	for i := range f.components {
		c := &f.components[i]
		n := c.stride * 8 * c.v * f.mcusY
		c.plane, rest = rest[:n:n], rest[n:]
	}
}

// scan decodes the pixels, and tells done how many rows there are so far.
func (f *jpegFile) scan(stop func() bool, done func(rows int)) bool {
	r := bitReader{data: f.data, next: f.next}
	var b jpegBlock
	for my := range f.mcusY {
		if stop() {
			return false
		}
		for mx := range f.mcusX {
			if mcu := my*f.mcusX + mx; f.restart > 0 && mcu > 0 && mcu%f.restart == 0 {
				if !r.marker(markerRST0 + uint8(mcu/f.restart-1)%8) {
					return false
				}
				for i := range f.components {
					f.components[i].before = 0
				}
			}
			for i := range f.components {
				c := &f.components[i]
				for v := range c.v {
					at := c.plane[8*((my*c.v+v)*c.stride+mx*c.h):]
					for h := range c.h {
						rows, ok := r.block(&b, c)
						if !ok {
							return false
						}
						b.idct(rows, at[8*h:], c.stride)
					}
				}
			}
		}
		done(min(8*f.components[0].v*(my+1), f.height))
	}
	return r.marker(markerEOI)
}

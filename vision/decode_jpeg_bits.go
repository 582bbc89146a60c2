package vision

import (
	"encoding/binary"
	"errors"
)

// lookBits is how many bits the first look into a Huffman table takes: nearly all codes, and most of the
// coefficients behind them, fit in.
const lookBits = 10

// huffman is a table of codes for symbols. In a coefficient's symbol the lower four bits are how many bits
// follow with its value, the upper four how many zeros come before it.
type huffman struct {
	// look holds for the next lookBits bits: in bits 0-4 how many of them are used up, 0 where the code is
	// longer than that; in bit 5 whether the value was among them and is in bits 16-31; in bits 8-15 the symbol.
	look [1 << lookBits]uint32
	// For longer codes: below[n] is above all codes of n bits, as the upper of 16 bits, and symbols[code +
	// first[n]] is the symbol of one.
	below   [17]uint32
	first   [17]int32
	symbols [256]uint8
}

const hasValue = 1 << 5

// newHuffman makes a table of counts of codes for each length and their symbols; nil where the lengths make
// no code.
func newHuffman(counts *[16]uint8, symbols []byte) *huffman {
	h := new(huffman)
	copy(h.symbols[:], symbols)
	code, index := 0, 0
	for n := 1; n <= 16; n++ {
		code <<= 1
		h.first[n] = int32(index - code)
		for range counts[n-1] {
			if code >= 1<<n {
				return nil
			}
			if n <= lookBits {
				h.enter(code, n, symbols[index])
			}
			code++
			index++
		}
		h.below[n] = uint32(code) << (16 - n)
	}
	return h
}

// enter fills in what is seen when a code of n bits comes next.
func (h *huffman) enter(code, n int, symbol uint8) {
	rest := lookBits - n
	for behind := range 1 << rest {
		entry := uint32(n) | uint32(symbol)<<8
		if size := int(symbol & 15); size > 0 && size <= rest {
			value := extend(int32(behind>>(rest-size)), size)
			entry = uint32(n+size) | hasValue | uint32(symbol)<<8 | uint32(value)<<16
		}
		h.look[code<<rest|behind] = entry
	}
}

// extend returns the number that size bits stand for (T.81, F.2.2.1): those that begin with 0 are negative.
func extend(bits int32, size int) int32 {
	if bits < 1<<(size-1) {
		bits += -1<<size + 1
	}
	return bits
}

// bitReader gives the bits of a scan.
type bitReader struct {
	data []byte
	next int    // in data
	bits uint64 // the next ones, the very next uppermost; zeros follow the last ones before a marker
	n    int    // how many of bits were read; negative when more were used up than there are
	// maxDC is the most bits that a difference of DC coefficients has: 11 in a sequential picture of 8 bits.
	maxDC uint32
}

// fill reads until more than 56 bits are there, or a marker comes.
func (r *bitReader) fill() {
	if r.n < 0 {
		return
	}
	if r.next+8 <= len(r.data) {
		word := binary.BigEndian.Uint64(r.data[r.next:])
		const ones, tops = 0x0101010101010101, 0x8080808080808080
		if (^word-ones)&word&tops == 0 { // no byte of it is 0xff
			// What lies behind the last whole byte that fits is put there again the next time.
			r.bits |= word >> r.n
			whole := (64 - r.n) >> 3
			r.next += whole
			r.n += 8 * whole
			return
		}
	}
	for r.n <= 56 && r.next < len(r.data) {
		b := r.data[r.next]
		if b == 0xff {
			if r.next+1 >= len(r.data) || r.data[r.next+1] != 0 {
				return
			}
			r.next++
		}
		r.next++
		r.bits |= uint64(b) << (56 - r.n)
		r.n += 8
	}
}

// resync drops the bits that fill up the last byte, and goes behind the marker that should come next. What is before it
// is passed over.
func (r *bitReader) resync(want uint8) error {
	if r.fill(); r.n < 0 {
		return r.why()
	}
	for r.next+1 < len(r.data) {
		switch m := r.data[r.next+1]; {
		case r.data[r.next] != 0xff, m == 0xff:
			r.next++
		case m == 0:
			r.next += 2
		case m == want:
			r.next += 2
			r.bits, r.n = 0, 0
			return nil
		default:
			return r.why()
		}
	}
	return errCut
}

// why tells what is wrong where the reader cannot go on: the end of the file, or of the picture, has come too early,
// or else the codes make no sense.
func (r *bitReader) why() error {
	ended := r.next+1 >= len(r.data) || r.data[r.next] == 0xff && r.data[r.next+1] == markerEOI
	if r.n < 32 && ended { // zeros follow the last bits, and may be no code
		return errCut
	}
	return errors.New("codes that make no sense")
}

// take returns the next n bits, 16 at most.
func (r *bitReader) take(n int) int32 {
	if r.n < 32 {
		r.fill()
	}
	v := int32(r.bits >> 1 >> (63 - n))
	r.bits <<= n
	r.n -= n
	return v
}

// block reads the coefficients of a block, times their quantisation, into b, which is zero before. The bits
// of rows tell which rows of b are not all zero; bit 0 is set in any case.
func (r *bitReader) block(b *jpegBlock, c *jpegComponent) (rows uint8, ok bool) {
	if r.n < 32 {
		r.fill()
	}
	symbol, value := r.symbol(c.dc)
	if symbol > r.maxDC {
		return 0, false
	}
	if symbol > 0 {
		c.before += value
	}
	b[0] = c.before * c.quant[0]

	bits, n := r.bits, r.n
	rows = 1
	for k := 1; k < 64; k++ {
		if n < 32 {
			r.bits, r.n = bits, n
			r.fill()
			bits, n = r.bits, r.n
		}
		entry := c.ac.look[bits>>(64-lookBits)]
		if entry&hasValue != 0 {
			used := entry & 31
			bits <<= used
			n -= int(used)
			if k += int(entry >> 12 & 15); k > 63 {
				return 0, false
			}
			at := zigzag[k&63]
			b[at&63] = int32(entry) >> 16 * c.quant[k&63]
			rows |= 1 << (at >> 3)
			continue
		}
		r.bits, r.n = bits, n
		symbol, value := r.symbol(c.ac)
		bits, n = r.bits, r.n
		if symbol&15 == 0 {
			switch symbol {
			case 0x00: // the rest is zero
				k = 64
			case 0xf0: // sixteen zeros, of which the loop counts one
				k += 15
			default:
				return 0, false
			}
			continue
		}
		if k += int(symbol >> 4); k > 63 {
			return 0, false
		}
		at := zigzag[k]
		b[at] = value * c.quant[k]
		rows |= 1 << (at >> 3)
	}
	r.bits, r.n = bits, n
	return rows, n >= 0
}

// noSymbol stands for a code that is none.
const noSymbol = 0xffff

// symbol reads a code, and the value behind it. At least 32 bits, or all that there are, have been filled in.
func (r *bitReader) symbol(h *huffman) (symbol uint32, value int32) {
	entry := h.look[r.bits>>(64-lookBits)]
	used := int(entry & 31)
	symbol = entry >> 8 & 255
	if entry&hasValue != 0 {
		r.bits <<= used
		r.n -= used
		return symbol, int32(entry) >> 16
	}
	if used == 0 {
		code := uint32(r.bits >> 48)
		for used = lookBits + 1; used <= 16 && code >= h.below[used]; used++ {
		}
		if used > 16 {
			return noSymbol, 0
		}
		symbol = uint32(h.symbols[(int32(code>>(16-used))+h.first[used])&255])
	}
	r.bits <<= used
	r.n -= used
	if size := int(symbol & 15); size > 0 {
		value = extend(int32(r.bits>>(64-size)), size)
		r.bits <<= size
		r.n -= size
	}
	return symbol, value
}

// zigzag gives the place in a block, row by row, of the coefficients in the order of the file.
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10,
	17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34,
	27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36,
	29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46,
	53, 60, 61, 54, 47, 55, 62, 63,
}

package vision

import "errors"

// arithmeticState is how a binary decision is estimated: how probable the less probable answer is, and which estimate
// comes after either answer.
type arithmeticState struct {
	qe          uint16 // the probability, in the units of the coding interval
	less, more  uint8  // the next state
	exchangeMPS bool   // the less probable answer becomes the more probable one
}

// arithmeticStates is Table D.3 of T.81 and, last, the state of decisions that are taken to be even.
var arithmeticStates = [...]arithmeticState{
	{0x5a1d, 1, 1, true}, {0x2586, 14, 2, false}, {0x1114, 16, 3, false}, {0x080b, 18, 4, false},
	{0x03d8, 20, 5, false}, {0x01da, 23, 6, false}, {0x00e5, 25, 7, false}, {0x006f, 28, 8, false},
	{0x0036, 30, 9, false}, {0x001a, 33, 10, false}, {0x000d, 35, 11, false}, {0x0006, 9, 12, false},
	{0x0003, 10, 13, false}, {0x0001, 12, 13, false}, {0x5a7f, 15, 15, true}, {0x3f25, 36, 16, false},
	{0x2cf2, 38, 17, false}, {0x207c, 39, 18, false}, {0x17b9, 40, 19, false}, {0x1182, 42, 20, false},
	{0x0cef, 43, 21, false}, {0x09a1, 45, 22, false}, {0x072f, 46, 23, false}, {0x055c, 48, 24, false},
	{0x0406, 49, 25, false}, {0x0303, 51, 26, false}, {0x0240, 52, 27, false}, {0x01b1, 54, 28, false},
	{0x0144, 56, 29, false}, {0x00f5, 57, 30, false}, {0x00b7, 59, 31, false}, {0x008a, 60, 32, false},
	{0x0068, 62, 33, false}, {0x004e, 63, 34, false}, {0x003b, 32, 35, false}, {0x002c, 33, 9, false},
	{0x5ae1, 37, 37, true}, {0x484c, 64, 38, false}, {0x3a0d, 65, 39, false}, {0x2ef1, 67, 40, false},
	{0x261f, 68, 41, false}, {0x1f33, 69, 42, false}, {0x19a8, 70, 43, false}, {0x1518, 72, 44, false},
	{0x1177, 73, 45, false}, {0x0e74, 74, 46, false}, {0x0bfb, 75, 47, false}, {0x09f8, 77, 48, false},
	{0x0861, 78, 49, false}, {0x0706, 79, 50, false}, {0x05cd, 48, 51, false}, {0x04de, 50, 52, false},
	{0x040f, 50, 53, false}, {0x0363, 51, 54, false}, {0x02d4, 52, 55, false}, {0x025c, 53, 56, false},
	{0x01f8, 54, 57, false}, {0x01a4, 55, 58, false}, {0x0160, 56, 59, false}, {0x0125, 57, 60, false},
	{0x00f6, 58, 61, false}, {0x00cb, 59, 62, false}, {0x00ab, 61, 63, false}, {0x008f, 61, 32, false},
	{0x5b12, 65, 65, true}, {0x4d04, 80, 66, false}, {0x412c, 81, 67, false}, {0x37d8, 82, 68, false},
	{0x2fe8, 83, 69, false}, {0x293c, 84, 70, false}, {0x2379, 86, 71, false}, {0x1edf, 87, 72, false},
	{0x1aa9, 87, 73, false}, {0x174e, 72, 74, false}, {0x1424, 72, 75, false}, {0x119c, 74, 76, false},
	{0x0f6b, 74, 77, false}, {0x0d51, 75, 78, false}, {0x0bb6, 77, 79, false}, {0x0a40, 77, 48, false},
	{0x5832, 80, 81, true}, {0x4d1c, 88, 82, false}, {0x438e, 89, 83, false}, {0x3bdd, 90, 84, false},
	{0x34ee, 91, 85, false}, {0x2eae, 92, 86, false}, {0x299a, 93, 87, false}, {0x2516, 86, 71, false},
	{0x5570, 88, 89, true}, {0x4ca9, 95, 90, false}, {0x44d9, 96, 91, false}, {0x3e22, 97, 92, false},
	{0x3824, 99, 93, false}, {0x32b4, 99, 94, false}, {0x2e17, 93, 86, false}, {0x56a8, 95, 96, true},
	{0x4f46, 101, 97, false}, {0x47e5, 102, 98, false}, {0x41cf, 103, 99, false}, {0x3c3d, 104, 100, false},
	{0x375e, 99, 93, false}, {0x5231, 105, 102, false}, {0x4c0f, 106, 103, false}, {0x4639, 107, 104, false},
	{0x415e, 103, 99, false}, {0x5627, 105, 106, true}, {0x50e7, 108, 107, false}, {0x4b85, 109, 103, false},
	{0x5597, 110, 109, false}, {0x504f, 111, 107, false}, {0x5a10, 110, 111, true}, {0x5522, 112, 109, false},
	{0x59eb, 112, 111, true},
	{0x5a1d, 113, 113, false},
}

// bin is what is known of a decision: the state, and in the uppermost bit the more probable answer.
type bin uint8

const evenBin bin = 113

// arithmeticDecoder reads the coefficients of a scan in arithmetic codes. T.81 defines the decoder in Annex D, the
// decisions of sequential pictures in F.1.4 and F.2.4, and those of progressive ones in G.1.3.
type arithmeticDecoder struct {
	scan  *jpegScan
	split *[4]uint8 // Kx
	lowDC *[4]uint8 // L
	topDC *[4]uint8 // U
	data  []byte
	next  int
	cut   bool // bytes behind the end of the file were asked for

	code     uint32 // the code register: where in the interval the code lies, as the upper 16 of 24 bits
	interval uint32 // its length
	left     int    // bits until the next byte is needed
	dc       [4][64]bin
	ac       [4][256]bin
	even     bin
}

func newArithmetic(f *jpegFile, s *jpegScan) *arithmeticDecoder {
	d := &arithmeticDecoder{scan: s, split: &f.acSplit, lowDC: &f.dcLow, topDC: &f.dcHigh, data: f.data, next: f.next}
	d.begin()
	return d
}

func (d *arithmeticDecoder) end() int { return d.next }

// begin forgets everything and reads the first two bytes (T.81, D.2.7).
func (d *arithmeticDecoder) begin() {
	d.dc, d.ac, d.even = [4][64]bin{}, [4][256]bin{}, evenBin
	d.code, d.interval, d.left = 0, 0x10000, 0
	d.code = uint32(d.byte())<<16 | uint32(d.byte())<<8
}

// byte returns the next byte; zeros where a marker comes, which an encoder need not have written.
func (d *arithmeticDecoder) byte() uint8 {
	if d.next >= len(d.data) {
		d.cut = true
		return 0
	}
	b := d.data[d.next]
	if b == 0xff {
		if d.next+1 >= len(d.data) {
			d.cut = true
			return 0
		}
		if d.data[d.next+1] != 0 {
			return 0
		}
		d.next++
	}
	d.next++
	return b
}

// decide reads a decision (T.81, D.2).
func (d *arithmeticDecoder) decide(st *bin) bool {
	s := &arithmeticStates[*st&0x7f]
	qe, most := uint32(s.qe), *st&0x80
	answer := most
	d.interval -= qe
	switch inside := d.code>>8 < d.interval; {
	case inside && d.interval >= 0x8000:
		return most != 0
	case inside == (d.interval >= qe): // the answer that is more probable; the two parts may be exchanged
		if !inside {
			d.code -= d.interval << 8
			d.interval = qe
		}
		*st = most | bin(s.more)
	default:
		if !inside {
			d.code -= d.interval << 8
			d.interval = qe
		}
		answer ^= 0x80
		if s.exchangeMPS {
			most ^= 0x80
		}
		*st = most | bin(s.less)
	}
	for {
		if d.left == 0 {
			d.code |= uint32(d.byte())
			d.left = 8
		}
		d.interval <<= 1
		d.code <<= 1
		d.left--
		if d.interval >= 0x8000 {
			return answer != 0
		}
	}
}

func (d *arithmeticDecoder) restart(marker uint8) error {
	r := bitReader{data: d.data, next: d.next}
	if err := r.resync(marker); err != nil {
		return err
	}
	d.next = r.next
	d.begin()
	return nil
}

var errArithmetic = errors.New("arithmetic codes that make no sense")

func (d *arithmeticDecoder) block(c *jpegComponent, b *[64]int16) (err error) {
	s := d.scan
	switch {
	case s.before > 0 && s.from == 0:
		if d.decide(&d.even) {
			b[0] |= 1 << s.accuracy
		}
	case s.before > 0:
		err = d.refine(c, b)
	default:
		k := s.from
		if k == 0 {
			err = d.difference(c)
			if err == nil {
				err = set(&b[0], c.before, s.accuracy)
			}
			k++
		}
		if err == nil && k <= s.to {
			err = d.coefficients(c, b, k)
		}
	}
	if d.cut {
		return errCut
	}
	return err
}

// difference reads by how much the DC coefficient differs from the one before (T.81, F.1.4.4.1).
func (d *arithmeticDecoder) difference(c *jpegComponent) error {
	bins := &d.dc[c.td]
	at := c.context
	if !d.decide(&bins[at]) {
		c.context = 0
		return nil
	}
	negative := d.decide(&bins[at+1])
	at += 2
	if negative {
		at++
	}
	size := int32(0)
	if d.decide(&bins[at]) {
		size, at = 1, 20
		for d.decide(&bins[at]) {
			if size <<= 1; size == 1<<15 {
				return errArithmetic
			}
			at++
		}
	}
	switch {
	case size < 1<<d.lowDC[c.td]>>1:
		c.context = 0
	case size > 1<<d.topDC[c.td]>>1:
		c.context = 12
	default:
		c.context = 4
	}
	if negative && c.context > 0 {
		c.context += 4
	}
	c.before += d.magnitude(&bins[(at+14)&63], size, negative)
	return nil
}

// magnitude reads the bits of a value below its uppermost one, size, and returns the value.
func (d *arithmeticDecoder) magnitude(st *bin, size int32, negative bool) int32 {
	v := size
	for size >>= 1; size > 0; size >>= 1 {
		if d.decide(st) {
			v |= size
		}
	}
	if negative {
		return -v - 1
	}
	return v + 1
}

// coefficients reads those from k on (T.81, F.1.4.4.2).
func (d *arithmeticDecoder) coefficients(c *jpegComponent, b *[64]int16, k int) error {
	bins := &d.ac[c.ta]
	for ; k <= d.scan.to; k++ {
		at := 3 * (k - 1)
		if d.decide(&bins[at]) { // the others are zero
			return nil
		}
		for !d.decide(&bins[at+1]) {
			at += 3
			if k++; k > d.scan.to {
				return errArithmetic
			}
		}
		negative := d.decide(&d.even)
		at += 2
		size := int32(0)
		if d.decide(&bins[at]) {
			size = 1
			if d.decide(&bins[at]) {
				size = 2
				if at = 217; k <= int(d.split[c.ta]) {
					at = 189
				}
				for d.decide(&bins[at]) {
					if size <<= 1; size == 1<<15 {
						return errArithmetic
					}
					at++
				}
			}
		}
		if err := set(&b[k], d.magnitude(&bins[(at+14)&255], size, negative), d.scan.accuracy); err != nil {
			return err
		}
	}
	return nil
}

// refine reads one more bit of the coefficients (T.81, G.1.3.3).
func (d *arithmeticDecoder) refine(c *jpegComponent, b *[64]int16) error {
	bins := &d.ac[c.ta]
	step := int16(1) << d.scan.accuracy
	last := d.scan.to // the last one that is not zero
	for last > 0 && b[last] == 0 {
		last--
	}
	for k := d.scan.from; k <= d.scan.to; k++ {
		at := 3 * (k - 1)
		if k > last && d.decide(&bins[at]) {
			return nil
		}
		for {
			if b[k] != 0 {
				if d.decide(&bins[at+2]) {
					if b[k] < 0 {
						b[k] -= step
					} else {
						b[k] += step
					}
				}
				break
			}
			if d.decide(&bins[at+1]) {
				if b[k] = step; d.decide(&d.even) {
					b[k] = -step
				}
				break
			}
			at += 3
			if k++; k > d.scan.to {
				return errArithmetic
			}
		}
	}
	return nil
}

package vision

import (
	"errors"
	"math"
	"math/bits"
)

// jpegCoefficients are those of a component of which not everything comes in one scan: quantised, in zigzag order,
// block after block.
type jpegCoefficients struct {
	// low holds the coefficients that the picture is made of: all 64, or side × side of the lowest where it is made
	// smaller.
	low []int16
	// seen has for each block of a smaller picture a bit for each coefficient that is not zero, because how many bits a
	// refining scan has depends on all of them.
	seen []uint64
	b    [64]int16 // a block of a smaller picture, spread out
}

// lowest lists the places, in zigzag order, of the coefficients that a block of side × side pixels is made of.
func lowest(side int) []int {
	var list []int
	for k, at := range zigzag {
		if int(at)/8 < side && int(at)%8 < side {
			list = append(list, k)
		}
	}
	return list
}

// coefficientBytes is how much memory the coefficients take that are kept: none of a picture that has everything in one scan.
func (f *jpegFile) coefficientBytes() int64 {
	if f.whole() {
		return 0
	}
	each := 2 * f.side * f.side
	if f.side > 1 && f.side < 8 {
		each += 8
	}
	blocks := 0
	for i := range f.components {
		blocks += f.components[i].blocksX * f.components[i].v * f.mcusY
	}
	return int64(each) * int64(blocks)
}

// scanCoefficients decodes all scans, and then makes the picture.
func (f *jpegFile) scanCoefficients(out *jpegRows, stop func() bool) error {
	low := lowest(f.side)
	for i := range f.components {
		c := &f.components[i]
		blocks := c.blocksX * c.v * f.mcusY
		c.kept = &jpegCoefficients{low: make([]int16, len(low)*blocks)}
		if f.side > 1 && f.side < 8 {
			c.kept.seen = make([]uint64, blocks)
		}
	}
	err := error(nil)
	for scan := &f.first; scan != nil && err == nil; {
		if err = f.scan(scan, low, stop); err == nil {
			scan, err = f.segments()
		}
	}
	if err != nil && (err != errCut || f.rows == 0) {
		return err
	}
	if _, h := f.size(); err != nil && f.rows == h {
		f.coarse = true
	}
	if stopped := f.draw(out, low, stop); stopped != nil {
		return stopped
	}
	return err
}

// entropyDecoder reads the coefficients of blocks.
type entropyDecoder interface {
	// restart goes behind the given marker and forgets what was before it.
	restart(marker uint8) error
	// block reads what a scan has of a block: b is in zigzag order, and has what earlier scans had of it.
	block(c *jpegComponent, b *[64]int16) error
	// end is where the scan's bytes end.
	end() int
}

// scan decodes a scan, and leaves f behind it. It notes how many rows the first scan got to.
func (f *jpegFile) scan(s *jpegScan, low []int, stop func() bool) error {
	if f.side == 1 && s.from > 0 {
		return nil // only the mean of each block is wanted; segments passes over the codes
	}
	var e entropyDecoder
	if f.arithmetic {
		e = newArithmetic(f, s)
	} else {
		e = &huffmanDecoder{bitReader: bitReader{data: f.data, next: f.next}, scan: s}
	}
	defer func() { f.next = e.end() }()
	for _, c := range s.components {
		c.before, c.context = 0, 0
	}
	mcusX, mcusY := f.mcusX, f.mcusY
	alone := len(s.components) == 1
	if c := s.components[0]; alone { // T.81 A.2.2: without the blocks that only fill up MCUs
		mcusX, mcusY = ceilDiv(ceilDiv(f.width*c.h, f.hMax), 8), ceilDiv(ceilDiv(f.height*c.v, f.vMax), 8)
	}
	_, height := f.size()
	first := f.rows < height && s.from == 0 && s.before == 0 && s.components[0] == &f.components[0]
	for my := range mcusY {
		if stop() {
			return errStopped
		}
		for mx := range mcusX {
			if mcu := my*mcusX + mx; f.restart > 0 && mcu > 0 && mcu%f.restart == 0 {
				if err := e.restart(markerRST0 + uint8(mcu/f.restart-1)%8); err != nil {
					return err
				}
				for _, c := range s.components {
					c.before, c.context = 0, 0
				}
			}
			for _, c := range s.components {
				h, v := c.h, c.v
				if alone {
					h, v = 1, 1
				}
				for i := range h * v {
					n := (my*v+i/h)*c.blocksX + mx*h + i%h
					if err := c.scanBlock(e, s, n, low); err != nil {
						if s.before == 0 { // what was read of it may be anything
							c.kept.forget(n, s, low)
						}
						return err
					}
				}
			}
		}
		if first {
			rows := (my + 1) * f.side * f.vMax
			if alone {
				rows /= s.components[0].v
			}
			f.rows = min(rows, height)
		}
	}
	return nil
}

// forget makes what a scan has of the block i zero.
func (kept *jpegCoefficients) forget(i int, s *jpegScan, low []int) {
	for j, k := range low {
		if k >= s.from && k <= s.to {
			kept.low[len(low)*i+j] = 0
		}
	}
}

// scanBlock reads what a scan has of the block i of the component.
func (c *jpegComponent) scanBlock(e entropyDecoder, s *jpegScan, i int, low []int) error {
	if len(low) == 64 {
		return e.block(c, (*[64]int16)(c.kept.low[64*i:]))
	}
	// The coefficients are spread out, and those that changed are put back.
	kept := c.kept.low[len(low)*i:][:len(low)]
	b := &c.kept.b
	*b = [64]int16{}
	if s.before > 0 {
		if c.kept.seen != nil {
			for seen := c.kept.seen[i]; seen != 0; seen &= seen - 1 {
				b[bits.TrailingZeros64(seen)] = 1 // whatever it is, it is not zero
			}
		}
		for j, k := range low {
			b[k] = kept[j]
		}
	}
	old := *b
	err := e.block(c, b)
	if *b == old {
		return err
	}
	for j, k := range low {
		if k >= s.from && k <= s.to {
			kept[j] = b[k]
		}
	}
	if c.kept.seen != nil {
		for k := s.from; k <= s.to; k++ {
			if b[k] != 0 {
				c.kept.seen[i] |= 1 << k
			}
		}
	}
	return err
}

// draw makes the picture of the coefficients.
func (f *jpegFile) draw(out *jpegRows, low []int, stop func() bool) error {
	var b jpegBlock
	for my := range f.mcusY {
		if stop() {
			return errStopped
		}
		band := out.take()
		for i := range f.components {
			c := &f.components[i]
			quant := c.quant
			if quant == nil { // of a component without scan
				quant = new([64]int32)
			}
			for v := range c.v {
				at := band.planes[i][f.side*v*c.stride:]
				for x := range c.blocksX {
					n := ((my*c.v+v)*c.blocksX + x) * len(low)
					rows := uint8(1)
					for j, value := range c.kept.low[n:][:len(low)] {
						if value != 0 {
							k := low[j]
							place := zigzag[k&63]
							b[place&63] = int32(value) * quant[k&63]
							rows |= 1 << (place >> 3)
						}
					}
					f.transform8(&b, rows, at[f.side*x:], c.stride)
				}
			}
		}
		out.send(band, my)
	}
	return nil
}

// huffmanDecoder reads the coefficients of a scan in Huffman codes.
type huffmanDecoder struct {
	bitReader
	scan   *jpegScan
	eobRun int32 // blocks to come in which nothing new begins
}

func (d *huffmanDecoder) end() int { return d.next }

func (d *huffmanDecoder) restart(marker uint8) error {
	d.eobRun = 0
	return d.resync(marker)
}

var errCoefficient = errors.New("a coefficient that is too large")

func (d *huffmanDecoder) block(c *jpegComponent, b *[64]int16) (err error) {
	s := d.scan
	if s.before > 0 {
		err = d.refine(c, b)
	} else {
		k := s.from
		if k == 0 {
			if d.n < 32 {
				d.fill()
			}
			symbol, value := d.symbol(c.dc)
			if symbol > 15 {
				return d.why()
			}
			if symbol > 0 {
				c.before += value
			}
			if err := set(&b[0], c.before, s.accuracy); err != nil {
				return err
			}
			k++
		}
		if k <= s.to {
			err = d.ac(c, b, k)
		}
	}
	if err == nil && d.n < 0 {
		err = d.why()
	}
	return err
}

// set gives a coefficient its value, of which the lower bits are still to come.
func set(to *int16, value int32, accuracy int) error {
	if value <<= accuracy; value < math.MinInt16 || value > math.MaxInt16 {
		return errCoefficient
	}
	*to = int16(value)
	return nil
}

// ac reads the coefficients from k on, which are all zero (T.81, G.1.2.2).
func (d *huffmanDecoder) ac(c *jpegComponent, b *[64]int16, k int) error {
	if d.eobRun > 0 {
		d.eobRun--
		return nil
	}
	for ; k <= d.scan.to; k++ {
		if d.n < 32 {
			d.fill()
		}
		symbol, value := d.symbol(c.ac)
		if symbol == noSymbol {
			return d.why()
		}
		run := int(symbol >> 4)
		if symbol&15 == 0 {
			if run < 15 {
				d.eobRun = 1<<run - 1 + d.take(run)
				return nil
			}
			k += run
			continue
		}
		if k += run; k > d.scan.to {
			return d.why()
		}
		if err := set(&b[k], value, d.scan.accuracy); err != nil {
			return err
		}
	}
	return nil
}

// refine reads one more bit of the coefficients (T.81, G.1.2.3).
func (d *huffmanDecoder) refine(c *jpegComponent, b *[64]int16) error {
	s := d.scan
	step := int16(1) << s.accuracy
	if s.from == 0 {
		b[0] |= step * int16(d.take(1))
		return nil
	}
	k := s.from
	if d.eobRun == 0 {
		for ; k <= s.to; k++ {
			if d.n < 32 {
				d.fill()
			}
			symbol, value := d.symbol(c.ac)
			run := int(symbol >> 4)
			if symbol == noSymbol || symbol&15 > 1 {
				return d.why()
			}
			if symbol&15 == 0 && run < 15 {
				d.eobRun = 1<<run + d.take(run)
				break
			}
			if k = d.refineOld(b, k, run, step); k > s.to {
				return d.why()
			}
			if symbol&15 == 1 {
				b[k] = int16(value) * step
			}
		}
	}
	if d.eobRun > 0 {
		d.eobRun--
		d.refineOld(b, k, 64, step)
	}
	return nil
}

// refineOld reads a bit for each coefficient from k on that is not zero, up to where so many zeros were passed over and
// another one comes; it gives that one's place.
func (d *huffmanDecoder) refineOld(b *[64]int16, k, zeros int, step int16) int {
	for ; k <= d.scan.to; k++ {
		switch {
		case b[k] == 0:
			if zeros == 0 {
				return k
			}
			zeros--
		case d.take(1) == 0:
		case b[k] > 0:
			b[k] += step
		default:
			b[k] -= step
		}
	}
	return k
}

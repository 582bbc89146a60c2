package vision

import (
	"encoding/binary"
	"errors"
)

// heifPicture is the primary picture of a HEIC or AVIF file: coded pictures side by side, and how the whole is turned.
// The container is that of ISO/IEC 23008-12 (HEIF) and 14496-12; HEVC in it is by 14496-15, AV1 by "AV1 Image File Format".
type heifPicture struct {
	w, h         int // before turning
	tileW, tileH int
	across       int
	tiles        [][]byte
	config       []byte // of the coder: the content of hvcC or av1C
	o            orientation
	matrix       int  // of ITU-T H.273, by which the colours were coded
	fullRange    bool // luma uses all values from 0 to 255
	described    bool // matrix and fullRange are known
}

// heifFile is a container being read.
type heifFile struct {
	data       []byte
	primary    uint32
	kinds      map[uint32]string
	places     map[uint32][]heifExtent
	made       map[uint32][]uint32 // of which items an item is made
	properties []heifBox
	has        map[uint32][]int // the properties of an item, by their number
	inside     []byte           // idat
}

type heifExtent struct {
	inside       bool // in idat
	from, length uint64
}

type heifBox struct {
	kind string
	body []byte
}

var errHEIF = errors.New("a damaged container")

// heifBoxes splits data into boxes. One that is cut off is given as far as it goes.
func heifBoxes(data []byte) []heifBox {
	var list []heifBox
	for len(data) >= 8 {
		size, head := uint64(binary.BigEndian.Uint32(data)), uint64(8)
		if size == 1 && len(data) >= 16 {
			size, head = binary.BigEndian.Uint64(data[8:]), 16
		}
		if size == 0 || size > uint64(len(data)) {
			size = uint64(len(data))
		}
		if size < head {
			break
		}
		list = append(list, heifBox{string(data[4:8]), data[head:size]})
		data = data[size:]
	}
	return list
}

// fields reads numbers one after another; ended tells that there were too few bytes.
type fields struct {
	data  []byte
	ended bool
}

func (f *fields) number(size int) (n uint64) {
	if len(f.data) < size {
		f.ended, f.data = true, nil
		return 0
	}
	for _, b := range f.data[:size] {
		n = n<<8 | uint64(b)
	}
	f.data = f.data[size:]
	return n
}

// wide reads 4 bytes, or else 2.
func (f *fields) wide(wide bool) uint32 {
	if wide {
		return uint32(f.number(4))
	}
	return uint32(f.number(2))
}

// openHEIF reads what the container says of its primary picture.
func openHEIF(data []byte) (*heifPicture, error) {
	h := &heifFile{data: data, kinds: map[uint32]string{}, places: map[uint32][]heifExtent{}, made: map[uint32][]uint32{}, has: map[uint32][]int{}}
	for _, box := range heifBoxes(data) {
		if box.kind == "meta" && len(box.body) > 4 {
			for _, box := range heifBoxes(box.body[4:]) {
				h.meta(box)
			}
			return h.picture()
		}
	}
	return nil, errCut
}

// meta reads a box of those that describe the items.
func (h *heifFile) meta(box heifBox) {
	f := &fields{data: box.body}
	if box.kind == "idat" {
		h.inside = box.body
		return
	}
	if box.kind == "iprp" {
		for _, box := range heifBoxes(box.body) {
			if box.kind == "ipco" {
				h.properties = heifBoxes(box.body)
			} else if box.kind == "ipma" {
				h.associations(box)
			}
		}
		return
	}
	head := f.number(4)
	version := head >> 24
	switch box.kind {
	case "pitm":
		h.primary = f.wide(version > 0)
	case "iinf":
		f.wide(version > 0)
		for _, box := range heifBoxes(f.data) {
			f := &fields{data: box.body}
			if version := f.number(4) >> 24; box.kind == "infe" && version >= 2 {
				id := f.wide(version > 2)
				f.number(2)
				if len(f.data) >= 4 {
					h.kinds[id] = string(f.data[:4])
				}
			}
		}
	case "iref":
		for _, box := range heifBoxes(f.data) {
			f := &fields{data: box.body}
			id := f.wide(version > 0)
			for n := f.number(2); n > 0 && !f.ended; n-- {
				if of := f.wide(version > 0); box.kind == "dimg" {
					h.made[id] = append(h.made[id], of)
				}
			}
		}
	case "iloc":
		sizes := f.number(2)
		offset, length, base, index := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
		for n := f.wide(version > 1); n > 0 && !f.ended; n-- {
			id, method := f.wide(version > 1), uint64(0)
			if version > 0 {
				method = f.number(2) & 15
			} else {
				index = 0
			}
			f.number(2) // which file: this one
			from := f.number(base)
			for extents := f.number(2); extents > 0 && !f.ended; extents-- {
				f.number(index)
				e := heifExtent{method == 1, from + f.number(offset), f.number(length)}
				if method <= 1 {
					h.places[id] = append(h.places[id], e)
				}
			}
		}
	}
}

// associations reads ipma: which properties the items have.
func (h *heifFile) associations(box heifBox) {
	f := &fields{data: box.body}
	head := f.number(4)
	for n := f.number(4); n > 0 && !f.ended; n-- {
		id := f.wide(head>>24 > 0)
		for n := f.number(1); n > 0 && !f.ended; n-- {
			if head&1 != 0 {
				h.has[id] = append(h.has[id], int(f.number(2)&0x7fff))
			} else {
				h.has[id] = append(h.has[id], int(f.number(1)&0x7f))
			}
		}
	}
}

// each returns the properties of an item in their order.
func (h *heifFile) each(id uint32, yield func(kind string, f *fields)) {
	for _, n := range h.has[id] {
		if n >= 1 && n <= len(h.properties) {
			p := h.properties[n-1]
			yield(p.kind, &fields{data: p.body})
		}
	}
}

// content returns the bytes of an item.
func (h *heifFile) content(id uint32) ([]byte, error) {
	var all []byte
	for i, e := range h.places[id] {
		from := h.data
		if e.inside {
			from = h.inside
		}
		if e.from > uint64(len(from)) || e.length > uint64(len(from))-e.from {
			return nil, errCut
		}
		if e.length == 0 {
			e.length = uint64(len(from)) - e.from
		}
		if part := from[e.from : e.from+e.length]; i == 0 {
			all = part[:len(part):len(part)]
		} else if all = append(all, part...); len(all) > len(h.data) {
			return nil, errHEIF
		}
	}
	if len(all) == 0 {
		return nil, errHEIF
	}
	return all, nil
}

// size returns the size that an item declares.
func (h *heifFile) size(id uint32) (width, height int) {
	h.each(id, func(kind string, f *fields) {
		if kind == "ispe" {
			f.number(4)
			width, height = int(f.number(4)), int(f.number(4))
		}
	})
	return width, height
}

// picture puts together what is known of the primary item.
func (h *heifFile) picture() (*heifPicture, error) {
	p := &heifPicture{o: upright, across: 1}
	if p.w, p.h = h.size(h.primary); p.w < 1 || p.h < 1 || p.w > maxSide || p.h > maxSide {
		return nil, errHEIF
	}
	h.each(h.primary, func(kind string, f *fields) {
		switch kind {
		case "irot":
			for range f.number(1) & 3 { // quarters anticlockwise
				p.o = p.o.then(8)
			}
		case "imir":
			p.o = p.o.then([2]orientation{4, 2}[f.number(1)&1])
		}
	})
	parts := []uint32{h.primary}
	rows := 1
	switch h.kinds[h.primary] {
	case "hvc1", "av01":
	case "grid":
		grid, err := h.content(h.primary)
		if err != nil {
			return nil, err
		}
		f := &fields{data: grid}
		flags := f.number(2) & 1
		rows, p.across = int(f.number(1))+1, int(f.number(1))+1
		p.w, p.h = int(f.wide(flags != 0)), int(f.wide(flags != 0))
		parts = h.made[h.primary]
		if f.ended || p.w < 1 || p.h < 1 || len(parts) != rows*p.across {
			return nil, errHEIF
		}
	default:
		return nil, unsupportedError("a primary picture of the kind " + h.kinds[h.primary])
	}
	p.tileW, p.tileH = h.size(parts[0])
	if p.tileW < 1 || p.tileH < 1 || p.tileW > maxSide || p.tileH > maxSide || p.tileW*p.across < p.w || p.tileH*rows < p.h ||
		p.tileW*p.across*p.tileH*rows > 2*p.w*p.h+1<<20 { // tiles that reach too far beyond the picture
		return nil, errHEIF
	}
	for _, id := range append([]uint32{h.primary}, parts...) {
		h.each(id, func(kind string, f *fields) {
			switch {
			case kind == "hvcC" || kind == "av1C":
				p.config = f.data
			case kind == "colr" && f.number(4) == 0x6e636c78: // nclx
				f.number(4) // primaries and transfer
				p.matrix, p.fullRange, p.described = int(f.number(2)), f.number(1)>>7 == 1, true
			}
		})
	}
	total := 0
	for _, id := range parts {
		tile, err := h.content(id)
		if err != nil {
			return nil, err
		}
		p.tiles = append(p.tiles, tile)
		if total += len(tile); total > 4*len(h.data) { // the same bytes again and again
			return nil, errHEIF
		}
	}
	return p, nil
}

// hevcStream makes a stream of NAL units of all tiles (ITU-T H.265, Annex B).
func (p *heifPicture) hevcStream() ([]byte, error) {
	start := []byte{0, 0, 0, 1}
	f := &fields{data: p.config}
	f.number(16)
	f.number(5)
	lengthSize := int(f.number(1)&3) + 1
	var parameters []byte
	for arrays := f.number(1); arrays > 0 && !f.ended; arrays-- {
		f.number(1)
		for n := f.number(2); n > 0 && !f.ended; n-- {
			size := int(f.number(2))
			if size > len(f.data) {
				return nil, errHEIF
			}
			parameters = append(append(parameters, start...), f.data[:size]...)
			f.data = f.data[size:]
		}
	}
	if f.ended {
		return nil, errHEIF
	}
	var stream []byte
	for _, tile := range p.tiles {
		stream = append(stream, parameters...)
		for f := (&fields{data: tile}); len(f.data) > 0; {
			size := f.number(lengthSize)
			if f.ended || size > uint64(len(f.data)) {
				return nil, errCut
			}
			stream = append(append(stream, start...), f.data[:size]...)
			f.data = f.data[size:]
		}
	}
	return stream, nil
}

// av1Stream makes a stream of OBUs of all tiles, each behind a temporal delimiter.
func (p *heifPicture) av1Stream() ([]byte, error) {
	if len(p.config) < 4 {
		return nil, errHEIF
	}
	var stream []byte
	for _, tile := range p.tiles {
		stream = append(stream, 0x12, 0)
		stream = append(append(stream, p.config[4:]...), tile...)
	}
	return stream, nil
}

package vision

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"

	"animo"
)

// The file of a gallery, numbers in little-endian order:
//
//	8 bytes   "ANIMOGAL"
//	uint32    version, 1
//	uint32    people
//	for each person, in the order of the names' bytes:
//	  uint16  bytes of the name, 1 to 1024
//	          the name, UTF-8
//	  uint32  descriptors, at least 1
//	          each descriptor, 128 × float32
//	uint32    CRC-32C of all that stands before
//
// The order makes equal galleries equal files.
const (
	galleryMagic   = "ANIMOGAL"
	galleryVersion = 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Save writes the gallery to w. Others may use it meanwhile: what is written is its state at one moment.
func (g *Gallery) Save(w io.Writer) error {
	_, err := w.Write(g.encode())
	return err
}

func (g *Gallery) encode() []byte {
	g.mu.RLock()
	defer g.mu.RUnlock()
	order := make([]int32, len(g.descriptors)) // descriptors by name, then as they were added
	size := len(galleryMagic) + 12
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		return cmp.Compare(g.people[g.owner[a]].name, g.people[g.owner[b]].name)
	})
	for _, p := range g.people {
		size += 6 + len(p.name) + p.descriptors*4*len(Descriptor{})
	}
	file := append(make([]byte, 0, size), galleryMagic...)
	file = binary.LittleEndian.AppendUint32(file, galleryVersion)
	file = binary.LittleEndian.AppendUint32(file, uint32(len(g.people)))
	for len(order) > 0 {
		p := g.people[g.owner[order[0]]]
		file = binary.LittleEndian.AppendUint16(file, uint16(len(p.name)))
		file = append(file, p.name...)
		file = binary.LittleEndian.AppendUint32(file, uint32(p.descriptors))
		for _, i := range order[:p.descriptors] {
			for _, v := range g.descriptors[i] {
				file = binary.LittleEndian.AppendUint32(file, math.Float32bits(v))
			}
		}
		order = order[p.descriptors:]
	}
	return binary.LittleEndian.AppendUint32(file, crc32.Checksum(file, castagnoli))
}

// LoadGallery reads a gallery that Save wrote, to the end of r. A file that differs in any way from what Save
// writes is an animo.Error with the code CorruptModel. Memory grows with what was read, whatever the file
// announces.
func LoadGallery(r io.Reader) (*Gallery, error) {
	l := galleryReader{r: bufio.NewReaderSize(r, 64<<10)}
	g, err := l.read()
	if err != nil {
		if _, ok := err.(galleryError); ok || err == io.ErrUnexpectedEOF {
			return nil, animo.Errorf(animo.CorruptModel, "the gallery of people is damaged: %v",
				"la galería de personas está dañada: %v", err)
		}
		return nil, err
	}
	return g, nil
}

// galleryError says what is wrong in a gallery's file.
type galleryError string

func (e galleryError) Error() string { return string(e) }

// galleryReader reads the parts of a gallery's file and sums up what it has read.
type galleryReader struct {
	r   *bufio.Reader
	sum uint32
	buf [maxNameBytes]byte
}

func (l *galleryReader) read() (*Gallery, error) {
	head, err := l.bytes(len(galleryMagic))
	if err != nil {
		return nil, err
	}
	if string(head) != galleryMagic {
		return nil, galleryError("it is no gallery")
	}
	version, err := l.number()
	if err != nil {
		return nil, err
	}
	if version != galleryVersion {
		return nil, galleryError(fmt.Sprintf("version %d is not known, only %d", version, galleryVersion))
	}
	people, err := l.number()
	if err != nil {
		return nil, err
	}
	g, before := &Gallery{}, ""
	for range people {
		if before, err = l.person(g, before); err != nil {
			return nil, err
		}
	}
	sum := l.sum
	if stored, err := l.number(); err != nil {
		return nil, err
	} else if stored != sum {
		return nil, galleryError("its check sum does not fit")
	}
	switch _, err := l.r.ReadByte(); err {
	case io.EOF:
		return g, nil
	case nil:
		return nil, galleryError("something stands behind its end")
	default:
		return nil, err
	}
}

// person reads one person into g, whose name must come after another, and returns the name.
func (l *galleryReader) person(g *Gallery, before string) (string, error) {
	b, err := l.bytes(2)
	if err != nil {
		return "", err
	}
	length := int(binary.LittleEndian.Uint16(b))
	if length == 0 || length > maxNameBytes {
		return "", galleryError(fmt.Sprintf("a name of %d bytes", length))
	}
	if b, err = l.bytes(length); err != nil {
		return "", err
	}
	name := string(b)
	if name <= before {
		return "", galleryError("the names are not in order")
	}
	count, err := l.number()
	if err != nil {
		return "", err
	}
	if count == 0 {
		return "", galleryError("a person without a descriptor")
	}
	for range count {
		var d Descriptor
		raw, err := l.bytes(4 * len(d))
		if err != nil {
			return "", err
		}
		for i := range d {
			d[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		if g.Add(name, d) != nil {
			return "", galleryError("a name or a descriptor that is none")
		}
	}
	return name, nil
}

// number reads a uint32.
func (l *galleryReader) number() (uint32, error) {
	b, err := l.bytes(4)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(b), nil
}

// bytes reads n bytes, at most maxNameBytes, which are good until the next call.
func (l *galleryReader) bytes(n int) ([]byte, error) {
	if _, err := io.ReadFull(l.r, l.buf[:n]); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	l.sum = crc32.Update(l.sum, castagnoli, l.buf[:n])
	return l.buf[:n], nil
}

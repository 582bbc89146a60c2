package nn

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Tensor is a named array of numbers, the last dimension fastest. Without dimensions it is one number.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

// size returns the number of elements that a shape has, or false where it is negative or too large for a file.
func size(shape []int) (int, bool) {
	n := 1
	for _, d := range shape {
		if d < 0 || d > 0 && n > math.MaxInt/4/d {
			return 0, false
		}
		n *= d
	}
	return n, true
}

// The safetensors format (https://github.com/huggingface/safetensors, "Format"): the header's length in 8
// bytes, little-endian; the header, a JSON object that begins with "{" and may end with spaces; then the
// numbers. The header has an entry for each tensor, with its place in the numbers as data_offsets, and maybe
// texts under __metadata__. The tensors follow each other without gaps to the end of the file.
const metadataKey = "__metadata__"

// maxHeader is the longest header that the reference implementation reads.
const maxHeader = 100_000_000

type tensorEntry struct {
	DType   string  `json:"dtype"`
	Shape   []int   `json:"shape"`
	Offsets []int64 `json:"data_offsets"`
}

// EncodeTensors returns tensors, in their order, and metadata as a safetensors file of float32 numbers. Equal
// arguments give equal bytes.
func EncodeTensors(list []Tensor, metadata map[string]string) ([]byte, error) {
	header := []byte{'{'}
	add := func(name string, v any) error {
		key, err := json.Marshal(name)
		if err != nil {
			return err
		}
		value, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if len(header) > 1 {
			header = append(header, ',')
		}
		header = append(append(append(header, key...), ':'), value...)
		return nil
	}
	if len(metadata) > 0 {
		if err := add(metadataKey, metadata); err != nil {
			return nil, err
		}
	}
	var at int64
	seen := map[string]bool{metadataKey: true}
	for _, t := range list {
		n, ok := size(t.Shape)
		if !ok || n != len(t.Data) {
			return nil, fmt.Errorf("nn: tensor %q has %d numbers for shape %v", t.Name, len(t.Data), t.Shape)
		}
		if seen[t.Name] {
			return nil, fmt.Errorf("nn: tensor name %q is taken", t.Name)
		}
		seen[t.Name] = true
		shape := t.Shape
		if shape == nil {
			shape = []int{}
		}
		end := at + 4*int64(n)
		if err := add(t.Name, tensorEntry{"F32", shape, []int64{at, end}}); err != nil {
			return nil, err
		}
		at = end
	}
	header = append(header, '}')
	for len(header)%8 != 0 { // so that the numbers are aligned
		header = append(header, ' ')
	}
	file := make([]byte, 8, 8+len(header)+int(at))
	binary.LittleEndian.PutUint64(file, uint64(len(header)))
	file = append(file, header...)
	for _, t := range list {
		for _, x := range t.Data {
			file = binary.LittleEndian.AppendUint32(file, math.Float32bits(x))
		}
	}
	return file, nil
}

// DecodeTensors reads a safetensors file of float32 or float16 numbers: its tensors in the order of their data, and its
// metadata. It accepts nothing that the format does not allow. It copies the numbers and allocates memory
// in proportion to the file's size, whatever the header claims.
func DecodeTensors(file []byte) ([]Tensor, map[string]string, error) {
	if len(file) < 8 {
		return nil, nil, errors.New("nn: safetensors: no header")
	}
	length := binary.LittleEndian.Uint64(file)
	if length > maxHeader || length > uint64(len(file)-8) {
		return nil, nil, fmt.Errorf("nn: safetensors: a header of %d bytes in a file of %d", length, len(file))
	}
	entries, metadata, err := decodeHeader(file[8 : 8+length])
	if err != nil {
		return nil, nil, fmt.Errorf("nn: safetensors: %w", err)
	}
	data := file[8+length:]
	slices.SortStableFunc(entries, func(a, b namedEntry) int {
		for i := range a.Offsets {
			if a.Offsets[i] != b.Offsets[i] {
				return int(min(1, max(-1, a.Offsets[i]-b.Offsets[i])))
			}
		}
		return 0
	})
	var at int64
	list := make([]Tensor, 0, len(entries))
	for _, e := range entries {
		n, ok := size(e.Shape)
		from, to := e.Offsets[0], e.Offsets[1]
		if !ok || from != at || to < from || to > int64(len(data)) || to-from != numberSize(e.DType)*int64(n) {
			return nil, nil, fmt.Errorf("nn: safetensors: tensor %q of shape %v at %d to %d of %d", e.name, e.Shape, from, to, len(data))
		}
		at = to
		values := make([]float32, n)
		for i := range values {
			if e.DType == "F16" {
				values[i] = fromHalf(binary.LittleEndian.Uint16(data[from+2*int64(i):]))
			} else {
				values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[from+4*int64(i):]))
			}
		}
		list = append(list, Tensor{e.name, e.Shape, values})
	}
	if at != int64(len(data)) {
		return nil, nil, fmt.Errorf("nn: safetensors: %d bytes that no tensor has", int64(len(data))-at)
	}
	return list, metadata, nil
}

// numberSize returns the bytes of one number, or 0 for a type that is not read.
func numberSize(dtype string) int64 {
	switch dtype {
	case "F32":
		return 4
	case "F16":
		return 2
	}
	return 0
}

// fromHalf returns the value of an IEEE 754 binary16 number, as a float32, which can hold them all.
func fromHalf(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10)&31, uint32(h)&1023
	switch exponent {
	case 0: // zero, or a number below 2^-14: fraction · 2^-24
		return math.Float32frombits(math.Float32bits(float32(fraction)/(1<<24)) | sign)
	case 31: // infinite, or not a number
		return math.Float32frombits(sign | 255<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

type namedEntry struct {
	name string
	tensorEntry
}

func decodeHeader(header []byte) (entries []namedEntry, metadata map[string]string, err error) {
	if len(header) == 0 || header[0] != '{' {
		return nil, nil, errors.New("the header is not an object")
	}
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimRight(header, " ")))
	dec.DisallowUnknownFields()
	if _, err := dec.Token(); err != nil {
		return nil, nil, err
	}
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, nil, err
		}
		name, _ := token.(string) // the decoder lets only a string stand here
		if seen[name] {
			return nil, nil, fmt.Errorf("%q is there twice", name)
		}
		seen[name] = true
		if name == metadataKey {
			if err := dec.Decode(&metadata); err != nil {
				return nil, nil, err
			}
			continue
		}
		e := namedEntry{name: name}
		if err := dec.Decode(&e.tensorEntry); err != nil {
			return nil, nil, err
		}
		if numberSize(e.DType) == 0 || e.Shape == nil || len(e.Offsets) != 2 {
			return nil, nil, fmt.Errorf("tensor %q has type %q, shape %v and offsets %v", name, e.DType, e.Shape, e.Offsets)
		}
		entries = append(entries, e)
	}
	if _, err := dec.Token(); err != nil {
		return nil, nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, nil, errors.New("there is more after the header's object")
	}
	return entries, metadata, nil
}

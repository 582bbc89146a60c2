package nn

import (
	"bytes"
	"encoding/binary"
	"math"
	"reflect"
	"testing"
)

// safetensor puts a header and data into a file.
func safetensor(header string, data ...byte) []byte {
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), data...)
}

func TestDecodeTensors_reads_the_format(t *testing.T) {
	// Written by hand from the format's description: data in another order than the header's, metadata, spaces
	// at the end of the header, a tensor without dimensions and one without elements.
	file := safetensor(`{"b":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"__metadata__":{"k":"v"},`+
		`"a":{"data_offsets":[0,8],"shape":[1,2],"dtype":"F32"},"none":{"dtype":"F32","shape":[0,7],"data_offsets":[12,12]}}  `,
		0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0xc0, 0x7f)
	list, metadata, err := DecodeTensors(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 3 || list[0].Name != "a" || !reflect.DeepEqual(list[0].Data, []float32{1, -2}) || !reflect.DeepEqual(list[0].Shape, []int{1, 2}) {
		t.Errorf("got %v", list)
	}
	if list[1].Name != "b" || len(list[1].Data) != 1 || !math.IsNaN(float64(list[1].Data[0])) || list[2].Name != "none" || len(list[2].Data) != 0 {
		t.Errorf("got %v", list[1:])
	}
	if metadata["k"] != "v" || len(metadata) != 1 {
		t.Errorf("metadata %v", metadata)
	}
}

func TestDecodeTensors_reads_float16(t *testing.T) {
	// The values are from IEEE 754: one, the greatest, the least normal, the least of all, minus two, minus zero,
	// infinity, 1/3 rounded, and what is not a number.
	file := safetensor(`{"a":{"dtype":"F16","shape":[3,3],"data_offsets":[0,18]}}`,
		0x00, 0x3c, 0xff, 0x7b, 0x00, 0x04, 0x01, 0x00, 0x00, 0xc0, 0x00, 0x80, 0x00, 0x7c, 0x55, 0x35, 0x01, 0x7e)
	list, _, err := DecodeTensors(file)
	if err != nil {
		t.Fatal(err)
	}
	got := list[0].Data
	want := []float32{1, 65504, 0x1p-14, 0x1p-24, -2, float32(math.Copysign(0, -1)), float32(math.Inf(1)), 0.333251953125}
	for i, w := range want {
		if math.Float32bits(got[i]) != math.Float32bits(w) {
			t.Errorf("number %d is %g, not %g", i, got[i], w)
		}
	}
	if !math.IsNaN(float64(got[8])) {
		t.Errorf("the last is %g", got[8])
	}
}

func TestDecodeTensors_refuses_what_is_not_the_format(t *testing.T) {
	one := `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`
	if _, _, err := DecodeTensors(safetensor(one, 1, 2, 3, 4)); err != nil {
		t.Fatalf("the base of the cases below: %v", err)
	}
	for name, file := range map[string][]byte{
		"nothing":              nil,
		"seven bytes":          make([]byte, 7),
		"header beyond file":   binary.LittleEndian.AppendUint64(nil, 1),
		"header of 2^64-1":     binary.LittleEndian.AppendUint64(nil, math.MaxUint64),
		"no object":            safetensor(`[]`),
		"space first":          safetensor(" "+one, 1, 2, 3, 4),
		"unfinished":           safetensor(`{"a":`),
		"two objects":          safetensor(`{}{}`),
		"junk after":           safetensor(`{}x`),
		"data missing":         safetensor(one, 1, 2, 3),
		"data left over":       safetensor(one, 1, 2, 3, 4, 5),
		"data and no tensor":   safetensor(`{}`, 1),
		"other type":           safetensor(`{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}`, 1, 2, 3, 4),
		"half a number":        safetensor(`{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,2]}}`, 1, 2),
		"no shape":             safetensor(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, 1, 2, 3, 4),
		"one offset":           safetensor(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}`, 1, 2, 3, 4),
		"unknown field":        safetensor(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, 1, 2, 3, 4),
		"shape too small":      safetensor(`{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,4]}}`, 1, 2, 3, 4),
		"negative dimensions":  safetensor(`{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}`, 1, 2, 3, 4),
		"shape overflows":      safetensor(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`),
		"shape beyond int":     safetensor(`{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,0]}}`),
		"fraction":             safetensor(`{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}`, 1, 2, 3, 4),
		"ends before it begin": safetensor(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 1, 2, 3, 4),
		"negative offset":      safetensor(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[-4,4]}}`, 1, 2, 3, 4),
		"same name twice":      safetensor(`{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`),
		"overlap":              safetensor(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 1, 2, 3, 4),
		"gap":                  safetensor(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 1, 2, 3, 4, 5, 6, 7, 8),
		"metadata not text":    safetensor(`{"__metadata__":{"a":1}}`),
	} {
		if list, _, err := DecodeTensors(file); err == nil {
			t.Errorf("%s: read as %v", name, list)
		}
	}
}

func TestEncodeTensors_refuses_wrong_tensors(t *testing.T) {
	for name, list := range map[string][]Tensor{
		"size":     {{"a", []int{2}, []float32{1}}},
		"negative": {{"a", []int{-1, -1}, []float32{1}}},
		"twice":    {{"a", []int{1}, []float32{1}}, {"a", []int{1}, []float32{1}}},
		"reserved": {{metadataKey, []int{1}, []float32{1}}},
	} {
		if _, err := EncodeTensors(list, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzDecodeTensors holds that a file which is read can be written and read again with the same result, and
// that no more numbers are made than the file has.
func FuzzDecodeTensors(f *testing.F) {
	f.Add(safetensor(`{}`))
	f.Add(safetensor(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 1, 2, 3, 4))
	f.Add(safetensor(`{"b":{"dtype":"F32","shape":[],"data_offsets":[4,8]},"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}} `, 1, 2, 3, 4, 5, 6, 7, 8))
	f.Add(safetensor(`{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		list, metadata, err := DecodeTensors(file)
		if err != nil {
			return
		}
		numbers := 0
		for _, x := range list {
			numbers += len(x.Data)
		}
		if 4*numbers > len(file) {
			t.Fatalf("%d numbers from %d bytes", numbers, len(file))
		}
		again, err := EncodeTensors(list, metadata)
		if err != nil {
			t.Fatalf("read and not written: %v", err)
		}
		list2, metadata2, err := DecodeTensors(again)
		if err != nil {
			t.Fatalf("written and not read: %v", err)
		}
		third, err := EncodeTensors(list2, metadata2)
		if err != nil || !bytes.Equal(again, third) {
			t.Fatalf("changed on the way: %v", err)
		}
	})
}

package net

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
)

// tensor is one named array of weights, with the last index the fastest.
type tensor struct {
	shape []int
	data  []float32
}

// weights are the tensors of one network by name. A load that fails is remembered, so that a network asks
// for all it needs and looks at err once.
type weights struct {
	tensors map[string]tensor
	err     error
}

// manifestGroup is one element of the array in a <name>-weights_manifest.json: files, and the tensors that
// follow each other in them without gaps.
type manifestGroup struct {
	Paths   []string        `json:"paths"`
	Weights []manifestEntry `json:"weights"`
}

type manifestEntry struct {
	Name         string        `json:"name"`
	Shape        []int         `json:"shape"`
	DType        string        `json:"dtype"`
	Quantization *quantization `json:"quantization"`
}

// quantization says that each value is one byte b, which stands for b·Scale + Min.
type quantization struct {
	DType string  `json:"dtype"`
	Scale float64 `json:"scale"`
	Min   float64 `json:"min"`
}

// maxManifest and maxWeights bound what is read; the largest real ones have 30 kB and 6.5 MB.
const (
	maxManifest = 1 << 20
	maxWeights  = 64 << 20
)

// readWeights reads the network called name from its manifest and the files that this names.
func readWeights(files fs.FS, name string) (*weights, error) {
	manifest, err := readFile(files, name+"_model-weights_manifest.json", maxManifest)
	if err != nil {
		return nil, err
	}
	var groups []manifestGroup
	if err := json.Unmarshal(manifest, &groups); err != nil {
		return nil, fmt.Errorf("%s: manifest: %w", name, err)
	}
	w := &weights{tensors: map[string]tensor{}}
	for _, g := range groups {
		var data []byte
		for _, p := range g.Paths {
			if path.Base(p) != p {
				return nil, fmt.Errorf("%s: manifest: path %q leads elsewhere", name, p)
			}
			part, err := readFile(files, p, maxWeights-len(data))
			if err != nil {
				return nil, err
			}
			data = append(data, part...)
		}
		if err := w.add(g.Weights, data); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return w, nil
}

func readFile(files fs.FS, name string, limit int) ([]byte, error) {
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > int64(limit) {
		return nil, fmt.Errorf("%s: %d bytes, the limit is %d", name, info.Size(), limit)
	}
	return fs.ReadFile(files, name)
}

// add takes the tensors from data, which they must fill exactly.
func (w *weights) add(entries []manifestEntry, data []byte) error {
	for _, e := range entries {
		if _, ok := w.tensors[e.Name]; ok || e.Name == "" {
			return fmt.Errorf("tensor %q: no name, or the name of another", e.Name)
		}
		n := 1
		for _, d := range e.Shape {
			if d < 1 || d > maxWeights || n > maxWeights/d {
				return fmt.Errorf("tensor %s: impossible shape %v", e.Name, e.Shape)
			}
			n *= d
		}
		if e.DType != "float32" && e.DType != "int32" {
			return fmt.Errorf("tensor %s: values of type %q", e.Name, e.DType)
		}
		values, size, err := e.values(data, n)
		if err != nil {
			return fmt.Errorf("tensor %s: %w", e.Name, err)
		}
		data = data[size:]
		if e.DType == "float32" { // the integers are remains of the training program
			w.tensors[e.Name] = tensor{e.Shape, values}
		}
	}
	if len(data) != 0 {
		return fmt.Errorf("%d bytes after the last tensor", len(data))
	}
	return nil
}

// values reads n values from the start of data and tells how many bytes they took.
func (e *manifestEntry) values(data []byte, n int) ([]float32, int, error) {
	q := e.Quantization
	if q == nil {
		if len(data)/4 < n {
			return nil, 0, errors.New("the file ends within it")
		}
		values := make([]float32, n)
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
			if e.DType == "float32" && !finite(float64(values[i])) {
				return nil, 0, fmt.Errorf("value %d is %g", i, values[i])
			}
		}
		return values, 4 * n, nil
	}
	if q.DType != "uint8" {
		return nil, 0, fmt.Errorf("quantised as %q", q.DType)
	}
	if !finite(float64(float32(q.Min))) || !finite(float64(float32(255*q.Scale+q.Min))) {
		return nil, 0, fmt.Errorf("scale %g and minimum %g", q.Scale, q.Min)
	}
	if len(data) < n {
		return nil, 0, errors.New("the file ends within it")
	}
	var table [256]float32
	for b := range table {
		table[b] = float32(float64(float64(b)*q.Scale) + q.Min)
	}
	values := make([]float32, n)
	for i, b := range data[:n] {
		values[i] = table[b]
	}
	return values, n, nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// get returns the values of a tensor, which must have the given shape; else it remembers an error and gives
// zeros.
func (w *weights) get(name string, shape ...int) []float32 {
	t, ok := w.tensors[name]
	n := 1
	same := len(t.shape) == len(shape)
	for i, d := range shape {
		n *= d
		same = same && t.shape[i] == d
	}
	if ok && same {
		return t.data
	}
	if w.err == nil {
		if ok {
			w.err = fmt.Errorf("tensor %s has shape %v, not %v", name, t.shape, shape)
		} else {
			w.err = fmt.Errorf("tensor %s is missing", name)
		}
	}
	return make([]float32, n)
}

package net

import (
	"encoding/json"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

// small is a manifest of two tensors in two files, and what they hold.
const small = `[{"paths":["a.bin","b.bin"],"weights":[
	{"name":"w","shape":[2,2],"dtype":"float32","quantization":{"dtype":"uint8","scale":0.5,"min":-1}},
	{"name":"n","shape":[],"dtype":"int32","quantization":{"dtype":"uint8","scale":1,"min":3}},
	{"name":"b","shape":[2],"dtype":"float32"}]}]`

func smallFiles(manifest string, data []byte) fstest.MapFS {
	cut := min(3, len(data))
	return fstest.MapFS{
		"x_model-weights_manifest.json": {Data: []byte(manifest)},
		"a.bin":                         {Data: data[:cut]},
		"b.bin":                         {Data: data[cut:]},
	}
}

// smallData has a float32 1.5 and −2 at an odd place.
var smallData = []byte{0, 1, 2, 255, 0, 0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0}

func TestReadWeights(t *testing.T) {
	w, err := readWeights(smallFiles(small, smallData), "x")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := w.get("w", 2, 2), []float32{-1, -0.5, 0, 126.5}; !reflect.DeepEqual(got, want) {
		t.Errorf("w = %v, want %v", got, want)
	}
	if got, want := w.get("b", 2), []float32{1.5, -2}; !reflect.DeepEqual(got, want) {
		t.Errorf("b = %v, want %v", got, want)
	}
	if w.err != nil {
		t.Error(w.err)
	}
	if got := w.get("w", 4); len(got) != 4 || w.err == nil || !strings.Contains(w.err.Error(), "shape") {
		t.Errorf("a tensor in another shape: %v, %v", got, w.err)
	}
	w.err = nil
	if got := w.get("n", 1); len(got) != 1 || w.err == nil || !strings.Contains(w.err.Error(), "missing") {
		t.Errorf("a tensor that is not there: %v, %v", got, w.err)
	}
}

func TestReadWeights_finds_every_damage(t *testing.T) {
	nan := append([]byte(nil), smallData...)
	nan[7], nan[8] = 0xc0, 0x7f
	for name, c := range map[string]struct {
		old, new string
		data     []byte
	}{
		"cut":               {"", "", smallData[:12]},
		"cut at the tensor": {"", "", smallData[:5]},
		"too long":          {"", "", append(smallData[:13:13], 0)},
		"not a number":      {"", "", nan},
		"no JSON":           {"[{", "[", smallData},
		"name twice":        {`"name":"b"`, `"name":"w"`, smallData},
		"no name":           {`"name":"b"`, `"name":""`, smallData},
		"zero shape":        {"[2,2]", "[0,2]", smallData},
		"negative shape":    {"[2,2]", "[-2,-2]", smallData},
		"huge shape":        {"[2,2]", "[4294967296,4294967296]", smallData},
		"large shape":       {"[2,2]", "[60000000]", smallData},
		"type":              {`[2],"dtype":"float32"`, `[2],"dtype":"bool"`, smallData},
		"quantised as":      {`"uint8","scale":0.5`, `"uint16","scale":0.5`, smallData},
		"scale":             {"0.5", "1e300", smallData},
		"path upwards":      {`"a.bin"`, `"../a.bin"`, smallData},
		"file missing":      {`"a.bin"`, `"c.bin"`, smallData},
	} {
		manifest := strings.Replace(small, c.old, c.new, 1)
		if _, err := readWeights(smallFiles(manifest, c.data), "x"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestLoad_names_what_is_missing(t *testing.T) {
	if _, err := os.Stat(weightsFolder + "/LICENSE"); err != nil {
		t.Skip("SKIPPED, NOT TESTED: the networks' weights are not there; run make weights")
	}
	const name = "tiny_face_detector_model-weights_manifest.json"
	data, err := os.ReadFile(weightsFolder + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	bin, err := os.ReadFile(weightsFolder + "/tiny_face_detector_model.bin")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{
		name:                           {Data: []byte(strings.Replace(string(data), "conv3/bias", "conv3/other", 1))},
		"tiny_face_detector_model.bin": {Data: bin},
	}
	if _, err := LoadTiny(files); err == nil || !strings.Contains(err.Error(), "conv3/bias") {
		t.Errorf("err = %v, want one that names conv3/bias", err)
	}
}

// The reader must not panic, take much memory or give anything but finite numbers, whatever it is given.
func FuzzReadWeights(f *testing.F) {
	f.Add([]byte(small), smallData)
	f.Add([]byte(`[]`), []byte{})
	f.Add([]byte(`[{"paths":["a.bin"],"weights":[{"name":"a","shape":[1,1,1],"dtype":"float32"}]}]`), []byte{0, 0, 128, 63})
	f.Fuzz(func(t *testing.T, manifest, data []byte) {
		w, err := readWeights(smallFiles(string(manifest), data), "x")
		if err != nil {
			return
		}
		var groups []manifestGroup
		if err := json.Unmarshal(manifest, &groups); err != nil {
			t.Fatalf("accepted a manifest that is none: %v", err)
		}
		for name, tensor := range w.tensors {
			n := 1
			for _, d := range tensor.shape {
				n *= d
			}
			if n != len(tensor.data) || n > 4*len(data)*max(1, len(groups))*len(manifest) {
				t.Errorf("%s: shape %v with %d values", name, tensor.shape, len(tensor.data))
			}
			for _, v := range tensor.data {
				if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
					t.Errorf("%s: holds %g", name, v)
				}
			}
		}
	})
}

// Every padding rule at every small size against the definition, on numbers that show a shift by one.
func TestConv_pads_as_TensorFlow(t *testing.T) {
	ws := NewWorkspace(1)
	for _, size := range []int{1, 3} {
		for _, stride := range []int{1, 2} {
			for h := 1; h < 9; h++ {
				for _, valid := range []bool{false, true} {
					if valid && h < size {
						continue
					}
					checkConv(t, ws, size, stride, h, h+h%3, valid)
				}
			}
		}
	}
}

func checkConv(t *testing.T, ws *Workspace, size, stride, h, w int, valid bool) {
	t.Helper()
	filter := make([]float32, size*size)
	for i := range filter {
		filter[i] = float32(1 + i)
	}
	l := newConv(filter, []float32{0.5}, size, 1, 1, stride, linear)
	l.valid = valid
	src := ws.plane(0, h, w, 1, 1)
	for y := range h {
		for x := range w {
			src.row(y)[x] = float32(1 + y*w + x)
		}
	}
	oh, top := l.sizes(h)
	ow, left := l.sizes(w)
	dst := ws.plane(1, oh, ow, l.filters.Stride, 0)
	l.apply(ws, dst, src, false)
	// TensorFlow: out = ceil(in/stride); the padding in all is max((out−1)·stride + size − in, 0), the smaller
	// half of it comes first.
	if !valid {
		if total := max((oh-1)*stride+size-h, 0); oh != (h+stride-1)/stride || top != total/2 {
			t.Fatalf("%d rows: %d outputs and %d of padding before", h, oh, top)
		}
	}
	for y := range oh {
		for x := range ow {
			want := float32(0.5)
			for i := range size * size {
				sy, sx := y*stride-top+i/size, x*stride-left+i%size
				if sy >= 0 && sx >= 0 && sy < h && sx < w {
					want += filter[i] * float32(1+sy*w+sx)
				}
			}
			if got := dst.data[dst.at(y, x)]; got != want {
				t.Fatalf("size %d, stride %d, %d×%d, valid %v: (%d,%d) is %g, want %g", size, stride, h, w, valid, y, x, got, want)
			}
		}
	}
}

package net

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"testing"
	"testing/fstest"

	"animo/nn"
)

// numbers returns whole numbers from 1 to 65536 in a fixed order, as vision/training/reference.py does.
func numbers() func() int {
	v := 1
	return func() int {
		v = v * 75 % 65537
		return v
	}
}

// madeUpEmotions returns the network that vision/training/reference.py makes up, for a width of 16; width is the number of the
// first convolution's outputs.
func madeUpEmotions(t testing.TB, width int) *Emotions {
	t.Helper()
	next := numbers()
	var list []nn.Tensor
	add := func(name string, shape ...int) {
		inputs, n := 1, 1
		for i, d := range shape {
			n *= d
			if i < len(shape)-1 {
				inputs *= d
			}
		}
		if len(shape) == 1 {
			inputs = 100
		}
		size := 1.7 / math.Sqrt(float64(inputs))
		data := make([]float32, n)
		for i := range data {
			data[i] = float32((float64(next())/65537 - 0.5) * 2 * size)
		}
		list = append(list, nn.Tensor{Name: name, Shape: shape, Data: data})
	}
	layer := func(name string, in, out int) {
		add(name+"/filters", 3, 3, in, out)
		add(name+"/bias", out)
	}
	layer("first", 1, width)
	for i := range 3 {
		name := fmt.Sprintf("stage%d", i)
		layer(name+"/down", width, 2*width)
		width *= 2
		layer(name+"/first", width, width)
		layer(name+"/second", width, width)
	}
	add("last/weights", width, 8)
	add("last/bias", 8)
	data, err := nn.EncodeTensors(list, nil)
	if err != nil {
		t.Fatal(err)
	}
	n, err := LoadEmotions(fstest.MapFS{emotionsFile: {Data: data}})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// madeUpPictures returns the two pictures that vision/training/reference.py makes up.
func madeUpPictures() map[string][]float32 {
	const n = EmotionsSide
	waves, noise := make([]float32, n*n), make([]float32, n*n)
	next := numbers()
	for i := range waves {
		x, y := i%n, i/n
		waves[i] = float32((7*x*x + 11*x*y + 3*y*y) / 13 % 256)
		noise[i] = float32(next() % 256)
	}
	return map[string][]float32{"waves": waves, "noise": noise}
}

// testdata/emotions.json is PyTorch's word; vision/training/reference.py writes it.
func TestEmotions_says_what_PyTorch_says(t *testing.T) {
	var want struct{ Outputs, Probabilities, Covered map[string][]float64 }
	data, err := os.ReadFile("testdata/emotions.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	n := madeUpEmotions(t, 16)
	near := func(what, picture string, got, want []float64) {
		t.Helper()
		if len(got) != len(want) {
			t.Fatalf("%s of %s: %d values, PyTorch has %d", what, picture, len(got), len(want))
		}
		for i, v := range got {
			if d := math.Abs(v - want[i]); !(d < 1e-4) {
				t.Errorf("%s of %s: value %d is %.6f, PyTorch's %.6f", what, picture, i, v, want[i])
			}
		}
	}
	for name, grey := range madeUpPictures() {
		for _, workers := range []int{1, 3} {
			ws := NewWorkspace(workers)
			var outputs []float64
			for _, v := range n.run(ws, emotionsInput(ws, 2, grey)) {
				outputs = append(outputs, float64(v))
			}
			near("the outputs", name, outputs, want.Outputs[name])
			img := Image{EmotionsSide, EmotionsSide, make([]uint8, 3*len(grey))}
			for i, v := range grey {
				img.Pix[3*i], img.Pix[3*i+1], img.Pix[3*i+2] = uint8(v), uint8(v), uint8(v)
			}
			emotions, covered := n.Run(ws, img, Similarity{A: 1})
			near("the emotions", name, emotions[:], want.Probabilities[name])
			near("covered", name, []float64{covered}, want.Covered[name])
		}
	}
}

func TestEmotions_are_those_of_the_mirror_image(t *testing.T) {
	n, ws, img := madeUpEmotions(t, 16), NewWorkspace(1), pattern(48, 48)
	flipped := Image{48, 48, make([]uint8, len(img.Pix))}
	for i := range 48 * 48 {
		copy(flipped.Pix[3*i:][:3], img.Pix[3*(i/48*48+47-i%48):][:3])
	}
	a, _ := n.Run(ws, img, Similarity{A: 1})
	b, _ := n.Run(ws, flipped, Similarity{A: 1})
	sum := 0.0
	for i := range a {
		sum += a[i]
		if math.Abs(a[i]-b[i]) > 1e-6 {
			t.Errorf("probability %d is %g, and %g in the mirror", i, a[i], b[i])
		}
	}
	if math.Abs(sum-1) > 1e-6 {
		t.Errorf("the probabilities add up to %g", sum)
	}
}

func TestEmotions_of_a_square_of_one_colour_or_outside_of_the_picture_are_numbers(t *testing.T) {
	n, ws := madeUpEmotions(t, 16), NewWorkspace(1)
	for _, img := range []Image{{1, 1, make([]uint8, 3)}, {300, 2, make([]uint8, 1800)}} {
		for _, square := range []Similarity{{A: 1}, {A: 1e9, X: -1e12}, {A: math.NaN(), B: math.Inf(1)}} {
			emotions, covered := n.Run(ws, img, square)
			for _, p := range append(emotions[:], covered) {
				if !(p >= 0 && p <= 1) {
					t.Errorf("%d×%d, %v: %g", img.W, img.H, square, p)
				}
			}
		}
	}
}

func TestLoadEmotions_refuses_what_is_not_the_network(t *testing.T) {
	if _, err := LoadEmotions(fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without the file: %v", err)
	}
	encode := func(list ...nn.Tensor) []byte {
		data, err := nn.EncodeTensors(list, nil)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	width := nn.Tensor{Name: "first/bias", Shape: []int{1}, Data: []float32{0}}
	for name, data := range map[string][]byte{
		"no safetensors": []byte("{}"),
		"nothing in it":  encode(),
		"only a bias":    encode(width),
		"no number":      encode(nn.Tensor{Name: "first/bias", Shape: []int{1}, Data: []float32{float32(math.NaN())}}),
		"another shape":  encode(width, nn.Tensor{Name: "first/filters", Shape: []int{1, 3, 3, 2}, Data: make([]float32, 18)}),
	} {
		if n, err := LoadEmotions(fstest.MapFS{emotionsFile: {Data: data}}); err == nil {
			t.Errorf("%s: read as %v", name, n)
		}
	}
}

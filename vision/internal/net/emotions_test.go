package net

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"testing"
	"testing/fstest"

	"animo/nn"
)

// loadEmotions reads the network of the repository, which needs no `make weights`.
func loadEmotions(t testing.TB) *Emotions {
	t.Helper()
	n, err := LoadEmotions(os.DirFS(weightsFolder))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// madeUp gives the two pictures that vision/training/export.py makes, too.
func madeUp() map[string][]float32 {
	const n = EmotionsSide
	waves, noise := make([]float32, n*n), make([]float32, n*n)
	v := 1
	for i := range waves {
		x, y := i%n, i/n
		waves[i] = float32((7*x*x + 11*x*y + 3*y*y) / 13 % 256)
		v = v * 75 % 65537
		noise[i] = float32(v % 256)
	}
	return map[string][]float32{"waves": waves, "noise": noise}
}

// testdata/emotions.json is PyTorch's word, written with the weights by vision/training/export.py.
func TestEmotions_says_what_PyTorch_says(t *testing.T) {
	var want struct {
		SHA256                          string
		Outputs, Probabilities, Covered map[string][]float64
	}
	data, err := os.ReadFile("testdata/emotions.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(weightsFolder + "/" + emotionsFile)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(file); hex.EncodeToString(sum[:]) != want.SHA256 {
		t.Fatalf("testdata/emotions.json was made with other weights than those of SHA-256 %x", sum)
	}
	n := loadEmotions(t)
	for name, grey := range madeUp() {
		for _, workers := range []int{1, 3} {
			ws := NewWorkspace(workers)
			for i, v := range n.run(ws, emotionsInput(ws, 2, grey)) {
				if d := math.Abs(float64(v) - want.Outputs[name][i]); !(d < 1e-4) {
					t.Errorf("%s: output %d is %.6f, PyTorch's %.6f", name, i, v, want.Outputs[name][i])
				}
			}
			img := Image{EmotionsSide, EmotionsSide, make([]uint8, 3*len(grey))}
			for i, v := range grey {
				img.Pix[3*i], img.Pix[3*i+1], img.Pix[3*i+2] = uint8(v), uint8(v), uint8(v)
			}
			emotions, covered := n.Run(ws, img, Similarity{A: 1})
			if d := math.Abs(covered - want.Covered[name][0]); !(d < 1e-4) {
				t.Errorf("%s: covered %.6f, PyTorch's %.6f", name, covered, want.Covered[name][0])
			}
			for i, p := range emotions {
				if d := math.Abs(p - want.Probabilities[name][i]); !(d < 1e-4) {
					t.Errorf("%s: probability %d is %.6f, PyTorch's %.6f", name, i, p, want.Probabilities[name][i])
				}
			}
		}
	}
}

func TestEmotions_are_those_of_the_mirror_image(t *testing.T) {
	n, ws, img := loadEmotions(t), NewWorkspace(1), pattern(48, 48)
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
	n, ws := loadEmotions(t), NewWorkspace(1)
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

package net

import (
	"encoding/binary"
	"math"
	"os"
	"testing"
)

func loadYuNet(t testing.TB) *YuNet {
	t.Helper()
	n, err := LoadYuNet(os.DirFS(weightsFolder))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The reference is what ONNX Runtime computes; `python3 vision/convert/yunet.py --reference` wrote the files.
func TestYuNet_agrees_with_ONNX_Runtime(t *testing.T) {
	n := loadYuNet(t)
	img := Image{160, 128, testdata(t, "yunet.rgb")}
	data := testdata(t, "yunet.f32")
	want := make([]float32, len(data)/4)
	for i := range want {
		want[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	for _, workers := range []int{1, 3} {
		v := View{Crop: img.whole(), W: img.W, H: img.H}
		ws := NewWorkspace(workers)
		var got []float32
		for _, out := range n.run(ws, v.plane(ws, img)) {
			got = append(got, out.data...)
		}
		equal(t, "heads", got, want, tolerance)
	}
}

func TestYuNet_finds_the_drawn_face_at_every_turn(t *testing.T) {
	n := loadYuNet(t)
	img := Image{160, 128, testdata(t, "yunet.rgb")}
	ws := NewWorkspace(1)
	for turn := range 4 {
		// The picture is turned against the view, so that the view shows it upright.
		turned := img.turned(4 - turn)
		v := View{Crop: turned.whole(), W: turned.W, H: turned.H, Turn: turn}
		best := Proposal{}
		for _, p := range n.Run(ws, turned, v, 0.5) {
			if p.Score > best.Score {
				best = p
			}
		}
		nose := best.Points[2]
		if best.Score < 0.8 || math.Hypot(nose[0]-60, nose[1]-54) > 6 {
			t.Errorf("turned by %d quarters: %+v", turn, best)
		}
	}
}

// turned returns the picture turned by quarters clockwise.
func (img Image) turned(quarters int) Image {
	for range quarters {
		out := Image{img.H, img.W, make([]uint8, len(img.Pix))}
		for y := range img.H {
			for x := range img.W {
				copy(out.Pix[3*(x*out.W+out.W-1-y):][:3], img.Pix[3*(y*img.W+x):])
			}
		}
		img = out
	}
	return img
}

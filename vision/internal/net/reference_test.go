package net

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"math"
	"os"
	"testing"

	"animo/internal/sharedtest"
)

// weightsFolder holds the weights, as the package vision embeds them.
const weightsFolder = "../../model"

// load reads a network, or skips the test where `make weights` has not run.
func load[N any](t testing.TB, read func(files fs.FS) (N, error)) N {
	t.Helper()
	if _, err := os.Stat(weightsFolder + "/LICENSE"); err != nil {
		if os.Getenv("ANIMO_REQUIRE_SHARED") == "1" {
			t.Fatal("the networks' weights are not there: run make weights")
		}
		t.Skip("SKIPPED, NOT TESTED: the networks' weights are not there; run make weights")
	}
	n, err := read(os.DirFS(weightsFolder))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// floats reads a file of the reference: values computed by face-api 1.7.15 on tfjs's wasm backend.
func floats(t *testing.T, name string) []float32 {
	t.Helper()
	data, err := os.ReadFile(sharedtest.Path(t, "reference", "vision", "net", name+".f32"))
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float32, len(data)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return values
}

func picture(t *testing.T, name string) Image {
	t.Helper()
	f, err := os.Open(sharedtest.Path(t, "reference", "vision", "net", name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	src, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return rgb(src)
}

func rgb(src image.Image) Image {
	b := src.Bounds()
	img := Image{b.Dx(), b.Dy(), nil}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, b, _ := src.At(x, y).RGBA()
			img.Pix = append(img.Pix, uint8(r>>8), uint8(g>>8), uint8(b>>8))
		}
	}
	return img
}

func (img Image) whole() Crop { return Crop{0, 0, img.W, img.H} }

// inner returns the values of a plane without its border.
func inner(p plane) []float32 {
	var values []float32
	for y := range p.h {
		values = append(values, p.row(y)...)
	}
	return values
}

// equal fails unless got is within limit of want, relative to want's scale: its greatest magnitude or 1.
func equal(t *testing.T, what string, got, want []float32, limit float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, the reference has %d", what, len(got), len(want))
	}
	scale, worst, at := 1.0, 0.0, 0
	for i, w := range want {
		scale = max(scale, math.Abs(float64(w)))
		d := math.Abs(float64(got[i]) - float64(w))
		if d > worst || math.IsNaN(d) {
			worst, at = d, i
		}
	}
	if !(worst <= limit*scale) {
		t.Errorf("%s: value %d is %g, the reference has %g: off by %.2g of the scale", what, at, got[at], want[at], worst/scale)
	} else {
		t.Logf("%s: off by %.2g of the scale %.3g at most", what, worst/scale, scale)
	}
}

const tolerance = 1e-4

func TestReference_inputs_are_equal_to_the_bit(t *testing.T) {
	ws := NewWorkspace(1)
	img := picture(t, "sample1")
	ssd := ssdInput(SSDSide)
	equal(t, "ssd_input", inner(ssd.plane(ws, 0, img, img.whole())), floats(t, "ssd_input"), 0)
	tiny := input{side: 416, mean: tinyMean, divisor: 255}
	equal(t, "tiny_input", inner(tiny.plane(ws, 0, img, img.whole())), floats(t, "tiny_input"), 0)
	for face := range 2 {
		for _, in := range []struct {
			crop, input string
			in          input
		}{{"detection", "landmark", faceInput}, {"aligned", "aligned", faceInput}, {"dlib", "recognition", descriptorInput}} {
			img := picture(t, fmt.Sprintf("face%d_%s_crop", face, in.crop))
			name := fmt.Sprintf("face%d_%s_input", face, in.input)
			equal(t, name, inner(in.in.plane(ws, 0, img, img.whole())), floats(t, name), 0)
		}
	}
}

func TestReference_ssd(t *testing.T) {
	n := load(t, func(f fs.FS) (*SSD, error) { return LoadSSD(f) })
	img := picture(t, "sample1")
	var r SSDResult
	for _, workers := range []int{1, 3} {
		n.Run(NewWorkspace(workers), img, img.whole(), SSDSide, &r)
		equal(t, "encodings", r.Encodings, floats(t, "ssd_box_encodings"), tolerance)
		equal(t, "logits", r.Logits, floats(t, "ssd_class_logits"), tolerance)
	}
	equal(t, "anchors", n.anchors, floats(t, "ssd_anchors"), 0)
	var boxes, scores []float32
	for i := range r.Boxes() {
		a, b, c, d := r.Box(i)
		boxes = append(boxes, a, b, c, d)
		scores = append(scores, float32(r.Score(i)))
	}
	equal(t, "boxes", boxes, floats(t, "ssd_boxes"), tolerance)
	equal(t, "scores", scores, floats(t, "ssd_scores"), tolerance)
}

func TestReference_tiny(t *testing.T) {
	n := load(t, func(f fs.FS) (*Tiny, error) { return LoadTiny(f) })
	img := picture(t, "sample1")
	equal(t, "cells", n.Run(NewWorkspace(1), img, img.whole(), 416), floats(t, "tiny_output"), tolerance)
}

// narrow turns probabilities into the reference's type.
func narrow(values ...float64) []float32 {
	var list []float32
	for _, v := range values {
		list = append(list, float32(v))
	}
	return list
}

func TestReference_face_networks(t *testing.T) {
	landmarks := load(t, func(f fs.FS) (*Landmarks, error) { return LoadLandmarks(f) })
	landmarksTiny := load(t, func(f fs.FS) (*Landmarks, error) { return LoadLandmarksTiny(f) })
	expressions := load(t, func(f fs.FS) (*Expressions, error) { return LoadExpressions(f) })
	ageGender := load(t, func(f fs.FS) (*AgeGender, error) { return LoadAgeGender(f) })
	descriptor := load(t, func(f fs.FS) (*Descriptor, error) { return LoadDescriptor(f) })
	ws := NewWorkspace(1) // the networks take turns in it
	for face := range 2 {
		name := fmt.Sprintf("face%d_", face)
		detection, aligned, dlib := picture(t, name+"detection_crop"), picture(t, name+"aligned_crop"), picture(t, name+"dlib_crop")
		want := func(what string, got []float32) {
			t.Helper()
			equal(t, name+what, got, floats(t, name+what), tolerance)
		}
		in := faceInput.plane(ws, 2, detection, detection.whole())
		want("landmark_fc", landmarks.net.run(ws, in))
		want("landmarktiny_fc", landmarksTiny.net.run(ws, in))
		want("landmark_output", landmarks.Run(ws, detection, detection.whole()))
		want("landmarktiny_output", landmarksTiny.Run(ws, detection, detection.whole()))
		in = faceInput.plane(ws, 2, aligned, aligned.whole())
		want("expression_logits", expressions.net.run(ws, in))
		want("agegender_features", ageGender.run(ws, in))
		want("expression_output", narrow(expressions.Run(ws, aligned, aligned.whole())...))
		age, male := ageGender.Run(ws, aligned, aligned.whole())
		want("age_output", narrow(age))
		want("gender_output", narrow(male, 1-male))
		d := descriptor.Run(ws, dlib, dlib.whole())
		want("recognition_output", d[:])
	}
	t.Logf("the workspace has grown to %d kB", ws.Bytes()>>10)
}

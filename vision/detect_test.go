package vision

import (
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"animo/internal/sharedtest"
	"animo/vision/internal/net"
)

// turnedBy returns a picture turned by quarters clockwise.
func turnedBy(m Image, quarters int) Image {
	for range quarters {
		out := NewImage(m.H, m.W)
		for y := range m.H {
			for x := range m.W {
				copy(out.Pix[3*(x*out.W+out.W-1-y):][:3], m.Pix[3*(y*m.W+x):])
			}
		}
		m = out
	}
	return m
}

// However a picture lies, its faces are found, and their landmarks lie where they do in the upright picture.
func TestAnalyze_faces_of_a_picture_that_lies(t *testing.T) {
	e := newEngine(t, Options{Attributes: WithLandmarks})
	m := shrunk(demo(t, "sample1.jpg"))
	want := analyze(t, e, m)
	for quarters := 1; quarters < 4; quarters++ {
		got := analyze(t, e, turnedBy(m, quarters))
		if len(got) != len(want) {
			t.Errorf("turned by %d quarters: %d faces, upright %d", quarters, len(got), len(want))
			continue
		}
		for _, f := range got {
			for i, p := range f.Landmarks { // turned back
				w, h := float64(m.W), float64(m.H)
				f.Landmarks[i] = [4]Point{p, {p.Y, h - p.X}, {w - p.X, h - p.Y}, {w - p.Y, p.X}}[quarters]
			}
			best := math.Inf(1)
			for _, w := range want {
				sum := 0.0
				for i, p := range f.Landmarks {
					sum += distance(p, w.Landmarks[i]) / w.Box.W / 68
				}
				best = min(best, sum)
			}
			if best > 0.06 {
				t.Errorf("turned by %d quarters: the landmarks lie %.2f of the face's width from those of the upright picture", quarters, best)
			}
		}
		// The lean goes round with the picture.
		roll := got[0].Pose.Roll
		if d := math.Abs(math.Mod(roll-90*float64(quarters)+900, 360) - 180); d > 30 {
			t.Errorf("turned by %d quarters: the head leans by %.0f degrees", quarters, roll)
		}
	}
}

// A face in the dark, with the camera's noise, is found because its levels are stretched.
func TestAnalyze_dark_picture(t *testing.T) {
	e := newEngine(t, Options{Attributes: WithLandmarks})
	m := resized(demo(t, "sample1.jpg"), 480, 320)
	if faces := analyze(t, e, darkened(m, 0.05)); len(faces) < 2 {
		t.Errorf("%d faces in the dark, 3 in the light", len(faces))
	}
}

func TestStretched(t *testing.T) {
	grey := func(levels ...uint8) net.Image {
		img := net.Image{W: len(levels), H: 1}
		for _, v := range levels {
			img.Pix = append(img.Pix, v, v, v)
		}
		return img
	}
	if _, dark := stretched(grey(10, 20, 30, 40, 200, 200)); dark {
		t.Error("a picture with bright parts is taken for dark")
	}
	levels, dark := stretched(grey(10, 20, 30, 40, 60))
	if !dark || levels.black != 10 || levels.gain != 255/float32(50) {
		t.Errorf("dark %v, levels %+v", dark, levels)
	}
}

// What looks like a face at first sight only is none.
func TestLookAgain_refutes_what_is_no_face(t *testing.T) {
	e := newEngine(t, Options{Attributes: WithLandmarks})
	c := &call{e: e, img: demo(t, "sample1.jpg"), ws: net.NewWorkspace(2), ssd: new(net.SSDResult)}
	face := analyze(t, e, c.img)[0].Box
	for _, at := range []Rect{{300, 700, 150, 180}, {1200, 900, 90, 110}, {700, 60, 60, 70}} {
		if got := c.lookAgain(detection{box: at, score: 0.8, size: 20}, manner{}); got.score > 0.5 {
			t.Errorf("%v: a face with %.2f", at, got.score)
		}
	}
	if got := c.lookAgain(detection{box: face, score: 0.5, size: 20}, manner{}); got.score < 0.9 || iou(got.box, face) < 0.7 {
		t.Errorf("the face at %.0f: %.2f at %.0f", face, got.score, got.box)
	}
}

// Where YuNet is not of one mind, SSD's word counts: it knows the face, and not the wall beside it.
func TestAskSSD(t *testing.T) {
	e := newEngine(t, Options{Attributes: WithLandmarks})
	c := &call{e: e, img: demo(t, "sample1.jpg"), ws: net.NewWorkspace(2), ssd: new(net.SSDResult)}
	face := analyze(t, e, c.img)[0].Box
	ask := func(box Rect, m manner) float64 {
		d := detection{box: box}
		return c.askSSD(d, c.round(d, m, againFace, againSide))
	}
	if score := ask(face, manner{}); score < 0.5 {
		t.Errorf("the face: %.2f", score)
	}
	if score := ask(Rect{face.X + 2*face.W, face.Y + 2*face.H, face.W, face.H}, manner{}); score > 0.2 {
		t.Errorf("beside the face: %.2f", score)
	}
	c.img = turnedBy(c.img, 3)
	lying := Rect{face.Y, float64(c.img.H) - face.X - face.W, face.H, face.W}
	if score := ask(lying, manner{turn: 1}); score < 0.5 {
		t.Errorf("the lying face: %.2f", score)
	}
}

// Photos that were once read wrongly. The faces were counted by eye; behind the group of fourteen stands another man.
func TestAnalyze_cases(t *testing.T) {
	folder := sharedtest.Path(t, "cases", "photos")
	e := newEngine(t, Options{Attributes: WithLandmarks})
	for _, c := range []struct {
		name  string
		faces int
	}{
		{"29-people-counted-32_solvay1927.jpg", 29},
		{"arm-is-a-face_human-group-1.jpg", 15},
		{"concert-dark-face-not-found.jpg", 1},
		{"selfie-counted-twice_compreface-002_A.jpg", 1},
		{"calm100-upright.jpg", 1},
		{"calm100-becomes-angry99-at-30-degrees.jpg", 1},
	} {
		if faces := analyze(t, e, plainJPEG(t, filepath.Join(folder, c.name))); len(faces) != c.faces {
			t.Errorf("%s: %d faces, there are %d", c.name, len(faces), c.faces)
		}
	}
}

func TestAccuracy_press_portraits(t *testing.T) {
	e := newEngine(t, Options{Attributes: WithLandmarks})
	photos := pressPhotos(t, 80)
	missed := int(float64(len(photos))*share(analyzeAll(t, e, photos), func(f []Face) bool { return len(f) == 0 }) + 0.5)
	t.Logf("no face in %d of %d", missed, len(photos))
	if missed > len(photos)/20 {
		t.Errorf("no face in %d of %d press portraits", missed, len(photos))
	}
}

// Portraits side by side, whose faces have 20 pixels in a picture of 2 megapixels, and 1/150 of the longer side in a larger one.
func TestAccuracy_small_faces(t *testing.T) {
	e := newEngine(t, Options{Attributes: WithQuality})
	for _, c := range []struct{ w, h, face int }{{1632, 1224, 20}, {4000, 3000, 27}} {
		t.Run(fmt.Sprintf("%dx%d", c.w, c.h), func(t *testing.T) {
			m, boxes := sideBySide(t, c.w, c.h, c.face, 24)
			found, _ := matched(analyzeAll(t, e, []Image{m})[0], boxes)
			if t.Logf("%d of %d", found, len(boxes)); found < 23 {
				t.Errorf("%d of %d faces of %d pixels are found", found, len(boxes), c.face)
			}
		})
	}
}

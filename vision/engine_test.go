package vision

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"testing/fstest"

	"go.uber.org/goleak"

	"animo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// demo decodes a photo of the npm package, which is there where the weights are.
func demo(t testing.TB, name string) Image {
	t.Helper()
	return plainJPEG(t, filepath.Join(demoFolder, name))
}

// shrunk halves a picture, to save time where its size does not matter.
func shrunk(m Image) Image {
	small := NewImage(m.W/2, m.H/2)
	for y := range small.H {
		for x := range small.W {
			for c := range 3 {
				at := 3*(2*y*m.W+2*x) + c
				sum := int(m.Pix[at]) + int(m.Pix[at+3]) + int(m.Pix[at+3*m.W]) + int(m.Pix[at+3*m.W+3])
				small.Pix[3*(y*small.W+x)+c] = uint8(sum / 4)
			}
		}
	}
	return small
}

func mirrored(m Image) Image {
	out := NewImage(m.W, m.H)
	for y := range m.H {
		for x := range m.W {
			copy(out.Pix[3*(y*m.W+m.W-1-x):][:3], m.Pix[3*(y*m.W+x):])
		}
	}
	return out
}

// placed lays a picture on a black canvas.
func placed(m Image, x, y, w, h int) Image {
	out := NewImage(w, h)
	for row := range m.H {
		copy(out.Pix[3*((y+row)*w+x):], m.Pix[3*row*m.W:][:3*m.W])
	}
	return out
}

func analyze(t *testing.T, e *Engine, m Image) []Face {
	t.Helper()
	faces, err := e.Analyze(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return faces
}

// sameBoxes fails unless got has a box near every one of want that the detector is sure of, and the other
// way round. The networks are not symmetric: the same face seen from another place gets a slightly other box.
func sameBoxes(t *testing.T, what string, got, want []Face) {
	t.Helper()
	sure := 0
	covers := func(list, by []Face) {
		for _, w := range list {
			if w.Score < 0.75 {
				continue
			}
			sure++
			best := 0.0
			for _, g := range by {
				best = max(best, iou(g.Box, w.Box))
			}
			if best < 0.55 {
				t.Errorf("%s: no box near %.0f (%.2f at best)", what, w.Box, best)
			}
		}
	}
	covers(want, got)
	covers(got, want)
	if sure < 2 {
		t.Errorf("%s: no face to compare", what)
	}
}

func TestNew_refuses_options_without_sense(t *testing.T) {
	for name, o := range map[string]Options{
		"detector":    {Detector: "yolo"},
		"score 1":     {MinScore: 1},
		"score NaN":   {MinScore: math.NaN()},
		"faces":       {MaxFaces: -1},
		"workers":     {Workers: -1},
		"size not 32": {TinySize: 400},
		"size huge":   {TinySize: 32 << 20},
	} {
		if _, err := New(o); animo.CodeOf(err) != animo.Invalid {
			t.Errorf("%s: err = %v, want invalid", name, err)
		}
	}
}

func TestNew_tells_which_weights_are_missing(t *testing.T) {
	_, err := New(Options{Models: fstest.MapFS{}})
	if animo.CodeOf(err) != animo.NotFound {
		t.Errorf("err = %v, want not_found", err)
	}
	_, err = New(Options{Models: fstest.MapFS{
		"tiny_face_detector_model-weights_manifest.json": {Data: []byte(`[{"paths":["a.bin"],"weights":[]}]`)},
		"a.bin": {},
	}, Detector: Tiny, Attributes: WithQuality})
	if animo.CodeOf(err) != animo.CorruptModel {
		t.Errorf("err = %v, want corrupt_model", err)
	}
}

func TestAnalyze_refuses_what_is_no_picture(t *testing.T) {
	e := newEngine(t, Options{Detector: Tiny, Attributes: WithQuality})
	for _, m := range []Image{{}, {W: 1, H: 1}, {W: -1, H: -1, Pix: make([]uint8, 3)}, {W: 2, H: 1, Pix: make([]uint8, 7)}} {
		if _, err := e.Analyze(t.Context(), m); animo.CodeOf(err) != animo.Invalid {
			t.Errorf("%d×%d, %d bytes: err = %v", m.W, m.H, len(m.Pix), err)
		}
		if _, err := e.AnalyzeAll(t.Context(), []Image{m}); animo.CodeOf(err) != animo.Invalid {
			t.Errorf("all: %d×%d, %d bytes: err = %v", m.W, m.H, len(m.Pix), err)
		}
	}
}

func TestAnalyze_pictures_of_odd_shapes(t *testing.T) {
	for _, o := range []Options{{}, {Original: true}, {Detector: Tiny}} {
		e := newEngine(t, o)
		for _, size := range [][2]int{{1, 1}, {1, 600}, {3000, 1}, {2, 3}, {7, 5}} {
			if faces := analyze(t, e, NewImage(size[0], size[1])); len(faces) != 0 {
				t.Errorf("%v: %d faces in a black picture", size, len(faces))
			}
		}
	}
}

func TestAnalyze_mirrored_picture_gives_mirrored_boxes(t *testing.T) {
	for _, o := range []Options{{}, {Original: true}, {Detector: Tiny}} {
		o.Attributes = WithLandmarks
		e := newEngine(t, o)
		for _, name := range []string{"sample1.jpg", "sample4.jpg"} {
			m := shrunk(demo(t, name))
			want := analyze(t, e, m)
			got := analyze(t, e, mirrored(m))
			for i := range got {
				got[i].Box.X = float64(m.W) - got[i].Box.X - got[i].Box.W
			}
			sameBoxes(t, name, got, want)
		}
	}
}

func TestAnalyze_bigger_canvas_gives_shifted_boxes(t *testing.T) {
	for _, o := range []Options{{}, {Original: true}, {Detector: Tiny}} {
		o.Attributes = WithLandmarks
		e := newEngine(t, o)
		m := shrunk(demo(t, "sample1.jpg"))
		want := analyze(t, e, m)
		const dx, dy = 40, 96
		got := analyze(t, e, placed(m, dx, dy, m.W+60, m.H+150))
		for i := range got {
			got[i].Box.X -= dx
			got[i].Box.Y -= dy
		}
		sameBoxes(t, fmt.Sprintf("%+v", o), got, want)
	}
}

func TestAnalyze_does_not_depend_on_workers(t *testing.T) {
	m := shrunk(demo(t, "sample5.jpg"))
	for _, o := range []Options{{}, {Original: true}, {Detector: Tiny}} {
		var want []Face
		for _, o.Workers = range []int{1, 2, 3, 7} {
			got := analyze(t, newEngine(t, o), m)
			if want == nil {
				want = got
			}
			if len(got) == 0 || !reflect.DeepEqual(got, want) {
				t.Errorf("%d workers: other results than with one", o.Workers)
			}
		}
	}
}

func TestAnalyze_used_by_many_at_once(t *testing.T) {
	e := newEngine(t, Options{Workers: 2})
	photos := []Image{shrunk(demo(t, "sample1.jpg")), shrunk(demo(t, "sample2.jpg"))}
	want, err := e.AnalyzeAll(t.Context(), photos)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 6 {
		group.Go(func() {
			got, err := e.Analyze(t.Context(), photos[i%2])
			if err != nil || !reflect.DeepEqual(got, want[i%2]) {
				t.Errorf("call %d: other results than alone (err = %v)", i, err)
			}
		})
	}
	group.Wait()
}

func TestAnalyze_ends_with_its_context(t *testing.T) {
	m := demo(t, "sample1.jpg")
	for _, o := range []Options{{Workers: 1}, {Workers: 3}, {Detector: Tiny}} {
		e := newEngine(t, o)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if faces, err := e.Analyze(ctx, m); !errors.Is(err, context.Canceled) || faces != nil {
			t.Errorf("%+v: %d faces, err = %v", o, len(faces), err)
		}
		if faces, err := e.AnalyzeAll(ctx, []Image{m, m}); !errors.Is(err, context.Canceled) || faces != nil {
			t.Errorf("%+v: all: %d results, err = %v", o, len(faces), err)
		}
	}
}

func TestAnalyze_computes_what_is_asked_for(t *testing.T) {
	m := shrunk(demo(t, "sample1.jpg"))
	for _, a := range []Attributes{WithLandmarks, WithExpressions, WithAgeGender, WithDescriptor, WithQuality} {
		f := analyze(t, newEngine(t, Options{Attributes: a}), m)[0]
		for _, part := range []struct {
			name string
			is   bool
			want bool
		}{
			{"landmarks", f.Landmarks != [68]Point{}, a != WithQuality},
			{"expressions", f.Expressions != Expressions{}, a == WithExpressions},
			{"age", f.Age != 0 && f.Gender != "" && f.GenderProbability >= 0.5, a == WithAgeGender},
			{"descriptor", f.Descriptor != Descriptor{}, a == WithDescriptor},
			{"quality", f.Quality != Quality{}, a == WithQuality},
		} {
			if part.is != part.want {
				t.Errorf("attributes %b: %s computed: %v", a, part.name, part.is)
			}
		}
	}
}

func TestAnalyze_both_landmark_networks_agree(t *testing.T) {
	m := shrunk(demo(t, "sample1.jpg"))
	large := analyze(t, newEngine(t, Options{Attributes: WithLandmarks}), m)
	small := analyze(t, newEngine(t, Options{Attributes: WithLandmarks, TinyLandmarks: true}), m)
	for i, f := range large {
		sum := 0.0
		for k, p := range f.Landmarks {
			sum += distance(p, small[i].Landmarks[k])
		}
		if mean := sum / 68 / f.Box.W; mean > 0.06 || mean == 0 {
			t.Errorf("face %d: the points lie %.3f of its width apart", i, mean)
		}
	}
}

func TestAnalyze_keeps_the_limits(t *testing.T) {
	m := shrunk(demo(t, "sample5.jpg"))
	if got := analyze(t, newEngine(t, Options{MaxFaces: 2, Attributes: WithQuality}), m); len(got) != 2 {
		t.Errorf("%d faces, 2 were asked for", len(got))
	}
	for _, f := range analyze(t, newEngine(t, Options{MinScore: 0.9, Attributes: WithQuality}), m) {
		if f.Score <= 0.9 {
			t.Errorf("a face with the score %g, more than 0.9 was asked for", f.Score)
		}
	}
}

// The original rounds crops in its own way; the numbers are worked out by hand from its rules.
func TestClip(t *testing.T) {
	for _, c := range []struct {
		r    Rect
		want [4]int
	}{
		{Rect{10.7, 20.2, 30.9, 40.1}, [4]int{10, 20, 30, 40}},
		{Rect{-5.5, 90.5, 20, 30}, [4]int{0, 90, 14, 9}},
		{Rect{200, 0, 10, 10}, [4]int{200, 0, -100, 10}},
	} {
		got := clip(c.r, 100, 100)
		if [4]int{got.X, got.Y, got.W, got.H} != c.want {
			t.Errorf("%v: got %v, want %v", c.r, got, c.want)
		}
	}
}

func TestSuppress(t *testing.T) {
	box := func(x float64) Rect { return Rect{x, 0, 10, 10} }
	list := []detection{{box: box(0), score: 0.6}, {box: box(3), score: 0.9}, {box: box(20), score: 0.7}, {box: box(6), score: 0.8}, {box: box(40), score: 0.5}}
	got := suppress(list, 0.5, 3)
	// 0 and 3 share 7 of 13, as do 3 and 6: more than half; 20 stands alone; 40 is the fourth.
	want := []detection{{box: box(3), score: 0.9}, {box: box(20), score: 0.7}, {box: box(40), score: 0.5}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := suppress(list, 0.5, 1); len(got) != 1 {
		t.Errorf("%d kept, 1 was asked for", len(got))
	}
}

func TestTogether_leaves_one_detection_of_each_face(t *testing.T) {
	face := func(x, y, side, score float64) detection {
		d := detection{box: Rect{x, y, side, side}, score: score}
		for i, p := range [5]Point{{0.3, 0.4}, {0.7, 0.4}, {0.5, 0.6}, {0.35, 0.8}, {0.65, 0.8}} {
			d.points[i] = Point{x + p.X*side, y + p.Y*side}
		}
		return d
	}
	cheek := face(55, 0, 100, 0.7) // cheek to cheek with the first: the noses are 0.55 of a face apart
	for _, c := range []struct {
		name string
		list []detection
		want []detection
	}{
		{"the more certain of two that overlap", []detection{face(10, 0, 100, 0.8), face(0, 0, 100, 0.9)}, []detection{face(0, 0, 100, 0.9)}},
		{"not what lies in a face", []detection{face(0, 0, 100, 0.9), face(66, 66, 34, 0.8)}, []detection{face(0, 0, 100, 0.9)}},
		{"not what has its eyes, nose and mouth there", []detection{face(0, 0, 100, 0.9), face(-45, -50, 180, 0.8)}, []detection{face(0, 0, 100, 0.9)}},
		{"two people side by side", []detection{cheek, face(0, 0, 100, 0.9)}, []detection{face(0, 0, 100, 0.9), cheek}},
	} {
		if got := together(c.list, 9); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	if got := together([]detection{face(0, 0, 9, 0.3), face(50, 0, 9, 0.5), face(90, 0, 9, 0.4)}, 2); len(got) != 2 || got[1].score != 0.4 {
		t.Errorf("the two most certain are %v", got)
	}
}

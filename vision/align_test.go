package vision

import (
	"math"
	"testing"

	"animo/vision/internal/net"
)

func TestFit_finds_the_similarity(t *testing.T) {
	want := net.Similarity{A: 1.2, B: -0.7, X: 30, Y: -12}
	from := []Point{{0, 0}, {10, 3}, {-4, 8}, {2, -6}}
	var to []Point
	for _, p := range from {
		x, y := want.Apply(p.X, p.Y)
		to = append(to, Point{x, y})
	}
	got := fit(from, to)
	for i, d := range []float64{got.A - want.A, got.B - want.B, got.X - want.X, got.Y - want.Y} {
		if !(math.Abs(d) < 1e-9) {
			t.Errorf("number %d: got %+v, want %+v", i, got, want)
		}
	}
	if s := fit([]Point{{1, 1}, {1, 1}}, []Point{{5, 6}, {5, 6}}); s.A != 1 || s.X != 4 || s.Y != 5 {
		t.Errorf("points that fall together: %+v", s)
	}
}

// A face that is turned in the picture has the same descriptor as before.
func TestAnalyze_descriptor_of_a_turned_picture(t *testing.T) {
	m := shrunk(demo(t, "sample1.jpg"))
	e := newEngine(t, Options{Attributes: WithDescriptor})
	faces := analyze(t, e, m)
	const angle = 12 * math.Pi / 180
	sin, cos := math.Sincos(angle)
	turned := NewImage(m.W, m.H)
	cx, cy := float64(m.W)/2, float64(m.H)/2
	for y := range m.H {
		for x := range m.W {
			dx, dy := float64(x)-cx, float64(y)-cy
			sx, sy := int(math.Round(cx+dx*cos+dy*sin)), int(math.Round(cy-dx*sin+dy*cos))
			if sx >= 0 && sy >= 0 && sx < m.W && sy < m.H {
				copy(turned.Pix[3*(y*m.W+x):][:3], m.Pix[3*(sy*m.W+sx):])
			}
		}
	}
	others := analyze(t, e, turned)
	if len(others) < 2 {
		t.Fatalf("%d faces in the turned picture", len(others))
	}
	for _, f := range others {
		nearest, second := math.Inf(1), math.Inf(1)
		for _, g := range faces {
			d := f.Descriptor.Distance(g.Descriptor)
			if d < nearest {
				nearest, second = d, nearest
			} else {
				second = min(second, d)
			}
		}
		if nearest > 0.4 || second < 0.6 {
			t.Errorf("the same face is %.2f away, another one %.2f", nearest, second)
		}
	}
}

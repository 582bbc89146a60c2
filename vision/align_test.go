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

// The detector's points tell how a head leans, however far, and also when it looks to the side.
func TestLean_is_that_of_the_points(t *testing.T) {
	if got := (&detection{}).lean(); got != 0 {
		t.Errorf("without points: %g", got)
	}
	for _, aside := range []float64{0, 6} {
		upright := [5]Point{{30, 40}, {70, 40}, {50 + aside, 60}, {35, 80}, {65, 80}}
		for _, angle := range []float64{0, 20, 45, 90, 170, -60} {
			sin, cos := math.Sincos(angle * math.Pi / 180)
			move := net.Similarity{A: 1.5 * cos, B: 1.5 * sin, X: 7, Y: 9}
			var d detection
			for i, p := range upright {
				d.points[i].X, d.points[i].Y = move.Apply(p.X, p.Y)
			}
			if got := d.lean() * 180 / math.Pi; math.Abs(got-angle) > 1e-9 {
				t.Errorf("leaning by %g degrees: %g", angle, got)
			}
		}
	}
}

// The square turns, grows and goes with the face.
func TestUprightSquare_goes_with_the_face(t *testing.T) {
	var points [68]Point
	for i := range points { // some face: eyes and nose as they are on average, the rest round them
		a := 2 * math.Pi * float64(7*i) / 68
		points[i] = Point{50 + 40*math.Cos(a), 50 + 40*math.Sin(a)}
	}
	for i, m := range meanFace {
		points[nose+i] = Point{20 + 60*m.X, 20 + 60*m.Y}
	}
	upright := uprightSquare(&points, 1.5, 48)
	if x, y := upright.Apply(24, 24); math.Abs(x-50) > 0.5 || math.Abs(y-50) > 0.5 || math.Abs(upright.A-80*1.5/48) > 0.02 || math.Abs(upright.B) > 1e-9 {
		t.Fatalf("the square of an upright face: %+v, its middle at (%g, %g)", upright, x, y)
	}
	for _, angle := range []float64{30, 90, 180, -135} {
		sin, cos := math.Sincos(angle * math.Pi / 180)
		move := net.Similarity{A: 2 * cos, B: 2 * sin, X: 300, Y: -20}
		turned := points
		for i, p := range points {
			turned[i].X, turned[i].Y = move.Apply(p.X, p.Y)
		}
		got := uprightSquare(&turned, 1.5, 48)
		for _, corner := range []Point{{0, 0}, {48, 0}, {0, 48}} {
			x, y := upright.Apply(corner.X, corner.Y)
			wx, wy := move.Apply(x, y)
			if gx, gy := got.Apply(corner.X, corner.Y); math.Hypot(gx-wx, gy-wy) > 1e-6 {
				t.Errorf("%g degrees: the corner %v is at (%g, %g), not (%g, %g)", angle, corner, gx, gy, wx, wy)
			}
		}
	}
}

// A head that leans is read as if it were upright: its landmarks, its gender and what it shows stay.
func TestAnalyze_leaning_head_shows_the_same(t *testing.T) {
	m := shrunk(demo(t, "sample1.jpg"))
	e := newEngine(t, Options{Attributes: WithExpressions | WithAgeGender})
	upright := analyze(t, e, m)
	const angle = 35
	turned := leaningBy(m, angle)
	sin, cos := math.Sincos(angle * math.Pi / 180.0)
	leaning := analyze(t, e, turned)
	if len(leaning) < 2 {
		t.Fatalf("%d faces in the turned picture", len(leaning))
	}
	for _, f := range leaning {
		// Where the tip of its nose is in the upright picture, there is a face that shows the same.
		place := func(p Point) Point {
			x, y := p.X-float64(turned.W)/2, p.Y-float64(turned.H)/2
			return Point{x*cos + y*sin + float64(m.W)/2, y*cos - x*sin + float64(m.H)/2}
		}
		nearest := upright[0]
		for _, g := range upright {
			if distance(g.Landmarks[30], place(f.Landmarks[30])) < distance(nearest.Landmarks[30], place(f.Landmarks[30])) {
				nearest = g
			}
		}
		off := 0.0
		for i := range f.Landmarks {
			off += distance(nearest.Landmarks[i], place(f.Landmarks[i])) / 68
		}
		if eyes := distance(nearest.Landmarks[36], nearest.Landmarks[45]); off > 0.15*eyes {
			t.Errorf("the landmarks of the face at %.0f are %.1f pixels off, with eyes %.0f apart", f.Box, off, eyes)
		}
		was, _ := nearest.Expressions.Top()
		if is, p := f.Expressions.Top(); is != was || f.Gender != nearest.Gender {
			t.Errorf("the face at %.0f is %s (%.2f) and %s; upright it is %s and %s", f.Box, is, p, f.Gender, was, nearest.Gender)
		}
	}
}

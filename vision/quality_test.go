package vision

import (
	"math"
	"slices"
	"testing"

	"animo"
)

// blurred returns m where each pixel is the mean of the square of 2·radius+1 pixels round it.
func blurred(m Image, radius int) Image {
	out := NewImage(m.W, m.H)
	for y := range m.H {
		for x := range m.W {
			for c := range 3 {
				sum, n := 0, 0
				for v := max(0, y-radius); v <= min(m.H-1, y+radius); v++ {
					for u := max(0, x-radius); u <= min(m.W-1, x+radius); u++ {
						sum += int(m.Pix[3*(v*m.W+u)+c])
						n++
					}
				}
				out.Pix[3*(y*m.W+x)+c] = uint8(sum / n)
			}
		}
	}
	return out
}

// texture is a picture with detail of every size.
func texture(side int) Image {
	m := NewImage(side, side)
	for i := range m.Pix {
		x, y := float64(i/3%side)/float64(side), float64(i/3/side)/float64(side)
		m.Pix[i] = uint8(128 + 40*math.Sin(9*x+4*y) + 30*math.Sin(31*x-23*y) + 25*math.Sin(80*y+60*x) + 20*math.Sin(150*x))
	}
	return m
}

func TestQuality_blur_lowers_sharpness_only(t *testing.T) {
	m := texture(128)
	box := Rect{4, 4, 120, 120}
	last := measureQuality(m, box)
	if last.Sharpness < 20 || last.Sharpness > 99 {
		t.Errorf("sharpness %.1f of a sharp picture", last.Sharpness)
	}
	for radius := 1; radius <= 4; radius++ {
		q := measureQuality(blurred(m, radius), box)
		if q.Sharpness > 0.96*last.Sharpness {
			t.Errorf("blurred by %d: sharpness %.1f after %.1f", radius, q.Sharpness, last.Sharpness)
		}
		if math.Abs(q.Brightness-last.Brightness) > 1 {
			t.Errorf("blurred by %d: brightness %.1f after %.1f", radius, q.Brightness, last.Brightness)
		}
		last = q
	}
}

// TestQuality_means_the_same_at_every_size magnifies a face; light does not change sharpness either.
func TestQuality_means_the_same_at_every_size(t *testing.T) {
	want := measureQuality(texture(64), Rect{0, 0, 64, 64})
	for _, side := range []int{97, 128, 200, 333, 1000} {
		m := texture(side)
		got := measureQuality(m, Rect{0, 0, float64(side), float64(side)})
		if math.Abs(got.Sharpness-want.Sharpness) > 6 || math.Abs(got.Brightness-want.Brightness) > 1 {
			t.Errorf("%d pixels: %+v, want %+v", side, got, want)
		}
		for i := range m.Pix {
			m.Pix[i] /= 2
		}
		dark := measureQuality(m, Rect{0, 0, float64(side), float64(side)})
		if math.Abs(dark.Sharpness-got.Sharpness) > 2 || math.Abs(dark.Brightness-got.Brightness/2) > 0.5 {
			t.Errorf("half the light: %+v after %+v", dark, got)
		}
	}
}

func TestQuality_brightness_of_one_colour(t *testing.T) {
	m := NewImage(80, 70)
	for i := range m.Pix {
		m.Pix[i] = []uint8{255, 0, 0}[i%3]
	}
	for _, box := range []Rect{{0, 0, 80, 70}, {-20, -20, 500, 500}, {10, 10, 67, 9}} {
		if q := measureQuality(m, box); math.Abs(q.Brightness-29.9) > 0.01 || q.Sharpness != 0 {
			t.Errorf("red in %v: %+v, want brightness 29.9 and no sharpness", box, q)
		}
	}
}

func TestQuality_of_no_pixels_is_zero(t *testing.T) {
	for _, box := range []Rect{{}, {90, 10, 20, 20}, {10, -30, 20, 20}, {10, 10, 2, 50}, {10, 10, -5, 9}, {0, 0, math.NaN(), 9}} {
		if q := measureQuality(texture(64), box); q != (Quality{}) {
			t.Errorf("%v: %+v, want nothing", box, q)
		}
	}
}

func TestGates(t *testing.T) {
	good := Face{Box: Rect{10, 10, 120, 140}, Quality: Quality{Brightness: 45, Sharpness: 60}, Pose: Pose{5, -8, 12}}
	change := func(f func(*Face)) Face { face := good; f(&face); return face }
	for name, c := range map[string]struct {
		face Face
		want []animo.Code
	}{
		"good":        {good, nil},
		"small":       {change(func(f *Face) { f.Box.W = 49 }), []animo.Code{animo.SmallFace}},
		"dark":        {change(func(f *Face) { f.Quality.Brightness = 10 }), []animo.Code{animo.BadLight}},
		"bright":      {change(func(f *Face) { f.Quality.Brightness = 95 }), []animo.Code{animo.BadLight}},
		"blurred":     {change(func(f *Face) { f.Quality.Sharpness = 3 }), []animo.Code{animo.BlurredFace}},
		"turned left": {change(func(f *Face) { f.Pose.Yaw = -50 }), []animo.Code{animo.TurnedFace}},
		"looks up":    {change(func(f *Face) { f.Pose.Pitch = 41 }), []animo.Code{animo.TurnedFace}},
		"leans":       {change(func(f *Face) { f.Pose.Roll = 41 }), []animo.Code{animo.TurnedFace}},
		"all at once": {Face{Pose: Pose{90, 90, 90}}, []animo.Code{animo.SmallFace, animo.BadLight, animo.BlurredFace,
			animo.TurnedFace, animo.TurnedFace, animo.TurnedFace}},
	} {
		var got []animo.Code
		for _, r := range (Gates{}).Check(c.face) {
			got = append(got, r.Code)
			if r.EN == "" || r.ES == "" || r.EN == r.ES {
				t.Errorf("%s: the reason is %q and %q", name, r.EN, r.ES)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	if why := (Gates{MinSide: 10}).Check(change(func(f *Face) { f.Box.W = 11 })); len(why) != 0 {
		t.Errorf("a gate of 10 pixels refuses 11: %v", why)
	}
}

func TestGates_Only(t *testing.T) {
	good := Face{Box: Rect{140, 90, 120, 140}, Quality: Quality{Brightness: 45, Sharpness: 60}}
	for _, c := range []struct {
		faces []Face
		want  animo.Code
	}{
		{nil, animo.NoFace},
		{[]Face{good}, ""},
		{[]Face{good, good}, animo.SeveralFaces},
		{[]Face{good, {Box: Rect{330, 10, 120, 140}}}, animo.SeveralFaces}, // a couple
		{[]Face{good, {Box: Rect{440, 10, 90, 105}}}, ""},                  // somebody who passes by
		{[]Face{good, {Box: Rect{440, 10, 90, 105}}, {Box: Rect{300, 90, 100, 120}}}, animo.SeveralFaces},
		{[]Face{{}}, animo.SmallFace},
	} {
		face, err := Gates{}.Only(c.faces, 540, 320)
		if animo.CodeOf(err) != c.want {
			t.Errorf("%d faces: %v, want %q", len(c.faces), err, c.want)
		}
		if (err == nil) != (face == good) {
			t.Errorf("%d faces: got %+v with error %v", len(c.faces), face.Box, err)
		}
	}
}

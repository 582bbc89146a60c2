package net

import (
	"math"
	"testing"
)

// pattern is a picture in which no two neighbours are alike.
func pattern(w, h int) Image {
	img := Image{w, h, make([]uint8, 3*w*h)}
	for i := range img.Pix {
		img.Pix[i] = uint8(i*i>>5 + i)
	}
	return img
}

func TestWarped_without_a_turn_is_the_crop(t *testing.T) {
	ws, img := NewWorkspace(2), pattern(200, 190)
	want := inner(descriptorInput.plane(ws, 0, img, Crop{20, 30, 150, 150}))
	got := inner(descriptorInput.warped(ws, 1, img, Similarity{A: 1, X: 20, Y: 30}))
	equal(t, "same size", got, want, 1e-6)
}

func TestWarped_by_a_quarter_turn(t *testing.T) {
	ws, img := NewWorkspace(1), pattern(150, 150)
	// (x, y) of the square shows (150 − y, x) of the picture.
	got := descriptorInput.warped(ws, 1, img, Similarity{B: 1, X: 150})
	for _, p := range [][2]int{{0, 0}, {3, 0}, {0, 7}, {149, 149}, {60, 100}} {
		x, y := p[0], p[1]
		for c := range 3 {
			want := (float32(img.Pix[3*(x*150+149-y)+c]) - faceMean[c]) / 255
			if v := got.data[got.at(y, x)+c]; math.Abs(float64(v-want)) > 1e-6 {
				t.Errorf("(%d,%d) channel %d: %g, want %g", x, y, c, v, want)
			}
		}
	}
}

// Where the picture is finer than the square, the pixels in between count, too.
func TestWarped_averages_a_finer_picture(t *testing.T) {
	ws, img := NewWorkspace(1), Image{600, 600, make([]uint8, 3*600*600)}
	for i := range img.Pix {
		img.Pix[i] = uint8(200 * (i / 3 % 2)) // columns of 0 and 200
	}
	got := descriptorInput.warped(ws, 1, img, Similarity{A: 4})
	want := (float32(100) - faceMean[0]) / 255
	if v := got.data[got.at(70, 70)]; math.Abs(float64(v-want)) > 1e-3 {
		t.Errorf("%g, want %g", v, want)
	}
}

func TestWarped_is_black_outside(t *testing.T) {
	ws, img := NewWorkspace(1), pattern(10, 10)
	for _, s := range []Similarity{{A: 1, X: 1000}, {A: 1, Y: -1e9}, {A: 1e12}, {A: 1, X: math.NaN()}} {
		got := descriptorInput.warped(ws, 1, img, s)
		want := -faceMean[1] / 255
		if v := got.data[got.at(149, 149)+1]; v != want {
			t.Errorf("%+v: %g, want %g", s, v, want)
		}
	}
}

func TestGrey_without_a_turn_is_the_picture_in_grey(t *testing.T) {
	img := pattern(60, 50)
	got := img.grey(Similarity{A: 1, X: 2, Y: -1}, 48)
	for _, p := range [][2]int{{0, 1}, {3, 4}, {47, 47}, {0, 0}} {
		at := img.Pix[3*(max(0, p[1]-1)*60+p[0]+2):] // beyond the upper edge, the edge goes on
		want := 0.299*float64(at[0]) + 0.587*float64(at[1]) + 0.114*float64(at[2])
		if v := float64(got[p[1]*48+p[0]]); math.Abs(v-want) > 1e-3 {
			t.Errorf("at %v: %g, want %g", p, v, want)
		}
	}
}

func TestGrey_averages_a_finer_picture(t *testing.T) {
	img := Image{192, 192, make([]uint8, 3*192*192)}
	for i := range img.Pix {
		img.Pix[i] = uint8(200 * (i / 3 % 2)) // columns of 0 and 200
	}
	if v := img.grey(Similarity{A: 4}, 48)[20*48+20]; math.Abs(float64(v)-100) > 1e-3 {
		t.Errorf("%g, want 100", v)
	}
}

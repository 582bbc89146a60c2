package net

import (
	"math"
	"testing"
)

// However a view is turned, what it shows at a place is what the picture has where Back says.
func TestView_shows_what_the_picture_has_there(t *testing.T) {
	img := Image{60, 40, make([]uint8, 3*60*40)}
	const x, y = 43, 9 // a bright pixel
	copy(img.Pix[3*(y*img.W+x):], []uint8{200, 100, 50})
	ws := NewWorkspace(2)
	for turn := range 4 {
		for _, v := range []View{
			{Crop: img.whole(), W: 60, H: 40},
			{Crop: Crop{-8, -6, 76, 52}, W: 76, H: 52},
			{Crop: Crop{30, 0, 20, 20}, W: 60, H: 60},
		} {
			v.Turn = turn
			p := v.plane(ws, img)
			if p.h%YuNetStep != 0 || p.w%YuNetStep != 0 {
				t.Errorf("%+v: a plane of %d×%d", v, p.w, p.h)
			}
			var sum, sx, sy float64
			for py := range p.h {
				for px, row := 0, p.row(py); px < p.w; px++ {
					red := float64(row[3*px])
					sum, sx, sy = sum+red, sx+red*(float64(px)+0.5), sy+red*(float64(py)+0.5)
				}
			}
			bx, by := v.Back(sx/sum, sy/sum)
			if math.Abs(bx-(x+0.5)) > 0.01 || math.Abs(by-(y+0.5)) > 0.01 {
				t.Errorf("%+v: the pixel lies at (%.2f, %.2f), not (%.1f, %.1f)", v, bx, by, x+0.5, y+0.5)
			}
			scale := float64(v.W*v.H) / float64(v.Crop.W*v.Crop.H)
			if math.Abs(sum-200*scale) > 0.1 {
				t.Errorf("%+v: it is %.1f bright together, not %.1f", v, sum, 200*scale)
			}
		}
	}
}

func TestView_stretches_levels(t *testing.T) {
	img := Image{1, 1, []uint8{30, 40, 90}}
	v := View{Crop: img.whole(), W: 1, H: 1, Black: 35, Gain: 10}
	got := v.plane(NewWorkspace(1), img).row(0)[:3]
	if got[0] != 0 || got[1] != 50 || got[2] != 255 {
		t.Errorf("levels %v", got)
	}
}

func TestShrunk_is_the_mean(t *testing.T) {
	img := Image{5, 3, nil}
	for i := range img.W * img.H {
		v := uint8(10 * i)
		img.Pix = append(img.Pix, v, v, v)
	}
	small := img.Shrunk(NewWorkspace(1), 2, 1)
	// The first pixel covers columns 0, 1 and half of 2, in rows that begin with 0, 50 and 100.
	left := (0.0 + 10 + 20/2) / 2.5
	right := (20.0/2 + 30 + 40) / 2.5
	for i, want := range []float64{left + 50, right + 50} {
		if got := float64(small.Pix[3*i]); math.Abs(got-want) > 0.51 {
			t.Errorf("pixel %d is %g, not %.2f", i, got, want)
		}
	}
}

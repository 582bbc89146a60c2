package pictures

import (
	"fmt"
	"testing"

	"animo/vision"
)

func TestShrink_keeps_the_colours_and_the_shape(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 7, 8, 9, 12, 15} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			const w, h = 20, 10
			img := vision.NewImage(n*w+n/2, n*h) // the left half red, the right one blue, and a little that makes no whole square
			for y := range img.H {
				for x := range img.W {
					p := img.Pix[3*(y*img.W+x):][:3]
					if x < n*w/2 {
						p[0] = 250
					} else {
						p[2] = 200
					}
				}
			}
			small := shrink(img, w)
			if small.W != w || small.H != h {
				t.Fatalf("%d×%d", small.W, small.H)
			}
			for y := range h {
				for x := range w {
					want := [3]byte{250, 0, 0}
					if x >= w/2 {
						want = [3]byte{0, 0, 200}
					}
					if got := [3]byte(small.Pix[3*(y*small.W+x):]); got != want {
						t.Fatalf("at %d, %d: %v, want %v", x, y, got, want)
					}
				}
			}
		})
	}
}

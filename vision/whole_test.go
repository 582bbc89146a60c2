package vision

import (
	"math"
	"path/filepath"
	"testing"

	"animo/internal/sharedtest"
)

func TestReadWhole_takes_the_picture_for_the_face(t *testing.T) {
	e := newEngine(t, Options{Attributes: WithExpressions})
	img := plainJPEG(t, filepath.Join(sharedtest.Path(t, "data", "photos"), "rose1.jpg"))
	faces, err := e.Analyze(t.Context(), img)
	if err != nil || len(faces) == 0 {
		t.Fatal(faces, err)
	}
	b := faces[0].Box
	face := NewImage(int(b.W), int(b.H))
	for y := range face.H {
		copy(face.Pix[3*y*face.W:][:3*face.W], img.Pix[3*((int(b.Y)+y)*img.W+int(b.X)):])
	}
	whole, err := e.ReadWhole(t.Context(), face)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := faces[0].Expressions.Top()
	if got, p := whole.Top(); got != want || p < 0.5 {
		t.Errorf("the face alone shows %v (%.2f), in its photo %v", got, p, want)
	}
	// It is read as Analyze reads: with its mirror image.
	other, err := e.ReadWhole(t.Context(), mirrored(face))
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range whole {
		if math.Abs(p-other[i]) > 1e-3 {
			t.Errorf("%v has %.4f, and %.4f in the mirror", Expression(i), p, other[i])
		}
	}
	if _, err := e.ReadWhole(t.Context(), Image{W: 2, H: 2}); err == nil {
		t.Error("a picture without pixels was read")
	}
}

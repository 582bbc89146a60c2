package annotate

import (
	"bytes"
	"image"
	"image/color"
	"slices"
	"testing"

	"animo/vision"
)

var red = color.RGBA{200, 0, 0, 255}

// gray is a picture of one colour, so that whatever was drawn can be told.
func gray(w, h int) vision.Image {
	m := vision.NewImage(w, h)
	for i := range m.Pix {
		m.Pix[i] = 90
	}
	return m
}

// drawn is the smallest rectangle round the pixels that differ from gray.
func drawn(m *image.RGBA) (r image.Rectangle) {
	for i := 0; i < len(m.Pix); i += 4 {
		if m.Pix[i] != 90 || m.Pix[i+1] != 90 {
			x, y := i%m.Stride/4, i/m.Stride
			r = r.Union(image.Rect(x, y, x+1, y+1))
		}
	}
	return r
}

func TestDraw_box_lies_round_its_pixels(t *testing.T) {
	m := gray(300, 200)
	got, err := Draw(m, []Mark{{Box: vision.Rect{X: 50, Y: 60, W: 40, H: 30}, Colour: red}})
	if err != nil {
		t.Fatal(err)
	}
	if want := image.Rect(48, 58, 92, 92); drawn(got) != want {
		t.Errorf("drew on %v, want %v", drawn(got), want)
	}
	if got.RGBAAt(49, 75) != red || got.RGBAAt(50, 75) == red || got.RGBAAt(89, 89) == red || got.RGBAAt(90, 90) != red {
		t.Error("the box's lines are not where they should be")
	}
	if !slices.Equal(m.Pix, gray(300, 200).Pix) {
		t.Error("the picture itself was drawn on")
	}
}

func TestDraw_caption_stays_in_the_picture(t *testing.T) {
	for name, box := range map[string]vision.Rect{
		"middle":       {X: 100, Y: 100, W: 50, H: 50},
		"top":          {X: 100, Y: 2, W: 50, H: 50},
		"right edge":   {X: 270, Y: 100, W: 25, H: 50},
		"all of it":    {X: 2, Y: 2, W: 296, H: 196},
		"beyond edges": {X: -20, Y: -20, W: 400, H: 300},
	} {
		bare, err := Draw(gray(300, 200), []Mark{{Box: box, Colour: red}})
		if err != nil {
			t.Fatal(err)
		}
		named, err := Draw(gray(300, 200), []Mark{{Box: box, Colour: red, Lines: []string{"Zoë", "HAPPY 99 %"}}})
		if err != nil {
			t.Fatal(err)
		}
		white, red := 0, 0
		for i := 0; i < len(named.Pix); i += 4 {
			if !bytes.Equal(named.Pix[i:i+4], bare.Pix[i:i+4]) {
				red++
				if named.Pix[i+1] > 128 {
					white++
				}
			}
		}
		if red < 2000 || white < 200 {
			t.Errorf("%s: the caption has %d pixels, %d of them white: too few to read", name, red, white)
		}
	}
}

// TestDraw_whatever_the_box: a box from anywhere must neither panic nor take long.
func TestDraw_whatever_the_box(t *testing.T) {
	for _, box := range []vision.Rect{{}, {X: -1e6, Y: 5, W: 3, H: 3}, {X: 5, Y: 5, W: -3, H: -9}, {X: -1e6, Y: -1e6, W: 2e6, H: 2e6}} {
		for _, size := range []int{1, 2, 50} {
			if _, err := Draw(gray(size, size), []Mark{{Box: box, Colour: red, Lines: []string{"", "a long line of text"}, Points: []vision.Point{{X: box.X, Y: box.Y}}}}); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestPlaces_hide_no_other_face(t *testing.T) {
	// A row of faces side by side: the second's caption is as long as three of them.
	const side = 60
	var marks []Mark
	for i := range 4 {
		marks = append(marks, Mark{Box: vision.Rect{X: float64(20 + i*(side+4)), Y: 150, W: side, H: side}, Colour: red, Lines: []string{"SURPRISED 99 %"}})
	}
	bare := slices.Clone(marks)
	for i := range bare {
		bare[i].Lines = nil
	}
	without, err := Draw(gray(400, 400), bare)
	if err != nil {
		t.Fatal(err)
	}
	with, err := Draw(gray(400, 400), marks)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range marks {
		box := pixelBox(m.Box)
		if changed(without, with, box) > 0 {
			t.Errorf("a caption hides the face at %v", box)
		}
	}
	// Each plate is where nothing else is: their pixels add up.
	sum := 0
	for i := range marks {
		alone := slices.Clone(bare)
		alone[i].Lines = marks[i].Lines
		one, err := Draw(gray(400, 400), alone)
		if err != nil {
			t.Fatal(err)
		}
		sum += changed(without, one, without.Rect)
	}
	if all := changed(without, with, without.Rect); all < sum/2 {
		t.Errorf("the captions together show %d pixels of %d: they hide each other", all, sum)
	}
}

// changed counts the pixels of a rectangle that differ.
func changed(a, b *image.RGBA, in image.Rectangle) (n int) {
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			if a.RGBAAt(x, y) != b.RGBAAt(x, y) {
				n++
			}
		}
	}
	return n
}

package vision

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"animo/internal/sharedtest"
)

// BenchmarkAccuracyDetect measures which faces are found, on the sets that the detector's figures were chosen on (expect a little less
// elsewhere): go test -run '^$' -bench AccuracyDetect -benchtime 1x ./vision. ANIMO_EVERY=1 takes every picture of the large
// sets instead of some.
func BenchmarkAccuracyDetect(b *testing.B) {
	e := newEngine(b, Options{Attributes: WithLandmarks, MaxFaces: 1000})
	every := func(n int) int {
		if os.Getenv("ANIMO_EVERY") == "1" {
			return 1
		}
		return n
	}
	b.Run("press", func(b *testing.B) {
		images := pressPhotos(b, every(16))
		missed, several := 0, 0
		for _, faces := range analyzeAll(b, e, images) {
			if len(faces) == 0 {
				missed++
			} else if len(faces) > 1 {
				several++
			}
		}
		b.ReportMetric(100*float64(missed)/float64(len(images)), "missed-%")
		b.ReportMetric(100*float64(several)/float64(len(images)), "several-%")
	})
	b.Run("groups", func(b *testing.B) {
		for _, shrink := range []int{1, 2, 3, 4} {
			found, all, beside := 0, 0, 0
			for name, boxes := range groupBoxes(b) {
				m := plainJPEG(b, filepath.Join(sharedtest.Path(b, "data", "groups"), name))
				factor := 1 / float64(shrink)
				faces := analyzeAll(b, e, []Image{resized(m, int(float64(m.W)*factor), int(float64(m.H)*factor))})[0]
				for i := range faces {
					r := &faces[i].Box
					*r = Rect{r.X / factor, r.Y / factor, r.W / factor, r.H / factor}
				}
				hit, rest := matched(faces, boxes)
				found, all = found+hit, all+len(boxes)
				for _, f := range rest {
					if f.Box.W >= 20 {
						beside++
					}
				}
			}
			suffix := []string{"", "", "-at-half", "-at-third", "-at-quarter"}[shrink]
			b.ReportMetric(float64(found), "of-43"+suffix)
			b.ReportMetric(float64(beside), "beside"+suffix)
		}
	})
	// Portraits side by side, as small as faces may be.
	for _, c := range []struct {
		name       string
		w, h, face int
	}{{"crowd-2MP-20px", 1632, 1224, 20}, {"crowd-1MP-14px", 1154, 866, 14}, {"crowd-12MP-27px", 4000, 3000, 27}} {
		b.Run(c.name, func(b *testing.B) {
			m, boxes := sideBySide(b, c.w, c.h, c.face, 150)
			found, _ := matched(analyzeAll(b, e, []Image{m})[0], boxes)
			b.ReportMetric(100*float64(found)/float64(len(boxes)), "found-%")
		})
	}
	b.Run("dark", func(b *testing.B) {
		images := portraits(b, every(40))
		for i := range images {
			images[i] = darkened(images[i], 0.06)
		}
		b.ReportMetric(100*share(analyzeAll(b, e, images), func(f []Face) bool { return len(f) > 0 }), "found-%")
	})
	for _, degrees := range []float64{0, 30, 45, 60, 90, 135, 180, 270} {
		b.Run(fmt.Sprintf("turned-%g", degrees), func(b *testing.B) {
			images := portraits(b, 13)
			for i := range images {
				images[i] = tilted(resized(images[i], 500, 500), degrees)
			}
			found, understood := 0, 0
			for _, faces := range analyzeAll(b, e, images) {
				for _, f := range faces {
					// The portraits' faces are in the middle.
					if f.Box.X < 250 && f.Box.X+f.Box.W > 250 && f.Box.Y < 250 && f.Box.Y+f.Box.H > 250 {
						found++
						if math.Abs(math.Mod(f.Pose.Roll-degrees+900, 360)-180) < 30 {
							understood++
						}
						break
					}
				}
			}
			b.ReportMetric(float64(found), "found")
			b.ReportMetric(float64(understood), "lean-within-30-degrees")
			b.ReportMetric(float64(len(images)), "of")
		})
	}
	b.Run("noface", func(b *testing.B) {
		folder := sharedtest.Path(b, "data", "noface")
		names := listJPEGs(b, folder)
		b.ReportMetric(float64(len(names))*share(analyzeAll(b, e, decodeAll(b, folder, names)), func(f []Face) bool { return len(f) > 0 }), "pictures-with-a-face")
	})
}

func analyzeAll(b testing.TB, e *Engine, images []Image) [][]Face {
	b.Helper()
	faces, err := e.AnalyzeAll(b.Context(), images)
	if err != nil {
		b.Fatal(err)
	}
	return faces
}

func share[T any](list []T, is func(T) bool) float64 {
	n := 0
	for _, x := range list {
		if is(x) {
			n++
		}
	}
	return float64(n) / float64(len(list))
}

// matched returns how many of the boxes have a face of their own, and the faces that have no box.
func matched(faces []Face, boxes []Rect) (found int, rest []Face) {
	used := make([]bool, len(faces))
	for _, b := range boxes {
		best := -1
		for i, f := range faces {
			if !used[i] && iou(f.Box, b) > 0.3 && (best < 0 || iou(f.Box, b) > iou(faces[best].Box, b)) {
				best = i
			}
		}
		if best >= 0 {
			used[best] = true
			found++
		}
	}
	for i, f := range faces {
		if !used[i] {
			rest = append(rest, f)
		}
	}
	return found, rest
}

// pressPhotos returns every n-th photo of the set of press photos.
func pressPhotos(b testing.TB, n int) []Image {
	b.Helper()
	file, err := os.Open(sharedtest.Path(b, "data", "emotions", "press.tar"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	var images []Image
	photos := 0
	for r := tar.NewReader(file); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return images
		}
		if err != nil {
			b.Fatal(err)
		}
		if !strings.HasSuffix(h.Name, ".jpg") {
			continue
		}
		if photos++; photos%n != 0 {
			continue
		}
		data, err := io.ReadAll(r)
		if err != nil {
			b.Fatal(err)
		}
		src, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			b.Fatalf("%s: %v", h.Name, err)
		}
		images = append(images, fromImage(src))
	}
}

func groupBoxes(b testing.TB) map[string][]Rect {
	b.Helper()
	all := map[string][]Rect{}
	for _, file := range []string{"testing.xml", "training.xml"} {
		for name, boxes := range dlibBoxes(b, filepath.Join(sharedtest.Path(b, "data", "groups"), file)) {
			all[name] = boxes
		}
	}
	return all
}

// portraits returns every n-th portrait of LFW. Its face is in the middle and about 100 of 250 pixels wide.
func portraits(b testing.TB, n int) []Image {
	b.Helper()
	folder := sharedtest.Path(b, "data", "faces_lfw")
	var names []string
	for i, name := range listJPEGs(b, folder) {
		if i%n == 0 {
			names = append(names, name)
		}
	}
	return decodeAll(b, folder, names)
}

// sideBySide lays portraits side by side, whose faces have the given width in pixels.
func sideBySide(b testing.TB, w, h, face, most int) (Image, []Rect) {
	b.Helper()
	m := NewImage(w, h)
	for i := range m.Pix {
		m.Pix[i] = 110
	}
	side := face * 250 / 100
	list := portraits(b, 7)
	var boxes []Rect
	for i := range most {
		columns, rows := w/side, h/side
		x, y := i%columns*side, i/columns*side
		if i >= columns*rows {
			break
		}
		p := resized(list[i%len(list)], side, side)
		for row := range side {
			copy(m.Pix[3*((y+row)*w+x):][:3*side], p.Pix[3*row*side:])
		}
		middle := float64(side) / 2
		boxes = append(boxes, Rect{float64(x) + middle - float64(face)/2, float64(y) + middle - 0.6*float64(face), float64(face), 1.2 * float64(face)})
	}
	return m, boxes
}

// resized brings a picture to another size: every pixel is the mean of what it covers, or lies between its neighbours.
func resized(m Image, w, h int) Image {
	if m.W == w && m.H == h {
		return m
	}
	out := NewImage(w, h)
	fx, fy := float64(m.W)/float64(w), float64(m.H)/float64(h)
	n := max(1, int(math.Ceil(fx)))
	for y := range h {
		for x := range w {
			var sum [3]float64
			for k := range n * n {
				p := pixelAt(m, (float64(x)+(float64(k%n)+0.5)/float64(n))*fx-0.5, (float64(y)+(float64(k/n)+0.5)/float64(n))*fy-0.5)
				for c := range sum {
					sum[c] += p[c]
				}
			}
			for c := range sum {
				out.Pix[3*(y*w+x)+c] = uint8(sum[c]/float64(n*n) + 0.5)
			}
		}
	}
	return out
}

// pixelAt is the colour between pixels; beyond the edge it is that of the edge.
func pixelAt(m Image, x, y float64) (v [3]float64) {
	x, y = max(0, min(x, float64(m.W-1))), max(0, min(y, float64(m.H-1)))
	ix, iy := min(int(x), max(0, m.W-2)), min(int(y), max(0, m.H-2))
	px, py := x-float64(ix), y-float64(iy)
	for c := range v {
		at := func(x, y int) float64 { return float64(m.Pix[3*(min(y, m.H-1)*m.W+min(x, m.W-1))+c]) }
		v[c] = (at(ix, iy)*(1-px)+at(ix+1, iy)*px)*(1-py) + (at(ix, iy+1)*(1-px)+at(ix+1, iy+1)*px)*py
	}
	return v
}

// tilted turns a picture round its middle, clockwise, in a square that holds all of it when it is turned by quarters; what
// lies beyond is grey.
func tilted(m Image, degrees float64) Image {
	out := NewImage(m.W, m.H)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	cx, cy := float64(m.W)/2, float64(m.H)/2
	for y := range m.H {
		for x := range m.W {
			dx, dy := float64(x)+0.5-cx, float64(y)+0.5-cy
			sx, sy := cos*dx+sin*dy+cx-0.5, cos*dy-sin*dx+cy-0.5
			v := [3]float64{110, 110, 110}
			if sx > -0.51 && sy > -0.51 && sx < float64(m.W)-0.49 && sy < float64(m.H)-0.49 {
				v = pixelAt(m, sx, sy)
			}
			for c := range v {
				out.Pix[3*(y*m.W+x)+c] = uint8(v[c] + 0.5)
			}
		}
	}
	return out
}

// darkened takes a picture with a share of its light, and with the noise that a camera has then.
func darkened(m Image, light float64) Image {
	out := NewImage(m.W, m.H)
	random := rand.New(rand.NewPCG(1, 2))
	for i, v := range m.Pix {
		out.Pix[i] = uint8(max(0, min(255, float64(v)*light+random.NormFloat64()+0.5)))
	}
	return out
}

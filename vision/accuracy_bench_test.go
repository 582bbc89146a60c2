package vision

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"image/jpeg"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"animo"
	"animo/internal/sharedtest"
)

// BenchmarkAccuracy_expressions measures what faces are said to show, on data that lies outside the repository (ANIMO_SHARED).
// Its figures are percentages, but for ece, the expected calibration error, which is a fraction. With -short it takes every
// tenth picture.
//
//	go test -run '^$' -bench Accuracy ./vision
func BenchmarkAccuracy_expressions(b *testing.B) {
	b.Run("fer_public_test/whole", func(b *testing.B) { // the picture is the face's square: nothing is looked for
		e := newEngine(b, Options{Attributes: WithExpressions, Workers: 1})
		var t tally
		for _, f := range thinned(ferFaces(b, "fer_public_test"), 1) {
			p, err := e.ReadWhole(b.Context(), greyImage(f.pixels, 48))
			if err != nil {
				b.Fatal(err)
			}
			t.add(p, f)
		}
		t.report(b)
	})
	b.Run("fer_public_test/pipeline", func(b *testing.B) {
		var images []Image
		faces := thinned(ferFaces(b, "fer_public_test"), 1)
		for _, f := range faces {
			images = append(images, framed(greyImage(f.pixels, 48), 4, 48))
		}
		ofPipeline(b, images, faces).report(b)
	})
	b.Run("press", func(b *testing.B) {
		images, faces := labelledPress(b)
		ofPipeline(b, images, faces).report(b)
	})
}

// BenchmarkAccuracy_layer measures what a layer gains that learned from so many press photos, on all the others: how many in a
// hundred are right without it and with it, in the mean of ten draws, and in how many of the draws the layer was found to be better and
// so is used. With -short it has a tenth of the photos.
func BenchmarkAccuracy_layer(b *testing.B) {
	images, faces := labelledPress(b)
	t := ofPipeline(b, images, faces)
	for _, n := range []int{48, 100, 300, 1000} {
		if n > len(t.faces)/2 {
			break
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			const draws = 10
			used, before, after, held := 0, 0, 0, 0
			for draw := range uint64(draws) {
				var learned []Labelled
				order := rand.New(rand.NewPCG(draw, 5)).Perm(len(t.faces))
				for _, i := range order[:n] {
					learned = append(learned, Labelled{Said: t.said[i], Shows: t.faces[i].label, Photo: strconv.Itoa(i)})
				}
				layer, check := FitLayer(learned)
				if check.Better() {
					used++
				}
				for _, i := range order[n:] {
					held++
					if top, _ := t.said[i].Top(); top == t.faces[i].label {
						before++
					}
					p := layer.Apply(t.said[i])
					if top, _ := p.Top(); top == t.faces[i].label {
						after++
					}
				}
			}
			b.ReportMetric(100*float64(before)/float64(held), "before-%")
			b.ReportMetric(100*float64(after)/float64(held), "after-%")
			b.ReportMetric(float64(used), "used-of-10")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkAccuracy_upright measures whether a portrait that is turned shows the same as upright: every 13th of faces_lfw, at
// 500 pixels. Its figures are percentages of the somePortraits in which a face is found both ways, and found one of all.
func BenchmarkAccuracy_upright(b *testing.B) {
	images := thinned(somePortraits(b, 13), 1)
	e := newEngine(b, Options{Attributes: WithExpressions | WithAgeGender})
	upright := analysed(b, e, images)
	for _, angle := range []float64{30, 45, 90, 180} {
		b.Run(fmt.Sprintf("%.0f_degrees", angle), func(b *testing.B) {
			var turned []Image
			for _, img := range images {
				turned = append(turned, leaningBy(img, angle))
			}
			found, both, same, gender := 0, 0, 0, 0
			for i, faces := range analysed(b, e, turned) {
				if len(faces) == 0 {
					continue
				}
				found++
				if len(upright[i]) == 0 {
					continue
				}
				both++
				was, _ := upright[i][0].Expressions.Top()
				if is, _ := faces[0].Expressions.Top(); is == was {
					same++
				}
				if faces[0].Gender == upright[i][0].Gender {
					gender++
				}
			}
			b.ReportMetric(percent(found, len(images)), "found-%")
			b.ReportMetric(percent(same, both), "same-emotion-%")
			b.ReportMetric(percent(gender, both), "same-gender-%")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkAccuracy_unreadable measures what becomes of faces that cannot be read: every 26th portrait of faces_lfw, as it is and
// spoiled. unsure is the share of the found faces that Unreadable has reasons against; mood50 that of all faces that get another
// mood than OTHER all the same, at a least probability of 0.5, and mood40 and mood30 at others; same-mood that of the found faces
// that have the same mood as before they were spoiled, whatever its probability.
func BenchmarkAccuracy_unreadable(b *testing.B) {
	images := thinned(somePortraits(b, 26), 1)
	e := newEngine(b, Options{Attributes: WithExpressions | WithQuality})
	clean := analysed(b, e, images)
	for _, c := range []struct {
		name  string
		spoil func(img Image, face Rect) Image
	}{
		{"as_it_is", func(img Image, _ Rect) Image { return img }},
		{"lower_half_white", func(img Image, r Rect) Image { return painted(img, r, [3]uint8{235, 235, 235}) }},
		{"lower_half_blue", func(img Image, r Rect) Image { return painted(img, r, [3]uint8{120, 160, 200}) }},
		{"lower_half_black", func(img Image, r Rect) Image { return painted(img, r, [3]uint8{20, 20, 20}) }},
		{"lower_half_skin", func(img Image, r Rect) Image { return painted(img, r, [3]uint8{200, 150, 120}) }},
		{"face_of_40_pixels", func(img Image, r Rect) Image { return scaledBy(img, 40/r.W) }},
		{"face_of_24_pixels", func(img Image, r Rect) Image { return scaledBy(img, 24/r.W) }},
		{"face_of_16_pixels", func(img Image, r Rect) Image { return scaledBy(img, 16/r.W) }},
		{"blur_of_a_10th", func(img Image, r Rect) Image { return scaledBy(scaledBy(img, 10/r.W), r.W/10) }},
		{"blur_of_a_20th", func(img Image, r Rect) Image { return scaledBy(scaledBy(img, 20/r.W), r.W/20) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			var spoiled []Image
			var was []Face
			for i, img := range images {
				if len(clean[i]) > 0 {
					spoiled = append(spoiled, c.spoil(img, clean[i][0].Box))
					was = append(was, clean[i][0])
				}
			}
			found, unsure, same := 0, 0, 0
			mood := make([]int, len(leastMoods))
			for i, faces := range analysed(b, e, spoiled) {
				if len(faces) == 0 {
					continue
				}
				found++
				before, _ := was[i].Expressions.Mood()
				m, p := faces[0].Expressions.Mood()
				if m == before {
					same++
				}
				if len(faces[0].Unreadable()) > 0 {
					unsure++
					continue
				}
				for k, l := range leastMoods {
					if m != animo.Other && p >= l {
						mood[k]++
					}
				}
			}
			b.ReportMetric(percent(found, len(spoiled)), "found-%")
			b.ReportMetric(percent(unsure, found), "unsure-%")
			for k, l := range leastMoods {
				b.ReportMetric(percent(mood[k], len(spoiled)), fmt.Sprintf("mood%.0f-%%", 100*l))
			}
			b.ReportMetric(percent(same, found), "same-mood-%")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// leastMoods are probabilities of a mood below which a face may be taken for OTHER, as mood-confidence has it.
var leastMoods = []float64{0.5, 0.4, 0.3}

func percent(part, of int) float64 { return 100 * float64(part) / float64(max(of, 1)) }

// thinned returns every nth of a list, and with -short a tenth of those.
func thinned[T any](list []T, n int) []T {
	if testing.Short() {
		n *= 10
	}
	var some []T
	for i := 0; i < len(list); i += n {
		some = append(some, list[i])
	}
	return some
}

// analysed returns the faces of each picture.
func analysed(b *testing.B, e *Engine, images []Image) [][]Face {
	b.Helper()
	faces, err := e.AnalyzeAll(b.Context(), images)
	if err != nil {
		b.Fatal(err)
	}
	return faces
}

// labelled is a face of which people said what it shows.
type labelled struct {
	pixels []uint8 // 48×48 shades of grey, in FER2013
	label  Expression
	voted  animo.Mood // of what more than half of the FER+ raters agree on; else empty
}

// ferFaces reads one part of FER2013 with its labels and the votes of FER+.
func ferFaces(b *testing.B, name string) []labelled {
	b.Helper()
	folder := sharedtest.Path(b, "data", "emotions")
	rows := csvRows(b, must(b)(os.ReadFile(filepath.Join(folder, name+".csv"))))
	packed, err := gzip.NewReader(bytes.NewReader(must(b)(os.ReadFile(filepath.Join(folder, name+".u8.gz")))))
	if err != nil {
		b.Fatal(err)
	}
	pixels := must(b)(io.ReadAll(packed))
	votes := []struct {
		column string
		mood   animo.Mood
	}{
		{"neutral", animo.Other}, {"happiness", animo.Happy}, {"surprise", animo.Surprised}, {"sadness", animo.Sad},
		{"anger", animo.Other}, {"disgust", animo.Other}, {"fear", animo.Other}, {"contempt", animo.Other},
		{"unknown", ""}, {"not_a_face", ""},
	}
	var list []labelled
	for i, row := range rows {
		f := labelled{pixels: pixels[48*48*i:][:48*48], label: labelOf(b, row["label"])}
		all := 0
		counts := make([]int, len(votes))
		for k, v := range votes {
			n, err := strconv.Atoi(row[v.column])
			if err != nil {
				b.Fatal(err)
			}
			counts[k] = n
			all += n
		}
		for k, n := range counts {
			if 2*n > all && row["votes_known"] == "1" {
				f.voted = votes[k].mood
			}
		}
		list = append(list, f)
	}
	return list
}

func labelOf(b *testing.B, name string) Expression {
	b.Helper()
	e, ok := map[string]Expression{
		"neutral": Calm, "happy": Happy, "happiness": Happy, "sad": Sad, "sadness": Sad, "angry": Angry, "anger": Angry,
		"fear": Fear, "disgust": Disgusted, "surprise": Surprised,
	}[name]
	if !ok {
		b.Fatalf("no emotion is called %q", name)
	}
	return e
}

// csvRows reads a CSV file by the names of its columns.
func csvRows(b *testing.B, data []byte) []map[string]string {
	b.Helper()
	records, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(records) == 0 {
		b.Fatal(err, len(records))
	}
	var rows []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = r[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func must(b *testing.B) func([]byte, error) []byte {
	return func(data []byte, err error) []byte {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
		return data
	}
}

// labelledPress reads the press photos whose label is one of the seven.
func labelledPress(b *testing.B) ([]Image, []labelled) {
	b.Helper()
	file, err := os.Open(sharedtest.Path(b, "data", "emotions", "press.tar"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	photos := map[string][]byte{}
	var rows []map[string]string
	for r := tar.NewReader(file); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
		data := must(b)(io.ReadAll(r))
		if h.Name == "labels.csv" {
			rows = csvRows(b, data)
		} else {
			photos[path.Base(h.Name)] = data
		}
	}
	rows = slices.DeleteFunc(rows, func(r map[string]string) bool { return r["emotion"] == "contempt" || photos[r["image"]] == nil })
	var images []Image
	var faces []labelled
	for _, r := range thinned(rows, 1) {
		src, err := jpeg.Decode(bytes.NewReader(photos[r["image"]]))
		if err != nil {
			b.Fatalf("%s: %v", r["image"], err)
		}
		images, faces = append(images, fromImage(src)), append(faces, labelled{label: labelOf(b, r["emotion"])})
	}
	return images, faces
}

// tally counts what is said of faces.
type tally struct {
	said  []Expressions
	faces []labelled
	all   int // with those in which no face was found; 0 where nothing is looked for
}

func (t *tally) add(p Expressions, f labelled) {
	t.said, t.faces = append(t.said, p), append(t.faces, f)
}

// ofPipeline analyses pictures of one face each.
func ofPipeline(b *testing.B, images []Image, faces []labelled) *tally {
	b.Helper()
	t := &tally{all: len(images)}
	for i, found := range analysed(b, newEngine(b, Options{Attributes: WithExpressions}), images) {
		if len(found) > 0 {
			t.add(found[0].Expressions, faces[i])
		}
	}
	return t
}

// report gives: seven, the share of faces whose most probable expression is the label; moods, the same of the four moods;
// moods50, moods40 and moods30, that of the moods where a face of a mood less probable than that is OTHER;
// recall, the mean over the labels of the share that is found; ece, of the most probable expression, in 15 bins; voted-moods, the
// share of moods that agree with the majority of the FER+ raters, of the faces that have one.
func (t *tally) report(b *testing.B) {
	b.Helper()
	var right, moods, majority, voted int
	sureMoods := make([]int, len(leastMoods))
	var of, hit [len(Expressions{})]int
	const bins = 15
	var gap [bins]float64 // the sum of probabilities less the number of hits
	for i, p := range t.said {
		f := t.faces[i]
		top, sure := p.Top()
		mood, sum := p.Mood()
		for k, l := range leastMoods {
			if sum >= l && mood == f.label.Mood() || sum < l && f.label.Mood() == animo.Other {
				sureMoods[k]++
			}
		}
		of[f.label]++
		bin := min(int(sure*bins), bins-1)
		gap[bin] += sure
		if top == f.label {
			right++
			hit[f.label]++
			gap[bin]--
		}
		if mood == f.label.Mood() {
			moods++
		}
		if f.voted != "" {
			majority++
			if mood == f.voted {
				voted++
			}
		}
	}
	n := len(t.said)
	recall, labels, ece := 0.0, 0, 0.0
	for i, k := range of {
		if k > 0 {
			labels++
			recall += percent(hit[i], k)
			b.ReportMetric(percent(hit[i], k), "recall-"+Expression(i).String()+"-%")
		}
	}
	for _, g := range gap {
		ece += math.Abs(g) / float64(n)
	}
	b.ReportMetric(float64(n), "faces")
	b.ReportMetric(percent(right, n), "seven-%")
	b.ReportMetric(percent(moods, n), "moods-%")
	for k, l := range leastMoods {
		b.ReportMetric(percent(sureMoods[k], n), fmt.Sprintf("moods%.0f-%%", 100*l))
	}
	b.ReportMetric(recall/float64(max(labels, 1)), "recall-%")
	b.ReportMetric(ece, "ece")
	if majority > 0 {
		b.ReportMetric(percent(voted, majority), "voted-moods-%")
	}
	if t.all > 0 {
		b.ReportMetric(percent(n, t.all), "found-%")
	}
	b.ReportMetric(0, "ns/op")
}

// somePortraits reads every nth portrait of faces_lfw, enlarged to 500 pixels.
func somePortraits(b *testing.B, n int) []Image {
	b.Helper()
	folder := sharedtest.Path(b, "data", "faces_lfw")
	var images []Image
	for i, name := range listJPEGs(b, folder) {
		if i%n == 0 {
			img := plainJPEG(b, filepath.Join(folder, name))
			images = append(images, scaledBy(img, 500/float64(img.W)))
		}
	}
	return images
}

// greyImage makes a square picture of shades of grey.
func greyImage(pixels []uint8, side int) Image {
	img := NewImage(side, side)
	for i, v := range pixels {
		img.Pix[3*i], img.Pix[3*i+1], img.Pix[3*i+2] = v, v, v
	}
	return img
}

// drawn makes a picture of w×h pixels, each of which shows the place of src that at gives for its middle; black lies outside
// of src. Values are bilinear, and averages where src is finer.
func drawn(src Image, w, h int, finer float64, at func(x, y float64) (float64, float64)) Image {
	dst := NewImage(w, h)
	n := max(1, int(math.Ceil(finer-0.01)))
	pixel := func(x, y, c int) float64 {
		if x < 0 || y < 0 || x >= src.W || y >= src.H {
			return 0
		}
		return float64(src.Pix[3*(y*src.W+x)+c])
	}
	for i := range w * h {
		var sum [3]float64
		for k := range n * n {
			x, y := at(float64(i%w)+(float64(k%n)+0.5)/float64(n), float64(i/w)+(float64(k/n)+0.5)/float64(n))
			x, y = x-0.5, y-0.5
			ix, iy := int(math.Floor(x)), int(math.Floor(y))
			px, py := x-float64(ix), y-float64(iy)
			for c := range sum {
				sum[c] += (pixel(ix, iy, c)*(1-px)+pixel(ix+1, iy, c)*px)*(1-py) + (pixel(ix, iy+1, c)*(1-px)+pixel(ix+1, iy+1, c)*px)*py
			}
		}
		for c, v := range sum {
			dst.Pix[3*i+c] = uint8(v/float64(n*n) + 0.5)
		}
	}
	return dst
}

// scaledBy changes the size of a picture.
func scaledBy(img Image, scale float64) Image {
	w, h := max(1, int(math.Round(float64(img.W)*scale))), max(1, int(math.Round(float64(img.H)*scale)))
	sx, sy := float64(img.W)/float64(w), float64(img.H)/float64(h)
	return drawn(img, w, h, max(sx, 1), func(x, y float64) (float64, float64) {
		return min(max(x*sx, 0.5), float64(img.W)-0.5), min(max(y*sy, 0.5), float64(img.H)-0.5)
	})
}

// leaningBy turns a picture by an angle in degrees; it grows so that all of it can be seen.
func leaningBy(img Image, angle float64) Image {
	sin, cos := math.Sincos(angle * math.Pi / 180)
	w, h := float64(img.W), float64(img.H)
	tw, th := math.Abs(cos)*w+math.Abs(sin)*h, math.Abs(sin)*w+math.Abs(cos)*h
	return drawn(img, int(math.Round(tw)), int(math.Round(th)), 1, func(x, y float64) (float64, float64) {
		x, y = x-tw/2, y-th/2
		return x*cos + y*sin + w/2, y*cos - x*sin + h/2
	})
}

// framed enlarges a picture and puts a border of its mean colour round it.
func framed(img Image, times float64, border int) Image {
	large := scaledBy(img, times)
	sum := 0
	for _, v := range img.Pix {
		sum += int(v)
	}
	mean := uint8(sum / len(img.Pix))
	dst := NewImage(large.W+2*border, large.H+2*border)
	for i := range dst.Pix {
		dst.Pix[i] = mean
	}
	for y := range large.H {
		copy(dst.Pix[3*((y+border)*dst.W+border):], large.Pix[3*y*large.W:][:3*large.W])
	}
	return dst
}

// painted paints over the lower half of a face.
func painted(img Image, face Rect, colour [3]uint8) Image {
	dst := Image{img.W, img.H, slices.Clone(img.Pix)}
	for y := max(0, int(face.Y+face.H/2)); y < min(img.H, int(face.Y+face.H)); y++ {
		for x := max(0, int(face.X)); x < min(img.W, int(face.X+face.W)); x++ {
			copy(dst.Pix[3*(y*img.W+x):], colour[:])
		}
	}
	return dst
}

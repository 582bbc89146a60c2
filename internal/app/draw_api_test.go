package app_test

import (
	"math"
	"strings"
	"testing"

	root "animo"
	"animo/text"
)

func TestAPI_report_has_what_is_drawn_of_each_fold_and_of_all(t *testing.T) {
	a := start(t, settings(t))
	done := a.upload("r.txt", "?trainer=nb&folds=4", reviews(t))
	for _, path := range []string{"/v1/training/r.txt", "/v1/models/r.txt/versions/" + done.Version} {
		var v struct{ Report text.Report }
		a.do("GET", path, "").into(t, &v)
		r := v.Report
		if len(r.Folds) != 4 {
			t.Fatalf("%s: %d folds, want 4", path, len(r.Folds))
		}
		var all text.Confusion
		rows := 0
		for i, f := range r.Folds {
			c := f.Confusion
			if n := c.PositivePositive + c.PositiveNegative + c.NegativePositive + c.NegativeNegative; n == 0 || n != f.Rows {
				t.Errorf("%s: fold %d has %d rows, its confusion %d", path, i, f.Rows, n)
			}
			for _, m := range []struct {
				name  string
				got   float64
				of, n int
			}{
				{"accuracy", f.Accuracy, c.PositivePositive + c.NegativeNegative, f.Rows},
				{"precision", f.Precision, c.PositivePositive, c.PositivePositive + c.NegativePositive},
				{"recall", f.Recall, c.PositivePositive, c.PositivePositive + c.PositiveNegative},
				{"F1", f.F1, 2 * c.PositivePositive, 2*c.PositivePositive + c.NegativePositive + c.PositiveNegative},
			} {
				if want := float64(m.of) / float64(m.n); math.Abs(m.got-want) > 1e-12 {
					t.Errorf("%s: fold %d: %s %v, by its confusion %v", path, i, m.name, m.got, want)
				}
			}
			rows += f.Rows
			all.PositivePositive += c.PositivePositive
			all.PositiveNegative += c.PositiveNegative
			all.NegativePositive += c.NegativePositive
			all.NegativeNegative += c.NegativeNegative
		}
		if rows != r.Rows || all != r.Confusion {
			t.Errorf("%s: the folds have %d rows and %+v; all have %d and %+v", path, rows, all, r.Rows, r.Confusion)
		}
	}
}

func TestPhotos_one_photo_alone_shows_its_faces_landmarks(t *testing.T) {
	a := start(t, settings(t))
	id := a.photo("a.jpg", "", sample(t, 1)).ID
	var p struct{ Faces []root.Face }
	a.do("GET", "/v1/photos/"+id, "").into(t, &p)
	if len(p.Faces) == 0 {
		t.Fatal("no face")
	}
	for _, f := range p.Faces {
		if len(f.Landmarks) != 68 {
			t.Fatalf("%d landmarks, want 68", len(f.Landmarks))
		}
		b := f.Box
		for i, at := range f.Landmarks {
			if at[0] < b.Left-b.Width/2 || at[0] > b.Left+1.5*b.Width || at[1] < b.Top-b.Height/2 || at[1] > b.Top+1.5*b.Height {
				t.Errorf("point %d, %v, is far from its face %+v", i, at, b)
			}
		}
		if chin, nose, brow := f.Landmarks[8][1], f.Landmarks[30][1], f.Landmarks[19][1]; !(brow < nose && nose < chin) {
			t.Errorf("brow %v, nose %v, chin %v from above", brow, nose, chin)
		}
	}
	for _, path := range []string{"/v1/photos", "/v1/moods", "/v1/moods/export?format=jsonl"} {
		if r := a.do("GET", path, ""); !strings.Contains(r.body, id) || strings.Contains(r.body, "landmarks") {
			t.Errorf("%s: %s", path, r.body)
		}
	}
}

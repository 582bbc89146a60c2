package text

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"animo"
)

// raceOn has the trainers race on rows, however few they are.
func raceOn(t *testing.T, rows []animo.Opinion, workers int, tell func(Progress)) (*Model, *Report) {
	t.Helper()
	c := &corpus{}
	for _, o := range rows {
		c.add(o)
	}
	fold, folds, err := foldsOf(c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, r, err := (&training{corpus: c, fold: fold, folds: folds, workers: workers, tell: tell}).trainRace(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m, r
}

func TestRace_takes_the_lexicon_for_opinions_on_any_number_of_cores(t *testing.T) {
	rows := reportRows(t, "DB_proyecto_SA")
	var last Progress
	tried := 0
	m, r := raceOn(t, rows, 1, func(p Progress) {
		if p.Stage == "choosing" {
			tried = max(tried, p.Done)
			if p.Done > p.Total {
				t.Errorf("%d of %d tried", p.Done, p.Total)
			}
		}
		last = p
	})
	if !strings.HasPrefix(r.Chosen, "lex") || r.Trainer != Auto || r.Accuracy.Mean < 0.94 || r.Rows != len(rows) {
		t.Errorf("chose %s for %s, %.4f of %d rows right", r.Chosen, r.Trainer, r.Accuracy.Mean, r.Rows)
	}
	if tried != 26 || last.Stage != "fitting" { // two races of seven, four and two trainers
		t.Errorf("%d were tried, the last stage was %s", tried, last.Stage)
	}
	t.Log(r.Why)
	m2, r2 := raceOn(t, rows, 2, func(Progress) {})
	v, n, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	v2, n2, err := m2.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(v, v2) || !bytes.Equal(n, n2) || r.Why != r2.Why || !slices.Equal(r.Judged, r2.Judged) {
		t.Error("two workers make another model than one")
	}
}

func TestRace_of_one_half_of_the_folds_sees_no_label_of_the_other(t *testing.T) {
	rows := reportRows(t, "Ingesta11")
	c := &corpus{}
	for _, o := range rows {
		c.add(o)
	}
	fold, folds, err := foldsOf(c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	of, err := trainersNamed(raceCandidates)
	if err != nil {
		t.Fatal(err)
	}
	tr := &training{corpus: c, fold: fold, folds: folds, workers: 2, tell: func(Progress) {}}
	before, story, err := tr.race(t.Context(), of, 0, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range fold {
		if k%2 == 1 {
			c.labels[i] = 1 - c.labels[i]
		}
	}
	after, story2, err := tr.race(t.Context(), of, 0, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if before != after || story != story2 {
		t.Errorf("labels of odd folds changed the race of even ones: %s, then %s", story, story2)
	}
}

package opinions

import (
	"context"
	"encoding/csv"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"animo"
	"animo/internal/sharedtest"
	"animo/text"
)

// restaurants reads reviews with other than three stars.
func restaurants(t *testing.T) (all []animo.Opinion) {
	t.Helper()
	file, err := os.Open(sharedtest.Path(t, "data", "opinions", "cuba_restaurants.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		if label := animo.Label(0); r[2] != "3" {
			if r[2] > "3" {
				label = animo.Positive
			}
			all = append(all, animo.Opinion{Text: r[0] + ". " + r[1], Label: label})
		}
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// hotels reads the report's file.
func hotels(t *testing.T) (all []animo.Opinion) {
	t.Helper()
	b, err := os.ReadFile(sharedtest.Path(t, "data", "opinions", "DB_proyecto_SA.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		said, label, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if ok {
			all = append(all, animo.Opinion{Text: said, Label: animo.Label(label[0] - '0')})
		}
	}
	return all
}

// draw takes so many rows of either label from the front of a list, where they are wanted; rest are the others.
func draw(from []animo.Opinion, negative, positive int, wanted func(animo.Opinion) bool) (taken, rest []animo.Opinion) {
	left := [2]int{animo.Negative: negative, animo.Positive: positive}
	for _, o := range from {
		if left[o.Label] > 0 && wanted(o) {
			left[o.Label]--
			taken = append(taken, o)
		} else {
			rest = append(rest, o)
		}
	}
	return taken, rest
}

func everything(animo.Opinion) bool { return true }

// taught trains a model.
func taught(t *testing.T, rows []animo.Opinion) (*text.Model, []text.Judged) {
	t.Helper()
	m, r, err := text.Train(t.Context(), func(context.Context) iter.Seq2[animo.Opinion, error] {
		return func(yield func(animo.Opinion, error) bool) {
			for _, o := range rows {
				if !yield(o, nil) {
					return
				}
			}
		}
	}, text.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m, r.Judged
}

// replay asks a model about texts and returns what it answered, and how often it was right.
func replay(m *text.Model, rows []animo.Opinion) (u Usage, right float64) {
	for _, o := range rows {
		said := m.Classify(o.Text)
		u.add(said, func(int) bool { return false })
		if said[0].Label == o.Label {
			right++
		}
	}
	return u, right / float64(len(rows))
}

func TestEstimate_is_near_the_truth_on_streams_with_other_labels_and_words(t *testing.T) {
	rows, rest := draw(restaurants(t), 230, 690, everything)
	m, judged := taught(t, rows)
	worst := 0.0
	for name, wanted := range map[string]func(animo.Opinion) bool{
		"all":   everything,
		"short": func(o animo.Opinion) bool { return len(strings.Fields(o.Text)) <= 40 },
		"meals": func(o animo.Opinion) bool { return strings.Contains(o.Text, "comida") },
		"typos": everything,
	} {
		for _, share := range []float64{0.05, 0.1, 0.15, 0.2, 0.25} {
			complaints, praise := draw(rest, 200, 0, wanted) // which are rare
			stream, _ := draw(praise, 0, int(float64(len(complaints))*(1-share)/share), wanted)
			stream = append(stream, complaints...)
			if name == "typos" { // in every tenth word
				for i, o := range stream {
					words := strings.Fields(o.Text)
					for j := range words {
						if text.HashOf(words[j])%10 == 0 {
							words[j] = "x" + words[j]
						}
					}
					stream[i].Text = strings.Join(words, " ")
				}
			}
			asked, truth := replay(m, stream)
			e := estimate(judged, asked)
			off := 100 * (e.Accuracy.Value - truth)
			worst = max(worst, math.Abs(off))
			t.Logf("%-6s %2.0f of 100 of %d negative: right %.1f, estimated %.1f (%.1f to %.1f); negative %.1f", name, 100*share, len(stream), 100*truth, 100*e.Accuracy.Value, 100*e.Accuracy.Low, 100*e.Accuracy.High, 100*e.Negative)
			if e.Unknown != nil {
				t.Errorf("%s, %.2f negative: %s", name, share, e.Unknown.EN)
			}
		}
	}
	if worst > 2 {
		t.Errorf("it is off by up to %.1f points, want at most 2", worst)
	}
}

func TestEstimate_of_another_domain_is_near_or_is_not_given(t *testing.T) {
	about := map[string][]animo.Opinion{"restaurants": restaurants(t), "hotels": hotels(t)}
	seldom, _ := draw(about["restaurants"], 120, 3880, everything)
	third, rest := draw(about["restaurants"], 230, 690, everything)
	about["restaurants"] = rest
	for _, c := range []struct {
		name   string
		learns []animo.Opinion
		asked  string
		known  bool
	}{
		{"hotels", about["hotels"], "restaurants", true},
		{"restaurants", third, "hotels", false},
		{"restaurants, few complaints", seldom, "hotels", false},
	} {
		m, judged := taught(t, c.learns)
		asked, truth := replay(m, about[c.asked])
		e := estimate(judged, asked)
		t.Logf("%s asked about %s: right %.3f, estimated %.3f; %v", c.name, c.asked, truth, e.Accuracy.Value, e.Unknown)
		if known := e.Unknown == nil; known != c.known || known && math.Abs(e.Accuracy.Value-truth) > 0.05 {
			t.Errorf("%s asked about %s: right %.3f, estimated %.3f; %v", c.name, c.asked, truth, e.Accuracy.Value, e.Unknown)
		}
	}
}

func TestEstimate_says_why_it_cannot_tell(t *testing.T) {
	rows := func(negative, positive int) (list []text.Judged) {
		for i := range negative + positive {
			j := text.Judged{Odds: -2}
			if i >= negative {
				j = text.Judged{Odds: 2, Label: animo.Positive, Said: animo.Positive}
			}
			list = append(list, j)
		}
		return list
	}
	asked := Usage{Texts: 1000, Negative: 300}
	asked.Scores[1], asked.Scores[8] = 300, 700
	if e := estimate(rows(200, 200), asked); e.Unknown != nil || e.Accuracy.Value < 0.99 || math.Abs(e.Negative-0.3) > 0.01 {
		t.Errorf("%+v", e)
	}
	few := asked
	few.Texts = estimateTexts - 1
	odd := Usage{Texts: 1000}
	odd.Scores[4], odd.Scores[5] = 500, 500
	for want, e := range map[animo.Code][]Estimate{
		animo.NotFound:   {estimate(nil, asked)},
		animo.TooFewRows: {estimate(rows(99, 500), asked), estimate(rows(200, 200), few)},
		animo.Unlike:     {estimate(rows(200, 200), odd)},
	} {
		if i := slices.IndexFunc(e, func(e Estimate) bool { return e.Unknown == nil || e.Unknown.Code != want || e.Accuracy.Value != 0 }); i >= 0 {
			t.Errorf("want %s: %+v", want, e[i])
		}
	}
}

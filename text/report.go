package text

import (
	"math"

	"animo"
)

// newReport fills in what the held-out scores of all rows say. held gives them, each by a model that had not seen the row's
// fold, as far as they concern the measure of fold k. A fold's threshold is chosen by the rows of the others.
func newReport(t *training, m *Model, held func(k int) []float64) *Report {
	folds := make([]Confusion, t.folds)
	judged := make([]Judged, t.rows())
	for k := range folds {
		scores := held(k)
		threshold := t.goal.threshold(outside(scores, t.fold, k), outside(t.labels, t.fold, k))
		for i, s := range scores {
			if t.fold[i] != k {
				continue
			}
			judged[i] = judge(t.texts[i], t.labels[i], s, threshold, m.slope)
			folds[k].count(t.labels[i] == 1, judged[i].Said == animo.Positive)
		}
	}
	r := reportOf(folds)
	r.Rows, r.Positive, r.Seed, r.Language = t.rows(), t.positive, t.seed, m.language()
	r.measure(judged, t.goal, m)
	r.Warnings = append(r.Warnings, t.rowWarnings()...)
	return r
}

// outside returns what belongs to rows outside fold k.
func outside[T any](of []T, fold []int, k int) []T {
	out := make([]T, 0, len(of))
	for i, v := range of {
		if fold[i] != k {
			out = append(out, v)
		}
	}
	return out
}

func judge(text string, label uint8, score, threshold, slope float64) Judged {
	j := Judged{Text: hashBytes(text), Odds: float32(slope * score), Label: animo.Label(label)}
	if score >= threshold {
		j.Said = animo.Positive
	}
	return j
}

// measure fills in the figures of judged rows, and what they mean.
func (r *Report) measure(judged []Judged, g goal, m *Model) {
	r.Judged = judged
	r.Figures = figuresOf(judged, g, sigmoid(-m.threshold))
	v := r.Figures.Verdict()
	r.Verdict = &v
	r.Warnings = balanceWarnings(r.Rows, r.Positive, g)
}

// reportOf fills in what the folds' confusions say.
func reportOf(folds []Confusion) *Report {
	r := &Report{}
	var accuracy, precision, recall, f1 []float64
	for _, c := range folds {
		f := c.scores()
		r.Folds = append(r.Folds, f)
		r.Confusion.add(c)
		accuracy = append(accuracy, f.Accuracy)
		precision = append(precision, f.Precision)
		recall = append(recall, f.Recall)
		f1 = append(f1, f.F1)
	}
	r.Accuracy, r.Precision, r.Recall, r.F1 = statOf(accuracy), statOf(precision), statOf(recall), statOf(f1)
	return r
}

func (c *Confusion) count(positive, predicted bool) { c.countRows(positive, predicted, 1) }

func (c *Confusion) countRows(positive, predicted bool, rows int) {
	switch {
	case positive && predicted:
		c.PositivePositive += rows
	case positive:
		c.PositiveNegative += rows
	case predicted:
		c.NegativePositive += rows
	default:
		c.NegativeNegative += rows
	}
}

func (c *Confusion) add(o Confusion) {
	c.PositivePositive += o.PositivePositive
	c.PositiveNegative += o.PositiveNegative
	c.NegativePositive += o.NegativePositive
	c.NegativeNegative += o.NegativeNegative
}

func (c Confusion) scores() Scores {
	rows := c.PositivePositive + c.PositiveNegative + c.NegativePositive + c.NegativeNegative
	return Scores{
		Rows:      rows,
		Accuracy:  ratio(c.PositivePositive+c.NegativeNegative, rows),
		Precision: ratio(c.PositivePositive, c.PositivePositive+c.NegativePositive),
		Recall:    ratio(c.PositivePositive, c.PositivePositive+c.PositiveNegative),
		F1:        ratio(2*c.PositivePositive, 2*c.PositivePositive+c.NegativePositive+c.PositiveNegative),
		Confusion: c,
	}
}

// ratio is a of b, or 0 where b is nothing.
func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

func statOf(x []float64) Stat {
	var s Stat
	for _, v := range x {
		s.Mean += v
	}
	s.Mean /= float64(len(x))
	for _, v := range x {
		s.Std += (v - s.Mean) * (v - s.Mean)
	}
	s.Std = math.Sqrt(s.Std / float64(len(x)))
	return s
}

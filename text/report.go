package text

import (
	"math"
)

// newReport fills in what the held-out scores of all rows say.
func newReport(t *training, scores []float64) *Report {
	folds := make([]Confusion, t.folds)
	for i, s := range scores {
		folds[t.fold[i]].count(t.labels[i] == 1, s >= 0)
	}
	r := reportOf(folds)
	r.Rows, r.Positive, r.Seed = t.rows(), t.positive, t.seed
	return r
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

func (c *Confusion) count(positive, predicted bool) {
	switch {
	case positive && predicted:
		c.PositivePositive++
	case positive:
		c.PositiveNegative++
	case predicted:
		c.NegativePositive++
	default:
		c.NegativeNegative++
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

package text

import (
	"math"
	"slices"

	"animo"
)

// Rate is a share, with the interval that holds the true one in 95 of 100 cases.
type Rate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// LabelFigures are how well one label is found.
type LabelFigures struct {
	Label     string  `json:"label" enum:"Positivo,Negativo"`
	Support   int     `json:"support"`   // rows that carry the label
	Precision Rate    `json:"precision"` // of the rows that are called so, those that are. Wilson's interval, as recall's
	Recall    Rate    `json:"recall"`    // of the rows with this label, those that are called so
	F1        Rate    `json:"f1"`        // the harmonic mean of the two. Interval by bootstrap
	PRArea    float64 `json:"pr_area"`   // area under the curve of precision over recall (average precision), whatever the threshold
}

// Bin is some rows of which about the same was said.
type Bin struct {
	Rows int     `json:"rows"`
	Said float64 `json:"said"` // the mean probability of Positivo that was given
	Is   float64 `json:"is"`   // the share of them that is Positivo
}

// Figures are what predictions of unseen rows say of a model, all folds together. Shares that are counted have Wilson's
// interval (Wilson, JASA 22, 1927), those of several counts one by bootstrap, the area under the ROC curve that of Hanley and
// McNeil (Radiology 143, 1982).
type Figures struct {
	Rows      int            `json:"rows"` // that were measured: of a long file the first ones
	Accuracy  Rate           `json:"accuracy"`
	Majority  float64        `json:"majority"` // the accuracy of calling everything by the more frequent label
	Balanced  Rate           `json:"balanced"` // balanced accuracy, the mean of the labels' recalls; 0.5 is what guessing has
	MacroF1   Rate           `json:"macro_f1"` // the mean of the labels' F1
	Labels    []LabelFigures `json:"labels"`
	ROCArea   Rate           `json:"roc_area"`       // how probable it is that of two rows the positive one has the higher probability
	ECE       float64        `json:"ece"`            // expected calibration error: by how much the probabilities are off on average, in 10 bins
	LogLoss   float64        `json:"log_loss"`       // the mean of -ln(the probability given to the true label)
	Bins      []Bin          `json:"bins"`           // for a reliability plot; those with rows, from improbable to probable
	Goal      string         `json:"goal,omitempty"` // what the threshold was chosen for; none is the likelier label
	Threshold float64        `json:"threshold"`      // the probability of Negativo from which on a text is called so
}

// bins is how many the probabilities are cut into.
const bins = 10

// figuresOf measures rows; there must be some. They are called Negativo from a probability of threshold on.
func figuresOf(rows []Judged, g goal, threshold float64) *Figures {
	f := &Figures{Rows: len(rows), Goal: g.name, Threshold: threshold}
	var c Confusion
	for i := range rows {
		c.count(rows[i].Label == animo.Positive, rows[i].Said == animo.Positive)
	}
	positive := c.PositivePositive + c.PositiveNegative
	f.Accuracy = wilson(c.PositivePositive+c.NegativeNegative, len(rows))
	f.Majority = ratio(max(positive, len(rows)-positive), len(rows))
	balanced, macro, f1 := c.intervals()
	f.Balanced, f.MacroF1 = balanced, macro
	order := make([]int, len(rows)) // the most positive first
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if x, y := rows[a].Odds, rows[b].Odds; x != y {
			return cmpDown(float64(x), float64(y))
		}
		return a - b
	})
	for _, l := range []animo.Label{animo.Positive, animo.Negative} {
		m := c
		if l == animo.Negative {
			m = c.flipped()
			slices.Reverse(order)
		}
		f.Labels = append(f.Labels, LabelFigures{
			Label: l.String(), Support: m.PositivePositive + m.PositiveNegative,
			Precision: wilson(m.PositivePositive, m.PositivePositive+m.NegativePositive),
			Recall:    wilson(m.PositivePositive, m.PositivePositive+m.PositiveNegative),
			F1:        f1[l], PRArea: averagePrecision(rows, order, l),
		})
	}
	f.ROCArea = rocArea(rows, order)
	f.calibration(rows)
	return f
}

// Of returns the figures of other rows, those of one model with the same goal; nil where there are none.
func (f *Figures) Of(rows []Judged) *Figures {
	g, err := parseGoal(f.Goal)
	if len(rows) == 0 || err != nil {
		return nil
	}
	return figuresOf(rows, g, f.Threshold)
}

// wilson is a share of n with its interval by animo.Wilson.
func wilson(k, n int) (r Rate) {
	r.Low, r.High = animo.Wilson(k, n)
	if n > 0 {
		r.Value = float64(k) / float64(n)
	}
	return r
}

// intervals returns balanced accuracy, macro-F1 and each label's F1, with intervals by bootstrap.
func (c Confusion) intervals() (balanced, macro Rate, f1 [2]Rate) {
	measure := func(c Confusion) [4]float64 {
		n, p := c.flipped().scores().F1, c.scores().F1
		return [4]float64{c.balanced(), (n + p) / 2, n, p}
	}
	var drawn [4][]float64
	draw := newDraws()
	for range draws {
		m := Confusion{draw.poisson(c.PositivePositive), draw.poisson(c.PositiveNegative), draw.poisson(c.NegativePositive), draw.poisson(c.NegativeNegative)}
		for i, v := range measure(m) {
			drawn[i] = append(drawn[i], v)
		}
	}
	for i, to := range []*Rate{&balanced, &macro, &f1[0], &f1[1]} {
		to.Value = measure(c)[i]
		to.Low, to.High = middle(drawn[i])
	}
	return balanced, macro, f1
}

// balanced is the mean of the labels' recalls.
func (c Confusion) balanced() float64 { return (c.scores().Recall + c.flipped().scores().Recall) / 2 }

// flipped is the confusion with Negativo as the positive class.
func (c Confusion) flipped() Confusion {
	return Confusion{PositivePositive: c.NegativeNegative, PositiveNegative: c.NegativePositive, NegativePositive: c.PositiveNegative, NegativeNegative: c.PositivePositive}
}

// averagePrecision is the area under the curve of precision over recall of a label, whose likeliest rows come first in
// order. Rows of which the same was said count together.
func averagePrecision(rows []Judged, order []int, l animo.Label) float64 {
	sum, found, before := 0.0, 0, 0
	for k, i := range order {
		if rows[i].Label == l {
			found++
		}
		if k+1 < len(order) && rows[order[k+1]].Odds == rows[i].Odds {
			continue
		}
		sum += float64(found-before) * float64(found) / float64(k+1)
		before = found
	}
	if found == 0 {
		return 0
	}
	return sum / float64(found)
}

// rocArea is the area under the ROC curve, by ranks, order beginning with the most negative row.
func rocArea(rows []Judged, order []int) Rate {
	ranks, positive := 0.0, 0
	for k := 0; k < len(order); {
		end, here := k, 0
		for ; end < len(order) && rows[order[end]].Odds == rows[order[k]].Odds; end++ {
			here += int(rows[order[end]].Label)
		}
		ranks += float64(here) * float64(k+1+end) / 2
		positive += here
		k = end
	}
	m, n := float64(positive), float64(len(rows)-positive)
	if m == 0 || n == 0 {
		return Rate{0.5, 0, 1}
	}
	a := (ranks - m*(m+1)/2) / (m * n)
	q1, q2 := a/(2-a), 2*a*a/(1+a)
	half := animo.Normal95 * math.Sqrt(max(0, a*(1-a)+(m-1)*(q1-a*a)+(n-1)*(q2-a*a))/(m*n))
	return Rate{a, max(0, a-half), min(1, a+half)}
}

// calibration fills in how far the probabilities can be believed.
func (f *Figures) calibration(rows []Judged) {
	var all [bins]Bin
	for i := range rows {
		p := rows[i].probability(animo.Positive)
		b := &all[min(int(p*bins), bins-1)]
		b.Rows++
		b.Said += p
		b.Is += float64(rows[i].Label)
		f.LogLoss -= math.Log(max(rows[i].probability(rows[i].Label), 1e-15))
	}
	f.LogLoss /= float64(len(rows))
	for _, b := range all {
		if b.Rows == 0 {
			continue
		}
		f.ECE += math.Abs(b.Said-b.Is) / float64(len(rows))
		b.Said /= float64(b.Rows)
		b.Is /= float64(b.Rows)
		f.Bins = append(f.Bins, b)
	}
}

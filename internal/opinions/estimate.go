package opinions

import (
	"math"

	"animo"
	"animo/text"
)

// Estimate is how often a version is likely to be right about texts that nobody has judged.
type Estimate struct {
	Texts    int           `json:"texts"`             // that it is said of
	Accuracy text.Rate     `json:"accuracy"`          // with an interval of 95 % for the rows that it is learned from
	Negative float64       `json:"negative"`          // the share of texts that are likely to be negative, whatever the version calls them
	Unknown  *animo.Reason `json:"unknown,omitempty"` // why it cannot be told; then the others mean nothing
}

// When an estimate is given. The limit of the index is the usual one for a population that is another one (Siddiqi, Credit Risk Scorecards, 2006).
const (
	estimateRows  = 100  // rows of either label that the version was measured on, at least
	estimateTexts = 200  // texts, at least
	estimatePSI   = 0.2  // population stability index between what was answered and what any share of negative texts would explain, at most
	estimateSteps = 1000 // of the search for that share, at most
)

// rated is what a version said of the rows of a label that it was measured on and had not learned from.
type rated struct {
	rows        float64
	bins, right [ScoreBins]float64 // shares of the rows, by the probability of Positivo, and of these those that it was right about
}

func rate(judged []text.Judged) (by [2]rated) {
	const least = 0.01 // rows in a bin, so that none is impossible
	for _, j := range judged {
		bin := scoreBin(1 / (1 + math.Exp(-float64(j.Odds))))
		r := &by[j.Label]
		r.rows++
		r.bins[bin]++
		if j.Said == j.Label {
			r.right[bin]++
		}
	}
	for l := range by {
		r := &by[l]
		for bin := range r.bins {
			r.bins[bin] = (r.bins[bin] + least) / (r.rows + least*ScoreBins)
			r.right[bin] = (r.right[bin] + least/2) / (r.rows + least*ScoreBins)
		}
	}
	return by
}

// estimate says how often a version was right about what it was asked, by the probabilities that it gave. It assumes that a text of either label
// gets the probabilities that such rows got when the version was measured, so that only the shares of the labels are others; it finds these
// shares by expectation maximization (Saerens, Latinne and Decaestecker, Neural Computation 14, 2002) and says that it cannot tell where none explains
// what was answered.
func estimate(judged []text.Judged, asked Usage) (e Estimate) {
	e.Texts = asked.Texts
	by := rate(judged)
	negative, positive := &by[animo.Negative], &by[animo.Positive]
	switch {
	case len(judged) == 0:
		e.cannot(animo.NotFound, "it is not known how this version was measured: it came as a file, or from an earlier release", "no se sabe cómo se midió esta versión: llegó como archivo o es de una edición anterior")
		return e
	case min(negative.rows, positive.rows) < estimateRows:
		e.cannot(animo.TooFewRows, "it was measured on fewer than %d rows of a label; train it with more", "se midió con menos de %d filas de una etiqueta; entrénelo con más", estimateRows)
		return e
	case asked.Texts < estimateTexts:
		e.cannot(animo.TooFewRows, "it was asked about %d texts; from %d on there is an estimate", "se le preguntó por %d textos; hay una estimación a partir de %d", asked.Texts, estimateTexts)
		return e
	}
	n := float64(asked.Texts)
	share := 0.5
	for range estimateSteps {
		sum := 0.0
		for bin, texts := range asked.Scores {
			sum += float64(texts) / n * share * negative.bins[bin] / (share*negative.bins[bin] + (1-share)*positive.bins[bin])
		}
		moved := math.Abs(sum - share)
		if share = sum; moved < 1e-6 {
			break
		}
	}
	var explained Usage
	explained.Texts = asked.Texts
	for bin, texts := range asked.Scores {
		expected := share*negative.bins[bin] + (1-share)*positive.bins[bin]
		e.Accuracy.Value += float64(texts) / n * (share*negative.right[bin] + (1-share)*positive.right[bin]) / expected
		explained.Scores[bin] = int(math.Round(n * expected))
	}
	if index := psi(explained, asked); index > estimatePSI {
		e.cannot(animo.Unlike, "these texts are unlike those that it learned from: no share of negative ones explains its answers", "estos textos no se parecen a los que aprendió: ninguna proporción de negativos explica sus respuestas")
		return e
	}
	e.Negative = share
	variance := 0.0 // of the shares of either label that it is right about
	for _, part := range []struct {
		of    *rated
		share float64
	}{{negative, share}, {positive, 1 - share}} {
		right := 0.0
		for _, r := range part.of.right {
			right += r
		}
		variance += part.share * part.share * right * (1 - right) / part.of.rows
	}
	variance += e.Accuracy.Value * (1 - e.Accuracy.Value) / n
	half := 1.96 * math.Sqrt(variance)
	e.Accuracy.Low, e.Accuracy.High = max(0, e.Accuracy.Value-half), min(1, e.Accuracy.Value+half)
	return e
}

func (e *Estimate) cannot(code animo.Code, en, es string, args ...any) {
	*e = Estimate{Texts: e.Texts}
	r := animo.ReasonOf(animo.Errorf(code, en, es, args...))
	e.Unknown = &r
}

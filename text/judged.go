package text

import (
	"cmp"
	encoding "encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"animo"
)

// Judged is what a model that had not seen a row said of it.
type Judged struct {
	Text  uint64  // a hash of the row's text
	Odds  float32 // log-odds towards Positivo
	Label animo.Label
	Said  animo.Label // the other side of Odds where a goal moved the threshold
}

// HashOf returns what Judged has of a text.
func HashOf(text string) uint64 { return hashBytes(text) }

// probability returns the probability of a label.
func (j *Judged) probability(l animo.Label) float64 {
	if l == animo.Positive {
		return sigmoid(float64(j.Odds))
	}
	return sigmoid(-float64(j.Odds))
}

// judgedBytes is how many bytes a row has in EncodeJudged.
const judgedBytes = 13

// EncodeJudged returns rows as DecodeJudged reads them, 13 bytes each.
func EncodeJudged(rows []Judged) []byte {
	b := make([]byte, 0, judgedBytes*len(rows))
	for _, j := range rows {
		b = encoding.LittleEndian.AppendUint64(b, j.Text)
		b = encoding.LittleEndian.AppendUint32(b, math.Float32bits(j.Odds))
		b = append(b, byte(j.Label)|byte(j.Said)<<1)
	}
	return b
}

// DecodeJudged reads what EncodeJudged gave.
func DecodeJudged(b []byte) ([]Judged, error) {
	if len(b)%judgedBytes != 0 {
		return nil, fmt.Errorf("%d bytes are no rows of %d", len(b), judgedBytes)
	}
	rows := make([]Judged, 0, len(b)/judgedBytes)
	for ; len(b) > 0; b = b[judgedBytes:] {
		j := Judged{Text: encoding.LittleEndian.Uint64(b), Odds: math.Float32frombits(encoding.LittleEndian.Uint32(b[8:])), Label: animo.Label(b[12] & 1), Said: animo.Label(b[12] >> 1 & 1)}
		rows = append(rows, j)
	}
	return rows, nil
}

// Misjudged is a row of which something else was said than its label.
type Misjudged struct {
	Row         int         `json:"row"` // in the order of the training's source, from 0
	Label       animo.Label `json:"label"`
	Probability float64     `json:"probability"` // that a model which had not seen the row gave to its label
	Suspect     bool        `json:"suspect"`     // the label itself may be wrong
}

// MisjudgedOf lists up to most rows that were misjudged: first those whose label may be wrong, the least probable labels
// before. A label is suspect where the other one is as probable as it is, on average, for the rows that carry it (Northcutt,
// Jiang and Chuang, Confident Learning, JAIR 70, 2021).
func MisjudgedOf(rows []Judged, most int) []Misjudged {
	var sum, n [2]float64
	for i := range rows {
		sum[rows[i].Label] += rows[i].probability(rows[i].Label)
		n[rows[i].Label]++
	}
	var list []Misjudged
	for i := range rows {
		j := &rows[i]
		if j.Said == j.Label {
			continue
		}
		own := j.probability(j.Label)
		list = append(list, Misjudged{i, j.Label, own, 1-own >= sum[j.Said]/max(n[j.Said], 1)})
	}
	slices.SortStableFunc(list, func(a, b Misjudged) int {
		if a.Suspect != b.Suspect {
			if a.Suspect {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Probability, b.Probability)
	})
	return list[:min(most, len(list))]
}

// Difference is by how much one model is better than another, with the interval that holds the true difference in 95 of 100
// cases.
type Difference struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Comparison compares two models on the rows that both were measured on.
type Comparison struct {
	Rows      int        `json:"rows"` // that both were measured on, with the same label
	OnlyThis  int        `json:"only_this"`
	OnlyOther int        `json:"only_other"` // rows that only one of the two is right about
	McNemar   float64    `json:"mcnemar"`    // the probability of such a difference, or a larger one, between equals
	Accuracy  Difference `json:"accuracy"`
	Balanced  Difference `json:"balanced"`
	Precision Difference `json:"precision"` // of Positivo, as recall and f1
	Recall    Difference `json:"recall"`
	F1        Difference `json:"f1"`
	Found     Difference `json:"found"` // recall of Negativo
}

// Compare tells how much better the model behind one list of rows is than the one behind another, by the rows that are in
// both, texts that are there several times once for each time. The intervals come from a paired bootstrap: the rows are
// drawn anew 2,000 times, each with what both models said of it (Efron and Tibshirani, An Introduction to the Bootstrap,
// 1993; drawn as Poisson counts of the kinds of rows, which is the same for many rows).
func Compare(this, other []Judged) Comparison {
	waiting := map[uint64][]int{}
	for i := range other {
		waiting[other[i].Text] = append(waiting[other[i].Text], i)
	}
	var kinds [8]int // by label, what this one said, what the other one said
	var c Comparison
	for i := range this {
		a := &this[i]
		list := waiting[a.Text]
		at := slices.IndexFunc(list, func(k int) bool { return other[k].Label == a.Label })
		if at < 0 {
			continue
		}
		b := &other[list[at]]
		waiting[a.Text] = slices.Delete(list, at, at+1)
		kinds[int(a.Label)<<2|int(a.Said)<<1|int(b.Said)]++
		c.Rows++
		switch {
		case a.Said == a.Label && b.Said != a.Label:
			c.OnlyThis++
		case a.Said != a.Label && b.Said == a.Label:
			c.OnlyOther++
		}
	}
	if c.Rows == 0 {
		c.McNemar = 1
		return c
	}
	c.McNemar = mcNemar(c.OnlyThis, c.OnlyOther)
	measures := []struct {
		to *Difference
		of func(Confusion) float64
	}{
		{&c.Accuracy, func(m Confusion) float64 { return m.scores().Accuracy }},
		{&c.Balanced, Confusion.balanced},
		{&c.Precision, func(m Confusion) float64 { return m.scores().Precision }},
		{&c.Recall, func(m Confusion) float64 { return m.scores().Recall }},
		{&c.F1, func(m Confusion) float64 { return m.scores().F1 }},
		{&c.Found, func(m Confusion) float64 { return m.flipped().scores().Recall }},
	}
	both := func(kinds [8]int) (a, b Confusion) {
		for k, n := range kinds {
			a.countRows(k>>2 == 1, k>>1&1 == 1, n)
			b.countRows(k>>2 == 1, k&1 == 1, n)
		}
		return a, b
	}
	differences := make([][]float64, len(measures))
	draw := newDraws()
	for range draws {
		var drawn [8]int
		for k, n := range kinds {
			drawn[k] = draw.poisson(n)
		}
		a, b := both(drawn)
		for i, m := range measures {
			differences[i] = append(differences[i], m.of(a)-m.of(b))
		}
	}
	a, b := both(kinds)
	for i, m := range measures {
		m.to.Value = m.of(a) - m.of(b)
		m.to.Low, m.to.High = middle(differences[i])
	}
	return c
}

// mcNemar is the exact two-sided test of McNemar: the probability that of a+b rows which only one of two equals is right
// about, one of them has a or fewer, or b or more.
func mcNemar(a, b int) float64 {
	n, k := a+b, min(a, b)
	sum := 0.0
	for i := range k + 1 {
		sum += math.Exp(logChoose(n, i) - float64(n)*math.Ln2)
	}
	return min(1, 2*sum)
}

func logChoose(n, k int) float64 {
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	return lg(n) - lg(k) - lg(n-k)
}

// draws is how often a bootstrap draws.
const draws = 2000

// drawing draws numbers that are the same each time.
type drawing struct{ *rand.Rand }

func newDraws() drawing { return drawing{rand.New(rand.NewPCG(0x626f6f74, 0))} } // "boot"

// poisson draws from the Poisson distribution of a mean, rounded from the normal one where that is large.
func (d drawing) poisson(mean int) int {
	if mean > 50 {
		return max(0, int(math.Round(float64(mean)+math.Sqrt(float64(mean))*d.NormFloat64())))
	}
	n, p, least := 0, d.Float64(), math.Exp(-float64(mean))
	for p > least {
		n++
		p *= d.Float64()
	}
	return n
}

// middle returns between which numbers 95 of 100 lie.
func middle(x []float64) (low, high float64) {
	slices.Sort(x)
	return x[len(x)/40], x[len(x)-1-len(x)/40]
}

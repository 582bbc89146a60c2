package text

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"animo"
)

// Model classifies texts. It is safe for concurrent use.
type Model struct {
	trainer   string
	prior     float64 // log-odds of Positivo among the training rows: the answer to a text with no known feature
	slope     float64 // from score to log-odds
	threshold float64 // the log-odds below which a text is Negativo; 0 but for a goal
	spaces    []space // one for each view of the trainer
	scorer    scorer
	fused     *fused    // the same as scorer and faster; nil where that cannot be
	idle      sync.Pool // of *reader
}

// reader is what classifying one text after the other needs.
type reader struct {
	scratch scratch
	tallies []tally
	x       []vector
}

// newModel makes a model that is ready to classify.
func newModel(trainer string, prior, slope float64, spaces []space, s scorer) *Model {
	return &Model{trainer: trainer, prior: prior, slope: slope, spaces: spaces, scorer: s, fused: fuse(s, spaces)}
}

func (m *Model) reader() *reader {
	if r, ok := m.idle.Get().(*reader); ok {
		return r
	}
	return &reader{tallies: make([]tally, len(m.spaces)), x: make([]vector, len(m.spaces))}
}

// Trainer tells which trainer fitted the model.
func (m *Model) Trainer() string { return m.trainer }

// language is that of the model's lexicon; "" where it has none.
func (m *Model) language() string {
	for _, sp := range m.spaces {
		if sp.view.Kind == lexical {
			return languageCode(sp.view.Language)
		}
	}
	return ""
}

func (m *Model) features() int {
	n := 0
	for _, s := range m.spaces {
		n += s.n
	}
	return n
}

// fewTexts are classified by the calling goroutine alone; more are dealt out in shares of this many.
const fewTexts = 64

// Classify predicts each text, using all cores for many.
func (m *Model) Classify(texts ...string) []Prediction {
	out := make([]Prediction, len(texts))
	if len(texts) <= fewTexts {
		m.classify(texts, out)
		return out
	}
	var next sync.Mutex
	at := 0
	take := func() (lo, hi int) {
		next.Lock()
		defer next.Unlock()
		lo, hi = at, min(at+fewTexts, len(texts))
		at = hi
		return lo, hi
	}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (len(texts)+fewTexts-1)/fewTexts) {
		wg.Go(func() {
			for lo, hi := take(); lo < hi; lo, hi = take() {
				m.classify(texts[lo:hi], out[lo:hi])
			}
		})
	}
	wg.Wait()
	return out
}

func (m *Model) classify(texts []string, out []Prediction) {
	r := m.reader()
	defer m.idle.Put(r)
	for i, t := range texts {
		out[i] = m.predict(t, r)
	}
}

// predict classifies one text.
func (m *Model) predict(text string, r *reader) Prediction {
	odds := m.prior
	var score float64
	var known int
	if m.fused != nil {
		score, known = m.fused.score(text, r)
	} else if known = m.read(text, r); known > 0 {
		score = m.scorer.score(r.x)
	}
	if known > 0 && !math.IsNaN(score) { // sums of damaged weights may be infinite
		odds = m.slope * score
	}
	if odds >= m.threshold {
		return Prediction{Label: animo.Positive, Probability: sigmoid(odds), Known: known}
	}
	return Prediction{Label: animo.Negative, Probability: sigmoid(-odds), Known: known}
}

// read puts the text's known features into r.x and counts them.
func (m *Model) read(text string, r *reader) (known int) {
	for i, sp := range m.spaces {
		r.x[i] = sp.vector(text, &r.scratch, &r.tallies[i])
		if sp.view.Kind != letters {
			known += len(r.x[i].ids)
			continue
		}
		for _, c := range r.x[i].counts {
			known += int(c)
		}
	}
	return known
}

// Explain tells how a prediction came about, with the n n-grams of the text that decided most. An n-gram is shown as it
// stands in the text.
func (m *Model) Explain(text string, n int) Explanation {
	r := m.reader()
	defer m.idle.Put(r)
	if m.read(text, r) == 0 {
		return Explanation{LogOdds: m.prior, Baseline: m.prior}
	}
	constant, weights := m.scorer.explain(r.x)
	e := Explanation{LogOdds: m.slope * m.scorer.score(r.x), Baseline: m.slope * constant}
	e.Rest = e.LogOdds - e.Baseline
	sum := map[string]float64{}
	for i, sp := range m.spaces {
		sp.evidence(text, &r.scratch, r.x[i], weights[i], func(ngram string, w float64) { sum[ngram] += m.slope * w })
	}
	for g, w := range sum {
		e.Evidence = append(e.Evidence, Evidence{g, w})
	}
	slices.SortFunc(e.Evidence, func(a, b Evidence) int {
		if x, y := math.Abs(a.Weight), math.Abs(b.Weight); x != y {
			return cmpDown(x, y)
		}
		return strings.Compare(a.NGram, b.NGram)
	})
	e.Evidence = e.Evidence[:min(max(n, 0), len(e.Evidence))]
	for _, one := range e.Evidence {
		e.Rest -= one.Weight
	}
	return e
}

func cmpDown(x, y float64) int {
	if x > y {
		return -1
	}
	return 1
}

package text

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"animo"
)

// largeRows is how many rows are held in memory at most. A file with more is learned from in passes.
const largeRows = 50_000

// Files are read until enoughRows were learned from, at most maxPasses times.
const (
	enoughRows = 200_000
	maxPasses  = 3
)

// calibrationRows is how many rows' scores are kept at most to calibrate by.
const calibrationRows = 1 << 17

// trainStream fits and measures the trainer sgd on texts of a language.
func trainStream(ctx context.Context, src Source, language string, o Options, goal goal, workers int, tell func(Progress)) (*Model, *Report, error) {
	folds, err := foldCount(o)
	if err != nil {
		return nil, nil, err
	}
	s := &stream{src: src, space: newHashedSpace(hashedView.in(language)), seed: o.Seed, folds: folds, foldOf: o.FoldOf, workers: workers}
	t := &streamTraining{stream: s, tell: tell, held: make([][2]int, folds), confusion: make([]Confusion, folds)}
	var g *sgd
	for first := 0; first < folds; first += foldLanes {
		if g, err = t.fit(ctx, first); err != nil {
			return nil, nil, err
		}
		if err := t.judge(ctx, g); err != nil {
			return nil, nil, err
		}
	}
	m := t.model(g)
	m.threshold = m.slope * goal.threshold(t.scores, t.labels)
	judged := t.judged(goal, m.slope)
	r := reportOf(t.confusion)
	r.Rows, r.Positive, r.Seed = t.rows, t.positive, o.Seed
	r.measure(judged, goal, m)
	r.Warnings = append(r.Warnings, languageWarnings(t.first, language)...)
	r.Language = m.language()
	r.Trainer, r.Chosen, r.Features = m.trainer, m.trainer, m.features()
	return m, r, nil
}

// streamTraining is the work of one call of trainStream.
type streamTraining struct {
	*stream
	tell      func(Progress)
	rows      int
	positive  int
	held      [][2]int // rows of each fold by label
	confusion []Confusion
	scores    []float64 // of the first rows that were judged
	labels    []uint8
	texts     []uint64 // their hashes
	fold      []int
	row       []int    // their places in the source
	first     []string // texts of the file
}

// judged returns what was said of the rows whose scores are kept. With a goal the folds are measured on them alone, each by a
// threshold that the others' rows chose.
func (t *streamTraining) judged(g goal, slope float64) []Judged {
	rows := make([]Judged, len(t.scores))
	thresholds := make([]float64, t.folds)
	if g.kind != likeliest {
		clear(t.confusion)
		for k := range thresholds {
			thresholds[k] = g.threshold(outside(t.scores, t.fold, k), outside(t.labels, t.fold, k))
		}
	}
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return t.row[a] - t.row[b] }) // folds beyond foldLanes were judged later
	for to, i := range order {
		s, k := t.scores[i], t.fold[i]
		rows[to] = judge("", t.labels[i], s, thresholds[k], slope)
		rows[to].Text = t.texts[i]
		if g.kind != likeliest {
			t.confusion[k].count(t.labels[i] == 1, rows[to].Said == animo.Positive)
		}
	}
	return rows
}

// fit learns the models of up to foldLanes folds.
func (t *streamTraining) fit(ctx context.Context, first int) (*sgd, error) {
	g := newSGD(t.stream, first)
	for pass := 0; pass == 0 || pass < maxPasses && pass*t.rows < enoughRows; pass++ {
		tell := func(rows int) { t.tell(Progress{Stage: "fitting", Done: rows, Total: t.rows, Trainer: sgdName}) }
		if t.rows > 0 {
			rows, err := g.learn(ctx, func(*chunk) {}, tell)
			if err := t.same(rows, err); err != nil {
				return nil, err
			}
			continue
		}
		tell = func(rows int) { t.tell(Progress{Stage: "reading", Done: rows}) }
		_, err := g.learn(ctx, t.count, tell)
		if errors.Is(err, errRows) {
			return nil, wrongLength(len(t.foldOf), fmt.Sprintf("> %d", len(t.foldOf)))
		}
		if err != nil {
			return nil, err
		}
		if err := t.check(); err != nil {
			return nil, err
		}
	}
	g.mix()
	return g, nil
}

func (t *streamTraining) count(c *chunk) {
	for i, y := range c.labels {
		t.rows++
		if len(t.first) < languageRows {
			t.first = append(t.first, c.texts[i])
		}
		t.positive += int(y)
		t.held[c.folds[i]][y]++
	}
}

// check tells whether what was counted can be measured.
func (t *streamTraining) check() error {
	if t.rows == 0 {
		return noOpinion()
	}
	if t.foldOf != nil && t.rows < len(t.foldOf) {
		return wrongLength(len(t.foldOf), fmt.Sprint(t.rows))
	}
	if err := checkRows(t.rows, t.positive, t.folds); err != nil {
		return err
	}
	return checkHeld(t.held, t.rows, t.positive)
}

// judge scores each row of the folds of g with the model that had not seen it.
func (t *streamTraining) judge(ctx context.Context, g *sgd) error {
	last := min(g.first+foldLanes, t.folds)
	row := -1
	rows, err := t.pass(ctx, func(chunks []*chunk) error {
		parallel(t.workers, len(chunks), func(i int) { g.judge(chunks[i]) })
		for _, c := range chunks {
			for i, f := range c.folds {
				row++
				if int(f) < g.first || int(f) >= last {
					continue
				}
				t.confusion[f].count(c.labels[i] == 1, c.scores[i] >= 0)
				if len(t.scores) < calibrationRows {
					t.scores = append(t.scores, c.scores[i])
					t.labels = append(t.labels, c.labels[i])
					t.texts = append(t.texts, hashBytes(c.texts[i]))
					t.fold = append(t.fold, int(f))
					t.row = append(t.row, row)
				}
			}
		}
		return nil
	}, func(rows int) {
		t.tell(Progress{Stage: "fold", Done: t.folds * rows / max(t.rows, 1), Total: t.folds, Trainer: sgdName})
	})
	return t.same(rows, err)
}

// same tells whether a pass went well and met as many rows as the first one.
func (t *streamTraining) same(rows int, err error) error {
	if err == nil && rows != t.rows {
		return animo.Errorf(animo.Conflict, "the file had %d rows and now has %d: it was changed while it was read",
			"el archivo tenía %d filas y ahora tiene %d: cambió mientras se leía", t.rows, rows)
	}
	return err
}

// judge scores each row in the lane of its fold, where that is among g's.
func (g *sgd) judge(c *chunk) {
	for i := range c.texts {
		lane := int(c.folds[i]) - g.first
		if lane < 0 || lane >= foldLanes {
			continue
		}
		ids := c.row(i)
		var z float32
		for _, id := range ids {
			z += g.lines[int(id)*lanes+lane]
		}
		c.scores[i] = float64(z*scaleOf(len(ids)) + g.bias[lane])
	}
}

// model takes out the model of all rows.
func (t *streamTraining) model(g *sgd) *Model {
	p := part{weighting: unit, weights: make([]float32, len(g.lines)/lanes), bias: float64(g.bias[wholeLane])}
	for i := range p.weights {
		p.weights[i] = g.lines.line(i)[wholeLane]
	}
	sp := t.space
	sp.features = newHashedFeatures(sp.view.Bits, p.weights)
	prior := logit(float64(t.positive) / float64(t.rows))
	return newModel(sgdName, prior, fitSlope(t.scores, t.labels), []space{sp.fresh()}, &linear{[]part{p}})
}

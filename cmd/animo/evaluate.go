package main

import (
	"context"
	"time"

	"animo"
	"animo/text"
)

// evaluateCmd scores a model on labelled files.
type evaluateCmd struct {
	Model string   `required:"" placeholder:"DIR" help:"The folder that train --out saved the model in."`
	JSON  bool     `help:"Print the scores as one JSON object."`
	Files []string `arg:"" name:"file" help:"Files of labelled opinions, as train takes them; - is standard input."`
}

// Help is the part of --help with the examples.
func (evaluateCmd) Help() string {
	return `The scores say how the model does on opinions it was not trained on, so give it other files than those. They go to stdout.

Examples:

    animo evaluate --model modelo restaurantes.csv
    animo evaluate --model modelo enero.txt febrero.txt --json | jq .accuracy`
}

// evaluation is what evaluate --json prints.
type evaluation struct {
	text.Scores
	Positive int     `json:"positive"` // rows labelled Positivo
	Skipped  int     `json:"skipped"`  // rows with three stars
	Guesses  int     `json:"guesses"`  // texts without a known word
	Seconds  float64 `json:"seconds"`
}

// evaluateBatch is how many texts are classified together.
const evaluateBatch = 4096

// Run scores the model and prints the scores.
func (v *evaluateCmd) Run(ctx context.Context, c *console) error {
	model, _, err := text.Load(v.Model)
	if err != nil {
		return err
	}
	files, err := openFiles(ctx, c, v.Files)
	if err != nil {
		return err
	}
	defer files.close()
	e, err := evaluate(ctx, model, files.source())
	if err != nil {
		return err
	}
	e.Skipped = files.skipped
	if v.JSON {
		return printJSON(c.stdout, e)
	}
	return printScores(c, e)
}

// evaluate classifies every text of src and compares.
func evaluate(ctx context.Context, model *text.Model, src text.Source) (evaluation, error) {
	start := time.Now()
	var e evaluation
	texts, labels := make([]string, 0, evaluateBatch), make([]animo.Label, 0, evaluateBatch)
	judge := func() {
		for i, p := range model.Classify(texts...) {
			e.count(labels[i], p)
		}
		texts, labels = texts[:0], labels[:0]
	}
	for o, err := range src(ctx) {
		if err != nil {
			return e, err
		}
		texts, labels = append(texts, o.Text), append(labels, o.Label)
		if len(texts) == evaluateBatch {
			judge()
		}
	}
	judge()
	e.score()
	e.Seconds = time.Since(start).Seconds()
	return e, nil
}

// count adds one prediction.
func (e *evaluation) count(label animo.Label, p text.Prediction) {
	e.Rows++
	e.Positive += int(label)
	if p.Known == 0 {
		e.Guesses++
	}
	switch {
	case label == animo.Positive && p.Label == animo.Positive:
		e.Confusion.PositivePositive++
	case label == animo.Positive:
		e.Confusion.PositiveNegative++
	case p.Label == animo.Positive:
		e.Confusion.NegativePositive++
	default:
		e.Confusion.NegativeNegative++
	}
}

// score fills in the ratios from the counts. Positivo is the positive class; a ratio over nothing is 0.
func (e *evaluation) score() {
	ratio := func(a, b int) float64 {
		if b == 0 {
			return 0
		}
		return float64(a) / float64(b)
	}
	m := e.Confusion
	e.Accuracy = ratio(m.PositivePositive+m.NegativeNegative, e.Rows)
	e.Precision = ratio(m.PositivePositive, m.PositivePositive+m.NegativePositive)
	e.Recall = ratio(m.PositivePositive, m.PositivePositive+m.PositiveNegative)
	e.F1 = ratio(2*m.PositivePositive, 2*m.PositivePositive+m.NegativePositive+m.PositiveNegative)
}

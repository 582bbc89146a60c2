package main

import (
	"context"
	"time"

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
	Seconds  float64 `json:"seconds"`
}

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
	start := time.Now()
	scores, err := text.Evaluate(ctx, model, files.source())
	if err != nil {
		return err
	}
	e := evaluation{
		Scores:   scores,
		Positive: scores.Confusion.PositivePositive + scores.Confusion.PositiveNegative,
		Skipped:  files.skipped,
		Seconds:  time.Since(start).Seconds(),
	}
	if v.JSON {
		return printJSON(c.stdout, e)
	}
	return printScores(c, e)
}

package main

import (
	"context"
	"time"

	"animo/text"
)

// evaluateCmd scores a model on labelled files, or what is said of faces on folders of photos.
type evaluateCmd struct {
	Model   string    `placeholder:"DIR" help:"Score a model on labelled opinions: the folder that train --out saved it in, or a file that model pull saved."`
	Faces   string    `placeholder:"DIR" help:"Score what faces are said to show: the folder holds one folder for each emotion, called like it, with photos of faces that show it."`
	People  string    `placeholder:"DIR" help:"Score how people are recognised: the folder holds one folder for each person, with photos that show nobody else."`
	Crop    string    `placeholder:"HOW" enum:",whole,pipeline" default:"" help:"With --faces: pipeline (the default) looks for the face as for every photo, whole takes the picture itself for the face."`
	Neutral string    `placeholder:"FROM-TO" help:"With --model: also say how it does when texts whose probability of Positivo lies between the two are left open, such as 0.3-0.7."`
	JSON    bool      `help:"Print the scores as one JSON object."`
	File    fileFlags `embed:""`
	Files   []string  `arg:"" optional:"" name:"file" help:"With --model: files of labelled opinions, as train takes them; - is standard input."`
}

// Help is the part of --help with the examples.
func (evaluateCmd) Help() string {
	return `It takes exactly one of --model, --faces and --people. The scores go to stdout; in JSON all rates are fractions of 1, and intervals holds the true rate in 95 of 100 cases.

The scores of a model say how it does on opinions it was not trained on, so give it other files than those. Emotions have the names of FER2013 (angry), of Amazon Rekognition (ANGRY) or Spanish ones (enfado); folders called otherwise are passed over. In photos the most prominent face counts. Of each person the first good photo introduces the person, or the first three; the others are to be recognised, and are strangers to everybody else.

Examples:

    animo evaluate --model modelo restaurantes.csv
    animo evaluate --model modelo enero.txt febrero.txt --json | jq .accuracy
    animo evaluate --faces fer2013/test --crop whole
    animo evaluate --people personas --json | jq '.curves[0].usual'`
}

// evaluation is what evaluate --model --json prints.
type evaluation struct {
	text.Evaluation
	Neutral  *text.Abstention `json:"neutral,omitempty"`
	Positive int              `json:"positive"` // rows labelled Positivo
	Skipped  int              `json:"skipped"`  // rows left out
	Seconds  float64          `json:"seconds"`
	Files    []fileReading    `json:"files"`
}

// Run scores what it was told to and prints the scores.
func (v *evaluateCmd) Run(ctx context.Context, c *console) error {
	given := 0
	for _, folder := range []string{v.Model, v.Faces, v.People} {
		if folder != "" {
			given++
		}
	}
	switch {
	case given != 1:
		return usagef("--model", "exactly one of --model, --faces and --people is needed", "hace falta exactamente uno de --model, --faces y --people")
	case v.Crop != "" && v.Faces == "":
		return usagef("--crop", "it goes with --faces only", "solo va con --faces")
	case v.Model != "" && len(v.Files) == 0:
		return usagef("FILE", "name a file of labelled opinions", "nombre un archivo de opiniones etiquetadas")
	case v.Model == "" && len(v.Files) > 0:
		return usagef("FILE", "files go with --model only; name one folder", "los archivos solo van con --model; nombre una carpeta")
	case v.Faces != "":
		return v.evaluateFaces(ctx, c)
	case v.People != "":
		return v.evaluatePeople(ctx, c)
	}
	return v.evaluateModel(ctx, c)
}

// evaluateModel scores a model on opinions.
func (v *evaluateCmd) evaluateModel(ctx context.Context, c *console) error {
	band, err := text.ParseBand(v.Neutral)
	if err != nil {
		return asFlag(err)
	}
	model, _, err := text.Load(v.Model)
	if err != nil {
		return err
	}
	files, err := openFiles(ctx, c, v.Files, v.File)
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
		Evaluation: scores,
		Positive:   scores.Confusion.PositivePositive + scores.Confusion.PositiveNegative,
		Skipped:    files.skipped,
		Seconds:    time.Since(start).Seconds(),
		Files:      files.readings(),
	}
	if v.Neutral != "" {
		a := text.Abstain(scores.Judged, band)
		e.Neutral = &a
	}
	if v.JSON {
		return printJSON(c.stdout, e)
	}
	return printScores(c, e)
}

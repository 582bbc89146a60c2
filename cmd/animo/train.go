package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"animo"
	"animo/text"
)

// trainCmd trains a classifier without a server.
type trainCmd struct {
	Files    []string `arg:"" name:"file" help:"Files of labelled opinions, joined in this order; - is standard input."`
	Trainer  string   `default:"auto" placeholder:"NAME" help:"How to learn: ${trainers}. The default, auto, tries several and says which it took and why."`
	Folds    int      `default:"10" help:"How many parts the rows are cut into to measure the model; each is judged by a model that learned from the others."`
	FoldFile string   `placeholder:"FILE" help:"A JSON array with the fold of each row, from 0, so that programs can be compared on the same folds."`
	Goal     string   `default:"accuracy" placeholder:"GOAL" help:"What the model shall be good at: accuracy, balanced (both labels found equally often), complaints (at least 85 of 100 negative opinions found), recall>=0.9 or precision>=0.6, both of Negativo."`
	Tune     int      `default:"0" placeholder:"N" help:"How many settings of the trainer (n-grams, how many of them chi-squared keeps, regularisation) are tried, the usual one among them, inside each fold, up to 200; for auto, lexblend and logreg, and fewer than 5000 rows. 0, the default, tries none: it seldom helps."`
	Seed     uint64   `default:"0" help:"Start weights, shuffles and folds follow from it; the same seed gives the same model on any number of cores."`
	Out      string   `short:"o" placeholder:"DIR" help:"Save the model in this folder. Without it the model is only measured."`
	Workers  int      `default:"0" help:"How many cores to use; 0 is all."`
	JSON     bool     `help:"Print the report as one JSON object."`

	File fileFlags `embed:""`
}

// Help is the part of --help with the examples.
func (trainCmd) Help() string {
	return `A file is read by its content, whatever its name: CSV, TSV and text with ; or |, with or without a header; JSON by line, by object or by column; fastText; XLSX; also packed by gzip or zip, and in the encodings of Excel. The columns, the delimiter and the scale of the labels are found and reported; --text, --label and --scale say them. Labels are words such as positivo, malo, P, sí and true, numbers such as 1 and 0, or stars. Rows without a text, without a label and neutral ones are left out and counted, and so are broken ones, up to --broken percent.

The report says how well each label is found, with the range that holds the true figure in 95 of 100 cases, what that means, and what to beware of. With --out, misjudged.jsonl lists rows that were judged wrongly, those whose label may be wrong first.

The report goes to stdout; the progress bar, where stderr is a terminal, and errors go to stderr.

Examples:

    animo train opiniones.txt --out modelo
    animo train --trainer nb --out modelo hoteles.csv restaurantes.jsonl
    animo train resenas.csv --goal complaints --out modelo
    animo train opiniones.txt --trainer logreg --tune 30
    animo train encuesta.xlsx --text Comentario --label Nota --scale 0-10
    zcat opiniones.tsv.gz | animo train - --folds 5 --json | jq .accuracy.mean`
}

// trained is what train --json prints.
type trained struct {
	*text.Report
	Skipped int           `json:"skipped"`         // rows left out
	Files   []fileReading `json:"files"`           // how they were read
	Model   string        `json:"model,omitempty"` // the folder it was saved in
}

// Run trains, saves and reports.
func (t *trainCmd) Run(ctx context.Context, c *console) error {
	defer boundHeap()()
	options := text.Options{Trainer: t.Trainer, Folds: t.Folds, Seed: t.Seed, Goal: t.Goal, Tune: t.Tune, Workers: t.Workers}
	if t.Folds < 2 || t.Folds > 100 {
		return usagef("--folds", "%d is not a number of folds; allowed are 2 to 100", "%d no es un número de pliegues; se admiten de 2 a 100", t.Folds)
	}
	if t.Workers < 0 {
		return usagef("--workers", "%d is not a number of cores; 0 is all", "%d no es un número de núcleos; 0 son todos", t.Workers)
	}
	var err error
	if options.FoldOf, err = readFolds(t.FoldFile); err != nil {
		return err
	}
	if t.Out != "" { // before the work, not after it
		if err := os.MkdirAll(t.Out, 0o777); err != nil {
			return err
		}
	}
	files, err := openFiles(ctx, c, t.Files, t.File)
	if err != nil {
		return err
	}
	defer files.close()

	bar := newBar(c)
	options.Progress = bar.show
	model, report, err := text.Train(ctx, files.source(), options)
	bar.clear()
	if err != nil {
		return asFlag(err)
	}
	if t.Out != "" {
		if err := text.Save(t.Out, model, report); err != nil {
			return err
		}
		if err := saveMisjudged(ctx, filepath.Join(t.Out, misjudgedName), files.source(), report); err != nil {
			return err
		}
	}
	if t.JSON {
		return printJSON(c.stdout, trained{report, files.skipped, files.readings(), t.Out})
	}
	if err := printReport(c, report, files); err != nil {
		return err
	}
	if t.Out == "" {
		c.note("the model was not saved; --out DIR saves it", "el modelo no se guardó; --out CARPETA lo guarda")
		return nil
	}
	c.note("saved in %[1]s; try: animo classify --model %[1]s \"Muy buen hotel\"",
		"guardado en %[1]s; pruebe: animo classify --model %[1]s \"Muy buen hotel\"", t.Out)
	return nil
}

// misjudgedName is the file in which train notes rows that were judged wrongly; mostMisjudged of them at most.
const (
	misjudgedName = "misjudged.jsonl"
	mostMisjudged = 1000
)

// misjudged is a line of that file.
type misjudged struct {
	Text        string  `json:"text"`
	Label       string  `json:"label"`
	Probability float64 `json:"probability"` // that a model which had not seen the row gave to its label
	Suspect     bool    `json:"suspect"`     // the label may be wrong
}

// saveMisjudged reads the files once more and writes the rows down that were judged wrongly.
func saveMisjudged(ctx context.Context, path string, src text.Source, r *text.Report) error {
	list := text.MisjudgedOf(r.Judged, mostMisjudged)
	at := map[int]int{}
	for i, m := range list {
		at[m.Row] = i
	}
	lines := make([]misjudged, len(list))
	if len(list) > 0 {
		row := 0
		for o, err := range src(ctx) {
			if err != nil {
				return err
			}
			if i, ok := at[row]; ok {
				lines[i] = misjudged{o.Text, o.Label.String(), list[i].Probability, list[i].Suspect}
			}
			row++
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for _, l := range lines {
		if err := printJSON(w, l); err != nil {
			return err
		}
	}
	return errors.Join(w.Flush(), f.Close())
}

// trainHeap is the size that the heap of a training should not grow past by garbage alone. Below it the
// collector lets the heap double between its runs, which is fastest; near it, it runs more often. What a
// training needs at once it still gets.
const trainHeap = 448 << 20

// boundHeap sets trainHeap as the memory limit where the environment (GOMEMLIMIT) sets none, and gives
// the function that undoes it.
func boundHeap() (undo func()) {
	before := debug.SetMemoryLimit(-1) // asks only
	if before < math.MaxInt64 {
		return func() {}
	}
	debug.SetMemoryLimit(trainHeap)
	return func() { debug.SetMemoryLimit(before) }
}

// readFolds reads a fold file; "" gives none.
func readFolds(path string) ([]int, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	folds := []int{}
	if err := json.Unmarshal(data, &folds); err != nil {
		return nil, animo.Errorf(animo.Invalid,
			"%[1]s is not a JSON array of whole numbers, such as [0,1,2,0]: %[2]v",
			"%[1]s no es un arreglo JSON de números enteros, como [0,1,2,0]: %[2]v", path, err).Of("--fold-file")
	}
	return folds, nil
}

// asFlag names the flag where an error names the option that the flag sets. A trainer that is not known
// is the command line's fault.
func asFlag(err error) error {
	e, ok := errors.AsType[*animo.Error](err)
	if !ok {
		return err
	}
	switch e.Field {
	case "trainer", "scale", "goal", "neutral", "tune":
		return e.Of("--" + e.Field).Because(errUsage)
	case "folds", "fold_file", "text", "label", "source", "time":
		return e.Of("--" + strings.ReplaceAll(e.Field, "_", "-"))
	}
	return err
}

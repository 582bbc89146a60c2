package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"animo"
	"animo/internal/export"
	"animo/text"
	"animo/text/labelled"
)

// fileBatch is how many texts of a file are classified at a time.
const fileBatch = 4096

// fileEvidence is how many n-grams of each text the column evidence has.
const fileEvidence = 3

// textFile tells whether the one argument is the name of a file, rather than a text.
func textFile(args []string) bool {
	if len(args) != 1 || len(args[0]) > 4096 || strings.ContainsAny(args[0], "\n\x00") {
		return false
	}
	info, err := os.Stat(args[0])
	return err == nil && info.Mode().IsRegular()
}

// classifyFile classifies the texts of a file: to p, or with a name for it into a CSV file with the columns label, probability and
// evidence after the file's own. That file is there when it is complete.
func (k *classifyCmd) classifyFile(ctx context.Context, c *console, model *text.Model, p *printer) (err error) {
	name := k.Texts[0]
	rows, err := labelled.OpenTexts(func() (io.ReadCloser, error) { return os.Open(name) }, labelled.Options{Told: labelled.Told{Text: k.Text}})
	if err != nil {
		return fmt.Errorf("%s: %w", name, asFlag(err))
	}
	defer rows.Close()
	c.note("reading the file %s; the texts are in column %s", "se lee el archivo %s; los textos están en la columna %s", name, rows.ColumnName())
	write := func(batch []labelled.TextRow, said []text.Prediction) error { return p.print(textsOf(batch), said) }
	if k.Out != "" {
		out, err := createWhole(k.Out, ".csv")
		if err != nil {
			return err
		}
		defer out.discard()
		var w *export.Texts
		write = func(batch []labelled.TextRow, said []text.Prediction) (err error) {
			if w == nil {
				if w, err = export.NewTexts(out, rows.Columns(len(batch[0].Cells))); err != nil {
					return err
				}
			}
			for i, row := range batch {
				if row.Text == "" {
					err = w.WriteUnanswered(row.Cells)
				} else {
					if said[i].Known == 0 {
						p.guesses++
					}
					err = w.Write(row.Cells, p.band.Says(said[i]), said[i].Probability, model.Explain(row.Text, fileEvidence).Line())
				}
				if err != nil {
					return err
				}
			}
			return nil
		}
		defer func() {
			if err == nil {
				err = w.Flush()
			}
			if err == nil {
				err = out.place()
			}
		}()
	}
	if err := classifyRows(ctx, model, rows, write); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	reading := rows.Reading()
	if reading.Rows == 0 {
		return animo.Errorf(animo.EmptyFile, "%s: there is no text in it", "%s: no contiene ningún texto", name)
	}
	c.leftOut(reading)
	if k.Out != "" {
		c.note("%d texts classified in %s", "%d textos clasificados en %s", reading.Rows, k.Out)
	}
	return nil
}

// leftOut notes how many rows of a file have no answer.
func (c *console) leftOut(reading animo.Reading) {
	left := 0
	for _, r := range reading.LeftOut {
		left += r.Rows
	}
	if left > 0 {
		c.note("rows without a text, or that cannot be read: %d", "filas sin texto, o que no se pueden leer: %d", left)
	}
}

// classifyRows returns the rows of a file with what the model says of them, many at a time.
func classifyRows(ctx context.Context, model *text.Model, rows *labelled.Texts, write func([]labelled.TextRow, []text.Prediction) error) error {
	var batch []labelled.TextRow
	for {
		row, err := rows.Next()
		if err != nil && err != io.EOF {
			return err
		}
		if err == nil {
			batch = append(batch, row)
		}
		if len(batch) == fileBatch || err == io.EOF && len(batch) > 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := write(batch, model.Classify(textsOf(batch)...)); err != nil {
				return err
			}
			batch = batch[:0]
		}
		if err == io.EOF {
			return nil
		}
	}
}

func textsOf(rows []labelled.TextRow) []string {
	texts := make([]string, len(rows))
	for i, r := range rows {
		texts[i] = r.Text
	}
	return texts
}

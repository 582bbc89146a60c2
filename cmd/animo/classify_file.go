package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"animo"
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
		out, err := os.CreateTemp(filepath.Dir(k.Out), ".animo-*.csv")
		if err != nil {
			return err
		}
		defer os.Remove(out.Name()) // which is gone when it was renamed
		defer out.Close()
		buffer := bufio.NewWriterSize(out, 1<<20)
		w := csv.NewWriter(buffer)
		headed := false
		write = func(batch []labelled.TextRow, said []text.Prediction) error {
			if !headed {
				headed = true
				if err := w.Write(append(columnNames(rows, len(batch[0].Cells)), "label", "probability", "evidence")); err != nil {
					return err
				}
			}
			for i, row := range batch {
				if said[i].Known == 0 {
					p.guesses++
				}
				if err := w.Write(append(row.Cells, p.band.Says(said[i]), strconv.FormatFloat(said[i].Probability, 'f', 4, 64), evidenceOf(model, row.Text))); err != nil {
					return err
				}
			}
			return nil
		}
		defer func() {
			if err != nil {
				return
			}
			w.Flush()
			if err = errors.Join(w.Error(), buffer.Flush(), out.Chmod(0o644), out.Close()); err == nil {
				err = os.Rename(out.Name(), k.Out)
			}
		}()
	}
	n, err := classifyRows(ctx, model, rows, write)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if n == 0 {
		return animo.Errorf(animo.EmptyFile, "%s: there is no text in it", "%s: no contiene ningún texto", name)
	}
	if k.Out != "" {
		c.note("%d texts classified in %s", "%d textos clasificados en %s", n, k.Out)
	}
	return nil
}

// classifyRows returns the rows of a file with what the model says of them, many at a time, and counts them.
func classifyRows(ctx context.Context, model *text.Model, rows *labelled.Texts, write func([]labelled.TextRow, []text.Prediction) error) (n int, err error) {
	var batch []labelled.TextRow
	for {
		row, err := rows.Next()
		if err != nil && err != io.EOF {
			return n, err
		}
		if err == nil {
			batch = append(batch, row)
		}
		if len(batch) == fileBatch || err == io.EOF && len(batch) > 0 {
			if err := ctx.Err(); err != nil {
				return n, err
			}
			if err := write(batch, model.Classify(textsOf(batch)...)); err != nil {
				return n, err
			}
			n += len(batch)
			batch = batch[:0]
		}
		if err == io.EOF {
			return n, nil
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

// columnNames are the names of a file's columns; of one that has none, "text" and numbers.
func columnNames(rows *labelled.Texts, width int) []string {
	if rows.Names != nil {
		return append([]string(nil), rows.Names...)
	}
	names := make([]string, width)
	for i := range names {
		names[i] = strconv.Itoa(i + 1)
	}
	if rows.Column < width {
		names[rows.Column] = "text"
	}
	return names
}

// evidenceOf writes the n-grams that decided most, with their log-odds towards Positivo.
func evidenceOf(model *text.Model, t string) string {
	var list []string
	for _, e := range model.Explain(t, fileEvidence).Evidence {
		list = append(list, fmt.Sprintf("%s %+.2f", e.NGram, e.Weight))
	}
	return strings.Join(list, "; ")
}

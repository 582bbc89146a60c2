package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"animo"
	"animo/text"
	"animo/text/labelled"
)

// aspectsCmd tells what opinions praise and blame.
type aspectsCmd struct {
	Files     []string `arg:"" optional:"" name:"file" help:"Files of opinions, labelled or not; - is standard input."`
	Dataset   string   `placeholder:"NAME" help:"A training file that a running server has, in place of files here."`
	Model     string   `placeholder:"DIR" help:"The folder that train --out saved a model in; with --dataset, a model's id at the server. It labels texts that have no label; otherwise the starter model does, which knows no more than a lexicon."`
	Source    string   `placeholder:"COLUMN" help:"The column that says where an opinion comes from, by name or by number from 1. Otherwise it is found by its name or, of several files, is the file."`
	Time      string   `placeholder:"COLUMN" help:"The column that says when an opinion was written. Otherwise it is found by its name."`
	Sentences int      `default:"3" help:"How many sentences are quoted for each aspect, good and bad ones each."`
	Terms     int      `default:"15" help:"How many terms that stand out are told, of good and of bad opinions each."`
	JSON      bool     `help:"Print one JSON object."`

	File        fileFlags `embed:""`
	serverFlags `embed:""`
}

// Help is the part of --help with the examples.
func (aspectsCmd) Help() string {
	return `Eight aspects are looked for, sentence by sentence: room, bathroom, food, staff, price, noise, location, facilities. Of each it is told how many opinions praise and how many blame it, with the sentences that say so most clearly, and which words stand out in good and in bad opinions. Words of hotels and restaurants are known, in Spanish, English and Portuguese.

A file is read as train reads it, but it needs no labels: a text that has none, or three stars, is labelled by a model. Where a column says where an opinion comes from or when it was written, that is told, too.

With --dataset a server tells it of a training file that it has, read as it was for the training; of a model's --model, corrections count before what the model says.

Examples:

    animo aspects resenas.csv
    animo aspects booking.csv google.xlsx --model modelo
    animo aspects --dataset enero.csv --url https://animo.example
    animo aspects resenas.csv --source hotel --json | jq '.aspects[] | {aspect, bad}'`
}

// aspectsOf is what aspects --json prints.
type aspectsOf struct {
	text.AspectReport
	Files []fileReading `json:"files"` // how they were read
}

// Run reads the files and prints what they say.
func (k *aspectsCmd) Run(ctx context.Context, c *console) error {
	switch {
	case k.Dataset == "" && len(k.Files) == 0:
		return usagef("FILE", "name files of opinions, or a server's training file with --dataset", "nombre archivos de opiniones, o un archivo de entrenamiento del servidor con --dataset")
	case k.Dataset != "" && (len(k.Files) > 0 || k.File != fileFlags{Broken: 20}):
		return usagef("--dataset", "the server reads it as it was for the training; leave out files and how to read them", "el servidor lo lee como para el entrenamiento; quite los archivos y cómo leerlos")
	case k.Dataset != "":
		return k.aspectsThere(ctx, c)
	}
	if k.Sentences < 1 || k.Terms < 1 {
		return usagef("--sentences", "at least one sentence and one term are told", "se muestran al menos una frase y un término")
	}
	var model *text.Model
	if k.Model != "" {
		var err error
		if model, _, err = text.Load(k.Model); err != nil {
			return err
		}
	}
	files, err := openFiles(ctx, c, k.Files, k.File)
	if err != nil {
		return err
	}
	defer files.close()
	files.o.Source, files.o.Time = k.Source, k.Time

	aspects := text.NewAspects(model, text.AspectOptions{Sentences: k.Sentences, Terms: k.Terms})
	for i := range files.files {
		f := &files.files[i]
		source := ""
		if len(files.files) > 1 {
			source = filepath.Base(f.name)
		}
		if err := readReviews(ctx, f, files.o, func(r text.Review) {
			r.Source = cmp.Or(r.Source, source)
			aspects.Add(r)
		}); err != nil {
			return fmt.Errorf("%s: %w", f.name, asFlag(err))
		}
	}
	report := aspects.Report()
	if report.Texts == 0 {
		return animo.Errorf(animo.EmptyFile, "there is no text", "no hay ningún texto")
	}
	if k.JSON {
		return printJSON(c.stdout, aspectsOf{report, files.readings()})
	}
	for i, r := range files.readings() {
		c.note("reading the file %s; the texts are in %s, labels in %s", "se lee el archivo %s; los textos están en %s, las etiquetas en %s",
			files.files[i].name, strings.Join(r.Text, " + "), cmp.Or(strings.Join(r.Label, ", "), c.say("no column", "ninguna columna")))
	}
	return printAspects(c, report, model != nil)
}

// readReviews gives the reviews of a file, which may have labels or be a text a line.
func readReviews(ctx context.Context, f *opinionFile, o labelled.Options, give func(text.Review)) error {
	rows, err := labelled.OpenReviews(func() (io.ReadCloser, error) { return os.Open(f.path) }, o)
	if err != nil {
		return err
	}
	defer rows.Close()
	for {
		row, err := rows.Next()
		if err == io.EOF {
			f.reading = rows.Reading()
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		give(reviewOf(row))
	}
}

// reviewOf is a row of a file as a review.
func reviewOf(row labelled.Row) text.Review {
	r := text.Review{Text: row.Text, Source: row.Source, Period: row.Month}
	if !row.Unlabelled {
		r.Label = &row.Label
	}
	return r
}

// printAspects prints a report for people.
func printAspects(c *console, r text.AspectReport, model bool) error {
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, c.say("%d opinions: %d good, %d bad, %d that say neither\n", "%d opiniones: %d buenas, %d malas, %d que no dicen ni lo uno ni lo otro\n"), r.Texts, r.Good, r.Bad, r.Texts-r.Good-r.Bad)
	if n := r.Texts - r.Labelled; n > 0 && !model {
		fmt.Fprintf(w, c.say("%d of them have no label; the starter model, a lexicon, judged them\n", "%d de ellas no tienen etiqueta; las juzgó el modelo inicial, un léxico\n"), n)
	} else if n > 0 {
		fmt.Fprintf(w, c.say("%d of them have no label; the model judged them\n", "%d de ellas no tienen etiqueta; las juzgó el modelo\n"), n)
	}
	say := func(words text.Words) string { return c.say(words.EN, words.ES) }
	list := slices.Clone(r.Aspects)
	slices.SortStableFunc(list, func(a, b text.AspectCounts) int { return b.Bad - a.Bad })
	fmt.Fprintf(w, "\n%s\t%s\t%s\t%s\n", c.say("Aspect", "Aspecto"), c.say("bad", "mal"), c.say("good", "bien"), c.say("bad share", "parte mala"))
	for _, a := range list {
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\n", say(a.Name), a.Bad, a.Good, badShare(a.Good, a.Bad))
	}
	for _, a := range list {
		if a.Good+a.Bad == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s\n", say(a.Name))
		for _, s := range a.BadSentences {
			fmt.Fprintf(w, "  - %s (%d)\n", oneLine(s.Sentence), s.Text)
		}
		for _, s := range a.GoodSentences {
			fmt.Fprintf(w, "  + %s (%d)\n", oneLine(s.Sentence), s.Text)
		}
	}
	terms := func(title string, terms []text.Term, count func(text.Term) int) {
		if len(terms) == 0 {
			return
		}
		var words []string
		for _, t := range terms {
			words = append(words, fmt.Sprintf("%s (%d/%d)", t.Term, count(t), t.Good+t.Bad))
		}
		fmt.Fprintf(w, "\n%s: %s\n", title, strings.Join(words, ", "))
	}
	terms(c.say("Stands out in bad opinions", "Destaca en las malas"), r.BadTerms, func(t text.Term) int { return t.Bad })
	terms(c.say("Stands out in good opinions", "Destaca en las buenas"), r.GoodTerms, func(t text.Term) int { return t.Good })
	groups := func(title string, groups []text.AspectGroup) {
		if len(groups) == 0 {
			return
		}
		fmt.Fprintf(w, "\n%s\t%s\t%s\t%s\n", title, c.say("opinions", "opiniones"), c.say("bad share", "parte mala"), c.say("most blamed", "lo que más se critica"))
		for _, g := range groups {
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", oneLine(g.Name), g.Texts, badShare(g.Good, g.Bad), c.worst(g, r.Aspects))
		}
	}
	groups(c.say("Source", "Fuente"), r.Sources)
	groups(c.say("Month", "Mes"), r.Periods)
	return w.Flush()
}

// badShare is which part of good and bad is bad.
func badShare(good, bad int) string {
	if good+bad == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f %%", 100*float64(bad)/float64(good+bad))
}

// worst names the two aspects that a group blames most.
func (c *console) worst(g text.AspectGroup, names []text.AspectCounts) string {
	var list []string
	order := make([]int, len(g.Aspects))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return g.Aspects[b].Bad - g.Aspects[a].Bad })
	for _, i := range order[:2] {
		if g.Aspects[i].Bad > 0 {
			list = append(list, fmt.Sprintf("%s %d", strings.ToLower(c.say(names[i].Name.EN, names[i].Name.ES)), g.Aspects[i].Bad))
		}
	}
	return strings.Join(list, ", ")
}

package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"animo"
	"animo/text"
)

// printJSON writes v as one line of JSON.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // texts are for people and programs, not for a page
	return e.Encode(v)
}

// mostTried is how many of the settings that were tried are printed; --json has all.
const mostTried = 10

// printTried writes the settings that were tried, the best first.
func printTried(w io.Writer, c *console, r *text.Report) {
	if len(r.Tried) == 0 {
		return
	}
	list := slices.Clone(r.Tried)
	slices.SortStableFunc(list, func(a, b text.Tried) int { return cmp.Compare(a.Loss, b.Loss) })
	fmt.Fprintf(w, "\n%8s %7s %7s  %s\n", c.say("log loss", "pérdida"), c.say("right", "acierta"), c.say("folds", "plieg."), c.say("setting that was tried", "ajuste que se probó"))
	for _, t := range list[:min(len(list), mostTried)] {
		fmt.Fprintf(w, "%8.4f %7d %7d  %s\n", t.Loss, t.Right, t.Folds, t.Setting)
	}
	if more := len(list) - mostTried; more > 0 {
		fmt.Fprintf(w, c.say("%24s  and %d more\n", "%24s  y %d más\n"), "", more)
	}
}

// printReport writes what training found for people to read.
func printReport(c *console, r *text.Report, files *opinionFiles) error {
	w := bufio.NewWriter(c.stdout)
	heading(w, c.say("Opinions", "Opiniones"), "%s", rowCounts(c, r.Rows, r.Positive, files.skipped))
	printReadings(w, c, files.readings())
	heading(w, c.say("Features", "Rasgos"), "%d", r.Features)
	switch {
	case r.Chosen != "" && r.Chosen != r.Trainer:
		heading(w, c.say("Trainer", "Entrenador"), c.say("%s, which chose %s", "%s, que eligió %s"), r.Trainer, r.Chosen)
	default:
		heading(w, c.say("Trainer", "Entrenador"), "%s", r.Trainer)
	}
	if r.Why != "" {
		heading(w, "", "%s", r.Why)
	}
	printTried(w, c, r)

	if r.Language != "" {
		name := text.LanguageName(r.Language)
		heading(w, c.say("Language", "Idioma"), c.say("%s: its lexicon and negations are used", "%s: se usan su léxico y sus negaciones"), c.say(name.EN, name.ES))
	}

	if r.Figures != nil {
		fmt.Fprintln(w)
		printFigures(w, c, r.Figures, r.Verdict, r.Warnings)
	}

	const line = "%-8s %7s %10s %10s %10s %10s\n"
	fmt.Fprintf(w, "\n"+line, c.say("Fold", "Pliegue"), c.say("rows", "filas"), c.say("accuracy", "exactitud"), "precision", "recall", "F1")
	for i, f := range r.Folds {
		fmt.Fprintf(w, line, fmt.Sprint(i+1), fmt.Sprint(f.Rows), percent(f.Accuracy), percent(f.Precision), percent(f.Recall), percent(f.F1))
	}
	fmt.Fprintf(w, line, c.say("mean", "media"), "", percent(r.Accuracy.Mean), percent(r.Precision.Mean), percent(r.Recall.Mean), percent(r.F1.Mean))
	fmt.Fprintf(w, line, "±", "", percent(r.Accuracy.Std), percent(r.Precision.Std), percent(r.Recall.Std), percent(r.F1.Std))

	fmt.Fprintln(w)
	printConfusion(w, c, r.Confusion)
	fmt.Fprintln(w)
	if list := text.MisjudgedOf(r.Judged, len(r.Judged)); len(list) > 0 {
		suspects := 0
		for _, m := range list {
			if m.Suspect {
				suspects++
			}
		}
		heading(w, c.say("Misjudged", "Mal juzgadas"), c.say("%d rows; the label of %d of them may be wrong itself (--out lists them in %s)", "%d filas; la etiqueta de %d de ellas puede estar mal (--out las lista en %s)"), len(list), suspects, misjudgedName)
	}
	heading(w, c.say("Time", "Tiempo"), "%.2f s", r.Seconds)
	if r.PeakBytes > 0 {
		heading(w, c.say("Memory", "Memoria"), c.say("%.0f MiB at most", "%.0f MiB como máximo"), float64(r.PeakBytes)/(1<<20))
	}
	return w.Flush()
}

// printScores writes how well a model did on files.
func printScores(c *console, e evaluation) error {
	w := bufio.NewWriter(c.stdout)
	heading(w, c.say("Opinions", "Opiniones"), "%s", rowCounts(c, e.Rows, e.Positive, e.Skipped))
	printReadings(w, c, e.Files)
	printFigures(w, c, e.Figures, &e.Verdict, nil)
	if n := e.Neutral; n != nil {
		heading(w, "Neutro", c.say("between %g and %g: it answers %s, of which %s are right", "entre %g y %g: responde %s, de lo que acierta %s"), n.From, n.To, rate(n.Answered), rate(n.Accuracy))
	}
	fmt.Fprintln(w)
	printConfusion(w, c, e.Confusion)
	fmt.Fprintln(w)
	heading(w, c.say("Time", "Tiempo"), "%.2f s", e.Seconds)
	return w.Flush()
}

// printFigures writes what the rows of all folds say of a model, and what that means.
func printFigures(w io.Writer, c *console, f *text.Figures, v *text.Words, warnings []text.Warning) {
	if v != nil {
		heading(w, c.say("Verdict", "Veredicto"), "%s", c.say(v.EN, v.ES))
	}
	for _, one := range warnings {
		heading(w, c.say("Beware", "Ojo"), "%s", c.say(one.EN, one.ES))
	}
	const line = "%-10s %7s %22s %22s %22s %10s\n"
	fmt.Fprintf(w, "\n"+line, c.say("Label", "Etiqueta"), c.say("rows", "filas"), "precision", "recall", "F1", c.say("PR area", "área PR"))
	for _, l := range f.Labels {
		fmt.Fprintf(w, line, l.Label, fmt.Sprint(l.Support), rate(l.Precision), rate(l.Recall), rate(l.F1), percent(l.PRArea))
	}
	fmt.Fprintln(w)
	heading(w, c.say("Accuracy", "Exactitud"), c.say("%s; always saying the more frequent label has %s", "%s; decir siempre la etiqueta más frecuente logra %s"), rate(f.Accuracy), percent(f.Majority))
	heading(w, c.say("Balanced", "Equilibrada"), c.say("%s (guessing has 50 %%); macro-F1 %s; ROC area %s", "%s (el azar logra 50 %%); macro-F1 %s; área ROC %s"), rate(f.Balanced), rate(f.MacroF1), rate(f.ROCArea))
	heading(w, c.say("Calibration", "Calibración"), c.say("off by %s on average (ECE); log loss %.3f", "yerra un %s de media (ECE); log loss %.3f"), percent(f.ECE), f.LogLoss)
	if f.Goal != "" {
		heading(w, c.say("Goal", "Objetivo"), c.say("%s: Negativo from a probability of %s on", "%s: Negativo desde una probabilidad de %s"), f.Goal, percent(f.Threshold))
	}
}

// rate writes a share with its interval.
func rate(r text.Rate) string {
	return fmt.Sprintf("%s (%.1f–%.1f)", percent(r.Value), 100*r.Low, 100*r.High)
}

// rowCounts says how many rows there are of each kind.
func rowCounts(c *console, rows, positive, skipped int) string {
	s := fmt.Sprintf("%d (%d Positivo, %d Negativo)", rows, positive, rows-positive)
	if skipped > 0 {
		s += fmt.Sprintf(c.say("; %d left out", "; %d descartadas"), skipped)
	}
	return s
}

// printReadings writes what each file was taken for, and which of its rows were left out or mended.
func printReadings(w io.Writer, c *console, list []fileReading) {
	name := c.say("Read", "Leído")
	for _, f := range list {
		var more []string
		if f.Delimiter != "\t" && f.Delimiter != "," && f.Delimiter != "" {
			more = append(more, c.say("delimiter ", "separador ")+f.Delimiter)
		}
		for _, part := range []string{f.Packed, f.Encoding, f.Sheet} {
			if part != "" && part != "utf-8" {
				more = append(more, part)
			}
		}
		kind := f.Format
		if more != nil {
			kind += " (" + strings.Join(more, ", ") + ")"
		}
		heading(w, name, c.say("%s: %s; text: %s; label: %s (%s)", "%s: %s; texto: %s; etiqueta: %s (%s)"),
			f.File, kind, strings.Join(f.Text, " + "), cmp.Or(strings.Join(f.Label, ", "), "–"), c.scale(f.Scale))
		for _, n := range f.LeftOut {
			heading(w, "", c.say("left out: %d, %s (lines %s)", "descartadas: %d, %s (líneas %s)"), n.Rows, c.word(n.What), someLines(n))
		}
		for _, n := range f.Mended {
			heading(w, "", c.say("mended: %d, %s (lines %s)", "arregladas: %d, %s (líneas %s)"), n.Rows, c.word(n.What), someLines(n))
		}
		name = ""
	}
}

func someLines(n animo.RowCount) string {
	s := strings.Trim(fmt.Sprint(n.Lines), "[]")
	s = strings.ReplaceAll(s, " ", ", ")
	if n.Rows > len(n.Lines) {
		s += ", …"
	}
	return s
}

// scale writes a scale in the console's language.
func (c *console) scale(s string) string {
	switch s {
	case "words":
		return c.say("words", "palabras")
	case "columns":
		return c.say("praise and complaint", "lo bueno y lo malo")
	}
	return c.say(s, strings.ReplaceAll(s, " to ", " a "))
}

// word writes why a row was left out, or what was mended, in the console's language.
func (c *console) word(what string) string {
	switch what {
	case "no_text":
		return c.say("without a text", "sin texto")
	case "no_label":
		return c.say("without a label", "sin etiqueta")
	case "neutral":
		return c.say("neutral", "neutras")
	case string(animo.MalformedRow):
		return c.say("cannot be read", "no se pueden leer")
	case string(animo.BadLabel):
		return c.say("with an unknown label", "con una etiqueta desconocida")
	case string(animo.LineTooLong):
		return c.say("too long", "demasiado largas")
	case string(animo.UnknownFormat):
		return c.say("not text", "no son texto")
	case "decoded":
		return c.say("were not UTF-8", "no eran UTF-8")
	case "mojibake":
		return c.say("UTF-8 misread as another encoding", "UTF-8 mal leído")
	case "entities":
		return c.say("HTML entities", "entidades HTML")
	case "tags":
		return c.say("HTML tags", "etiquetas HTML")
	case "characters":
		return c.say("invisible characters and split accents", "caracteres invisibles y acentos sueltos")
	case "quotes":
		return c.say("quotes that do not match", "comillas que no casan")
	case "delimiters":
		return c.say("delimiters in a text without quotes", "separadores en un texto sin comillas")
	case "translation":
		return c.say("the original of a translation by Google taken", "tomado el original de una traducción de Google")
	}
	return what
}

// printConfusion writes what was said of the opinions of each label.
func printConfusion(w io.Writer, c *console, m text.Confusion) {
	const line = "%-12s %15s %15s\n"
	fmt.Fprintf(w, line, c.say("Opinions", "Opiniones"), c.say("said Positivo", "dijo Positivo"), c.say("said Negativo", "dijo Negativo"))
	fmt.Fprintf(w, line, "Positivo", fmt.Sprint(m.PositivePositive), fmt.Sprint(m.PositiveNegative))
	fmt.Fprintf(w, line, "Negativo", fmt.Sprint(m.NegativePositive), fmt.Sprint(m.NegativeNegative))
}

// heading writes one figure with its name before it.
func heading(w io.Writer, name, format string, args ...any) {
	fmt.Fprintf(w, "%-12s %s\n", name, fmt.Sprintf(format, args...))
}

// percent writes a ratio from 0 to 1.
func percent(ratio float64) string { return fmt.Sprintf("%.1f %%", 100*ratio) }

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"animo/text"
)

// printJSON writes v as one line of JSON.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // texts are for people and programs, not for a page
	return e.Encode(v)
}

// printReport writes what training found for people to read.
func printReport(c *console, r *text.Report, skipped int) error {
	w := bufio.NewWriter(c.stdout)
	heading(w, c.say("Opinions", "Opiniones"), "%s", rowCounts(c, r.Rows, r.Positive, skipped))
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
	heading(w, c.say("Accuracy", "Exactitud"), "%s", percent(e.Accuracy))
	heading(w, "Precision", "%s", percent(e.Precision))
	heading(w, "Recall", "%s", percent(e.Recall))
	heading(w, "F1", "%s", percent(e.F1))
	fmt.Fprintln(w)
	printConfusion(w, c, e.Confusion)
	fmt.Fprintln(w)
	heading(w, c.say("Time", "Tiempo"), "%.2f s", e.Seconds)
	return w.Flush()
}

// rowCounts says how many rows there are of each kind.
func rowCounts(c *console, rows, positive, skipped int) string {
	s := fmt.Sprintf("%d (%d Positivo, %d Negativo)", rows, positive, rows-positive)
	if skipped > 0 {
		s += fmt.Sprintf(c.say("; %d with three stars left out", "; %d con tres estrellas descartadas"), skipped)
	}
	return s
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

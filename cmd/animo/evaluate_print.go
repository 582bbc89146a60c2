package main

import (
	"bufio"
	"fmt"

	"animo"
	"animo/vision"
	"animo/vision/evaluate"
)

// interval is where a rate lies in 95 of 100 cases.
type interval [2]float64

// emotionsJSON is what evaluate --faces --json prints. All rates are fractions of 1.
type emotionsJSON struct {
	Crop         string                    `json:"crop"`
	N            int                       `json:"n"`           // pictures
	Missed       int                       `json:"missed"`      // of them, those in which no face was found
	MissedRate   float64                   `json:"missed_rate"` // the others are of the faces that were found
	Accuracy     float64                   `json:"accuracy"`
	MoodAccuracy float64                   `json:"mood_accuracy"`
	MacroRecall  float64                   `json:"macro_recall"`
	ECE          float64                   `json:"ece"`
	Recall       map[string]float64        `json:"recall"`
	Precision    map[string]float64        `json:"precision"`
	Confusion    map[string]map[string]int `json:"confusion"` // for each label, what was said
	Intervals    emotionIntervals          `json:"intervals"`
}

type emotionIntervals struct {
	MissedRate   interval            `json:"missed_rate"`
	Accuracy     interval            `json:"accuracy"`
	MoodAccuracy interval            `json:"mood_accuracy"`
	MacroRecall  interval            `json:"macro_recall"`
	ECE          interval            `json:"ece"`
	Recall       map[string]interval `json:"recall"`
	Precision    map[string]interval `json:"precision"`
}

func emotionsJSONOf(crop string, e evaluate.Emotions) emotionsJSON {
	out := emotionsJSON{
		Crop: crop, N: e.N, Missed: e.Missed, MissedRate: e.MissedRate.Value, Accuracy: e.Accuracy.Value, MoodAccuracy: e.MoodAccuracy.Value,
		MacroRecall: e.MacroRecall.Value, ECE: e.ECE.Value, Recall: map[string]float64{}, Precision: map[string]float64{}, Confusion: e.Confusion,
		Intervals: emotionIntervals{e.MissedRate.Range, e.Accuracy.Range, e.MoodAccuracy.Range, e.MacroRecall.Range, e.ECE.Range, map[string]interval{}, map[string]interval{}},
	}
	for name, class := range e.Classes { // one without any face has no rate
		if class.Recall.Of > 0 {
			out.Recall[name], out.Intervals.Recall[name] = class.Recall.Value, class.Recall.Range
		}
		if class.Precision.Of > 0 {
			out.Precision[name], out.Intervals.Precision[name] = class.Precision.Value, class.Precision.Range
		}
	}
	return out
}

// between writes a rate with its interval.
func between(r evaluate.Rate) string {
	if r.Of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %% (%.1f–%.1f)", 100*r.Value, 100*r.Range[0], 100*r.Range[1])
}

// printEmotions writes how well emotions are read.
func printEmotions(c *console, crop string, e evaluate.Emotions) error {
	w := bufio.NewWriter(c.stdout)
	line := func(name, value string) { fmt.Fprintf(w, "%-16s %s\n", name, value) }
	line(c.say("Pictures", "Imágenes"), fmt.Sprint(e.N))
	if crop != "whole" {
		line(c.say("No face", "Sin rostro"), fmt.Sprintf("%d: %s", e.Missed, between(e.MissedRate)))
	}
	line(c.say("Accuracy", "Exactitud"), between(e.Accuracy))
	line(c.say("Moods", "Ánimos"), between(e.MoodAccuracy))
	line(c.say("Macro recall", "Recall macro"), between(e.MacroRecall))
	line(c.say("Calibration", "Calibración"), c.say("off by ", "error de ")+between(e.ECE))

	fmt.Fprintf(w, "\n%-10s %6s %-22s %-22s", c.say("Label", "Etiqueta"), c.say("faces", "caras"), "recall", "precision")
	var names []string
	for i := range len(vision.Expressions{}) {
		names = append(names, vision.Expression(i).String())
		fmt.Fprintf(w, " %9s", names[i])
	}
	fmt.Fprintln(w)
	for _, name := range names {
		class, ok := e.Classes[name]
		if !ok {
			continue
		}
		fmt.Fprintf(w, "%-10s %6d %-22s %-22s", name, class.Recall.Of, between(class.Recall), between(class.Precision))
		for _, said := range names {
			fmt.Fprintf(w, " %9d", e.Confusion[name][said])
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// identificationJSON is what evaluate --people --json prints. All rates are fractions of 1.
type identificationJSON struct {
	People  int         `json:"people"`
	Photos  int         `json:"photos"`
	Missed  int         `json:"missed"`  // photos without a face
	Refused int         `json:"refused"` // people whom no photo could introduce
	Curves  []curveJSON `json:"curves"`
}

type curveJSON struct {
	Examples  int           `json:"examples"`  // photos by which each person was introduced
	Gallery   int           `json:"gallery"`   // people
	Known     int           `json:"known"`     // photos of them
	Strangers int           `json:"strangers"` // photos of people who were not introduced
	Strict    namedJSON     `json:"strict"`    // as Animo names people for a tenant that chose so; without a choice it is usual
	Usual     namedJSON     `json:"usual"`
	Eager     namedJSON     `json:"eager"`
	AtMost    []boundedJSON `json:"at_most"` // this and points: if the distance alone decided
	Points    []pointJSON   `json:"points"`
}

// namedJSON is what comes of one caution.
type namedJSON struct {
	ratesJSON
	Perhaps ratesJSON `json:"perhaps"` // of names that are at least perhaps theirs
}

type pointJSON struct {
	Distance float64 `json:"distance"`
	ratesJSON
}

type ratesJSON struct {
	TruePositive  float64 `json:"true_positive"`
	Wrong         float64 `json:"wrong"`
	FalsePositive float64 `json:"false_positive"`
	Intervals     struct {
		TruePositive  interval `json:"true_positive"`
		Wrong         interval `json:"wrong"`
		FalsePositive interval `json:"false_positive"`
	} `json:"intervals"`
}

type boundedJSON struct {
	FalsePositives float64 `json:"false_positives"` // the largest share of strangers that may be named
	pointJSON
}

func pointJSONOf(p evaluate.Point) pointJSON { return pointJSON{p.Distance, ratesJSONOf(p.Rates)} }

func ratesJSONOf(r evaluate.Rates) ratesJSON {
	out := ratesJSON{TruePositive: r.TruePositive.Value, Wrong: r.Wrong.Value, FalsePositive: r.FalsePositive.Value}
	out.Intervals.TruePositive, out.Intervals.Wrong, out.Intervals.FalsePositive = r.TruePositive.Range, r.Wrong.Range, r.FalsePositive.Range
	return out
}

func identificationJSONOf(id evaluate.Identification) identificationJSON {
	out := identificationJSON{People: id.People, Photos: id.Photos, Missed: id.Missed, Refused: id.Refused}
	for _, c := range id.Curves {
		curve := curveJSON{Examples: c.Examples, Gallery: c.Gallery, Known: c.Known, Strangers: c.Strangers}
		for _, n := range c.Named {
			named := namedJSON{ratesJSONOf(n.Rates), ratesJSONOf(n.Perhaps)}
			switch n.Caution {
			case animo.Strict:
				curve.Strict = named
			case animo.Usual:
				curve.Usual = named
			case animo.Eager:
				curve.Eager = named
			}
		}
		for _, p := range c.Points {
			curve.Points = append(curve.Points, pointJSONOf(p))
		}
		for _, p := range c.AtMost {
			curve.AtMost = append(curve.AtMost, boundedJSON{p.FalsePositives, pointJSONOf(p.Point)})
		}
		out.Curves = append(out.Curves, curve)
	}
	return out
}

// printIdentification writes how well people are recognised.
func printIdentification(c *console, id evaluate.Identification) error {
	w := bufio.NewWriter(c.stdout)
	line := func(name string, n int) { fmt.Fprintf(w, "%-16s %d\n", name, n) }
	line(c.say("People", "Personas"), id.People)
	line(c.say("Photos", "Fotos"), id.Photos)
	line(c.say("No face", "Sin rostro"), id.Missed)
	line(c.say("Not introduced", "Sin presentar"), id.Refused)
	for _, curve := range id.Curves {
		fmt.Fprintf(w, "\n"+c.say("%d people introduced by %d photos each; %d other photos of them, %d photos of strangers", "%d personas presentadas con %d fotos cada una; %d fotos más de ellas, %d fotos de extraños")+"\n",
			curve.Gallery, curve.Examples, curve.Known, curve.Strangers)
		fmt.Fprintf(w, "%-9s %-22s %-22s %-22s\n", c.say("distance", "distancia"), c.say("named rightly", "bien nombradas"), c.say("named wrongly", "mal nombradas"), c.say("strangers named", "extraños nombrados"))
		rates := func(at string, r evaluate.Rates, note string) {
			fmt.Fprintf(w, "%-9s %-22s %-22s %-22s %s\n", at, between(r.TruePositive), between(r.Wrong), between(r.FalsePositive), note)
		}
		row := func(p evaluate.Point, note string) { rates(fmt.Sprintf("%.2f", p.Distance), p.Rates, note) }
		for i, p := range curve.Points {
			if i%5 == 0 { // a tenth apart
				row(p, "")
			}
		}
		for _, p := range curve.AtMost {
			row(p.Point, fmt.Sprintf(c.say("strangers: at most %g %%", "extraños: como máximo %g %%"), 100*p.FalsePositives))
		}
		for _, n := range curve.Named {
			rates("-", n.Rates, fmt.Sprintf(c.say("as Animo names, %s", "como nombra Animo, %s"), n.Caution))
		}
	}
	return w.Flush()
}

// Package text turns Spanish opinions into labels: it reads labelled opinions, trains a classifier,
// measures it by cross-validation, and classifies. It does no I/O of its own but where a function says
// so, keeps no global state, and gives the same model for the same seed on any number of cores.
//
//	model, report, err := text.Train(ctx, text.FromSlice(opinions), text.Options{})
//	fmt.Println(report.Accuracy.Mean, model.Classify("Las camas estaban mal arregladas")[0].Label)
package text

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"animo"
)

// Source yields labelled opinions, the same ones in the same order at every call: training reads it more
// than once. An error is yielded once, as the last element, and ends the training.
type Source func(ctx context.Context) iter.Seq2[animo.Opinion, error]

// FromSlice makes a Source of opinions in memory.
func FromSlice(opinions []animo.Opinion) Source {
	return func(context.Context) iter.Seq2[animo.Opinion, error] {
		return func(yield func(animo.Opinion, error) bool) {
			for _, o := range opinions {
				if !yield(o, nil) {
					return
				}
			}
		}
	}
}

// Options choose how to train. The zero value is trainer "auto", 10 folds, seed 0, all cores.
type Options struct {
	Trainer  string         // a name from Trainers; "" means "auto"
	Folds    int            // for cross-validation, 2 to 100; 0 means 10
	FoldOf   []int          // each row's fold, from 0; nil draws them from Seed. Its highest number, plus one, replaces Folds
	Goal     string         // what the model shall be good at: "" or "accuracy", "balanced", "complaints", "recall>=0.9", "precision>=0.6"; see Train
	Tune     int            // settings of the trainer that are tried (n-grams, selection by chi-squared, regularisation), 1 to 200, the usual one among them; 0 tries none. Only for auto and Tunable, and fewer than 5,000 rows
	Seed     uint64         // start weights, shuffles and folds follow from it
	Workers  int            // goroutines at once; 0 means GOMAXPROCS. Never changes the result
	Progress func(Progress) // called now and then, never from two goroutines at once; nil for none
}

// Progress tells how far a training is.
type Progress struct {
	Stage   string // "reading", "choosing", "fold", "fitting"
	Done    int    // of Total: rows when reading or fitting, folds when measuring, trainings when choosing
	Total   int    // 0 while it is not known
	Trainer string // the one that is tried, measured or fitted; "" when reading
	Fold    int    // when choosing, 1 to Folds: the one for which Trainer is tried
	Folds   int    // when choosing: how many there are
}

// Prediction is what a model says of one text.
type Prediction struct {
	Label       animo.Label
	Probability float64 // of Label, 0.5 to 1, near 0.5 a guess; less of a model with a goal, which says Negativo sooner or later
	Known       int     // features of the text that the model knows; 0 makes the prediction a guess
}

// Explanation tells how a prediction came about, all in log-odds towards Positivo; negative towards Negativo. Baseline, Rest
// and the weights of the evidence add up to LogOdds.
type Explanation struct {
	LogOdds  float64    // of the text; the logistic function of it is the probability of Positivo
	Baseline float64    // before any word: the model's constant or, where it knows no word, the share of the labels
	Evidence []Evidence // the n-grams that decided most, strongest first
	Rest     float64    // all other n-grams together; of a network, which is no sum over words, also what words do together
}

// Line writes the evidence in a line, such as "muy bien +1.20; caro -0.41".
func (e Explanation) Line() string {
	list := make([]string, len(e.Evidence))
	for i, one := range e.Evidence {
		list[i] = fmt.Sprintf("%s %+.2f", one.NGram, one.Weight)
	}
	return strings.Join(list, "; ")
}

// Evidence is one n-gram's part in a prediction.
type Evidence struct {
	NGram  string  `json:"ngram"`
	Weight float64 `json:"weight"` // log-odds towards Positivo; negative towards Negativo
}

// Stat is a mean over folds and the standard deviation over them (dividing by their number).
type Stat struct {
	Mean float64 `json:"mean"`
	Std  float64 `json:"std"`
}

// Scores measure predictions of one fold. Positivo is the positive class. A ratio over nothing is 0.
type Scores struct {
	Rows      int       `json:"rows"`
	Accuracy  float64   `json:"accuracy"`
	Precision float64   `json:"precision"`
	Recall    float64   `json:"recall"`
	F1        float64   `json:"f1"`
	Confusion Confusion `json:"confusion"`
}

// Confusion counts predictions: the true label, then the predicted one.
type Confusion struct {
	PositivePositive int `json:"positive_positive"`
	PositiveNegative int `json:"positive_negative"`
	NegativePositive int `json:"negative_positive"`
	NegativeNegative int `json:"negative_negative"`
}

// Report says how a model was made and how well it does. Its scores come from rows that the scored model
// had not seen: where the trainer chooses (auto), it chose anew inside each fold.
type Report struct {
	Rows      int       `json:"rows"`
	Positive  int       `json:"positive"` // rows labelled Positivo
	Features  int       `json:"features"` // of the published model, which is fitted on all rows
	Trainer   string    `json:"trainer"`  // the one asked for
	Chosen    string    `json:"chosen"`   // what it fitted: the same, or auto's choice
	Why       string    `json:"why,omitempty"`
	Tried     []Tried   `json:"tried,omitempty" doc:"The settings that were tried, where that was asked for; each fold chose among them by the rows of the others."`
	Language  string    `json:"language,omitempty"` // of the lexicon that the model uses: es, en or pt; none for a model without one, or of an earlier release
	Seed      uint64    `json:"seed"`
	Folds     []Scores  `json:"folds"`
	Accuracy  Stat      `json:"accuracy"`
	Precision Stat      `json:"precision"`
	Recall    Stat      `json:"recall"`
	F1        Stat      `json:"f1"`
	Confusion Confusion `json:"confusion"`         // summed over folds
	Figures   *Figures  `json:"figures,omitempty"` // of all folds together; none in reports of earlier releases
	Verdict   *Words    `json:"verdict,omitempty"` // what the figures mean
	Warnings  []Warning `json:"warnings,omitempty"`
	Judged    []Judged  `json:"-"`          // what was said of each row, in the source's order; of a long file of the first ones
	Seconds   float64   `json:"seconds"`    // wall time of reading, measuring and fitting
	PeakBytes int64     `json:"peak_bytes"` // the process's peak resident memory; 0 where the system does not tell
}

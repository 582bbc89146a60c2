package text

import (
	"context"
)

// A trainer fits one kind of model. Adding one takes a file with its fit and a line in trainers.
type trainer struct {
	name  string
	views []view
	fit   func(ctx context.Context, p problem) (scorer, error)
	load  func(widths []int, t tensors) (scorer, error) // reads what scorer.save gave, for views of these widths
}

// A problem is what a trainer learns from: some rows of a corpus. Their features are numbered over the
// whole corpus, so a feature that none of the rows has must not influence the fitted scorer.
type problem struct {
	views  []*matrix // one for each of the trainer's views; all rows of the corpus
	labels []uint8   // all rows of the corpus; 1 is Positivo
	rows   []int32   // those to learn from, ascending; both labels are among them
	seed   uint64
}

// A scorer is a fitted trainer. It is safe for concurrent use.
type scorer interface {
	// score returns the log-odds towards Positivo of a text from its features in each of the trainer's
	// views. Other monotonous scales are allowed; the model's calibration maps them to probabilities.
	score(x []vector) float64
	// explain returns what a score begins at, and each feature's part in it, for each view and in the order of its vector.
	explain(x []vector) (constant float64, parts [][]float64)
	// save returns what load needs to make the same scorer again.
	save() tensors
}

// trainers lists what Options.Trainer can name, except auto.
var trainers = []trainer{
	{"lexblend", []view{tonesView}, fitLexBlend, loadLinear},
	{"lexnb", []view{toneView}, fitLexNB, loadLinear},
	{"lexnb2", []view{tonesView}, fitLexNB, loadLinear},
	{"nb", []view{spanishView}, fitNB, loadLinear},
	{"blend", []view{wideView, lettersView}, fitBlend, loadLinear},
	{"logreg", []view{spanishView, lettersView}, fitLogistic, loadLinear},
	{"svm", []view{spanishView, lettersView}, fitSVM, loadLinear},
	{sgdName, []view{hashedView}, nil, loadLinear}, // see trainStream
	{"nbsvm", []view{spanishView, lettersView}, fitNBSVM, loadLinear},
	{"mlp", []view{plainView}, fitNetwork(fitMLP), loadNetwork(loadMLP)},
}

// vectors returns the features of one row in each view.
func (p *problem) vectors(row int, dst []vector) []vector {
	dst = dst[:0]
	for _, m := range p.views {
		dst = append(dst, m.row(row))
	}
	return dst
}

// fit fits a trainer; where all rows carry one label, to a scorer that says nothing.
func (p *problem) fit(ctx context.Context, tr trainer) (scorer, error) {
	positive := 0
	for _, r := range p.rows {
		positive += int(p.labels[r])
	}
	if positive == 0 || positive == len(p.rows) {
		return &linear{}, nil
	}
	return tr.fit(ctx, *p)
}

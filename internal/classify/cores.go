package classify

import (
	"context"
	"runtime"
	"slices"

	"animo/text"
)

// groupTexts is how many texts are classified between two looks at the deadline of a call.
const groupTexts = 16

// cores has as many places as there are cores to classify on. To wait in line for a place costs less than to take
// turns on the cores, and leaves the other calls their share.
type cores chan struct{}

func newCores() cores { return make(cores, runtime.GOMAXPROCS(0)) }

// run does one short piece of work when it is its turn, or answers ctx's error if that comes first.
func (c cores) run(ctx context.Context, work func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case c <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-c }()
	work()
	return nil
}

// predict classifies texts a few at a time, each time when it is the call's turn, until its deadline.
func (c *Classifier) predict(ctx context.Context, m *text.Model, texts []string) ([]Result, error) {
	out := make([]Result, 0, len(texts))
	for group := range slices.Chunk(texts, groupTexts) {
		err := c.cores.run(ctx, func() {
			for _, p := range m.Classify(group...) {
				out = append(out, Result{Prediction: p})
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// explain adds to the result of each text what decided, at most n n-grams, one text at a time.
func (c *Classifier) explain(ctx context.Context, m *text.Model, texts []string, n int, results []Result) error {
	for i, t := range texts {
		if err := c.cores.run(ctx, func() { results[i].Explanation = m.Explain(t, n) }); err != nil {
			return err
		}
	}
	return nil
}

package httpapi

import (
	"context"
	"runtime"
	"slices"

	"animo"
	"animo/text"
)

// groupTexts is how many texts are classified between two looks at the request's deadline.
const groupTexts = 16

// explainTexts is how many texts one call may ask explanations for: explaining costs many times what
// classifying does.
const explainTexts = 100

// cores is as many places as there are cores to classify on. Waiting in line for one costs less than taking
// turns on the cores, and leaves the other requests their share.
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

// predict classifies texts a few at a time, each time when it is the request's turn, until its deadline.
func (s *server) predict(ctx context.Context, m *text.Model, texts []string) ([]text.Prediction, error) {
	out := make([]text.Prediction, 0, len(texts))
	for group := range slices.Chunk(texts, groupTexts) {
		if err := s.cores.run(ctx, func() { out = append(out, m.Classify(group...)...) }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// explain tells for each text what decided, at most n n-grams, one text at a time.
func (s *server) explain(ctx context.Context, m *text.Model, texts []string, n int) ([][]text.Evidence, error) {
	out := make([][]text.Evidence, len(texts))
	for i, t := range texts {
		if err := s.cores.run(ctx, func() { out[i] = m.Explain(t, n) }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// checkExplain answers TooLarge for more texts than can be explained in one call.
func checkExplain(texts, n int) error {
	if n > 0 && texts > explainTexts {
		return animo.Errorf(animo.TooLarge, "%d texts are more than the %d that one call explains; send fewer, or leave explain out", "%d textos son más que los %d que explica una llamada; envíe menos, o quite explain", texts, explainTexts).Of("explain")
	}
	return nil
}

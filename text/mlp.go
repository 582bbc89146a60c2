package text

import (
	"context"
	"fmt"
	"slices"

	"animo/nn"
)

// mlp is the network of the report, over the counts of plain words and pairs of words.
type mlp struct {
	*nn.Network
}

// fitMLP trains the report's network: 30 epochs over all rows.
func fitMLP(ctx context.Context, x *matrix, labels []uint8, seed uint64) (network, error) {
	c := nn.ReportConfig()
	c.Seed = seed
	n, err := nn.Fit(ctx, &nn.Rows{Start: x.starts, Index: x.ids, Value: x.counts, Width: x.width}, labels, c)
	if err != nil {
		return nil, err
	}
	return mlp{n}, nil
}

func (m mlp) score(x vector) float64 { return float64(m.Logit(x.ids, x.counts)) }

// explain gives each feature as its part how far the score falls when the text does not have it. A network is
// no sum over features, so that the parts need not add up to the score.
func (s *networkScorer) explain(x []vector) (constant float64, out [][]float64) {
	v := x[0]
	whole := s.score(x)
	parts := make([]float64, len(v.ids))
	less := vector{ids: slices.Clone(v.ids), counts: slices.Clone(v.counts)}
	for i := range parts {
		less.counts[i] = 0
		parts[i] = whole - s.score([]vector{less})
		less.counts[i] = v.counts[i]
	}
	return s.score([]vector{{}}), [][]float64{parts}
}

func (m mlp) save() tensors { return m.Tensors() }

// loadMLP reads what save gave.
func loadMLP(width int, t tensors) (network, error) {
	n, err := nn.FromTensors(t)
	if err != nil {
		return nil, err
	}
	if n.Inputs() != width {
		return nil, fmt.Errorf("a network for %d features, not %d", n.Inputs(), width)
	}
	return mlp{n}, nil
}

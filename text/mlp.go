package text

import (
	"context"
	"fmt"

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

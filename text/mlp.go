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

func (m mlp) save() tensors {
	t := tensors{}
	for _, w := range m.Tensors() {
		t[w.Name] = w.Data
	}
	return t
}

// loadMLP reads what save gave. The layers' widths are those of their biases.
func loadMLP(width int, t tensors) (network, error) {
	in, name := width, "first"
	shapes := map[string][]int{}
	for i := 0; ; i++ {
		out := len(t[name+".bias"])
		shapes[name+".bias"] = []int{out}
		shapes[name+".weight"] = []int{out, in}
		if i == 0 {
			shapes[name+".weight"] = []int{in, out}
		}
		in, name = out, fmt.Sprintf("dense.%d", i)
		if _, ok := t[name+".bias"]; !ok {
			break
		}
	}
	var list []nn.Tensor
	for name, shape := range shapes {
		list = append(list, nn.Tensor{Name: name, Shape: shape, Data: t[name]})
	}
	n, err := nn.FromTensors(list)
	if err != nil {
		return nil, err
	}
	return mlp{n}, nil
}

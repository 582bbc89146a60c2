package text

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"animo/nn"
)

// tensors are a fitted model's numbers by name.
type tensors []nn.Tensor

// put adds a tensor of one dimension.
func (t *tensors) put(name string, data ...float32) {
	*t = append(*t, nn.Tensor{Name: name, Shape: []int{len(data)}, Data: data})
}

// has tells whether there is a tensor of that name.
func (t tensors) has(name string) bool {
	return slices.ContainsFunc(t, func(x nn.Tensor) bool { return x.Name == name })
}

// many returns the tensor of a name, which must have n finite numbers.
func (t tensors) many(name string, n int) ([]float32, error) {
	i := slices.IndexFunc(t, func(x nn.Tensor) bool { return x.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no %s", name)
	}
	x := t[i].Data
	if len(x) != n {
		return nil, fmt.Errorf("%s has %d numbers, not %d", name, len(x), n)
	}
	for _, v := range x {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("%s has a number that is not finite", name)
		}
	}
	return x, nil
}

// one returns a tensor of one number.
func (t tensors) one(name string) (float32, error) {
	x, err := t.many(name, 1)
	if err != nil {
		return 0, err
	}
	return x[0], nil
}

// number reads a finite number from a file's metadata.
func number(metadata map[string]string, name string) (float64, error) {
	x, err := strconv.ParseFloat(metadata[name], 64)
	if err == nil && (math.IsNaN(x) || math.IsInf(x, 0)) {
		err = fmt.Errorf("it is not finite")
	}
	if err != nil {
		return 0, fmt.Errorf("%s %q: %w", name, metadata[name], err)
	}
	return x, nil
}

func formatNumber(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

package text

import (
	"encoding/json"
	"fmt"
	"math"
)

// tensors are a fitted model's numbers by name.
type tensors map[string][]float32

// many gives the tensor of a name, which must have n finite numbers.
func (t tensors) many(name string, n int) ([]float32, error) {
	x, ok := t[name]
	if !ok {
		return nil, fmt.Errorf("there is no %s", name)
	}
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

// one gives a tensor of one number.
func (t tensors) one(name string) (float32, error) {
	x, err := t.many(name, 1)
	if err != nil {
		return 0, err
	}
	return x[0], nil
}

func (t tensors) encode() ([]byte, error) { return json.Marshal(t) }

func decodeTensors(b []byte) (t tensors, err error) { return t, json.Unmarshal(b, &t) }

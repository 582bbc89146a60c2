package text

import (
	"fmt"
)

// linear is a sum of parts that are linear in the features of one view each.
type linear struct {
	parts []part
}

// part is one linear function of one view: bias plus, for each feature that occurs, its weight.
type part struct {
	view    int // index into the trainer's views
	weights []float32
	bias    float64
}

func (l *linear) score(x []vector) float64 {
	sum := 0.0
	for i := range l.parts {
		sum += l.parts[i].score(x[l.parts[i].view])
	}
	return sum
}

func (p *part) score(x vector) float64 {
	var sum float32
	for _, id := range x.ids {
		sum += p.weights[id]
	}
	return p.bias + float64(sum)
}

func (l *linear) explain(x []vector) [][]float64 {
	out := make([][]float64, len(x))
	for i := range x {
		out[i] = make([]float64, len(x[i].ids))
	}
	for _, p := range l.parts {
		for i, id := range x[p.view].ids {
			out[p.view][i] += float64(p.weights[id])
		}
	}
	return out
}

func (l *linear) save() tensors {
	t := tensors{}
	for i, p := range l.parts {
		name := fmt.Sprintf("part%d.", i)
		t[name+"weights"] = p.weights
		t[name+"bias"] = []float32{float32(p.bias)}
		t[name+"view"] = []float32{float32(p.view)}
	}
	return t
}

func loadLinear(widths []int, t tensors) (scorer, error) {
	l := &linear{}
	for i := 0; ; i++ {
		name := fmt.Sprintf("part%d.", i)
		if _, ok := t[name+"view"]; !ok && i > 0 {
			return l, nil
		}
		at, err := t.one(name + "view")
		if err != nil {
			return nil, err
		}
		p := part{view: int(at)}
		if p.view < 0 || p.view >= len(widths) || float32(p.view) != at {
			return nil, fmt.Errorf("%sview is %g, of %d", name, at, len(widths))
		}
		if p.weights, err = t.many(name+"weights", widths[p.view]); err != nil {
			return nil, err
		}
		bias, err := t.one(name + "bias")
		if err != nil {
			return nil, err
		}
		p.bias = float64(bias)
		l.parts = append(l.parts, p)
	}
}

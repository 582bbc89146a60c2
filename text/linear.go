package text

import (
	"fmt"
	"math"
)

// linear is a sum of parts that are linear in the features of one view each.
type linear struct {
	parts []part
}

// part is one linear function of one view: bias plus weight times number for each feature that occurs.
type part struct {
	view      int // index into the trainer's views
	weighting weighting
	idf       []float32 // only for tfidf
	weights   []float32
	bias      float64
	ramp      float32 // see constant; 0 for a constant that is the same for all texts
	fade      float32 // see fading; 0 for a part that counts as much in every text
	damp      float32 // added to the squared length of a tf-idf vector before it is scaled, so that short texts count less
}

// constant is what the part gives for a text of n features besides their weights: the bias, or of a part with a ramp
// n/(n+ramp) of it. A bias that was fitted to whole reviews says nothing of a text of one word.
func (p *part) constant(n int) float64 { return p.bias * float64(p.share(n)) }

func (p *part) share(n int) float32 {
	if p.ramp == 0 {
		return 1
	}
	return float32(n) / (float32(n) + p.ramp)
}

// fading is what a part's sum is multiplied by for a text of n features: 1-n/fade, and 0 for longer ones. Short texts have little to
// go by, so a part that knows more than the training rows may count there.
func (p *part) fading(n int) float32 {
	if p.fade == 0 {
		return 1
	}
	return max(0, 1-float32(n)/p.fade)
}

func (l *linear) score(x []vector) float64 {
	sum := 0.0
	for i := range l.parts {
		p := &l.parts[i]
		v := x[p.view]
		if f := p.fading(len(v.ids)); f > 0 {
			sum += p.score(v) * float64(f)
		}
	}
	return sum
}

func (p *part) score(x vector) float64 {
	var sum float32
	switch p.weighting {
	case binary, unit:
		for _, id := range x.ids {
			sum += p.weights[id]
		}
		if p.weighting == unit {
			sum *= scaleOf(len(x.ids))
		}
		return p.constant(len(x.ids)) + float64(sum)
	case counts:
		for i, id := range x.ids {
			sum += x.counts[i] * p.weights[id]
		}
		return p.constant(len(x.ids)) + float64(sum)
	}
	square := p.damp
	for i, id := range x.ids {
		v := p.idf[id]
		if c := x.counts[i]; c > 1 {
			v *= float32(1 + math.Log(float64(c)))
		}
		square += v * v
		sum += v * p.weights[id]
	}
	if square == 0 {
		return p.constant(len(x.ids))
	}
	return p.constant(len(x.ids)) + float64(sum)/math.Sqrt(float64(square))
}

// scale multiplies what the part gives.
func (p *part) scale(by float64) {
	for i := range p.weights {
		p.weights[i] *= float32(by)
	}
	p.bias = single32(p.bias * by)
}

func (l *linear) explain(x []vector) (constant float64, out [][]float64) {
	out = make([][]float64, len(x))
	for i := range x {
		out[i] = make([]float64, len(x[i].ids))
	}
	var numbers []float32
	for i := range l.parts {
		p := &l.parts[i]
		fading := p.fading(len(x[p.view].ids))
		constant += p.constant(len(x[p.view].ids)) * float64(fading)
		numbers = p.weigh(numbers[:0], x[p.view])
		for i, id := range x[p.view].ids {
			out[p.view][i] += float64(numbers[i] * p.weights[id] * fading)
		}
	}
	return constant, out
}

func (l *linear) save() tensors {
	t := tensors{}
	for i, p := range l.parts {
		name := fmt.Sprintf("part%d.", i)
		t.put(name+"view", float32(p.view))
		t.put(name+"bias", float32(p.bias))
		t.put(name+"weights", p.weights...)
		t.put(name+"weighting", float32(p.weighting))
		if p.weighting == tfidf {
			t.put(name+"idf", p.idf...)
		}
		if p.ramp != 0 {
			t.put(name+"ramp", p.ramp)
		}
		if p.fade != 0 {
			t.put(name+"fade", p.fade)
		}
		if p.damp != 0 {
			t.put(name+"damp", p.damp)
		}
	}
	return t
}

// loadLinear reads what save gave.
func loadLinear(widths []int, t tensors) (scorer, error) {
	l := &linear{}
	for i := 0; ; i++ {
		name := fmt.Sprintf("part%d.", i)
		if !t.has(name+"view") && i > 0 {
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
		kind, err := t.one(name + "weighting")
		if err != nil {
			return nil, err
		}
		p.weighting = weighting(kind)
		if float32(p.weighting) != kind || p.weighting > tfidf {
			return nil, fmt.Errorf("%sweighting is %g", name, kind)
		}
		if p.weighting == tfidf {
			if p.idf, err = t.many(name+"idf", widths[p.view]); err != nil {
				return nil, err
			}
		}
		bias, err := t.one(name + "bias")
		if err != nil {
			return nil, err
		}
		p.bias = float64(bias)
		for end, to := range map[string]*float32{"ramp": &p.ramp, "damp": &p.damp, "fade": &p.fade} { // which older models do not have
			if !t.has(name + end) {
				continue
			}
			if *to, err = t.one(name + end); err == nil && *to < 0 {
				err = fmt.Errorf("%s%s is %g", name, end, *to)
			}
			if err != nil {
				return nil, err
			}
		}
		l.parts = append(l.parts, p)
	}
}

package text

import (
	"context"
	"math"
	"math/rand/v2"
)

// A design is what the linear solvers see: the training rows' numbers, the features of all views side by
// side, and each row's label as +1 or -1.
type design struct {
	starts  []int32
	ids     []int32
	numbers []float32
	signs   []float32
	ones    []float32 // each row's number of the bias, a feature that every row has
	width   int
	// A solver stops when no row's optimality condition is violated by more than this, or after rounds
	// passes.
	tolerance float64
}

// newDesign gathers the numbers that some parts give for the training rows, each times the part's
// weight where it has weights already; a number of 0 is left out. The bias is the first part's. offsets tells where each
// part's features begin.
func newDesign(p problem, parts []part) (d *design, offsets []int32) {
	d = &design{starts: make([]int32, 1, len(p.rows)+1), tolerance: tolerance}
	n := 0
	for i := range parts {
		x := p.views[parts[i].view]
		offsets = append(offsets, int32(d.width))
		d.width += x.width
		for _, r := range p.rows {
			n += int(x.starts[r+1] - x.starts[r])
		}
	}
	d.ids, d.numbers = make([]int32, 0, n), make([]float32, 0, n)
	var numbers []float32
	for _, r := range p.rows {
		for i := range parts {
			v := p.views[parts[i].view].row(int(r))
			numbers = parts[i].weigh(numbers[:0], v)
			for k, id := range v.ids {
				number := numbers[k]
				if parts[i].weights != nil {
					number *= parts[i].weights[id]
				}
				if number != 0 {
					d.ids = append(d.ids, id+offsets[i])
					d.numbers = append(d.numbers, number)
				}
			}
		}
		d.starts = append(d.starts, int32(len(d.ids)))
		d.signs = append(d.signs, float32(p.labels[r])*2-1)
		d.ones = append(d.ones, parts[0].share(len(p.views[parts[0].view].row(int(r)).ids)))
	}
	return d, offsets
}

func (d *design) row(i int) (ids []int32, numbers []float32) {
	lo, hi := d.starts[i], d.starts[i+1]
	return d.ids[lo:hi], d.numbers[lo:hi]
}

// What solvers stop by, where nothing else is said.
const (
	tolerance = 0.01
	rounds    = 200
)

// logistic minimises |w|²/2 + c·Σ ln(1+exp(-sign·w·x)) by dual coordinate descent: Yu, Huang and Lin, Dual
// coordinate descent methods for logistic regression and maximum entropy models, Machine Learning 85
// (2011). The last weight is the bias.
func (d *design) logistic(ctx context.Context, c float64, seed uint64) ([]float32, error) {
	// A row's dual variable is c·sigmoid(u). Its one-dimensional problem is to find the root of
	// u + q·(c·sigmoid(u) - old) + margin, which is increasing, so that Newton's steps stay in a bracket.
	u := make([]float64, len(d.signs))
	return d.descend(ctx, seed, func(i int) float64 {
		u[i] = math.Log(0.1 / 0.9)
		return c * sigmoid(u[i])
	}, func(i int, q, margin, old float64) (step, violation float64) {
		violation = math.Abs(u[i] + margin)
		lo, hi := -margin-q*(c-old), -margin+q*old
		at := min(max(u[i], lo), hi)
		for range 20 {
			s := sigmoid(at)
			f := at + q*(c*s-old) + margin
			if math.Abs(f) < d.tolerance/100 {
				break
			}
			if f > 0 {
				hi = at
			} else {
				lo = at
			}
			at -= f / (1 + q*c*s*(1-s))
			if at <= lo || at >= hi {
				at = (lo + hi) / 2
			}
		}
		u[i] = at
		return c*sigmoid(at) - old, violation
	})
}

// squaredHinge minimises |w|²/2 + c·Σ max(0, 1-sign·w·x)² by dual coordinate descent: Hsieh et al., A dual
// coordinate descent method for large-scale linear SVM, ICML 2008. The last weight is the bias.
func (d *design) squaredHinge(ctx context.Context, c float64, seed uint64) ([]float32, error) {
	return d.descend(ctx, seed, func(int) float64 { return 0 },
		func(_ int, q, margin, old float64) (step, violation float64) {
			g := margin - 1 + old/(2*c)
			if old == 0 {
				violation = max(0, -g)
			} else {
				violation = math.Abs(g)
			}
			return max(old-g/(q+1/(2*c)), 0) - old, violation
		})
}

// descend improves one row's dual variable after the other, in a new random order each round. start gives
// the first value; solve gets the row's squared length, its margin and its variable, and tells the step
// and by how much the row was off.
func (d *design) descend(ctx context.Context, seed uint64, start func(i int) float64, solve func(i int, q, margin, old float64) (step, violation float64)) ([]float32, error) {
	n := len(d.signs)
	w := make([]float32, d.width+1)
	dual, q := make([]float64, n), make([]float64, n)
	order := make([]int, n)
	for i := range n {
		order[i] = i
		_, numbers := d.row(i)
		q[i] = float64(d.ones[i] * d.ones[i])
		for _, v := range numbers {
			q[i] += float64(v) * float64(v)
		}
		if dual[i] = start(i); dual[i] != 0 {
			d.step(w, i, float32(dual[i])*d.signs[i])
		}
	}
	rng := rand.New(rand.NewPCG(seed, 0x64756170))
	for range rounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		rng.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
		worst := 0.0
		for _, i := range order {
			ids, numbers := d.row(i)
			margin := w[d.width] * d.ones[i]
			for k, id := range ids {
				margin += numbers[k] * w[id]
			}
			step, violation := solve(i, q[i], float64(margin*d.signs[i]), dual[i])
			worst = max(worst, violation)
			if step != 0 {
				dual[i] += step
				d.step(w, i, float32(step)*d.signs[i])
			}
		}
		if worst < d.tolerance {
			break
		}
	}
	return w, nil
}

// step adds by times row i to w.
func (d *design) step(w []float32, i int, by float32) {
	ids, numbers := d.row(i)
	for k, id := range ids {
		w[id] += by * numbers[k]
	}
	w[d.width] += by * d.ones[i]
}

// spread gives each part its weights, and the first the bias. Weights that a part has already multiply.
func spread(p problem, parts []part, offsets []int32, w []float32) {
	for i := range parts {
		width := p.views[parts[i].view].width
		own := w[offsets[i] : int(offsets[i])+width : int(offsets[i])+width]
		if parts[i].weights != nil {
			for id, v := range parts[i].weights {
				own[id] *= v
			}
		}
		parts[i].weights = own
	}
	parts[0].bias = float64(w[len(w)-1])
}

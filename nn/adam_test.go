package nn

import (
	"math"
	"math/rand/v2"
	"testing"
)

// adam64 is Adam as published, in float64, for weights whose gradients come in full.
type adam64 struct {
	AdamConfig
	t    int
	m, v []float64
}

func (a *adam64) step(w, g []float64) {
	if a.m == nil {
		a.m, a.v = make([]float64, len(w)), make([]float64, len(w))
	}
	a.t++
	rate := a.Rate * math.Sqrt(1-math.Pow(a.Beta2, float64(a.t))) / (1 - math.Pow(a.Beta1, float64(a.t)))
	for i := range w {
		a.m[i] = a.Beta1*a.m[i] + (1-a.Beta1)*g[i]
		a.v[i] = a.Beta2*a.v[i] + (1-a.Beta2)*g[i]*g[i]
		w[i] -= rate * a.m[i] / (math.Sqrt(a.v[i]) + a.Eps)
	}
}

func TestAdam_follows_the_definition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n, steps = 37, 1000
	w, w64 := normal(rng, n)
	a, want := NewAdam(KerasAdam(), n), adam64{AdamConfig: KerasAdam()}
	for range steps {
		g, g64 := normal(rng, n)
		a.Step(w, g)
		want.step(w64, g64)
	}
	for i := range w {
		// Each step rounds the weight, and its move with a relative error of some units.
		if d := math.Abs(float64(w[i]) - w64[i]); d > steps*(math.Abs(w64[i])+0.01)/(1<<24) {
			t.Errorf("weight %d: %g, want %g", i, w[i], w64[i])
		}
	}
}

// lazyCase is a table of weights that gets gradients of a certain size for few of its rows.
type lazyCase struct {
	name  string
	scale float64 // of the gradients
	gap   int     // a row has a gradient in one of gap steps
	steps int
}

// run returns the largest difference between LazyAdam and Adam in full, over all weights and after all
// steps, and the largest move of a weight.
func (c lazyCase) run(t *testing.T) (worst, moved float64) {
	const rows, width = 40, 16
	rng := rand.New(rand.NewPCG(1, 2))
	w := make([]float32, rows*width)
	w64 := make([]float64, rows*width)
	lazy, full := NewLazyAdam(KerasAdam(), rows, width, c.steps), adam64{AdamConfig: KerasAdam()}
	for range c.steps {
		var some []int32
		for r := range rows - 1 { // the last row never has a gradient
			if rng.IntN(c.gap) == 0 {
				some = append(some, int32(r))
			}
		}
		g := make([]float32, len(some)*width)
		g64 := make([]float64, rows*width)
		for i, r := range some {
			for j := range width {
				g[i*width+j] = float32(c.scale * rng.NormFloat64())
				g64[int(r)*width+j] = float64(g[i*width+j])
			}
		}
		lazy.CatchUp(w, some)
		// What the forward pass would see must be up to date already.
		for _, r := range some {
			for j := int(r) * width; j < int(r+1)*width; j++ {
				worst = max(worst, math.Abs(float64(w[j])-w64[j]))
			}
		}
		lazy.Step(w, some, g)
		full.step(w64, g64)
	}
	lazy.Finish(w)
	for j := range w {
		worst = max(worst, math.Abs(float64(w[j])-w64[j]))
		moved = max(moved, math.Abs(w64[j]))
	}
	for _, x := range w[(rows-1)*width:] {
		if x != 0 {
			t.Errorf("%s: a row without gradients moved to %g", c.name, x)
		}
	}
	return worst, moved
}

func TestLazyAdam_equals_Adam_in_full(t *testing.T) {
	for _, c := range []lazyCase{
		{"as in the first epoch", 1e-3, 30, 900},
		{"as in the last epoch", 1e-6, 30, 900},
		{"every step", 1e-3, 1, 900},
		{"long gaps", 1e-3, 700, 5000},
		{"√v about ε", 1e-7 / 0.03, 30, 900},
		{"√v far below ε", 1e-10, 30, 900},
		{"longer than the tables", 1e-3, 2000, corrected + 5000},
	} {
		worst, moved := c.run(t)
		// The weights' own rounding, a unit for each of at most steps moves of a table entry, and the bound of
		// LazyAdam's documentation on the moves: 2.4e−5 where ε decides, which then makes the moves small.
		limit := moved * (2.4e-5 + 100.0/(1<<24))
		if c.scale >= 1e-4 {
			limit = moved * 100.0 / (1 << 24)
		}
		t.Logf("%s: off by %.2g after moves of up to %.2g, limit %.2g", c.name, worst, moved, limit)
		if !(worst <= limit) {
			t.Errorf("%s: off by %g, limit %g", c.name, worst, limit)
		}
	}
}

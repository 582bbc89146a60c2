package vision

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// labelledFaces makes faces of a group of people: the network says what shows tells of it, and the probabilities are honest of
// what it believes.
func labelledFaces(n int, shows func(said Expressions, rng *rand.Rand) Expression) []Labelled {
	rng := rand.New(rand.NewPCG(3, 4))
	list := make([]Labelled, n)
	for i := range list {
		var p Expressions
		sum := 0.0
		for e := range p {
			p[e] = math.Exp(2 * rng.NormFloat64())
			sum += p[e]
		}
		for e := range p {
			p[e] /= sum
		}
		list[i] = Labelled{Said: p, Shows: shows(p, rng), Photo: fmt.Sprint("photo", i/3)}
	}
	return list
}

// honest draws an expression by its probability.
func honest(p Expressions, rng *rand.Rand) Expression {
	x := rng.Float64()
	for e, v := range p {
		if x -= v; x < 0 {
			return Expression(e)
		}
	}
	return Calm
}

// confused draws for a network that says sad of calm faces.
func confused(p Expressions, rng *rand.Rand) Expression {
	if e := honest(p, rng); e != Sad || rng.Float64() < 0.1 {
		return e
	}
	return Calm
}

func TestLayer_of_people_whose_faces_the_network_confuses_is_better(t *testing.T) {
	list := labelledFaces(300, confused)
	layer, check := FitLayer(list)
	if !check.Better() || check.After <= check.Before || check.Faces != 300 {
		t.Errorf("of 300 faces: %+v", check)
	}
	// On faces that neither the fit nor the check has seen.
	before, after := 0, 0
	for _, f := range labelledFaces(4000, confused)[1000:] {
		p := layer.Apply(f.Said)
		if sum := p[0] + p[1] + p[2] + p[3] + p[4] + p[5] + p[6]; math.Abs(sum-1) > 1e-9 {
			t.Fatalf("the probabilities add up to %g", sum)
		}
		if e, _ := f.Said.Top(); e == f.Shows {
			before++
		}
		if e, _ := p.Top(); e == f.Shows {
			after++
		}
	}
	if t.Logf("right of 3000: %d, with the layer %d; check %+v", before, after, check); after < before+100 {
		t.Errorf("right of 3000: %d, with the layer %d", before, after)
	}
}

func TestLayer_of_people_of_whom_the_network_is_right_is_not_better(t *testing.T) {
	for _, n := range []int{2, 12, 40, 150, 600} {
		if _, check := FitLayer(labelledFaces(n, honest)); check.Better() {
			t.Errorf("%d faces: %+v", n, check)
		}
	}
	if _, check := FitLayer(nil); check.Better() {
		t.Errorf("no faces: %+v", check)
	}
}

func TestLayer_of_few_faces_changes_little(t *testing.T) {
	layer, _ := FitLayer(labelledFaces(2, func(Expressions, *rand.Rand) Expression { return Fear }))
	p := Expressions{0.05, 0.8, 0.05, 0.025, 0.025, 0.025, 0.025}
	if got := layer.Apply(p); got[Happy] < 0.5 {
		t.Errorf("two faces make %v of %v", got, p)
	}
	none := unchanged()
	for e, v := range none.Apply(p) {
		if math.Abs(v-p[e]) > 1e-12 {
			t.Errorf("the layer that changes nothing makes %g of %g", v, p[e])
		}
	}
}

// At its end, the descent is where the gradient vanishes.
func TestLayer_is_the_best_one(t *testing.T) {
	list := labelledFaces(200, confused)
	best := fitLayer(list)
	loss := func(l Layer) float64 {
		sum, base := 0.0, unchanged()
		for _, f := range list {
			p := l.Apply(f.Said)
			sum -= math.Log(p[f.Shows])
		}
		for e, w := range l.Weights {
			sum += layerRidge / 2. * l.Shift[e] * l.Shift[e]
			for j, v := range w {
				d := layerUnit * (v - base.Weights[e][j])
				sum += layerRidge / 2. * d * d
			}
		}
		return sum
	}
	least := loss(best)
	for e := range best.Weights {
		for j := range best.Weights[e] {
			for _, by := range []float64{-0.01, 0.01} {
				other := best
				other.Weights[e][j] += by
				if l := loss(other); l < least-1e-4 {
					t.Errorf("a weight changed by %g gives %.6f, less than %.6f", by, l, least)
				}
			}
		}
	}
}

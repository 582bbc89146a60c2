package nn

import (
	"math"

	"animo/nn/kernel"
)

// AdamConfig holds the constants of Adam (Kingma and Ba, 2015, arXiv:1412.6980).
type AdamConfig struct {
	Rate         float64 // the largest move of a weight in a step, or so
	Beta1, Beta2 float64 // how much of the moments of the gradient stays in a step
	Eps          float64 // keeps the move finite where gradients vanish
}

// KerasAdam returns the constants that Keras starts with.
func KerasAdam() AdamConfig { return AdamConfig{Rate: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-7} }

// rate is the rate of step t, counted from 1, with the corrections of both moments' start from zero.
func (c AdamConfig) rate(t int) float64 {
	return c.Rate * math.Sqrt(1-math.Pow(c.Beta2, float64(t))) / (1 - math.Pow(c.Beta1, float64(t)))
}

// factors are the kernel's arguments for step t.
func (c AdamConfig) factors(t int) kernel.Adam {
	return kernel.Adam{
		Beta1: float32(c.Beta1), Beta2: float32(c.Beta2),
		Rest1: float32(1 - c.Beta1), Rest2: float32(1 - c.Beta2),
		Rate: float32(c.rate(t)), Eps: float32(c.Eps),
	}
}

// Adam optimises weights whose gradients come in full at every step.
type Adam struct {
	config AdamConfig
	step   int
	m, v   []float32
}

// NewAdam makes an optimiser for n weights.
func NewAdam(c AdamConfig, n int) *Adam {
	return &Adam{config: c, m: make([]float32, n), v: make([]float32, n)}
}

// Step moves weights w by gradients g.
func (a *Adam) Step(w, g []float32) {
	a.step++
	kernel.AdamStep(w, a.m, a.v, g, a.config.factors(a.step))
}

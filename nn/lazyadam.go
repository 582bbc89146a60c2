package nn

import (
	"math"
	"slices"

	"animo/nn/kernel"
)

// LazyAdam optimises a table of weights of whose rows each step has a gradient for few. It makes the
// moves of Adam, in which a weight goes on moving while its gradient is zero, but makes them only when a
// row is needed: CatchUp before the forward pass, Step after the backward pass, Finish at the end.
//
// While the gradient is zero, m and v decay by β₁ and β₂. A row that had its last gradient at step s and is
// caught up after step s+k has moved, with ρ(t) for the rate of step t, q = √β₂ and r = β₁/q, by
//
//	Σ ρ(s+i)·β₁ⁱm / (qⁱ√v + ε)  =  Σ ρ(s+i)·rⁱ · m / (√v + ε·q⁻ⁱ)      i = 1 … k
//
// Taking the mean of q⁻ⁱ over the terms, each with weight ρ(s+i)·rⁱ, for each q⁻ⁱ gives the closed form
//
//	S·m / (√v + ε·T/S)    with   S = Σ ρ(s+i)·rⁱ   and   T = Σ ρ(s+i)·(β₁/β₂)ⁱ
//
// Both sums are differences of tails that do not depend on k: with tail(s) = r·(ρ(s+1) + tail(s+1)), S is
// tail(s) − rᵏ·tail(s+k), and so for T.
//
// The error is that of a convex function at the mean of its argument X = q⁻ⁱ ≥ 1: relative to the move it
// is below Var(X)·(ε/(√v+ε))²·(1+E[X]ε/√v)/(1+ε/√v). With Keras's constants Var(X) is at most 2.3e−5, so
// that a move is off by less than 2.4e−5 of itself in the worst case, and by less than float32 rounds
// (6e−8) as soon as √v is 20 ε = 2e−6.
type LazyAdam struct {
	config       AdamConfig
	width        int
	step         int
	moments      []float32 // of each row, the first moments and then the second ones
	last         []int32   // for each row, the last step that had a gradient for it; 0 for none
	tailS, tailT []float64 // of the sums above, from each step on; constant after the last entry
	powS, powT   powers    // of r and β₁/β₂
	pow1, pow2   powers    // of β₁ and β₂

	decay1, decay2 []float32 // for each row of the last CatchUp, what its moments keep at the next step
	stale          []int32   // those rows that have a move to make, with its shift and ε
	shift, eps     []float32
}

// corrected is the number of steps after which the rate is constant to float64's precision: 0.999 to this
// power is below 2⁻⁵³.
const corrected = 40_000

// NewLazyAdam makes an optimiser of steps steps for a table of rows × width weights, where width is a
// multiple of kernel.Lanes.
func NewLazyAdam(c AdamConfig, rows, width, steps int) *LazyAdam {
	a := &LazyAdam{
		config: c, width: width,
		moments: make([]float32, 2*rows*width), last: make([]int32, rows),
		powS: newPowers(c.Beta1 / math.Sqrt(c.Beta2)), powT: newPowers(c.Beta1 / c.Beta2),
		pow1: newPowers(c.Beta1), pow2: newPowers(c.Beta2),
	}
	// The tails may begin anywhere, because that cancels; with the limit they hold for all later steps, too.
	n := min(steps, corrected)
	a.tailS, a.tailT = make([]float64, n+1), make([]float64, n+1)
	s, t := c.Rate*a.powS.base/(1-a.powS.base), c.Rate*a.powT.base/(1-a.powT.base)
	for i := n; i >= 0; i-- {
		a.tailS[i], a.tailT[i] = s, t
		rate := c.rate(i)
		s, t = a.powS.base*(rate+s), a.powT.base*(rate+t)
	}
	return a
}

// CatchUp brings the given rows of the table w, each named once, to where Adam has them after all steps
// so far.
func (a *LazyAdam) CatchUp(w []float32, rows []int32) {
	a.stale = slices.Grow(a.stale[:0], cap(rows))
	for _, s := range []*[]float32{&a.shift, &a.eps, &a.decay1, &a.decay2} {
		*s = slices.Grow((*s)[:0], cap(rows))
	}
	for _, row := range rows {
		since := int(a.last[row])
		idle := 0
		if since > 0 {
			idle = a.step - since
		}
		a.decay1 = append(a.decay1, flush(a.pow1.at(idle+1)))
		a.decay2 = append(a.decay2, flush(a.pow2.at(idle+1)))
		if idle > 0 {
			shift, eps := a.missed(since, idle)
			a.stale = append(a.stale, row)
			a.shift, a.eps = append(a.shift, shift), append(a.eps, eps)
		}
	}
	kernel.AdamCatchUp(w, a.moments, a.width, a.stale, a.shift, a.eps)
}

// missed returns S and ε·T/S for k steps without a gradient after step s.
func (a *LazyAdam) missed(s, k int) (shift, eps float32) {
	from, to := min(s, len(a.tailS)-1), min(s+k, len(a.tailS)-1)
	sum := a.tailS[from] - a.powS.at(k)*a.tailS[to]
	sumT := a.tailT[from] - a.powT.at(k)*a.tailT[to]
	return float32(sum), float32(a.config.Eps * sumT / sum)
}

// Step moves the rows of the last CatchUp by their gradients: g has a row for each of them, in that order.
func (a *LazyAdam) Step(w []float32, rows []int32, g []float32) {
	a.step++
	for _, row := range rows {
		a.last[row] = int32(a.step)
	}
	kernel.AdamRows(w, a.moments, g, a.width, rows, a.decay1, a.decay2, a.config.factors(a.step))
}

// Finish brings every row of the table w to where Adam has it after the last step. No step may follow.
func (a *LazyAdam) Finish(w []float32) {
	rows := make([]int32, len(a.last))
	for i := range rows {
		rows[i] = int32(i)
	}
	a.CatchUp(w, rows)
}

// powers are the powers of a number between 0 and 1, the first of them in a table.
type powers struct {
	base  float64
	table []float64
}

func newPowers(base float64) powers {
	p := powers{base, make([]float64, 1024)}
	x := 1.0
	for i := range p.table {
		p.table[i] = x
		x *= base
	}
	return p
}

func (p powers) at(k int) float64 {
	if k < len(p.table) {
		return p.table[k]
	}
	return math.Pow(p.base, float64(k))
}

// flush rounds to float32, and to zero what is so small that its products would be subnormal numbers,
// which are slow and change nothing.
func flush(x float64) float32 {
	if x < 1e-30 {
		return 0
	}
	return float32(x)
}

package text

import (
	"context"
	"math"

	"animo/nn/kernel"
)

// Logistic regression by stochastic gradients (AdaGrad: Duchi, Hazan and Singer, Adaptive subgradient
// methods, JMLR 12, 2011) over a lexical view, hashed (Weinberger et al., Feature hashing for large scale
// multitask learning, ICML 2009), for files of any size. Each feature has one cache line of weights: a
// lane for the model of each fold, and one for the model of all rows. A row moves all lanes but its own
// fold's, so that one training measures itself.
const sgdName = "sgd"

const (
	lanes      = 16
	foldLanes  = lanes - 2
	wholeLane  = lanes - 2 // the model of all rows
	squareLane = lanes - 1 // the sum of that model's squared gradients, which sets the steps of all lanes
)

// rate is AdaGrad's step before it is divided by the root of the squares, and calm what that sum begins at.
const (
	rate = 0.25
	calm = 1
)

// In a batch all rows see the same weights. Batches begin small, because the first steps are the longest,
// and grow to batchChunks.
const (
	batchChunks = 8
	batchGrowth = 16 // chunks until a batch is one chunk longer
)

// sgd is the weights while they are learned.
type sgd struct {
	*stream
	first   int // the fold of lane 0
	lines   weightTable
	bias    [lanes]float32
	learned int // chunks

	// Of the first pass, for mix.
	counted bool
	texts   []texts
	mass    [2][lanes]float64 // features of the rows by label and lane, repeated as often as they occur
	rows    [2][lanes]float64
	sample  []sampled
}

func newSGD(s *stream, first int) *sgd {
	n := 1 << s.space.view.Bits
	return &sgd{stream: s, first: first, lines: make(weightTable, n*lanes), texts: make([]texts, n)}
}

// learn goes through the source once, shows each chunk to see, and tells how many rows there were.
func (g *sgd) learn(ctx context.Context, see func(*chunk), tell func(rows int)) (rows int, err error) {
	rows, err = g.pass(ctx, func(chunks []*chunk) error {
		for _, c := range chunks {
			see(c)
		}
		for len(chunks) > 0 {
			n := min(1+g.learned/batchGrowth, batchChunks, len(chunks))
			batch := chunks[:n]
			chunks = chunks[n:]
			if !g.counted {
				for _, c := range batch {
					g.note(c)
				}
			}
			g.learned += n
			parallel(g.workers, n, func(i int) { g.gradients(batch[i]) })
			parallel(g.workers, shares, func(share int) {
				g.update(batch, share)
				if !g.counted {
					g.count(batch, share)
				}
			})
			g.updateBias(batch)
		}
		return nil
	}, tell)
	g.counted = true
	return rows, err
}

// gradients finds each row's gradient in each lane.
func (g *sgd) gradients(c *chunk) {
	for i := range c.texts {
		ids := c.row(i)
		grad := &c.grads[i]
		*grad = [lanes]float32{}
		scale := g.lines.sum(grad, ids, &c.ones)
		y := float32(c.labels[i])
		for l := range foldLanes + 1 {
			grad[l] = (float32(sigmoid(float64(grad[l]*scale+g.bias[l]))) - y) * scale
		}
		if l := g.lane(c.folds[i]); l != wholeLane {
			grad[l] = 0
		}
	}
}

// weightTable has a line of lanes weights for each feature.
type weightTable []float32

func (t weightTable) line(id int) *[lanes]float32 { return (*[lanes]float32)(t[id*lanes:]) }

// sum adds the weights of a row's features to z, lane by lane. The row's numbers are all scale, so that
// long and short texts count alike. ones is scratch.
func (t weightTable) sum(z *[lanes]float32, ids []int32, ones *[]float32) (scale float32) {
	for len(*ones) < len(ids) {
		*ones = append(*ones, 1)
	}
	kernel.SumRows(z[:], t, ids, (*ones)[:len(ids)])
	return scaleOf(len(ids))
}

// scaleOf is what each of n features counts, so that together they have length 1.
func scaleOf(n int) float32 {
	if n == 0 {
		return 1
	}
	return float32(1 / math.Sqrt(float64(n)))
}

// update moves the weights of one share of the features.
func (g *sgd) update(batch []*chunk, share int) {
	for _, c := range batch {
		for _, e := range c.shares[share] {
			grad := &c.grads[e.row]
			step(g.lines.line(int(e.id)), grad)
		}
	}
}

func step(line, grad *[lanes]float32) {
	line[squareLane] += grad[wholeLane] * grad[wholeLane]
	by := float32(rate / math.Sqrt(float64(calm+line[squareLane])))
	for l := range foldLanes + 1 {
		line[l] -= by * grad[l]
	}
}

func (g *sgd) updateBias(batch []*chunk) {
	for _, c := range batch {
		for i := range c.texts {
			grad := c.grads[i]
			step(&g.bias, &grad)
		}
	}
}

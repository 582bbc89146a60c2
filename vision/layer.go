package vision

import (
	"hash/fnv"
	"io"
	"math"

	"animo"
)

// Layer turns what the network says of expressions into what some people say of their own photos: with p for the network's
// probabilities, the probabilities are softmax(Weights · log p + Shift). That is matrix scaling (C. Guo et al., "On Calibration of
// Modern Neural Networks", ICML 2017, section 4.2). The zero value is none; see FitLayer.
type Layer struct {
	Weights [len(Expressions{})]Expressions `json:"weights"` // of each expression, for the logarithm of each
	Shift   Expressions                     `json:"shift"`
}

// unchanged is the layer that leaves everything as it is.
func unchanged() (l Layer) {
	for i := range l.Weights {
		l.Weights[i][i] = 1
	}
	return l
}

// Apply returns the layer's probabilities, which add up to 1.
func (l *Layer) Apply(p Expressions) Expressions { return l.of(logarithms(p)) }

func (l *Layer) of(z Expressions) (out Expressions) {
	most := math.Inf(-1)
	for i, w := range l.Weights {
		out[i] = l.Shift[i]
		for j, v := range w {
			out[i] += v * z[j]
		}
		most = max(most, out[i])
	}
	sum := 0.0
	for i, v := range out {
		out[i] = math.Exp(v - most)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// leastProbable bounds the logarithms; analyses are kept with percentages of two decimals.
const leastProbable = 1e-4

func logarithms(p Expressions) (z Expressions) {
	for i, v := range p {
		z[i] = math.Log(max(v, leastProbable))
	}
	return z
}

// Labelled is a face of which somebody said what it shows.
type Labelled struct {
	Said  Expressions // by the network
	Shows Expression
	Photo string // faces of one photo are alike, so none is held out while others are learned
}

// LayerCheck is how well a layer does on faces that it did not learn from: each face is judged by a layer that was fitted
// without a fifth of the photos, its own among them.
type LayerCheck struct {
	Faces         int     `json:"faces"`
	Before, After float64 // share of right ones, 0 to 1: of the network, and with the layer
	Gain          float64 // mean of the logarithm of the probability that the layer gives what the face shows, less the network's
	Error         float64 // standard error of Gain
}

// Better reports whether the layer is better than the network beyond chance: with 95 % confidence it gives what faces show
// more probability, and no fewer are right.
func (c LayerCheck) Better() bool {
	return c.Gain > animo.Normal95*c.Error && c.After >= c.Before
}

// FitLayer fits a layer to labelled faces and checks it. It is a logistic regression with a ridge towards leaving everything
// as it is, so that few faces change little.
func FitLayer(list []Labelled) (Layer, LayerCheck) {
	const folds = 5
	var parts [folds][]Labelled
	for _, f := range list {
		i := foldOf(f.Photo) % folds
		parts[i] = append(parts[i], f)
	}
	c := LayerCheck{Faces: len(list)}
	var sum, squares float64
	for held := range parts {
		var learned []Labelled
		for i, part := range parts {
			if i != held {
				learned = append(learned, part...)
			}
		}
		l := fitLayer(learned)
		for _, f := range parts[held] {
			p := l.Apply(f.Said)
			if top, _ := f.Said.Top(); top == f.Shows {
				c.Before++
			}
			if top, _ := p.Top(); top == f.Shows {
				c.After++
			}
			gain := math.Log(max(p[f.Shows], leastProbable)) - math.Log(max(f.Said[f.Shows], leastProbable))
			sum += gain
			squares += gain * gain
		}
	}
	if n := float64(len(list)); n > 1 {
		c.Before, c.After, c.Gain = c.Before/n, c.After/n, sum/n
		c.Error = math.Sqrt(max(0, squares/n-c.Gain*c.Gain) / (n - 1))
	}
	return fitLayer(list), c
}

// foldOf hashes a photo's name, so that a photo keeps its fold when others come.
func foldOf(photo string) uint32 {
	h := fnv.New32a()
	_, _ = io.WriteString(h, photo)
	return h.Sum32()
}

const (
	layerRidge = 4   // the weight of the ridge on the shift, in faces
	layerUnit  = 4   // what the descent counts logarithms in, so that weights and shift weigh alike
	layerSteps = 500 // of the descent, by which the loss moves no more
)

// fitLayer finds the layer by accelerated gradient descent (Y. Nesterov, 1983) on the mean loss and the ridge. The loss's
// curvature is at most half the squared length of its inputs (D. Böhning, "Multinomial logistic regression algorithm", 1992),
// which gives the step.
func fitLayer(list []Labelled) Layer {
	l := unchanged()
	if len(list) == 0 {
		return l
	}
	n := float64(len(list))
	inputs := make([]Expressions, len(list))
	curvature := 0.0
	for i, f := range list {
		inputs[i] = logarithms(f.Said)
		for j := range inputs[i] {
			inputs[i][j] /= layerUnit
		}
		length := 1.0
		for _, v := range inputs[i] {
			length += v * v
		}
		curvature += length / 2
	}
	step := 1 / (curvature/n + layerRidge/n)
	for e := range l.Weights {
		l.Weights[e][e] = layerUnit
	}
	at, base := l, l // at runs ahead of l
	for k := range layerSteps {
		var d Layer // the gradient at `at`
		for i, f := range list {
			p := at.of(inputs[i])
			p[f.Shows]--
			for e, v := range p {
				d.Shift[e] += v / n
				for j, z := range inputs[i] {
					d.Weights[e][j] += v * z / n
				}
			}
		}
		ahead := float64(k) / float64(k+3)
		move := func(l, at *float64, d, base float64) {
			next := *at - step*(d+layerRidge/n*(*at-base))
			*at, *l = next+ahead*(next-*l), next
		}
		for e := range l.Weights {
			move(&l.Shift[e], &at.Shift[e], d.Shift[e], 0)
			for j := range l.Weights[e] {
				move(&l.Weights[e][j], &at.Weights[e][j], d.Weights[e][j], base.Weights[e][j])
			}
		}
	}
	for e := range l.Weights {
		for j := range l.Weights[e] {
			l.Weights[e][j] /= layerUnit
		}
	}
	return l
}

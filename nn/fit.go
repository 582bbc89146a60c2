package nn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"animo/nn/kernel"
)

// Config says what network to train and how.
type Config struct {
	Hidden   []int   // units of each hidden layer, the sparse one first
	Dropout  float64 // share of the first hidden layer that a step drops, at least 0 and below 1
	Epochs   int     // times that training sees every row
	Batch    int     // rows in a step
	Adam     AdamConfig
	Seed     uint64                        // start weights, shuffles and dropout follow from it
	Progress func(epoch int, loss float64) // called after each epoch, counted from 1, with its mean loss; nil for none
}

// ReportConfig returns the network of "Diseño e implementación de un sistema reactivo para análisis de
// sentimientos con aprendizaje automático" (Universidad de Antioquia, 2021): seven hidden layers of
// 15-50-20-50-40-40-20 units, a quarter of the first dropped, 30 epochs in batches of 32, Keras's Adam.
func ReportConfig() Config {
	return Config{
		Hidden: []int{15, 50, 20, 50, 40, 40, 20}, Dropout: 0.25,
		Epochs: 30, Batch: 32, Adam: KerasAdam(),
	}
}

func (c *Config) check() error {
	for _, u := range c.Hidden {
		if u < 1 {
			return fmt.Errorf("nn: a hidden layer of %d units", u)
		}
	}
	switch {
	case len(c.Hidden) == 0:
		return errors.New("nn: no hidden layer")
	case !(c.Dropout >= 0 && c.Dropout < 1):
		return fmt.Errorf("nn: dropout %g is not from 0 to 1", c.Dropout)
	case c.Epochs < 1 || c.Batch < 1:
		return fmt.Errorf("nn: %d epochs in batches of %d", c.Epochs, c.Batch)
	case !(c.Adam.Rate > 0 && c.Adam.Eps > 0):
		return fmt.Errorf("nn: Adam's rate %g and epsilon %g must be positive", c.Adam.Rate, c.Adam.Eps)
	case !(c.Adam.Beta1 > 0 && c.Adam.Beta1*c.Adam.Beta1 < c.Adam.Beta2 && c.Adam.Beta2 < 1):
		return fmt.Errorf("nn: Adam's betas %g and %g", c.Adam.Beta1, c.Adam.Beta2)
	}
	return nil
}

// Fit trains a network on rows with labels, each 0 or 1. It uses one core. It fails when ctx ends or when
// the loss is no longer finite.
func Fit(ctx context.Context, x *Rows, labels []uint8, c Config) (*Network, error) {
	if err := errors.Join(c.check(), x.Check()); err != nil {
		return nil, err
	}
	if len(labels) != x.Len() || len(labels) == 0 {
		return nil, fmt.Errorf("nn: %d labels for %d rows", len(labels), x.Len())
	}
	f := newFitter(x, mergeColumns(x), labels, c)
	for epoch := range c.Epochs {
		loss, err := f.epoch(ctx)
		if err != nil {
			return nil, err
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return nil, fmt.Errorf("nn: the loss of epoch %d is %g", epoch+1, loss)
		}
		if c.Progress != nil {
			c.Progress(epoch+1, loss)
		}
	}
	return f.finish(), nil
}

// fitter is a training in progress. All it needs is made at the start; a step allocates nothing.
type fitter struct {
	labels []uint8
	config Config
	net    *Network // its first layer is over groups of equal columns
	groups *merged
	x      Rows      // of groups, with the values for the forward pass
	full   *Sparse   // the first layer over all columns, at its start until finish
	begin  []float32 // the weights of net's first layer at the start
	order  []int32   // of the rows in this epoch
	rng    random
	drop   *Dropout

	first *LazyAdam // of the first layer's weights
	rest  *Adam     // of all other parameters
	// params are all parameters but the first layer's weights in one slice, with their gradients: the dense
	// layers' and the first layer's biases.
	params, grads []float32
	denseGrad     [][]float32 // each layer's part of grads
	biasGrad      []float32   // the first layer's
	rowGrad       *RowGrad    // of the first layer's weights

	act *activations
	d   []kernel.Matrix // the gradient by each dense layer's input, without the ones
	dz  kernel.Matrix   // the gradient by the logits
	xt  []float32       // scratch for a dense layer's transposed input
	y   []uint8         // the batch's labels
}

// newFitter begins to train on rows whose equal columns are found.
func newFitter(x *Rows, groups *merged, labels []uint8, c Config) *fitter {
	steps := c.Epochs * ((x.Len() + c.Batch - 1) / c.Batch)
	net := newNetwork(groups.x.Width, c.Hidden)
	f := &fitter{
		labels: labels, config: c, net: net, groups: groups, x: groups.x,
		full:  NewSparse(x.Width, c.Hidden[0]),
		order: make([]int32, x.Len()),
		rng:   newRandom(c.Seed, 0x6f72646572),
		drop:  NewDropout(c.Dropout, c.Hidden[0]*c.Batch, c.Seed),
		first: NewLazyAdam(c.Adam, groups.x.Width, net.first.Width(), steps),
		act:   newActivations(net, c.Batch),
		dz:    kernel.Matrix{Data: make([]float32, c.Batch), Rows: 1, Cols: c.Batch, Stride: c.Batch},
		y:     make([]uint8, c.Batch),
	}
	f.x.Value = groups.total
	for i := range f.order {
		f.order[i] = int32(i)
	}
	size, widest := net.first.Width(), 0
	for _, l := range net.dense {
		size += len(l.Weight)
		widest = max(widest, l.In+1)
		f.d = append(f.d, kernel.Matrix{Data: make([]float32, l.In*c.Batch), Rows: l.In, Cols: c.Batch, Stride: c.Batch})
	}
	f.xt = make([]float32, widest*c.Batch)
	f.params, f.grads = make([]float32, size), make([]float32, size)
	f.rest = NewAdam(c.Adam, size)
	at := net.first.Width()
	net.first.Bias, f.biasGrad = f.params[:at:at], f.grads[:at:at]
	for _, l := range net.dense {
		end := at + len(l.Weight)
		l.Weight = f.params[at:end:end]
		f.denseGrad = append(f.denseGrad, f.grads[at:end:end])
		at = end
	}
	f.rowGrad = NewRowGrad(f.x.Width, f.x.most(c.Batch))

	start := newRandom(c.Seed, 0x7374617274)
	f.full.start(start)
	groups.mean(net.first.Weight, f.full.Weight, f.full.Width())
	f.begin = slices.Clone(net.first.Weight)
	for _, l := range net.dense {
		l.start(start)
	}
	return f
}

// finish returns the trained network over all columns.
func (f *fitter) finish() *Network {
	first := f.net.first
	f.first.Finish(first.Weight)
	f.groups.move(f.full.Weight, f.begin, first.Weight, first.Width())
	f.full.Bias = first.Bias
	n := &Network{first: f.full, dense: f.net.dense}
	n.finish()
	return n
}

// epoch makes one pass over all rows in a new order and returns their mean loss.
func (f *fitter) epoch(ctx context.Context) (float64, error) {
	f.rng.shuffle(f.order)
	var sum float64
	for from := 0; from < len(f.order); from += f.config.Batch {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		pick := f.order[from:min(from+f.config.Batch, len(f.order))]
		sum += f.step(pick) * float64(len(pick))
	}
	return sum / float64(len(f.order)), nil
}

// step learns from rows pick and returns their mean loss before it.
func (f *fitter) step(pick []int32) float64 {
	n := f.net
	f.rowGrad.Collect(&f.x, pick)
	f.first.CatchUp(n.first.Weight, f.rowGrad.Rows)
	n.forward(f.act, &f.x, pick, f.drop.Forward)

	for i, r := range pick {
		f.y[i] = f.labels[r]
	}
	f.dz.Cols = len(pick)
	loss := LogLoss(f.dz.Row(0), f.act.z.Row(0), f.y[:len(pick)])

	dy := f.dz
	for i := len(n.dense) - 1; i >= 0; i-- {
		x, dx := f.act.x[i], f.d[i]
		dx.Cols = len(pick)
		n.dense[i].Backward(dx, f.denseGrad[i], dy, x, f.xt)
		if i == 0 {
			f.drop.Backward(dx.Data)
		}
		kernel.ReLUGrad(dx.Data, units(x).Data)
		dy = dx
	}
	n.first.Backward(f.rowGrad, f.biasGrad, &f.groups.x, pick, dy, f.act.row)
	f.first.Step(n.first.Weight, f.rowGrad.Rows, f.rowGrad.Grad)
	f.rest.Step(f.params, f.grads)
	return loss
}

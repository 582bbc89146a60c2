package nn

import (
	"errors"
	"fmt"
	"sync"

	"animo/nn/kernel"
)

// Network is a feed-forward classifier for two classes: a sparse first layer and dense layers, with ReLU
// after each but the last, which has one unit, the logit. It is safe for concurrent use.
type Network struct {
	first *Sparse
	dense []*Dense

	turned  []kernel.Matrix // the dense layers' weights with a column for each unit, for single rows
	batches sync.Pool       // of *activations, for Logits
	singles sync.Pool       // of *[2][]float32, for Logit
}

// examples is how many rows Logits works on at once.
const examples = 32

// newNetwork returns a network of zeros for rows of the given width.
func newNetwork(width int, hidden []int) *Network {
	n := &Network{first: NewSparse(width, hidden[0])}
	for i, in := range hidden {
		out := 1
		if i+1 < len(hidden) {
			out = hidden[i+1]
		}
		n.dense = append(n.dense, NewDense(in, out))
	}
	return n
}

// finish makes a network with its final weights ready for use.
func (n *Network) finish() {
	for _, l := range n.dense {
		t := kernel.Matrix{Data: make([]float32, len(l.Weight)), Rows: l.In + 1, Cols: l.Out, Stride: l.Out}
		transpose(t, l.matrix(l.Weight))
		n.turned = append(n.turned, t)
	}
}

// Inputs is the width of the rows that the network takes.
func (n *Network) Inputs() int { return n.first.In }

// activations are the results of all layers for a batch.
type activations struct {
	x   []kernel.Matrix // the input of each dense layer: its In rows, and one of ones
	z   kernel.Matrix   // the logits, one row
	row []float32       // scratch for the first layer

	pick []int32 // scratch for Logits
}

func newActivations(n *Network, batch int) *activations {
	a := &activations{row: make([]float32, n.first.Width()), pick: make([]int32, batch)}
	for _, l := range n.dense {
		x := kernel.Matrix{Data: make([]float32, (l.In+1)*batch), Rows: l.In + 1, Cols: batch, Stride: batch}
		for i := range x.Row(l.In) {
			x.Row(l.In)[i] = 1
		}
		a.x = append(a.x, x)
	}
	a.z = kernel.Matrix{Data: make([]float32, batch), Rows: 1, Cols: batch, Stride: batch}
	return a
}

// resize makes the batch n examples, at most those it was made for.
func (a *activations) resize(n int) {
	for i := range a.x {
		a.x[i].Cols = n
	}
	a.z.Cols = n
}

// units is the part of a dense layer's input that the layer before it sets: all but the ones.
func units(x kernel.Matrix) kernel.Matrix {
	x.Rows--
	x.Data = x.Data[:x.Rows*x.Stride]
	return x
}

// forward runs the network on rows pick of x. between, where it is not nil, changes the first layer's
// results, as dropout does.
func (n *Network) forward(a *activations, x *Rows, pick []int32, between func([]float32)) {
	a.resize(len(pick))
	first := units(a.x[0])
	n.first.Forward(first, x, pick, a.row)
	kernel.ReLU(first.Data)
	if between != nil {
		between(first.Data)
	}
	for i, l := range n.dense {
		if i+1 == len(n.dense) {
			l.Forward(a.z, a.x[i])
			break
		}
		y := units(a.x[i+1])
		l.Forward(y, a.x[i])
		kernel.ReLU(y.Data)
	}
}

// Logit gives the log-odds of label 1 for one row, of which no column may be Inputs or more. It equals
// what Logits gives for the same row to the bit.
func (n *Network) Logit(index []int32, value []float32) float32 {
	buffers, ok := n.singles.Get().(*[2][]float32)
	if !ok {
		widest := n.first.Width()
		for _, l := range n.dense {
			widest = max(widest, l.In)
		}
		buffers = &[2][]float32{make([]float32, widest+1), make([]float32, widest+1)}
	}
	defer n.singles.Put(buffers)
	x := buffers[0][:n.first.Width()]
	copy(x, n.first.Bias)
	kernel.SumRows(x, n.first.Weight, index, value)
	for i, l := range n.dense {
		x = buffers[i%2][:l.In+1]
		kernel.ReLU(x[:l.In])
		x[l.In] = 1
		y := buffers[(i+1)%2][:l.Out]
		kernel.MatMul(kernel.Matrix{Data: y, Rows: 1, Cols: l.Out, Stride: l.Out},
			kernel.Matrix{Data: x, Rows: 1, Cols: l.In + 1, Stride: l.In + 1}, n.turned[i])
	}
	return buffers[len(n.dense)%2][0]
}

// Logits sets z[i] to the log-odds of label 1 for row i of x, of which no column may be Inputs or more.
func (n *Network) Logits(z []float32, x *Rows) {
	a, ok := n.batches.Get().(*activations)
	if !ok {
		a = newActivations(n, examples)
	}
	defer n.batches.Put(a)
	for from := 0; from < x.Len(); from += examples {
		pick := a.pick[:min(examples, x.Len()-from)]
		for i := range pick {
			pick[i] = int32(from + i)
		}
		n.forward(a, x, pick, nil)
		copy(z[from:], a.z.Row(0))
	}
}

// Tensors returns the weights by name: first.weight (inputs × units), first.bias, and for each dense layer
// dense.0.weight (outputs × inputs), dense.0.bias and so on.
func (n *Network) Tensors() []Tensor {
	l := n.first
	w := make([]float32, 0, l.In*l.Out)
	for f := range l.In {
		w = append(w, l.Weight[f*l.Width():][:l.Out]...)
	}
	list := []Tensor{
		{"first.weight", []int{l.In, l.Out}, w},
		{"first.bias", []int{l.Out}, append([]float32(nil), l.Bias[:l.Out]...)},
	}
	for i, l := range n.dense {
		var w, b []float32
		for u := range l.Out {
			row := l.Weight[u*(l.In+1):][:l.In+1]
			w, b = append(w, row[:l.In]...), append(b, row[l.In])
		}
		list = append(list,
			Tensor{fmt.Sprintf("dense.%d.weight", i), []int{l.Out, l.In}, w},
			Tensor{fmt.Sprintf("dense.%d.bias", i), []int{l.Out}, b})
	}
	return list
}

// FromTensors makes the network that Tensors gave. The order of the tensors does not matter; shapes that do
// not fit each other, missing or unknown names and numbers that are not finite are errors.
func FromTensors(list []Tensor) (*Network, error) {
	byName := map[string]Tensor{}
	for _, t := range list {
		if err := t.check(); err != nil {
			return nil, err
		}
		byName[t.Name] = t
	}
	first := byName["first.weight"]
	if len(first.Shape) != 2 || first.Shape[1] == 0 || len(byName) != len(list) || len(list)%2 != 0 || len(list) < 4 {
		return nil, errors.New("nn: not the tensors of a network")
	}
	hidden := []int{first.Shape[1]}
	for i := 0; i < (len(list)-2)/2-1; i++ {
		w := byName[fmt.Sprintf("dense.%d.weight", i)]
		if len(w.Shape) != 2 || w.Shape[0] == 0 {
			return nil, fmt.Errorf("nn: there is no proper dense.%d.weight", i)
		}
		hidden = append(hidden, w.Shape[0])
	}
	// Every shape is known from here on, and none is larger than what was given.
	for i, in := range hidden {
		out := 1
		if i+1 < len(hidden) {
			out = hidden[i+1]
		}
		for name, size := range map[string]int{fmt.Sprintf("dense.%d.weight", i): in * out, fmt.Sprintf("dense.%d.bias", i): out} {
			if t, ok := byName[name]; !ok || len(t.Data) != size {
				return nil, fmt.Errorf("nn: %s has %d numbers, not %d", name, len(t.Data), size)
			}
		}
	}
	if b := byName["first.bias"]; len(b.Data) != hidden[0] {
		return nil, fmt.Errorf("nn: first.bias has %d numbers, not %d", len(b.Data), hidden[0])
	}
	n := newNetwork(first.Shape[0], hidden)
	for f := range first.Shape[0] {
		copy(n.first.Weight[f*n.first.Width():], first.Data[f*hidden[0]:][:hidden[0]])
	}
	copy(n.first.Bias, byName["first.bias"].Data)
	for i, l := range n.dense {
		w, b := byName[fmt.Sprintf("dense.%d.weight", i)].Data, byName[fmt.Sprintf("dense.%d.bias", i)].Data
		for u := range l.Out {
			row := l.Weight[u*(l.In+1):][:l.In+1]
			copy(row, w[u*l.In:][:l.In])
			row[l.In] = b[u]
		}
	}
	n.finish()
	return n, nil
}

// check tells what is wrong with a tensor.
func (t Tensor) check() error {
	if n, ok := size(t.Shape); !ok || n != len(t.Data) {
		return fmt.Errorf("nn: tensor %q has %d numbers for shape %v", t.Name, len(t.Data), t.Shape)
	}
	for _, x := range t.Data {
		if x-x != 0 { // infinite or NaN
			return fmt.Errorf("nn: tensor %q has a number that is not finite", t.Name)
		}
	}
	return nil
}

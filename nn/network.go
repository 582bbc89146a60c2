package nn

import (
	"errors"
	"fmt"
	"sync"

	"animo/nn/kernel"
)

// Network is a feed-forward classifier for two classes: a sparse first layer and dense layers, with ReLU
// after each but the last, which has one unit, the logit. It is safe for concurrent use while nobody
// writes its weights.
type Network struct {
	First *Sparse
	Dense []*Dense

	scratch sync.Pool // of *activations for Batch examples
}

// Batch is how many examples Logits works on at once.
const Batch = 32

// newNetwork gives a network of zeros for rows of the given width.
func newNetwork(width int, hidden []int) *Network {
	n := &Network{First: NewSparse(width, hidden[0])}
	for i, in := range hidden {
		out := 1
		if i+1 < len(hidden) {
			out = hidden[i+1]
		}
		n.Dense = append(n.Dense, NewDense(in, out))
	}
	return n
}

// activations are the results of all layers for a batch.
type activations struct {
	x   []kernel.Matrix // the input of each dense layer: its In rows, and one of ones
	z   kernel.Matrix   // the logits, one row
	row []float32       // scratch for the first layer
}

func newActivations(n *Network, batch int) *activations {
	a := &activations{row: make([]float32, n.First.Width())}
	for _, l := range n.Dense {
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
	n.First.Forward(first, x, pick, a.row)
	kernel.ReLU(first.Data)
	if between != nil {
		between(first.Data)
	}
	for i, l := range n.Dense {
		if i+1 == len(n.Dense) {
			l.Forward(a.z, a.x[i])
			break
		}
		y := units(a.x[i+1])
		l.Forward(y, a.x[i])
		kernel.ReLU(y.Data)
	}
}

// Logit gives the log-odds of label 1 for one row, of which no column may be n.First.In or more. It
// equals what Logits gives for the same row to the bit.
func (n *Network) Logit(index []int32, value []float32) float32 {
	var z [1]float32
	n.Logits(z[:], &Rows{Start: []int32{0, int32(len(index))}, Index: index, Value: value, Width: n.First.In})
	return z[0]
}

// Logits sets z[i] to the log-odds of label 1 for row i of x.
func (n *Network) Logits(z []float32, x *Rows) {
	a, ok := n.scratch.Get().(*activations)
	if !ok {
		a = newActivations(n, Batch)
	}
	defer n.scratch.Put(a)
	var pick [Batch]int32
	for from := 0; from < x.Len(); from += Batch {
		p := pick[:min(Batch, x.Len()-from)]
		for i := range p {
			p[i] = int32(from + i)
		}
		n.forward(a, x, p, nil)
		copy(z[from:], a.z.Row(0))
	}
}

// Tensors gives the weights by name: first.weight (inputs × units), first.bias, and for each dense layer
// dense.0.weight (outputs × inputs), dense.0.bias and so on.
func (n *Network) Tensors() []Tensor {
	l := n.First
	w := make([]float32, 0, l.In*l.Out)
	for f := range l.In {
		w = append(w, l.Weight[f*l.Width():][:l.Out]...)
	}
	list := []Tensor{
		{"first.weight", []int{l.In, l.Out}, w},
		{"first.bias", []int{l.Out}, append([]float32(nil), l.Bias[:l.Out]...)},
	}
	for i, l := range n.Dense {
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
		copy(n.First.Weight[f*n.First.Width():], first.Data[f*hidden[0]:][:hidden[0]])
	}
	copy(n.First.Bias, byName["first.bias"].Data)
	for i, l := range n.Dense {
		w, b := byName[fmt.Sprintf("dense.%d.weight", i)].Data, byName[fmt.Sprintf("dense.%d.bias", i)].Data
		for u := range l.Out {
			row := l.Weight[u*(l.In+1):][:l.In+1]
			copy(row, w[u*l.In:][:l.In])
			row[l.In] = b[u]
		}
	}
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

package nn

import "animo/nn/kernel"

// Dense is a layer y = W·(x, 1): each unit has a weight for each input and, as the weight of the constant
// input 1, its bias.
type Dense struct {
	In, Out int
	Weight  []float32 // Out rows of In weights and a bias
}

// NewDense returns a layer of zeros.
func NewDense(in, out int) *Dense {
	return &Dense{in, out, make([]float32, out*(in+1))}
}

// start draws the weights of a new layer; biases start at zero.
func (l *Dense) start(rng random) {
	for u := range l.Out {
		rng.glorot(l.Weight[u*(l.In+1):][:l.In], l.In, l.Out)
	}
}

func (l *Dense) matrix(data []float32) kernel.Matrix {
	return kernel.Matrix{Data: data, Rows: l.Out, Cols: l.In + 1, Stride: l.In + 1}
}

// Forward sets y (Out rows) from x (In rows and one of ones), a column for each example.
func (l *Dense) Forward(y, x kernel.Matrix) {
	kernel.MatMul(y, l.matrix(l.Weight), x)
}

// Backward sets dw, which is laid out as Weight, and dx (In rows, the ones have none) to the gradients by
// the weights and by the inputs, where dy is the gradient by Forward's y. With a dx of no rows that part is
// left out. xt is scratch for a value of x each.
func (l *Dense) Backward(dx kernel.Matrix, dw []float32, dy, x kernel.Matrix, xt []float32) {
	t := kernel.Matrix{Data: xt, Rows: x.Cols, Cols: x.Rows, Stride: x.Rows}
	transpose(t, x)
	kernel.MatMul(l.matrix(dw), dy, t)
	if dx.Rows > 0 {
		w := l.matrix(l.Weight)
		w.Cols = l.In
		kernel.MatMulTransA(dx, w, dy)
	}
}

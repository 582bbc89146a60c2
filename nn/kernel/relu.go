package kernel

// ReLU sets every negative value of x to zero and keeps the others, NaN and −0 among them.
func ReLU(x []float32) { best.relu(x) }

// ReLUGrad turns d, the gradient by ReLU's results y, into the gradient by its arguments: d becomes zero
// wherever y is not positive.
func ReLUGrad(d, y []float32) {
	if len(d) != len(y) {
		panic(badLength)
	}
	best.reluGrad(d, y)
}

func reluPlain(x []float32) {
	for i, v := range x {
		if v < 0 {
			x[i] = 0
		}
	}
}

func reluGradPlain(d, y []float32) {
	for i, v := range y {
		if !(v > 0) {
			d[i] = 0
		}
	}
}

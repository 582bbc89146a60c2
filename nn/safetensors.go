package nn

// Tensor is a named array of numbers, the last dimension fastest.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

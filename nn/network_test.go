package nn

import (
	"bytes"
	"math"
	"sync"
	"testing"
)

func tinyNetwork(t testing.TB) (*Network, *Rows) {
	t.Helper()
	x, labels := tinyProblem(100)
	n, err := Fit(t.Context(), x, labels, tinyConfig())
	if err != nil {
		t.Fatal(err)
	}
	return n, x
}

func TestNetwork_one_row_as_many(t *testing.T) {
	n, x := tinyNetwork(t)
	z := make([]float32, x.Len())
	n.Logits(z, x)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range z {
				if got := n.Logit(x.Row(i)); got != z[i] {
					t.Errorf("row %d alone has logit %g, among others %g", i, got, z[i])
				}
			}
		})
	}
	wg.Wait()
	if got := n.Logit(nil, nil); got != got {
		t.Error("a row of zeros has no logit")
	}
}

func TestNetwork_the_same_after_writing_and_reading(t *testing.T) {
	n, x := tinyNetwork(t)
	file := encoded(t, n)
	list, _, err := DecodeTensors(file)
	if err != nil {
		t.Fatal(err)
	}
	n2, err := FromTensors(list)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file, encoded(t, n2)) {
		t.Error("writing it again gives another file")
	}
	for i := range x.Len() {
		if a, b := n.Logit(x.Row(i)), n2.Logit(x.Row(i)); a != b {
			t.Fatalf("row %d had logit %g, has %g", i, a, b)
		}
	}
}

func TestFromTensors_refuses(t *testing.T) {
	n, _ := tinyNetwork(t)
	damage := map[string]func([]Tensor) []Tensor{
		"nothing":  func([]Tensor) []Tensor { return nil },
		"an extra": func(l []Tensor) []Tensor { return append(l, Tensor{"x", []int{1}, []float32{1}}) },
		"two extras": func(l []Tensor) []Tensor {
			return append(l, Tensor{"x", nil, []float32{1}}, Tensor{"y", nil, []float32{1}})
		},
		"one twice":      func(l []Tensor) []Tensor { return append(l[:len(l)-1], l[0]) },
		"not a number":   func(l []Tensor) []Tensor { l[2].Data[1] = float32(math.NaN()); return l },
		"infinite":       func(l []Tensor) []Tensor { l[3].Data[0] = float32(math.Inf(-1)); return l },
		"shape":          func(l []Tensor) []Tensor { l[0].Shape = []int{len(l[0].Data)}; return l },
		"transposed":     func(l []Tensor) []Tensor { l[2].Shape = []int{15, 8}; return l },
		"no unit":        func(l []Tensor) []Tensor { l[0].Shape, l[0].Data = []int{50, 0}, nil; return l },
		"wrong size":     func(l []Tensor) []Tensor { l[2].Data = l[2].Data[1:]; return l },
		"shape too long": func(l []Tensor) []Tensor { l[2].Shape = []int{8, 15, 2}; return l },
	}
	for i := range n.Tensors() {
		damage["without "+n.Tensors()[i].Name] = func(l []Tensor) []Tensor { return append(l[:i], l[i+1:]...) }
		damage["short "+n.Tensors()[i].Name] = func(l []Tensor) []Tensor {
			l[i].Shape, l[i].Data = []int{len(l[i].Data) - 1}, l[i].Data[1:]
			return l
		}
	}
	for name, f := range damage {
		if _, err := FromTensors(f(n.Tensors())); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func BenchmarkNetwork_Logit(b *testing.B) {
	x, labels := reportData(b)
	c := ReportConfig()
	c.Epochs = 1
	n, err := Fit(b.Context(), x, labels, c)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			n.Logit(x.Row(i % x.Len()))
		}
	})
	b.Run("file", func(b *testing.B) {
		z := make([]float32, x.Len())
		b.ReportAllocs()
		for b.Loop() {
			n.Logits(z, x)
		}
		b.ReportMetric(float64(x.Len()*b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

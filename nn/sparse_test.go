package nn

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// randomRows returns n rows of the given width, of which each column is there with a probability of a fifth.
func randomRows(rng *rand.Rand, n, width int) *Rows {
	x := &Rows{Start: []int32{0}, Width: width}
	for range n {
		for c := range width {
			if rng.IntN(5) == 0 {
				x.Index, x.Value = append(x.Index, int32(c)), append(x.Value, float32(1+rng.IntN(3)))
			}
		}
		x.Start = append(x.Start, int32(len(x.Index)))
	}
	return x
}

func TestSparse_forward_and_gradients(t *testing.T) {
	for _, s := range []struct{ in, out, batch int }{{1, 1, 1}, {40, 15, 32}, {40, 16, 5}, {30, 17, 7}, {25, 40, 32}} {
		rng := rand.New(rand.NewPCG(3, 4))
		x := randomRows(rng, 50, s.in)
		pick := make([]int32, s.batch)
		for i := range pick {
			pick[i] = int32(rng.IntN(x.Len())) // may repeat
		}
		l := NewSparse(s.in, s.out)
		l.start(newRandom(1, 2))
		b, b64 := normal(rng, s.out)
		copy(l.Bias, b)
		w64 := make([]float64, s.in*s.out)
		for f := range s.in {
			for j := range l.Width() {
				if w := l.Weight[f*l.Width()+j]; j < s.out {
					w64[f*s.out+j] = float64(w)
				} else if w != 0 {
					t.Fatalf("%v: the padding of a row begins with %g", s, w)
				}
			}
		}
		dy, dy64 := normal(rng, s.out*s.batch)

		forward64 := func(v variables) []float64 {
			y := make([]float64, s.out*s.batch)
			for i, r := range pick {
				index, value := x.Row(int(r))
				for u := range s.out {
					sum := v["bias"][u]
					for k, f := range index {
						sum += float64(value[k]) * v["weight"][int(f)*s.out+u]
					}
					y[u*s.batch+i] = sum
				}
			}
			return y
		}
		at := variables{"weight": w64, "bias": b64}

		y := matrixOf(make([]float32, s.out*s.batch), s.out, s.batch)
		row := make([]float32, l.Width())
		l.Forward(y, x, pick, row)
		for i, want := range forward64(at) {
			if d := float64(y.Data[i]) - want; d > 1e-5 || d < -1e-5 {
				t.Fatalf("%v: y[%d] = %g, want %g", s, i, y.Data[i], want)
			}
		}

		g := NewRowGrad(s.in, x.most(s.batch))
		bias := make([]float32, l.Width())
		for range 2 { // the second time must not see what the first has left
			g.Collect(x, pick)
			l.Backward(g, bias, x, pick, matrixOf(dy, s.out, s.batch), row)
		}
		dw := make([]float32, s.in*s.out)
		seen := map[int32]bool{}
		for i, f := range g.Rows {
			if seen[f] {
				t.Fatalf("%v: row %d is there twice", s, f)
			}
			seen[f] = true
			copy(dw[int(f)*s.out:][:s.out], g.Grad[i*l.Width():])
			if slices.ContainsFunc(g.Grad[i*l.Width()+s.out:(i+1)*l.Width()], func(x float32) bool { return x != 0 }) {
				t.Fatalf("%v: the padding has a gradient", s)
			}
		}
		loss := func(v variables) float64 { return dot(forward64(v), dy64) }
		checkGradients(t, loss, at, map[string][]float32{"weight": dw, "bias": bias[:s.out]}, 3*s.batch)
	}
}

func TestRows_check(t *testing.T) {
	good := func() *Rows {
		return &Rows{Start: []int32{0, 1, 3}, Index: []int32{0, 1, 2}, Value: []float32{1, 1, 1}, Width: 3}
	}
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func(*Rows){
		"no start":         func(r *Rows) { r.Start = nil },
		"begins later":     func(r *Rows) { r.Start[0] = 1 },
		"ends early":       func(r *Rows) { r.Start[2] = 2 },
		"goes back":        func(r *Rows) { r.Start[1] = 4 },
		"value missing":    func(r *Rows) { r.Value = r.Value[:2] },
		"column too large": func(r *Rows) { r.Index[1] = 3 },
		"column negative":  func(r *Rows) { r.Index[1] = -1 },
	} {
		r := good()
		damage(r)
		if r.Check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

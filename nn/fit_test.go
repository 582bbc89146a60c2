package nn

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"animo/nn/kernel"
)

// tinyProblem has rows whose label follows from two of their columns.
func tinyProblem(n int) (*Rows, []uint8) {
	rng := rand.New(rand.NewPCG(5, 6))
	x := &Rows{Start: []int32{0}, Width: 50}
	labels := make([]uint8, n)
	for i := range n {
		labels[i] = uint8(rng.IntN(2))
		x.Index, x.Value = append(x.Index, int32(labels[i])), append(x.Value, 1)
		for c := 2; c < x.Width; c++ {
			if rng.IntN(8) == 0 {
				x.Index, x.Value = append(x.Index, int32(c)), append(x.Value, 1)
			}
		}
		x.Start = append(x.Start, int32(len(x.Index)))
	}
	return x, labels
}

func tinyConfig() Config {
	c := ReportConfig()
	c.Hidden, c.Epochs, c.Seed = []int{15, 8, 5}, 20, 3
	return c
}

func encoded(t testing.TB, n *Network) []byte {
	t.Helper()
	file, err := EncodeTensors(n.Tensors(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// network64 returns the log loss of a network in float64, with weights as Tensors names them. keep gives what
// dropout multiplies unit u of the first layer by in example i.
func network64(shape []int, x *Rows, pick []int32, labels []uint8, keep func(u, i int) float64) func(variables) float64 {
	return func(v variables) float64 {
		var loss float64
		for e, r := range pick {
			h := slices.Clone(v["first.bias"])
			index, value := x.Row(int(r))
			for k, f := range index {
				for u := range h {
					h[u] += float64(value[k]) * v["first.weight"][int(f)*len(h)+u]
				}
			}
			for i := range shape {
				for u := range h {
					if h[u] = max(0, h[u]); i == 0 {
						h[u] *= keep(u, e)
					}
				}
				w, b := v[fmt.Sprintf("dense.%d.weight", i)], v[fmt.Sprintf("dense.%d.bias", i)]
				y := slices.Clone(b)
				for u := range y {
					y[u] += dot(h, w[u*len(h):])
				}
				h = y
			}
			if labels[r] == 1 {
				h[0] = -h[0]
			}
			loss += math.Log1p(math.Exp(h[0]))
		}
		return loss / float64(len(pick))
	}
}

func TestFit_gradients_of_the_whole_network(t *testing.T) {
	for _, dropout := range []float64{0, 0.25} {
		t.Run(fmt.Sprintf("dropout=%g", dropout), func(t *testing.T) { checkNetwork(t, dropout) })
	}
}

func checkNetwork(t *testing.T, dropout float64) {
	x, labels := tinyProblem(60)
	c := tinyConfig()
	c.Dropout = dropout
	f := newFitter(x, mergeColumns(x), labels, c)
	if f.x.Width != x.Width {
		t.Fatal("the problem has equal columns, which would stand for several weights each")
	}
	at := variables{}
	for i := range f.params[f.net.first.Width():] { // biases other than zero
		if p := &f.params[f.net.first.Width()+i]; *p == 0 {
			*p = 0.01 * float32(i%7)
		}
	}
	for _, w := range f.net.Tensors() {
		for _, v := range w.Data {
			at[w.Name] = append(at[w.Name], float64(v))
		}
	}
	pick := []int32{3, 1, 4, 15, 9, 26}
	got := f.step(pick)
	loss := network64(c.Hidden, &f.x, pick, labels, func(u, i int) float64 { return float64(f.drop.keep[u*c.Batch+i]) })
	if want := loss(at); math.Abs(got-want) > 1e-6 {
		t.Errorf("loss %g, want %g", got, want)
	}
	// The gradients, under the names of the weights.
	g := newNetwork(f.x.Width, c.Hidden)
	for i, r := range f.rowGrad.Rows {
		copy(g.first.Weight[int(r)*g.first.Width():], f.rowGrad.Grad[i*g.first.Width():][:g.first.Width()])
	}
	g.first.Bias = f.biasGrad
	for i := range g.dense {
		g.dense[i].Weight = f.denseGrad[i]
	}
	gradients := map[string][]float32{}
	for _, w := range g.Tensors() {
		gradients[w.Name] = w.Data
	}
	checkGradients(t, loss, at, gradients, 32)
}

func TestFit_learns_and_tells_its_progress(t *testing.T) {
	x, labels := tinyProblem(200)
	c := tinyConfig()
	c.Epochs = 60
	var losses []float64
	c.Progress = func(epoch int, loss float64) {
		if losses = append(losses, loss); epoch != len(losses) {
			t.Errorf("epoch %d after %d", epoch, len(losses)-1)
		}
	}
	n, err := Fit(t.Context(), x, labels, c)
	if err != nil {
		t.Fatal(err)
	}
	if len(losses) != c.Epochs || math.Abs(losses[0]-math.Ln2) > 0.2 || losses[len(losses)-1] > 0.2 {
		t.Errorf("losses %.3f", losses)
	}
	z := make([]float32, x.Len())
	n.Logits(z, x)
	for i := range z {
		if (z[i] > 0) != (labels[i] == 1) {
			t.Errorf("row %d of label %d has logit %g", i, labels[i], z[i])
		}
	}
}

func TestFit_follows_from_seed_and_rows(t *testing.T) {
	x, labels := tinyProblem(100)
	fit := func(seed uint64) []byte {
		c := tinyConfig()
		c.Seed = seed
		n, err := Fit(t.Context(), x, labels, c)
		if err != nil {
			t.Fatal(err)
		}
		return encoded(t, n)
	}
	if !bytes.Equal(fit(1), fit(1)) {
		t.Error("one seed, two networks")
	}
	if bytes.Equal(fit(1), fit(2)) {
		t.Error("two seeds, one network")
	}
}

// TestFit_same_bits_with_AVX2_and_AVX512 runs itself again in a process that sees no AVX-512.
func TestFit_same_bits_with_AVX2_and_AVX512(t *testing.T) {
	if kernel.Name() == "plain" {
		t.Skip("SKIPPED: no vector instructions in this build")
	}
	x, labels := tinyProblem(100)
	n, err := Fit(t.Context(), x, labels, tinyConfig())
	if err != nil {
		t.Fatal(err)
	}
	h := fnv.New64a()
	h.Write(encoded(t, n))
	said := fmt.Sprintf("fitted %x", h.Sum64())
	if os.Getenv("ANIMO_SAY_FIT") != "" {
		fmt.Println(said, "with", kernel.Name())
		return
	}
	if kernel.Name() != "avx512" {
		t.Skip("SKIPPED: this CPU has no AVX-512")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "ANIMO_SAY_FIT=1", "GODEBUG=cpu.avx512f=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), said+" with avx2") {
		t.Errorf("with AVX-512 %q, without:\n%s", said, out)
	}
}

func TestFit_steps_allocate_nothing(t *testing.T) {
	x, labels := tinyProblem(100)
	f := newFitter(x, mergeColumns(x), labels, tinyConfig())
	ctx := context.Background()
	if _, err := f.epoch(ctx); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(10, func() {
		if _, err := f.epoch(ctx); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("an epoch of %d steps allocates %g times", (x.Len()+31)/32, n)
	}
}

func TestFit_refuses(t *testing.T) {
	x, labels := tinyProblem(10)
	for name, change := range map[string]func(*Config, *Rows, *[]uint8){
		"no hidden layer":   func(c *Config, _ *Rows, _ *[]uint8) { c.Hidden = nil },
		"empty layer":       func(c *Config, _ *Rows, _ *[]uint8) { c.Hidden = []int{3, 0} },
		"dropout of 1":      func(c *Config, _ *Rows, _ *[]uint8) { c.Dropout = 1 },
		"dropout NaN":       func(c *Config, _ *Rows, _ *[]uint8) { c.Dropout = math.NaN() },
		"no epoch":          func(c *Config, _ *Rows, _ *[]uint8) { c.Epochs = 0 },
		"no batch":          func(c *Config, _ *Rows, _ *[]uint8) { c.Batch = 0 },
		"no rate":           func(c *Config, _ *Rows, _ *[]uint8) { c.Adam.Rate = 0 },
		"betas":             func(c *Config, _ *Rows, _ *[]uint8) { c.Adam.Beta2 = 0.5 },
		"a label missing":   func(_ *Config, _ *Rows, l *[]uint8) { *l = (*l)[1:] },
		"a column too many": func(_ *Config, x *Rows, _ *[]uint8) { x.Width = 10 },
		"NaN":               func(_ *Config, x *Rows, _ *[]uint8) { x.Value[3] = float32(math.NaN()) },
	} {
		c, y, l := tinyConfig(), *x, labels
		y.Value = slices.Clone(x.Value)
		change(&c, &y, &l)
		if _, err := Fit(t.Context(), &y, l, c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	c := tinyConfig()
	c.Progress = func(epoch int, _ float64) {
		if epoch == 2 {
			cancel()
		}
		if epoch > 2 {
			t.Error("went on after its context ended")
		}
	}
	if _, err := Fit(ctx, x, labels, c); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context ended: %v", err)
	}
}

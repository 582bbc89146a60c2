package text

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// golden is what the recipe's reference program, written in Python with scikit-learn, makes of texts of
// our own after learning from the report's 1,002 rows.
type golden struct {
	Praise float64 `json:"lr_w_praise"`
	Blame  float64 `json:"lr_w_blame"`
	Bias   float64 `json:"lr_bias"`
	Right  int     `json:"train_correct"`
	Cases  []struct {
		Text  string
		Words []string
		Hits  [][2]any
		NB    float64
		LR    float64
		Score float64
	}
}

func readGolden(t *testing.T) (g golden) {
	t.Helper()
	b, err := os.ReadFile("testdata/lexicon_golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Cases) < 16 {
		t.Fatalf("only %d texts", len(g.Cases))
	}
	return g
}

func TestLexicalView_finds_the_words_and_hits_of_the_reference(t *testing.T) {
	for _, c := range readGolden(t).Cases {
		sp := newSpace(toneView, builtin())
		var s scratch
		sp.grams(c.Text, &s, true)
		names := map[uint32]string{}
		for name, n := range sp.number {
			names[n] = name
			names[n|negatedBit] = negated + name
		}
		var words []string
		for _, w := range s.tokens {
			words = append(words, names[w.code])
		}
		if !slices.Equal(words, c.Words) {
			t.Errorf("%q\n got %q\nwant %q", c.Text, words, c.Words)
		}
		var got, want []string
		for _, h := range s.hits {
			name := plainStem(strings.ToLower(c.Text[h.from:h.to]))
			if h.code != unknown {
				name = strings.ReplaceAll(names[h.code], "+", " ")
				if no, ok := strings.CutPrefix(name, negated); ok {
					name = negated + "P:" + no
				} else {
					name = "P:" + name
				}
			}
			got = append(got, fmt.Sprint(name, float64(h.halves)/2))
		}
		for _, h := range c.Hits {
			want = append(want, fmt.Sprint(h[0], h[1]))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q\n got %q\nwant %q", c.Text, got, want)
		}
	}
}

func TestLexBlend_scores_as_the_reference(t *testing.T) {
	g := readGolden(t)
	rows := reportRows(t, "DB_proyecto_SA")
	for trainer, want := range map[string]func(i int) float64{
		"lexnb":    func(i int) float64 { return g.Cases[i].NB },
		"lexblend": func(i int) float64 { return g.Cases[i].Score },
	} {
		m, _, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer})
		if err != nil {
			t.Fatal(err)
		}
		r := m.reader()
		for i, c := range g.Cases {
			m.read(c.Text, r)
			if got := m.scorer.score(r.x); math.Abs(got-want(i)) > 1e-3*max(1, math.Abs(want(i))) {
				t.Errorf("%s: %q scores %.6f, want %.6f", trainer, c.Text, got, want(i))
			}
		}
	}
}

func TestLexicalTrainers_are_right_as_often_as_the_reference(t *testing.T) {
	rows, folds := reportRows(t, "DB_proyecto_SA"), referenceFolds(t, 1002)
	for trainer, bySeed := range map[string]map[int][]int{
		"lexnb":    {0: {100, 91, 97, 96, 98, 94, 91, 97, 98, 95}, 3: {95, 95, 92, 97, 96, 97, 94, 95, 96, 96}},
		"lexblend": {0: {99, 92, 99, 96, 98, 96, 92, 96, 98, 93}, 3: {94, 97, 95, 98, 96, 95, 96, 95, 97, 95}},
	} {
		for seed, want := range bySeed {
			_, r, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer, FoldOf: folds[strconv.Itoa(seed)]})
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, f := range r.Folds {
				got = append(got, f.Confusion.PositivePositive+f.Confusion.NegativeNegative)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, seed %d: %v right, want %v", trainer, seed, got, want)
			}
			t.Logf("%s, seed %d: %.4f in %.3f s", trainer, seed, r.Accuracy.Mean, r.Seconds)
		}
	}
}

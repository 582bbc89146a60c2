package text

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"animo"
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
	first := firstLexicon(t)
	for _, c := range readGolden(t).Cases {
		sp := newSpace(firstRules(toneView), first)
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
			name := plainStem(strings.ToLower(c.Text[s.tokens[h.first].from:s.tokens[h.last].to]))
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

// firstLexicon is the lexicon of the first releases, which the reference program reads as well.
func firstLexicon(t *testing.T) polarities {
	t.Helper()
	b, err := os.ReadFile("testdata/lexicon_first.txt")
	if err != nil {
		t.Fatal(err)
	}
	p, err := parsePolarities(string(b), plainStem)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// firstRules is a view as the first releases had it.
func firstRules(v view) view {
	v.Rules = 0
	return v
}

// trainAsReference trains lexblend or lexnb as the reference has them: by the first rules and lexicon, and knowing nothing of short
// texts.
func trainAsReference(t *testing.T, name string, rows []animo.Opinion, fold []int) (*Model, *Report) {
	t.Helper()
	tr, err := trainerNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func(f func() polarities) { spanishGrammar.lexicon = f }(spanishGrammar.lexicon)
	first := firstLexicon(t)
	spanishGrammar.lexicon = func() polarities { return first }
	tr.views = []view{firstRules(tr.views[0])}
	tr.fit = func(ctx context.Context, p problem) (scorer, error) {
		if name == "lexblend" {
			return lexBlend(ctx, p, blendSettings{rows: 4, c: 1})
		}
		return &linear{[]part{lexicalBayes(p, true, 4)}}, nil
	}
	c := &corpus{}
	for _, o := range rows {
		c.add(o)
	}
	m, r, err := (&training{corpus: c, fold: fold, folds: 10, workers: 2, tell: func(Progress) {}}).train(t.Context(), tr)
	if err != nil {
		t.Fatal(err)
	}
	return m, r
}

func TestLexBlend_scores_as_the_reference(t *testing.T) {
	g := readGolden(t)
	rows, folds := reportRows(t, "DB_proyecto_SA"), referenceFolds(t, 1002)
	for trainer, want := range map[string]func(i int) float64{
		"lexnb":    func(i int) float64 { return g.Cases[i].NB },
		"lexblend": func(i int) float64 { return g.Cases[i].Score },
	} {
		m, _ := trainAsReference(t, trainer, rows, folds["0"])
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
			_, r := trainAsReference(t, trainer, rows, folds[strconv.Itoa(seed)])
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

func TestExplain_shows_phrases_of_the_lexicon_and_adds_up(t *testing.T) {
	rows := reportRows(t, "DB_proyecto_SA")
	text := "No vale la pena: el cuarto estaba sucio, muy sucio, y el baño no era bueno. El desayuno sí, muy rico, vale la pena."
	for _, trainer := range []string{"lexblend", "lexnb", "lexnb2", sgdName} {
		m, _, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer, Folds: 2})
		if err != nil {
			t.Fatal(err)
		}
		explanation := m.Explain(text, 1000)
		evidence := explanation.Evidence
		by := map[string]float64{}
		sum := 0.0
		for _, e := range evidence {
			by[e.NGram] = e.Weight
			sum += e.Weight
		}
		t.Logf("%s: %v", trainer, evidence[:6])
		if by["no vale la pena"] >= 0 || by["vale la pena"] <= 0 || by["sucio"] >= 0 {
			t.Errorf("%s: no vale la pena %.2f, vale la pena %.2f, sucio %.2f", trainer, by["no vale la pena"], by["vale la pena"], by["sucio"])
		}
		if math.Abs(explanation.Rest) > 1e-4 {
			t.Errorf("%s: the evidence adds up to %.5f, the score is %.5f above %.5f", trainer, sum, explanation.LogOdds-explanation.Baseline, explanation.Baseline)
		}
	}
}

func TestDecode_keeps_the_lexicon_that_the_model_learned_with(t *testing.T) {
	rows := reportRows(t, "Ingesta10")
	m, _, err := Train(t.Context(), FromSlice(rows), Options{Trainer: "lexblend", Folds: 2})
	if err != nil {
		t.Fatal(err)
	}
	vectorizer, network, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	defer func(f func() polarities) { spanishGrammar.lexicon = f }(spanishGrammar.lexicon)
	spanishGrammar.lexicon = func() polarities { return polarities{"excelent": -2} }
	loaded, err := Decode(vectorizer, network)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range readGolden(t).Cases {
		if a, b := m.Classify(c.Text)[0], loaded.Classify(c.Text)[0]; a != b {
			t.Errorf("%q is %+v, was %+v before the lexicon changed", c.Text, b, a)
		}
	}
	for _, damage := range [][2]string{{`"excelent":2`, `"excelent":3`}, {`"excelent":2`, `"a b c d e f g":2`}, {`"excelent":2,`, ``}} {
		bad := strings.Replace(string(vectorizer), damage[0], damage[1], 1)
		if bad == string(vectorizer) {
			t.Fatalf("there is no %s", damage[0])
		}
		if _, err := Decode([]byte(bad), network); err == nil {
			t.Errorf("a lexicon with %s instead of %s was taken", damage[1], damage[0])
		}
	}
}

func TestPlainStem(t *testing.T) {
	for w, want := range map[string]string{
		"buenooo": "buen", "riquísima": "ric", "riquisimo": "ric", "larguísimas": "larg", "amabilísimos": "amabl",
		"buenísimamente": "buenisim", "atencion": "atencion", "atención": "atencion", "mejorable": "mejora", "mejor": "mejor",
		"ísimo": "isim", "1000": "10", "yyy": "y", "llegar": "lleg",
	} {
		if got := plainStem(w); got != want {
			t.Errorf("%q has the stem %q, want %q", w, got, want)
		}
	}
}

func TestPolarities_of_the_first_lexicon(t *testing.T) {
	words, phrases := 0, 0
	for key := range firstLexicon(t) {
		if strings.Contains(key, " ") {
			phrases++
		} else {
			words++
		}
	}
	// The reference program reads 814 words and 628 phrases from the same file.
	if words != 814 || phrases != 628 {
		t.Errorf("%d words and %d phrases", words, phrases)
	}
	for _, bad := range []string{"2 bueno", "x\tbueno", "3\tbueno", "300\tbueno", "1\t", "1\ta b c d e f g"} {
		if _, err := parsePolarities(bad, plainStem); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestHits(t *testing.T) {
	for text, want := range map[string]string{
		"vale la pena":                      "[vale la pena 2]",
		"vale la 'pena'":                    "[vale la 'pena 2]",
		"vale la. Pena":                     "[]",
		"sin mentir, vale la pena":          "[vale la pena 2]",
		"nadie dijo vale la pena":           "[vale la pena -1]",
		"nadie: vale la pena":               "[vale la pena 2]",
		"nunca fue bueno":                   "[bueno -1]",
		"nunca jamás fue todo bueno, bueno": "[bueno -1 bueno 2]",
		"poco bueno":                        "[poco bueno -1]",
		"":                                  "[]",
	} {
		sp := newSpace(tonesView, polarities{"val la pen": 2, "buen": 2, "poc buen": -1})
		var s scratch
		sp.grams(text, &s, true)
		got := []string{}
		for _, h := range s.hits {
			got = append(got, fmt.Sprint(text[s.tokens[h.first].from:s.tokens[h.last].to], " ", float64(h.halves)/2))
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%q: %v, want %s", text, got, want)
		}
	}
}

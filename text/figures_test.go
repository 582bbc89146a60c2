package text

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"animo"
	"animo/internal/sharedtest"
)

// allRestaurants reads all reviews of restaurants with one, two, four or five stars, title and text, and their stars.
func allRestaurants(t testing.TB) (rows []animo.Opinion, stars []string) {
	t.Helper()
	for _, r := range csvRows(t, sharedtest.Path(t, "data", "opinions", "cuba_restaurants.csv")) {
		if r[2] == "3" {
			continue
		}
		o := animo.Opinion{Text: r[0] + ". " + r[1], Label: animo.Positive}
		if r[2] < "3" {
			o.Label = animo.Negative
		}
		rows, stars = append(rows, o), append(stars, r[2])
	}
	return rows, stars
}

func TestTrain_finds_complaints_where_nearly_all_is_praise(t *testing.T) {
	rows, stars := allRestaurants(t)
	for _, trainer := range []string{"lexblend", sgdName} {
		m, r, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer, Goal: "complaints"})
		if err != nil {
			t.Fatal(err)
		}
		f := r.Figures
		negative := f.Labels[1]
		four, called := 0, 0
		for i, s := range stars {
			if s == "4" {
				four++
				if r.Judged[i].Said == animo.Negative {
					called++
				}
			}
		}
		t.Logf("%s: %s\n%+v", trainer, r.Verdict.EN, *f)
		if least := map[string]float64{"lexblend": 0.5, sgdName: 0.4}[trainer]; negative.Recall.Value < 0.85 || negative.Precision.Value < least {
			t.Errorf("%s finds %.3f of the complaints at a precision of %.3f", trainer, negative.Recall.Value, negative.Precision.Value)
		}
		if share := ratio(called, four); share > 0.15 && trainer != sgdName {
			t.Errorf("%s calls %.3f of %d reviews with 4 stars Negativo", trainer, share, four)
		}
		if c := r.Confusion; c.NegativeNegative+c.NegativePositive != negative.Support || math.Abs(c.flipped().scores().Recall-negative.Recall.Value) > 1e-12 {
			t.Errorf("the confusion %+v is not that of %+v", c, negative)
		}
		// The model does in its own rows what was measured, and more.
		e, err := Evaluate(t.Context(), m, FromSlice(rows))
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Figures.Labels[1].Recall.Value; got < 0.85 {
			t.Errorf("the model finds %.3f of the complaints that it learned from", got)
		}
	}
}

func TestParseGoal(t *testing.T) {
	for s, want := range map[string]goal{
		"": {}, "accuracy": {}, "balanced": {"balanced", balanced, 0}, "complaints": {"complaints", leastRecall, 0.85},
		"recall>=0.9": {"recall>=0.9", leastRecall, 0.9}, "precision >= 0.6": {"precision >= 0.6", leastPrecision, 0.6},
	} {
		if g, err := parseGoal(s); err != nil || g != want {
			t.Errorf("%q: %+v, %v", s, g, err)
		}
	}
	for _, s := range []string{"recall", "recall>=1", "recall>=85", "recall>=0", "recall>=NaN", "recall>0.5", "best"} {
		if _, err := parseGoal(s); animo.CodeOf(err) != animo.Invalid {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// made makes up judged rows: n of each label, right as often as it says.
func made(n int, seed uint64) []Judged {
	rng := rand.New(rand.NewPCG(seed, 1))
	var rows []Judged
	for i := range 2 * n {
		j := Judged{Text: uint64(i), Label: animo.Label(i % 2), Odds: float32(2*float64(2*(i%2)-1) + 2*rng.NormFloat64())} // log-odds that are what they say
		if j.Odds >= 0 {
			j.Said = animo.Positive
		}
		rows = append(rows, j)
	}
	return rows
}

func TestFigures_of_rows_that_are_what_their_probabilities_say(t *testing.T) {
	f := figuresOf(made(10_000, 1), goal{}, 0.5)
	// Scores from N(±2, 2²): right in Φ(1), the area under the ROC curve is Φ(√2), and log-odds that are exact.
	if math.Abs(f.Accuracy.Value-0.8413) > 0.01 || math.Abs(f.ROCArea.Value-0.9214) > 0.01 || f.ECE > 0.02 {
		t.Errorf("%+v", f)
	}
	for _, r := range []Rate{f.Accuracy, f.Balanced, f.MacroF1, f.ROCArea, f.Labels[0].F1, f.Labels[1].Recall} {
		if !(r.Low < r.Value && r.Value < r.High) || r.High-r.Low > 0.03 {
			t.Errorf("%+v is no interval", r)
		}
	}
	if f.Majority != 0.5 || f.Labels[0].Support != 10_000 || math.Abs(f.Labels[0].PRArea-f.Labels[1].PRArea) > 0.02 {
		t.Errorf("%+v", f)
	}
}

// The bounds are those of Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I: method 3.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		if r := wilson(c.k, c.n); math.Abs(r.Low-c.low) > 1e-4 || math.Abs(r.High-c.high) > 1e-4 {
			t.Errorf("%d of %d: %+v", c.k, c.n, r)
		}
	}
}

func TestVerdict_says_what_the_figures_mean(t *testing.T) {
	of := func(c Confusion, name string) (string, string) {
		var rows []Judged
		add := func(l, said animo.Label, n int) {
			for range n {
				rows = append(rows, Judged{Label: l, Said: said, Odds: float32(2*said) - 1})
			}
		}
		add(1, 1, c.PositivePositive)
		add(1, 0, c.PositiveNegative)
		add(0, 1, c.NegativePositive)
		add(0, 0, c.NegativeNegative)
		g, err := parseGoal(name)
		if err != nil {
			t.Fatal(err)
		}
		v := figuresOf(rows, g, 0.5).Verdict()
		return v.EN, v.ES
	}
	for _, c := range []struct {
		confusion Confusion
		goal      string
		en, es    string
	}{
		{Confusion{990, 10, 54, 46}, "", "Finds 46 of 100 complaints (18 of 100 that it names are none): not usable for complaints.", "Encuentra 46 de cada 100 quejas (18 de cada 100 que señala no lo son): no sirve para quejas."},
		{Confusion{480, 20, 30, 470}, "", "Finds 94 of 100 complaints (4 of 100 that it names are none): usable for complaints.", "sirve para elogios"},
		{Confusion{800, 200, 10, 90}, "", "(69 of 100 that it names are none): only to have somebody look at them", "solo para que alguien las revise"},
		{Confusion{990, 10, 25, 75}, "complaints", "It misses the goal complaints.", "No alcanza el objetivo complaints."},
		{Confusion{50, 50, 50, 50}, "", "no better than guessing", "mejor que el azar"},
		{Confusion{50, 2, 1, 15}, "", "Too few rows", "Muy pocas filas"},
	} {
		en, es := of(c.confusion, c.goal)
		if !strings.Contains(en, c.en) || !strings.Contains(es, c.es) {
			t.Errorf("%+v: %s\n%s", c.confusion, en, es)
		}
	}
}

func TestReport_warns_of_what_figures_do_not_show(t *testing.T) {
	codes := func(rows []animo.Opinion, o Options) map[string]int {
		o.Trainer = "nb"
		_, r, err := Train(t.Context(), FromSlice(rows), o)
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]int{}
		for _, w := range r.Warnings {
			m[w.Code] = w.Rows
			if w.EN == "" || w.ES == "" {
				t.Errorf("%+v", w)
			}
		}
		return m
	}
	if got := codes(reportRows(t, "DB_proyecto_SA"), Options{}); !reflect.DeepEqual(got, map[string]int{"duplicates": 26}) && !reflect.DeepEqual(got, map[string]int{"duplicates": 26, "contradictory": got["contradictory"]}) {
		t.Errorf("the report's rows: %v", got)
	}
	rows := opinions(300, 40)
	rows = append(rows, animo.Opinion{Text: rows[0].Text, Label: animo.Negative})
	if got := codes(rows, Options{}); !reflect.DeepEqual(got, map[string]int{"imbalance": 41, "few_rows": 41, "contradictory": 2}) {
		t.Errorf("%v", got)
	}
	if got := codes(rows, Options{Goal: "balanced"}); got["imbalance"] != 0 {
		t.Errorf("with a goal: %v", got)
	}
	for language, c := range map[string]struct {
		praise, blame string
		warned        int
	}{
		"English": {"The hotel was very good and the staff were friendly, we would come back", "It was not clean and the room is too small for the price of it", 0}, // has a lexicon of its own
		"French":  {"Le personnel est très gentil et la chambre était dans le calme avec une vue", "La chambre est petite et sale, pas de place pour les valises dans le placard", 300},
	} {
		var rows []animo.Opinion
		for i, o := range opinions(150, 150) {
			text := c.praise
			if o.Label == animo.Negative {
				text = c.blame
			}
			rows = append(rows, animo.Opinion{Text: text + strings.Repeat("!", i), Label: o.Label})
		}
		if got := codes(rows, Options{}); got["language"] != c.warned {
			t.Errorf("%s: %v", language, got)
		}
	}
}

func TestJudged_are_the_same_after_encoding(t *testing.T) {
	rows := made(50, 3)
	got, err := DecodeJudged(EncodeJudged(rows))
	if err != nil || !reflect.DeepEqual(got, rows) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := DecodeJudged([]byte("animo")); err == nil {
		t.Error("5 bytes are rows")
	}
}

// Confident learning finds labels that were turned round on purpose.
func TestMisjudged_finds_wrong_labels(t *testing.T) {
	rows := reportRows(t, "DB_proyecto_SA")
	wrong := map[int]bool{}
	rng := rand.New(rand.NewPCG(5, 5))
	for len(wrong) < 30 {
		i := rng.IntN(len(rows))
		if !wrong[i] {
			wrong[i] = true
			rows[i].Label = 1 - rows[i].Label
		}
	}
	_, r, err := Train(t.Context(), FromSlice(rows), Options{Trainer: "lexblend"})
	if err != nil {
		t.Fatal(err)
	}
	list := MisjudgedOf(r.Judged, 1000)
	found, suspects := 0, 0
	for _, m := range list {
		if m.Label != rows[m.Row].Label || m.Probability > 0.5 {
			t.Fatalf("%+v of a row labelled %s", m, rows[m.Row].Label)
		}
		if m.Suspect {
			suspects++
			if wrong[m.Row] {
				found++
			}
		}
	}
	t.Logf("%d misjudged, %d suspect, of them %d of 30 wrong ones", len(list), suspects, found)
	if found < 15 || suspects > 2*found || !list[0].Suspect || list[len(list)-1].Suspect {
		t.Errorf("%d misjudged, %d suspect, of them %d of 30 wrong ones", len(list), suspects, found)
	}
	if c := r.Confusion; len(list) != c.PositiveNegative+c.NegativePositive {
		t.Errorf("%d misjudged, the confusion is %+v", len(list), c)
	}
}

func TestCompare_is_beyond_its_interval_only_for_what_differs(t *testing.T) {
	rows := made(500, 1)
	same := Compare(rows, rows)
	if same.Rows != 1000 || same.Accuracy != (Difference{}) || same.McNemar != 1 {
		t.Errorf("a model and itself: %+v", same)
	}
	other := made(500, 2) // as good
	if c := Compare(rows, other); c.Accuracy.Low > 0 || c.Accuracy.High < 0 || c.McNemar < 0.01 {
		t.Errorf("two that are as good: %+v", c)
	}
	worse := append([]Judged(nil), other[:900]...)
	for i := range worse {
		if i%5 == 0 {
			worse[i].Said = 1 - worse[i].Label
		}
	}
	c := Compare(rows, worse)
	if c.Rows != 900 || c.Accuracy.Low <= 0 || c.McNemar > 0.001 || math.Abs(c.Accuracy.Value-float64(c.OnlyThis-c.OnlyOther)/900) > 1e-12 {
		t.Errorf("one that is worse: %+v", c)
	}
	// The interval of a paired difference by its standard error (Agresti, Categorical Data Analysis, section 11.1).
	b, d := float64(c.OnlyThis), float64(c.OnlyOther)
	half := 1.96 * math.Sqrt(b+d-(b-d)*(b-d)/900) / 900
	if math.Abs((c.Accuracy.High-c.Accuracy.Low)/2-half) > 0.15*half {
		t.Errorf("%+v, half its interval should be %g", c.Accuracy, half)
	}
	if c := Compare(rows, nil); c.Rows != 0 || c.McNemar != 1 {
		t.Errorf("nothing in common: %+v", c)
	}
	// McNemar's exact test of 10 to 2 has p = 2·(1+12+66)/2¹² = 0.0386.
	if p := mcNemar(10, 2); math.Abs(p-0.03857) > 1e-5 {
		t.Errorf("p %g", p)
	}
}

func BenchmarkFigures(b *testing.B) {
	rows := made(calibrationRows/2, 1)
	for b.Loop() {
		figuresOf(rows, goal{}, 0.5)
	}
}

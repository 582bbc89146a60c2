package text

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"animo"
	"animo/internal/sharedtest"
)

// everyNth is which reviews aspects_es.csv has: the first, and every 50th after it. They are kept out of what is fitted.
const everyNth = 50

// A labelledSentence is a sentence of aspects_es.csv with what it says, such as "food:good".
type labelledSentence struct {
	file          string
	row, sentence int
	says          []string
}

func labelledSentences(t testing.TB, name string) (list []labelledSentence) {
	t.Helper()
	for _, r := range csvRows(t, "testdata/"+name) {
		row, err := strconv.Atoi(r[1])
		if err != nil {
			t.Fatal(err)
		}
		number, err := strconv.Atoi(r[2])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, labelledSentence{r[0], row, number, strings.Fields(r[3])})
	}
	return list
}

// aspectReviews gives the reviews that aspects_es.csv speaks of, by file and row, from 1.
func aspectReviews(t testing.TB) map[string][]animo.Opinion {
	t.Helper()
	reviews := map[string][]animo.Opinion{"DB_proyecto_SA.txt": reportRows(t, "DB_proyecto_SA")}
	for _, r := range csvRows(t, sharedtest.Path(t, "data", "opinions", "cuba_restaurants.csv")) {
		label := animo.Negative
		if r[2] > "3" {
			label = animo.Positive
		}
		reviews["cuba_restaurants.csv"] = append(reviews["cuba_restaurants.csv"], animo.Opinion{Text: r[1], Label: label})
	}
	return reviews
}

// aspectScores count right, wrong and missed pairs.
type aspectScores struct {
	right, wrong, missed int
}

func (s aspectScores) f1() float64 { return ratio(2*s.right, 2*s.right+s.wrong+s.missed) }

func (s aspectScores) String() string {
	return fmt.Sprintf("F1 %.3f, precision %.3f, recall %.3f", s.f1(), ratio(s.right, s.right+s.wrong), ratio(s.right, s.right+s.missed))
}

// count adds what was found of what is right.
func (s *aspectScores) count(found, want map[string]bool) {
	for f := range found {
		if want[f] {
			s.right++
		} else {
			s.wrong++
		}
	}
	for w := range want {
		if !found[w] {
			s.missed++
		}
	}
}

// measureAspects scores what finders say of the labelled sentences: aspects alone, with their polarity, and by pair. labelOf tells what
// is known of a review as a whole.
func measureAspects(t testing.TB, name string, r *remarks, labelOf func(animo.Opinion) animo.Label) (alone, both aspectScores, by map[string]*aspectScores) {
	t.Helper()
	reviews, by := aspectReviews(t), map[string]*aspectScores{}
	found := map[string]map[string]bool{}
	for _, s := range labelledSentences(t, name) {
		of := fmt.Sprint(s.file, s.row, "/")
		if s.sentence == 1 {
			o := reviews[s.file][s.row-1]
			for _, m := range r.of(o.Text, labelOf(o)) {
				key := of + strconv.Itoa(m.Sentence)
				if found[key] == nil {
					found[key] = map[string]bool{}
				}
				found[key][m.Aspect.String()+":"+map[bool]string{true: "good", false: "bad"}[m.Good]] = true
			}
		}
		want, aspects := map[string]bool{}, [2]map[string]bool{{}, {}}
		for _, w := range s.says {
			want[w] = true
			aspects[1][strings.Split(w, ":")[0]] = true
		}
		got := found[of+strconv.Itoa(s.sentence)]
		for g := range got {
			aspects[0][strings.Split(g, ":")[0]] = true
		}
		both.count(got, want)
		alone.count(aspects[0], aspects[1])
		for _, pairs := range []map[string]bool{got, want} {
			for p := range pairs {
				if by[p] == nil {
					by[p] = &aspectScores{}
				}
			}
		}
		for p, score := range by {
			score.count(only(got, p), only(want, p))
		}
	}
	return alone, both, by
}

// only gives the set of p alone, if the set has it.
func only(set map[string]bool, p string) map[string]bool {
	if set[p] {
		return map[string]bool{p: true}
	}
	return nil
}

// BenchmarkAspects scores, on the 300 sentences of testdata/aspects_es.csv, which aspects are found and with which polarity: for a file
// without labels, for one with labels, and with a model of the report's rows besides, without every 50th. Its speed is of whole reviews, on one core.
func BenchmarkAspects(b *testing.B) {
	reviews := aspectReviews(b)
	var train []animo.Opinion
	for i, o := range reviews["DB_proyecto_SA.txt"] {
		if i%everyNth != 0 {
			train = append(train, o)
		}
	}
	learned, _, err := Train(b.Context(), FromSlice(train), Options{Trainer: "lexblend", Folds: 2})
	if err != nil {
		b.Fatal(err)
	}
	given := func(o animo.Opinion) animo.Label { return o.Label }
	for _, c := range []struct {
		name  string
		model *Model
		label func(animo.Opinion) animo.Label
	}{
		{"labels", nil, given},
		{"model", learned, func(o animo.Opinion) animo.Label { return learned.Classify(o.Text)[0].Label }},
		{"model+labels", learned, given},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := newRemarks("", c.model)
			alone, both, by := measureAspects(b, "aspects_es.csv", r, c.label)
			_, dev, _ := measureAspects(b, "aspects_dev_es.csv", r, c.label)
			var out strings.Builder
			for _, pair := range slices.Sorted(maps.Keys(by)) {
				s := by[pair]
				fmt.Fprintf(&out, "%s %d right %d wrong %d missed; ", pair, s.right, s.wrong, s.missed)
			}
			b.Logf("aspect: %v\nwith polarity: %v\n%s", alone, both, out.String())
			texts := reviews["cuba_restaurants.csv"]
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				o := texts[n%len(texts)]
				r.of(o.Text, o.Label)
				n++
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "reviews/s")
			b.ReportMetric(100*alone.f1(), "%aspect")
			b.ReportMetric(100*both.f1(), "%aspect+polarity")
			b.ReportMetric(100*dev.f1(), "%dev")
		})
	}
}

package text

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"syscall"
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
			for _, m := range r.of(o.Text, labelOf(o), true) {
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

// says writes remarks as "aspect:good" and "aspect:bad", in order.
func says(list []Remark) string {
	var out []string
	for _, m := range list {
		out = append(out, m.Aspect.String()+":"+map[bool]string{true: "good", false: "bad"}[m.Good])
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestRemarks_say_of_each_aspect_what_its_clause_says(t *testing.T) {
	for _, c := range []struct{ language, text, want string }{
		{"", "La cena estuvo riquísima.", "food:good"},
		{"", "La cena fría y el mozo encantador", "food:bad staff:good"},
		{"", "Buen desayuno pero mala recepción.", "food:good staff:bad"},
		{"", "No hay ascensor.", "facilities:bad"},
		{"", "Habitación sin ventana", "room:bad"},
		{"", "Todo muy limpio.", "facilities:good"},
		{"", "El baño estaba sucio.", "bath:bad"},
		{"", "Un lugar acogedor con comida mala.", "facilities:good food:bad"},
		{"", "No es caro.", "price:good"},
		{"", "Carísimo y sucio.", "facilities:bad price:bad"},
		{"", "El personal podría ser más amable.", "staff:bad"},
		{"", "A 5 minutos del metro.", "location:good"},
		{"", "De lejos el mejor sitio de la ciudad.", ""},
		{"", "Muy lejos de todo.", "location:bad"},
		{"", "Alejado del bullicio.", "noise:good"},
		{"", "Un trago para el calor.", ""},
		{"", "La cena no podría estar más rica.", "food:good"},
		{"", "No terminamos ningún plato.", ""},
		{"", "No tiene ningún ventilador", "facilities:bad"},
		{"", "El mejor hotel de todos.", ""},
		{"", "Llegamos cuando servían la cena.", ""},
		{"", "La ducha, rota.", "bath:bad"},
		{"", "Sin duda el desayuno es lo mejor.", "food:good"},
		{"", "La atención fue buena y el menú, sin duda el mejor.", "food:good staff:good"},
		{"", "No está abierto el bar porque sí.", "facilities:bad"},
		{"", "Mucha falta de limpieza", "facilities:bad"},
		{"", "Sin ruido por la noche.", "noise:good"},
		{"", "La ropa vieja, deliciosa; la Habana Vieja queda a dos pasos.", "food:good location:good"},
		{"en", "The staff were friendly but the room was dirty.", "room:bad staff:good"},
		{"en", "There was no elevator.", "facilities:bad"},
		{"en", "The food is not bad but the service could be better.", "food:good staff:bad"},
		{"pt", "O atendimento foi excelente, mas o quarto era barulhento.", "noise:bad staff:good"},
	} {
		got := says(newRemarks(c.language, nil).of(c.text, animo.Positive, false))
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

func TestRemarks_take_a_bare_name_for_what_the_whole_text_says(t *testing.T) {
	r := newRemarks("", nil)
	for _, c := range []struct {
		label animo.Label
		known bool
		want  string
	}{{animo.Positive, true, "food:good"}, {animo.Negative, true, "food:bad"}, {animo.Negative, false, ""}} {
		if got := says(r.of("El desayuno.", c.label, c.known)); got != c.want {
			t.Errorf("%v, known %v: %q, want %q", c.label, c.known, got, c.want)
		}
	}
}

func TestRemarks_name_the_sentence(t *testing.T) {
	text := "Fuimos dos. ¡Qué cama tan cómoda!\nEl baño… bien. Precio 4.5 alto"
	var got []string
	for _, m := range newRemarks("", nil).of(text, animo.Positive, false) {
		got = append(got, fmt.Sprint(m.Sentence, strings.TrimSpace(text[m.From:m.To])))
	}
	if want := "2¡Qué cama tan cómoda!"; len(got) == 0 || got[0] != want {
		t.Errorf("%q, want %q first", got, want)
	}
}

func TestRemarks_find_three_of_four_aspects_with_their_polarity(t *testing.T) {
	r := newRemarks("", nil)
	starter := Starter("es")
	for name, labelOf := range map[string]func(animo.Opinion) animo.Label{
		"with labels":    func(o animo.Opinion) animo.Label { return o.Label },
		"without labels": func(o animo.Opinion) animo.Label { return starter.Classify(o.Text)[0].Label },
	} {
		alone, both, _ := measureAspects(t, "aspects_es.csv", r, labelOf)
		t.Logf("%s: aspects %v; with polarity %v", name, alone, both)
		if both.f1() < 0.75 {
			t.Errorf("%s: %v, want an F1 of 0.75", name, both)
		}
	}
}

func TestRemarks_blame_in_good_reviews_what_is_blamed_there(t *testing.T) {
	s := blameSaid(t, newRemarks("", nil))
	t.Log(s)
	if s.right+s.missed != 59 || s.f1() < 0.78 {
		t.Errorf("%v, want an F1 of 0.78", s)
	}
}

func TestAspects_es_are_300_sentences_of_every_50th_review(t *testing.T) {
	reviews, r := aspectReviews(t), newRemarks("", nil)
	list := labelledSentences(t, "aspects_es.csv")
	for i, s := range list {
		rows := reviews[s.file]
		if s.row > len(rows) || (s.row-1)%everyNth != 0 {
			t.Fatalf("%s has no such row: %d", s.file, s.row)
		}
		r.of(rows[s.row-1].Text, animo.Positive, true)
		last := i+1 == len(list) || list[i+1].row != s.row
		if n := len(r.sentences); s.sentence > n || last && s.sentence < n && i+1 < len(list) {
			t.Errorf("%s, row %d: sentence %d, of %d", s.file, s.row, s.sentence, n)
		}
		for _, pair := range s.says {
			aspect, says, _ := strings.Cut(pair, ":")
			if !slices.Contains(AspectNames[:], aspect) || says != "good" && says != "bad" {
				t.Errorf("%s, row %d: %q", s.file, s.row, pair)
			}
		}
	}
	if len(list) != 300 {
		t.Errorf("%d sentences", len(list))
	}
}

// BenchmarkAspects scores, on the 300 sentences of testdata/aspects_es.csv, which aspects are found and with which polarity: for a file
// without labels, for one with labels, and with a model of the report's rows, without every 50th, that judges sentences and labels texts. %dev
// is the latter of the sentences that were tuned with, %later of those that nobody has looked at since. The speed is of whole reviews of
// restaurants with everything that a report counts, by the processor's time, which other work on the machine does not touch. Run it with
// -benchtime 60000x. %blame is the F1 of what is said to be blamed in good reviews of restaurants, of which sentences were labelled to tune with.
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
	by := func(m *Model) func(animo.Opinion) animo.Label {
		return func(o animo.Opinion) animo.Label { return m.Classify(o.Text)[0].Label }
	}
	for _, c := range []struct {
		name  string
		model *Model
		label func(animo.Opinion) animo.Label
	}{{"plain", nil, by(Starter("es"))}, {"labels", nil, given}, {"model", learned, by(learned)}} {
		b.Run(c.name, func(b *testing.B) {
			r := newRemarks("", c.model)
			alone, both, by := measureAspects(b, "aspects_es.csv", r, c.label)
			_, dev, _ := measureAspects(b, "aspects_dev_es.csv", r, c.label)
			_, later, _ := measureAspects(b, "aspects_later_es.csv", r, c.label)
			blame := blameSaid(b, r)
			var out strings.Builder
			for _, pair := range slices.Sorted(maps.Keys(by)) {
				s := by[pair]
				fmt.Fprintf(&out, "%s %d right %d wrong %d missed; ", pair, s.right, s.wrong, s.missed)
			}
			b.Logf("aspect: %v\nwith polarity: %v\nblame in good reviews: %v\n%s", alone, both, blame, out.String())
			a := NewAspects(c.model, AspectOptions{})
			texts := reviews["cuba_restaurants.csv"]
			n := 0
			b.ReportAllocs()
			busy := processorSeconds(b)
			for b.Loop() {
				o := &texts[n%len(texts)]
				review := Review{Text: o.Text}
				if c.name == "labels" {
					review.Label = &o.Label
				}
				a.Add(review)
				n++
			}
			b.ReportMetric(float64(n)/(processorSeconds(b)-busy), "reviews/cpu-s")
			b.ReportMetric(100*alone.f1(), "%aspect")
			b.ReportMetric(100*both.f1(), "%aspect+polarity")
			b.ReportMetric(100*dev.f1(), "%dev")
			b.ReportMetric(100*later.f1(), "%later")
			b.ReportMetric(100*blame.f1(), "%blame")
		})
	}
}

// processorSeconds is the time that the process had a processor.
func processorSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// blameSaid scores what is said to be blamed in sentences of good reviews of restaurants, by aspects_blame_es.csv: right is what is, wrong
// what is not, missed what is and is said no more.
func blameSaid(t testing.TB, r *remarks) (s aspectScores) {
	t.Helper()
	reviews := aspectReviews(t)
	for _, row := range csvRows(t, "testdata/aspects_blame_es.csv") {
		n, err := strconv.Atoi(row[1])
		if err != nil || (n-1)%everyNth == 0 {
			t.Fatalf("row %q, %v", row, err)
		}
		o := reviews[row[0]][n-1]
		said := false
		for _, m := range r.of(o.Text, o.Label, true) {
			said = said || strconv.Itoa(m.Sentence) == row[2] && m.Aspect.String()+":bad" == row[3] && !m.Good
		}
		switch is := row[4] == "1"; {
		case said && is:
			s.right++
		case said:
			s.wrong++
		case is:
			s.missed++
		}
	}
	return s
}

// BenchmarkStarter scores the starter model on all of the report's rows and on reviews of restaurants, as many bad ones as good ones.
func BenchmarkStarter(b *testing.B) {
	m := Starter("es")
	for _, c := range []struct {
		name string
		rows []animo.Opinion
	}{{"report", reportRows(b, "DB_proyecto_SA")}, {"restaurants", restaurantRows(b)}} {
		b.Run(c.name, func(b *testing.B) {
			right, known := 0, 0
			var sure float64
			for b.Loop() {
				right, known, sure = 0, 0, 0
				for _, o := range c.rows {
					p := m.Classify(o.Text)[0]
					sure += p.Probability
					right += one(p.Label == o.Label)
					known += one(p.Known > 0)
				}
			}
			b.ReportMetric(100*ratio(right, len(c.rows)), "%right")
			b.ReportMetric(100*ratio(known, len(c.rows)), "%known")
			b.ReportMetric(100*sure/float64(len(c.rows)), "%sure")
		})
	}
}

// FuzzRemarks_lie_in_their_text: whatever the text, remarks are about parts of it, in order, and say each thing of a sentence once.
func FuzzRemarks_lie_in_their_text(f *testing.F) {
	for _, s := range []string{"", "El baño, sucio. ¡Muy caro!", "😭😭 La cama… no hay\nsin ventana", "\xff\xfe sucio\x00", "a 5 minutos. 4/5", ". . .", "pero pero sin sin podría ser mejor el desayuno 🙂"} {
		f.Add(s)
	}
	r := newRemarks("", nil)
	f.Fuzz(func(t *testing.T, text string) {
		seen, last := map[string]bool{}, 0
		for _, m := range r.of(text, animo.Negative, true) {
			key := fmt.Sprint(m.Sentence, m.Aspect, m.Good)
			if m.From < 0 || m.To > len(text) || m.From >= m.To || m.Sentence < last || m.Aspect >= aspectCount || m.Strength <= 0 || seen[key] {
				t.Errorf("%q: %+v", text, m)
			}
			seen[key], last = true, m.Sentence
		}
	})
}

func TestDoubtful_phrases_are_in_the_lexicon(t *testing.T) {
	for _, phrase := range doubtful {
		if _, ok := toneView.polarities()[phrase]; !ok {
			t.Errorf("%q is in no lexicon", phrase)
		}
	}
}

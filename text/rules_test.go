package text

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// hitsOf returns the hits of a text with their polarities, by the package's lexicon and newest rules.
func hitsOf(text string) string {
	sp := newSpace(tonesView, tonesView.polarities())
	var s scratch
	sp.grams(text, &s, true)
	got := []string{}
	for _, h := range s.hits {
		got = append(got, fmt.Sprint(text[s.tokens[h.first].from:s.tokens[h.last].to], " ", float64(h.halves)/2))
	}
	return fmt.Sprint(got)
}

func TestRules(t *testing.T) {
	for text, want := range map[string]string{
		// Emoji, emoticons, stars and ratings.
		"La sopa 🤢":                    "[🤢 -2]",
		"🤦‍♀️":                         "[🤦 -1]",
		"Ya en casa :-))":              "[:-)) 1]",
		"El vuelo :(":                  "[:( -1]",
		"el café <3":                   "[<3 2]",
		"a las 12:30 (más)":            "[]",
		"★★★★★":                        "[★★★★★ 2]",
		"★☆☆☆☆":                        "[★☆☆☆☆ -2]",
		"Comida: 10/10.":               "[10/10 2]",
		"Un 2/10":                      "[2/10 -2]",
		"Mi nota: 9 sobre 10":          "[9 sobre 10 2]",
		"Le doy 1 de 5":                "[1 de 5 -2]",
		"Un 9,5 para la terraza":       "[9,5 2]",
		"una estrella":                 "[una estrella -2]",
		"hotel de 4 estrellas":         "[]",
		"Limpieza 2":                   "[Limpieza 1 2 -2]",
		"llegamos el 5 de agosto":      "[]",
		"habitación 10":                "[]",
		"tardaron 3 horas":             "[tardaron -1]",
		"3/4 de hora":                  "[]",
		"El menú cuesta 12.50, de 8/9": "[]",
		// Negations.
		"ningún ruido":                       "[ruido 1]",
		"nunca había comido tan bien":        "[bien 1]",
		"jamás vi un baño tan sucio":         "[sucio -2]",
		"no me pareció sucio":                "[no me pareció -1 sucio 1]",
		"no encontré caro pero sucio":        "[caro 0.5 sucio -2]",
		"no está nada mal":                   "[no está nada mal 1]",
		"Ningun ruido":                       "[ruido 1]",
		"nada que objetar":                   "[nada que objetar 2]",
		"no nos podemos quejar de la cena":   "[no nos podemos quejar 2]",
		"mejor no digo nada. Excelente cena": "[Excelente 2]",
		// Concessions.
		"excelente vista, pero sucio":            "[excelente 1 sucio -2]",
		"Excelente. Pero sucio":                  "[Excelente 2 sucio -2]",
		"aunque es horrible, la vista excelente": "[horrible -1 excelente 2]",
		"excelente vista aunque sucio":           "[excelente 2 sucio -1]",
	} {
		if got := hitsOf(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestSpelling_finds_the_word_that_is_meant(t *testing.T) {
	s := newSpelling(tonesView.polarities(), plainStem)
	for w, want := range map[string]string{
		"exelente": "excelente", "vuena": "buena", "asqeroso": "asqueroso", "enkanto": "encantó", "pecimo": "pésimo",
		"maravilosas": "maravilloso", "orrible": "horrible", "incrieble": "increíble",
		"delisioso": "delicioso", "cucarachs": "cucaracha",
	} {
		if got := s.meant(w); got != plainStem(want) {
			t.Errorf("%q is %q, want %q", w, got, plainStem(want))
		}
	}
	for _, w := range []string{"casa", "mesa", "hotel", "playa", "ventana", "camarero", "habitación", "tortilla", "xyz", "", "ciudad", "mercado", "plaza", "domingo"} {
		if got := s.meant(w); got != "" {
			t.Errorf("%q is taken for %q", w, got)
		}
	}
}

func TestRules_read_whatever_comes_and_score_the_same_in_both_ways(t *testing.T) {
	pieces := strings.Split("no|nunca|tan|bien|malo|pero|aunque|nada|que|objetar|un|una|cinco|estrella|estrellas|de|sobre|10|9|5|4|1|100|/|,|.|!|?|:|;|=|<|3|-|)|(|'|★|⭐|☆|\uFE0F|😍|🤦|\u200d|♀|limpieza|exelente|sucio|xyzzy|\xff|İ| | | | | ", "|")
	m, _, err := Train(t.Context(), FromSlice(reportRows(t, "Ingesta11")), Options{Trainer: "lexblend", Folds: 2})
	if err != nil {
		t.Fatal(err)
	}
	if m.fused == nil {
		t.Fatal("lexblend is not laid out for speed")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	r := m.reader()
	for range 20_000 {
		var b strings.Builder
		for range rng.IntN(14) {
			b.WriteString(pieces[rng.IntN(len(pieces))])
		}
		text := b.String()
		fast, known := m.fused.score(text, r)
		if n := m.read(text, r); n != known || n > 0 && math.Abs(m.scorer.score(r.x)-fast) > 1e-3 {
			t.Fatalf("%q: %d features and %.5f, fused %d and %.5f", text, n, m.scorer.score(r.x), known, fast)
		}
		if e := m.Explain(text, 1000); math.Abs(e.Rest) > 1e-3 {
			t.Fatalf("%q: %.5f is not explained", text, e.Rest)
		}
	}
}

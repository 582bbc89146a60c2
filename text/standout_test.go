package text

import (
	"fmt"
	"math"
	"testing"

	"animo"
)

// countTerms counts the terms of texts.
func countTerms(texts map[string]animo.Label) *terms {
	t, s := newTerms(""), scanner{marks: true}
	for text, label := range texts {
		s.scan(text)
		t.add(&s, uint8(label))
	}
	return t
}

func TestTerms_stand_out_by_the_log_odds_of_Monroe_Colaresi_and_Quinn(t *testing.T) {
	texts := map[string]animo.Label{}
	for i := range 40 {
		texts[fmt.Sprintf("La ducha goteaba y goteaba, %d", i)] = animo.Negative
		texts[fmt.Sprintf("El jardín, florido. %d", i)] = animo.Positive
	}
	bad, good := countTerms(texts).standing(5)
	// Words: 40 texts each have ducha, goteaba, jardín, florido. Pairs: ducha goteaba, in 40 bad texts, and no other.
	prior := 0.1 * 160 * 40 / 160
	want := (math.Log((40+prior)/(80+16-40-prior)) - math.Log(prior/(80+16-prior))) / math.Sqrt(1/(40+prior)+1/prior)
	if len(bad) != 2 || bad[0].Bad != 40 || bad[0].Good != 0 || math.Abs(bad[0].Z-want) > 1e-9 {
		t.Errorf("bad: %+v, want z %g", bad, want)
	}
	if len(good) != 2 || good[0].Term != "jardín" || good[0].Good != 40 || math.Abs(good[0].Z-want) > 1e-9 {
		t.Errorf("good: %+v, want z %g", good, want)
	}
}

func TestTerms_of_good_texts_are_not_told_as_those_of_bad_ones_where_bad_texts_have_none(t *testing.T) {
	texts := map[string]animo.Label{}
	for i := range 40 {
		texts[fmt.Sprintf("El jardín, florido. %d", i)] = animo.Positive
		texts[fmt.Sprintf("pésimo%c%c", 'a'+i/20, 'a'+i%20)] = animo.Negative // each has a word of its own
	}
	bad, good := countTerms(texts).standing(5)
	if len(bad) != 0 || len(good) == 0 {
		t.Errorf("bad: %+v, good: %+v", bad, good)
	}
}

func TestTerms_leave_out_stop_words_and_keep_negated_pairs(t *testing.T) {
	texts := map[string]animo.Label{}
	for i := range 30 {
		texts[fmt.Sprintf("El wifi no conecta muy bien %d", i)] = animo.Negative
		texts[fmt.Sprintf("El wifi vuela muy bien %d", i)] = animo.Positive
	}
	bad, _ := countTerms(texts).standing(10)
	if len(bad) != 1 || bad[0].Term != "no conecta" {
		t.Errorf("%+v", bad)
	}
}

func TestTerms_need_no_more_memory_for_more_texts(t *testing.T) {
	c, s := newTerms(""), scanner{marks: true}
	for i := range 300_000 {
		s.scan(fmt.Sprintf("aaa%d bbb%d", i, i))
		c.add(&s, uint8(i%2))
		if i%100 == 0 {
			s.scan("gotera")
			c.add(&s, uint8(animo.Negative))
		}
	}
	if c.used > termsKept || len(c.slots) > 2*termsKept {
		t.Errorf("%d terms in %d places", c.used, len(c.slots))
	}
	bad, _ := c.standing(1)
	if len(bad) != 1 || bad[0].Term != "gotera" || bad[0].Bad < 2990 {
		t.Errorf("%+v", bad)
	}
}

func TestTerms_of_texts_of_one_label_are_none(t *testing.T) {
	if bad, good := countTerms(map[string]animo.Label{"La ducha goteaba": animo.Negative}).standing(5); bad != nil || good != nil {
		t.Errorf("%v, %v", bad, good)
	}
}

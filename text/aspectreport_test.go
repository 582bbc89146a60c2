package text

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"animo"
)

func TestAspects_count_texts_by_aspect_and_group(t *testing.T) {
	a := NewAspects(nil, AspectOptions{Sentences: 2})
	bad := animo.Negative
	a.Add(Review{Text: "La cama comodísima. La cama es enorme y muy cómoda. La ducha, rota.", Source: "Booking", Period: "2026-10"})
	a.Add(Review{Text: "Baño sucio.", Label: &bad, Source: "Google", Period: "2026-11"})
	a.Add(Review{Text: "Llegamos el martes.", Source: "Google"})
	r := a.Report()
	if r.Texts != 3 || r.Good != 1 || r.Bad != 1 || r.Labelled != 1 || r.Language != "es" || len(r.Aspects) != int(aspectCount) {
		t.Errorf("%+v", r)
	}
	room, bath := r.Aspects[Room], r.Aspects[Bath]
	if room.Good != 1 || room.Bad != 0 || len(room.GoodSentences) != 2 || bath.Bad != 2 || bath.BadSentences[0].Text == 0 {
		t.Errorf("room %+v, bath %+v", room, bath)
	}
	if len(r.Sources) != 2 || r.Sources[0].Name != "Google" || r.Sources[0].Texts != 2 || r.Sources[0].Aspects[Bath].Bad != 1 {
		t.Errorf("sources %+v", r.Sources)
	}
	if len(r.Periods) != 2 || r.Periods[0].Name != "2026-10" || r.Periods[0].Aspects[Room].Good != 1 {
		t.Errorf("periods %+v", r.Periods)
	}
	b, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(b), `"aspect":"bath"`) {
		t.Errorf("%s, %v", b, err)
	}
}

func TestAspects_keep_the_clearest_sentences_and_none_twice(t *testing.T) {
	a := NewAspects(nil, AspectOptions{Sentences: 2})
	for _, text := range []string{
		"El desayuno estaba bien.", "El desayuno fue excelente de verdad.", "El desayuno fue excelente de verdad.",
		"El desayuno fue excelente, la cama comodísima y el personal encantador.",
	} {
		a.Add(Review{Text: text})
	}
	got := a.Report().Aspects[Food].GoodSentences
	if len(got) != 2 || got[0].Sentence != "El desayuno fue excelente de verdad." || got[0].Text != 2 || got[1].Sentence == got[0].Sentence {
		t.Errorf("%+v", got)
	}
}

func TestAspects_put_groups_beyond_the_limit_together(t *testing.T) {
	a := NewAspects(nil, AspectOptions{Groups: 3})
	for i := range 10 {
		a.Add(Review{Text: "Muy limpio.", Source: fmt.Sprint("fuente ", i)})
	}
	sources := a.Report().Sources
	if len(sources) != 4 || sources[0].Name != otherGroups || sources[0].Texts != 7 {
		t.Errorf("%+v", sources)
	}
}

func TestStarter_labels_by_the_lexicon_and_says_when_it_knows_nothing(t *testing.T) {
	for _, c := range []struct {
		language, text string
		label          animo.Label
		known          bool
	}{
		{"es", "Un hotel precioso", animo.Positive, true},
		{"es", "Sucio y carísimo", animo.Negative, true},
		{"es", "Llegamos el martes por la tarde", animo.Positive, false},
		{"en", "Dirty and overpriced", animo.Negative, true},
		{"pt", "Péssimo atendimento", animo.Negative, true},
		{"fr", "Un hotel precioso", animo.Positive, true},
	} {
		if p := Starter(c.language).Classify(c.text)[0]; p.Known > 0 != c.known || c.known && p.Label != c.label {
			t.Errorf("%s: %q: %+v", c.language, c.text, p)
		}
	}
}

func TestAspects_read_texts_in_the_language_of_the_first_ones(t *testing.T) {
	for language, text := range map[string]string{
		"es": "La habitación era muy pequeña y el baño estaba sucio por todas partes", "en": "The room was very small and the bathroom was dirty", "pt": "O quarto era muito pequeno e o banheiro estava sujo, mas não foi caro",
	} {
		a := NewAspects(nil, AspectOptions{})
		label := animo.Negative
		for range languageTexts + 10 {
			label = animo.Negative
			a.Add(Review{Text: text, Label: &label})
			label = animo.Positive // which is nothing to the texts that came before
		}
		if r := a.Report(); r.Language != language || r.Texts != languageTexts+10 || r.Bad != r.Texts || r.Aspects[Bath].Bad != r.Texts {
			t.Errorf("%s: language %s, %d texts, %d bad, bath %+v", language, r.Language, r.Texts, r.Bad, r.Aspects[Bath])
		}
	}
	if r := NewAspects(nil, AspectOptions{}).Report(); r.Texts != 0 || len(r.Aspects) != int(aspectCount) {
		t.Errorf("of no texts: %+v", r)
	}
}

package text

import (
	"context"
	"testing"

	"animo"
	"animo/internal/sharedtest"
)

// englishCase reads a file of thirty English sentences, three times ten.
func englishCase(t *testing.T) (rows []animo.Opinion) {
	t.Helper()
	for _, r := range csvRows(t, sharedtest.Path(t, "cases", "opinions", "93_english.csv")) {
		rows = append(rows, animo.Opinion{Text: r[0], Label: animo.Label(r[1][0] - '0')})
	}
	return rows
}

// opinionsOf returns the rows of a file of kinds.
func opinionsOf(t *testing.T, name string) (rows []animo.Opinion) {
	t.Helper()
	for _, r := range readKinds(t, name) {
		rows = append(rows, r.Opinion)
	}
	return rows
}

func TestLexicon_alone_tells_opinions_in_English_and_Portuguese_apart(t *testing.T) {
	for _, c := range []struct {
		name     string
		rows     []animo.Opinion
		language string
		least    int
	}{
		{"93_english", englishCase(t), "en", 27},
		{"kinds_en", opinionsOf(t, "kinds_en.csv"), "en", 36},
		{"kinds_pt", opinionsOf(t, "kinds_pt.csv"), "pt", 36},
	} {
		if got := lexicalLanguage(textsOf(c.rows)); got != c.language {
			t.Errorf("%s is taken for %q", c.name, got)
		}
		v := toneView.in(c.language)
		sp := newSpace(v, v.polarities())
		var s scratch
		right := 0
		for _, r := range c.rows {
			sp.grams(r.Text, &s, true)
			praise, blame := sumHits(s.hits)
			if praise > blame && r.Label == animo.Positive || blame > praise && r.Label == animo.Negative {
				right++
			} else {
				t.Logf("%s, %s: %q has %g praise, %g blame", c.name, r.Label, r.Text, praise, blame)
			}
		}
		t.Logf("%s: %d of %d", c.name, right, len(c.rows))
		if right < c.least {
			t.Errorf("%s: %d of %d, want %d", c.name, right, len(c.rows), c.least)
		}
	}
}

func TestTrain_takes_the_lexicon_of_the_files_language(t *testing.T) {
	for language, rows := range map[string][]animo.Opinion{
		"en": opinionsOf(t, "kinds_en.csv"), "pt": opinionsOf(t, "kinds_pt.csv"), "es": reportRows(t, "Ingesta10"),
	} {
		for _, trainer := range []string{"lexblend", "lexnb", sgdName} {
			m, r, err := Train(context.Background(), FromSlice(rows), Options{Trainer: trainer})
			if err != nil {
				t.Fatal(err)
			}
			if r.Language != language {
				t.Errorf("%s: the report says %q, not %q", trainer, r.Language, language)
			}
			dir := t.TempDir()
			if err := Save(dir, m, r); err != nil {
				t.Fatal(err)
			}
			loaded, _, err := Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range rows {
				if a, b := m.Classify(o.Text)[0], loaded.Classify(o.Text)[0]; a != b {
					t.Errorf("%s, %q: %+v, and %+v after saving", trainer, o.Text, a, b)
				}
			}
			right := r.Confusion.PositivePositive + r.Confusion.NegativeNegative
			t.Logf("%s %s: %d of %d by folds; %v", language, trainer, right, len(rows), r.Warnings)
			if trainer == "lexblend" && language != "es" && right < 34 {
				t.Errorf("%s: %d of 40 right by folds", language, right)
			}
		}
	}
}

func TestLexicons_of_other_languages_have_emoji_and_no_Spanish_words(t *testing.T) {
	for _, v := range []view{toneView.in("en"), toneView.in("pt")} {
		p := v.polarities()
		if p["👍"] != 1 || p["5★"] != 2 || len(p) < 700 {
			t.Errorf("%s: %d entries, 👍 is %d, 5★ is %d", v.Language, len(p), p["👍"], p["5★"])
		}
		for _, key := range []string{"nadi", "nadie", "poca", "casco viejo"} {
			if _, ok := p[key]; ok {
				t.Errorf("%s has %q", v.Language, key)
			}
		}
	}
}

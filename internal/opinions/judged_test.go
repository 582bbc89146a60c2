package opinions_test

import (
	"fmt"
	"strings"
	"testing"

	"animo"
	"animo/internal/opinions"
)

func TestCorrections_answer_at_once_and_as_long_as_they_are_there(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	file := reviews(t, 0)
	l.take("r.txt", file)
	l.run()
	text, _, _ := strings.Cut(strings.Split(file, "\n")[0], "\t")
	if strings.HasPrefix(text, "0") || strings.HasPrefix(text, "1") {
		_, text, _ = strings.Cut(strings.Split(file, "\n")[0], "\t")
	}
	was := l.says("r.txt", text)
	c := l.correct("r.txt", text, 1-was)
	if got := l.ask("r.txt", " "+text+" \n").Results[0]; got.Label != 1-was || !got.Corrected || got.Probability != 1 {
		t.Errorf("corrected, it says %+v", got)
	}
	if err := l.flow.DeleteCorrection(t.Context(), tenant, "r.txt", c.ID); err != nil {
		t.Fatal(err)
	}
	if got := l.ask("r.txt", text).Results[0]; got.Label != was || got.Corrected {
		t.Errorf("no longer corrected, it says %+v", got)
	}
	// A model that is made anew under the name has no corrections of the one before, held in memory or not.
	l.correct("r.txt", text, 1-was)
	l.says("r.txt", text)
	if err := l.flow.DeleteModel(t.Context(), tenant, "r.txt"); err != nil {
		t.Fatal(err)
	}
	l.take("r.txt", file)
	l.run()
	if got := l.ask("r.txt", text).Results[0]; got.Corrected {
		t.Errorf("a new model is corrected by the one that was deleted: %+v", got)
	}
}

func TestCorrections_come_in_batches_and_in_files(t *testing.T) {
	l := newLine(t, opinions.Limits{Corrections: 60, CorrectionBytes: 100})
	l.take("r.txt", reviews(t, 0))
	l.run()
	var list []animo.Opinion
	for i := range 45 {
		list = append(list, animo.Opinion{Text: fmt.Sprintf("%s %d", []string{"farfulo", "zorple"}[i%2], i), Label: animo.Label(i % 2)})
	}
	kept, err := l.flow.Correct(t.Context(), tenant, "r.txt", "", append(list, list[3])...)
	if err != nil || len(l.corrections("r.txt")) != 45 || len(kept) < 45 {
		t.Fatalf("%d kept, %d there, %v", len(kept), len(l.corrections("r.txt")), err)
	}
	if _, err := l.flow.Correct(t.Context(), tenant, "r.txt", "", animo.Opinion{Text: "nuevo"}, animo.Opinion{Text: " "}); animo.CodeOf(err) != animo.Invalid || !strings.Contains(fmt.Sprintf("%+v", err), "items[1].text") && err.(*animo.Error).Field != "items[1].text" {
		t.Errorf("%v", err)
	}
	if n := len(l.corrections("r.txt")); n != 45 {
		t.Errorf("a batch with an empty text left %d", n)
	}
	file := "Comentario;Nota\nblarg;5\nblurg;1\nregular;3\nblarg blarg;4\n" // three stars are left out
	n, reading, err := l.flow.CorrectFrom(t.Context(), tenant, "r.txt", strings.NewReader(file), -1, opinions.FileRecipe{})
	if err != nil || n != 3 || len(reading.LeftOut) != 1 {
		t.Fatalf("%d rows, %+v, %v", n, reading, err)
	}
	if l.says("r.txt", "blarg") != animo.Positive || l.says("r.txt", "blurg") != animo.Negative {
		t.Error("the file's rows do not answer")
	}
	if _, _, err := l.flow.CorrectFrom(t.Context(), tenant, "nada", strings.NewReader(file), -1, opinions.FileRecipe{}); animo.CodeOf(err) != animo.UnknownModel {
		t.Errorf("of no model: %v", err)
	}
	v := l.retrain("r.txt")
	if v.Corrections != 48 || v.Learned == 0 || v.Learned > 48 {
		t.Errorf("%d corrections, %d learned", v.Corrections, v.Learned)
	}
	if v.Without == nil || v.Without.Rows != v.Report.Rows-48 || v.Report.Figures.Rows != v.Report.Rows {
		t.Errorf("figures of %d rows without corrections, of %d", v.Without.Rows, v.Report.Figures.Rows)
	}
}

func TestVersions_are_compared_and_tell_their_misjudged_rows(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	file := strings.ReplaceAll(reviews(t, 0), "\r", "")
	first := l.take("r.txt", file)
	l.run()
	v := l.version(first)
	var texts []string
	after := ""
	suspects := 0
	for {
		page, next, err := l.flow.MisjudgedRows(t.Context(), tenant, "r.txt", first.ID, after, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page {
			if m.Text == "" || !strings.Contains(file, m.Text) || m.Probability > 0.5 {
				t.Errorf("%+v", m)
			}
			if m.Suspect {
				suspects++
			}
			texts = append(texts, m.Text)
		}
		if after = next; after == "" {
			break
		}
	}
	c := v.Report.Confusion
	if len(texts) != c.PositiveNegative+c.NegativePositive {
		t.Errorf("%d misjudged rows, the confusion is %+v", len(texts), c)
	}
	t.Logf("%d misjudged, %d suspect", len(texts), suspects)
	l.correct("r.txt", texts[0], animo.Positive)
	if page, _, err := l.flow.MisjudgedRows(t.Context(), tenant, "r.txt", first.ID, "", 1); err != nil || len(page) != 1 || page[0].Text == texts[0] {
		t.Errorf("a row that was corrected is listed: %v, %v", page, err)
	}
	second := l.retrain("r.txt")
	same, err := l.flow.Compare(t.Context(), tenant, "r.txt", second.ID, first.ID)
	if err != nil || same.Rows < v.Report.Rows-1 { // one row may have another label now
		t.Errorf("%+v, %v", same, err)
	}
	// What is forgotten of the file is forgotten of its rows.
	if err := l.flow.DeleteDataset(t.Context(), tenant, "r.txt"); err != nil {
		t.Fatal(err)
	}
	if page, _, err := l.flow.MisjudgedRows(t.Context(), tenant, "r.txt", first.ID, "", 100); err != nil || len(page) != 0 {
		t.Errorf("%v, %v", page, err)
	}
	if _, err := l.flow.Compare(t.Context(), tenant, "r.txt", second.ID, "nada"); !isGone(err) {
		t.Errorf("%v", err)
	}
}

func TestGoal_is_kept_with_a_version_and_another_one_is_another_training(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	l.run()
	v, err := l.flow.Retrain(t.Context(), tenant, "r.txt", nil, opinions.Recipe{Trainer: "nb", Goal: "complaints"})
	if err != nil {
		t.Fatal(err)
	}
	l.run()
	if got := l.version(v); got.Goal != "complaints" || got.Report.Figures.Goal != "complaints" || got.Report.Figures.Threshold == 0.5 {
		t.Errorf("%+v, %+v", got.Version, got.Report.Figures)
	}
	if _, err := l.flow.Retrain(t.Context(), tenant, "r.txt", nil, opinions.Recipe{Goal: "best"}); animo.CodeOf(err) != animo.Invalid {
		t.Errorf("%v", err)
	}
}

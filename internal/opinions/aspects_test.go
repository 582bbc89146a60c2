package opinions_test

import (
	"strings"
	"testing"

	"animo"
	"animo/internal/opinions"
	"animo/text"
)

// aspectsOf reads the report of a batch that is done.
func (l *line) aspectsOf(b opinions.Batch) text.AspectReport {
	l.t.Helper()
	r, _, err := l.flow.BatchAspects(l.t.Context(), tenant, b.Model, b.ID)
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

// count returns how many texts praise and blame an aspect.
func count(r text.AspectReport, aspect text.Aspect) (good, bad int) {
	return r.Aspects[aspect].Good, r.Aspects[aspect].Bad
}

// reviewsExport is a file as a hotel's tool writes it, without labels.
const reviewsExport = "fecha;fuente;comentario\n15/10/2026;Booking;El baño estaba sucio\n16/11/2026;Google;La comida estaba riquísima\n17/11/2026;Google;El baño olía fatal, qué asco\n18/11/2026;Google;\n"

func TestBatch_of_the_starter_model_needs_no_model_and_tells_what_is_complained_about(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	b := l.batch(opinions.StarterModel, reviewsExport, opinions.BatchRecipe{Name: "mayo.csv"})
	if _, _, err := l.flow.BatchAspects(t.Context(), tenant, b.Model, b.ID); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("aspects before they are there: %v", err)
	}
	l.run()
	b = l.batchOf(b)
	if b.Status != animo.Done || b.Version != "starter-es" || b.Rows != 4 || !b.ByStarter() {
		t.Errorf("%+v, %+v", b, b.Failure)
	}
	if lines := strings.Split(l.result(b), "\n"); !strings.Contains(lines[1], ",Negativo,") || !strings.Contains(lines[2], ",Positivo,") {
		t.Errorf("the result is %q", lines)
	}
	r := l.aspectsOf(b)
	good, bad := count(r, text.Bath)
	if r.Texts != 3 || r.Labelled != 0 || r.Language != "es" || good != 0 || bad != 2 || len(r.Aspects[text.Bath].BadSentences) != 2 {
		t.Errorf("%d good and %d bad in %+v", good, bad, r)
	}
	if len(r.Sources) != 2 || r.Sources[0].Name != "Google" || len(r.Periods) != 2 || r.Periods[0].Name != "2026-10" {
		t.Errorf("sources %+v, months %+v", r.Sources, r.Periods)
	}
	if list, err := l.flow.Models(t.Context(), tenant); err != nil || len(list) != 0 {
		t.Errorf("the starter model is listed: %v, %v", list, err)
	}
	if n, err := l.flow.Sweep(t.Context(), tenant); n != 0 || err != nil {
		t.Errorf("Sweep = %d, %v; nothing is left to do", n, err)
	}
	if list, _, err := l.flow.Batches(t.Context(), tenant, opinions.StarterModel, "", 10); err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if err := l.flow.DeleteBatch(t.Context(), tenant, b.Model, b.ID); err != nil || len(l.batchObjects()) != 0 {
		t.Errorf("%v, left are %v", err, l.batchObjects())
	}
}

func TestBatch_of_the_starter_model_chooses_the_language_by_the_texts(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	b := l.batch(opinions.StarterModel, strings.Repeat("The room was very dirty and the staff were rude, we would not go back\n", 5), opinions.BatchRecipe{})
	l.run()
	b = l.batchOf(b)
	r := l.aspectsOf(b)
	if _, bad := count(r, text.Room); b.Version != "starter-en" || r.Language != "en" || bad != 5 || b.Labels["Negativo"] != 5 {
		t.Errorf("%+v, %+v", b, r)
	}
}

func TestBatch_of_the_starters_name_is_answered_by_a_model_of_the_tenants_own(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	before := l.batch(opinions.StarterModel, reviewsExport, opinions.BatchRecipe{})
	l.run()
	v := l.take(opinions.StarterModel, reviews(t, 0))
	l.run()
	b := l.batch(opinions.StarterModel, reviewsExport, opinions.BatchRecipe{})
	l.run()
	if b = l.batchOf(b); b.Version != v.ID {
		t.Errorf("%+v, want version %s", b, v.ID)
	}
	if err := l.flow.DeleteModel(t.Context(), tenant, opinions.StarterModel); err != nil || len(l.batchObjects()) != 0 {
		t.Errorf("%v; left are %v, also of %s", err, l.batchObjects(), before.ID)
	}
	b = l.batch(opinions.StarterModel, reviewsExport, opinions.BatchRecipe{})
	l.run()
	if b = l.batchOf(b); b.Version != "starter-es" {
		t.Errorf("after the model was deleted: %+v", b)
	}
}

func TestBatch_takes_labels_of_the_file_then_corrections_then_the_model_for_its_aspects(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	l.run()
	if _, err := l.flow.Correct(t.Context(), tenant, "r.txt", "", animo.Opinion{Text: "zorple", Label: animo.Negative}); err != nil {
		t.Fatal(err)
	}
	b := l.batch("r.txt", "texto,nota,donde\nzorple,,A\nLa comida zumbaba,1,A\nTodo excelente,,B\nOtra cosa buena,5,B\n", opinions.BatchRecipe{Source: "donde"})
	l.run()
	if r := l.aspectsOf(b); r.Texts != 4 || r.Labelled != 3 || r.Good != 2 || r.Bad != 2 || len(r.Sources) != 2 || r.Sources[0].Bad != 2 {
		t.Errorf("%+v", r)
	}
	b = l.batch("r.txt", "texto,nota\nMuy bueno,5\nMalo,1\n", opinions.BatchRecipe{Time: "cuando"})
	l.run()
	if b = l.batchOf(b); b.Status != animo.Failed || b.Failure.Field != "time" {
		t.Errorf("a column that is not there: %+v, %+v", b, b.Failure)
	}
}

func TestBatch_of_a_dataset_tells_what_a_training_file_complains_about_and_goes_with_it(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	file := "fecha;fuente;comentario;nota\n"
	for range 4 {
		file += "15/10/2026;Booking;El baño estaba sucio;1\n16/11/2026;Google;La comida estaba riquísima;5\n16/11/2026;Google;Estuvimos dos noches;3\n"
	}
	l.take("enero.csv", file)
	l.run()
	if _, err := l.flow.TakeDataset(t.Context(), tenant, opinions.StarterModel, "febrero.csv", opinions.BatchRecipe{}); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("of a dataset that is not there: %v", err)
	}
	b, err := l.flow.TakeDataset(t.Context(), tenant, opinions.StarterModel, "enero.csv", opinions.BatchRecipe{})
	if err != nil {
		t.Fatal(err)
	}
	l.run()
	b = l.batchOf(b)
	r := l.aspectsOf(b)
	good, bad := count(r, text.Bath)
	if b.Status != animo.Done || b.Name != "enero.csv" || b.Rows != 12 || r.Texts != 12 || r.Labelled != 8 || bad != 4 || good != 0 {
		t.Errorf("%+v: %d good and %d bad in %+v", b, good, bad, r)
	}
	if len(r.Sources) != 2 || r.Sources[0].Name != "Google" || r.Sources[0].Texts != 8 || len(r.Periods) != 2 || r.Periods[0].Name != "2026-10" || r.Periods[0].Bad != 4 {
		t.Errorf("sources %+v, months %+v", r.Sources, r.Periods)
	}
	for ref, err := range opinions.Objects(t.Context(), l.rows, tenant) {
		if _, missing := l.objects.Stat(t.Context(), tenant, ref.Name); err != nil || ref.Needed && missing != nil {
			t.Errorf("%s is missing: %v, %v", ref.Name, err, missing)
		}
	}
	if err := l.flow.DeleteDataset(t.Context(), tenant, "enero.csv"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.flow.Batch(t.Context(), tenant, b.Model, b.ID); animo.CodeOf(err) != animo.NotFound || len(l.batchObjects()) != 0 {
		t.Errorf("after its dataset was deleted: %v, left are %v", err, l.batchObjects())
	}
}

func TestBatch_of_a_dataset_that_is_deleted_before_its_turn_is_gone(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("enero.csv", reviews(t, 0))
	l.run()
	b, err := l.flow.TakeDataset(t.Context(), tenant, opinions.StarterModel, "enero.csv", opinions.BatchRecipe{})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.flow.DeleteDataset(t.Context(), tenant, "enero.csv"); err != nil {
		t.Fatal(err)
	}
	l.run()
	if _, err := l.flow.Batch(t.Context(), tenant, b.Model, b.ID); animo.CodeOf(err) != animo.NotFound || len(l.batchObjects()) != 0 {
		t.Errorf("%v, left are %v", err, l.batchObjects())
	}
}

package opinions_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/object"
	"animo/internal/opinions"
	"animo/internal/table"
	"animo/text"
)

// batch takes a file of texts for a model.
func (l *line) batch(model, content string, r opinions.BatchRecipe) opinions.Batch {
	l.t.Helper()
	b, err := l.flow.TakeBatch(l.t.Context(), tenant, model, strings.NewReader(content), int64(len(content)), r)
	if err != nil {
		l.t.Fatal(err)
	}
	l.now = l.now.Add(time.Minute)
	return b
}

// result reads the result of a batch that is done.
func (l *line) result(b opinions.Batch) string {
	l.t.Helper()
	r, size, _, err := l.flow.BatchResult(l.t.Context(), tenant, b.Model, b.ID)
	if err != nil {
		l.t.Fatal(err)
	}
	defer r.Close()
	all, err := io.ReadAll(r)
	if err != nil || int64(len(all)) != size {
		l.t.Fatalf("%d bytes of %d, %v", len(all), size, err)
	}
	return string(all)
}

func (l *line) batchOf(b opinions.Batch) opinions.Batch {
	l.t.Helper()
	b, err := l.flow.Batch(l.t.Context(), tenant, b.Model, b.ID)
	if err != nil {
		l.t.Fatal(err)
	}
	return b
}

// batchObjects lists the objects that batches have.
func (l *line) batchObjects() (names []string) {
	l.t.Helper()
	for o, err := range l.objects.(object.Lister).List(l.t.Context()) {
		if err != nil {
			l.t.Fatal(err)
		}
		if strings.HasPrefix(o.Name, "batches/") {
			names = append(names, o.Name)
		}
	}
	return names
}

// texts is a file with a text that was corrected, an empty one, one that a spreadsheet would run, and one that no model knows.
const texts = "id;comentario\n1;Todo excelente, muy bien\n2;Las camas estaban sucias, pésimo\n3;\n-4;=1+1 excelente\n5;zzz\n6;zorple\n"

func TestBatch_is_classified_as_the_model_and_its_corrections_say_and_can_be_downloaded(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	v := l.take("r.txt", reviews(t, 0))
	l.run()
	if _, err := l.flow.Correct(t.Context(), tenant, "r.txt", "", animo.Opinion{Text: "zorple", Label: animo.Negative}); err != nil {
		t.Fatal(err)
	}
	b := l.batch("r.txt", texts, opinions.BatchRecipe{Name: "mayo.csv"})
	if b.Status != animo.Stored || b.Name != "mayo.csv" {
		t.Errorf("taken: %+v", b)
	}
	if _, _, _, err := l.flow.BatchResult(t.Context(), tenant, "r.txt", b.ID); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("the result before it is there: %v", err)
	}
	l.run()
	b = l.batchOf(b)
	if b.Status != animo.Done || b.Version != v.ID || b.Rows != 6 || b.Total != 6 || b.Answered != 1 || b.Guesses != 1 || b.Labels["Positivo"]+b.Labels["Negativo"] != 5 || b.Finished.IsZero() {
		t.Errorf("%+v", b)
	}
	if r := b.Reading; r == nil || r.Rows != 5 || len(r.LeftOut) != 1 || r.LeftOut[0].What != "no_text" || r.LeftOut[0].Lines[0] != 4 || r.Text[0] != "comentario" {
		t.Errorf("the reading is %+v", r)
	}
	lines := strings.Split(strings.TrimPrefix(l.result(b), "\ufeff"), "\n")
	answer := l.ask("r.txt", "Todo excelente, muy bien")
	for i, want := range []string{"id,comentario,label,probability,evidence", `1,"Todo excelente, muy bien",Positivo,0.`, `2,"Las camas estaban sucias, pésimo",Negativo,0.`, "3,,,,", "-4,'=1+1 excelente,Positivo,0.", "5,zzz,", "6,zorple,Negativo,1.0000,"} {
		if i >= len(lines) || !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d of %q does not begin with %q", i+1, lines, want)
		}
	}
	wanted := map[string]bool{}
	for ref, err := range opinions.Objects(t.Context(), l.rows, tenant) {
		wanted[ref.Name] = err == nil && ref.Needed && len(ref.SHA256) == 64
	}
	for _, name := range l.batchObjects() {
		owner, err := l.rows.Read(t.Context(), tenant, opinions.OwnerKeys(name)...)
		if err != nil || len(owner) != 1 || owner[0].Rev == 0 || !wanted[name] {
			t.Errorf("%s is owned by %+v, %v, and in backups: %v", name, owner, err, wanted[name])
		}
	}
	if !strings.Contains(lines[1], "excelente +") || answer.Results[0].Label != animo.Positive {
		t.Errorf("no evidence: %q", lines[1])
	}
}

func TestBatch_with_a_band_has_a_third_answer(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	l.run()
	b := l.batch("r.txt", texts, opinions.BatchRecipe{Neutral: text.Band{From: 0.001, To: 0.999}})
	l.run()
	if b = l.batchOf(b); b.Labels[text.Neutral] != 5 {
		t.Errorf("%+v", b)
	}
}

func TestBatch_whose_process_dies_between_any_two_steps_is_done_by_the_next_one(t *testing.T) {
	for _, at := range []string{"swap batches 1", "swap batches 2", "publish"} {
		t.Run("at "+at, func(t *testing.T) {
			l := newLine(t, opinions.Limits{})
			l.take("r.txt", reviews(t, 0))
			l.run()
			b := l.batch("r.txt", texts, opinions.BatchRecipe{})
			claimed, err := l.queue.Claim(t.Context(), "classify", 1, time.Hour)
			if err != nil || len(claimed) != 1 {
				t.Fatal(claimed, err)
			}
			swaps := 0
			l.lost = at == "publish"
			l.before = func(call, tbl string) error {
				if call+" "+tbl != "swap batches" {
					return nil
				}
				if swaps++; at == "swap batches "+string(rune('0'+swaps)) {
					return errors.New("the process died")
				}
				return nil
			}
			if err := l.function("classify").Handle(t.Context(), claimed[0].Event); err == nil {
				t.Fatal("it did not die")
			}
			l.before, l.lost = nil, false
			if err := l.function("classify").Handle(t.Context(), claimed[0].Event); err != nil {
				t.Fatal(err)
			}
			first := l.result(b)
			if err := l.function("classify").Handle(t.Context(), claimed[0].Event); err != nil {
				t.Fatal(err)
			}
			if b = l.batchOf(b); b.Status != animo.Done || b.Rows != 6 || l.result(b) != first || len(l.batchObjects()) != 3 {
				t.Errorf("%+v, objects %v", b, l.batchObjects())
			}
		})
	}
}

func TestBatch_that_was_stored_and_never_finished_is_taken_up_by_the_sweep(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	l.run()
	l.lost = true
	if _, err := l.flow.TakeBatch(t.Context(), tenant, "r.txt", strings.NewReader(texts), -1, opinions.BatchRecipe{}); err == nil {
		t.Fatal("the event is not lost")
	}
	l.lost = false
	if n, err := l.flow.Sweep(t.Context(), tenant); n != 1 || err != nil {
		t.Fatalf("Sweep = %d, %v", n, err)
	}
	l.run()
	list, next, err := l.flow.Batches(t.Context(), tenant, "r.txt", "", 10)
	if err != nil || len(list) != 1 || next != "" || list[0].Status != animo.Done {
		t.Errorf("%+v, %q, %v", list, next, err)
	}
}

func TestBatch_of_a_file_that_cannot_be_read_fails_with_the_report_of_reading(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	l.run()
	b := l.batch("r.txt", "{\"texto\":\"bien\"}\n{\"texto\":\"mal\"}\n{rota\n{rota\n", opinions.BatchRecipe{})
	l.run()
	b = l.batchOf(b)
	if b.Status != animo.Failed || b.Failure == nil || b.Failure.Code != animo.MalformedRow || !strings.Contains(b.Failure.EN, "2 of 4 rows") || b.Reading == nil || b.Reading.LeftOut[0].Rows != 2 {
		t.Errorf("%+v, %+v, %+v", b, b.Failure, b.Reading)
	}
	b = l.batch("r.txt", "id,texto\n1,bien\n", opinions.BatchRecipe{File: recipe("precio")})
	l.run()
	if b = l.batchOf(b); b.Status != animo.Failed || b.Failure.Field != "text" {
		t.Errorf("%+v, %+v", b, b.Failure)
	}
	if n, err := l.flow.Sweep(t.Context(), tenant); n != 0 || err != nil {
		t.Errorf("Sweep = %d, %v; nothing is left to do", n, err)
	}
}

func recipe(column string) (r opinions.FileRecipe) {
	r.Text = column
	return r
}

func TestBatch_that_is_deleted_leaves_nothing_also_while_it_is_classified(t *testing.T) {
	for _, how := range []string{"deleted", "deleted while it is classified", "deleted with its model", "kept long enough", "deleted with its model, which is made anew"} {
		t.Run(how, func(t *testing.T) {
			l := newLine(t, opinions.Limits{KeepBatches: time.Hour})
			l.take("r.txt", reviews(t, 0))
			l.run()
			b := l.batch("r.txt", texts, opinions.BatchRecipe{})
			remove := func() {
				if err := l.flow.DeleteBatch(t.Context(), tenant, "r.txt", b.ID); err != nil {
					t.Error(err)
				}
			}
			switch how {
			case "deleted while it is classified":
				swaps := 0
				l.before = func(call, tbl string) error {
					if call+" "+tbl == "swap batches" {
						if swaps++; swaps == 2 {
							l.before = nil
							remove()
						}
					}
					return nil
				}
				claimed, err := l.queue.Claim(t.Context(), "classify", 1, time.Hour)
				if err != nil || len(claimed) != 1 {
					t.Fatal(claimed, err)
				}
				f := l.function("classify")
				if err := f.Handle(t.Context(), claimed[0].Event); animo.CodeOf(err) != animo.Conflict {
					t.Errorf("%v, want a conflict, and another attempt", err)
				}
				if err := f.Handle(t.Context(), claimed[0].Event); err != nil {
					t.Error(err)
				}
			case "deleted":
				l.run()
				remove()
			case "kept long enough":
				l.run()
				l.now = l.now.Add(50 * time.Minute)
				if _, err := l.flow.Sweep(t.Context(), tenant); err != nil || len(l.batchObjects()) != 3 {
					t.Errorf("retired too early: %v, %v", l.batchObjects(), err)
				}
				l.now = l.now.Add(20 * time.Minute)
				if _, err := l.flow.Sweep(t.Context(), tenant); err != nil {
					t.Error(err)
				}
			default:
				l.run()
				l.before = func(call, tbl string) error {
					if call == "delete" && tbl == "batches" && strings.HasSuffix(how, "anew") {
						return errors.New("the process died")
					}
					return nil
				}
				if err := l.flow.DeleteModel(t.Context(), tenant, "r.txt"); (err != nil) != strings.HasSuffix(how, "anew") {
					t.Error(err)
				}
				l.before = nil
				if strings.HasSuffix(how, "anew") {
					l.done(l.take("r.txt", reviews(t, 1)))
					if list, _, err := l.flow.Batches(t.Context(), tenant, "r.txt", "", 10); err != nil || len(list) != 0 {
						t.Errorf("the new model has %+v, %v", list, err)
					}
					if _, err := l.flow.Sweep(t.Context(), tenant); err != nil {
						t.Error(err)
					}
				}
			}
			if _, err := l.flow.Batch(t.Context(), tenant, "r.txt", b.ID); !isGone(err) {
				t.Errorf("the batch: %v", err)
			}
			if n, err := l.rows.Count(t.Context(), tenant, "batches", table.Range{}); n != 0 || err != nil || len(l.batchObjects()) != 0 {
				t.Errorf("%d rows and objects %v are left, %v", n, l.batchObjects(), err)
			}
		})
	}
}

func TestBatch_of_no_model_and_one_too_many_are_refused(t *testing.T) {
	l := newLine(t, opinions.Limits{Batches: 1})
	take := func() error {
		_, err := l.flow.TakeBatch(t.Context(), tenant, "r.txt", strings.NewReader(texts), -1, opinions.BatchRecipe{})
		return err
	}
	if err := take(); animo.CodeOf(err) != animo.UnknownModel {
		t.Error(err)
	}
	l.take("r.txt", reviews(t, 0))
	if err := take(); animo.CodeOf(err) != animo.NotTrained {
		t.Error(err)
	}
	l.run()
	if err := errors.Join(take()); err != nil {
		t.Error(err)
	}
	if err := take(); animo.CodeOf(err) != animo.Quota {
		t.Error(err)
	}
}

func TestBatch_is_interrupted_with_its_process(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	l.run()
	b := l.batch("r.txt", "texto\n"+strings.Repeat("Todo bien\n", 2000), opinions.BatchRecipe{})
	claimed, err := l.queue.Claim(t.Context(), "classify", 1, time.Hour)
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l.tick = cancel
	if err := l.function("classify").Handle(ctx, claimed[0].Event); animo.CodeOf(err) != animo.Interrupted {
		t.Errorf("%v", err)
	}
	l.tick = nil
	if err := l.function("classify").Handle(t.Context(), claimed[0].Event); err != nil {
		t.Error(err)
	}
	if b = l.batchOf(b); b.Status != animo.Done || b.Rows != 2000 || b.Version == "" {
		t.Errorf("%+v", b)
	}
}

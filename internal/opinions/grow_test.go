package opinions_test

import (
	"slices"
	"strings"
	"testing"

	"animo"
	"animo/internal/opinions"
)

// addFile adds a file to a model and has it trained.
func (l *line) addFile(model, name, content string) opinions.Training {
	l.t.Helper()
	v, err := l.flow.AddFile(l.t.Context(), tenant, model, name, strings.NewReader(content), -1, opinions.FileRecipe{})
	if err != nil {
		l.t.Fatal(err)
	}
	l.run()
	return l.version(v)
}

// learned names the files of a version, with how many rows it learned from.
func learned(tr opinions.Training) (names string, rows int) {
	for _, d := range tr.Datasets {
		names += d.Name + " "
	}
	if tr.Report != nil {
		rows = tr.Report.Rows
	}
	return strings.TrimSpace(names), rows
}

func TestGrow_files_are_added_to_a_model_and_removed_from_it(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	lines := strings.SplitAfter(reviews(t, 0), "\n")
	l.done(l.take("hoteles", strings.Join(lines[:40], "")))
	wantLearned := func(what string, tr opinions.Training, names string, rows int) {
		t.Helper()
		if got, n := learned(tr); tr.Status != animo.Done || got != names || n != rows {
			t.Errorf("%s: %s, it learned from %q, %d rows; want %q, %d", what, tr.Status, got, n, names, rows)
		}
	}
	wantLearned("a file more", l.addFile("hoteles", "febrero.txt", strings.Join(lines[40:80], "")), "hoteles febrero.txt", 80)
	wantLearned("a file more than that", l.addFile("hoteles", "marzo.txt", strings.Join(lines[80:100], "")), "hoteles febrero.txt marzo.txt", 100)
	wantLearned("a new revision of one", l.addFile("hoteles", "febrero.txt", strings.Join(lines[40:70], "")), "hoteles marzo.txt febrero.txt", 90)
	l.take("abril.txt", strings.Join(lines[100:], "")) // held as a model, having so few rows
	l.run()
	v, err := l.flow.AddDatasets(t.Context(), tenant, "hoteles", []string{"abril.txt", "marzo.txt"})
	if err != nil {
		t.Fatal(err)
	}
	l.run()
	wantLearned("a file that the server has", l.version(v), "hoteles marzo.txt febrero.txt abril.txt", 111)
	if v, err = l.flow.RemoveDataset(t.Context(), tenant, "hoteles", "hoteles"); err != nil {
		t.Fatal(err)
	}
	l.run()
	wantLearned("without its first file", l.version(v), "marzo.txt febrero.txt abril.txt", 71)

	for what, c := range map[string]struct {
		err  error
		code animo.Code
	}{
		"a file that it has":          {second(l.flow.AddDatasets(t.Context(), tenant, "hoteles", []string{"abril.txt"})), animo.Invalid},
		"a file that there is not":    {second(l.flow.AddDatasets(t.Context(), tenant, "hoteles", []string{"mayo.txt"})), animo.NotFound},
		"removing what it has not":    {second(l.flow.RemoveDataset(t.Context(), tenant, "hoteles", "mayo.txt")), animo.NotFound},
		"removing all that it has":    {second(l.flow.RemoveDataset(t.Context(), tenant, "abril.txt", "abril.txt")), animo.Invalid},
		"a model that there is not":   {second(l.flow.AddFile(t.Context(), tenant, "otro", "x.txt", strings.NewReader("bien\t1\n"), -1, opinions.FileRecipe{})), animo.UnknownModel},
		"a name that cannot be a row": {second(l.flow.AddFile(t.Context(), tenant, "hoteles", "a/b", strings.NewReader("bien\t1\n"), -1, opinions.FileRecipe{})), animo.UnsafeName},
	} {
		if animo.CodeOf(c.err) != c.code {
			t.Errorf("%s: %v, want %s", what, c.err, c.code)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestGrow_a_file_that_cannot_be_read_leaves_the_model_as_it_was(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	first := l.take("hoteles", reviews(t, 0))
	l.done(first)
	if tr := l.addFile("hoteles", "roto.txt", "sin etiqueta\n"); tr.Status != animo.Failed {
		t.Fatalf("%+v", tr)
	}
	if got := l.current("hoteles"); got != first.ID {
		t.Errorf("version %s answers", got)
	}
	if names, rows := learned(l.addFile("hoteles", "bien.txt", "Muy bien todo\t1\nMuy mal todo\t0\n")); names != "hoteles bien.txt" || rows != 123 {
		t.Errorf("the next one learned from %q, %d rows", names, rows)
	}
}

func TestGrow_of_two_files_added_at_the_same_time_none_is_lost(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.done(l.take("hoteles", reviews(t, 0)))
	l.once("swap", "models", func() {
		if _, err := l.flow.AddFile(t.Context(), tenant, "hoteles", "dos.txt", strings.NewReader("Muy mal todo\t0\n"), -1, opinions.FileRecipe{}); err != nil {
			t.Error(err)
		}
	})
	add := func() error {
		return second(l.flow.AddFile(t.Context(), tenant, "hoteles", "uno.txt", strings.NewReader("Muy bien todo\t1\n"), -1, opinions.FileRecipe{}))
	}
	if err := add(); animo.CodeOf(err) != animo.Conflict { // the other one is not read yet
		t.Fatalf("while the other file is being read: %v", err)
	}
	l.run()
	if err := add(); err != nil {
		t.Fatal(err)
	}
	l.run()
	h, err := l.flow.Model(t.Context(), tenant, "hoteles")
	if err != nil {
		t.Fatal(err)
	}
	if names, rows := learned(h.Versions[len(h.Versions)-1]); names != "hoteles dos.txt uno.txt" || rows != 123 {
		t.Errorf("it learned from %q, %d rows", names, rows)
	}
}

func TestGrow_goes_on_from_the_version_that_was_put_back(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	first := l.take("hoteles", reviews(t, 0))
	l.done(first)
	l.addFile("hoteles", "malo.txt", "Muy mal todo\t0\n")
	if _, err := l.flow.Serve(t.Context(), tenant, "hoteles", first.ID); err != nil {
		t.Fatal(err)
	}
	if names, _ := learned(l.addFile("hoteles", "bueno.txt", "Muy bien todo\t1\n")); names != "hoteles bueno.txt" {
		t.Errorf("it learned from %q", names)
	}
}

func TestRows_are_paged_and_searched(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.done(l.take("r.txt", reviews(t, 0)))
	all, next, err := l.flow.Rows(t.Context(), tenant, "r.txt", "", nil, 0, 100)
	if err != nil || len(all) != 100 || next != 100 || all[0].Number != 1 {
		t.Fatalf("%d rows, next %d, %v", len(all), next, err)
	}
	rest, next, err := l.flow.Rows(t.Context(), tenant, "r.txt", "", nil, next, 100)
	if err != nil || len(rest) != 21 || next != 0 || rest[0].Number != 101 {
		t.Fatalf("%d rows, next %d, %v", len(rest), next, err)
	}
	all = append(all, rest...)
	negative := animo.Negative
	var want, got []int
	for _, r := range all {
		if r.Label == negative && strings.Contains(strings.ToLower(r.Text), "habitación") {
			want = append(want, r.Number)
		}
	}
	for after := 0; ; {
		page, next, err := l.flow.Rows(t.Context(), tenant, "r.txt", "HABITACION", &negative, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page {
			got = append(got, r.Number)
		}
		if after = next; next == 0 {
			break
		}
	}
	if len(want) < 3 || !slices.Equal(got, want) {
		t.Errorf("found rows %v, want %v", got, want)
	}
	if _, _, err := l.flow.Rows(t.Context(), tenant, "none", "", nil, 0, 10); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("rows of a file that there is not: %v", err)
	}
}

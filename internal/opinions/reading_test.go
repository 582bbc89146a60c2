package opinions_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/opinions"
	"animo/text/labelled"
)

// survey is a file of an opinion survey, whose columns nobody could guess.
func surveyFile() string {
	var b strings.Builder
	b.WriteString("fecha;frase;valor\n")
	for i := range 12 {
		fmt.Fprintf(&b, "1/2;Buen trato número %d;9\n1/2;Mala cama número %d;2\n", i, i)
	}
	return b.String() + "1/2;Ni bien ni mal;5\n1/2;;9\n"
}

func (l *line) takeAs(name, content string, how opinions.FileRecipe) animo.Version {
	l.t.Helper()
	v, err := l.flow.Take(l.t.Context(), tenant, name, strings.NewReader(content), -1, opinions.Recipe{Trainer: "nb", File: how})
	if err != nil {
		l.t.Fatal(err)
	}
	l.now = l.now.Add(time.Minute)
	return v
}

func TestFlow_reads_a_file_as_it_was_told_and_says_how(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	how := opinions.FileRecipe{Told: labelled.Told{Text: "frase", Label: "valor", Scale: "0-10"}}
	first := l.takeAs("encuesta.csv", surveyFile(), how)
	l.run()
	d, err := l.flow.Dataset(t.Context(), tenant, "encuesta.csv")
	if err != nil {
		t.Fatal(err)
	}
	if d.Rows != 24 || d.Positive != 12 || d.Skipped != 2 || d.Reading == nil || d.Reading.Scale != "0 to 10" || d.Reading.Delimiter != ";" || len(d.Reading.LeftOut) != 2 {
		t.Errorf("dataset %+v, read as %+v", d, d.Reading)
	}
	if again := l.takeAs("encuesta.csv", surveyFile(), how); again.ID != first.ID {
		t.Error("the same file, read the same way, is another version")
	}
	how.Scale = "-1-10"
	if other := l.takeAs("encuesta.csv", surveyFile(), how); other.ID == first.ID {
		t.Error("the same file, read another way, is the same version")
	}
	how.Scale = "mucho"
	if _, err := l.flow.Take(t.Context(), tenant, "e.csv", strings.NewReader(surveyFile()), -1, opinions.Recipe{File: how}); animo.CodeOf(err) != animo.Invalid {
		t.Errorf("a scale that is none: %v", err)
	}
}

func TestFlow_refuses_a_file_with_all_reasons_at_once(t *testing.T) {
	content := strings.Repeat("Buen trato\t1\nMala cama\t0\n", 10) + strings.Repeat("sin tabulador\n", 6) + "Regular\tquizás\n\t1\n"
	for _, test := range []struct {
		limits opinions.Limits
		strict bool
		fails  bool
	}{{opinions.Limits{}, false, true}, {opinions.Limits{Broken: 0.5}, false, false}, {opinions.Limits{Broken: 0.5}, true, true}} {
		l := newLine(t, test.limits)
		l.takeAs("r.txt", content, opinions.FileRecipe{Strict: test.strict})
		l.run()
		tr, err := l.flow.Training(t.Context(), tenant, "r.txt")
		if err != nil {
			t.Fatal(err)
		}
		if failed := tr.Status == animo.Failed; failed != test.fails {
			t.Fatalf("%+v: %+v", test, tr)
		}
		d, err := l.flow.Dataset(t.Context(), tenant, "r.txt")
		if err != nil || d.Reading == nil {
			t.Fatalf("%+v, %v", d, err)
		}
		if !test.strict && (len(d.Reading.LeftOut) != 3 || d.Reading.LeftOut[0].Rows != 6) {
			t.Errorf("left out %+v", d.Reading.LeftOut)
		}
		if test.fails && !test.strict && (!strings.Contains(tr.Failure.ES, "falta el tabulador") || !strings.Contains(tr.Failure.ES, "quizás") || tr.Failure.Line != 21) {
			t.Errorf("failure %+v", tr.Failure)
		}
		if test.strict && tr.Failure.Line != 21 {
			t.Errorf("failure %+v", tr.Failure)
		}
	}
}

// What was guessed before a process died is what the next one reads by.
func TestFlow_goes_on_with_what_was_guessed_after_a_crash(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.takeAs("r.csv", "texto;nota\n"+strings.Repeat("Buen trato;5\nMala cama;1\n", 10), opinions.FileRecipe{})
	claimed, err := l.queue.Claim(t.Context(), "ingest", 1, time.Hour)
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	crash := errors.New("crash")
	l.before = func(call, tbl string) error {
		if call == "put" && tbl == "rows" {
			return crash
		}
		return nil
	}
	if err := l.function("ingest").Handle(t.Context(), claimed[0].Event); !errors.Is(err, crash) {
		t.Fatal(err)
	}
	l.before = nil
	v, err := l.flow.Training(t.Context(), tenant, "r.csv")
	if err != nil {
		t.Fatal(err)
	}
	key := v.Datasets[0].Name + "/" + v.Datasets[0].ID
	change(t, l, key, `"low":1,"high":5`, `"low":-5,"high":5`) // as another program might have guessed
	if err := l.function("ingest").Handle(t.Context(), claimed[0].Event); err != nil {
		t.Fatal(err)
	}
	d, err := l.flow.Dataset(t.Context(), tenant, "r.csv")
	if err != nil || d.Reading.Scale != "-5 to 5" || d.Rows != 10 || d.Skipped != 10 { // one of minus five to five is neither
		t.Errorf("%+v, read as %+v, %v", d, d.Reading, err)
	}
}

// change puts other words into a stored dataset.
func change(t *testing.T, l *line, key, before, after string) {
	t.Helper()
	row, err := l.rows.Get(context.Background(), tenant, "datasets", key)
	if err != nil || !strings.Contains(string(row.Value), before) {
		t.Fatalf("%s, %v", row.Value, err)
	}
	row.Value = []byte(strings.Replace(string(row.Value), before, after, 1))
	if err := l.rows.Put(context.Background(), tenant, "datasets", row); err != nil {
		t.Fatal(err)
	}
}

package opinions_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/classify"
	"animo/internal/opinions"
	"animo/internal/table"
)

// asked has the version that answers asked about texts, and what it answered written down.
func (l *line) asked(model string, times int, texts ...string) {
	l.t.Helper()
	for range times {
		if _, err := l.classifier.Classify(l.t.Context(), tenant, model, classify.By{}, texts, 0); err != nil {
			l.t.Fatal(err)
		}
	}
	if err := l.flow.FlushUsage(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
}

// life reads what the version that answers answered in the last year.
func (l *line) life(model string) opinions.Life {
	l.t.Helper()
	life, _, err := l.flow.Life(l.t.Context(), tenant, model, "", l.now.AddDate(-1, 0, 0))
	if err != nil {
		l.t.Fatal(err)
	}
	return life
}

// hoursKept counts the hours of usage that are kept.
func (l *line) hoursKept() int {
	l.t.Helper()
	n, err := l.rows.Count(l.t.Context(), tenant, "usage", table.Range{})
	if err != nil {
		l.t.Fatal(err)
	}
	return n
}

func TestUsage_is_counted_by_version_and_hour(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	first := l.take("r.txt", reviews(t, 0))
	l.done(first)
	l.correct("r.txt", "ni fu ni fa", animo.Negative)
	l.asked("r.txt", 2, "Excelente hotel, muy limpio", "Todo sucio, pésimo servicio", "zzz", "ni fu ni fa")
	l.now = l.now.Add(time.Hour)
	l.batch("r.txt", "texto\nExcelente hotel, muy limpio\n\nni fu ni fa\n", opinions.BatchRecipe{})
	l.run()
	l.asked("r.txt", 1, "Excelente hotel, muy limpio")
	hours := l.life("r.txt").Hours
	if len(hours) != 2 || !hours[0].Hour.Equal(l.now.Add(-time.Hour).Truncate(time.Hour)) || !hours[1].Hour.Equal(l.now.Truncate(time.Hour)) {
		t.Fatalf("hours %+v", hours)
	}
	if u := hours[0].Usage; u.Texts != 6 || u.Negative < 2 || u.Guesses != 2 || u.Corrected != 2 || u.Sure < 3 || u.Sure > 6 {
		t.Errorf("the first hour: %+v", u)
	}
	if u := hours[1].Usage; u.Texts != 2 || u.Corrected != 1 || u.Negative != 0 {
		t.Errorf("the second hour, of a batch, too: %+v", u)
	}
	second := l.take("r.txt", reviews(t, 1))
	l.done(second)
	if hours := l.life("r.txt").Hours; len(hours) != 0 {
		t.Errorf("the next version answered %+v", hours)
	}
	if life, version, err := l.flow.Life(t.Context(), tenant, "r.txt", first.ID, l.now); err != nil || version != first.ID || len(life.Hours) != 1 {
		t.Errorf("the first version since the second hour: %+v of %s, %v", life.Hours, version, err)
	}
}

func TestUsage_that_cannot_be_written_waits_and_that_of_a_deleted_version_goes(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.done(l.take("r.txt", reviews(t, 0)))
	l.before = func(call, tbl string) error {
		if tbl == "usage" && call != "get" {
			return errors.New("broken")
		}
		return nil
	}
	if _, err := l.classifier.Classify(t.Context(), tenant, "r.txt", classify.By{}, []string{"todo bien"}, 0); err != nil {
		t.Fatal(err)
	}
	if err := l.flow.FlushUsage(t.Context()); err == nil {
		t.Fatal("nothing was wrong")
	}
	l.before = nil
	l.asked("r.txt", 1, "todo bien")
	if hours := l.life("r.txt").Hours; len(hours) != 1 || hours[0].Texts != 2 {
		t.Errorf("%+v, want what waited and what came then", hours)
	}
	if _, err := l.classifier.Classify(t.Context(), tenant, "r.txt", classify.By{}, []string{"todo bien"}, 0); err != nil {
		t.Fatal(err)
	}
	if err := l.flow.DeleteModel(t.Context(), tenant, "r.txt"); err != nil {
		t.Fatal(err)
	}
	if err := l.flow.FlushUsage(t.Context()); err != nil || l.hoursKept() != 0 {
		t.Errorf("%d hours are kept of a model that was deleted, %v", l.hoursKept(), err)
	}
}

func TestLife_tells_of_a_drift_once_a_day(t *testing.T) {
	l := newLine(t, opinions.Limits{KeepUsage: 48 * time.Hour})
	l.listen(opinions.ModelDrifted)
	l.done(l.take("r.txt", reviews(t, 0)))
	watch := func() string {
		t.Helper()
		if err := l.flow.WatchLife(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		return l.heard()
	}
	good, bad := "Excelente hotel, muy limpio", "Todo sucio, pésimo servicio"
	mixed := strings.Split(strings.Repeat(good+"\n", 70)+strings.Repeat(bad+"\n", 29)+bad, "\n")
	l.asked("r.txt", 50, mixed...)
	l.now = l.now.Add(time.Hour)
	l.asked("r.txt", 20, mixed...)
	if got := watch(); got != "" {
		t.Errorf("heard %q of the same texts", got)
	}
	l.now = l.now.Add(time.Hour)
	l.asked("r.txt", 20, append(mixed, strings.Split(strings.Repeat(bad+"\n", 40)+bad, "\n")...)...)
	if got := watch(); got != opinions.ModelDrifted {
		t.Errorf("heard %q of more complaints", got)
	}
	if d := l.life("r.txt").Drift; !d.Drifted || d.Now.Negative < d.Before.Negative+0.1 {
		t.Errorf("%+v", d)
	}
	l.now = l.now.Add(time.Hour)
	if got := watch(); got != "" {
		t.Errorf("heard %q again within a day", got)
	}
	l.now = l.now.Add(18 * time.Hour) // midnight of UTC has passed
	if got := watch(); got != opinions.ModelDrifted {
		t.Errorf("heard %q the next day", got)
	}
	l.now = l.now.Add(10 * time.Hour)
	if got := watch(); got != "" {
		t.Errorf("heard %q of a model that nobody asked for a day", got)
	}
	if n := l.hoursKept(); n != 3 {
		t.Errorf("%d hours are kept, want 3", n)
	}
	l.now = l.now.Add(48 * time.Hour)
	if watch(); l.hoursKept() != 0 {
		t.Errorf("%d hours are kept too long", l.hoursKept())
	}
}

func TestLife_counts_what_people_said_of_answers_that_it_had_not_learned(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	l.run()
	l.correct("r.txt", "Excelente hotel, muy limpio", animo.Positive)
	l.now = l.now.Add(time.Hour)
	l.done(l.take("r.txt", reviews(t, 1)))
	if life := l.life("r.txt"); life.Judged != 0 || life.Agreed.High != 1 {
		t.Errorf("of what it learned: %d, %+v", life.Judged, life.Agreed)
	}
	l.now = l.now.Add(time.Hour)
	l.correct("r.txt", "Muy buena la atención, volveremos", animo.Positive)
	l.correct("r.txt", "Todo perfecto", animo.Positive)
	l.correct("r.txt", "Excelente ubicación, gracias por nada", animo.Negative)
	if life := l.life("r.txt"); life.Judged != 3 || life.Agreed.Value != 2./3 || life.Agreed.Low < 0.2 || life.Agreed.High > 0.95 {
		t.Errorf("%d, %+v; want 2 of 3 right", life.Judged, life.Agreed)
	}
}

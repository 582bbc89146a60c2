package opinions_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/opinions"
)

func TestNextSlot_is_by_the_clock_on_the_wall(t *testing.T) {
	for name, c := range map[string]struct {
		s     animo.Schedule
		after string
		want  []string
	}{
		"weekly":                       {animo.Schedule{Cron: "0 4 * * 1"}, "2026-11-30T04:00:00Z", []string{"2026-12-07T04:00:00Z", "2026-12-14T04:00:00Z"}},
		"in a zone":                    {animo.Schedule{Cron: "0 4 * * *", Zone: "America/Havana"}, "2026-12-01T09:00:00Z", []string{"2026-12-02T09:00:00Z"}},
		"an hour that is left out":     {animo.Schedule{Cron: "30 2 * * *", Zone: "Europe/Madrid"}, "2026-03-28T12:00:00Z", []string{"2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"}},
		"an hour that comes twice":     {animo.Schedule{Cron: "30 2 * * *", Zone: "Europe/Madrid"}, "2026-10-24T12:00:00Z", []string{"2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"}},
		"after the first of the twice": {animo.Schedule{Cron: "30 2 * * *", Zone: "Europe/Madrid"}, "2026-10-25T01:00:00Z", []string{"2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"}},
		"a day that there never is":    {animo.Schedule{Cron: "0 4 30 2 *"}, "2026-12-01T00:00:00Z", []string{""}},
		"none":                         {animo.Schedule{NewRows: 5}, "2026-12-01T00:00:00Z", []string{""}},
	} {
		at, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			at = opinions.NextSlot(c.s, at)
			if got := at.Format(time.RFC3339); got != want && !(want == "" && at.IsZero()) {
				t.Errorf("%s: the next slot is %s, want %s", name, got, want)
			}
		}
	}
}

// schedule says when the model r.txt is trained by itself.
func (l *line) schedule(s animo.Schedule) {
	l.t.Helper()
	if err := l.flow.SetSchedule(l.t.Context(), tenant, "r.txt", s); err != nil {
		l.t.Fatal(err)
	}
}

// due asks for what is due, trains it, and returns why it was, newest last.
func (l *line) due() (causes []animo.Cause) {
	l.t.Helper()
	before, err := l.flow.Model(l.t.Context(), tenant, "r.txt")
	if err != nil {
		l.t.Fatal(err)
	}
	for range 2 { // the second finds nothing
		if err := l.flow.TrainDue(l.t.Context(), tenant); err != nil {
			l.t.Fatal(err)
		}
		l.run()
	}
	after, err := l.flow.Model(l.t.Context(), tenant, "r.txt")
	if err != nil {
		l.t.Fatal(err)
	}
	for _, v := range after.Versions {
		if v.ID > before.Asked {
			if v.Status != animo.Done {
				l.t.Errorf("the training for %s is %s", v.Cause, v.Status)
			}
			causes = append(causes, v.Cause)
		}
	}
	return causes
}

// wantDue checks why something was due.
func (l *line) wantDue(what string, want ...animo.Cause) {
	l.t.Helper()
	got := l.due()
	if len(got) != len(want) || len(want) == 1 && got[0] != want[0] {
		l.t.Errorf("%s: trained for %q, want %q", what, got, want)
	}
}

func TestSchedule_trains_once_a_slot_and_catches_up_once(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.done(l.take("r.txt", reviews(t, 0)))
	l.schedule(animo.Schedule{Cron: "0 4 * * *"})
	l.wantDue("before the first slot")
	l.now = l.now.Add(24 * time.Hour)
	l.wantDue("after a slot", animo.Slot)
	l.now = l.now.Add(time.Hour)
	l.wantDue("the same day")
	l.now = l.now.Add(5 * 24 * time.Hour)
	l.wantDue("after five missed slots", animo.Slot)
	l.now = l.now.Add(-24 * time.Hour)
	l.wantDue("with the clock set back by a day")
	l.now = l.now.Add(12 * time.Hour)
	l.wantDue("at a slot that was trained for before the clock was set back")
	l.now = l.now.Add(400 * 24 * time.Hour)
	l.wantDue("with a clock that is wrong by 400 days", animo.Slot)
	l.now = l.now.Add(-399 * 24 * time.Hour)
	l.wantDue("with the clock right again, before a slot")
	l.schedule(animo.Schedule{})
	l.now = l.now.Add(24 * time.Hour)
	l.wantDue("without a schedule")
}

func TestSchedule_of_two_processes_trains_once(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.done(l.take("r.txt", reviews(t, 0)))
	l.schedule(animo.Schedule{Cron: "0 4 * * *"})
	l.now = l.now.Add(24 * time.Hour)
	other := 0
	l.once("swap", "models", func() {
		other++
		if err := l.flow.TrainDue(t.Context(), tenant); err != nil {
			t.Error(err)
		}
	})
	l.wantDue("by two at the same time", animo.Slot)
	if other != 1 {
		t.Errorf("the other one ran %d times", other)
	}
	l.now = l.now.Add(24 * time.Hour)
	if err := l.flow.TrainDue(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	l.now = l.now.Add(24 * time.Hour)
	l.wantDue("while the training before has not ended, then after it", animo.Slot)
}

func TestSchedule_trains_after_new_rows_and_corrections_and_a_drift(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.done(l.take("enero.txt", reviews(t, 0)))
	l.retrain("r.txt", "enero.txt")
	l.schedule(animo.Schedule{NewRows: 3})
	l.now = l.now.Add(time.Minute)
	l.correct("r.txt", "uno", animo.Negative)
	l.correct("r.txt", "dos", animo.Negative)
	l.wantDue("after two corrections")
	l.now = l.now.Add(time.Minute)
	l.done(l.take("enero.txt", reviews(t, 0)+"Todo sucio y muy caro\t0\n"))
	l.wantDue("after a row more", animo.NewRows)
	l.wantDue("with nothing new")
	h, err := l.flow.Model(t.Context(), tenant, "r.txt")
	if err != nil {
		t.Fatal(err)
	}
	if newest := h.Versions[len(h.Versions)-1]; newest.Report.Rows != 124 || newest.Corrections != 2 {
		t.Errorf("it learned from %d rows and %d corrections", newest.Report.Rows, newest.Corrections)
	}

	l.schedule(animo.Schedule{Drift: true})
	good, bad := "Excelente hotel, muy limpio", "Todo sucio, pésimo servicio"
	l.asked("r.txt", 50, strings.Split(strings.Repeat(good+"\n", 99)+good, "\n")...)
	l.now = l.now.Add(time.Hour)
	l.asked("r.txt", 20, strings.Split(strings.Repeat(bad+"\n", 99)+bad, "\n")...)
	l.wantDue("before anybody looked for a drift")
	if err := l.flow.WatchLife(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	l.wantDue("after a drift", animo.DriftDue)
	l.now = l.now.Add(24 * time.Hour)
	l.wantDue("a day later")
}

func TestSchedule_that_cannot_be_is_refused(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.done(l.take("r.txt", reviews(t, 0)))
	for field, s := range map[string]animo.Schedule{"cron": {Cron: "every day"}, "time_zone": {Cron: "0 4 * * *", Zone: "Marte/Olimpo"}, "new_rows": {NewRows: -1}} {
		err := l.flow.SetSchedule(t.Context(), tenant, "r.txt", s)
		if e, ok := errors.AsType[*animo.Error](err); !ok || e.Code != animo.Invalid || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := l.flow.SetSchedule(t.Context(), tenant, "none", animo.Schedule{Drift: true}); animo.CodeOf(err) != animo.UnknownModel {
		t.Errorf("of a model that is not there: %v", err)
	}
}

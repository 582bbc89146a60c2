package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	root "animo"
	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/tenants"
)

type function struct {
	Name                                         string
	Workers, Done, Retried, Dead, Returned, Lost int
	P50                                          float64 `json:"p50_ms"`
	P99                                          float64 `json:"p99_ms"`
	Rate                                         float64 `json:"rate_1m"`
	LastError                                    *struct {
		At            time.Time
		Code, Message string
	} `json:"last_error"`
}

// functions reads what the functions did, by name.
func (a *animo) functions() map[string]function {
	a.t.Helper()
	var list struct{ Items []function }
	r := a.do("GET", "/v1/functions", "")
	if r.status != http.StatusOK {
		a.t.Fatalf("functions: %d %s", r.status, r.body)
	}
	r.into(a.t, &list)
	all := map[string]function{}
	for _, f := range list.Items {
		all[f.Name] = f
	}
	return all
}

func TestFunctions_are_those_that_the_settings_can_name(t *testing.T) {
	a := start(t, settings(t))
	var names []string
	for name := range a.functions() {
		names = append(names, name)
	}
	slices.Sort(names)
	want := slices.DeleteFunc(config.FunctionNames(), func(name string) bool { return name == config.API })
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("the functions are %q, the settings know %q", names, want)
	}
}

func TestFunctions_tell_what_they_did_and_administrators_why_it_failed(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	began := time.Now()
	if f := a.functions()["ingest"]; f.Workers != c.Ingests || f.Done != 0 || f.P50 != 0 || f.LastError != nil {
		t.Errorf("before anything was done: %+v", f)
	}
	sol, boss := a.as(addKey(t, c, "sol")), a.as(addAdministrator(t, c, "default"))
	sol.upload("bueno.txt", "?trainer=nb", reviews(t))
	sol.upload("malo.txt", "", "sin etiqueta\n")
	sol.deadLetters("ingest")
	all := sol.functions()
	for name, want := range map[string]function{"ingest": {Done: 1, Dead: 1}, "train": {Done: 1}, "publish": {Done: 1}, "analyse": {}} {
		got := all[name]
		if got.Done != want.Done || got.Dead != want.Dead || got.Retried != 0 || got.Returned != 0 || got.Lost != 0 || got.Workers < 1 {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
		if ran := got.Done+got.Dead > 0; (got.P50 > 0) != ran || got.P99 < got.P50 || (got.Rate > 0) != ran {
			t.Errorf("%s: %+v", name, got)
		}
		if got.LastError != nil {
			t.Errorf("%s tells a tenant why another's event may have failed: %+v", name, got.LastError)
		}
	}
	boss.lang = "es"
	if e := boss.functions()["ingest"].LastError; e == nil || e.Code != "unknown_format" || !strings.Contains(e.Message, "línea 1") || e.At.Before(began) || e.At.After(time.Now()) {
		t.Errorf("the last error in Spanish: %+v", e)
	}
	boss.lang = "en"
	if e := boss.functions()["ingest"].LastError; e == nil || !strings.Contains(e.Message, "line 1") {
		t.Errorf("the last error in English: %+v", e)
	}
	if e := boss.functions()["train"].LastError; e != nil {
		t.Errorf("of a function that did not fail: %+v", e)
	}
}

func TestFunctions_of_other_processes_have_no_workers_here(t *testing.T) {
	c := settings(t)
	c.Functions = []string{"api", "train"}
	all := start(t, c).functions()
	if all["train"].Workers < 1 || all["ingest"].Name != "ingest" || all["ingest"].Workers != 0 {
		t.Errorf("%+v", all)
	}
}

func TestQueues_tell_how_old_the_oldest_is_and_how_many_are_tried_again(t *testing.T) {
	c := settings(t)
	c.Functions = []string{"api"} // so that what comes waits
	a := start(t, c)
	sol, mar := a.as(addKey(t, c, "sol")), a.as(addKey(t, c, "mar"))
	type depth struct {
		Queue           string
		Ready, Retrying int
		Oldest          time.Time
	}
	ingest := func(a *animo) depth {
		t.Helper()
		var list struct{ Items []depth }
		a.do("GET", "/v1/queues", "").into(t, &list)
		i := slices.IndexFunc(list.Items, func(d depth) bool { return d.Queue == "ingest" })
		if i < 0 {
			t.Fatalf("no queue ingest in %+v", list)
		}
		return list.Items[i]
	}
	if r := sol.do("GET", "/v1/queues", ""); strings.Contains(r.body, "oldest") || !strings.Contains(r.body, `"retrying":0`) {
		t.Errorf("of empty queues: %s", r.body)
	}
	began := time.Now().Add(-time.Second) // events' times may be cut to less than the clock tells
	for _, name := range []string{"uno.txt", "dos.txt"} {
		if r := sol.do("PUT", "/v1/training/"+name, reviews(t)+name+" bien\t1\n"); r.status != http.StatusAccepted {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	s, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := s.Queues.Claim(t.Context(), "ingest", 1, time.Minute)
	if err != nil || len(got) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if q := ingest(sol); q.Ready != 1 || q.Retrying != 0 {
		t.Errorf("while one runs: %+v", q)
	}
	if err := s.Queues.Retry(t.Context(), got[0], time.Hour, root.Reason{Code: root.Timeout}); err != nil {
		t.Fatal(err)
	}
	if q := ingest(sol); q.Retrying != 1 || q.Oldest.Before(began) || !q.Oldest.Equal(got[0].Event.Time) {
		t.Errorf("while one waits: %+v, want the oldest of %v", q, got[0].Event.Time)
	}
	if q := ingest(mar); q.Ready != 0 || q.Retrying != 0 || !q.Oldest.IsZero() {
		t.Errorf("another tenant sees %+v", q)
	}
}

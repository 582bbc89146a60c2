package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"math"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"animo"
	"animo/internal/config"
)

// planned are the flags of a simulation that has everything.
func planned(seed uint64) *simulateCmd {
	return &simulateCmd{
		Keys: []string{"a", "b"}, Time: 40 * time.Second, Seed: seed, Photos: 20, Opinions: 50, Burst: 5, BurstEvery: 10 * time.Second, BurstTime: 2 * time.Second,
		DriftAt: 20 * time.Second, DriftLabels: 80, DriftWords: 50, Correct: 10, Broken: 10, Repeated: 20, HangUp: 5, AtOnce: 1, Settle: time.Second,
	}
}

func TestSimulate_sends_the_same_for_the_same_seed(t *testing.T) {
	first, again := slices.Collect(planned(7).arrivals(6)), slices.Collect(planned(7).arrivals(6))
	if !reflect.DeepEqual(first, again) {
		t.Error("the same seed sends something else")
	}
	if other := slices.Collect(planned(8).arrivals(6)); reflect.DeepEqual(first, other) {
		t.Error("another seed sends the same")
	}
}

// Each figure is a share or a rate of so many arrivals that three standard deviations are below the tolerance.
func TestSimulate_sends_as_much_and_of_such_kinds_as_it_is_told(t *testing.T) {
	s := planned(7)
	n, bad, faults, corrects := map[callOf]int{}, map[bool]int{}, map[fault]int{}, 0
	new, words := map[bool]int{}, map[bool]int{}
	known := map[string]bool{}
	for _, lists := range newTalk().sentences {
		for _, list := range lists {
			for _, w := range strings.Fields(strings.Join(list, " ")) {
				known[w] = true
			}
		}
	}
	tenants := [2]int{}
	for a := range s.arrivals(6) {
		n[callOf{a.phase, a.call}]++
		tenants[a.tenant]++
		if a.call == photoCall {
			faults[a.fault]++
			continue
		}
		if a.label == animo.Negative {
			bad[a.phase.drift]++
		}
		if a.correct {
			corrects++
		}
		for _, w := range strings.Fields(a.text) {
			words[a.phase.drift]++
			if !known[w] {
				new[a.phase.drift]++
			}
		}
	}
	near := func(what string, got, want, within float64) {
		t.Helper()
		if math.Abs(got-want) > within*want {
			t.Errorf("%s: %.3f, want %.3f", what, got, want)
		}
	}
	opinions := map[bool]int{}
	for _, drift := range []bool{false, true} {
		near("photos a second", float64(n[callOf{phase{false, drift}, photoCall}])/16, 20, 0.2)
		near("photos a second in bursts", float64(n[callOf{phase{true, drift}, photoCall}])/4, 100, 0.2)
		near("opinions a second", float64(n[callOf{phase{false, drift}, opinionCall}])/16, 50, 0.15)
		near("opinions a second in bursts", float64(n[callOf{phase{true, drift}, opinionCall}])/4, 250, 0.15)
		opinions[drift] = n[callOf{phase{false, drift}, opinionCall}] + n[callOf{phase{true, drift}, opinionCall}]
	}
	near("bad before", float64(bad[false])/float64(opinions[false]), 0.5, 0.1)
	near("bad after", float64(bad[true])/float64(opinions[true]), 0.8, 0.1)
	near("new words after", float64(new[true])/float64(words[true]), 0.5, 0.1)
	if new[false] != 0 {
		t.Errorf("%d words are new before the drift", new[false])
	}
	near("corrected", float64(corrects)/float64(opinions[false]+opinions[true]), 0.1, 0.25)
	photos := float64(faults[sound] + faults[broken] + faults[repeated] + faults[hungUp])
	near("broken", float64(faults[broken])/photos, 0.1, 0.3)
	near("repeated", float64(faults[repeated])/photos, 0.2, 0.25)
	near("hung up", float64(faults[hungUp])/photos, 0.05, 0.4)
	near("tenants", float64(tenants[0])/float64(tenants[1]), 1, 0.15)
}

// simulate runs the command against a server and returns its report.
func simulate(t *testing.T, url string, code int, args ...string) (r simulated, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(append([]string{"simulate", "--url", url, "--json"}, args...), bytes.NewReader(nil), &out, &errs); got != code {
		t.Fatalf("exit code %d, want %d:\n%s%s", got, code, &errs, &out)
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v in %s%s", err, &out, &errs)
	}
	return r, errs.String()
}

// small is the detector that is enough here.
func small(c *config.Config) {
	c.Detector, c.Pauses = "tiny", []time.Duration{time.Millisecond, time.Millisecond}
}

func TestSimulate_finds_the_effect_of_everything_that_was_accepted(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	samplePhotos(t)
	args := []string{
		"--time", "2s", "--photos", "6", "--opinions", "40", "--burst", "2", "--burst-every", "500ms", "--burst-time", "100ms", "--seed", "7",
		"--drift-at", "1s", "--drift-words", "100", "--correct", "100", "--broken", "15", "--repeated", "15", "--hang-up", "15",
	}
	server := serve(t, small)
	r, _ := simulate(t, server, 0, args...)
	sent, bad, copies := map[string]int{}, 0, 0
	s := &simulateCmd{Time: 2 * time.Second, Photos: 6, Opinions: 40, Burst: 2, BurstEvery: 500 * time.Millisecond, BurstTime: 100 * time.Millisecond, Seed: 7, DriftAt: time.Second, DriftLabels: 50, DriftWords: 100, Broken: 15, Repeated: 15, HangUp: 15}
	sound := 0
	for a := range s.arrivals(6) {
		sent[a.call]++
		switch a.fault {
		case repeated:
			copies++
		case broken, hungUp:
			bad++
		}
	}
	sound = sent[photoCall] - bad
	if copies == 0 || bad < 2 {
		t.Fatalf("the seed gives %d repeated and %d broken photos; take another", copies, bad)
	}
	told, phases := map[string]int{}, map[string]bool{}
	for _, p := range r.Phases {
		told[p.Call] += p.Sent
		phases[p.Phase] = true
		if refused := p.Sent - p.Accepted - p.Unanswered; p.P99 < p.P50 || p.Accepted > 0 && p.P50 <= 0 || refused < 0 {
			t.Errorf("%+v", p)
		}
		if p.Call == opinionCall && (p.Right == nil || p.Phase == "even" && *p.Right < 0.9 || strings.HasPrefix(p.Phase, "drift") && *p.Right > 0.8) {
			t.Errorf("%s: right %v", p.Phase, p.Right)
		}
	}
	if told[photoCall] != sent[photoCall]+copies || told[opinionCall] != sent[opinionCall] || len(phases) != 4 {
		t.Errorf("%v are sent in %v, want %v and %d copies", told, phases, sent, copies)
	}
	if e := r.effect(analysedEffect); e.Seen != sound || e.Lost+e.Doubled+e.Unasked != 0 {
		t.Errorf("%+v, want %d sound photos", e, sound)
	}
	faces := r.effect(recordedEffect)
	if live := r.effect(toldEffect); faces.Seen == 0 || faces.Seen != faces.Expected || live.Seen != faces.Seen {
		t.Errorf("%+v, %+v", faces, live)
	}
	if e := r.effect(keptEffect); e.Seen == 0 || e.Seen != e.Expected {
		t.Errorf("%+v", e)
	}
	again, _ := simulate(t, server, 0, args...) // the same photos, which have been told already
	if e := again.effect(recordedEffect); e.Seen != faces.Seen || again.effect(toldEffect).Expected != 0 {
		t.Errorf("again: %+v, %+v", e, again.effect(toldEffect))
	}
}

// A server stands before a real one that loses photos, analyses them twice, or keeps what its client has broken off.
func TestSimulate_fails_where_something_is_lost_doubled_or_unasked(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	samplePhotos(t)
	behind, err := url.Parse(serve(t, small))
	if err != nil {
		t.Fatal(err)
	}
	k, err := newClient(behind.String(), "", "en")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.http.CloseIdleConnections)
	for seed, c := range map[string]struct {
		fault string
		harm  func(name string, content []byte, id string) error
		count func(e *effect) int
	}{
		"11": {"--broken=0", func(_ string, _ []byte, id string) error {
			return k.call(t.Context(), http.MethodDelete, "/v1/photos/"+id, nil, nil)
		}, func(e *effect) int { return e.Lost }},
		"12": {"--broken=0", func(name string, content []byte, _ string) error {
			return k.call(t.Context(), http.MethodPut, "/v1/photos/"+name+"?source=simulate-12", bytesBody(append(content, 0)), nil)
		}, func(e *effect) int { return e.Doubled }},
		"13": {"--hang-up=100", func(name string, content []byte, _ string) error {
			return k.call(t.Context(), http.MethodPut, "/v1/photos/"+name+"?source=simulate-13", bytesBody(content), nil)
		}, func(e *effect) int { return e.Unasked }},
	} {
		proxy := &httputil.ReverseProxy{
			Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(behind) }, // it names nobody whom it speaks for: a server without keys would refuse that
			FlushInterval: -1,                                                  // the stream is passed on as it comes
			ErrorLog:      log.New(io.Discard, "", 0),
		}
		var done atomic.Bool
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name, photo := strings.CutPrefix(r.URL.Path, "/v1/photos/")
			if !photo || r.Method != http.MethodPut || done.Swap(true) {
				proxy.ServeHTTP(w, r)
				return
			}
			content, _ := io.ReadAll(r.Body) // half of it, where the client hangs up
			var p sentPhoto
			if seed != "13" {
				if err := k.call(t.Context(), http.MethodPut, r.URL.RequestURI(), bytesBody(content), &p); err != nil {
					t.Error(err)
				}
			}
			if err := c.harm(name, content, p.ID); err != nil {
				t.Error(err)
			}
			w.WriteHeader(http.StatusAccepted)
			_ = json.NewEncoder(w).Encode(map[string]any{"id": p.ID, "accepted_at": time.Now()})
		}))
		r, said := simulate(t, front.URL, 1, "--time", "300ms", "--photos", "10", "--opinions", "0", "--seed", seed, c.fault)
		front.Close()
		if n := c.count(r.effect(analysedEffect)); n != 1 || !strings.Contains(said, "1 ") {
			t.Errorf("seed %s: %+v\n%s", seed, r.effect(analysedEffect), said)
		}
	}
}

func TestSimulate_prints_a_line_a_phase_in_spanish_and_refuses_what_cannot_be(t *testing.T) {
	url := serve(t)
	t.Setenv("LC_ALL", "es_CO.UTF-8")
	check(t, []string{"simulate", "--url", url, "--time", "200ms", "--photos", "0", "--opinions", "50", "--drift-at", "100ms"}, 0, `Simulados 0.… s con la semilla 1 y 1 inquilinos en `+url+`

FASE   SEGUNDOS  LLAMADA  … ACIERTOS
even   0.1       opinions …%
…drift  0.1       opinions …%
…
EFECTO …
opinions answered …`, "")
	t.Setenv("LC_ALL", "C")
	for flag, says := range map[string]string{
		"--photos=-1": "--photos: -1 is not a number a second from 0 to 10000", "--broken=101": "--broken: 101 is not a percentage",
		"--burst=0.5": "--burst: 0.5 is not a factor from 1 to 1000", "--time=0s": "--time: 0s is no time; it must be more than 0",
		"--burst-time=1h": "--burst-time: 1h0m0s is longer than --burst-every, 20s", "--at-once=0": "--at-once: 0 is not a number of calls at once; allowed are 1 to 10000",
		"--drift-at=-1s": "--drift-at: -1s is before the start",
	} {
		check(t, []string{"simulate", "--url", url, flag}, 2, "", "animo: "+says)
	}
	check(t, []string{"simulate", "--url", url, "--broken=60", "--hang-up=50"}, 2, "", "animo: --broken: faults of 110 % of the photos are too many; with --repeated and --hang-up, 100 are all")
}

// TestSimulate_a_tenants_flood_is_refused_and_another_is_answered has one tenant send more at once than its half of the server, and another one a little.
func TestSimulate_a_tenants_flood_is_refused_and_another_is_answered(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	var data string
	server := serve(t, func(c *config.Config) { c.MaxRequests, data = 4, c.Data })
	keys := map[string]string{}
	for _, tenant := range []string{"sol", "mar"} {
		var out, errs bytes.Buffer
		for _, args := range [][]string{{"tenants", "add", tenant}, {"keys", "add", tenant}} {
			out.Reset()
			if code := run(append(args, "--data", data), bytes.NewReader(nil), &out, &errs); code != 0 {
				t.Fatalf("%v: %d\n%s", args, code, &errs)
			}
		}
		keys[tenant] = strings.TrimSpace(out.String())
	}
	t.Setenv("ANIMO_KEY", "")
	var others sync.WaitGroup
	for _, key := range keys { // both have a model before the flood begins
		simulate(t, server, 0, "--key", key, "--time", "100ms", "--photos", "0", "--opinions", "1")
	}
	var flood simulated
	others.Go(func() {
		flood, _ = simulate(t, server, 0, "--key", keys["sol"], "--model", simulateModel, "--time", "3s", "--photos", "0", "--opinions", "3000", "--at-once", "200")
	})
	calm, _ := simulate(t, server, 0, "--key", keys["mar"], "--model", simulateModel, "--time", "2s", "--photos", "0", "--opinions", "40", "--at-once", "1")
	others.Wait()
	if p := flood.Phases[0]; p.Refused["too_many_requests"]+p.Refused["unavailable"] == 0 || p.Accepted == 0 {
		t.Errorf("the flood: %+v", p)
	}
	if p := calm.Phases[0]; p.Accepted != p.Sent || p.Sent < 40 {
		t.Errorf("the other one: %+v", p)
	}
	t.Logf("the flood: %d of %d refused; the other one: p99 %.1f ms", flood.Phases[0].Sent-flood.Phases[0].Accepted, flood.Phases[0].Sent, calm.Phases[0].P99)
}

// TestSimulate_takes_a_stream_up_again_that_breaks_off has whatever is between end the live stream once a face was told.
func TestSimulate_takes_a_stream_up_again_that_breaks_off(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	samplePhotos(t)
	behind, err := url.Parse(serve(t, small))
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(behind) }, FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0)}
	var streams atomic.Int64
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/stream" && streams.Add(1) == 1 {
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			w, r = &cut{w, cancel}, r.WithContext(ctx)
		}
		proxy.ServeHTTP(w, r)
	}))
	defer front.Close()
	r, _ := simulate(t, front.URL, 0, "--time", "500ms", "--photos", "8", "--opinions", "0", "--seed", "3", "--settle", "8s")
	if e := r.effect(toldEffect); r.Breaks != 1 || e.Seen < 2 || e.Seen != e.Expected || e.Doubled > 0 {
		t.Errorf("%d breaks, %+v", r.Breaks, e)
	}
}

// cut is an answer that ends after its first face.
type cut struct {
	http.ResponseWriter
	end func()
}

func (c *cut) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *cut) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("event: mood")) {
		defer c.end()
	}
	return c.ResponseWriter.Write(p)
}

package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"animo"
)

// simulated is the report of a simulation, as --json prints it.
type simulated struct {
	URL      string         `json:"url"`
	Seed     uint64         `json:"seed"`
	Tenants  int            `json:"tenants"`
	Seconds  float64        `json:"seconds"` // until the last answer
	Phases   []phaseCalls   `json:"phases"`
	Effects  []*effect      `json:"effects"`
	Breaks   int            `json:"breaks"`   // of live streams, which were taken up again
	Failures map[string]int `json:"failures"` // of photos that were accepted, by the code of the reason
}

// phaseCalls is what became of one kind of call in one phase.
type phaseCalls struct {
	Phase      string         `json:"phase"`
	Seconds    float64        `json:"seconds"` // of the phase, all its parts together
	Call       string         `json:"call"`
	Sent       int            `json:"sent"`
	Accepted   int            `json:"accepted"`
	Refused    map[string]int `json:"refused"`    // by the code of the problem
	Unanswered int            `json:"unanswered"` // hung up by this client, or by whatever is between
	P50        float64        `json:"p50_ms"`     // of those that were answered, from when they were due
	P99        float64        `json:"p99_ms"`
	Right      *float64       `json:"right,omitempty"` // share of the opinions whose label was right, from 0 to 1
}

// effect counts what was seen of something that calls had accepted.
type effect struct {
	What     string `json:"what"`
	Expected int    `json:"expected"`
	Seen     int    `json:"seen"`
	Failed   int    `json:"failed"`  // with a reason
	Lost     int    `json:"lost"`    // neither
	Doubled  int    `json:"doubled"` // seen once more than once
	Unasked  int    `json:"unasked"` // seen of what was not accepted
}

func (e *effect) add(f effect) {
	e.Expected += f.Expected
	e.Seen += f.Seen
	e.Failed += f.Failed
	e.Lost += f.Lost
	e.Doubled += f.Doubled
	e.Unasked += f.Unasked
}

// effect returns the count of something.
func (r *simulated) effect(what string) *effect {
	for _, e := range r.Effects {
		if e.What == what {
			return e
		}
	}
	e := &effect{What: what}
	r.Effects = append(r.Effects, e)
	return e
}

// report tells what became of the calls.
func (sim *simulation) report(took time.Duration) *simulated {
	s := sim.options
	r := &simulated{URL: s.URL, Seed: s.Seed, Tenants: len(sim.tenants), Seconds: took.Seconds(), Failures: map[string]int{}}
	lasted := map[phase]time.Duration{}
	for at := time.Duration(0); at < s.Time; {
		p, until := s.phaseAt(at)
		lasted[p] += until - at
		at = until
	}
	for of, c := range sim.calls {
		slices.Sort(c.took)
		line := phaseCalls{
			Phase: of.phase.String(), Seconds: lasted[of.phase].Seconds(), Call: of.call,
			Sent: c.sent, Accepted: c.accepted, Refused: c.refused, Unanswered: c.unanswered, P50: quantile(c.took, 0.50), P99: quantile(c.took, 0.99),
		}
		if j := sim.right[of.phase]; of.call == opinionCall && j != nil {
			right := float64(j.right) / float64(j.all)
			line.Right = &right
		}
		r.Phases = append(r.Phases, line)
	}
	phases, kinds := []string{"even", "burst", "drift", "drift, burst"}, []string{photoCall, opinionCall, correctionCall}
	slices.SortFunc(r.Phases, func(a, b phaseCalls) int {
		return cmp.Or(slices.Index(phases, a.Phase)-slices.Index(phases, b.Phase), slices.Index(kinds, a.Call)-slices.Index(kinds, b.Call))
	})
	return r
}

// quantile is the time, in milliseconds, within which that share of sorted times lies; 0 of none.
func quantile(sorted []time.Duration, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(share*float64(len(sorted)-1))].Seconds() * 1000
}

// counts returns how many were lost, seen twice, or seen though they were not accepted.
func (r *simulated) counts() (lost, doubled, unasked int) {
	for _, e := range r.Effects {
		lost, doubled, unasked = lost+e.Lost, doubled+e.Doubled, unasked+e.Unasked
	}
	return lost, doubled, unasked
}

// verdict is an error unless everything that was accepted had one effect, and nothing else had any.
func (r *simulated) verdict() error {
	lost, doubled, unasked := r.counts()
	if lost+doubled+unasked == 0 {
		return nil
	}
	return animo.Errorf(animo.Internal, "of what the server accepted, %d had no effect and %d had it again; %d effects are of what it did not accept",
		"de lo que el servidor aceptó, %d no tuvo efecto y %d lo tuvo otra vez; %d efectos son de lo que no aceptó", lost, doubled, unasked)
}

// print writes the report for people.
func (r *simulated) print(c *console) error {
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, c.say("Simulated %.1f s with seed %d and %d tenants at %s\n\n", "Simulados %.1f s con la semilla %d y %d inquilinos en %s\n\n"), r.Seconds, r.Seed, r.Tenants, r.URL)
	fmt.Fprintln(w, c.say("PHASE\tSECONDS\tCALL\tSENT\tACCEPTED\tREFUSED\tNO ANSWER\tP50 ms\tP99 ms\tRIGHT", "FASE\tSEGUNDOS\tLLAMADA\tENVIADAS\tACEPTADAS\tRECHAZADAS\tSIN RESPUESTA\tP50 ms\tP99 ms\tACIERTOS"))
	refused := map[string]int{}
	for _, p := range r.Phases {
		n, right := 0, ""
		for code, k := range p.Refused {
			n += k
			refused[p.Call+" "+code] += k
		}
		if p.Right != nil {
			right = fmt.Sprintf("%.1f %%", 100**p.Right)
		}
		fmt.Fprintf(w, "%s\t%.1f\t%s\t%d\t%d\t%d\t%d\t%.1f\t%.1f\t%s\n", p.Phase, p.Seconds, p.Call, p.Sent, p.Accepted, n, p.Unanswered, p.P50, p.P99, right)
	}
	fmt.Fprintf(w, "\n%s\n", c.say("EFFECT\tEXPECTED\tSEEN\tFAILED\tLOST\tDOUBLED\tUNASKED", "EFECTO\tESPERADOS\tVISTOS\tFALLIDOS\tPERDIDOS\tREPETIDOS\tNO PEDIDOS"))
	for _, e := range r.Effects {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", e.What, e.Expected, e.Seen, e.Failed, e.Lost, e.Doubled, e.Unasked)
	}
	for _, list := range []struct {
		head string
		n    map[string]int
	}{{c.say("Refused", "Rechazos"), refused}, {c.say("Failed", "Fallos"), r.Failures}} {
		var parts []string
		for _, what := range slices.Sorted(maps.Keys(list.n)) {
			parts = append(parts, fmt.Sprintf("%s: %d", what, list.n[what]))
		}
		if len(parts) > 0 {
			fmt.Fprintf(w, "\n%s. %s\n", list.head, strings.Join(parts, "; "))
		}
	}
	if r.Breaks > 0 {
		fmt.Fprintf(w, c.say("\nThe live stream broke off and was taken up again: %d\n", "\nLa transmisión en vivo se cortó y se retomó: %d\n"), r.Breaks)
	}
	return w.Flush()
}

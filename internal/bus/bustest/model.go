package bustest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"

	"pgregory.net/rapid"
)

// A modelled is what the model knows of one event in queue q.
type modelled struct {
	state   string // ready, waiting, leased, dead
	attempt int
	last    animo.Reason
	until   time.Time // waiting, leased
}

// claimable reports whether the event may be taken at a time.
func (m *modelled) claimable(now time.Time) bool {
	return m.state == "ready" || (m.state == "waiting" || m.state == "leased") && !now.Before(m.until)
}

type eventOf struct{ tenant, id string }

// model is the state of queue q as the contract says it is.
type model struct {
	d      bus.Queues
	events map[eventOf]*modelled
	held   []bus.Delivery // also those whose lease was lost
}

// agreesWithModel makes random calls and compares every answer with those of the model.
func agreesWithModel(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	rapid.Check(struct{ rapid.TB }{t}, func(rt *rapid.T) { // not t itself, whose Deadline a bubble of fake time does not allow
		m := &model{d: d, events: map[eventOf]*modelled{}}
		tenants, ids := []string{"a", "b", "c"}, rapid.SampledFrom([]string{"1", "2", "3", "4"})
		tenant := rapid.SampledFrom(tenants)
		outcomes := rapid.SampledFrom([]bus.Outcome{bus.Done, bus.Retried, bus.Returned, bus.Dead})
		rt.Repeat(map[string]func(*rapid.T){
			"Publish": func(rt *rapid.T) {
				m.publish(rt, tenant.Draw(rt, "tenant"), rapid.SliceOfN(ids, 1, 4).Draw(rt, "ids"))
			},
			"Claim": func(rt *rapid.T) { m.claim(rt, rapid.IntRange(1, 5).Draw(rt, "n")) },
			"Settle": func(rt *rapid.T) {
				if len(m.held) > 0 {
					m.settle(rt, rapid.IntRange(0, len(m.held)-1).Draw(rt, "which"), outcomes.Draw(rt, "outcome"))
				}
			},
			"Extend": func(rt *rapid.T) {
				if len(m.held) > 0 {
					m.extend(rt, rapid.IntRange(0, len(m.held)-1).Draw(rt, "which"))
				}
			},
			"Redrive": func(rt *rapid.T) {
				m.dead(rt, "Redrive", m.d.Redrive, tenant.Draw(rt, "tenant"), rapid.SliceOfNDistinct(ids, 0, 2, rapid.ID[string]).Draw(rt, "ids"))
			},
			"RemoveDead": func(rt *rapid.T) {
				m.dead(rt, "RemoveDead", m.d.RemoveDead, tenant.Draw(rt, "tenant"), rapid.SliceOfNDistinct(ids, 0, 2, rapid.ID[string]).Draw(rt, "ids"))
			},
			"Remove": func(rt *rapid.T) { m.remove(rt, tenant.Draw(rt, "tenant"), ids.Draw(rt, "id")) },
			"RemoveTenant": func(rt *rapid.T) {
				gone := tenant.Draw(rt, "tenant")
				if err := d.RemoveTenant(t.Context(), gone); err != nil {
					rt.Fatal(err)
				}
				for e := range m.events {
					if e.tenant == gone {
						delete(m.events, e)
					}
				}
			},
			"Sleep": func(rt *rapid.T) {
				time.Sleep(time.Duration(rapid.IntRange(1, 3000).Draw(rt, "ms")) * time.Millisecond)
			},
			"": func(rt *rapid.T) { m.check(rt, tenants) },
		})
		for _, tenant := range tenants {
			if err := d.RemoveTenant(t.Context(), tenant); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

func (m *model) publish(rt *rapid.T, tenant string, ids []string) {
	var events []animo.Event
	for _, id := range ids {
		events = append(events, Event(tenant, id))
		if known := m.events[eventOf{tenant, id}]; known == nil || known.state == "dead" {
			m.events[eventOf{tenant, id}] = &modelled{state: "ready"}
		}
	}
	if err := m.d.Publish(rt.Context(), events...); err != nil {
		rt.Fatal(err)
	}
}

func (m *model) claim(rt *rapid.T, n int) {
	now, most := time.Now(), 0
	for _, e := range m.events {
		if e.claimable(now) {
			most++
		}
	}
	got, err := m.d.Claim(rt.Context(), "q", n, lease)
	if err != nil || len(got) != min(n, most) {
		rt.Fatalf("Claim(%d) of %d that are ready gave %d, %v", n, most, len(got), err)
	}
	for _, d := range got {
		e := m.events[eventOf{d.Event.Tenant, d.Event.ID}]
		if e == nil || !e.claimable(now) || d.Attempt != e.attempt+1 || d.Last != e.last {
			rt.Fatalf("claimed %+v, the model has %+v", d, e)
		}
		e.state, e.attempt, e.until = "leased", d.Attempt, now.Add(lease)
	}
	m.held = append(m.held, got...)
}

// holds tells whether a delivery still has its lease: surely, perhaps, because the lease has ended and the event may have
// been made ready since, or not at all.
func (m *model) holds(i int) (e *modelled, surely, perhaps bool) {
	d := m.held[i]
	e = m.events[eventOf{d.Event.Tenant, d.Event.ID}]
	for _, later := range m.held[i+1:] {
		if later.Event.Tenant == d.Event.Tenant && later.Event.ID == d.Event.ID {
			return e, false, false
		}
	}
	if e == nil || e.state != "leased" || e.attempt != d.Attempt {
		return e, false, false
	}
	ended := !time.Now().Before(e.until)
	return e, !ended, ended
}

// answered checks the answer to who settles or renews, and reports whether it was done.
func (m *model) answered(rt *rapid.T, what string, i int, err error, surely, perhaps bool) bool {
	code := animo.CodeOf(err)
	if code != "" && code != animo.Conflict || surely && err != nil || !surely && !perhaps && err == nil {
		rt.Fatalf("%s of %+v: %v; the lease is held: %v, perhaps: %v", what, m.held[i], err, surely, perhaps)
	}
	return err == nil
}

func (m *model) settle(rt *rapid.T, i int, outcome bus.Outcome) {
	e, surely, perhaps := m.holds(i)
	d := m.held[i]
	s := bus.Settlement{Outcome: outcome, Pause: time.Second, Reason: boom}
	if !m.answered(rt, string(outcome), i, m.d.Settle(rt.Context(), d, s), surely, perhaps) {
		return
	}
	now := time.Now()
	switch outcome {
	case bus.Done:
		delete(m.events, eventOf{d.Event.Tenant, d.Event.ID})
	case bus.Retried:
		e.state, e.until, e.last = "waiting", now.Add(s.Pause), boom
	case bus.Returned:
		e.state, e.until, e.attempt = "waiting", now.Add(s.Pause), e.attempt-1
	case bus.Dead:
		e.state, e.last = "dead", boom
	}
	m.held = append(m.held[:i:i], m.held[i+1:]...)
}

func (m *model) extend(rt *rapid.T, i int) {
	e, surely, perhaps := m.holds(i)
	if m.answered(rt, "Extend", i, m.d.Extend(rt.Context(), m.held[i], lease), surely, perhaps) {
		e.until = time.Now().Add(lease)
	}
}

// dead redrives or drops dead letters.
func (m *model) dead(rt *rapid.T, what string, do func(ctx context.Context, tenant, queue string, ids ...string) (int, error), tenant string, ids []string) {
	want := 0
	for key, e := range m.events {
		if key.tenant != tenant || e.state != "dead" || len(ids) > 0 && key.id != ids[0] && key.id != ids[len(ids)-1] {
			continue
		}
		want++
		if what == "RemoveDead" {
			delete(m.events, key)
		} else {
			*e = modelled{state: "ready"}
		}
	}
	if n, err := do(rt.Context(), tenant, "q", ids...); n != want || err != nil {
		rt.Fatalf("%s(%v) = %d, %v, want %d", what, ids, n, err, want)
	}
}

func (m *model) remove(rt *rapid.T, tenant, id string) {
	want := 0
	if m.events[eventOf{tenant, id}] != nil {
		want = 1
	}
	delete(m.events, eventOf{tenant, id})
	if n, err := m.d.Remove(rt.Context(), tenant, id); n != want || err != nil {
		rt.Fatalf("Remove = %d, %v, want %d", n, err, want)
	}
}

// check compares the counts.
func (m *model) check(rt *rapid.T, tenants []string) {
	now := time.Now()
	for _, tenant := range append(tenants, "") {
		want := bus.Depth{Queue: "q"}
		for key, e := range m.events {
			if tenant != "" && key.tenant != tenant {
				continue
			}
			switch {
			case e.claimable(now):
				want.Ready++
			case e.state == "waiting":
				want.Waiting++
			case e.state == "leased":
				want.Running++
			default:
				want.Dead++
			}
			if e.attempt > 0 && (e.claimable(now) || e.state == "waiting") {
				want.Retrying++
			}
		}
		got, err := m.d.Depths(rt.Context(), tenant)
		if err != nil || len(got) != 1 {
			rt.Fatal(got, err)
		}
		waits := want.Ready+want.Waiting > 0
		if waits == got[0].Oldest.IsZero() {
			rt.Fatalf("Depths(%q) tells of %v as the oldest of %+v", tenant, got[0].Oldest, want)
		}
		if got[0].Oldest = (time.Time{}); got[0] != want {
			rt.Fatalf("Depths(%q) = %+v, want %+v; %s", tenant, got[0], want, fmt.Sprint(m.held))
		}
	}
}

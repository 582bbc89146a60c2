package bustest

import (
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
)

func remove(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Declare(t, d, "r", "*")
	bury(t, d, "a", "dead")
	Publish(t, d, "a", "leased", "waiting", "ready", "kept")
	Publish(t, d, "b", "leased", "waiting", "ready", "dead")
	got := Claim(t, d, "q", 9)
	if len(got) != 8 {
		t.Fatalf("claimed %d events, want 8", len(got))
	}
	var held bus.Delivery
	for _, m := range got {
		switch id := m.Event.Tenant + m.Event.ID; {
		case id == "aleased":
			held = m
		case id == "awaiting":
			ok(t, d.Retry(t.Context(), m, lease/2, boom))
		default:
			ok(t, d.Return(t.Context(), m, 0))
		}
	}
	WantDepth(t, d, "a", bus.Depth{Queue: "q", Ready: 2, Waiting: 1, Running: 1, Dead: 1})
	for i, step := range []struct {
		ids  []string
		want int
	}{{nil, 0}, {[]string{"none"}, 0}, {[]string{"leased", "waiting", "ready", "dead"}, 8}, {[]string{"leased", "dead"}, 0}} {
		if n, err := d.Remove(t.Context(), "a", step.ids...); n != step.want || err != nil {
			t.Errorf("step %d: Remove(%v) = %d, %v, want %d", i, step.ids, n, err, step.want)
		}
	}
	wantCode(t, "Extend of a removed event", d.Extend(t.Context(), held, lease), animo.Conflict)
	wantCode(t, "Ack of a removed event", d.Done(t.Context(), held), animo.Conflict)
	wantCode(t, "Retry of a removed event", d.Retry(t.Context(), held, 0, boom), animo.Conflict)
	_, err := d.DeadLetter(t.Context(), "a", "q", "dead")
	wantCode(t, "DeadLetter of a removed event", err, animo.NotFound)
	WantDepth(t, d, "a", bus.Depth{Queue: "q", Ready: 1})
	WantDepth(t, d, "b", bus.Depth{Queue: "q", Ready: 4})
	time.Sleep(lease + time.Millisecond) // neither a pause nor a lease brings one back
	for _, queue := range []string{"q", "r"} {
		kept := 0
		for _, m := range Claim(t, d, queue, 9) {
			if m.Event.Tenant == "b" {
				continue
			}
			if kept++; m.Event.ID != "kept" {
				t.Errorf("queue %s still has %s", queue, m.Event.ID)
			}
		}
		if kept != 1 {
			t.Errorf("queue %s has %d events of tenant a, want the one that was not removed", queue, kept)
		}
	}
	Publish(t, d, "a", "leased") // forgotten means that it is news again
	claimOne(t, d, "q", "leased", 1)
}

func removeTenant(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Declare(t, d, "r", "*")
	bury(t, d, "a", "dead")
	Publish(t, d, "a", numbered("", 20)...)
	held := Claim(t, d, "q", 1)
	Publish(t, d, "b", "1")
	ok(t, d.RemoveTenant(t.Context(), "a"))
	ok(t, d.RemoveTenant(t.Context(), "a"))
	WantDepth(t, d, "a", bus.Depth{Queue: "q"})
	wantCode(t, "Ack of a deleted tenant's event", d.Done(t.Context(), held[0]), animo.Conflict)
	for _, queue := range []string{"q", "r"} {
		if got := Claim(t, d, queue, 9); len(got) != 1 || got[0].Event.Tenant != "b" {
			t.Errorf("queue %s has %+v, want tenant b's event", queue, got)
		}
	}
	Publish(t, d, "a", "again")
	claimOne(t, d, "q", "again", 1)
}

package bustest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
)

func claimN(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	wantIDs(t, Claim(t, d, "q", 3))
	Publish(t, d, "a", "1", "2", "3", "4", "5")
	wantIDs(t, Claim(t, d, "q", 0))
	got := Claim(t, d, "q", 3)
	wantIDs(t, got, "1", "2", "3")
	tokens := map[string]bool{}
	for _, m := range slices.Concat(got, Claim(t, d, "q", 3)) {
		tokens[m.Event.ID+m.Token] = true
		ok(t, d.Done(t.Context(), m))
	}
	if len(tokens) != 5 {
		t.Errorf("claimed %d events, want 5", len(tokens))
	}
	wantIDs(t, Claim(t, d, "q", 3))
}

func oldestFirst(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "a", "z", "m")
	Publish(t, d, "a", "a")
	first := claimOne(t, d, "q", "z", 1)
	Publish(t, d, "a", "k")
	ok(t, d.Retry(t.Context(), first, 0, boom))
	wantIDs(t, Claim(t, d, "q", 9), "z", "m", "a", "k")
}

func turns(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "a", "a1", "a2", "a3", "a4", "a5")
	Publish(t, d, "b", "b1", "b2")
	Publish(t, d, "c", "c1")
	var got []bus.Delivery
	for _, n := range []int{1, 2, 3, 1, 1} {
		got = append(got, Claim(t, d, "q", n)...)
	}
	wantIDs(t, got, "a1", "b1", "c1", "a2", "b2", "a3", "a4", "a5")
	Publish(t, d, "a", "a6", "a7", "a8")
	Publish(t, d, "b", "b3")
	wantIDs(t, Claim(t, d, "q", 9), "a6", "b3", "a7", "a8")
}

func flood(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "flood", numbered("f", 2000)...)
	for i := range 3 { // also later, when one tenant has had many turns and the other none
		for range 50 * i {
			Claim(t, d, "q", 1)
		}
		id := fmt.Sprint("single", i)
		Publish(t, d, "single", id)
		got := slices.Concat(Claim(t, d, "q", 1), Claim(t, d, "q", 1))
		if !slices.ContainsFunc(got, func(m bus.Delivery) bool { return m.Event.ID == id }) {
			t.Errorf("round %d: a flood of another tenant delays a single event", i)
		}
	}
	Publish(t, d, "single", "last")
	if got := Claim(t, d, "q", 2); !slices.ContainsFunc(got, func(m bus.Delivery) bool { return m.Event.ID == "last" }) {
		t.Error("two claimed at once are both of the tenant that floods")
	}
}

func floodOfRetries(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "flood", numbered("f", 300)...)
	for _, m := range Claim(t, d, "q", 300) {
		ok(t, d.Retry(t.Context(), m, time.Second, boom))
	}
	Publish(t, d, "single", "0")
	time.Sleep(2 * time.Second)
	Publish(t, d, "single", "1")
	got := Claim(t, d, "q", 4)
	if len(got) != 4 || got[0].Event.Tenant == got[1].Event.Tenant || got[2].Event.Tenant == got[3].Event.Tenant {
		t.Errorf("tenants do not take turns when many events come back: %+v", got)
	}
}

func latecomer(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "first", numbered("f", 100)...)
	Claim(t, d, "q", 30)
	Publish(t, d, "late", numbered("l", 100)...)
	late := 0
	for range 10 {
		for _, m := range Claim(t, d, "q", 2) {
			if m.Event.Tenant == "late" {
				late++
			}
		}
	}
	if late < 9 || late > 11 {
		t.Errorf("of 20 turns a tenant that came later has %d, want 10", late)
	}
}

func backlog(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "a", numbered("e", 200)...)
	ok(t, d.Retry(t.Context(), claimOne(t, d, "q", "e0000", 1), 0, boom))
	ok(t, d.Kill(t.Context(), claimOne(t, d, "q", "e0000", 2), boom))
	if n, err := d.Redrive(t.Context(), "a", "q"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	claimOne(t, d, "q", "e0000", 1)
}

// similar has tenants whose names begin alike, and whose events are published together.
func similar(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	tenants := []string{"a", "a-b", "a0"}
	for round := range 3 {
		var events []animo.Event
		for i := range 20 {
			for _, tenant := range tenants[:1+round] { // in one round a tenant more
				events = append(events, Event(tenant, fmt.Sprint(round, "/", i)))
			}
		}
		ok(t, d.Publish(t.Context(), events...))
	}
	turns := map[string]int{}
	for _, m := range Claim(t, d, "q", 30) {
		turns[m.Event.Tenant]++
	}
	for _, tenant := range tenants {
		if turns[tenant] != 10 {
			t.Errorf("of 30 turns %v, want 10 of each tenant", turns)
			break
		}
	}
}

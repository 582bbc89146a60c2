package bustest

import (
	"slices"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
)

func kill(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "a", "1")
	m := claimOne(t, d, "q", "1", 1)
	m.Attempt = 3 // the worker says how many it counts
	before := time.Now().Truncate(time.Millisecond)
	ok(t, d.Kill(t.Context(), m, boom))
	got, err := d.DeadLetter(t.Context(), "a", "q", "1")
	if err != nil || got.Queue != "q" || got.Reason != boom || got.Attempts != 3 ||
		got.Event.ID != "1" || string(got.Event.Data) != `{"id":"1"}` || got.Time.Before(before) || got.Time.After(time.Now()) {
		t.Errorf("DeadLetter = %+v, %v", got, err)
	}
	time.Sleep(lease * 2)
	wantIDs(t, Claim(t, d, "q", 9))
	_, err = d.DeadLetter(t.Context(), "a", "q", "2")
	wantCode(t, "DeadLetter of nothing", err, animo.NotFound)
	Publish(t, d, "a", "3")
	_, err = d.DeadLetter(t.Context(), "a", "q", "3")
	wantCode(t, "DeadLetter of a live event", err, animo.NotFound)
}

// bury publishes events and kills them, in that order.
func bury(t *testing.T, d bus.Queues, tenant string, ids ...string) {
	t.Helper()
	Publish(t, d, tenant, ids...)
	for range ids {
		got := Claim(t, d, "q", 1)
		if len(got) != 1 || got[0].Event.Tenant != tenant {
			t.Fatalf("claimed %+v", got)
		}
		ok(t, d.Kill(t.Context(), got[0], boom))
	}
}

func pages(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	bury(t, d, "b", "0")
	var want []string
	for i, id := range numbered("d", 25) {
		bury(t, d, "a", id)
		want = slices.Insert(want, 0, id)
		if i%4 == 0 { // several in one millisecond, then some later
			time.Sleep(5 * time.Millisecond)
		}
	}
	for _, limit := range []int{1, 4, 25, 100} {
		var got []string
		for after := ""; ; after = got[len(got)-1] {
			page, err := d.DeadLetters(t.Context(), "a", "q", after, limit)
			ok(t, err)
			if len(page) > limit {
				t.Fatalf("a page of %d has %d", limit, len(page))
			}
			if len(page) == 0 {
				break
			}
			for _, l := range page {
				got = append(got, l.Event.ID)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("in pages of %d: %v, want %v", limit, got, want)
		}
	}
	_, err := d.DeadLetters(t.Context(), "a", "q", "gone", 5)
	wantCode(t, "DeadLetters after one that is not there", err, animo.NotFound)
}

func redrive(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	bury(t, d, "a", "1", "2", "3", "4")
	bury(t, d, "b", "5")
	for i, step := range []struct {
		ids  []string
		want int
	}{{[]string{"2", "none"}, 1}, {[]string{"2"}, 0}, {nil, 3}, {nil, 0}} {
		if n, err := d.Redrive(t.Context(), "a", "q", step.ids...); n != step.want || err != nil {
			t.Errorf("step %d: Redrive(%v) = %d, %v, want %d", i, step.ids, n, err, step.want)
		}
	}
	got := Claim(t, d, "q", 9)
	wantIDs(t, got, "1", "2", "3", "4")
	for _, m := range got {
		if m.Attempt != 1 || m.Last.Code != "" {
			t.Errorf("a redriven event is at attempt %d, Last %+v", m.Attempt, m.Last)
		}
	}
}

func drop(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	bury(t, d, "a", "1", "2", "3")
	Publish(t, d, "a", "4")
	for i, step := range []struct {
		ids  []string
		want int
	}{{[]string{"2", "4", "none"}, 1}, {[]string{"2"}, 0}, {nil, 2}, {nil, 0}} {
		if n, err := d.RemoveDead(t.Context(), "a", "q", step.ids...); n != step.want || err != nil {
			t.Errorf("step %d: RemoveDead(%v) = %d, %v, want %d", i, step.ids, n, err, step.want)
		}
	}
	wantIDs(t, Claim(t, d, "q", 9), "4")
}

func otherTenant(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	bury(t, d, "a", "1")
	if l, err := d.DeadLetters(t.Context(), "b", "q", "", 9); len(l) != 0 || err != nil {
		t.Errorf("tenant b lists %v, %v", l, err)
	}
	_, err := d.DeadLetter(t.Context(), "b", "q", "1")
	wantCode(t, "tenant b reads a's dead letter", err, animo.NotFound)
	for _, ids := range [][]string{nil, {"1"}} {
		if n, err := d.Redrive(t.Context(), "b", "q", ids...); n != 0 || err != nil {
			t.Errorf("tenant b redrives %d, %v", n, err)
		}
		if n, err := d.RemoveDead(t.Context(), "b", "q", ids...); n != 0 || err != nil {
			t.Errorf("tenant b drops %d, %v", n, err)
		}
	}
	WantDepth(t, d, "a", bus.Depth{Queue: "q", Dead: 1})
}

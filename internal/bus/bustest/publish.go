package bustest

import (
	"fmt"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
)

func wanted(t *testing.T, d bus.Queues) {
	Declare(t, d, "all", "*")
	Declare(t, d, "exact", "test.a")
	Declare(t, d, "prefix", "other", "test.*")
	Declare(t, d, "none")
	Publish(t, d, "a", "1")
	Publish(t, d, "ab", "2")
	Declare(t, d, "late", "*")
	for queue, want := range map[string][]string{"all": {"1", "2"}, "exact": {"1"}, "prefix": {"1", "2"}, "none": nil, "late": nil, "unknown": nil} {
		t.Log(queue)
		wantIDs(t, Claim(t, d, queue, 9), want...)
	}
}

func whole(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	e := animo.Event{
		SpecVersion: "1.0", ID: "odd \u2028 id/../ñ😀", Source: "animo/ñ", Type: "t", Subject: "<&>\"\\ \x00 😀",
		Time: time.Date(2023, 4, 5, 6, 7, 8, 9, time.UTC), Tenant: "a", DataContentType: "application/json",
		Data: []byte(`{"a":[1,2.50,null,"ñ😀"],"big":12345678901234567890}`),
	}
	ok(t, d.Publish(t.Context(), e))
	ok(t, d.Publish(t.Context())) // nothing
	got := Claim(t, d, "q", 2)
	if len(got) != 1 {
		t.Fatalf("claimed %d events, want 1", len(got))
	}
	g := got[0].Event
	if string(g.Data) != string(e.Data) || !g.Time.Equal(e.Time) {
		t.Errorf("got data %s, time %v; want %s, %v", g.Data, g.Time, e.Data, e.Time)
	}
	g.Data, g.Time = e.Data, e.Time
	if fmt.Sprintf("%+v", g) != fmt.Sprintf("%+v", e) {
		t.Errorf("got %+v, want %+v", g, e)
	}
	ok(t, d.Done(t.Context(), got[0]))
}

func declareAgain(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "test.a")
	Publish(t, d, "a", "1")
	Declare(t, d, "q", "test.b")
	Publish(t, d, "a", "2")
	Publish(t, d, "b", "3")
	got := Claim(t, d, "q", 9)
	wantIDs(t, got, "1", "3")
}

func repeat(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Declare(t, d, "r", "*")
	Publish(t, d, "a", "1", "1")
	Publish(t, d, "a", "1")
	Publish(t, d, "b", "1") // another tenant's
	one := claimOne(t, d, "q", "1", 1)
	Publish(t, d, "a", "1")
	wantIDs(t, Claim(t, d, "q", 9), "1")
	wantIDs(t, Claim(t, d, "q", 9))
	ok(t, d.Retry(t.Context(), one, 0, boom))
	Publish(t, d, "a", "1")
	one = claimOne(t, d, "q", "1", 2)
	ok(t, d.Done(t.Context(), one))
	wantIDs(t, Claim(t, d, "r", 9), "1", "1")
	Publish(t, d, "a", "1") // once it is dealt with, it is news again
	claimOne(t, d, "q", "1", 1)
	wantIDs(t, Claim(t, d, "r", 9))
}

func repeatOfDead(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "a", "1")
	ok(t, d.Kill(t.Context(), claimOne(t, d, "q", "1", 1), boom))
	Publish(t, d, "a", "1")
	if got := claimOne(t, d, "q", "1", 1); got.Last.Code != "" {
		t.Errorf("a revived event remembers %+v", got.Last)
	}
	_, err := d.DeadLetter(t.Context(), "a", "q", "1")
	wantCode(t, "DeadLetter of a revived event", err, animo.NotFound)
}

func publishAtomic(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Declare(t, d, "r", "*")
	broken := Event("a", "2")
	broken.Data = []byte("{not JSON")
	if err := d.Publish(t.Context(), Event("a", "1"), broken, Event("a", "3")); animo.CodeOf(err) != animo.Invalid {
		t.Errorf("Publish of a broken event: err = %v, want invalid", err)
	}
	for _, queue := range []string{"q", "r"} {
		wantIDs(t, Claim(t, d, queue, 9))
	}
}

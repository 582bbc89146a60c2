// Package bustest is the suite that every bus adapter passes. An adapter's test calls Run with an Engine.
package bustest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
)

// Engine is what the suite needs of an adapter.
type Engine struct {
	// Open gives a driver without queues; Run closes it.
	Open func(t *testing.T) bus.Driver
	// Test runs one test. An adapter that works in a bubble of fake time gives synctest.Test, and no time
	// is spent; one that talks to a server gives a function that just calls run.
	Test func(t *testing.T, run func(*testing.T))
}

// Run checks that the engine's drivers keep the contract of bus.Driver.
func Run(t *testing.T, e Engine) {
	tests := []struct {
		name string
		run  func(*testing.T, bus.Driver)
	}{
		{"EventsGoWhereTheyAreWanted", wanted},
		{"EventsComeBackWhole", whole},
		{"DeclareReplacesPatterns", declareAgain},
		{"ARepeatIsIgnoredWhileQueued", repeat},
		{"ARepeatRevivesADeadLetter", repeatOfDead},
		{"PublishIsAllOrNothing", publishAtomic},
		{"ClaimGivesAtMostN", claimN},
		{"OldestFirstWithinATenant", oldestFirst},
		{"TenantsTakeTurns", turns},
		{"AFloodDelaysNobody", flood},
		{"ReturningEventsDelayNobody", floodOfRetries},
		{"AnEndedLeaseSpendsTheAttempt", leaseEnds},
		{"ExtendKeepsALease", extend},
		{"RetryWaits", retry},
		{"ReleaseSpendsNothing", release},
		{"AReleasedEventRests", releaseRests},
		{"OnlyTheHolderSettles", onlyHolder},
		{"KillMakesADeadLetter", kill},
		{"DeadLettersComeInPages", pages},
		{"RedriveMakesReadyAnew", redrive},
		{"DropForgets", drop},
		{"OtherTenantsDeadLettersAreOutOfReach", otherTenant},
		{"DepthsCountByStateAndTenant", depths},
		{"DepthsTellTheOldestAndThoseTriedBefore", oldest},
		{"RemoveForgetsInEveryQueue", remove},
		{"DeleteTenantForgetsOnlyThat", deleteTenant},
		{"WakeTellsOfWork", wake},
		{"ManyWorkersShareTheWork", manyWorkers},
		{"AnEndedContextIsSaid", endedContext},
		{"AfterCloseUnavailable", afterClose},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e.Test(t, func(t *testing.T) {
				d := e.Open(t)
				t.Cleanup(func() {
					if err := d.Close(); err != nil {
						t.Error(err)
					}
				})
				test.run(t, d)
			})
		})
	}
}

// lease is long enough for the tests of an engine in real time, and short enough to wait for.
const lease = 2 * time.Second

// Event makes an event of type "test.TENANT" for tests.
func Event(tenant, id string) animo.Event {
	e, err := animo.NewEvent(id, "animo/bustest", "test."+tenant, "subject of "+id, tenant, time.Now(), map[string]string{"id": id})
	if err != nil {
		panic(err) // a map of strings is JSON
	}
	return e
}

func declare(t *testing.T, d bus.Driver, queue string, patterns ...string) {
	t.Helper()
	if err := d.Declare(t.Context(), queue, patterns); err != nil {
		t.Fatal(err)
	}
}

// publish sends one event per id.
func publish(t *testing.T, d bus.Driver, tenant string, ids ...string) {
	t.Helper()
	var events []animo.Event
	for _, id := range ids {
		events = append(events, Event(tenant, id))
	}
	if err := d.Publish(t.Context(), events...); err != nil {
		t.Fatal(err)
	}
}

func claim(t *testing.T, d bus.Driver, queue string, n int) []bus.Delivery {
	t.Helper()
	got, err := d.Claim(t.Context(), queue, n, lease)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// claimOne claims one event and checks which, and at which attempt it is.
func claimOne(t *testing.T, d bus.Driver, queue, id string, attempt int) bus.Delivery {
	t.Helper()
	got := claim(t, d, queue, 1)
	if len(got) != 1 || got[0].Event.ID != id || got[0].Attempt != attempt || got[0].Queue != queue {
		t.Fatalf("Claim(%s) = %+v, want event %s, attempt %d", queue, got, id, attempt)
	}
	return got[0]
}

func wantIDs(t *testing.T, got []bus.Delivery, want ...string) {
	t.Helper()
	var ids []string
	for _, d := range got {
		ids = append(ids, d.Event.ID)
	}
	if !slices.Equal(ids, want) {
		t.Errorf("claimed %v, want %v", ids, want)
	}
}

func wantCode(t *testing.T, what string, err error, want animo.Code) {
	t.Helper()
	if animo.CodeOf(err) != want {
		t.Errorf("%s: err = %v, want code %q", what, err, want)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantDepth checks the counts by state of the one declared queue, or the first by name.
func wantDepth(t *testing.T, d bus.Driver, tenant string, want bus.Depth) {
	t.Helper()
	got, err := d.Depths(t.Context(), tenant)
	if len(got) > 0 {
		got[0].Retrying, got[0].Oldest = 0, time.Time{}
	}
	if err != nil || len(got) == 0 || got[0] != want {
		t.Errorf("Depths(%q) = %+v, %v, want %+v", tenant, got, err, want)
	}
}

func numbered(prefix string, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%s%04d", prefix, i)
	}
	return ids
}

var boom = animo.Reason{Code: animo.Timeout, EN: "it took too long", ES: "tardó demasiado", Field: "f", Line: 3}

func wanted(t *testing.T, d bus.Driver) {
	declare(t, d, "all", "*")
	declare(t, d, "exact", "test.a")
	declare(t, d, "prefix", "other", "test.*")
	declare(t, d, "none")
	publish(t, d, "a", "1")
	publish(t, d, "ab", "2")
	declare(t, d, "late", "*")
	for queue, want := range map[string][]string{"all": {"1", "2"}, "exact": {"1"}, "prefix": {"1", "2"}, "none": nil, "late": nil, "unknown": nil} {
		t.Log(queue)
		wantIDs(t, claim(t, d, queue, 9), want...)
	}
}

func whole(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	e := animo.Event{
		SpecVersion: "1.0", ID: "odd \u2028 id/../ñ😀", Source: "animo/ñ", Type: "t", Subject: "<&>\"\\ \x00 😀",
		Time: time.Date(2023, 4, 5, 6, 7, 8, 9, time.UTC), Tenant: "a", DataContentType: "application/json",
		Data: []byte(`{"a":[1,2.50,null,"ñ😀"],"big":12345678901234567890}`),
	}
	ok(t, d.Publish(t.Context(), e))
	ok(t, d.Publish(t.Context())) // nothing
	got := claim(t, d, "q", 2)
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
	ok(t, d.Ack(t.Context(), got[0]))
}

func declareAgain(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "test.a")
	publish(t, d, "a", "1")
	declare(t, d, "q", "test.b")
	publish(t, d, "a", "2")
	publish(t, d, "b", "3")
	got := claim(t, d, "q", 9)
	wantIDs(t, got, "1", "3")
}

func repeat(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	declare(t, d, "r", "*")
	publish(t, d, "a", "1", "1")
	publish(t, d, "a", "1")
	publish(t, d, "b", "1") // another tenant's
	one := claimOne(t, d, "q", "1", 1)
	publish(t, d, "a", "1")
	wantIDs(t, claim(t, d, "q", 9), "1")
	wantIDs(t, claim(t, d, "q", 9))
	ok(t, d.Retry(t.Context(), one, 0, boom))
	publish(t, d, "a", "1")
	one = claimOne(t, d, "q", "1", 2)
	ok(t, d.Ack(t.Context(), one))
	wantIDs(t, claim(t, d, "r", 9), "1", "1")
	publish(t, d, "a", "1") // once it is dealt with, it is news again
	claimOne(t, d, "q", "1", 1)
	wantIDs(t, claim(t, d, "r", 9))
}

func repeatOfDead(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	publish(t, d, "a", "1")
	ok(t, d.Kill(t.Context(), claimOne(t, d, "q", "1", 1), boom))
	publish(t, d, "a", "1")
	if got := claimOne(t, d, "q", "1", 1); got.Last.Code != "" {
		t.Errorf("a revived event remembers %+v", got.Last)
	}
	_, err := d.DeadLetter(t.Context(), "a", "q", "1")
	wantCode(t, "DeadLetter of a revived event", err, animo.NotFound)
}

func publishAtomic(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	declare(t, d, "r", "*")
	broken := Event("a", "2")
	broken.Data = []byte("{not JSON")
	if err := d.Publish(t.Context(), Event("a", "1"), broken, Event("a", "3")); animo.CodeOf(err) != animo.Invalid {
		t.Errorf("Publish of a broken event: err = %v, want invalid", err)
	}
	for _, queue := range []string{"q", "r"} {
		wantIDs(t, claim(t, d, queue, 9))
	}
}

func claimN(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	wantIDs(t, claim(t, d, "q", 3))
	publish(t, d, "a", "1", "2", "3", "4", "5")
	wantIDs(t, claim(t, d, "q", 0))
	got := claim(t, d, "q", 3)
	wantIDs(t, got, "1", "2", "3")
	tokens := map[string]bool{}
	for _, m := range slices.Concat(got, claim(t, d, "q", 3)) {
		tokens[m.Event.ID+m.Token] = true
		ok(t, d.Ack(t.Context(), m))
	}
	if len(tokens) != 5 {
		t.Errorf("claimed %d events, want 5", len(tokens))
	}
	wantIDs(t, claim(t, d, "q", 3))
}

func oldestFirst(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	publish(t, d, "a", "z", "m")
	publish(t, d, "a", "a")
	first := claimOne(t, d, "q", "z", 1)
	publish(t, d, "a", "k")
	ok(t, d.Retry(t.Context(), first, 0, boom))
	wantIDs(t, claim(t, d, "q", 9), "z", "m", "a", "k")
}

func turns(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	publish(t, d, "a", "a1", "a2", "a3", "a4", "a5")
	publish(t, d, "b", "b1", "b2")
	publish(t, d, "c", "c1")
	var got []bus.Delivery
	for _, n := range []int{1, 2, 3, 1, 1} {
		got = append(got, claim(t, d, "q", n)...)
	}
	wantIDs(t, got, "a1", "b1", "c1", "a2", "b2", "a3", "a4", "a5")
	publish(t, d, "a", "a6", "a7", "a8")
	publish(t, d, "b", "b3")
	wantIDs(t, claim(t, d, "q", 9), "a6", "b3", "a7", "a8")
}

func flood(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	publish(t, d, "flood", numbered("f", 2000)...)
	for i := range 3 { // also later, when one tenant has had many turns and the other none
		for range 50 * i {
			claim(t, d, "q", 1)
		}
		id := fmt.Sprint("single", i)
		publish(t, d, "single", id)
		got := slices.Concat(claim(t, d, "q", 1), claim(t, d, "q", 1))
		if !slices.ContainsFunc(got, func(m bus.Delivery) bool { return m.Event.ID == id }) {
			t.Errorf("round %d: a flood of another tenant delays a single event", i)
		}
	}
	publish(t, d, "single", "last")
	if got := claim(t, d, "q", 2); !slices.ContainsFunc(got, func(m bus.Delivery) bool { return m.Event.ID == "last" }) {
		t.Error("two claimed at once are both of the tenant that floods")
	}
}

func floodOfRetries(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	publish(t, d, "flood", numbered("f", 300)...)
	for _, m := range claim(t, d, "q", 300) {
		ok(t, d.Retry(t.Context(), m, time.Second, boom))
	}
	publish(t, d, "single", "0")
	time.Sleep(2 * time.Second)
	publish(t, d, "single", "1")
	got := claim(t, d, "q", 4)
	if len(got) != 4 || got[0].Event.Tenant == got[1].Event.Tenant || got[2].Event.Tenant == got[3].Event.Tenant {
		t.Errorf("tenants do not take turns when many events come back: %+v", got)
	}
}

func leaseEnds(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	publish(t, d, "a", "1")
	old := claimOne(t, d, "q", "1", 1)
	wantIDs(t, claim(t, d, "q", 1))
	time.Sleep(lease + time.Millisecond)
	now := claimOne(t, d, "q", "1", 2)
	if now.Last.Code != "" {
		t.Errorf("after a crash Last is %+v, want none", now.Last)
	}
	wantCode(t, "Ack of a lost lease", d.Ack(t.Context(), old), animo.Conflict)
	wantCode(t, "Extend of a lost lease", d.Extend(t.Context(), old, lease), animo.Conflict)
	wantCode(t, "Retry of a lost lease", d.Retry(t.Context(), old, 0, boom), animo.Conflict)
	wantCode(t, "Release of a lost lease", d.Release(t.Context(), old, 0), animo.Conflict)
	wantCode(t, "Kill of a lost lease", d.Kill(t.Context(), old, boom), animo.Conflict)
	ok(t, d.Ack(t.Context(), now))
}

func extend(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	publish(t, d, "a", "1")
	m := claimOne(t, d, "q", "1", 1)
	for range 4 {
		time.Sleep(lease / 2)
		ok(t, d.Extend(t.Context(), m, lease))
		wantIDs(t, claim(t, d, "q", 1))
	}
	ok(t, d.Ack(t.Context(), m))
}

func retry(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	publish(t, d, "a", "1")
	ok(t, d.Retry(t.Context(), claimOne(t, d, "q", "1", 1), time.Second, boom))
	wantIDs(t, claim(t, d, "q", 1))
	time.Sleep(time.Second + time.Millisecond)
	m := claimOne(t, d, "q", "1", 2)
	if m.Last != boom {
		t.Errorf("Last = %+v, want %+v", m.Last, boom)
	}
	time.Sleep(lease + time.Millisecond)
	if m = claimOne(t, d, "q", "1", 3); m.Last != boom {
		t.Errorf("after a crash Last = %+v, want still %+v", m.Last, boom)
	}
}

func release(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	publish(t, d, "a", "1", "2")
	for range 5 {
		ok(t, d.Release(t.Context(), claimOne(t, d, "q", "1", 1), 0))
	}
	ok(t, d.Retry(t.Context(), claimOne(t, d, "q", "1", 1), 0, boom))
	ok(t, d.Release(t.Context(), claimOne(t, d, "q", "1", 2), 0))
	if m := claimOne(t, d, "q", "1", 2); m.Last != boom {
		t.Errorf("Last = %+v, want %+v", m.Last, boom)
	}
}

func releaseRests(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	publish(t, d, "a", "1", "2")
	ok(t, d.Retry(t.Context(), claimOne(t, d, "q", "1", 1), 0, boom))
	for range 3 {
		m := claimOne(t, d, "q", "1", 2)
		if m.Last != boom {
			t.Errorf("Last = %+v, want %+v", m.Last, boom)
		}
		ok(t, d.Release(t.Context(), m, time.Second))
		wantCode(t, "Ack of a released event", d.Ack(t.Context(), m), animo.Conflict)
		wantDepth(t, d, "a", bus.Depth{Queue: "q", Ready: 1, Waiting: 1})
		other := claim(t, d, "q", 9) // does not wait for it
		wantIDs(t, other, "2")
		ok(t, d.Release(t.Context(), other[0], 0))
		drain(d)
		start := time.Now()
		for ready := 1; ready < 2; {
			woken(t, d, time.Second+soon, "when the pause of a released event ends")
			now, err := d.Depths(t.Context(), "a")
			ok(t, err)
			ready = now[0].Ready
		}
		if took := time.Since(start); took < time.Second-soon || took > time.Second+soon {
			t.Errorf("the pause of 1 s took %v", took)
		}
	}
}

func remove(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	declare(t, d, "r", "*")
	bury(t, d, "a", "dead")
	publish(t, d, "a", "leased", "waiting", "ready", "kept")
	publish(t, d, "b", "leased", "waiting", "ready", "dead")
	got := claim(t, d, "q", 9)
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
			ok(t, d.Release(t.Context(), m, 0))
		}
	}
	wantDepth(t, d, "a", bus.Depth{Queue: "q", Ready: 2, Waiting: 1, Running: 1, Dead: 1})
	for i, step := range []struct {
		ids  []string
		want int
	}{{nil, 0}, {[]string{"none"}, 0}, {[]string{"leased", "waiting", "ready", "dead"}, 8}, {[]string{"leased", "dead"}, 0}} {
		if n, err := d.Remove(t.Context(), "a", step.ids...); n != step.want || err != nil {
			t.Errorf("step %d: Remove(%v) = %d, %v, want %d", i, step.ids, n, err, step.want)
		}
	}
	wantCode(t, "Extend of a removed event", d.Extend(t.Context(), held, lease), animo.Conflict)
	wantCode(t, "Ack of a removed event", d.Ack(t.Context(), held), animo.Conflict)
	wantCode(t, "Retry of a removed event", d.Retry(t.Context(), held, 0, boom), animo.Conflict)
	_, err := d.DeadLetter(t.Context(), "a", "q", "dead")
	wantCode(t, "DeadLetter of a removed event", err, animo.NotFound)
	wantDepth(t, d, "a", bus.Depth{Queue: "q", Ready: 1})
	wantDepth(t, d, "b", bus.Depth{Queue: "q", Ready: 4})
	time.Sleep(lease + time.Millisecond) // neither a pause nor a lease brings one back
	for _, queue := range []string{"q", "r"} {
		kept := 0
		for _, m := range claim(t, d, queue, 9) {
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
	publish(t, d, "a", "leased") // forgotten means that it is news again
	claimOne(t, d, "q", "leased", 1)
}

func onlyHolder(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	publish(t, d, "a", "1")
	m := claimOne(t, d, "q", "1", 1)
	for _, change := range []func(*bus.Delivery){
		func(m *bus.Delivery) { m.Token = "" }, func(m *bus.Delivery) { m.Token += "x" }, func(m *bus.Delivery) { m.Queue = "r" },
		func(m *bus.Delivery) { m.Event.Tenant = "b" }, func(m *bus.Delivery) { m.Event.ID = "2" },
	} {
		other := m
		change(&other)
		wantCode(t, "Ack by somebody else", d.Ack(t.Context(), other), animo.Conflict)
	}
	ok(t, d.Ack(t.Context(), m))
	wantCode(t, "a second Ack", d.Ack(t.Context(), m), animo.Conflict)
	publish(t, d, "a", "1")
	claimOne(t, d, "q", "1", 1)
	wantCode(t, "an Ack from before", d.Ack(t.Context(), m), animo.Conflict)
}

func kill(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	publish(t, d, "a", "1")
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
	wantIDs(t, claim(t, d, "q", 9))
	_, err = d.DeadLetter(t.Context(), "a", "q", "2")
	wantCode(t, "DeadLetter of nothing", err, animo.NotFound)
	publish(t, d, "a", "3")
	_, err = d.DeadLetter(t.Context(), "a", "q", "3")
	wantCode(t, "DeadLetter of a live event", err, animo.NotFound)
}

// bury publishes events and kills them, in that order.
func bury(t *testing.T, d bus.Driver, tenant string, ids ...string) {
	t.Helper()
	publish(t, d, tenant, ids...)
	for range ids {
		got := claim(t, d, "q", 1)
		if len(got) != 1 || got[0].Event.Tenant != tenant {
			t.Fatalf("claimed %+v", got)
		}
		ok(t, d.Kill(t.Context(), got[0], boom))
	}
}

func pages(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
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

func redrive(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
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
	got := claim(t, d, "q", 9)
	wantIDs(t, got, "1", "2", "3", "4")
	for _, m := range got {
		if m.Attempt != 1 || m.Last.Code != "" {
			t.Errorf("a redriven event is at attempt %d, Last %+v", m.Attempt, m.Last)
		}
	}
}

func drop(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	bury(t, d, "a", "1", "2", "3")
	publish(t, d, "a", "4")
	for i, step := range []struct {
		ids  []string
		want int
	}{{[]string{"2", "4", "none"}, 1}, {[]string{"2"}, 0}, {nil, 2}, {nil, 0}} {
		if n, err := d.Drop(t.Context(), "a", "q", step.ids...); n != step.want || err != nil {
			t.Errorf("step %d: Drop(%v) = %d, %v, want %d", i, step.ids, n, err, step.want)
		}
	}
	wantIDs(t, claim(t, d, "q", 9), "4")
}

func otherTenant(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
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
		if n, err := d.Drop(t.Context(), "b", "q", ids...); n != 0 || err != nil {
			t.Errorf("tenant b drops %d, %v", n, err)
		}
	}
	wantDepth(t, d, "a", bus.Depth{Queue: "q", Dead: 1})
}

func depths(t *testing.T, d bus.Driver) {
	declare(t, d, "z", "test.none")
	declare(t, d, "q", "*")
	bury(t, d, "a", "dead")
	publish(t, d, "a", "1", "2", "3", "4")
	running, paused := claimOne(t, d, "q", "1", 1), claimOne(t, d, "q", "2", 1)
	ok(t, d.Retry(t.Context(), paused, lease/2, boom))
	publish(t, d, "b", "1")
	wantDepth(t, d, "a", bus.Depth{Queue: "q", Ready: 2, Waiting: 1, Running: 1, Dead: 1})
	wantDepth(t, d, "b", bus.Depth{Queue: "q", Ready: 1})
	wantDepth(t, d, "", bus.Depth{Queue: "q", Ready: 3, Waiting: 1, Running: 1, Dead: 1})
	time.Sleep(lease/2 + time.Millisecond)
	wantDepth(t, d, "a", bus.Depth{Queue: "q", Ready: 3, Running: 1, Dead: 1})
	time.Sleep(lease / 2)
	wantDepth(t, d, "a", bus.Depth{Queue: "q", Ready: 4, Dead: 1})
	ok(t, d.Ack(t.Context(), running)) // nobody took it, so the work counts
	wantDepth(t, d, "a", bus.Depth{Queue: "q", Ready: 3, Dead: 1})
	if all, err := d.Depths(t.Context(), ""); err != nil || len(all) != 2 || all[1] != (bus.Depth{Queue: "z"}) {
		t.Errorf("Depths = %+v, %v, want queues q and z", all, err)
	}
}

func oldest(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	began := time.Now().UTC()
	want := func(tenant string, retrying int, oldest time.Duration) {
		t.Helper()
		got, err := d.Depths(t.Context(), tenant)
		at := time.Time{}
		if oldest >= 0 {
			at = began.Add(oldest)
		}
		if err != nil || got[0].Retrying != retrying || !got[0].Oldest.Equal(at) {
			t.Errorf("Depths(%q) = %+v, %v; want %d retrying, the oldest of %v", tenant, got, err, retrying, at)
		}
	}
	const none = -1
	want("a", 0, none)
	for i := range 6 {
		e := Event([]string{"a", "b"}[i%2], fmt.Sprint(i))
		e.Time = began.Add(time.Duration(i) * time.Minute)
		ok(t, d.Publish(t.Context(), e))
	}
	want("a", 0, 0)
	want("b", 0, time.Minute)
	want("", 0, 0)
	want("c", 0, none)
	got := claim(t, d, "q", 2)
	slices.SortFunc(got, func(x, y bus.Delivery) int { return cmp.Compare(x.Event.Tenant, y.Event.Tenant) })
	want("a", 0, 2*time.Minute) // what runs does not wait
	ok(t, d.Retry(t.Context(), got[0], lease/2, boom))
	want("a", 1, 0)
	want("", 1, 0)
	ok(t, d.Release(t.Context(), got[1], lease/2)) // which spends no attempt
	want("b", 0, time.Minute)
	time.Sleep(lease/2 + time.Millisecond)
	want("a", 1, 0) // ready again
	claim(t, d, "q", 9)
	want("", 0, none)
	time.Sleep(lease + time.Millisecond)
	want("a", 3, 0) // whose leases have ended
	want("", 6, 0)
	one := claim(t, d, "q", 1)[0] // the first of either tenant, which makes the others ready
	oldest := time.Duration(0)
	if one.Event.Tenant == "a" {
		oldest = time.Minute
	}
	want("", 5, oldest)
	ok(t, d.Kill(t.Context(), one, boom))
	want("", 5, oldest)
}

func deleteTenant(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	declare(t, d, "r", "*")
	bury(t, d, "a", "dead")
	publish(t, d, "a", numbered("", 20)...)
	held := claim(t, d, "q", 1)
	publish(t, d, "b", "1")
	ok(t, d.DeleteTenant(t.Context(), "a"))
	ok(t, d.DeleteTenant(t.Context(), "a"))
	wantDepth(t, d, "a", bus.Depth{Queue: "q"})
	wantCode(t, "Ack of a deleted tenant's event", d.Ack(t.Context(), held[0]), animo.Conflict)
	for _, queue := range []string{"q", "r"} {
		if got := claim(t, d, queue, 9); len(got) != 1 || got[0].Event.Tenant != "b" {
			t.Errorf("queue %s has %+v, want tenant b's event", queue, got)
		}
	}
	publish(t, d, "a", "again")
	claimOne(t, d, "q", "again", 1)
}

// soon is how long a wake-up may take that is promised at once.
const soon = 300 * time.Millisecond

// woken waits for a wake-up of queue q, and fails the test when none comes in time.
func woken(t *testing.T, d bus.Driver, within time.Duration, why string) {
	t.Helper()
	select {
	case <-d.Wake("q"):
	case <-time.After(within):
		t.Errorf("no wake-up within %v %s", within, why)
	}
}

// drain takes the signals that are there; waking for nothing is allowed.
func drain(d bus.Driver) {
	for {
		select {
		case <-d.Wake("q"):
		default:
			return
		}
	}
}

func wake(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	d.Wake("q")
	publish(t, d, "a", "1")
	woken(t, d, soon, "after Publish")
	claimOne(t, d, "q", "1", 1)
	drain(d)
	woken(t, d, lease+time.Second+soon, "when a lease ends")
	m := claimOne(t, d, "q", "1", 2)
	drain(d)
	ok(t, d.Retry(t.Context(), m, 300*time.Millisecond, boom))
	start := time.Now()
	for {
		woken(t, d, soon+soon, "when a pause ends")
		if got := claim(t, d, "q", 1); len(got) == 1 {
			m = got[0]
			break
		}
	}
	if took := time.Since(start); took < 300*time.Millisecond || took > 300*time.Millisecond+soon {
		t.Errorf("the pause of 300 ms took %v", took)
	}
	drain(d)
	ok(t, d.Release(t.Context(), m, 0))
	woken(t, d, soon, "after Release")
	ok(t, d.Kill(t.Context(), claimOne(t, d, "q", "1", 3), boom))
	drain(d)
	if _, err := d.Redrive(t.Context(), "a", "q"); err != nil {
		t.Fatal(err)
	}
	woken(t, d, soon, "after Redrive")
	claimOne(t, d, "q", "1", 1)
}

func manyWorkers(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	const tenants, each, workers = 4, 50, 8
	done := make(chan string)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for w := range workers {
		go func() {
			for ctx.Err() == nil {
				got, err := d.Claim(ctx, "q", 1+w%3, time.Minute)
				if err != nil && ctx.Err() == nil {
					t.Error(err)
				}
				for _, m := range got {
					if err := d.Ack(t.Context(), m); err != nil {
						t.Error(err)
					}
					done <- m.Event.Tenant + m.Event.ID
				}
				if len(got) == 0 {
					select {
					case <-d.Wake("q"):
					case <-ctx.Done():
					}
				}
			}
		}()
	}
	for n := range tenants {
		go func() {
			for _, id := range numbered("e", each) {
				if err := d.Publish(t.Context(), Event(fmt.Sprint("t", n), id)); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	seen := map[string]bool{}
	for range tenants * each {
		id := <-done
		if seen[id] {
			t.Errorf("event %s came twice", id)
		}
		seen[id] = true
	}
	wantDepth(t, d, "", bus.Depth{Queue: "q"})
}

// calls makes each call once and gives its error.
func calls(ctx context.Context, d bus.Driver, m bus.Delivery) map[string]error {
	errs := map[string]error{}
	errs["Declare"] = d.Declare(ctx, "r", []string{"*"})
	errs["Publish"] = d.Publish(ctx, Event("a", "2"))
	_, errs["Claim"] = d.Claim(ctx, "q", 1, lease)
	errs["Extend"] = d.Extend(ctx, m, lease)
	errs["Ack"] = d.Ack(ctx, m)
	errs["Retry"] = d.Retry(ctx, m, 0, boom)
	errs["Release"] = d.Release(ctx, m, 0)
	errs["Kill"] = d.Kill(ctx, m, boom)
	_, errs["Depths"] = d.Depths(ctx, "")
	_, errs["DeadLetters"] = d.DeadLetters(ctx, "a", "q", "", 1)
	_, errs["DeadLetter"] = d.DeadLetter(ctx, "a", "q", "1")
	_, errs["Redrive"] = d.Redrive(ctx, "a", "q")
	_, errs["Drop"] = d.Drop(ctx, "a", "q")
	_, errs["Remove"] = d.Remove(ctx, "a", "1")
	errs["DeleteTenant"] = d.DeleteTenant(ctx, "a")
	return errs
}

func endedContext(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	publish(t, d, "a", "1")
	m := claimOne(t, d, "q", "1", 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for call, err := range calls(ctx, d, m) {
		wantCode(t, call+" with an ended context", err, animo.Interrupted)
	}
	wantDepth(t, d, "a", bus.Depth{Queue: "q", Running: 1})
}

func afterClose(t *testing.T, d bus.Driver) {
	declare(t, d, "q", "*")
	publish(t, d, "a", "1")
	m := claimOne(t, d, "q", "1", 1)
	d.Wake("q")
	ok(t, d.Close())
	for call, err := range calls(t.Context(), d, m) {
		wantCode(t, call+" after Close", err, animo.Unavailable)
	}
}

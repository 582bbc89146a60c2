// Package bustest is the suite that every bus adapter passes. An adapter's test calls Run with an Engine.
package bustest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
)

// Engine is what the suite needs of an adapter.
type Engine struct {
	// Open makes a place without queues, and gives a function that opens it: each call gives another driver on the same
	// place, as another process would have it. Run closes the drivers.
	Open func(t *testing.T) (open func() bus.Driver)
	// Test runs one test. An adapter that works in a bubble of fake time gives synctest.Test, and no time
	// is spent; one that talks to a server gives a function that just calls run.
	Test func(t *testing.T, run func(*testing.T))
}

// Run checks that the engine's drivers keep the contract of bus.Driver.
func Run(t *testing.T, e Engine) {
	alone := func(test func(*testing.T, bus.Queues)) func(*testing.T, func() bus.Queues) {
		return func(t *testing.T, open func() bus.Queues) { test(t, open()) }
	}
	tests := []struct {
		name string
		run  func(t *testing.T, open func() bus.Queues)
	}{
		{"EventsGoWhereTheyAreWanted", alone(wanted)},
		{"EventsComeBackWhole", alone(whole)},
		{"DeclareReplacesPatterns", alone(declareAgain)},
		{"ARepeatIsIgnoredWhileQueued", alone(repeat)},
		{"ARepeatRevivesADeadLetter", alone(repeatOfDead)},
		{"PublishIsAllOrNothing", alone(publishAtomic)},
		{"ClaimGivesAtMostN", alone(claimN)},
		{"OldestFirstWithinATenant", alone(oldestFirst)},
		{"TenantsTakeTurns", alone(turns)},
		{"AFloodDelaysNobody", alone(flood)},
		{"WhoComesLaterDoesNotOvertake", alone(latecomer)},
		{"TenantsOfSimilarNamesTakeTurns", alone(similar)},
		{"WhatComesBackDoesNotWaitForABacklog", alone(backlog)},
		{"ReturningEventsDelayNobody", alone(floodOfRetries)},
		{"AnEndedLeaseSpendsTheAttempt", alone(leaseEnds)},
		{"ExtendKeepsALease", alone(extend)},
		{"RetryWaits", alone(retry)},
		{"ReturnSpendsNothing", alone(returnSpendsNothing)},
		{"AReturnedEventRests", alone(returnedRests)},
		{"OnlyTheHolderSettles", alone(onlyHolder)},
		{"KillMakesADeadLetter", alone(kill)},
		{"DeadLettersComeInPages", alone(pages)},
		{"RedriveMakesReadyAnew", alone(redrive)},
		{"DropForgets", alone(drop)},
		{"OtherTenantsDeadLettersAreOutOfReach", alone(otherTenant)},
		{"DepthsCountByStateAndTenant", alone(depths)},
		{"DepthsTellTheOldestAndThoseTriedBefore", alone(oldest)},
		{"RemoveForgetsInEveryQueue", alone(remove)},
		{"RemoveTenantRemovesOnlyThat", alone(removeTenant)},
		{"WakeTellsOfWork", alone(wake)},
		{"WakeHearsAnotherProcess", wakeAcross},
		{"WhoLostALeaseSettlesNothing", fencing},
		{"ManyWritersAndWorkersShareTheWork", manyWorkers},
		{"RandomCallsAgreeWithAModel", alone(agreesWithModel)},
		{"AnEndedContextIsSaid", alone(endedContext)},
		{"AfterCloseUnavailable", alone(afterClose)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e.Test(t, func(t *testing.T) {
				open := e.Open(t)
				test.run(t, func() bus.Queues {
					d := bus.Queues{Driver: open()}
					t.Cleanup(func() {
						if err := d.Close(); err != nil {
							t.Error(err)
						}
					})
					return d
				})
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

// Declare makes a queue.
func Declare(t testing.TB, d bus.Driver, queue string, patterns ...string) {
	t.Helper()
	if err := d.Declare(t.Context(), queue, patterns); err != nil {
		t.Fatal(err)
	}
}

// Publish sends one event per id.
func Publish(t testing.TB, d bus.Driver, tenant string, ids ...string) {
	t.Helper()
	var events []animo.Event
	for _, id := range ids {
		events = append(events, Event(tenant, id))
	}
	if err := d.Publish(t.Context(), events...); err != nil {
		t.Fatal(err)
	}
}

// Claim claims up to n events for two seconds.
func Claim(t testing.TB, d bus.Driver, queue string, n int) []bus.Delivery {
	t.Helper()
	got, err := d.Claim(t.Context(), queue, n, lease)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// claimOne claims one event and checks which, and at which attempt it is.
func claimOne(t *testing.T, d bus.Queues, queue, id string, attempt int) bus.Delivery {
	t.Helper()
	got := Claim(t, d, queue, 1)
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

// WantDepth checks the counts by state of the one declared queue, or the first by name.
func WantDepth(t testing.TB, d bus.Driver, tenant string, want bus.Depth) {
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

// Package carriertest is the suite that every carrier passes. An adapter's test calls Run with an Engine.
package carriertest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"animo"
	"animo/internal/bus/carrier"
)

// Engine is what the suite needs of an adapter.
type Engine struct {
	// Open makes a broker without refs, and gives a function that opens a carrier on it, as each process would. Run closes the
	// carriers.
	Open func(t *testing.T) (open func() carrier.Carrier)
	// Test runs one test. An adapter that works in a bubble of fake time gives synctest.Test; one that talks to a server
	// gives a function that just calls run.
	Test func(t *testing.T, run func(*testing.T))
	// Again is how long it takes at most until a ref comes again that nobody said was done.
	Again time.Duration
	// Faulty says that the carrier loses, repeats and reorders refs on purpose, so that only what holds then is checked.
	Faulty bool
}

// Run checks that the engine's carriers keep the contract of carrier.Carrier.
func Run(t *testing.T, e Engine) {
	tests := []struct {
		name   string
		honest bool // needs a carrier that is not faulty
		run    func(t *testing.T, e Engine, open func() carrier.Carrier)
	}{
		{"ARefArrivesWhole", true, arrives},
		{"ReceiveGivesAtMostN", true, atMost},
		{"ReceiveWaitsForARef", true, waits},
		{"ARefComesAgainUntilItIsDone", true, again},
		{"ARefDoesNotArriveBeforeItsTime", true, notBefore},
		{"ReceiversShareTheRefs", true, shared},
		{"ARefGoesToItsFunctionAlone", false, ownFunction},
		{"WhatIsSentOftenArrives", false, often},
		{"AnEndedContextIsSaid", false, endedContext},
		{"AfterCloseUnavailable", false, afterClose},
	}
	for _, test := range tests {
		if test.honest && e.Faulty {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			e.Test(t, func(t *testing.T) {
				open := e.Open(t)
				test.run(t, e, func() carrier.Carrier {
					c := open()
					t.Cleanup(func() {
						if err := c.Close(); err != nil {
							t.Error(err)
						}
					})
					return c
				})
			})
		})
	}
}

// soon is how long a ref may take that is to arrive at once.
const soon = 10 * time.Second

// A carrier may be unavailable for patience: a cluster that is busy, or elects, says so, and is asked again after askAgain.
const (
	patience = time.Minute
	askAgain = 100 * time.Millisecond
)

func ref(function, event string) carrier.Ref {
	return carrier.Ref{Function: function, Tenant: "acme", Event: event}
}

// Send sends refs, as often as it takes until the carrier is available.
func Send(t *testing.T, c carrier.Carrier, refs ...carrier.Ref) {
	t.Helper()
	for began := time.Now(); ; {
		err := c.Send(t.Context(), refs...)
		if err == nil {
			return
		}
		if animo.CodeOf(err) != animo.Unavailable || time.Since(began) > patience {
			t.Error(err)
			return
		}
		time.Sleep(askAgain)
	}
}

// receive returns the next refs, or fails the test when none comes in time.
func receive(t *testing.T, c carrier.Carrier, function string, n int, within time.Duration) []carrier.Ref {
	t.Helper()
	refs := tryReceive(t, c, function, n, within)
	if len(refs) == 0 {
		t.Fatalf("no ref to %s within %v", function, within)
	}
	return refs
}

// tryReceive returns the next refs; none when none comes in time.
func tryReceive(t *testing.T, c carrier.Carrier, function string, n int, within time.Duration) []carrier.Ref {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for {
		refs, err := c.Receive(ctx, function, n)
		if len(refs) > 0 || animo.CodeOf(err) == animo.Timeout {
			return refs
		}
		switch {
		case err == nil:
		case animo.CodeOf(err) == animo.Unavailable && ctx.Err() == nil:
			time.Sleep(askAgain)
		default:
			t.Error(err)
			return nil
		}
	}
}

func done(t *testing.T, c carrier.Carrier, refs ...carrier.Ref) {
	t.Helper()
	if err := c.Done(t.Context(), refs...); err != nil {
		t.Fatal(err)
	}
}

func arrives(t *testing.T, _ Engine, open func() carrier.Carrier) {
	here, there := open(), open()
	want := carrier.Ref{Function: "record-happy", Tenant: "acme-2", Event: "uq3cAhnzYxTj_-8"}
	Send(t, here, want)
	Send(t, here) // nothing
	got := receive(t, there, "record-happy", 3, soon)
	received := got[0]
	received.Receipt = ""
	if len(got) != 1 || received != want {
		t.Errorf("received %+v, want %+v", got, want)
	}
	done(t, there, got...)
	done(t, there) // nothing
}

func atMost(t *testing.T, _ Engine, open func() carrier.Carrier) {
	c := open()
	var refs []carrier.Ref
	for i := range 5 {
		refs = append(refs, ref("f", fmt.Sprint(i)))
	}
	Send(t, c, refs...)
	seen := map[string]bool{}
	for len(seen) < 5 {
		got := receive(t, c, "f", 2, soon)
		if len(got) > 2 {
			t.Errorf("received %d refs, want at most 2", len(got))
		}
		for _, r := range got {
			seen[r.Event] = true
		}
		done(t, c, got...)
	}
}

func waits(t *testing.T, _ Engine, open func() carrier.Carrier) {
	c := open()
	got := make(chan []carrier.Ref, 1)
	go func() { got <- tryReceive(t, c, "f", 1, patience) }()
	time.Sleep(100 * time.Millisecond)
	select {
	case refs := <-got:
		t.Fatalf("received %+v of nothing", refs)
	default:
	}
	Send(t, c, ref("f", "1"))
	if refs := <-got; len(refs) != 1 || refs[0].Event != "1" {
		t.Errorf("received %+v, want event 1", refs)
	}
}

func again(t *testing.T, e Engine, open func() carrier.Carrier) {
	c := open()
	Send(t, c, ref("f", "1"))
	receive(t, c, "f", 1, soon)
	got := receive(t, c, "f", 1, e.Again+soon)
	if got[0].Event != "1" {
		t.Errorf("received %+v, want event 1 again", got)
	}
	done(t, c, got...)
	if got := tryReceive(t, c, "f", 1, e.Again+soon); len(got) > 0 {
		t.Errorf("received %+v, which was done", got)
	}
}

func notBefore(t *testing.T, _ Engine, open func() carrier.Carrier) {
	c := open()
	late := ref("f", "late")
	late.NotBefore = time.Now().Add(2 * time.Second).Truncate(time.Millisecond)
	Send(t, c, late, ref("f", "at once"))
	got := receive(t, c, "f", 2, soon)
	if len(got) != 1 || got[0].Event != "at once" {
		t.Errorf("received %+v, want the one that is to come at once", got)
	}
	done(t, c, got...) // else it may come again first
	got = receive(t, c, "f", 1, 2*time.Second+soon)
	if got[0].Event != "late" || !got[0].NotBefore.Equal(late.NotBefore) {
		t.Errorf("received %+v, want %+v", got, late)
	}
	if early := time.Until(late.NotBefore); early > 0 {
		t.Errorf("it came %v early", early)
	}
}

// shared sends from many and receives with many, in two processes.
func shared(t *testing.T, _ Engine, open func() carrier.Carrier) {
	const senders, each, receivers = 4, 25, 4
	carriers := []carrier.Carrier{open(), open()}
	ctx, stop := context.WithCancel(t.Context())
	var working sync.WaitGroup
	got := make(chan carrier.Ref)
	for i := range receivers {
		working.Go(func() {
			for {
				refs, err := carriers[i%2].Receive(ctx, "f", 3)
				if ctx.Err() != nil {
					return
				}
				switch {
				case err == nil:
				case animo.CodeOf(err) == animo.Unavailable:
					time.Sleep(askAgain)
				default:
					t.Error(err)
				}
				for _, r := range refs {
					select {
					case got <- r:
					case <-ctx.Done():
					}
				}
				done(t, carriers[i%2], refs...)
			}
		})
	}
	for i := range senders {
		working.Go(func() {
			for k := range each {
				Send(t, carriers[i%2], ref("f", fmt.Sprint(i, "/", k)))
			}
		})
	}
	seen := map[string]bool{}
	resent := false
	for came := 0; len(seen) < senders*each; {
		select {
		case r := <-got:
			came++
			if seen[r.Event] = true; came > len(seen) && !resent {
				t.Errorf("%s came twice", r.Event)
			}
		case <-time.After(soon): // a carrier may lose refs; who needs them sends them again
			resent = true
			for i := range senders {
				for k := range each {
					if event := fmt.Sprint(i, "/", k); !seen[event] {
						t.Logf("%s did not come and is sent again", event)
						Send(t, carriers[i%2], ref("f", event))
					}
				}
			}
		}
	}
	stop()
	working.Wait()
}

func ownFunction(t *testing.T, _ Engine, open func() carrier.Carrier) {
	c := open()
	const rounds = 50
	for i := range rounds {
		Send(t, c, ref("f", fmt.Sprint(i)), ref("g", fmt.Sprint(i)))
	}
	for _, function := range []string{"f", "g", "h"} {
		for {
			refs := tryReceive(t, c, function, 9, time.Second)
			for _, r := range refs {
				if r.Function != function || r.Tenant != "acme" || len(r.Event) > 2 {
					t.Errorf("receiving for %s gave %+v", function, r)
				}
			}
			done(t, c, refs...)
			if len(refs) == 0 {
				break
			}
			if function == "h" {
				t.Errorf("received %+v, which nobody sent", refs)
			}
		}
	}
}

func often(t *testing.T, _ Engine, open func() carrier.Carrier) {
	c := open()
	for range 50 {
		Send(t, c, ref("f", "1"))
	}
	receive(t, c, "f", 1, soon)
}

func endedContext(t *testing.T, _ Engine, open func() carrier.Carrier) {
	c := open()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	_, err := c.Receive(ctx, "f", 1)
	wantCode(t, "Receive whose context ends", err, animo.Interrupted)
	for call, err := range calls(ctx, c) {
		wantCode(t, call+" with an ended context", err, animo.Interrupted)
	}
}

func afterClose(t *testing.T, _ Engine, open func() carrier.Carrier) {
	c := open()
	ended := make(chan error, 1)
	go func() {
		_, err := c.Receive(t.Context(), "f", 1)
		ended <- err
	}()
	time.Sleep(100 * time.Millisecond)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	wantCode(t, "Receive while it is closed", <-ended, animo.Unavailable)
	for call, err := range calls(t.Context(), c) {
		wantCode(t, call+" after Close", err, animo.Unavailable)
	}
}

// calls makes each call once and returns its error.
func calls(ctx context.Context, c carrier.Carrier) map[string]error {
	errs := map[string]error{"Send": c.Send(ctx, ref("f", "1")), "Done": c.Done(ctx, ref("f", "1"))}
	_, errs["Receive"] = c.Receive(ctx, "f", 1)
	return errs
}

func wantCode(t *testing.T, what string, err error, want animo.Code) {
	t.Helper()
	if animo.CodeOf(err) != want {
		t.Errorf("%s: err = %v, want code %q", what, err, want)
	}
}

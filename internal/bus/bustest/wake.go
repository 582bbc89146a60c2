package bustest

import (
	"testing"
	"time"

	"animo/internal/bus"
)

// soon is how long a wake-up may take that is promised at once.
const soon = 300 * time.Millisecond

// woken waits for a wake-up of queue q, and fails the test when none comes in time.
func woken(t *testing.T, d bus.Queues, within time.Duration, why string) {
	t.Helper()
	select {
	case <-d.Wake("q"):
	case <-time.After(within):
		t.Errorf("no wake-up within %v %s", within, why)
	}
}

// wokenFor waits for a wake-up of queue q at which there is something to claim, which comes no earlier and not much later
// than these times after start.
func wokenFor(t *testing.T, d bus.Queues, start time.Time, earliest, latest time.Duration, why string) bus.Delivery {
	t.Helper()
	for {
		woken(t, d, latest+soon-time.Since(start), why)
		got := Claim(t, d, "q", 1)
		took := time.Since(start)
		if len(got) == 1 && took >= earliest {
			return got[0]
		}
		if len(got) > 0 || took > latest+soon {
			t.Fatalf("claimed %+v %v, after %v", got, why, took)
		}
	}
}

// drain takes the signals that are there; waking for nothing is allowed.
func drain(d bus.Queues) {
	for {
		select {
		case <-d.Wake("q"):
		default:
			return
		}
	}
}

func wake(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	d.Wake("q")
	Publish(t, d, "a", "1")
	woken(t, d, soon, "after Publish")
	claimOne(t, d, "q", "1", 1)
	m := wokenFor(t, d, time.Now(), lease, lease+time.Second, "when a lease ends")
	start := time.Now() // the pause begins before Retry returns
	ok(t, d.Retry(t.Context(), m, 300*time.Millisecond, boom))
	m = wokenFor(t, d, start, 300*time.Millisecond, 300*time.Millisecond, "when a pause ends")
	drain(d)
	ok(t, d.Return(t.Context(), m, 0))
	woken(t, d, soon, "after Return")
	ok(t, d.Kill(t.Context(), claimOne(t, d, "q", "1", 3), boom))
	drain(d)
	if _, err := d.Redrive(t.Context(), "a", "q"); err != nil {
		t.Fatal(err)
	}
	woken(t, d, soon, "after Redrive")
	claimOne(t, d, "q", "1", 1)
}

func wakeAcross(t *testing.T, open func() bus.Queues) {
	here, there := open(), open()
	Declare(t, here, "q", "*")
	here.Wake("q")
	time.Sleep(100 * time.Millisecond)
	drain(here)
	Publish(t, there, "a", "1")
	woken(t, here, time.Second+soon, "after Publish in another process")
	ok(t, here.Kill(t.Context(), claimOne(t, here, "q", "1", 1), boom))
	time.Sleep(2 * time.Second)
	drain(here)
	if _, err := there.Redrive(t.Context(), "a", "q"); err != nil {
		t.Fatal(err)
	}
	woken(t, here, time.Second+soon, "after Redrive in another process")
	claimOne(t, here, "q", "1", 1)
}

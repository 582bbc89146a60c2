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
	drain(d)
	woken(t, d, lease+time.Second+soon, "when a lease ends")
	m := claimOne(t, d, "q", "1", 2)
	drain(d)
	ok(t, d.Retry(t.Context(), m, 300*time.Millisecond, boom))
	start := time.Now()
	for {
		woken(t, d, soon+soon, "when a pause ends")
		if got := Claim(t, d, "q", 1); len(got) == 1 {
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

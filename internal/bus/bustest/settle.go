package bustest

import (
	"fmt"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
)

func leaseEnds(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "a", "1")
	old := claimOne(t, d, "q", "1", 1)
	wantIDs(t, Claim(t, d, "q", 1))
	time.Sleep(lease + time.Millisecond)
	now := claimOne(t, d, "q", "1", 2)
	if now.Last.Code != "" {
		t.Errorf("after a crash Last is %+v, want none", now.Last)
	}
	wantCode(t, "Ack of a lost lease", d.Done(t.Context(), old), animo.Conflict)
	wantCode(t, "Extend of a lost lease", d.Extend(t.Context(), old, lease), animo.Conflict)
	wantCode(t, "Retry of a lost lease", d.Retry(t.Context(), old, 0, boom), animo.Conflict)
	wantCode(t, "Return under a lost lease", d.Return(t.Context(), old, 0), animo.Conflict)
	wantCode(t, "Kill of a lost lease", d.Kill(t.Context(), old, boom), animo.Conflict)
	ok(t, d.Done(t.Context(), now))
}

func extend(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "a", "1")
	m := claimOne(t, d, "q", "1", 1)
	for range 4 {
		time.Sleep(lease / 2)
		ok(t, d.Extend(t.Context(), m, lease))
		wantIDs(t, Claim(t, d, "q", 1))
	}
	ok(t, d.Done(t.Context(), m))
}

func retry(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "a", "1")
	ok(t, d.Retry(t.Context(), claimOne(t, d, "q", "1", 1), time.Second, boom))
	wantIDs(t, Claim(t, d, "q", 1))
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

func returnSpendsNothing(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "a", "1", "2")
	for range 5 {
		ok(t, d.Return(t.Context(), claimOne(t, d, "q", "1", 1), 0))
	}
	ok(t, d.Retry(t.Context(), claimOne(t, d, "q", "1", 1), 0, boom))
	ok(t, d.Return(t.Context(), claimOne(t, d, "q", "1", 2), 0))
	if m := claimOne(t, d, "q", "1", 2); m.Last != boom {
		t.Errorf("Last = %+v, want %+v", m.Last, boom)
	}
}

func returnedRests(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "a", "1", "2")
	ok(t, d.Retry(t.Context(), claimOne(t, d, "q", "1", 1), 0, boom))
	for range 3 {
		m := claimOne(t, d, "q", "1", 2)
		if m.Last != boom {
			t.Errorf("Last = %+v, want %+v", m.Last, boom)
		}
		start := time.Now() // the pause begins before Return returns
		ok(t, d.Return(t.Context(), m, time.Second))
		wantCode(t, "Done of a returned event", d.Done(t.Context(), m), animo.Conflict)
		WantDepth(t, d, "a", bus.Depth{Queue: "q", Ready: 1, Waiting: 1})
		other := Claim(t, d, "q", 9) // does not wait for it
		wantIDs(t, other, "2")
		ok(t, d.Return(t.Context(), other[0], 0))
		drain(d)
		for ready := 1; ready < 2; {
			woken(t, d, time.Second+soon, "when the pause of a returned event ends")
			now, err := d.Depths(t.Context(), "a")
			ok(t, err)
			ready = now[0].Ready
		}
		if took := time.Since(start); took < time.Second-soon || took > time.Second+soon {
			t.Errorf("the pause of 1 s took %v", took)
		}
	}
}

func onlyHolder(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "a", "1")
	m := claimOne(t, d, "q", "1", 1)
	for _, change := range []func(*bus.Delivery){
		func(m *bus.Delivery) { m.Token = "" }, func(m *bus.Delivery) { m.Token += "x" }, func(m *bus.Delivery) { m.Queue = "r" },
		func(m *bus.Delivery) { m.Event.Tenant = "b" }, func(m *bus.Delivery) { m.Event.ID = "2" },
	} {
		other := m
		change(&other)
		wantCode(t, "Ack by somebody else", d.Done(t.Context(), other), animo.Conflict)
	}
	ok(t, d.Done(t.Context(), m))
	wantCode(t, "a second Ack", d.Done(t.Context(), m), animo.Conflict)
	Publish(t, d, "a", "1")
	claimOne(t, d, "q", "1", 1)
	wantCode(t, "an Ack from before", d.Done(t.Context(), m), animo.Conflict)
}

// fencing has one process claim what another one was too slow with. Whatever the slow one says, and when, is refused.
func fencing(t *testing.T, open func() bus.Queues) {
	slow, quick := open(), open()
	Declare(t, slow, "q", "*")
	for i, settle := range []func(m bus.Delivery) error{
		func(m bus.Delivery) error { return slow.Extend(t.Context(), m, time.Hour) },
		func(m bus.Delivery) error { return slow.Done(t.Context(), m) },
		func(m bus.Delivery) error { return slow.Retry(t.Context(), m, 0, boom) },
		func(m bus.Delivery) error { return slow.Return(t.Context(), m, 0) },
		func(m bus.Delivery) error { return slow.Kill(t.Context(), m, boom) },
	} {
		id := fmt.Sprint(i)
		Publish(t, slow, "a", id)
		old := claimOne(t, slow, "q", id, 1)
		time.Sleep(lease + time.Millisecond)
		now := claimOne(t, quick, "q", id, 2)
		wantCode(t, "what comes while another one has the event", settle(old), animo.Conflict)
		WantDepth(t, quick, "a", bus.Depth{Queue: "q", Running: 1})
		ok(t, quick.Extend(t.Context(), now, lease))
		ok(t, quick.Retry(t.Context(), now, lease, boom))
		wantCode(t, "what comes while the event waits", settle(old), animo.Conflict)
		WantDepth(t, quick, "a", bus.Depth{Queue: "q", Waiting: 1})
		time.Sleep(lease + time.Millisecond)
		ok(t, quick.Done(t.Context(), claimOne(t, quick, "q", id, 3)))
		wantCode(t, "what comes when the event is dealt with", settle(old), animo.Conflict)
		WantDepth(t, quick, "a", bus.Depth{Queue: "q"})
	}
}

package bustest

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"animo/internal/bus"
)

func depths(t *testing.T, d bus.Queues) {
	Declare(t, d, "z", "test.none")
	Declare(t, d, "q", "*")
	bury(t, d, "a", "dead")
	Publish(t, d, "a", "1", "2", "3", "4")
	running, paused := claimOne(t, d, "q", "1", 1), claimOne(t, d, "q", "2", 1)
	ok(t, d.Retry(t.Context(), paused, lease/2, boom))
	Publish(t, d, "b", "1")
	WantDepth(t, d, "a", bus.Depth{Queue: "q", Ready: 2, Waiting: 1, Running: 1, Dead: 1})
	WantDepth(t, d, "b", bus.Depth{Queue: "q", Ready: 1})
	WantDepth(t, d, "", bus.Depth{Queue: "q", Ready: 3, Waiting: 1, Running: 1, Dead: 1})
	time.Sleep(lease/2 + time.Millisecond)
	WantDepth(t, d, "a", bus.Depth{Queue: "q", Ready: 3, Running: 1, Dead: 1})
	time.Sleep(lease/2 + lease/10) // a server's clock may be read a moment ago
	WantDepth(t, d, "a", bus.Depth{Queue: "q", Ready: 4, Dead: 1})
	ok(t, d.Done(t.Context(), running)) // nobody took it, so the work counts
	WantDepth(t, d, "a", bus.Depth{Queue: "q", Ready: 3, Dead: 1})
	if all, err := d.Depths(t.Context(), ""); err != nil || len(all) != 2 || all[1] != (bus.Depth{Queue: "z"}) {
		t.Errorf("Depths = %+v, %v, want queues q and z", all, err)
	}
}

func oldest(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
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
	got := Claim(t, d, "q", 2)
	slices.SortFunc(got, func(x, y bus.Delivery) int { return cmp.Compare(x.Event.Tenant, y.Event.Tenant) })
	want("a", 0, 2*time.Minute) // what runs does not wait
	ok(t, d.Retry(t.Context(), got[0], lease/2, boom))
	want("a", 1, 0)
	want("", 1, 0)
	ok(t, d.Return(t.Context(), got[1], lease/2)) // which spends no attempt
	want("b", 0, time.Minute)
	time.Sleep(lease/2 + time.Millisecond)
	want("a", 1, 0) // ready again
	Claim(t, d, "q", 9)
	want("", 0, none)
	time.Sleep(lease + time.Millisecond)
	want("a", 3, 0) // whose leases have ended
	want("", 6, 0)
	one := Claim(t, d, "q", 1)[0] // the first of either tenant, which makes the others ready
	oldest := time.Duration(0)
	if one.Event.Tenant == "a" {
		oldest = time.Minute
	}
	want("", 5, oldest)
	ok(t, d.Kill(t.Context(), one, boom))
	want("", 5, oldest)
}

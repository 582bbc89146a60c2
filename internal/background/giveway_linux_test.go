package background_test

import (
	"syscall"
	"testing"

	"animo/internal/background"
)

// niceness of the calling thread; the system call answers 20 less that.
func niceness(t *testing.T) int {
	n, err := syscall.Getpriority(syscall.PRIO_PROCESS, syscall.Gettid())
	if err != nil {
		t.Fatal(err)
	}
	return 20 - n
}

func TestDo_gives_way_and_leaves_no_slow_thread_behind(t *testing.T) {
	before := niceness(t)
	for range 20 {
		during := before
		background.Do(func() { during = niceness(t) })
		if want := min(19, before+10); during < want {
			t.Fatalf("niceness %d, want %d", during, want)
		}
		if after := niceness(t); after != before {
			t.Fatalf("the caller's niceness was %d and is %d", before, after)
		}
	}
}

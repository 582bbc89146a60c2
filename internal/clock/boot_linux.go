package clock

import (
	"time"

	"golang.org/x/sys/unix"
)

// sinceBoot counts the time since the machine was started, also while it slept, which Go's monotonic time does not.
func sinceBoot() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return sinceStart()
	}
	return time.Duration(t.Nano())
}

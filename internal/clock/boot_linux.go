package clock

import (
	"time"

	"golang.org/x/sys/unix"
)

// sinceBoot counts the time from the start of the machine on, also while it sleeps, which Go's monotonic time does not.
func sinceBoot() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return sinceStart()
	}
	return time.Duration(t.Nano())
}

package clock

import "time"

var start = time.Now()

// sinceStart counts the time from the start of the program on, which setting the clock does not change.
func sinceStart() time.Duration { return time.Since(start) }

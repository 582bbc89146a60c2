package clock

import "time"

var start = time.Now()

// sinceStart counts the time since the program began, which a clock that is set does not change.
func sinceStart() time.Duration { return time.Since(start) }

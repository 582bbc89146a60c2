package animo

import "time"

// Deferred is the error, a value and not a pointer to one, with which a function says that it could not begin and that
// nothing was tried, for example because a service asked to wait. The event comes again after the pause as if nobody had
// taken it: its attempt is not spent, however often that happens and whatever code Err has.
type Deferred struct {
	Pause time.Duration // at least so long, and up to a fifth longer; 0 means as long as after a first attempt
	Err   error         // why; for the log
}

// Error says why.
func (d Deferred) Error() string {
	if d.Err == nil {
		return "not begun; to be tried later"
	}
	return "not begun; to be tried later: " + d.Err.Error()
}

// Unwrap returns Err.
func (d Deferred) Unwrap() error { return d.Err }

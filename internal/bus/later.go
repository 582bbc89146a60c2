package bus

import (
	"errors"
	"math/rand/v2"
	"time"

	"animo"
)

// Later is the error, a value and not a pointer to one, with which a handler says that it could not begin and
// that nothing was tried, for example since a service asked to wait. The event comes again after the pause as
// if it had not been claimed: its attempt is not spent, however often that happens and whatever code Err has.
type Later struct {
	Pause time.Duration // at least so long, and up to a fifth longer; 0 means as long as after a first attempt
	Err   error         // why; for the log
}

// Error says why.
func (l Later) Error() string {
	if l.Err == nil {
		return "not begun; to be tried later"
	}
	return "not begun; to be tried later: " + l.Err.Error()
}

// Unwrap gives Err.
func (l Later) Unwrap() error { return l.Err }

func isLater(err error) bool {
	_, ok := errors.AsType[Later](err)
	return ok
}

// rest is how long an event rests whose attempt is not spent: not at all when it was given back because of
// Stop alone, the longest pause while the disk is full. What was put off together does not come back together, and
// nothing comes back too early.
func (w *worker) rest(err error) time.Duration {
	l, ok := errors.AsType[Later](err)
	switch {
	case !ok && animo.CodeOf(err) == animo.NoSpace:
		return w.pause(len(w.o.Pauses))
	case !ok:
		return 0
	case l.Pause <= 0:
		return w.pause(1)
	}
	return l.Pause + time.Duration(0.2*rand.Float64()*float64(l.Pause))
}

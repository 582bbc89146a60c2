// Package background runs long computations so that short work beside them does not wait. Start at Do.
package background

import (
	"fmt"
	"runtime/debug"
)

// Do runs fn and returns when fn has. On Linux fn has a thread of its own that gives way to the other threads of
// the process: one that wakes up gets a core at once. Elsewhere fn runs as anything does.
//
// It takes more GOMAXPROCS than there are calls of Do at a time, for others to be running threads at all: Go
// lets a goroutine that computes have its share of GOMAXPROCS for 10 ms before another gets it, and a request
// takes many turns. fn should compute and not wait. A panic of fn's becomes Do's, as an error with its stack.
func Do(fn func()) {
	var panicked error
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				panicked = fmt.Errorf("%v\n%s", p, debug.Stack())
			}
		}()
		giveWay()
		fn()
	}()
	<-done
	if panicked != nil {
		panic(panicked)
	}
}

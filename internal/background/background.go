// Package background runs long computations so that short work beside them does not wait. Start at Do.
package background

import (
	"fmt"
	"runtime/debug"
)

// Do runs fn and returns when fn has. On Linux fn has a thread of its own that gives way to the other threads of
// the process: a thread that wakes up gets a core at once. Elsewhere fn runs like any other goroutine.
//
// GOMAXPROCS must be larger than the number of calls of Do at a time. Otherwise no other thread runs that fn could give
// way to: Go lets a goroutine that computes run for 10 ms before another, and a request takes many turns. fn should compute
// and not wait. A panic of fn becomes Do's, as an error with its stack.
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

package background

import (
	"runtime"
	"syscall"
)

// niceness is how far a background thread's priority is lowered. It has a tenth of what each other thread has
// while these want the core (sched(7), setpriority(2)), and so goes on also beside a flood of requests.
const niceness = 10

// giveWay makes the goroutine's thread its own and lowers its priority. A process may not raise a priority
// again, so the thread is never given back: it ends with the goroutine (runtime.LockOSThread). Making another
// costs some hundredths of a millisecond. Where the system refuses, the thread stays as it was.
func giveWay() {
	runtime.LockOSThread()
	now, err := syscall.Getpriority(syscall.PRIO_PROCESS, syscall.Gettid())
	if err == nil {
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), 20-now+niceness) // the first call answers 20 less it
	}
}

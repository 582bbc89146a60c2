// Package bus carries events to functions. Start at New. Driver is what an engine must do (its adapters are
// folders inside this one, bustest their suite); Bus adds what is the same on every engine: bounded workers,
// attempts with growing pauses, renewed leases, deadlines, recovered panics and dead letters. Queues adds to a Driver a method
// for each thing that people and tests do with queues.
package bus

import (
	"context"
	"time"

	"animo"
)

// Delivery is one event handed to one worker for the length of a lease.
type Delivery struct {
	Queue   string
	Event   animo.Event
	Attempt int          // 1 at the first delivery; a lost lease counts as an attempt
	Last    animo.Reason // why the attempt before failed; no Code where there was none, or its worker died
	Token   string       // proves that this worker holds the lease
}

// DeadLetter is an event that a function could not deal with, and why.
type DeadLetter struct {
	Queue    string       `json:"queue"`
	Event    animo.Event  `json:"event"`
	Reason   animo.Reason `json:"reason"`
	Attempts int          `json:"attempts"`
	Time     time.Time    `json:"time"`
}

// Depth counts a queue's events by state.
type Depth struct {
	Queue   string `json:"queue" doc:"The function's name."`
	Ready   int    `json:"ready" doc:"May be taken now."`
	Waiting int    `json:"waiting" doc:"In a pause before the next attempt."`
	Running int    `json:"running" doc:"A worker has it."`
	Dead    int    `json:"dead" doc:"Dead letters."`

	Retrying int       `json:"retrying" doc:"Of those that are ready or waiting, how many were attempted before."`
	Oldest   time.Time `json:"oldest,omitzero" doc:"The time of the oldest event that is ready or waiting; absent where there is none."`
}

// Settlement says how a delivery ends.
type Settlement struct {
	Outcome Outcome       // Done, Retried, Returned or Dead
	Pause   time.Duration // before the event may be claimed again; Retried and Returned
	Reason  animo.Reason  // why it failed; Retried and Dead
}

// Selection says which of a tenant's events; the zero Selection means all, whatever their state.
type Selection struct {
	Queue string   // of that queue alone; "" means of every queue
	IDs   []string // those alone; none means all
	Dead  bool     // dead letters alone
}

// Driver is a durable engine of queues. Every method is safe to call at once. What returned nil is on
// disk. A Driver delivers at least once: a lease that ends makes the event ready again, its attempt
// spent. Failures are animo.Errors: Conflict means that the lease is lost, because the event was claimed
// again, settled or removed; NoSpace, Unavailable, Internal, and Timeout or Interrupted when ctx ends
// first; after Close, Unavailable.
//
// Bus and Queues are what everybody else uses.
type Driver interface {
	// Declare makes a queue that receives every later event whose type matches one of the patterns
	// (animo.Matches). Declaring again replaces the patterns and keeps what is queued.
	Declare(ctx context.Context, queue string, patterns []string) error
	// Publish puts each event into every queue that wants it. An event that a queue holds already, by tenant and
	// id, is left as it is there; a dead letter of that id is taken up anew. An event that is no JSON is Invalid,
	// and then none is published. As many events as the engine takes in one transaction are published together or
	// not at all; of more than that an error may leave the first ones published, and publishing all of them again
	// is right.
	Publish(ctx context.Context, events ...animo.Event) error
	// Claim leases up to n ready events, taking tenants in turn and, within one tenant, the oldest
	// first. It returns at once, with fewer than n only when no more are ready.
	Claim(ctx context.Context, queue string, n int, lease time.Duration) ([]Delivery, error)
	// Wake returns a channel that receives when the queue may have something to claim: after Publish and
	// Redrive, at once when they were called here, within a second when in another process, and when a
	// pause or a lease ends. It may receive for nothing. Every call returns the same channel, of capacity 1.
	Wake(queue string) <-chan struct{}
	// Extend renews a lease.
	Extend(ctx context.Context, d Delivery, lease time.Duration) error
	// Settle ends a delivery. Done removes the event. Retried makes it ready again after the pause, and the reason becomes
	// Last of the next delivery. Returned does so as if the event had not been claimed: the attempt is not spent, and Last
	// stays what it was. Dead makes it a dead letter, with d.Attempt as the number of attempts.
	Settle(ctx context.Context, d Delivery, s Settlement) error

	// Depths returns the depth of every declared queue, by name, for one tenant or, with "", for all together.
	Depths(ctx context.Context, tenant string) ([]Depth, error)
	// DeadLettersFrom lists a tenant's dead letters of a queue, newest first, at most limit of them, beginning
	// with that of the event id `from` ("" for the newest), or answers NotFound when that one is no dead letter.
	DeadLettersFrom(ctx context.Context, tenant, queue, from string, limit int) ([]DeadLetter, error)
	// Redrive makes dead letters ready again with their attempts at zero; without ids, all of the
	// tenant's in that queue. It returns how many.
	Redrive(ctx context.Context, tenant, queue string, ids ...string) (int, error)
	// RemoveWhere removes events of a tenant and returns how many there were. A worker that has one finds its lease lost.
	// Many are removed in several transactions: an error may leave some.
	RemoveWhere(ctx context.Context, tenant string, s Selection) (int, error)
	Close() error
}

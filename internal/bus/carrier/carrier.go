// Package carrier says what a message broker must do for brokerbus: carry references to events, as a doorbell rings.
// No state that counts is in a carrier, so that it may be a small adapter of any broker. The adapters are folders inside
// this one; carriertest is the suite that each of them passes.
package carrier

import (
	"context"
	"time"
)

// Ref says that a function has an event to deal with. What the event is, and whether it still waits, is in the ledger.
type Ref struct {
	Function string
	Tenant   string
	Event    string // names the event among the tenant's; a digest and not the event's id, because nobody erases what a broker keeps

	// NotBefore is when the ref should arrive, in whole milliseconds; zero for at once. A carrier that cannot hold a ref so
	// long lets it arrive earlier.
	NotBefore time.Time

	Receipt string // the carrier's own: set by Receive, for Done
}

// Carrier carries refs to those who receive for their function. Every method is safe to call at once from many goroutines. A
// carrier may lose refs, repeat them and change their order; it makes none up. Failures are animo.Errors: Unavailable, and
// Timeout or Interrupted when ctx ends first; after Close, Unavailable.
type Carrier interface {
	// Send hands refs over. An error may leave some of them sent.
	Send(ctx context.Context, refs ...Ref) error
	// Receive waits for refs to a function and returns up to n of them, n at least 1. It may return none, without an error,
	// after a while. Of several that receive for one function, one gets each ref. A ref that nobody says is done comes again.
	Receive(ctx context.Context, function string, n int) ([]Ref, error)
	// Done says that refs which Receive returned need not come again.
	Done(ctx context.Context, refs ...Ref) error
	// Close makes every later call answer Unavailable, and those that wait. It may be called twice.
	Close() error
}

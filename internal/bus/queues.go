package bus

import (
	"context"
	"time"

	"animo"
)

// Queues is a Driver in the words of those who work on events and look after them.
type Queues struct{ Driver }

// Ack removes an event that was dealt with.
func (q Queues) Ack(ctx context.Context, d Delivery) error {
	return q.Settle(ctx, d, Settlement{Outcome: Done})
}

// Retry gives an event back, to be claimed again after a pause. The reason becomes Last of the next delivery.
func (q Queues) Retry(ctx context.Context, d Delivery, pause time.Duration, reason animo.Reason) error {
	return q.Settle(ctx, d, Settlement{Outcome: Retried, Pause: pause, Reason: reason})
}

// Release gives an event back as if it had not been claimed, its attempt not spent, to be claimed again after a pause; 0
// means at once. Last of the next delivery stays what it was.
func (q Queues) Release(ctx context.Context, d Delivery, pause time.Duration) error {
	return q.Settle(ctx, d, Settlement{Outcome: Returned, Pause: pause})
}

// Kill moves an event to the dead letters, with d.Attempt as the number of attempts.
func (q Queues) Kill(ctx context.Context, d Delivery, reason animo.Reason) error {
	return q.Settle(ctx, d, Settlement{Outcome: Dead, Reason: reason})
}

// DeadLetters lists a tenant's dead letters of a queue, newest first, at most limit of them, beginning behind the event id
// `after` ("" for the start), or answers NotFound when that one is no dead letter.
func (q Queues) DeadLetters(ctx context.Context, tenant, queue, after string, limit int) ([]DeadLetter, error) {
	if after == "" {
		return q.DeadLettersFrom(ctx, tenant, queue, "", limit)
	}
	letters, err := q.DeadLettersFrom(ctx, tenant, queue, after, limit+1)
	if err != nil {
		return nil, err
	}
	if len(letters) > 0 && letters[0].Event.ID == after { // else it was forgotten meanwhile
		letters = letters[1:]
	}
	return letters[:min(limit, len(letters))], nil
}

// DeadLetter reads one, or answers NotFound.
func (q Queues) DeadLetter(ctx context.Context, tenant, queue, id string) (DeadLetter, error) {
	letters, err := q.DeadLettersFrom(ctx, tenant, queue, id, 1)
	if err == nil && (len(letters) == 0 || letters[0].Event.ID != id) { // it was forgotten meanwhile
		err = NoDeadLetter(id)
	}
	if err != nil {
		return DeadLetter{}, err
	}
	return letters[0], nil
}

// NoDeadLetter is the answer where an event is no dead letter: NotFound.
func NoDeadLetter(id string) error {
	return animo.Errorf(animo.NotFound, "there is no dead letter %q", "no hay ningún mensaje muerto %q", id)
}

// Drop forgets dead letters; without ids, all of the tenant's in that queue. It tells how many.
func (q Queues) Drop(ctx context.Context, tenant, queue string, ids ...string) (int, error) {
	return q.Delete(ctx, tenant, Selection{Queue: queue, IDs: ids, Dead: true})
}

// Remove forgets a tenant's events of those ids in every queue, whatever their state, and tells how many there were. No ids
// is no error.
func (q Queues) Remove(ctx context.Context, tenant string, ids ...string) (int, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	return q.Delete(ctx, tenant, Selection{IDs: ids})
}

// DeleteTenant forgets every event and dead letter of a tenant.
func (q Queues) DeleteTenant(ctx context.Context, tenant string) error {
	_, err := q.Delete(ctx, tenant, Selection{})
	return err
}

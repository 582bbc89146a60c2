package bus

import (
	"context"
	"time"

	"animo"
)

// Queues is a Driver with a method for each way to settle a delivery, and for what people do with dead letters.
type Queues struct{ Driver }

// Done settles an event that was dealt with: it is removed. Brokers call that ack.
func (q Queues) Done(ctx context.Context, d Delivery) error {
	return q.Settle(ctx, d, Settlement{Outcome: Done})
}

// Retry makes an event ready again after a pause, its attempt spent. The reason becomes Last of the next delivery.
func (q Queues) Retry(ctx context.Context, d Delivery, pause time.Duration, reason animo.Reason) error {
	return q.Settle(ctx, d, Settlement{Outcome: Retried, Pause: pause, Reason: reason})
}

// Return makes an event ready again after a pause, 0 for at once, as if it had not been claimed: its attempt is not spent, and
// Last of the next delivery stays what it was.
func (q Queues) Return(ctx context.Context, d Delivery, pause time.Duration) error {
	return q.Settle(ctx, d, Settlement{Outcome: Returned, Pause: pause})
}

// Kill makes an event a dead letter, with d.Attempt as the number of attempts.
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
	if len(letters) > 0 && letters[0].Event.ID == after { // else it was removed meanwhile
		letters = letters[1:]
	}
	return letters[:min(limit, len(letters))], nil
}

// DeadLetter reads one, or answers NotFound.
func (q Queues) DeadLetter(ctx context.Context, tenant, queue, id string) (DeadLetter, error) {
	letters, err := q.DeadLettersFrom(ctx, tenant, queue, id, 1)
	if err == nil && (len(letters) == 0 || letters[0].Event.ID != id) { // it was removed meanwhile
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

// RemoveDead removes dead letters; without ids, all of the tenant's in that queue. It returns how many.
func (q Queues) RemoveDead(ctx context.Context, tenant, queue string, ids ...string) (int, error) {
	return q.RemoveWhere(ctx, tenant, Selection{Queue: queue, IDs: ids, Dead: true})
}

// Remove removes a tenant's events of those ids from every queue, whatever their state, and returns how many there were. No
// ids is no error.
func (q Queues) Remove(ctx context.Context, tenant string, ids ...string) (int, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	return q.RemoveWhere(ctx, tenant, Selection{IDs: ids})
}

// RemoveTenant removes every event and dead letter of a tenant.
func (q Queues) RemoveTenant(ctx context.Context, tenant string) error {
	_, err := q.RemoveWhere(ctx, tenant, Selection{})
	return err
}

package sqlbus

import (
	"context"
	"encoding/json"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/sqldb"
)

// held is the condition that a delivery still has its lease. A lease that has ended while nobody else claimed the
// event still counts: the work was done, and doing it again helps nobody.
const held = ` WHERE queue = $1 AND tenant = $2 AND id = $3 AND token = $4`

// settle runs one statement on the message of a delivery, or answers Conflict when its lease is lost.
func (d *Driver) settle(ctx context.Context, m bus.Delivery, statement string, args ...any) error {
	if d.closed.Load() {
		return errClosed()
	}
	n, err := d.db.Exec(ctx, statement+held, append(holder(m), args...)...)
	return lostUnless(err, n > 0, m)
}

// holder are the parameters of held.
func holder(m bus.Delivery) []any { return []any{m.Queue, m.Event.Tenant, m.Event.ID, m.Token} }

func lostUnless(err error, held bool, m bus.Delivery) error {
	if err == nil && !held {
		err = animo.Errorf(animo.Conflict, "somebody else has event %s of queue %s", "otro tiene el evento %s de la cola %s", m.Event.ID, m.Queue)
	}
	return err
}

// Extend implements bus.Driver.
func (d *Driver) Extend(ctx context.Context, m bus.Delivery, lease time.Duration) error {
	return d.settle(ctx, m, `UPDATE message SET due = $5`, d.db.Now()+lease.Milliseconds())
}

// Settle implements bus.Driver.
func (d *Driver) Settle(ctx context.Context, m bus.Delivery, s bus.Settlement) error {
	switch s.Outcome {
	case bus.Done:
		if d.db.Dialect() == sqldb.PostgreSQL {
			if d.closed.Load() {
				return errClosed()
			}
			held, err := d.done(ctx, m)
			return lostUnless(err, held, m)
		}
		return d.settle(ctx, m, `DELETE FROM message`)
	case bus.Retried:
		return d.retry(ctx, m, s.Pause, s.Reason)
	case bus.Returned:
		return d.returned(ctx, m, s.Pause)
	case bus.Dead:
		return d.kill(ctx, m, s.Reason)
	}
	return animo.Errorf(animo.Invalid, "%q does not end a delivery", "%q no termina una entrega", s.Outcome).Of("outcome")
}

func (d *Driver) retry(ctx context.Context, m bus.Delivery, pause time.Duration, reason animo.Reason) error {
	text, err := json.Marshal(reason)
	if err != nil {
		return err
	}
	err = d.settle(ctx, m, `UPDATE message SET state = 1, due = $5, reason = $6, token = NULL, owner = NULL`,
		d.db.Now()+pause.Milliseconds(), text)
	if err == nil {
		d.lookAgain()
	}
	return err
}

func (d *Driver) returned(ctx context.Context, m bus.Delivery, pause time.Duration) error {
	if pause > 0 {
		err := d.settle(ctx, m, `UPDATE message SET state = 1, attempt = attempt - 1, due = $5, token = NULL, owner = NULL`,
			d.db.Now()+pause.Milliseconds())
		if err == nil {
			d.lookAgain()
		}
		return err
	}
	err := d.write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(`UPDATE message SET state = 0, attempt = attempt - 1, due = NULL, token = NULL, owner = NULL`+held, holder(m)...)
		if err := lostUnless(err, n > 0, m); err != nil {
			return err
		}
		return d.openLanes(tx, laneSet{{m.Queue, m.Event.Tenant}: true})
	})
	if err == nil {
		d.tell(m.Queue)
	}
	return err
}

func (d *Driver) kill(ctx context.Context, m bus.Delivery, reason animo.Reason) error {
	text, err := json.Marshal(reason)
	if err != nil {
		return err
	}
	return d.settle(ctx, m, `UPDATE message SET state = 3, attempt = $5, died = $6, reason = $7, due = NULL, token = NULL, owner = NULL`,
		m.Attempt, d.db.Wall(), text)
}

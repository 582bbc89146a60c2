package brokerbus

import (
	"context"
	"time"

	"animo"
	"animo/internal/bus"
)

// held changes the message of a delivery, or answers Conflict when its lease is lost. A lease that has ended while nobody
// else claimed the message still counts: the work was done, and doing it again helps nobody.
func (d *Driver) held(ctx context.Context, m bus.Delivery, change func(m *message)) error {
	if err := d.open(); err != nil {
		return err
	}
	changed, err := d.change(ctx, []messageID{idOf(m.Queue, m.Event.Tenant, m.Event.ID)}, func(_ int, row *message) (bool, error) {
		if row.State == none || row.Token == "" || row.Token != m.Token {
			return false, animo.Errorf(animo.Conflict, "somebody else has event %s of queue %s", "otro tiene el evento %s de la cola %s", m.Event.ID, m.Queue)
		}
		change(row)
		return true, nil
	})
	if err == nil && len(changed) == 0 {
		err = animo.Errorf(animo.Internal, "event %s of queue %s cannot be read", "no se puede leer el evento %s de la cola %s", m.Event.ID, m.Queue)
	}
	return err
}

// Extend implements bus.Driver.
func (d *Driver) Extend(ctx context.Context, m bus.Delivery, lease time.Duration) error {
	return d.held(ctx, m, func(m *message) {
		m.State, m.Turn, m.Due = leased, 0, d.now()+lease.Milliseconds()
	})
}

// Settle implements bus.Driver.
func (d *Driver) Settle(ctx context.Context, m bus.Delivery, s bus.Settlement) error {
	switch s.Outcome {
	case bus.Done:
		return d.held(ctx, m, func(m *message) { m.State = none })
	case bus.Retried:
		return d.giveBack(ctx, m, s.Pause, func(m *message) { m.Reason = &s.Reason })
	case bus.Returned:
		return d.giveBack(ctx, m, s.Pause, func(m *message) { m.Attempt-- })
	case bus.Dead:
		return d.held(ctx, m, func(row *message) {
			row.State, row.Since, row.Turn, row.Due, row.Token = dead, d.nextStamp(), 0, 0, ""
			row.Attempt, row.Reason, row.Died = m.Attempt, &s.Reason, d.wall().UnixMilli()
		})
	}
	return animo.Errorf(animo.Invalid, "%q does not end a delivery", "%q no termina una entrega", s.Outcome).Of("outcome")
}

// giveBack makes a message wait for a pause; 0 makes it ready.
func (d *Driver) giveBack(ctx context.Context, m bus.Delivery, pause time.Duration, change func(*message)) error {
	var until int64
	err := d.held(ctx, m, func(m *message) {
		until = d.now() + pause.Milliseconds()
		m.State, m.Since, m.Again, m.Turn, m.Due, m.Token = waiting, d.nextStamp(), true, 0, until, ""
		change(m)
	})
	if err != nil {
		return err
	}
	notBefore := time.Time{}
	if pause > 0 {
		notBefore = time.UnixMilli(until)
		signal(d.look)
	}
	d.ring(ctx, notBefore, idOf(m.Queue, m.Event.Tenant, m.Event.ID))
	return nil
}

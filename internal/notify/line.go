package notify

import (
	"context"
	"math/rand/v2"
	"time"

	"animo"
	"animo/internal/cluster"
	"animo/internal/table"
)

// line is the row that says up to which place a subscription's line is settled. Which worker has the line, its lease says.
type line struct {
	Position int64     `json:"position"`           // in the log; everything up to it is settled
	Attempts int       `json:"attempts,omitempty"` // failed ones in a row
	Since    time.Time `json:"since,omitzero"`     // when the first of them failed
	Next     time.Time `json:"next,omitzero"`      // no attempt before

	fence int64 // of the turn's lease
}

// leaseOf is the name of a line's lease.
func leaseOf(subscription string) string { return "subscription/" + subscription }

// The pauses after a failed attempt; the last one repeats. Each varies by a fifth, so that what failed together
// does not come back together.
var pauses = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
}

const (
	downTime  = 24 * time.Hour  // after which a subscriber that is down is paused
	turnTime  = 5 * time.Second // after which a turn begins nothing more, so that others get theirs
	busyTime  = time.Second     // after which a line that another worker has is tried again
	lineBatch = 64              // places read at once
)

// takeTurn tells what waits in a line until the line is empty, an attempt fails, or the turn is over. It returns after
// what time the line wants its next turn; below 0 for not before the line is woken. A turn that panics counts as one that
// failed, so that one subscription does not end the process.
func (n *Notifier) takeTurn(ctx context.Context, at lineID) (again time.Duration, err error) {
	err = n.keeper.Step("turn", func() (err error) {
		again, err = n.turn(ctx, at)
		return err
	})
	if err != nil && ctx.Err() == nil {
		n.log.WarnContext(ctx, "cannot tell a subscriber", "tenant", at.tenant, "subscription", at.subscription, "err", err)
	}
	return again, err
}

const never = time.Duration(-1)

// turn takes the line's lease, tells what waits, and gives the lease back in the commit that writes the line's row. Taking
// the lease expects that row as it was read before, because the line's last worker may have moved it meanwhile; from then
// on, only the holder of the lease moves the line.
func (n *Notifier) turn(ctx context.Context, at lineID) (again time.Duration, err error) {
	rows, err := n.tables.Read(ctx, at.tenant, subscriptionKey(at), lineKey(at))
	if err != nil || rows[0].Rev == 0 || rows[1].Rev == 0 {
		return never, err
	}
	sub, l, err := decodeBoth(rows)
	if err != nil || sub.State != Active {
		return never, err
	}
	if wait := l.Next.Sub(n.now()); wait > 0 && wait <= downTime { // no line is told to wait longer: the clock was set back
		return wait, nil
	}
	if last, err := n.tables.LogLast(ctx, at.tenant, outboxLog(at.subscription)); err != nil || last <= l.Position {
		return never, err
	}
	if sub.Kind == Webhook {
		if _, err := n.master.keys(at.tenant, sub, n.now()); err != nil {
			n.sayLocked(at, err)
			return never, nil
		}
	}
	var failed error
	err = n.leases.Try(ctx, at.tenant, leaseOf(at.subscription), func(ctx context.Context, fence int64) ([]table.Op, error) {
		l.fence = fence
		again, failed = n.tell(ctx, sub, at, l)
		op, err := table.PutJSON(linesTable, at.subscription, l) // also when the turn was interrupted
		return []table.Op{op}, err
	}, table.Expect(linesTable, rows[1]))
	switch {
	case animo.CodeOf(err) == animo.Conflict: // another worker has the line, or took it over
		return busyTime, nil
	case failed != nil:
		return never, failed
	}
	return again, err
}

// sayLocked logs, once, why a webhook's line waits without an attempt: its secret does not open. Who asks for the subscription is
// told, too.
func (n *Notifier) sayLocked(at lineID, err error) {
	if before, _ := n.said.Swap(at, err.Error()); before != err.Error() {
		n.log.Warn("a webhook is told nothing, and what is for it waits: its secret cannot be opened", "tenant", at.tenant, "subscription", at.subscription, "err", err)
	}
}

func decodeBoth(rows []table.Row) (sub stored, l *line, err error) {
	l = &line{}
	if sub, err = decode(rows[0]); err == nil {
		err = table.Decode(linesTable, rows[1], l)
	}
	return sub, l, err
}

// tell sends one parcel after the other, and settles each before it sends the next.
func (n *Notifier) tell(ctx context.Context, sub stored, at lineID, l *line) (again time.Duration, err error) {
	end := n.now().Add(turnTime)
	if sub.Kind == Email {
		if again, err := n.tellNotices(ctx, at, l, end); err != nil || again != never {
			return again, err
		}
	}
	for {
		places, err := n.tables.Log(ctx, at.tenant, outboxLog(at.subscription), l.Position, lineBatch)
		if err != nil || len(places) == 0 {
			return never, err
		}
		for _, p := range places {
			rows, err := n.tables.Read(ctx, at.tenant, table.Key{Table: p.Table, Key: p.Key}, subscriptionKey(at))
			if err != nil {
				return never, err
			}
			var parcel parcel
			// Its photo was erased, it cannot be read, or it was told before a crash.
			if rows[0].Rev == 0 || !n.readable(at.tenant, rows[0], &parcel) || parcel.Outcome != Waits {
				l.Position = p.Seq
				continue
			}
			if ctx.Err() != nil || !n.now().Before(end) {
				return 0, nil
			}
			if rows[1].Rev == 0 {
				return never, nil
			}
			sub, err := decode(rows[1]) // its state or secrets may have changed
			if err != nil || sub.State != Active {
				return never, err
			}
			if sub.Digest > 0 {
				return n.tellDigest(ctx, sub, at, l, parcel.Added.Add(sub.Digest))
			}
			a := n.send(ctx, at.tenant, sub, parcel)
			if a.untried { // another process, or one that starts with the key, tells it
				return never, nil
			}
			if a.Reason != nil && ctx.Err() != nil {
				return 0, nil // the end of the turn cut the attempt short: that says nothing of the subscriber
			}
			if err := n.settle(ctx, at, l.fence, rows[0], a); err != nil {
				return never, err
			}
			if a.Reason != nil {
				return n.backOff(ctx, at, l, a)
			}
			l.Position, l.Attempts, l.Since, l.Next = p.Seq, 0, time.Time{}, time.Time{}
		}
	}
}

// tellNotices sends a recipient of mail the notices about other subscriptions, before the faces that wait, so that a notice
// does not wait for the end of a digest's interval. It returns never when all are told.
func (n *Notifier) tellNotices(ctx context.Context, at lineID, l *line, end time.Time) (again time.Duration, err error) {
	var rows []table.Row // all of them before the first is sent, because sending takes time
	for row, err := range n.tables.Query(ctx, at.tenant, outboxTable, table.Range{Prefix: noticeKey(at.subscription, "")}, false) {
		if err != nil {
			return never, err
		}
		rows = append(rows, row)
	}
	for _, row := range rows {
		var p parcel
		if !n.readable(at.tenant, row, &p) || p.Outcome != Waits {
			continue
		}
		if ctx.Err() != nil || !n.now().Before(end) {
			return 0, nil
		}
		sub, err := n.subscription(ctx, at.tenant, at.subscription)
		if animo.CodeOf(err) == animo.NotFound || err == nil && sub.State != Active {
			return never, nil
		}
		if err != nil {
			return never, err
		}
		a := n.send(ctx, at.tenant, sub, p)
		if a.Reason != nil && ctx.Err() != nil {
			return 0, nil
		}
		if err := n.settle(ctx, at, l.fence, row, a); err != nil {
			return never, err
		}
		if a.Reason != nil {
			return n.backOff(ctx, at, l, a)
		}
		l.Attempts, l.Since, l.Next = 0, time.Time{}, time.Time{}
	}
	return never, nil
}

// settle writes down how an attempt at a parcel went, while the turn's lease holds. A parcel whose photo was erased
// meanwhile stays removed, also where the attempt succeeded.
func (n *Notifier) settle(ctx context.Context, at lineID, fence int64, row table.Row, a attempt) error {
	return n.tables.Update(context.WithoutCancel(ctx), at.tenant, func(tx *table.Tx) error {
		if err := cluster.Check(tx, leaseOf(at.subscription), fence); err != nil {
			return err
		}
		tx.Know(outboxTable, row)
		var p parcel
		if found, err := tx.GetJSON(outboxTable, row.Key, &p); err != nil || !found || p.Outcome != Waits {
			return err
		}
		p.Attempts, p.Last = p.Attempts+1, &a.Attempt
		if a.Reason == nil {
			p.Outcome, p.Settled = Told, a.Time
		}
		return tx.PutJSON(outboxTable, row.Key, p)
	})
}

// backOff ends a turn whose attempt failed: the line waits, or its subscription is paused where the subscriber is down for
// too long or wants no more.
func (n *Notifier) backOff(ctx context.Context, at lineID, l *line, a attempt) (again time.Duration, err error) {
	now := n.now().UTC()
	if l.Since.IsZero() {
		l.Since = now
	}
	l.Attempts++
	down := now.Sub(l.Since)
	if a.gone || down >= downTime {
		err := n.pause(ctx, at, l, *a.Reason, down)
		if err == nil {
			l.Attempts, l.Since, l.Next = 0, time.Time{}, time.Time{}
		}
		return never, err
	}
	wait := pauses[min(l.Attempts, len(pauses))-1]
	wait = max(time.Duration(float64(wait)*(0.8+0.4*rand.Float64())), a.after)
	wait = min(wait, downTime-down) // the last attempt is made when the day is over
	l.Next = now.Add(wait)
	return wait, nil
}

// line reads a subscription's line.
func (n *Notifier) line(ctx context.Context, at lineID) (*line, error) {
	l := &line{}
	_, err := n.tables.GetJSON(ctx, at.tenant, linesTable, at.subscription, l)
	return l, err
}

func lineKey(at lineID) table.Key { return table.Key{Table: linesTable, Key: at.subscription} }

func subscriptionKey(at lineID) table.Key {
	return table.Key{Table: subscriptionsTable, Key: at.subscription}
}

// readable decodes a parcel. Where that cannot be done, the log is told once, and the line goes on without the parcel.
func (n *Notifier) readable(tenant string, row table.Row, p *parcel) bool {
	err := table.Decode(outboxTable, row, p)
	if err != nil {
		n.tables.LeaveOut(tenant, outboxTable, row.Key, err)
	}
	return err == nil
}

// parcel reads the parcel at a place of a line. It answers NotFound where there is none that can be read.
func (n *Notifier) parcel(ctx context.Context, tenant string, at table.Logged) (row table.Row, p parcel, err error) {
	row, err = n.tables.Get(ctx, tenant, at.Table, at.Key)
	if err == nil && !n.readable(tenant, row, &p) {
		err = animo.Errorf(animo.NotFound, "the delivery cannot be read", "la entrega no se puede leer")
	}
	return row, p, err
}

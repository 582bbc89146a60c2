package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"animo"
	"animo/internal/table"
)

// SweptTables are the tables in which Sweep finds what there is to do: a tenant without rows in them need not be swept.
func SweptTables() []string { return []string{linesTable} }

// Sweep wakes the lines of one tenant in which something waits, trims the logs of what was told, and ends removals that
// broke off. A line that fails or cannot be read does not hold up the others. Run it at the start and now and then.
func (n *Notifier) Sweep(ctx context.Context, tenant string) error {
	var errs []error
	for row, err := range table.JSONRows[line](ctx, n.tables, tenant, linesTable, table.Range{}, false) {
		if err == nil {
			if err = n.sweepLine(ctx, lineID{tenant, row.Key}, row.Value); err != nil {
				err = fmt.Errorf("subscription %s: %w", row.Key, err)
			}
		}
		if err != nil && len(errs) < 10 {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (n *Notifier) sweepLine(ctx context.Context, at lineID, l line) error {
	sub, err := n.subscription(ctx, at.tenant, at.subscription)
	if animo.CodeOf(err) == animo.NotFound {
		return n.forgetLine(ctx, at.tenant, at.subscription)
	}
	if err != nil {
		return err
	}
	if err := n.sealLeft(ctx, at, sub); err != nil {
		return err
	}
	first, last, err := n.tables.LogEnd(ctx, at.tenant, outboxLog(at.subscription))
	switch {
	case err != nil:
		return err
	case sub.State == Unsubscribed:
		// Nobody will be told of what is left. A log keeps its newest place: where there is no other, and its parcel is gone, there
		// is nothing to do.
		newest, err := n.tables.Log(ctx, at.tenant, outboxLog(at.subscription), last-1, 1)
		if err != nil || len(newest) == 0 {
			return err
		}
		_, _, err = n.parcel(ctx, at.tenant, newest[0])
		if err != nil && animo.CodeOf(err) != animo.NotFound {
			return err
		}
		if first == last && err != nil {
			return nil
		}
		return n.forgetParcels(ctx, at.tenant, at.subscription, last)
	case sub.State == Active && last > l.Position:
		n.turns.wake(at)
	}
	return n.trim(ctx, at, first, l.Position-int64(n.limits.Kept))
}

// sealLeft seals what was written plain while secrets are sealed: by a process that still ran on after the database was closed to it,
// or that had just asked whether they are.
func (n *Notifier) sealLeft(ctx context.Context, at lineID, sub stored) error {
	if sub.Kind != Webhook || n.master.Key == nil || !slices.ContainsFunc(sub.Secrets, func(s secret) bool { return !s.sealed() }) {
		return nil
	}
	if seals, err := n.master.seals(ctx); err != nil || !seals {
		return err
	}
	if err := n.master.sealOne(ctx, n.tables, at.tenant, at.subscription); err != nil {
		return err
	}
	n.removed.Retired()
	return nil
}

// trim trims a log up to a place. Of a parcel of a face a mark stays until the photo is removed, so that the face is not
// told again when its event is repeated.
func (n *Notifier) trim(ctx context.Context, at lineID, first, upTo int64) error {
	if upTo-first < int64(n.limits.Kept)/10 { // not one by one
		return nil
	}
	mark := parcel{Outcome: Told}
	for after := first - 1; after < upTo; {
		places, err := n.tables.Log(ctx, at.tenant, outboxLog(at.subscription), after, lineBatch)
		if err != nil {
			return err
		}
		if len(places) == 0 {
			break
		}
		var others []table.Entry
		for _, p := range places {
			if after = p.Seq; after > upTo {
				break
			}
			row, parcel, err := n.parcel(ctx, at.tenant, p)
			switch {
			case animo.CodeOf(err) == animo.NotFound:
				continue
			case err != nil:
				return err
			case parcel.Kind != ofFace:
				others = append(others, table.Entry{Row: table.Row{Key: p.Key}})
				continue
			}
			if err := n.tables.ReplaceJSON(ctx, at.tenant, outboxTable, p.Key, &row.Rev, mark); err != nil && animo.CodeOf(err) != animo.Conflict {
				return err
			}
		}
		if _, err := n.tables.Remove(ctx, at.tenant, outboxTable, others...); err != nil {
			return err
		}
	}
	return n.tables.TrimLog(ctx, at.tenant, outboxLog(at.subscription), upTo)
}

package photos

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"animo"
	"animo/internal/table"
)

// Sweep publishes again what was stored and never finished, ends erasures that broke off, and shortens the log of
// the live stream, for one tenant. It tells how many events it published. An event that is queued or running
// already is left alone by the bus; a step that was done already changes nothing. One photo that fails does not
// hold up the others. Run it at the start and now and then.
func (f *Flow) Sweep(ctx context.Context, tenant string) (n int, err error) {
	var errs []error
	fail := func(err error) {
		if err != nil && !conflict(err) && len(errs) < 10 {
			errs = append(errs, err)
		}
	}
	for row, err := range f.tables.Query(ctx, tenant, erasedTable, table.Range{}, false) {
		var e erased
		if err == nil {
			err = json.Unmarshal(row.Value, &e)
		}
		if err == nil {
			var found bool
			found, err = f.finishErasure(ctx, tenant, row.Key, e)
			f.noteRemoved(e.At, found)
		}
		fail(err)
	}
	for row, err := range f.tables.Query(ctx, tenant, pendingTable, table.Range{}, false) {
		if err == nil {
			var said int
			said, err = f.sweepPending(ctx, tenant, row.Key, string(row.Value))
			n += said
		}
		fail(err)
	}
	f.sweepMeasured(ctx, tenant, fail)
	fail(f.sweepPeople(ctx, tenant))
	fail(f.trimLog(ctx, tenant))
	return n, errors.Join(errs...)
}

// abandonedAfter is how long an upload that was not answered may still be under way.
const abandonedAfter = time.Hour

// sweepPending sees to one photo that is not finished, and tells how many events it published.
func (f *Flow) sweepPending(ctx context.Context, tenant, id, head string) (said int, err error) {
	row, err := f.photo(ctx, tenant, id)
	switch {
	case gone(err): // an upload that broke off, and was never answered
		if f.now().Sub(animo.MomentOf(id)) < abandonedAfter {
			return 0, nil
		}
		if err := errors.Join(f.clearPicture(ctx, tenant, id, new(animo.Receipt)), f.dropHead(ctx, tenant, head, id)); err != nil {
			return 0, err
		}
		return 0, f.tables.DeleteKey(ctx, tenant, pendingTable, id)
	case err != nil:
		return 0, err
	case row.Status.Ended():
		return 0, f.tables.DeleteKey(ctx, tenant, pendingTable, id)
	case row.due():
		e, err := f.stored(tenant, id)
		if err == nil {
			err = f.events.Publish(ctx, e)
		}
		return 1, err
	}
	if err := f.sayFaces(ctx, tenant, row); err != nil {
		return 0, err
	}
	return row.Count, f.finish(ctx, tenant, row)
}

// logKept is how many of the last faces the live stream can be resumed from.
const logKept = 100_000

func (f *Flow) trimLog(ctx context.Context, tenant string) error {
	first, last, err := f.tables.LogEnd(ctx, tenant, moodsLog)
	if err != nil || last-first < logKept+logKept/10 {
		return err
	}
	return f.tables.TrimLog(ctx, tenant, moodsLog, last-logKept)
}

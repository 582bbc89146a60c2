package photos

import (
	"context"
	"errors"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/table"
)

// SweptTables are the tables in which Sweep finds what there is to do: a tenant without rows in them need not be swept.
func SweptTables() []string { return []string{erasedTable, faces.PendingTable} }

// Sweep publishes again, for one tenant, the events of photos that are not finished, and ends erasures that broke off. It
// tells how many photos it published events of. The bus leaves alone an event that is queued or running already, and a step
// that was done already changes nothing. One photo that fails does not hold up the others. Run it at the start and now and then.
func (p *Photos) Sweep(ctx context.Context, tenant string) (n int, err error) {
	var errs []error
	fail := func(err error) {
		if err != nil && animo.CodeOf(err) != animo.Conflict && len(errs) < 10 {
			errs = append(errs, err)
		}
	}
	for row, err := range table.JSONRows[erased](ctx, p.tables, tenant, erasedTable, table.Range{}, false) {
		if err == nil {
			var found bool
			found, err = p.endErasure(ctx, tenant, row.Key, row.Value)
			p.removed.Erased(row.Value.At, found)
		}
		fail(err)
	}
	for row, err := range p.tables.Query(ctx, tenant, faces.PendingTable, table.Range{}, false) {
		if err == nil {
			var said bool
			if said, err = p.sweepPending(ctx, tenant, row.Key, string(row.Value)); said {
				n++
			}
		}
		fail(err)
	}
	return n, errors.Join(errs...)
}

// abandonedAfter is how long an upload that was not answered may still be under way.
const abandonedAfter = time.Hour

// sweepPending goes on with one photo that may not be finished, and tells whether it published events of the photo.
func (p *Photos) sweepPending(ctx context.Context, tenant, id, head string) (said bool, err error) {
	row, err := p.photo(ctx, tenant, id)
	switch {
	case animo.CodeOf(err) == animo.NotFound: // an upload that broke off, and was never answered
		if !p.ages.IsOlder(animo.MomentOf(id), abandonedAfter) {
			return false, nil
		}
		return false, p.abandon(ctx, tenant, id, head)
	case err != nil:
		return false, err
	case row.Status == animo.Failed:
		return false, p.tables.Commit(ctx, tenant, notPending(&row), table.Expect(faces.PhotosTable, table.Row{Key: id, Rev: row.Rev}))
	case row.Due():
		e, err := p.stored(tenant, id)
		if err == nil {
			err = p.events.Publish(ctx, e)
		}
		return true, err
	}
	if row.Status == animo.Done {
		if err := p.finish(ctx, tenant, &row); err != nil || row.Status == animo.Done {
			return false, err
		}
		row.Status = animo.Done
	}
	return true, p.sayAgain(ctx, tenant, &row)
}

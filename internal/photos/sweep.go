package photos

import (
	"context"
	"encoding/json"
	"time"

	"animo"
	"animo/internal/table"
)

// Sweep publishes again what was stored and never finished, ends erasures that broke off, removes what was kept
// long enough, and shortens the log of the live stream, for one tenant. It tells how many events it published.
// An event that is queued or running already is left alone by the bus; a step that was done already changes
// nothing. Run it at the start and now and then.
func (f *Flow) Sweep(ctx context.Context, tenant string) (int, error) {
	for row, err := range f.tables.Query(ctx, tenant, erasedTable, table.Range{}, false) {
		if err != nil {
			return 0, err
		}
		var e erased
		if err := json.Unmarshal(row.Value, &e); err != nil {
			return 0, err
		}
		if err := f.finishErasure(ctx, tenant, row.Key, e); err != nil {
			return 0, err
		}
	}
	n := 0
	for row, err := range f.tables.Query(ctx, tenant, pendingTable, table.Range{}, false) {
		if err != nil {
			return n, err
		}
		said, err := f.sweepPending(ctx, tenant, row.Key)
		if err != nil && !conflict(err) {
			return n, err
		}
		n += said
	}
	if err := f.sweepPeople(ctx, tenant); err != nil {
		return n, err
	}
	if err := f.retire(ctx, tenant); err != nil {
		return n, err
	}
	return n, f.trimLog(ctx, tenant)
}

// abandonedAfter is how long an upload that was not answered may still be under way.
const abandonedAfter = time.Hour

// sweepPending sees to one photo that is not finished, and tells how many events it published.
func (f *Flow) sweepPending(ctx context.Context, tenant, id string) (said int, err error) {
	row, err := f.photo(ctx, tenant, id)
	switch {
	case gone(err): // an upload that broke off, and was never answered
		if f.now().Sub(animo.MomentOf(id)) < abandonedAfter {
			return 0, nil
		}
		if err := f.clearPicture(ctx, tenant, id, new(animo.Receipt)); err != nil {
			return 0, err
		}
		return 0, f.deleteRow(ctx, tenant, pendingTable, id)
	case err != nil:
		return 0, err
	case row.Status.Ended():
		return 0, f.deleteRow(ctx, tenant, pendingTable, id)
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

// retire removes pictures, and then all of a photo, when the tenant's times are over.
func (f *Flow) retire(ctx context.Context, tenant string) error {
	policy, err := f.policy(ctx, tenant)
	if animo.CodeOf(err) == animo.Forbidden { // it may take no photos any more; what it has is kept as long as ever
		err = nil
	}
	if err != nil {
		return err
	}
	ids := func(tbl string, kept time.Duration) []string {
		var list []string
		if kept <= 0 {
			return nil
		}
		for row, queryErr := range f.tables.Query(ctx, tenant, tbl, table.Range{To: animo.Moment(f.now().Add(-kept))}, false) {
			if queryErr != nil {
				err = queryErr
				break
			}
			if list = append(list, row.Key); len(list) == retireStep {
				break
			}
		}
		return list
	}
	old := ids(picturesTable, policy.KeepPhotos)
	for _, id := range old {
		if err := f.retirePicture(ctx, tenant, id); err != nil {
			return err
		}
	}
	older := ids(photosTable, policy.KeepFaces)
	for _, id := range older {
		if _, err := f.Erase(ctx, tenant, id); err != nil && !gone(err) {
			return err
		}
	}
	if len(old)+len(older) > 0 {
		f.log.Info("kept long enough", "tenant", tenant, "pictures", len(old), "photos", len(older))
	}
	return err
}

// retireStep is how many pictures and photos one sweep retires at most, so that the others get their turn.
const retireStep = 10_000

// retirePicture removes the picture, the descriptors and the landmarks of a photo, and keeps the rest.
func (f *Flow) retirePicture(ctx context.Context, tenant, id string) error {
	row, err := f.photo(ctx, tenant, id)
	if err != nil && !gone(err) {
		return err
	}
	if err == nil {
		if !row.Status.Ended() {
			return nil // it is being analysed; the next sweep comes
		}
		row.Bare = true
		if err := f.save(ctx, tenant, &row); err != nil {
			return err
		}
		if row.Count > 0 {
			faces, err := f.analysed(ctx, tenant, id, row.Round)
			if err != nil {
				return err
			}
			for i := range faces {
				faces[i].Landmarks = nil
			}
			if err := f.putJSON(ctx, tenant, facesTable, analysisKey(id, row.Round), faces); err != nil {
				return err
			}
		}
	}
	f.scrubs.Store(true)
	return f.clearPicture(ctx, tenant, id, new(animo.Receipt))
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

// Scrub makes what was erased since the last call unreadable in the tables' files, where they offer that.
func (f *Flow) Scrub(ctx context.Context) error {
	s, ok := f.tables.(table.Scrubber)
	if !ok || !f.scrubs.Swap(false) {
		return nil
	}
	err := s.Scrub(ctx)
	if err != nil {
		f.scrubs.Store(true)
	}
	return err
}

package photos

import (
	"context"
	"errors"
	"sync"
	"time"

	"animo"
	"animo/internal/table"
)

// retireAtOnce is how many photos are retired at once, so that they share a sync.
const retireAtOnce = 8

// Retire removes, for one tenant, pictures, what was recorded of their faces, and measured faces when the times for them are over, the oldest
// first and at most `most` of each. It tells whether there are more. One photo that fails does not hold up the
// others.
func (f *Flow) Retire(ctx context.Context, tenant string, most int) (more bool, err error) {
	policy, err := f.policy(ctx, tenant)
	if err != nil && animo.CodeOf(err) != animo.Forbidden { // one that may take no photos any more keeps its times
		return false, err
	}
	old, err := f.keptSince(ctx, tenant, picturesTable, policy.KeepPhotos, most)
	if err != nil {
		return false, err
	}
	older, err := f.keptSince(ctx, tenant, photosTable, policy.KeepFaces, most)
	if err != nil {
		return false, err
	}
	measured, err := f.keptSince(ctx, tenant, sinceTable, policy.KeepFaces, most)
	if err != nil {
		return false, err
	}
	err = errors.Join(
		eachOf(old, func(id string) error { return f.retirePicture(ctx, tenant, id) }),
		eachOf(older, func(id string) error { return f.retirePhoto(ctx, tenant, id) }),
		eachOf(measured, func(key string) error { return f.retireMeasured(ctx, tenant, key) }),
	)
	if len(old)+len(older)+len(measured) > 0 {
		f.noteRemoved(time.Time{}, true)
		f.log.Info("kept long enough", "tenant", tenant, "pictures", len(old), "photos", len(older), "measured", len(measured))
	}
	return err == nil && (max(len(old), len(older), len(measured)) == most), err
}

// keptSince lists the keys of a table, which begin with a moment, of what was accepted so long ago or longer, the oldest
// first; none for 0.
func (f *Flow) keptSince(ctx context.Context, tenant, tbl string, kept time.Duration, most int) (ids []string, err error) {
	if kept <= 0 {
		return nil, nil
	}
	for row, err := range f.tables.Query(ctx, tenant, tbl, table.Range{To: animo.Moment(f.now().Add(-kept))}, false) {
		if err != nil {
			return nil, err
		}
		if ids = append(ids, row.Key); len(ids) == most {
			break
		}
	}
	return ids, nil
}

// eachOf calls do for every id, some at once, and gives the errors of up to ten.
func eachOf(ids []string, do func(id string) error) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	next := make(chan string)
	for range min(retireAtOnce, len(ids)) {
		wg.Go(func() {
			for id := range next {
				if err := do(id); err != nil && !conflict(err) {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			}
		})
	}
	for _, id := range ids {
		next <- id
	}
	close(next)
	wg.Wait()
	return errors.Join(errs[:min(len(errs), 10)]...)
}

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
			if err := f.tables.PutJSON(ctx, tenant, facesTable, analysisKey(id, row.Round), faces); err != nil {
				return err
			}
		}
	}
	return f.clearPicture(ctx, tenant, id, new(animo.Receipt))
}

// retirePhoto removes all of a photo, as Erase does, without a receipt where nobody can be at work on it.
func (f *Flow) retirePhoto(ctx context.Context, tenant, id string) error {
	row, err := f.photo(ctx, tenant, id)
	if gone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if !row.Status.Ended() || !row.Bare {
		_, err := f.Erase(ctx, tenant, id)
		return err
	}
	if _, err := f.removeRow(ctx, tenant, id); err != nil {
		return err
	}
	if _, err := f.clear(ctx, tenant, id, row.remains()); err != nil {
		return err
	}
	return f.dropHead(ctx, tenant, row.Head, id)
}

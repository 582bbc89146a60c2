package photos

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/loop"
	"animo/internal/table"
)

// retireAtOnce is how many photos are retired at once, so that they share a sync.
const retireAtOnce = 8

// RetiredTables are the tables in which Retire finds what there is to do: a tenant without rows in them has nothing to retire.
func RetiredTables() []string { return []string{picturesTable, faces.PhotosTable} }

// Retire removes, for one tenant, pictures, and photos with what was recorded of their faces, when the times for them are
// over, the oldest first and at most `most` of each. It tells whether there are more. One photo that fails does not hold up
// the others.
func (p *Photos) Retire(ctx context.Context, tenant string, most int) (more bool, err error) {
	policy, err := p.policy(ctx, tenant)
	if err != nil && animo.CodeOf(err) != animo.Forbidden { // one that may take no photos any more keeps its times
		return false, err
	}
	old, err := p.keptSince(ctx, tenant, picturesTable, policy.KeepPhotos, most)
	if err != nil {
		return false, err
	}
	older, err := p.keptSince(ctx, tenant, faces.PhotosTable, policy.KeepFaces, most)
	if err != nil {
		return false, err
	}
	err = errors.Join(
		eachOf(old, func(id string) error { return p.retirePicture(ctx, tenant, id) }),
		eachOf(older, func(id string) error { return p.retirePhoto(ctx, tenant, id) }),
	)
	if len(old)+len(older) > 0 {
		p.removed.Retired()
		p.log.Info("kept long enough", "tenant", tenant, "pictures", len(old), "photos", len(older))
	}
	return err == nil && max(len(old), len(older)) == most, err
}

// keptSince lists the keys of a table, which begin with a moment, of what was accepted so long ago or longer, the oldest
// first; none for 0.
func (p *Photos) keptSince(ctx context.Context, tenant, tbl string, kept time.Duration, most int) (ids []string, err error) {
	if kept <= 0 {
		return nil, nil
	}
	for _, span := range p.ages.Older(kept) {
		for row, err := range p.tables.Keys(ctx, tenant, tbl, span.Range()) {
			if err != nil {
				return nil, err
			}
			if ids = append(ids, row.Key); len(ids) == most {
				return ids, nil
			}
		}
	}
	return ids, nil
}

// eachOf calls do for every id, some at once, and returns the errors of up to ten.
func eachOf(ids []string, do func(id string) error) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	next := make(chan string)
	for range min(retireAtOnce, len(ids)) {
		wg.Go(func() {
			for id := range next {
				if err := loop.Recovered(func() error { return do(id) }); err != nil && animo.CodeOf(err) != animo.Conflict {
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

// ended reads a photo, and reports whether nobody is at work on it.
func (p *Photos) ended(ctx context.Context, tenant, id string) (row faces.Photo, ended bool, err error) {
	row, err = p.photo(ctx, tenant, id)
	if err == nil {
		err = p.finish(ctx, tenant, &row)
	}
	return row, err == nil && row.Status.Ended(), err
}

// retirePicture removes the picture, the descriptors and the landmarks of a photo, and keeps the rest.
func (p *Photos) retirePicture(ctx context.Context, tenant, id string) error {
	row, ended, err := p.ended(ctx, tenant, id)
	if err != nil && animo.CodeOf(err) != animo.NotFound || err == nil && !ended { // it is being analysed; the next sweep comes
		return err
	}
	list, err := faces.ReadAnalysis(p.plain(ctx, tenant), id, row.Round)
	if err != nil {
		return err
	}
	err = p.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		rows, err := tx.Read(table.Key{Table: picturesTable, Key: id}, table.Key{Table: faces.PhotosTable, Key: id})
		if err != nil {
			return err
		}
		if rows[0].Rev != 0 {
			if _, err := removePicture(tx, rows[0]); err != nil {
				return err
			}
		}
		if now, err := faces.PhotoOf(rows[1]); err != nil || now.Rev == 0 || now.Rev != row.Rev {
			return errors.Join(err, conflictIf(now.Rev != row.Rev))
		}
		bare := row
		bare.Bare = true
		if err := tx.PutJSON(faces.PhotosTable, id, bare); err != nil || len(list) == 0 {
			return err
		}
		plain := slices.Clone(list)
		for i := range plain {
			plain[i].Landmarks = nil
		}
		return tx.PutJSON(faces.AnalysesTable, faces.AnalysisKey(id, row.Round), plain)
	})
	if err != nil {
		return err
	}
	if _, err := p.tables.Delete(ctx, tenant, faces.DescriptorsTable, table.Range{Prefix: id + "-"}); err != nil {
		return err
	}
	_, err = p.objects.Delete(ctx, tenant, faces.ObjectPrefix(id))
	return err
}

// conflictIf answers Conflict where a photo changed; the next sweep tries again.
func conflictIf(changed bool) error {
	if !changed {
		return nil
	}
	return animo.Errorf(animo.Conflict, "somebody else changed the photo", "alguien más cambió la foto")
}

// retirePhoto removes all of a photo, as Erase does. It leaves a receipt only where the photo's picture is still kept, or
// somebody may be at work on the photo.
func (p *Photos) retirePhoto(ctx context.Context, tenant, id string) error {
	row, ended, err := p.ended(ctx, tenant, id)
	if animo.CodeOf(err) == animo.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if !ended || !row.Bare {
		_, err := p.Erase(ctx, tenant, id)
		return err
	}
	if err := p.tables.Commit(ctx, tenant, table.DeleteAt(faces.PhotosTable, table.Row{Key: id, Rev: row.Rev})); err != nil {
		return err
	}
	if _, err := p.removeRest(ctx, tenant, id, remainsOf(&row), false); err != nil {
		return err
	}
	return p.removeHead(ctx, tenant, row.Head, id)
}

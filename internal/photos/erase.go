package photos

import (
	"context"
	"encoding/json"
	"time"

	"animo"
	"animo/internal/table"
)

// remains says what there may be of a photo beside its row.
func (row *photoRow) remains() remains { return remains{row.Head, row.Taken, row.Count, row.Bytes} }

// Erase forgets a photo: its bytes, thumbnail, rows, descriptors and queued events. It answers NotFound when
// there is none, otherwise with a receipt of what was removed, which is kept. An erasure that breaks off is
// ended by the sweeper, which also sees to what was being written meanwhile.
func (f *Flow) Erase(ctx context.Context, tenant, id string) (animo.Receipt, error) {
	row, err := f.photo(ctx, tenant, id)
	if err != nil {
		return animo.Receipt{}, err
	}
	return f.erase(ctx, tenant, &row)
}

func (f *Flow) erase(ctx context.Context, tenant string, row *photoRow) (animo.Receipt, error) {
	p := pending{f.now().UTC(), row.remains()}
	if err := f.putPending(ctx, tenant, row.ID, p); err != nil {
		return animo.Receipt{}, err
	}
	// From here on no reader finds the photo, and nobody who works on it can write its row.
	removed, err := f.tables.Remove(ctx, tenant, photosTable, table.Entry{Row: table.Row{Key: row.ID}})
	if err == nil && removed == 0 {
		err = noPhoto(row.ID) // somebody else erased it at the same time
	}
	if err != nil {
		return animo.Receipt{}, err
	}
	return f.clearErased(ctx, tenant, row.ID, p)
}

// clearErased removes what there is of a photo whose row is gone, and keeps the receipt.
func (f *Flow) clearErased(ctx context.Context, tenant, id string, p pending) (animo.Receipt, error) {
	r, err := f.clear(ctx, tenant, id, p.remains)
	if err != nil {
		return r, err
	}
	r.ID, r.Time = animo.Moment(p.Erased)+"-"+id, p.Erased
	return r, f.putJSON(ctx, tenant, receiptsTable, r.ID, r)
}

// clear removes what there is of a photo beside its row, and tells what that was.
func (f *Flow) clear(ctx context.Context, tenant, id string, left remains) (r animo.Receipt, err error) {
	r = animo.Receipt{Erased: id, Bytes: left.Bytes}
	events := []string{storedID(tenant, id)}
	for i := range left.Count {
		events = append(events, faceEventID(tenant, faceID(id, i)))
	}
	if r.Events, err = f.events.Remove(ctx, tenant, events...); err != nil {
		return r, err
	}
	for _, m := range animo.Moods() {
		n, err := f.removeFaces(ctx, tenant, m, table.Range{Prefix: momentKey(left.Taken, id) + "-"})
		if err != nil {
			return r, err
		}
		r.Faces += n
	}
	f.feeds.forget(tenant, id)
	if r.Files, r.Descriptors, err = f.clearPicture(ctx, tenant, id, left.Bytes); err != nil {
		return r, err
	}
	f.scrubs.Store(true)
	return r, f.deleteRow(ctx, tenant, facesTable, id)
}

// removeFaces removes a mood's faces with those keys, a few hundred at a time.
func (f *Flow) removeFaces(ctx context.Context, tenant string, m animo.Mood, keys table.Range) (removed int, err error) {
	const step = 256
	var entries []table.Entry
	flush := func() error {
		n, err := f.tables.Remove(ctx, tenant, moodTable(m), entries...)
		removed += n
		entries = entries[:0]
		return err
	}
	for row, err := range f.tables.Query(ctx, tenant, moodTable(m), keys, false) {
		if err != nil {
			return removed, err
		}
		var r animo.MoodRecord
		if err := json.Unmarshal(row.Value, &r); err != nil {
			return removed, err
		}
		entries = append(entries, entryOf(r, nil))
		if len(entries) == step {
			if err := flush(); err != nil {
				return removed, err
			}
		}
	}
	return removed, flush()
}

// clearPicture removes a photo's picture, thumbnail and descriptors.
func (f *Flow) clearPicture(ctx context.Context, tenant, id string, bytes int64) (files, descriptors int, err error) {
	if files, err = f.objects.Delete(ctx, tenant, objectPrefix(id)); err != nil {
		return files, 0, err
	}
	if _, err := f.tables.Remove(ctx, tenant, picturesTable, pictureEntry(id, bytes)); err != nil {
		return files, 0, err
	}
	descriptors, err = f.tables.Delete(ctx, tenant, descriptorsTable, table.Range{Prefix: id + "-"})
	return files, descriptors, err
}

// eraseTime is for how long after an erasure something that was under way may still write: an analysis, an
// upload of the same photo.
func (f *Flow) eraseTime() time.Duration { return f.limits.AnalyseTime + 5*time.Minute }

// finishErasure removes what was written of a photo while it was being erased, and, when nothing can be under
// way any more, the last that is known of it.
func (f *Flow) finishErasure(ctx context.Context, tenant, id string, p pending) error {
	if removed, err := f.tables.Remove(ctx, tenant, photosTable, table.Entry{Row: table.Row{Key: id}}); err != nil {
		return err
	} else if removed > 0 { // the erasure broke off right at its beginning
		_, err := f.clearErased(ctx, tenant, id, p)
		return err
	}
	var r animo.Receipt
	_, err := f.getJSON(ctx, tenant, receiptsTable, animo.Moment(p.Erased)+"-"+id, &r)
	if gone(err) {
		_, err = f.clearErased(ctx, tenant, id, p)
	} else if err == nil {
		_, err = f.clear(ctx, tenant, id, p.remains)
	}
	if err != nil || f.now().Sub(p.Erased) < f.eraseTime() {
		return err
	}
	// An upload of the same bytes may have made the head another photo's at this very moment; then these
	// bytes, sent once more, are one photo more.
	if head, err := f.tables.Get(ctx, tenant, headsTable, p.Head); err == nil && string(head.Value) == id {
		if err := f.deleteRow(ctx, tenant, headsTable, p.Head); err != nil {
			return err
		}
	} else if err != nil && !gone(err) {
		return err
	}
	return f.deleteRow(ctx, tenant, pendingTable, id)
}

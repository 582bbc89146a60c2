package photos

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"animo"
	"animo/internal/table"
)

// remains says what there may be of a photo beside its row.
func (row *photoRow) remains() remains {
	return remains{row.Head, row.Taken, row.Count, row.Round}
}

// Erase forgets a photo: its bytes, thumbnail, rows, descriptors and queued events. It answers NotFound when
// there is none, otherwise with a receipt of what was removed, which is kept. An erasure that breaks off is
// ended by the sweeper, which also sees to what was being written meanwhile.
func (f *Flow) Erase(ctx context.Context, tenant, id string) (animo.Receipt, error) {
	row, err := f.photo(ctx, tenant, id)
	if err != nil {
		return animo.Receipt{}, err
	}
	e, err := f.noteErasure(ctx, tenant, &row)
	if err != nil {
		return animo.Receipt{}, err
	}
	if removed, err := f.removeRow(ctx, tenant, id); err != nil {
		return animo.Receipt{}, err
	} else if !removed { // somebody else erased it at the same time
		return animo.Receipt{}, noPhoto(id)
	}
	return f.clearErased(ctx, tenant, id, e)
}

// removeRow removes a photo's row and reports whether it was there. From then on no reader finds the photo, and
// nobody who works on it can write its row.
func (f *Flow) removeRow(ctx context.Context, tenant, id string) (bool, error) {
	n, err := f.tables.Remove(ctx, tenant, photosTable, table.Entry{Row: table.Row{Key: id}})
	return n > 0, err
}

// noteErasure notes that a photo is being erased. One that was begun already and broke off is the same erasure, so
// that there is one receipt.
func (f *Flow) noteErasure(ctx context.Context, tenant string, row *photoRow) (erased, error) {
	for {
		e := erased{f.now().UTC().Truncate(time.Millisecond), row.remains()}
		var begun erased
		rev, err := f.tables.GetJSON(ctx, tenant, erasedTable, row.ID, &begun)
		if err == nil {
			e.At = begun.At
		} else if !gone(err) {
			return e, err
		}
		value, err := json.Marshal(e)
		if err == nil {
			err = f.tables.Swap(ctx, tenant, erasedTable, table.Row{Key: row.ID, Value: value, Rev: rev})
		}
		if !conflict(err) {
			return e, err
		}
	}
}

// clearErased removes what there is of a photo whose row is gone, and keeps the receipt. The log says so, too, to
// all who follow it.
func (f *Flow) clearErased(ctx context.Context, tenant, id string, e erased) (animo.Receipt, error) {
	r, err := f.clear(ctx, tenant, id, e.remains)
	if err != nil {
		return r, err
	}
	r.ID, r.Time = e.receipt(id), e.At
	b, err := json.Marshal(r)
	if err == nil {
		_, err = f.tables.Add(ctx, tenant, receiptsTable, table.Entry{Row: table.Row{Key: r.ID, Value: b}, Log: moodsLog})
	}
	f.feeds.wake(tenant)
	return r, err
}

// clear removes what there is of a photo beside its row, and tells what that was.
func (f *Flow) clear(ctx context.Context, tenant, id string, left remains) (r animo.Receipt, err error) {
	r = animo.Receipt{Erased: id}
	events := []string{storedID(tenant, id)}
	for i := range left.Count {
		events = append(events, faceEventID(tenant, faceID(id, left.Round, i)))
	}
	for row, err := range f.tables.Query(ctx, tenant, facesTable, table.Range{Prefix: id}, false) {
		var faces []animo.Face // of another analysis, too: one before, or one that ended just before the row was removed
		if err == nil {
			err = json.Unmarshal(row.Value, &faces)
		}
		if err != nil {
			return r, err
		}
		for _, face := range faces {
			events = append(events, faceEventID(tenant, face.ID))
		}
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
	if r.Deliveries, err = f.forget(ctx, tenant, id); err != nil {
		return r, err
	}
	if err := f.clearPicture(ctx, tenant, id, &r); err != nil {
		return r, err
	}
	for row, err := range f.tables.Query(ctx, tenant, identitiesTable, table.Range{Prefix: id + "-"}, false) {
		if err != nil {
			return r, err
		}
		examples, files, err := f.forgetFace(ctx, tenant, row.Key, left.Taken)
		if err != nil {
			return r, err
		}
		r.Descriptors += examples
		r.Files += files
	}
	if _, err := f.tables.Delete(ctx, tenant, facesTable, table.Range{Prefix: id}); err != nil {
		return r, err
	}
	return r, f.tables.DeleteKey(ctx, tenant, pendingTable, id)
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

// clearPicture removes a photo's picture, thumbnail and descriptors, and notes that in the receipt.
func (f *Flow) clearPicture(ctx context.Context, tenant, id string, r *animo.Receipt) (err error) {
	if r.Files, err = f.objects.Delete(ctx, tenant, objectPrefix(id)); err != nil {
		return err
	}
	row, err := f.tables.Get(ctx, tenant, picturesTable, id)
	if err == nil {
		if r.Bytes, err = strconv.ParseInt(string(row.Value), 10, 64); err == nil {
			_, err = f.tables.Remove(ctx, tenant, picturesTable, pictureEntry(id, r.Bytes))
		}
	}
	if err != nil && !gone(err) {
		return err
	}
	r.Descriptors, err = f.tables.Delete(ctx, tenant, descriptorsTable, table.Range{Prefix: id + "-"})
	return err
}

// eraseTime is for how long after an erasure something that was under way may still write: an analysis, an
// upload of the same photo.
func (f *Flow) eraseTime() time.Duration { return f.limits.AnalyseTime + 5*time.Minute }

// receipt is the id of the receipt for a photo.
func (e erased) receipt(id string) string { return animo.Moment(e.At) + "-" + id }

// finishErasure removes what was written of a photo while it was being erased, and, when nothing can be under
// way any more, the last that is known of it. It tells whether there was anything to remove.
func (f *Flow) finishErasure(ctx context.Context, tenant, id string, e erased) (found bool, err error) {
	brokeOff, err := f.removeRow(ctx, tenant, id)
	if err != nil {
		return false, err
	}
	var r animo.Receipt
	if _, err = f.tables.Get(ctx, tenant, receiptsTable, e.receipt(id)); gone(err) || err == nil && brokeOff {
		r, err = f.clearErased(ctx, tenant, id, e)
	} else if err == nil {
		r, err = f.clear(ctx, tenant, id, e.remains)
	}
	found = r.Files+r.Faces+r.Descriptors+r.Events > 0
	if err != nil || f.now().Sub(e.At) < f.eraseTime() {
		return found, err
	}
	if err := f.dropHead(ctx, tenant, e.Head, id); err != nil {
		return found, err
	}
	return found, f.tables.DeleteKey(ctx, tenant, erasedTable, id)
}

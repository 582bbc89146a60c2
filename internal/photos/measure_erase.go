package photos

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"animo"
	"animo/internal/table"
)

// forgotten is what must be known of a measured face while something of it may still come.
type forgotten struct {
	At time.Time `json:"at"`
	measuredRow
}

// EraseMood forgets a face that a client measured: what was recorded of it, its counts, queued events and deliveries.
// It answers NotFound when there is none, otherwise with a receipt of what was removed, which is kept. An erasure
// that breaks off is ended by the sweeper, which also sees to what was being written meanwhile.
func (f *Flow) EraseMood(ctx context.Context, tenant, face string) (animo.Receipt, error) {
	row, err := f.measuredRow(ctx, tenant, face)
	if err != nil {
		return animo.Receipt{}, err
	}
	e := forgotten{f.moment(), row}
	value, err := json.Marshal(e)
	if err != nil {
		return animo.Receipt{}, err
	}
	added, err := f.tables.PutNew(ctx, tenant, forgottenTable, table.Row{Key: face, Value: value})
	if err == nil && added == 0 { // begun already, and broken off: the same erasure, with one receipt
		_, err = f.tables.GetJSON(ctx, tenant, forgottenTable, face, &e)
	}
	if err != nil {
		return animo.Receipt{}, err
	}
	if removed, err := f.removeMeasured(ctx, tenant, face); err != nil {
		return animo.Receipt{}, err
	} else if !removed { // somebody else erased it at the same time
		return animo.Receipt{}, noMeasured(face)
	}
	return f.clearForgotten(ctx, tenant, face, e)
}

// removeMeasured removes the row that says that a face is there, and reports whether there was one. From then on
// nobody records the face.
func (f *Flow) removeMeasured(ctx context.Context, tenant, face string) (bool, error) {
	n, err := f.tables.Remove(ctx, tenant, measuredTable, table.Entry{Row: table.Row{Key: face}})
	return n > 0, err
}

// clearForgotten removes what there is of a measured face whose row is gone, and keeps the receipt. The log says so,
// too, to all who follow it.
func (f *Flow) clearForgotten(ctx context.Context, tenant, face string, e forgotten) (animo.Receipt, error) {
	r, err := f.clearMeasured(ctx, tenant, face, e.measuredRow)
	if err != nil {
		return r, err
	}
	r.ID, r.Time = e.receipt(face), e.At
	b, err := json.Marshal(r)
	if err == nil {
		_, err = f.tables.Add(ctx, tenant, receiptsTable, table.Entry{Row: table.Row{Key: r.ID, Value: b}, Log: moodsLog})
	}
	f.feeds.wake(tenant)
	return r, err
}

// clearMeasured removes what there is of a measured face beside its row, and tells what that was. What it would be
// retired by goes last.
func (f *Flow) clearMeasured(ctx context.Context, tenant, face string, row measuredRow) (r animo.Receipt, err error) {
	r.Erased = face
	if r.Events, err = f.events.Remove(ctx, tenant, faceEventID(tenant, face)); err != nil {
		return r, err
	}
	if r.Faces, err = f.removeFaces(ctx, tenant, row.Mood, table.One(momentKey(animo.MomentOf(face), face))); err != nil {
		return r, err
	}
	if r.Deliveries, err = f.forget(ctx, tenant, face); err != nil {
		return r, err
	}
	return r, f.tables.DeleteKey(ctx, tenant, sinceTable, momentKey(row.Accepted, face))
}

// receipt is the id of the receipt for a measured face.
func (e forgotten) receipt(face string) string { return animo.Moment(e.At) + "-" + face }

// finishForgetting removes what was written of a measured face while it was being erased, and, when nothing can be
// under way any more, the last that is known of it. It tells whether there was anything to remove.
func (f *Flow) finishForgetting(ctx context.Context, tenant, face string, e forgotten) (found bool, err error) {
	brokeOff, err := f.removeMeasured(ctx, tenant, face)
	if err != nil {
		return false, err
	}
	var r animo.Receipt
	if _, err = f.tables.Get(ctx, tenant, receiptsTable, e.receipt(face)); gone(err) || err == nil && brokeOff {
		r, err = f.clearForgotten(ctx, tenant, face, e)
	} else if err == nil {
		r, err = f.clearMeasured(ctx, tenant, face, e.measuredRow)
	}
	found = r.Faces+r.Events > 0
	if err != nil || f.now().Sub(e.At) < f.eraseTime() {
		return found, err
	}
	return found, f.tables.DeleteKey(ctx, tenant, forgottenTable, face)
}

// sweepMeasured ends erasures of measured faces.
func (f *Flow) sweepMeasured(ctx context.Context, tenant string, fail func(error)) {
	for row, err := range f.tables.Query(ctx, tenant, forgottenTable, table.Range{}, false) {
		var e forgotten
		if err == nil {
			err = json.Unmarshal(row.Value, &e)
		}
		if err == nil {
			var found bool
			found, err = f.finishForgetting(ctx, tenant, row.Key, e)
			f.noteRemoved(e.At, found)
		}
		fail(err)
	}
}

// retireMeasured removes all of a measured face that was accepted at the moment with which the key begins, as
// EraseMood does, without a receipt where nobody can be at work on it.
func (f *Flow) retireMeasured(ctx context.Context, tenant, key string) error {
	moment, face, _ := strings.Cut(key, "/")
	noted, err := f.tables.Get(ctx, tenant, sinceTable, key)
	if gone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	row, err := f.measuredRow(ctx, tenant, face)
	switch {
	case gone(err): // it broke off, when it was accepted or retired
		row = measuredRow{Mood: animo.Mood(noted.Value), Accepted: animo.MomentOf(moment)}
	case err != nil:
		return err
	case animo.Moment(row.Accepted) != moment: // sent twice at once; the other is what it is retired by
		return f.tables.DeleteKey(ctx, tenant, sinceTable, key)
	default:
		_, err := f.tables.Get(ctx, tenant, moodTable(row.Mood), momentKey(animo.MomentOf(face), face))
		if gone(err) { // somebody may be about to record it
			_, err := f.EraseMood(ctx, tenant, face)
			return err
		}
		if err == nil {
			_, err = f.removeMeasured(ctx, tenant, face)
		}
		if err != nil {
			return err
		}
	}
	_, err = f.clearMeasured(ctx, tenant, face, row)
	return err
}

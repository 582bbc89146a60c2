package moods

import (
	"context"
	"errors"
	"strings"
	"time"

	"animo"
	"animo/internal/erasures"
	"animo/internal/faces"
	"animo/internal/table"
)

// erasedFace is what Sweep must know of an erased measured face while an event of the face may still be under way.
type erasedFace struct {
	At time.Time `json:"at"`
	faces.Measured
}

// receipt is the id of the receipt of a measured face's erasure.
func (e erasedFace) receipt(face string) string { return animo.Moment(e.At) + "-" + face }

// EraseMeasured erases a face that a client measured: its record, counts, queued events and deliveries. It answers NotFound
// where there is no such face, otherwise with a receipt of what was removed, which is kept. Sweep ends an erasure that
// broke off.
func (m *Moods) EraseMeasured(ctx context.Context, tenant, face string) (animo.Receipt, error) {
	var e erasedFace
	var removed int
	err := m.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		e = erasedFace{At: m.moment()}
		found, err := tx.GetJSON(faces.MeasuredTable, face, &e.Measured)
		if err == nil && !found {
			err = noMeasured(face)
		}
		if err != nil {
			return err
		}
		tx.Delete(faces.MeasuredTable, face)
		tx.Delete(sinceTable, faces.MomentKey(e.Accepted, face))
		removed, err = removeRecord(tx, e.Mood, face)
		if err != nil {
			return err
		}
		e.Correction, e.Record = nil, nil
		return tx.PutJSON(erasedTable, face, e)
	})
	if err != nil {
		return animo.Receipt{}, err
	}
	return m.endErasure(ctx, tenant, face, e, removed)
}

// EraseAccepted is EraseMeasured for a face that was accepted at that moment, as a log of erasures has it: the same face may have been sent
// again later.
func (m *Moods) EraseAccepted(ctx context.Context, tenant, face string, accepted time.Time) (animo.Receipt, error) {
	var row faces.Measured
	_, err := m.tables.GetJSON(ctx, tenant, faces.MeasuredTable, face, &row)
	if err == nil && !row.Accepted.Equal(accepted) {
		err = noMeasured(face)
	}
	if err != nil {
		return animo.Receipt{}, err
	}
	return m.EraseMeasured(ctx, tenant, face)
}

// removeRecord removes the record of a measured face, and returns how many records that were.
func removeRecord(tx *table.Tx, mood animo.Mood, face string) (int, error) {
	rows, err := tx.Read(table.Key{Table: faces.Table(mood), Key: faces.MomentKey(animo.MomentOf(face), face)})
	if err != nil || rows[0].Rev == 0 {
		return 0, err
	}
	ops, err := RemoveOps(mood, rows[0])
	tx.Do(ops...)
	return 1, err
}

// endErasure removes the events and deliveries of an erased face, and keeps the receipt.
func (m *Moods) endErasure(ctx context.Context, tenant, face string, e erasedFace, removed int) (r animo.Receipt, err error) {
	r = animo.Receipt{ID: e.receipt(face), Time: e.At, Erased: face, Faces: removed}
	if r.Events, err = m.events.Remove(ctx, tenant, faces.EventID(tenant, face)); err != nil {
		return r, err
	}
	if r.Deliveries, err = m.forgetDeliveries(ctx, tenant, face); err != nil {
		return r, err
	}
	if err := m.erasures.Note(ctx, tenant, erasures.Entry{Kind: erasures.Face, ID: face, Accepted: e.Accepted}); err != nil {
		return r, err
	}
	ops, err := ReceiptOps(r)
	if err == nil {
		err = m.tables.Commit(ctx, tenant, ops...)
	}
	m.removed.Erased(e.At, true)
	m.feeds.wake(tenant)
	return r, err
}

func (m *Moods) forgetDeliveries(ctx context.Context, tenant, id string) (int, error) {
	if m.deliveries == nil {
		return 0, nil
	}
	return m.deliveries.Forget(ctx, tenant, id)
}

// SweptTables are the tables in which Sweep finds what there is to do: a tenant without rows in them need not be swept.
// A tenant has a log to trim only where it has records.
func SweptTables() []string {
	tables := []string{erasedTable}
	for _, mood := range animo.Moods() {
		tables = append(tables, faces.Table(mood))
	}
	return tables
}

// Sweep ends, for one tenant, erasures of measured faces that broke off, forgets erased faces of which nothing can be under way
// any more, and trims the log. A face for which that fails does not hold up the others.
func (m *Moods) Sweep(ctx context.Context, tenant string) error {
	var errs []error
	for row, err := range table.JSONRows[erasedFace](ctx, m.tables, tenant, erasedTable, table.Range{}, false) {
		if err == nil {
			err = m.sweepErased(ctx, tenant, row.Key, row.Value)
		}
		if err != nil && len(errs) < 10 {
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, m.trimLog(ctx, tenant))...)
}

func (m *Moods) sweepErased(ctx context.Context, tenant, face string, e erasedFace) error {
	receipt := ReceiptKey(e.receipt(face))
	rows, err := m.tables.Read(ctx, tenant, receipt)
	if err != nil {
		return err
	}
	removed := 0
	err = m.tables.Update(ctx, tenant, func(tx *table.Tx) error { // of an erasure that an earlier release began
		tx.Delete(faces.MeasuredTable, face)
		tx.Delete(sinceTable, faces.MomentKey(e.Accepted, face))
		removed, err = removeRecord(tx, e.Mood, face)
		return err
	})
	if err != nil {
		return err
	}
	if rows[0].Rev == 0 {
		_, err = m.endErasure(ctx, tenant, face, e, removed)
	} else { // an event may have been published while the erasure ran
		var events int
		events, err = m.events.Remove(ctx, tenant, faces.EventID(tenant, face))
		m.removed.Erased(e.At, events+removed > 0)
	}
	if err != nil || m.now().Sub(e.At) < m.eraseTime {
		return err
	}
	return m.tables.DeleteKey(ctx, tenant, erasedTable, face)
}

// logKept is how many of the last faces the live stream can be resumed from.
const logKept = 100_000

func (m *Moods) trimLog(ctx context.Context, tenant string) error {
	first, last, err := m.tables.LogEnd(ctx, tenant, moodsLog)
	if err != nil || last-first < logKept+logKept/10 {
		return err
	}
	return m.tables.TrimLog(ctx, tenant, moodsLog, last-logKept)
}

// RetiredTables are the tables in which Retire finds what there is to do: a tenant without rows in them has nothing to retire.
func RetiredTables() []string { return []string{sinceTable} }

// Retire removes measured faces that were kept long enough, the oldest first and at most `most` of them. It reports whether
// there may be more.
func (m *Moods) Retire(ctx context.Context, tenant string, most int) (more bool, err error) {
	policy, err := m.policy(ctx, tenant)
	if err != nil && animo.CodeOf(err) != animo.Forbidden { // a tenant that may take no photos any more still has retention times
		return false, err
	}
	if policy.KeepFaces <= 0 {
		return false, nil
	}
	var keys []string
spans:
	for _, span := range m.ages.Older(policy.KeepFaces) {
		for row, err := range m.tables.Keys(ctx, tenant, sinceTable, span.Range()) {
			if err != nil {
				return false, err
			}
			if keys = append(keys, row.Key); len(keys) == most {
				break spans
			}
		}
	}
	var errs []error
	for _, key := range keys {
		if err := m.retire(ctx, tenant, key); err != nil && len(errs) < 10 {
			errs = append(errs, err)
		}
	}
	if len(keys) > 0 {
		m.removed.Retired()
		m.log.Info("kept long enough", "tenant", tenant, "measured", len(keys))
	}
	return len(errs) == 0 && len(keys) == most, errors.Join(errs...)
}

// retire removes all of a measured face that was accepted at the moment with which the key begins, without a receipt. A
// face that is not recorded yet is erased instead, because somebody may be about to record it.
func (m *Moods) retire(ctx context.Context, tenant, key string) error {
	moment, face, _ := strings.Cut(key, "/")
	waits := false
	err := m.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		var row faces.Measured
		found, err := tx.GetJSON(faces.MeasuredTable, face, &row)
		if err != nil {
			return err
		}
		if waits = false; !found || animo.Moment(row.Accepted) != moment { // the face was sent twice at once, and its row has the other moment
			tx.Delete(sinceTable, key)
			return nil
		}
		removed, err := removeRecord(tx, row.Mood, face)
		if waits = removed == 0 && row.Record == nil; err != nil || waits {
			return err
		}
		tx.Delete(sinceTable, key)
		tx.Delete(faces.MeasuredTable, face)
		return nil
	})
	if err == nil && waits {
		if _, err = m.EraseMeasured(ctx, tenant, face); animo.CodeOf(err) == animo.NotFound { // another process retired the face meanwhile
			err = nil
		}
	} else if err == nil {
		_, err = m.forgetDeliveries(ctx, tenant, face)
	}
	return err
}

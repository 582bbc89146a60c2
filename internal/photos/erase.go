package photos

import (
	"context"
	"slices"
	"time"

	"animo"
	"animo/internal/erasures"
	"animo/internal/faces"
	"animo/internal/moods"
	"animo/internal/people"
	"animo/internal/table"
)

// erased is what must be known of a photo while something of it may be there.
type erased struct {
	At time.Time `json:"at"`
	remains
}

// remains says what there may be of a photo beside its row.
type remains struct {
	Head  string    `json:"head"`
	Taken time.Time `json:"taken"`
	Count int       `json:"count"`           // of its faces
	Round int       `json:"round,omitempty"` // of its analyses
}

func remainsOf(row *faces.Photo) remains { return remains{row.Head, row.Taken, row.Count, row.Round} }

// receipt is the id of the receipt for a photo.
func (e erased) receipt(id string) string { return animo.Moment(e.At) + "-" + id }

// Erase erases a photo: its bytes, thumbnail, rows, descriptors and queued events, and what subscribers are told of it. It
// answers NotFound when there is none, otherwise with a receipt of what was removed, which is kept. Once the row is removed
// nobody can write rows of the photo, because every commit that does expects the row. Sweep ends an erasure that broke off.
func (p *Photos) Erase(ctx context.Context, tenant, id string) (animo.Receipt, error) {
	var e erased
	err := p.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		rows, err := tx.Read(table.Key{Table: faces.PhotosTable, Key: id}, table.Key{Table: erasedTable, Key: id})
		if err != nil {
			return err
		}
		row, err := faces.PhotoOf(rows[0])
		if err == nil && row.Rev == 0 {
			err = noPhoto(id)
		}
		if err != nil {
			return err
		}
		e = erased{p.moment(), remainsOf(&row)}
		if rows[1].Rev != 0 { // begun already: the same erasure, with one receipt
			var begun erased
			if err := table.Decode(erasedTable, rows[1], &begun); err != nil {
				return err
			}
			e.At = begun.At
		}
		tx.Delete(faces.PhotosTable, id)
		return tx.PutJSON(erasedTable, id, e)
	})
	if err != nil {
		return animo.Receipt{}, err
	}
	return p.removeErased(ctx, tenant, id, e)
}

// removeErased removes what there is of a photo whose row is removed, and then keeps the receipt and notes it in the log, so
// that every process's feed drops the photo's faces.
func (p *Photos) removeErased(ctx context.Context, tenant, id string, e erased) (animo.Receipt, error) {
	r, err := p.removeRest(ctx, tenant, id, e.remains, false)
	if err != nil {
		return r, err
	}
	return p.keepReceipt(ctx, tenant, id, e, r)
}

// keepReceipt notes an erasure that is done, and then keeps its receipt.
func (p *Photos) keepReceipt(ctx context.Context, tenant, id string, e erased, r animo.Receipt) (animo.Receipt, error) {
	if err := p.erasures.Note(ctx, tenant, erasures.Entry{Kind: erasures.Photo, ID: id}); err != nil {
		return r, err
	}
	r.ID, r.Time = e.receipt(id), e.At
	ops, err := moods.ReceiptOps(r)
	if err == nil {
		err = p.tables.Commit(ctx, tenant, ops...)
	}
	p.moods.Wake(tenant)
	return r, err
}

// removeRest removes what there is of a photo beside its row, and tells what that was. A thorough one also finds the rows of faces
// that no analysis names, because the attempt that wrote them did not come to keep the analysis.
func (p *Photos) removeRest(ctx context.Context, tenant, id string, left remains, thorough bool) (r animo.Receipt, err error) {
	r = animo.Receipt{Erased: id}
	var found []animo.Face
	var analyses []string
	for row, err := range p.tables.Query(ctx, tenant, faces.AnalysesTable, table.Range{Prefix: id}, false) { // of every analysis
		var list []animo.Face
		if err == nil {
			list, err = faces.AnalysisOf(row)
		}
		if err != nil {
			return r, err
		}
		found, analyses = append(found, list...), append(analyses, row.Key)
	}
	if thorough {
		if err := p.removeStray(ctx, tenant, id, left, &r); err != nil {
			return r, err
		}
	}
	events := []string{storedID(tenant, id)}
	for _, face := range found {
		events = append(events, faces.EventID(tenant, face.ID))
	}
	if r.Events, err = p.events.Remove(ctx, tenant, events...); err != nil {
		return r, err
	}
	if err := p.removeRows(ctx, tenant, id, left, found, analyses, &r); err != nil {
		return r, err
	}
	if p.deliveries != nil {
		if r.Deliveries, err = p.deliveries.Forget(ctx, tenant, id); err != nil {
			return r, err
		}
	}
	files, err := p.objects.Delete(ctx, tenant, faces.ObjectPrefix(id))
	r.Files += files
	return r, err
}

// opsOfFace is about how many operations it takes to remove a face that is recorded, with who it is.
const opsOfFace = 20

// removeRows removes faces, with what is recorded of them and who they are, and with the last of them the rest of the photo's
// rows. It counts that in the receipt.
func (p *Photos) removeRows(ctx context.Context, tenant, id string, left remains, found []animo.Face, analyses []string, r *animo.Receipt) error {
	most := p.tables.Steps(opsOfFace)
	for {
		step := found[:min(most, len(found))]
		found = found[len(step):]
		last := len(found) == 0
		var one animo.Receipt
		var f people.Forgotten
		err := p.tables.Update(ctx, tenant, func(tx *table.Tx) (err error) {
			one = animo.Receipt{}
			picture := table.Key{Table: picturesTable, Key: id}
			if f, err = p.removeFaces(tx, left.Taken, step, &one, picture); err != nil || !last {
				return err
			}
			rows, err := tx.Read(picture)
			if err == nil && rows[0].Rev != 0 {
				one.Bytes, err = removePicture(tx, rows[0])
			}
			for _, key := range analyses {
				tx.Delete(faces.AnalysesTable, key)
			}
			tx.Delete(faces.PendingTable, id)
			return err
		})
		if err != nil {
			return err
		}
		files, err := p.people.Forgot(ctx, tenant, f)
		r.Faces, r.Descriptors, r.Bytes, r.Files = r.Faces+one.Faces, r.Descriptors+one.Descriptors+f.Examples, r.Bytes+one.Bytes, r.Files+files
		if err != nil || last {
			return err
		}
	}
}

// removeFaces removes faces in a transaction: what is recorded of them, their descriptors, and who they are. In the same call
// it reads the row of the key also, which the caller needs.
func (p *Photos) removeFaces(tx *table.Tx, taken time.Time, list []animo.Face, r *animo.Receipt, also table.Key) (f people.Forgotten, err error) {
	keys := []table.Key{also}
	var corrected []table.Key
	ids := make([]string, len(list))
	for i, face := range list {
		ids[i] = face.ID
		keys = append(keys, table.Key{Table: faces.Table(face.Mood), Key: faces.MomentKey(taken, face.ID)}, table.Key{Table: faces.DescriptorsTable, Key: face.ID})
		if face.Correction != nil {
			corrected = append(corrected, table.Key{Table: correctionsTable, Key: face.ID})
		}
	}
	rows, err := tx.Read(append(keys, corrected...)...)
	if err != nil {
		return f, err
	}
	for _, row := range rows[len(keys):] {
		if row.Rev == 0 {
			continue
		}
		if err := removeCorrection(tx, row); err != nil {
			return f, err
		}
	}
	for i, face := range list {
		record, descriptor := rows[1+2*i], rows[2+2*i]
		if record.Rev != 0 {
			ops, err := moods.RemoveOps(face.Mood, record)
			if err != nil {
				return f, err
			}
			tx.Do(ops...)
			r.Faces++
		}
		if descriptor.Rev != 0 {
			tx.Delete(faces.DescriptorsTable, face.ID)
			r.Descriptors++
		}
	}
	return p.people.Forget(tx, taken, ids)
}

// removeStray removes rows of a photo's faces that no analysis names: what an attempt at an analysis wrote, and what an earlier
// release left.
func (p *Photos) removeStray(ctx context.Context, tenant, id string, left remains, r *animo.Receipt) error {
	prefix := id + "-"
	var ids []string
	for row, err := range p.tables.Keys(ctx, tenant, faces.IdentitiesTable, table.Range{Prefix: prefix}) {
		if err != nil {
			return err
		}
		ids = append(ids, row.Key)
	}
	examples, files, err := p.people.ForgetFaces(ctx, tenant, left.Taken, ids...)
	r.Descriptors, r.Files = r.Descriptors+examples, r.Files+files
	if err != nil {
		return err
	}
	n, err := p.tables.Delete(ctx, tenant, faces.DescriptorsTable, table.Range{Prefix: prefix})
	if r.Descriptors += n; err != nil {
		return err
	}
	for _, m := range animo.Moods() {
		n, err := p.removeRecords(ctx, tenant, m, table.Range{Prefix: faces.MomentKey(left.Taken, id) + "-"})
		if r.Faces += n; err != nil {
			return err
		}
	}
	return nil
}

// removeRecords removes a mood's records with those keys, and tells how many there were.
func (p *Photos) removeRecords(ctx context.Context, tenant string, m animo.Mood, keys table.Range) (removed int, err error) {
	var list []string
	for row, err := range p.tables.Keys(ctx, tenant, faces.Table(m), keys) {
		if err != nil {
			return 0, err
		}
		list = append(list, row.Key)
	}
	for step := range slices.Chunk(list, p.tables.Steps(opsOfFace)) {
		n := 0
		err := p.tables.Update(ctx, tenant, func(tx *table.Tx) error {
			n = 0
			keys := make([]table.Key, len(step))
			for i, key := range step {
				keys[i] = table.Key{Table: faces.Table(m), Key: key}
			}
			rows, err := tx.Read(keys...)
			if err != nil {
				return err
			}
			for _, row := range rows {
				if row.Rev == 0 {
					continue
				}
				ops, err := moods.RemoveOps(m, row)
				if err != nil {
					return err
				}
				tx.Do(ops...)
				n++
			}
			return nil
		})
		if removed += n; err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// endErasure ends an erasure that broke off, and removes what was written of a photo after its erasure. When nothing can be
// under way any more, it removes the note of the erasure, too. It tells whether there was anything to remove.
func (p *Photos) endErasure(ctx context.Context, tenant, id string, e erased) (found bool, err error) {
	receipt := moods.ReceiptKey(e.receipt(id))
	rows, err := p.tables.Read(ctx, tenant, table.Key{Table: faces.PhotosTable, Key: id}, receipt)
	if err != nil {
		return false, err
	}
	if rows[0].Rev != 0 { // an earlier release noted the erasure before it removed the row
		if err := p.tables.Commit(ctx, tenant, table.DeleteAt(faces.PhotosTable, rows[0])); err != nil {
			return false, err
		}
	}
	r, err := p.removeRest(ctx, tenant, id, e.remains, true)
	if err == nil && (rows[1].Rev == 0 || rows[0].Rev != 0) {
		r, err = p.keepReceipt(ctx, tenant, id, e, r)
	}
	found = r.Files+r.Faces+r.Descriptors+r.Events > 0
	if err != nil || p.now().Sub(e.At) < p.limits.EraseTime() {
		return found, err
	}
	if err := p.removeHead(ctx, tenant, e.Head, id); err != nil {
		return found, err
	}
	return found, p.tables.DeleteKey(ctx, tenant, erasedTable, id)
}

package moods

import (
	"context"

	"animo"
	"animo/internal/faces"
	"animo/internal/table"
)

// droppedTable is named in the log alone: the id of a face that is recorded no more, though its photo, or the row of one that a client
// measured, is kept.
const droppedTable = "faces-dropped"

// Replace puts the record to, nil for none, in the place of one that is recorded, and reports whether there was one. Both are of
// one face. It belongs into the transaction that decides that; call Wake after it. It notes in the log that the face's record
// is another, or gone, so that the feeds of all processes say what it is by then. Who heard of the face is not told again.
func Replace(tx *table.Tx, from faces.Key, to *animo.MoodRecord) (recorded bool, err error) {
	rows, err := tx.Read(table.Key{Table: faces.Table(from.Mood), Key: from.Key})
	if err != nil {
		return false, err
	}
	if recorded = rows[0].Rev != 0; recorded {
		var r animo.MoodRecord
		if err := table.Decode(faces.Table(from.Mood), rows[0], &r); err != nil {
			return true, err
		}
		tx.Remove(faces.Table(from.Mood), table.Entry{Row: table.Row{Key: from.Key}, Tallies: talliesOf(&r)})
	}
	if to == nil {
		tx.Do(table.Append(moodsLog, droppedTable, from.Face()))
		return recorded, nil
	}
	k := faces.KeyOf(to)
	row, err := table.Encode(k.Key, to)
	if err != nil {
		return recorded, err
	}
	tx.Add(faces.Table(to.Mood), table.Entry{Row: row, Tallies: talliesOf(to)})
	tx.Do(table.Append(moodsLog, restatedTable, string(k.Mood)+"/"+k.Key))
	return recorded, nil
}

// CorrectMeasured keeps what somebody says of a recorded face that a client measured; a nil correction takes it back. The face's record
// and its mood's counts say so in the same commit. What was measured stays in the face's row, to be brought back, and until the
// face goes. It answers NotFound for a face that is not there, and Conflict for one that is not recorded yet.
func (m *Moods) CorrectMeasured(ctx context.Context, tenant, id string, c *animo.Correction) (face animo.Face, err error) {
	err = m.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		var row faces.Measured
		if found, err := tx.GetJSON(faces.MeasuredTable, id, &row); err != nil || !found {
			if err == nil {
				err = animo.Errorf(animo.NotFound, "there is no face %q that a client measured", "no existe ningún rostro %q medido por un cliente", animo.Clip(id)).Of("face")
			}
			return err
		}
		from := faces.Key{Mood: row.Mood, Key: faces.MomentKey(animo.MomentOf(id), id)}
		was := row.Correction
		if row.Record == nil {
			rows, err := tx.Read(table.Key{Table: faces.Table(from.Mood), Key: from.Key})
			if err == nil && rows[0].Rev == 0 {
				err = animo.Errorf(animo.Conflict, "this face is being recorded at this moment; say it again in a moment", "este rostro se está registrando en este momento; dígalo de nuevo dentro de un momento").Of("face")
			}
			if err != nil {
				return err
			}
			row.Record = new(animo.MoodRecord)
			if err := table.Decode(faces.Table(from.Mood), rows[0], row.Record); err != nil {
				return err
			}
		}
		row.Correction = c
		face = row.Face()
		row.Mood, row.LeanedTo = face.Mood, face.LeanedTo
		to := *row.Record
		faces.Correct(&to, &face)
		var record *animo.MoodRecord
		if !face.NotFace() {
			record = &to
		}
		recorded, err := Replace(tx, from, record)
		if err != nil {
			return err
		}
		if !recorded && !(was != nil && was.NotFace) {
			return animo.Errorf(animo.Internal, "the record of face %q is missing", "falta el registro del rostro %q", id)
		}
		if c == nil {
			row.Record = nil
		}
		tx.Put(sinceTable, faces.MomentKey(row.Accepted, id), []byte(row.Mood))
		return tx.PutJSON(faces.MeasuredTable, id, row)
	})
	return face, err
}

package moods

import (
	"animo"
	"animo/internal/faces"
	"animo/internal/table"
)

// droppedTable is named in the log alone: the id of a face that is recorded no more, though its photo is kept.
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

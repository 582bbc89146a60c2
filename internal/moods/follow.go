package moods

import (
	"context"
	"iter"
	"strings"

	"animo"
	"animo/internal/faces"
	"animo/internal/table"
)

// Told is an element of the live stream: a face that was recorded, or the erasure of a photo or of a measured face, or, with
// neither, only the place from which on the stream tells. IDs grow in the order in which things happened.
type Told struct {
	ID     int64             // the place in the log
	Record *animo.MoodRecord // not to be changed
	Erased string            // the erased photo's ID
	Face   string            // the erased measured face's ID
	JSON   []byte            // the record, as it is stored

	restated bool   // Record was told before and names somebody else now: followers are not told of it again
	replaced string // the photo that was analysed again
	kept     string // what the IDs of replaced's faces begin with that are told still
}

// silent reports whether an element is for the feed alone, and not for followers.
func (t *Told) silent() bool { return t.restated || t.replaced != "" }

// Follow yields faces as they are recorded, and photos as they are erased: first those after the place `after` that the log
// still has, with a negative `after` only new ones. The first element is the place from which on Follow tells, another one
// than `after` where the log was trimmed beyond that; such an element also comes later where the log was trimmed before a slow
// follower had read it. Follow ends with ctx, without an error, or with an error as its last element. A slow follower does not
// slow the others down.
func (m *Moods) Follow(ctx context.Context, tenant string, after int64) iter.Seq2[Told, error] {
	return func(yield func(Told, error) bool) {
		feed, first, last, err := m.feeds.join(ctx, m, tenant)
		if err != nil {
			yield(Told{}, err)
			return
		}
		defer m.feeds.leave(tenant)
		switch {
		case after < 0 || after > last: // a place beyond the last is from another database
			after = last
		case after < first-1:
			after = first - 1
		}
		if !yield(Told{ID: after}, nil) {
			return
		}
		for {
			began := m.now()
			list, upTo, changed := feed.following(ctx, after)
			var err error
			if upTo < 0 { // this follower is behind all that the feed holds
				list, upTo, err = m.readLog(ctx, tenant, after)
			}
			for i, t := range list {
				if i > 0 && !fresh(began, m.now(), feedFresh) { // the rest of list may have been erased meanwhile
					upTo, err = list[i-1].ID, nil
					break
				}
				if !t.silent() && !yield(t, nil) {
					return
				}
			}
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				yield(Told{}, err)
				return
			}
			if upTo > after {
				after = upTo
				continue
			}
			select {
			case <-ctx.Done():
				return
			case <-changed:
			}
		}
	}
}

// logBatch is how many places are read from the log at once.
const logBatch = 256

// readLog reads what the next places of the log name, and returns up to which place it read. It leaves out the faces of photos
// that were erased meanwhile. Where places were trimmed, the first element says so. It leaves out a row that cannot be read,
// and says so in the process's log.
func (m *Moods) readLog(ctx context.Context, tenant string, after int64) (list []Told, upTo int64, err error) {
	places, err := m.tables.Log(ctx, tenant, moodsLog, after, logBatch)
	if err != nil || len(places) == 0 {
		return nil, after, err
	}
	if places[0].Seq != after+1 {
		list = append(list, Told{ID: places[0].Seq - 1})
	}
	var keys []table.Key // of each place its row, and its photo's where it has one
	for _, p := range places {
		keys = append(keys, rowOf(p), photoOf(p))
	}
	rows, err := m.tables.Read(ctx, tenant, keys...)
	if err != nil {
		return nil, after, err
	}
	for i, p := range places {
		row, photo := rows[2*i], rows[2*i+1]
		if row.Rev == 0 || photo.Rev == 0 { // erased after the place was noted
			continue
		}
		t, err := toldOf(p, row)
		if err != nil {
			m.log.WarnContext(ctx, "a row cannot be read, and is left out of the live stream", "tenant", tenant, "table", p.Table, "key", p.Key, "err", err)
			continue
		}
		list = append(list, t)
	}
	return list, places[len(places)-1].Seq, nil
}

// rowOf is the row that a place of the log is about.
func rowOf(p table.Logged) table.Key {
	if p.Table == restatedTable {
		mood, key, _ := strings.Cut(p.Key, "/")
		return table.Key{Table: faces.Table(animo.Mood(mood)), Key: key}
	}
	if p.Table == faces.AnalysesTable {
		photo, _ := faces.ParseAnalysisKey(p.Key)
		return table.Key{Table: faces.PhotosTable, Key: photo}
	}
	if p.Table == droppedTable && faces.IsMeasured(p.Key) {
		return table.Key{Table: faces.MeasuredTable, Key: p.Key}
	}
	if p.Table == droppedTable {
		photo, _, _ := faces.ParseID(p.Key)
		return table.Key{Table: faces.PhotosTable, Key: photo}
	}
	return table.Key{Table: p.Table, Key: p.Key}
}

// photoOf is the row without which a place is not told: the photo's, or else the place's own.
func photoOf(p table.Logged) table.Key {
	row := rowOf(p)
	if p.Table == receiptsTable || p.Table == faces.AnalysesTable || p.Table == droppedTable {
		return row
	}
	if photo, _, ok := faces.ParseID(faces.Key{Key: row.Key}.Face()); ok {
		return table.Key{Table: faces.PhotosTable, Key: photo}
	}
	return row
}

// toldOf reads what a place of the log names: a face's record, or the receipt of an erasure.
func toldOf(p table.Logged, row table.Row) (Told, error) {
	if p.Table == receiptsTable {
		var r animo.Receipt
		err := table.Decode(receiptsTable, row, &r)
		if faces.IsMeasured(r.Erased) {
			return Told{ID: p.Seq, Face: r.Erased}, err
		}
		return Told{ID: p.Seq, Erased: r.Erased}, err
	}
	if p.Table == faces.AnalysesTable {
		photo, round := faces.ParseAnalysisKey(p.Key)
		return Told{ID: p.Seq, replaced: photo, kept: faces.Prefix(photo, round)}, nil
	}
	if p.Table == droppedTable {
		return Told{ID: p.Seq, Face: p.Key}, nil
	}
	t := Told{ID: p.Seq, Record: new(animo.MoodRecord), JSON: row.Value, restated: p.Table == restatedTable}
	return t, table.Decode(p.Table, row, t.Record)
}

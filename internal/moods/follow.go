package moods

import (
	"context"
	"iter"
	"strings"

	"animo"
	"animo/internal/faces"
	"animo/internal/table"
)

// Told is what the live stream tells: a face that was recorded, or that a photo or a measured face was erased, or, with
// neither, only the place from which on it tells. IDs grow in the order in which things happened.
type Told struct {
	ID     int64
	Record *animo.MoodRecord // not to be changed
	Erased string            // the photo's ID
	Face   string            // that of a measured face that was erased
	JSON   []byte            // the record, as it is stored

	restated bool   // Record was told before and says somebody else now: it is not told again
	replaced string // the photo that was analysed again; of its faces only those with the prefix kept are to be told
	kept     string
}

// silent reports whether followers hear nothing of it.
func (t *Told) silent() bool { return t.restated || t.replaced != "" }

// Follow tells of faces as they are recorded, and of photos as they are erased: first what came after the place
// `after` and is still known, with a negative `after` only what is new. The first element is the place from which
// on it tells, which is another than `after` where that is not known any more; such an element also comes later
// where something was forgotten before a slow follower heard of it. It ends with ctx, in silence, or with an error
// as its last element. A follower that is slow costs the others nothing.
func (m *Moods) Follow(ctx context.Context, tenant string, after int64) iter.Seq2[Told, error] {
	return func(yield func(Told, error) bool) {
		feed, first, last, err := m.feeds.join(ctx, m, tenant)
		if err != nil {
			yield(Told{}, err)
			return
		}
		defer m.feeds.leave(tenant)
		switch {
		case after < 0 || after > last: // a number that was never given is from another database
			after = last
		case after < first-1:
			after = first - 1
		}
		if !yield(Told{ID: after}, nil) {
			return
		}
		for {
			began := m.now()
			list, upTo, changed := feed.since(ctx, after)
			var err error
			if upTo < 0 { // it is too far behind
				list, upTo, err = m.readLog(ctx, tenant, after)
			}
			for i, t := range list {
				if i > 0 && !fresh(began, m.now(), feedFresh) { // what is left of it may have been erased meanwhile
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

// readLog reads what is at the next places of the log, and tells up to which place. The faces of photos that were erased
// meanwhile are left out. Where places were trimmed, the first element says so. A row that cannot be read is left out,
// and said in the process's log.
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
		if row.Rev == 0 || photo.Rev == 0 { // it was erased after it was noted
			continue
		}
		t, err := toldOf(p, row)
		if err != nil {
			m.log.Warn("a row cannot be read, and is left out of the live stream", "tenant", tenant, "table", p.Table, "key", p.Key, "err", err)
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
	if p.Table == droppedTable {
		photo, _, _ := faces.ParseID(p.Key)
		return table.Key{Table: faces.PhotosTable, Key: photo}
	}
	return table.Key{Table: p.Table, Key: p.Key}
}

// photoOf is the row that must be there for a place to be told: the photo's, or else the place's own.
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

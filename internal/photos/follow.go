package photos

import (
	"context"
	"encoding/json"
	"iter"

	"animo"
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
}

// Follow tells of faces as they are recorded, and of photos as they are erased: first what came after the place
// `after` and is still known, with a negative `after` only what is new. The first element is the place from which
// on it tells, which is another than `after` where that is not known any more; such an element also comes later
// where something was forgotten before a slow follower heard of it. It ends with ctx, in silence, or with an error
// as its last element. A follower that is slow costs the others nothing.
func (f *Flow) Follow(ctx context.Context, tenant string, after int64) iter.Seq2[Told, error] {
	return func(yield func(Told, error) bool) {
		feed, first, last, err := f.feeds.join(ctx, f, tenant)
		if err != nil {
			yield(Told{}, err)
			return
		}
		defer f.feeds.leave(tenant)
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
			list, upTo, changed := feed.since(after)
			var err error
			if upTo < 0 { // it is too far behind
				list, upTo, err = f.readLog(ctx, tenant, after)
			}
			for _, t := range list {
				if !yield(t, nil) {
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

// logBatch is how many faces are read from the tables at once.
const logBatch = 256

// readLog reads what is at the next places of the log, and tells up to which place, also with an error. The faces
// of photos that were erased meanwhile are left out. Where places were trimmed, the first element says so.
func (f *Flow) readLog(ctx context.Context, tenant string, after int64) (list []Told, upTo int64, err error) {
	places, err := f.tables.Log(ctx, tenant, moodsLog, after, logBatch)
	if err != nil {
		return nil, after, err
	}
	if len(places) > 0 && places[0].Seq != after+1 {
		list = append(list, Told{ID: places[0].Seq - 1})
	}
	there := map[string]bool{} // photos
	for _, p := range places {
		row, err := f.tables.Get(ctx, tenant, p.Table, p.Key)
		if err == nil {
			var t Told
			if t, err = toldOf(p, row.Value); err == nil && t.Record != nil && t.Record.MeasuredBy == "" {
				id := t.Record.PhotoID
				if _, known := there[id]; !known {
					_, err = f.tables.Get(ctx, tenant, photosTable, id)
					there[id] = err == nil
				}
			}
			if err == nil && (t.Record == nil || t.Record.MeasuredBy != "" || there[t.Record.PhotoID]) {
				list = append(list, t)
			}
		}
		if err != nil && !gone(err) {
			return list, after, err
		}
		after = p.Seq
	}
	return list, after, nil
}

// toldOf reads what a place of the log names: a face's record, or the receipt of an erasure.
func toldOf(p table.Logged, value []byte) (Told, error) {
	if p.Table == receiptsTable {
		var r animo.Receipt
		err := json.Unmarshal(value, &r)
		if isMeasured(r.Erased) {
			return Told{ID: p.Seq, Face: r.Erased}, err
		}
		return Told{ID: p.Seq, Erased: r.Erased}, err
	}
	t := Told{ID: p.Seq, Record: new(animo.MoodRecord), JSON: value}
	return t, json.Unmarshal(value, t.Record)
}

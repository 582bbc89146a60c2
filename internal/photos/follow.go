package photos

import (
	"context"
	"encoding/json"
	"iter"

	"animo"
)

// Told is a recorded face as the live stream tells it. IDs grow in the order in which faces were recorded.
type Told struct {
	ID     int64
	Record *animo.MoodRecord // not to be changed; nil where Told is a gap
	JSON   []byte            // the record, as it is stored
}

// Follow yields faces as they are recorded: first those after the one with the ID `after` that are still known,
// with a negative `after` only new ones. Where faces after `after` are not known any more, the first element is
// a Told without a record whose ID says after which it goes on. It ends with ctx, in silence, or with an error as
// its last element. A follower that is slow costs the others nothing.
func (f *Flow) Follow(ctx context.Context, tenant string, after int64) iter.Seq2[Told, error] {
	return func(yield func(Told, error) bool) {
		feed, err := f.feeds.join(ctx, f, tenant)
		if err != nil {
			yield(Told{}, err)
			return
		}
		defer f.feeds.leave(tenant)
		first, last, err := f.tables.LogEnd(ctx, tenant, moodsLog)
		switch {
		case err != nil:
			yield(Told{}, err)
			return
		case after < 0 || after > last: // a number that was never given is from another database
			after = last
		case after < first-1:
			after = first - 1
			if !yield(Told{ID: after}, nil) {
				return
			}
		}
		for {
			list, upTo, changed := feed.since(after)
			if upTo < 0 { // it is too far behind
				list, upTo, err = f.readLog(ctx, tenant, after)
			}
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				yield(Told{}, err)
				return
			}
			for _, t := range list {
				if !yield(t, nil) {
					return
				}
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

// readLog reads the faces at the next places of the log, and tells up to which place. Those that were erased
// meanwhile are left out.
func (f *Flow) readLog(ctx context.Context, tenant string, after int64) (list []Told, upTo int64, err error) {
	places, err := f.tables.Log(ctx, tenant, moodsLog, after, logBatch)
	if err != nil {
		return nil, after, err
	}
	for _, p := range places {
		row, err := f.tables.Get(ctx, tenant, p.Table, p.Key)
		if gone(err) {
			after = p.Seq
			continue
		}
		t := Told{p.Seq, new(animo.MoodRecord), row.Value}
		if err == nil {
			err = json.Unmarshal(row.Value, t.Record)
		}
		if err != nil {
			return nil, after, err
		}
		list, after = append(list, t), p.Seq
	}
	return list, after, nil
}

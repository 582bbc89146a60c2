package photos

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"animo"
	"animo/internal/table"
)

// AgainQuery chooses the photos that Reanalyse has analysed again.
type AgainQuery struct {
	IDs    []string  // only these; nil for all that the rest chooses
	Source *string   // nil: every source
	From   time.Time // taken then or later
	To     time.Time // taken before; zero: no end
	After  string    // the id after which to go on, from Again.Next; "" for the start
}

// Again says what became of a wish to have photos analysed again.
type Again struct {
	Queued  int    // to be analysed
	Skipped int    // that have no picture any more, or are not there
	Next    string // where to go on, as AgainQuery.After; "" at the end
}

// againMost is how many photos one call of Reanalyse looks at, so that its caller does not wait for long.
const againMost = 10_000

// Reanalyse has photos analysed again by the networks and people that there are now. Each waits its turn in the
// queue as a new photo does; until its analysis has ended, its faces stay as they are, and then they are replaced
// exactly. What somebody said of a face holds for the new face in its place. What was told of a photo's faces is
// not told again.
func (f *Flow) Reanalyse(ctx context.Context, tenant string, q AgainQuery) (a Again, err error) {
	if _, err := f.policy(ctx, tenant); err != nil {
		return a, err
	}
	var events []animo.Event
	flush := func() error {
		err := f.events.Publish(ctx, events...)
		events = events[:0]
		return err
	}
	one := func(id string) error {
		queued, err := f.again(ctx, tenant, id)
		switch {
		case err != nil:
			return err
		case !queued:
			a.Skipped++
			return nil
		}
		a.Queued++
		e, err := f.stored(tenant, id)
		if err != nil {
			return err
		}
		if events = append(events, e); len(events) == 256 {
			return flush()
		}
		return nil
	}
	for _, id := range q.IDs {
		if err := one(id); err != nil {
			return a, err
		}
	}
	if q.IDs != nil {
		return a, flush()
	}
	looked := 0
	from := ""
	if q.After != "" {
		from = q.After + "\x00"
	}
	for r, err := range f.tables.Query(ctx, tenant, photosTable, table.Range{From: from}, false) {
		if err != nil {
			return a, err
		}
		if looked == againMost {
			return a, flush()
		}
		var row photoRow
		if err := json.Unmarshal(r.Value, &row); err != nil {
			return a, err
		}
		if looked++; looked == againMost {
			a.Next = r.Key
		}
		if q.Source != nil && row.Source != *q.Source || row.Taken.Before(q.From) || !q.To.IsZero() && !row.Taken.Before(q.To) {
			continue
		}
		if err := one(r.Key); err != nil {
			return a, err
		}
	}
	a.Next = ""
	return a, flush()
}

// again notes that a photo is to be analysed again, and reports whether it can be. One that waits for its analysis
// is let wait.
func (f *Flow) again(ctx context.Context, tenant, id string) (bool, error) {
	for {
		row, err := f.photo(ctx, tenant, id)
		if gone(err) || err == nil && row.Bare {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if _, err := f.tables.Get(ctx, tenant, picturesTable, id); err != nil {
			if gone(err) {
				err = nil
			}
			return false, err
		}
		if !row.Status.Ended() {
			return true, nil
		}
		if !row.Analysed.IsZero() {
			row.Asked = row.Round + 1
			row.Told = row.Told || row.Status == animo.Done
		}
		row.Status, row.Failure = animo.Queued, nil
		if err := f.save(ctx, tenant, &row, pending(&row)); !conflict(err) {
			return true, err
		}
	}
}

// due reports whether a photo is still to be analysed.
func (row *photoRow) due() bool { return row.Analysed.IsZero() || row.Asked > row.Round }

// dropPast removes what the analyses before a photo's last one had found.
func (f *Flow) dropPast(ctx context.Context, tenant string, row photoRow) error {
	events := make([]string, row.Past)
	for i := range events {
		events[i] = faceEventID(tenant, faceID(row.ID, row.Round-1, i))
	}
	if _, err := f.events.Remove(ctx, tenant, events...); err != nil {
		return err
	}
	for _, keys := range besides(row.ID+"-", facePrefix(row.ID, row.Round)) {
		for r, err := range f.tables.Query(ctx, tenant, identitiesTable, keys, false) {
			if err == nil {
				_, _, err = f.forgetFace(ctx, tenant, r.Key, row.Taken)
			}
			if err != nil {
				return err
			}
		}
		if _, err := f.tables.Delete(ctx, tenant, descriptorsTable, keys); err != nil {
			return err
		}
	}
	for _, m := range animo.Moods() {
		for _, keys := range besides(momentKey(row.Taken, row.ID)+"-", momentKey(row.Taken, facePrefix(row.ID, row.Round))) {
			if _, err := f.removeFaces(ctx, tenant, m, keys); err != nil {
				return err
			}
		}
	}
	f.feeds.forget(tenant, row.ID)
	for _, keys := range besides(row.ID, analysisKey(row.ID, row.Round)) {
		if _, err := f.tables.Delete(ctx, tenant, facesTable, keys); err != nil {
			return err
		}
	}
	return nil
}

// besides gives the keys that begin with one prefix and not with another, longer one, which only ASCII letters,
// digits and hyphens follow.
func besides(prefix, kept string) []table.Range {
	return []table.Range{{Prefix: prefix, To: kept}, {Prefix: prefix, From: kept + "~"}}
}

// analysisKey is the key of what one analysis of a photo found.
func analysisKey(photo string, round int) string {
	if round == 0 {
		return photo
	}
	return fmt.Sprintf("%s-r%d", photo, round)
}

// carryOver gives the new faces of a photo what somebody said of the old ones in their places, as far as those
// overlap.
func (f *Flow) carryOver(ctx context.Context, tenant string, row *photoRow, faces []animo.Face) (map[string]identity, error) {
	said := map[string]identity{}
	if row.Analysed.IsZero() {
		return said, nil
	}
	old, err := f.analysed(ctx, tenant, row.ID, row.Round)
	if err != nil {
		return nil, err
	}
	for _, before := range old {
		who, err := f.identity(ctx, tenant, before.ID)
		if gone(err) || err == nil && !who.Said && len(who.Not) == 0 {
			continue
		}
		if err != nil {
			return nil, err
		}
		best, most := -1, sameFace
		for i := range faces {
			if share := overlap(before.Box, faces[i].Box); share >= most {
				if _, taken := said[faces[i].ID]; !taken {
					best, most = i, share
				}
			}
		}
		if best >= 0 {
			who.rev = 0
			if !who.Said {
				who.Person, who.Similarity = "", 0
			}
			said[faces[best].ID] = who
		}
	}
	return said, nil
}

// sameFace is how much the boxes of two analyses overlap, as a share of what both cover, where they are the same
// face's.
const sameFace = 0.4

// overlap is the area that two boxes share in relation to the area that they cover together.
func overlap(a, b animo.Box) float64 {
	w := min(a.Left+a.Width, b.Left+b.Width) - max(a.Left, b.Left)
	h := min(a.Top+a.Height, b.Top+b.Height) - max(a.Top, b.Top)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h / (a.Width*a.Height + b.Width*b.Height - w*h)
}

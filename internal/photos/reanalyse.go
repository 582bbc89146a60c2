package photos

import (
	"context"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/moods"
	"animo/internal/people"
	"animo/internal/table"
)

// AgainQuery chooses the photos that Reanalyse queues.
type AgainQuery struct {
	IDs    []string  // only these; nil for all that the rest chooses
	Source *string   // nil: every source
	From   time.Time // taken then or later
	To     time.Time // taken before; zero: no end
	After  string    // the id after which to go on, from Again.Next; "" for the start
}

// Again says what Reanalyse did.
type Again struct {
	Queued  int    // to be analysed
	Skipped int    // that have no picture any more, or are not there
	Next    string // where to go on, as AgainQuery.After; "" at the end
}

// againMost is how many photos one call of Reanalyse looks at, so that its caller does not wait for long.
const againMost = 10_000

// Reanalyse queues photos to be analysed again, by the networks and people that there are now. Each photo waits its turn in
// the queue as a new one does. Its faces stay as they are until the analysis has ended, and then are replaced exactly. What
// somebody said of a face holds for the new face in its place. Subscribers who were told of a photo's faces are not told again.
func (p *Photos) Reanalyse(ctx context.Context, tenant string, q AgainQuery) (a Again, err error) {
	if _, err := p.policy(ctx, tenant); err != nil {
		return a, err
	}
	var events []animo.Event
	flush := func() error {
		err := p.events.Publish(ctx, events...)
		events = events[:0]
		return err
	}
	one := func(id string) error {
		queued, err := p.again(ctx, tenant, id)
		switch {
		case err != nil:
			return err
		case !queued:
			a.Skipped++
			return nil
		}
		a.Queued++
		e, err := p.stored(tenant, id)
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
	for r, err := range p.tables.Query(ctx, tenant, faces.PhotosTable, table.Range{From: from}, false) {
		if err != nil {
			return a, err
		}
		if looked == againMost {
			return a, flush()
		}
		row, err := faces.PhotoOf(r)
		if err != nil {
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

// again notes that a photo is to be analysed again, and reports whether it can be. It leaves a photo as it is that waits for
// its analysis.
func (p *Photos) again(ctx context.Context, tenant, id string) (can bool, err error) {
	err = p.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		can = false
		rows, err := tx.Read(table.Key{Table: faces.PhotosTable, Key: id}, table.Key{Table: picturesTable, Key: id})
		if err != nil {
			return err
		}
		row, err := faces.PhotoOf(rows[0])
		if err != nil || row.Rev == 0 || row.Bare || rows[1].Rev == 0 {
			return err
		}
		if err := p.finish(ctx, tenant, &row); err != nil { // a commit of its own: what is finished is, whatever becomes of this one
			return err
		}
		if can = true; !row.Status.Ended() {
			return nil
		}
		if !row.Analysed.IsZero() {
			row.Asked = row.Round + 1
			row.Told = row.Told || row.Status == animo.Done
		}
		row.Status, row.Failure = animo.Queued, nil
		tx.Put(faces.PendingTable, id, []byte(row.Head))
		return tx.PutJSON(faces.PhotosTable, id, row)
	})
	return can, err
}

// removePast removes what the analyses before a photo's last one had found.
func (p *Photos) removePast(ctx context.Context, tenant string, row *faces.Photo) error {
	events := make([]string, row.Past)
	for i := range events {
		events[i] = faces.EventID(tenant, faces.ID(row.ID, row.Round-1, i))
	}
	if _, err := p.events.Remove(ctx, tenant, events...); err != nil {
		return err
	}
	kept := faces.AnalysisKey(row.ID, row.Round)
	for r, err := range p.tables.Query(ctx, tenant, faces.AnalysesTable, table.Range{Prefix: row.ID}, false) {
		if err != nil {
			return err
		}
		if _, round := faces.ParseAnalysisKey(r.Key); r.Key == kept || round > row.Round {
			continue
		}
		list, err := faces.AnalysisOf(r)
		if err != nil {
			return err
		}
		if err := p.removeAnalysis(ctx, tenant, row, r.Key, list); err != nil {
			return err
		}
	}
	return nil
}

// removeAnalysis removes one analysis of a photo with its faces, while the photo's row is as it was read.
func (p *Photos) removeAnalysis(ctx context.Context, tenant string, row *faces.Photo, key string, list []animo.Face) error {
	most := p.tables.Steps(opsOfFace)
	for {
		step := list[:min(most, len(list))]
		list = list[len(step):]
		last := len(list) == 0
		var f people.Forgotten
		err := p.tables.Update(ctx, tenant, func(tx *table.Tx) (err error) {
			if f, err = p.removeFaces(tx, row.Taken, step, new(animo.Receipt), table.Key{Table: faces.PhotosTable, Key: row.ID}); err == nil && last {
				tx.Delete(faces.AnalysesTable, key)
				tx.Do(moods.ReplacedOp(row))
			}
			return err
		})
		if err == nil {
			_, err = p.people.Forgot(ctx, tenant, f)
		}
		if err != nil || last {
			p.moods.Wake(tenant)
			return err
		}
	}
}

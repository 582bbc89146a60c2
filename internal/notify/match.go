package notify

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"animo"
	"animo/internal/table"
)

// handle puts a face into the line of each subscription that it matches. The row's key comes from the face, so a
// repeat adds nothing.
func (n *Notifier) handle(ctx context.Context, e animo.Event) error {
	var r animo.MoodRecord
	if err := json.Unmarshal(e.Data, &r); err != nil || r.FaceID == "" || r.PhotoID == "" {
		return animo.Errorf(animo.Invalid, "the event's data is not a face's record", "los datos del evento no son el registro de un rostro").Because(err)
	}
	var subs []stored
	for row, err := range n.tables.Query(ctx, e.Tenant, subscriptionsTable, table.Range{}, false) {
		if err != nil {
			return err
		}
		sub, err := decode(row)
		if err != nil {
			return err
		}
		if sub.State != Unsubscribed {
			subs = append(subs, sub)
		}
	}
	if len(subs) == 0 {
		return nil
	}
	photo, err := n.photos.Photo(ctx, e.Tenant, r.PhotoID)
	if gone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if people, ok := peopleOf(photo, r.FaceID); ok && !slices.Equal(people, r.ImageData.Celebrities) { // since that was said
		r.ImageData.Celebrities = people
		if e.Data, err = json.Marshal(r); err != nil {
			return err
		}
	}
	var entries []table.Entry
	var ids []string
	for _, sub := range subs {
		if !sub.Filter.Matches(&r) {
			continue
		}
		entry, err := n.faceEntry(ctx, e, r.FaceID, sub.ID)
		if err != nil {
			return err
		}
		entries, ids = append(entries, entry), append(ids, sub.ID)
	}
	if len(entries) == 0 {
		return nil
	}
	if _, err := n.tables.Add(ctx, e.Tenant, outboxTable, entries...); err != nil {
		return err
	}
	// Read after the rows were written: whoever erases the photo removes its row first and these then, and whoever
	// changes who the face is has these say so after that.
	photo, err = n.photos.Photo(ctx, e.Tenant, r.PhotoID)
	if gone(err) {
		_, err := n.Forget(ctx, e.Tenant, r.PhotoID)
		return err
	}
	if err != nil {
		return err
	}
	if people, ok := peopleOf(photo, r.FaceID); ok && !slices.Equal(people, r.ImageData.Celebrities) {
		if err := n.Rename(ctx, e.Tenant, r.FaceID, people); err != nil {
			return err
		}
	}
	for _, id := range ids {
		n.turns.wake(place{e.Tenant, id})
	}
	return nil
}

// faceEntry is what puts a face into a line; into a line that is full, it is a note for the log that says so,
// once for as long as nothing moves.
func (n *Notifier) faceEntry(ctx context.Context, e animo.Event, face, id string) (table.Entry, error) {
	now := n.now().UTC()
	var l line
	if _, err := table.GetJSON(ctx, n.tables, e.Tenant, linesTable, id, &l); err != nil && !gone(err) {
		return table.Entry{}, err
	}
	_, last, err := n.tables.LogEnd(ctx, e.Tenant, outboxLog(id))
	if err != nil {
		return table.Entry{}, err
	}
	if last-l.Position >= int64(n.limits.Waiting) {
		r := animo.ReasonOf(animo.Errorf(animo.Quota, "%d deliveries wait, as many as may; those that come after are not told", "esperan %d entregas, el máximo; las que lleguen después no se cuentan", last-l.Position))
		return entry(otherKey("full-"+strconv.FormatInt(l.Position, 10), id), id, parcel{Kind: ofState, Added: now, Notice: &r, Outcome: Untold, Settled: now})
	}
	return entry(faceKey(face, id), id, parcel{ID: messageID(e.Tenant, id, face), Type: e.Type, Time: e.Time, Added: now, Data: e.Data})
}

// entry is a parcel at the end of a subscription's line.
func entry(key, subscription string, p parcel) (table.Entry, error) {
	b, err := json.Marshal(p)
	return table.Entry{Row: table.Row{Key: key, Value: b}, Log: outboxLog(subscription)}, err
}

// Forget removes what is kept of a photo to be told, and what is kept of having told it. It tells how many
// deliveries those were. What is being sent at that moment cannot be called back.
func (n *Notifier) Forget(ctx context.Context, tenant, photo string) (int, error) {
	keys := table.Range{Prefix: photo + "-"}
	count, err := n.tables.Count(ctx, tenant, outboxTable, keys)
	if err != nil || count == 0 {
		return 0, err
	}
	return n.tables.Delete(ctx, tenant, outboxTable, keys)
}

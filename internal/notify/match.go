package notify

import (
	"cmp"
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
	if err := json.Unmarshal(e.Data, &r); err != nil || r.FaceID == "" || (r.PhotoID == "") != (r.MeasuredBy != "") {
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
	people, known, err := n.whoIs(ctx, e.Tenant, r)
	if gone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if known && !slices.Equal(people, r.ImageData.Celebrities) { // since that was said
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
	// Read after the rows were written: whoever erases the photo, or a measured face, removes its row first and these
	// then, and whoever changes who the face is has these say so after that.
	people, known, err = n.whoIs(ctx, e.Tenant, r)
	if gone(err) {
		_, err := n.Forget(ctx, e.Tenant, cmp.Or(r.PhotoID, r.FaceID))
		return err
	}
	if err != nil {
		return err
	}
	if known && !slices.Equal(people, r.ImageData.Celebrities) {
		if err := n.Rename(ctx, e.Tenant, r.FaceID, people); err != nil {
			return err
		}
	}
	for _, id := range ids {
		_, err := n.subscription(ctx, e.Tenant, id)
		if gone(err) { // removed since it was read, and cleared perhaps before it was written
			err = n.clear(ctx, e.Tenant, id)
		}
		if err != nil {
			return err
		}
		n.turns.wake(place{e.Tenant, id})
	}
	return nil
}

// whoIs tells who a face is, where that is known, or answers NotFound once it is erased, alone or with its photo.
func (n *Notifier) whoIs(ctx context.Context, tenant string, r animo.MoodRecord) (people []animo.Celebrity, known bool, err error) {
	if r.MeasuredBy != "" {
		return nil, false, n.photos.Measured(ctx, tenant, r.FaceID)
	}
	photo, err := n.photos.Photo(ctx, tenant, r.PhotoID)
	if err == nil {
		people, known = peopleOf(photo, r.FaceID)
	}
	return people, known, err
}

// faceEntry is what puts a face into a line; into a line that is full, it is a note for the log that says so,
// once for as long as nothing moves.
func (n *Notifier) faceEntry(ctx context.Context, e animo.Event, face, id string) (table.Entry, error) {
	now := n.now().UTC()
	var l line
	if _, err := n.tables.GetJSON(ctx, e.Tenant, linesTable, id, &l); err != nil && !gone(err) {
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

// Forget removes what is kept of a photo, or of a face that a client measured, to be told, and what is kept of having
// told it. It tells how many deliveries those were. What is being sent at that moment cannot be called back.
func (n *Notifier) Forget(ctx context.Context, tenant, id string) (removed int, err error) {
	for _, keys := range []table.Range{{Prefix: id + "-"}, {Prefix: faceKey(id, "")}} {
		count, err := n.tables.Count(ctx, tenant, outboxTable, keys)
		if err == nil && count > 0 {
			count, err = n.tables.Delete(ctx, tenant, outboxTable, keys)
			removed += count
		}
		if err != nil {
			return removed, err
		}
	}
	return removed, nil
}

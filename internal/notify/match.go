package notify

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"animo"
	"animo/internal/faces"
	"animo/internal/table"
)

// handle puts a face into the line of each subscription that matches it. The row's key comes from the face and the
// subscription, so a repeat adds nothing.
func (n *Notifier) handle(ctx context.Context, e animo.Event) error {
	if !strings.HasPrefix(e.Type, "face.") {
		return n.handleWork(ctx, e)
	}
	var r animo.MoodRecord
	if err := json.Unmarshal(e.Data, &r); err != nil || r.FaceID == "" || (r.PhotoID == "") != (r.MeasuredBy != "") {
		return animo.Errorf(animo.Invalid, "the event's data is not a face's record", "los datos del evento no son el registro de un rostro").Because(err)
	}
	var lines []lineID
	basis := e.Basis
	err := n.tables.Update(ctx, e.Tenant, func(tx *table.Tx) (err error) {
		lines = nil
		r, there, err := current(tx, r, basis)
		basis = "" // where it does not hold, the next try reads the rows
		if err != nil || !there {
			return err
		}
		subs, err := n.subscriptions(ctx, e.Tenant) // at each try, because a change of a person's name changes filters, too
		if err != nil || len(subs) == 0 {
			return err
		}
		lines, err = n.match(ctx, tx, e, ofFace, r.FaceID, r, func(f Filter) bool { return f.Matches(&r) }, subs)
		return err
	})
	for _, at := range lines {
		n.turns.wake(at)
	}
	return err
}

// current returns the record of a face as it is at the moment of a transaction: as the event has it, with who the face is by
// now. there is false once the face is erased, alone or with its photo, or its photo is analysed again. With a basis, current
// reads nothing: it returns the event's record, and the transaction expects the rows of the basis.
func current(tx *table.Tx, r animo.MoodRecord, basis string) (_ animo.MoodRecord, there bool, err error) {
	if expected, ok := faces.Expect(r.PhotoID, r.FaceID, basis); ok {
		tx.Do(expected...)
		return r, true, nil
	}
	if r.MeasuredBy != "" {
		var row faces.Measured
		there, err := tx.GetJSON(faces.MeasuredTable, r.FaceID, &row)
		return r, there && row.Correct(&r), err
	}
	photo, err := faces.ReadPhoto(tx, r.PhotoID)
	_, round, _ := faces.ParseID(r.FaceID)
	if err != nil || photo.Rev == 0 || photo.Round != round {
		return r, false, err
	}
	who, err := faces.ReadWho(tx, r.FaceID)
	if err != nil {
		return r, false, err
	}
	if who[0].Known {
		r.ImageData.Celebrities = who[0].Celebrities()
	}
	face, _, err := faces.ReadFace(tx, r.PhotoID, round, r.FaceID)
	if err == nil && face.Correction != nil {
		faces.Correct(&r, &face)
	}
	return r, err == nil && !face.NotFace(), err
}

// match puts an event into the lines of the subscriptions that want it, unless what it tells of is there already, and returns
// these lines. what is a face, or names an event of something else; tells is what subscribers are told of it. The transaction expects each of these subscriptions as it was read.
func (n *Notifier) match(ctx context.Context, tx *table.Tx, e animo.Event, k kind, what string, tells any, wants func(Filter) bool, subs []stored) (lines []lineID, err error) {
	var matching []stored
	var keys []table.Key
	for _, sub := range subs {
		if sub.State != Unsubscribed && wants(sub.Filter) {
			matching = append(matching, sub)
			keys = append(keys, table.Key{Table: outboxTable, Key: faceKey(what, sub.ID)}, table.Key{Table: subscriptionsTable, Key: sub.ID})
		}
	}
	if len(matching) == 0 {
		return nil, nil
	}
	rows, err := tx.Read(keys...)
	if err != nil {
		return nil, err
	}
	if e.Data, err = json.Marshal(tells); err != nil {
		return nil, err
	}
	for i, sub := range matching {
		if rows[2*i+1].Rev == 0 { // the subscription was removed meanwhile
			continue
		}
		lines = append(lines, lineID{e.Tenant, sub.ID})
		if rows[2*i].Rev != 0 { // a repeat
			continue
		}
		entry, err := n.lineEntry(ctx, e, k, what, sub.ID)
		if err != nil {
			return nil, err
		}
		if there, err := tx.Read(table.Key{Table: outboxTable, Key: entry.Key}); err != nil {
			return nil, err
		} else if there[0].Rev == 0 {
			tx.Add(outboxTable, entry)
		}
	}
	return lines, nil
}

// lineEntry is the entry that puts an event into a line. Where the line is full it is a note for the log that says so. Until
// the line moves on, all such notes have one key, so that the log has one of them.
func (n *Notifier) lineEntry(ctx context.Context, e animo.Event, k kind, what, id string) (table.Entry, error) {
	now := n.now().UTC()
	var l line
	if _, err := n.tables.GetJSON(ctx, e.Tenant, linesTable, id, &l); err != nil && animo.CodeOf(err) != animo.NotFound {
		return table.Entry{}, err
	}
	last, err := n.tables.LogLast(ctx, e.Tenant, outboxLog(id))
	if err != nil {
		return table.Entry{}, err
	}
	if last-l.Position >= int64(n.limits.Waiting) {
		r := animo.ReasonOf(animo.Errorf(animo.Quota, "%d deliveries wait, as many as may; those that come after are not told", "esperan %d entregas, el máximo; las que lleguen después no se cuentan", last-l.Position))
		return entry(otherKey("full-"+strconv.FormatInt(l.Position, 10), id), id, parcel{Kind: ofState, Added: now, Notice: &r, Outcome: Untold, Settled: now})
	}
	return entry(faceKey(what, id), id, parcel{Kind: k, ID: messageID(e.Tenant, id, what), Type: e.Type, Time: e.Time, Added: now, Data: e.Data, TraceParent: e.TraceParent})
}

// entry is a parcel at the end of a subscription's line.
func entry(key, subscription string, p parcel) (table.Entry, error) {
	row, err := table.Encode(key, p)
	return table.Entry{Row: row, Log: outboxLog(subscription)}, err
}

// Forget removes the parcels of a photo, or of a face that a client measured: those that wait and those that were told. It
// returns how many there were. What is being sent at that moment cannot be called back.
func (n *Notifier) Forget(ctx context.Context, tenant, id string) (removed int, err error) {
	for _, keys := range []table.Range{{Prefix: id + "-"}, {Prefix: faceKey(id, "")}} {
		count, err := n.tables.Delete(ctx, tenant, outboxTable, keys)
		if removed += count; err != nil {
			return removed, err
		}
	}
	return removed, nil
}

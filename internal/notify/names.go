package notify

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/table"
)

// RenamePerson writes a person's new name into the subscriptions to the old one.
func (n *Notifier) RenamePerson(ctx context.Context, tenant, from, to string) error {
	list, err := n.subscriptions(ctx, tenant)
	if err != nil {
		return err
	}
	for _, s := range list {
		if s.Filter.Person != from {
			continue
		}
		err := n.change(ctx, tenant, s.ID, func(_ *table.Tx, s *stored) error {
			if s.Filter.Person == from {
				s.Filter.Person = to
			}
			return nil
		})
		if err != nil && animo.CodeOf(err) != animo.NotFound {
			return err
		}
	}
	return nil
}

// ForgetPerson removes the subscriptions to a person who is erased, with what waits for them and their logs: those that
// were made until the millisecond `at`. It returns how many those were.
func (n *Notifier) ForgetPerson(ctx context.Context, tenant, name string, at time.Time) (removed int, err error) {
	n.adds.Lock() // so that a subscription which Add is making at this moment is listed
	list, err := n.subscriptions(ctx, tenant)
	n.adds.Unlock()
	if err != nil {
		return 0, err
	}
	for _, s := range list {
		if s.Filter.Person != name || s.Created.Truncate(time.Millisecond).After(at) {
			continue
		}
		err := n.Remove(ctx, tenant, s.ID)
		if err == nil {
			removed++
		} else if animo.CodeOf(err) != animo.NotFound {
			return removed, err
		}
	}
	return removed, nil
}

// Rename writes into the parcels of a face who the face is, as restate does.
func (n *Notifier) Rename(ctx context.Context, tenant, face string, people []animo.Celebrity) error {
	return n.restate(ctx, tenant, face, func(r *animo.MoodRecord) (is, changed bool) {
		if slices.Equal(r.ImageData.Celebrities, people) {
			return true, false
		}
		r.ImageData.Celebrities = people
		return true, true
	})
}

// Correct writes into the parcels of a face what somebody said that the face shows, or that it is none, as restate does.
func (n *Notifier) Correct(ctx context.Context, tenant string, face *animo.Face) error {
	return n.restate(ctx, tenant, face.ID, func(r *animo.MoodRecord) (is, changed bool) {
		faces.Correct(r, face)
		return !face.NotFace(), true
	})
}

// restate changes the record in the parcels of a face: in those that wait and those that were told. A parcel that waits is
// removed where the face is none, and where its subscriber would not have been told of what it is now. What is being sent at
// that moment cannot be called back.
func (n *Notifier) restate(ctx context.Context, tenant, face string, change func(r *animo.MoodRecord) (is, changed bool)) error {
	for row, err := range n.tables.Query(ctx, tenant, outboxTable, table.Range{Prefix: faceKey(face, "")}, false) {
		if err != nil {
			return err
		}
		if err := n.restateParcel(ctx, tenant, row, change); err != nil {
			return err
		}
	}
	return nil
}

func (n *Notifier) restateParcel(ctx context.Context, tenant string, row table.Row, change func(r *animo.MoodRecord) (is, changed bool)) error {
	return n.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		tx.Know(outboxTable, row)
		var p parcel
		if found, err := tx.GetJSON(outboxTable, row.Key, &p); err != nil || !found || p.Data == nil {
			return err
		}
		var r animo.MoodRecord
		if err := json.Unmarshal(p.Data, &r); err != nil {
			return err
		}
		is, changed := change(&r)
		if !changed {
			return nil
		}
		if p.Outcome == Waits {
			_, id, _ := strings.Cut(row.Key, "/")
			id, _, _ = strings.Cut(id, "~")
			sub, err := n.subscription(ctx, tenant, id)
			if err == nil && (!is || !sub.Filter.Matches(&r)) {
				tx.Delete(outboxTable, row.Key)
				return nil
			}
			if err != nil && animo.CodeOf(err) != animo.NotFound {
				return err
			}
		}
		var err error
		if p.Data, err = json.Marshal(r); err != nil {
			return err
		}
		return tx.PutJSON(outboxTable, row.Key, p)
	})
}

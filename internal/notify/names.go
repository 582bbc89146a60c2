package notify

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"animo"
	"animo/internal/table"
)

// peopleOf gives who a photo says that a face is; not ok where it has no such face.
func peopleOf(p animo.Photo, face string) (people []animo.Celebrity, ok bool) {
	i := slices.IndexFunc(p.Faces, func(f animo.Face) bool { return f.ID == face })
	if i < 0 {
		return nil, false
	}
	return p.Faces[i].People, true
}

// Rename has what is kept of a face to be told, and what is kept of having told it, say who the face is. What waits
// for a subscriber who would not have been told of that is not told any more. What is being sent at that moment
// cannot be called back.
func (n *Notifier) Rename(ctx context.Context, tenant, face string, people []animo.Celebrity) error {
	for row, err := range n.tables.Query(ctx, tenant, outboxTable, table.Range{Prefix: faceKey(face, "")}, false) {
		for err == nil {
			if err = n.rename(ctx, tenant, row, people); !conflict(err) {
				break
			}
			row, err = n.tables.Get(ctx, tenant, outboxTable, row.Key) // it was told at that moment
		}
		if err != nil && !gone(err) {
			return err
		}
	}
	return nil
}

func (n *Notifier) rename(ctx context.Context, tenant string, row table.Row, people []animo.Celebrity) error {
	var p parcel
	if err := json.Unmarshal(row.Value, &p); err != nil || p.Data == nil {
		return err
	}
	var r animo.MoodRecord
	if err := json.Unmarshal(p.Data, &r); err != nil || slices.Equal(r.ImageData.Celebrities, people) {
		return err
	}
	r.ImageData.Celebrities = people
	if p.Outcome == Waits {
		_, id, _ := strings.Cut(row.Key, "/")
		id, _, _ = strings.Cut(id, "~")
		sub, err := n.subscription(ctx, tenant, id)
		if err == nil && !sub.Filter.Matches(&r) {
			return table.DeleteKey(ctx, n.tables, tenant, outboxTable, row.Key)
		}
		if err != nil && !gone(err) {
			return err
		}
	}
	var err error
	if p.Data, err = json.Marshal(r); err != nil {
		return err
	}
	return table.SwapJSON(ctx, n.tables, tenant, outboxTable, row.Key, row.Rev, p)
}

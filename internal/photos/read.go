package photos

import (
	"context"
	"encoding/json"

	"animo"
	"animo/internal/table"
)

// Photo reads one photo with its faces, or answers NotFound.
func (f *Flow) Photo(ctx context.Context, tenant, id string) (animo.Photo, error) {
	row, err := f.photo(ctx, tenant, id)
	if err == nil && row.Count > 0 {
		row.Faces, err = f.faces(ctx, tenant, row)
	}
	return row.Photo, err
}

// PhotoQuery chooses photos. The zero PhotoQuery is all of them.
type PhotoQuery struct {
	Name   string       // empty: any
	Source *string      // nil: every source
	Status animo.Status // empty: any
}

func (q PhotoQuery) matches(p animo.Photo) bool {
	return (q.Name == "" || p.Name == q.Name) && (q.Source == nil || p.Source == *q.Source) && (q.Status == "" || p.Status == q.Status)
}

// Photos lists photos without their faces, the last accepted first, at most limit of them, beginning after the
// id `after`, "" for the start. A page may be short, even empty, before the end: next is "" at the end only.
func (f *Flow) Photos(ctx context.Context, tenant string, q PhotoQuery, after string, limit int) (page []animo.Photo, next string, err error) {
	return newest(ctx, f, tenant, photosTable, after, limit, q.matches)
}

// Receipts lists what was erased, the last first, at most limit of them, beginning after the receipt `after`,
// "" for the start. next is "" at the end.
func (f *Flow) Receipts(ctx context.Context, tenant, after string, limit int) (page []animo.Receipt, next string, err error) {
	return newest(ctx, f, tenant, receiptsTable, after, limit, func(animo.Receipt) bool { return true })
}

// newest reads a page of what is wanted of a table whose keys are in the order of time, the last first. It looks at
// scanMost rows at most.
func newest[T any](ctx context.Context, f *Flow, tenant, tbl, after string, limit int, wanted func(T) bool) (page []T, next string, err error) {
	page = []T{}
	last, seen := "", 0
	for row, err := range f.tables.Query(ctx, tenant, tbl, table.Range{To: after}, true) {
		if err != nil {
			return nil, "", err
		}
		if len(page) == limit || seen == scanMost {
			return page, last, nil
		}
		var v T
		if err := json.Unmarshal(row.Value, &v); err != nil {
			return nil, "", err
		}
		if wanted(v) {
			page = append(page, v)
		}
		last = row.Key
		seen++
	}
	return page, "", nil
}

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

// Photos lists photos without their faces, the last accepted first, at most limit of them, beginning after the
// id `after`, "" for the start. next is "" at the end.
func (f *Flow) Photos(ctx context.Context, tenant, after string, limit int) (page []animo.Photo, next string, err error) {
	return newest[animo.Photo](ctx, f, tenant, photosTable, after, limit)
}

// Receipts lists what was erased, the last first, at most limit of them, beginning after the receipt `after`,
// "" for the start. next is "" at the end.
func (f *Flow) Receipts(ctx context.Context, tenant, after string, limit int) (page []animo.Receipt, next string, err error) {
	return newest[animo.Receipt](ctx, f, tenant, receiptsTable, after, limit)
}

// newest reads a page of a table whose keys are in the order of time, the last first.
func newest[T any](ctx context.Context, f *Flow, tenant, tbl, after string, limit int) (page []T, next string, err error) {
	page = []T{}
	last := ""
	for row, err := range f.tables.Query(ctx, tenant, tbl, table.Range{To: after}, true) {
		if err != nil {
			return nil, "", err
		}
		if len(page) == limit {
			return page, last, nil
		}
		var v T
		if err := json.Unmarshal(row.Value, &v); err != nil {
			return nil, "", err
		}
		page, last = append(page, v), row.Key
	}
	return page, "", nil
}

package photos

import (
	"context"
	"iter"

	"animo/internal/faces"
	"animo/internal/object"
	"animo/internal/table"
)

// ObjectTables are the tables whose rows speak of objects.
func ObjectTables() []string { return []string{faces.PhotosTable} }

// Objects yields the objects that a tenant's rows of photos speak of. An error is the last element.
func Objects(ctx context.Context, tables *table.Table, tenant string) iter.Seq2[object.Ref, error] {
	return func(yield func(object.Ref, error) bool) {
		for row, err := range table.JSONRows[faces.Photo](ctx, tables, tenant, faces.PhotosTable, table.Range{}, false) {
			if err != nil && row.Key == "" {
				yield(object.Ref{}, err)
				return
			}
			p := row.Value
			if p.Bare {
				continue
			}
			readable := err == nil // of a row that cannot be read, the objects are still the photo's
			if !yield(object.Ref{Name: faces.PictureObject(row.Key), SHA256: p.SHA256, Needed: readable}, nil) ||
				!yield(object.Ref{Name: faces.ThumbnailObject(row.Key)}, nil) {
				return
			}
		}
	}
}

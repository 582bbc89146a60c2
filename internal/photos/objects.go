package photos

import (
	"context"
	"iter"
	"strings"

	"animo/internal/faces"
	"animo/internal/object"
	"animo/internal/table"
)

// ObjectTables are the tables whose rows speak of objects.
func ObjectTables() []string { return []string{faces.PhotosTable} }

// OwnerKeys are the keys of the rows that say whether an object of a photo is to be there; none where the name is no photo's. Stray tells by them.
func OwnerKeys(object string) []table.Key {
	rest, ok := strings.CutPrefix(object, "photos/")
	id, _, more := strings.Cut(rest, "/")
	if !ok || !more {
		return nil
	}
	return []table.Key{{Table: faces.PhotosTable, Key: id}, {Table: picturesTable, Key: id}, {Table: erasedTable, Key: id}}
}

// Stray reports by the rows of OwnerKeys whether nothing speaks of an object any more: its picture is neither kept nor on its way in nor being
// erased.
func Stray(rows []table.Row) bool {
	if rows[1].Rev != 0 || rows[2].Rev != 0 {
		return false
	}
	p, err := faces.PhotoOf(rows[0])
	return err == nil && (p.Rev == 0 || p.Bare)
}

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

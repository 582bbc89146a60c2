package people

import (
	"context"
	"iter"
	"strings"

	"animo/internal/object"
	"animo/internal/table"
)

// ObjectTables are the tables whose rows speak of objects.
func ObjectTables() []string { return []string{examplesTable} }

// OwnerKeys are the keys of the row that says whether an object of a person is to be there; none where the name is no person's.
func OwnerKeys(object string) []table.Key {
	key, ok := strings.CutPrefix(object, exampleObjects)
	if !ok {
		return nil
	}
	return []table.Key{{Table: examplesTable, Key: key}}
}

// Objects yields the objects that a tenant's rows of people speak of. An error is the last element.
func Objects(ctx context.Context, tables *table.Table, tenant string) iter.Seq2[object.Ref, error] {
	return func(yield func(object.Ref, error) bool) {
		for row, err := range tables.Keys(ctx, tenant, examplesTable, table.Range{}) {
			if err != nil {
				yield(object.Ref{}, err)
				return
			}
			person, id, _ := strings.Cut(row.Key, "/")
			if !yield(object.Ref{Name: exampleObject(person, id)}, nil) {
				return
			}
		}
	}
}

package app

import (
	"context"
	"iter"
	"slices"
	"strings"

	"animo"
	"animo/internal/backup"
	"animo/internal/object"
	"animo/internal/opinions"
	"animo/internal/people"
	"animo/internal/photos"
	"animo/internal/table"
	"animo/internal/tenants"
)

// wantedObjects yields the objects that the rows of a database speak of, those of tenants that were removed left out. An error is the
// last element.
func wantedObjects(ctx context.Context, tables *table.Table) iter.Seq2[backup.Wanted, error] {
	return func(yield func(backup.Wanted, error) bool) {
		list, err := tables.Tenants(ctx, slices.Concat(photos.ObjectTables(), people.ObjectTables(), opinions.ObjectTables())...)
		if err != nil {
			yield(backup.Wanted{}, err)
			return
		}
		registry := tenants.New(tables, tenants.Options{})
		for _, tenant := range list {
			// A tenant whose row cannot be read still has its objects.
			if err := registry.Exists(ctx, tenant); strings.HasPrefix(tenant, "_") || animo.CodeOf(err) == animo.NotFound {
				continue
			}
			for _, refs := range []iter.Seq2[object.Ref, error]{photos.Objects(ctx, tables, tenant), people.Objects(ctx, tables, tenant), opinions.Objects(ctx, tables, tenant)} {
				for ref, err := range refs {
					if !yield(backup.Wanted{Tenant: tenant, Ref: ref}, err) || err != nil {
						return
					}
				}
			}
		}
	}
}

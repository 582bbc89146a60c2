package opinions

import (
	"context"
	"iter"
	"strings"

	"animo"
	"animo/internal/object"
	"animo/internal/table"
)

// ObjectTables are the tables whose rows speak of objects.
func ObjectTables() []string { return []string{datasetsTable, versionsTable, batchesTable} }

// OwnerKeys are the keys of the row that says whether a training file, an artefact or what belongs to a batch is to be there; none where
// the name is none of these.
func OwnerKeys(object string) []table.Key {
	kind, rest, _ := strings.Cut(object, "/")
	switch parts := strings.Split(rest, "/"); {
	case kind == "training" && len(parts) == 2:
		return []table.Key{{Table: datasetsTable, Key: rest}}
	case kind == "models" && len(parts) == 3:
		return []table.Key{{Table: versionsTable, Key: versionKey(parts[0], parts[1])}}
	case kind == "batches" && len(parts) == 3:
		return []table.Key{{Table: batchesTable, Key: batchKey(parts[0], parts[1])}}
	}
	return nil
}

// Objects yields the objects that a tenant's rows of datasets, versions and batches speak of. An error is the last element.
func Objects(ctx context.Context, tables *table.Table, tenant string) iter.Seq2[object.Ref, error] {
	return func(yield func(object.Ref, error) bool) {
		for row, err := range table.JSONRows[datasetRow](ctx, tables, tenant, datasetsTable, table.Range{}, false) {
			if err != nil && row.Key == "" {
				yield(object.Ref{}, err)
				return
			}
			name, id, _ := strings.Cut(row.Key, "/")
			d := row.Value
			if d.Gone {
				continue
			}
			readable := err == nil // of a row that cannot be read, the objects are still there
			if !yield(object.Ref{Name: uploadObject(animo.DatasetRef{Name: name, ID: id}), SHA256: d.SHA256, Needed: readable}, nil) {
				return
			}
		}
		for row, err := range table.JSONRows[versionRow](ctx, tables, tenant, versionsTable, table.Range{}, false) {
			if err != nil && row.Key == "" {
				yield(object.Ref{}, err)
				return
			}
			model, id, _ := strings.Cut(row.Key, "/")
			v := row.Value
			if v.Gone {
				continue
			}
			for _, file := range []string{vectorizerFile, networkFile, judgedFile, misjudgedFile} {
				needed := v.Report != nil && (file == vectorizerFile || file == networkFile) // earlier releases did not make the others
				if !yield(object.Ref{Name: learnedObject(model, id, file, v.Taught), Needed: needed}, nil) {
					return
				}
			}
		}
		for row, err := range table.JSONRows[batchRow](ctx, tables, tenant, batchesTable, table.Range{}, false) {
			if err != nil && row.Key == "" {
				yield(object.Ref{}, err)
				return
			}
			model, id, _ := strings.Cut(row.Key, "/")
			b := row.Value
			if b.Gone {
				continue
			}
			if b.Dataset == nil && !yield(object.Ref{Name: batchObject(model, id), SHA256: b.SHA256, Needed: err == nil}, nil) {
				return
			}
			if b.Result != "" && !yield(object.Ref{Name: resultObject(model, id, b.Result), SHA256: b.Result, Needed: true}, nil) {
				return
			}
			if b.Aspects != "" && !yield(object.Ref{Name: aspectsObject(model, id, b.Aspects), SHA256: b.Aspects, Needed: true}, nil) {
				return
			}
		}
	}
}

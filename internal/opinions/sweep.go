package opinions

import (
	"context"
	"errors"

	"animo"
	"animo/internal/table"
)

// SweptTables are the tables in which Sweep finds what there is to do: a tenant without rows in them need not be swept.
func SweptTables() []string { return []string{modelsTable, versionsTable, datasetsTable, batchesTable} }

// Sweep publishes again what was stored but never finished, ends deletions that broke off, and deletes batches that were kept long
// enough, for one tenant.
// It returns how many events it published. The bus leaves an event alone that is queued or running already; a step that was
// done already changes nothing. A row that fails or cannot be read does not hold up the others; a model whose row cannot be
// read keeps its versions as they are. Run it at the start and now and then.
func (f *Flow) Sweep(ctx context.Context, tenant string) (int, error) {
	deleted := map[string]string{} // up to which version, by model
	unread := map[string]bool{}    // models
	modelsErr := sweepRows(ctx, f, tenant, modelsTable, func(m table.JSONRow[animo.Model], err error) error {
		if err != nil {
			unread[m.Key] = true
			return err
		}
		deleted[m.Key] = m.Value.Deleted
		return f.forgetCorrections(ctx, tenant, m.Value)
	})
	n := 0
	versionsErr := sweepRows(ctx, f, tenant, versionsTable, func(row table.JSONRow[versionRow], err error) error {
		v := row.Value
		switch {
		case err != nil || unread[v.Model]:
			return err
		case v.ID <= deleted[v.Model]:
			return f.endDeletion(ctx, tenant, v.Model, v.ID, deleted[v.Model])
		case v.Gone:
			return f.deleteVersion(ctx, tenant, v.Model, v.ID)
		case !v.Status.Ended():
			n++
			typ, o := f.next(v)
			return f.say(ctx, typ, tenant, o)
		}
		return nil
	})
	revisionsErr := sweepRows(ctx, f, tenant, datasetsTable, func(row table.JSONRow[datasetRow], err error) error {
		d := row.Value
		if d.rev = row.Rev; err != nil || !d.Gone {
			return err
		}
		return f.deleteRevision(ctx, tenant, d, false)
	})
	batchesErr := sweepRows(ctx, f, tenant, batchesTable, func(row table.JSONRow[batchRow], err error) error {
		b := row.Value
		if b.rev = row.Rev; err != nil || unread[b.Model] {
			return err
		}
		published, err := f.sweepBatch(ctx, tenant, deleted[b.Model], b)
		n += published
		return err
	})
	return n, errors.Join(modelsErr, versionsErr, revisionsErr, batchesErr)
}

// sweepRows calls see with every row of a table, or with why the row cannot be read. It returns the first ten errors of see.
func sweepRows[T any](ctx context.Context, f *Flow, tenant, tbl string, see func(row table.JSONRow[T], err error) error) error {
	var errs []error
	for row, err := range table.JSONRows[T](ctx, f.tables, tenant, tbl, table.Range{}, false) {
		if err := see(row, err); err != nil && len(errs) < 10 {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// next returns the event with which a version's training goes on.
func (f *Flow) next(v versionRow) (string, order) {
	o := order{Model: v.Model, Version: v.ID}
	switch {
	case v.Report != nil:
		o.Accuracy = &v.Report.Accuracy
		return ModelTrained, o
	case !v.Upload:
		return ModelRequested, o
	case v.Status == animo.Training:
		return DatasetIngested, o
	}
	return DatasetStored, o
}

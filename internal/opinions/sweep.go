package opinions

import (
	"context"

	"animo"
)

// Sweep publishes again what was stored but never finished, and ends deletions that broke off, for one tenant.
// It tells how many events it published. An event that is queued or running already is left alone by the bus; a
// step that was done already changes nothing. Run it at the start and now and then.
func (f *Flow) Sweep(ctx context.Context, tenant string) (int, error) {
	deleted := map[string]string{} // up to which version, by model
	for m, err := range all(ctx, f, tenant, modelsTable, "", func(*animo.Model, int64) {}) {
		if err != nil {
			return 0, err
		}
		deleted[m.ID] = m.Deleted
		if err := f.clearCorrections(ctx, tenant, m); err != nil {
			return 0, err
		}
	}
	n := 0
	for v, err := range f.versions(ctx, tenant, "") {
		if err != nil {
			return n, err
		}
		switch {
		case v.Gone || v.ID <= deleted[v.Model]:
			err = f.deleteVersion(ctx, tenant, v)
		case !v.Status.Ended():
			typ, o := f.next(v)
			err = f.say(ctx, typ, tenant, o)
			n++
		}
		if err != nil && !conflict(err) {
			return n, err
		}
	}
	for d, err := range f.revisions(ctx, tenant, "") {
		if err != nil {
			return n, err
		}
		if d.Gone {
			if err := f.deleteRevision(ctx, tenant, d); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// next tells which event a version is waiting for someone to deal with.
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

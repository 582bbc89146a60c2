package opinions

import (
	"context"

	"animo"
)

// Sweep publishes again what was stored but never finished, for one tenant, and tells how much that was. An
// event that is queued, running or dead already is left alone by the bus; a step that was done already
// changes nothing. Run it at the start and now and then.
func (f *Flow) Sweep(ctx context.Context, tenant string) (int, error) {
	n := 0
	for v, err := range f.versions(ctx, tenant, "") {
		if err != nil {
			return n, err
		}
		if v.Status.Ended() {
			continue
		}
		typ, o := f.next(v)
		if err := f.say(ctx, typ, tenant, o); err != nil {
			return n, err
		}
		n++
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

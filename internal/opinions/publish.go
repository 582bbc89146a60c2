package opinions

import (
	"context"
	"errors"

	"animo"
	"animo/internal/bus"
)

// publish makes a trained version the one that answers, unless a newer one was published before, and
// forgets versions beyond those to be kept. Until this moment the old version answers, after it the new one:
// what answers is one row, and every instance reads it at every request.
func (f *Flow) publish(ctx context.Context, e animo.Event) error {
	o, err := orderOf(e)
	if err != nil {
		return err
	}
	row, err := f.version(ctx, e.Tenant, o.Model, o.Version)
	if gone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if row.Status != animo.Done {
		deleted := true
		err := f.changeModel(ctx, e.Tenant, o.Model, func(m *animo.Model) bool {
			deleted = o.Version <= m.Deleted
			if deleted || o.Version <= m.Published {
				return false
			}
			m.Published, m.Current = o.Version, o.Version
			return true
		})
		if err != nil {
			return err
		}
		if deleted {
			return f.deleteVersion(ctx, e.Tenant, row)
		}
		if err := f.setStatus(ctx, e.Tenant, &row, animo.Done, nil); err != nil {
			return err
		}
		f.log.Info("published", "tenant", e.Tenant, "model", o.Model, "version", o.Version)
	}
	if err := f.say(ctx, ModelPublished, e.Tenant, o); err != nil {
		return err
	}
	f.prune(ctx, e.Tenant, o.Model)
	return nil
}

// Serve makes a kept version of a model the one that answers: a roll back, or forward again.
func (f *Flow) Serve(ctx context.Context, tenant, model, version string) (animo.Model, error) {
	row, err := f.version(ctx, tenant, model, version)
	if err != nil {
		return animo.Model{}, err
	}
	if row.Status != animo.Done {
		return animo.Model{}, animo.Errorf(animo.NotTrained, "version %s of %q is %s; only one that is done can answer", "la versión %s de %q está %s; solo puede responder una que esté done", version, model, row.Status).Of("version")
	}
	var before string
	var changed animo.Model
	err = f.changeModel(ctx, tenant, model, func(m *animo.Model) bool {
		before, m.Current = m.Current, version
		changed = *m
		return true
	})
	for err == nil {
		// A prune that is about to delete this version sees that it was changed, and leaves it.
		if err = f.save(ctx, tenant, &row); !conflict(err) {
			return changed, err
		}
		row, err = f.version(ctx, tenant, model, version)
	}
	if gone(err) { // the prune was first
		err = errors.Join(err, f.changeModel(ctx, tenant, model, func(m *animo.Model) bool {
			undo := m.Current == version
			m.Current = before
			return undo
		}))
	}
	return animo.Model{}, err
}

// changeModel changes a model's row while change answers true, reading it again for as long as others change
// it too. A model that is not there yet is the zero Model.
func (f *Flow) changeModel(ctx context.Context, tenant, model string, change func(*animo.Model) bool) error {
	for {
		var m animo.Model
		rev, err := f.tables.GetJSON(ctx, tenant, modelsTable, model, &m)
		if err != nil && !gone(err) {
			return err
		}
		if !change(&m) {
			return nil
		}
		err = f.tables.ReplaceJSON(ctx, tenant, modelsTable, model, &rev, m)
		if !conflict(err) || ctx.Err() != nil {
			return err
		}
	}
}

// fail notes why a version will not be trained, and says training.failed. It runs before the event becomes a
// dead letter, and prevents that where the step was done: its process may have died right after it.
func (f *Flow) fail(ctx context.Context, e animo.Event, r animo.Reason) error {
	o, err := orderOf(e)
	if err != nil {
		return nil // no version to note it in
	}
	row, err := f.version(ctx, e.Tenant, o.Model, o.Version)
	if gone(err) {
		return bus.ErrDone
	}
	if err != nil {
		return err
	}
	if row.Status == animo.Done {
		return bus.ErrDone
	}
	next := ""
	switch e.Type {
	case DatasetStored:
		d, err := f.revision(ctx, e.Tenant, row.Datasets[0])
		if err != nil && !gone(err) {
			return err
		}
		if err == nil && d.Ingested {
			next = DatasetIngested
		}
	case DatasetIngested, ModelRequested:
		if row.Report != nil {
			next = ModelTrained
		}
	}
	if next != "" {
		if err := f.say(ctx, next, e.Tenant, o); err != nil {
			return err
		}
		return bus.ErrDone
	}
	if err := f.setStatus(ctx, e.Tenant, &row, animo.Failed, &r); err != nil {
		return err
	}
	f.prune(ctx, e.Tenant, o.Model)
	f.log.Warn("training failed", "tenant", e.Tenant, "model", o.Model, "version", o.Version, "code", r.Code, "reason", r.EN)
	o.Reason = &r
	return f.say(ctx, TrainingFailed, e.Tenant, o)
}

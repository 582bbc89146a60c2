package opinions

import (
	"context"

	"animo"
	"animo/internal/bus"
	"animo/internal/table"
)

// publish makes a trained version the one that answers, unless a newer one was published before, and
// deletes versions beyond those to be kept. Until the commit the old version answers, after it the new one,
// because every instance reads at every request the one row that says which answers.
func (f *Flow) publish(ctx context.Context, e animo.Event) error {
	o, err := orderOf(e)
	if err != nil {
		return err
	}
	deleted, published := "", false // deleted: up to which version the model was, if this one is among them
	err = f.tables.Update(ctx, e.Tenant, func(tx *table.Tx) error {
		deleted, published = "", false
		row, err := readVersion(tx, o.Model, o.Version)
		if err != nil || row.Status == animo.Done {
			return err
		}
		var m animo.Model
		if _, err := tx.GetJSON(modelsTable, o.Model, &m); err != nil {
			return err
		}
		if o.Version <= m.Deleted {
			deleted = m.Deleted
			return nil
		}
		if o.Version > m.Published {
			m.Published, m.Current = o.Version, o.Version
			if err := tx.PutJSON(modelsTable, o.Model, m); err != nil {
				return err
			}
		}
		published = true
		row.moveOn(animo.Done, nil, f.now)
		return row.put(tx)
	})
	switch {
	case animo.CodeOf(err) == animo.NotFound:
		return nil
	case err != nil:
		return err
	case deleted != "":
		return f.endDeletion(ctx, e.Tenant, o.Model, o.Version, deleted)
	case published:
		f.log.InfoContext(ctx, "published", "tenant", e.Tenant, "model", o.Model, "version", o.Version)
	}
	if err := f.say(ctx, ModelPublished, e.Tenant, o); err != nil {
		return err
	}
	f.prune(ctx, e.Tenant, o.Model)
	return nil
}

// Serve makes a kept version of a model the one that answers: a roll back, or forward again. A prune that is about to
// delete this version reads the model's row, too, so that one of the two fails and decides again.
func (f *Flow) Serve(ctx context.Context, tenant, model, version string) (m animo.Model, err error) {
	err = f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		row, err := readVersion(tx, model, version)
		if err != nil {
			return err
		}
		if row.Status != animo.Done {
			return animo.Errorf(animo.NotTrained, "version %s of %q is %s; only one that is done can answer", "la versión %s de %q está %s; solo puede responder una que esté done", version, model, row.Status).Of("version")
		}
		m = animo.Model{}
		if _, err := tx.GetJSON(modelsTable, model, &m); err != nil {
			return err
		}
		m.Current = version
		return tx.PutJSON(modelsTable, model, m)
	})
	if err != nil {
		return animo.Model{}, err
	}
	return m, nil
}

// fail notes why a version will not be trained, and publishes training.failed. It runs before the event becomes a
// dead letter, and answers ErrDone where the step was done, because its process may have died right after the step.
func (f *Flow) fail(ctx context.Context, e animo.Event, r animo.Reason) error {
	o, err := orderOf(e)
	if err != nil {
		return nil // no version to note it in
	}
	row, err := f.version(ctx, e.Tenant, o.Model, o.Version)
	if animo.CodeOf(err) == animo.NotFound {
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
		if err != nil && animo.CodeOf(err) != animo.NotFound {
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
	f.log.WarnContext(ctx, "training failed", "tenant", e.Tenant, "model", o.Model, "version", o.Version, "code", r.Code, "reason", r.EN)
	o.Reason = &r
	return f.say(ctx, TrainingFailed, e.Tenant, o)
}

package opinions

import (
	"context"

	"animo"
	"animo/internal/bus"
	"animo/internal/table"
)

// publish makes a trained version the one that answers, or holds it where judge says so, and deletes versions beyond those to be
// kept. It does not answer where a newer one was published before. Until the commit the old version answers, after it the new one,
// because every instance reads at every request the one row that says which answers.
func (f *Flow) publish(ctx context.Context, e animo.Event) error {
	o, err := orderOf(e)
	if err != nil {
		return err
	}
	var m animo.Model
	if _, err := f.tables.GetJSON(ctx, e.Tenant, modelsTable, o.Model, &m); err != nil {
		return err
	}
	row, err := f.version(ctx, e.Tenant, o.Model, o.Version)
	if animo.CodeOf(err) == animo.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	ended := row.Status.Trained() // in an attempt that broke off before it could tell
	deleted := ""                 // up to which version the model was deleted, if this one is among them
	if !ended {
		if row.Gate, err = f.judge(ctx, e.Tenant, m, row); err != nil {
			return err
		}
		err = f.tables.Update(ctx, e.Tenant, func(tx *table.Tx) error {
			deleted = ""
			now, err := readVersion(tx, o.Model, o.Version)
			if err != nil {
				return err
			}
			var next animo.Model
			if _, err := tx.GetJSON(modelsTable, o.Model, &next); err != nil {
				return err
			}
			switch {
			case o.Version <= next.Deleted:
				deleted = next.Deleted
				return nil
			case next.Current != m.Current || next.Policy != m.Policy || next.Experiment.Running(next.Current) != m.Experiment.Running(m.Current) || now.Status.Trained():
				return animo.Errorf(animo.Conflict, "model %q changed while its version %s was judged", "el modelo %q cambió mientras se juzgaba su versión %s", o.Model, o.Version)
			}
			now.Gate = row.Gate
			if len(row.Gate.Reasons) > 0 {
				now.moveOn(animo.Held, nil, f.now)
			} else {
				now.moveOn(animo.Done, nil, f.now)
				if o.Version > next.Published {
					next.Published, next.Current = o.Version, o.Version
					if err := tx.PutJSON(modelsTable, o.Model, next); err != nil {
						return err
					}
				}
			}
			row = now
			return row.put(tx)
		})
	}
	switch {
	case animo.CodeOf(err) == animo.NotFound:
		return nil
	case err != nil:
		return err
	case deleted != "":
		return f.endDeletion(ctx, e.Tenant, o.Model, o.Version, deleted)
	}
	if err := f.sayEnd(ctx, e.Tenant, m.Policy, row, o, ended); err != nil {
		return err
	}
	f.prune(ctx, e.Tenant, o.Model)
	return nil
}

// sayEnd tells that a version was published, or why it is held; the log is told once.
func (f *Flow) sayEnd(ctx context.Context, tenant string, p animo.Policy, row versionRow, o order, logged bool) error {
	about := []any{"tenant", tenant, "model", o.Model, "version", o.Version}
	if row.Status != animo.Held {
		if !logged {
			f.log.InfoContext(ctx, "published", about...)
		}
		return f.say(ctx, ModelPublished, tenant, o)
	}
	if p == animo.Never {
		return nil
	}
	o.Reasons = row.Gate.Reasons
	if !logged {
		f.log.WarnContext(ctx, "held: it does not answer before somebody publishes it", append(about, "reason", o.Reasons[0].EN)...)
	}
	return f.say(ctx, ModelHeld, tenant, o)
}

// Serve makes a kept version of a model the one that answers: a roll back, or forward again, or one that was held. A prune that is about to
// delete this version reads the model's row, too, so that one of the two fails and decides again.
func (f *Flow) Serve(ctx context.Context, tenant, model, version string) (m animo.Model, err error) {
	var row versionRow
	held := false
	err = f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		m = animo.Model{}
		if _, err := tx.GetJSON(modelsTable, model, &m); err != nil {
			return err
		}
		version = versionOf(m, version)
		if row, err = readVersion(tx, model, version); err != nil {
			return err
		}
		held = row.Status == animo.Held
		if !row.Status.Trained() {
			return notTrained(row)
		}
		return f.serve(tx, &m, &row)
	})
	if err == nil && held {
		err = f.sayEnd(ctx, tenant, m.Policy, row, order{Model: model, Version: version, Accuracy: &row.Report.Accuracy}, false)
	}
	if err != nil {
		return animo.Model{}, err
	}
	return m, nil
}

// serve makes a trained version the one that answers.
func (f *Flow) serve(tx *table.Tx, m *animo.Model, row *versionRow) error {
	m.Current, m.Published = row.ID, max(m.Published, row.ID)
	if row.Status == animo.Held {
		row.moveOn(animo.Done, nil, f.now)
		if err := row.put(tx); err != nil {
			return err
		}
	}
	return tx.PutJSON(modelsTable, m.ID, *m)
}

// Alias gives a trained version of a model another name, by which every call may ask for it and which keeps it from being pruned; version may be
// an alias, too, and "" takes the name away. It answers UnknownModel, NotFound, NotTrained, and Invalid for a name that cannot be one.
func (f *Flow) Alias(ctx context.Context, tenant, model, alias, version string) (m animo.Model, err error) {
	if err := CheckName(alias); err != nil {
		return m, err
	}
	if alias == animo.Champion {
		return m, animo.Errorf(animo.Invalid, "champion is the version that answers; publish another one", "champion es la versión que responde; publique otra").Of("alias")
	}
	err = f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		if m, err = readModel(tx, model); err != nil {
			return err
		}
		if version == "" {
			delete(m.Aliases, alias)
			return tx.PutJSON(modelsTable, model, m)
		}
		row, err := readVersion(tx, model, versionOf(m, version))
		if err == nil && !row.Status.Trained() {
			err = notTrained(row)
		}
		if err != nil {
			return err
		}
		if m.Aliases == nil {
			m.Aliases = map[string]string{}
		}
		if m.Aliases[alias] = row.ID; len(m.Aliases) > mostAliases {
			return animo.Errorf(animo.Quota, "model %q has %d aliases, and no more may be; take one away", "el modelo %q tiene %d alias, y no pueden ser más; quite uno", model, mostAliases).Of("alias")
		}
		return tx.PutJSON(modelsTable, model, m)
	})
	return m, err
}

// mostAliases is how many aliases a model has at most, because each keeps a version.
const mostAliases = 20

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
	if row.Status.Trained() {
		return bus.ErrDone
	}
	next := ""
	switch e.Type {
	case DatasetStored:
		d, err := f.revision(ctx, e.Tenant, row.Datasets[len(row.Datasets)-1])
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

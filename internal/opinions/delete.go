package opinions

import (
	"context"
	"errors"
	"maps"
	"slices"

	"animo"
	"animo/internal/erasures"
	"animo/internal/table"
)

// prune deletes versions of a model: of the trained ones those that are neither among the newest KeepVersions nor answer nor have an alias, and
// of the failed ones likewise; then the dataset revisions that no version names any more. What fails is done after the
// next training, because no caller should wait for prune or fail with it.
func (f *Flow) prune(ctx context.Context, tenant, model string) {
	kept, names := map[animo.Status]int{}, map[string]bool{}
	h, err := f.Model(ctx, tenant, model)
	for _, v := range slices.Backward(h.Versions) {
		if !v.Status.Ended() {
			continue
		}
		if kept[v.Status]++; kept[v.Status] <= f.limits.KeepVersions || err != nil {
			continue
		}
		var deleted bool
		deleted, err = f.pruneVersion(ctx, tenant, model, v.ID)
		for _, d := range v.Datasets {
			names[d.Name] = names[d.Name] || deleted
		}
	}
	maps.DeleteFunc(names, func(_ string, deleted bool) bool { return !deleted })
	if err := errors.Join(err, f.pruneDatasets(ctx, tenant, names)); err != nil && animo.CodeOf(err) != animo.NotFound {
		f.log.WarnContext(ctx, "prune", "tenant", tenant, "model", model, "err", err)
	}
}

// pruneVersion deletes a version unless it is the one that answers, has an alias, or is compared by an experiment.
func (f *Flow) pruneVersion(ctx context.Context, tenant, model, id string) (deleted bool, err error) {
	err = f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		var m animo.Model
		if _, err := tx.GetJSON(modelsTable, model, &m); err != nil {
			return err
		}
		compared := m.Experiment.Running(m.Current) && m.Experiment.Challenger == id
		if deleted = m.Current != id && !compared && !slices.Contains(slices.Collect(maps.Values(m.Aliases)), id); !deleted {
			return nil
		}
		return hide(tx, model, id)
	})
	if err != nil || !deleted {
		return false, err
	}
	return true, f.forgetVersion(ctx, tenant, model, id)
}

// deleteVersion deletes a version: it first hides the version from readers, then removes its artefacts, progress and row.
func (f *Flow) deleteVersion(ctx context.Context, tenant, model, id string) error {
	if err := f.tables.Update(ctx, tenant, func(tx *table.Tx) error { return hide(tx, model, id) }); err != nil {
		return err
	}
	return f.forgetVersion(ctx, tenant, model, id)
}

// hide notes that a version is being deleted, so that no reader finds it any more.
func hide(tx *table.Tx, model, id string) error {
	var row versionRow
	if found, err := tx.GetJSON(versionsTable, versionKey(model, id), &row); err != nil || !found || row.Gone {
		return err
	}
	row.Gone = true
	return row.put(tx)
}

// forgetVersion removes the artefacts, the usage, the progress and the row of a version that is hidden.
func (f *Flow) forgetVersion(ctx context.Context, tenant, model, id string) error {
	if _, err := f.objects.Delete(ctx, tenant, artefactObject(model, id, "")); err != nil {
		return err
	}
	if _, err := f.tables.Delete(ctx, tenant, usageTable, table.Range{Prefix: versionKey(model, id) + "/"}); err != nil {
		return err
	}
	for _, t := range []string{progressTable, versionsTable} {
		if err := f.tables.DeleteKey(ctx, tenant, t, versionKey(model, id)); err != nil {
			return err
		}
	}
	return nil
}

// DeleteModel deletes a model with all its versions, corrections and batches. It answers UnknownModel when there is none. Versions that
// are asked for while it works are younger, and stay.
func (f *Flow) DeleteModel(ctx context.Context, tenant, id string) error {
	if _, err := f.model(ctx, tenant, id); err != nil {
		return unknownModel(err, id)
	}
	return f.deleteModel(ctx, tenant, id, "")
}

// deleteModel deletes a model's corrections, and its versions up to one at least, "" for those that were asked for by now. The versions go
// last, because by them the sweep finds a deletion that broke off, perhaps before it was noted.
func (f *Flow) deleteModel(ctx context.Context, tenant, id, upTo string) error {
	var m animo.Model
	err := f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		m = animo.Model{}
		if _, err := tx.GetJSON(modelsTable, id, &m); err != nil {
			return err
		}
		upTo := max(m.Asked, upTo)
		m = animo.Model{ID: id, Asked: upTo, Deleted: upTo}
		return tx.PutJSON(modelsTable, id, m)
	})
	if err == nil {
		err = f.noteModel(ctx, tenant, id, m.Deleted)
	}
	if err == nil {
		err = errors.Join(f.forgetCorrections(ctx, tenant, m), f.deleteBatchesOf(ctx, tenant, m))
	}
	if err != nil {
		return err
	}
	for v, err := range f.versions(ctx, tenant, id) {
		if err != nil {
			return err
		}
		if v.ID > m.Deleted {
			continue
		}
		if err := f.deleteVersion(ctx, tenant, id, v.ID); err != nil {
			return err
		}
	}
	return nil
}

// noteModel notes that a model was deleted with its versions up to one.
func (f *Flow) noteModel(ctx context.Context, tenant, id, upTo string) error {
	return f.erasures.Note(ctx, tenant, erasures.Entry{Kind: erasures.Model, ID: mark(erasures.Model, id), UpTo: upTo})
}

// endDeletion deletes a version that was left by the deletion of its model, which may not be noted yet.
func (f *Flow) endDeletion(ctx context.Context, tenant, model, version, deleted string) error {
	if err := f.noteModel(ctx, tenant, model, deleted); err != nil {
		return err
	}
	return f.deleteVersion(ctx, tenant, model, version)
}

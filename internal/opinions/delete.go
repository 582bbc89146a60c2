package opinions

import (
	"context"
	"errors"
	"maps"
	"slices"

	"animo"
)

// prune forgets versions of a model: the trained ones beyond the newest KeepVersions and the one that
// answers, as many failed ones, then the dataset revisions that nothing names any more. What it cannot do now
// it does after the next training; nobody has to wait for it or fail with it.
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
	if err := errors.Join(err, f.pruneDatasets(ctx, tenant, names)); err != nil && !gone(err) {
		f.log.Warn("prune", "tenant", tenant, "model", model, "err", err)
	}
}

// pruneVersion deletes a version unless it answers. The version is read before the model is: if Serve makes it
// answer between the two looks it also changes the version, so that it is not deleted.
func (f *Flow) pruneVersion(ctx context.Context, tenant, model, id string) (deleted bool, err error) {
	row, err := f.version(ctx, tenant, model, id)
	if err != nil {
		return false, err
	}
	m, err := f.model(ctx, tenant, model)
	if err != nil || m.Current == id {
		return false, err
	}
	err = f.deleteVersion(ctx, tenant, row)
	if conflict(err) {
		return false, nil
	}
	return err == nil, err
}

// deleteVersion forgets a version: first every reader's sight of it, then its artefacts and progress, then its
// row. It answers Conflict, having done nothing, when the version changed since it was read.
func (f *Flow) deleteVersion(ctx context.Context, tenant string, row versionRow) error {
	if !row.Gone {
		row.Gone = true
		if err := f.save(ctx, tenant, &row); err != nil {
			return err
		}
	}
	return f.clearVersion(ctx, tenant, row.Model, row.ID)
}

// clearVersion removes what there is of a version that no reader sees.
func (f *Flow) clearVersion(ctx context.Context, tenant, model, id string) error {
	if _, err := f.objects.Delete(ctx, tenant, artefactObject(model, id, "")); err != nil {
		return err
	}
	for _, t := range []string{progressTable, versionsTable} {
		if err := f.tables.DeleteKey(ctx, tenant, t, versionKey(model, id)); err != nil {
			return err
		}
	}
	return nil
}

// DeleteModel forgets a model with all its versions and corrections. It answers UnknownModel when there is none. What is asked
// for while it works is younger, and stays.
func (f *Flow) DeleteModel(ctx context.Context, tenant, id string) error {
	if _, err := f.model(ctx, tenant, id); err != nil {
		return unknownModel(err, id)
	}
	var upTo string
	var deleted animo.Model
	err := f.changeModel(ctx, tenant, id, func(m *animo.Model) bool {
		upTo = m.Asked
		*m = animo.Model{ID: id, Asked: m.Asked, Deleted: m.Asked}
		deleted = *m
		return true
	})
	if err == nil {
		err = f.clearCorrections(ctx, tenant, deleted)
	}
	if err != nil {
		return err
	}
	for v, err := range f.versions(ctx, tenant, id) {
		if err != nil {
			return err
		}
		if v.ID > upTo {
			continue
		}
		if err := f.deleteVersion(ctx, tenant, v); err != nil && !conflict(err) { // the sweeper sees to that one
			return err
		}
	}
	return nil
}

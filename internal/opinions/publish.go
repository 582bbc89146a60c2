package opinions

import (
	"context"
	"errors"
	"slices"
	"time"

	"animo"
	"animo/internal/table"
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
	err = f.changeModel(ctx, e.Tenant, o.Model, func(m *animo.Model) error {
		if o.Version > m.Published {
			m.Published, m.Current = o.Version, o.Version
		}
		return nil
	})
	if gone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := f.setStatus(ctx, e.Tenant, &row, animo.Done, nil); err != nil {
		return err
	}
	if err := f.say(ctx, ModelPublished, e.Tenant, o); err != nil {
		return err
	}
	f.log.Info("published", "tenant", e.Tenant, "model", o.Model, "version", o.Version)
	return f.prune(ctx, e.Tenant, o.Model)
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
	var changed animo.Model
	err = f.changeModel(ctx, tenant, model, func(m *animo.Model) error {
		m.Current = version
		changed = *m
		return nil
	})
	return changed, err
}

// changeModel changes a model's row, reading it again for as long as others change it too.
func (f *Flow) changeModel(ctx context.Context, tenant, model string, change func(*animo.Model) error) error {
	for {
		var m animo.Model
		rev, err := f.getJSON(ctx, tenant, modelsTable, model, &m)
		if err != nil {
			return err
		}
		if err := change(&m); err != nil {
			return err
		}
		err = f.swapJSON(ctx, tenant, modelsTable, model, m, rev)
		if animo.CodeOf(err) != animo.Conflict || ctx.Err() != nil {
			return err
		}
	}
}

// fail notes why a version will not be trained, and says training.failed. It runs before the event becomes
// a dead letter.
func (f *Flow) fail(ctx context.Context, e animo.Event, r animo.Reason) error {
	o, err := orderOf(e)
	if err != nil {
		return nil // no version to note it in
	}
	row, err := f.version(ctx, e.Tenant, o.Model, o.Version)
	if gone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := f.setStatus(ctx, e.Tenant, &row, animo.Failed, &r); err != nil {
		return err
	}
	f.log.Warn("training failed", "tenant", e.Tenant, "model", o.Model, "version", o.Version, "code", r.Code, "reason", r.EN)
	o.Reason = &r
	return f.say(ctx, TrainingFailed, e.Tenant, o)
}

// pruneAfter is how long an upload is safe from being pruned, so that one still on its way in is not.
const pruneAfter = time.Hour

// prune forgets the ended versions of a model beyond the newest KeepVersions and the one that answers, then
// the dataset revisions that nothing names any more.
func (f *Flow) prune(ctx context.Context, tenant, model string) error {
	m, err := f.Model(ctx, tenant, model)
	if err != nil {
		return err
	}
	kept := 0
	var refs []animo.DatasetRef
	var errs error
	for _, v := range slices.Backward(m.Versions) {
		if !v.Status.Ended() {
			continue
		}
		if kept++; kept <= f.limits.KeepVersions || v.ID == m.Current {
			continue
		}
		refs = append(refs, v.Datasets...)
		errs = errors.Join(errs, f.deleteVersion(ctx, tenant, model, v.ID))
	}
	return errors.Join(errs, f.pruneDatasets(ctx, tenant, refs))
}

func (f *Flow) deleteVersion(ctx context.Context, tenant, model, id string) error {
	_, err := f.objects.Delete(ctx, tenant, artefactObject(model, id, ""))
	if err != nil {
		return err
	}
	for _, t := range []string{progressTable, versionsTable} {
		if err := f.deleteRow(ctx, tenant, t, versionKey(model, id)); err != nil {
			return err
		}
	}
	return nil
}

// deleteRow removes the row of exactly that key.
func (f *Flow) deleteRow(ctx context.Context, tenant, tbl, key string) error {
	_, err := f.tables.Delete(ctx, tenant, tbl, table.Range{From: key, To: key + "\x00"})
	return err
}

// pruneDatasets forgets those of the revisions that are neither named by any version, nor the newest of
// their name, nor fresh.
func (f *Flow) pruneDatasets(ctx context.Context, tenant string, refs []animo.DatasetRef) error {
	if len(refs) == 0 {
		return nil
	}
	used := map[animo.DatasetRef]bool{}
	for v, err := range f.versions(ctx, tenant, "") {
		if err != nil {
			return err
		}
		for _, d := range v.Datasets {
			used[d] = true
		}
	}
	for _, ref := range refs {
		if used[ref] {
			continue
		}
		newest, err := f.Dataset(ctx, tenant, ref.Name)
		if err != nil && !gone(err) {
			return err
		}
		d, _, err := f.revision(ctx, tenant, ref)
		if gone(err) {
			continue
		}
		if err != nil {
			return err
		}
		if newest.SHA256 == ref.SHA256 || f.now().Sub(d.Accepted) < pruneAfter {
			continue
		}
		if err := f.deleteRevision(ctx, tenant, ref); err != nil {
			return err
		}
	}
	return nil
}

// deleteRevision forgets one revision of a dataset: its rows, its bytes, then its own row.
func (f *Flow) deleteRevision(ctx context.Context, tenant string, ref animo.DatasetRef) error {
	if _, err := f.tables.Delete(ctx, tenant, rowsTable, rowsRange(ref)); err != nil {
		return err
	}
	if _, err := f.objects.Delete(ctx, tenant, uploadObject(ref)); err != nil {
		return err
	}
	return f.deleteRow(ctx, tenant, datasetsTable, datasetKey(ref))
}

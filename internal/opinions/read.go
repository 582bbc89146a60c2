package opinions

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"time"

	"animo"
	"animo/internal/table"
	"animo/text"
)

// versionRow is what the versions table keeps: the version, and its scores once it is trained.
type versionRow struct {
	animo.Version
	Upload bool         `json:"upload,omitempty"` // its one dataset is an upload, to be ingested first
	Report *text.Report `json:"report,omitempty"`

	rev int64 // the row's revision when it was read
}

func (f *Flow) version(ctx context.Context, tenant, model, id string) (versionRow, error) {
	var v versionRow
	rev, err := f.getJSON(ctx, tenant, versionsTable, versionKey(model, id), &v)
	v.rev = rev
	if gone(err) {
		err = animo.Errorf(animo.NotFound, "model %q has no version %q", "el modelo %q no tiene la versión %q", clip(model), clip(id)).Of("version")
	}
	return v, err
}

// setStatus moves a version on, and notes the moment when it ends.
func (f *Flow) setStatus(ctx context.Context, tenant string, v *versionRow, s animo.Status, why *animo.Reason) error {
	v.Status, v.Failure, v.Finished = s, why, time.Time{}
	if s.Ended() {
		v.Finished = f.now().UTC()
	}
	return f.save(ctx, tenant, v)
}

// save writes a version's row unless somebody changed or deleted it since it was read: then it answers
// Conflict, and whoever tries again sees what happened. So nothing deleted comes back.
func (f *Flow) save(ctx context.Context, tenant string, v *versionRow) error {
	err := f.swapJSON(ctx, tenant, versionsTable, versionKey(v.Model, v.ID), v, v.rev)
	if err == nil {
		v.rev++
	}
	return err
}

// all yields the rows of a table whose keys begin with the prefix.
func all[T any](ctx context.Context, f *Flow, tenant, tbl, prefix string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for row, err := range f.tables.Query(ctx, tenant, tbl, table.Range{Prefix: prefix}, false) {
			var v T
			if err == nil {
				err = json.Unmarshal(row.Value, &v)
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// versions yields the versions of one model, oldest first, or with "" those of all of the tenant's models.
func (f *Flow) versions(ctx context.Context, tenant, model string) iter.Seq2[versionRow, error] {
	prefix := ""
	if model != "" {
		prefix = model + "/"
	}
	return all[versionRow](ctx, f, tenant, versionsTable, prefix)
}

// Training is what can be said of one version while it comes about and after.
type Training struct {
	animo.Version
	Progress *Progress    `json:"progress,omitempty"`
	Report   *text.Report `json:"report,omitempty"`
}

// Training tells how far the newest version of a model is.
func (f *Flow) Training(ctx context.Context, tenant, model string) (Training, error) {
	var m animo.Model
	if _, err := f.getJSON(ctx, tenant, modelsTable, model, &m); err != nil {
		if gone(err) {
			err = animo.Errorf(animo.NotFound, "nothing was ever trained under %q", "nunca se entrenó nada con el nombre %q", clip(model)).Of("name")
		}
		return Training{}, err
	}
	return f.Version(ctx, tenant, model, m.Asked)
}

// Version tells how far one version of a model is.
func (f *Flow) Version(ctx context.Context, tenant, model, id string) (Training, error) {
	row, err := f.version(ctx, tenant, model, id)
	if err != nil {
		return Training{}, err
	}
	t := Training{Version: row.Version, Report: row.Report}
	if !t.Status.Ended() {
		var p Progress
		if _, err := f.getJSON(ctx, tenant, progressTable, versionKey(model, id), &p); err == nil {
			t.Progress = &p
		} else if !gone(err) {
			return t, err
		}
	}
	return t, nil
}

// Trainings lists the newest version of each model, by model.
func (f *Flow) Trainings(ctx context.Context, tenant string) ([]Training, error) {
	list := []Training{}
	for m, err := range all[animo.Model](ctx, f, tenant, modelsTable, "") {
		if err != nil {
			return nil, err
		}
		t, err := f.Version(ctx, tenant, m.ID, m.Asked)
		if gone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}

// ModelHistory is a model and its kept versions, oldest first.
type ModelHistory struct {
	animo.Model
	Versions []Training `json:"versions"`
}

// Model reads a model and its kept versions. It answers UnknownModel when there is none.
func (f *Flow) Model(ctx context.Context, tenant, id string) (ModelHistory, error) {
	h := ModelHistory{Versions: []Training{}}
	if _, err := f.getJSON(ctx, tenant, modelsTable, id, &h.Model); err != nil {
		return h, unknownModel(err, id)
	}
	for v, err := range f.versions(ctx, tenant, id) {
		if err != nil {
			return h, err
		}
		h.Versions = append(h.Versions, Training{Version: v.Version, Report: v.Report})
	}
	return h, nil
}

func unknownModel(err error, id string) error {
	if gone(err) {
		return animo.Errorf(animo.UnknownModel, "there is no model %q", "no existe el modelo %q", clip(id)).Of("model")
	}
	return err
}

// Models lists the models that answer: those with a published version.
func (f *Flow) Models(ctx context.Context, tenant string) ([]animo.Model, error) {
	list := []animo.Model{}
	for m, err := range all[animo.Model](ctx, f, tenant, modelsTable, "") {
		if err != nil {
			return nil, err
		}
		if m.Current != "" {
			list = append(list, m)
		}
	}
	return list, nil
}

// Dataset reads the newest revision of a dataset.
func (f *Flow) Dataset(ctx context.Context, tenant, name string) (animo.Dataset, error) {
	var newest animo.Dataset
	for d, err := range all[animo.Dataset](ctx, f, tenant, datasetsTable, name+"/") {
		if err != nil {
			return newest, err
		}
		if !d.Accepted.Before(newest.Accepted) {
			newest = d
		}
	}
	if newest.Name == "" {
		return newest, animo.Errorf(animo.NotFound, "there is no dataset %q", "no existe el conjunto de datos %q", clip(name)).Of("dataset")
	}
	return newest, nil
}

// revision reads one revision of a dataset, and its row's revision. It answers NotFound when it was deleted.
func (f *Flow) revision(ctx context.Context, tenant string, ref animo.DatasetRef) (d animo.Dataset, rev int64, err error) {
	rev, err = f.getJSON(ctx, tenant, datasetsTable, datasetKey(ref), &d)
	if gone(err) {
		err = animo.Errorf(animo.NotFound, "dataset %q was deleted", "el conjunto de datos %q se borró", ref.Name).Of("dataset")
	}
	return d, rev, err
}

// Datasets lists every kept revision of every dataset, by name, oldest first.
func (f *Flow) Datasets(ctx context.Context, tenant string) ([]animo.Dataset, error) {
	list := []animo.Dataset{}
	for d, err := range all[animo.Dataset](ctx, f, tenant, datasetsTable, "") {
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	slices.SortStableFunc(list, func(a, b animo.Dataset) int {
		if a.Name != b.Name {
			return 0 // already by name
		}
		return a.Accepted.Compare(b.Accepted)
	})
	return list, nil
}

// Rows yields the ingested rows of one revision of a dataset, in the file's order.
func (f *Flow) Rows(ctx context.Context, tenant string, d animo.DatasetRef) iter.Seq2[animo.Opinion, error] {
	return f.rows(tenant, []animo.DatasetRef{d})(ctx)
}

// DeleteModel forgets a model with all its versions. It answers UnknownModel when there is none.
func (f *Flow) DeleteModel(ctx context.Context, tenant, id string) error {
	h, err := f.Model(ctx, tenant, id)
	if err != nil {
		return err
	}
	if err := f.deleteRow(ctx, tenant, modelsTable, id); err != nil {
		return err
	}
	for _, v := range h.Versions {
		if err := f.deleteVersion(ctx, tenant, id, v.ID); err != nil {
			return err
		}
	}
	return nil
}

// DeleteDataset forgets every revision of a dataset. Models trained of it go on answering.
func (f *Flow) DeleteDataset(ctx context.Context, tenant, name string) error {
	if _, err := f.Dataset(ctx, tenant, name); err != nil {
		return err
	}
	for d, err := range all[animo.Dataset](ctx, f, tenant, datasetsTable, name+"/") {
		if err != nil {
			return err
		}
		if err := f.deleteRevision(ctx, tenant, animo.DatasetRef{Name: d.Name, SHA256: d.SHA256}); err != nil {
			return err
		}
	}
	return nil
}

package opinions

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"animo"
	"animo/internal/table"
	"animo/text"
)

// versionRow is what the versions table keeps: the version, and its scores once it is trained.
type versionRow struct {
	animo.Version
	Upload  bool         `json:"upload,omitempty"` // its one dataset is an upload, to be ingested first
	Report  *text.Report `json:"report,omitempty"`
	Learned string       `json:"learned,omitempty"` // the corrections' id, which its artefacts' names have; "" for none
	Gone    bool         `json:"gone,omitempty"`    // it is being deleted: no reader sees it, and the sweeper ends the work

	rev int64 // the row's revision when it was read
}

// version reads a version that is not being deleted, or answers NotFound.
func (f *Flow) version(ctx context.Context, tenant, model, id string) (v versionRow, err error) {
	v.rev, err = f.tables.GetJSON(ctx, tenant, versionsTable, versionKey(model, id), &v)
	if gone(err) || err == nil && v.Gone {
		err = animo.Errorf(animo.NotFound, "model %q has no version %q", "el modelo %q no tiene la versión %q", animo.Clip(model), animo.Clip(id)).Of("version")
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
	return f.tables.ReplaceJSON(ctx, tenant, versionsTable, versionKey(v.Model, v.ID), &v.rev, v)
}

// all yields the rows of a table whose keys begin with the prefix. It tells each value its row's revision.
func all[T any](ctx context.Context, f *Flow, tenant, tbl, prefix string, rev func(*T, int64)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for row, err := range f.tables.Query(ctx, tenant, tbl, table.Range{Prefix: prefix}, false) {
			var v T
			if err == nil {
				err = json.Unmarshal(row.Value, &v)
				rev(&v, row.Rev)
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// versions yields the versions of one model, oldest first, or with "" those of all of the tenant's models;
// also those that are being deleted.
func (f *Flow) versions(ctx context.Context, tenant, model string) iter.Seq2[versionRow, error] {
	prefix := ""
	if model != "" {
		prefix = model + "/"
	}
	return all(ctx, f, tenant, versionsTable, prefix, func(v *versionRow, rev int64) { v.rev = rev })
}

// models yields the tenant's models, by id.
func (f *Flow) models(ctx context.Context, tenant string) iter.Seq2[animo.Model, error] {
	return func(yield func(animo.Model, error) bool) {
		for m, err := range all(ctx, f, tenant, modelsTable, "", func(*animo.Model, int64) {}) {
			if err == nil && m.Asked <= m.Deleted {
				continue
			}
			if !yield(m, err) {
				return
			}
		}
	}
}

// model reads a model's row, or answers NotFound when there is none or it was deleted.
func (f *Flow) model(ctx context.Context, tenant, id string) (m animo.Model, err error) {
	_, err = f.tables.GetJSON(ctx, tenant, modelsTable, id, &m)
	if err == nil && m.Asked <= m.Deleted {
		err = animo.Errorf(animo.NotFound, "model %q was deleted", "el modelo %q se borró", animo.Clip(id))
	}
	return m, err
}

// Training is what can be said of one version while it comes about and after.
type Training struct {
	animo.Version
	Progress *Progress    `json:"progress,omitempty"`
	Report   *text.Report `json:"report,omitempty"`
}

// Training tells how far the newest version of a model is.
func (f *Flow) Training(ctx context.Context, tenant, model string) (Training, error) {
	m, err := f.model(ctx, tenant, model)
	if err != nil {
		if gone(err) {
			err = animo.Errorf(animo.NotFound, "nothing was ever trained under %q", "nunca se entrenó nada con el nombre %q", animo.Clip(model)).Of("name")
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
		if _, err := f.tables.GetJSON(ctx, tenant, progressTable, versionKey(model, id), &p); err == nil {
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
	for m, err := range f.models(ctx, tenant) {
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
	var err error
	if h.Model, err = f.model(ctx, tenant, id); err != nil {
		return h, unknownModel(err, id)
	}
	for v, err := range f.versions(ctx, tenant, id) {
		if err != nil {
			return h, err
		}
		if !v.Gone && v.ID > h.Deleted {
			h.Versions = append(h.Versions, Training{Version: v.Version, Report: v.Report})
		}
	}
	return h, nil
}

func unknownModel(err error, id string) error {
	if gone(err) {
		return animo.Errorf(animo.UnknownModel, "there is no model %q", "no existe el modelo %q", animo.Clip(id)).Of("model")
	}
	return err
}

// Models lists the models that answer: those with a published version.
func (f *Flow) Models(ctx context.Context, tenant string) ([]animo.Model, error) {
	list := []animo.Model{}
	for m, err := range f.models(ctx, tenant) {
		if err != nil {
			return nil, err
		}
		if m.Current != "" {
			list = append(list, m)
		}
	}
	return list, nil
}

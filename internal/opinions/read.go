package opinions

import (
	"context"
	"iter"
	"time"

	"animo"
	"animo/internal/table"
	"animo/text"
)

// versionRow is what the versions table keeps: the version, and its scores once it is trained.
type versionRow struct {
	animo.Version
	Upload  bool          `json:"upload,omitempty"` // its last dataset is an upload, to be ingested first
	Report  *text.Report  `json:"report,omitempty"`
	Taught  string        `json:"learned,omitempty"` // the corrections' id, which its artefacts' names have; "" for none
	Without *text.Figures `json:"without,omitempty"` // figures of the rows that are no corrections, where there are some
	Gate    Gate          `json:"gate,omitzero"`     // how it was judged before it could answer, once it ended
	Gone    bool          `json:"gone,omitempty"`    // it is being deleted: no reader sees it, and the sweeper ends the work

	rev int64 // the row's revision when it was read
}

// version reads a version that is not being deleted, or answers NotFound.
func (f *Flow) version(ctx context.Context, tenant, model, id string) (v versionRow, err error) {
	v.rev, err = f.tables.GetJSON(ctx, tenant, versionsTable, versionKey(model, id), &v)
	if animo.CodeOf(err) == animo.NotFound || err == nil && v.Gone {
		err = noVersion(model, id)
	}
	return v, err
}

// readVersion is version in a transaction.
func readVersion(tx *table.Tx, model, id string) (v versionRow, err error) {
	found, err := tx.GetJSON(versionsTable, versionKey(model, id), &v)
	if err == nil && (!found || v.Gone) {
		err = noVersion(model, id)
	}
	return v, err
}

func noVersion(model, id string) error {
	return animo.Errorf(animo.NotFound, "model %q has no version %q", "el modelo %q no tiene la versión %q", animo.Clip(model), animo.Clip(id)).Of("version")
}

// put writes a version's row in a transaction.
func (v *versionRow) put(tx *table.Tx) error {
	return tx.PutJSON(versionsTable, versionKey(v.Model, v.ID), v)
}

// moveOn returns a version another status, and notes the moment when it ends.
func (v *versionRow) moveOn(s animo.Status, why *animo.Reason, now func() time.Time) {
	v.Status, v.Failure, v.Finished = s, why, time.Time{}
	if s.Ended() {
		v.Finished = now().UTC()
	}
}

// setStatus is moveOn in the version's row, as save writes it.
func (f *Flow) setStatus(ctx context.Context, tenant string, v *versionRow, s animo.Status, why *animo.Reason) error {
	v.moveOn(s, why, f.now)
	return f.save(ctx, tenant, v)
}

// save writes a version's row, or answers Conflict where somebody changed or removed the row after it was read, so that
// nothing deleted comes back; another attempt reads the row anew.
func (f *Flow) save(ctx context.Context, tenant string, v *versionRow) error {
	return f.tables.ReplaceJSON(ctx, tenant, versionsTable, versionKey(v.Model, v.ID), &v.rev, v)
}

// under is the range of the rows of one name, or with "" of all.
func under(name string) table.Range {
	if name == "" {
		return table.Range{}
	}
	return table.Range{Prefix: name + "/"}
}

// versions yields the versions of one model, oldest first, or with "" those of all of the tenant's models;
// also those that are being deleted.
func (f *Flow) versions(ctx context.Context, tenant, model string) iter.Seq2[versionRow, error] {
	return func(yield func(versionRow, error) bool) {
		for row, err := range table.ReadableRows[versionRow](ctx, f.tables, tenant, versionsTable, under(model), false) {
			if !yield(row.Value, err) {
				return
			}
		}
	}
}

// models yields the tenant's models, by id.
func (f *Flow) models(ctx context.Context, tenant string) iter.Seq2[animo.Model, error] {
	return func(yield func(animo.Model, error) bool) {
		for row, err := range table.ReadableRows[animo.Model](ctx, f.tables, tenant, modelsTable, table.Range{}, false) {
			if err == nil && row.Value.Asked <= row.Value.Deleted {
				continue
			}
			if !yield(row.Value, err) {
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

// Training is how far a version is, while it is trained and afterwards.
type Training struct {
	animo.Version
	Progress *Progress     `json:"progress,omitempty"`
	Report   *text.Report  `json:"report,omitempty"`
	Without  *text.Figures `json:"without,omitempty"` // figures of the rows that are no corrections, where there are some
	Gate     Gate          `json:"gate,omitzero"`
}

func trainingOf(v versionRow) Training {
	return Training{Version: v.Version, Report: v.Report, Without: v.Without, Gate: v.Gate}
}

// Training returns how far the newest version of a model is.
func (f *Flow) Training(ctx context.Context, tenant, model string) (Training, error) {
	m, err := f.model(ctx, tenant, model)
	if err != nil {
		if animo.CodeOf(err) == animo.NotFound {
			err = animo.Errorf(animo.NotFound, "nothing was ever trained under %q", "nunca se entrenó nada con el nombre %q", animo.Clip(model)).Of("name")
		}
		return Training{}, err
	}
	return f.Version(ctx, tenant, model, m.Asked)
}

// Version returns how far one version of a model is.
func (f *Flow) Version(ctx context.Context, tenant, model, id string) (Training, error) {
	row, err := f.version(ctx, tenant, model, id)
	if err != nil {
		return Training{}, err
	}
	t := trainingOf(row)
	if !t.Status.Ended() {
		var p Progress
		if _, err := f.tables.GetJSON(ctx, tenant, progressTable, versionKey(model, id), &p); err == nil {
			t.Progress = &p
		} else if animo.CodeOf(err) != animo.NotFound {
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
		if animo.CodeOf(err) == animo.NotFound {
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
			h.Versions = append(h.Versions, trainingOf(v))
		}
	}
	return h, nil
}

func unknownModel(err error, id string) error {
	if animo.CodeOf(err) == animo.NotFound {
		return noModel(id)
	}
	return err
}

// readModel is model in a transaction, and answers UnknownModel where there is none or it was deleted.
func readModel(tx *table.Tx, id string) (m animo.Model, err error) {
	_, err = tx.GetJSON(modelsTable, id, &m)
	if err == nil && m.Asked <= m.Deleted {
		err = noModel(id)
	}
	return m, err
}

func noModel(id string) error {
	return animo.Errorf(animo.UnknownModel, "there is no model %q", "no existe el modelo %q", animo.Clip(id)).Of("model")
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

package opinions

import (
	"bytes"
	"context"
	"errors"
	"io"

	"animo"
	"animo/internal/table"
	"animo/text"
)

// Pack writes a version of a model that is done as one file, as text.Unpack reads it. begin is called before the first byte. It answers NotFound
// for a version that is not kept, and NotTrained for one that is not done; "" is the version that answers.
func (f *Flow) Pack(ctx context.Context, tenant, model, version string, w io.Writer, begin func(version string)) error {
	if version == "" {
		a, err := f.Answering(ctx, tenant, model, "")
		if err != nil {
			return err
		}
		version = a.Version
	}
	row, err := f.version(ctx, tenant, model, version)
	if err == nil && (!row.Status.Trained() || row.Report == nil) {
		err = animo.Errorf(animo.NotTrained, "version %s of %q is %s; only one that is done or held can be downloaded", "la versión %s de %q está %s; solo se puede descargar una que esté done o held", version, model, row.Status).Of("version")
	}
	if err != nil {
		return err
	}
	m, err := f.load(ctx, tenant, model, version)
	if err != nil {
		return err
	}
	begin(version)
	return text.Pack(w, m, row.Report)
}

// TakeModel accepts a model that text.Pack wrote, whoever sent it, as a new version of a model, which is published as one that was
// trained here. It is read and its artefacts are written anew, so that nothing of the file is kept but what was understood of it. The file that made the
// newest version once more is that version. It answers UnknownFormat for what is not a model that is whole, and TooLarge.
func (f *Flow) TakeModel(ctx context.Context, tenant, model string, r io.Reader, size int64) (animo.Version, error) {
	if err := CheckName(model); err != nil {
		return animo.Version{}, err
	}
	folder := f.spool
	folder.Most, folder.Setting = f.limits.ModelBytes, "max-model"
	up, err := folder.Take(r, size)
	if err != nil {
		return animo.Version{}, err
	}
	defer up.Remove()
	m, report, err := text.Unpack(up, up.Size, f.limits.ModelBytes)
	if err == nil && (report.Chosen != m.Trainer() || report.Rows < 0 || report.Positive < 0 || report.Positive > report.Rows) {
		err = animo.Errorf(animo.CorruptModel, "the report in the file is not of its model", "el informe del archivo no es de su modelo")
	}
	if e, ok := errors.AsType[*animo.Error](err); ok && e.Code == animo.CorruptModel { // which is a fault of the file here, not of the store
		err = &animo.Error{Code: animo.UnknownFormat, EN: e.EN, ES: e.ES, Cause: e}
	}
	if err != nil {
		return animo.Version{}, err
	}
	vectorizer, network, err := m.Encode()
	if err != nil {
		return animo.Version{}, err
	}
	if err := f.exists(ctx, tenant); err != nil {
		return animo.Version{}, err
	}
	askedID := animo.ID("file", model, up.SHA256)
	for {
		row, known, err := f.nextTaken(ctx, tenant, model, askedID)
		if err != nil || known {
			return row.Version, err
		}
		row.Trainer, row.Folds, row.Seed, row.Report, row.Taken, row.Status = report.Trainer, len(report.Folds), report.Seed, report, true, animo.Training
		if report.Figures != nil {
			row.Goal = report.Figures.Goal
		}
		for name, artefact := range map[string][]byte{vectorizerFile: vectorizer, networkFile: network} {
			if err := f.objects.Put(ctx, tenant, learnedObject(model, row.ID, name, ""), bytes.NewReader(artefact)); err != nil {
				return animo.Version{}, err
			}
		}
		newest := false
		err = f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
			var m animo.Model
			if _, err := tx.GetJSON(modelsTable, model, &m); err != nil {
				return err
			}
			if newest = row.ID > m.Asked; !newest {
				return nil
			}
			m.ID, m.Asked, m.AskedID = model, row.ID, askedID
			if err := tx.PutJSON(modelsTable, model, m); err != nil {
				return err
			}
			return row.put(tx)
		})
		if err == nil && !newest { // another version was asked for meanwhile: this one must come after it
			_, err = f.objects.Delete(ctx, tenant, artefactObject(model, row.ID, ""))
		}
		if err != nil {
			return animo.Version{}, err
		}
		if newest {
			return row.Version, f.say(ctx, ModelTrained, tenant, order{Model: model, Version: row.ID, Accuracy: &report.Accuracy})
		}
	}
}

// nextTaken gives the row of the version that a file becomes, with the ID that comes next; known says that the newest version was made of
// the same file.
func (f *Flow) nextTaken(ctx context.Context, tenant, model, askedID string) (row versionRow, known bool, err error) {
	var m animo.Model
	if _, err = f.tables.GetJSON(ctx, tenant, modelsTable, model, &m); err != nil && animo.CodeOf(err) != animo.NotFound {
		return row, false, err
	}
	if m.AskedID == askedID && m.Asked > m.Deleted {
		if row, err = f.version(ctx, tenant, model, m.Asked); err == nil && row.Status != animo.Failed {
			return row, true, nil
		} else if err != nil && animo.CodeOf(err) != animo.NotFound {
			return row, false, err
		}
	}
	id := newID(f.now(), m.Asked, askedID)
	return versionRow{Version: animo.Version{Model: model, ID: id, Datasets: []animo.DatasetRef{}, Requested: animo.MomentOf(id)}}, false, nil
}

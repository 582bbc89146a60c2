package opinions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"animo"
	"animo/internal/table"
	"animo/text"
)

// Recipe is how a model shall be trained. The zero value is trainer "auto", 10 folds, seed 0.
type Recipe struct {
	Trainer string
	Folds   int
	Seed    uint64
}

// check fills in the defaults and answers Unsupported or Invalid for what cannot be.
func (r *Recipe) check() error {
	if r.Trainer == "" {
		r.Trainer = "auto"
	}
	if !slices.Contains(text.Trainers(), r.Trainer) {
		names := strings.Join(text.Trainers(), ", ")
		return animo.Errorf(animo.Unsupported, "there is no trainer %q; use one of %s", "no existe el entrenador %q; use uno de %s", clip(r.Trainer), names).Of("trainer")
	}
	if r.Folds == 0 {
		r.Folds = 10
	}
	if r.Folds < 2 || r.Folds > 100 {
		return animo.Errorf(animo.Invalid, "folds is %d; use 2 to 100", "folds es %d; use de 2 a 100", r.Folds).Of("folds")
	}
	return nil
}

// Take accepts an upload: it keeps the bytes, notes the dataset and the version to be trained of it, and
// says dataset.stored. When it returns nil, all of that is on disk. The same bytes under the same name,
// while they are the newest, are the same version; one that had failed is tried again.
func (f *Flow) Take(ctx context.Context, tenant, name string, r io.Reader, recipe Recipe) (animo.Version, error) {
	if err := errors.Join(CheckName(name), recipe.check()); err != nil {
		return animo.Version{}, err
	}
	if err := f.room(0); err != nil {
		return animo.Version{}, err
	}
	up, err := newSpool(f.spool)
	if err != nil {
		return animo.Version{}, err
	}
	defer up.remove()
	if err := up.copy(r, f.limits.FileBytes); err != nil {
		return animo.Version{}, err
	}
	ref := animo.DatasetRef{Name: name, SHA256: up.sha256}
	if err := f.keep(ctx, tenant, ref, up.file, up.size); err != nil {
		return animo.Version{}, err
	}
	v, err := f.ask(ctx, tenant, animo.Version{Model: name, Datasets: []animo.DatasetRef{ref}, Trainer: recipe.Trainer, Folds: recipe.Folds, Seed: recipe.Seed}, false)
	if err != nil || v.Status.Ended() {
		return v, err
	}
	return v, f.say(ctx, DatasetStored, tenant, order{Model: v.Model, Version: v.ID})
}

// Retrain asks for a new version of a model of datasets that were ingested before.
func (f *Flow) Retrain(ctx context.Context, tenant, model string, datasets []string, recipe Recipe) (animo.Version, error) {
	if err := errors.Join(CheckName(model), recipe.check()); err != nil {
		return animo.Version{}, err
	}
	if len(datasets) == 0 {
		return animo.Version{}, animo.Errorf(animo.Invalid, "datasets is empty; name at least one", "datasets está vacío; nombre al menos uno").Of("datasets")
	}
	v := animo.Version{Model: model, Trainer: recipe.Trainer, Folds: recipe.Folds, Seed: recipe.Seed}
	for i, name := range datasets {
		field := "datasets[" + strconv.Itoa(i) + "]"
		if slices.Contains(datasets[:i], name) {
			return v, animo.Errorf(animo.Invalid, "dataset %q is named twice", "el conjunto %q aparece dos veces", clip(name)).Of(field)
		}
		d, err := f.Dataset(ctx, tenant, name)
		if err != nil {
			return v, err
		}
		if !d.Ingested {
			return v, animo.Errorf(animo.Invalid, "dataset %q is not ingested yet; wait until its training says so", "el conjunto %q aún no está ingerido; espere a que su entrenamiento lo diga", name).Of(field)
		}
		v.Datasets = append(v.Datasets, animo.DatasetRef{Name: d.Name, SHA256: d.SHA256})
	}
	v, err := f.ask(ctx, tenant, v, true)
	if err != nil {
		return v, err
	}
	return v, f.say(ctx, ModelRequested, tenant, order{Model: v.Model, Version: v.ID})
}

// keep stores the upload's bytes, then the dataset's row, unless this revision is kept already.
func (f *Flow) keep(ctx context.Context, tenant string, ref animo.DatasetRef, file io.Reader, size int64) error {
	if _, err := f.tables.Get(ctx, tenant, datasetsTable, datasetKey(ref)); animo.CodeOf(err) != animo.NotFound {
		return err
	}
	if err := f.room(size); err != nil {
		return err
	}
	if _, _, err := f.objects.Put(ctx, tenant, uploadObject(ref), file); err != nil {
		return err
	}
	b, err := json.Marshal(animo.Dataset{Name: ref.Name, SHA256: ref.SHA256, Bytes: size, Accepted: f.now().UTC()})
	if err != nil {
		return err
	}
	_, err = f.tables.PutNew(ctx, tenant, datasetsTable, table.Row{Key: datasetKey(ref), Value: b})
	return err
}

// ask notes the wish for v, giving it an ID, unless the same thing is what was asked for last and again is
// false: then it gives that version, taken up anew if it had failed.
func (f *Flow) ask(ctx context.Context, tenant string, v animo.Version, again bool) (animo.Version, error) {
	parts := []string{"model", v.Model, v.Trainer, strconv.Itoa(v.Folds), strconv.FormatUint(v.Seed, 10)}
	for _, d := range v.Datasets {
		parts = append(parts, d.Name, d.SHA256)
	}
	askedID := animo.ID(parts...)
	v.Status = animo.Stored
	for {
		m := animo.Model{ID: v.Model}
		rev, err := f.getJSON(ctx, tenant, modelsTable, v.Model, &m)
		if err != nil && animo.CodeOf(err) != animo.NotFound {
			return v, err
		}
		if m.AskedID == askedID && !again {
			v.ID, v.Requested = m.Asked, versionTime(m.Asked)
			break
		}
		at := f.now().UTC().Truncate(time.Millisecond)
		if last := versionTime(m.Asked); !at.After(last) { // the clock went back, or two came at once
			at = last.Add(time.Millisecond)
		}
		v.ID, v.Requested = at.Format(versionLayout)+"-"+askedID[:8], at
		m.Asked, m.AskedID = v.ID, askedID
		err = f.swapJSON(ctx, tenant, modelsTable, v.Model, m, rev)
		if err == nil {
			break
		}
		if animo.CodeOf(err) != animo.Conflict || ctx.Err() != nil {
			return v, err
		}
	}
	err := f.save(ctx, tenant, &versionRow{Version: v, Upload: !again})
	if animo.CodeOf(err) != animo.Conflict {
		return v, err
	}
	row, err := f.version(ctx, tenant, v.Model, v.ID)
	if err == nil && row.Status == animo.Failed {
		err = f.setStatus(ctx, tenant, &row, animo.Stored, nil)
	}
	return row.Version, err
}

// versionLayout is how a version's ID begins; it sorts by time.
const versionLayout = "20060102T150405.000Z"

// versionTime reads the moment out of a version's ID; the zero time for none.
func versionTime(id string) time.Time {
	stamp, _, _ := strings.Cut(id, "-")
	at, err := time.Parse(versionLayout, stamp)
	if err != nil {
		return time.Time{}
	}
	return at
}

func datasetKey(d animo.DatasetRef) string      { return d.Name + "/" + d.SHA256 }
func uploadObject(d animo.DatasetRef) string    { return "training/" + d.Name + "/" + d.SHA256 }
func versionKey(model, id string) string        { return model + "/" + id }
func artefactObject(model, id, f string) string { return "models/" + model + "/" + id + "/" + f }

// rowKey is a row's key: its dataset's content and its number, counted from 0. A retried ingest makes the
// same keys.
func rowKey(d animo.DatasetRef, n int) string {
	return fmt.Sprintf("%s/%s/%09d", d.Name, d.SHA256[:32], n)
}
func rowsRange(d animo.DatasetRef) table.Range {
	return table.Range{Prefix: d.Name + "/" + d.SHA256[:32] + "/"}
}

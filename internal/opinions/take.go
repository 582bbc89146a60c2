package opinions

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"animo"
	"animo/internal/table"
	"animo/text"
	"animo/text/labelled"
)

// Recipe is how a model shall be trained. The zero value is trainer "auto", 10 folds, seed 0.
type Recipe struct {
	Trainer string
	Folds   int
	Seed    uint64
	Goal    string     // as text.Options has it
	File    FileRecipe // of an upload
}

// FileRecipe says how a file is to be read. The zero value has everything guessed and leaves out rows that cannot be used.
type FileRecipe struct {
	labelled.Told
	Strict bool `json:"strict,omitempty"` // any row that cannot be used fails the file
}

// check fills in the defaults and answers Unsupported or Invalid for what cannot be.
func (r *Recipe) check() error {
	if r.Trainer == "" {
		r.Trainer = "auto"
	}
	if !slices.Contains(text.Trainers(), r.Trainer) {
		names := strings.Join(text.Trainers(), ", ")
		return animo.Errorf(animo.Unsupported, "there is no trainer %q; use one of %s", "no existe el entrenador %q; use uno de %s", animo.Clip(r.Trainer), names).Of("trainer")
	}
	if r.Folds == 0 {
		r.Folds = 10
	}
	if r.Goal == "accuracy" { // which is what no goal means
		r.Goal = ""
	}
	if err := errors.Join(r.File.Check(), text.CheckGoal(r.Goal)); err != nil {
		return err
	}
	if r.Folds < 2 || r.Folds > 100 {
		return animo.Errorf(animo.Invalid, "folds is %d; use 2 to 100", "folds es %d; use de 2 a 100", r.Folds).Of("folds")
	}
	return nil
}

// Take accepts an upload: it keeps the bytes, notes the dataset and the version to be trained of it, and
// publishes dataset.stored. When it returns nil, all of that is on disk. size is how many bytes r has, -1 if that is not
// known. The newest bytes under a name once more, to be read the same way, are the same version; one that had failed is tried
// again.
func (f *Flow) Take(ctx context.Context, tenant, name string, r io.Reader, size int64, recipe Recipe) (animo.Version, error) {
	if err := errors.Join(CheckName(name), recipe.check()); err != nil {
		return animo.Version{}, err
	}
	up, err := f.spool.Take(r, size)
	if err != nil {
		return animo.Version{}, err
	}
	defer up.Remove()
	if err := f.exists(ctx, tenant); err != nil { // the tenant may have been removed while the upload came in
		return animo.Version{}, err
	}
	ref, err := f.keep(ctx, tenant, name, up.SHA256, up, up.Size, recipe.File)
	if err != nil {
		return animo.Version{}, err
	}
	v, err := f.ask(ctx, tenant, animo.Version{Model: name, Datasets: []animo.DatasetRef{ref}, Trainer: recipe.Trainer, Folds: recipe.Folds, Seed: recipe.Seed, Goal: recipe.Goal}, asking{upload: true})
	if err != nil || v.Status.Ended() {
		return v, err
	}
	return v, f.say(ctx, DatasetStored, tenant, order{Model: v.Model, Version: v.ID})
}

// Retrain asks for a new version of a model that learns from datasets which were ingested before; without datasets, from those
// that the model learned from.
func (f *Flow) Retrain(ctx context.Context, tenant, model string, datasets []string, recipe Recipe) (animo.Version, error) {
	if err := errors.Join(CheckName(model), recipe.check()); err != nil {
		return animo.Version{}, err
	}
	if len(datasets) == 0 {
		var err error
		if datasets, err = f.ownDatasets(ctx, tenant, model); err != nil {
			return animo.Version{}, err
		}
	}
	if len(datasets) == 0 {
		return animo.Version{}, animo.Errorf(animo.Invalid, "datasets is empty; name at least one", "datasets está vacío; nombre al menos uno").Of("datasets")
	}
	v := animo.Version{Model: model, Trainer: recipe.Trainer, Folds: recipe.Folds, Seed: recipe.Seed, Goal: recipe.Goal}
	for i, name := range datasets {
		field := "datasets[" + strconv.Itoa(i) + "]"
		if slices.Contains(datasets[:i], name) {
			return v, animo.Errorf(animo.Invalid, "dataset %q is named twice", "el conjunto %q aparece dos veces", animo.Clip(name)).Of(field)
		}
		d, err := f.Dataset(ctx, tenant, name)
		if err != nil {
			return v, err
		}
		if !d.Ingested {
			return v, notIngested(name).Of(field)
		}
		v.Datasets = append(v.Datasets, d.Ref())
	}
	v, err := f.ask(ctx, tenant, v, asking{again: true})
	if err != nil {
		return v, err
	}
	return v, f.say(ctx, ModelRequested, tenant, order{Model: v.Model, Version: v.ID})
}

// asking says how a version is asked for.
type asking struct {
	again  bool         // also where the same version was asked for last
	upload bool         // its last dataset is an upload, to be ingested first
	after  *animo.Model // the model's row as the version was decided on; ask answers Conflict where another version was asked for since
	slot   time.Time    // until when the model's schedule is obeyed by that; zero leaves it as it is
}

// ask notes that version v is asked for, and gives it an ID. Where the same version was asked for last, and not again, ask
// returns that one, to be trained once more if it had failed.
func (f *Flow) ask(ctx context.Context, tenant string, v animo.Version, how asking) (animo.Version, error) {
	parts := []string{"model", v.Model, v.Trainer, strconv.Itoa(v.Folds), strconv.FormatUint(v.Seed, 10)}
	for _, d := range v.Datasets {
		parts = append(parts, d.Name, d.ID)
	}
	if v.Goal != "" {
		parts = append(parts, "goal", v.Goal)
	}
	askedID := animo.ID(parts...)
	asked := v
	err := f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		v = asked
		var m animo.Model
		if _, err := tx.GetJSON(modelsTable, v.Model, &m); err != nil {
			return err
		}
		if how.after != nil && (m.Asked != how.after.Asked || m.Deleted != how.after.Deleted) {
			return animo.Errorf(animo.Conflict, "another version of %q was asked for at the same time; try again", "a la vez se pidió otra versión de %q; inténtelo otra vez", v.Model)
		}
		if !how.slot.IsZero() && m.Schedule != nil {
			m.Schedule.Since = how.slot
		}
		repeat := m.AskedID == askedID && !how.again
		if !repeat {
			m.ID, m.Asked, m.AskedID = v.Model, newID(f.now(), m.Asked, askedID), askedID
			if err := tx.PutJSON(modelsTable, v.Model, m); err != nil {
				return err
			}
		}
		v.ID, v.Requested, v.Status = m.Asked, animo.MomentOf(m.Asked), animo.Stored
		row := versionRow{Version: v, Upload: how.upload}
		if repeat {
			var kept versionRow
			found, err := tx.GetJSON(versionsTable, versionKey(v.Model, v.ID), &kept)
			switch {
			case err != nil:
				return err
			case kept.Gone:
				return noVersion(v.Model, v.ID)
			case found:
				v, row = kept.Version, kept
				if row.Status != animo.Failed {
					return nil
				}
				row.moveOn(animo.Stored, nil, f.now)
			}
		}
		v = row.Version
		return row.put(tx)
	})
	return v, err
}

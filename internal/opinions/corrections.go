package opinions

import (
	"cmp"
	"context"
	"iter"
	"strings"
	"time"

	"animo"
	"animo/internal/table"
	"animo/text"
)

// Correction is a text with the label that somebody gave it, for the next trainings of a model.
type Correction struct {
	ID    string      `json:"id"` // from the text: one text has one correction
	Text  string      `json:"text"`
	Label animo.Label `json:"label"`
	At    time.Time   `json:"at"`
}

// correctionsOf is the prefix of the keys of a model's corrections. It is another one for a model that was deleted and for one
// that is made anew under its name.
func correctionsOf(m animo.Model) string { return m.ID + "/" + m.Deleted + "/" }

// deletedCorrections are the corrections of the models of that name that were deleted.
func deletedCorrections(m animo.Model) table.Range {
	return table.Range{Prefix: m.ID + "/", To: correctionsOf(m)}
}

// Correct keeps what a text says as a row for every later training of a model: it is learned as one of the files'
// rows, in place of those with the same text. Another label for the same text replaces it; the same changes nothing.
// It answers UnknownModel, Invalid for a text of nothing but spaces, TooLarge for one over the limit, NoSpace, and Quota when
// the model has as many as it may.
func (f *Flow) Correct(ctx context.Context, tenant, model, text string, label animo.Label) (Correction, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return Correction{}, animo.Errorf(animo.Invalid, "the text is empty; say what was classified wrongly", "el texto está vacío; diga qué se clasificó mal").Of("text")
	case len(text) > f.limits.CorrectionBytes:
		return Correction{}, animo.Errorf(animo.TooLarge, "the text has %d bytes, the limit is %d; shorten it", "el texto tiene %d bytes, el límite es %d; acórtelo", len(text), f.limits.CorrectionBytes).Of("text")
	}
	if err := f.exists(ctx, tenant); err != nil {
		return Correction{}, err
	}
	if err := f.spool.Room(int64(len(text))); err != nil {
		return Correction{}, err
	}
	var c Correction
	err := f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		var m animo.Model
		found, err := tx.GetJSON(modelsTable, model, &m)
		if err == nil && (!found || m.Asked <= m.Deleted) {
			err = noModel(model)
		}
		if err != nil {
			return err
		}
		c = Correction{ID: animo.ID("correction", text)}
		key := correctionsOf(m) + c.ID
		found, err = tx.GetJSON(correctionsTable, key, &c)
		if err != nil || found && c.Label == label {
			return err
		}
		if !found {
			n, err := f.tables.Count(ctx, tenant, correctionsTable, table.Range{Prefix: correctionsOf(m)})
			if err != nil {
				return err
			}
			if n >= f.limits.Corrections {
				return animo.Errorf(animo.Quota, "model %q has %d corrections, and no more may be; put them into its training file, and delete them here", "el modelo %q tiene %d correcciones, y no pueden ser más; páselas a su archivo de entrenamiento y bórrelas aquí", model, n).Of("model")
			}
		}
		c = Correction{ID: c.ID, Text: text, Label: label, At: f.now().UTC()}
		return tx.PutJSON(correctionsTable, key, c)
	})
	return c, err
}

// Corrections lists a model's corrections by ID, at most limit of them, beginning after the ID `after`, "" for the
// start. next is "" at the end. It answers UnknownModel when there is no such model.
func (f *Flow) Corrections(ctx context.Context, tenant, model, after string, limit int) (page []Correction, next string, err error) {
	m, err := f.model(ctx, tenant, model)
	if err != nil {
		return nil, "", unknownModel(err, model)
	}
	page = []Correction{}
	for c, err := range f.corrections(ctx, tenant, m, after) {
		if err != nil {
			return nil, "", err
		}
		if len(page) == limit {
			return page, page[limit-1].ID, nil
		}
		page = append(page, c)
	}
	return page, "", nil
}

// corrections yields a model's corrections by ID, those after an ID.
func (f *Flow) corrections(ctx context.Context, tenant string, m animo.Model, after string) iter.Seq2[Correction, error] {
	return func(yield func(Correction, error) bool) {
		r := table.Range{Prefix: correctionsOf(m)}
		if after != "" {
			r.From = r.Prefix + after + "\x00"
		}
		for row, err := range table.ReadableRows[Correction](ctx, f.tables, tenant, correctionsTable, r, false) {
			if !yield(row.Value, err) {
				return
			}
		}
	}
}

// DeleteCorrection deletes one correction of a model. Versions that learned from it stay as they are.
func (f *Flow) DeleteCorrection(ctx context.Context, tenant, model, id string) error {
	m, err := f.model(ctx, tenant, model)
	if err != nil {
		return unknownModel(err, model)
	}
	n, err := f.tables.Delete(ctx, tenant, correctionsTable, table.One(correctionsOf(m)+id))
	if err == nil && n == 0 {
		err = animo.Errorf(animo.NotFound, "model %q has no correction %q", "el modelo %q no tiene la corrección %q", animo.Clip(model), animo.Clip(id)).Of("correction")
	}
	return err
}

// forgetCorrections removes the corrections of the models of that name that were deleted.
func (f *Flow) forgetCorrections(ctx context.Context, tenant string, m animo.Model) error {
	if m.Deleted == "" {
		return nil
	}
	n, err := f.tables.Count(ctx, tenant, correctionsTable, deletedCorrections(m))
	if err == nil && n > 0 {
		_, err = f.tables.Delete(ctx, tenant, correctionsTable, deletedCorrections(m))
	}
	return err
}

// corrected are the corrections that one attempt at a training learns from, as they were when it began: training
// reads its rows more than once.
type corrected struct {
	rows  []animo.Opinion
	texts map[string]bool
	id    string // a hash of the rows; "" for none
}

// correctedNow reads a model's corrections.
func (f *Flow) correctedNow(ctx context.Context, tenant, model string) (corrected, error) {
	var m animo.Model
	c := corrected{texts: map[string]bool{}}
	if _, err := f.tables.GetJSON(ctx, tenant, modelsTable, model, &m); err != nil {
		return c, err
	}
	parts := []string{"corrected"}
	for one, err := range f.corrections(ctx, tenant, m, "") {
		if err != nil {
			return c, err
		}
		c.rows = append(c.rows, animo.Opinion{Text: one.Text, Label: one.Label})
		c.texts[one.Text] = true
		parts = append(parts, one.ID, one.Label.String())
	}
	if len(c.rows) > 0 {
		c.id = animo.ID(parts...)
	}
	return c, nil
}

// into yields the corrections, then the rows of a source, but those whose text was corrected.
func (c corrected) into(src text.Source) text.Source {
	if len(c.rows) == 0 {
		return src
	}
	return func(ctx context.Context) iter.Seq2[animo.Opinion, error] {
		return func(yield func(animo.Opinion, error) bool) {
			for _, o := range c.rows {
				if !yield(o, nil) {
					return
				}
			}
			for o, err := range src(ctx) {
				if err == nil && c.texts[strings.TrimSpace(o.Text)] {
					continue
				}
				if !yield(o, err) || err != nil {
					return
				}
			}
		}
	}
}

// ownDatasets names the datasets of the version of a model that answers or, before there is one, of the newest; none
// where there is no such model.
func (f *Flow) ownDatasets(ctx context.Context, tenant, model string) (names []string, err error) {
	m, err := f.model(ctx, tenant, model)
	var row versionRow
	if err == nil {
		row, err = f.version(ctx, tenant, model, cmp.Or(m.Current, m.Asked))
	}
	if gone(err) {
		err = nil
	}
	for _, d := range row.Datasets {
		names = append(names, d.Name)
	}
	return names, err
}

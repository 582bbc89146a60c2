package opinions

import (
	"cmp"
	"context"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"animo"
	"animo/internal/erasures"
	"animo/internal/table"
	"animo/text"
	"animo/text/labelled"
)

// Correction is a text with the label that somebody gave it, for the next trainings of a model.
type Correction struct {
	ID    string      `json:"id"` // from the text: one text has one correction
	Text  string      `json:"text"`
	Label animo.Label `json:"label"`
	At    time.Time   `json:"at"`

	Answered string `json:"answered,omitempty"` // the version that an experiment picked for it; "" where none ran
}

// correctionsOf is the prefix of the keys of a model's corrections. It is another one for a model that was deleted and for one
// that is made anew under its name.
func correctionsOf(m animo.Model) string { return m.ID + "/" + m.Deleted + "/" }

// deletedCorrections are the corrections of the models of that name that were deleted.
func deletedCorrections(m animo.Model) table.Range {
	return table.Range{Prefix: m.ID + "/", To: correctionsOf(m)}
}

func correctionID(text string) string { return animo.ID("correction", text) }

// correctionsAtOnce are kept in one commit.
const correctionsAtOnce = 20

// Correct keeps what texts say: from now on the model answers so of them, and every later training learns them as rows of
// its files, in place of those with the same text. Another label for the same text replaces it; the same changes nothing.
// Where one of them cannot be kept none is, but for Quota, NoSpace and failures, which may come after the first ones.
// key is that of whoever asked, as classify.By has it; it is not kept.
// It answers UnknownModel, Invalid for a text of nothing but spaces and TooLarge for one over the limit, of "items[2].text" where
// there are several, NoSpace, and Quota when the model has as many as it may.
func (f *Flow) Correct(ctx context.Context, tenant, model, key string, list ...animo.Opinion) ([]Correction, error) {
	bytes := 0
	for i, o := range list {
		list[i].Text = strings.TrimSpace(o.Text)
		field := "text"
		if len(list) > 1 {
			field = "items[" + strconv.Itoa(i) + "].text"
		}
		bytes += len(list[i].Text)
		switch n := len(list[i].Text); {
		case n == 0:
			return nil, animo.Errorf(animo.Invalid, "the text is empty; say what was classified wrongly", "el texto está vacío; diga qué se clasificó mal").Of(field)
		case n > f.limits.CorrectionBytes:
			return nil, animo.Errorf(animo.TooLarge, "the text has %d bytes, the limit is %d; shorten it", "el texto tiene %d bytes, el límite es %d; acórtelo", n, f.limits.CorrectionBytes).Of(field)
		}
	}
	if err := f.exists(ctx, tenant); err != nil {
		return nil, err
	}
	if err := f.spool.Room(int64(bytes)); err != nil {
		return nil, err
	}
	var kept []Correction
	for some := range slices.Chunk(list, correctionsAtOnce) {
		var page []Correction
		err := f.tables.Update(ctx, tenant, func(tx *table.Tx) (err error) {
			page, err = f.correct(ctx, tx, tenant, model, key, some)
			return err
		})
		if err != nil {
			return kept, err
		}
		kept = append(kept, page...)
	}
	return kept, nil
}

// correct keeps some corrections in a transaction.
func (f *Flow) correct(ctx context.Context, tx *table.Tx, tenant, model, key string, list []animo.Opinion) ([]Correction, error) {
	m, err := readModel(tx, model)
	if err != nil {
		return nil, err
	}
	n := -1 // corrections that there are, once that is needed
	page, at, changed := []Correction{}, map[string]int{}, false
	for _, o := range list {
		c := Correction{ID: correctionID(o.Text)}
		found := false
		i, again := at[c.ID]
		if again {
			c = page[i]
		} else if found, err = tx.GetJSON(correctionsTable, correctionsOf(m)+c.ID, &c); err != nil {
			return nil, err
		}
		if !again {
			at[c.ID] = len(page)
			page = append(page, c)
		}
		if (found || again) && c.Label == o.Label {
			continue
		}
		if !found && !again {
			if n < 0 {
				if n, err = f.tables.Count(ctx, tenant, correctionsTable, table.Range{Prefix: correctionsOf(m)}); err != nil {
					return nil, err
				}
			}
			if n++; n > f.limits.Corrections {
				return nil, animo.Errorf(animo.Quota, "model %q has %d corrections, and no more may be; put them into its training file, and delete them here", "el modelo %q tiene %d correcciones, y no pueden ser más; páselas a su archivo de entrenamiento y bórrelas aquí", model, f.limits.Corrections).Of("model")
			}
		}
		next := Correction{ID: c.ID, Text: o.Text, Label: o.Label, At: f.now().UTC()}
		if m.Experiment.Running(m.Current) && m.Experiment.Share > 0 {
			next.Answered = m.Experiment.Picks(cmp.Or(key, o.Text))
		}
		page[at[c.ID]] = next
		changed = true
		if err := tx.PutJSON(correctionsTable, correctionsOf(m)+c.ID, page[at[c.ID]]); err != nil {
			return nil, err
		}
	}
	if !changed {
		return page, nil
	}
	return page, noteCorrections(tx, m)
}

// noteCorrections notes in a model's row that its corrections changed.
func noteCorrections(tx *table.Tx, m animo.Model) error {
	n, _ := strconv.Atoi(m.Corrected)
	m.Corrected = strconv.Itoa(n + 1)
	return tx.PutJSON(modelsTable, m.ID, m)
}

// CorrectFrom keeps the rows of a file as corrections, read as a training file is. It tells how many rows it took, and how the
// file was read.
func (f *Flow) CorrectFrom(ctx context.Context, tenant, model string, r io.Reader, size int64, recipe FileRecipe) (int, animo.Reading, error) {
	if err := recipe.Check(); err != nil {
		return 0, animo.Reading{}, err
	}
	if _, err := f.model(ctx, tenant, model); err != nil {
		return 0, animo.Reading{}, unknownModel(err, model)
	}
	up, err := f.spool.Take(r, size)
	if err != nil {
		return 0, animo.Reading{}, err
	}
	defer up.Remove()
	rows, err := labelled.Open(func() (io.ReadCloser, error) {
		_, err := up.Seek(0, io.SeekStart)
		return io.NopCloser(up), err
	}, f.reading(recipe))
	if err != nil {
		return 0, animo.Reading{}, err
	}
	defer rows.Close()
	var list []animo.Opinion
	for row, err := range rows.All() {
		if err != nil {
			return 0, rows.Reading(), err
		}
		if len(list) == f.limits.Corrections {
			return 0, rows.Reading(), animo.Errorf(animo.Quota, "the file has more rows than the %d corrections that a model may have; train it with the file", "el archivo tiene más filas que las %d correcciones que puede tener un modelo; entrénelo con el archivo", f.limits.Corrections).Of("model")
		}
		list = append(list, row.Opinion)
	}
	_, err = f.Correct(ctx, tenant, model, "", list...)
	return len(list), rows.Reading(), err
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
	var c Correction
	_, err = f.tables.GetJSON(ctx, tenant, correctionsTable, correctionsOf(m)+id, &c)
	if err == nil { // noted first: after the commit no row would tell of a crash in between
		err = f.erasures.Note(ctx, tenant, erasures.Entry{Kind: erasures.Correction, ID: mark(erasures.Correction, model, id), Accepted: c.At})
	}
	if err != nil && animo.CodeOf(err) != animo.NotFound && animo.CodeOf(err) != animo.Invalid { // Invalid is for what cannot be a row's key
		return err
	}
	there := false
	err = f.tables.Update(ctx, tenant, func(tx *table.Tx) (err error) {
		var m animo.Model
		if _, err = tx.GetJSON(modelsTable, model, &m); err != nil {
			return err
		}
		var c Correction
		if there, err = tx.GetJSON(correctionsTable, correctionsOf(m)+id, &c); err != nil || !there {
			return err
		}
		tx.Delete(correctionsTable, correctionsOf(m)+id)
		return noteCorrections(tx, m)
	})
	if err == nil && !there {
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

// learned tells how many of the corrections a model says by itself.
func (c corrected) learned(m *text.Model) (n int) {
	texts := make([]string, len(c.rows))
	for i, o := range c.rows {
		texts[i] = o.Text
	}
	for i, p := range m.Classify(texts...) {
		if p.Label == c.rows[i].Label {
			n++
		}
	}
	return n
}

// without returns the figures of the rows that are no corrections; nil where all or none are.
func (c corrected) without(r *text.Report) *text.Figures {
	if len(c.rows) == 0 {
		return nil
	}
	own := map[uint64]bool{}
	for _, o := range c.rows {
		own[text.HashOf(o.Text)] = true
	}
	var rest []text.Judged
	for _, j := range r.Judged {
		if !own[j.Text] {
			rest = append(rest, j)
		}
	}
	return r.Figures.Of(rest)
}

// replaces reports whether a row's text was corrected, so that the correction is learned in its place.
func (c corrected) replaces(text string) bool { return c.texts[strings.TrimSpace(text)] }

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
				if err == nil && c.replaces(o.Text) {
					continue
				}
				if !yield(o, err) || err != nil {
					return
				}
			}
		}
	}
}

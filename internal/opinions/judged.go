package opinions

import (
	"context"
	"encoding/json"
	"strconv"

	"animo"
	"animo/text"
)

// mostMisjudged is how many misjudged rows are kept of a version.
const mostMisjudged = 1000

// misjudgedRow is a misjudged row as a version keeps it: where its text is, not the text, so that what is forgotten is forgotten
// here, too.
type misjudgedRow struct {
	text.Misjudged
	Row        string `json:"row,omitempty"`        // the key of a dataset's row
	Correction string `json:"correction,omitempty"` // the ID of a correction
}

// Misjudged is a row of which a model that had not seen it said something else than its label.
type Misjudged struct {
	Text        string
	Label       animo.Label
	Probability float64 // that was given to the label
	Suspect     bool    // the label itself may be wrong
}

// misjudged finds where the rows are that a training misjudged, and encodes that: of a long file, of which the
// first rows were judged, nothing.
func (f *Flow) misjudged(ctx context.Context, tenant string, datasets []animo.DatasetRef, c corrected, r *text.Report) ([]byte, error) {
	list := []misjudgedRow{}
	if len(r.Judged) == r.Rows {
		for _, m := range text.MisjudgedOf(r.Judged, mostMisjudged) {
			list = append(list, misjudgedRow{Misjudged: m})
		}
	}
	at := map[int]*misjudgedRow{}
	for i := range list {
		at[list[i].Misjudged.Row] = &list[i]
	}
	n := len(c.rows)
	for i, o := range c.rows {
		if p := at[i]; p != nil {
			p.Correction = correctionID(o.Text)
		}
	}
	for _, d := range datasets {
		if len(at) == 0 {
			break
		}
		number := 0
		for o, err := range f.rows(tenant, []animo.DatasetRef{d})(ctx) {
			if err != nil {
				return nil, err
			}
			if !c.replaces(o.Text) {
				if p := at[n]; p != nil {
					p.Row = rowKey(d, number)
				}
				n++
			}
			number++
		}
	}
	return json.Marshal(list)
}

// MisjudgedRows lists rows that a version was measured on and got wrong, first those whose label may be wrong, at most limit of
// them, from the number after on. next is "" at the end. Rows that were
// corrected since, and those of files and corrections that were forgotten, are left out.
func (f *Flow) MisjudgedRows(ctx context.Context, tenant, model, version, after string, limit int) (page []Misjudged, next string, err error) {
	row, err := f.version(ctx, tenant, model, version)
	if err != nil {
		return nil, "", err
	}
	var list []misjudgedRow
	b, err := f.artefact(ctx, tenant, row, misjudgedFile)
	if err == nil {
		err = json.Unmarshal(b, &list)
	}
	if animo.CodeOf(err) == animo.NotFound { // of an earlier release, or not trained yet
		return []Misjudged{}, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	m, err := f.model(ctx, tenant, model)
	if err != nil {
		return nil, "", err
	}
	correction, err := f.Corrected(ctx, tenant, model)
	if err != nil {
		return nil, "", err
	}
	from, _ := strconv.Atoi(after)
	page = []Misjudged{}
	for i := max(from, 0); i < len(list); i++ {
		if len(page) == limit {
			return page, strconv.Itoa(i), nil
		}
		p := list[i]
		one := Misjudged{Label: p.Label, Probability: p.Probability, Suspect: p.Suspect}
		if p.Correction != "" {
			var c Correction
			_, err = f.tables.GetJSON(ctx, tenant, correctionsTable, correctionsOf(m)+p.Correction, &c)
			one.Text = c.Text
		} else {
			var value []byte
			if value, err = f.rowAt(ctx, tenant, p.Row); err == nil {
				one.Text = string(value[1:])
			}
		}
		if err != nil && animo.CodeOf(err) != animo.NotFound {
			return nil, "", err
		}
		if _, corrected := correction(one.Text); err == nil && (!corrected || p.Correction != "") {
			page = append(page, one)
		}
	}
	return page, "", nil
}

func (f *Flow) rowAt(ctx context.Context, tenant, key string) ([]byte, error) {
	r, err := f.tables.Get(ctx, tenant, rowsTable, key)
	if err == nil && len(r.Value) == 0 {
		err = animo.Errorf(animo.Internal, "row %s is not one that an ingest wrote", "la fila %s no la escribió una ingesta", key)
	}
	return r.Value, err
}

// Compare tells how much better one version of a model is than another, by the rows that both were measured on.
func (f *Flow) Compare(ctx context.Context, tenant, model, this, other string) (text.Comparison, error) {
	var judged [2][]text.Judged
	for i, id := range []string{this, other} {
		row, err := f.version(ctx, tenant, model, id)
		if err == nil {
			judged[i], err = f.judged(ctx, tenant, row)
		}
		if err != nil {
			return text.Comparison{}, err
		}
	}
	return text.Compare(judged[0], judged[1]), nil
}

// judged returns what was said of each row that a version was measured on; nothing of one of an earlier release, or that came as a file.
func (f *Flow) judged(ctx context.Context, tenant string, row versionRow) ([]text.Judged, error) {
	b, err := f.artefact(ctx, tenant, row, judgedFile)
	if animo.CodeOf(err) == animo.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return text.DecodeJudged(b)
}

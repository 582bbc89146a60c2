package opinions

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"animo"
	"animo/internal/table"
)

// base returns the version whose files and recipe a model goes on from: one that is being trained, otherwise the one that answers, or before there is
// one the newest.
func (f *Flow) base(ctx context.Context, tenant string, m animo.Model) (versionRow, error) {
	newest, err := f.version(ctx, tenant, m.ID, m.Asked)
	if err == nil && !newest.Status.Ended() || m.Current == "" || m.Current == m.Asked {
		return newest, err
	}
	current, err := f.version(ctx, tenant, m.ID, m.Current)
	if animo.CodeOf(err) == animo.NotFound {
		return newest, nil
	}
	return current, err
}

// files returns the newest ingested revisions of the files that a version was asked to learn from, and how many rows more these have. Files that
// were deleted since are left out. It answers Conflict while one of them is still being read.
func (f *Flow) files(ctx context.Context, tenant string, base versionRow) (list []animo.Dataset, fresh int, err error) {
	for _, ref := range base.Datasets {
		var own, newest animo.Dataset
		for d, err := range f.revisions(ctx, tenant, ref.Name) {
			if err != nil {
				return nil, 0, err
			}
			if d.Gone {
				continue
			}
			if d.ID == ref.ID {
				own = d.Dataset
			}
			if d.Ingested {
				newest = d.Dataset
			}
		}
		switch {
		case own.ID != "" && !own.Ingested && !base.Status.Ended():
			return nil, 0, animo.Errorf(animo.Conflict, "file %q is still being read; try again in a moment", "el archivo %q todavía se está leyendo; inténtelo de nuevo dentro de un momento", ref.Name).Of("datasets")
		case newest.ID == "":
			continue
		}
		fresh += max(newest.Rows-own.Rows, 0)
		list = append(list, newest)
	}
	return list, fresh, nil
}

// ownDatasets names the files that a model learns from; none where there is no such model.
func (f *Flow) ownDatasets(ctx context.Context, tenant, model string) (names []string, err error) {
	m, err := f.model(ctx, tenant, model)
	var base versionRow
	if err == nil {
		base, err = f.base(ctx, tenant, m)
	}
	if animo.CodeOf(err) == animo.NotFound {
		err = nil
	}
	for _, d := range base.Datasets {
		names = append(names, d.Name)
	}
	return names, err
}

// again returns a version like another one.
func (v versionRow) again(of []animo.Dataset) animo.Version {
	next := animo.Version{Model: v.Model, Trainer: v.Trainer, Folds: v.Folds, Seed: v.Seed, Goal: v.Goal}
	for _, d := range of {
		next.Datasets = append(next.Datasets, d.Ref())
	}
	return next
}

// AddFile accepts an upload as one more file of a model, or as a new revision of one, and asks for a version that learns from it, too, trained as before. When it returns nil,
// the bytes are on disk. It answers UnknownModel, and Conflict while another file of the model is being read.
func (f *Flow) AddFile(ctx context.Context, tenant, model, name string, r io.Reader, size int64, how FileRecipe) (animo.Version, error) {
	if err := CheckName(name); err != nil {
		return animo.Version{}, err
	}
	if err := how.Check(); err != nil {
		return animo.Version{}, err
	}
	if _, err := f.model(ctx, tenant, model); err != nil {
		return animo.Version{}, unknownModel(err, model)
	}
	up, err := f.spool.Take(r, size)
	if err != nil {
		return animo.Version{}, err
	}
	defer up.Remove()
	if err := f.exists(ctx, tenant); err != nil {
		return animo.Version{}, err
	}
	ref, err := f.keep(ctx, tenant, name, up.SHA256, up, up.Size, how)
	if err != nil {
		return animo.Version{}, err
	}
	return f.regrow(ctx, tenant, model, DatasetStored, func(own []animo.Dataset) ([]animo.Dataset, error) {
		own = slices.DeleteFunc(own, func(d animo.Dataset) bool { return d.Name == name })
		return append(own, animo.Dataset{Name: ref.Name, ID: ref.ID, SHA256: ref.SHA256}), nil
	})
}

// AddDatasets asks for a version of a model that learns from some ingested files besides its own. It answers UnknownModel, NotFound for a file that there is
// not, Invalid for one that is not ingested or that it has, and Conflict while another file of the model is being read.
func (f *Flow) AddDatasets(ctx context.Context, tenant, model string, names []string) (animo.Version, error) {
	return f.regrow(ctx, tenant, model, ModelRequested, func(own []animo.Dataset) ([]animo.Dataset, error) {
		had := len(own)
		for _, name := range names {
			d, err := f.Dataset(ctx, tenant, name)
			if err != nil {
				return nil, err
			}
			if !d.Ingested {
				return nil, notIngested(name)
			}
			if !slices.ContainsFunc(own, func(o animo.Dataset) bool { return o.Name == name }) {
				own = append(own, d)
			}
		}
		if len(own) == had {
			return nil, animo.Errorf(animo.Invalid, "the model learns from all of these files already", "el modelo ya aprende de todos esos archivos").Of("datasets")
		}
		return own, nil
	})
}

// RemoveDataset asks for a version of a model that learns from its files but one, which is kept. It answers UnknownModel, NotFound where the model does not learn from that
// file, Invalid where it is the only one, and Conflict while another file of the model is being read.
func (f *Flow) RemoveDataset(ctx context.Context, tenant, model, name string) (animo.Version, error) {
	return f.regrow(ctx, tenant, model, ModelRequested, func(own []animo.Dataset) ([]animo.Dataset, error) {
		rest := slices.DeleteFunc(slices.Clone(own), func(d animo.Dataset) bool { return d.Name == name })
		switch {
		case len(rest) == len(own):
			return nil, animo.Errorf(animo.NotFound, "model %q does not learn from a file %q", "el modelo %q no aprende de ningún archivo %q", animo.Clip(model), animo.Clip(name)).Of("dataset")
		case len(rest) == 0:
			return nil, animo.Errorf(animo.Invalid, "%q is the only file that the model learns from; add another one first, or delete the model", "%q es el único archivo del que aprende el modelo; añada antes otro, o borre el modelo", name).Of("dataset")
		}
		return rest, nil
	})
}

// regrow asks for a version of a model that learns from what change makes of its files; typ is the event with which its training begins. It is decided again where another
// version was asked for meanwhile.
func (f *Flow) regrow(ctx context.Context, tenant, model, typ string, change func(own []animo.Dataset) ([]animo.Dataset, error)) (animo.Version, error) {
	for {
		m, err := f.model(ctx, tenant, model)
		if err != nil {
			return animo.Version{}, unknownModel(err, model)
		}
		base, err := f.base(ctx, tenant, m)
		if err != nil {
			return animo.Version{}, err
		}
		own, _, err := f.files(ctx, tenant, base)
		if err != nil {
			return animo.Version{}, err
		}
		if own, err = change(own); err != nil {
			return animo.Version{}, err
		}
		next := base.again(own)
		next.Trainer, next.Folds = cmp.Or(next.Trainer, "auto"), cmp.Or(next.Folds, 10) // of a model that came as a file
		v, err := f.ask(ctx, tenant, next, asking{upload: typ == DatasetStored, after: &m})
		if animo.CodeOf(err) == animo.Conflict && ctx.Err() == nil {
			continue
		}
		if err != nil || v.Status.Ended() {
			return v, err
		}
		return v, f.say(ctx, typ, tenant, order{Model: v.Model, Version: v.ID})
	}
}

// Row is one labelled text of a file.
type Row struct {
	Number int // in the file, from 1
	animo.Opinion
}

// rowsLooked is at how many rows a search looks at most before it answers with what it found.
const rowsLooked = 50_000

// Rows lists rows of the newest ingested revision of a file in their order, at most limit of them, beginning after the number after; those alone that hold all words
// of query, in whatever case and with or without accents, and that have the label, where there is one. next is 0 at the end; it may come without a row
// where a search looked at many in vain. It answers NotFound.
func (f *Flow) Rows(ctx context.Context, tenant, name, query string, label *animo.Label, after, limit int) (page []Row, next int, err error) {
	var newest animo.Dataset
	for d, err := range f.revisions(ctx, tenant, name) {
		if err != nil {
			return nil, 0, err
		}
		if !d.Gone && d.Ingested {
			newest = d.Dataset
		}
	}
	if newest.ID == "" {
		if _, err := f.Dataset(ctx, tenant, name); err != nil {
			return nil, 0, err
		}
		return nil, 0, notIngested(name)
	}
	words := strings.Fields(folded(query))
	r := rowsRange(newest.Ref())
	r.From = rowKey(newest.Ref(), after)
	page = []Row{}
	looked := 0
	for row, err := range f.tables.Query(ctx, tenant, rowsTable, r, false) {
		if err != nil {
			return nil, 0, err
		}
		number := after + looked + 1
		if len(page) == limit || looked == rowsLooked {
			return page, number - 1, nil
		}
		looked++
		o, err := opinionOf(row)
		if err != nil {
			return nil, 0, err
		}
		if label != nil && o.Label != *label {
			continue
		}
		if len(words) > 0 {
			said := folded(o.Text)
			if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(said, w) }) {
				continue
			}
		}
		page = append(page, Row{number, o})
	}
	return page, 0, nil
}

// folded writes a text in lower case without accents.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}

// opinionOf reads a row that an ingest wrote.
func opinionOf(r table.Row) (animo.Opinion, error) {
	if len(r.Value) < 1 || r.Value[0] != '0' && r.Value[0] != '1' {
		return animo.Opinion{}, animo.Errorf(animo.Internal, "row %s is not one that an ingest wrote", "la fila %s no la escribió una ingesta", r.Key)
	}
	return animo.Opinion{Text: string(r.Value[1:]), Label: animo.Label(r.Value[0] - '0')}, nil
}

func notIngested(name string) *animo.Error {
	return animo.Errorf(animo.Invalid, "dataset %q is not ingested; its training says how far it is, or why it failed", "el conjunto %q no está ingerido; su entrenamiento dice cómo va, o por qué falló", name).Of("datasets")
}

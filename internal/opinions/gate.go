package opinions

import (
	"context"
	"maps"
	"slices"

	"animo"
	"animo/internal/background"
	"animo/internal/table"
	"animo/text"
)

// Gate is how a trained version was judged before it could answer.
type Gate struct {
	Against    string           `json:"against,omitempty"`    // the version that answered then; "" where there was none to compare with
	Comparison *text.Comparison `json:"comparison,omitempty"` // by how much this version is better than that one, see Flow.union
	Reasons    []animo.Reason   `json:"reasons,omitempty"`    // why it is held; none where it was published
}

// SetPolicy says which trained versions of a model are published by themselves from now on.
func (f *Flow) SetPolicy(ctx context.Context, tenant, model string, p animo.Policy) error {
	if !slices.Contains([]animo.Policy{animo.Automatic, animo.Ask, animo.Never}, p) {
		return animo.Errorf(animo.Invalid, "there is no policy %q; use automatic, ask or never", "no existe la política %q; use automatic, ask o never", animo.Clip(string(p))).Of("policy")
	}
	return f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		m, err := readModel(tx, model)
		if err != nil {
			return err
		}
		m.Policy = p
		return tx.PutJSON(modelsTable, model, m)
	})
}

// judge decides whether a trained version answers by itself: where the model's policy says so it does not; a version that came as
// a file does, because somebody sent it to answer; another one does unless it is no better than guessing, or worse than the one that answers, which has the same goal.
func (f *Flow) judge(ctx context.Context, tenant string, m animo.Model, v versionRow) (g Gate, err error) {
	if m.Policy != animo.Automatic {
		g.hold(animo.NotAsked, "a version of this model answers only when somebody says so", "una versión de este modelo solo responde cuando alguien lo dice")
	}
	if m.Experiment.Running(m.Current) {
		g.hold(animo.NotAsked, "an experiment compares two versions of this model; to publish this one ends it", "un experimento compara dos versiones de este modelo; publicar esta lo termina")
	}
	if v.Taken {
		return g, nil
	}
	if now := v.Report.Figures; now != nil && now.Balanced.Low <= guessing {
		g.hold(animo.NotBetter, "it may be no better than guessing: of 100 opinions, as many of either label, it is right about %.0f to %.0f; give it more rows, or look at their labels",
			"puede que no sea mejor que adivinar: de 100 opiniones, tantas de una etiqueta como de la otra, acierta entre %.0f y %.0f; dele más filas, o revise sus etiquetas", 100*now.Balanced.Low, 100*now.Balanced.High)
	}
	if m.Current == "" {
		return g, nil
	}
	other, err := f.version(ctx, tenant, v.Model, m.Current)
	if err == nil {
		g.Against, g.Comparison, err = f.compare(ctx, tenant, v, other)
	}
	switch animo.CodeOf(err) {
	case animo.NotFound, animo.CorruptModel: // it was deleted meanwhile, or cannot answer any more
		return Gate{Reasons: g.Reasons}, nil
	}
	if err != nil || g.Comparison == nil || v.Goal != other.Goal { // whoever chose another goal gave up some of one thing for more of another
		return g, err
	}
	for _, worse := range []struct {
		by     text.Difference
		en, es string
	}{
		{g.Comparison.Balanced, "of 100 opinions, as many of either label, it is right about %.1f fewer than version %s, which answers (%.1f to %.1f; %d rows)",
			"de 100 opiniones, tantas de una etiqueta como de la otra, acierta en %.1f menos que la versión %s, que responde (entre %.1f y %.1f; %d filas)"},
		{g.Comparison.Found, "it finds %.1f fewer of 100 negative opinions than version %s, which answers (%.1f to %.1f; %d rows)",
			"encuentra %.1f menos de 100 opiniones negativas que la versión %s, que responde (entre %.1f y %.1f; %d filas)"},
		{g.Comparison.Recall, "it finds %.1f fewer of 100 positive opinions than version %s, which answers (%.1f to %.1f; %d rows)",
			"encuentra %.1f menos de 100 opiniones positivas que la versión %s, que responde (entre %.1f y %.1f; %d filas)"},
	} {
		if worse.by.High < 0 {
			g.hold(animo.NotBetter, worse.en, worse.es, -100*worse.by.Value, g.Against, -100*worse.by.High, -100*worse.by.Low, g.Comparison.Rows)
		}
	}
	return g, nil
}

// guessing is the balanced accuracy of saying the more frequent label of everything.
const guessing = 0.5

func (g *Gate) hold(code animo.Code, en, es string, args ...any) {
	g.Reasons = append(g.Reasons, animo.ReasonOf(animo.Errorf(code, en, es, args...)))
}

// compare compares a trained version with the one that answers; nil where that is not known to have been measured, as one that came as a file.
func (f *Flow) compare(ctx context.Context, tenant string, this, other versionRow) (against string, c *text.Comparison, err error) {
	a, b, err := f.union(ctx, tenant, this, other)
	if err != nil || len(a) == 0 {
		return "", nil, err
	}
	compared := text.Compare(a, b)
	return other.ID, &compared, nil
}

// union returns what two versions say of the rows that either was measured on, each row once in both lists: of a row that a version was measured on,
// what it said before it learned from it; of one that it never learned from, what it says; rows that it learned from without having been
// measured on them, those of long files, are left out. The label of a row is that of the first version.
func (f *Flow) union(ctx context.Context, tenant string, this, other versionRow) (a, b []text.Judged, err error) {
	ours, err := f.judged(ctx, tenant, this)
	if err != nil {
		return nil, nil, err
	}
	theirs, err := f.judged(ctx, tenant, other)
	if err != nil || len(ours) == 0 || len(theirs) == 0 {
		return nil, nil, err
	}
	byThem, byUs := byText(theirs), byText(ours)
	newToThem, newToUs := map[uint64]text.Judged{}, map[uint64]text.Judged{}
	for _, j := range ours {
		if said, ok := byThem[j.Text]; ok {
			said.Label = j.Label
			a, b = append(a, j), append(b, said)
		} else {
			newToThem[j.Text] = j
		}
	}
	for _, j := range theirs {
		if _, ok := byUs[j.Text]; !ok {
			newToUs[j.Text] = j
		}
	}
	measured, said, err := f.unseen(ctx, tenant, newToThem, this, other, len(theirs))
	if err != nil {
		return nil, nil, err
	}
	a, b = append(a, measured...), append(b, said...)
	measured, said, err = f.unseen(ctx, tenant, newToUs, other, this, len(ours))
	return append(a, said...), append(b, measured...), err
}

// unseen has a version asked about rows that another one was measured on and it was not; those that it learned from all the same are left
// out, and those beyond limits.Compared, by the hash of their texts. measured says of how many rows the version was measured.
func (f *Flow) unseen(ctx context.Context, tenant string, rows map[uint64]text.Judged, of, asked versionRow, measured int) (known, said []text.Judged, err error) {
	if measured < asked.Report.Rows {
		for o, err := range f.rows(tenant, asked.Datasets)(ctx) {
			if err != nil {
				return nil, nil, err
			}
			delete(rows, text.HashOf(o.Text))
		}
	}
	if hashes := slices.Sorted(maps.Keys(rows)); len(hashes) > f.limits.Compared {
		for _, h := range hashes[f.limits.Compared:] {
			delete(rows, h)
		}
	}
	if len(rows) == 0 {
		return nil, nil, nil
	}
	model, err := f.load(ctx, tenant, asked.Model, asked.ID)
	if err != nil {
		return nil, nil, err
	}
	corrections, err := f.correctedNow(ctx, tenant, of.Model) // those that the other one learned from are among them
	if err != nil {
		return nil, nil, err
	}
	for o, err := range corrections.into(f.rows(tenant, of.Datasets))(ctx) {
		if err != nil {
			return nil, nil, err
		}
		h := text.HashOf(o.Text)
		j, wanted := rows[h]
		if !wanted {
			continue
		}
		delete(rows, h)
		known = append(known, j)
		background.Do(func() { j.Said = model.Classify(o.Text)[0].Label })
		if said = append(said, j); len(rows) == 0 {
			break
		}
	}
	return known, said, nil
}

// byText finds what was said of a text; of one that is there several times, the last.
func byText(rows []text.Judged) map[uint64]text.Judged {
	m := make(map[uint64]text.Judged, len(rows))
	for _, j := range rows {
		m[j.Text] = j
	}
	return m
}

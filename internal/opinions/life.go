package opinions

import (
	"context"
	"errors"
	"time"

	"animo"
	"animo/internal/background"
	"animo/internal/table"
	"animo/text"
)

// Life is what a version answered while it was asked, whether that has changed, and how good the answers are likely to be.
type Life struct {
	Hours    []HourOfUsage // with answers, oldest first
	Drift    Drift
	Estimate Estimate  // of the texts that were answered last
	Judged   int       // texts that somebody said the label of after the version was trained
	Agreed   text.Rate // of these, how often the version says so, too: people who correct more than they confirm make it look worse than it is
}

// Life reads what a version answered since a moment, by its ID or an alias; "" is the version that answers. It answers UnknownModel, NotTrained and
// NotFound as Answering does.
func (f *Flow) Life(ctx context.Context, tenant, model, named string, since time.Time) (l Life, version string, err error) {
	a, err := f.Answering(ctx, tenant, model, named)
	if err != nil {
		return l, "", err
	}
	version = a.Version
	row, err := f.version(ctx, tenant, model, version)
	if err != nil {
		return l, "", err
	}
	all, err := f.usage(ctx, tenant, model, version)
	if err != nil {
		return l, "", err
	}
	judged, err := f.judged(ctx, tenant, row)
	if err != nil {
		return l, "", err
	}
	l.Drift, l.Estimate = driftOf(all), estimate(judged, lately(all))
	for _, h := range all {
		if !h.Hour.Before(since.UTC().Truncate(time.Hour)) {
			l.Hours = append(l.Hours, h)
		}
	}
	l.Judged, l.Agreed, err = f.agreed(ctx, tenant, row)
	return l, version, err
}

// lately adds up the last hours of a version, until they have driftLast texts.
func lately(hours []HourOfUsage) (last Usage) {
	for i := len(hours) - 1; i >= 0 && last.Texts < driftLast; i-- {
		last.plus(hours[i].Usage)
	}
	return last
}

// agreed asks a version about the texts that were corrected or confirmed after it was trained, of which it cannot have learned.
func (f *Flow) agreed(ctx context.Context, tenant string, row versionRow) (n int, r text.Rate, err error) {
	m, err := f.model(ctx, tenant, row.Model)
	if err != nil {
		return 0, r, err
	}
	var texts []string
	var labels []animo.Label
	for c, err := range f.corrections(ctx, tenant, m, "") {
		if err != nil {
			return 0, r, err
		}
		if c.At.After(row.Finished) {
			texts, labels = append(texts, c.Text), append(labels, c.Label)
		}
	}
	right := 0
	if len(texts) > 0 {
		asked, err := f.load(ctx, tenant, row.Model, row.ID)
		if err != nil {
			return 0, r, err
		}
		background.Do(func() {
			for i, p := range asked.Classify(texts...) {
				if p.Label == labels[i] {
					right++
				}
			}
		})
		r.Value = float64(right) / float64(len(texts))
	}
	r.Low, r.High = animo.Wilson(right, len(texts))
	return len(texts), r, nil
}

// WatchedTables are the tables by which WatchLife knows which tenants have something to look at.
func WatchedTables() []string { return []string{usageTable} }

// WatchLife tells of each model whose answering version's answers have drifted, once a day, and forgets hours that were kept long enough. Run it
// every hour.
func (f *Flow) WatchLife(ctx context.Context, tenant string) error {
	var errs []error
	for m, err := range f.models(ctx, tenant) {
		if err != nil {
			return err
		}
		errs = append(errs, f.watchModel(ctx, tenant, m), f.forgetUsage(ctx, tenant, m.ID))
	}
	return errors.Join(errs...)
}

func (f *Flow) watchModel(ctx context.Context, tenant string, m animo.Model) error {
	told := m.Current + " " + f.now().UTC().Format(time.DateOnly)
	if m.Current == "" || m.Drifted == told {
		return nil
	}
	all, err := f.usage(ctx, tenant, m.ID, m.Current)
	if err != nil || len(all) == 0 || f.ages.IsOlder(all[len(all)-1].Hour, 24*time.Hour) {
		return err
	}
	d := driftOf(all)
	if !d.Drifted {
		return nil
	}
	o := order{Model: m.ID, Version: m.Current, Drift: &d}
	e, err := animo.NewEvent(animo.ID(ModelDrifted, tenant, m.ID, told), source, ModelDrifted, m.ID, tenant, f.now(), o)
	if err != nil {
		return err
	}
	f.log.WarnContext(ctx, "what a model is asked has changed", "tenant", tenant, "model", m.ID, "version", m.Current, "psi", d.PSI, "negative_before", d.Before.Negative, "negative_now", d.Now.Negative)
	if err := f.events.Publish(ctx, e); err != nil {
		return err
	}
	return f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		var now animo.Model
		if found, err := tx.GetJSON(modelsTable, m.ID, &now); err != nil || !found {
			return err
		}
		now.Drifted = told
		return tx.PutJSON(modelsTable, m.ID, now)
	})
}

package opinions

import (
	"bytes"
	"context"
	"iter"

	"animo"
	"animo/text"
)

// train fits and measures a version on the rows of its datasets and the corrections of its model, keeps its two artefacts and
// its scores, and publishes model.trained. A version that has its scores is not trained again.
func (f *Flow) train(ctx context.Context, e animo.Event) error {
	o, err := orderOf(e)
	if err != nil {
		return err
	}
	row, err := f.version(ctx, e.Tenant, o.Model, o.Version)
	if animo.CodeOf(err) == animo.NotFound { // deleted, perhaps while it was being trained
		return f.forgetVersion(ctx, e.Tenant, o.Model, o.Version)
	}
	if err != nil || row.Status.Trained() {
		return err
	}
	if row.Report == nil {
		if err := f.setStatus(ctx, e.Tenant, &row, animo.Training, nil); err != nil {
			return err
		}
		rows, err := f.countRows(ctx, e.Tenant, row.Datasets)
		if err != nil {
			return err
		}
		corrections, err := f.correctedNow(ctx, e.Tenant, o.Model)
		if err != nil {
			return err
		}
		rows += len(corrections.rows)
		note := f.progressNotes(ctx, e.Tenant, o)
		progress := func(p text.Progress) {
			if p.Stage == "reading" {
				p.Total = rows
			}
			note(p)
		}
		model, report, err := text.Train(ctx, corrections.into(f.rows(e.Tenant, row.Datasets)), text.Options{Trainer: row.Trainer, Folds: row.Folds, Seed: row.Seed, Goal: row.Goal, Workers: f.limits.Cores, Progress: progress})
		if err != nil {
			return err
		}
		vectorizer, network, err := model.Encode()
		if err != nil {
			return err
		}
		misjudged, err := f.misjudged(ctx, e.Tenant, row.Datasets, corrections, report)
		if err != nil {
			return err
		}
		for name, artefact := range map[string][]byte{vectorizerFile: vectorizer, networkFile: network, judgedFile: text.EncodeJudged(report.Judged), misjudgedFile: misjudged} {
			if err := f.objects.Put(ctx, e.Tenant, learnedObject(o.Model, o.Version, name, corrections.id), bytes.NewReader(artefact)); err != nil {
				return err
			}
		}
		row.Report, row.Corrections, row.Taught = report, len(corrections.rows), corrections.id
		row.Program = f.program
		row.Learned, row.Without = corrections.learned(model), corrections.without(report)
		if err := f.save(ctx, e.Tenant, &row); err != nil {
			return err
		}
		f.log.InfoContext(ctx, "trained", "tenant", e.Tenant, "model", o.Model, "version", o.Version, "rows", report.Rows, "corrections", row.Corrections,
			"chosen", report.Chosen, "accuracy", report.Accuracy.Mean, "seconds", report.Seconds)
	}
	o.Accuracy = &row.Report.Accuracy
	return f.say(ctx, ModelTrained, e.Tenant, o)
}

// countRows returns how many rows the datasets have together.
func (f *Flow) countRows(ctx context.Context, tenant string, datasets []animo.DatasetRef) (n int, err error) {
	for _, ref := range datasets {
		d, err := f.revision(ctx, tenant, ref)
		if err != nil {
			return 0, err
		}
		n += d.Rows
	}
	return n, nil
}

// rows yields the rows of the datasets, one dataset after the other, each in its file's order.
func (f *Flow) rows(tenant string, datasets []animo.DatasetRef) text.Source {
	return func(ctx context.Context) iter.Seq2[animo.Opinion, error] {
		return func(yield func(animo.Opinion, error) bool) {
			for _, d := range datasets {
				for r, err := range f.tables.Query(ctx, tenant, rowsTable, rowsRange(d), false) {
					var o animo.Opinion
					if err == nil {
						o, err = opinionOf(r)
					}
					if !yield(o, err) || err != nil {
						return
					}
				}
			}
		}
	}
}

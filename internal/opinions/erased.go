package opinions

import (
	"context"

	"animo"
	"animo/internal/erasures"
	"animo/internal/table"
)

// mark names a dataset, a model or a correction in a log of erasures: a dataset's name may be somebody's, and so may be a text.
func mark(what erasures.Kind, names ...string) string {
	return animo.ID(append([]string{"erased", string(what)}, names...)...)
}

// EraseNoted deletes what a log of erasures says was deleted, in data that are older than that, and returns how much of each kind. What
// was made anew under the same name after the deletion stays.
func (f *Flow) EraseNoted(ctx context.Context, tenant string, list []erasures.Entry) (map[erasures.Kind]int, error) {
	noted := map[string]erasures.Entry{} // by mark, the latest
	for _, e := range list {
		if last, again := noted[e.ID]; !again || e.UpTo > last.UpTo || e.Accepted.After(last.Accepted) {
			noted[e.ID] = e
		}
	}
	erased := map[erasures.Kind]int{}
	for d, err := range f.revisions(ctx, tenant, "") {
		if err != nil {
			return erased, err
		}
		if d.Gone || d.ID > noted[mark(erasures.Dataset, d.Name)].UpTo {
			continue
		}
		if err := f.forgetHead(ctx, tenant, d.Name); err != nil {
			return erased, err
		}
		if err := f.deleteRevision(ctx, tenant, d, true); err != nil {
			return erased, err
		}
		erased[erasures.Dataset]++
	}
	for row, err := range table.ReadableRows[animo.Model](ctx, f.tables, tenant, modelsTable, table.Range{}, false) {
		if err != nil {
			return erased, err
		}
		m := row.Value
		if upTo := noted[mark(erasures.Model, m.ID)].UpTo; m.Deleted < upTo && m.Asked <= upTo {
			if err := f.deleteModel(ctx, tenant, m.ID, upTo); err != nil {
				return erased, err
			}
			erased[erasures.Model]++
			continue
		}
		for c, err := range f.corrections(ctx, tenant, m, "") {
			if err != nil {
				return erased, err
			}
			if e, deleted := noted[mark(erasures.Correction, m.ID, c.ID)]; deleted && !c.At.After(e.Accepted) {
				if err := f.DeleteCorrection(ctx, tenant, m.ID, c.ID); err != nil {
					return erased, err
				}
				erased[erasures.Correction]++
			}
		}
	}
	return erased, nil
}

package opinions

import (
	"context"
	"fmt"
	"io"
	"iter"
	"time"

	"animo"
	"animo/internal/erasures"
	"animo/internal/table"
	"animo/text/labelled"
)

// datasetRow is what the datasets table keeps of a revision.
type datasetRow struct {
	animo.Dataset
	File  FileRecipe     `json:"file"`            // how it is to be read
	Plan  *labelled.Plan `json:"plan,omitempty"`  // how it is read, once that is found out
	Seen  time.Time      `json:"seen"`            // when its bytes were last sent
	Gone  bool           `json:"gone,omitempty"`  // it is being deleted: no reader sees it, and the sweeper ends the work
	Asked bool           `json:"asked,omitempty"` // of Gone: somebody asked for that, so it is noted in the log of erasures

	rev int64
}

// head is the newest revision ever chosen for a dataset's name, and its content; no content once that is deleted.
type head struct {
	ID     string     `json:"id"`
	SHA256 string     `json:"sha256"`
	File   FileRecipe `json:"file"`
}

func datasetKey(d animo.DatasetRef) string   { return d.Name + "/" + d.ID }
func uploadObject(d animo.DatasetRef) string { return "training/" + d.Name + "/" + d.ID }

// keep stores an upload as a revision of its dataset: the bytes, then the row. Where the newest revision has these bytes
// already, to be read the same way, the upload is that revision.
func (f *Flow) keep(ctx context.Context, tenant, name, sum string, file io.ReadSeeker, size int64, how FileRecipe) (animo.DatasetRef, error) {
	for {
		ref, there, err := f.chooseRevision(ctx, tenant, name, sum, how)
		if err == nil && !there {
			if _, err = file.Seek(0, io.SeekStart); err == nil {
				err = f.objects.Put(ctx, tenant, uploadObject(ref), file)
			}
		}
		if err != nil {
			return ref, err
		}
		kept := false
		err = f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
			var row datasetRow
			found, err := tx.GetJSON(datasetsTable, datasetKey(ref), &row)
			kept = !row.Gone && (found || !there)
			if err != nil || !kept { // deleted after it was chosen
				return err
			}
			if !found {
				row.Dataset, row.File = animo.Dataset{Name: name, ID: ref.ID, SHA256: sum, Bytes: size, Accepted: animo.MomentOf(ref.ID)}, how
			}
			row.Seen = f.now().UTC()
			return tx.PutJSON(datasetsTable, datasetKey(ref), row)
		})
		if err != nil || kept {
			return ref, err
		}
	}
}

// chooseRevision returns which revision of a dataset some bytes are: the newest, where it has these bytes, read the same way,
// and is not being deleted, otherwise a new one. there says that the revision has its row, and so its bytes.
func (f *Flow) chooseRevision(ctx context.Context, tenant, name, sum string, how FileRecipe) (ref animo.DatasetRef, there bool, err error) {
	ref = animo.DatasetRef{Name: name, SHA256: sum}
	err = f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		var h head
		if _, err := tx.GetJSON(headsTable, name, &h); err != nil {
			return err
		}
		if h.SHA256 == sum && h.File == how {
			var row datasetRow
			var err error
			ref.ID = h.ID
			if there, err = tx.GetJSON(datasetsTable, datasetKey(ref), &row); err != nil || !row.Gone {
				return err
			}
		}
		ref.ID, there = newID(f.now(), h.ID, sum), false
		return tx.PutJSON(headsTable, name, head{ref.ID, sum, how})
	})
	return ref, there, err
}

// forgetHead forgets the content of a dataset's newest revision, so that the same bytes become a new one.
func (f *Flow) forgetHead(ctx context.Context, tenant, name string) error {
	return f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		var h head
		if found, err := tx.GetJSON(headsTable, name, &h); err != nil || !found {
			return err
		}
		h.SHA256 = ""
		return tx.PutJSON(headsTable, name, h)
	})
}

// datasetRow reads a revision's row, also one that is being deleted, or answers NotFound.
func (f *Flow) datasetRow(ctx context.Context, tenant string, ref animo.DatasetRef) (row datasetRow, err error) {
	row.rev, err = f.tables.GetJSON(ctx, tenant, datasetsTable, datasetKey(ref), &row)
	if animo.CodeOf(err) == animo.NotFound {
		err = wasDeleted(ref)
	}
	return row, err
}

// revision reads a revision that is not being deleted, or answers NotFound.
func (f *Flow) revision(ctx context.Context, tenant string, ref animo.DatasetRef) (datasetRow, error) {
	row, err := f.datasetRow(ctx, tenant, ref)
	if err == nil && row.Gone {
		err = wasDeleted(ref)
	}
	return row, err
}

func wasDeleted(ref animo.DatasetRef) error {
	return animo.Errorf(animo.NotFound, "dataset %q was deleted", "el conjunto de datos %q se borró", ref.Name).Of("dataset")
}

// saveDataset writes a revision's row, or answers Conflict where somebody changed the row after it was read.
func (f *Flow) saveDataset(ctx context.Context, tenant string, row *datasetRow) error {
	return f.tables.ReplaceJSON(ctx, tenant, datasetsTable, datasetKey(row.Ref()), &row.rev, row)
}

// revisions yields the revisions of one dataset, oldest first, or with "" those of all, by name; also those
// that are being deleted.
func (f *Flow) revisions(ctx context.Context, tenant, name string) iter.Seq2[datasetRow, error] {
	return func(yield func(datasetRow, error) bool) {
		for row, err := range table.ReadableRows[datasetRow](ctx, f.tables, tenant, datasetsTable, under(name), false) {
			row.Value.rev = row.Rev
			if !yield(row.Value, err) {
				return
			}
		}
	}
}

// Dataset reads the newest revision of a dataset.
func (f *Flow) Dataset(ctx context.Context, tenant, name string) (animo.Dataset, error) {
	var newest animo.Dataset
	for d, err := range f.revisions(ctx, tenant, name) {
		if err != nil {
			return newest, err
		}
		if !d.Gone {
			newest = d.Dataset
		}
	}
	if newest.Name == "" {
		return newest, animo.Errorf(animo.NotFound, "there is no dataset %q", "no existe el conjunto de datos %q", animo.Clip(name)).Of("dataset")
	}
	return newest, nil
}

// Datasets lists every kept revision of every dataset, by name, oldest first.
func (f *Flow) Datasets(ctx context.Context, tenant string) ([]animo.Dataset, error) {
	list := []animo.Dataset{}
	for d, err := range f.revisions(ctx, tenant, "") {
		if err != nil {
			return nil, err
		}
		if !d.Gone {
			list = append(list, d.Dataset)
		}
	}
	return list, nil
}

// DeleteDataset deletes every revision of a dataset, and the batches whose files they are. Models that learned from it go on answering.
func (f *Flow) DeleteDataset(ctx context.Context, tenant, name string) error {
	newest, err := f.Dataset(ctx, tenant, name)
	if err != nil {
		return err
	}
	if err := f.forgetHead(ctx, tenant, name); err != nil {
		return err
	}
	for d, err := range f.revisions(ctx, tenant, name) {
		if err != nil {
			return err
		}
		if d.ID > newest.ID { // uploaded while the deletion was under way
			continue
		}
		if err := f.deleteRevision(ctx, tenant, d, true); err != nil && animo.CodeOf(err) != animo.Conflict {
			return err
		}
	}
	return nil
}

// deleteRevision deletes one revision: it first hides the revision from readers, then, if somebody asked for that, notes it and deletes the
// batches whose file it is, and removes the revision's rows, its bytes, and its own row. It answers Conflict, having done nothing, where somebody changed the revision after it was read.
func (f *Flow) deleteRevision(ctx context.Context, tenant string, row datasetRow, asked bool) error {
	if !row.Gone || asked && !row.Asked {
		row.Gone, row.Asked = true, asked
		if err := f.saveDataset(ctx, tenant, &row); err != nil {
			return err
		}
	}
	ref := row.Ref()
	if row.Asked {
		if err := f.erasures.Note(ctx, tenant, erasures.Entry{Kind: erasures.Dataset, ID: mark(erasures.Dataset, row.Name), UpTo: row.ID}); err != nil {
			return err
		}
		if err := f.deleteBatchesFrom(ctx, tenant, ref); err != nil {
			return err
		}
	}
	if _, err := f.tables.Delete(ctx, tenant, rowsTable, rowsRange(ref)); err != nil {
		return err
	}
	if _, err := f.objects.Delete(ctx, tenant, uploadObject(ref)); err != nil {
		return err
	}
	return f.tables.DeleteKey(ctx, tenant, datasetsTable, datasetKey(ref))
}

// pruneAfter is for how long an upload is not pruned, because its version may not be noted yet.
const pruneAfter = time.Hour

// pruneDatasets deletes those revisions of the datasets that no version names, that are not the newest of
// their name, and whose bytes were not uploaded lately.
func (f *Flow) pruneDatasets(ctx context.Context, tenant string, names map[string]bool) error {
	if len(names) == 0 {
		return nil
	}
	used := map[string]bool{}
	for v, err := range f.versions(ctx, tenant, "") {
		if err != nil {
			return err
		}
		for _, d := range v.Datasets {
			used[datasetKey(d)] = true
		}
	}
	for name := range names {
		newest, err := f.Dataset(ctx, tenant, name)
		if animo.CodeOf(err) == animo.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		for d, err := range f.revisions(ctx, tenant, name) {
			if err != nil {
				return err
			}
			if used[datasetKey(d.Ref())] || d.ID == newest.ID || f.now().Sub(d.Seen) < pruneAfter {
				continue
			}
			if err := f.deleteRevision(ctx, tenant, d, false); err != nil && animo.CodeOf(err) != animo.Conflict {
				return err
			}
		}
	}
	return nil
}

// rowKey is a row's key: its dataset's revision and its number, counted from 0. A retried ingest makes the
// same keys.
func rowKey(d animo.DatasetRef, n int) string { return fmt.Sprintf("%s/%09d", datasetKey(d), n) }

func rowsRange(d animo.DatasetRef) table.Range { return table.Range{Prefix: datasetKey(d) + "/"} }

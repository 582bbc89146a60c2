package opinions

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"animo"
	"animo/internal/object"
	"animo/internal/table"
	"animo/text"
)

// Batch is a file of texts that a model is asked about.
type Batch struct {
	Model    string         `json:"model"`
	ID       string         `json:"batch"`          // begins with the moment at which it was accepted
	Name     string         `json:"name,omitempty"` // of the file
	SHA256   string         `json:"sha256"`         // of the file's bytes, hexadecimal
	Bytes    int64          `json:"bytes"`
	Accepted time.Time      `json:"accepted"`
	Finished time.Time      `json:"finished,omitzero"`
	Status   animo.Status   `json:"status"` // stored, classifying, done or failed
	Failure  *animo.Reason  `json:"failure,omitempty"`
	Neutral  text.Band      `json:"neutral,omitzero"`  // between which probabilities of Positivo a text is Neutro
	Version  string         `json:"version,omitempty"` // that answers; one for all texts
	Rows     int            `json:"rows"`              // classified so far
	Total    int            `json:"total"`             // rows of the file, as guessed from its bytes until it is done
	Labels   map[string]int `json:"labels,omitempty"`  // texts by what they say
	Guesses  int            `json:"guesses"`           // texts of which the model knows nothing
	Answered int            `json:"corrected"`         // texts that answer as somebody corrected them
	Reading  *animo.Reading `json:"reading,omitempty"` // how the file was read, and what was left out

	Dataset *animo.DatasetRef `json:"dataset,omitempty"` // whose file it is; nil for one that was sent
}

// batchRow is what the batches table keeps of a batch.
type batchRow struct {
	Batch
	File   FileRecipe `json:"file"`             // how the file is to be read
	Era    string     `json:"era,omitempty"`    // the model's Deleted when the batch was taken; with another one the model is another
	Named  string     `json:"named,omitempty"`  // the version that shall answer, as BatchRecipe has it
	Source string     `json:"source,omitempty"` // the column that says where a text comes from, as labelled.Options has it
	Time   string     `json:"time,omitempty"`   // and when it was written
	Result string     `json:"result,omitempty"` // SHA-256 of the result, once it is there

	Aspects string `json:"aspects,omitempty"` // SHA-256 of the report of aspects, once it is there; earlier releases made none
	Gone    bool   `json:"gone,omitempty"`    // it is being deleted: no reader sees it, and the sweeper ends the work

	rev int64
}

func batchKey(model, id string) string    { return model + "/" + id }
func batchObject(model, id string) string { return "batches/" + model + "/" + id + "/file" }

// resultObject names a result by its content: of two attempts, the first of which was taken for dead, neither overwrites the other's,
// and the batch's row, which only one can write, says which counts.
func resultObject(model, id, sum string) string {
	return "batches/" + model + "/" + id + "/result-" + sum[:16]
}

// aspectsObject names a report of aspects as resultObject names a result.
func aspectsObject(model, id, sum string) string {
	return "batches/" + model + "/" + id + "/aspects-" + sum[:16]
}

// StarterModel is the name under which the starter model answers batches, of a tenant that has no model of that name. No list has it.
const StarterModel = "starter"

// batchModel reads the row of a model that answers batches. Of the starter model it has no more than what was deleted under its name. It
// answers NotFound when there is none.
func (f *Flow) batchModel(ctx context.Context, tenant, id string) (animo.Model, error) {
	m, err := f.model(ctx, tenant, id)
	if isStarter(id, err) {
		err = nil
	}
	return m, err
}

// isStarter tells whether it is the starter model that answers under a name, by why no model of the tenant does.
func isStarter(id string, why error) bool {
	code := animo.CodeOf(why)
	return id == StarterModel && (code == animo.NotFound || code == animo.UnknownModel)
}

// BatchRecipe says how a batch's file is to be read and answered. The zero value has everything guessed and two labels.
type BatchRecipe struct {
	Name    string // of the file; may be empty
	File    FileRecipe
	Source  string    // column of where a text comes from, by name or number; "" has it found
	Time    string    // column of when it was written
	Neutral text.Band // between which probabilities of Positivo a text is Neutro
	Version string    // that shall answer, by its ID or an alias; "" is the one that answers when the work begins
}

// TakeBatch accepts a file of texts to be classified by a model: it keeps the bytes, notes the batch and publishes batch.stored. When
// it returns nil, all of that is on disk. size is how many bytes r has, -1 if that is not known. It answers UnknownModel, NotTrained while
// no version answers, and Quota when the model has as many batches as it may. StarterModel answers where no model of the tenant has its name.
func (f *Flow) TakeBatch(ctx context.Context, tenant, model string, r io.Reader, size int64, recipe BatchRecipe) (Batch, error) {
	if err := f.admitBatch(ctx, tenant, model, &recipe); err != nil {
		return Batch{}, err
	}
	up, err := f.spool.Take(r, size)
	if err != nil {
		return Batch{}, err
	}
	defer up.Remove()
	if err := f.exists(ctx, tenant); err != nil { // the tenant may have been removed while the upload came in
		return Batch{}, err
	}
	b := f.newBatch(model, up.SHA256, up.Size, recipe)
	if _, err := up.Seek(0, io.SeekStart); err != nil {
		return Batch{}, err
	}
	if err := f.objects.Put(ctx, tenant, batchObject(model, b.ID), up); err != nil {
		return Batch{}, err
	}
	err = f.putBatch(ctx, tenant, &b)
	if animo.CodeOf(err) == animo.UnknownModel {
		_, _ = f.objects.Delete(ctx, tenant, batchObjects(model, b.ID)) // what is left of it is a stray
	}
	if err != nil {
		return Batch{}, err
	}
	return b.Batch, f.sayBatch(ctx, BatchStored, tenant, b.Batch, nil)
}

// TakeDataset is TakeBatch of the file that the newest revision of a dataset has, read as the dataset is. The recipe's File and Name do not
// count. It answers NotFound when there is no such dataset.
func (f *Flow) TakeDataset(ctx context.Context, tenant, model, dataset string, recipe BatchRecipe) (Batch, error) {
	newest, err := f.Dataset(ctx, tenant, dataset)
	if err != nil {
		return Batch{}, err
	}
	ref := newest.Ref()
	d, err := f.revision(ctx, tenant, ref)
	if err != nil {
		return Batch{}, err
	}
	recipe.Name, recipe.File = d.Name, d.File
	if err := f.admitBatch(ctx, tenant, model, &recipe); err != nil {
		return Batch{}, err
	}
	b := f.newBatch(model, d.SHA256, d.Bytes, recipe)
	b.Dataset = &ref
	if err := f.putBatch(ctx, tenant, &b); err != nil {
		return Batch{}, err
	}
	return b.Batch, f.sayBatch(ctx, BatchStored, tenant, b.Batch, nil)
}

// admitBatch answers why a model takes no batch now; nil where it does.
func (f *Flow) admitBatch(ctx context.Context, tenant, model string, recipe *BatchRecipe) error {
	if err := recipe.check(); err != nil {
		return err
	}
	if _, err := f.Answering(ctx, tenant, model, recipe.Version); err != nil && !isStarter(model, err) {
		return err
	}
	n, err := f.tables.Count(ctx, tenant, batchesTable, under(model))
	if err == nil && n >= f.limits.Batches {
		err = animo.Errorf(animo.Quota, "model %q has %d batches, and no more may be kept; delete some", "el modelo %q tiene %d lotes, y no se guardan más; borre algunos", model, n).Of("model")
	}
	return err
}

// newBatch makes the row of a batch that is accepted now.
func (f *Flow) newBatch(model, sum string, size int64, recipe BatchRecipe) batchRow {
	b := batchRow{File: recipe.File, Named: recipe.Version, Source: recipe.Source, Time: recipe.Time, Batch: Batch{Model: model, ID: newID(f.now(), "", animo.ID("batch", sum, rand.Text())), Name: recipe.Name, SHA256: sum, Bytes: size, Status: animo.Stored, Neutral: recipe.Neutral}}
	b.Accepted = animo.MomentOf(b.ID)
	return b
}

// putBatch writes the row of a new batch. It answers UnknownModel when the model was deleted meanwhile.
func (f *Flow) putBatch(ctx context.Context, tenant string, b *batchRow) error {
	return f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		var m animo.Model
		found, err := tx.GetJSON(modelsTable, b.Model, &m)
		if err == nil && b.Model != StarterModel && (!found || m.Asked <= m.Deleted) {
			err = noModel(b.Model)
		}
		if err != nil {
			return err
		}
		b.Era = m.Deleted
		return tx.PutJSON(batchesTable, batchKey(b.Model, b.ID), b)
	})
}

// check answers Invalid or UnsafeName for what cannot be.
func (r *BatchRecipe) check() error {
	if r.Name != "" {
		if err := CheckName(r.Name); err != nil {
			return err
		}
	}
	return cmp.Or(r.File.Check(), r.Neutral.Check())
}

// batchRow reads a batch that is not being deleted and whose model is there, or answers NotFound.
func (f *Flow) batchRow(ctx context.Context, tenant, model, id string) (row batchRow, err error) {
	m, err := f.batchModel(ctx, tenant, model)
	if err == nil {
		row.rev, err = f.tables.GetJSON(ctx, tenant, batchesTable, batchKey(model, id), &row)
	}
	if animo.CodeOf(err) == animo.NotFound || err == nil && (row.Gone || row.Era != m.Deleted) {
		err = animo.Errorf(animo.NotFound, "model %q has no batch %q", "el modelo %q no tiene el lote %q", animo.Clip(model), animo.Clip(id)).Of("batch")
	}
	return row, err
}

// saveBatch writes a batch's row, or answers Conflict where somebody changed or removed the row after it was read.
func (f *Flow) saveBatch(ctx context.Context, tenant string, row *batchRow) error {
	return f.tables.ReplaceJSON(ctx, tenant, batchesTable, batchKey(row.Model, row.ID), &row.rev, row)
}

// Batch returns how far a batch is. It answers NotFound when there is none.
func (f *Flow) Batch(ctx context.Context, tenant, model, id string) (Batch, error) {
	row, err := f.batchRow(ctx, tenant, model, id)
	return row.Batch, err
}

// Batches lists a model's batches, newest first, at most limit of them, beginning after the ID `after`, "" for the start. next is ""
// at the end. It answers UnknownModel when there is no such model.
func (f *Flow) Batches(ctx context.Context, tenant, model, after string, limit int) (page []Batch, next string, err error) {
	m, err := f.batchModel(ctx, tenant, model)
	if err != nil {
		return nil, "", unknownModel(err, model)
	}
	r := under(model)
	if after != "" {
		r.To = batchKey(model, after)
	}
	page = []Batch{}
	for row, err := range table.ReadableRows[batchRow](ctx, f.tables, tenant, batchesTable, r, true) {
		switch {
		case err != nil:
			return nil, "", err
		case row.Value.Gone || row.Value.Era != m.Deleted:
			continue
		case len(page) == limit:
			return page, page[limit-1].ID, nil
		}
		page = append(page, row.Value.Batch)
	}
	return page, "", nil
}

// BatchResult opens the result of a batch that is done, a CSV file of so many bytes. It answers NotFound before that.
func (f *Flow) BatchResult(ctx context.Context, tenant, model, id string) (io.ReadCloser, int64, Batch, error) {
	row, err := f.batchRow(ctx, tenant, model, id)
	if err == nil && row.Status != animo.Done {
		err = animo.Errorf(animo.NotFound, "batch %s is %s; its result is there when it is done", "el lote %s está %s; el resultado estará cuando esté done", id, row.Status).Of("batch")
	}
	if err != nil {
		return nil, 0, row.Batch, err
	}
	body, info, err := f.objects.Get(ctx, tenant, resultObject(model, id, row.Result), object.Range{})
	return body, info.Size, row.Batch, err
}

// BatchAspects returns what the texts of a batch that is done say of eight aspects. It answers NotFound before that, and of a batch that an
// earlier release classified.
func (f *Flow) BatchAspects(ctx context.Context, tenant, model, id string) (r text.AspectReport, b Batch, err error) {
	row, err := f.batchRow(ctx, tenant, model, id)
	switch {
	case err != nil:
	case row.Status != animo.Done:
		err = animo.Errorf(animo.NotFound, "batch %s is %s; what it says is there when it is done", "el lote %s está %s; lo que dice estará cuando esté done", id, row.Status).Of("batch")
	case row.Aspects == "":
		err = animo.Errorf(animo.NotFound, "batch %s was classified by an earlier release, which did not look for aspects; send the file again", "el lote %s lo clasificó una versión anterior, que no buscaba aspectos; envíe el archivo otra vez", id).Of("batch")
	}
	if err != nil {
		return r, row.Batch, err
	}
	body, _, err := f.objects.Get(ctx, tenant, aspectsObject(model, id, row.Aspects), object.Range{})
	if err != nil {
		return r, row.Batch, err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(&r); err != nil {
		return r, row.Batch, fmt.Errorf("read the aspects of batch %s: %w", id, err)
	}
	return r, row.Batch, nil
}

// DeleteBatch deletes a batch: its file, its result, its report of aspects and its row.
func (f *Flow) DeleteBatch(ctx context.Context, tenant, model, id string) error {
	row, err := f.batchRow(ctx, tenant, model, id)
	for ; err == nil; row, err = f.batchRow(ctx, tenant, model, id) {
		if err := f.deleteBatch(ctx, tenant, row); animo.CodeOf(err) != animo.Conflict { // a batch that is being classified changes now and then
			return err
		}
	}
	return err
}

// deleteBatch deletes a batch: it first hides it from readers, then removes its objects and its row. It answers Conflict, having done
// nothing, where somebody changed the row after it was read.
func (f *Flow) deleteBatch(ctx context.Context, tenant string, row batchRow) error {
	if !row.Gone {
		row.Gone = true
		if err := f.saveBatch(ctx, tenant, &row); err != nil {
			return err
		}
	}
	if _, err := f.objects.Delete(ctx, tenant, batchObjects(row.Model, row.ID)); err != nil {
		return err
	}
	return f.tables.DeleteKey(ctx, tenant, batchesTable, batchKey(row.Model, row.ID))
}

func batchObjects(model, id string) string { return "batches/" + model + "/" + id + "/" }

// deleteBatchesFrom deletes the batches whose file is a revision's of a dataset.
func (f *Flow) deleteBatchesFrom(ctx context.Context, tenant string, ref animo.DatasetRef) error {
	for row, err := range table.ReadableRows[batchRow](ctx, f.tables, tenant, batchesTable, table.Range{}, false) {
		if err != nil {
			return err
		}
		if b := row.Value; b.Dataset != nil && *b.Dataset == ref {
			if err := f.DeleteBatch(ctx, tenant, b.Model, b.ID); err != nil && animo.CodeOf(err) != animo.NotFound {
				return err
			}
		}
	}
	return nil
}

// deleteBatchesOf deletes the batches of the models of that name that were deleted.
func (f *Flow) deleteBatchesOf(ctx context.Context, tenant string, m animo.Model) error {
	for row, err := range table.ReadableRows[batchRow](ctx, f.tables, tenant, batchesTable, under(m.ID), false) {
		if err != nil {
			return err
		}
		if row.Value.Era == m.Deleted {
			continue
		}
		row.Value.rev = row.Rev
		if err := f.deleteBatch(ctx, tenant, row.Value); err != nil && animo.CodeOf(err) != animo.Conflict { // the sweeper comes again
			return err
		}
	}
	return nil
}

// sweepBatch goes on with a batch: it publishes again what is not finished, and deletes what is to be deleted or was kept long enough.
// deleted is the model's.
func (f *Flow) sweepBatch(ctx context.Context, tenant, deleted string, row batchRow) (published int, err error) {
	switch {
	case row.Gone || row.Era != deleted || row.Status.Ended() && f.ages.IsOlder(row.Finished, f.limits.KeepBatches):
		if err = f.deleteBatch(ctx, tenant, row); animo.CodeOf(err) == animo.Conflict {
			err = nil
		}
		return 0, err
	case row.Status.Ended():
		return 0, nil
	}
	return 1, f.sayBatch(ctx, BatchStored, tenant, row.Batch, nil)
}

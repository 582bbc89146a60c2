package opinions

import (
	"context"
	"errors"
	"io"
	"time"

	"animo"
	"animo/internal/object"
	"animo/internal/table"
	"animo/text"
	"animo/text/labelled"
)

// So many rows, or so many bytes of them, are written in one transaction.
const (
	ingestBatch = 2000
	ingestBytes = 4 << 20
)

// ingest reads a stored file row by row into the rows table. A row's key is made of the revision, whose file never changes,
// and the row's number, so an ingest that is run again writes the same rows over those that are there.
func (f *Flow) ingest(ctx context.Context, e animo.Event) error {
	o, err := orderOf(e)
	if err != nil {
		return err
	}
	row, err := f.version(ctx, e.Tenant, o.Model, o.Version)
	if animo.CodeOf(err) == animo.NotFound || err == nil && row.Status.Trained() {
		return nil
	}
	if err != nil {
		return err
	}
	ref := row.Datasets[len(row.Datasets)-1]
	d, err := f.revision(ctx, e.Tenant, ref)
	if animo.CodeOf(err) == animo.NotFound { // deleted, perhaps while it was being ingested
		if _, err := f.tables.Delete(ctx, e.Tenant, rowsTable, rowsRange(ref)); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	if !d.Ingested {
		if err := f.setStatus(ctx, e.Tenant, &row, animo.Ingesting, nil); err != nil {
			return err
		}
		if d.Plan == nil { // kept before the first row is written, so that an attempt after a crash reads the same rows
			if d.Plan, err = f.survey(ctx, e.Tenant, d); err != nil {
				return err
			}
			if err := f.saveDataset(ctx, e.Tenant, &d); err != nil {
				return err
			}
		}
		if err := f.ingestRows(ctx, e.Tenant, o, &d); err != nil {
			if d.Reading != nil { // the rows that were left out say why the file is refused
				err = errors.Join(err, f.saveDataset(ctx, e.Tenant, &d))
			}
			return err
		}
		d.Ingested = true
		if err := f.saveDataset(ctx, e.Tenant, &d); err != nil {
			return err
		}
		f.log.InfoContext(ctx, "ingested", "tenant", e.Tenant, "dataset", d.Name, "rows", d.Rows, "skipped", d.Skipped)
	}
	return f.say(ctx, DatasetIngested, e.Tenant, o)
}

// survey finds out how a revision's file is to be read.
func (f *Flow) survey(ctx context.Context, tenant string, d datasetRow) (*labelled.Plan, error) {
	return labelled.Survey(func() (io.ReadCloser, error) {
		body, _, err := f.objects.Get(ctx, tenant, uploadObject(d.Ref()), object.Range{})
		return body, err
	}, f.reading(d.File))
}

func (f *Flow) ingestRows(ctx context.Context, tenant string, o order, d *datasetRow) error {
	ref := d.Ref()
	body, _, err := f.objects.Get(ctx, tenant, uploadObject(ref), object.Range{})
	if err != nil {
		return err
	}
	defer body.Close()
	read := &counter{r: body}
	rows := labelled.NewReader(read, d.Plan, f.reading(d.File))
	defer rows.Close()
	note := f.progressNotes(ctx, tenant, o)

	d.Rows, d.Positive = 0, 0
	batch, bytes := make([]table.Row, 0, ingestBatch), 0
	flush := func() error {
		err := f.tables.Put(ctx, tenant, rowsTable, batch...)
		clear(batch)
		batch, bytes = batch[:0], 0
		note(text.Progress{Stage: "ingesting", Done: d.Rows, Total: guessRows(d.Rows, read.n, d.Bytes)})
		return err
	}
	for op, err := range rows.All() {
		if err != nil {
			if animo.CodeOf(err).Final() {
				reading := rows.Reading()
				d.Reading = &reading
			}
			return err
		}
		value := make([]byte, 0, 1+len(op.Text))
		value = append(append(value, byte('0'+op.Label)), op.Text...)
		batch = append(batch, table.Row{Key: rowKey(ref, d.Rows), Value: value})
		d.Rows++
		d.Positive += int(op.Label)
		bytes += len(value)
		if len(batch) == ingestBatch || bytes >= ingestBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	reading := rows.Reading()
	d.Skipped, d.Reading = rows.Skipped(), &reading
	return flush()
}

// guessRows estimates how many rows a file has, from the bytes read so far.
func guessRows(rows int, read, size int64) int {
	if read <= 0 || read >= size {
		return rows
	}
	return int(float64(rows) * float64(size) / float64(read))
}

// counter counts the bytes that passed.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// Progress is how far a version is, as last noted.
type Progress struct {
	text.Progress
	At time.Time `json:"at"`
}

// progressEvery is how often progress is written down.
const progressEvery = 250 * time.Millisecond

// progressNotes returns a function that writes progress down now and then. It ignores errors, because no training should fail
// for them.
func (f *Flow) progressNotes(ctx context.Context, tenant string, o order) func(text.Progress) {
	var last time.Time
	var stage string
	return func(p text.Progress) {
		now := f.now()
		if p.Stage == stage && now.Sub(last) < progressEvery {
			return
		}
		last, stage = now, p.Stage
		if err := f.tables.PutJSON(ctx, tenant, progressTable, versionKey(o.Model, o.Version), Progress{p, now.UTC()}); err != nil {
			f.log.DebugContext(ctx, "progress not noted", "err", err)
		}
	}
}

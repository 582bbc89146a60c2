package opinions

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"time"

	"animo"
	"animo/internal/background"
	"animo/internal/bus"
	"animo/internal/export"
	"animo/internal/object"
	"animo/internal/spool"
	"animo/text"
	"animo/text/labelled"
)

// Of a batch, so many rows are classified at a time, and so many n-grams of each text are its evidence.
const (
	batchRows     = 512
	batchEvidence = 3
)

// A batch's row says how far it is about so often, by its own clock.
const batchNoteEvery = time.Second

// batchOrder is the data of every event of a batch.
type batchOrder struct {
	Model  string        `json:"model"`
	Batch  string        `json:"batch"`
	Name   string        `json:"name,omitempty"`   // of the file
	Reason *animo.Reason `json:"reason,omitempty"` // of BatchFailed

	Version string         `json:"version,omitempty"` // of BatchClassified, with the two below
	Rows    int            `json:"rows,omitempty"`
	Labels  map[string]int `json:"labels,omitempty"`
}

// sayBatch publishes an event of a batch, whose id follows from its content, so that the bus adds nothing for a repeat.
func (f *Flow) sayBatch(ctx context.Context, typ, tenant string, b Batch, why *animo.Reason) error {
	o := batchOrder{Model: b.Model, Batch: b.ID, Name: b.Name, Reason: why}
	if typ == BatchClassified {
		o.Version, o.Rows, o.Labels = b.Version, b.Rows, b.Labels
	}
	e, err := animo.NewEvent(animo.ID(typ, tenant, b.Model, b.ID), source, typ, b.Model, tenant, f.now(), o)
	if err != nil {
		return err
	}
	return f.events.Publish(ctx, e)
}

func batchOrderOf(e animo.Event) (batchOrder, error) {
	var o batchOrder
	if err := json.Unmarshal(e.Data, &o); err != nil || o.Model == "" || o.Batch == "" {
		return o, animo.Errorf(animo.Invalid, "the event's data does not name a model and a batch", "los datos del evento no nombran un modelo y un lote").Because(err)
	}
	return o, nil
}

// classify answers a batch: it writes the result and the report of aspects from the beginning, by the version that answers when it begins,
// keeps them under names that follow from their content, and then says in the batch's row that it is done. A batch that is done is not classified again.
func (f *Flow) classify(ctx context.Context, e animo.Event) error {
	o, err := batchOrderOf(e)
	if err != nil {
		return err
	}
	row, err := f.batchRow(ctx, e.Tenant, o.Model, o.Batch)
	if animo.CodeOf(err) == animo.NotFound { // deleted, perhaps while it was being classified
		_, err := f.objects.Delete(ctx, e.Tenant, batchObjects(o.Model, o.Batch))
		return err
	}
	if err != nil {
		return err
	}
	if row.Status != animo.Done {
		if err := f.classifyBatch(ctx, e.Tenant, &row); err != nil {
			return err
		}
		f.log.InfoContext(ctx, "classified", "tenant", e.Tenant, "model", row.Model, "batch", row.ID, "version", row.Version, "rows", row.Rows)
	}
	return f.sayBatch(ctx, BatchClassified, e.Tenant, row.Batch, nil)
}

func (f *Flow) classifyBatch(ctx context.Context, tenant string, row *batchRow) error {
	answerer, err := f.answerer(ctx, tenant, row.Model, row.Named)
	if err != nil {
		return err
	}
	row.Status, row.Failure, row.Version, row.Finished = animo.Classifying, nil, answerer.version, time.Time{}
	row.Rows, row.Total, row.Labels, row.Guesses, row.Answered, row.Reading, row.Aspects = 0, 0, map[string]int{}, 0, 0, nil, ""
	if err := f.saveBatch(ctx, tenant, row); err != nil {
		return err
	}
	result, err := f.spoolResult(func(w io.Writer) error { return f.answerRows(ctx, tenant, row, &answerer, w) })
	if err != nil {
		if animo.CodeOf(err).Final() && row.Reading != nil { // the rows that were left out say why the file is refused
			err = errors.Join(err, f.saveBatch(ctx, tenant, row))
		}
		return err
	}
	defer result.Remove()
	if _, err := result.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := f.objects.Put(ctx, tenant, resultObject(row.Model, row.ID, result.SHA256), result); err != nil {
		return err
	}
	if err := f.keepAspects(ctx, tenant, row, answerer); err != nil {
		return err
	}
	row.Status, row.Finished, row.Total, row.Result = animo.Done, f.now().UTC(), row.Rows, result.SHA256
	return f.saveBatch(ctx, tenant, row)
}

// answerer is one version of a model with the corrections above it, or the starter model.
type answerer struct {
	version    string
	model      *text.Model // nil for the starter model until the first texts have told its language
	starter    bool        // it is the starter model
	correction func(text string) (animo.Label, bool)
}

// ByStarter tells whether the starter model answers a batch.
func (b Batch) ByStarter() bool { return strings.HasPrefix(b.Version, StarterModel+"-") }

// begin has the first texts choose the starter model's language, and does nothing to another model.
func (a *answerer) begin(rows []labelled.TextRow) {
	if a.model != nil {
		return
	}
	texts := make([]string, len(rows))
	for i, row := range rows {
		texts[i] = row.Text
	}
	language := text.StarterLanguage(texts)
	a.version, a.model, a.starter = StarterModel+"-"+language, text.Starter(language), true
}

// answerer loads the version of a model that is named; "" is the one that answers now.
func (f *Flow) answerer(ctx context.Context, tenant, model, named string) (a answerer, err error) {
	answering, err := f.Answering(ctx, tenant, model, named)
	if a.version = answering.Version; isStarter(model, err) {
		return answerer{correction: func(string) (animo.Label, bool) { return 0, false }}, nil
	} else if err != nil {
		return a, err
	}
	vectorizer, network, err := f.Artefacts(ctx, tenant, model, a.version)
	if animo.CodeOf(err) == animo.NotFound { // pruned since; another one answers
		err = animo.Errorf(animo.Conflict, "version %s of %q was deleted", "la versión %s de %q se borró", a.version, model).Because(err)
	}
	if err != nil {
		return a, err
	}
	if a.correction, err = f.Corrected(ctx, tenant, model); err != nil {
		return a, err
	}
	a.model, err = text.Decode(vectorizer, network)
	return a, err
}

// answered is what a text of a batch says.
type answered struct {
	text.Prediction
	corrected bool
	evidence  string
}

// answer classifies the texts of some rows on one thread that gives way to requests; "" has no answer.
func (a answerer) answer(rows []labelled.TextRow) []answered {
	said := make([]answered, len(rows))
	background.Do(func() {
		for i, row := range rows {
			if row.Text == "" {
				continue
			}
			one := answered{Prediction: a.model.Classify(row.Text)[0], evidence: a.model.Explain(row.Text, batchEvidence).Line()}
			if label, ok := a.correction(row.Text); ok {
				one.Label, one.Probability, one.corrected = label, 1, true
			}
			said[i] = one
		}
	})
	return said
}

// answerRows writes the result of a batch, and into its row what was found.
func (f *Flow) answerRows(ctx context.Context, tenant string, b *batchRow, a *answerer, w io.Writer) error {
	read := &counter{}
	rows, err := labelled.OpenTexts(f.openBatch(ctx, tenant, b, read), f.reading(b.File))
	if err != nil {
		return err
	}
	defer rows.Close()
	var out *export.Texts
	noted := f.now()
	for {
		some, ended := next(rows, batchRows)
		if len(some) > 0 && out == nil {
			if out, err = export.NewTexts(w, rows.Columns(len(some[0].Cells))); err != nil {
				return err
			}
			a.begin(some)
			b.Version = a.version
		}
		all := a.answer(some)
		f.observeBatch(tenant, b.Model, a.version, some, all)
		for i, said := range all {
			row := some[i]
			b.Rows++
			if row.Text == "" {
				if err := out.WriteUnanswered(row.Cells); err != nil {
					return err
				}
				continue
			}
			label := b.Neutral.Says(said.Prediction)
			if said.corrected {
				label = said.Label.String()
				b.Answered++
			} else if said.Known == 0 {
				b.Guesses++
			}
			b.Labels[label]++
			if err := out.Write(row.Cells, label, said.Probability, said.evidence); err != nil {
				return err
			}
		}
		reading := rows.Reading()
		b.Reading = &reading
		switch {
		case ended == io.EOF && reading.Rows == 0:
			return animo.Errorf(animo.EmptyFile, "there is no text in column %s", "no hay ningún texto en la columna %s", rows.ColumnName()).Of("text")
		case ended == io.EOF:
			return out.Flush()
		case ended != nil:
			return ended
		case ctx.Err() != nil:
			return ctx.Err()
		}
		if now := f.now(); now.Sub(noted) >= batchNoteEvery {
			noted, b.Total = now, guessRows(b.Rows, read.n, b.Bytes)
			if err := f.saveBatch(ctx, tenant, b); err != nil { // it was deleted, or another attempt has it
				return err
			}
		}
	}
}

// observeBatch counts the answers to texts; rows without a text have none.
func (f *Flow) observeBatch(tenant, model, version string, rows []labelled.TextRow, all []answered) {
	var said []text.Prediction
	var corrected []bool
	for i, row := range rows {
		if row.Text != "" {
			said, corrected = append(said, all[i].Prediction), append(corrected, all[i].corrected)
		}
	}
	f.Observe(tenant, model, version, said, func(i int) bool { return corrected[i] })
}

// openBatch gives what opens a batch's file; read counts its bytes.
func (f *Flow) openBatch(ctx context.Context, tenant string, b *batchRow, read *counter) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		name := batchObject(b.Model, b.ID)
		if b.Dataset != nil {
			name = uploadObject(*b.Dataset)
			if _, err := f.revision(ctx, tenant, *b.Dataset); err != nil { // deleted since, or another one took its place
				return nil, err
			}
		}
		body, _, err := f.objects.Get(ctx, tenant, name, object.Range{})
		read.r, read.n = body, 0
		return struct {
			io.Reader
			io.Closer
		}{read, body}, err
	}
}

// keepAspects keeps the report of a batch's aspects, and notes it in the batch's row, which the caller writes. Texts that have no label in
// the file say what they were corrected to or what the model says.
func (f *Flow) keepAspects(ctx context.Context, tenant string, b *batchRow, a answerer) error {
	how := f.reading(b.File)
	how.Source, how.Time = b.Source, b.Time
	rows, err := labelled.OpenReviews(f.openBatch(ctx, tenant, b, &counter{}), how)
	if err != nil {
		return err
	}
	defer rows.Close()
	model := a.model
	if a.starter {
		model = nil // so that the report takes the starter model of its own texts' language: of translations it has the originals
	}
	aspects := text.NewAspects(model, text.AspectOptions{})
	some := make([]text.Review, 0, batchRows)
	for err == nil {
		var row labelled.Row
		if row, err = rows.Next(); err == nil {
			r := text.Review{Text: row.Text, Source: row.Source, Period: row.Month}
			if label, ok := a.correction(row.Text); ok {
				r.Label = &label
			} else if !row.Unlabelled {
				r.Label = &row.Label
			}
			some = append(some, r)
		}
		if len(some) == batchRows || err != nil {
			background.Do(func() {
				for _, r := range some {
					aspects.Add(r)
				}
			})
			some = some[:0]
			err = cmp.Or(err, ctx.Err())
		}
	}
	if err != io.EOF {
		return err
	}
	report, err := json.Marshal(aspects.Report())
	if err != nil {
		return err
	}
	sum := sha256.Sum256(report)
	b.Aspects = hex.EncodeToString(sum[:])
	return f.objects.Put(ctx, tenant, aspectsObject(b.Model, b.ID, b.Aspects), bytes.NewReader(report))
}

// next reads up to n rows, and why there are no more.
func next(rows *labelled.Texts, n int) (some []labelled.TextRow, err error) {
	for len(some) < n {
		row, err := rows.Next()
		if err != nil {
			return some, err
		}
		some = append(some, row)
	}
	return some, nil
}

// spoolResult takes what write writes into a temporary file, which the caller removes.
func (f *Flow) spoolResult(write func(io.Writer) error) (*spool.File, error) {
	folder := f.spool
	folder.Most = math.MaxInt64 - 1 // the file's size was bounded when it came in
	r, w := io.Pipe()
	type taken struct {
		file *spool.File
		err  error
	}
	ended := make(chan taken, 1)
	go func() {
		file, err := folder.Take(r, -1)
		_ = r.CloseWithError(err)
		ended <- taken{file, err}
	}()
	written := errors.New("the result was not written to its end") // for a panic of write
	defer func() { _ = w.CloseWithError(written) }()
	written = write(w)
	_ = w.CloseWithError(written)
	t := <-ended
	if written != nil {
		if t.file != nil {
			t.file.Remove()
		}
		return nil, written
	}
	return t.file, t.err
}

// failBatch notes why a batch will not be classified, and publishes batch.failed. It runs before the event becomes a dead letter, and
// answers ErrDone where the batch is done, because its process may have died right after that.
func (f *Flow) failBatch(ctx context.Context, e animo.Event, r animo.Reason) error {
	o, err := batchOrderOf(e)
	if err != nil {
		return nil // no batch to note it in
	}
	row, err := f.batchRow(ctx, e.Tenant, o.Model, o.Batch)
	if animo.CodeOf(err) == animo.NotFound {
		return bus.ErrDone
	}
	if err != nil {
		return err
	}
	if row.Status == animo.Done {
		if err := f.sayBatch(ctx, BatchClassified, e.Tenant, row.Batch, nil); err != nil {
			return err
		}
		return bus.ErrDone
	}
	row.Status, row.Failure, row.Finished = animo.Failed, &r, f.now().UTC()
	if err := f.saveBatch(ctx, e.Tenant, &row); err != nil {
		return err
	}
	f.log.WarnContext(ctx, "batch failed", "tenant", e.Tenant, "model", row.Model, "batch", row.ID, "code", r.Code, "reason", r.EN)
	return f.sayBatch(ctx, BatchFailed, e.Tenant, row.Batch, &r)
}

// Package opinions is the flow from a file of labelled opinions to a classifier, a step a file: take an
// upload, ingest its rows, train a model, publish it. Each step but the first is a function that an event starts; a
// repeated event changes nothing. Package classify asks the model that answers.
//
//	take --dataset.stored--> ingest --dataset.ingested--> train --model.trained--> publish (or hold, see judge)
//	take a batch --batch.stored--> classify
//
// What is stored: an upload's bytes, a model's artefacts and a batch's result as objects; datasets, rows, versions,
// models and batches as table rows. Begin at New, then Functions and Take.
package opinions

import (
	"context"
	"encoding/json"
	"log/slog"
	"regexp"
	"time"
	"unicode"
	"unicode/utf8"

	"animo"
	"animo/internal/bus"
	"animo/internal/clock"
	"animo/internal/erasures"
	"animo/internal/object"
	"animo/internal/spool"
	"animo/internal/table"
	"animo/text"
	"animo/text/labelled"
)

// The tables, by what their keys are.
const (
	headsTable    = "heads"    // name -> head
	datasetsTable = "datasets" // name/revision -> datasetRow
	rowsTable     = "rows"     // name/revision/row number -> label and text
	versionsTable = "versions" // model/version -> versionRow
	progressTable = "progress" // model/version -> Progress
	modelsTable   = "models"   // model -> animo.Model
	batchesTable  = "batches"  // model/batch -> batchRow
	usageTable    = "usage"    // model/version/hour -> Usage

	correctionsTable = "corrections" // model/up to which version it was deleted/id -> Correction
)

// The event types of this flow.
const (
	DatasetStored   = "dataset.stored"
	DatasetIngested = "dataset.ingested"
	ModelRequested  = "model.requested"
	ModelTrained    = "model.trained"
	ModelPublished  = "model.published"
	ModelHeld       = "model.held"
	ModelDrifted    = "model.drifted"
	ModelCompared   = "model.compared"
	TrainingFailed  = "training.failed"

	BatchStored     = "batch.stored"
	BatchClassified = "batch.classified"
	BatchFailed     = "batch.failed"
)

// source is the CloudEvents source of every event of this flow.
const source = "animo/opinions"

// Publisher is what the flow needs of the bus.
type Publisher interface {
	Publish(ctx context.Context, events ...animo.Event) error
}

// Limits bound one upload and one training. A zero field has the default in its comment.
type Limits struct {
	FileBytes       int64         // of one upload; 1 GiB
	Rows            int           // of one file; 10 million
	RowBytes        int           // of one row; 1 MiB
	KeepVersions    int           // ended versions kept for each model; 5
	TrainTime       time.Duration // for one attempt at a training; 2 hours
	IngestTime      time.Duration // for one attempt at an ingest; 1 hour
	Trainings       int           // trainings at once on this machine; 1
	Cores           int           // that one training uses; all of them
	Ingests         int           // ingests at once on this machine; 2
	Corrections     int           // of one model; 10,000. A training holds them in memory
	CorrectionBytes int           // of one correction's text; 64 KiB
	Unpacked        int64         // bytes of a packed file when it is unpacked; 4 GiB
	Whole           int64         // bytes of a file that is read as a whole; 64 MiB
	Broken          float64       // the fraction of a file's rows that may be broken; 0.2
	ModelBytes      int64         // of a packed model that is uploaded, and unpacked; 256 MiB
	Batches         int           // kept of one model; 1,000
	KeepUsage       time.Duration // for how long it is kept what versions answered in an hour; 365 days
	KeepBatches     time.Duration // for how long a batch is kept after it ended; 30 days
	BatchTime       time.Duration // for one attempt at a batch; 1 hour
	BatchesAtOnce   int           // on this machine; 1
	Compared        int           // rows that only one of two versions was measured on, about which the other is asked before it answers; 20,000
}

func (l Limits) withDefaults() Limits {
	set := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	set(&l.Rows, 10_000_000)
	set(&l.RowBytes, 1<<20)
	set(&l.KeepVersions, 5)
	set(&l.Trainings, 1)
	set(&l.Ingests, 2)
	set(&l.Corrections, 10_000)
	set(&l.CorrectionBytes, 64<<10)
	set(&l.Batches, 1000)
	set(&l.BatchesAtOnce, 1)
	set(&l.Compared, 20_000)
	if l.ModelBytes == 0 {
		l.ModelBytes = 256 << 20
	}
	if l.KeepUsage == 0 {
		l.KeepUsage = 365 * 24 * time.Hour
	}
	if l.KeepBatches == 0 {
		l.KeepBatches = 30 * 24 * time.Hour
	}
	if l.BatchTime == 0 {
		l.BatchTime = time.Hour
	}
	if l.Broken == 0 {
		l.Broken = labelled.DefaultBroken
	}
	if l.Unpacked == 0 {
		l.Unpacked = 4 << 30
	}
	if l.Whole == 0 {
		l.Whole = labelled.DefaultWhole
	}
	if l.FileBytes == 0 {
		l.FileBytes = 1 << 30
	}
	if l.TrainTime == 0 {
		l.TrainTime = 2 * time.Hour
	}
	if l.IngestTime == 0 {
		l.IngestTime = time.Hour
	}
	return l
}

// Flow is the opinion flow over its stores. It is safe for concurrent use.
type Flow struct {
	tables   *table.Table
	objects  object.Store
	events   Publisher
	limits   Limits
	spool    spool.Folder
	exists   func(context.Context, string) error
	erasures *erasures.Log
	now      func() time.Time
	ages     clock.Ages
	program  string
	log      *slog.Logger
	counted  counted
}

// Options are what New may be told. The zero value works.
type Options struct {
	Limits   Limits
	Spool    string                                         // folder for uploads on their way in; "" means the system's
	Room     func(bytes int64) error                        // answers NoSpace when so many bytes more would be too many; nil for no check
	Exists   func(ctx context.Context, tenant string) error // answers NotFound for a tenant that was removed; nil for no check
	Erasures *erasures.Log                                  // where it is noted what was deleted, so that no backup brings it back; nil means nowhere
	Now      func() time.Time                               // nil means time.Now
	Ages     clock.Ages                                     // tell what was kept long enough; nil means by Now
	Program  string                                         // this release, which versions that it trains name
	Log      *slog.Logger                                   // nil means slog.Default
}

// New makes the flow over its stores. It starts nothing.
func New(tables *table.Table, objects object.Store, events Publisher, o Options) *Flow {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Ages == nil {
		o.Ages = clock.Wall(o.Now)
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Room == nil {
		o.Room = func(int64) error { return nil }
	}
	if o.Exists == nil {
		o.Exists = func(context.Context, string) error { return nil }
	}
	limits := o.Limits.withDefaults()
	folder := spool.Folder{Dir: o.Spool, Most: limits.FileBytes, Setting: "max-file", Room: o.Room}
	return &Flow{tables: tables, objects: objects, events: events, limits: limits, spool: folder, exists: o.Exists, erasures: o.Erasures, now: o.Now, ages: o.Ages, program: o.Program, log: o.Log}
}

// Functions returns the functions of the flow, to be registered with the bus.
func (f *Flow) Functions() []bus.Function {
	return []bus.Function{
		{Name: "ingest", On: []string{DatasetStored}, Workers: f.limits.Ingests, Deadline: f.limits.IngestTime, Handle: f.ingest, OnDead: f.fail},
		{Name: "train", On: []string{DatasetIngested, ModelRequested}, Workers: f.limits.Trainings, Deadline: f.limits.TrainTime, Handle: f.train, OnDead: f.fail},
		{Name: "publish", On: []string{ModelTrained}, Workers: 1, Deadline: f.limits.TrainTime, Handle: f.publish, OnDead: f.fail},
		{Name: "classify", On: []string{BatchStored}, Workers: f.limits.BatchesAtOnce, Deadline: f.limits.BatchTime, Handle: f.classify, OnDead: f.failBatch},
	}
}

// reading is how the rows of a revision are read.
func (f *Flow) reading(r FileRecipe) labelled.Options {
	l := labelled.Limits{RowBytes: f.limits.RowBytes, Rows: f.limits.Rows, Bytes: max(f.limits.FileBytes, f.limits.Unpacked), Unpacked: f.limits.Unpacked, Whole: f.limits.Whole}
	return labelled.Options{Limits: l, Told: r.Told, Broken: f.limits.Broken, Strict: r.Strict}
}

// order is the data of every event of the flow: which version of which model it is about.
type order struct {
	Model    string        `json:"model"`
	Version  string        `json:"version"`
	Reason   *animo.Reason `json:"reason,omitempty"`   // of TrainingFailed
	Accuracy *text.Stat    `json:"accuracy,omitempty"` // of ModelTrained, ModelPublished and ModelHeld

	Reasons []animo.Reason `json:"reasons,omitempty"` // of ModelHeld
	Drift   *Drift         `json:"drift,omitempty"`   // of ModelDrifted

	Outcome animo.Outcome `json:"outcome,omitempty"` // of ModelCompared
	Wrong   *[2]int       `json:"wrong,omitempty"`   // of ModelCompared: answers of the champion, and of the challenger, that were corrected
}

// event makes an event whose id follows from its content, so that the bus adds nothing for a repeat.
func (f *Flow) event(typ, tenant string, o order) (animo.Event, error) {
	id := animo.ID(typ, tenant, o.Model, o.Version)
	return animo.NewEvent(id, source, typ, o.Model, tenant, f.now(), o)
}

// say makes an event of the flow and publishes it.
func (f *Flow) say(ctx context.Context, typ, tenant string, o order) error {
	e, err := f.event(typ, tenant, o)
	if err != nil {
		return err
	}
	return f.events.Publish(ctx, e)
}

func orderOf(e animo.Event) (order, error) {
	var o order
	if err := json.Unmarshal(e.Data, &o); err != nil || o.Model == "" || o.Version == "" {
		return o, animo.Errorf(animo.Invalid, "the event's data does not name a model and a version", "los datos del evento no nombran un modelo y una versión").Because(err)
	}
	return o, nil
}

func versionKey(model, id string) string { return model + "/" + id }

const maxName = 128

var reservedName = regexp.MustCompile(`^\.|\.\.`)

// CheckName answers UnsafeName unless a dataset's or model's name is 1 to 128 bytes of letters, digits,
// spaces and the signs . _ - + ( ) @ , does not begin with a dot, begin or end with a
// space, or have two dots in a row.
func CheckName(name string) error {
	bad := name == "" || len(name) > maxName || !utf8.ValidString(name) || reservedName.MatchString(name) || name[0] == ' ' || name[len(name)-1] == ' '
	for _, r := range name {
		switch r {
		case '.', '_', '-', '+', '(', ')', '@', ',', ' ':
		default:
			bad = bad || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
		}
	}
	if !bad {
		return nil
	}
	return animo.Errorf(animo.UnsafeName,
		"%q cannot be a name: use 1 to 128 bytes of letters, digits, spaces and . _ - + ( ) @ , without slashes, a dot or space in front, a space at the end or two dots in a row",
		"%q no puede ser un nombre: use de 1 a 128 bytes de letras, cifras, espacios y . _ - + ( ) @ , sin barras, sin punto ni espacio al principio, sin espacio al final ni dos puntos seguidos", animo.Clip(name)).Of("name")
}

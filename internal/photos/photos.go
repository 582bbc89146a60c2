// Package photos is the flow from a photo to the moods of the faces in it, a step a file: take an upload,
// analyse it, record each face in its mood's table, and answer what was recorded. Analysing and recording are
// functions that events start; a repeated event changes nothing.
//
//	take --photo.stored--> analyse --face.MOOD, one a face--> record-MOOD
//	measure --face.MOOD, one a face--> record-MOOD
//	people change --people.changed--> seek
//
// What is stored: an upload's bytes and a thumbnail as objects; photos, their faces, and what is recorded of
// each face as table rows; people and the examples by which they are known as rows, too, with a thumbnail of each.
// Who a face is has one place, its identity (people_identity.go), which what is recorded follows. Begin at New, then
// Functions and Take.
package photos

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"animo"
	"animo/internal/bus"
	"animo/internal/object"
	"animo/internal/spool"
	"animo/internal/table"
	"animo/vision"
)

// The tables, by what their keys are. Those of the moods are named by moodTable.
const (
	headsTable       = "photo-heads"       // hash of name and content -> id of the photo
	pendingTable     = "photo-pending"     // id -> its key in photo-heads, of photos that are not finished
	erasedTable      = "photo-erased"      // id -> erased, of photos of which something may still come
	photosTable      = "photos"            // id -> photoRow
	picturesTable    = "pictures"          // id -> bytes, of photos whose picture is kept; its one tally counts them
	facesTable       = "photo-faces"       // id -> the faces of an analysed photo; analysed again, see analysisKey
	descriptorsTable = "photo-descriptors" // face id -> descriptor
	receiptsTable    = "receipts"          // id -> animo.Receipt
)

// moodsLog is the log of what was recorded, whatever its mood.
const moodsLog = "moods"

// moodTable names the table of a mood's faces: moment taken/face id -> animo.MoodRecord.
func moodTable(m animo.Mood) string { return "faces-" + strings.ToLower(string(m)) }

// The event types of this flow. That of a face ends with its mood.
const (
	PhotoStored = "photo.stored"
	faceType    = "face."
	againPrefix = "face-again."
)

// FaceType is the type of the event that says that a face of a mood was found, such as face.happy.
func FaceType(m animo.Mood) string { return faceType + strings.ToLower(string(m)) }

// againType is the type of the event that says that a face of a mood was found by another analysis of a photo whose
// faces were told. It is recorded, and nobody is told.
func againType(m animo.Mood) string { return againPrefix + strings.ToLower(string(m)) }

// source is the CloudEvents source of every event of this flow.
const source = "animo/photos"

// Events is what the flow needs of the bus and its driver.
type Events interface {
	Publish(ctx context.Context, events ...animo.Event) error
	// Remove forgets the tenant's events of those ids, whatever their state, and tells how many.
	Remove(ctx context.Context, tenant string, ids ...string) (int, error)
}

// Engine finds the faces in a picture.
type Engine interface {
	// Find tells of each face in a picture of the tenant's, the most prominent first. Several goroutines may
	// call it at once. An error that is a bus.Later has the photo wait without spending an attempt.
	Find(ctx context.Context, tenant string, img vision.Image) ([]Found, error)
}

// Found is a face as an Engine finds it: without an ID, a mood, or the people that the tenant introduced.
type Found struct {
	animo.Face
	Descriptor *vision.Descriptor // nil where the engine has none
}

// Limits bound one photo and what is done at once. A zero field has the default in its comment.
type Limits struct {
	PhotoBytes     int64         // of one photo; 32 MiB
	Pixels         int           // of one photo, and of all that are being analysed; 50 million
	Analyses       int           // at once on this machine; 1
	AnalyseTime    time.Duration // for one attempt at an analysis; 2 minutes
	MoodConfidence float64       // percent below which a face is OTHER; 0
}

func (l Limits) withDefaults() Limits {
	if l.PhotoBytes == 0 {
		l.PhotoBytes = 32 << 20
	}
	if l.Pixels == 0 {
		l.Pixels = 50_000_000
	}
	if l.Analyses == 0 {
		l.Analyses = 1
	}
	if l.AnalyseTime == 0 {
		l.AnalyseTime = 2 * time.Minute
	}
	return l
}

// Options are what New may be told. The zero value works, and lets every tenant do everything.
type Options struct {
	Limits      Limits
	Descriptors bool                                                                // keep the faces' descriptors as long as their photos
	Spool       string                                                              // folder for uploads on their way in; "" means the system's
	Room        func(bytes int64) error                                             // answers NoSpace when so many bytes more would be too many; nil for no check
	Policy      func(ctx context.Context, tenant string) (animo.PhotoPolicy, error) // Forbidden or NotFound where the tenant may not; nil for no limits
	Now         func() time.Time                                                    // nil means time.Now
	Log         *slog.Logger                                                        // nil means slog.Default

	// Forget removes what others keep of a photo, or of a measured face, that is erased, and tells how many deliveries that
	// was; nil for nobody.
	Forget func(ctx context.Context, tenant, id string) (deliveries int, err error)
	// Rename has what others keep of a face say who it is; nil for nobody.
	Rename func(ctx context.Context, tenant, face string, people []animo.Celebrity) error
	// RenamePerson has others ask for a person by another name, that of a renaming or of whom the person was merged
	// into; nil for nobody. It may be called twice.
	RenamePerson func(ctx context.Context, tenant, from, to string) error
	// ForgetPerson has others not ask any more for a person who is erased, where they began to until the millisecond
	// `at`, and tells how many those were; nil for nobody. It may be called twice.
	ForgetPerson func(ctx context.Context, tenant, name string, at time.Time) (subscriptions int, err error)
}

// uploadMemory is how many bytes of uploads are in memory at most; others are in files until they are kept.
const uploadMemory = 64 << 20

// Flow is the photo flow over its stores. It is safe for concurrent use.
type Flow struct {
	tables  *table.Table
	objects object.Store
	events  Events
	engine  Engine
	limits  Limits
	spool   spool.Folder
	policy  func(context.Context, string) (animo.PhotoPolicy, error)
	forget  func(ctx context.Context, tenant, photo string) (int, error)
	rename  func(ctx context.Context, tenant, face string, people []animo.Celebrity) error
	follow  func(ctx context.Context, tenant, from, to string) error
	leaving func(ctx context.Context, tenant, name string, at time.Time) (int, error)
	keep    bool // descriptors
	now     func() time.Time
	log     *slog.Logger

	pixels    *semaphore.Weighted // that may be in memory at once
	memory    vision.Memory       // of pictures
	computing *semaphore.Weighted // photos being decoded and looked at
	studies   *semaphore.Weighted // pictures that introduce somebody, looked at at once
	tight     sync.Mutex          // held while an upload near its tenant's limit is counted
	rates     rates               // of photos
	faceRates rates               // of measured faces
	people    galleries
	feeds     feeds
	erasures  erasures
}

// New makes the flow over its stores. It starts nothing.
func New(tables *table.Table, objects object.Store, events Events, engine Engine, o Options) *Flow {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Room == nil {
		o.Room = func(int64) error { return nil }
	}
	if o.Policy == nil {
		o.Policy = func(context.Context, string) (animo.PhotoPolicy, error) { return animo.PhotoPolicy{}, nil }
	}
	if o.Rename == nil {
		o.Rename = func(context.Context, string, string, []animo.Celebrity) error { return nil }
	}
	if o.RenamePerson == nil {
		o.RenamePerson = func(context.Context, string, string, string) error { return nil }
	}
	if o.ForgetPerson == nil {
		o.ForgetPerson = func(context.Context, string, string, time.Time) (int, error) { return 0, nil }
	}
	if o.Forget == nil {
		o.Forget = func(context.Context, string, string) (int, error) { return 0, nil }
	}
	limits := o.Limits.withDefaults()
	return &Flow{
		tables: tables, objects: objects, events: events, engine: engine, limits: limits, policy: o.Policy, forget: o.Forget, rename: o.Rename, follow: o.RenamePerson, leaving: o.ForgetPerson, keep: o.Descriptors, now: o.Now, log: o.Log,
		spool:  spool.Folder{Dir: o.Spool, Most: limits.PhotoBytes, Setting: "max-photo", Room: o.Room, Memory: semaphore.NewWeighted(uploadMemory)},
		pixels: semaphore.NewWeighted(int64(limits.Pixels)), computing: semaphore.NewWeighted(int64(limits.Analyses)), studies: semaphore.NewWeighted(int64(limits.Analyses)),
	}
}

// Functions gives the functions of the flow, to be registered with the bus.
func (f *Flow) Functions() []bus.Function {
	list := []bus.Function{{Name: "analyse", On: []string{PhotoStored}, Workers: analysers(f.limits.Analyses), Deadline: f.limits.AnalyseTime, Handle: f.analyse, OnDead: f.fail}}
	for _, m := range animo.Moods() {
		list = append(list, bus.Function{
			Name: "record-" + strings.ToLower(string(m)), On: []string{FaceType(m), againType(m)}, Workers: recordsAtOnce, Deadline: time.Minute, Handle: f.record, OnDead: f.failRecord,
		})
	}
	return append(list, bus.Function{Name: "seek", On: []string{PeopleChanged}, Deadline: 10 * time.Minute, Handle: f.seek})
}

// analysers is how many photos are in hand for so many analyses at once: while some are read and written, the networks
// have others to look at.
func analysers(analyses int) int { return analyses + analyses/4 + 1 }

// recordsAtOnce is how many faces of a mood are recorded at once: enough to share a sync.
const recordsAtOnce = 8

// photoRow is what the photos table keeps: the photo without its faces.
type photoRow struct {
	animo.Photo
	Head  string `json:"head"`           // its key in the heads table
	Count int    `json:"count"`          // of its faces
	Bare  bool   `json:"bare,omitempty"` // its picture and descriptors are not kept any more

	Round int  `json:"round,omitempty"` // which analysis its faces are of, from 0
	Asked int  `json:"asked,omitempty"` // the analysis that is wanted, where that is a later one
	Past  int  `json:"past,omitempty"`  // how many faces the analysis before had
	Told  bool `json:"told,omitempty"`  // faces of an earlier analysis were told to who listens

	rev int64
}

// photo reads a photo's row, or answers NotFound.
func (f *Flow) photo(ctx context.Context, tenant, id string) (row photoRow, err error) {
	if id == "" {
		return row, noPhoto(id)
	}
	row.rev, err = f.tables.GetJSON(ctx, tenant, photosTable, id, &row)
	if gone(err) {
		err = noPhoto(id)
	}
	return row, err
}

func noPhoto(id string) error {
	return animo.Errorf(animo.NotFound, "there is no photo %q", "no existe la foto %q", animo.Clip(id)).Of("id")
}

// save writes a photo's row, in one with other changes, unless somebody changed or erased it since it was read: then
// it answers Conflict, and nothing is written. So nothing erased comes back.
func (f *Flow) save(ctx context.Context, tenant string, row *photoRow, with ...table.Op) error {
	b, err := json.Marshal(row)
	rev := table.NewRev()
	if err == nil {
		err = f.tables.CommitAs(ctx, tenant, rev, append(with, table.Replace(photosTable, table.Row{Key: row.ID, Value: b, Rev: row.rev}))...)
	}
	if err == nil {
		row.rev = rev
	}
	return err
}

// erased is what must be known of a photo while something of it may be there.
type erased struct {
	At time.Time `json:"at"`
	remains
}

// remains says what there may be of a photo beside its row.
type remains struct {
	Head  string    `json:"head"`
	Taken time.Time `json:"taken"`
	Count int       `json:"count"`           // of its faces
	Round int       `json:"round,omitempty"` // of its analyses
}

// pending has the sweeper see to a photo until it is finished.
func pending(row *photoRow) table.Op {
	return table.Put(pendingTable, row.ID, []byte(row.Head))
}

// notPending ends that.
func notPending(row *photoRow) table.Op {
	return table.Delete(pendingTable, row.ID)
}

// gone reports whether an error says that something is not there.
func gone(err error) bool { return animo.CodeOf(err) == animo.NotFound }

// conflict reports whether an error says that somebody else was first.
func conflict(err error) bool { return animo.CodeOf(err) == animo.Conflict }

// The objects of a photo are those whose names begin with its prefix.
func objectPrefix(id string) string    { return "photos/" + id + "/" }
func pictureObject(id string) string   { return objectPrefix(id) + "picture" }
func thumbnailObject(id string) string { return objectPrefix(id) + "thumbnail" }

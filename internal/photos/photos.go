// Package photos is the flow from a photo to the faces in it, a step a file: take an upload, analyse it, and say of each
// face which mood it has, for package moods to record. Analysing and recording are functions that events start; a
// repeated event changes nothing.
//
//	take --photo.stored--> analyse --face.MOOD, one a face--> record-MOOD
//
// What is stored: an upload's bytes and a thumbnail as objects; photos and what their analyses found as table rows, in
// the words of package faces. Begin at New, then Functions and Take; DESIGN.md tells how it works.
package photos

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"animo"
	"animo/internal/bus"
	"animo/internal/clock"
	"animo/internal/erasures"
	"animo/internal/faces"
	"animo/internal/moods"
	"animo/internal/object"
	"animo/internal/people"
	"animo/internal/pictures"
	"animo/internal/rates"
	"animo/internal/scrub"
	"animo/internal/spool"
	"animo/internal/table"
)

// The tables, by what their keys are, beside those of package faces.
const (
	headsTable    = "photo-heads"  // hash of name and content -> id of the photo
	erasedTable   = "photo-erased" // id -> erased, of photos of which something may still come
	picturesTable = "pictures"     // id -> bytes, of photos whose picture is kept; its one tally counts them
)

// Stored is the type of the event that says that a photo waits for its analysis.
const Stored = "photo.stored"

// source is the CloudEvents source of that event.
const source = "animo/photos"

// Events is what the flow needs of the bus and its driver.
type Events interface {
	Publish(ctx context.Context, events ...animo.Event) error
	// Remove forgets the tenant's events of those ids, whatever their state, and tells how many.
	Remove(ctx context.Context, tenant string, ids ...string) (int, error)
}

// Limits bound one photo and what is done at once. A zero field has the default in its comment.
type Limits struct {
	PhotoBytes     int64         // of one photo; 32 MiB
	Analyses       int           // at once on this machine; 1
	AnalyseTime    time.Duration // for one attempt at an analysis; 2 minutes
	MoodConfidence float64       // percent below which a face is OTHER; 0
	ClockSkew      time.Duration // how far ahead a photo may have been taken; 15 min
}

func (l Limits) withDefaults() Limits {
	if l.PhotoBytes == 0 {
		l.PhotoBytes = 32 << 20
	}
	if l.Analyses == 0 {
		l.Analyses = 1
	}
	if l.AnalyseTime == 0 {
		l.AnalyseTime = 2 * time.Minute
	}
	if l.ClockSkew == 0 {
		l.ClockSkew = 15 * time.Minute
	}
	return l
}

// EraseTime is for how long after an erasure something that was under way may still write: an analysis, an upload of the
// same photo.
func (l Limits) EraseTime() time.Duration { return l.withDefaults().AnalyseTime + 5*time.Minute }

// Corrections is what subscribers are told of faces that somebody corrects.
type Corrections interface {
	// Correct writes into what waits, or was told, of a face what it shows, or that it is none.
	Correct(ctx context.Context, tenant string, face *animo.Face) error
}

// Options are what New may be told. The zero value works, and lets every tenant do everything.
type Options struct {
	// Limits bound one photo and what is done at once.
	Limits Limits
	// Descriptors says that faces' descriptors are kept as long as their photos.
	Descriptors bool
	// Spool is the folder for uploads on their way in; "" means the system's.
	Spool string
	// Room answers NoSpace when so many bytes more would be too many; nil means no check.
	Room func(bytes int64) error
	// Policy answers Forbidden or NotFound where the tenant may not; nil means no limits.
	Policy func(ctx context.Context, tenant string) (animo.PhotoPolicy, error)
	// Deliveries are told what is erased; nil means that nobody subscribes.
	Deliveries moods.Deliveries
	// Corrected is told what somebody says of faces; nil means nobody.
	Corrected Corrections
	// Removed is told what is removed; nil means nobody.
	Removed *scrub.Notes
	// Rates bound how many photos come in; nil means those of a process that is alone.
	Rates *rates.Rates
	// Erasures is where what is erased is noted, so that no backup brings it back; nil means nowhere.
	Erasures *erasures.Log
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Ages tell what was kept long enough; nil means by Now.
	Ages clock.Ages
	// Log is the process's log; nil means slog.Default.
	Log *slog.Logger
}

// uploadMemory is how many bytes of uploads are in memory at most; others are in files until they are kept.
const uploadMemory = 64 << 20

// Photos is the photo flow over its stores. It is safe for concurrent use.
type Photos struct {
	tables     *table.Table
	objects    object.Store
	events     Events
	moods      *moods.Moods
	people     *people.People
	pictures   *pictures.Reader
	limits     Limits
	spool      spool.Folder
	policy     func(context.Context, string) (animo.PhotoPolicy, error)
	deliveries moods.Deliveries
	corrected  Corrections
	removed    *scrub.Notes
	erasures   *erasures.Log
	keep       bool // descriptors
	now        func() time.Time
	ages       clock.Ages
	log        *slog.Logger

	tight sync.Mutex // held while an upload near its tenant's limit is counted
	rates *rates.Rates
}

// New makes the flow over its stores. It starts nothing.
func New(tables *table.Table, objects object.Store, events Events, m *moods.Moods, who *people.People, r *pictures.Reader, o Options) *Photos {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Ages == nil {
		o.Ages = clock.Wall(o.Now)
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Rates == nil {
		o.Rates = &rates.Rates{}
	}
	if o.Room == nil {
		o.Room = func(int64) error { return nil }
	}
	if o.Policy == nil {
		o.Policy = func(context.Context, string) (animo.PhotoPolicy, error) { return animo.PhotoPolicy{}, nil }
	}
	limits := o.Limits.withDefaults()
	return &Photos{
		tables: tables, objects: objects, events: events, moods: m, people: who, pictures: r, limits: limits, policy: o.Policy, deliveries: o.Deliveries,
		corrected: o.Corrected, removed: o.Removed, erasures: o.Erasures, keep: o.Descriptors, now: o.Now, ages: o.Ages, log: o.Log, rates: o.Rates,
		spool: spool.Folder{Dir: o.Spool, Most: limits.PhotoBytes, Setting: "max-photo", Room: o.Room, Memory: semaphore.NewWeighted(uploadMemory)},
	}
}

// Functions returns the functions of the flow, to be registered with the bus.
func (p *Photos) Functions() []bus.Function {
	list := []bus.Function{{Name: "analyse", On: []string{Stored}, Workers: analysers(p.limits.Analyses), Deadline: p.limits.AnalyseTime, Handle: p.analyse, OnDead: p.fail}}
	for _, m := range animo.Moods() {
		list = append(list, bus.Function{
			Name: "record-" + strings.ToLower(string(m)), On: []string{moods.FaceType(m), moods.AgainType(m)}, Workers: recordsAtOnce, Deadline: time.Minute, Handle: p.moods.Record, OnDead: p.failRecord,
		})
	}
	return list
}

// analysers is how many photos are in hand for so many analyses at once: while some are read and written, the networks
// have others to look at.
func analysers(analyses int) int { return analyses + analyses/4 + 1 }

// recordsAtOnce is how many faces of a mood are recorded at once: enough to share a sync.
const recordsAtOnce = 8

// photo reads a photo's row, or answers NotFound.
func (p *Photos) photo(ctx context.Context, tenant, id string) (faces.Photo, error) {
	row, err := faces.ReadPhoto(p.plain(ctx, tenant), id)
	if err == nil && row.Rev == 0 {
		err = noPhoto(id)
	}
	return row, err
}

// plain reads rows of a tenant outside of a transaction.
func (p *Photos) plain(ctx context.Context, tenant string) faces.Reader {
	return faces.Plain(ctx, p.tables, tenant)
}

func noPhoto(id string) error {
	return animo.Errorf(animo.NotFound, "there is no photo %q", "no existe la foto %q", animo.Clip(id)).Of("id")
}

// save writes a photo's row, in one commit with other operations. The row is expected as it was read: where somebody changed
// or erased the photo meanwhile, save answers Conflict and writes nothing, so that nothing erased comes back.
func (p *Photos) save(ctx context.Context, tenant string, row *faces.Photo, with ...table.Op) error {
	op, err := table.ReplaceJSON(faces.PhotosTable, row.ID, row.Rev, row)
	rev := table.NewRev()
	if err == nil {
		err = p.tables.CommitAs(ctx, tenant, rev, append(with, op)...)
	}
	if err == nil {
		row.Rev = rev
	}
	return err
}

// pending is the operation that notes a photo for the sweeper, until it is finished.
func pending(row *faces.Photo) table.Op {
	return table.Put(faces.PendingTable, row.ID, []byte(row.Head))
}

// notPending is the operation that takes a photo's note for the sweeper away.
func notPending(row *faces.Photo) table.Op { return table.Delete(faces.PendingTable, row.ID) }

// moment is the time as rows keep it.
func (p *Photos) moment() time.Time { return moment(p.now()) }

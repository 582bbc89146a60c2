// Package moods keeps what is recorded of faces: a row a face in its mood's table, with its counts and its place in the
// log, in one commit. It lists, exports and counts what is recorded, tells it live, and takes faces that a client measured
// in a picture that stays there. Begin at New; DESIGN.md tells how it works.
package moods

import (
	"context"
	"log/slog"
	"time"

	"animo"
	"animo/internal/clock"
	"animo/internal/erasures"
	"animo/internal/loop"
	"animo/internal/rates"
	"animo/internal/scrub"
	"animo/internal/table"
)

// The tables, beside those of the moods, which faces.Table names, and of measured faces, faces.MeasuredTable.
const (
	receiptsTable = "receipts"        // id -> animo.Receipt
	restatedTable = "faces-restated"  // named in the log alone: mood/key of a record that says somebody else from then on
	sinceTable    = "measured-since"  // moment accepted/face id -> the mood, to be retired by
	erasedTable   = "measured-erased" // face id -> erasedFace, of faces of which something may still come
)

// moodsLog is the log of what was recorded, restated and erased, whatever its mood.
const moodsLog = "moods"

// Events is what is needed of the bus.
type Events interface {
	Publish(ctx context.Context, events ...animo.Event) error
	// Remove forgets the tenant's events of those ids, whatever their state, and tells how many.
	Remove(ctx context.Context, tenant string, ids ...string) (int, error)
}

// Deliveries is what subscribers are told, and what is kept of having told them.
type Deliveries interface {
	// Forget removes what is kept of a photo or of a measured face, and tells how many deliveries that was.
	Forget(ctx context.Context, tenant, id string) (deliveries int, err error)
}

// Options are what New may be told. The zero value works, and lets every tenant do everything.
type Options struct {
	// MoodConfidence is the percentage below which a measured face is OTHER.
	MoodConfidence float64
	// Room answers NoSpace when so many bytes more would be too many; nil means no check.
	Room func(bytes int64) error
	// Policy answers Forbidden or NotFound where the tenant may not; nil means no limits.
	Policy func(ctx context.Context, tenant string) (animo.PhotoPolicy, error)
	// EraseTime is for how long after an erasure something may still come; 0 means 7 minutes.
	EraseTime time.Duration
	// ClockSkew is how far ahead of Now a face may have been seen; 0 means 15 minutes.
	ClockSkew time.Duration
	// Deliveries are told what is erased; nil means that nobody subscribes.
	Deliveries Deliveries
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Ages tell what was kept long enough; nil means by Now.
	Ages clock.Ages
	// Removed is told what is removed; nil means nobody.
	Removed *scrub.Notes
	// Rates bound how many measured faces come in; nil means those of a process that is alone.
	Rates *rates.Rates
	// Erasures is where what is erased is noted, so that no backup brings it back; nil means nowhere.
	Erasures *erasures.Log
	// Log is the process's log; nil means slog.Default.
	Log *slog.Logger
	// Keeper keeps the feeds going; nil means one of its own.
	Keeper *loop.Keeper
}

// Moods keeps what is recorded of faces. It is safe for concurrent use.
type Moods struct {
	tables     *table.Table
	events     Events
	confidence float64
	room       func(int64) error
	policy     func(context.Context, string) (animo.PhotoPolicy, error)
	eraseTime  time.Duration
	clockSkew  time.Duration
	deliveries Deliveries
	now        func() time.Time
	ages       clock.Ages
	removed    *scrub.Notes
	erasures   *erasures.Log
	log        *slog.Logger
	keeper     *loop.Keeper

	rates *rates.Rates // of measured faces
	feeds feeds
}

// New makes Moods over its stores. It starts nothing.
func New(tables *table.Table, events Events, o Options) *Moods {
	m := &Moods{tables: tables, events: events, confidence: o.MoodConfidence, room: o.Room, policy: o.Policy, eraseTime: o.EraseTime, clockSkew: o.ClockSkew, deliveries: o.Deliveries, now: o.Now, ages: o.Ages, removed: o.Removed, erasures: o.Erasures, log: o.Log, keeper: o.Keeper, rates: o.Rates}
	if m.room == nil {
		m.room = func(int64) error { return nil }
	}
	if m.policy == nil {
		m.policy = func(context.Context, string) (animo.PhotoPolicy, error) { return animo.PhotoPolicy{}, nil }
	}
	if m.eraseTime == 0 {
		m.eraseTime = 7 * time.Minute
	}
	if m.clockSkew == 0 {
		m.clockSkew = 15 * time.Minute
	}
	if m.now == nil {
		m.now = time.Now
	}
	if m.ages == nil {
		m.ages = clock.Wall(m.now)
	}
	if m.rates == nil {
		m.rates = &rates.Rates{}
	}
	if m.log == nil {
		m.log = slog.Default()
	}
	if m.keeper == nil {
		m.keeper = loop.New(m.log, nil)
	}
	return m
}

// Package clock says how old something is where the answer leads to work that cannot be undone, such as removing what was kept
// long enough. Start at New.
//
// One reading of the wall clock is not enough for that: a machine without a battery starts years in the past, and a wrong
// time server takes it years ahead. So Steady compares the wall clock with the time that really passes and with the newest moment
// that it wrote down before. After a jump it trusts the wall clock again only when that has run evenly for a grace
// time. What was stamped before the jump keeps its stamp; Steady remembers by how much such stamps are wrong.
package clock

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"animo"
	"animo/internal/table"
)

const (
	clockTable = "clock"
	stateKey   = "steady" // state
)

// tolerance is by how much the wall clock may differ from the time that passed between two looks. Time servers correct less
// than that.
const tolerance = time.Minute

// restTime is how far the wall clock at the start may be ahead of the newest trusted moment without that being a jump, because
// the server may have been off. A wrong clock within it makes nothing look older than it is by more than that day.
const restTime = 24 * time.Hour

// mostShifts is how many jumps are remembered. The rows of an older one have long been removed, or the clock jumped all the
// time.
const mostShifts = 100

// Options are what New may be told.
type Options struct {
	// Tenant is whose rows the state is.
	Tenant string
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time
	// Passed counts the time from some moment on, whatever happens to the wall clock; nil means the system's own count,
	// which includes the time for which the machine slept where the system knows that.
	Passed func() time.Duration
	// Grace is how long the wall clock must run evenly after a jump until it is trusted again; 0 trusts it always.
	Grace time.Duration
	Log   *slog.Logger // nil means slog.Default
}

// A shift says that stamps from From up to To were written by a clock that was By behind.
type shift struct {
	From time.Time     `json:"from"`
	To   time.Time     `json:"to"`
	By   time.Duration `json:"by"`
}

// state is what is kept in the database.
type state struct {
	Trusted time.Time `json:"trusted"` // the newest moment that was trusted
	Shifts  []shift   `json:"shifts,omitempty"`
}

// Steady is a clock for what cannot be undone. It is safe for concurrent use.
type Steady struct {
	rows *table.Table
	o    Options

	mu      sync.Mutex
	loaded  bool
	kept    state
	recent  []shift       // seen after the wall clock was trusted last; a jump back undoes them
	add     []shift       // to be added to those in the database
	remove  []shift       // to be removed from those in the database
	written time.Time     // the trusted moment that was written to the database last
	wall    time.Time     // at the last look
	passed  time.Duration // at the last look
	began   time.Time     // when the wall clock, as it is now, began: the start, or the last jump
	evenly  time.Duration // passed, at the moment from which on the wall clock has run evenly
	held    bool          // whether the wall clock is not trusted now
	jumps   int
}

// New makes a Steady over rows that all processes share. Until Look has been called it trusts nothing.
func New(rows *table.Table, o Options) *Steady {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Passed == nil {
		o.Passed = sinceBoot
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Steady{rows: rows, o: o, held: o.Grace > 0}
}

// Look compares the clocks. It writes the trusted moment down where that is a minute newer than the last one written, or the
// clock jumped. Call it every few seconds.
func (s *Steady) Look(ctx context.Context) error {
	s.mu.Lock()
	loaded := s.loaded
	s.mu.Unlock()
	if !loaded {
		row, err := s.rows.Get(ctx, s.o.Tenant, clockTable, stateKey)
		if err != nil && animo.CodeOf(err) != animo.NotFound {
			return err
		}
		var kept state
		if err == nil {
			if err := table.Decode(clockTable, row, &kept); err != nil {
				return err
			}
		}
		s.begin(kept)
	}
	s.mu.Lock()
	s.look()
	trusted, add, remove := s.kept.Trusted, s.add, s.remove
	known := trusted.Sub(s.written) < tolerance && len(add)+len(remove) == 0
	s.mu.Unlock()
	if known {
		return nil
	}
	var kept state
	err := s.rows.Update(ctx, s.o.Tenant, func(tx *table.Tx) error {
		kept = state{}
		rows, err := tx.Read(table.Key{Table: clockTable, Key: stateKey})
		if err != nil {
			return err
		}
		if rows[0].Rev != 0 {
			if err := table.Decode(clockTable, rows[0], &kept); err != nil {
				return err
			}
		}
		if trusted.After(kept.Trusted) {
			kept.Trusted = trusted
		}
		kept.Shifts = slices.DeleteFunc(append(kept.Shifts, add...), func(sh shift) bool { return slices.Contains(remove, sh) })
		kept.Shifts = kept.Shifts[max(0, len(kept.Shifts)-mostShifts):]
		return tx.PutJSON(clockTable, stateKey, kept)
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written = trusted
	s.kept.Shifts, s.add, s.remove = kept.Shifts, s.add[len(add):], s.remove[len(remove):]
	return nil
}

// begin takes up what earlier processes wrote down.
func (s *Steady) begin(kept state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.loaded {
		return
	}
	s.loaded, s.kept = true, kept
	s.wall, s.passed = s.o.Now(), s.o.Passed()
	s.began, s.evenly = s.wall, s.passed
	ahead := s.wall.Sub(kept.Trusted)
	switch {
	case s.o.Grace <= 0, ahead >= -tolerance && ahead <= restTime:
		s.held = false
	case kept.Trusted.IsZero(): // nothing is old yet, or an earlier release was here
		s.held = true
	default:
		s.hold(ahead)
	}
}

// hold begins a time in which the wall clock is not trusted. The caller holds the mutex.
func (s *Steady) hold(by time.Duration) {
	s.held, s.jumps, s.evenly = true, s.jumps+1, s.passed
	s.o.Log.Warn("the clock jumped; nothing is removed for its age until it has run evenly for a while",
		"by", by.Round(time.Second), "clock", s.wall.UTC().Format(time.RFC3339), "while", s.o.Grace)
}

// look compares the clocks, and brings the trusted moment up to now where the wall clock is trusted. The caller holds the
// mutex.
func (s *Steady) look() {
	if !s.loaded {
		return
	}
	wall, passed := s.o.Now(), s.o.Passed()
	expected := s.wall.Add(passed - s.passed)
	by := wall.Sub(expected)
	s.wall, s.passed = wall, passed
	if s.o.Grace > 0 && (by > tolerance || by < -tolerance) {
		s.hold(by)
		s.shift(expected, by)
	}
	if s.held && passed-s.evenly >= s.o.Grace {
		s.held, s.recent = false, nil
		s.o.Log.Info("the clock is trusted again", "clock", wall.UTC().Format(time.RFC3339))
	}
	if !s.held && wall.After(s.kept.Trusted) {
		s.kept.Trusted = wall
	}
}

// shift notes what a jump says of the stamps that were written from began on. After a jump ahead they may be too old by as
// much as the clock jumped. A jump back says that the jumps ahead which it undoes were wrong themselves. The caller holds the
// mutex.
func (s *Steady) shift(expected time.Time, by time.Duration) {
	began := s.began
	s.began = s.wall
	if by > 0 {
		sh := shift{began.UTC(), expected.UTC(), by}
		s.recent, s.add = append(s.recent, sh), append(s.add, sh)
	}
	for back := -by; len(s.recent) > 0; {
		last := s.recent[len(s.recent)-1]
		if last.By > back+tolerance {
			return
		}
		back -= last.By
		s.began = last.From
		s.recent, s.remove = s.recent[:len(s.recent)-1], append(s.remove, last)
	}
}

// Held reports whether the clock is not trusted now, and how often it has jumped.
func (s *Steady) Held() (held bool, jumps int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look()
	return s.held, s.jumps
}

// Older implements Ages. Nothing is old while the clock is not trusted.
func (s *Steady) Older(age time.Duration) []Span {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look()
	switch {
	case s.o.Grace <= 0:
		return Wall(s.o.Now).Older(age)
	case s.held, !s.loaded:
		return nil
	}
	shifts := slices.DeleteFunc(slices.Concat(s.kept.Shifts, s.add), func(sh shift) bool { return slices.Contains(s.remove, sh) })
	return older(s.wall.Add(-age), shifts)
}

// older returns the spans of stamps that are before limit whatever the shifts say. A stamp in several shifts is as young as
// any of them makes it.
func older(limit time.Time, shifts []shift) []Span {
	spans := []Span{{To: limit}}
	for _, sh := range shifts {
		var left []Span
		for _, span := range spans {
			left = append(left, without(span, Span{later(sh.From, limit.Add(-sh.By)), sh.To})...)
		}
		spans = left
	}
	return spans
}

// without returns what is left of a span without another one.
func without(span, out Span) (left []Span) {
	if !out.From.Before(out.To) || !out.From.Before(span.To) || !span.From.Before(out.To) {
		return []Span{span}
	}
	if span.From.Before(out.From) {
		left = append(left, Span{span.From, out.From})
	}
	if out.To.Before(span.To) {
		left = append(left, Span{out.To, span.To})
	}
	return left
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// IsOlder implements Ages.
func (s *Steady) IsOlder(stamp time.Time, age time.Duration) bool {
	for _, span := range s.Older(age) {
		if span.has(stamp) {
			return true
		}
	}
	return false
}

package clock

import (
	"time"

	"animo"
	"animo/internal/table"
)

// Ages says which stamps are older than an age.
type Ages interface {
	// Older returns the spans of stamps that are older than an age, earliest first.
	Older(age time.Duration) []Span
	// IsOlder reports whether a stamp is older than an age.
	IsOlder(stamp time.Time, age time.Duration) bool
}

// A Span is the moments from From on and before To. The zero From is the beginning of time.
type Span struct{ From, To time.Time }

// Range is a span of keys that begin with a moment.
func (s Span) Range() table.Range {
	r := table.Range{To: animo.Moment(s.To)}
	if !s.From.IsZero() {
		r.From = animo.Moment(s.From)
	}
	return r
}

func (s Span) has(stamp time.Time) bool { return !stamp.Before(s.From) && stamp.Before(s.To) }

// Wall is Ages by one reading of a clock, which nothing guards from jumps.
type Wall func() time.Time

// Older implements Ages.
func (w Wall) Older(age time.Duration) []Span { return []Span{{To: w().Add(-age)}} }

// IsOlder implements Ages.
func (w Wall) IsOlder(stamp time.Time, age time.Duration) bool { return w().Sub(stamp) > age }

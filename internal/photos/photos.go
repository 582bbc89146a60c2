// Package photos is the flow from a photo to the moods of the faces in it, a step a file: take an upload,
// analyse it, route and record each face, and answer what was recorded. Each step but the first and the last
// is a function that an event starts; a repeated event changes nothing.
//
//	take --photo.stored--> analyse --face.MOOD, one a face--> record-MOOD
//
// What is stored: an upload's bytes and a thumbnail as objects; photos, and the faces of each mood in that
// mood's own table, as rows. Begin at New, then Functions and Take.
package photos

import (
	"context"
	"iter"
	"time"

	"animo"
	"animo/vision"
)

// Engine finds the faces in a picture.
type Engine interface {
	// Find tells of each face in a picture of the tenant's, the most prominent first. Several goroutines may
	// call it at once. An error that is a bus.Later has the photo wait without spending an attempt.
	Find(ctx context.Context, tenant string, img vision.Image) ([]Found, error)
}

// Found is a face as an Engine finds it: without an ID, a mood or the people of the tenant.
type Found struct {
	animo.Face
	Descriptor *vision.Descriptor // nil where the engine has none
}

// Upload says what a photo is called and where it is from.
type Upload struct {
	Name   string
	Source string    // at most 64 bytes; may be empty
	Taken  time.Time // zero: when it is accepted
	Size   int64     // how many bytes there will be; -1 if that is not known
}

// MoodQuery chooses recorded faces. The zero MoodQuery is all of them.
type MoodQuery struct {
	Mood   animo.Mood // empty: every mood
	Person string     // empty: anybody
	Source *string    // nil: every source
	From   time.Time  // taken then or later
	To     time.Time  // taken before; zero: no end
}

// SummaryQuery chooses what Summary counts.
type SummaryQuery struct {
	Every  time.Duration // length of an interval: whole minutes that divide a day, or whole days
	Source *string
	From   time.Time
	To     time.Time
}

// Summary is how many faces of each mood there were in each interval.
type Summary struct {
	Every     string                              `json:"every"`
	From      time.Time                           `json:"from"`
	To        time.Time                           `json:"to"`
	Total     map[animo.Mood]MoodCount            `json:"total"`
	Sources   map[string]map[animo.Mood]MoodCount `json:"sources"`
	Intervals []Interval                          `json:"intervals"` // those with faces, by time
}

// Interval is one interval of a Summary.
type Interval struct {
	From  time.Time                `json:"from"`
	Moods map[animo.Mood]MoodCount `json:"moods"`
}

// MoodCount counts the faces of one mood.
type MoodCount struct {
	Faces      int     `json:"faces"`
	Confidence float64 `json:"confidence"` // the mean confidence of the emotions that decided, in percent
}

// Told is a recorded face as the live stream tells it. IDs grow in the order in which faces were recorded.
type Told struct {
	ID int64
	animo.MoodRecord
}

// Reader is what can be asked of the flow; *Flow is one. It is here to be read in one place.
type Reader interface {
	// Photo reads one photo with its faces, or answers NotFound.
	Photo(ctx context.Context, tenant, id string) (animo.Photo, error)
	// Photos lists photos without faces, newest first, at most limit of them, beginning after the id `after`
	// ("" for the start). next is "" at the end.
	Photos(ctx context.Context, tenant, after string, limit int) (page []animo.Photo, next string, err error)
	// Moods lists recorded faces, the last taken first, at most limit of them, beginning after the place
	// `after` that the page before ended with. A page may be short, even empty, before the end: next is ""
	// at the end only.
	Moods(ctx context.Context, tenant string, q MoodQuery, after string, limit int) (page []animo.MoodRecord, next string, err error)
	// AllMoods yields recorded faces, the first taken first, for an export. An error is the last element.
	AllMoods(ctx context.Context, tenant string, q MoodQuery) iter.Seq2[animo.MoodRecord, error]
	// Summary counts recorded faces by mood and interval.
	Summary(ctx context.Context, tenant string, q SummaryQuery) (Summary, error)
	// Follow yields faces as they are recorded, those after the one with the ID `after` that are still
	// known first (-1: only new ones). It ends with ctx, with an error as its last element. Where faces after
	// `after` are not known any more, the first element is a Told without a record whose ID says from where on.
	Follow(ctx context.Context, tenant string, after int64) iter.Seq2[Told, error]
	// Receipts lists what was erased, newest first, at most limit of them.
	Receipts(ctx context.Context, tenant, after string, limit int) (page []animo.Receipt, next string, err error)
}

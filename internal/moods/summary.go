package moods

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/table"
)

// SummaryQuery chooses what Summary counts.
type SummaryQuery struct {
	Every  time.Duration  // length of an interval: whole minutes that divide a day, or whole days
	Person string         // empty: everybody
	Source *string        // nil: every source
	From   time.Time      // zero: the beginning; widened to a whole interval
	To     time.Time      // zero: no end; widened to a whole interval
	Zone   *time.Location // by whose clocks intervals begin; nil is UTC
}

// Summary is how many faces of each mood there were in each interval.
type Summary struct {
	Every     string                              `json:"every"`     // such as 15m, 1h or 24h
	Zone      string                              `json:"time_zone"` // by whose clocks intervals begin, such as UTC
	Total     map[animo.Mood]MoodCount            `json:"total"`
	Sources   map[string]map[animo.Mood]MoodCount `json:"sources"`
	Intervals []Interval                          `json:"intervals"` // those with faces, by time
}

// Interval is one interval of a Summary. It begins at a whole multiple of its length since midnight in the Summary's zone.
type Interval struct {
	From  time.Time                `json:"from"`
	Moods map[animo.Mood]MoodCount `json:"moods"`
}

// MoodCount counts the faces of one mood.
type MoodCount struct {
	Faces      int     `json:"faces"`
	Confidence float64 `json:"confidence"` // the mean confidence of the emotions that decided, in percent; 0 without faces
}

// Faces are counted by minute, hour and day, so that a summary reads few counts whatever its intervals. A
// count's key is level/beginning/source.
var levels = []level{{"d", "20060102", day}, {"h", "20060102T15", time.Hour}, {"m", "20060102T1504", time.Minute}}

type level struct {
	name, layout string
	long         time.Duration
}

const day = 24 * time.Hour

// talliesOf says where a face is counted.
func talliesOf(r *animo.MoodRecord) []table.Tally {
	list := make([]table.Tally, len(levels))
	for i, l := range levels {
		list[i] = table.Tally{Key: l.name + "/" + r.Taken.UTC().Format(l.layout) + "/" + r.Source, N: 1, Sum: r.ImageData.Emotion.Confidence}
	}
	return list
}

// intervalsMost and sourcesMost are how many intervals and sources one summary has at most. One of a person looks at
// facesMost faces: these are counted one by one.
const (
	intervalsMost = 10_000
	sourcesMost   = 1_000
	facesMost     = 200_000
)

// Summary counts recorded faces by mood and interval. It answers Invalid for an interval's length that is not
// possible, and TooLarge when there would be more than 10,000 intervals or 1,000 sources, or more than 200,000 faces
// to be looked at one by one.
func (m *Moods) Summary(ctx context.Context, tenant string, q SummaryQuery) (Summary, error) {
	if q.Every < time.Minute || q.Every%time.Minute != 0 || (q.Every < day && day%q.Every != 0) || (q.Every > day && q.Every%day != 0) {
		return Summary{}, animo.Errorf(animo.Invalid, "an interval of %s is not possible; use whole minutes that divide a day, like 1m, 15m or 6h, or whole days, like 24h",
			"un intervalo de %s no es posible; use minutos enteros que dividan un día, como 1m, 15m o 6h, o días enteros, como 24h", lengthText(q.Every)).Of("every")
	}
	if q.Zone == nil {
		q.Zone = time.UTC
	}
	if !q.From.IsZero() {
		q.From = floor(q.From, q.Every, q.Zone)
	}
	list := m.counted
	if q.Person != "" {
		list = m.countedOne
	}
	intervals := map[time.Time]counts{}
	total, sources := counts{}, map[string]counts{}
	for c, err := range list(ctx, tenant, q) {
		if err != nil {
			return Summary{}, err
		}
		if q.Source != nil && c.source != *q.Source {
			continue
		}
		at := floor(c.at, q.Every, q.Zone)
		if !q.To.IsZero() && !at.Before(q.To) {
			continue
		}
		if intervals[at] == nil {
			if len(intervals) == intervalsMost {
				return Summary{}, animo.Errorf(animo.TooLarge, "there are more than %d intervals of %s; take longer ones, or a shorter time", "hay más de %d intervalos de %s; tómelos más largos, o un tiempo más corto", intervalsMost, lengthText(q.Every)).Of("every")
			}
			intervals[at] = counts{}
		}
		if sources[c.source] == nil {
			if len(sources) == sourcesMost {
				return Summary{}, animo.Errorf(animo.TooLarge, "there are more than %d sources; name one", "hay más de %d fuentes; nombre una", sourcesMost).Of("source")
			}
			sources[c.source] = counts{}
		}
		intervals[at].add(c)
		sources[c.source].add(c)
		total.add(c)
	}
	s := Summary{Every: lengthText(q.Every), Zone: q.Zone.String(), Total: total.means(), Sources: map[string]map[animo.Mood]MoodCount{}, Intervals: make([]Interval, 0, len(intervals))}
	for name, c := range sources {
		s.Sources[name] = c.means()
	}
	for _, at := range slices.SortedFunc(maps.Keys(intervals), time.Time.Compare) {
		s.Intervals = append(s.Intervals, Interval{at, intervals[at].means()})
	}
	return s, nil
}

// count is how many faces of a mood there were at a time and a place.
type count struct {
	at         time.Time
	source     string
	mood       animo.Mood
	n          int64
	confidence float64 // of all of them together
}

// counted yields the counts that a summary of everybody adds up, those of the longest time that will do, to the end of the interval
// that To lies in or some hours longer. From is the beginning of an interval.
func (m *Moods) counted(ctx context.Context, tenant string, q SummaryQuery) iter.Seq2[count, error] {
	end := q.end()
	level := levels[slices.IndexFunc(levels, func(l level) bool {
		return l.long == time.Minute || q.Every%l.long == 0 && wholeIn(q.Zone, l.long, q.From, cmp.Or(end, m.now().Add(m.clockSkew)))
	})]
	r := table.Range{Prefix: level.name + "/"}
	if !q.From.IsZero() {
		r.From = r.Prefix + q.From.UTC().Format(level.layout)
	}
	if !end.IsZero() {
		r.To = r.Prefix + end.UTC().Format(level.layout)
	}
	return func(yield func(count, error) bool) {
		for _, mood := range animo.Moods() {
			for t, err := range m.tables.Tallies(ctx, tenant, faces.Table(mood), r) {
				c := count{mood: mood, n: t.N, confidence: t.Sum}
				if err == nil {
					var stamp string
					stamp, c.source, _ = strings.Cut(strings.TrimPrefix(t.Key, r.Prefix), "/")
					if c.at, err = time.Parse(level.layout, stamp); err != nil {
						err = fmt.Errorf("tally %q: %w", t.Key, err)
					}
				}
				if !yield(c, err) || err != nil {
					return
				}
			}
		}
	}
}

// countedOne yields each face of a person as a count, as counted does those of everybody.
func (m *Moods) countedOne(ctx context.Context, tenant string, q SummaryQuery) iter.Seq2[count, error] {
	chosen := Query{Person: q.Person, Source: q.Source, From: q.From, To: q.end()}
	return func(yield func(count, error) bool) {
		seen := 0
		for r, err := range m.candidates(ctx, tenant, chosen) {
			if seen++; err == nil && seen > facesMost {
				err = animo.Errorf(animo.TooLarge, "a summary of one person looks at %d faces, and here there are more; take a shorter time", "el resumen de una persona mira %d rostros, y aquí hay más; tome un tiempo más corto", facesMost).Of("from")
			}
			if (err != nil || chosen.Matches(&r)) && !yield(count{r.Taken, r.Source, r.Mood, 1, r.ImageData.Emotion.Confidence}, err) || err != nil {
				return
			}
		}
	}
}

// end is after the end of the interval that To lies in, zero for none: clocks are put forward or back by three hours at most.
func (q SummaryQuery) end() time.Time {
	if q.To.IsZero() {
		return q.To
	}
	return q.To.Add(q.Every + 3*time.Hour)
}

// lengthText writes a length of time without the zeros that String puts behind it: 24h and not 24h0m0s.
func lengthText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// counts are numbers of faces and sums of confidences by mood.
type counts map[animo.Mood]table.Tally

func (c counts) add(one count) {
	sum := c[one.mood]
	sum.N += one.n
	sum.Sum += one.confidence
	c[one.mood] = sum
}

// means returns the figures of every mood, zeros for one without faces.
func (c counts) means() map[animo.Mood]MoodCount {
	out := make(map[animo.Mood]MoodCount, len(animo.Moods()))
	for _, m := range animo.Moods() {
		t := c[m]
		out[m] = MoodCount{int(t.N), math.Round(100*t.Sum/max(1, float64(t.N))) / 100}
	}
	return out
}

package moods

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/table"
)

// Query chooses recorded faces. The zero Query is all of them.
type Query struct {
	Mood   animo.Mood // empty: every mood
	Person string     // empty: anybody
	Source *string    // nil: every source
	From   time.Time  // taken then or later
	To     time.Time  // taken before; zero: no end

	MinConfidence float64 // percent that the most probable emotion has at least
}

// moods lists the tables that q looks at.
func (q Query) moods() []animo.Mood {
	if q.Mood != "" {
		return []animo.Mood{q.Mood}
	}
	return animo.Moods()
}

func (q Query) keys() table.Range {
	var r table.Range
	if !q.From.IsZero() {
		r.From = animo.Moment(q.From)
	}
	if !q.To.IsZero() {
		r.To = animo.Moment(q.To)
	}
	return r
}

// Matches reports whether q chooses a record, whenever it was taken.
func (q Query) Matches(r *animo.MoodRecord) bool {
	return (q.Mood == "" || r.Mood == q.Mood) && r.ImageData.Emotion.Confidence >= q.MinConfidence && (q.Source == nil || r.Source == *q.Source) &&
		(q.Person == "" || slices.ContainsFunc(r.ImageData.Celebrities, func(c animo.Celebrity) bool { return c.Name == q.Person }))
}

// scanMost is how many faces or photos are looked at for one page, so that a filter that few pass does not keep a client
// waiting: then the page is short, and the next one goes on.
const scanMost = 20_000

// List lists recorded faces, the last taken first, at most limit of them, beginning after the place `after`
// that the page before ended with. A page may be short, even empty, before the end: next is "" at the end only.
func (m *Moods) List(ctx context.Context, tenant string, q Query, after string, limit int) (page []animo.MoodRecord, next string, err error) {
	keys := q.keys()
	if after != "" {
		if _, _, ok := strings.Cut(after, "/"); !ok {
			return nil, "", animo.Errorf(animo.Invalid, "after is no place that an answer before ended with", "after no es un lugar en que acabó una respuesta anterior").Of("after")
		}
		if keys.To == "" || after < keys.To {
			keys.To = after
		}
	}
	page = []animo.MoodRecord{}
	seen := 0
	for row, err := range m.chosen(ctx, tenant, q, keys, true) {
		if err != nil {
			return nil, "", err
		}
		if r, err := recordIn(row); err != nil {
			m.tables.LeaveOut(tenant, "faces-*", row.Key, err)
		} else if q.Matches(&r) {
			page = append(page, r)
		}
		if seen++; len(page) == limit || seen == scanMost {
			return page, row.Key, nil
		}
	}
	return page, "", nil
}

// All yields recorded faces, the first taken first, for an export. An error is the last element.
func (m *Moods) All(ctx context.Context, tenant string, q Query) iter.Seq2[animo.MoodRecord, error] {
	return func(yield func(animo.MoodRecord, error) bool) {
		for r, err := range m.candidates(ctx, tenant, q) {
			if (err != nil || q.Matches(&r)) && !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// candidates yields the records among which are those that q chooses, the first taken first. An error is the last
// element.
func (m *Moods) candidates(ctx context.Context, tenant string, q Query) iter.Seq2[animo.MoodRecord, error] {
	return func(yield func(animo.MoodRecord, error) bool) {
		for row, err := range m.chosen(ctx, tenant, q, q.keys(), false) {
			var r animo.MoodRecord
			if err == nil {
				if r, err = recordIn(row); err != nil {
					m.tables.LeaveOut(tenant, "faces-*", row.Key, err)
					continue
				}
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// recordIn reads the record in a row of a mood's table.
func recordIn(row table.Row) (r animo.MoodRecord, err error) {
	err = table.Decode("faces-*", row, &r)
	return r, err
}

// chosen yields the rows among which are those that q chooses. Of a person who was introduced it looks at that
// person's faces alone; another name may be one that Rekognition knows.
func (m *Moods) chosen(ctx context.Context, tenant string, q Query, keys table.Range, reverse bool) iter.Seq2[table.Row, error] {
	if q.Person == "" {
		return m.merged(ctx, tenant, q.moods(), keys, reverse)
	}
	return func(yield func(table.Row, error) bool) {
		who, err := faces.PersonCalled(faces.Plain(ctx, m.tables, tenant), q.Person)
		if animo.CodeOf(err) == animo.NotFound {
			m.merged(ctx, tenant, q.moods(), keys, reverse)(yield)
			return
		}
		if err != nil {
			yield(table.Row{}, err)
			return
		}
		for k, err := range faces.OfPerson(ctx, m.tables, tenant, who.ID, keys.From, keys.To, reverse) {
			if err != nil {
				yield(table.Row{}, err)
				return
			}
			if !slices.Contains(q.moods(), k.Mood) {
				continue
			}
			row, err := m.tables.Get(ctx, tenant, faces.Table(k.Mood), k.Key)
			if animo.CodeOf(err) == animo.NotFound { // it is about to be recorded
				continue
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// merged yields the rows of several moods' tables in one order.
func (m *Moods) merged(ctx context.Context, tenant string, moods []animo.Mood, keys table.Range, reverse bool) iter.Seq2[table.Row, error] {
	return func(yield func(table.Row, error) bool) {
		type head struct {
			row  table.Row
			next func() (table.Row, error, bool)
		}
		var heads []head
		for _, mood := range moods {
			next, stop := iter.Pull2(m.tables.Query(ctx, tenant, faces.Table(mood), keys, reverse))
			defer stop()
			row, err, ok := next()
			if err != nil {
				yield(row, err)
				return
			}
			if ok {
				heads = append(heads, head{row, next})
			}
		}
		for len(heads) > 0 {
			best := 0
			for i := range heads {
				if c := strings.Compare(heads[i].row.Key, heads[best].row.Key); c < 0 && !reverse || c > 0 && reverse {
					best = i
				}
			}
			if !yield(heads[best].row, nil) {
				return
			}
			row, err, ok := heads[best].next()
			if err != nil {
				yield(row, err)
				return
			}
			if heads[best].row = row; !ok {
				heads = slices.Delete(heads, best, best+1)
			}
		}
	}
}

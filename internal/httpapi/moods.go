package httpapi

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/moods"
)

// PeriodQuery says where and when the photos were taken that are asked for. It is exported because huma sets no
// field of an embedded type that is not.
type PeriodQuery struct {
	Source string `query:"source" doc:"Only of this camera or stage; empty: only of photos without one." example:"puerta-norte"`
	From   string `query:"from" doc:"Taken then or later: RFC 3339, a date (in UTC, but for summaries), or so long ago, such as -15m or -7d." example:"-15m"`
	To     string `query:"to" doc:"Taken before; written as from is." example:"2026-08-02"`

	hasSource bool
}

// Resolve is how huma lets an input see the request: it makes no difference between nothing and "".
func (q *PeriodQuery) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	q.hasSource = u.Query().Has("source")
	return nil
}

// read returns the source, nil for every one, and the times, the zero time for no bound. What is so long ago is before now.
func (q *PeriodQuery) read(now time.Time) (source *string, from, to time.Time, err error) {
	if from, err = momentOf("from", q.From, now); err != nil {
		return
	}
	if to, err = momentOf("to", q.To, now); err != nil {
		return
	}
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return nil, from, to, animo.Errorf(animo.Invalid, "to is not after from; turn them round", "to no es posterior a from; inviértalos").Of("to")
	}
	if q.hasSource {
		name := nameOf(q.Source)
		source = &name
	}
	return
}

// FacesQuery chooses recorded faces. It is exported because huma sets no field of an embedded type that is not.
type FacesQuery struct {
	Mood   string `query:"mood" doc:"Only of this mood: HAPPY, SAD, SURPRISED or OTHER, in any case." example:"HAPPY"`
	Person string `query:"person" doc:"Only of this person." example:"Ana"`

	MinConfidence float64 `query:"min_confidence" minimum:"0" maximum:"100" doc:"Only where the most probable emotion has at least so many percent." example:"80"`
	PeriodQuery
}

func (q *FacesQuery) read(now time.Time) (moods.Query, error) {
	mood, err := moodOf(q.Mood)
	if err != nil {
		return moods.Query{}, err
	}
	least, err := confidenceOf(q.MinConfidence)
	if err != nil {
		return moods.Query{}, err
	}
	source, from, to, err := q.PeriodQuery.read(now)
	return moods.Query{Mood: mood, Person: nameOf(q.Person), Source: source, From: from, To: to, MinConfidence: least}, err
}

// confidenceOf refuses a min_confidence that is NaN, which is neither below 0 nor above 100.
func confidenceOf(v float64) (float64, error) {
	if v != v {
		return 0, animo.Errorf(animo.Invalid, "min_confidence is not a number; use 0 to 100", "min_confidence no es un número; use de 0 a 100").Of("min_confidence")
	}
	return v, nil
}

// moodOf reads a mood in upper or lower case; "" is none.
func moodOf(v string) (animo.Mood, error) {
	mood := animo.Mood(strings.ToUpper(v))
	if v != "" && !slices.Contains(animo.Moods(), mood) {
		return "", animo.Errorf(animo.Invalid, "there is no mood %q; use HAPPY, SAD, SURPRISED or OTHER", "no existe el ánimo %q; use HAPPY, SAD, SURPRISED u OTHER", animo.Clip(v)).Of("mood")
	}
	return mood, nil
}

// zone returns the time zone of that name, the tenant's where none is said.
func (s *server) zone(ctx context.Context, name string) (*time.Location, error) {
	if name == "" {
		policy, err := s.Tenants.Policy(ctx, tenantOf(ctx))
		if err != nil && animo.CodeOf(err) != animo.Forbidden { // who may take no photos may count them
			return nil, err
		}
		name = cmp.Or(policy.Zone, "UTC")
	}
	zone, err := animo.LoadZone(name)
	if e, ok := errors.AsType[*animo.Error](err); ok {
		return nil, e.Of("zone")
	}
	return zone, err
}

type summaryOutput struct{ Body moods.Summary }

func (s *server) listMoods(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-moods",
		Summary:     "What was recorded of each face, the last taken first",
		Description: "A page may have fewer faces than limit, even none, before the end: next is absent at the end only.",
		Errors:      []int{422},
	}, func(ctx context.Context, in *struct {
		FacesQuery
		PageQuery
	}) (*pageOutput[animo.MoodRecord], error) {
		q, err := in.FacesQuery.read(s.Now().UTC())
		if err != nil {
			return nil, err
		}
		list, next, err := s.Moods.List(ctx, tenantOf(ctx), q, in.After, in.Limit)
		if err != nil {
			return nil, err
		}
		return pageOf(list, next, same), nil
	})
}

func (s *server) summariseMoods(r route) {
	register(s, r, huma.Operation{
		OperationID: "summarise-moods",
		Summary:     "How many faces of each mood there were in each interval", Description: "Intervals without a face are left out. Everybody's faces are counted beforehand, a person's one by one, 200,000 at most.", Errors: []int{413, 422},
	}, func(ctx context.Context, in *struct {
		Every  string `query:"every" default:"1m" doc:"Length of an interval: whole minutes that divide a day, or whole days." example:"15m"`
		Person string `query:"person" doc:"Only of this person." example:"Ana"`
		Zone   string `query:"zone" doc:"By whose clocks intervals begin, and dates in from and to are meant, as IANA calls it; the tenant's time zone, if not said. A day on which clocks are put forward or back has 23 or 25 hours." example:"America/Havana"`
		PeriodQuery
	}) (*summaryOutput, error) {
		every, ok := lengthOf(in.Every)
		if !ok {
			return nil, animo.Errorf(animo.Invalid, "every is %q; write it like 1m, 15m, 1h or 1d", "every es %q; escríbalo como 1m, 15m, 1h o 1d", animo.Clip(in.Every)).Of("every")
		}
		zone, err := s.zone(ctx, in.Zone)
		if err != nil {
			return nil, err
		}
		source, from, to, err := in.PeriodQuery.read(s.Now().In(zone))
		if err != nil {
			return nil, err
		}
		sum, err := s.Moods.Summary(ctx, tenantOf(ctx), moods.SummaryQuery{Every: every, Person: nameOf(in.Person), Source: source, From: from, To: to, Zone: zone})
		if err != nil {
			return nil, err
		}
		return &summaryOutput{sum}, nil
	})
}

package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/photos"
)

// againIDs is how many photos one call to analyse again may name.
const againIDs = 1000

// againBody chooses photos to analyse again.
type againBody struct {
	IDs    []string `json:"ids,omitempty" doc:"These photos." example:"[\"20260801T211502.125Z-9f86d081884c7d65\"]"`
	Source *string  `json:"source,omitempty" doc:"Those of this camera or stage; empty: those without one." example:"puerta-norte"`
	From   string   `json:"from,omitempty" doc:"Those taken then or later: RFC 3339, a date (UTC), or so long ago, such as -7d." example:"-7d"`
	To     string   `json:"to,omitempty" doc:"Those taken before; written as from is." example:"2026-08-02"`
	All    bool     `json:"all,omitempty" doc:"All of them." example:"false"`
	After  string   `json:"after,omitempty" doc:"Where to go on, from next of the answer before." example:""`
}

// read is what the flow must be told.
func (b *againBody) read(now time.Time) (q photos.AgainQuery, err error) {
	some := b.Source != nil || b.From != "" || b.To != ""
	switch {
	case len(b.IDs) > againIDs:
		return q, animo.Errorf(animo.TooLarge, "%d photos are more than the %d of one call; send the rest in another", "%d fotos son más que las %d de una llamada; envíe el resto en otra", len(b.IDs), againIDs).Of("ids")
	case len(b.IDs) > 0 && (some || b.All || b.After != ""):
		return q, animo.Errorf(animo.Invalid, "ids name the photos already; leave the rest out", "ids ya nombra las fotos; quite lo demás").Of("ids")
	case len(b.IDs) == 0 && !some && !b.All:
		return q, animo.Errorf(animo.Invalid, `say which photos: {"ids":[…]}, {"source":…}, {"from":…,"to":…}, or {"all":true}`, `diga qué fotos: {"ids":[…]}, {"source":…}, {"from":…,"to":…}, o {"all":true}`).Of("ids")
	case some && b.All:
		return q, animo.Errorf(animo.Invalid, "all leaves nothing to choose by source, from or to; leave one out", "all no deja nada que elegir por source, from o to; quite una cosa").Of("all")
	}
	if q.From, err = momentOf("from", b.From, now); err == nil {
		q.To, err = momentOf("to", b.To, now)
	}
	if q.After = b.After; len(b.IDs) > 0 {
		q.IDs = b.IDs
	}
	if b.Source != nil {
		source := nameOf(*b.Source)
		q.Source = &source
	}
	return q, err
}

type againOutput struct {
	Body struct {
		Queued  int    `json:"queued" doc:"How many wait for their analysis now."`
		Skipped int    `json:"skipped" doc:"How many have no picture any more, or are not there."`
		Next    string `json:"next,omitempty" doc:"Ask again with this as after to go on; absent at the end."`
	}
}

func (s *server) reanalysePhotos(r route) {
	register(s, r, huma.Operation{
		OperationID: "reanalyse-photos",
		Summary:     "Analyse photos again: some, or all",
		Description: "By the networks and the people that there are now. Each photo waits its turn as a new one does, and tells how far it is; until it is done, its faces stay as they " +
			"were, and then they are replaced, with other ids. What was said of a face holds for the face in its place. What was told of faces is not told again. " +
			"It takes the picture: photos that are kept without one are skipped.",
		DefaultStatus: http.StatusAccepted, Errors: []int{400, 413, 422, 504},
	}, func(ctx context.Context, in *struct{ Body againBody }) (*againOutput, error) {
		q, err := in.Body.read(s.Now().UTC())
		if err != nil {
			return nil, err
		}
		a, err := s.Photos.Reanalyse(ctx, tenantOf(ctx), q)
		if err != nil {
			return nil, err
		}
		out := &againOutput{}
		out.Body.Queued, out.Body.Skipped, out.Body.Next = a.Queued, a.Skipped, a.Next
		return out, nil
	})
}

package main

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"animo"
)

// What is looked for, as the report names it.
const (
	analysedEffect = "photos analysed"
	recordedEffect = "faces recorded"
	toldEffect     = "faces told live"
	keptEffect     = "corrections kept"
	answeredEffect = "opinions answered"
)

// pagesOf reads a list that is answered in pages.
func pagesOf[T any](ctx context.Context, k *client, path string, query url.Values) (all []T, err error) {
	query.Set("limit", "500")
	for {
		var page struct {
			Items []T
			Next  string
		}
		if err := k.call(ctx, http.MethodGet, path+"?"+query.Encode(), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			return all, nil
		}
		query.Set("after", page.Next)
	}
}

// effects looks for what became of all that a tenant's calls had accepted since start. ctx ends when it should be there.
func (sim *simulation) effects(ctx context.Context, t *simulatedTenant, start time.Time, told *toldFaces, r *simulated) error {
	if told != nil {
		faces, fresh, err := sim.photoEffects(ctx, t, start, r)
		if err != nil {
			return err
		}
		if err := sim.faceEffects(ctx, t, faces, r); err != nil {
			return err
		}
		untold, again := told.await(ctx, fresh)
		told.mu.Lock()
		r.Breaks += told.breaks
		told.mu.Unlock()
		r.effect(toldEffect).add(effect{Expected: len(fresh), Seen: len(fresh) - untold, Lost: untold, Doubled: again})
	}
	if sim.options.Opinions > 0 {
		r.effect(answeredEffect).add(effect{Expected: t.answered, Seen: t.answered - t.notOfIt, Lost: t.notOfIt})
		return sim.correctionEffects(ctx, t, r)
	}
	return nil
}

// photoEffects waits for the end of each photo, and returns the faces that must be recorded, and those of them that the
// stream must tell, because their photos were not there before.
func (sim *simulation) photoEffects(ctx context.Context, t *simulatedTenant, start time.Time, r *simulated) (faces, fresh []string, err error) {
	e := effect{Expected: len(t.photos)}
	for _, id := range slices.Sorted(maps.Keys(t.photos)) {
		p, err := t.client.await(ctx, id)
		switch {
		case animo.CodeOf(err) == animo.NotFound || errors.Is(err, context.DeadlineExceeded):
			e.Lost++
			continue
		case err != nil:
			return nil, nil, err
		case p.Failure != nil:
			e.Failed++
			r.Failures[string(p.Failure.Code)]++
			continue
		}
		e.Seen++
		for _, f := range p.Faces {
			faces = append(faces, f.ID)
			if !p.Accepted.Before(start) {
				fresh = append(fresh, f.ID)
			}
		}
	}
	// What is late must not keep the lists from being read.
	list, err := pagesOf[struct {
		Name string `json:"image_id"`
	}](context.WithoutCancel(ctx), t.client, "/v1/photos", url.Values{"source": {sim.source}})
	if err != nil {
		return nil, nil, err
	}
	times := map[string]int{}
	for _, p := range list {
		times[p.Name]++
		if t.brokenOff[p.Name] {
			e.Unasked++
		}
	}
	for _, n := range times {
		e.Doubled += n - 1
	}
	r.effect(analysedEffect).add(e)
	return faces, fresh, nil
}

// faceEffects looks for the record of each face.
func (sim *simulation) faceEffects(ctx context.Context, t *simulatedTenant, faces []string, r *simulated) error {
	records, err := pagesOf[animo.MoodRecord](context.WithoutCancel(ctx), t.client, "/v1/moods", url.Values{"source": {sim.source}})
	if err != nil {
		return err
	}
	times := map[string]int{}
	for _, m := range records {
		times[m.FaceID]++
	}
	e := effect{Expected: len(faces)}
	for _, id := range faces {
		if times[id] == 0 {
			e.Lost++
		} else {
			e.Seen++
		}
	}
	for _, n := range times {
		e.Doubled += n - 1
	}
	r.effect(recordedEffect).add(e)
	return nil
}

// correctionEffects looks for each correction.
func (sim *simulation) correctionEffects(ctx context.Context, t *simulatedTenant, r *simulated) error {
	if len(t.corrections) == 0 {
		return nil
	}
	list, err := pagesOf[struct{ Text, Label string }](context.WithoutCancel(ctx), t.client, "/v1/models/"+url.PathEscape(sim.options.model())+"/corrections", url.Values{})
	if err != nil {
		return err
	}
	times := map[[2]string]int{}
	for _, c := range list {
		times[[2]string{c.Text, c.Label}]++
	}
	e := effect{Expected: len(t.corrections)}
	for text, label := range t.corrections {
		n := times[[2]string{text, label}]
		if n == 0 {
			e.Lost++
			continue
		}
		e.Seen++
		e.Doubled += n - 1
	}
	r.effect(keptEffect).add(e)
	return nil
}

package opinions

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"animo"
	"animo/internal/background"
	"animo/internal/table"
	"animo/text"
)

// Trial is what an experiment has shown so far. Pairs are of the champion, and of the challenger.
type Trial struct {
	animo.Experiment
	Texts  [2]int // that either answered, or in a shadow was asked
	Wrong  [2]int // that somebody corrected
	Uneven bool   // the texts are not shared as they should be, so that something is wrong with keys or texts
	Known  text.Words
}

// Experiment compares a version of a model, by its ID or an alias, with the one that answers. share is of how many texts or keys it answers, 0 is of none: it
// is asked, too, and what it says is counted. automatic has it answer all by itself once it is known to be better. An experiment that runs is ended. It
// answers UnknownModel, NotFound, NotTrained, and Invalid of "share" and "challenger".
func (f *Flow) Experiment(ctx context.Context, tenant, model, challenger string, share float64, automatic bool) (animo.Experiment, error) {
	var e animo.Experiment
	if !(share >= 0 && share <= 0.9) {
		return e, animo.Errorf(animo.Invalid, "share is %v; use 0 (the challenger answers none) to 0.9", "share es %v; use de 0 (la retadora no responde ninguna) a 0.9", share).Of("share")
	}
	err := f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		m, err := readModel(tx, model)
		if err != nil {
			return err
		}
		if m.Current == "" {
			return animo.Errorf(animo.NotTrained, "no version of model %q answers yet; publish one first", "todavía no responde ninguna versión del modelo %q; publique antes una", model).Of("model")
		}
		row, err := readVersion(tx, model, versionOf(m, challenger))
		switch {
		case err != nil:
			return err
		case !row.Status.Trained():
			return notTrained(row)
		case row.ID == m.Current:
			return animo.Errorf(animo.Invalid, "version %s is the one that answers; name another one", "la versión %s es la que responde; nombre otra", row.ID).Of("challenger")
		}
		now := f.now().UTC()
		e = animo.Experiment{ID: newID(now, "", row.ID), Champion: m.Current, Challenger: row.ID, Share: share, Automatic: automatic, Began: now, Seen: m.Corrected}
		m.Experiment = &e
		return tx.PutJSON(modelsTable, model, m)
	})
	return e, err
}

// EndExperiment ends a model's experiment: the champion answers all. It answers NotFound where none runs.
func (f *Flow) EndExperiment(ctx context.Context, tenant, model string) error {
	return f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		m, err := readModel(tx, model)
		if err != nil {
			return err
		}
		if m.Experiment == nil || !m.Experiment.Ended.IsZero() {
			return noExperiment(model)
		}
		m.Experiment.Ended, m.Experiment.Outcome = f.now().UTC(), cmp.Or(m.Experiment.Outcome, animo.Stopped)
		return tx.PutJSON(modelsTable, model, m)
	})
}

func noExperiment(model string) error {
	return animo.Errorf(animo.NotFound, "no experiment of model %q is running", "no hay ningún experimento en marcha con el modelo %q", animo.Clip(model)).Of("model")
}

// Trial reads what a model's last experiment has shown. It answers UnknownModel, and NotFound where there was none.
func (f *Flow) Trial(ctx context.Context, tenant, model string) (Trial, error) {
	m, err := f.model(ctx, tenant, model)
	if err != nil {
		return Trial{}, unknownModel(err, model)
	}
	if m.Experiment == nil {
		return Trial{}, noExperiment(model)
	}
	return f.trial(ctx, tenant, m)
}

// trial counts what an experiment has shown, and judges it if it was not judged before.
func (f *Flow) trial(ctx context.Context, tenant string, m animo.Model) (Trial, error) {
	t := Trial{Experiment: *m.Experiment}
	versions := [2]string{t.Champion, t.Challenger}
	for i, version := range versions {
		hours, err := f.usage(ctx, tenant, m.ID, version)
		if err != nil {
			return t, err
		}
		for _, h := range hours {
			if !h.Hour.Before(t.Began.Truncate(time.Hour)) && (t.Ended.IsZero() || !h.Hour.After(t.Ended)) {
				t.Texts[i] += h.Texts
			}
		}
	}
	wrong, err := f.wrong(ctx, tenant, m, versions)
	if err != nil {
		return t, err
	}
	seen := evidence{share: t.Share}
	for _, side := range wrong {
		t.Wrong[side]++
		if t.Outcome != "" {
			continue
		}
		if worse, better := seen.add(side == 1); worse >= worseAt {
			t.Outcome = animo.Worse
		} else if better >= betterAt {
			t.Outcome = animo.Better
		}
	}
	// A text that is asked twice counts twice, so that a small difference from the share says nothing.
	if n := float64(t.Texts[0] + t.Texts[1]); t.Share > 0 && n > 0 {
		t.Uneven = math.Abs(float64(t.Texts[1])/n-t.Share) > 0.05+5*math.Sqrt(t.Share*(1-t.Share)/n)
	}
	t.say()
	return t, nil
}

// wrong lists in their order which of two versions was corrected each time since the experiment began: 0 for the first.
func (f *Flow) wrong(ctx context.Context, tenant string, m animo.Model, versions [2]string) ([]int, error) {
	var list []Correction
	for c, err := range f.corrections(ctx, tenant, m, "") {
		if err != nil {
			return nil, err
		}
		if slices.Contains(versions[:], c.Answered) && !c.At.Before(m.Experiment.Began) {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b Correction) int { return a.At.Compare(b.At) })
	var sides []int
	var models [2]*text.Model
	for _, c := range list {
		side := slices.Index(versions[:], c.Answered)
		if models[side] == nil {
			var err error
			models[side], err = f.load(ctx, tenant, m.ID, versions[side])
			if animo.CodeOf(err) == animo.NotFound { // pruned after the experiment
				return sides, nil
			}
			if err != nil {
				return nil, err
			}
		}
		background.Do(func() {
			if models[side].Classify(c.Text)[0].Label != c.Label { // otherwise somebody confirmed it
				sides = append(sides, side)
			}
		})
	}
	return sides, nil
}

// say puts into words what is known.
func (t *Trial) say() {
	switch {
	case t.Share == 0:
		t.Known = text.Words{EN: "The challenger is asked, too, and answers nothing. Corrections do not tell which is right more often, since people see one of the two.", ES: "También se pregunta a la retadora, que no responde nada. Las correcciones no dicen cuál acierta más, porque la gente ve solo una de las dos."}
	case t.Outcome == animo.Worse:
		t.Known = text.Words{EN: "The challenger is wrong more often, and no longer answers.", ES: "La retadora se equivoca más y ya no responde."}
	case t.Outcome == animo.Better && !t.Ended.IsZero() && t.Automatic:
		t.Known = text.Words{EN: "The challenger is right more often, and answers all.", ES: "La retadora acierta más y responde todo."}
	case t.Outcome == animo.Better:
		t.Known = text.Words{EN: "The challenger is right more often: publish it.", ES: "La retadora acierta más: publíquela."}
	case t.Outcome == animo.Stopped:
		t.Known = text.Words{EN: "It was ended before it was known which is right more often.", ES: "Se terminó antes de saberse cuál acierta más."}
	default:
		t.Known = text.Words{EN: "It is not known yet which is right more often.", ES: "Todavía no se sabe cuál acierta más."}
	}
}

// JudgeExperiments ends the experiments of a tenant's models of which the outcome is known: a challenger that is worse no longer answers, one that is better answers all, if that was
// wanted. Run it now and then.
func (f *Flow) JudgeExperiments(ctx context.Context, tenant string) error {
	var errs []error
	for m, err := range f.models(ctx, tenant) {
		if err != nil {
			return err
		}
		if e := m.Experiment; e != nil && e.Ended.IsZero() && (e.Seen != m.Corrected || !e.Running(m.Current)) {
			errs = append(errs, f.judgeExperiment(ctx, tenant, m))
		}
	}
	return errors.Join(errs...)
}

func (f *Flow) judgeExperiment(ctx context.Context, tenant string, m animo.Model) error {
	t, err := f.trial(ctx, tenant, m)
	if err != nil {
		return err
	}
	told := t.Outcome != m.Experiment.Outcome
	if !t.Running(m.Current) { // another version was published
		t.Outcome, told = cmp.Or(m.Experiment.Outcome, animo.Stopped), false
	}
	ends := t.Outcome == animo.Worse || t.Outcome == animo.Stopped || t.Outcome == animo.Better && t.Automatic
	now := f.now().UTC()
	err = f.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		var next animo.Model
		if _, err := tx.GetJSON(modelsTable, m.ID, &next); err != nil {
			return err
		}
		e := next.Experiment
		if e == nil || e.ID != m.Experiment.ID || !e.Ended.IsZero() || next.Current != m.Current {
			told = false // somebody was first
			return nil
		}
		e.Seen, e.Outcome = m.Corrected, t.Outcome
		if ends {
			e.Ended = now
		}
		if ends && t.Outcome == animo.Better {
			row, err := readVersion(tx, m.ID, e.Challenger)
			if err != nil {
				return err
			}
			return f.serve(tx, &next, &row)
		}
		return tx.PutJSON(modelsTable, m.ID, next)
	})
	if err != nil || !told {
		return err
	}
	f.log.WarnContext(ctx, "an experiment found something", "tenant", tenant, "model", m.ID, "outcome", t.Outcome, "champion", t.Champion, "challenger", t.Challenger, "wrong", t.Wrong)
	return f.say(ctx, ModelCompared, tenant, order{Model: m.ID, Version: t.Challenger, Outcome: t.Outcome, Wrong: &t.Wrong})
}

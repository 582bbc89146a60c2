package httpapi

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
)

// trialView is what an experiment has shown so far.
type trialView struct {
	Champion   string        `json:"champion" doc:"The version that answered when it began."`
	Challenger string        `json:"challenger" doc:"The version that is compared with it."`
	Share      float64       `json:"share" doc:"Of texts or keys that the challenger answers; 0 is a shadow: it is asked, too, and answers none."`
	Automatic  bool          `json:"automatic" doc:"Whether the challenger answers all by itself once it is known to be better."`
	Began      time.Time     `json:"began"`
	Ended      *time.Time    `json:"ended,omitempty"`
	Outcome    animo.Outcome `json:"outcome,omitempty" enum:"better,worse,stopped" doc:"What is known of the challenger; absent while it is not."`
	Texts      sidesView     `json:"texts" doc:"That either answered, or in a shadow was asked."`
	Wrong      sidesView     `json:"wrong" doc:"Of these, those that somebody corrected."`
	Uneven     bool          `json:"uneven" doc:"Whether the texts are shared otherwise than they should be, so that something is wrong with keys or texts."`
	Known      string        `json:"known" doc:"In words, what is known and what to do."`
}

type sidesView struct {
	Champion   int `json:"champion"`
	Challenger int `json:"challenger"`
}

type trialOutput struct{ Body trialView }

func (s *server) trialOf(ctx context.Context, id string) (*trialOutput, error) {
	t, err := s.Opinions.Trial(ctx, tenantOf(ctx), id)
	if err != nil {
		return nil, err
	}
	v := trialView{Champion: t.Champion, Challenger: t.Challenger, Share: t.Share, Automatic: t.Automatic, Began: t.Began, Outcome: t.Outcome,
		Texts: sidesOf(t.Texts), Wrong: sidesOf(t.Wrong), Uneven: t.Uneven, Known: t.Known.EN}
	if !t.Ended.IsZero() {
		v.Ended = &t.Ended
	}
	if callerOf(ctx).lang == "es" {
		v.Known = t.Known.ES
	}
	return &trialOutput{v}, nil
}

func sidesOf(n [2]int) sidesView { return sidesView{n[0], n[1]} }

func (s *server) startExperiment(r route) {
	register(s, r, huma.Operation{
		OperationID: "start-experiment",
		Summary:     "Have another version answer a share of the texts, to find out which is right more often",
		Description: "The same key (?key= of the calls that classify), or without one the same text, is always answered by the same version. A challenger that is known to be worse, by the answers that were corrected, no longer answers; subscriptions are told (model.compared). One may look at any time: the " +
			"judgement holds however often. An experiment that runs is ended by another one.", Errors: []int{400, 404, 409},
	}, func(ctx context.Context, in *struct {
		ModelParam
		Body struct {
			Challenger string  `json:"challenger" minLength:"1" doc:"A kept version that is done or held, by its id or an alias."`
			Share      float64 `json:"share,omitempty" minimum:"0" maximum:"0.9" doc:"Of the texts or keys that it answers; left out, or 0, it answers none, and what it says is counted." example:"0.5"`
			Automatic  bool    `json:"automatic,omitempty" doc:"Have it answer all once it is known to be better."`
		}
	}) (*trialOutput, error) {
		if _, err := s.Opinions.Experiment(ctx, tenantOf(ctx), in.ID, in.Body.Challenger, in.Body.Share, in.Body.Automatic); err != nil {
			return nil, err
		}
		return s.trialOf(ctx, in.ID)
	})
}

func (s *server) getExperiment(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-experiment",
		Summary:     "What a model's last experiment has shown", Errors: []int{404},
	}, func(ctx context.Context, in *ModelParam) (*trialOutput, error) {
		return s.trialOf(ctx, in.ID)
	})
}

func (s *server) endExperiment(r route) {
	register(s, r, huma.Operation{
		OperationID: "end-experiment",
		Summary:     "End a model's experiment: the version that answered before answers all", Errors: []int{404},
	}, func(ctx context.Context, in *ModelParam) (*struct{}, error) {
		return nil, s.Opinions.EndExperiment(ctx, tenantOf(ctx), in.ID)
	})
}

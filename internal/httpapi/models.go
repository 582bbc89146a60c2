package httpapi

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/classify"
	"animo/internal/opinions"
)

// modelView is a model and its kept versions, newest first.
type modelView struct {
	ID       string            `json:"id" example:"DB_proyecto_SA.txt"`
	Current  string            `json:"current" doc:"The version that answers; empty until one is published."`
	Policy   string            `json:"policy" enum:"automatic,ask,never" doc:"Which trained versions are published by themselves: automatic, those that are better than guessing and not worse than the one that answers; ask and never, none. With ask, subscriptions are told of what is held."`
	Aliases  map[string]string `json:"aliases" doc:"Versions by the names that were given to them; champion always is the one that answers."`
	Tried    string            `json:"tried,omitempty" doc:"The challenger of its last experiment, of which GET /v1/models/{id}/experiment tells; absent where there was none."`
	Schedule *scheduleView     `json:"schedule,omitempty" doc:"When it is trained by itself; none is never."`
	Versions []trainingView    `json:"versions" doc:"Kept versions with their scores, newest first."`
}

// ModelParam is the model's id in a path. It is exported because huma sets no field of an embedded type that is not.
type ModelParam struct {
	ID string `path:"id" doc:"The model's id." example:"DB_proyecto_SA.txt"`
}

// automatic is the word for animo.Automatic.
const automatic = "automatic"

// VersionQuery names the version that is asked. It is exported because huma sets no field of an embedded type that is not.
type VersionQuery struct {
	Version string `query:"version" doc:"Which version to ask, by its id or an alias; without it, the one that answers." example:"challenger"`
}

// ByQuery says which version answers. It is exported because huma sets no field of an embedded type that is not.
type ByQuery struct {
	VersionQuery
	Key string `query:"key" doc:"Who asks, such as a user or a session, or a hash of that: while an experiment runs, the same key is always answered by the same version. Without it each text is picked for by itself." example:"session-7"`
}

func (q ByQuery) by() classify.By { return classify.By{Version: q.Version, Key: q.Key} }

type modelOutput struct{ Body modelView }

func (s *server) modelView(ctx context.Context, id string) (*modelOutput, error) {
	h, err := s.Opinions.Model(ctx, tenantOf(ctx), id)
	if err != nil {
		return nil, err
	}
	v := modelView{ID: h.ID, Current: h.Current, Policy: string(h.Policy), Aliases: map[string]string{}, Schedule: viewSchedule(h.Schedule), Versions: []trainingView{}}
	maps.Copy(v.Aliases, h.Aliases)
	if h.Experiment != nil {
		v.Tried = h.Experiment.Challenger
	}
	if h.Policy == animo.Automatic {
		v.Policy = automatic
	}
	for _, t := range slices.Backward(h.Versions) {
		v.Versions = append(v.Versions, viewTraining(ctx, t))
	}
	return &modelOutput{v}, nil
}

type modelsOutput struct {
	Body struct {
		Items []modelItem `json:"items"`
	}
}

type modelItem struct {
	ID       string `json:"id"`
	Current  string `json:"current" doc:"The version that answers."`
	ModelURL string `json:"model_url"`
}

func (s *server) listModels(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-models",
		Summary:     "The models that answer",
	}, func(ctx context.Context, _ *struct{}) (*modelsOutput, error) {
		list, err := s.Opinions.Models(ctx, tenantOf(ctx))
		out := &modelsOutput{}
		out.Body.Items = make([]modelItem, len(list))
		for i, m := range list {
			out.Body.Items[i] = modelItem{m.ID, m.Current, path("v1", "models", m.ID)}
		}
		return out, err
	})
}

func (s *server) getModel(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-model",
		Summary:     "A model, its kept versions and their scores", Errors: []int{404},
	}, func(ctx context.Context, in *ModelParam) (*modelOutput, error) {
		return s.modelView(ctx, in.ID)
	})
}

func (s *server) getModelVersion(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-model-version",
		Summary:     "One version of a model: how far it is, or its scores", Errors: []int{404},
	}, func(ctx context.Context, in *struct {
		ModelParam
		Version string `path:"version"`
	}) (*trainingOutput, error) {
		t, err := s.Opinions.Version(ctx, tenantOf(ctx), in.ID, in.Version)
		if err != nil {
			return nil, err
		}
		return &trainingOutput{Body: viewTraining(ctx, t)}, nil
	})
}

func (s *server) trainModel(r route) {
	register(s, r, huma.Operation{
		OperationID:   "train-model",
		Summary:       "Train a model of one or several ingested training files",
		Description:   "Always makes a new version, which learns from the model's corrections, too. Without datasets, it is made of those of the version that answers. The version that answers goes on answering until the new one is published.",
		DefaultStatus: http.StatusAccepted, Errors: []int{400, 404, 422},
	}, func(ctx context.Context, in *struct {
		Body struct {
			ID       string   `json:"id" doc:"The model's id." example:"hoteles"`
			Datasets []string `json:"datasets,omitempty" doc:"Names of ingested training files; left out: those that the model was made of." example:"[\"enero.txt\",\"febrero.txt\"]"`
			Trainer  string   `json:"trainer,omitempty" doc:"How to train; auto, the default, chooses by cross-validation."`
			Folds    int      `json:"folds,omitempty" doc:"Parts of the cross-validation, 2 to 100; 10 if not said."`
			Seed     uint64   `json:"seed,omitempty"`
			Goal     string   `json:"goal,omitempty" doc:"What the model shall be good at: accuracy (the default), balanced, complaints, recall>=0.9 or precision>=0.6." example:"complaints"`
		}
	}) (*trainingOutput, error) {
		b := in.Body
		v, err := s.Opinions.Retrain(ctx, tenantOf(ctx), nameOf(b.ID), namesOf(b.Datasets), opinions.Recipe{Trainer: b.Trainer, Folds: b.Folds, Seed: b.Seed, Goal: b.Goal})
		return trainingOf(ctx, v, err)
	})
}

func (s *server) serveVersion(r route) {
	register(s, r, huma.Operation{
		OperationID: "serve-version",
		Summary:     "Let another kept version answer: roll back, or forward again, or publish one that is held", Errors: []int{400, 404, 409},
	}, func(ctx context.Context, in *struct {
		ModelParam
		Body struct {
			Version string `json:"version" doc:"A kept version that is done or held, by its id or an alias."`
		}
	}) (*modelOutput, error) {
		if _, err := s.Opinions.Serve(ctx, tenantOf(ctx), in.ID, in.Body.Version); err != nil {
			return nil, err
		}
		return s.modelView(ctx, in.ID)
	})
}

func (s *server) setPolicy(r route) {
	register(s, r, huma.Operation{
		OperationID: "set-policy",
		Summary:     "Say which trained versions of a model answer by themselves", Errors: []int{400, 404},
	}, func(ctx context.Context, in *struct {
		ModelParam
		Body struct {
			Policy string `json:"policy" enum:"automatic,ask,never" doc:"automatic: those that are better than guessing and not worse than the one that answers; ask and never: none, and with ask subscriptions are told of what is held."`
		}
	}) (*modelOutput, error) {
		policy := animo.Policy(in.Body.Policy)
		if in.Body.Policy == automatic {
			policy = animo.Automatic
		}
		if err := s.Opinions.SetPolicy(ctx, tenantOf(ctx), in.ID, policy); err != nil {
			return nil, err
		}
		return s.modelView(ctx, in.ID)
	})
}

// ScheduleBody says when a model is trained by itself. It is exported because huma sees no field of an embedded type that is not.
type ScheduleBody struct {
	Cron     string `json:"cron,omitempty" doc:"Five fields: minute, hour, day of the month, month, day of the week; or @daily, @weekly, @monthly. Left out: at no fixed time." example:"0 4 * * 1"`
	TimeZone string `json:"time_zone,omitempty" doc:"Whose clocks cron is by, as IANA calls it; left out, the tenant's." example:"America/Havana"`
	NewRows  int    `json:"new_rows,omitempty" minimum:"0" doc:"Once so many rows (of new revisions of its files) and corrections have come since the version before; 0 is never."`
	Drift    bool   `json:"drift,omitempty" doc:"Once the texts that it is asked about have changed (model.drifted)."`
}

type scheduleView struct {
	ScheduleBody
	Next *time.Time `json:"next,omitempty" doc:"The next time by cron. One that was missed is caught up once."`
}

func viewSchedule(s *animo.Schedule) *scheduleView {
	if s == nil {
		return nil
	}
	v := &scheduleView{ScheduleBody: ScheduleBody{s.Cron, s.Zone, s.NewRows, s.Drift}}
	if next := opinions.NextSlot(*s, s.Since); !next.IsZero() {
		v.Next = &next
	}
	return v
}

func (s *server) setSchedule(r route) {
	register(s, r, huma.Operation{
		OperationID: "set-schedule",
		Summary:     "Say when a model is trained by itself",
		Description: "Of the newest revisions of the files that it learned from, and the corrections. An empty body ends it. What is trained so is a candidate as any other: it does not answer where it is worse. Each version says why it was trained (cause).", Errors: []int{400, 404},
	}, func(ctx context.Context, in *struct {
		ModelParam
		Body ScheduleBody
	}) (*modelOutput, error) {
		b := in.Body
		if b.Cron != "" && b.TimeZone == "" {
			zone, err := s.zone(ctx, "")
			if err != nil {
				return nil, err
			}
			b.TimeZone = zone.String()
		}
		if err := s.Opinions.SetSchedule(ctx, tenantOf(ctx), in.ID, animo.Schedule{Cron: b.Cron, Zone: b.TimeZone, NewRows: b.NewRows, Drift: b.Drift}); err != nil {
			return nil, err
		}
		return s.modelView(ctx, in.ID)
	})
}

// AliasParam is a version's other name in a path. It is exported because huma sets no field of an embedded type that is not.
type AliasParam struct {
	Alias string `path:"alias" doc:"Another name of a version." example:"challenger"`
}

func (s *server) setAlias(r route) {
	register(s, r, huma.Operation{
		OperationID: "set-alias",
		Summary:     "Give a version another name",
		Description: "Every call that classifies may ask for it (?version=challenger), and the version is kept for as long as it has the name.", Errors: []int{400, 404, 409, 507},
	}, func(ctx context.Context, in *struct {
		ModelParam
		AliasParam
		Body struct {
			Version string `json:"version" minLength:"1" doc:"A kept version that is done or held, by its id or an alias."`
		}
	}) (*modelOutput, error) {
		if _, err := s.Opinions.Alias(ctx, tenantOf(ctx), in.ID, in.Alias, in.Body.Version); err != nil {
			return nil, err
		}
		return s.modelView(ctx, in.ID)
	})
}

func (s *server) removeAlias(r route) {
	register(s, r, huma.Operation{
		OperationID: "remove-alias",
		Summary:     "Take a version's other name away", Errors: []int{400, 404},
	}, func(ctx context.Context, in *struct {
		ModelParam
		AliasParam
	}) (*struct{}, error) {
		_, err := s.Opinions.Alias(ctx, tenantOf(ctx), in.ID, in.Alias, "")
		return nil, err
	})
}

func (s *server) deleteModel(r route) {
	register(s, r, huma.Operation{
		OperationID: "delete-model",
		Summary:     "Forget a model with all its versions, corrections and batches", Errors: []int{404},
	}, func(ctx context.Context, in *ModelParam) (*struct{}, error) {
		return nil, s.Opinions.DeleteModel(ctx, tenantOf(ctx), in.ID)
	})
}

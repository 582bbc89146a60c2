package httpapi

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo/internal/opinions"
	"animo/text"
)

// lifeView is what a version answered, and what that says.
type lifeView struct {
	Version  string         `json:"version" doc:"Which version it is said of."`
	Hours    []hourView     `json:"hours" doc:"Hours of UTC with answers, oldest first."`
	Drift    opinions.Drift `json:"drift" doc:"Whether the texts are others than at first."`
	Estimate estimateView   `json:"estimate" doc:"How often it is likely to be right about what it was asked lately, which nobody has judged."`
	Judged   int            `json:"judged" doc:"Texts that were corrected or confirmed after it was trained, of which it cannot have learned."`
	Agreed   text.Rate      `json:"agreed" doc:"Of these, how often it says so, too, with Wilson's interval of 95 %. Where people correct more than they confirm it is better than this."`
}

// hourView is what a version answered in an hour.
type hourView struct {
	Hour      time.Time               `json:"hour" doc:"When it begins."`
	Texts     int                     `json:"texts" doc:"That it was asked about, but those that were answered as somebody corrected them."`
	Negative  int                     `json:"negative" doc:"Of these, called Negativo."`
	Guesses   int                     `json:"guesses" doc:"Of these, those of which it knew no word."`
	Sure      float64                 `json:"sure" doc:"The mean probability of the labels."`
	Scores    [opinions.ScoreBins]int `json:"scores" doc:"Texts by their probability of Positivo, in tenths."`
	Corrected int                     `json:"corrected" doc:"Texts that were answered as somebody corrected them."`
}

// estimateView is opinions.Estimate, or why there is none.
type estimateView struct {
	Texts    int          `json:"texts" doc:"Of how many texts it is said."`
	Accuracy *text.Rate   `json:"accuracy,omitempty" doc:"How often it is likely to be right, with an interval of 95 %, if a text of either label still gets the probabilities that such rows got when the version was measured."`
	Negative *float64     `json:"negative,omitempty" doc:"The share of texts that are likely to be negative, whatever it calls them."`
	Unknown  *failureView `json:"unknown,omitempty" doc:"Why it cannot be told."`
}

func (s *server) modelLife(r route) {
	register(s, r, huma.Operation{
		OperationID: "model-life",
		Summary:     "What a version answered, by hour, whether the texts have changed, and how often it is likely to be right",
		Description: "Counts alone: no text is kept. The last seconds may be missing. A drift is told to subscriptions as model.drifted, once a day.", Errors: []int{400, 404, 409},
	}, func(ctx context.Context, in *struct {
		ModelParam
		VersionQuery
		Days int `query:"days" minimum:"1" maximum:"366" default:"7" doc:"Of how many days the hours are listed."`
	}) (*struct{ Body lifeView }, error) {
		life, version, err := s.Opinions.Life(ctx, tenantOf(ctx), in.ID, in.Version, s.Now().AddDate(0, 0, -in.Days))
		if err != nil {
			return nil, err
		}
		v := lifeView{version, make([]hourView, len(life.Hours)), life.Drift, estimateView{Texts: life.Estimate.Texts}, life.Judged, life.Agreed}
		for i, h := range life.Hours {
			v.Hours[i] = hourView{h.Hour, h.Texts, h.Negative, h.Guesses, h.Sure / float64(max(h.Texts, 1)), h.Scores, h.Corrected}
		}
		if v.Estimate.Unknown = viewFailure(ctx, life.Estimate.Unknown); v.Estimate.Unknown == nil {
			v.Estimate.Accuracy, v.Estimate.Negative = &life.Estimate.Accuracy, &life.Estimate.Negative
		}
		return &struct{ Body lifeView }{v}, nil
	})
}

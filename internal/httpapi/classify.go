package httpapi

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"animo/internal/classify"
	"animo/text"
)

// Classifier asks models about texts, as the API needs it; *classify.Classifier is one.
type Classifier interface {
	// Classify tells what each text says and, with evidence above 0, up to so
	// many n-grams that decided. Its errors have the fields "texts", "texts[2]", "explain" and "model".
	Classify(ctx context.Context, tenant, model string, by classify.By, texts []string, evidence int) (classify.Answer, error)
}

// classification is one text's answer.
type classification struct {
	Label       string          `json:"label" enum:"Positivo,Negativo,Neutro" doc:"Neutro only where neutral was asked for."`
	Probability float64         `json:"probability" doc:"Of the label, of Neutro that of the likelier of the others; 0.5 to 1; near 0.5 is a guess. Less where the model has a goal, which moves the threshold."`
	Known       int             `json:"known" doc:"Words and word groups of the text that the model knows; 0 makes the label a guess."`
	Guess       bool            `json:"guess" doc:"Whether the model knew nothing of the text."`
	Version     string          `json:"version,omitempty" doc:"Which version said so, where another one than that of the whole answer, because an experiment runs."`
	Corrected   bool            `json:"corrected,omitempty" doc:"Whether somebody corrected the text, which then answers so whatever the model would say."`
	Evidence    []text.Evidence `json:"evidence,omitempty" doc:"What decided, strongest first; weights are log-odds towards Positivo."`
	LogOdds     *float64        `json:"log_odds,omitempty" doc:"Of the text, towards Positivo, where explain was asked for: baseline, rest and the weights of the evidence add up to it."`
	Baseline    *float64        `json:"baseline,omitempty" doc:"Log-odds before any word."`
	Rest        *float64        `json:"rest,omitempty" doc:"Log-odds of all n-grams that evidence does not list."`
}

type classifyOutput struct {
	Body struct {
		Model   string           `json:"model"`
		Version string           `json:"version"`
		Results []classification `json:"results" doc:"One for each text, in their order."`
	}
}

func (s *server) classify(r route) {
	register(s, r, huma.Operation{
		OperationID: "classify",
		Summary:     "Classify texts, with probabilities and what decided", Errors: []int{400, 404, 409, 413, 422},
	}, func(ctx context.Context, in *struct {
		ModelParam
		ByQuery
		Body struct {
			Texts   []string   `json:"texts" example:"[\"Las camas estaban mal arregladas\"]"`
			Neutral *text.Band `json:"neutral,omitempty" doc:"A third answer: a text whose probability of Positivo lies in this band is Neutro, unless it was corrected."`
			Explain int        `json:"explain,omitempty" minimum:"0" maximum:"100" doc:"How many deciding n-grams to give for each text, of at most 100 texts."`
		}
	}) (*classifyOutput, error) {
		var band text.Band
		if in.Body.Neutral != nil {
			band = *in.Body.Neutral
		}
		if err := band.Check(); err != nil {
			return nil, err
		}
		answer, err := s.Classifier.Classify(ctx, tenantOf(ctx), in.ID, in.by(), in.Body.Texts, in.Body.Explain)
		if err != nil {
			return nil, err
		}
		out := &classifyOutput{}
		out.Body.Model, out.Body.Version = in.ID, answer.Version
		out.Body.Results = make([]classification, len(answer.Results))
		for i, r := range answer.Results {
			c := classification{Label: band.Says(r.Prediction), Probability: r.Probability, Known: r.Known, Guess: r.Guess(), Corrected: r.Corrected, Evidence: r.Evidence}
			if r.Version != answer.Version {
				c.Version = r.Version
			}
			if in.Body.Explain > 0 {
				c.LogOdds, c.Baseline, c.Rest = &r.LogOdds, &r.Baseline, &r.Rest
			}
			out.Body.Results[i] = c
		}
		return out, nil
	})
}

package httpapi

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"animo/internal/classify"
	"animo/text"
)

// Classifier asks models about texts, as the API needs it; *classify.Classifier is one.
type Classifier interface {
	// Classify tells what each text says by the version of the model that answers and, with evidence above 0, up to so
	// many n-grams that decided. Its errors have the fields "texts", "texts[2]", "explain" and "model".
	Classify(ctx context.Context, tenant, model string, texts []string, evidence int) (classify.Answer, error)
}

// classification is one text's answer.
type classification struct {
	Label       string          `json:"label" enum:"Positivo,Negativo"`
	Probability float64         `json:"probability" doc:"Of the label, 0.5 to 1; near 0.5 is a guess."`
	Known       int             `json:"known" doc:"Words and word groups of the text that the model knows; 0 makes the label a guess."`
	Guess       bool            `json:"guess" doc:"Whether the model knew nothing of the text."`
	Evidence    []text.Evidence `json:"evidence,omitempty" doc:"What decided, strongest first; weights are log-odds towards Positivo."`
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
		Body struct {
			Texts   []string `json:"texts" example:"[\"Las camas estaban mal arregladas\"]"`
			Explain int      `json:"explain,omitempty" minimum:"0" maximum:"100" doc:"How many deciding n-grams to give for each text, of at most 100 texts."`
		}
	}) (*classifyOutput, error) {
		answer, err := s.Classifier.Classify(ctx, tenantOf(ctx), in.ID, in.Body.Texts, in.Body.Explain)
		if err != nil {
			return nil, err
		}
		out := &classifyOutput{}
		out.Body.Model, out.Body.Version = in.ID, answer.Version
		out.Body.Results = make([]classification, len(answer.Results))
		for i, r := range answer.Results {
			out.Body.Results[i] = classification{Label: r.Label.String(), Probability: r.Probability, Known: r.Known, Guess: r.Guess(), Evidence: r.Evidence}
		}
		return out, nil
	})
}

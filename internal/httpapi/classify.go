package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"animo"
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

func (s *server) routeClassify() {
	type classifyOutput struct {
		Body struct {
			Model   string           `json:"model"`
			Version string           `json:"version"`
			Results []classification `json:"results" doc:"One for each text, in their order."`
		}
	}
	register(s, huma.Operation{
		OperationID: "classify", Method: http.MethodPost, Path: "/v1/models/{id}/classify", Tags: []string{"Classify"},
		Summary: "Classify texts, with probabilities and what decided", Errors: []int{400, 404, 409, 413, 422},
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

	// The two endpoints of the opinion report, to the letter.
	const report = "Opinion report"
	type idFile struct {
		IDFile string `json:"idFile" example:"DB_proyecto_SA.txt"`
	}
	type modelosOutput struct{ Body []idFile }
	register(s, huma.Operation{
		OperationID: "modelos", Method: http.MethodGet, Path: "/modelos", Tags: []string{report},
		Summary: "The models that answer",
	}, func(ctx context.Context, _ *struct{}) (*modelosOutput, error) {
		list, err := s.Opinions.Models(ctx, tenantOf(ctx))
		out := &modelosOutput{Body: make([]idFile, len(list))}
		for i, m := range list {
			out.Body[i].IDFile = m.ID
		}
		return out, err
	})
	type sentiOutput struct {
		Body [][2]string `doc:"Label and opinion, in the opinions' order." example:"[[\"Negativo\",\"Las camas estaban mal arregladas\"]]"`
	}
	register(s, huma.Operation{
		OperationID: "senti", Method: http.MethodPost, Path: "/senti", Tags: []string{report},
		Summary: "Classify opinions", Errors: []int{400, 404, 409, 413, 422},
	}, func(ctx context.Context, in *struct {
		Body struct {
			IDModel   string   `json:"idmodel" example:"DB_proyecto_SA.txt"`
			Opiniones []string `json:"opiniones" example:"[\"Las camas estaban mal arregladas\"]"`
		}
	}) (*sentiOutput, error) {
		answer, err := s.Classifier.Classify(ctx, tenantOf(ctx), nameOf(in.Body.IDModel), in.Body.Opiniones, 0)
		if err != nil {
			return nil, asInTheReport(err)
		}
		out := &sentiOutput{Body: make([][2]string, len(answer.Results))}
		for i, r := range answer.Results {
			out.Body[i] = [2]string{r.Label.String(), in.Body.Opiniones[i]}
		}
		return out, nil
	})
}

// asInTheReport names the field of an error as the opinion report calls it.
func asInTheReport(err error) error {
	e, ok := errors.AsType[*animo.Error](err)
	if !ok {
		return err
	}
	switch place, isText := strings.CutPrefix(e.Field, "texts"); {
	case isText:
		return e.Of("opiniones" + place)
	case e.Field == "model":
		return e.Of("idmodel")
	}
	return err
}

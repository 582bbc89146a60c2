package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/text"
)

// checkTexts answers TooLarge or Invalid for texts that are too many, too long or empty, naming the field.
func (s *server) checkTexts(field string, texts []string) error {
	if len(texts) == 0 {
		return animo.Errorf(animo.Invalid, "there is no text to classify; send at least one", "no hay ningún texto que clasificar; envíe al menos uno").Of(field)
	}
	if len(texts) > s.Limits.Texts {
		return animo.Errorf(animo.TooLarge, "%d texts are more than the %d of one call; send them in several", "%d textos son más que los %d de una llamada; envíelos en varias", len(texts), s.Limits.Texts).Of(field)
	}
	for i, t := range texts {
		at := fmt.Sprintf("%s[%d]", field, i)
		switch {
		case strings.TrimSpace(t) == "":
			return animo.Errorf(animo.Invalid, "text %d is empty; leave it out or fill it in", "el texto %d está vacío; quítelo o rellénelo", i).Of(at)
		case len(t) > s.Limits.TextBytes:
			return animo.Errorf(animo.TooLarge, "text %d has %d bytes, the limit is %d; shorten it", "el texto %d tiene %d bytes, el límite es %d; acórtelo", i, len(t), s.Limits.TextBytes).Of(at)
		}
	}
	return nil
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
		if err := s.checkTexts("texts", in.Body.Texts); err != nil {
			return nil, err
		}
		if err := checkExplain(len(in.Body.Texts), in.Body.Explain); err != nil {
			return nil, err
		}
		model, version, err := s.Opinions.Loaded(ctx, tenantOf(ctx), in.ID)
		if err != nil {
			return nil, err
		}
		predictions, err := s.predict(ctx, model, in.Body.Texts)
		if err != nil {
			return nil, err
		}
		evidence := make([][]text.Evidence, len(in.Body.Texts))
		if in.Body.Explain > 0 {
			if evidence, err = s.explain(ctx, model, in.Body.Texts, in.Body.Explain); err != nil {
				return nil, err
			}
		}
		out := &classifyOutput{}
		out.Body.Model, out.Body.Version = in.ID, version
		out.Body.Results = make([]classification, len(in.Body.Texts))
		for i, p := range predictions {
			out.Body.Results[i] = classification{Label: p.Label.String(), Probability: p.Probability, Known: p.Known, Guess: p.Known == 0, Evidence: evidence[i]}
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
		if err := s.checkTexts("opiniones", in.Body.Opiniones); err != nil {
			return nil, err
		}
		model, _, err := s.Opinions.Loaded(ctx, tenantOf(ctx), in.Body.IDModel)
		if err != nil {
			return nil, err
		}
		predictions, err := s.predict(ctx, model, in.Body.Opiniones)
		if err != nil {
			return nil, err
		}
		out := &sentiOutput{Body: make([][2]string, len(in.Body.Opiniones))}
		for i, p := range predictions {
			out.Body[i] = [2]string{p.Label.String(), in.Body.Opiniones[i]}
		}
		return out, nil
	})
}

package httpapi

import (
	"context"
	"errors"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"animo"
)

// The two endpoints of the opinion report, GET /modelos and POST /senti, are served to the letter.

// idFile is a model as the opinion report lists it.
type idFile struct {
	IDFile string `json:"idFile" example:"DB_proyecto_SA.txt"`
}

type modelosOutput struct{ Body []idFile }

type sentiOutput struct {
	Body [][2]string `doc:"Label and opinion, in the opinions' order." example:"[[\"Negativo\",\"Las camas estaban mal arregladas\"]]"`
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

func (s *server) modelos(r route) {
	register(s, r, huma.Operation{
		OperationID: "modelos",
		Summary:     "The models that answer",
	}, func(ctx context.Context, _ *struct{}) (*modelosOutput, error) {
		list, err := s.Opinions.Models(ctx, tenantOf(ctx))
		out := &modelosOutput{Body: make([]idFile, len(list))}
		for i, m := range list {
			out.Body[i].IDFile = m.ID
		}
		return out, err
	})
}

func (s *server) senti(r route) {
	register(s, r, huma.Operation{
		OperationID: "senti",
		Summary:     "Classify opinions", Errors: []int{400, 404, 409, 413, 422},
	}, func(ctx context.Context, in *struct {
		ByQuery
		Body struct {
			IDModel   string   `json:"idmodel" example:"DB_proyecto_SA.txt"`
			Opiniones []string `json:"opiniones" example:"[\"Las camas estaban mal arregladas\"]"`
		}
	}) (*sentiOutput, error) {
		answer, err := s.Classifier.Classify(ctx, tenantOf(ctx), nameOf(in.Body.IDModel), in.by(), in.Body.Opiniones, 0)
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

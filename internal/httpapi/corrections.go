package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/opinions"
)

// correctionView is what somebody said that a text says.
type correctionView struct {
	ID    string    `json:"id" doc:"Follows from the text: one text has one correction." example:"9f86d081884c7d659a2feaa0c55ad015"`
	Text  string    `json:"text" example:"Las camas estaban mal arregladas"`
	Label string    `json:"label" enum:"Positivo,Negativo"`
	At    time.Time `json:"at" doc:"When that was said."`
}

func viewCorrection(c opinions.Correction) correctionView {
	return correctionView{c.ID, c.Text, c.Label.String(), c.At}
}

// labelOf reads a label as the API writes it, in upper or lower case.
func labelOf(v string) (animo.Label, error) {
	for _, l := range []animo.Label{animo.Negative, animo.Positive} {
		if strings.EqualFold(v, l.String()) {
			return l, nil
		}
	}
	return 0, animo.Errorf(animo.Invalid, "there is no label %q; use Positivo or Negativo", "no existe la etiqueta %q; use Positivo o Negativo", animo.Clip(v)).Of("label")
}

type correctionOutput struct{ Body correctionView }

func (s *server) correctModel(r route) {
	register(s, r, huma.Operation{
		OperationID: "correct-model",
		Summary:     "Say what a text says, for the model's next trainings",
		Description: "Every later training of the model (another file under its name, or POST /v1/models) learns from it as from a row of its files, in place of those with the same text, and " +
			"says in corrections how many it learned from. Another label for the same text replaces it; the same changes nothing. What answers now stays as it is.",
		DefaultStatus: http.StatusCreated, Errors: []int{400, 404, 422, 507},
	}, func(ctx context.Context, in *struct {
		ModelParam
		Body struct {
			Text  string `json:"text" doc:"What somebody wrote. Spaces around it do not count." example:"Las camas estaban mal arregladas"`
			Label string `json:"label" doc:"What it says: Positivo or Negativo." example:"Negativo"`
		}
	}) (*correctionOutput, error) {
		label, err := labelOf(in.Body.Label)
		if err != nil {
			return nil, err
		}
		c, err := s.Opinions.Correct(ctx, tenantOf(ctx), in.ID, in.Body.Text, label)
		if err != nil {
			return nil, err
		}
		return &correctionOutput{viewCorrection(c)}, nil
	})
}

func (s *server) listCorrections(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-corrections",
		Summary:     "A model's corrections, by id", Errors: []int{404, 422},
	}, func(ctx context.Context, in *struct {
		ModelParam
		PageQuery
	}) (*pageOutput[correctionView], error) {
		list, next, err := s.Opinions.Corrections(ctx, tenantOf(ctx), in.ID, in.After, in.Limit)
		if err != nil {
			return nil, err
		}
		return pageOf(list, next, viewCorrection), nil
	})
}

func (s *server) deleteCorrection(r route) {
	register(s, r, huma.Operation{
		OperationID: "delete-correction",
		Summary:     "Forget a correction", Description: "Versions that learned from it stay as they are; later ones do not.", Errors: []int{404},
	}, func(ctx context.Context, in *struct {
		ModelParam
		Correction string `path:"correction" doc:"The correction's id." example:"9f86d081884c7d659a2feaa0c55ad015"`
	}) (*struct{}, error) {
		return nil, s.Opinions.DeleteCorrection(ctx, tenantOf(ctx), in.ID, in.Correction)
	})
}

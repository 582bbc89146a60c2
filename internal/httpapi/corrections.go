package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/opinions"
	"animo/text/labelled"
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

// labelOf reads a label as files write it.
func labelOf(v, field string) (animo.Label, error) {
	l, err := labelled.ParseLabel(v)
	if err != nil {
		err = err.Of(field)
		return l, err
	}
	return l, nil
}

type correctionOutput struct{ Body correctionView }

func (s *server) correctModel(r route) {
	register(s, r, huma.Operation{
		OperationID: "correct-model",
		Summary:     "Say what a text says",
		Description: "From now on the model answers so of that text, whatever version answers. Every later training of the model (another file under its name, or POST /v1/models) learns from it as from a row of " +
			"its files, in place of those with the same text, and says in corrections how many there were and in corrections_learned how many of them it says by itself. Another label for the same text replaces it; the same changes nothing.",
		DefaultStatus: http.StatusCreated, Errors: []int{400, 404, 422, 507},
	}, func(ctx context.Context, in *struct {
		ModelParam
		Body struct {
			Text  string `json:"text" doc:"What somebody wrote. Spaces around it do not count." example:"Las camas estaban mal arregladas"`
			Label string `json:"label" doc:"What it says: Positivo or Negativo, or as files write it, such as bueno, P, false or 5/5." example:"Negativo"`
			Key   string `json:"key,omitempty" doc:"The key with which the text was classified, if there was one, so that an experiment knows which version answered. It is not kept."`
		}
	}) (*correctionOutput, error) {
		label, err := labelOf(in.Body.Label, "label")
		if err != nil {
			return nil, err
		}
		list, err := s.Opinions.Correct(ctx, tenantOf(ctx), in.ID, in.Body.Key, animo.Opinion{Text: in.Body.Text, Label: label})
		if err != nil {
			return nil, err
		}
		return &correctionOutput{viewCorrection(list[0])}, nil
	})
}

// correctionsAtOnce is how many corrections one call takes.
const correctionsAtOnce = 1000

type correctionsOutput struct {
	Body struct {
		Items []correctionView `json:"items" doc:"One for each text."`
	}
}

func (s *server) correctModelOften(r route) {
	register(s, r, huma.Operation{
		OperationID:   "correct-model-often",
		Summary:       "Say what several texts say",
		Description:   "Up to 1,000 corrections, each as POST /v1/models/{id}/corrections takes one. Where one of them cannot be kept, none is.",
		DefaultStatus: http.StatusCreated, Errors: []int{400, 404, 413, 422, 507},
	}, func(ctx context.Context, in *struct {
		ModelParam
		Body struct {
			Items []struct {
				Text  string `json:"text" example:"Las camas estaban mal arregladas"`
				Label string `json:"label" example:"malo"`
			} `json:"items"`
		}
	}) (*correctionsOutput, error) {
		if n := len(in.Body.Items); n == 0 || n > correctionsAtOnce {
			return nil, animo.Errorf(animo.Invalid, "items has %d corrections; send 1 to %d", "items tiene %d correcciones; envíe de 1 a %d", n, correctionsAtOnce).Of("items")
		}
		var list []animo.Opinion
		for i, it := range in.Body.Items {
			label, err := labelOf(it.Label, fmt.Sprintf("items[%d].label", i))
			if err != nil {
				return nil, err
			}
			list = append(list, animo.Opinion{Text: it.Text, Label: label})
		}
		kept, err := s.Opinions.Correct(ctx, tenantOf(ctx), in.ID, "", list...)
		if err != nil {
			return nil, err
		}
		out := &correctionsOutput{}
		for _, c := range kept {
			out.Body.Items = append(out.Body.Items, viewCorrection(c))
		}
		return out, nil
	})
}

type correctedFileOutput struct {
	Body struct {
		Rows    int           `json:"rows" doc:"Rows that were taken as corrections."`
		Reading animo.Reading `json:"reading" doc:"How the file was read, and what was left out."`
	}
}

func (s *server) correctModelFrom(r route) {
	register(s, r, huma.Operation{
		OperationID: "correct-model-from-file",
		Summary:     "Say what texts say, in a file",
		Description: "The body is a file as a training file may be: every row is a correction.",
		RequestBody: bytesBody(), Errors: []int{400, 404, 413, 422, 507},
	}, func(ctx context.Context, in *struct {
		ModelParam
		FileQuery
		BodyStream
	}) (*correctedFileOutput, error) {
		rows, reading, err := s.Opinions.CorrectFrom(ctx, tenantOf(ctx), in.ID, in.reader, in.size, in.recipe())
		if err != nil {
			return nil, err
		}
		out := &correctedFileOutput{}
		out.Body.Rows, out.Body.Reading = rows, reading
		return out, nil
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

package httpapi

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/opinions"
)

// trainingOf answers how far a version is that was asked for.
func trainingOf(ctx context.Context, v animo.Version, err error) (*trainingOutput, error) {
	if err != nil {
		return nil, err
	}
	view := viewTraining(ctx, opinions.Training{Version: v})
	return &trainingOutput{view.StatusURL, view}, nil
}

func (s *server) addFile(r route) {
	register(s, r, huma.Operation{
		OperationID: "add-file",
		Summary:     "Upload one more file of labelled opinions for a model, and train it",
		Description: "The body is a file as that of PUT /v1/training/{name}. The model's next version learns from it besides the files that it had; a file of a name that it has is a new revision of that one. When the answer " +
			"comes, the file is on disk and will be trained, whatever happens. The version is a candidate: it does not answer where it is worse.",
		DefaultStatus: http.StatusAccepted,
		RequestBody:   bytesBody(),
		Errors:        []int{400, 404, 409, 413, 422, 507},
	}, func(ctx context.Context, in *struct {
		ModelParam
		NameParam
		FileQuery
		BodyStream
	}) (*trainingOutput, error) {
		v, err := s.Opinions.AddFile(ctx, tenantOf(ctx), in.ID, in.Name, in.reader, in.size, in.recipe())
		return trainingOf(ctx, v, err)
	})
}

func (s *server) addDatasets(r route) {
	register(s, r, huma.Operation{
		OperationID:   "add-datasets",
		Summary:       "Have a model learn from more ingested files, and train it",
		DefaultStatus: http.StatusAccepted, Errors: []int{400, 404, 409, 422},
	}, func(ctx context.Context, in *struct {
		ModelParam
		Body struct {
			Datasets []string `json:"datasets" minItems:"1" doc:"Names of ingested training files." example:"[\"febrero.txt\"]"`
		}
	}) (*trainingOutput, error) {
		v, err := s.Opinions.AddDatasets(ctx, tenantOf(ctx), in.ID, namesOf(in.Body.Datasets))
		return trainingOf(ctx, v, err)
	})
}

func (s *server) removeDataset(r route) {
	register(s, r, huma.Operation{
		OperationID: "remove-dataset",
		Summary:     "Have a model learn from its files but one, and train it",
		Description: "The file is kept: DELETE /v1/datasets/{name} forgets it.", DefaultStatus: http.StatusAccepted, Errors: []int{400, 404, 409, 422},
	}, func(ctx context.Context, in *struct {
		ModelParam
		NameParam
	}) (*trainingOutput, error) {
		v, err := s.Opinions.RemoveDataset(ctx, tenantOf(ctx), in.ID, in.Name)
		return trainingOf(ctx, v, err)
	})
}

// rowView is a row of a training file.
type rowView struct {
	Number int    `json:"number" doc:"In the file, from 1."`
	Text   string `json:"text"`
	Label  string `json:"label" enum:"Positivo,Negativo" doc:"That the file says. POST /v1/models/{id}/corrections says another one."`
}

func (s *server) listRows(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-rows",
		Summary:     "Rows of a training file, in its order",
		Description: "Of its newest revision. A search looks at 50,000 rows a page, so that a page may be empty and another one follow it.", Errors: []int{400, 404, 422},
	}, func(ctx context.Context, in *struct {
		NameParam
		Query string `query:"q" doc:"Words that a row must hold, in whatever case, with or without accents." example:"cama"`
		Label string `query:"label" doc:"Of which label the rows are: Positivo or Negativo; without it, of either." example:"Negativo"`
		PageQuery
	}) (*pageOutput[rowView], error) {
		var label *animo.Label
		if in.Label != "" {
			l, err := labelOf(in.Label, "label")
			if err != nil {
				return nil, err
			}
			label = &l
		}
		after, err := strconv.Atoi(in.After)
		if in.After != "" && (err != nil || after < 0) {
			return nil, animo.Errorf(animo.Invalid, "after is %q; use next of the page before", "after es %q; use next de la página anterior", animo.Clip(in.After)).Of("after")
		}
		list, next, err := s.Opinions.Rows(ctx, tenantOf(ctx), in.Name, in.Query, label, after, in.Limit)
		if err != nil {
			return nil, err
		}
		on := ""
		if next > 0 {
			on = strconv.Itoa(next)
		}
		return pageOf(list, on, func(row opinions.Row) rowView { return rowView{row.Number, row.Text, row.Label.String()} }), nil
	})
}

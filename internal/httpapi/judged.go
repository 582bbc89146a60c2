package httpapi

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"animo/internal/opinions"
	"animo/text"
)

// misjudgedView is a row that a version got wrong.
type misjudgedView struct {
	Text        string  `json:"text"`
	Label       string  `json:"label" enum:"Positivo,Negativo" doc:"That the row carries."`
	Probability float64 `json:"probability" doc:"That a model which had not seen the row gave to its label."`
	Suspect     bool    `json:"suspect" doc:"Whether the label itself may be wrong (confident learning). POST /v1/models/{id}/corrections puts it right."`
}

func viewMisjudged(m opinions.Misjudged) misjudgedView {
	return misjudgedView{m.Text, m.Label.String(), m.Probability, m.Suspect}
}

// VersionParam is a version in a path. It is exported because huma sets no field of an embedded type that is not.
type VersionParam struct {
	Version string `path:"version" doc:"The version's id."`
}

func (s *server) listMisjudged(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-misjudged",
		Summary:     "Rows that a version got wrong when it was measured, those whose label may be wrong first",
		Description: "The first 1,000. Rows that were corrected since, and those of files and corrections that were forgotten, are left out, and so are those of files that are too long to be measured as a whole.", Errors: []int{404, 422},
	}, func(ctx context.Context, in *struct {
		ModelParam
		VersionParam
		PageQuery
	}) (*pageOutput[misjudgedView], error) {
		list, next, err := s.Opinions.MisjudgedRows(ctx, tenantOf(ctx), in.ID, in.Version, in.After, in.Limit)
		if err != nil {
			return nil, err
		}
		return pageOf(list, next, viewMisjudged), nil
	})
}

type comparisonOutput struct{ Body text.Comparison }

func (s *server) compareVersions(r route) {
	register(s, r, huma.Operation{
		OperationID: "compare-versions",
		Summary:     "How much better a version is than another one, with intervals",
		Description: "By the rows that both were measured on, as a paired bootstrap; a difference whose interval holds 0 is not beyond chance. 0 rows where they have none in common, or were made by an earlier release.", Errors: []int{404},
	}, func(ctx context.Context, in *struct {
		ModelParam
		VersionParam
		Other string `path:"other" doc:"The version that it is compared with."`
	}) (*comparisonOutput, error) {
		c, err := s.Opinions.Compare(ctx, tenantOf(ctx), in.ID, in.Version, in.Other)
		return &comparisonOutput{c}, err
	})
}

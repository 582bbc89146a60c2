package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/classify"
	"animo/text/labelled"
)

// MLflow's scoring protocol (mlflow.pyfunc.scoring_server, MLflow 2 and 3): POST /invocations with a data frame or a list in, predictions out.

// ScoringBody is what MLflow's clients send: one of the first four fields. It is exported because huma describes no type that is not.
type ScoringBody struct {
	_         struct{}       `additionalProperties:"true"`
	Split     *frame         `json:"dataframe_split,omitempty" doc:"A data frame by rows, with the names of its columns."`
	Records   []any          `json:"dataframe_records,omitempty" doc:"A data frame as a list of objects."`
	Instances []any          `json:"instances,omitempty" doc:"A list of texts, or of objects." example:"[\"Las camas estaban mal arregladas\"]"`
	Inputs    any            `json:"inputs,omitempty" doc:"A list of texts, or an object of columns." example:"[\"Las camas estaban mal arregladas\"]"`
	Params    map[string]any `json:"params,omitempty" doc:"text names the column of the texts, where its own name does not tell."`
}

type frame struct {
	_       struct{} `additionalProperties:"true"`
	Columns []any    `json:"columns"`
	Data    [][]any  `json:"data"`
}

type scored struct {
	Label string  `json:"label" enum:"Positivo,Negativo"`
	Score float64 `json:"score" doc:"The probability of the label."`
}

type scoringOutput struct {
	Body struct {
		Predictions []scored `json:"predictions" doc:"One for each text, in their order, as MLflow answers for a text classifier of transformers."`
	}
}

// texts finds the texts in what MLflow's clients send.
func (b *ScoringBody) texts() ([]string, error) {
	n := 0
	for _, there := range []bool{b.Split != nil, b.Records != nil, b.Instances != nil, b.Inputs != nil} {
		if there {
			n++
		}
	}
	if n != 1 {
		return nil, animo.Errorf(animo.Invalid, "the body must have exactly one of dataframe_split, dataframe_records, instances and inputs; it has %d", "el cuerpo debe tener exactamente uno de dataframe_split, dataframe_records, instances e inputs; tiene %d", n)
	}
	told, _ := b.Params["text"].(string)
	switch {
	case b.Split != nil:
		at, err := textColumn(names(b.Split.Columns), told)
		if err != nil {
			return nil, err
		}
		var cells []any
		for _, row := range b.Split.Data {
			cells = append(cells, cellOf(row, at))
		}
		return textsOf(cells)
	case b.Records != nil:
		return recordTexts(b.Records, told)
	case b.Instances != nil:
		return recordTexts(b.Instances, told)
	}
	switch in := b.Inputs.(type) {
	case string:
		return []string{in}, nil
	case []any:
		return recordTexts(in, told)
	case map[string]any:
		columns := make([]string, 0, len(in))
		for name := range in {
			columns = append(columns, name)
		}
		slices.Sort(columns)
		at, err := textColumn(columns, told)
		if err != nil {
			return nil, err
		}
		if list, ok := in[columns[at]].([]any); ok {
			return textsOf(list)
		}
		return textsOf([]any{in[columns[at]]})
	}
	return nil, notText(0)
}

func names(columns []any) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i], _ = c.(string)
	}
	return out
}

func cellOf(row []any, at int) any {
	if at < len(row) {
		return row[at]
	}
	return nil
}

// recordTexts are those of a list of texts, or of objects, or of lists of one text.
func recordTexts(list []any, told string) ([]string, error) {
	cells := make([]any, len(list))
	for i, one := range list {
		switch one := one.(type) {
		case map[string]any:
			columns := make([]string, 0, len(one))
			for name := range one {
				columns = append(columns, name)
			}
			slices.Sort(columns)
			at, err := textColumn(columns, told)
			if err != nil {
				return nil, err
			}
			cells[i] = one[columns[at]]
		default:
			cells[i] = one
		}
	}
	return textsOf(cells)
}

// textColumn is the column that was told, the only one, or the one whose name tells.
func textColumn(columns []string, told string) (int, error) {
	at := slices.Index(columns, told)
	switch {
	case told != "" && at >= 0:
		return at, nil
	case told == "" && len(columns) == 1:
		return 0, nil
	case told == "":
		if at, ok := labelled.TextColumn(columns); ok {
			return at, nil
		}
	}
	return 0, animo.Errorf(animo.Invalid, "which of the columns %s has the texts is not known; call it text, or name it in params: {\"text\": \"NAME\"}", "no se sabe cuál de las columnas %s tiene los textos; llámela text, o nómbrela en params: {\"text\": \"NOMBRE\"}", animo.Clip(strings.Join(columns, ", ")))
}

// textsOf wants a text in each cell, which may be a list of that one text.
func textsOf(cells []any) ([]string, error) {
	texts := make([]string, len(cells))
	for i, c := range cells {
		if list, ok := c.([]any); ok && len(list) == 1 {
			c = list[0]
		}
		var ok bool
		if texts[i], ok = c.(string); !ok {
			return nil, notText(i)
		}
	}
	return texts, nil
}

func notText(i int) error {
	return animo.Errorf(animo.Invalid, "row %d has no text", "la fila %d no tiene texto", i+1).Of("texts[" + strconv.Itoa(i) + "]")
}

// score answers texts as MLflow does.
func (s *server) score(ctx context.Context, model string, by classify.By, b *ScoringBody) (*scoringOutput, error) {
	texts, err := b.texts()
	if err != nil {
		return nil, err
	}
	answer, err := s.Classifier.Classify(ctx, tenantOf(ctx), model, by, texts, 0)
	if err != nil {
		return nil, err
	}
	out := &scoringOutput{}
	out.Body.Predictions = make([]scored, len(answer.Results))
	for i, r := range answer.Results {
		out.Body.Predictions[i] = scored{r.Label.String(), r.Probability}
	}
	return out, nil
}

func (s *server) invoke(r route) {
	register(s, r, huma.Operation{
		OperationID: "invoke",
		Summary:     "Classify texts in MLflow's protocol, by the one model that answers or the one that is named",
		Description: "As an MLflow scoring server answers; errors have error_code and message. JSON is taken, CSV is not.", Errors: []int{http.StatusBadRequest, 404, 409, 413},
	}, func(ctx context.Context, in *struct {
		ByQuery
		Model string `query:"model" doc:"The model's id, where several answer." example:"DB_proyecto_SA.txt"`
		Body  ScoringBody
	}) (*scoringOutput, error) {
		model := nameOf(in.Model)
		if model == "" {
			list, err := s.Opinions.Models(ctx, tenantOf(ctx))
			switch {
			case err != nil:
				return nil, err
			case len(list) == 0:
				return nil, animo.Errorf(animo.UnknownModel, "no model answers yet", "todavía no responde ningún modelo").Of("model")
			case len(list) > 1:
				return nil, animo.Errorf(animo.Invalid, "%d models answer; say which with ?model=ID, or ask /v1/models/ID/invocations", "responden %d modelos; diga cuál con ?model=ID, o pregunte en /v1/models/ID/invocations", len(list)).Of("model")
			}
			model = list[0].ID
		}
		return s.score(ctx, model, in.by(), &in.Body)
	})
}

func (s *server) invokeModel(r route) {
	register(s, r, huma.Operation{
		OperationID: "invoke-model",
		Summary:     "Classify texts in MLflow's protocol",
		Description: "As /invocations does, for clients that add that to a model's own URL.", Errors: []int{http.StatusBadRequest, 404, 409, 413},
	}, func(ctx context.Context, in *struct {
		ModelParam
		ByQuery
		Body ScoringBody
	}) (*scoringOutput, error) {
		return s.score(ctx, in.ID, in.by(), &in.Body)
	})
}

package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"animo"
)

// The Open Inference Protocol over HTTP, which KServe calls V2: health, metadata and inference. A text is an element of one input tensor of
// BYTES; versions cannot be asked for.

const bytesType = "BYTES"

// tensorView describes a tensor.
type tensorView struct {
	Name     string `json:"name" example:"text"`
	Datatype string `json:"datatype" example:"BYTES"`
	Shape    []int  `json:"shape" doc:"-1 is any number." example:"[-1]"`
}

// The outputs of a model, in their order.
var inferenceOutputs = []tensorView{{"label", bytesType, []int{-1}}, {"probability", "FP64", []int{-1}}}

type inferenceModelOutput struct {
	Body struct {
		Name     string       `json:"name"`
		Platform string       `json:"platform" example:"animo"`
		Inputs   []tensorView `json:"inputs"`
		Outputs  []tensorView `json:"outputs"`
	}
}

// InputTensor is texts as the protocol sends them. It is exported because huma describes no type that is not.
type InputTensor struct {
	_        struct{} `additionalProperties:"true"`
	Name     string   `json:"name" example:"text"`
	Shape    []int    `json:"shape" doc:"As many as there are texts; [n] or [n,1]." example:"[1]"`
	Datatype string   `json:"datatype" doc:"BYTES" example:"BYTES"`
	Data     []any    `json:"data" doc:"The texts." example:"[\"Las camas estaban mal arregladas\"]"`
}

// InferenceBody is an inference request. It is exported because huma describes no type that is not.
type InferenceBody struct {
	_       struct{}       `additionalProperties:"true"`
	ID      string         `json:"id,omitempty" doc:"Is returned."`
	Inputs  []InputTensor  `json:"inputs"`
	Outputs []WantedTensor `json:"outputs,omitempty" doc:"Which of label and probability to answer; both if not said."`
}

// WantedTensor names an output. It is exported because huma describes no type that is not.
type WantedTensor struct {
	_    struct{} `additionalProperties:"true"`
	Name string   `json:"name" example:"label"`
}

// texts are those of an inference request.
func (b *InferenceBody) texts() ([]string, error) {
	if len(b.Inputs) != 1 || b.Inputs[0].Datatype != bytesType {
		return nil, animo.Errorf(animo.Invalid, "inputs must be one tensor of BYTES, an element for each text", "inputs debe ser un tensor de BYTES, un elemento por texto").Of("inputs")
	}
	in := b.Inputs[0]
	n := 1
	for _, size := range in.Shape {
		if size < 0 || size > 1<<20 || n > 1<<20 {
			n = -1
			break
		}
		n *= size
	}
	if n != len(in.Data) {
		return nil, animo.Errorf(animo.Invalid, "the shape of the input is not that of its %d elements", "la forma de la entrada no es la de sus %d elementos", len(in.Data)).Of("inputs[0].shape")
	}
	return textsOf(in.Data)
}

// outputTensor is a tensor that is answered; Data is a list of texts or numbers.
type outputTensor struct {
	tensorView
	Data any `json:"data"`
}

// MarshalJSON writes the fields side by side.
func (t outputTensor) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name     string `json:"name"`
		Datatype string `json:"datatype"`
		Shape    []int  `json:"shape"`
		Data     any    `json:"data"`
	}{t.Name, t.Datatype, t.Shape, t.Data})
}

type inferenceOutput struct {
	Body struct {
		Model   string         `json:"model_name"`
		Version string         `json:"model_version"`
		ID      string         `json:"id,omitempty" doc:"The request's."`
		Outputs []outputTensor `json:"outputs" doc:"label, then probability (of that label)."`
	}
}

func (s *server) inferenceModel(r route) {
	register(s, r, huma.Operation{
		OperationID: "describe-inference",
		Summary:     "A model in the Open Inference Protocol (KServe V2): its tensors", Errors: []int{404},
	}, func(ctx context.Context, in *ModelParam) (*inferenceModelOutput, error) {
		if err := s.answers(ctx, in.ID); err != nil {
			return nil, err
		}
		out := &inferenceModelOutput{}
		out.Body.Name, out.Body.Platform = in.ID, "animo"
		out.Body.Inputs, out.Body.Outputs = []tensorView{{"text", bytesType, []int{-1}}}, inferenceOutputs
		return out, nil
	})
}

// answers answers an error unless a version of the model answers.
func (s *server) answers(ctx context.Context, model string) error {
	h, err := s.Opinions.Model(ctx, tenantOf(ctx), model)
	if err == nil && h.Current == "" {
		err = animo.Errorf(animo.NotFound, "model %q is not trained", "el modelo %q no está entrenado", model).Of("model")
	}
	return err
}

func (s *server) inferenceReady(r route) {
	register(s, r, huma.Operation{
		OperationID: "model-ready",
		Summary:     "Whether a model answers, in the Open Inference Protocol", DefaultStatus: http.StatusOK, Errors: []int{404},
	}, func(ctx context.Context, in *ModelParam) (*struct{}, error) { return nil, s.answers(ctx, in.ID) })
}

func (s *server) infer(r route) {
	register(s, r, huma.Operation{
		OperationID: "infer",
		Summary:     "Classify texts in the Open Inference Protocol (KServe V2)",
		Description: "One input tensor of BYTES has the texts. Errors are an object with error. Tensors in binary are not taken.", Errors: []int{http.StatusBadRequest, 404, 409, 413},
	}, func(ctx context.Context, in *struct {
		ModelParam
		ByQuery
		Body InferenceBody
	}) (*inferenceOutput, error) {
		texts, err := in.Body.texts()
		if err != nil {
			return nil, err
		}
		wanted := map[string]bool{}
		for _, o := range in.Body.Outputs {
			if !slices.ContainsFunc(inferenceOutputs, func(t tensorView) bool { return t.Name == o.Name }) {
				return nil, animo.Errorf(animo.Invalid, "there is no output %q; there are label and probability", "no existe la salida %q; existen label y probability", animo.Clip(o.Name)).Of("outputs")
			}
			wanted[o.Name] = true
		}
		answer, err := s.Classifier.Classify(ctx, tenantOf(ctx), in.ID, in.by(), texts, 0)
		if err != nil {
			return nil, err
		}
		labels, probabilities := make([]string, len(answer.Results)), make([]float64, len(answer.Results))
		for i, r := range answer.Results {
			labels[i], probabilities[i] = r.Label.String(), r.Probability
		}
		out := &inferenceOutput{}
		out.Body.Model, out.Body.Version, out.Body.ID, out.Body.Outputs = in.ID, answer.Version, in.Body.ID, []outputTensor{}
		for i, data := range []any{labels, probabilities} {
			t := inferenceOutputs[i]
			if t.Shape = []int{len(texts)}; len(wanted) == 0 || wanted[t.Name] {
				out.Body.Outputs = append(out.Body.Outputs, outputTensor{t, data})
			}
		}
		return out, nil
	})
}

// inferenceServer tells which server this is.
func (s *server) inferenceServer(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(struct {
		Name       string   `json:"name"`
		Version    string   `json:"version"`
		Extensions []string `json:"extensions"`
	}{"animo", s.Version, []string{}})
}

// inferenceLive and inferenceServerReady are livez and readyz without a body.
func (s *server) inferenceLive(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }

func (s *server) inferenceServerReady(w http.ResponseWriter, r *http.Request) {
	rec := &discard{header: w.Header()}
	s.readyz(rec, r)
	w.Header().Del("Content-Type")
	w.WriteHeader(max(rec.status, http.StatusOK))
}

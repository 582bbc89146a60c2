package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestProtocols_of_mlflow_and_kserve_are_answered_in_their_own_shapes(t *testing.T) {
	a := start(t, settings(t))
	if r := a.do("POST", "/invocations", `{"instances":["x"]}`); r.status != 404 || !strings.Contains(r.body, `"error_code":"RESOURCE_DOES_NOT_EXIST"`) {
		t.Errorf("without a model: %d %s", r.status, r.body)
	}
	v := a.upload("hotel.txt", "?trainer=nb", reviews(t))
	for name, body := range map[string]string{
		"a split frame":       `{"dataframe_split":{"index":[0,1],"columns":["id","texto"],"data":[[1,"Todo excelente"],[2,"Pésimo y sucio"]]}}`,
		"records":             `{"dataframe_records":[{"id":1,"texto":"Todo excelente"},{"id":2,"texto":"Pésimo y sucio"}]}`,
		"instances":           `{"instances":["Todo excelente","Pésimo y sucio"]}`,
		"instances of one":    `{"instances":[["Todo excelente"],["Pésimo y sucio"]]}`,
		"inputs":              `{"inputs":["Todo excelente","Pésimo y sucio"]}`,
		"columns":             `{"inputs":{"x":[1,2],"q":["Todo excelente","Pésimo y sucio"]},"params":{"text":"q"}}`,
		"one column, unnamed": `{"dataframe_split":{"columns":[0],"data":[["Todo excelente"],["Pésimo y sucio"]]}}`,
	} {
		for _, path := range []string{"/invocations", "/invocations?model=hotel.txt", "/v1/models/hotel.txt/invocations"} {
			r := a.do("POST", path, body)
			var out struct {
				Predictions []struct {
					Label string
					Score float64
				}
			}
			if err := json.Unmarshal([]byte(r.body), &out); r.status != 200 || err != nil || len(out.Predictions) != 2 || out.Predictions[0].Label != "Positivo" || out.Predictions[1].Label != "Negativo" || out.Predictions[1].Score < 0.5 {
				t.Errorf("%s to %s: %d %s", name, path, r.status, r.body)
			}
		}
	}
	for body, code := range map[string]string{
		`{"instances":["x"],"inputs":["x"]}`: "BAD_REQUEST", `{}`: "BAD_REQUEST", `["x"]`: "BAD_REQUEST", `{`: "BAD_REQUEST", `{"inputs":[1]}`: "BAD_REQUEST",
		`{"inputs":{"a":["x"],"b":["y"]}}`: "BAD_REQUEST", `{"instances":[""]}`: "BAD_REQUEST",
	} {
		r := a.do("POST", "/invocations", body)
		var e struct {
			Code    string `json:"error_code"`
			Message string
		}
		if err := json.Unmarshal([]byte(r.body), &e); r.status != 400 || err != nil || e.Code != code || e.Message == "" || r.header.Get("Content-Type") != "application/json" || strings.Contains(r.body, "title") {
			t.Errorf("%s: %d %s %v", body, r.status, r.body, r.header)
		}
	}

	infer := func(body string) answer { return a.do("POST", "/v2/models/hotel.txt/infer", body) }
	want := fmt.Sprintf(`{"model_name":"hotel.txt","model_version":%q,"id":"42","outputs":[{"name":"label","datatype":"BYTES","shape":[2],"data":["Positivo","Negativo"]},{"name":"probability","datatype":"FP64","shape":[2],"data":[0.`, v.Version)
	if r := infer(`{"id":"42","parameters":{"x":1},"inputs":[{"name":"text","shape":[2,1],"datatype":"BYTES","parameters":{"binary_data":false},"data":[["Todo excelente"],["Pésimo y sucio"]]}]}`); r.status != 200 || !strings.HasPrefix(r.body, want) {
		t.Errorf("%d %s, want %s…", r.status, r.body, want)
	}
	if r := infer(`{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["Todo excelente"]}],"outputs":[{"name":"label","parameters":{"binary_data":false}}]}`); r.status != 200 || !strings.HasSuffix(r.body, `"outputs":[{"name":"label","datatype":"BYTES","shape":[1],"data":["Positivo"]}]}`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	for _, bad := range []string{
		`{"inputs":[]}`, `{"inputs":[{"name":"x","shape":[2],"datatype":"BYTES","data":["a"]}]}`, `{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}`,
		`{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["a"]}],"outputs":[{"name":"y"}]}`, `{`, `{"inputs":[{"name":"x","shape":[-1],"datatype":"BYTES","data":["a"]}]}`,
	} {
		r := infer(bad)
		var e map[string]any
		if err := json.Unmarshal([]byte(r.body), &e); r.status != 400 || err != nil || len(e) != 1 || e["error"] == "" || r.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", bad, r.status, r.body)
		}
	}
	for path, c := range map[string]struct {
		status int
		body   string
	}{
		"/v2":                        {200, `{"name":"animo","version":`},
		"/v2/health/live":            {200, ""},
		"/v2/health/ready":           {200, ""},
		"/v2/models/hotel.txt/ready": {200, ""},
		"/v2/models/nada/ready":      {404, `{"error":`},
		"/v2/models/hotel.txt":       {200, `{"name":"hotel.txt","platform":"animo","inputs":[{"name":"text","datatype":"BYTES","shape":[-1]}],"outputs":[{"name":"label"`},
		"/v2/models/nada":            {404, `{"error":"there is no model \"nada\""}`},
	} {
		if r := a.do("GET", path, ""); r.status != c.status || !strings.HasPrefix(r.body, c.body) || c.body == "" && r.body != "" {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	a.upload("otro.txt", "?trainer=nb", reviews(t))
	if r := a.do("POST", "/invocations", `{"instances":["x"]}`); r.status != 400 || !strings.Contains(r.body, "?model=ID") {
		t.Errorf("with two models: %d %s", r.status, r.body)
	}
}

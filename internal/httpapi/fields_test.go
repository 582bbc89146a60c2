package httpapi

import (
	"encoding/json"
	"net/http/httptest"
	"testing"
)

func TestFieldDocs_describe_every_field_of_their_types(t *testing.T) {
	w := httptest.NewRecorder()
	New(Options{Version: "test", Limits: Limits{Requests: 1, Streams: 1}}).ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	var api struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Description string }
			}
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &api); err != nil {
		t.Fatal(err)
	}
	for name, docs := range fieldDocs {
		properties := api.Components.Schemas[name].Properties
		for field := range docs {
			if _, ok := properties[field]; !ok {
				t.Errorf("%s has no field %s", name, field)
			}
		}
		for field, p := range properties {
			if p.Description == "" {
				t.Errorf("field %s of %s is not described", field, name)
			}
		}
	}
}

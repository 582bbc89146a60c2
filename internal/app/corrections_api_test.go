package app_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestModels_are_corrected_and_trained_anew(t *testing.T) {
	a := start(t, settings(t))
	a.upload("r.txt", "?trainer=nb", reviews(t))
	type correction struct{ ID, Text, Label, At string }
	var first, same correction
	r := a.do("POST", "/v1/models/r.txt/corrections", `{"text":"zorple zorple","label":"negativo"}`)
	if r.into(t, &first); r.status != http.StatusCreated || first.Label != "Negativo" || first.Text != "zorple zorple" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if a.do("POST", "/v1/models/r.txt/corrections", `{"text":"zorple zorple","label":"Negativo"}`).into(t, &same); same != first {
		t.Errorf("the same again: %+v, first %+v", same, first)
	}
	a.do("POST", "/v1/models/r.txt/corrections", `{"text":"bumble","label":"Positivo"}`)
	type list struct {
		Items []correction
		Next  string
	}
	var one, rest list
	a.do("GET", "/v1/models/r.txt/corrections?limit=1", "").into(t, &one)
	a.do("GET", "/v1/models/r.txt/corrections?limit=1&after="+one.Next, "").into(t, &rest)
	if len(one.Items) != 1 || len(rest.Items) != 1 || one.Items[0].ID >= rest.Items[0].ID || one.Next == "" || rest.Next != "" {
		t.Errorf("%+v, then %+v", one, rest)
	}
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		code, field        string
	}{
		"a wrong label":       {"POST", "/v1/models/r.txt/corrections", `{"text":"a","label":"regular"}`, 422, "invalid", "label"},
		"no label":            {"POST", "/v1/models/r.txt/corrections", `{"text":"a"}`, 422, "invalid", "label"},
		"no text":             {"POST", "/v1/models/r.txt/corrections", `{"text":" ","label":"Positivo"}`, 422, "invalid", "text"},
		"a long text":         {"POST", "/v1/models/r.txt/corrections", `{"text":"` + strings.Repeat("a", 65537) + `","label":"Positivo"}`, 413, "too_large", "text"},
		"of no model":         {"POST", "/v1/models/nada/corrections", `{"text":"a","label":"Positivo"}`, 404, "unknown_model", "model"},
		"those of no model":   {"GET", "/v1/models/nada/corrections", "", 404, "unknown_model", "model"},
		"an unknown":          {"DELETE", "/v1/models/r.txt/corrections/nada", "", 404, "not_found", "correction"},
		"nothing to train of": {"POST", "/v1/models", `{"id":"nada"}`, 422, "invalid", "datasets"},
	} {
		if r := a.do(c.method, c.path, c.body); r.status != c.status || r.code() != c.code || !strings.Contains(r.body, c.field) {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if r := a.do("DELETE", "/v1/models/r.txt/corrections/"+rest.Items[0].ID, ""); r.status != http.StatusNoContent {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := a.do("POST", "/v1/models/r.txt/corrections", `{"text":"zorple zorple","label":"Negativo"}`); r.status != http.StatusCreated {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := a.do("POST", "/v1/models", `{"id":"r.txt","trainer":"nb"}`); r.status != http.StatusAccepted || !strings.Contains(r.body, `"corrections":0`) {
		t.Fatalf("%d %s", r.status, r.body)
	}
	a.await("r.txt")
	if r := a.do("GET", "/v1/training/r.txt", ""); !strings.Contains(r.body, `"corrections":`) || strings.Contains(r.body, `"corrections":0`) || !strings.Contains(r.body, `"name":"r.txt","id":`) {
		t.Errorf("%s", r.body)
	}
	if r := a.do("POST", "/senti", `{"idmodel":"r.txt","opiniones":["zorple zorple"]}`); !strings.Contains(r.body, "Negativo") {
		t.Errorf("%d %s", r.status, r.body)
	}
}

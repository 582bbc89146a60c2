package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"animo/internal/config"
)

// small are settings whose limits a test can reach.
func small(t testing.TB) config.Config {
	c := settings(t)
	c.MaxFile, c.MaxRows, c.MaxRow = 4<<20, 500, 4096
	c.MaxTexts, c.MaxText, c.MaxBody = 5, 1000, 100_000
	return c
}

func TestAPI_bad_requests(t *testing.T) {
	a := start(t, small(t))
	a.upload("r.txt", "?trainer=nb", reviews(t))
	texts := func(n int) string { return strings.TrimSuffix(strings.Repeat(`"a b",`, n), ",") }
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		code, field        string
	}{
		"no such path":             {"GET", "/v1/nada", "", 404, "not_found", ""},
		"wrong method":             {"POST", "/modelos", "{}", 405, "wrong_method", ""},
		"wrong method, health":     {"POST", "/livez", "", 405, "wrong_method", ""},
		"wrong method, docs":       {"POST", "/docs", "", 405, "wrong_method", ""},
		"wrong method, root":       {"DELETE", "/", "", 405, "wrong_method", ""},
		"wrong method, openapi":    {"PUT", "/openapi.json", "", 405, "wrong_method", ""},
		"a slash at the end":       {"GET", "/v1/models/", "", 404, "not_found", ""},
		"unknown query":            {"GET", "/v1/training/r.txt?wiat=1", "", 422, "invalid", "wiat"},
		"broken JSON":              {"POST", "/senti", `{"idmodel":`, 400, "malformed_body", ""},
		"no body":                  {"POST", "/senti", ``, 400, "malformed_body", ""},
		"unknown JSON field":       {"POST", "/senti", `{"idmodel":"r.txt","opiniones":["a"],"x":1}`, 422, "invalid", "x"},
		"not UTF-8":                {"POST", "/senti", "{\"idmodel\":\"r.txt\",\"opiniones\":[\"Una l\xe1stima\"]}", 400, "malformed_body", ""},
		"missing JSON field":       {"POST", "/senti", `{"idmodel":"r.txt"}`, 422, "invalid", "opiniones"},
		"wrong JSON type":          {"POST", "/senti", `{"idmodel":"r.txt","opiniones":"a"}`, 422, "invalid", "opiniones"},
		"null for a text":          {"POST", "/senti", `{"idmodel":"r.txt","opiniones":[null]}`, 422, "invalid", "opiniones[0]"},
		"unknown model":            {"POST", "/senti", `{"idmodel":"nada","opiniones":["a"]}`, 404, "unknown_model", "idmodel"},
		"model with a path":        {"POST", "/senti", `{"idmodel":"../r.txt","opiniones":["a"]}`, 404, "unknown_model", "idmodel"},
		"no texts":                 {"POST", "/senti", `{"idmodel":"r.txt","opiniones":[]}`, 422, "invalid", "opiniones"},
		"too many texts":           {"POST", "/senti", `{"idmodel":"r.txt","opiniones":[` + texts(6) + `]}`, 413, "too_large", "opiniones"},
		"empty text":               {"POST", "/senti", `{"idmodel":"r.txt","opiniones":["a"," \t "]}`, 422, "invalid", "opiniones[1]"},
		"too long a text":          {"POST", "/senti", `{"idmodel":"r.txt","opiniones":["` + strings.Repeat("a", 1001) + `"]}`, 413, "too_large", "opiniones[0]"},
		"too large a body":         {"POST", "/senti", `{"idmodel":"` + strings.Repeat("a", 100_001) + `"}`, 413, "too_large", ""},
		"classify: too many texts": {"POST", "/v1/models/r.txt/classify", `{"texts":[` + texts(6) + `]}`, 413, "too_large", "texts"},
		"classify: explain":        {"POST", "/v1/models/r.txt/classify", `{"texts":["a"],"explain":101}`, 422, "invalid", "explain"},
		"classify: unknown model":  {"POST", "/v1/models/nada/classify", `{"texts":["a"]}`, 404, "unknown_model", "model"},
		"unknown training":         {"GET", "/v1/training/nada", "", 404, "not_found", "name"},
		"unknown dataset":          {"GET", "/v1/datasets/nada", "", 404, "not_found", "dataset"},
		"unknown version":          {"GET", "/v1/models/r.txt/versions/x", "", 404, "not_found", "version"},
		"delete unknown model":     {"DELETE", "/v1/models/nada", "", 404, "unknown_model", "model"},
		"delete unknown dataset":   {"DELETE", "/v1/datasets/nada", "", 404, "not_found", "dataset"},
		"unknown queue":            {"GET", "/v1/queues/nada/dead", "", 404, "not_found", "queue"},
		"unknown dead letter":      {"GET", "/v1/queues/ingest/dead/nada", "", 404, "not_found", ""},
		"redrive nothing":          {"POST", "/v1/queues/ingest/dead/nada/redrive", "", 404, "not_found", ""},
		"drop nothing":             {"DELETE", "/v1/queues/ingest/dead/nada", "", 404, "not_found", ""},
		"dead letters: limit":      {"GET", "/v1/queues/ingest/dead?limit=0", "", 422, "invalid", "limit"},
		"upload: slash":            {"PUT", "/v1/training/a%2Fb", "x\t1\n", 400, "unsafe_name", "name"},
		"upload: dots":             {"PUT", "/v1/training/..%2Fb", "x\t1\n", 400, "unsafe_name", ""},
		"upload: dot dot":          {"PUT", "/v1/training/%2e%2e", "x\t1\n", 400, "unsafe_name", ""},
		"upload: hidden":           {"PUT", "/v1/training/.b", "x\t1\n", 400, "unsafe_name", "name"},
		"upload: backslash":        {"PUT", "/v1/training/a%5Cb", "x\t1\n", 400, "unsafe_name", "name"},
		"upload: NUL":              {"PUT", "/v1/training/a%00b", "x\t1\n", 400, "unsafe_name", "name"},
		"upload: not UTF-8":        {"PUT", "/v1/training/a%FFb", "x\t1\n", 400, "unsafe_name", "name"},
		"upload: long name":        {"PUT", "/v1/training/" + strings.Repeat("a", 129), "x\t1\n", 400, "unsafe_name", "name"},
		"upload: no name":          {"PUT", "/v1/training/", "x\t1\n", 404, "not_found", ""},
		"upload: empty":            {"PUT", "/v1/training/b", "", 422, "empty_file", ""},
		"upload: too large":        {"PUT", "/v1/training/b", strings.Repeat("a", 4<<20+1), 413, "too_large", ""},
		"upload: trainer":          {"PUT", "/v1/training/b?trainer=magic", "x\t1\n", 422, "unsupported", "trainer"},
		"upload: folds":            {"PUT", "/v1/training/b?folds=1", "x\t1\n", 422, "invalid", "folds"},
		"upload: folds of letters": {"PUT", "/v1/training/b?folds=x", "x\t1\n", 422, "invalid", "folds"},
		"train: unknown dataset":   {"POST", "/v1/models", `{"id":"m","datasets":["nada"]}`, 404, "not_found", "dataset"},
		"train: no dataset":        {"POST", "/v1/models", `{"id":"m","datasets":[]}`, 422, "invalid", "datasets"},
		"train: dataset twice":     {"POST", "/v1/models", `{"id":"m","datasets":["r.txt","r.txt"]}`, 422, "invalid", "datasets[1]"},
		"train: unsafe id":         {"POST", "/v1/models", `{"id":"a/b","datasets":["r.txt"]}`, 400, "unsafe_name", "name"},
		"train: trainer":           {"POST", "/v1/models", `{"id":"m","datasets":["r.txt"],"trainer":"magic"}`, 422, "unsupported", "trainer"},
		"serve: unknown version":   {"PUT", "/v1/models/r.txt/current", `{"version":"x"}`, 404, "not_found", "version"},
		"serve: unknown model":     {"PUT", "/v1/models/nada/current", `{"version":"x"}`, 404, "not_found", "version"},
		"a page that is not there": {"GET", "/v1/models/r.txt/nada", "", 404, "not_found", ""},
		"a path that climbs":       {"GET", "/v1/../livez", "", 400, "unsafe_name", ""},
		"a path with a hole":       {"GET", "/v1//models", "", 400, "unsafe_name", ""},
		"another scheme of a key":  {"GET", "/openapi.txt", "", 404, "not_found", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := *a
			b.t = t
			r := b.do(c.method, c.path, c.body)
			var p struct {
				Status                    int
				Code, Field, Detail, Type string
			}
			r.into(t, &p)
			if r.status != c.status || p.Code != c.code || p.Status != c.status || p.Detail == "" || p.Type != "/docs#"+c.code ||
				r.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%d %s, want %d %s", r.status, r.body, c.status, c.code)
			}
			if c.field != "" && p.Field != c.field {
				t.Errorf("field %q, want %q: %s", p.Field, c.field, r.body)
			}
		})
	}
}

func TestAPI_says_what_is_wrong_with_a_request_in_the_clients_language(t *testing.T) {
	a := start(t, small(t))
	for _, c := range []struct{ method, path, body, en, es string }{
		{"POST", "/senti", `{"idmodel":"r.txt"}`, "opiniones: is missing", "opiniones: falta"},
		{"POST", "/senti", `{"idmodel":"r.txt","opiniones":["a"],"x":1}`, "x: is not known; leave it out", "x: no se conoce; quítelo"},
		{"POST", "/senti", `{"idmodel":"r.txt","opiniones":["a",1]}`, "opiniones[1]: must be a text", "opiniones[1]: debe ser un texto"},
		{"POST", "/senti", `{"idmodel":1,"opiniones":"a"}`, "idmodel: must be a text; opiniones: must be a list", "idmodel: debe ser un texto; opiniones: debe ser una lista"},
		{"POST", "/senti", `[]`, "body: must be an object", "body: debe ser un objeto"},
		{"POST", "/senti", `{"idmodel":`, "the body is not JSON; send a JSON object", "el cuerpo no es JSON; envíe un objeto JSON"},
		{"POST", "/senti", ``, "the body is not JSON; send a JSON object", "el cuerpo no es JSON; envíe un objeto JSON"},
		{"POST", "/v1/models", `{"id":"a","datasets":["b"],"folds":1.5}`, "folds: must be a whole number", "folds: debe ser un número entero"},
		{"POST", "/v1/models", `{"id":"a","datasets":["b"],"folds":1e99}`, "body: is not valid", "body: no es válido"},
		{"GET", "/v1/training/r.txt?wait=61", "", "wait: must be at most 60", "wait: debe ser como mucho 60"},
		{"GET", "/v1/training/r.txt?wait=x", "", "wait: must be a whole number", "wait: debe ser un número entero"},
		{"GET", "/v1/training/r.txt?wiat=1", "", "wiat: is not known; leave it out", "wiat: no se conoce; quítelo"},
	} {
		for lang, want := range map[string]string{"en": c.en, "en;q=0.1, es;q=0.9": c.es} {
			b := *a
			b.lang = lang
			var p struct{ Detail string }
			r := b.do(c.method, c.path, c.body)
			r.into(t, &p)
			if p.Detail != want {
				t.Errorf("%s %s %s in %s: %s, want %q", c.method, c.path, c.body, lang, r.body, want)
			}
		}
	}
}

func TestAPI_refuses_media_that_it_does_not_read(t *testing.T) {
	a := start(t, small(t))
	for _, c := range []struct {
		path, name, value string
		status            int
		says              string
	}{
		{"/v1/training/r.txt", "Content-Type", "multipart/form-data; boundary=x", 415, "curl -T FILE"},
		{"/v1/training/r.txt", "Content-Encoding", "gzip", 415, "curl -T FILE"},
		{"/v1/training/r.txt", "Content-Type", "text/csv", 202, ""},
		{"/v1/training/r.txt", "Content-Encoding", "identity", 202, ""},
		{"/v1/models/r.txt/current", "Content-Type", "application/xml", 415, "application/json"},
		{"/v1/models/r.txt/current", "Content-Type", "///", 415, "application/json"},
		{"/v1/models/r.txt/current", "Content-Encoding", "gzip", 415, ""},
		{"/v1/models/r.txt/current", "Content-Type", "application/json; charset=utf-8", 400, "not JSON"},
		{"/v1/models/r.txt/current", "Content-Type", "text/plain", 400, "not JSON"},
	} {
		r := a.send("PUT", c.path, strings.NewReader("Todo bien\t1\n"), http.Header{c.name: {c.value}})
		if r.status != c.status || !strings.Contains(r.body, c.says) || c.status == 415 && r.code() != "unsupported" {
			t.Errorf("%s %s of %s: %d %s, want %d", c.path, c.name, c.value, r.status, r.body, c.status)
		}
	}
	if r := a.do("POST", "/senti", `{"idmodel":"r.txt","opiniones":[" "]}`); !strings.Contains(r.body, "text 1 is empty") || !strings.Contains(r.body, `"opiniones[0]"`) {
		t.Errorf("an empty text: %s", r.body)
	}
}

func TestAPI_names_mean_the_same_however_they_are_composed(t *testing.T) {
	a := start(t, settings(t))
	const composed, decomposed = "a\u00f1o.txt", "an\u0303o.txt"
	a.upload(url.PathEscape(decomposed), "?trainer=nb", reviews(t))
	if r := a.do("GET", "/modelos", ""); r.body != `[{"idFile":"`+composed+`"}]` {
		t.Errorf("models: %s", r.body)
	}
	for _, name := range []string{composed, decomposed, "ano.txt"} {
		want := http.StatusOK
		if name == "ano.txt" { // another letter
			want = http.StatusNotFound
		}
		for _, path := range []string{"/v1/training/", "/v1/models/", "/v1/datasets/"} {
			if r := a.do("GET", path+url.PathEscape(name), ""); r.status != want {
				t.Errorf("%s%+q: %d %s", path, name, r.status, r.body)
			}
		}
		if r := a.do("POST", "/senti", `{"idmodel":"`+name+`","opiniones":["Todo bien"]}`); r.status != want {
			t.Errorf("/senti %+q: %d %s", name, r.status, r.body)
		}
	}
	if r := a.do("POST", "/v1/models", `{"id":"`+decomposed+`","datasets":["`+decomposed+`"],"trainer":"nb"}`); r.status != http.StatusAccepted || !strings.Contains(r.body, `"name":"`+composed+`"`) {
		t.Errorf("train: %d %s", r.status, r.body)
	}
	a.await(url.PathEscape(decomposed))
	if r := a.do("PUT", "/v1/training/"+url.PathEscape(decomposed)+"%2Fb", "x\t1\n"); r.code() != "unsafe_name" {
		t.Errorf("a slash in such a name: %d %s", r.status, r.body)
	}
}

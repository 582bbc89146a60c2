package app_test

import (
	"fmt"
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
		"unknown query":            {"GET", "/v1/training/r.txt?wiat=1", "", 422, "invalid", "query.wiat"},
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
		"dead letters: limit":      {"GET", "/v1/queues/ingest/dead?limit=0", "", 422, "invalid", "query.limit"},
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
		"upload: folds of letters": {"PUT", "/v1/training/b?folds=x", "x\t1\n", 422, "invalid", "query.folds"},
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
		{"GET", "/v1/training/r.txt?wait=61", "", "query.wait: must be at most 60", "query.wait: debe ser como mucho 60"},
		{"GET", "/v1/training/r.txt?wait=x", "", "query.wait: must be a whole number", "query.wait: debe ser un número entero"},
		{"GET", "/v1/training/r.txt?wiat=1", "", "query.wiat: is not known; leave it out", "query.wiat: no se conoce; quítelo"},
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

func TestAPI_bad_files_end_as_dead_letters_that_say_why(t *testing.T) {
	a := start(t, small(t))
	good := reviews(t)
	for name, c := range map[string]struct {
		content string
		queue   string
		code    string
		line    int
	}{
		"binary":           {"\x00\x01\x02\x03\xff\xfe", "ingest", "", 0},
		"not UTF-8":        {"Todo bien\t1\nUna l\xe1stima\t0\n", "ingest", "not_utf8", 2},
		"blank":            {"\n\n  \n", "ingest", "empty_file", 0},
		"no label":         {"Todo bien\t1\nSin etiqueta\n", "ingest", "malformed_row", 2},
		"a wrong label":    {"Todo bien\t1\nRegular\tquizás\n", "ingest", "bad_label", 2},
		"a long line":      {"Todo bien\t1\n" + strings.Repeat("bla ", 2000) + "\t1\n", "ingest", "line_too_long", 2},
		"too many rows":    {strings.Repeat(good, 5), "ingest", "too_many_rows", 501},
		"one class":        {strings.Repeat("Todo bien\t1\n", 40), "train", "one_class", 0},
		"fewer than folds": {"Todo bien\t1\nTodo mal\t0\n", "train", "too_few_rows", 0},
		"prose":            {"Esto no es un archivo de opiniones.\nEs una carta.\n", "ingest", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := *a
			b.t = t
			file := strings.ReplaceAll(name, " ", "_")
			tr := b.upload(file, "?trainer=nb", c.content)
			if tr.Status != "failed" || tr.Failure == nil || tr.Failure.Message == "" || !strings.Contains(tr.Message, tr.Failure.Message) {
				t.Fatalf("%+v", tr)
			}
			if c.code != "" && (tr.Failure.Code != c.code || tr.Failure.Line != c.line) {
				t.Errorf("fails with %s at line %d (%s), want %s at line %d", tr.Failure.Code, tr.Failure.Line, tr.Failure.Message, c.code, c.line)
			}
			var letter *deadLetter
			for _, l := range b.deadLetters(c.queue) {
				if l.Event.Data.Model == file {
					if letter != nil {
						t.Error("two dead letters")
					}
					letter = &l
				}
			}
			if letter == nil || letter.Attempts != 1 || letter.Reason.Code != tr.Failure.Code {
				t.Fatalf("dead letter %+v, want one of one attempt with the code %s", letter, tr.Failure.Code)
			}
			es := b
			es.lang = "es-ES,es;q=0.9"
			if in := es.await(file); in.Failure.Message == tr.Failure.Message || !strings.HasPrefix(in.Message, "falló: ") {
				t.Errorf("in Spanish: %q, in English: %q", in.Message, tr.Message)
			}
		})
	}
}

type deadLetter struct {
	ID       string
	Attempts int
	Reason   struct{ Code string }
	Event    struct{ Data struct{ Model string } }
}

// deadLetters waits for nothing: a training that failed has its dead letter moments later, so it reads until
// there is one for every failed training.
func (a *animo) deadLetters(queue string) []deadLetter {
	a.t.Helper()
	for {
		var depths struct {
			Items []struct {
				Queue                   string
				Ready, Waiting, Running int
			}
		}
		a.do("GET", "/v1/queues", "").into(a.t, &depths)
		busy := 0
		for _, d := range depths.Items {
			busy += d.Ready + d.Waiting + d.Running
		}
		if busy > 0 {
			continue
		}
		var list struct{ Items []deadLetter }
		a.do("GET", "/v1/queues/"+queue+"/dead?limit=1000", "").into(a.t, &list)
		return list.Items
	}
}

func TestAPI_dead_letters_are_listed_redriven_and_dropped(t *testing.T) {
	a := start(t, settings(t))
	for i := range 5 {
		a.upload(fmt.Sprintf("malo%d.txt", i), "", fmt.Sprintf("sin etiqueta %d\n", i))
	}
	all := a.deadLetters("ingest")
	if len(all) != 5 {
		t.Fatalf("%d dead letters, want 5", len(all))
	}
	var page struct {
		Items []deadLetter
		Next  string
	}
	a.do("GET", "/v1/queues/ingest/dead?limit=3", "").into(t, &page)
	first := page.Items
	a.do("GET", "/v1/queues/ingest/dead?limit=3&after="+page.Next, "").into(t, &page)
	if got := append(first, page.Items...); len(got) != 5 || got[3].ID != all[3].ID || got[4].ID != all[4].ID {
		t.Errorf("in pages: %+v, at once: %+v", got, all)
	}
	if r := a.do("GET", "/v1/queues/ingest/dead/"+all[0].ID, ""); !strings.Contains(r.body, `"specversion":"1.0"`) || !strings.Contains(r.body, all[0].ID) {
		t.Errorf("one dead letter: %d %s", r.status, r.body)
	}
	if r := a.do("POST", "/v1/queues/ingest/dead/"+all[0].ID+"/redrive", ""); r.body != `{"count":1}` {
		t.Errorf("redrive of one: %d %s", r.status, r.body)
	}
	a.await(all[0].Event.Data.Model)
	if r := a.do("POST", "/v1/queues/ingest/dead/redrive", ""); r.status != http.StatusOK {
		t.Errorf("redrive of all: %d %s", r.status, r.body)
	}
	if got := a.deadLetters("ingest"); len(got) != 5 { // they fail the same way again
		t.Errorf("%d dead letters after all were tried again, want 5", len(got))
	}
	if r := a.do("DELETE", "/v1/queues/ingest/dead/"+all[1].ID, ""); r.body != `{"count":1}` {
		t.Errorf("drop of one: %d %s", r.status, r.body)
	}
	if r := a.do("DELETE", "/v1/queues/ingest/dead", ""); r.body != `{"count":4}` {
		t.Errorf("drop of all: %d %s", r.status, r.body)
	}
	if got := a.deadLetters("ingest"); len(got) != 0 {
		t.Errorf("%d dead letters after the drop", len(got))
	}
}

func TestAPI_failed_upload_is_tried_anew_when_sent_again(t *testing.T) {
	a := start(t, settings(t))
	first := a.upload("malo.txt", "", "sin etiqueta\n")
	a.deadLetters("ingest")
	second := a.upload("malo.txt", "", "sin etiqueta\n")
	if second.Version != first.Version || second.Status != "failed" {
		t.Errorf("first %+v, second %+v", first, second)
	}
	if got := a.deadLetters("ingest"); len(got) != 1 {
		t.Errorf("%d dead letters, want 1", len(got))
	}
}

func TestAPI_forgets_models_and_datasets(t *testing.T) {
	a := start(t, settings(t))
	a.upload("r.txt", "?trainer=nb", reviews(t))
	if r := a.do("DELETE", "/v1/datasets/r.txt", ""); r.status != http.StatusNoContent {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := a.do("POST", "/senti", `{"idmodel":"r.txt","opiniones":["Todo excelente"]}`); r.status != http.StatusOK {
		t.Errorf("the model without its dataset: %d %s", r.status, r.body)
	}
	if r := a.do("POST", "/v1/models", `{"id":"m","datasets":["r.txt"]}`); r.status != http.StatusNotFound {
		t.Errorf("training on the forgotten dataset: %d %s", r.status, r.body)
	}
	if r := a.do("DELETE", "/v1/models/r.txt", ""); r.status != http.StatusNoContent {
		t.Errorf("%d %s", r.status, r.body)
	}
	for _, path := range []string{"/v1/models/r.txt", "/v1/training/r.txt", "/v1/datasets/r.txt"} {
		if r := a.do("GET", path, ""); r.status != http.StatusNotFound {
			t.Errorf("%s after all: %d %s", path, r.status, r.body)
		}
	}
	if tr := a.upload("r.txt", "?trainer=nb", reviews(t)); tr.Status != "done" {
		t.Errorf("the same file, sent anew: %+v", tr)
	}
}

// TestAPI_no_route_shows_another_tenant goes through every operation that the API describes, as a tenant
// that owns nothing, with the names of one that does.
func TestAPI_no_route_shows_another_tenant(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	owner, stranger := a.as(addKey(t, c, "sol")), a.as(addKey(t, c, "mar"))
	model := owner.upload("secreto.txt", "?trainer=nb", reviews(t))
	owner.upload("roto.txt", "", "secreto sin etiqueta\n")
	letter := owner.deadLetters("ingest")[0]
	before := owner.do("GET", "/v1/models/secreto.txt", "").body

	var api struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	a.do("GET", "/openapi.json", "").into(t, &api)
	bodies := map[string]string{
		"senti":         `{"idmodel":"secreto.txt","opiniones":["Todo excelente"]}`,
		"classify":      `{"texts":["Todo excelente"]}`,
		"train-model":   `{"id":"mio","datasets":["secreto.txt"]}`,
		"serve-version": `{"version":"` + model.Version + `"}`,
	}
	// What these answer is the stranger's own: an empty list, a new upload, or the queues' own names.
	own := map[string]int{"modelos": 200, "list-models": 200, "list-trainings": 200, "list-datasets": 200, "list-queues": 200,
		"list-dead-letters": 200, "redrive-dead-letters": 200, "drop-dead-letters": 200, "upload-training-file": 422}
	n := 0
	for path, operations := range api.Paths {
		path = strings.NewReplacer("{name}", "secreto.txt", "{version}", model.Version, "{queue}", "ingest").Replace(path)
		id := "secreto.txt"
		if strings.HasPrefix(path, "/v1/queues/") {
			id = letter.ID
		}
		path = strings.ReplaceAll(path, "{id}", id)
		for method, op := range operations {
			n++
			r := stranger.do(strings.ToUpper(method), path, bodies[op.OperationID])
			want, ok := own[op.OperationID]
			if !ok {
				want = http.StatusNotFound
			}
			if r.status != want {
				t.Errorf("%s %s as another tenant: %d %s, want %d", method, path, r.status, r.body, want)
			}
			if shown := strings.ReplaceAll(r.body, `\"secreto.txt\"`, ""); r.status < 300 && strings.Contains(shown, "secreto") || strings.Contains(shown, "sha256") {
				t.Errorf("%s %s shows %s", method, path, r.body)
			}
		}
	}
	if n < 18 {
		t.Errorf("only %d operations are described", n)
	}
	if after := owner.do("GET", "/v1/models/secreto.txt", "").body; after != before {
		t.Errorf("the owner's model before: %s\nafter: %s", before, after)
	}
	if got := owner.deadLetters("ingest"); len(got) != 1 || got[0].ID != letter.ID {
		t.Errorf("the owner's dead letters: %+v", got)
	}
}

func TestAPI_other_sites_pages_may_not_act(t *testing.T) {
	a := start(t, settings(t))
	body := `{"idmodel":"r.txt","opiniones":["a"]}`
	r := a.send("POST", "/senti", strings.NewReader(body), http.Header{"Sec-Fetch-Site": {"cross-site"}})
	if r.status != http.StatusForbidden || r.code() != "forbidden" {
		t.Errorf("from another site: %d %s", r.status, r.body)
	}
	for _, path := range []string{"/modelos", "/metrics"} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", a.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "evil.example"
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("%s under another name: %d", path, res.StatusCode)
		}
	}
}

func TestAPI_proxies_do_not_open_a_keyless_server(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	get := func(key, path, header string) answer {
		return a.as(key).send("GET", path, nil, http.Header{header: {"203.0.113.7"}})
	}
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"} {
		for _, path := range []string{"/modelos", "/metrics"} {
			if r := get("", path, header); r.status != http.StatusForbidden || r.code() != "forbidden" || !strings.Contains(r.body, header) {
				t.Errorf("%s with %s: %d %s", path, header, r.status, r.body)
			}
		}
	}
	if r := get(addKey(t, c, "default"), "/modelos", "X-Forwarded-For"); r.status != http.StatusOK {
		t.Errorf("through a proxy with a key: %d %s", r.status, r.body)
	}
}

func TestAPI_metrics_can_have_a_token(t *testing.T) {
	c := settings(t)
	c.MetricsToken = "medir"
	a := start(t, c)
	if r := a.do("GET", "/metrics", ""); r.status != http.StatusUnauthorized {
		t.Errorf("without the token: %d", r.status)
	}
	a.upload("r.txt", "?trainer=nb", reviews(t))
	r := a.as("medir").do("GET", "/metrics", "")
	for _, line := range []string{`animo_function_seconds_count{function="train",outcome="done"} 1`, `animo_queue_events{function="ingest",state="dead"} 0`, `animo_http_request_seconds_count{method="PUT",route="/v1/training",status="202"} 1`} {
		if !strings.Contains(r.body, line) {
			t.Errorf("no %s in\n%s", line, r.body)
		}
	}
}

func TestAPI_metrics_have_no_label_that_a_client_makes_up(t *testing.T) {
	a := start(t, settings(t))
	for i := range 3 {
		a.do(fmt.Sprintf("ODD%d", i), fmt.Sprintf("/odd%d", i), "")
	}
	r := a.do("GET", "/metrics", "")
	if !strings.Contains(r.body, `animo_http_request_seconds_count{method="other",route="other",status="404"} 3`) || strings.Contains(strings.ToLower(r.body), "odd") {
		t.Errorf("after odd methods and paths:\n%s", r.body)
	}
}

func TestAPI_headers_are_bounded(t *testing.T) {
	a := start(t, settings(t))
	if r := a.send("GET", "/livez", nil, http.Header{"X-Long": {strings.Repeat("a", 100_000)}}); r.status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("100 kB of a header: %d", r.status)
	}
}

func TestAPI_docs_need_no_other_server(t *testing.T) {
	a := start(t, settings(t))
	r := a.do("GET", "/docs", "")
	for _, part := range []string{"/v1/training/{name}", "unknown_model", "serve-version"} {
		if !strings.Contains(r.body, part) {
			t.Errorf("the page does not say %s", part)
		}
	}
	for _, far := range []string{"https://", "http://", "src="} {
		if strings.Contains(r.body, far) {
			t.Errorf("the page has %s in it", far)
		}
	}
	if r := a.do("GET", "/openapi.json", ""); !strings.Contains(r.body, `"openapi":"3.1`) {
		t.Errorf("openapi.json: %.80s", r.body)
	}
}

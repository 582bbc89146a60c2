package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

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
		"parquet":          {"PAR1\x15\x04", "ingest", "unknown_format", 1},
		"unknown labels":   {"texto,etiqueta\nTodo bien,azul\nTodo mal,rojo\n", "ingest", "bad_label", 1},
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
	owner, stranger := a.as(addCamera(t, c, "sol")), a.as(addCamera(t, c, "mar"))
	model := owner.upload("secreto.txt", "?trainer=nb", reviews(t))
	owner.upload("roto.txt", "", "secreto sin etiqueta\n")
	letter := owner.deadLetters("ingest")[0]
	photo := owner.photo("secreto.jpg", "?source=secreto", sample(t, 1))
	known := owner.do("POST", "/v1/faces/"+photo.Faces[0].ID+"/person", `{"name":"secreto.txt"}`).body
	var sub subscription
	owner.do("POST", "/v1/subscriptions", `{"kind":"webhook","target":"https://secreto.example/"}`).into(t, &sub)
	var correction struct{ ID string }
	owner.do("POST", "/v1/models/secreto.txt/corrections", `{"text":"secreto","label":"Positivo"}`).into(t, &correction)
	var batch struct{ ID string }
	owner.do("POST", "/v1/models/secreto.txt/batches?name=secreto.csv", "texto\nsecreto\n").into(t, &batch)
	if r := owner.do("GET", "/v1/models/secreto.txt/batches/"+batch.ID+"?wait=30", ""); !strings.Contains(r.body, `"status":"done"`) {
		t.Fatal(r.body)
	}
	var measured measuredAnswer
	owner.do("POST", "/v1/moods", strings.ReplaceAll(measuredBody, `"camera"`, `"secreto"`)).into(t, &measured)
	before := owner.do("GET", "/v1/models/secreto.txt", "").body

	var api struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	a.do("GET", "/openapi.json", "").into(t, &api)
	bodies := map[string]string{
		"senti":            `{"idmodel":"secreto.txt","opiniones":["Todo excelente"]}`,
		"classify":         `{"texts":["Todo excelente"]}`,
		"train-model":      `{"id":"mio","datasets":["secreto.txt"]}`,
		"serve-version":    `{"version":"` + model.Version + `"}`,
		"start-experiment": `{"challenger":"` + model.Version + `"}`, "add-datasets": `{"datasets":["secreto.txt"]}`, "set-policy": `{"policy":"never"}`, "set-schedule": `{"drift":true}`, "set-alias": `{"version":"` + model.Version + `"}`,
		"rename-person": `{"name":"mio"}`, "merge-person": `{"into":"mio"}`, "name-face": `{"name":"mio"}`, "correct-face": `{"emotion":"SAD"}`,
		"reanalyse-photos": `{"ids":["` + photo.ID + `"]}`,
		"open-session":     `{"key":"animo_secreto"}`,
		"add-tenant":       `{"id":"mio"}`, "change-tenant": `{"purpose":"safety"}`, "add-key": "{}",
		"measure-moods": measuredBody, "use-layer": `{"use":true}`,
		"correct-model": `{"text":"ajeno","label":"Negativo"}`, "correct-model-often": `{"items":[{"text":"ajeno","label":"Negativo"}]}`,
		"invoke": `{"instances":["Todo excelente"]}`, "invoke-model": `{"instances":["Todo excelente"]}`, "infer": `{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["Todo excelente"]}]}`,
		"add-batch": "texto\najeno\n", "correct-model-from-file": "text,label\najeno,0\nextraño,1\n",
	}
	// What these answer is the stranger's own: an empty list, a new upload, or the queues' own names.
	own := map[string]int{"modelos": 200, "list-models": 200, "list-trainings": 200, "list-datasets": 200, "list-queues": 200,
		"list-dead-letters": 200, "redrive-dead-letters": 200, "drop-dead-letters": 200, "upload-training-file": 422, "upload-model": 422,
		"list-photos": 200, "list-receipts": 200, "list-moods": 200, "summarise-moods": 200, "get-accuracy": 200, "use-layer": 409, "export-moods": 200, "measure-moods": 202, "upload-photos": 422, "upload-photo": 422,
		"list-people": 200, "introduce-person": 422, "reanalyse-photos": 202,
		"list-subscriptions": 200, "add-subscription": 400,
		"get-session": 200, "open-session": 401, "close-session": 204, "list-functions": 200,
		"list-tenants": 403, "add-tenant": 403, "change-tenant": 403, "remove-tenant": 403, "list-keys": 403, "add-key": 403, "revoke-key": 403}
	// What else may be asked of these, beside what they answer without a query.
	queries := map[string][]string{
		"get-photo": {"?wait=1"}, "get-batch": {"?wait=1"}, "get-image": {"?annotated=1", "?thumbnail=1"}, "list-photos": {"?after=" + photo.ID + "x"},
		"list-moods": {"?source=secreto"}, "summarise-moods": {"?source=secreto"}, "export-moods": {"?source=secreto", "?format=jsonl"}, "invoke": {"?model=secreto.txt"},
		"classify": {"?version=" + model.Version}, "senti": {"?version=champion"},
		"replay-deliveries": {"?since=-1h"},
	}
	n := 0
	for path, operations := range api.Paths {
		path = strings.NewReplacer("{name}", "secreto.txt", "{version}", model.Version, "{other}", model.Version, "{queue}", "ingest", "{photo}", photo.ID, "{face}", photo.Faces[0].ID, "{example}", photo.Faces[0].ID,
			"{subscription}", sub.ID, "{delivery}", "1", "{tenant}", "sol", "{correction}", correction.ID, "{batch}", batch.ID, "{alias}", "mio").Replace(path)
		id := "secreto.txt"
		if strings.HasPrefix(path, "/v1/tenants/") {
			id = owner.key[:14]
		}
		if strings.HasPrefix(path, "/v1/queues/") {
			id = letter.ID
		}
		path = strings.ReplaceAll(path, "{id}", id)
		for method, op := range operations {
			if op.OperationID == "erase-mood" {
				path = "/v1/moods/" + measured.Items[0].FaceID
			}
			n++
			if op.OperationID == "stream-moods" { // has no end; see TestStream_tells_a_tenant_only_its_own
				continue
			}
			want, ok := own[op.OperationID]
			if !ok {
				want = http.StatusNotFound
			}
			for _, query := range append(queries[op.OperationID], "") {
				r := stranger.do(strings.ToUpper(method), path+query, bodies[op.OperationID])
				if r.status != want {
					t.Errorf("%s %s as another tenant: %d %s, want %d", method, path+query, r.status, r.body, want)
				}
				if shown := strings.ReplaceAll(r.body, `\"secreto.txt\"`, ""); r.status < 300 && strings.Contains(shown, "secreto") || strings.Contains(shown, "sha256") {
					t.Errorf("%s %s shows %s", method, path+query, r.body)
				}
			}
		}
	}
	if n < 30 {
		t.Errorf("only %d operations are described", n)
	}
	if after := owner.do("GET", "/v1/models/secreto.txt", "").body; after != before {
		t.Errorf("the owner's model before: %s\nafter: %s", before, after)
	}
	if got := owner.deadLetters("ingest"); len(got) != 1 || got[0].ID != letter.ID {
		t.Errorf("the owner's dead letters: %+v", got)
	}
	if now := owner.do("GET", "/v1/photos/"+photo.ID, "").body; !strings.Contains(now, known) {
		t.Errorf("the owner's face before: %s\nphoto after: %s", known, now)
	}
	if r := stranger.do("GET", "/v1/moods?person=secreto.txt", ""); r.body != `{"items":[]}` {
		t.Errorf("moods of another tenant's person: %s", r.body)
	}
	if r := owner.do("GET", "/v1/moods?mood=happy&source=secreto", ""); !strings.Contains(r.body, measured.Items[0].FaceID) {
		t.Errorf("the owner's measured face: %s", r.body)
	}
	if r := owner.do("GET", "/v1/models/secreto.txt/corrections", ""); !strings.Contains(r.body, correction.ID) || strings.Contains(r.body, "ajeno") {
		t.Errorf("the owner's corrections: %s", r.body)
	}
	if r := owner.do("GET", "/v1/subscriptions/"+sub.ID, ""); sub.ID == "" || r.status != http.StatusOK {
		t.Errorf("the owner's subscription: %d %s", r.status, r.body)
	}
	if got := owner.awaitPhoto(photo.ID); len(got.Faces) != len(photo.Faces) {
		t.Errorf("the owner's photo before: %+v\nafter: %+v", photo, got)
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

func TestAPI_pages_of_other_sites_get_nothing_of_a_keyless_server(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	get := func(path, site, mode, dest string) answer {
		return a.send("GET", path, nil, http.Header{"Sec-Fetch-Site": {site}, "Sec-Fetch-Mode": {mode}, "Sec-Fetch-Dest": {dest}})
	}
	for _, site := range []string{"cross-site", "same-site"} {
		for _, path := range []string{"/v1/stream", "/v1/moods/export", "/v1/photos/x/image?annotated=1", "/modelos", "/metrics"} {
			for _, how := range [][2]string{{"no-cors", "image"}, {"cors", "empty"}, {"navigate", "iframe"}, {"", ""}} {
				if r := get(path, site, how[0], how[1]); r.status != http.StatusForbidden || r.code() != "forbidden" {
					t.Errorf("%s %s %s: %d %s", site, path, how, r.status, r.body)
				}
			}
		}
		if r := get("/modelos", site, "navigate", "document"); r.status != http.StatusOK {
			t.Errorf("a link from %s: %d %s", site, r.status, r.body)
		}
	}
	for _, site := range []string{"same-origin", "none"} {
		if r := get("/modelos", site, "cors", "empty"); r.status != http.StatusOK {
			t.Errorf("%s: %d %s", site, r.status, r.body)
		}
	}
	a = a.as(addKey(t, c, "default"))
	if r := get("/modelos", "cross-site", "cors", "empty"); r.status != http.StatusOK {
		t.Errorf("with a key, which only who has it can send: %d %s", r.status, r.body)
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

func TestAPI_description_has_the_fields_of_answers_within_answers(t *testing.T) {
	a := start(t, small(t))
	var api struct {
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	a.do("GET", "/openapi.json", "").into(t, &api)
	for schema, field := range map[string]string{"KnownView": "name", "IntroducedOutputBody": "known_by", "UploadsView": "id", "MadeKeyView": "id"} {
		if _, ok := api.Components.Schemas[schema].Properties[field]; !ok {
			t.Errorf("%s lacks %s; it has %v", schema, field, api.Components.Schemas[schema].Properties)
		}
	}
}

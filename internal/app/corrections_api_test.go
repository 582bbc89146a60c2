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
	// With any word that files take, several at once, and in a file; each answers from then on.
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/v1/models/r.txt/corrections", `{"text":"blarg","label":"bueno"}`},
		{"POST", "/v1/models/r.txt/corrections/batch", `{"items":[{"text":"blurg","label":"P"},{"text":"blirg","label":"1/5"}]}`},
		{"PUT", "/v1/models/r.txt/corrections?scale=1-5", "texto,nota\nblerg,5\nblorg,1\n"},
	} {
		if r := a.do(c.method, c.path, c.body); r.status/100 != 2 {
			t.Errorf("%s %s: %d %s", c.method, c.path, r.status, r.body)
		}
	}
	if r := a.do("POST", "/senti", `{"idmodel":"r.txt","opiniones":["blarg","blurg","blirg","blerg","blorg"]}`); r.body != `[["Positivo","blarg"],["Positivo","blurg"],["Negativo","blirg"],["Positivo","blerg"],["Negativo","blorg"]]` {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := a.do("POST", "/v1/models/r.txt/classify", `{"texts":["blirg"],"explain":3}`); !strings.Contains(r.body, `"corrected":true`) || !strings.Contains(r.body, `"probability":1,`) || !strings.Contains(r.body, `"baseline":`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	// A third answer is given to who asks for it; a correction is none, and /senti has two to the letter.
	if r := a.do("POST", "/v1/models/r.txt/classify", `{"texts":["wozzle","blirg"],"neutral":{"from":0.01,"to":0.99}}`); !strings.Contains(r.body, `"label":"Neutro"`) || !strings.Contains(r.body, `"label":"Negativo","probability":1,`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	for _, band := range []string{`{"from":0,"to":0}`, `{"from":0.7,"to":0.3}`, `{"from":0.5}`} {
		if r := a.do("POST", "/v1/models/r.txt/classify", `{"texts":["wozzle"],"neutral":`+band+`}`); r.status != 422 || !strings.Contains(r.body, "neutral") {
			t.Errorf("%s: %d %s", band, r.status, r.body)
		}
	}
	if r := a.do("POST", "/v1/models/r.txt/corrections/batch", `{"items":[{"text":"a","label":"malo"},{"text":"b","label":"3/5"}]}`); r.status != 422 || !strings.Contains(r.body, "items[1].label") {
		t.Errorf("%d %s", r.status, r.body)
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
	var model struct {
		Versions []struct {
			Version     string
			Corrections int
			Learned     int                `json:"corrections_learned"`
			Without     struct{ Rows int } `json:"figures_without_corrections"`
			Report      struct {
				Rows    int
				Verdict struct{ EN, ES string }
				Figures struct {
					Labels []struct {
						Label  string
						Recall struct{ Value, Low, High float64 }
					}
				}
			}
		}
	}
	a.do("GET", "/v1/models/r.txt", "").into(t, &model)
	now := model.Versions[0]
	if now.Learned == 0 || now.Learned > now.Corrections || now.Without.Rows != now.Report.Rows-now.Corrections || now.Report.Verdict.ES == "" || len(now.Report.Figures.Labels) != 2 {
		t.Errorf("%+v", now)
	}
	if r := a.do("GET", "/v1/models/r.txt/versions/"+now.Version+"/compared/"+model.Versions[1].Version, ""); r.status != 200 || !strings.Contains(r.body, `"mcnemar":`) || strings.Contains(r.body, `"rows":0`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := a.do("GET", "/v1/models/r.txt/versions/"+now.Version+"/misjudged?limit=2", ""); r.status != 200 || !strings.Contains(r.body, `"items":[`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := a.do("POST", "/v1/models", `{"id":"r.txt","goal":"best"}`); r.status != 422 || !strings.Contains(r.body, "goal") {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestAPI_batch_is_classified_downloaded_and_deleted(t *testing.T) {
	a := start(t, settings(t))
	a.upload("hotel.txt", "?trainer=nb", reviews(t))
	post := a.do("POST", "/v1/models/hotel.txt/batches?name=rese%C3%B1as.csv&neutral=0.4-0.6", "id,texto\n1,Todo excelente\n2,\"=SUM(A1) pésimo, sucio\"\n")
	var b struct {
		ID, Status, Version, Name string
		StatusURL                 string `json:"status_url"`
		ResultURL                 string `json:"result_url"`
		Rows, Total               int
	}
	if post.into(t, &b); post.status != 202 || b.Status != "stored" || b.Name != "reseñas.csv" || post.header.Get("Location") != b.StatusURL {
		t.Fatalf("%d %s", post.status, post.body)
	}
	if a.do("GET", b.StatusURL+"?wait=30", "").into(t, &b); b.Status != "done" || b.Rows != 2 || b.Total != 2 || b.ResultURL == "" {
		t.Fatalf("%+v", b)
	}
	r := a.do("GET", b.ResultURL, "")
	if want := "\ufeffid,texto,label,probability,evidence\n1,Todo excelente,Positivo,"; r.status != 200 || !strings.HasPrefix(r.body, want) || !strings.Contains(r.body, "\"'=SUM(A1)") ||
		r.header.Get("Content-Disposition") != "attachment; filename*=utf-8''rese%C3%B1as-classified.csv" {
		t.Errorf("%d %q %v", r.status, r.body, r.header)
	}
	if r := a.do("GET", "/v1/models/hotel.txt/batches", ""); !strings.Contains(r.body, b.ID) {
		t.Error(r.body)
	}
	form := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"junio.csv\"\r\n\r\ntexto\nbien\n\r\n--x--\r\n"
	header := http.Header{"Content-Type": {"multipart/form-data; boundary=x"}}
	if r := a.send("POST", "/v1/models/hotel.txt/batches", strings.NewReader(form), header); r.status != 202 || !strings.Contains(r.body, `"name":"junio.csv","bytes":11,`) {
		t.Errorf("a form: %d %s", r.status, r.body)
	}
	if r := a.send("POST", "/v1/models/hotel.txt/batches", strings.NewReader(form[:len(form)-20]), header); r.status != 400 {
		t.Errorf("half a form: %d %s", r.status, r.body)
	}
	for _, bad := range []string{"?neutral=9", "?name=a/b", "?text=x&nothing=1"} {
		if r := a.do("POST", "/v1/models/hotel.txt/batches"+bad, "texto\nbien\n"); r.status < 400 || r.status > 422 {
			t.Errorf("%s: %d %s", bad, r.status, r.body)
		}
	}
	if r := a.do("DELETE", b.StatusURL, ""); r.status != 204 {
		t.Errorf("%d %s", r.status, r.body)
	}
	for _, gone := range []string{b.StatusURL, b.ResultURL} {
		if r := a.do("GET", gone, ""); r.status != 404 {
			t.Errorf("%s: %d %s", gone, r.status, r.body)
		}
	}
}

func TestAPI_aspects_of_a_file_are_told_by_the_starter_model_where_nothing_was_trained(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	post := a.do("POST", "/v1/models/starter/batches?name=mayo.csv&source=donde", "donde,fecha,texto\nSol,15/10/2026,El baño estaba sucio\nMar,16/11/2026,La comida estaba riquísima\n")
	var b struct {
		ID, Status string
		Aspects    string `json:"aspects_url"`
	}
	post.into(t, &b)
	if post.status != 202 {
		t.Fatal(post.body)
	}
	if r := a.do("GET", "/v1/models/starter/batches/"+b.ID+"/aspects", ""); r.status != 200 && r.status != 404 {
		t.Errorf("before it is done: %d %s", r.status, r.body)
	}
	a.do("GET", "/v1/models/starter/batches/"+b.ID+"?wait=30", "").into(t, &b)
	ask := func() string {
		var told struct {
			Name, Version string
			Starter       struct{ ES string }
			Report        struct {
				Texts   int
				Aspects []struct {
					Aspect string
					Bad    int
				}
				Sources, Periods []struct{ Name string }
			}
		}
		r := a.do("GET", b.Aspects, "")
		r.into(t, &told)
		report := told.Report
		if r.status != 200 || told.Name != "mayo.csv" || told.Version != "starter-es" || !strings.Contains(told.Starter.ES, "léxico español") || report.Texts != 2 || report.Aspects[1].Aspect != "bath" || report.Aspects[1].Bad != 1 ||
			len(report.Sources) != 2 || len(report.Periods) != 2 {
			t.Errorf("%d %s", r.status, r.body)
		}
		return r.body
	}
	before := ask()
	if r := a.do("GET", "/v1/models", ""); strings.Contains(r.body, "starter") {
		t.Errorf("the starter model is listed: %s", r.body)
	}
	for _, path := range []string{"/v1/models/starter", "/v1/models/starter/file", "/v1/models/starter/batches/" + b.ID + "0/aspects"} {
		if r := a.do("GET", path, ""); r.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	a.stop()
	a = start(t, c)
	if after := ask(); after != before {
		t.Errorf("after a restart: %s", after)
	}
}

func TestAPI_aspects_of_a_training_file_that_the_server_has_are_told_by_a_batch_of_it(t *testing.T) {
	a := start(t, settings(t))
	a.upload("hotel.txt", "?trainer=nb", reviews(t))
	var b struct {
		ID, Status, Name, Dataset, Version string
		StatusURL                          string `json:"status_url"`
		Aspects                            string `json:"aspects_url"`
	}
	post := a.do("POST", "/v1/models/hotel.txt/batches?dataset=hotel.txt", "")
	if post.into(t, &b); post.status != 202 || b.Dataset != "hotel.txt" || b.Name != "hotel.txt" {
		t.Fatalf("%d %s", post.status, post.body)
	}
	a.do("GET", b.StatusURL+"?wait=30", "").into(t, &b)
	var told struct {
		Version string
		Report  struct{ Texts, Labelled int }
	}
	r := a.do("GET", b.Aspects, "")
	if r.into(t, &told); b.Status != "done" || told.Report.Texts == 0 || told.Report.Labelled != told.Report.Texts || told.Version != b.Version {
		t.Errorf("%+v: %d %s", b, r.status, r.body)
	}
	for _, bad := range []string{"&text=x", "&name=x.csv", "&strict=true"} {
		if r := a.do("POST", "/v1/models/starter/batches?dataset=hotel.txt"+bad, ""); r.status != 422 || !strings.Contains(r.body, "dataset") {
			t.Errorf("%s: %d %s", bad, r.status, r.body)
		}
	}
	if r := a.do("POST", "/v1/models/starter/batches?dataset=hotel.txt", "texto\nbien\n"); r.status != 422 {
		t.Errorf("with a body: %d %s", r.status, r.body)
	}
	if r := a.do("POST", "/v1/models/starter/batches?dataset=otro.txt", ""); r.status != 404 {
		t.Errorf("of one that is not there: %d %s", r.status, r.body)
	}
}

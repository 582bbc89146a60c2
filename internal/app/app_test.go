package app_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	animoerr "animo"
	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/table"
	"animo/internal/tenants"
)

func TestApp_from_a_file_to_an_answer(t *testing.T) {
	a := start(t, settings(t))
	r := a.do("PUT", "/v1/training/opiniones.txt?trainer=nb", reviews(t))
	if r.status != http.StatusAccepted || r.header.Get("Location") != "/v1/training/opiniones.txt" || !strings.Contains(r.body, `"status":"stored"`) {
		t.Fatalf("upload: %d %v %s", r.status, r.header, r.body)
	}
	tr := a.await("opiniones.txt")
	if tr.Status != "done" || tr.Message != "done" || tr.Report == nil || tr.Report.Rows != 120 {
		t.Fatalf("training: %+v", tr)
	}
	if r := a.do("GET", "/modelos", ""); r.body != `[{"idFile":"opiniones.txt"}]` {
		t.Errorf("/modelos answers %s", r.body)
	}
	r = a.do("POST", "/senti", `{"idmodel":"opiniones.txt","opiniones":["Un desastre, todo sucio y muy caro","Todo excelente, muy recomendable"]}`)
	if want := `[["Negativo","Un desastre, todo sucio y muy caro"],["Positivo","Todo excelente, muy recomendable"]]`; r.body != want || r.status != http.StatusOK {
		t.Errorf("/senti answers %d %s, want %s", r.status, r.body, want)
	}
	var classified struct {
		Version string
		Results []struct {
			Label       string
			Probability float64
			Known       int
			Guess       bool
			Evidence    []struct{ NGram string }
		}
	}
	a.do("POST", "/v1/models/opiniones.txt/classify", `{"texts":["Muy recomendable, todo excelente","qwxz"],"explain":2}`).into(t, &classified)
	known, unknown := classified.Results[0], classified.Results[1]
	if classified.Version != tr.Version || known.Label != "Positivo" || known.Probability < 0.6 || known.Guess || len(known.Evidence) != 2 {
		t.Errorf("classify answers %+v", classified)
	}
	if !unknown.Guess || unknown.Known != 0 || unknown.Probability > 0.6 || unknown.Label == "" {
		t.Errorf("a text without a known word: %+v, want a label that says it is a guess", unknown)
	}
}

func TestApp_same_bytes_are_the_same_training(t *testing.T) {
	a := start(t, settings(t))
	first := a.upload("r.txt", "?trainer=nb", reviews(t))
	if again := a.upload("r.txt", "?trainer=nb", reviews(t)); again.Version != first.Version {
		t.Errorf("the same bytes make version %s, then %s", first.Version, again.Version)
	}
	if other := a.upload("r.txt", "?trainer=nb&seed=1", reviews(t)); other.Version == first.Version {
		t.Error("another seed makes no version of its own")
	}
	var rows struct{ Items []struct{ Rows int } }
	a.do("GET", "/v1/datasets", "").into(t, &rows)
	if len(rows.Items) != 1 || rows.Items[0].Rows != 120 {
		t.Errorf("datasets after three uploads: %+v, want one of 120 rows", rows.Items)
	}
}

func TestApp_new_version_answers_once_published_and_rolls_back(t *testing.T) {
	a := start(t, settings(t))
	flipped := strings.NewReplacer("\t1", "\t0", "\t0", "\t1").Replace(reviews(t))
	ask := func() string {
		return a.do("POST", "/senti", `{"idmodel":"r.txt","opiniones":["Todo excelente, muy recomendable"]}`).body[:12]
	}
	const good, bad = `[["Positivo"`, `[["Negativo"`
	first := a.upload("r.txt", "?trainer=nb", reviews(t))
	if got := ask(); got != good {
		t.Fatalf("version 1 says %s", got)
	}
	second := a.upload("r.txt", "?trainer=nb", flipped)
	if got := ask(); got != bad {
		t.Errorf("version 2, trained on labels turned round, says %s", got)
	}
	if r := a.do("PUT", "/v1/models/r.txt/current", `{"version":"`+first.Version+`"}`); r.status != http.StatusOK || ask() != good {
		t.Errorf("after rolling back: %d, %s", r.status, ask())
	}
	if r := a.do("PUT", "/v1/models/r.txt/current", `{"version":"`+second.Version+`"}`); r.status != http.StatusOK || ask() != bad {
		t.Errorf("after rolling forward again: %d, %s", r.status, ask())
	}
	third := a.upload("r.txt", "?trainer=nb", reviews(t))
	if third.Version == first.Version || ask() != good {
		t.Errorf("the first file once more: version %s (the first was %s), says %s", third.Version, first.Version, ask())
	}
	if broken := a.upload("r.txt", "?trainer=nb", "solo una\t1\n"); broken.Status != "failed" || ask() != good {
		t.Errorf("after a failed training: %+v, says %s", broken, ask())
	}
	if r := a.do("PUT", "/v1/models/r.txt/current", `{"version":"none"}`); r.status != http.StatusNotFound {
		t.Errorf("a version that is not there: %d", r.status)
	}
}

func TestApp_several_files_train_one_model(t *testing.T) {
	a := start(t, settings(t))
	lines := strings.SplitAfter(reviews(t), "\n")
	a.upload("enero.txt", "?trainer=nb", strings.Join(lines[:60], ""))
	a.upload("febrero.txt", "?trainer=nb", strings.Join(lines[60:], ""))
	r := a.do("POST", "/v1/models", `{"id":"hoteles","datasets":["enero.txt","febrero.txt"],"trainer":"nb"}`)
	if r.status != http.StatusAccepted {
		t.Fatalf("%d %s", r.status, r.body)
	}
	first := a.await("hoteles")
	if first.Status != "done" || first.Report.Rows != 120 {
		t.Fatalf("%+v", first)
	}
	a.do("POST", "/v1/models", `{"id":"hoteles","datasets":["enero.txt","febrero.txt"],"trainer":"nb"}`)
	if second := a.await("hoteles"); second.Version == first.Version || second.Status != "done" {
		t.Errorf("asked for again: %+v, want a new version", second)
	}
}

func TestApp_keeps_everything_over_a_restart(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	before := a.upload("r.txt", "?trainer=nb", reviews(t))
	a.do("POST", "/v1/models/r.txt/classify", `{"texts":["Todo excelente","Un desastre"]}`)
	a.stop()
	a = start(t, c)
	if after := a.await("r.txt"); after.Version != before.Version || after.Status != "done" {
		t.Errorf("before %+v, after %+v", before, after)
	}
	var life struct {
		Hours []struct{ Texts, Negative int }
	}
	if a.do("GET", "/v1/models/r.txt/life", "").into(t, &life); len(life.Hours) != 1 || life.Hours[0].Texts != 2 || life.Hours[0].Negative != 1 {
		t.Errorf("what was answered right before it stopped: %+v", life)
	}
	if r := a.do("POST", "/senti", `{"idmodel":"r.txt","opiniones":["Todo excelente"]}`); !strings.HasPrefix(r.body, `[["Positivo"`) {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestApp_functions_may_run_in_another_process(t *testing.T) {
	c := settings(t)
	c.Functions = []string{"api"}
	front := start(t, c)
	front.do("PUT", "/v1/training/r.txt?trainer=nb", reviews(t))
	var tr training
	front.do("GET", "/v1/training/r.txt?wait=1", "").into(t, &tr)
	if tr.Status != "stored" {
		t.Fatalf("without any function: %+v", tr)
	}
	worker := c
	worker.Functions = []string{"ingest", "train", "publish"}
	start(t, worker)
	if tr := front.await("r.txt"); tr.Status != "done" {
		t.Errorf("with functions beside it: %+v", tr)
	}
	if r := front.do("POST", "/senti", `{"idmodel":"r.txt","opiniones":["Todo excelente"]}`); r.status != http.StatusOK {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestApp_listening_beyond_this_machine_needs_a_key(t *testing.T) {
	c := settings(t)
	c.Listen = "0.0.0.0:0"
	_, err := app.New(t.Context(), c, app.Options{})
	if animoerr.CodeOf(err) != animoerr.Forbidden {
		t.Fatalf("without a key: %v, want forbidden", err)
	}
	addKey(t, c, "default")
	a, err := app.New(t.Context(), c, app.Options{})
	if err != nil {
		t.Fatalf("with a key: %v", err)
	}
	if err := a.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// addKey makes a key as animo keys add does, and the tenant if need be.
func addKey(t testing.TB, c config.Config, tenant string) string {
	t.Helper()
	return addKeyBy(t, c, tenant, (*tenants.Registry).AddKey)
}

// addKeyBy makes a tenant, unless it is there, and a key of some kind for it.
func addKeyBy(t testing.TB, c config.Config, tenant string, add func(*tenants.Registry, context.Context, string, string) (string, animoerr.Key, error)) string {
	t.Helper()
	s, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Tenants.Ensure(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	token, _, err := add(s.Tenants, t.Context(), tenant, "")
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestApp_first_key_locks_and_revoking_shuts_out(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	if r := a.do("GET", "/modelos", ""); r.status != http.StatusOK {
		t.Fatalf("without any key: %d", r.status)
	}
	key := addKey(t, c, "default") // while the server runs, as the command line does
	if r := a.do("GET", "/modelos", ""); r.status != http.StatusUnauthorized || r.code() != "unauthenticated" || r.header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("without the key: %d %s", r.status, r.body)
	}
	if r := a.as("animo_wrong").do("GET", "/modelos", ""); r.status != http.StatusUnauthorized {
		t.Errorf("with a wrong key: %d", r.status)
	}
	if r := a.as(key).do("GET", "/modelos", ""); r.status != http.StatusOK {
		t.Errorf("with the key: %d %s", r.status, r.body)
	}
	for _, open := range []string{"/livez", "/readyz", "/openapi.json", "/docs"} {
		if r := a.do("GET", open, ""); r.status != http.StatusOK {
			t.Errorf("%s without a key: %d", open, r.status)
		}
	}
	s, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Tenants.Revoke(t.Context(), key[:14]); err != nil {
		t.Fatal(err)
	}
	if r := a.as(key).do("GET", "/modelos", ""); r.status != http.StatusUnauthorized {
		t.Errorf("with the revoked key: %d", r.status)
	}
}

func TestApp_removing_a_tenant_leaves_nothing(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	key := addKey(t, c, "sol")
	keep := addKey(t, c, "mar")
	a.as(key).upload("secreto.txt", "?trainer=nb", reviews(t))
	a.as(keep).upload("r.txt", "?trainer=nb", reviews(t))
	a.as(key).upload("malo.txt", "", "sin etiqueta\n")
	s, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.RemoveTenant(t.Context(), "sol"); err != nil {
		t.Fatal(err)
	}
	if r := a.as(key).do("GET", "/modelos", ""); r.status != http.StatusUnauthorized {
		t.Errorf("the removed tenant's key: %d", r.status)
	}
	if r := a.as(keep).do("GET", "/modelos", ""); r.body != `[{"idFile":"r.txt"}]` {
		t.Errorf("the other tenant has %s", r.body)
	}
	leavesNothing(t, s, c, "sol")
}

// leavesNothing checks that no store holds anything of a tenant.
func leavesNothing(t *testing.T, s *app.Stores, c config.Config, tenant string) {
	t.Helper()
	for _, tbl := range []string{"heads", "datasets", "rows", "versions", "progress", "models"} {
		if n, err := s.Tables.Count(t.Context(), tenant, tbl, table.Range{}); n != 0 || err != nil {
			t.Errorf("the table %s holds %d rows, %v", tbl, n, err)
		}
	}
	depths, err := s.Queues.Depths(t.Context(), tenant)
	for _, d := range depths {
		if d.Ready+d.Waiting+d.Running+d.Dead > 0 || err != nil {
			t.Errorf("queue %+v, %v", d, err)
		}
	}
	if _, err := os.Stat(filepath.Join(c.Data, "objects", tenant)); !os.IsNotExist(err) {
		t.Errorf("its folder of objects is left: %v", err)
	}
}

func TestApp_upload_under_way_when_its_tenant_is_removed_is_not_kept(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	key := addKey(t, c, "sol")
	body, feed := io.Pipe()
	sent := make(chan answer, 1)
	go func() { sent <- a.as(key).send("PUT", "/v1/training/tarde.txt", body, nil) }()
	if _, err := io.WriteString(feed, "Todo bien\t1\n"); err != nil {
		t.Fatal(err)
	}
	for !spooling(t, c) { // until the upload has been let in
	}
	s, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.RemoveTenant(t.Context(), "sol"); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(feed, "Todo mal\t0\n")
	_ = feed.Close()
	if r := <-sent; r.status != http.StatusNotFound {
		t.Errorf("the upload is answered %d %s", r.status, r.body)
	}
	leavesNothing(t, s, c, "sol")
	if err := s.AddTenant(t.Context(), "sol", animoerr.PhotoPolicy{}); animoerr.CodeOf(err) != animoerr.Conflict {
		t.Errorf("the name right afterwards: %v, want conflict", err)
	}
}

// spooling reports whether an upload is coming in.
func spooling(t *testing.T, c config.Config) bool {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(c.Data, "incoming", "*", "upload-*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found) > 0
}

func TestApp_file_says_how_it_was_read(t *testing.T) {
	a := start(t, settings(t))
	file := "fecha;frase;valor\n" + strings.Repeat("1/2;Buen trato y buena cena;9\n1/3;Mala cama y mal baño;2\n", 10) + "1/4;Ni bien ni mal;5\n"
	if r := a.do("PUT", "/v1/training/encuesta.csv?trainer=nb&folds=2&text=frase&label=valor&scale=mucho", file); r.status != http.StatusBadRequest && r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "scale") {
		t.Errorf("a scale that is none: %d %s", r.status, r.body)
	}
	if r := a.do("PUT", "/v1/training/encuesta.csv?trainer=nb&folds=2&text=frase&label=valor&scale=0-10", file); r.status != http.StatusAccepted {
		t.Fatal(r.body)
	}
	if tr := a.await("encuesta.csv"); tr.Status != "done" || tr.Report.Rows != 20 {
		t.Fatalf("%+v", tr)
	}
	r := a.do("GET", "/v1/datasets/encuesta.csv", "")
	for _, part := range []string{`"skipped":1`, `"format":"csv"`, `"delimiter":";"`, `"text":["frase"]`, `"label":["valor"]`, `"scale":"0 to 10"`, `"left_out":[{"what":"neutral","rows":1,"lines":[22]}]`} {
		if !strings.Contains(r.body, part) {
			t.Errorf("%s is not in %s", part, r.body)
		}
	}
}

func TestApp_full_disk_is_said_before_it_is_suffered(t *testing.T) {
	c := settings(t)
	c.MinFree = 1 << 62
	a := start(t, c)
	r := a.do("PUT", "/v1/training/r.txt", reviews(t))
	if r.status != http.StatusInsufficientStorage || r.code() != "no_space" || r.header.Get("Retry-After") == "" {
		t.Errorf("%d %v %s", r.status, r.header, r.body)
	}
	if r := a.do("GET", "/v1/training", ""); r.status != http.StatusOK {
		t.Errorf("reading goes on: %d %s", r.status, r.body)
	}
}

func TestApp_upload_that_will_not_fit_is_refused_before_it_is_read(t *testing.T) {
	c := settings(t)
	c.MaxFile = 1000
	a := start(t, c)
	body, feed := io.Pipe() // gives nothing, so that an answer comes only if none of it is read
	defer feed.Close()
	req, err := http.NewRequestWithContext(t.Context(), "PUT", a.url+"/v1/training/r.txt", body)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = 1001
	req.Header.Set("Expect", "100-continue")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %s", res.Status)
	}
}

func TestApp_stop_twice_and_before_start(t *testing.T) {
	a, err := app.New(t.Context(), settings(t), app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := a.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestApp_stop_gives_running_work_back(t *testing.T) {
	c := settings(t)
	c.StopTime = 100 * time.Millisecond
	if os.Getenv("ANIMO_TEST_TABLES") != "" {
		c.StopTime = time.Second // a lease is given back to a server
	}
	a := start(t, c)
	many := strings.Repeat(reviews(t), 10)
	if r := a.do("PUT", "/v1/training/r.txt", many); r.status != http.StatusAccepted {
		t.Fatal(r.body)
	}
	a.stop() // in the midst of it
	a = start(t, c)
	if tr := a.await("r.txt"); tr.Status != "done" || tr.Report.Rows != 120*10 {
		t.Errorf("after the restart: %+v", tr)
	}
}

func TestApp_refuses_bad_settings_before_it_opens_anything(t *testing.T) {
	c := settings(t)
	c.Data = filepath.Join(c.Data, "new")
	c.Functions = []string{"dance"}
	if _, err := app.New(context.Background(), c, app.Options{}); err == nil || !strings.Contains(err.Error(), "dance") {
		t.Errorf("error %v does not name the function", err)
	}
	if _, err := os.Stat(c.Data); !os.IsNotExist(err) {
		t.Errorf("the data folder was made: %v", err)
	}
}

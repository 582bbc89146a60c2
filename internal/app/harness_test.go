package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"animo/internal/app"
	"animo/internal/awstest"
	"animo/internal/config"
	"animo/internal/natstest"
	"animo/internal/postgrestest"
	"animo/internal/s3test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// settings are those of a test's Animo: on a free port, with its data in a folder of the test, and its rows in the database that
// ANIMO_TEST_TABLES chooses.
func settings(t testing.TB) config.Config {
	t.Helper()
	c := fileSettings(t)
	if os.Getenv("ANIMO_TEST_TABLES") == "dynamodb" { // which needs a broker; all of it is one emulator's
		c.Tables, c.Objects, c.Bus = awstest.Tables(t), awstest.Objects(t), awstest.Bus(t)
		return c
	}
	c.Tables = postgrestest.Tables(t, "") // the file in the data folder
	c.Objects = s3test.Objects(t, "")     // the folder in the data folder
	c.Bus = natstest.Bus(t)
	return c
}

// fileSettings are settings of an Animo whose database is a file, as tests of the file need.
func fileSettings(t testing.TB) config.Config {
	t.Helper()
	c := config.Default()
	c.Data, c.Listen = t.TempDir(), "127.0.0.1:0"
	c.Pauses = []time.Duration{time.Millisecond, time.Millisecond}
	c.MinFree = 0
	return c
}

// animo is a running Animo and a client for it.
type animo struct {
	t    testing.TB
	url  string
	key  string // sent with every request where there is one
	lang string
	stop func()
}

// start runs an Animo with these settings until the test ends, or stop.
func start(t testing.TB, c config.Config) *animo { return startWith(t, c, app.Options{}) }

// startWith is start with something of the test's own beside the settings.
func startWith(t testing.TB, c config.Config, o app.Options) *animo {
	t.Helper()
	level := slog.LevelError
	if testing.Verbose() {
		level = slog.LevelInfo
	}
	o.Version = "test"
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: level}))
	}
	a, err := app.New(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	failed := a.Start(t.Context())
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
		select {
		case err := <-failed:
			t.Errorf("while it ran: %v", err)
		default:
		}
		http.DefaultClient.CloseIdleConnections()
	}
	t.Cleanup(stop)
	return &animo{t: t, url: "http://" + a.Addr(), stop: stop}
}

// as is the same Animo asked with a key.
func (a *animo) as(key string) *animo { b := *a; b.key = key; return &b }

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   string
}

// code is the code of a problem document; empty in any other answer.
func (r answer) code() string {
	var p struct{ Code string }
	if json.Unmarshal([]byte(r.body), &p) != nil {
		return ""
	}
	return p.Code
}

func (r answer) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), v); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
}

func (a *animo) do(method, path, body string) answer {
	a.t.Helper()
	return a.send(method, path, strings.NewReader(body), nil)
}

func (a *animo) send(method, path string, body io.Reader, header http.Header) answer {
	a.t.Helper()
	r, err := a.try(method, path, body, header)
	if err != nil {
		a.t.Fatal(err)
	}
	return r
}

// try is send for a request that may end without an answer.
func (a *animo) try(method, path string, body io.Reader, header http.Header) (answer, error) {
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, body)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded") // what curl -d says
	for name, values := range header {
		req.Header[name] = values
	}
	if a.key != "" {
		req.Header.Set("Authorization", "Bearer "+a.key)
	}
	if a.lang != "" {
		req.Header.Set("Accept-Language", a.lang)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, string(bytes.TrimSpace(b))}, err
}

// training is the part of a training's answer that tests look at.
type training struct {
	Name, Version, Status, Message string
	Failure                        *struct {
		Code, Message string
		Line          int
	}
	Report *struct {
		Rows   int
		Chosen string
	}
}

// upload sends a training file and waits until its training has ended.
func (a *animo) upload(name, query, content string) training {
	a.t.Helper()
	if r := a.do("PUT", "/v1/training/"+name+query, content); r.status != http.StatusAccepted {
		a.t.Fatalf("upload of %s: %d %s", name, r.status, r.body)
	}
	return a.await(name)
}

// await waits until the newest training of a model has ended.
func (a *animo) await(name string) training {
	a.t.Helper()
	for {
		r := a.do("GET", "/v1/training/"+name+"?wait=20", "")
		if r.status != http.StatusOK {
			a.t.Fatalf("training of %s: %d %s", name, r.status, r.body)
		}
		var tr training
		r.into(a.t, &tr)
		if tr.Status == "done" || tr.Status == "failed" {
			return tr
		}
	}
}

// reviews is the project's own small file of labelled opinions.
func reviews(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "samples", "opiniones.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

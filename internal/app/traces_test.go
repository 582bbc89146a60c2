package app_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"animo/internal/app"
)

// span is one that a collector was sent, with the process that it is of.
type span struct {
	TraceID, SpanID, ParentSpanID, Name string
	Kind                                int
	Start                               string `json:"startTimeUnixNano"`
	Node                                string `json:"-"`
}

// collector takes spans as an OpenTelemetry collector does, by OTLP's JSON.
type collector struct {
	mu    sync.Mutex
	spans []span
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	type attributes []struct {
		Key   string
		Value struct{ StringValue string }
	}
	var sent struct {
		ResourceSpans []struct {
			Resource   struct{ Attributes attributes }
			ScopeSpans []struct{ Spans []span }
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		http.Error(w, "not OTLP's JSON", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, of := range sent.ResourceSpans {
		node := ""
		for _, kv := range of.Resource.Attributes {
			if kv.Key == "service.instance.id" {
				node = kv.Value.StringValue
			}
		}
		for _, in := range of.ScopeSpans {
			for _, s := range in.Spans {
				s.Node = node
				c.spans = append(c.spans, s)
			}
		}
	}
	_, _ = w.Write([]byte("{}"))
}

func TestTraces_a_photo_is_followed_from_its_upload_to_what_is_told(t *testing.T) {
	spans := &collector{}
	server := httptest.NewServer(spans)
	defer server.Close()
	parents := make(chan string, 100) // what the receiver of a webhook is told of the trace
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { parents <- r.Header.Get("Traceparent") }))
	defer receiver.Close()

	c := settings(t)
	c.AllowPrivateWebhooks, c.Traces = true, server.URL+"/v1/traces"
	var nodes []*animo
	for _, functions := range [][]string{{"api"}, {"analyse"}, {"record-happy", "record-sad", "record-surprised", "record-other", "seek", "notify"}} {
		c.Functions = functions
		nodes = append(nodes, start(t, c))
	}
	front := nodes[0]
	if r := front.do("POST", "/v1/subscriptions", `{"kind":"webhook","target":"`+receiver.URL+`","filter":{}}`); r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.body)
	}
	const id = "0af7651916cd43dd8448eb211c80319c" // as nginx's $request_id is
	r := front.send("PUT", "/v1/photos/uno.jpg", strings.NewReader(sample(t, 1)), http.Header{"X-Request-Id": {id}})
	if got := r.header.Get("X-Request-Id"); r.status != http.StatusAccepted || got != id {
		t.Fatalf("%d, request %q: %s", r.status, got, r.body)
	}
	var p photo
	r.into(t, &p)
	p = front.awaitPhoto(p.ID)
	for range p.Faces {
		if parent := <-parents; !strings.HasPrefix(parent, "00-"+id+"-") {
			t.Errorf("the receiver was told of the trace %q", parent)
		}
	}
	for _, n := range slices.Backward(nodes) {
		n.stop()
	}

	byID, count, of := map[string]span{}, map[string]int{}, map[string]string{}
	for _, s := range spans.spans {
		if s.TraceID == id {
			byID[s.SpanID] = s
			count[s.Name]++
			of[s.Name] = s.Node
		}
	}
	recorded := count["record-happy"] + count["record-sad"] + count["record-surprised"] + count["record-other"]
	if n := len(p.Faces); n == 0 || count["PUT /v1/photos"] != 1 || count["analyse"] != 1 || recorded != n || count["notify"] != n || count["tell webhook"] != n {
		t.Errorf("a photo of %d faces has the spans %v", n, count)
	}
	if of["PUT /v1/photos"] == of["analyse"] || of["analyse"] == of["notify"] || of["notify"] == of["PUT /v1/photos"] || of["analyse"] == "" {
		t.Errorf("of the nodes %v", of)
	}
	for _, s := range byID {
		root, steps := s, 0
		for ; byID[root.ParentSpanID].SpanID != "" && steps < 10; steps++ {
			root = byID[root.ParentSpanID]
		}
		if root.Name != "PUT /v1/photos" || s.Start < root.Start {
			t.Errorf("%s leads to %s in %d steps", s.Name, root.Name, steps)
		}
	}
}

func TestTraces_the_log_and_problems_name_the_request(t *testing.T) {
	var log bytes.Buffer
	c := settings(t)
	a := startWith(t, c, app.Options{Log: slog.New(slog.NewJSONHandler(&log, nil))})
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	r := a.send("PUT", "/v1/training/mala.csv", strings.NewReader("texto,etiqueta\n"), http.Header{"Traceparent": {parent}})
	if r.status != http.StatusAccepted {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if tr := a.await("mala.csv"); tr.Status != "failed" {
		t.Fatalf("%+v", tr)
	}
	r = a.do("GET", "/v1/photos/none", "")
	var problem struct {
		RequestID string `json:"request_id"`
	}
	if r.into(t, &problem); r.status != http.StatusNotFound || len(problem.RequestID) != 32 || problem.RequestID != r.header.Get("X-Request-Id") {
		t.Errorf("%d %s, of the request %q", r.status, r.body, r.header.Get("X-Request-Id"))
	}
	a.stop()
	if !strings.Contains(log.String(), `"request_id":"4bf92f3577b34da6a3ce929d0e0e4736"`) {
		t.Errorf("the log does not name the request:\n%s", log.String())
	}
}

func TestTraces_a_collector_that_is_away_holds_up_nothing(t *testing.T) {
	away := httptest.NewServer(http.NotFoundHandler())
	away.Close()
	c := settings(t)
	c.Traces = away.URL
	var log bytes.Buffer
	a := startWith(t, c, app.Options{Log: slog.New(slog.NewJSONHandler(&log, nil))})
	a.do("GET", "/v1/photos", "")
	a.do("GET", "/v1/photos", "")
	a.stop()
	if n := strings.Count(log.String(), "spans cannot be sent"); n != 1 {
		t.Errorf("told %d times that spans cannot be sent:\n%s", n, log.String())
	}
}

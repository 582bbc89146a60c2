package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"animo"
)

// sols are keys of which "good" is the tenant sol's and "boss" an administrator's.
type sols struct{ lockable }

func (k *sols) KeyOf(ctx context.Context, token string) (animo.Key, error) {
	if token == "boss" {
		return animo.Key{Tenant: "default", Administrator: true}, nil
	}
	return k.lockable.KeyOf(ctx, token)
}

// locked is a server that has a key, with a page, and without any flow.
func locked(observe func(route, method string, status int, took time.Duration)) http.Handler {
	return New(Options{
		Keys: &sols{}, Log: slog.New(slog.DiscardHandler), Observe: observe,
		Page:   fstest.MapFS{"index.html": {Data: []byte("<p>")}, "assets/a.js": {Data: []byte("1")}, "robots.txt": {Data: []byte("x")}},
		Limits: Limits{BodyBytes: 1 << 10, PhotoBytes: 1 << 10, Files: 1, Texts: 1, Moods: 1, Requests: 10, Streams: 10, RequestTime: time.Minute, UploadTime: time.Minute, UploadPause: time.Minute, AnswerPause: time.Minute},
	})
}

var parameter = regexp.MustCompile(`\{\w+\}`)

// ask sends a request to each of the path's parameters being x, with a key if one is given.
func ask(t *testing.T, h http.Handler, method, path, key string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, parameter.ReplaceAllString(path, "x"), http.NoBody)
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRoutes_all_but_these_need_a_key(t *testing.T) {
	open := []string{
		"GET /livez", "GET /readyz", "GET /metrics", "GET /docs", "GET /openapi.json", "GET /openapi.yaml", "GET /openapi-3.0.json", "GET /openapi-3.0.yaml",
		"GET /v2", "GET /v2/health/live", "GET /v2/health/ready",
		"GET /unsubscribe/{token}", "POST /unsubscribe/{token}", "POST /{$}", "/assets/", "/models/",
		"GET /v1/session", "POST /v1/session", "DELETE /v1/session",
	}
	h := locked(nil)
	for _, g := range routes() {
		for _, r := range g.rows {
			pattern := route{row: r}.pattern()
			if slices.Contains(open, pattern) != (r.access < keyed) {
				t.Errorf("%s: access %d", pattern, r.access)
			}
			if strings.HasPrefix(r.path, "/v1/tenants") != (r.access == administrators) {
				t.Errorf("%s: access %d; tenants and keys, and nothing else, are the administrators'", pattern, r.access)
			}
			if r.access < keyed {
				continue
			}
			for _, key := range []string{"", "wrong"} {
				if w := ask(t, h, r.method, r.path, key); w.Code != http.StatusUnauthorized {
					t.Errorf("%s with key %q: %d", pattern, key, w.Code)
				}
			}
			if r.access == administrators && r.method == "GET" {
				if w := ask(t, h, r.method, r.path, "good"); w.Code != http.StatusForbidden {
					t.Errorf("%s with a key that is no administrator's: %d", pattern, w.Code)
				}
			}
		}
	}
	for _, nowhere := range []string{"/v1/nothing", "/v1/photos/x/y/z", "/index.html"} {
		if w := ask(t, h, "GET", nowhere, ""); w.Code != http.StatusUnauthorized {
			t.Errorf("%s tells somebody without a key that it is not there: %d", nowhere, w.Code)
		}
	}
}

func TestRoutes_other_protocols_are_refused_in_their_own_words(t *testing.T) {
	h := locked(nil)
	for path, want := range map[string]string{"/invocations": `{"error_code":"UNAUTHENTICATED","message":"`, "/v1/models/x/invocations": `{"error_code":"UNAUTHENTICATED",`, "/v2/models/x/infer": `{"error":"`} {
		w := ask(t, h, "POST", path, "")
		if w.Code != http.StatusUnauthorized || !strings.HasPrefix(w.Body.String(), want) || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s %v", path, w.Code, w.Body, w.Header())
		}
	}
}

func TestRoutes_wrong_methods_are_told_what_is_possible(t *testing.T) {
	h := locked(nil)
	for _, c := range []struct{ method, path, key, allowed string }{
		{"PUT", "/livez", "", "GET, HEAD"}, {"POST", "/openapi.yaml", "", "GET, HEAD"}, {"PUT", "/v1/session", "", "DELETE, GET, HEAD, POST"},
		{"PUT", "/unsubscribe/x", "", "GET, HEAD, POST"}, {"POST", "/assets/a.js", "", "GET, HEAD"}, {"DELETE", "/robots.txt", "", "GET, HEAD"},
		{"PUT", "/v1/photos", "good", "GET, HEAD, POST"}, {"PATCH", "/v1/photos/x", "good", "DELETE, GET, HEAD, PUT"}, {"GET", "/senti", "good", "POST"},
	} {
		w := ask(t, h, c.method, c.path, c.key)
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != c.allowed || !strings.Contains(w.Body.String(), "wrong_method") {
			t.Errorf("%s %s: %d, allowed are %q, want %q; %s", c.method, c.path, w.Code, w.Header().Get("Allow"), c.allowed, w.Body)
		}
		if named := strings.Contains(w.Body.String(), "PUT /v1/photos/NAME"); named != (c.method+c.path == "PUT/v1/photos") {
			t.Errorf("%s %s: %s", c.method, c.path, w.Body)
		}
	}
}

func TestRoutes_metrics_have_names_of_the_table_only(t *testing.T) {
	var name string
	h := locked(func(route, _ string, _ int, _ time.Duration) { name = route })
	for path, want := range map[string]string{
		"/": "/", "/assets/a.js": "/assets", "/assets/b.js": "/assets", "/robots.txt": "other", "/docs": "/docs", "/docs/x": "/docs",
		"/v1/photos": "/v1/photos", "/v1/photos/x/image": "/v1/photos", "/v1/photos/x/y/z": "/v1/photos", "/v1/photos:reanalyse": "/v1/photos", "/v1/photos:x": "/v1/photos",
		"/v1/photos//": "/v1/photos", "/v1": "other", "/v1/": "other", "/v1/nothing": "other", "/nothing": "other", "/unsubscribe/x/y": "/unsubscribe", "/senti": "/senti",
	} {
		if ask(t, h, "PATCH", path, ""); name != want {
			t.Errorf("%s is counted as %q, want %q", path, name, want)
		}
	}
	for _, g := range routes() {
		for _, r := range g.rows {
			if !strings.HasPrefix(r.path, strings.TrimSuffix(r.metric, ".json")) || strings.Contains(r.metric, "{") {
				t.Errorf("%s %s is counted as %s", r.method, r.path, r.metric)
			}
		}
	}
}

func TestRoutes_kinds_are_those_of_the_table(t *testing.T) {
	s := &server{mux: http.NewServeMux(), routes: map[string]*route{}, metricNames: map[string]bool{}}
	for _, g := range routes() {
		for _, r := range g.rows {
			r.serve = plain(nil)
			s.add(route{r, g.name})
		}
	}
	for _, c := range []struct {
		method, path string
		want         kind
	}{
		{"PUT", "/v1/photos/x", upload}, {"POST", "/v1/photos", upload}, {"POST", "/v1/people/Ana/photos", upload}, {"PUT", "/v1/training/x", upload},
		{"PUT", "/v1/training/x/y", ordinary}, {"GET", "/v1/photos", ordinary}, {"GET", "/v1/photos/x", waiting}, {"GET", "/v1/training/x", waiting},
		{"GET", "/v1/moods/export", download}, {"GET", "/v1/photos/x/image", download}, {"HEAD", "/v1/photos/x/image", ordinary}, {"GET", "/assets/a.js", download},
		{"GET", "/v1/stream", stream}, {"HEAD", "/v1/stream", ordinary}, {"POST", "/v1/moods", manyFaces}, {"POST", "/senti", ordinary}, {"GET", "/nothing", ordinary},
	} {
		s.find(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if got := kindOf(r); got != c.want {
				t.Errorf("%s %s is of kind %d, want %d", c.method, c.path, got, c.want)
			}
		})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), c.method, c.path, nil))
	}
}

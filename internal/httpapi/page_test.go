package httpapi

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPage_that_was_not_built_says_what_to_run(t *testing.T) {
	for language, says := range map[string]string{"": "built without the page", "es-CO": "se compiló sin la página"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", language)
		w := httptest.NewRecorder()
		s := &server{mux: http.NewServeMux()}
		s.find(http.HandlerFunc(s.unbuilt)).ServeHTTP(w, r)
		body := w.Body.String()
		for _, part := range []string{says, "make build", `href="/docs"`} {
			if !strings.Contains(body, part) {
				t.Errorf("in %q it lacks %q: %s", language, part, body)
			}
		}
		if h := w.Header(); h.Get("Cache-Control") != "no-store" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%v", h)
		}
	}
}

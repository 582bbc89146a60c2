package httpapi

import (
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

func TestPreferredLanguage(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "es": "es", "es-MX": "es", "en;q=0.1, es;q=0.9": "es", "es;q=0.1, en;q=0.9": "en", "fr, es;q=0.5": "es",
		"fr": "en", "*": "en", "es;q=0, en": "en", "de-AT,de;q=0.9,en;q=0.8,es;q=0.7": "en", "!!": "en", "es-ES,es;q=0.9": "es",
	} {
		if got := preferredLanguage(header); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestExplain_names_a_field_as_handlers_do(t *testing.T) {
	for _, c := range []struct{ location, message, field, says string }{
		{"query.limit", "expected number <= 1000", "limit", "limit: must be at most 1000"},
		{"path.photo", "invalid integer", "photo", "photo: must be a whole number"},
		{"header.Last-Event-ID", "expected string", "Last-Event-ID", "Last-Event-ID: must be a text"},
		{"body.texts[1]", "expected string", "texts[1]", "texts[1]: must be a text"},
		{"body.query.x", "expected string", "query.x", "query.x: must be a text"},
		{"body", "expected required property texts to be present", "texts", "texts: is missing"},
		{"body", "expected object", "body", "body: must be an object"},
	} {
		if field, says := explain("en", &huma.ErrorDetail{Location: c.location, Message: c.message}); field != c.field || says != c.says {
			t.Errorf("%s %s: %q, %q, want %q, %q", c.location, c.message, field, says, c.field, c.says)
		}
	}
}

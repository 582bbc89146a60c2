package httpapi

import "testing"

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

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"animo"
)

func TestLanguage_follows_the_locale_variables(t *testing.T) {
	for _, test := range []struct{ all, messages, lang, want string }{
		{"", "", "", "en"},
		{"", "", "es_CO.UTF-8", "es"},
		{"", "", "ES", "es"},
		{"", "", "es.UTF-8", "es"},
		{"", "", "est_EE", "en"}, // another language that begins so
		{"C", "", "es_ES", "en"},
		{"", "es_ES", "en_US", "es"},
		{"es_ES", "en_US", "en_US", "es"},
	} {
		env := map[string]string{"LC_ALL": test.all, "LC_MESSAGES": test.messages, "LANG": test.lang}
		if got := language(func(name string) string { return env[name] }); got != test.want {
			t.Errorf("%v: %q, want %q", env, got, test.want)
		}
	}
}

func TestConsole_fail_says_what_and_what_to_do(t *testing.T) {
	bad := animo.Errorf(animo.BadLabel, "bad", "mala").At(3)
	for _, test := range []struct {
		lang string
		err  error
		want string
	}{
		{"en", fmt.Errorf("a.txt: %w", bad), "animo: a.txt: line 3: bad\n"},
		{"es", fmt.Errorf("a.txt: %w", bad), "animo: a.txt: línea 3: mala\n"},
		{"es", bad.Of("--folds"), "animo: --folds: línea 3: mala\n"},
		{"en", errors.New("open x: no"), "animo: open x: no\n"},
		{"en", fmt.Errorf("a: %w", context.Canceled), "animo: interrupted\n"},
		{"en", fmt.Errorf("m: %w", syscall.ENOSPC), "animo: m: no space left on device\nanimo: hint: free some disk space and run it again\n"},
		{"es", context.Canceled, "animo: interrumpido\n"},
	} {
		var out strings.Builder
		(&console{stderr: &out, lang: test.lang}).fail(test.err)
		if out.String() != test.want {
			t.Errorf("%v in %s: %q, want %q", test.err, test.lang, out.String(), test.want)
		}
	}
}

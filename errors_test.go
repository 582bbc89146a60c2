package animo_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"animo"
)

func TestError_speaks_both_languages_and_keeps_its_cause_to_itself(t *testing.T) {
	cause := errors.New("dial tcp: secret")
	err := animo.Errorf(animo.BadLabel, "label %q is not one", "la etiqueta %q no lo es", "meh").At(7).Of("label").Because(cause)
	wrapped := fmt.Errorf("ingest: %w", err)
	if got := wrapped.Error(); got != `ingest: line 7: label "meh" is not one` {
		t.Errorf("English: %s", got)
	}
	if got := err.In("es"); got != `línea 7: la etiqueta "meh" no lo es` {
		t.Errorf("Spanish: %s", got)
	}
	if !errors.Is(wrapped, cause) || animo.CodeOf(wrapped) != animo.BadLabel {
		t.Errorf("cause or code lost: %v", wrapped)
	}
	r := animo.ReasonOf(wrapped)
	if r.Line != 7 || r.Field != "label" || strings.Contains(r.EN+r.ES, "secret") {
		t.Errorf("reason %+v", r)
	}
}

func TestReasonOf_shows_nothing_of_an_error_without_a_code(t *testing.T) {
	for err, want := range map[error]animo.Code{
		errors.New("password=hunter2"):                      animo.Internal,
		fmt.Errorf("x: %w", context.DeadlineExceeded):       animo.Timeout,
		fmt.Errorf("hunter2: %w", context.Canceled):         animo.Interrupted,
		errors.Join(errors.New("hunter2"), errors.New("y")): animo.Internal,
	} {
		r := animo.ReasonOf(err)
		if r.Code != want || r.EN == "" || r.ES == "" || strings.Contains(r.EN+r.ES, "hunter2") {
			t.Errorf("%v: %+v, want code %s", err, r, want)
		}
	}
}

func TestCodes_are_all_explained_and_final_where_repeating_is_useless(t *testing.T) {
	again := map[animo.Code]bool{animo.Internal: true, animo.Unavailable: true, animo.Timeout: true, animo.Interrupted: true,
		animo.NoSpace: true, animo.Machine: true, animo.TooManyRequests: true, animo.Conflict: true}
	for _, c := range animo.Codes() {
		if c.Meaning() == "" || c.Final() == again[c] {
			t.Errorf("%s: meaning %q, final %v", c, c.Meaning(), c.Final())
		}
	}
}

func TestID_follows_from_the_parts_and_their_borders(t *testing.T) {
	// The first 32 digits of: printf '\0\0\0\0\0\0\0\1a\0\0\0\0\0\0\0\1b' | sha256sum
	if got, want := animo.ID("a", "b"), "3c9d591045bc8876f9d0399bbfb05c6a"; got != want {
		t.Errorf("ID of a and b is %s, want %s", got, want)
	}
	seen := map[string]string{}
	for _, parts := range [][]string{{"ab"}, {"a", "b"}, {"", "ab"}, {"ab", ""}, {"b", "a"}, {}} {
		id := animo.ID(parts...)
		if other, ok := seen[id]; ok || len(id) != 32 {
			t.Errorf("%q and %s share the id %q", parts, other, id)
		}
		seen[id] = fmt.Sprintf("%q", parts)
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, typ string
		want         bool
	}{
		{"dataset.stored", "dataset.stored", true}, {"dataset.stored", "dataset.stored2", false},
		{"dataset.*", "dataset.stored", true}, {"dataset.*", "data", false}, {"*", "anything", true}, {"", "x", false},
	} {
		if got := animo.Matches(c.pattern, c.typ); got != c.want {
			t.Errorf("Matches(%q, %q) = %v", c.pattern, c.typ, got)
		}
	}
}

func TestClip_cuts_between_letters(t *testing.T) {
	short := strings.Repeat("a", 200)
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{short, short},
		{short + "a", short + "…"},
		{strings.Repeat("a", 199) + "ñ", strings.Repeat("a", 199) + "…"}, // 201 bytes
		{"bad \xff stays where nothing is cut", "bad \xff stays where nothing is cut"},
		{"bad \xff" + short, "bad " + strings.Repeat("a", 195) + "…"},
	} {
		if got := animo.Clip(c.in); got != c.want {
			t.Errorf("Clip(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

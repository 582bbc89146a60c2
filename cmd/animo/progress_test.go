package main

import (
	"fmt"
	"strings"
	"testing"

	"animo/text"
)

func TestBar_draws_each_stage_and_leaves_a_clean_line(t *testing.T) {
	var out strings.Builder
	b := &bar{c: &console{lang: "es"}, w: &out}
	for _, p := range []text.Progress{
		{Stage: "reading", Done: 1024}, {Stage: "reading", Done: 2000, Total: 2000},
		{Stage: "choosing"}, {Stage: "fold", Total: 2}, {Stage: "fold", Done: 1, Total: 2}, {Stage: "fold", Done: 2, Total: 2},
		{Stage: "fitting"},
	} {
		b.show(p)
	}
	b.clear()
	for _, want := range []string{"leyendo opiniones", "eligiendo entrenador", "midiendo", "(2/2)", "ajustando a todas las filas"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("never drew %q:\n%q", want, out.String())
		}
	}
	lines := strings.Split(out.String(), "\r")
	if last := lines[len(lines)-1]; strings.TrimSpace(last) != "" {
		t.Errorf("left %q on the screen", last)
	}
	if strings.Contains(out.String(), "\n") {
		t.Errorf("moved to another line: %q", out.String())
	}
}

func TestBar_comes_back_after_a_line_in_its_place(t *testing.T) {
	var out strings.Builder
	b := &bar{c: &console{lang: "en"}, w: &out}
	for done := range 9 {
		b.show(text.Progress{Stage: "photos", Done: done, Total: 8})
		b.show(text.Progress{Stage: "photos", Done: done, Total: 8}) // too soon to be drawn again
		b.clear()
		out.WriteString("a line\n")
	}
	lines := strings.Split(out.String(), "\n")
	for done, line := range lines[:9] {
		if n := strings.Count(line, fmt.Sprintf("(%d/8)", done)); n == 0 || n > 2 {
			t.Errorf("before line %d the bar is drawn %d times: %q", done, n, line)
		}
		if !strings.HasSuffix(line, "\ra line") {
			t.Errorf("line %d is %q", done, line)
		}
	}
}

func TestBar_draws_nothing_where_stderr_is_no_terminal(t *testing.T) {
	var out strings.Builder
	b := newBar(&console{stderr: &out})
	b.show(text.Progress{Stage: "reading", Done: 1})
	b.clear()
	if out.Len() > 0 {
		t.Errorf("drew %q", out.String())
	}
}

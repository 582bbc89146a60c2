package tracing

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
)

func TestOfRequest(t *testing.T) {
	for _, of := range []struct{ name, header, value, want string }{
		{"the trace that the client is in", "Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f3577b34da6a3ce929d0e0e4736"},
		{"nginx's ID", "X-Request-Id", "0AF7651916cd43dd8448eb211c80319c", "0af7651916cd43dd8448eb211c80319c"},
		{"Envoy's ID", "X-Request-Id", "0af76519-16cd-43dd-8448-eb211c80319c", "0af7651916cd43dd8448eb211c80319c"},
		{"too long", "X-Request-Id", "0af7651916cd43dd8448eb211c80319c00", ""},
		{"too short", "X-Request-Id", "0af7651916cd43dd", ""},
		{"not hexadecimal", "X-Request-Id", "line\nbreak-and-32-characters-long", ""},
		{"no trace", "X-Request-Id", strings.Repeat("0", 32), ""},
		{"not a traceparent", "Traceparent", "00-xyz", ""},
	} {
		if got := ID(OfRequest(t.Context(), http.Header{of.header: {of.value}})); got != of.want {
			t.Errorf("%s: %q, want %q", of.name, got, of.want)
		}
	}
}

func TestParent_is_what_With_takes(t *testing.T) {
	ctx, span := IDs().Start(t.Context(), "one")
	defer span.End()
	if parent := Parent(ctx); len(parent) != 55 || ID(With(context.Background(), parent)) != ID(ctx) {
		t.Errorf("%q is not of the trace %s", parent, ID(ctx))
	}
	if parent := Parent(context.Background()); parent != "" {
		t.Errorf("without a span: %q", parent)
	}
}

func TestHandler_adds_the_ID_to_what_is_logged_with_a_context(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(Handler(slog.NewTextHandler(&b, nil))).With("of", "test").WithGroup("in")
	ctx, span := IDs().Start(t.Context(), "one")
	defer span.End()
	log.InfoContext(ctx, "hello")
	if !strings.Contains(b.String(), "request_id="+ID(ctx)) {
		t.Errorf("%s lacks %s", b.String(), ID(ctx))
	}
	b.Reset()
	if log.Info("hello"); strings.Contains(b.String(), "request_id") {
		t.Errorf("without a context: %s", b.String())
	}
}

func BenchmarkSpan_that_is_not_kept(b *testing.B) {
	tracer, header := IDs(), http.Header{}
	for b.Loop() {
		_, span := tracer.Start(OfRequest(b.Context(), header), "POST /senti")
		span.End()
	}
}

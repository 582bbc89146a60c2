// Package tracing follows what a request starts, through functions and nodes, as a trace of OpenTelemetry. Start at New.
//
// Every request and every event has the ID of a trace, whether spans are kept or not; it is the request's ID in answers and in the
// log. Which traces are kept follows from their IDs alone, so that all nodes decide alike and clients decide nothing.
package tracing

import (
	"cmp"
	"context"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// scope names who makes the spans.
const scope = "animo"

// Options say where spans go.
type Options struct {
	Endpoint string  // where spans are posted, such as http://localhost:4318/v1/traces; "" keeps none
	Share    float64 // of the traces that is kept, from 0 to 1
	Node     string  // this process among those of the cluster
	Version  string  // of Animo
	Log      *slog.Logger
}

// Traces makes spans and sends them.
type Traces struct {
	provider *sdk.TracerProvider
	exporter *exporter // nil where none are kept
}

// New makes Traces, which the caller must close.
func New(o Options) *Traces {
	if o.Endpoint == "" {
		return &Traces{provider: sdk.NewTracerProvider(sdk.WithSampler(sdk.NeverSample()))}
	}
	e := &exporter{endpoint: o.Endpoint, log: cmp.Or(o.Log, slog.Default()), client: &http.Client{Timeout: sendTime}}
	return &Traces{exporter: e, provider: sdk.NewTracerProvider(
		sdk.WithSampler(sdk.TraceIDRatioBased(o.Share)), sdk.WithBatcher(e, sdk.WithExportTimeout(sendTime)),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", "animo"), attribute.String("service.version", o.Version), attribute.String("service.instance.id", o.Node))),
	)}
}

// Tracer makes spans.
func (t *Traces) Tracer() trace.Tracer { return t.provider.Tracer(scope) }

// Lost is how many spans could not be sent since the start.
func (t *Traces) Lost() int64 {
	if t.exporter == nil {
		return 0
	}
	return t.exporter.lost.Load()
}

// Close sends what is left, until ctx ends.
func (t *Traces) Close(ctx context.Context) error { return t.provider.Shutdown(ctx) }

// IDs is a tracer whose spans have IDs and are not kept.
func IDs() trace.Tracer { return ids.Tracer(scope) }

var ids = sdk.NewTracerProvider(sdk.WithSampler(sdk.NeverSample()))

// Parent writes the span of ctx as W3C's Trace Context does (traceparent), for an event or a request; "" where there is none.
func Parent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier["traceparent"]
}

// With returns ctx with the span that a traceparent names as the parent of the next one; ctx itself where it names none.
func With(ctx context.Context, parent string) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": parent})
}

// OfRequest returns ctx with what a request says of its trace: the header traceparent, or else an X-Request-Id of 32 hexadecimal digits, with
// or without hyphens between them, as nginx and Envoy send it, which becomes the ID of the trace.
func OfRequest(ctx context.Context, h http.Header) context.Context {
	if parent := h.Get("Traceparent"); parent != "" {
		return With(ctx, parent)
	}
	var id trace.TraceID
	said := strings.ToLower(strings.ReplaceAll(h.Get("X-Request-Id"), "-", ""))
	if n, err := hex.Decode(id[:], []byte(said[:min(len(said), 2*len(id))])); err != nil || n != len(id) || len(said) != 2*len(id) {
		return ctx
	}
	// A span has an ID; that of whoever sent the request is not known, and the first half of the trace's stands for it.
	return trace.ContextWithRemoteSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID(id[:8])}))
}

// ID is the ID of the trace that ctx belongs to, in hexadecimal digits; "" for none.
func ID(ctx context.Context) string {
	if c := trace.SpanContextFromContext(ctx); c.HasTraceID() {
		return c.TraceID().String()
	}
	return ""
}

// Handler adds the ID of the trace to what is logged with a context that has one.
func Handler(h slog.Handler) slog.Handler { return handler{h} }

type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if id := ID(ctx); id != "" {
		r.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }

package tracing

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// sendTime bounds one post of spans.
const sendTime = 10 * time.Second

// exporter posts spans as OTLP's JSON over HTTP (OpenTelemetry protocol 1.x, section OTLP/HTTP). OpenTelemetry's own exporter brings gRPC
// along, which is 7 MB of program that nothing else here needs.
type exporter struct {
	endpoint string
	client   *http.Client
	log      *slog.Logger
	lost     atomic.Int64
	failing  atomic.Bool // the last post failed, and the log said so
}

// ExportSpans implements sdk.SpanExporter. Spans that cannot be sent are lost and counted: they must hold up nothing.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := e.post(ctx, spans)
	if err == nil {
		e.failing.Store(false)
		return nil
	}
	e.lost.Add(int64(len(spans)))
	if !e.failing.Swap(true) {
		e.log.Warn("spans cannot be sent, and are lost until they can", "err", err)
	}
	return nil
}

// Shutdown implements sdk.SpanExporter.
func (e *exporter) Shutdown(context.Context) error {
	e.client.CloseIdleConnections()
	return nil
}

func (e *exporter) post(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	body, err := json.Marshal(encode(spans))
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := e.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16)) // so that the connection can be used again
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("answered %s", res.Status)
	}
	return nil
}

// The message ExportTraceServiceRequest of opentelemetry-proto, with the fields that are used here. IDs are hexadecimal and
// integers of 64 bits are strings, as OTLP's JSON wants them.
type (
	request struct {
		Resources []resourceSpans `json:"resourceSpans"`
	}
	resourceSpans struct {
		Resource struct {
			Attributes []keyValue `json:"attributes"`
		} `json:"resource"`
		Scopes []scopeSpans `json:"scopeSpans"`
	}
	scopeSpans struct {
		Scope struct {
			Name string `json:"name"`
		} `json:"scope"`
		Spans []span `json:"spans"`
	}
	span struct {
		TraceID    string     `json:"traceId"`
		ID         string     `json:"spanId"`
		Parent     string     `json:"parentSpanId,omitempty"`
		Name       string     `json:"name"`
		Kind       int        `json:"kind"`
		Start      string     `json:"startTimeUnixNano"`
		End        string     `json:"endTimeUnixNano"`
		Attributes []keyValue `json:"attributes,omitempty"`
		Status     status     `json:"status"`
	}
	status struct {
		Code    int    `json:"code,omitempty"` // 2 for an error
		Message string `json:"message,omitempty"`
	}
	keyValue struct {
		Key   string         `json:"key"`
		Value map[string]any `json:"value"`
	}
)

func encode(spans []sdk.ReadOnlySpan) request {
	if len(spans) == 0 {
		return request{}
	}
	var of resourceSpans
	of.Resource.Attributes = attributes(spans[0].Resource().Attributes()) // a process has one resource, and one scope
	var in scopeSpans
	in.Scope.Name = scope
	for _, s := range spans {
		c := s.SpanContext()
		out := span{
			TraceID: c.TraceID().String(), ID: c.SpanID().String(), Name: s.Name(), Kind: int(s.SpanKind()), // the numbers are the protocol's
			Start: strconv.FormatInt(s.StartTime().UnixNano(), 10), End: strconv.FormatInt(s.EndTime().UnixNano(), 10), Attributes: attributes(s.Attributes()),
		}
		if parent := s.Parent(); parent.HasSpanID() {
			out.Parent = parent.SpanID().String()
		}
		if st := s.Status(); st.Code == codes.Error {
			out.Status = status{Code: 2, Message: st.Description}
		}
		in.Spans = append(in.Spans, out)
	}
	of.Scopes = []scopeSpans{in}
	return request{[]resourceSpans{of}}
}

func attributes(list []attribute.KeyValue) (out []keyValue) {
	for _, kv := range list {
		value := map[string]any{"stringValue": kv.Value.String()}
		if kv.Value.Type() == attribute.INT64 {
			value = map[string]any{"intValue": strconv.FormatInt(kv.Value.AsInt64(), 10)}
		}
		out = append(out, keyValue{string(kv.Key), value})
	}
	return out
}

package httpapi

import (
	"context"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"animo"
	"animo/internal/tracing"
)

// recorder remembers the status that was answered.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// observe counts and times every request under its group of routes, its method and its status, each one of
// a few: what a client makes up must not become a label. It makes the request's span, and tells the client the trace's ID.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, method, route := time.Now(), methodOf(r.Method), s.metricOf(r)
		ctx, span := s.Tracer.Start(tracing.OfRequest(r.Context(), r.Header), method+" "+route, trace.WithSpanKind(trace.SpanKindServer))
		w.Header().Set("X-Request-Id", tracing.ID(ctx))
		rec := &recorder{ResponseWriter: w}
		defer func() { // also when the answer is broken off
			status := rec.status
			if status == 0 {
				status = http.StatusOK // which is what the server sends when a handler writes nothing
			}
			s.Observe(route, method, status, time.Since(start))
			if span.IsRecording() {
				span.SetAttributes(attribute.String("http.request.method", method), attribute.String("http.route", route), attribute.Int("http.response.status_code", status))
				if status >= 500 {
					span.SetStatus(codes.Error, http.StatusText(status))
				}
			}
			span.End()
		}()
		next.ServeHTTP(rec, r.WithContext(ctx))
	})
}

// methodOf names the method, or "other" for one that is not among HTTP's own.
func methodOf(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// recoverPanics turns a panic into 500 and a log line with the stack; the server goes on.
func (s *server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.Log.ErrorContext(r.Context(), "panic in a request", "method", methodOf(r.Method), "route", s.metricOf(r), "panic", p, "stack", string(debug.Stack()))
			if rec, ok := w.(*recorder); !ok || rec.status == 0 {
				writeProblem(w, r, s.Log, animo.Errorf(animo.Internal, "something inside failed; the log says what", "algo falló por dentro; el registro dice qué"))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// cleanPath refuses paths with empty, "." or ".." elements, which the router would silently turn into
// other paths.
func (s *server) cleanPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimSuffix(r.URL.Path, "/") // with which no route ends: there is nothing at such a path
		for i, part := range strings.Split(path, "/") {
			if part == "." || part == ".." || part == "" && i > 0 {
				writeProblem(w, r, s.Log, animo.Errorf(animo.UnsafeName, "a name in the path is empty, \".\" or \"..\"; give it a proper one", "un nombre de la ruta está vacío, o es \".\" o \"..\"; dele uno apropiado"))
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// once refuses a query that says something twice, of which huma would take the first and forget the others.
func (s *server) once(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range r.URL.Query() {
			if len(values) > 1 {
				writeProblem(w, r, s.Log, animo.Errorf(animo.Invalid, "the query has %s %d times; say it once only", "la consulta tiene %s %d veces; dígalo una sola vez", animo.Clip(name), len(values)).Of(animo.Clip(name)))
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// unrouted answers problems where the router would answer plain text: 404 for a path that is not there and
// 405 for one that is, with another method. What has a route goes on to next.
func (s *server) unrouted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if callerOf(r.Context()).route != nil {
			next.ServeHTTP(w, r)
			return
		}
		h, _ := s.mux.Handler(r)
		plain := &discard{header: http.Header{}}
		h.ServeHTTP(plain, r)
		if plain.status == http.StatusMethodNotAllowed {
			allowed := plain.header.Get("Allow")
			if r.Method == http.MethodPut && s.takesUploads(r.URL.Path) {
				w.Header().Set("Allow", allowed)
				writeProblem(w, r, s.Log, animo.Errorf(animo.WrongMethod, "add the name: PUT %s/NAME; curl -T adds the file's own after a slash at the end", "añada el nombre: PUT %s/NOMBRE; curl -T añade el del archivo tras una barra final", r.URL.Path))
				return
			}
			s.wrongMethod(w, r, allowed)
			return
		}
		writeProblem(w, r, s.Log, animo.Errorf(animo.NotFound, "there is nothing at this path; /docs lists what there is", "no hay nada en esta ruta; /docs enumera lo que hay"))
	})
}

// wrongMethod answers 405 where only the allowed methods are possible.
func (s *server) wrongMethod(w http.ResponseWriter, r *http.Request, allowed string) {
	w.Header().Set("Allow", allowed)
	writeProblem(w, r, s.Log, animo.Errorf(animo.WrongMethod, "this method is not possible here; use %s", "este método no es posible aquí; use %s", allowed))
}

// discard is a writer for answers of which only status and headers matter.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }

// deadline bounds the whole request, its reading and its writing; of a download or a stream, each piece.
func (s *server) deadline(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w) // not every writer can; the context holds in any case
		kind := kindOf(r)
		if kind == download || kind == stream {
			// A body, which none of these needs, must come in the time of other requests: the server reads of it before it
			// answers, also to somebody who is let in nowhere.
			until := time.Time{}
			if r.ContentLength != 0 {
				until = time.Now().Add(s.Limits.RequestTime)
			}
			_ = c.SetReadDeadline(until)
			next.ServeHTTP(&steadyAnswer{w, c.SetWriteDeadline, s.Limits.AnswerPause}, r)
			_ = c.SetWriteDeadline(time.Now().Add(s.Limits.AnswerPause)) // for the answer's end
			return
		}
		limit := s.Limits.RequestTime
		if kind == upload {
			limit = s.Limits.UploadTime
		}
		until := time.Now().Add(limit)
		_ = c.SetReadDeadline(until)
		_ = c.SetWriteDeadline(until.Add(time.Second)) // so that the answer of a request that ran out can still be sent
		ctx, cancel := context.WithDeadline(r.Context(), until)
		defer cancel()
		r = r.WithContext(ctx)
		if kind == upload {
			r.Body = &steadyBody{r.Body, c.SetReadDeadline, until, s.Limits.UploadPause}
		}
		next.ServeHTTP(w, r)
	})
}

package httpapi

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/tracing"
)

// Problem is an error as clients get it: a problem document (RFC 9457) with Animo's stable code and, where
// they apply, the field and the line at fault.
type Problem struct {
	Type      string              `json:"type" doc:"Where this kind of error is explained." example:"/docs#unknown_model"`
	Title     string              `json:"title" doc:"The status in words."`
	Status    int                 `json:"status"`
	Detail    string              `json:"detail" doc:"What is wrong and what to do, in the language of Accept-Language (en or es)."`
	Code      animo.Code          `json:"code" doc:"Stable: safe to branch on." example:"unknown_model"`
	Field     string              `json:"field,omitempty" doc:"The input at fault."`
	Line      int                 `json:"line,omitempty" doc:"The line at fault in a file, from 1."`
	Errors    []*huma.ErrorDetail `json:"errors,omitempty" doc:"Each thing that was wrong with the request."`
	RequestID string              `json:"request_id,omitempty" doc:"The request's ID, by which the server's log names it; the header X-Request-Id has it, too." example:"4bf92f3577b34da6a3ce929d0e0e4736"`
	Items     []UploadView        `json:"items,omitempty" doc:"Of a form of several files, none of which was taken: each one's answer. What is said above is of the first."`

	dialect dialect
}

// Error makes Problem an error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus tells huma the status to answer with.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes the answer's media type that of problem documents, or that of its dialect.
func (p *Problem) ContentType(string) string {
	if p.dialect != own {
		return "application/json"
	}
	return "application/problem+json"
}

// statuses maps codes to HTTP statuses. A code that is not here is 422: the request was understood and
// cannot be done.
var statuses = map[animo.Code]int{
	animo.Internal:        http.StatusInternalServerError,
	animo.CorruptModel:    http.StatusInternalServerError,
	animo.Unavailable:     http.StatusServiceUnavailable,
	animo.Interrupted:     http.StatusServiceUnavailable,
	animo.Timeout:         http.StatusGatewayTimeout,
	animo.NoSpace:         http.StatusInsufficientStorage,
	animo.Machine:         http.StatusServiceUnavailable,
	animo.Damaged:         http.StatusInternalServerError,
	animo.Quota:           http.StatusInsufficientStorage,
	animo.TooManyRequests: http.StatusTooManyRequests,
	animo.Conflict:        http.StatusConflict,
	animo.NotTrained:      http.StatusConflict,
	animo.Unauthenticated: http.StatusUnauthorized,
	animo.Forbidden:       http.StatusForbidden,
	animo.NotFound:        http.StatusNotFound,
	animo.UnknownModel:    http.StatusNotFound,
	animo.TooLarge:        http.StatusRequestEntityTooLarge,
	animo.ImageTooLarge:   http.StatusRequestEntityTooLarge,
	animo.UnknownImage:    http.StatusUnsupportedMediaType,
	animo.UnsafeName:      http.StatusBadRequest,
	animo.MalformedBody:   http.StatusBadRequest,
	animo.WrongMethod:     http.StatusMethodNotAllowed,
}

func statusOf(code animo.Code) int {
	if s, ok := statuses[code]; ok {
		return s
	}
	return http.StatusUnprocessableEntity
}

// codeOfStatus is for errors that huma finds by itself, before a handler runs.
func codeOfStatus(status int) animo.Code {
	switch status {
	case http.StatusBadRequest:
		return animo.MalformedBody
	case http.StatusNotFound:
		return animo.NotFound
	case http.StatusRequestTimeout:
		return animo.Timeout
	case http.StatusRequestEntityTooLarge:
		return animo.TooLarge
	case http.StatusUnsupportedMediaType, http.StatusNotAcceptable:
		return animo.Unsupported
	}
	if status >= 500 {
		return animo.Internal
	}
	return animo.Invalid
}

func newProblem(status int, code animo.Code, detail string) *Problem {
	return &Problem{Type: "/docs#" + string(code), Title: http.StatusText(status), Status: status, Detail: detail, Code: code}
}

// retryAfter is how long clients are asked to wait, in seconds, after an answer that may be better later.
const retryAfter = 5

// problem turns any error into what a client may see of it, in the client's language, and logs those that
// are not the client's own.
func problem(ctx context.Context, log *slog.Logger, err error) error {
	return problemOf(ctx, statusOf(animo.CodeOf(err)), log, err)
}

// problemOf is problem with another status than the code's own.
func problemOf(ctx context.Context, status int, log *slog.Logger, err error) error {
	reason := animo.ReasonOf(err)
	if status >= 500 {
		log.Log(ctx, logLevel(reason.Code, err), "request failed", "code", reason.Code, "err", err)
	}
	p := newProblem(status, reason.Code, reason.EN)
	if callerOf(ctx).lang == "es" {
		p.Detail = reason.ES
	}
	p.Field, p.Line, p.RequestID = reason.Field, reason.Line, tracing.ID(ctx)
	if form, ok := errors.AsType[*refusedForm](err); ok {
		p.Items = form.items
	}
	p.in(callerOf(ctx).route.dialect())
	switch status {
	case http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusInsufficientStorage, http.StatusGatewayTimeout:
		if reason.Code == animo.Quota { // which does not get better by itself
			return p
		}
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {strconv.Itoa(retryAfter)}})
	case http.StatusUnauthorized:
		return huma.ErrorWithHeaders(p, http.Header{"Www-Authenticate": {"Bearer"}})
	}
	return p
}

// logLevel tells how loud a failed request is: Error is for what somebody must look into, Warn for what may
// need it, Debug for what clients bring about, such as going away or being too many.
func logLevel(code animo.Code, err error) slog.Level {
	switch code {
	case animo.Internal, animo.CorruptModel:
		return slog.LevelError
	case animo.Interrupted:
		return slog.LevelDebug
	case animo.Unavailable:
		if e, ok := errors.AsType[*animo.Error](err); ok && e.Cause == nil || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, os.ErrDeadlineExceeded) {
			return slog.LevelDebug // too many at once, or an upload that broke off
		}
	}
	return slog.LevelWarn
}

// writeProblem answers with a problem outside of huma.
func writeProblem(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	write(w, r, statusOf(animo.CodeOf(err)), log, err)
}

// write is writeProblem with another status than the code's own.
func write(w http.ResponseWriter, r *http.Request, status int, log *slog.Logger, err error) {
	answer := problemOf(r.Context(), status, log, err)
	if h, ok := answer.(huma.HeadersError); ok {
		for name, values := range h.GetHeaders() {
			w.Header()[name] = values
		}
	}
	p, ok := errors.AsType[*Problem](answer)
	if !ok {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = huma.DefaultJSONFormat.Marshal(w, p) // the client may be gone
}

// errorsMost is how many of the things that are wrong with a request its answer lists.
const errorsMost = 10

// huma makes the errors that it finds itself through these variables, which is the only way it offers. The
// first is for the API's description.
func init() {
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		return found("en", status, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		c := callerOf(ctx.Context())
		p := found(c.lang, status, errs).in(c.route.dialect())
		p.RequestID = tracing.ID(ctx.Context())
		return p
	}
}

// found makes a problem of what huma found wrong with a request, in the client's language; the list of errors
// keeps huma's own words.
func found(lang string, status int, errs []error) *Problem {
	p := newProblem(status, codeOfStatus(status), "")
	var sentences []string
	for _, err := range errs[:min(len(errs), errorsMost)] {
		detail, ok := errors.AsType[*huma.ErrorDetail](err)
		if !ok {
			continue
		}
		detail.Value = nil // it may be a whole opinion, or a key
		detail.Location, detail.Message = animo.Clip(detail.Location), animo.Clip(detail.Message)
		p.Errors = append(p.Errors, detail)
		field, sentence := explain(lang, detail)
		sentences = append(sentences, sentence)
		if p.Field == "" {
			p.Field = field
		}
	}
	p.Detail = strings.Join(sentences, "; ")
	if len(sentences) == 0 || status == http.StatusBadRequest {
		p.Detail, p.Field = whole(lang, status), ""
	}
	return p
}

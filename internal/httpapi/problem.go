package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"animo"
)

// Problem is an error as clients get it: a problem document (RFC 9457) with Animo's stable code and, where
// they apply, the field and the line at fault.
type Problem struct {
	Type   string              `json:"type" doc:"Where this kind of error is explained." example:"/docs#unknown_model"`
	Title  string              `json:"title" doc:"The status in words."`
	Status int                 `json:"status"`
	Detail string              `json:"detail" doc:"What is wrong and what to do, in the language of Accept-Language (en or es)."`
	Code   animo.Code          `json:"code" doc:"Stable: safe to branch on." example:"unknown_model"`
	Field  string              `json:"field,omitempty" doc:"The input at fault."`
	Line   int                 `json:"line,omitempty" doc:"The line at fault in a file, from 1."`
	Errors []*huma.ErrorDetail `json:"errors,omitempty" doc:"Each thing that was wrong with the request."`
}

// Error makes Problem an error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus gives huma the status to answer with.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes the answer's media type that of problem documents.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statuses maps codes to HTTP statuses. A code that is not here is 422: the request was understood and
// cannot be done.
var statuses = map[animo.Code]int{
	animo.Internal:        http.StatusInternalServerError,
	animo.CorruptModel:    http.StatusInternalServerError,
	animo.Unavailable:     http.StatusServiceUnavailable,
	animo.Interrupted:     http.StatusServiceUnavailable,
	animo.Timeout:         http.StatusGatewayTimeout,
	animo.NoSpace:         http.StatusInsufficientStorage,
	animo.TooManyRequests: http.StatusTooManyRequests,
	animo.Conflict:        http.StatusConflict,
	animo.NotTrained:      http.StatusConflict,
	animo.Unauthenticated: http.StatusUnauthorized,
	animo.Forbidden:       http.StatusForbidden,
	animo.NotFound:        http.StatusNotFound,
	animo.UnknownModel:    http.StatusNotFound,
	animo.TooLarge:        http.StatusRequestEntityTooLarge,
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

// problem turns any error into what a client may see of it, in the client's language, and logs the causes
// of those that are ours.
func problem(ctx context.Context, log *slog.Logger, err error) error {
	reason := animo.ReasonOf(err)
	status := statusOf(reason.Code)
	if status >= 500 && reason.Code != animo.NoSpace {
		log.ErrorContext(ctx, "request failed", "code", reason.Code, "err", err)
	}
	p := newProblem(status, reason.Code, reason.EN)
	if callerOf(ctx).lang == "es" {
		p.Detail = reason.ES
	}
	p.Field, p.Line = reason.Field, reason.Line
	switch status {
	case http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusInsufficientStorage, http.StatusGatewayTimeout:
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {strconv.Itoa(retryAfter)}})
	case http.StatusUnauthorized:
		return huma.ErrorWithHeaders(p, http.Header{"Www-Authenticate": {"Bearer"}})
	}
	return p
}

// writeProblem answers with a problem outside of huma.
func writeProblem(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	answer := problem(r.Context(), log, err)
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

// clip shortens a text that an answer repeats to at most 200 bytes.
func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// huma makes the errors that it finds itself through this variable, which is the only way it offers.
func init() {
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		p := newProblem(status, codeOfStatus(status), msg)
		details := []string{}
		for _, err := range errs[:min(len(errs), errorsMost)] {
			d, ok := err.(huma.ErrorDetailer)
			if !ok {
				if err != nil {
					p.Errors = append(p.Errors, &huma.ErrorDetail{Message: clip(err.Error())})
				}
				continue
			}
			detail := d.ErrorDetail()
			detail.Value = nil // it may be a whole opinion, or a key
			detail.Location, detail.Message = clip(detail.Location), clip(detail.Message)
			p.Errors = append(p.Errors, detail)
			details = append(details, detail.Location+": "+detail.Message)
			if p.Field == "" {
				p.Field = strings.TrimPrefix(detail.Location, "body.")
			}
		}
		if len(details) > 0 {
			p.Detail += ": " + strings.Join(details, "; ")
		}
		return p
	}
}

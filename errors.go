package animo

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Code says what kind of failure an error is. Codes are stable: clients branch on them, the API's
// problem documents carry them, and the page at /docs lists them. An error without a code is Internal.
type Code string

// The codes; Meaning tells each. Those of access and input fail the same way every time and are never tried again (see Final).
const (
	Internal        Code = "internal"
	Unavailable     Code = "unavailable"
	Timeout         Code = "timeout"
	Interrupted     Code = "interrupted"
	NoSpace         Code = "no_space"
	Machine         Code = "machine"
	Damaged         Code = "damaged"
	TooManyRequests Code = "too_many_requests"
	Conflict        Code = "conflict"
	Quota           Code = "quota"

	// Access.
	Unauthenticated Code = "unauthenticated"
	Forbidden       Code = "forbidden"

	// Input.
	Invalid       Code = "invalid"
	MalformedBody Code = "malformed_body"
	WrongMethod   Code = "wrong_method"
	NotFound      Code = "not_found"
	TooLarge      Code = "too_large"
	EmptyFile     Code = "empty_file"
	NotUTF8       Code = "not_utf8"
	UnknownFormat Code = "unknown_format"
	MalformedRow  Code = "malformed_row"
	BadLabel      Code = "bad_label"
	LineTooLong   Code = "line_too_long"
	TooManyRows   Code = "too_many_rows"
	TooFewRows    Code = "too_few_rows"
	OneClass      Code = "one_class"
	UnknownModel  Code = "unknown_model"
	NotTrained    Code = "not_trained"
	NotBetter     Code = "not_better"
	NotAsked      Code = "not_asked"
	Unlike        Code = "unlike"
	CorruptModel  Code = "corrupt_model"
	UnsafeName    Code = "unsafe_name"
	Unsupported   Code = "unsupported"

	// Pictures.
	UnknownImage   Code = "unknown_image"
	ImageTooLarge  Code = "image_too_large"
	TruncatedImage Code = "truncated_image"
	CorruptImage   Code = "corrupt_image"
	NoFace         Code = "no_face"
	SeveralFaces   Code = "several_faces"
	SmallFace      Code = "small_face"
	BlurredFace    Code = "blurred_face"
	BadLight       Code = "bad_light"
	TurnedFace     Code = "turned_face"
	CoveredFace    Code = "covered_face"
)

// meanings lists the codes in their order, with what each means in one line.
var meanings = []struct {
	code    Code
	meaning string
}{
	{Internal, "a defect or a broken dependency; the cause is in the log"},
	{Unavailable, "a part is not there now, or there is too much to do; try again"},
	{Timeout, "a deadline passed"},
	{Interrupted, "the process stopped while the work was running"},
	{NoSpace, "the disk is full or nearly full"},
	{Machine, "the machine lacks open files or memory, or its disk fails; try again"},
	{Damaged, "what was stored cannot be read from the disk any more"},
	{TooManyRequests, "more than the rate limit allows; try again"},
	{Conflict, "it exists already, or somebody else changed it first"},
	{Quota, "more than the tenant may keep; erase something, or have the limit raised"},
	{Unauthenticated, "no key, or one that is not known"},
	{Forbidden, "not allowed, whoever asks with these means"},
	{Invalid, "a field has a value that is not allowed; the field is named"},
	{MalformedBody, "a request that cannot be read at all, such as broken JSON"},
	{WrongMethod, "the path exists, the method does not"},
	{NotFound, "no such thing"},
	{TooLarge, "a body, file or text over its limit"},
	{EmptyFile, "a file without any row"},
	{NotUTF8, "bytes that are not UTF-8; the line is named"},
	{UnknownFormat, "a file of a kind that is not read, or in which no text and label are found"},
	{MalformedRow, "a row that cannot be read; the line is named"},
	{BadLabel, "a label that is not one; the line is named"},
	{LineTooLong, "a row over the limit of bytes; the line is named"},
	{TooManyRows, "more rows than the limit"},
	{TooFewRows, "fewer rows than the cross-validation has folds, or too few to tell"},
	{OneClass, "all rows carry the same label, or all but too few"},
	{UnknownModel, "no model of that id"},
	{NotTrained, "the model or version is not trained yet"},
	{NotBetter, "a trained version that is worse than the one that answers, or no better than guessing; it is held"},
	{NotAsked, "a trained version of a model whose versions answer only when somebody says so; it is held"},
	{Unlike, "texts unlike those that the model learned from"},
	{CorruptModel, "an artefact that cannot be read"},
	{UnsafeName, "a name with characters that are not allowed"},
	{Unsupported, "a trainer, option or media type that is not known"},
	{UnknownImage, "not a picture of a kind that can be read"},
	{ImageTooLarge, "a picture with more pixels or bytes than the limit"},
	{TruncatedImage, "a picture that ends before it is complete"},
	{CorruptImage, "a damaged picture"},
	{NoFace, "a picture without any face, where one is needed"},
	{SeveralFaces, "a picture with several faces, where only one may be"},
	{SmallFace, "a face with too few pixels to know the person by, or to read what it shows"},
	{BlurredFace, "a face too blurred to know the person by, or to read what it shows"},
	{BadLight, "a face too dark or too bright to know the person by, or to read what it shows"},
	{TurnedFace, "a face turned too far to know the person by, or to read what it shows"},
	{CoveredFace, "a face with something over a part of it, so that what it shows cannot be read"},
}

// Codes lists every code there is.
func Codes() []Code {
	list := make([]Code, len(meanings))
	for i, m := range meanings {
		list[i] = m.code
	}
	return list
}

// Meaning tells in one line what c stands for; empty for what is not a code.
func (c Code) Meaning() string {
	for _, m := range meanings {
		if m.code == c {
			return m.meaning
		}
	}
	return ""
}

// Final reports whether work that failed with c would fail the same way again, so that a queue should
// set it aside at once instead of trying it three times.
func (c Code) Final() bool {
	switch c {
	case Internal, Unavailable, Timeout, Interrupted, NoSpace, Machine, TooManyRequests, Conflict:
		return false
	}
	return true
}

// Error is a failure with a code, a text for people in English and Spanish, and a cause for the log.
type Error struct {
	Code  Code
	EN    string // what is wrong and what to do; never an internal cause
	ES    string // the same in Spanish
	Field string // the input field at fault, if there is one
	Line  int    // the line at fault in a file, counted from 1; 0 if there is none
	Cause error  // for the log only
}

// Errorf makes an Error from one English and one Spanish format, which use the same args in the same
// order. An error among args becomes the cause, though its text is shown only where a verb asks for it.
func Errorf(code Code, en, es string, args ...any) *Error {
	e := &Error{Code: code, EN: fmt.Sprintf(en, args...), ES: fmt.Sprintf(es, args...)}
	for _, a := range args {
		if err, ok := a.(error); ok {
			e.Cause = err
		}
	}
	return e
}

// At returns a copy of e that names the line of a file, counted from 1.
func (e *Error) At(line int) *Error { c := *e; c.Line = line; return &c }

// Of returns a copy of e that names the input field at fault.
func (e *Error) Of(field string) *Error { c := *e; c.Field = field; return &c }

// Because returns a copy of e with a cause for the log.
func (e *Error) Because(err error) *Error { c := *e; c.Cause = err; return &c }

// Error returns the English text, with the line where there is one.
func (e *Error) Error() string { return e.In("en") }

// In returns the text in "es" or, for every other language, in English.
func (e *Error) In(lang string) string {
	text, line := e.EN, "line"
	if lang == "es" {
		text, line = e.ES, "línea"
	}
	if e.Line > 0 {
		return fmt.Sprintf("%s %d: %s", line, e.Line, text)
	}
	return text
}

// Unwrap returns the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf tells the code of the first Error in err's chain. A context that ended is Timeout or
// Interrupted; anything else is Internal, and nil has the empty code.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout
	case errors.Is(err, context.Canceled):
		return Interrupted
	}
	return Internal
}

// Reason is the part of an error that may be stored and shown: no cause in it.
type Reason struct {
	Code  Code   `json:"code"`
	EN    string `json:"en"`
	ES    string `json:"es"`
	Field string `json:"field,omitempty"`
	Line  int    `json:"line,omitempty"`
}

// ReasonOf tells what may be shown of err. An error without a code says only that something inside failed.
func ReasonOf(err error) Reason {
	if e, ok := errors.AsType[*Error](err); ok {
		return Reason{e.Code, e.In("en"), e.In("es"), e.Field, e.Line}
	}
	switch code := CodeOf(err); code {
	case Timeout:
		return Reason{Code: code, EN: "it took longer than it may", ES: "tardó más de lo permitido"}
	case Interrupted:
		return Reason{Code: code, EN: "it was interrupted", ES: "fue interrumpido"}
	default:
		return Reason{Code: code, EN: "something inside failed; the log says what", ES: "algo falló por dentro; el registro dice qué"}
	}
}

// Ended is the error of a context that has ended, with its code: Timeout or Interrupted.
func Ended(err error) *Error {
	r := ReasonOf(err)
	return &Error{Code: r.Code, EN: r.EN, ES: r.ES, Cause: err}
}

// Clip shortens a text that an error repeats to at most 200 bytes, and drops what is not UTF-8 where it cuts.
func Clip(s string) string {
	const most = 200
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

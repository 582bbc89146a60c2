package rekognition

import (
	"errors"
	"fmt"
	"net/http"

	"animo"
)

// failure is an error as AWS's clients know it: a code that they branch on, and a text for people.
type failure struct {
	code  string
	text  string
	cause error // for the log only
}

// Error returns code and text.
func (f *failure) Error() string { return f.code + ": " + f.text }

// Unwrap returns the cause to errors.Is and errors.As.
func (f *failure) Unwrap() error { return f.cause }

func failf(code, format string, args ...any) *failure {
	return &failure{code: code, text: fmt.Sprintf(format, args...)}
}

// The codes of which there is more than one cause. Which call answers which is in the API reference:
// https://docs.aws.amazon.com/rekognition/latest/APIReference/API_Operations.html
const (
	accessDenied     = "AccessDeniedException"
	imageTooLarge    = "ImageTooLargeException"
	internalError    = "InternalServerError"
	invalidFormat    = "InvalidImageFormatException"
	invalidParameter = "InvalidParameterException"
	invalidS3Object  = "InvalidS3ObjectException"
	notFound         = "ResourceNotFoundException"
	quotaExceeded    = "ServiceQuotaExceededException"
	serialization    = "SerializationException"
	throttling       = "ThrottlingException"
	tooMuchAtOnce    = "ProvisionedThroughputExceededException"
	unknownClient    = "UnrecognizedClientException"
)

// status is the status of HTTP that goes with the code: 500 for what may succeed later through no doing of the
// client's, which its SDK tries again, and 400 for all others, those of access too
// (https://docs.aws.amazon.com/rekognition/latest/dg/error-handling.html).
func (f *failure) status() int {
	if f.code == internalError || f.code == throttling {
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// failureOf puts any error into AWS's words. What is not meant for clients stays in the cause.
func failureOf(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	f := &failure{code: internalError, text: "something inside failed; the server's log says what", cause: err}
	switch animo.CodeOf(err) {
	case animo.UnknownImage, animo.CorruptImage, animo.TruncatedImage:
		f.code = invalidFormat
	case animo.ImageTooLarge, animo.TooLarge:
		f.code = imageTooLarge
	case animo.Invalid, animo.UnsafeName:
		f.code = invalidParameter
	case animo.NotFound:
		f.code = notFound
	case animo.Forbidden:
		f.code = accessDenied
	case animo.TooManyRequests:
		f.code = tooMuchAtOnce
	case animo.Quota:
		f.code = quotaExceeded
	case animo.Unavailable, animo.Timeout, animo.Interrupted, animo.Conflict, animo.NoSpace, animo.Machine:
		f.code = throttling
	default:
		return f
	}
	f.text = animo.ReasonOf(err).EN
	return f
}

package httpapi

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"animo"
)

// readBody takes in the whole body of a request that is not an upload and refuses what would be expensive or
// wrong to decode: huma decodes a body twice and makes an error for each value that does not fit its schema,
// and encoding/json turns bytes that are not UTF-8 into others.
func (s *server) readBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isUpload(r) || r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		body, err := s.jsonBody(w, r)
		if err != nil {
			writeProblem(w, r, s.Log, err)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// isUpload tells the one kind of request whose body may be large: it is streamed, never held.
func isUpload(r *http.Request) bool {
	return r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/v1/training/")
}

// spareValues is how many values a body may have beside its texts.
const spareValues = 100

// jsonBody reads a body of at most Limits.BodyBytes bytes of UTF-8 with at most some twice
// Limits.Texts values. It does not look whether the body is JSON.
func (s *server) jsonBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.Limits.BodyBytes))
	if err != nil {
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, animo.Errorf(animo.TooLarge, "the body has more than %d bytes; send less at once", "el cuerpo tiene más de %d bytes; envíe menos de una vez", tooLarge.Limit)
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, animo.Errorf(animo.Timeout, "the body took too long to arrive; send it again", "el cuerpo tardó demasiado en llegar; envíelo de nuevo")
		}
		return nil, animo.Errorf(animo.MalformedBody, "the body did not arrive whole; send it again", "el cuerpo no llegó entero; envíelo de nuevo").Because(err)
	}
	if !utf8.Valid(body) {
		return nil, animo.Errorf(animo.MalformedBody, "the body is not UTF-8; encode it so", "el cuerpo no es UTF-8; codifíquelo así")
	}
	if most := s.Limits.Texts + spareValues; jsonValues(body) > 2*most {
		return nil, animo.Errorf(animo.TooLarge, "the body has too many values; a call takes at most %d texts", "el cuerpo tiene demasiados valores; una llamada admite %d textos como mucho", s.Limits.Texts)
	}
	return body, nil
}

// jsonValues tells how many values a JSON text has at most, without decoding it: outside of strings, a value
// begins at the start, after each comma and inside each bracket.
func jsonValues(body []byte) int {
	n := 1
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case ',', '[', '{':
			n++
		case '"':
			for i++; i < len(body) && body[i] != '"'; i++ {
				if body[i] == '\\' {
					i++ // past what it escapes
				}
			}
		}
	}
	return n
}

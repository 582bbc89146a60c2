package httpapi

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"mime"
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
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		if err := checkMedia(r); err != nil {
			write(w, r, http.StatusUnsupportedMediaType, s.Log, err)
			return
		}
		if kindOf(r) == upload {
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

// spareValues is how many values a body may have beside its texts or faces.
const spareValues = 100

// jsonBody reads a body of at most Limits.BodyBytes bytes of UTF-8 with at most some twice Limits.Texts values, or
// those of Limits.Moods faces. It does not look whether the body is JSON.
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
	if kindOf(r) == manyFaces {
		if jsonValues(body) > s.Limits.Moods*valuesOfFace+spareValues {
			return nil, animo.Errorf(animo.TooLarge, "the body has too many values; a call takes at most %d faces", "el cuerpo tiene demasiados valores; una llamada admite %d rostros como mucho", s.Limits.Moods)
		}
	} else if most := s.Limits.Texts + spareValues; jsonValues(body) > 2*most {
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

// checkMedia answers Unsupported for a body that says it is something else than what is read here.
func checkMedia(r *http.Request) error {
	kind := ""
	if v := r.Header.Get("Content-Type"); v != "" {
		kind, _, _ = mime.ParseMediaType(v) // "" if it cannot be read
		kind = cmp.Or(kind, "?")
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return animo.Errorf(animo.Unsupported, "a body with Content-Encoding is not read; send it as it is, a file with curl -T FILE",
			"no se lee un cuerpo con Content-Encoding; envíelo tal cual, un archivo con curl -T ARCHIVO")
	}
	if kindOf(r) == upload {
		takesForms := r.Method == http.MethodPost
		if strings.HasPrefix(kind, "multipart/") && !(takesForms && kind == multipartForm) { // its borders would be taken for the file's
			return animo.Errorf(animo.Unsupported, "the body must be the file itself, not a form; with curl: curl -T FILE", "el cuerpo debe ser el archivo mismo, no un formulario; con curl: curl -T ARCHIVO")
		}
		return nil
	}
	switch kind {
	case "", "application/json", "text/plain", formType:
		return nil
	}
	return animo.Errorf(animo.Unsupported, "the body must be JSON; send it with Content-Type: application/json", "el cuerpo debe ser JSON; envíelo con Content-Type: application/json")
}

const (
	formType      = "application/x-www-form-urlencoded" // what curl -d says of any body
	multipartForm = "multipart/form-data"               // what curl -F says
)

package rekognition

import (
	"errors"
	"io"
	"net/http"
	"os"

	"animo"
)

// authenticate finds out whose request it is and reads its body, of at most `most` bytes. While no key exists, a
// request from this machine is the default tenant's, whatever its signature; otherwise it must be signed with an
// access key. It also counts the request among those that are served at once, until release is called.
func (s *Server) authenticate(w http.ResponseWriter, r *http.Request, most int64) (c caller, body []byte, release func(), err error) {
	if r.ContentLength > most {
		return c, nil, nil, tooLong(most)
	}
	c, verify, err := s.whose(r)
	if err != nil {
		return c, nil, nil, err
	}
	// The body comes last, so that nobody without a key has one held in memory.
	if s.slots.Take(c.tenant) != nil {
		return c, nil, nil, tooMany()
	}
	body, err = readBody(w, r, most)
	if err == nil {
		err = verify(body)
	}
	if err != nil {
		s.slots.Give(c.tenant)
		return c, nil, nil, err
	}
	return c, body, func() { s.slots.Give(c.tenant) }, nil
}

// whose reads from a request's signature whose request it claims to be, and returns the function that checks the claim.
// A bounded number of requests is looked up at once, because anybody can send any signature.
func (s *Server) whose(r *http.Request) (c caller, verify func(body []byte) error, err error) {
	given, malformed := signatureOf(r)
	looked := false
	err = s.lookups.Do(given.accessKey, func() (string, error) {
		looked = true
		c, verify, err = s.claimed(r, given, malformed)
		return c.tenant, err
	})
	switch {
	case !looked:
		return c, nil, tooMany()
	case animo.CodeOf(err) == animo.Unauthenticated:
		err = failf(unknownClient, "The security token included in the request is invalid.")
	}
	return c, verify, err
}

// claimed is whose without a bound, for a signature that was read, or the error of one that was not.
func (s *Server) claimed(r *http.Request, given signature, malformed error) (c caller, verify func(body []byte) error, err error) {
	locked, err := s.Keys.Locked(r.Context())
	if err != nil {
		return c, nil, err
	}
	if !locked {
		return caller{animo.DefaultTenant, given.region}, func([]byte) error { return nil }, s.Local(r)
	}
	if malformed != nil {
		return c, nil, malformed
	}
	if err := given.fresh(s.Now()); err != nil {
		return c, nil, err
	}
	tenant, secret, err := s.Keys.Secret(r.Context(), given.accessKey)
	return caller{tenant, given.region}, func(body []byte) error { return given.verify(r, body, secret) }, err
}

func readBody(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err == nil {
		return body, nil
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLong(most)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, failf(throttling, "the body took too long to arrive; send it again")
	}
	return nil, failf(serialization, "the body did not arrive whole; send it again")
}

func tooMany() error {
	return failf(tooMuchAtOnce, "too many requests at once; try again a little later")
}

func tooLong(most int64) error {
	return failf(imageTooLarge, "the body has more than %d bytes; pass pictures of at most 5 MB, or larger ones as S3Object", most)
}

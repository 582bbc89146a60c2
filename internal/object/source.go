package object

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"sync/atomic"

	"animo"
)

// A source reads what Put is given until it ends or ctx does, sums it up on the way, and remembers which
// error was the reader's, since that one goes back as it is.
type source struct {
	ctx  context.Context
	r    io.Reader
	hash hash.Hash
	err  error
}

func newSource(ctx context.Context, r io.Reader) *source {
	return &source{ctx: ctx, r: r, hash: sha256.New()}
}

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = ended(err)
		return 0, s.err
	}
	n, err := s.r.Read(p)
	s.hash.Write(p[:n])
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// sum gives the SHA-256 of what was read, in hexadecimal digits.
func (s *source) sum() string { return hex.EncodeToString(s.hash.Sum(nil)) }

// check refuses a call after Close, a tenant that is not one, or what the check of the name found.
func check(closed *atomic.Bool, tenant string, name error) error {
	if closed.Load() {
		return animo.Errorf(animo.Unavailable, "the object store is closed", "el almacén de objetos está cerrado")
	}
	if err := checkTenant(tenant); err != nil {
		return err
	}
	return name
}

func notFound(name string) error {
	return animo.Errorf(animo.NotFound, "there is no object %q", "no existe el objeto %q", name)
}

// ended gives the error of an ended context its code.
func ended(err error) error {
	r := animo.ReasonOf(err)
	return &animo.Error{Code: r.Code, EN: r.EN, ES: r.ES, Cause: err}
}

package object

import (
	"context"
	"io"
	"sync/atomic"

	"animo"
)

// A source reads Put's reader until the reader or ctx ends. It remembers the reader's own error, because Put answers that
// error as it is.
type source struct {
	ctx context.Context
	r   io.Reader
	err error
}

func newSource(ctx context.Context, r io.Reader) *source { return &source{ctx: ctx, r: r} }

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = animo.Ended(err)
		return 0, s.err
	}
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// Check answers why a call is refused: after Close, for a bad tenant, for the first error of others, which are the checks of
// the other arguments, or because ctx has ended. It is for those who implement Store.
func Check(ctx context.Context, closed *atomic.Bool, tenant string, others ...error) error {
	if closed.Load() {
		return animo.Errorf(animo.Unavailable, "the object store is closed", "el almacén de objetos está cerrado")
	}
	if err := CheckTenant(tenant); err != nil {
		return err
	}
	for _, err := range others {
		if err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return animo.Ended(err)
	}
	return nil
}

// NotFound is the answer where there is no object of that name.
func NotFound(name string) error {
	return animo.Errorf(animo.NotFound, "there is no object %q", "no existe el objeto %q", name)
}

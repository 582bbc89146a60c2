// Package object keeps named bytes by tenant: uploaded files and models' artefacts.
package object

import (
	"context"
	"io"
)

// Store keeps objects. Every method is safe to call at once; a tenant sees only its own. An object that
// Put returned nil for is on disk, whole; one that failed half-way is not there. Names are '/'-separated
// paths of clean parts (no empty part, no "." or "..", no backslash or control character), at most 512
// bytes; others answer UnsafeName. Failures are animo.Errors: NotFound, UnsafeName, NoSpace, Internal.
type Store interface {
	// Put stores what r gives under the name, replacing what was there, and tells how many bytes and
	// their SHA-256 in hexadecimal digits.
	Put(ctx context.Context, tenant, name string, r io.Reader) (size int64, sha256 string, err error)
	// Get opens an object; the caller closes it. It answers NotFound when there is none.
	Get(ctx context.Context, tenant, name string) (io.ReadCloser, error)
	// Delete removes every object whose name begins with the prefix and tells how many.
	Delete(ctx context.Context, tenant, prefix string) (int, error)
	Close() error
}

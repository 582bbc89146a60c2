// Package object keeps named bytes by tenant: uploaded files and models' artefacts. Start at Open.
package object

import (
	"context"
	"io"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"animo"
)

// Store keeps objects. Every method is safe to call at once; a tenant sees only its own. An object that
// Put returned nil for is on disk, whole; one that failed half-way is not there.
//
// A tenant is 1 to 63 of the characters a-z, 0-9 and "-". Names are '/'-separated paths of clean parts: no
// empty part, no "." or "..", no backslash or control character, valid UTF-8; at most 512 bytes, and 200 a
// part. Others answer UnsafeName. A name that is also the beginning of another's path, like "a" and "a/b",
// answers Conflict where objects are files.
//
// Failures are animo.Errors: NotFound, UnsafeName, Invalid, Conflict, NoSpace, Internal, after Close Unavailable,
// and Timeout or Interrupted when ctx ends first. An error of the reader given to Put comes back as it is.
type Store interface {
	// Put stores the bytes from where r stands to its end under the name, in place of what was there. A store may seek in
	// r, to learn the size before it sends the bytes, and to send them again where that failed.
	Put(ctx context.Context, tenant, name string, r io.ReadSeeker) error
	// Get opens an object, or a range of it, and returns what Stat would; the caller closes the reader. It answers
	// NotFound where there is no object, and Invalid for a range with a negative number. An open reader reads to its end,
	// also where the object is replaced or removed meanwhile.
	Get(ctx context.Context, tenant, name string, part Range) (io.ReadCloser, Info, error)
	// Stat returns an object's size and when it was stored. It answers NotFound where there is no object.
	Stat(ctx context.Context, tenant, name string) (Info, error)
	// Delete removes every object whose name begins with the prefix, all of the tenant's for "", and returns
	// how many. The prefix may end anywhere in a name; otherwise the rules of names hold.
	Delete(ctx context.Context, tenant, prefix string) (int, error)
	Close() error
}

// Info is what is known of an object without reading it.
type Info struct {
	Size     int64     // bytes of the whole object, also where a range of it is read
	Modified time.Time // when it was stored, by the store's clock; S3 tells whole seconds
}

// Range is a part of an object, in bytes. A range that reaches beyond the object's end ends there; one that begins there or
// later has no bytes. The zero Range is the whole object.
type Range struct {
	Offset int64
	Length int64 // 0 is all from Offset on
}

// of returns a reader of the range's bytes in an object.
func (r Range) of(object io.ReaderAt) io.Reader {
	if r.Length == 0 {
		r.Length = math.MaxInt64
	}
	return io.NewSectionReader(object, r.Offset, r.Length)
}

// Check answers Invalid for a range with a negative number.
func (r Range) Check() error {
	if r.Offset < 0 || r.Length < 0 {
		return animo.Errorf(animo.Invalid,
			"a range of an object has an offset and a length of 0 or more, not %d and %d",
			"un rango de un objeto tiene un inicio y una longitud de 0 o más, no %d y %d", r.Offset, r.Length)
	}
	return nil
}

// The limits of a name and of one part of it, in bytes. File systems take 255 a part; the rest is room for
// the suffix of an unfinished file.
const (
	MaxName = 512
	MaxPart = 200
)

// Options tune a store. The zero value works.
type Options struct {
	// Now is the wall clock, which says how old an unfinished file is and, in memory, when an object was stored; nil means
	// time.Now. A folder's files have the time of the file system.
	Now func() time.Time
}

// Open opens the store at a URL: "file:DIR", the folder as the operating system writes it, which is made if
// it is not there; or "mem:", which keeps objects in memory until Close. Another scheme answers Unsupported.
func Open(ctx context.Context, url string, o Options) (Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	scheme, rest, _ := strings.Cut(url, ":")
	switch {
	case scheme == "file" && rest != "":
		return openFolder(rest, o.Now)
	case scheme == "mem" && rest == "":
		return openMemory(o.Now), nil
	}
	return nil, animo.Errorf(animo.Unsupported,
		"no object store of the kind %q; use file:DIR or mem:",
		"no hay almacén de objetos del tipo %q; use file:CARPETA o mem:", scheme)
}

// CheckTenant answers UnsafeName unless the tenant may be the first part of a path.
func CheckTenant(tenant string) error {
	ok := len(tenant) >= 1 && len(tenant) <= 63
	for _, c := range []byte(tenant) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')
	}
	if !ok {
		return animo.Errorf(animo.UnsafeName, "%q is not a tenant's id", "%q no es el identificador de un inquilino", tenant)
	}
	return nil
}

// CheckName answers UnsafeName unless the name is a clean path.
func CheckName(name string) error {
	ok := len(name) <= MaxName && utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool {
		return r == '\\' || unicode.IsControl(r)
	})
	for part := range strings.SplitSeq(name, "/") {
		ok = ok && part != "" && part != "." && part != ".." && len(part) <= MaxPart
	}
	if !ok {
		return animo.Errorf(animo.UnsafeName,
			"%q is not a safe name: use parts of at most %d bytes with / between them, none of them . or ..",
			"%q no es un nombre seguro: use partes de %d bytes como máximo con / entre ellas, ninguna . ni ..",
			shorten(name), MaxPart)
	}
	return nil
}

// CheckPrefix answers UnsafeName unless a name can begin with the prefix.
func CheckPrefix(prefix string) error {
	if prefix == "" {
		return nil
	}
	return CheckName(prefix + "x") // completes a last part of "", "." or ".."
}

// shorten keeps an error text readable when a name is not.
func shorten(name string) string {
	if len(name) <= MaxPart {
		return name
	}
	return strings.ToValidUTF8(name[:MaxPart], "") + "…"
}

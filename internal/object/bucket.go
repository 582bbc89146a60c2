package object

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"animo"

	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"
	"gocloud.dev/gcerrors"
)

// A bucket keeps each object under the key TENANT/NAME of a gocloud.dev bucket, whose writers publish a
// whole object or none.
type bucket struct {
	b      *blob.Bucket
	closed atomic.Bool
}

// openMemory makes a store that is gone when it is closed.
func openMemory() *bucket { return &bucket{b: memblob.OpenBucket(nil)} }

// Put implements Store.
func (b *bucket) Put(ctx context.Context, tenant, name string, r io.Reader) error {
	if err := check(&b.closed, tenant, checkName(name)); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// A content type keeps the writer from holding back the first bytes to guess one.
	w, err := b.b.NewWriter(ctx, tenant+"/"+name, &blob.WriterOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return blobError(err, name)
	}
	src := newSource(ctx, r)
	_, err = io.Copy(w, src)
	if err != nil {
		cancel() // makes Close throw the object away
		err = errors.Join(err, w.Close())
		if src.err != nil {
			return src.err
		}
		return blobError(err, name)
	}
	if err := w.Close(); err != nil {
		return blobError(err, name)
	}
	return nil
}

// Get implements Store.
func (b *bucket) Get(ctx context.Context, tenant, name string) (io.ReadCloser, error) {
	if err := check(&b.closed, tenant, checkName(name)); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, ended(err)
	}
	r, err := b.b.NewReader(ctx, tenant+"/"+name, nil)
	if err != nil {
		return nil, blobError(err, name)
	}
	return r, nil
}

// Delete implements Store.
func (b *bucket) Delete(ctx context.Context, tenant, prefix string) (removed int, err error) {
	if err := check(&b.closed, tenant, checkPrefix(prefix)); err != nil {
		return 0, err
	}
	list := b.b.List(&blob.ListOptions{Prefix: tenant + "/" + prefix})
	for {
		o, err := list.Next(ctx)
		if err == io.EOF {
			return removed, nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = b.b.Delete(ctx, o.Key)
		}
		switch {
		case err == nil:
			removed++
		case gcerrors.Code(err) != gcerrors.NotFound: // that one somebody else deleted
			return removed, blobError(err, prefix)
		}
	}
}

// Close implements Store.
func (b *bucket) Close() error {
	if b.closed.Swap(true) {
		return nil
	}
	return b.b.Close()
}

// blobError gives a bucket's error its code.
func blobError(err error, name string) error {
	switch {
	case gcerrors.Code(err) == gcerrors.NotFound:
		return notFound(name)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return ended(err)
	}
	return animo.Errorf(animo.Internal, "the object store failed", "falló el almacén de objetos").Because(err)
}

package backup

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"animo/internal/object"
)

// Unpack puts the rows into a new file and the objects into a store, and syncs both.
func (b *Backup) Unpack(ctx context.Context, database string, to object.Store) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(copiesAtOnce)
	err := b.read(func(f File) error {
		if rest, ok := strings.CutPrefix(f.Name, objectsFolder+"/"); ok {
			tenant, name, _ := strings.Cut(rest, "/")
			g.Go(func() error { return b.putObject(gctx, to, f.Name, tenant, name) })
		}
		return gctx.Err()
	})
	if err := errors.Join(g.Wait(), err); err != nil {
		return err
	}
	return copyFile(ctx, filepath.Join(b.dir, databaseFile), database)
}

func (b *Backup) putObject(ctx context.Context, to object.Store, file, tenant, name string) error {
	f, err := os.Open(filepath.Join(b.dir, filepath.FromSlash(file)))
	if err != nil {
		return err
	}
	defer f.Close()
	return to.Put(ctx, tenant, name, f)
}

func copyFile(ctx context.Context, from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, reader{ctx, in})
	return errors.Join(err, out.Sync(), out.Close())
}

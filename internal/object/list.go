package object

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"path"
	"strings"
	"syscall"

	"animo"
)

// Ref names an object that a row speaks of.
type Ref struct {
	Name   string
	SHA256 string // of its bytes, in hex; "" where the row does not tell
	Needed bool   // it is there as long as the row is; others may be missing
}

// Listed is an object that a store has.
type Listed struct {
	Tenant, Name string
	Info
}

// Lister is implemented by a Store that can list what it has.
type Lister interface {
	// List yields every object of every tenant, in no order. It takes time in proportion to all that is kept. Objects that are put
	// or deleted meanwhile may be among them or not. An error is the last element.
	List(ctx context.Context) iter.Seq2[Listed, error]
	// Remove removes the one object of that name; where there is none, nothing.
	Remove(ctx context.Context, tenant, name string) error
}

// List implements Lister.
func (f *folder) List(ctx context.Context) iter.Seq2[Listed, error] {
	return func(yield func(Listed, error) bool) {
		err := fs.WalkDir(f.root.FS(), ".", func(place string, e fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
				return nil // gone meanwhile
			case err != nil:
				return err
			case ctx.Err() != nil:
				return ctx.Err()
			case e.IsDir() && place != "." && strings.HasPrefix(place, "."): // partial, and what others keep here
				return fs.SkipDir
			case !e.Type().IsRegular():
				return nil
			}
			tenant, name, ok := strings.Cut(place, "/")
			if !ok || CheckTenant(tenant) != nil || CheckName(name) != nil {
				return nil // no object
			}
			stat, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			if !yield(Listed{tenant, name, Info{Size: stat.Size(), Modified: stat.ModTime()}}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(Listed{}, fileError(err))
		}
	}
}

// Remove implements Lister.
func (f *folder) Remove(ctx context.Context, tenant, name string) error {
	if err := Check(ctx, &f.closed, tenant, CheckName(name)); err != nil {
		return err
	}
	place := path.Join(tenant, name)
	if err := f.root.Remove(place); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileError(err)
	}
	f.damage.forget(place)
	if err := f.tidyUp(map[string]bool{path.Dir(place): true}); err != nil {
		return fileError(err)
	}
	return nil
}

// Remove implements Lister.
func (m *memory) Remove(ctx context.Context, tenant, name string) error {
	if err := Check(ctx, &m.closed, tenant, CheckName(name)); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.objects, tenant+"/"+name)
	return nil
}

// List implements Lister.
func (m *memory) List(ctx context.Context) iter.Seq2[Listed, error] {
	return func(yield func(Listed, error) bool) {
		m.mu.RLock()
		var list []Listed
		for path, k := range m.objects {
			tenant, name, _ := strings.Cut(path, "/")
			list = append(list, Listed{tenant, name, k.info()})
		}
		m.mu.RUnlock()
		for _, l := range list {
			if ctx.Err() != nil {
				yield(Listed{}, animo.Ended(ctx.Err()))
				return
			}
			if !yield(l, nil) {
				return
			}
		}
	}
}

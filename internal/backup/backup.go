// Package backup copies the rows and objects of an Animo that is in use into a folder, of one moment and with the hash of every
// file, and puts them back. Begin at Make and Open.
package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"animo"
	"animo/internal/object"
)

// What is in the folder of a backup.
const (
	databaseFile  = "animo.db"
	objectsFolder = "objects"
	manifestFile  = "manifest.jsonl"
)

// Source is what is copied.
type Source struct {
	About
	Now     func() time.Time                             // which the log of erasures has, too; nil means time.Now
	Copy    func(ctx context.Context, path string) error // the rows, as they are at one moment, into a new file
	Objects object.Store
	Rows    func(ctx context.Context, path string) iter.Seq2[Wanted, error] // the objects that the rows in such a file speak of
}

// Wanted is an object that a row speaks of.
type Wanted struct {
	Tenant string
	object.Ref
}

// Result says what Make made.
type Result struct {
	Manifest
	Rounds int // how often the rows were copied
}

// mostRounds is how often the rows are copied at most. Each round after the first copies what came in the round before alone, so the
// rounds become short at once.
const mostRounds = 20

// copiesAtOnce is how many objects are copied at once, so that they share syncs.
const copiesAtOnce = 8

// Make makes a backup in a folder that is empty or not there. It is whole or no backup: its manifest, without which it cannot be
// restored, is written last. After an error nothing of it is left.
//
// Rows first, then the objects that they speak of: an object is there before its row, and goes after it. What was erased or retired
// in between is in the copied rows, but its object is gone; then Make copies the rows anew, and what came meanwhile, until nothing is
// missing. An object that two copies of the rows speak of, and that is not there, is lost: the manifest names it.
func Make(ctx context.Context, dir string, s Source) (r Result, err error) {
	if s.Now == nil {
		s.Now = time.Now
	}
	if err := makeEmpty(dir); err != nil {
		return r, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, clearFolder(dir))
		}
	}()
	objects, err := object.Open(ctx, "file:"+filepath.Join(dir, objectsFolder), object.Options{})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, objects.Close()) }()
	r.About, r.Taken = s.About, s.Now().UTC().Truncate(time.Second)
	var c, before copied
	for {
		if r.Rounds++; r.Rounds > mostRounds {
			return r, animo.Errorf(animo.Unavailable, "more is erased than a backup can follow; try again", "se borra más de lo que una copia puede seguir; inténtelo de nuevo")
		}
		database := filepath.Join(dir, databaseFile)
		if err := os.Remove(database); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return r, err
		}
		if err := s.Copy(ctx, database); err != nil {
			return r, err
		}
		before = c
		if c, err = copyObjects(ctx, objects, s, database); err != nil {
			return r, err
		}
		r.Lost, r.Damaged = nil, slices.Sorted(maps.Keys(c.damaged))
		for name := range c.missing {
			if before.missing[name] {
				r.Lost = append(r.Lost, name)
			}
		}
		if len(r.Lost) == len(c.missing) {
			break
		}
	}
	slices.Sort(r.Lost)
	if err := os.RemoveAll(filepath.Join(dir, objectsFolder, ".partial")); err != nil {
		return r, err
	}
	if err := removeUnwanted(ctx, objects, c.wanted); err != nil {
		return r, err
	}
	return r, r.write(ctx, dir, objects, c.wanted)
}

// copied is what became of the objects that one copy of the rows speaks of, by TENANT/NAME.
type copied struct {
	wanted           map[string]string // SHA-256, as their rows tell it
	missing, damaged map[string]bool   // of those: not there; not to be read from the disk
}

// copyObjects copies the objects that the rows speak of and that are not copied yet.
func copyObjects(ctx context.Context, to object.Store, s Source, database string) (copied, error) {
	c := copied{map[string]string{}, map[string]bool{}, map[string]bool{}}
	var mu sync.Mutex
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(copiesAtOnce)
	var rowsErr error
	for w, err := range s.Rows(gctx, database) {
		if err != nil {
			rowsErr = err
			break
		}
		g.Go(func() error {
			err := copyObject(gctx, to, s.Objects, w)
			name := w.Tenant + "/" + w.Name
			mu.Lock()
			defer mu.Unlock()
			switch code := animo.CodeOf(err); {
			case code == animo.NotFound && !w.Needed:
				return nil
			case code == animo.NotFound:
				c.missing[name] = true
			case code == animo.Damaged || errors.Is(err, syscall.EIO):
				c.damaged[name] = true
			case err != nil:
				return err
			}
			c.wanted[name] = w.SHA256
			return nil
		})
	}
	return c, errors.Join(rowsErr, g.Wait())
}

// copyObject copies one object, unless that was done before.
func copyObject(ctx context.Context, to, from object.Store, w Wanted) error {
	if _, err := to.Stat(ctx, w.Tenant, w.Name); animo.CodeOf(err) != animo.NotFound {
		return err
	}
	body, _, err := from.Get(ctx, w.Tenant, w.Name, object.Range{})
	if err != nil {
		return err
	}
	defer body.Close()
	return to.Put(ctx, w.Tenant, w.Name, forward{body})
}

// forward is an object as it comes from a store, to be put into a folder, which reads it once from its beginning to its end.
type forward struct{ io.Reader }

// Seek implements io.Seeker for what never asks.
func (forward) Seek(int64, int) (int64, error) {
	return 0, errors.New("an object that is being copied can be read only once")
}

// removeUnwanted removes the objects of which the rows do not speak any more.
func removeUnwanted(ctx context.Context, objects object.Store, wanted map[string]string) error {
	for o, err := range objects.(object.Lister).List(ctx) {
		if err != nil {
			return err
		}
		if _, ok := wanted[o.Tenant+"/"+o.Name]; ok {
			continue
		}
		if err := objects.(object.Lister).Remove(ctx, o.Tenant, o.Name); err != nil {
			return err
		}
	}
	return nil
}

// makeEmpty makes a folder that only its owner may use, or answers Conflict where there is something in it.
func makeEmpty(dir string) error {
	switch entries, err := os.ReadDir(dir); {
	case err == nil && len(entries) > 0:
		if _, err := os.Stat(filepath.Join(dir, manifestFile)); err == nil {
			return animo.Errorf(animo.Conflict, "there is a backup in %s already; name another folder", "ya hay una copia en %s; indique otra carpeta", dir)
		}
		return animo.Errorf(animo.Conflict, "%s is not empty; name another folder, or, where a backup broke off there, remove it", "%s no está vacía; indique otra carpeta o, si allí se interrumpió una copia, bórrela", dir)
	case err == nil:
		return os.Chmod(dir, 0o700)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return os.MkdirAll(dir, 0o700)
}

// clearFolder removes what is in a folder.
func clearFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	if err != nil {
		return fmt.Errorf("clear %s: %w", dir, err)
	}
	return nil
}

package object

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"animo"
)

// A folder keeps each object as a file at TENANT/NAME.
//
// A file is written in the folder ".partial", synced, renamed to its place, and then the folders above it
// are synced, so that after a power cut it is there whole or not at all. os.Root keeps every path, also
// through a symbolic link, inside the folder.
type folder struct {
	root   *os.Root
	closed atomic.Bool
	// tidy is held for writing while empty folders are removed, and for reading while folders are made
	// and a file is moved into them.
	tidy sync.RWMutex

	damage damage
}

// partial is the folder of unfinished files. No tenant can be called so.
const partial = ".partial"

// abandoned is for how long nobody wrote to an unfinished file that is taken for a crash's. To a younger one another process
// may be writing.
const abandoned = time.Hour

func openFolder(dir string, now func() time.Time) (*folder, error) {
	if err := makeDir(dir); err != nil {
		return nil, fileError(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fileError(err)
	}
	f := &folder{root: root, damage: damage{now: time.Now}}
	if err := f.sweep(now); err != nil {
		return nil, errors.Join(fileError(err), root.Close())
	}
	return f, nil
}

// makeDir makes the store's own folder and those above it that are not there, and syncs the entry of each.
func makeDir(dir string) error {
	err := os.Mkdir(dir, 0o700)
	parent := filepath.Dir(dir)
	if errors.Is(err, fs.ErrNotExist) && parent != dir {
		if err := makeDir(parent); err != nil {
			return err
		}
		err = os.Mkdir(dir, 0o700)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	d, err := os.Open(parent)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// sweep makes the folder of unfinished files and removes those that a crash left. A clock that is ahead makes it remove what
// another process is writing; that Put fails then, and its caller stores the object again or answers the error.
func (f *folder) sweep(now func() time.Time) error {
	if err := f.root.MkdirAll(partial, 0o700); err != nil {
		return err
	}
	entries, err := fs.ReadDir(f.root.FS(), partial)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || now().Sub(info.ModTime()) < abandoned {
			continue // just finished, or still being written
		}
		if err := f.root.Remove(path.Join(partial, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Put implements Store.
func (f *folder) Put(ctx context.Context, tenant, name string, r io.ReadSeeker) error {
	if err := Check(ctx, &f.closed, tenant, CheckName(name)); err != nil {
		return err
	}
	temp := path.Join(partial, rand.Text())
	file, err := f.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fileError(err)
	}
	src := newSource(ctx, r)
	err = copyToDisk(file, src)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = f.publish(temp, path.Join(tenant, name))
	}
	if err != nil {
		_ = f.root.Remove(temp) // the first error is the one to tell
		if src.err != nil {
			return src.err
		}
		return fileError(err)
	}
	return nil
}

// publish moves a finished file to its place and syncs every folder on the way: one of them may have been
// made by a Put that runs at the same time and has not synced it yet.
func (f *folder) publish(temp, name string) error {
	f.tidy.RLock()
	defer f.tidy.RUnlock()
	dir := path.Dir(name)
	if err := f.root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := f.root.Rename(temp, name); err != nil {
		return err
	}
	for ; ; dir = path.Dir(dir) {
		if err := f.syncDir(dir); err != nil || dir == "." {
			return err
		}
	}
}

func (f *folder) syncDir(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Get implements Store.
func (f *folder) Get(ctx context.Context, tenant, name string, part Range) (io.ReadCloser, Info, error) {
	if err := Check(ctx, &f.closed, tenant, CheckName(name), part.Check()); err != nil {
		return nil, Info{}, err
	}
	file, err := f.root.Open(path.Join(tenant, name))
	if err != nil {
		return nil, Info{}, lookError(err, name)
	}
	stat, err := file.Stat()
	info, err := infoOf(stat, err, name)
	if err != nil {
		_ = file.Close() // the first error is the one to tell
		return nil, Info{}, err
	}
	body := &reading{file, &f.damage, path.Join(tenant, name)}
	if part == (Range{}) {
		return body, info, nil
	}
	return struct {
		io.Reader
		io.Closer
	}{part.of(body), file}, info, nil
}

// Stat implements Store.
func (f *folder) Stat(ctx context.Context, tenant, name string) (Info, error) {
	if err := Check(ctx, &f.closed, tenant, CheckName(name)); err != nil {
		return Info{}, err
	}
	stat, err := f.root.Stat(path.Join(tenant, name))
	return infoOf(stat, err, name)
}

// infoOf makes an object's Info of what the file system says of a name. Only a file is an object.
func infoOf(stat fs.FileInfo, err error, name string) (Info, error) {
	if err == nil && !stat.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return Info{}, lookError(err, name)
	}
	return Info{Size: stat.Size(), Modified: stat.ModTime()}, nil
}

// lookError gives an error of looking for a file its code.
func lookError(err error, name string) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return NotFound(name)
	}
	return fileError(err)
}

// Delete implements Store. Folders that it leaves empty go too.
func (f *folder) Delete(ctx context.Context, tenant, prefix string) (removed int, err error) {
	if err := Check(ctx, &f.closed, tenant, CheckPrefix(prefix)); err != nil {
		return 0, err
	}
	prefix = tenant + "/" + prefix
	touched := map[string]bool{}
	err = fs.WalkDir(f.root.FS(), path.Dir(prefix+"x"), func(name string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
			return nil // nothing there, or gone meanwhile
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case e.IsDir():
			touched[name] = true
			return nil
		case !strings.HasPrefix(name, prefix):
			return nil
		}
		err = f.root.Remove(name)
		if err == nil {
			f.damage.forget(name)
			removed++
		} else if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return err
	})
	if tidyErr := f.tidyUp(touched); err == nil {
		err = tidyErr
	}
	if err != nil {
		return removed, fileError(err)
	}
	return removed, nil
}

// tidyUp removes the folders that are empty, deepest first, and their parents likewise, and syncs the others, so that removed
// files do not come back after a power cut.
func (f *folder) tidyUp(dirs map[string]bool) error {
	f.tidy.Lock()
	defer f.tidy.Unlock()
	for dir := range dirs {
		for up := path.Dir(dir); up != "."; up = path.Dir(up) {
			dirs[up] = true
		}
	}
	names := make([]string, 0, len(dirs))
	for dir := range dirs {
		names = append(names, dir)
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Count(b, "/") - strings.Count(a, "/") })
	for _, dir := range append(names, ".") {
		if dir != "." && f.root.Remove(dir) == nil {
			continue
		}
		if err := f.syncDir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Close implements Store. Objects that are open stay readable.
func (f *folder) Close() error {
	if f.closed.Swap(true) {
		return nil
	}
	return f.root.Close()
}

// fileError gives an error of the file system its code.
func fileError(err error) error {
	if fault := animo.MachineFault(err); fault != nil {
		return fault
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return animo.Ended(err)
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR), errors.Is(err, fs.ErrExist):
		return animo.Errorf(animo.Conflict,
			"an object and a folder cannot have the same name",
			"un objeto y una carpeta no pueden tener el mismo nombre").Because(err)
	}
	return animo.Errorf(animo.Internal, "the object store failed", "falló el almacén de objetos").Because(err)
}

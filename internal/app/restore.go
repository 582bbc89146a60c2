package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"

	"animo"
	"animo/internal/backup"
	"animo/internal/config"
	"animo/internal/durable"
	"animo/internal/erasures"
	"animo/internal/object"
)

// RestoreOptions say how a backup is restored.
type RestoreOptions struct {
	Erased  []string // logs of erasures; none means the setting's, or else the one beside the backup
	Without bool     // restore also where there is no log of erasures
	Log     *slog.Logger
}

// Restored says what was restored.
type Restored struct {
	backup.Manifest
	Logs   []string              // of erasures, that were read
	Erased map[erasures.Kind]int // what of the backup was erased again
}

// restoringFile marks a data folder in which a restore is not at its end.
const restoringFile = "restoring"

// checkRestored answers Conflict for a data folder in which a restore broke off.
func checkRestored(data string) error {
	_, err := os.Stat(filepath.Join(data, restoringFile))
	if err != nil {
		return nil
	}
	return animo.Errorf(animo.Conflict, "a restore broke off in %s, or is still under way; where it broke off, remove what is in the folder, and restore again",
		"en %s se interrumpió una restauración, o aún no terminó; si se interrumpió, vacíe la carpeta y restaure de nuevo", data)
}

// Restore puts a backup where the settings say, and erases there what was erased after the backup was made. It checks the
// whole backup before it writes anything, and answers Conflict where something is there already.
func Restore(ctx context.Context, c config.Stores, dir string, o RestoreOptions) (r Restored, err error) {
	if err := c.Validate(); err != nil {
		return r, err
	}
	database, ok := c.TablesFile()
	if !ok {
		return r, onServer()
	}
	folders := []string{c.Data}
	if folder, ok := c.ObjectsFolder(); ok {
		folders = append(folders, folder)
	}
	if err := checkEmpty(c.Data, database, folders); err != nil {
		return r, err
	}
	b, err := backup.Open(dir)
	if err != nil {
		return r, err
	}
	r.Manifest, r.Erased = b.Manifest, map[erasures.Kind]int{}
	if r.Logs, err = erasureLogs(c, dir, b.Manifest, o); err != nil {
		return r, err
	}
	entries, err := readErasures(r.Logs)
	if err != nil {
		return r, err
	}
	if err := b.Verify(ctx); err != nil {
		return r, err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return r, err
	}
	objects, err := openObjects(ctx, c, nil)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, objects.Close()) }()
	if err := checkNoObjects(ctx, c, objects); err != nil {
		return r, err
	}
	marker := filepath.Join(c.Data, restoringFile)
	if err := writeWhole(marker, nil); err != nil {
		return r, err
	}
	if err := b.Unpack(ctx, database, objects); err != nil {
		return r, err
	}
	for _, log := range r.Logs {
		if err := appendFile(c.ErasuresPath(), log); err != nil {
			return r, err
		}
	}
	if err := eraseAgain(ctx, c, entries, b.Taken, o.Log, r.Erased); err != nil {
		return r, err
	}
	return r, errors.Join(os.Remove(marker), durable.SyncFolder(c.Data))
}

// checkEmpty answers Conflict unless there is nothing yet where a backup is to be restored. A master key may be.
func checkEmpty(data, database string, folders []string) error {
	for _, path := range []string{database, database + "-wal"} {
		if _, err := os.Lstat(path); err == nil {
			return notEmpty(path)
		}
	}
	for _, dir := range folders {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		for _, e := range entries {
			if name := e.Name(); name != "master.key" && name != "lost+found" {
				if name == restoringFile {
					return checkRestored(data)
				}
				return notEmpty(filepath.Join(dir, name))
			}
		}
	}
	return nil
}

// checkNoObjects answers Conflict unless nothing is in the store yet.
func checkNoObjects(ctx context.Context, c config.Stores, objects object.Store) error {
	for o, err := range objects.(object.Lister).List(ctx) {
		if err != nil {
			return err
		}
		return animo.Errorf(animo.Conflict, "%s has objects already (%s of tenant %s), and a backup is restored only where nothing is; name another bucket or prefix with --objects",
			"%s ya tiene objetos (%s del inquilino %s), y una copia solo se restaura donde no hay nada; indique otro depósito o prefijo con --objects", objectsPlace(c), o.Name, o.Tenant)
	}
	return nil
}

func notEmpty(path string) error {
	return animo.Errorf(animo.Conflict, "%s is there already, and a backup is restored only where nothing is; stop the servers, move their data away, or name another folder with --data",
		"%s ya existe, y una copia solo se restaura donde no hay nada; detenga los servidores, aparte sus datos o indique otra carpeta con --data", path)
}

// erasureLogs finds the logs of what was erased after a backup of that database. One at least has to be there, unless o says that it may be
// missing.
func erasureLogs(c config.Stores, dir string, m backup.Manifest, o RestoreOptions) (logs []string, err error) {
	candidates := o.Erased
	if len(candidates) == 0 {
		candidates = []string{c.ErasuresPath(), filepath.Join(filepath.Dir(filepath.Clean(dir)), "erasures.log")}
	}
	var others []string
	for _, path := range candidates {
		s, err := erasures.Read(path, func(erasures.Entry) error { return nil })
		switch {
		case errors.Is(err, os.ErrNotExist) && len(o.Erased) == 0:
		case err != nil:
			return nil, err
		case s.Of(m.Database):
			return append(logs, path), nil
		default:
			others = append(others, path)
		}
	}
	if o.Without && len(o.Erased) == 0 {
		return nil, nil
	}
	if len(others) > 0 {
		return nil, animo.Errorf(animo.Invalid, "%s is the log of erasures of another database; name the one of this backup's with --erased, or say --without-erasures",
			"%s es el registro de borrados de otra base de datos; indique el de esta copia con --erased, o añada --without-erasures", others[0])
	}
	return nil, animo.Errorf(animo.NotFound, "there is no log of what was erased after the backup, and all of that would come back; name it with --erased (erasures.log in the old data folder, or where the setting erasures says), or, where it is lost, say --without-erasures",
		"no hay registro de lo borrado después de la copia, y todo ello volvería; indíquelo con --erased (erasures.log en la carpeta de datos anterior, o donde diga el ajuste erasures) o, si se perdió, añada --without-erasures").Of("--erased")
}

// readErasures reads logs of erasures into memory, because erasing again adds to one of them.
func readErasures(logs []string) (list []erasures.Entry, err error) {
	for _, path := range logs {
		if _, err := erasures.Read(path, func(e erasures.Entry) error {
			list = append(list, e)
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// appendFile adds the lines of a log of erasures to another, unless the two are one.
func appendFile(to, from string) error {
	a, aErr := os.Stat(from)
	if b, err := os.Stat(to); err == nil && aErr == nil && os.SameFile(a, b) {
		return nil
	}
	lines, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(lines, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// writeWhole writes a file that only its owner may read, and syncs it and its folder.
func writeWhole(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close(), durable.SyncFolder(filepath.Dir(path)))
}

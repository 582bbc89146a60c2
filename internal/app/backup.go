package app

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"animo"
	"animo/internal/backup"
	"animo/internal/config"
	"animo/internal/erasures"
	"animo/internal/object"
	"animo/internal/pictures"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/sqltable"
	"animo/vision"
)

// Backup makes a backup of what the stores hold in a folder, also while servers run on them; see backup.Make. c are the settings with
// which the stores were opened.
func (s *Stores) Backup(ctx context.Context, c config.Stores, dir string) (backup.Result, error) {
	if inside(c.Data, dir) {
		return backup.Result{}, animo.Errorf(animo.Invalid, "%s is in the data folder, and would be lost with it; name a folder elsewhere, best on another disk",
			"%s está en la carpeta de datos y se perdería con ella; indique una carpeta en otro sitio, mejor en otro disco", dir)
	}
	if _, ok := c.TablesFile(); !ok {
		return backup.Result{}, onServer()
	}
	var row testimony
	_, err := s.Tables.GetJSON(ctx, clusterTenant, witnessTable, witnessRow, &row)
	if animo.CodeOf(err) == animo.NotFound { // no server ran on it yet
		w := newWitness(c.Data, c.ObjectsURL(), s.Tables, slog.Default())
		if err = w.check(ctx); err == nil {
			row.Database = w.database
			err = s.erasures.Begin(w.database)
		}
	}
	if err != nil {
		return backup.Result{}, err
	}
	master, err := s.Tenants.BoundMaster(ctx)
	if err != nil {
		return backup.Result{}, err
	}
	return backup.Make(ctx, dir, backup.Source{
		About:   backup.About{Release: animo.Release(), Database: row.Database, Master: master},
		Copy:    s.db.Copy,
		Objects: s.Objects,
		Rows:    rowsIn,
	})
}

// inside reports whether path is folder or lies in it.
func inside(folder, path string) bool {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return false
	}
	if path, err = filepath.Abs(path); err != nil {
		return false
	}
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}

// rowsIn yields the objects that the rows in a copied database speak of, after it has checked that the copy is whole.
func rowsIn(ctx context.Context, path string) iter.Seq2[backup.Wanted, error] {
	return func(yield func(backup.Wanted, error) bool) {
		db, err := sqldb.Open(ctx, "sqlite:"+path, sqldb.Options{})
		if err != nil {
			yield(backup.Wanted{}, err)
			return
		}
		defer func() {
			if closeErr := db.Close(); err == nil && closeErr != nil {
				yield(backup.Wanted{}, closeErr)
			}
		}()
		faults, err := db.Check(ctx)
		if err == nil && len(faults) > 0 {
			err = animo.Errorf(animo.Damaged, "the database is damaged, and so would be a backup of it; restore one that was made before", "la base de datos está dañada, y así lo estaría su copia; restaure una anterior").
				Because(errors.New(strings.Join(faults, "; ")))
		}
		if err != nil {
			yield(backup.Wanted{}, err)
			return
		}
		for w, rowErr := range wantedObjects(ctx, table.New(sqltable.New(db))) {
			if !yield(w, rowErr) || rowErr != nil {
				err = errBroken
				return
			}
		}
	}
}

// errBroken says that nobody wants to hear more.
var errBroken = errors.New("ended")

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
	objectsDir := strings.TrimPrefix(c.ObjectsURL(), "file:")
	if err := checkEmpty(c.Data, database, objectsDir); err != nil {
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
	marker := filepath.Join(c.Data, restoringFile)
	if err := writeWhole(marker, nil); err != nil {
		return r, err
	}
	objects, err := object.Open(ctx, c.ObjectsURL(), object.Options{})
	if err != nil {
		return r, err
	}
	if err := errors.Join(b.Unpack(ctx, database, objects), objects.Close()); err != nil {
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
	return r, errors.Join(os.Remove(marker), syncFolder(c.Data))
}

// checkEmpty answers Conflict unless there is nothing yet where a backup is to be restored. A master key may be.
func checkEmpty(data, database, objects string) error {
	for _, path := range []string{database, database + "-wal"} {
		if _, err := os.Lstat(path); err == nil {
			return notEmpty(path)
		}
	}
	for _, dir := range []string{data, objects} {
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

// collectedAgain is how long before a backup a removal from a collection may be noted to be done again: a face that is indexed again has
// the same ID, so that older removals may be of one that was there before.
const collectedAgain = time.Hour

// eraseAgain opens restored stores and erases in them what was erased before, counting it by kind.
func eraseAgain(ctx context.Context, s config.Stores, entries []erasures.Entry, taken time.Time, log *slog.Logger, erased map[erasures.Kind]int) (err error) {
	c := config.Default()
	c.Stores, c.Functions = s, []string{"publish"}
	a, err := New(ctx, c, Options{Log: log, Faces: noFaces{}, restoring: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Stop(context.WithoutCancel(ctx))) }()
	if err := a.bus.Declare(ctx, a.functions()...); err != nil {
		return err
	}
	list, err := a.stores.Tenants.List(ctx)
	if err != nil {
		return err
	}
	byMark := map[string]string{}
	for _, t := range list {
		byMark[erasures.Mark(t)] = t.ID
	}
	merged := map[string][]string{} // the people who were merged into one
	for _, e := range entries {
		if e.Kind == erasures.Merge {
			merged[e.Into] = append(merged[e.Into], e.ID)
		}
	}
	for _, e := range entries {
		tenant, known := byMark[e.Tenant]
		if !known && e.Kind != erasures.Key {
			continue
		}
		n, err := a.eraseOne(ctx, tenant, e, merged)
		if err != nil {
			return err
		}
		if n > 0 {
			erased[e.Kind] += n
		}
	}
	collected := map[string]map[string]bool{} // by tenant
	for _, e := range entries {
		if tenant, known := byMark[e.Tenant]; known && e.Kind == erasures.Collected && !e.At.Before(taken.Add(-collectedAgain)) {
			if collected[tenant] == nil {
				collected[tenant] = map[string]bool{}
			}
			collected[tenant][e.ID] = true
		}
	}
	for tenant, marks := range collected {
		n, err := a.collections.EraseMarked(ctx, tenant, marks)
		if err != nil {
			return err
		}
		if n > 0 {
			erased[erasures.Collected] += n
		}
	}
	return a.stores.Tables.Scrub(ctx)
}

// eraseOne erases what an entry names, and returns how many things that were.
func (a *App) eraseOne(ctx context.Context, tenant string, e erasures.Entry, merged map[string][]string) (n int, err error) {
	switch e.Kind {
	case erasures.Photo:
		_, err = a.photos.Erase(ctx, tenant, e.ID)
	case erasures.Face:
		_, err = a.moods.EraseAccepted(ctx, tenant, e.ID, e.Accepted)
	case erasures.Example:
		err = a.people.RemoveExampleID(ctx, tenant, e.ID, e.Accepted)
	case erasures.Tenant:
		err = a.stores.RemoveTenant(ctx, tenant)
	case erasures.Subscription:
		err = a.notify.Remove(ctx, tenant, e.ID)
	case erasures.Key:
		err = a.stores.Tenants.Revoke(ctx, e.ID)
	case erasures.Person:
		passed := map[string]bool{}
		for ids := []string{e.ID}; len(ids) > 0; ids = ids[1:] { // whoever was merged into the person is that person
			id := ids[0]
			if passed[id] {
				continue
			}
			passed[id] = true
			ids = append(ids, merged[id]...)
			if _, err := a.people.EraseID(ctx, tenant, id); err == nil {
				n++
			} else if animo.CodeOf(err) != animo.NotFound {
				return n, err
			}
		}
		return n, nil
	default: // a merge, what is in collections, and what a later release notes
		return 0, nil
	}
	if animo.CodeOf(err) == animo.NotFound {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return 1, nil
}

// noFaces is the engine where no picture is looked at.
type noFaces struct{}

// Find implements pictures.Engine.
func (noFaces) Find(context.Context, string, vision.Image) ([]pictures.Found, error) {
	return nil, animo.Errorf(animo.Unavailable, "no faces are found here", "aquí no se buscan rostros")
}

// writeWhole writes a file that only its owner may read, and syncs it and its folder.
func writeWhole(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close(), syncFolder(filepath.Dir(path)))
}

package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"animo"
	"animo/internal/config"
	"animo/internal/object"
	"animo/internal/table"
)

// A witness is a file in the data folder that says which database the folder goes with, and how far the database was. A database that
// was replaced by another one, emptied, or set back (its write-ahead log lost, an older copy put in its place) does not agree with it. The
// database alone cannot tell: it opens and is whole, and pictures stay in the object store that nothing knows and nothing can erase.
type witness struct {
	path     string
	objects  object.Store
	where    string // the objects are: their folder or bucket
	tables   *table.Table
	log      *slog.Logger
	database string       // which one it is, after check
	behind   atomic.Int64 // by how many steps the database was behind the file at the start
}

// testimony is what the file and the database have of each other.
type testimony struct {
	Database string `json:"database"` // made at random with the first testimony
	Step     int64  `json:"step"`     // grows while a server runs
}

const (
	witnessFile  = "witness.json"
	witnessTable = "witness"
	witnessRow   = "database"
	witnessEvery = 10 * time.Second // from one step to the next; what is lost of less is not noticed
)

// check compares the file with the database before anything is written to either. It answers Conflict for a database that is not the
// file's, and tells the log of one that went back.
func (w *witness) check(ctx context.Context) error {
	var file, row testimony
	noted, err := w.read(&file)
	if err != nil {
		return err
	}
	_, err = w.tables.GetJSON(ctx, clusterTenant, witnessTable, witnessRow, &row)
	if err != nil && animo.CodeOf(err) != animo.NotFound {
		return err
	}
	there := err == nil
	switch {
	case noted && there && file.Database == row.Database:
		if behind := file.Step - row.Step; behind > 0 {
			w.behind.Store(behind)
			w.log.Error("the database went back: what it took in the last time before it stopped is lost, and pictures may be in the object store that it does not know; "+
				"where there is a newer copy of the database, stop and put it back", "at_least", time.Duration(behind)*witnessEvery, "file", w.path)
		}
		row.Step = max(row.Step, file.Step)
	case noted:
		return animo.Errorf(animo.Conflict, "the database is not the one that the data folder goes with: it was emptied or replaced (%s says so); put that one back from a backup, or, where it is lost, move away %s and that file, and begin anew",
			"la base de datos no es la que corresponde a la carpeta de datos: fue vaciada o sustituida (lo dice %s); recupérela de una copia de seguridad o, si se perdió, aparte %s y ese archivo, y empiece de nuevo", w.path, w.where)
	case !there:
		if err := w.checkNew(ctx); err != nil {
			return err
		}
		row.Database = rand.Text()
	}
	w.database = row.Database
	if err := w.note(ctx, row); err != nil { // a full disk does not keep anybody from reading and erasing
		w.log.Warn("cannot note which database the data folder goes with", "file", w.path, "err", err)
	}
	return nil
}

// checkNew answers Conflict for a database that knows nothing beside objects of another.
func (w *witness) checkNew(ctx context.Context) error {
	tenants, err := w.tables.Tenants(ctx, "tenants")
	store, ok := w.objects.(object.Lister)
	if err != nil || len(tenants) > 0 || !ok {
		return err
	}
	for _, err := range store.List(ctx) {
		if err != nil {
			return err
		}
		return animo.Errorf(animo.Conflict, "the database is new, but %s has objects of another; put that database back from a backup, or, where it is lost, move %s away: nothing else can erase what is in it",
			"la base de datos es nueva, pero %s tiene objetos de otra; recupere aquella de una copia de seguridad o, si se perdió, aparte %s: nada más puede borrar lo que contiene", w.where, w.where)
	}
	return nil
}

// step lets the database and then the file go on by a step.
func (w *witness) step(ctx context.Context) error { return w.note(ctx, testimony{}) }

// note writes the next step into the database, and when that is on disk into the file.
func (w *witness) note(ctx context.Context, t testimony) error {
	err := w.tables.Update(ctx, clusterTenant, func(tx *table.Tx) error {
		var row testimony
		if _, err := tx.GetJSON(witnessTable, witnessRow, &row); err != nil {
			return err
		}
		if row.Database != "" { // another process may have been first
			t.Database = row.Database
		}
		if t.Database == "" {
			return animo.Errorf(animo.NotFound, "the database has lost its row that the witness goes with", "la base de datos ha perdido la fila de su testigo")
		}
		t.Step = max(t.Step, row.Step) + 1
		return tx.PutJSON(witnessTable, witnessRow, t)
	})
	if err != nil {
		return err
	}
	return w.write(t)
}

// read reads the file; it reports false where there is none.
func (w *witness) read(t *testimony) (bool, error) {
	b, err := os.ReadFile(w.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(b, t)
	}
	if err != nil || t.Database == "" {
		w.log.Error("the file that says which database the data folder goes with cannot be read; it is written anew", "file", w.path, "err", err)
		return false, nil
	}
	return true, nil
}

// write replaces the file, whole.
func (w *witness) write(t testimony) error {
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(w.path), "witness-*.tmp") // a name of its own: processes may share the folder
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), w.path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// newWitness makes the witness of a data folder.
func newWitness(c config.Stores, objects object.Store, tables *table.Table, log *slog.Logger) *witness {
	return &witness{path: filepath.Join(c.Data, witnessFile), objects: objects, where: objectsPlace(c), tables: tables, log: log}
}

package app

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"path/filepath"
	"strings"

	"animo"
	"animo/internal/backup"
	"animo/internal/config"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/sqltable"
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
		w := newWitness(c, s.Objects, s.Tables, slog.Default())
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
		Now:     s.now,
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

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"animo"
	"animo/internal/config"
	"animo/internal/erasures"
	"animo/internal/faces"
	"animo/internal/object"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/sqltable"
	"animo/internal/tenants"
)

// Check is what a Doctor looked at, in words for people.
type Check struct {
	Name     string // such as database
	EN, ES   string // what was found
	Faulty   bool
	Repaired bool
	List     []string // what is at fault, at most listMost
}

// listMost is how many faults of a kind are listed.
const listMost = 1000

// Repair says what a doctor does with strays. In any case it makes files private that others can read.
type Repair string

// The repairs.
const (
	RepairNothing Repair = ""
	RepairTake    Repair = "take"  // pictures are taken up again as photos, under names that begin with recovered-
	RepairErase   Repair = "erase" // all strays are erased, with a receipt for each tenant
)

// DoctorOptions say what a doctor does.
type DoctorOptions struct {
	Repair Repair
	Hashes bool // read every object whose hash a row tells, and compare
	Told   func(Check)
	Now    func() time.Time // nil means time.Now
}

// doctor is one examination.
type doctor struct {
	config  config.Stores
	options DoctorOptions
	db      *sqldb.DB
	tables  *table.Table
	objects object.Store
}

// Examine looks over what the settings name, also while servers run on it, and tells of each check as it ends. It makes nothing that is
// not there, and changes only what it is told to repair. The error says why it could not go on.
func Examine(ctx context.Context, c config.Stores, o DoctorOptions) (err error) {
	if err := c.Validate(); err != nil {
		return err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	path, ok := c.TablesFile()
	if !ok {
		return onServer()
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return animo.Errorf(animo.NotFound, "there is no database %s; name the data folder with --data, or restore a backup", "no hay base de datos %s; indique la carpeta de datos con --data, o restaure una copia", path)
	}
	d := &doctor{config: c, options: o}
	if d.db, err = sqldb.Open(ctx, c.TablesURL(), sqldb.Options{}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.db.Close()) }()
	d.tables = table.New(sqltable.New(d.db))
	if d.objects, err = openObjects(ctx, c, o.Now); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.objects.Close()) }()
	for _, check := range []func(context.Context) (Check, error){d.database, d.rows, d.witness, d.master, d.secrets, d.erasures, d.modes, d.missing, d.strays} {
		found, err := check(ctx)
		if err != nil {
			return err
		}
		o.Told(found)
	}
	return nil
}

// list adds to what is at fault.
func (c *Check) list(format string, args ...any) {
	c.Faulty = true
	if len(c.List) < listMost {
		c.List = append(c.List, fmt.Sprintf(format, args...))
	}
}

// say puts a check into words.
func (c Check) say(en, es string, args ...any) Check {
	c.EN, c.ES = fmt.Sprintf(en, args...), fmt.Sprintf(es, args...)
	return c
}

func (d *doctor) database(ctx context.Context) (Check, error) {
	c := Check{Name: "database"}
	schema, err := d.db.Schema(ctx)
	if err != nil {
		return c, err
	}
	faults, err := d.db.Check(ctx)
	if err != nil {
		return c, err
	}
	for _, fault := range faults {
		c.list("%s", fault)
	}
	if c.Faulty {
		return c.say("schema %d; it is damaged: restore a backup", "esquema %d; está dañada: restaure una copia", schema), nil
	}
	return c.say("schema %d; every page is whole", "esquema %d; cada página está entera", schema), nil
}

// jsonTables are the tables whose values are JSON.
func jsonTables() []string {
	list := []string{
		faces.PhotosTable, faces.AnalysesTable, faces.PeopleTable, faces.IdentitiesTable, faces.MeasuredTable, "people-changes", "photo-erased", "measured-erased", "face-corrections",
		"collections", "datasets", "heads", "models", "versions", "corrections", "progress", "receipts", "subscriptions", "tenants", "keys", "access-keys", witnessTable,
	}
	for _, m := range animo.Moods() {
		list = append(list, faces.Table(m))
	}
	return list
}

func (d *doctor) rows(ctx context.Context) (Check, error) {
	c, n := Check{Name: "rows"}, 0
	for _, tbl := range jsonTables() {
		list, err := d.tables.Tenants(ctx, tbl)
		if err != nil {
			return c, err
		}
		for _, tenant := range list {
			for row, err := range d.tables.Query(ctx, tenant, tbl, table.Range{}, false) {
				if err != nil {
					return c, err
				}
				if n++; !json.Valid(row.Value) {
					c.list("%s %s %s", tenant, tbl, row.Key)
				}
			}
		}
	}
	if c.Faulty {
		return c.say("%d of %d cannot be read, and are left out of lists (tenant, table, key):", "%d de %d no se pueden leer y faltan en las listas (inquilino, tabla, clave):", len(c.List), n), nil
	}
	return c.say("all %d can be read", "las %d se pueden leer", n), nil
}

func (d *doctor) witness(ctx context.Context) (Check, error) {
	c := Check{Name: "witness"}
	w := newWitness(d.config, d.objects, d.tables, slog.New(slog.DiscardHandler))
	var file, row testimony
	noted, err := w.read(&file) // before the row, which a server that runs writes first
	if err != nil {
		return c, err
	}
	_, err = d.tables.GetJSON(ctx, clusterTenant, witnessTable, witnessRow, &row)
	there := err == nil
	if err != nil && animo.CodeOf(err) != animo.NotFound && animo.CodeOf(err) != animo.Internal {
		return c, err
	}
	switch {
	case noted && there && file.Database != row.Database, noted && !there:
		c.Faulty = true
		return c.say("the database is not the one that the data folder goes with (%s); put that one back", "la base de datos no es la que corresponde a la carpeta de datos (%s); recupérela", w.path), nil
	case noted && file.Step > row.Step:
		c.Faulty = true
		lost := time.Duration(file.Step-row.Step) * witnessEvery
		return c.say("the database went back by %v at least: what it took in that time is lost", "la base de datos retrocedió al menos %v: lo recibido en ese tiempo se perdió", lost), nil
	case !noted:
		return c.say("there is none in this data folder; the next server makes it", "no hay en esta carpeta de datos; lo crea el próximo servidor"), nil
	}
	return c.say("the database is the data folder's (%s)", "la base de datos es la de la carpeta de datos (%s)", row.Database), nil
}

func (d *doctor) master(ctx context.Context) (Check, error) {
	c := Check{Name: "master-key"}
	bound, err := tenants.New(d.tables, tenants.Options{}).BoundMaster(ctx)
	if err != nil {
		return c, err
	}
	key, err := givenMasterKey(d.config.MasterKey, masterPath(d.config.Data))
	if err != nil {
		c.list("%s", err)
		return c.say("cannot be used", "no se puede usar"), nil
	}
	has := ""
	if key != nil {
		has = tenants.New(d.tables, tenants.Options{Master: key}).MasterName()
	}
	switch {
	case bound == "":
		return c.say("the database goes with none yet", "la base de datos aún no va con ninguna"), nil
	case has == "":
		c.Faulty = true
		return c.say("the key %s, with which the database goes, is not here; without it neither access keys nor webhooks work", "la clave %s, con la que va la base de datos, no está; sin ella no funcionan ni las claves de acceso ni los webhooks", bound), nil
	case has != bound:
		c.Faulty = true
		return c.say("the database goes with the key %s, and here is %s", "la base de datos va con la clave %s, y aquí está la %s", bound, has), nil
	}
	return c.say("it is the one with which the database goes (%s)", "es con la que va la base de datos (%s)", bound), nil
}

func (d *doctor) erasures(ctx context.Context) (Check, error) {
	c := Check{Name: "erasures"}
	waiting, err := erasures.Waiting(ctx, d.tables)
	if err != nil {
		return c, err
	}
	f, err := os.OpenFile(d.config.ErasuresPath(), os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		err = f.Close()
	}
	if _, witnessErr := os.Stat(filepath.Join(d.config.Data, witnessFile)); errors.Is(err, fs.ErrNotExist) && errors.Is(witnessErr, fs.ErrNotExist) {
		return c.say("there is no log of them yet; the next server makes it", "aún no hay registro de ellos; lo crea el próximo servidor"), nil
	}
	if err != nil || waiting > 0 {
		c.Faulty = true
		if err != nil {
			c.List = append(c.List, err.Error())
		}
		return c.say("%d erasures wait to be noted in %s; without them a backup that is restored brings back what was erased", "%d borrados esperan a ser anotados en %s; sin ellos una copia restaurada traería de vuelta lo borrado", waiting, d.config.ErasuresPath()), nil
	}
	return c.say("all are noted in %s", "todos están anotados en %s", d.config.ErasuresPath()), nil
}

func (d *doctor) modes(context.Context) (Check, error) {
	c := Check{Name: "permissions"}
	repaired := 0
	database, _ := d.config.TablesFile()
	in := func(name string) string { return filepath.Join(d.config.Data, name) }
	paths := []string{d.config.Data, in("incoming"), in("master.key"), in(witnessFile), d.config.ErasuresPath(), database, database + "-wal", database + "-shm"}
	if folder, ok := d.config.ObjectsFolder(); ok { // who may read a bucket is its owner's to say
		paths = append(paths, folder)
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return c, err
		}
		if info.Mode().Perm()&0o077 == 0 {
			continue
		}
		c.list("%s: %v", path, info.Mode().Perm())
		if d.options.Repair != RepairNothing {
			if err := os.Chmod(path, info.Mode().Perm()&0o700); err != nil {
				return c, err
			}
			repaired++
		}
	}
	switch {
	case !c.Faulty:
		return c.say("only the owner can read what is kept", "solo el dueño puede leer lo guardado"), nil
	case repaired == len(c.List):
		c.Repaired = true
		return c.say("others could read these; now only the owner can:", "otros podían leer esto; ahora solo el dueño:"), nil
	}
	return c.say("others can read these; --repair makes them the owner's alone:", "otros pueden leer esto; --repair lo deja solo para el dueño:"), nil
}

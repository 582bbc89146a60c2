package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/bus/brokerbus"
	"animo/internal/bus/carrier"
	"animo/internal/bus/carrier/awscarrier"
	"animo/internal/bus/carrier/natscarrier"
	"animo/internal/bus/sqlbus"
	"animo/internal/config"
	"animo/internal/erasures"
	"animo/internal/loop"
	"animo/internal/object"
	"animo/internal/object/s3"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/dynamotable"
	"animo/internal/table/sqltable"
	"animo/internal/tenants"
)

// Stores are the places where one Animo keeps things, opened. Commands that need no server use them alone.
type Stores struct {
	Tables  *table.Table
	Queues  bus.Queues
	Objects object.Store
	Tenants *tenants.Registry

	now      func() time.Time
	erasures *erasures.Log
	given    func() time.Time // as now; nil for the machine's own clock
	db       *sqldb.DB        // nil where the tables are not SQL
	rings    *countedCarrier  // nil without a broker
	stops    []stop
}

// stop undoes one step, under a name for the log.
type stop struct {
	name string
	run  func(context.Context) error
}

// OpenStores opens the stores at their addresses, making what is not there, for a process that runs no
// function. The caller closes them.
func OpenStores(ctx context.Context, c config.Stores, t tenants.Options) (*Stores, error) {
	if err := checkRestored(c.Data); err != nil {
		return nil, err
	}
	r := newReserve(c.Data, 0, 0, slog.Default())
	s, err := openStores(ctx, c, t, "", nil, r)
	for animo.CodeOf(err) == animo.NoSpace && r.release() {
		s, err = openStores(ctx, c, t, "", nil, r)
	}
	return s, err
}

// openStores opens the stores for the process of that name, which goes on with the work of an earlier process of the name.
// t.Now is the clock of every store. keeper runs the stores' loops; nil for one of their own.
func openStores(ctx context.Context, c config.Stores, t tenants.Options, owner string, keeper *loop.Keeper, r *reserve) (s *Stores, err error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, err
	}
	s = &Stores{now: t.Now, given: t.Now}
	if s.now == nil {
		s.now = time.Now
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := s.openTables(ctx, c, keeper, r); err != nil {
		return s, err
	}
	if err := checkMoved(ctx, c, s.Tables); err != nil {
		return s, err
	}
	if err := s.openQueues(ctx, c.Bus, owner, keeper, r.log); err != nil {
		return s, err
	}
	s.Objects, err = openObjects(ctx, c, t.Now)
	if err != nil {
		return s, err
	}
	s.onClose("objects", s.Objects.Close)
	s.erasures = erasures.New(c.ErasuresPath(), s.Tables, erasures.Options{Tenant: tenants.New(s.Tables, t).Get, Now: t.Now})
	t.Erasures = s.erasures
	s.Tenants, err = openRegistry(ctx, s.Tables, t, c)
	return s, err
}

// openTables opens the tables, of which those of DynamoDB have no SQL beneath.
func (s *Stores) openTables(ctx context.Context, c config.Stores, keeper *loop.Keeper, r *reserve) error {
	if strings.HasPrefix(c.Tables, "dynamodb:") {
		driver, err := dynamotable.Open(ctx, c.Tables, dynamotable.Options{Now: s.now, Log: r.log})
		if err != nil {
			return err
		}
		s.Tables = table.New(driver)
		s.onClose("database", driver.Close)
		return nil
	}
	db, err := sqldb.Open(ctx, c.TablesURL(), sqldb.Options{Now: s.given, Keeper: keeper, Reserve: r.release, Connections: c.TablesConnections})
	if err != nil {
		return err
	}
	s.db, s.Tables = db, table.New(sqltable.New(db))
	s.onClose("database", db.Close)
	return nil
}

// openObjects opens the store of objects.
func openObjects(ctx context.Context, c config.Stores, now func() time.Time) (object.Store, error) {
	if strings.HasPrefix(c.Objects, "s3:") {
		return s3.Open(ctx, c.Objects, now)
	}
	return object.Open(ctx, c.ObjectsURL(), object.Options{Now: now})
}

// objectsPlace says in words for people where the objects are: the folder, or the bucket and what all keys begin with.
func objectsPlace(c config.Stores) string {
	if folder, ok := c.ObjectsFolder(); ok {
		return folder
	}
	place, _, _ := strings.Cut(c.Objects, "?")
	return place
}

// openQueues opens the queues: in the tables' database, or in rows with a broker that rings. What the other kind still holds
// would be done by nobody, so that it is refused.
func (s *Stores) openQueues(ctx context.Context, url, owner string, keeper *loop.Keeper, log *slog.Logger) error {
	if s.db == nil {
		return s.openBroker(ctx, url, nil, keeper, log)
	}
	inTables, err := sqlbus.New(ctx, s.db, sqlbus.Options{Owner: owner, Listen: owner != "" && url == "", Keeper: keeper})
	if err != nil {
		return err
	}
	if url == "" {
		s.Queues.Driver = inTables
		s.onClose("queues", s.Queues.Close)
		n, err := brokerbus.Held(ctx, s.Tables)
		if err == nil && n > 0 {
			err = animo.Errorf(animo.Conflict, "%d events were left by a server with the setting bus; start it with that again, until its queues are empty and no dead letter is left",
				"un servidor con el ajuste bus dejó %d eventos; arránquelo otra vez con él, hasta que sus colas estén vacías y no quede ninguna carta muerta", n).Of("bus")
		}
		return err
	}
	depths, err := inTables.Depths(ctx, "")
	if err = errors.Join(err, inTables.Close()); err != nil {
		return err
	}
	n := 0
	for _, d := range depths {
		n += d.Ready + d.Waiting + d.Running + d.Dead
	}
	if n > 0 {
		return animo.Errorf(animo.Conflict, "%d events were left by a server without the setting bus; start it without that again, until its queues are empty and no dead letter is left",
			"un servidor sin el ajuste bus dejó %d eventos; arránquelo otra vez sin él, hasta que sus colas estén vacías y no quede ninguna carta muerta", n).Of("bus")
	}
	return s.openBroker(ctx, url, s.db.Clock, keeper, log)
}

// openBroker opens queues in rows with a broker that rings; clock says when pauses and leases end, nil for this machine's.
func (s *Stores) openBroker(ctx context.Context, url string, clock func() time.Time, keeper *loop.Keeper, log *slog.Logger) error {
	var rings carrier.Carrier
	var err error
	if strings.HasPrefix(url, "aws:") {
		rings, err = awscarrier.Open(ctx, url, awscarrier.Options{Log: log})
	} else {
		rings, err = natscarrier.Open(ctx, url, natscarrier.Options{Log: log})
	}
	if err != nil {
		return err
	}
	s.onClose("broker", rings.Close)
	s.rings = countCarrier(rings)
	s.Queues.Driver = brokerbus.New(ctx, s.Tables, s.rings, brokerbus.Options{Now: s.now, Clock: clock, Log: log, Keeper: keeper})
	s.onClose("queues", s.Queues.Close)
	return nil
}

// tenantOptions are a server's settings for its tenants.
func (a *App) tenantOptions() tenants.Options {
	c := a.config
	return tenants.Options{
		Photos: animo.PhotoPolicy{
			Purpose: animo.Purpose(c.Purpose), PerMinute: c.PhotosPerMinute, FacesPerMinute: c.FacesPerMinute, Photos: c.MaxPhotos, Bytes: c.MaxPhotoBytes,
			KeepPhotos: c.KeepPhotos, KeepFaces: c.KeepFaces, Zone: c.TimeZone,
		},
		AllowWorkEducation: c.AllowWorkEducation,
		Now:                a.now,
	}
}

// onServer is the answer of what copies or examines the database's file.
func onServer() error {
	return animo.Errorf(animo.Unsupported, "this works on a database that is a file; use the server's own tools (pg_dump, pg_basebackup, DynamoDB's point-in-time recovery), and copy the objects after the database",
		"esto funciona con una base de datos que es un archivo; use las herramientas del servidor (pg_dump, pg_basebackup, la recuperación a un momento de DynamoDB) y copie los objetos después de la base de datos")
}

func (s *Stores) onClose(name string, close func() error) {
	s.stops = append(s.stops, stop{name, func(context.Context) error { return close() }})
}

// Close closes the stores, last opened first.
func (s *Stores) Close() error { return undo(context.Background(), &s.stops) }

// administration is what httpapi.Tenants needs: tenants and keys are the registry's, but a tenant has data in every store.
type administration struct {
	*tenants.Registry
	*Stores
}

// AddTenant makes a tenant, after ending removals of tenants, which may free the name.
func (s *Stores) AddTenant(ctx context.Context, id string, photos animo.PhotoPolicy) error {
	if err := s.Tenants.Finish(ctx, s.erase); err != nil {
		return err
	}
	return s.Tenants.Add(ctx, id, photos)
}

// RemoveTenant removes a tenant from every store.
func (s *Stores) RemoveTenant(ctx context.Context, id string) error {
	ctx = sqldb.WithReserve(ctx)
	if err := s.Tenants.Remove(ctx, id, s.erase); err != nil {
		return err
	}
	err := s.Tables.Scrub(ctx)
	if animo.CodeOf(err) == animo.Unavailable { // a server is reading; its sweep erases once more, and scrubs then
		return nil
	}
	return err
}

// erase removes everything of a tenant, its events first, so that nothing starts anew.
func (s *Stores) erase(ctx context.Context, tenant string) error {
	if err := s.Queues.RemoveTenant(ctx, tenant); err != nil {
		return err
	}
	if err := s.Tables.Forget(ctx, tenant); err != nil {
		return err
	}
	_, err := s.Objects.Delete(ctx, tenant, "")
	return err
}

// spoolFolder makes the folder in which a slot's uploads are while they come in, and removes what a crash left there.
func spoolFolder(data, slot string) (string, error) {
	dir := filepath.Join(data, "incoming", slot)
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o700)
}

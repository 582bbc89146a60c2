// Package sqldb opens the one database that rows and queues live in, a SQLite file or PostgreSQL, and brings its tables up to
// date. Start at Open; sqltable and sqlbus use it.
//
// A SQLite file has one writer with group commit and many readers (sqlite.go, writer.go); PostgreSQL has transactions on a pool
// (postgres.go). Each has a folder of migrations. The statements of the packages above are the same for both where they can be:
// $1 parameters, ON CONFLICT and RETURNING. Where they cannot, the packages ask for the DB's Dialect. A file is moved to PostgreSQL by Move.
package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"animo"
	"animo/internal/loop"

	"github.com/jackc/pgx/v5"
)

// Options tune a DB. The zero value is what a server uses.
type Options struct {
	// Now is the wall clock, which says when an event became a dead letter; nil means time.Now.
	Now func() time.Time
	// Clock gives the time at which pauses and leases end. Nil means the server's own time, see ReadClock; in SQLite Now's time at Open plus the time that
	// has passed from then on, so that setting the system's clock ends no pause or lease early or late. The price
	// is that processes started before and after that disagree until they are restarted, and that the hours
	// for which a machine sleeps do not count.
	Clock func() time.Time
	// MaxBytes makes the database refuse, with NoSpace, to grow beyond about that many bytes; 0 means that
	// only the disk limits it.
	MaxBytes int64
	// Release names the program, in the database's note of who migrated it. "" is animo.Release().
	Release string
	// Reserve makes some room on a full disk, and reports whether it could. It is asked for writes whose context has WithReserve. Nil means
	// that there is none.
	Reserve func() bool
	// Connections are how many a process has open to PostgreSQL at most; 0 means 16.
	Connections int
	// Tracer is told of each statement on PostgreSQL, before and after; nil for nobody.
	Tracer pgx.QueryTracer
	// Keeper counts and logs panics within a Write, which Write answers as an error; nil means one of its own.
	Keeper *loop.Keeper
}

// Dialect says whose SQL a database speaks.
type Dialect int

// The dialects.
const (
	SQLite Dialect = iota
	PostgreSQL
)

// DB is an open database. Its methods are safe to call at once from many goroutines; several processes may
// have the same one open.
type DB struct {
	dialect Dialect
	read    *sql.DB
	writer  *writer // SQLite's
	sender  *sender // PostgreSQL's
	keeper  *loop.Keeper
	wall    func() time.Time
	clock   func() time.Time        // nil for the server's
	said    atomic.Pointer[reading] // of the server's clock
	spare   func() bool
	closed  atomic.Bool

	mu    sync.Mutex
	stmts map[string]*sql.Stmt // prepared on read, by their text
}

// Open opens the database at a URL, makes it where there is none, and migrates it. The URL is
// "sqlite:PATH", the path as the operating system writes it, or "postgres://…" as libpq reads it. An unknown scheme answers
// Unsupported, a database that only newer releases may use Conflict.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Clock == nil && strings.HasPrefix(url, "sqlite:") {
		wall, start := o.Now(), time.Now()
		o.Clock = func() time.Time { return wall.Add(time.Since(start)) } // Since reads the monotonic clock
	}
	if o.Release == "" {
		o.Release = animo.Release()
	}
	if o.Keeper == nil {
		o.Keeper = loop.New(nil, nil)
	}
	db := &DB{keeper: o.Keeper, wall: o.Now, clock: o.Clock, spare: o.Reserve, stmts: map[string]*sql.Stmt{}}
	switch scheme, path, _ := strings.Cut(url, ":"); {
	case scheme == "sqlite" && path != "":
		write, read, err := openSQLite(ctx, path, o.MaxBytes, o.Release)
		if err != nil {
			return nil, openError(path, err)
		}
		db.read = read
		if db.writer, err = newWriter(ctx, write, o.Keeper); err != nil {
			return nil, errors.Join(Error(err), write.Close(), read.Close())
		}
	case scheme == "postgres", scheme == "postgresql":
		pool, err := openPostgres(ctx, url, o)
		if err != nil {
			return nil, Error(err)
		}
		db.dialect, db.read = PostgreSQL, pool
		if err := db.ReadClock(ctx); err != nil {
			return nil, errors.Join(err, pool.Close())
		}
		db.sender = newSender(db)
	default: // the rest of the URL may hold a password
		return nil, animo.Errorf(animo.Unsupported,
			"no database of the kind %q; use sqlite:PATH or postgres://…",
			"no hay base de datos del tipo %q; use sqlite:RUTA o postgres://…", scheme)
	}
	return db, nil
}

// Dialect says whose SQL the database speaks.
func (db *DB) Dialect() Dialect { return db.dialect }

// Now is the time by which pauses and leases end, in milliseconds since 1970, the unit of every stored time.
func (db *DB) Now() int64 { return db.Clock().UnixMilli() }

// Wall is the wall clock's time in milliseconds since 1970.
func (db *DB) Wall() int64 { return db.wall().UnixMilli() }

// Write runs fn in a transaction and returns nil once that is on disk. In SQLite, writes that arrive together share
// one commit, yet each is undone alone when its fn fails. fn may run more than once, so it sets its results by
// assignment; it holds what it wrote from others, so it does nothing slow and calls neither Write nor Each. The end of ctx
// counts until fn begins. The error is an animo.Error. Where fn panics, its writes are undone, and the error is Internal.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	if db.dialect == PostgreSQL {
		return db.transact(ctx, fn)
	}
	err := Error(db.writer.do(ctx, fn))
	for animo.CodeOf(err) == animo.NoSpace && db.spare != nil && ctx.Value(reserveKey{}) != nil && db.spare() {
		err = Error(db.writer.do(ctx, fn))
	}
	return err
}

// Exec runs one statement in a transaction of its own and returns how many rows it changed, once that is on disk. On PostgreSQL that
// is one round trip.
func (db *DB) Exec(ctx context.Context, query string, args ...any) (n int, err error) {
	if db.dialect == PostgreSQL {
		err = db.Batch(ctx, []Statement{{SQL: query, Args: args, Changed: &n}})
		return n, err
	}
	err = db.Write(ctx, func(tx *Tx) (err error) {
		n, err = tx.Exec(query, args...)
		return err
	})
	return n, err
}

type reserveKey struct{}

// WithReserve lets the writes of a context use Options.Reserve where the disk is full: those that erase something.
func WithReserve(ctx context.Context) context.Context {
	return context.WithValue(ctx, reserveKey{}, true)
}

// ErrStop is what the function given to Each returns to read no further, without an error.
var ErrStop = errors.New("stop")

// Each runs a query on a reader and calls each for every row. The query sees all that was written before the call.
func (db *DB) Each(ctx context.Context, each func(*sql.Rows) error, query string, args ...any) error {
	err := db.each(ctx, each, query, args)
	if err != nil && db.closed.Load() {
		return errClosed
	}
	return Error(err)
}

func (db *DB) each(ctx context.Context, each func(*sql.Rows) error, query string, args []any) error {
	if db.dialect == PostgreSQL { // whose driver keeps statements prepared
		rows, err := db.query(ctx, query, args)
		return forEach(rows, err, each)
	}
	stmt, err := db.prepare(ctx, query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(ctx, args...)
	return forEach(rows, err, each)
}

// Pool tells how the connections are used that reads take, and in PostgreSQL writes, too.
func (db *DB) Pool() sql.DBStats { return db.read.Stats() }

// Close waits for writes that have begun, refuses others, and closes the files. It may be called twice.
func (db *DB) Close() error {
	if !db.closed.Swap(true) && db.sender != nil {
		db.sender.stop()
	}
	err := db.read.Close()
	if db.writer != nil {
		err = errors.Join(err, db.writer.close())
	}
	return err
}

func (db *DB) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if stmt, ok := db.stmts[query]; ok {
		return stmt, nil
	}
	stmt, err := db.read.PrepareContext(ctx, query)
	if err == nil {
		db.stmts[query] = stmt
	}
	return stmt, err
}

// forEach calls each for every row of a query's answer.
func forEach(rows *sql.Rows, err error, each func(*sql.Rows) error) error {
	if err != nil {
		return err
	}
	defer rows.Close() // also where each panics
	for rows.Next() {
		switch err := each(rows); {
		case err == ErrStop:
			return rows.Close()
		case err != nil:
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

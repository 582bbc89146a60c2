package sqldb

import (
	"cmp"
	"context"
	"crypto/x509"
	"database/sql"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"animo"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

const (
	// idleTime is how long a connection that nobody uses is kept.
	idleTime = 5 * time.Minute
	// transactTime bounds a transaction with all that it waits for, so that a connection that hangs holds nobody for ever.
	transactTime = 30 * time.Second
	// awayTime is how long a call waits for a server that cannot be reached. Then its caller is told, who comes again.
	awayTime = 2 * time.Second
	// transactTries is how often a transaction that lost against another one is run.
	transactTries = 20
)

// openPostgres opens a pool of connections, and migrates the tables. Of processes that start together one migrates, and the others
// wait for its lock.
func openPostgres(ctx context.Context, url string, o Options) (*sql.DB, error) {
	c, err := pgx.ParseConfig(url)
	if err != nil { // whose text leaves passwords out
		return nil, animo.Errorf(animo.Invalid, "the database's address is wrong: %v", "la dirección de la base de datos está mal: %v", err).Of("tables")
	}
	c.Tracer = o.Tracer
	if c.RuntimeParams["application_name"] == "" {
		c.RuntimeParams["application_name"] = "animo"
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	pool := stdlib.OpenDB(*c)
	conns := cmp.Or(o.Connections, 16)
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxIdleTime(idleTime)
	if err := migrate(ctx, pool, goose.DialectPostgres, "postgres", o.Release, goose.WithSessionLocker(locker)); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return pool, nil
}

// transact is Write of PostgreSQL: a transaction at READ COMMITTED, run again where it lost against another one, or where the
// server was away before the commit. Who calls it sees to it that what it decides by is locked, as sqltable and sqlbus say of their statements.
func (db *DB) transact(ctx context.Context, fn func(*Tx) error) error {
	return db.settled(ctx, again(ctx, func() (again bool, err error) {
		inDoubt, err := db.transactOnce(ctx, fn)
		return !inDoubt, err
	}))
}

// settled gives the error of a transaction its code.
func (db *DB) settled(ctx context.Context, err error) error {
	switch {
	case err != nil && db.closed.Load():
		return errClosed
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil: // it hung
		return away(err)
	}
	return Error(err)
}

// again calls once, and again while its error passes by itself and it may be repeated.
func again(ctx context.Context, once func() (again bool, err error)) error {
	for began, try := time.Now(), 0; ; try++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		may, err := once()
		lost := lostAgainst(err) && try < transactTries
		if err == nil || !may || !lost && (!isAway(err) || time.Since(began) > awayTime) {
			return err
		}
		pause := time.NewTimer(rand.N(time.Millisecond << min(try, 7)))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
		}
	}
}

// transactOnce does not heed the end of ctx, because a commit that is broken off may have happened or not: then inDoubt says so.
func (db *DB) transactOnce(ctx context.Context, fn func(*Tx) error) (inDoubt bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), transactTime)
	defer cancel()
	tx, err := db.read.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	if err := db.keeper.Step("database", func() error { return fn(&Tx{tx: tx, ctx: ctx}) }); err != nil {
		_ = tx.Rollback() // fails where the connection is lost, and with it the transaction
		return false, err
	}
	err = tx.Commit()
	return isAway(err), err
}

// Statement is one of a Batch. It expects something by calling animo_expect, which breaks the Batch off where there are fewer or more
// rows than it is told to expect.
type Statement struct {
	SQL      string
	Args     []any
	Conflict func() error // the Batch's answer where what the statement expects does not hold
	Changed  *int         // where it is told how many rows the statement changed; nil for nowhere
}

// Batch runs statements in a transaction of their own, and returns nil once that is on disk. They are sent together, so that they
// hold what they lock for no longer than the server works, however far away it is. Only PostgreSQL has it.
func (db *DB) Batch(ctx context.Context, statements []Statement) error {
	return db.settled(ctx, again(ctx, func() (bool, error) {
		err := db.batchOnce(ctx, statements)
		return !isAway(err) || pgconn.SafeToRetry(err), err
	}))
}

// batchOnce heeds the end of ctx no more than transactOnce does.
func (db *DB) batchOnce(ctx context.Context, statements []Statement) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), transactTime)
	defer cancel()
	conn, err := db.read.Conn(ctx)
	if err != nil {
		return err
	}
	err = conn.Raw(func(driver any) error {
		var b pgx.Batch
		for _, s := range statements {
			b.Queue(s.SQL, s.Args...)
		}
		results := driver.(*stdlib.Conn).Conn().SendBatch(ctx, &b) // without BEGIN, one transaction until its end
		for _, s := range statements {
			done, err := results.Exec()
			if s.Changed != nil {
				*s.Changed = int(done.RowsAffected())
			}
			if err != nil {
				if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "AN409" {
					err = s.Conflict()
				}
				_ = results.Close() // answers the same error
				return err
			}
		}
		return results.Close()
	})
	if closeErr := conn.Close(); err == nil && closeErr != nil && !errors.Is(closeErr, sql.ErrConnDone) {
		return closeErr
	}
	return err
}

// query is QueryContext, which waits for a server that is away.
func (db *DB) query(ctx context.Context, query string, args []any) (rows *sql.Rows, err error) {
	err = again(ctx, func() (bool, error) {
		rows, err = db.read.QueryContext(ctx, query, args...)
		return true, err
	})
	return rows, err
}

// isAway reports whether an error says that the server cannot be reached.
func isAway(err error) bool { return animo.CodeOf(postgresError(err)) == animo.Machine }

// lostAgainst reports whether a transaction may do what it did not now: PostgreSQL broke it off because of another one.
func lostAgainst(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01") // serialization_failure, deadlock_detected
}

// postgresError gives an error of PostgreSQL its code, or returns nil where err is none. A server that is not there costs
// no attempt: it comes back, or another one in its place.
func postgresError(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return nil
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		_, network := errors.AsType[net.Error](err)
		_, connecting := errors.AsType[*pgconn.ConnectError](err)
		if connecting {
			if said := noTLS(err); said != nil {
				return said
			}
		}
		if connecting || network || pgconn.SafeToRetry(err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
			return away(err)
		}
		return nil
	}
	switch class := e.Code[:2]; {
	case e.Code == "53100": // disk_full
		return animo.Errorf(animo.NoSpace, "the database's disk is full", "el disco de la base de datos está lleno").Because(err)
	case class == "08", class == "53", class == "57" && e.Code != "57014", e.Code == "25006": // no connection, no room, going down, a standby
		return away(err)
	case class == "40", e.Code == "55P03", e.Code == "57014": // lost against others, no lock, took too long
		return animo.Errorf(animo.Unavailable, "the database is busy; try again", "la base de datos está ocupada; inténtelo de nuevo").Because(err)
	case class == "28", class == "3D", e.Code == "42501": // wrong password, no such database, not allowed
		return animo.Errorf(animo.Forbidden, "the database refuses this user (%s): look at the address in the setting tables, and at what the user may do",
			"la base de datos rechaza a este usuario (%s): revise la dirección en el ajuste tables y lo que el usuario puede hacer", e.Message).Because(err)
	}
	return nil
}

// noTLS gives the error of a server with which TLS did not come about as the address asks, or returns nil where err is none. It costs no
// attempt, because a certificate that has expired is renewed.
func noTLS(err error) error {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return animo.Errorf(animo.Machine, "nobody whom this machine trusts signed the database server's certificate; name the file of who did with sslrootcert in the setting tables",
			"nadie en quien confíe esta máquina firmó el certificado del servidor de la base de datos; indique con sslrootcert en el ajuste tables el archivo de quien lo hizo").Of("tables").Because(err)
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return animo.Errorf(animo.Machine, "the database server's certificate is not for %s; use a name in the setting tables that it is for",
			"el certificado del servidor de la base de datos no es para %s; use en el ajuste tables un nombre para el que sea", e.Host).Of("tables").Because(err)
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return animo.Errorf(animo.Machine, "the database server's certificate is not valid; renew it, or set this machine's clock: %v",
			"el certificado del servidor de la base de datos no es válido; renuévelo, o ponga en hora esta máquina: %v", e).Of("tables").Because(err)
	}
	if strings.Contains(err.Error(), "server refused TLS connection") { // pgconn's text, which has no type
		return animo.Errorf(animo.Machine, "the database server has no TLS, for which sslmode asks in the setting tables; turn it on there (ssl = on)",
			"el servidor de la base de datos no tiene TLS, que pide sslmode en el ajuste tables; actívelo allí (ssl = on)").Of("tables").Because(err)
	}
	return nil
}

func away(err error) error {
	return animo.Errorf(animo.Machine, "the database server cannot be reached now; try again, and look whether it runs",
		"no se llega ahora al servidor de la base de datos; inténtelo de nuevo y mire si está en marcha").Because(err)
}

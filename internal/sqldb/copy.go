package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"os"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Copy writes the database, as it is at one moment, into a new file at path, which only its owner may read. Writers go on
// meanwhile; what they write after that moment is not in the copy, and neither is any trace of what was deleted before. The copy is on
// disk when Copy returns nil; after an error there is none.
func (db *DB) Copy(ctx context.Context, path string) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) // SQLite takes an empty file for a new one, and leaves its mode
	if err != nil {
		return Error(err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = Error(err)
			_ = os.Remove(path) // the first error is the one to tell
		}
	}()
	conn, err := db.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	// query_only forbids VACUUM INTO, too, though that writes nothing to this database.
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only(0)"); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO $1", path)
	_, resetErr := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA query_only(1)")
	if err = errors.Join(err, resetErr); err != nil {
		return err
	}
	if err := f.Sync(); err != nil { // SQLite does not
		return err
	}
	return syncAbove(path)
}

// Check reads the whole database and returns what is wrong with its pages and indexes, a line each, at most 100; none where it is whole.
func (db *DB) Check(ctx context.Context) (faults []string, err error) {
	err = db.Each(ctx, func(rows *sql.Rows) error {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err
		}
		if line != "ok" {
			faults = append(faults, line)
		}
		return nil
	}, "PRAGMA integrity_check(100)")
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_CORRUPT { // a page that ends the check
		return append(faults, e.Error()), nil
	}
	return faults, err
}

// Schema returns the version of the database's schema: how many migrations were applied.
func (db *DB) Schema(ctx context.Context) (version int64, err error) {
	err = db.Each(ctx, func(rows *sql.Rows) error { return rows.Scan(&version) }, "SELECT max(version_id) FROM goose_db_version WHERE is_applied")
	return version, err
}

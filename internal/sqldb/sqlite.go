package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"animo/internal/durable"
)

// pageSize is SQLite's own default, written down because MaxBytes counts in pages.
const pageSize = 4096

// busyTimeout is how long a connection waits for another process's, in milliseconds.
const busyTimeout = "busy_timeout(5000)"

// openSQLite opens one connection that writes and a pool that reads, and migrates the tables.
//
// WAL lets readers go on while the writer writes. synchronous=FULL syncs the log at each commit, so that
// committed writes outlive a power cut; on macOS that takes fullfsync, which changes nothing elsewhere. SQLite
// copies the log back every 4,000 pages (16 MB) and not every 1,000: at full speed that is one pause instead
// of four, and still a small log. secure_delete overwrites deleted rows with zeros; Scrub does the rest.
// busy_timeout waits for another process's writes. query_only keeps the reading pool from writing by mistake.
func openSQLite(ctx context.Context, path string, maxBytes int64, release string) (write, read *sql.DB, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, nil, err
	}
	_, err = os.Stat(path)
	isNew := errors.Is(err, os.ErrNotExist)
	if err := keepPrivate(path, isNew); err != nil {
		return nil, nil, err
	}

	common := []string{busyTimeout, "foreign_keys(0)", "cache_size(-16384)", "temp_store(MEMORY)"}
	pragmas := append([]string{
		"page_size(" + strconv.Itoa(pageSize) + ")", "journal_mode(WAL)", "synchronous(FULL)", "fullfsync(1)", "wal_autocheckpoint(4000)", "secure_delete(1)",
	}, common...)
	if maxBytes > 0 {
		pragmas = append(pragmas, "max_page_count("+strconv.FormatInt(max(1, maxBytes/pageSize), 10)+")")
	}
	write, err = sql.Open("sqlite", dsn(path, pragmas))
	if err != nil {
		return nil, nil, err
	}
	write.SetMaxOpenConns(1)
	if err := migrate(ctx, write, goose.DialectSQLite3, "sqlite", release); err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	if isNew {
		if err := syncAbove(path); err != nil {
			return nil, nil, errors.Join(err, write.Close())
		}
	}
	read, err = sql.Open("sqlite", dsn(path, append(common, "query_only(1)")))
	if err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	readers := max(4, runtime.GOMAXPROCS(0))
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return write, read, nil
}

// dsn writes a path as a URL, so that no character of it is taken for an option.
func dsn(path string, pragmas []string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: url.Values{"_pragma": pragmas}.Encode()}
	return u.String()
}

// keepPrivate sets the mode of the database's files so that only their owner reads them, whatever the mode of the folder.
// SQLite gives the log and its index the mode of the database; keepPrivate changes files that an earlier release made.
func keepPrivate(path string, isNew bool) error {
	const mode = 0o600
	if isNew {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, mode)
		if err != nil {
			return err
		}
		return f.Close()
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		switch info, err := os.Stat(name); {
		case errors.Is(err, os.ErrNotExist):
		case err != nil:
			return err
		case info.Mode().Perm()&^mode != 0:
			if err := os.Chmod(name, mode); err != nil {
				return err
			}
		}
	}
	return nil
}

// syncAbove syncs the folder of a new file and the folders above it, which may be new as well, because SQLite syncs
// only its log's entry. It stops at a folder that this user may not read: that one and those above were there before.
func syncAbove(path string) error {
	first := filepath.Dir(path)
	for dir := first; ; dir = filepath.Dir(dir) {
		err := durable.SyncFolder(dir)
		if err != nil && dir == first {
			return fmt.Errorf("sync folder %s: %w", dir, err)
		}
		if err != nil || dir == filepath.Dir(dir) {
			return nil
		}
	}
}

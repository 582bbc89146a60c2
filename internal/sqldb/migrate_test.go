package sqldb_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"animo"
	"animo/internal/sqldb"

	"github.com/pressly/goose/v3"
)

// newestSchema is the newest schema that this program knows.
func newestSchema(t *testing.T) int64 {
	t.Helper()
	files, err := fs.Glob(sqldb.Migrations, "migrations/sqlite/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	return int64(len(files))
}

// change runs statements on the file of a database that nobody has open.
func change(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpen_upgrades_every_earlier_schema(t *testing.T) {
	for schema := range newestSchema(t) {
		t.Run(fmt.Sprint(schema), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "animo.db")
			migrateTo(t, path, schema)
			if schema > 0 {
				change(t, path, `INSERT INTO row (tenant, tbl, key, value, rev) VALUES ('a', 'kept', 'k', 'v', 1)`)
			}
			db, err := sqldb.Open(t.Context(), "sqlite:"+path, sqldb.Options{Release: "v1.2.3"})
			if err != nil {
				t.Fatal(err)
			}
			rows, release := 0, ""
			count := func(r *sql.Rows) error { return r.Scan(&rows) }
			if err := db.Each(t.Context(), count, `SELECT count(*) FROM row WHERE tbl = 'kept'`); err != nil || rows != min(1, int(schema)) {
				t.Errorf("%d rows are left, %v", rows, err)
			}
			name := func(r *sql.Rows) error { return r.Scan(&release) }
			if err := db.Each(t.Context(), name, `SELECT release FROM schema_note WHERE version = $1`, newestSchema(t)); err != nil || release != "v1.2.3" {
				t.Errorf("the schema was noted as brought by %q, %v", release, err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// migrateTo makes a database as an earlier release left it.
func migrateTo(t *testing.T, path string, schema int64) {
	t.Helper()
	files, err := fs.Sub(sqldb.Migrations, "migrations/sqlite")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		t.Fatal(err)
	}
	if schema > 0 {
		if _, err := p.UpTo(t.Context(), schema); err != nil {
			t.Error(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// Every schema since the first that could says which releases may use it. A migration that forgets to is found here.
func TestMigrations_note_whom_each_schema_serves(t *testing.T) {
	path := filepath.Join(t.TempDir(), "animo.db")
	db := open(t, path, sqldb.Options{})
	noted := map[int64]int64{}
	each := func(r *sql.Rows) error {
		var version, oldest int64
		err := r.Scan(&version, &oldest)
		noted[version] = oldest
		return err
	}
	if err := db.Each(context.Background(), each, `SELECT version, oldest FROM schema_note`); err != nil {
		t.Fatal(err)
	}
	for version := int64(4); version <= newestSchema(t); version++ {
		if oldest, ok := noted[version]; !ok || oldest > version {
			t.Errorf("schema %d notes %d (%v) as the oldest that may be known to who uses it", version, oldest, ok)
		}
	}
}

func TestOpen_of_a_newer_schema(t *testing.T) {
	newest := newestSchema(t)
	newer := fmt.Sprintf(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (%d, 1)`, newest+1)
	note := func(oldest int64) string {
		return fmt.Sprintf(`INSERT INTO schema_note (version, oldest, release) VALUES (%d, %d, 'v9.0.0')`, newest+1, oldest)
	}
	for _, test := range []struct {
		name    string
		changes []string
		want    []string // parts of the refusal; none where it opens
	}{
		{"that this release may use", []string{newer, note(newest)}, nil},
		{"that is for later releases", []string{newer, note(newest + 1)}, []string{"v9.0.0", "(v9.0.0)", "v1.2.3", fmt.Sprintf("to schema %d", newest+1), "restore a backup"}},
		{"that says nothing", []string{newer}, []string{"v1.2.3", fmt.Sprintf("needs one that knows schema %d", newest+1)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "animo.db")
			if err := open(t, path, sqldb.Options{}).Close(); err != nil {
				t.Fatal(err)
			}
			change(t, path, test.changes...)
			db, err := sqldb.Open(t.Context(), "sqlite:"+path, sqldb.Options{Release: "v1.2.3"})
			if err == nil {
				err = db.Close()
			}
			if len(test.want) == 0 {
				if err != nil {
					t.Errorf("it is refused: %v", err)
				}
				return
			}
			if animo.CodeOf(err) != animo.Conflict {
				t.Fatalf("opened: %v, want conflict", err)
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the refusal %q does not say %q", err, part)
				}
			}
		})
	}
}

func TestOpen_keeps_the_files_from_others(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: files have no mode on Windows")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "animo.db")
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		for _, name := range []string{path, path + "-wal", path + "-shm"} {
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %s: %v, %v, want a mode of 0600", when, filepath.Base(name), info.Mode().Perm(), err)
			}
		}
	}
	first := open(t, path, sqldb.Options{})
	check("new")
	for _, name := range []string{path, path + "-wal", path + "-shm"} { // as earlier releases made them
		if err := os.Chmod(name, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	second := open(t, path, sqldb.Options{})
	check("made by an earlier release")
	for _, db := range []*sqldb.DB{first, second} {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A new database is for programs that read sealed secrets; one in use is so when its operator says it.
func TestOpen_keeps_a_database_in_use_open_to_the_release_before(t *testing.T) {
	oldest := func(db *sqldb.DB, want int64) {
		t.Helper()
		if got, err := db.Oldest(t.Context()); err != nil || got != want {
			t.Errorf("it wants programs that know schema %d, %v, want %d", got, err, want)
		}
	}
	db := open(t, filepath.Join(t.TempDir(), "new.db"), sqldb.Options{})
	oldest(db, sqldb.SealedSecrets)

	path := filepath.Join(t.TempDir(), "used.db")
	migrateTo(t, path, 4)
	change(t, path, `INSERT INTO row (tenant, tbl, key, value, rev) VALUES ('a', 'kept', 'k', 'v', 1)`)
	db = open(t, path, sqldb.Options{})
	oldest(db, 3)
	if err := sqldb.CheckNote(t.Context(), db, 5, 4); err != nil {
		t.Errorf("the release before, which knows schema 4, is refused: %v", err)
	}
	for range 2 {
		if err := db.Require(t.Context(), sqldb.SealedSecrets); err != nil {
			t.Fatal(err)
		}
		oldest(db, sqldb.SealedSecrets)
	}
	if err := db.Require(t.Context(), 4); err != nil {
		t.Fatal(err)
	}
	oldest(db, sqldb.SealedSecrets)
	if err := sqldb.CheckNote(t.Context(), db, 5, 4); animo.CodeOf(err) != animo.Conflict {
		t.Errorf("the release before, which knows schema 4: %v", err)
	}
}

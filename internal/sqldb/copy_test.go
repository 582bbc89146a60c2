package sqldb_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"animo/internal/sqldb"
)

// rowsOf reads how many rows there are of each of two writers' kinds.
func rowsOf(t *testing.T, db *sqldb.DB) (a, b int) {
	t.Helper()
	err := db.Each(t.Context(), func(rows *sql.Rows) error { return rows.Scan(&a, &b) },
		`SELECT count(*) FILTER (WHERE tbl = 'a'), count(*) FILTER (WHERE tbl = 'b') FROM row WHERE tenant = 't'`)
	if err != nil {
		t.Fatal(err)
	}
	return a, b
}

// TestCopy_is_of_one_moment copies while a writer adds rows in pairs, and looks whether a copy has half a pair.
func TestCopy_is_of_one_moment(t *testing.T) {
	db, err := sqldb.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	stop := make(chan struct{})
	wrote := make(chan struct{}) // received from: a write that began before ended
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
				for _, tbl := range []string{"a", "b"} {
					if _, err := tx.Exec(`INSERT INTO row (tenant, tbl, key, value, rev) VALUES ('t', $1, $2, $3, 1)`, tbl, fmt.Sprint(i), make([]byte, 2000)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
				return
			}
			select {
			case wrote <- struct{}{}:
			default:
			}
		}
	})
	before := 0
	for i := range 5 {
		for range 20 {
			<-wrote
		}
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := db.Copy(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("copy %d: %v, %v", i, info.Mode(), err)
		}
		copied, err := sqldb.Open(t.Context(), "sqlite:"+path, sqldb.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if faults, err := copied.Check(t.Context()); err != nil || len(faults) > 0 {
			t.Errorf("copy %d: %v, %v", i, faults, err)
		}
		a, b := rowsOf(t, copied)
		if a != b || a <= before {
			t.Errorf("copy %d has %d and %d rows after one of %d", i, a, b, before)
		}
		before = a
		if err := copied.Close(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	writer.Wait()
}

func TestCopy_has_no_trace_of_what_was_deleted(t *testing.T) {
	db, err := sqldb.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	secret := []byte(strings.Repeat("secreto", 20))
	for _, query := range []string{`INSERT INTO row (tenant, tbl, key, value, rev) VALUES ('t', 'a', 'k', $1, 1)`, `DELETE FROM row WHERE value = $1`} {
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { _, err := tx.Exec(query, secret); return err }); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Copy(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || len(b) == 0 || bytes.Contains(b, secret) {
		t.Errorf("%d bytes with a deleted row, %v", len(b), err)
	}
	if err := db.Copy(t.Context(), path); err == nil {
		t.Error("wrote over a file that was there")
	}
}

// TestCheck finds what is wrong with a file of which a page is damaged.
func TestCheck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := sqldb.Open(t.Context(), "sqlite:"+path, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`INSERT INTO row (tenant, tbl, key, value, rev) VALUES ('t', 'a', $1, $2, 1)`, fmt.Sprintf("%03d", i), make([]byte, 500))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(b[len(b)-4096:], bytes.Repeat([]byte{0xa5}, 64)) // a leaf's header
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if db, err = sqldb.Open(t.Context(), "sqlite:"+path, sqldb.Options{}); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if faults, err := db.Check(t.Context()); err != nil || len(faults) == 0 {
		t.Errorf("nothing wrong with a damaged page: %v, %v", faults, err)
	}
}

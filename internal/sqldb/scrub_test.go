package sqldb_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"animo"
	"animo/internal/sqldb"
)

// traces tells in which of a database's files a mark can be read, and how often.
func traces(t *testing.T, path string, mark []byte) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		b, err := os.ReadFile(path + suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if n := bytes.Count(b, mark); n > 0 {
			found["animo.db"+suffix] = n
		}
	}
	return found
}

// marked writes rows of several sizes with a mark in each, in an order that makes pages split, between rows
// that stay, and removes the marked ones again, some after a change.
func marked(t *testing.T, db *sqldb.DB, mark []byte) {
	t.Helper()
	sizes := []int{0, 500, 900, 3_000, 20_000} // small, split pages, overflow pages
	write := func(statement string, args ...any) {
		t.Helper()
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(statement, args...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	const n = 600
	for i := range n {
		i = i * 7 % n
		value := append(bytes.Clone(mark), make([]byte, sizes[i%len(sizes)])...)
		write(`INSERT INTO row (tenant, tbl, key, value, rev) VALUES ('t', 'x', $1, $2, 1)`, fmt.Appendf(nil, "%04d", i), value)
		write(`INSERT INTO row (tenant, tbl, key, value, rev) VALUES ('t', 'x', $1, $2, 1)`, fmt.Appendf(nil, "%04d stays", i), value[len(mark):])
	}
	for i := range n / 3 {
		write(`UPDATE row SET value = $1 WHERE key = $2`, []byte("changed"), fmt.Appendf(nil, "%04d", 3*i))
	}
	write(`DELETE FROM row WHERE instr(value, $1) > 0`, mark)
}

func TestScrub_leaves_no_trace_of_what_was_deleted(t *testing.T) {
	for _, secure := range []string{"1", "0"} {
		t.Run("secure_delete="+secure, func(t *testing.T) {
			path := file(t)
			db := open(t, path, sqldb.Options{})
			if got := pragma(t, db, "secure_delete"); got != "1" {
				t.Errorf("secure_delete is %s", got)
			}
			pragma(t, db, "secure_delete("+secure+")")
			mark := make([]byte, 64)
			rand.Read(mark)
			marked(t, db, mark)
			if len(traces(t, path, mark)) == 0 {
				t.Error("no trace before Scrub: the test finds nothing")
			}
			if err := db.Scrub(t.Context()); err != nil {
				t.Fatal(err)
			}
			found := traces(t, path, mark)
			if (len(found) > 0) == (secure == "1") {
				t.Errorf("after Scrub the mark is found in %v", found)
			}
			if n := count(t, db); n != 600+200 {
				t.Errorf("%d rows, want the 800 that stayed", n)
			}
			wantSound(t, db)
		})
	}
}

func TestScrub_gives_way_to_readers(t *testing.T) {
	path := file(t)
	db := open(t, path, sqldb.Options{})
	for _, key := range []string{"a", "b"} {
		if err := add(t.Context(), db, key); err != nil {
			t.Fatal(err)
		}
	}
	var whileRead []error
	err := db.Each(t.Context(), func(*sql.Rows) error {
		if err := add(t.Context(), db, "c"); err != nil { // now the reader sees what the database was
			return err
		}
		whileRead = append(whileRead, db.Scrub(t.Context()), add(t.Context(), db, "d"))
		return sqldb.ErrStop
	}, `SELECT key FROM row`)
	if err != nil || animo.CodeOf(whileRead[0]) != animo.Unavailable || whileRead[1] != nil {
		t.Errorf("Scrub during a read: %v, a write after it: %v, %v; want unavailable and no error", whileRead[0], whileRead[1], err)
	}
	if got := pragma(t, db, "busy_timeout"); got != "5000" {
		t.Errorf("busy_timeout is left at %s", got)
	}
	if err := db.Scrub(t.Context()); err != nil || logSize(t, path) != 0 {
		t.Errorf("Scrub without readers: %v, and the log has %d bytes", err, logSize(t, path))
	}
	if n := count(t, db); n != 4 {
		t.Errorf("%d rows, want 4", n)
	}
}

func TestScrub_harms_no_writes(t *testing.T) {
	path := file(t)
	db := open(t, path, sqldb.Options{})
	const writers, each = 4, 150
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
					key := fmt.Sprintf("%04d-%d", i*37%each, w)
					if err := insert(tx, key, strings.Repeat(key, 1+i%200)); err != nil {
						return err
					}
					_, err := tx.Exec(`DELETE FROM row WHERE key = $1`, fmt.Appendf(nil, "%04d-%d", i, (w+1)%writers))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	written := make(chan bool)
	go func() {
		wg.Wait()
		close(written)
	}()
	scrubs := 0
	for done := false; !done; scrubs++ {
		select {
		case <-written:
			done = true
		default:
		}
		if err := db.Scrub(t.Context()); err != nil {
			t.Error(err)
		}
	}
	wantSound(t, db)
	t.Logf("scrubbed %d times", scrubs)
	err := db.Each(t.Context(), func(rows *sql.Rows) error {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		if strings.ReplaceAll(value, key, "") != "" || value == "" {
			t.Errorf("row %s holds %q", key, value)
		}
		return nil
	}, `SELECT key, value FROM row`)
	if err != nil {
		t.Error(err)
	}
}

func TestScrub_ends_with_the_database_and_the_context(t *testing.T) {
	db := open(t, file(t), sqldb.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Scrub(ctx); animo.CodeOf(err) != animo.Interrupted {
		t.Errorf("Scrub with an ended context: %v, want interrupted", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Scrub(t.Context()); animo.CodeOf(err) != animo.Unavailable {
		t.Errorf("Scrub after Close: %v, want unavailable", err)
	}
}

// wantSound has SQLite check every page and index.
func wantSound(t *testing.T, db *sqldb.DB) {
	t.Helper()
	var check string
	err := db.Each(t.Context(), func(rows *sql.Rows) error { return rows.Scan(&check) }, `PRAGMA integrity_check`)
	if err != nil || check != "ok" {
		t.Errorf("integrity_check: %s, %v", check, err)
	}
}

// BenchmarkScrub scrubs a database of 100,000 rows of 1 kB, with nothing to blank but at the first time.
func BenchmarkScrub(b *testing.B) {
	path := file(b)
	db := open(b, path, sqldb.Options{})
	value := strings.Repeat("x", 1000)
	for i := range 100 {
		err := db.Write(b.Context(), func(tx *sqldb.Tx) error {
			for j := range 1000 {
				if err := insert(tx, fmt.Sprintf("%08d", (i*1000+j)*7919%100_000), value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for _, name := range []string{"first", "again"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := db.Scrub(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			info, err := os.Stat(path)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(info.Size())
		})
	}
}

package sqldb_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/postgrestest"
	"animo/internal/sqldb"
)

// filled is a SQLite file with n rows, and some of everything else.
func filled(t testing.TB, n int) (db *sqldb.DB, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "animo.db")
	db, err := sqldb.Open(t.Context(), "sqlite:"+path, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	err = db.Write(t.Context(), func(tx *sqldb.Tx) error {
		for i := range n {
			key := []byte(fmt.Sprintf("k%08d\x00\xff", i*7919%n)) // in no order
			if _, err := tx.Exec(`INSERT INTO row (tenant, tbl, key, value, rev) VALUES ($1, 'faces', $2, $3, $4)`, fmt.Sprint("t", i%3), key, bytes.Repeat([]byte{byte(i)}, 500), 1<<46+i); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO place (tenant, log, seq, tbl, key) VALUES ($1, 'moods', $2, 'faces', $3)`, fmt.Sprint("t", i%3), 5+i/3, key); err != nil {
				return err
			}
		}
		for _, query := range []string{
			`INSERT INTO row (tenant, tbl, key, value, rev) VALUES ('_c', 'leases', x'61', x'', 1), ('t0', 'empty', x'61', x'', 7)`,
			`INSERT INTO tally (tenant, tbl, key, n, sum) VALUES ('t0', 'faces', x'64', 3, 270.25), ('t0', 'faces', x'68', 1, 9007199254740993), ('t1', 'faces', x'64', 2, 0.1)`,
			`INSERT INTO queue (name, patterns) VALUES ('q', '["a.*"]')`,
			`INSERT INTO message (seq, queue, tenant, id, event, state, attempt, due, died, owner, token, reason) VALUES
				(3, 'q', 't0', 'ready', x'7b7d', 0, 0, NULL, NULL, NULL, NULL, NULL), (4, 'q', 't0', 'waits', x'7b7d', 1, 2, 99, NULL, NULL, NULL, x'7b7d'),
				(9, 'q', 't1', 'leased', x'7b7d', 2, 1, 999, NULL, 'w', 'tok', NULL), (12, 'q', 't2', 'dead', x'7b7d', 3, 3, NULL, 77, NULL, NULL, x'7b7d')`,
			`INSERT INTO lane (queue, tenant, turn) VALUES ('q', 't0', 41)`,
		} {
			if _, err := tx.Exec(query); err != nil {
				return fmt.Errorf("%s: %w", query, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return db, path
}

func emptyPostgres(t testing.TB) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), postgrestest.URL(t), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// lines are what a query answers.
func lines(t *testing.T, db *sqldb.DB, query string) (list []string) {
	t.Helper()
	err := db.Each(t.Context(), func(rows *sql.Rows) error {
		line := ""
		err := rows.Scan(&line)
		list = append(list, line)
		return err
	}, query)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestMove_goes_on_in_the_middle_of_a_table(t *testing.T) {
	const rows = 15_000 // more than are copied in one transaction
	from, _ := filled(t, rows)
	to := emptyPostgres(t)
	m := sqldb.Move{From: from, To: to, Stay: []string{"leases"}}
	if empty, err := m.Empty(t.Context()); err != nil || !empty {
		t.Fatal(empty, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	m.Told = func(int64, int64) { cancel() }
	if err := m.Fill(ctx); animo.CodeOf(err) != animo.Interrupted {
		t.Fatalf("broken off, the copying says %v, %v", err, errors.Unwrap(err))
	}
	if n := lines(t, to, `SELECT count(*) FROM row`); n[0] == "0" || n[0] >= fmt.Sprint(rows) {
		t.Fatalf("%s rows are copied at the break; want some", n[0])
	}
	if _, err := m.Compare(t.Context()); animo.CodeOf(err) != animo.Damaged {
		t.Errorf("a part is taken for the whole: %v", err)
	}
	last := int64(0)
	m.Told = func(done, all int64) {
		if last = done; all != 2*rows+1+3+3+1+4+2 {
			t.Errorf("%d of %d", done, all)
		}
	}
	if err := m.Fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last != 2*rows+14 {
		t.Errorf("%d rows are there", last)
	}
	moved, err := m.Compare(t.Context())
	if err != nil || len(moved) != 7 || moved[0].Rows != rows+1 {
		t.Errorf("%+v, %v", moved, err)
	}
	want := []string{"3 ready 0 0 - -", "4 waits 1 2 99 {}", "9 leased 0 1 - -", "12 dead 3 3 - {}"}
	if got := lines(t, to, `SELECT concat_ws(' ', seq, id, state, attempt, coalesce(due::text, '-'), coalesce(convert_from(reason, 'UTF8'), '-')) FROM message ORDER BY seq`); !slices.Equal(got, want) {
		t.Errorf("messages are %q, want %q", got, want)
	}
	if got := lines(t, to, `SELECT concat_ws(' ', tenant, turn) FROM lane ORDER BY turn`); !slices.Equal(got, []string{"t0 41", "t1 42"}) {
		t.Errorf("lanes are %q", got)
	}
	if got := lines(t, to, `INSERT INTO message (queue, tenant, id, event) VALUES ('q', 't0', 'next', '') RETURNING seq::text`); got[0] != "13" {
		t.Errorf("the next message has the number %s", got[0])
	}
	if got := lines(t, to, `SELECT seq::text FROM log_end ORDER BY tenant`); !slices.Equal(got, []string{"5004", "5004", "5004"}) {
		t.Errorf("logs end at %q", got)
	}
	if got := lines(t, to, `SELECT key::text FROM row WHERE tbl = 'leases'`); got != nil {
		t.Errorf("leases are moved: %q", got)
	}
}

func TestMove_names_the_row_that_differs(t *testing.T) {
	from, _ := filled(t, 100)
	to := emptyPostgres(t)
	m := sqldb.Move{From: from, To: to, Stay: []string{"leases"}}
	if err := m.Fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ change, names string }{
		{`UPDATE row SET rev = rev + 1 WHERE tenant = 't1' AND key = (SELECT key FROM row WHERE tenant = 't1' ORDER BY key DESC LIMIT 1)`, `"t1" "faces" "k0000009`},
		{`INSERT INTO row (tenant, tbl, key, value, rev) VALUES ('t9', 'more', 'x', '', 1)`, `"t9" "more" "x"`},
		{`UPDATE tally SET sum = sum + 1 WHERE tenant = 't1'`, `"t1" "faces" "d"`},
		{`DELETE FROM message WHERE id = 'dead'`, `"12"`},
		{`UPDATE lane SET turn = 1 WHERE tenant = 't1'`, `"q" "t1"`},
	} {
		if err := to.Write(t.Context(), func(tx *sqldb.Tx) error { _, err := tx.Exec(c.change); return err }); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Compare(t.Context()); animo.CodeOf(err) != animo.Damaged || !strings.Contains(err.Error(), c.names) {
			t.Errorf("after %s: %v; want %s named", c.change, err, c.names)
		}
		if err := m.Clear(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := m.Fill(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Compare(t.Context()); err != nil {
			t.Errorf("copied anew: %v", err)
		}
	}
}

func TestAlone_sees_whoever_has_the_file_open(t *testing.T) {
	db, path := filled(t, 1)
	if err := sqldb.Alone(t.Context(), path); animo.CodeOf(err) != animo.Conflict {
		t.Errorf("while it is open: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := sqldb.Alone(t.Context(), path); err != nil {
		t.Error(err)
	}
	db, err := sqldb.Open(t.Context(), "sqlite:"+path, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := lines(t, db, `SELECT key FROM row WHERE tbl = 'empty'`); len(got) != 1 {
		t.Errorf("afterwards the file has %q", got)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// BenchmarkMove moves 100,000 rows of 500 bytes and as many places of a log, and compares them.
func BenchmarkMove(b *testing.B) {
	const rows = 100_000
	from, _ := filled(b, rows)
	copying, comparing := time.Duration(0), time.Duration(0)
	for b.Loop() {
		m := sqldb.Move{From: from, To: emptyPostgres(b), Stay: []string{"leases"}}
		began := time.Now()
		if err := m.Fill(b.Context()); err != nil {
			b.Fatal(err)
		}
		copied := time.Now()
		if _, err := m.Compare(b.Context()); err != nil {
			b.Fatal(err)
		}
		copying, comparing = copying+copied.Sub(began), comparing+time.Since(copied)
	}
	b.ReportMetric(float64(b.N)*2*rows/copying.Seconds(), "copied/s")
	b.ReportMetric(float64(b.N)*2*rows/comparing.Seconds(), "compared/s")
}

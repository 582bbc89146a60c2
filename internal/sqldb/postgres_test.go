package sqldb_test

import (
	"context"
	"database/sql"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"animo"
	"animo/internal/postgrestest"
	"animo/internal/sharedtest"
	"animo/internal/sqldb"
)

func openPostgres(t *testing.T, url string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestPostgreSQL_opened_by_many_at_once_migrates_once(t *testing.T) {
	url := postgrestest.URL(t)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			db, err := sqldb.Open(t.Context(), url, sqldb.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n := 0
	err := openPostgres(t, url).Each(t.Context(), func(rows *sql.Rows) error { return rows.Scan(&n) }, `SELECT count(*) FROM schema_note`)
	if err != nil || n != 1 {
		t.Errorf("%d schemas are noted, %v; want 1", n, err)
	}
}

// TestPostgreSQL_write_that_loses_is_run_again has two transactions lock two rows in opposite orders, so that PostgreSQL breaks one off.
func TestPostgreSQL_write_that_loses_is_run_again(t *testing.T) {
	db := openPostgres(t, postgrestest.URL(t))
	put := func(tx *sqldb.Tx, name string) error {
		_, err := tx.Exec(`INSERT INTO queue (name, patterns) VALUES ($1, '1') ON CONFLICT (name) DO UPDATE SET patterns = queue.patterns || '1'`, name)
		return err
	}
	for _, name := range []string{"a", "b"} {
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return put(tx, name) }); err != nil {
			t.Fatal(err)
		}
	}
	var both, wg sync.WaitGroup // both have the first row
	both.Add(2)
	runs := make(chan string, 100)
	for _, order := range []string{"ab", "ba"} {
		wg.Go(func() {
			var once sync.Once
			err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
				runs <- order
				if err := put(tx, order[:1]); err != nil {
					return err
				}
				once.Do(func() { both.Done(); both.Wait() })
				return put(tx, order[1:])
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(runs); n < 3 {
		t.Errorf("the functions ran %d times; want one of them twice", n)
	}
	var all []string
	err := db.Each(t.Context(), func(rows *sql.Rows) error {
		var one string
		err := rows.Scan(&one)
		all = append(all, one)
		return err
	}, `SELECT name || patterns FROM queue ORDER BY name`)
	if got := strings.Join(all, " "); err != nil || got != "a111 b111" {
		t.Errorf("the rows are %s, %v; want each write once", got, err)
	}
}

func TestPostgreSQL_tells_of_panics_and_undoes(t *testing.T) {
	db := openPostgres(t, postgrestest.URL(t))
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(`INSERT INTO queue (name, patterns) VALUES ('a', '')`); err != nil {
			t.Error(err)
		}
		panic("no such luck")
	})
	if animo.CodeOf(err) != animo.Internal {
		t.Errorf("a panic: %v", err)
	}
	err = db.Each(t.Context(), func(*sql.Rows) error { t.Error("what it wrote is there"); return nil }, `SELECT name FROM queue`)
	if err != nil {
		t.Error(err)
	}
}

func TestPostgreSQL_errors_help(t *testing.T) {
	good, err := url.Parse(postgrestest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(*url.URL)) string {
		u := *good
		change(&u)
		return u.String()
	}
	for _, c := range []struct {
		name, url string
		code      animo.Code
		says      string
	}{
		{"no such database", with(func(u *url.URL) { u.Path = "/nowhere" }), animo.Forbidden, "nowhere"},
		{"no such user", with(func(u *url.URL) { u.User = url.UserPassword("nobody", "secret") }), animo.Forbidden, "nobody"},
		{"nobody listens", with(func(u *url.URL) { u.Host = "127.0.0.1:1" }), animo.Machine, "cannot be reached"},
		{"no address", "postgres://a b:secret@", animo.Invalid, "address is wrong"},
	} {
		_, err := sqldb.Open(context.Background(), c.url, sqldb.Options{})
		if animo.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %s: %v; want %s", c.name, animo.CodeOf(err), err, c.code)
		}
	}
}

// TestPostgreSQL_tells_nodes_the_time opens one database with clocks that are wrong both ways: leases end by the server's.
func TestPostgreSQL_tells_nodes_the_time(t *testing.T) {
	url := postgrestest.URL(t)
	for _, wrong := range []time.Duration{-5 * time.Minute, 0, 5 * time.Minute} {
		db, err := sqldb.Open(t.Context(), url, sqldb.Options{Now: func() time.Time { return time.Now().Add(wrong) }})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if off := time.Until(time.UnixMilli(db.Now())); off.Abs() > time.Minute {
				t.Errorf("with a clock that is %v wrong, leases end by one that is %v wrong", wrong, off)
			}
			if err := db.ReadClock(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if off := time.Until(time.UnixMilli(db.Wall())) - wrong; off.Abs() > time.Minute {
			t.Errorf("the wall clock is %v from the one given", off)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestPostgreSQL_speaks_TLS has a server with a certificate that signs itself, one after another that has none.
func TestPostgreSQL_speaks_TLS(t *testing.T) {
	server := postgrestest.Start(t)
	cert, key := sharedtest.Certificate(t)
	other, _ := sharedtest.Certificate(t)
	address := func(u *url.URL, host, root string) string {
		v := *u
		v.Host = host + ":" + u.Port()
		v.RawQuery = url.Values{"sslmode": {"verify-full"}, "sslrootcert": {root}}.Encode()
		return v.String()
	}
	u := server.Restart()
	plain := address(u, "127.0.0.1", cert)
	refused := func(what, url, says string) {
		t.Helper()
		_, err := sqldb.Open(t.Context(), url, sqldb.Options{})
		if animo.CodeOf(err) != animo.Machine || animo.ReasonOf(err).Field != "tables" || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("a server without TLS", plain, "has no TLS")
	server.Kill()
	server.TLS(cert, key)
	u = server.Restart()
	refused("another's certificate", address(u, "127.0.0.1", other), "sslrootcert")
	refused("authorities of this machine", address(u, "127.0.0.1", "system"), "sslrootcert")
	refused("another name", address(u, "localhost", cert), "is not for localhost")
	safe := false
	db := openPostgres(t, address(u, "127.0.0.1", cert))
	err := db.Each(t.Context(), func(rows *sql.Rows) error { return rows.Scan(&safe) }, `SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`)
	if err != nil || !safe {
		t.Errorf("the connection has TLS: %v, %v", safe, err)
	}
}

package sqldb_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/loop"
	"animo/internal/sqldb"

	"go.uber.org/goleak"
)

// childEnv makes the test binary act as another process: it adds the keys that the variable holds to the
// database named by its argument, and prints each once it is accepted.
const childEnv = "ANIMO_SQLDB_TEST_CHILD"

func TestMain(m *testing.M) {
	if keys := os.Getenv(childEnv); keys != "" {
		if err := child(os.Args[1], strings.Fields(keys)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func child(path string, keys []string) error {
	ctx := context.Background()
	db, err := sqldb.Open(ctx, "sqlite:"+path, sqldb.Options{})
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := add(ctx, db, key); err != nil {
			return errors.Join(err, db.Close())
		}
		fmt.Println(key)
	}
	return db.Close()
}

func open(t testing.TB, path string, o sqldb.Options) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), "sqlite:"+path, o)
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

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "animo.db") }

func insert(tx *sqldb.Tx, key, value string) error {
	_, err := tx.Exec(`INSERT INTO row (tenant, tbl, key, value, rev) VALUES ('t', 'x', $1, $2, 1)`, []byte(key), []byte(value))
	return err
}

func add(ctx context.Context, db *sqldb.DB, key string) error {
	return db.Write(ctx, func(tx *sqldb.Tx) error { return insert(tx, key, "") })
}

func count(t testing.TB, db *sqldb.DB) (n int) {
	t.Helper()
	err := db.Each(t.Context(), func(rows *sql.Rows) error { return rows.Scan(&n) }, `SELECT count(*) FROM row`)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func pragma(t testing.TB, db *sqldb.DB, name string) (value string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		return tx.Each(func(rows *sql.Rows) error { return rows.Scan(&value) }, "PRAGMA "+name)
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestOpen_is_durable(t *testing.T) {
	db := open(t, file(t), sqldb.Options{})
	for name, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "0", "busy_timeout": "5000"} {
		if got := pragma(t, db, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestOpen_takes_any_path(t *testing.T) {
	for _, name := range []string{"a b", "50%", "what?x=1", "a#b", "ñandú😀", "a&_pragma=synchronous(OFF)"} {
		path := filepath.Join(t.TempDir(), name)
		db := open(t, path, sqldb.Options{})
		if got := pragma(t, db, "synchronous"); got != "2" {
			t.Errorf("the path %q turns synchronous to %s", name, got)
		}
		if _, err := os.Stat(path); err != nil {
			t.Errorf("the file is not at its path: %v", err)
		}
	}
}

func TestOpen_refuses_what_it_does_not_know(t *testing.T) {
	for _, url := range []string{"", "sqlite:", "mysql://animo:secret@host/db", "/tmp/x"} {
		_, err := sqldb.Open(t.Context(), url, sqldb.Options{})
		if animo.CodeOf(err) != animo.Unsupported || strings.Contains(err.Error(), "secret") {
			t.Errorf("Open(%q): err = %v, want unsupported", url, err)
		}
	}
}

func TestOpen_by_many_at_once_migrates_once(t *testing.T) {
	path := file(t)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			db, err := sqldb.Open(t.Context(), "sqlite:"+path, sqldb.Options{})
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
	if n := count(t, open(t, path, sqldb.Options{})); n != 0 {
		t.Errorf("%d rows", n)
	}
}

func TestWrite_failing_alone_leaves_the_others(t *testing.T) {
	db := open(t, file(t), sqldb.Options{})
	wrong := animo.Errorf(animo.Conflict, "no", "no")
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
				if err := insert(tx, fmt.Sprint(i), ""); err != nil {
					return err
				}
				switch {
				case i%4 == 1:
					return wrong // having written something
				case i%4 == 2:
					return insert(tx, fmt.Sprint(i), "") // breaks the key's uniqueness
				case i%4 == 3:
					_, err := tx.Exec(`no statement`)
					return err
				}
				return nil
			})
			want := []animo.Code{"", animo.Conflict, animo.Internal, animo.Internal}[i%4]
			if animo.CodeOf(err) != want {
				t.Errorf("write %d: %v, want %q", i, err, want)
			}
		})
	}
	wg.Wait()
	if n := count(t, db); n != 50 {
		t.Errorf("%d rows, want the 50 of those that did not fail", n)
	}
}

func TestWrite_shares_commits(t *testing.T) {
	path := file(t)
	db := open(t, path, sqldb.Options{})
	// The first write holds the writer until the others wait, so that they form one group.
	const writers = 50
	entered, leave := make(chan bool), make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			close(entered)
			<-leave
			return insert(tx, "first", "")
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-entered
	before := logSize(t, path)
	waiting := make(chan bool, writers)
	for i := range writers {
		wg.Go(func() {
			waiting <- true
			if err := add(t.Context(), db, fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	for range writers {
		<-waiting
	}
	close(leave)
	wg.Wait()
	// A commit of its own appends at least one page of 4 KiB to the log.
	if grown := (logSize(t, path) - before) / 4096; grown >= writers {
		t.Errorf("%d writes made the log %d pages longer; they shared nothing", writers, grown)
	}
	if n := count(t, db); n != writers+1 {
		t.Errorf("%d rows, want %d", n, writers+1)
	}
}

func logSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestWrite_full_disk_is_NoSpace_and_heals(t *testing.T) {
	path := file(t)
	db := open(t, path, sqldb.Options{MaxBytes: 1 << 20})
	if err := add(t.Context(), db, "kept"); err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("x", 100_000)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var added int
	for i := range 40 {
		wg.Go(func() {
			err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return insert(tx, fmt.Sprint(i), big) })
			switch animo.CodeOf(err) {
			case "":
				mu.Lock()
				added++
				mu.Unlock()
			case animo.NoSpace:
			default:
				t.Errorf("write on a full disk: %v, want no_space", err)
			}
		})
	}
	wg.Wait()
	if n := count(t, db); n != added+1 || added < 5 || added > 10 { // reads go on
		t.Errorf("%d rows, %d were accepted; want as many, and some nine of the 40", n, added)
	}
	if err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`DELETE FROM row WHERE key <> $1`, []byte("kept"))
		return err
	}); err != nil {
		t.Fatalf("making room: %v", err)
	}
	if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return insert(tx, "after", big) }); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestWrite_waits_for_another_process(t *testing.T) {
	path := file(t)
	db := open(t, path, sqldb.Options{})
	const each = 50
	var wg sync.WaitGroup
	for p := range 2 {
		var keys []string
		for i := range each {
			keys = append(keys, fmt.Sprint("child", p, "-", i))
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], path)
		cmd.Env = append(os.Environ(), childEnv+"="+strings.Join(keys, " "))
		wg.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("another process: %v\n%s", err, out)
			}
		})
	}
	for i := range each {
		if err := add(t.Context(), db, fmt.Sprint("parent-", i)); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	if n := count(t, db); n != 3*each {
		t.Errorf("%d rows, want %d", n, 3*each)
	}
}

func TestWrite_accepted_outlives_a_kill(t *testing.T) {
	path := file(t)
	var keys []string
	for i := range 5_000 {
		keys = append(keys, fmt.Sprint(i))
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], path)
	cmd.Env = append(os.Environ(), childEnv+"="+strings.Join(keys, " "))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var accepted []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		accepted = append(accepted, lines.Text())
		if len(accepted) == 100 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the process was not killed")
	}
	db := open(t, path, sqldb.Options{})
	there := map[string]bool{}
	err = db.Each(t.Context(), func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key)
		there[key] = true
		return err
	}, `SELECT key FROM row`)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range accepted {
		if !there[key] {
			t.Errorf("row %s was accepted and is gone", key)
		}
	}
	if n := len(there); n < len(accepted) || n > len(accepted)+1 {
		t.Errorf("%d rows, %d were accepted", n, len(accepted))
	}
}

func TestEach_cannot_write_and_stops_early(t *testing.T) {
	db := open(t, file(t), sqldb.Options{})
	for i := range 3 {
		if err := add(t.Context(), db, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	err := db.Each(t.Context(), func(*sql.Rows) error { return nil }, `DELETE FROM row RETURNING key`)
	if animo.CodeOf(err) != animo.Internal || count(t, db) != 3 {
		t.Errorf("a reader deletes: %v", err)
	}
	n := 0
	err = db.Each(t.Context(), func(*sql.Rows) error { n++; return sqldb.ErrStop }, `SELECT key FROM row`)
	if n != 1 || err != nil {
		t.Errorf("Stop after one row: %d, %v", n, err)
	}
	wrong := animo.Errorf(animo.NotFound, "no", "no")
	err = db.Each(t.Context(), func(*sql.Rows) error { return wrong }, `SELECT key FROM row`)
	if animo.CodeOf(err) != animo.NotFound {
		t.Errorf("the function's own error comes back as %v", err)
	}
}

func TestClose_answers_everybody(t *testing.T) {
	db := open(t, file(t), sqldb.Options{})
	var wg sync.WaitGroup
	accepted := make(chan string, 1000)
	for w := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				key := fmt.Sprint(w, "-", i)
				err := add(t.Context(), db, key)
				if err == nil {
					accepted <- key
					continue
				}
				if animo.CodeOf(err) != animo.Unavailable {
					t.Errorf("write during Close: %v", err)
				}
				return
			}
		})
	}
	<-accepted
	for range 2 {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	if err := db.Each(t.Context(), func(*sql.Rows) error { return nil }, `SELECT 1`); animo.CodeOf(err) != animo.Unavailable {
		t.Errorf("Each after Close: %v", err)
	}
}

// SQLite folds the log into the database and removes it when the last connection closes.
func TestClose_closes_every_file(t *testing.T) {
	path := file(t)
	db := open(t, path, sqldb.Options{})
	if err := add(t.Context(), db, "k"); err != nil {
		t.Fatal(err)
	}
	count(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after Close the log is still there (%v): a connection stayed open", err)
	}
}

func TestNow_is_the_clock(t *testing.T) {
	at := time.Date(2023, 4, 5, 6, 7, 8, 9e6, time.UTC)
	db := open(t, file(t), sqldb.Options{Clock: func() time.Time { return at }})
	if db.Now() != at.UnixMilli() {
		t.Errorf("Now = %d", db.Now())
	}
}

func TestNow_goes_on_by_itself_from_the_time_of_Open(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := open(t, file(t), sqldb.Options{})
		start := time.Now().UnixMilli()
		if db.Now() != start {
			t.Errorf("Now = %d at Open, want %d", db.Now(), start)
		}
		time.Sleep(90 * time.Minute)
		if db.Now() != start+90*60*1000 {
			t.Errorf("Now = %d an hour and a half later, want %d", db.Now(), start+90*60*1000)
		}
	})
}

func TestNow_goes_on_while_the_wall_clock_is_set(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wall := time.Date(2019, 5, 1, 12, 0, 0, 0, time.UTC)
		opened := wall.UnixMilli()
		db := open(t, file(t), sqldb.Options{Now: func() time.Time { return wall }})
		wall = wall.AddDate(1, 0, 0)
		time.Sleep(time.Second)
		if db.Now() != opened+1000 || db.Wall() != wall.UnixMilli() {
			t.Errorf("Now = %d and Wall = %d, want %d and %d", db.Now(), db.Wall(), opened+1000, wall.UnixMilli())
		}
	})
}

// BenchmarkOpen makes a new database, and opens one that is there.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	n := 0
	open := func(path string) {
		db, err := sqldb.Open(b.Context(), "sqlite:"+path, sqldb.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			n++
			open(filepath.Join(dir, fmt.Sprint(n)))
		}
	})
	b.Run("again", func(b *testing.B) {
		path := filepath.Join(dir, "same")
		for b.Loop() {
			open(path)
		}
	})
}

// BenchmarkWrite commits small rows; BenchmarkSync beside it is what the disk alone does.
func BenchmarkWrite(b *testing.B) {
	for _, writers := range []int{1, 32} {
		b.Run(fmt.Sprint("writers=", writers), func(b *testing.B) {
			db := open(b, file(b), sqldb.Options{})
			var wg sync.WaitGroup
			keys := make(chan int)
			for range writers {
				wg.Go(func() {
					for i := range keys {
						if err := add(b.Context(), db, fmt.Sprint(i)); err != nil {
							b.Error(err)
						}
					}
				})
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				keys <- i
			}
			close(keys)
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkSync appends a page to a file and syncs it.
func BenchmarkSync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "file"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	for b.Loop() {
		if _, err := f.Write(page); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "fsync/s")
}

func TestWrite_that_panics_is_an_error_undoes_itself_and_holds_nobody_up(t *testing.T) {
	var log bytes.Buffer
	var panics atomic.Int32
	keeper := loop.New(slog.New(slog.NewTextHandler(&log, nil)), func(string, bool) { panics.Add(1) })
	db := open(t, file(t), sqldb.Options{Keeper: keeper})
	if err := add(t.Context(), db, "before"); err != nil {
		t.Fatal(err)
	}
	const bad, good = 20, 20
	var all sync.WaitGroup
	for i := range bad + good {
		all.Go(func() {
			err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
				if err := insert(tx, fmt.Sprint(i), ""); err != nil || i < good {
					return err
				}
				return tx.Each(func(*sql.Rows) error { panic("no such luck") }, "SELECT key FROM row")
			})
			if i < good && err != nil || i >= good && (animo.CodeOf(err) != animo.Internal || !loop.Panicked(err)) {
				t.Errorf("write %d: %v", i, err)
			}
		})
	}
	all.Wait()
	if n := count(t, db); n != 1+good {
		t.Errorf("%d rows, want %d: those of the writes that did not panic", n, 1+good)
	}
	if panics.Load() != bad || strings.Count(log.String(), "no such luck") != 1 || !strings.Contains(log.String(), "sqldb_test.go") {
		t.Errorf("%d panics were told, want %d, and the log says %s", panics.Load(), bad, log.String())
	}
}

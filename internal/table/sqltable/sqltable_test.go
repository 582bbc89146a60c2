package sqltable_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"animo"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/sqltable"
	"animo/internal/table/tabletest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDriver(t *testing.T) {
	tabletest.Run(t, func(t *testing.T) table.Driver { return sqltable.New(openDB(t)) })
}

func TestScrub_leaves_no_trace_of_a_removed_row(t *testing.T) {
	path := filepath.Join(t.TempDir(), "animo.db")
	db, err := sqldb.Open(t.Context(), "sqlite:"+path, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	d := table.New(sqltable.New(db))
	mark := rand.Text()
	var entries []table.Entry
	for i := range 300 {
		key := fmt.Sprint(i*7%300, mark)
		entries = append(entries, table.Entry{
			Row: table.Row{Key: key, Value: []byte(strings.Repeat(mark, i%100))}, Tallies: []table.Tally{{Key: key, N: 1}}, Log: "live " + mark,
		})
	}
	for _, e := range entries {
		if _, err := d.Add(t.Context(), "t", "x", e); err != nil {
			t.Fatal(err)
		}
	}
	traces := func() (n int) {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			b, err := os.ReadFile(path + suffix)
			if err != nil {
				t.Fatal(err)
			}
			n += bytes.Count(b, []byte(mark))
		}
		return n
	}
	if n, err := d.Remove(t.Context(), "t", "x", entries[:150]...); n != 150 || err != nil {
		t.Fatal(n, err)
	}
	if err := d.Forget(t.Context(), "t"); err != nil {
		t.Fatal(err)
	}
	if traces() == 0 {
		t.Error("no trace before Scrub: the test finds nothing")
	}
	if err := d.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := traces(); n > 0 {
		t.Errorf("%d traces after Scrub", n)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.Scrub(t.Context()); animo.CodeOf(err) != animo.Unavailable {
		t.Errorf("Scrub after Close: %v, want unavailable", err)
	}
}

func openDB(t testing.TB) *sqldb.DB {
	t.Helper()
	return openURL(t, "sqlite:"+filepath.Join(t.TempDir(), "animo.db"))
}

func openURL(t testing.TB, url string) *sqldb.DB {
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

// BenchmarkPut writes rows of about 130 bytes as an ingest does: 1,000 a call, each call on disk.
func BenchmarkPut(b *testing.B) {
	const batch = 1000
	d := table.New(sqltable.New(openDB(b)))
	rows := make([]table.Row, batch)
	value := fmt.Appendf(nil, `{"text":"%0100d","label":1}`, 7)
	n := 0
	for b.Loop() {
		for i := range rows {
			rows[i] = table.Row{Key: fmt.Sprintf("0123456789abcdef/%08d", n), Value: value}
			n++
		}
		if err := d.Put(b.Context(), "default", "opinion", rows...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkQuery reads a table of a million rows of about 130 bytes.
func BenchmarkQuery(b *testing.B) {
	const total = 1_000_000
	d := table.New(sqltable.New(openDB(b)))
	value := fmt.Appendf(nil, `{"text":"%0100d","label":1}`, 7)
	for n := 0; n < total; {
		rows := make([]table.Row, 10_000)
		for i := range rows {
			rows[i] = table.Row{Key: fmt.Sprintf("0123456789abcdef/%08d", n), Value: value}
			n++
		}
		if err := d.Put(b.Context(), "default", "opinion", rows...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for _, err := range d.Query(b.Context(), "default", "opinion", table.Range{}, false) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

// moods makes the n-th batch of five rows, each with six tallies of which the five share most, as a photo of
// five faces gives.
func moods(n int) []table.Entry {
	value := fmt.Appendf(nil, `{"emotions":"%0500d"}`, 7)
	entries := make([]table.Entry, 5)
	for i := range entries {
		e := table.Entry{Row: table.Row{Key: fmt.Sprintf("2023-04-05T06:07:08Z/%08d/%d", n, i), Value: value}, Log: "live"}
		for k := range 6 {
			e.Tallies = append(e.Tallies, table.Tally{Key: fmt.Sprintf("stage%d/%05d", k, n/100), N: 1, Sum: 97.5})
		}
		entries[i] = e
	}
	return entries
}

// BenchmarkAdd adds batches of five rows: bare ones, with a log, with six tallies each, and with both.
func BenchmarkAdd(b *testing.B) {
	for _, c := range []struct {
		name         string
		tallies, log bool
	}{{"rows", false, false}, {"log", false, true}, {"tallies", true, false}, {"both", true, true}} {
		b.Run(c.name, func(b *testing.B) {
			d := table.New(sqltable.New(openDB(b)))
			n := 0
			for b.Loop() {
				entries := moods(n)
				n++
				for i := range entries {
					if !c.tallies {
						entries[i].Tallies = nil
					}
					if !c.log {
						entries[i].Log = ""
					}
				}
				if added, err := d.Add(b.Context(), "default", "happy", entries...); err != nil || added != len(entries) {
					b.Fatal(added, err)
				}
			}
			b.ReportMetric(float64(5*n)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkTallies reads 6,000 tallies.
func BenchmarkTallies(b *testing.B) {
	const total = 6_000
	d := table.New(sqltable.New(openDB(b)))
	e := table.Entry{Row: table.Row{Key: "k"}}
	for i := range total {
		e.Tallies = append(e.Tallies, table.Tally{Key: fmt.Sprintf("stage/%08d", i), N: 1, Sum: 97.5})
	}
	if _, err := d.Add(b.Context(), "default", "happy", e); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range d.Tallies(b.Context(), "default", "happy", table.Range{}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != total {
			b.Fatal(n)
		}
	}
}

// BenchmarkRemove removes batches of five rows with six tallies each and a log.
func BenchmarkRemove(b *testing.B) {
	d := table.New(sqltable.New(openDB(b)))
	for n := range b.N {
		if _, err := d.Add(b.Context(), "default", "happy", moods(n)...); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for n := range b.N {
		if removed, err := d.Remove(b.Context(), "default", "happy", moods(n)...); err != nil || removed != 5 {
			b.Fatal(removed, err)
		}
	}
	b.ReportMetric(float64(5*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkDelete removes a range of 20,000 rows of about 130 bytes.
func BenchmarkDelete(b *testing.B) {
	const total = 20_000
	d := table.New(sqltable.New(openDB(b)))
	value := fmt.Appendf(nil, `{"text":"%0100d","label":1}`, 7)
	rows := make([]table.Row, total)
	for i := range rows {
		rows[i] = table.Row{Key: fmt.Sprintf("0123456789abcdef/%08d", i), Value: value}
	}
	n := 0
	for b.Loop() {
		b.StopTimer()
		if err := d.Put(b.Context(), "default", "opinion", rows...); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if removed, err := d.Delete(b.Context(), "default", "opinion", table.Range{Prefix: "0123456789abcdef/"}); err != nil || removed != total {
			b.Fatal(removed, err)
		}
		n += total
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkTenants looks which of 10,000 tenants have rows in one of two tables, as two of them have.
func BenchmarkTenants(b *testing.B) {
	d := table.New(sqltable.New(openDB(b)))
	for i := range 10_000 {
		if err := d.Put(b.Context(), fmt.Sprintf("tenant-%05d", i), "photos", table.Row{Key: "a"}, table.Row{Key: "b"}); err != nil {
			b.Fatal(err)
		}
	}
	for _, tenant := range []string{"tenant-00007", "tenant-09999"} {
		if err := d.Put(b.Context(), tenant, "pending", table.Row{Key: "a"}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if list, err := d.Tenants(b.Context(), "erased", "pending"); err != nil || len(list) != 2 {
			b.Fatal(list, err)
		}
	}
}

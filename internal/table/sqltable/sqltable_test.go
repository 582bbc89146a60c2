package sqltable_test

import (
	"fmt"
	"path/filepath"
	"testing"

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

func openDB(t testing.TB) *sqldb.DB {
	db, err := sqldb.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "animo.db"), sqldb.Options{})
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

// BenchmarkPutNew writes rows of about 130 bytes as an ingest does: 1,000 a call, each call on disk.
func BenchmarkPutNew(b *testing.B) {
	const batch = 1000
	d := sqltable.New(openDB(b))
	rows := make([]table.Row, batch)
	value := fmt.Appendf(nil, `{"text":"%0100d","label":1}`, 7)
	n := 0
	for b.Loop() {
		for i := range rows {
			rows[i] = table.Row{Key: fmt.Sprintf("0123456789abcdef/%08d", n), Value: value}
			n++
		}
		if added, err := d.PutNew(b.Context(), "default", "opinion", rows...); err != nil || added != batch {
			b.Fatal(added, err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkQuery reads a table of a million rows of about 130 bytes.
func BenchmarkQuery(b *testing.B) {
	const total = 1_000_000
	d := sqltable.New(openDB(b))
	value := fmt.Appendf(nil, `{"text":"%0100d","label":1}`, 7)
	for n := 0; n < total; {
		rows := make([]table.Row, 10_000)
		for i := range rows {
			rows[i] = table.Row{Key: fmt.Sprintf("0123456789abcdef/%08d", n), Value: value}
			n++
		}
		if _, err := d.PutNew(b.Context(), "default", "opinion", rows...); err != nil {
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

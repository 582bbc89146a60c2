package sqltable_test

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"animo/internal/postgrestest"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/sqltable"
	"animo/internal/table/tabletest"
)

func TestDriver_on_PostgreSQL(t *testing.T) {
	tabletest.Run(t, func(t *testing.T) table.Driver { return sqltable.New(openPostgres(t)) })
}

func openPostgres(t testing.TB) *sqldb.DB {
	t.Helper()
	return openURL(t, postgrestest.URL(t))
}

// BenchmarkPostgreSQL commits what the recording of a face does: it looks at three rows, writes one, adds to three tallies and appends to
// a log. Of one tenant, commits wait for each other at the end of the log.
func BenchmarkPostgreSQL(b *testing.B) {
	for _, c := range []struct {
		name    string
		tenants int
		writers int
	}{{"one tenant, one writer", 1, 1}, {"one tenant, 16 writers", 1, 16}, {"16 tenants, 16 writers", 16, 16}} {
		b.Run(c.name, func(b *testing.B) {
			d := sqltable.New(openPostgres(b))
			var n atomic.Int64
			var writers sync.WaitGroup
			for w := range c.writers {
				tenant := fmt.Sprint("t", w%c.tenants)
				if err := d.Commit(b.Context(), tenant, 1, table.Put("photos", "p", []byte("photo"))); err != nil {
					b.Fatal(err)
				}
			}
			value := bytes.Repeat([]byte("x"), 500)
			for w := range c.writers {
				tenant := fmt.Sprint("t", w%c.tenants)
				writers.Go(func() {
					for {
						i := n.Add(1)
						if i > int64(b.N) {
							return
						}
						key := fmt.Sprint(i)
						err := d.Commit(b.Context(), tenant, i,
							table.Expect("identities", table.Row{Key: key}), table.Expect("people", table.Row{Key: "q" + key}), table.Expect("photos", table.Row{Key: "p", Rev: 1}),
							table.Count("faces", "d", 1, 90), table.Count("faces", "h", 1, 90), table.Count("faces", "m", 1, 90),
							table.PutNew("faces", key, value), table.Append("moods", "faces", key))
						if err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			writers.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		})
	}
}

package sqldb

import (
	"context"
	"database/sql"
	"time"
)

// reading is what a database server's clock said at a moment of this process's own.
type reading struct {
	said time.Time
	at   time.Time // with its monotonic reading
}

// slowReading is how long an answer of the server's clock takes at most to be believed: it may be wrong by half of that.
const slowReading = time.Second

// ReadClock reads the server's clock, by which pauses and leases end on every node alike, whatever their own clocks say. Between two
// readings the time that passes here counts, so it is to be called now and then: once a minute bears clocks that run differently, machines
// that sleep, and a server whose place another one takes. In SQLite, and with Options.Clock, there is nothing to read.
func (db *DB) ReadClock(ctx context.Context) error {
	if db.clock != nil {
		return nil
	}
	var micros int64
	began := time.Now()
	err := db.Each(ctx, func(rows *sql.Rows) error { return rows.Scan(&micros) }, `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`)
	if err != nil {
		return err
	}
	now := time.Now()
	took := now.Sub(began)
	if took < slowReading || db.said.Load() == nil {
		db.said.Store(&reading{said: time.UnixMicro(micros).Add(took / 2), at: now})
	}
	return nil
}

// Clock is the time by which pauses and leases end.
func (db *DB) Clock() time.Time {
	if db.clock != nil {
		return db.clock()
	}
	r := db.said.Load()
	return r.said.Add(time.Since(r.at))
}

package sqltable

import (
	"context"
	"database/sql"

	"animo/internal/sqldb"
	"animo/internal/table"
)

// note writes the entries at the ends of their logs.
//
// The single writer makes a place's number final when it is read here: nobody else adds, and no reader sees
// a place before those of smaller numbers. On PostgreSQL, where transactions commit in any order, the number
// comes from a row per log that the transaction updates, and so holds locked until it has committed.
func note(tx *sqldb.Tx, tenant, tbl string, entries []table.Entry) error {
	keys := map[string][]string{} // by log
	var logs []string             // in the order of their first entries
	for _, e := range entries {
		if e.Log == "" {
			continue
		}
		if keys[e.Log] == nil {
			logs = append(logs, e.Log)
		}
		keys[e.Log] = append(keys[e.Log], e.Key)
	}
	for _, log := range logs {
		var last int64
		err := tx.Each(func(rows *sql.Rows) error { return rows.Scan(&last) },
			`SELECT coalesce(max(seq), 0) FROM place WHERE tenant = $1 AND log = $2`, tenant, log)
		if err != nil {
			return err
		}
		args := []any{tenant, log}
		for i, batch := range batches(keys[log]) {
			args = args[:2]
			for _, key := range batch {
				last++
				args = append(args, last, tbl, []byte(key))
			}
			if _, err := tx.Exec(insertPlace[i], args...); err != nil {
				return err
			}
		}
	}
	return nil
}

// Log implements table.Driver.
func (d *Driver) Log(ctx context.Context, tenant, log string, after int64, n int) ([]table.Logged, error) {
	if err := d.check(tenant, log); err != nil {
		return nil, err
	}
	var places []table.Logged
	err := d.db.Each(ctx, func(rows *sql.Rows) error {
		var p table.Logged
		err := rows.Scan(&p.Seq, &p.Table, &p.Key)
		places = append(places, p)
		return err
	}, `SELECT seq, tbl, key FROM place WHERE tenant = $1 AND log = $2 AND seq > $3 ORDER BY seq LIMIT $4`,
		tenant, log, after, max(0, n))
	if err != nil {
		return nil, err
	}
	return places, nil
}

// The statement that LogEnd and TrimLog read a log's ends with: each half is one look into the primary key.
const logEnd = `SELECT
	coalesce((SELECT min(seq) FROM place WHERE tenant = $1 AND log = $2), 0),
	coalesce((SELECT max(seq) FROM place WHERE tenant = $1 AND log = $2), 0)`

// LogEnd implements table.Driver.
func (d *Driver) LogEnd(ctx context.Context, tenant, log string) (first, last int64, err error) {
	if err := d.check(tenant, log); err != nil {
		return 0, 0, err
	}
	err = d.db.Each(ctx, func(rows *sql.Rows) error { return rows.Scan(&first, &last) }, logEnd, tenant, log)
	return first, last, err
}

// TrimLog implements table.Driver.
func (d *Driver) TrimLog(ctx context.Context, tenant, log string, upTo int64) error {
	if err := d.check(tenant, log); err != nil {
		return err
	}
	for more := true; more; {
		err := d.db.Write(ctx, func(tx *sqldb.Tx) error {
			var first, last int64
			err := tx.Each(func(rows *sql.Rows) error { return rows.Scan(&first, &last) }, logEnd, tenant, log)
			if err != nil {
				return err
			}
			end := min(upTo, last-1)
			step := min(end, first+deleteStep-1)
			more = step < end
			_, err = tx.Exec(`DELETE FROM place WHERE tenant = $1 AND log = $2 AND seq <= $3`, tenant, log, step)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

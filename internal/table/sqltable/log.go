package sqltable

import (
	"context"
	"database/sql"
	"iter"
	"slices"

	"animo/internal/sqldb"
	"animo/internal/table"
)

// appendAll notes rows at the ends of their logs.
//
// The numbers that are read here stay the next ones, because there is a single writer: nobody else adds, and no
// reader sees a place before those of smaller numbers.
func appendAll(tx *sqldb.Tx, tenant string, ops []table.Op) error {
	for log, ops := range byLog(ops) {
		var last int64
		err := tx.Each(func(rows *sql.Rows) error { return rows.Scan(&last) },
			`SELECT coalesce(max(seq), 0) FROM place WHERE tenant = $1 AND log = $2`, tenant, log)
		if err != nil {
			return err
		}
		args := []any{tenant, log}
		for i, batch := range batches(ops) {
			args = args[:2]
			for _, op := range batch {
				last++
				args = append(args, last, op.Table, []byte(op.Key))
			}
			if _, err := tx.Exec(insertPlace[i], args...); err != nil {
				return err
			}
		}
	}
	return nil
}

// byLog yields the operations of each log, the logs in the order of their first ones.
func byLog(ops []table.Op) iter.Seq2[string, []table.Op] {
	return func(yield func(string, []table.Op) bool) {
		parts := map[string][]table.Op{}
		var logs []string
		for _, op := range ops {
			if parts[op.Log] == nil {
				logs = append(logs, op.Log)
			}
			parts[op.Log] = append(parts[op.Log], op)
		}
		for _, log := range logs {
			if !yield(log, parts[log]) {
				return
			}
		}
	}
}

// trimAll removes places. Those of a log come in ascending order, so that neighbours need one statement.
func trimAll(tx *sqldb.Tx, tenant string, ops []table.Op) error {
	for len(ops) > 0 {
		n := 1
		for n < len(ops) && ops[n].Log == ops[0].Log && ops[n].Seq == ops[n-1].Seq+1 {
			n++
		}
		_, err := tx.Exec(`DELETE FROM place WHERE tenant = $1 AND log = $2 AND seq >= $3 AND seq <= $4`, tenant, ops[0].Log, ops[0].Seq, ops[n-1].Seq)
		if err != nil {
			return err
		}
		ops = ops[n:]
	}
	return nil
}

// Places implements table.Driver.
func (d *Driver) Places(ctx context.Context, tenant, log string, after int64, n int) ([]table.Logged, error) {
	query := `SELECT seq, tbl, key FROM place WHERE tenant = $1 AND log = $2 AND seq > $3 ORDER BY seq LIMIT $4`
	newest := n < 0
	if newest {
		query, n = `SELECT seq, tbl, key FROM place WHERE tenant = $1 AND log = $2 AND seq > $3 ORDER BY seq DESC LIMIT $4`, -n
	}
	var places []table.Logged
	err := d.each(ctx, func(rows *sql.Rows) error {
		var p table.Logged
		err := rows.Scan(&p.Seq, &p.Table, &p.Key)
		places = append(places, p)
		return err
	}, query, tenant, log, after, n)
	if err != nil {
		return nil, err
	}
	if newest {
		slices.Reverse(places)
	}
	return places, nil
}

package sqltable

import (
	"database/sql"

	"animo/internal/sqldb"
	"animo/internal/table"
)

// What differs on PostgreSQL, where several transactions write at once, at READ COMMITTED:
//
//   - Arrays take any number of rows to the server in one statement, and in the order of their keys, in which they are locked: so two
//     commits of the same rows wait for each other instead of breaking each other off. Where they do break off, sqldb runs one again.
//   - A row that is only looked at is locked FOR SHARE until the commit. One that must not be there is added and removed: whoever adds
//     it at the same time waits for the commit, and then finds what it wrote.
//   - The end of a log is a row of its own, which an append holds until the commit. So a log's places become visible in their order,
//     and no number is given twice.
const (
	pgReplace = `INSERT INTO row (tenant, tbl, rev, key, value) SELECT $1, $2, $3, k, v FROM unnest($4::bytea[], $5::bytea[]) AS x (k, v)
		ON CONFLICT (tenant, tbl, key) DO UPDATE SET value = excluded.value, rev = excluded.rev`
	pgInsertNew = `INSERT INTO row (tenant, tbl, rev, key, value) SELECT $1, $2, $3, k, v FROM unnest($4::bytea[], $5::bytea[]) AS x (k, v)
		ON CONFLICT (tenant, tbl, key) DO NOTHING`
	pgDelete   = `DELETE FROM row WHERE tenant = $1 AND tbl = $2 AND key = ANY ($3::bytea[])`
	pgDeleteAt = `DELETE FROM row USING unnest($3::bytea[], $4::bigint[]) AS x (k, r)
		WHERE tenant = $1 AND tbl = $2 AND key = x.k AND rev = x.r`
	pgAddTally = `INSERT INTO tally (tenant, tbl, key, n, sum) SELECT $1, $2, k, a, s FROM unnest($3::bytea[], $4::bigint[], $5::float8[]) AS x (k, a, s)
		ON CONFLICT (tenant, tbl, key) DO UPDATE SET n = tally.n + excluded.n, sum = tally.sum + excluded.sum`
	pgEndTallies = `DELETE FROM tally WHERE tenant = $1 AND tbl = $2 AND key = ANY ($3::bytea[]) AND n = 0`
	pgLook       = `SELECT rev FROM row WHERE tenant = $1 AND tbl = $2 AND key = $3 FOR SHARE`
	pgRead       = `SELECT place - 1, value, rev FROM unnest($2::text[], $3::bytea[]) WITH ORDINALITY AS wanted (t, k, place)
		JOIN row ON row.tenant = $1 AND row.tbl = wanted.t AND row.key = wanted.k`
	pgExtend = `INSERT INTO log_end (tenant, log, seq) VALUES ($1, $2, $3)
		ON CONFLICT (tenant, log) DO UPDATE SET seq = log_end.seq + excluded.seq RETURNING seq`
	pgAppend = `INSERT INTO place (tenant, log, seq, tbl, key) SELECT $1, $2, $3::bigint + n, t, k
		FROM unnest($4::text[], $5::bytea[]) WITH ORDINALITY AS x (t, k, n)`
)

// runPostgres is run on PostgreSQL.
func runPostgres(tx *sqldb.Tx, tenant string, rev int64, ops []table.Op) error {
	op := ops[0]
	switch {
	case op.Kind == table.OpCount:
		return tallyPostgres(tx, tenant, ops)
	case op.Kind == table.OpAppend:
		return appendPostgres(tx, tenant, ops)
	case op.Kind == table.OpPut && op.Rev == table.AnyRev:
		_, err := tx.Exec(pgReplace, tenant, op.Table, rev, keysOf(ops), valuesOf(ops))
		return err
	case op.Kind == table.OpPut && op.Rev == 0:
		n, err := tx.Exec(pgInsertNew, tenant, op.Table, rev, keysOf(ops), valuesOf(ops))
		return conflictUnless(err, n == len(ops), op)
	case op.Kind == table.OpDelete && op.Rev < 0:
		n, err := tx.Exec(pgDelete, tenant, op.Table, keysOf(ops))
		return conflictUnless(err, op.Rev == table.AnyRev || n == len(ops), op)
	case op.Kind == table.OpDelete && op.Rev > 0:
		revs := make([]int64, len(ops))
		for i, op := range ops {
			revs[i] = op.Rev
		}
		n, err := tx.Exec(pgDeleteAt, tenant, op.Table, keysOf(ops), revs)
		return conflictUnless(err, n == len(ops), op)
	case op.Kind != table.OpExpect && op.Kind != table.OpDelete: // an update or a trim of one row, which are the same everywhere
		return run(tx, tenant, rev, ops)
	case op.Rev == 0:
		n, err := tx.Exec(pgInsertNew, tenant, op.Table, rev, keysOf(ops), valuesOf(ops))
		if err == nil && n == len(ops) {
			_, err = tx.Exec(pgDelete, tenant, op.Table, keysOf(ops))
		}
		return conflictUnless(err, n == len(ops), op)
	}
	var now int64
	err := tx.Each(func(rows *sql.Rows) error { return rows.Scan(&now) }, pgLook, tenant, op.Table, []byte(op.Key))
	return conflictUnless(err, op.Holds(now), op)
}

// tallyPostgres is tally on PostgreSQL.
func tallyPostgres(tx *sqldb.Tx, tenant string, ops []table.Op) error {
	counts, sums := make([]int64, len(ops)), make([]float64, len(ops))
	var less [][]byte // may have come to 0
	for i, op := range ops {
		counts[i], sums[i] = op.N, op.Sum
		if op.N <= 0 {
			less = append(less, []byte(op.Key))
		}
	}
	_, err := tx.Exec(pgAddTally, tenant, ops[0].Table, keysOf(ops), counts, sums)
	if err == nil && less != nil {
		_, err = tx.Exec(pgEndTallies, tenant, ops[0].Table, less)
	}
	return err
}

// appendPostgres is appendAll on PostgreSQL.
func appendPostgres(tx *sqldb.Tx, tenant string, ops []table.Op) error {
	for log, ops := range byLog(ops) {
		var last int64
		err := tx.Each(func(rows *sql.Rows) error { return rows.Scan(&last) }, pgExtend, tenant, log, len(ops))
		if err != nil {
			return err
		}
		tables := make([]string, len(ops))
		for i, op := range ops {
			tables[i] = op.Table
		}
		if _, err := tx.Exec(pgAppend, tenant, log, last-int64(len(ops)), tables, keysOf(ops)); err != nil {
			return err
		}
	}
	return nil
}

func keysOf(ops []table.Op) [][]byte {
	keys := make([][]byte, len(ops))
	for i, op := range ops {
		keys[i] = []byte(op.Key)
	}
	return keys
}

func valuesOf(ops []table.Op) [][]byte {
	values := make([][]byte, len(ops))
	for i, op := range ops {
		values[i] = notNil(op.Value)
	}
	return values
}

// readPostgres is the statement that reads rows by their keys, with its parameters.
func readPostgres(tenant string, keys []table.Key) (query string, args []any) {
	tables, names := make([]string, len(keys)), make([][]byte, len(keys))
	for i, k := range keys {
		tables[i], names[i] = k.Table, []byte(k.Key)
	}
	return pgRead, []any{tenant, tables, names}
}

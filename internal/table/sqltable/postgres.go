package sqltable

import (
	"animo/internal/sqldb"
	"animo/internal/table"
)

// What differs on PostgreSQL, where several transactions write at once, at READ COMMITTED:
//
//   - All statements of a commit are sent together. Those that expect something break the commit off where it is otherwise.
//   - Arrays take any number of rows in one statement, in the order of their keys, in which they are locked: so two commits of the
//     same rows wait for each other instead of breaking each other off. Where they do break off, sqldb runs one again.
//   - A row that is only looked at is locked FOR SHARE until the commit. One that must not be there is added and removed: whoever adds
//     it at the same time waits for the commit, and then finds what it wrote.
//   - The end of a log is a row of its own, which an append holds until the commit. So a log's places become visible in their order,
//     and no number is given twice.
const (
	pgValues  = ` SELECT $1, $2, $3, k, v FROM unnest($4::bytea[], $5::bytea[]) AS x (k, v) `
	pgReplace = `INSERT INTO row (tenant, tbl, rev, key, value)` + pgValues + `ON CONFLICT (tenant, tbl, key) DO UPDATE SET value = excluded.value, rev = excluded.rev`
	pgAdd     = `WITH done AS (INSERT INTO row (tenant, tbl, rev, key, value)` + pgValues + `ON CONFLICT (tenant, tbl, key) DO NOTHING RETURNING 1)
		SELECT animo_expect(count(*), $6) FROM done`
	pgUpdate = `WITH done AS (UPDATE row SET value = $4, rev = $5 WHERE tenant = $1 AND tbl = $2 AND key = $3 RETURNING 1)
		SELECT animo_expect(count(*), 1) FROM done`
	pgUpdateAt = `WITH done AS (UPDATE row SET value = $4, rev = $5 WHERE tenant = $1 AND tbl = $2 AND key = $3 AND rev = $6 RETURNING 1)
		SELECT animo_expect(count(*), 1) FROM done`
	pgDelete     = `DELETE FROM row WHERE tenant = $1 AND tbl = $2 AND key = ANY ($3::bytea[])`
	pgDeleteSome = `WITH done AS (` + pgDelete + ` RETURNING 1) SELECT animo_expect(count(*), $4) FROM done`
	pgDeleteAt   = `WITH done AS (DELETE FROM row USING unnest($3::bytea[], $4::bigint[]) AS x (k, r)
		WHERE tenant = $1 AND tbl = $2 AND key = x.k AND rev = x.r RETURNING 1) SELECT animo_expect(count(*), $5) FROM done`
	pgLook = `WITH seen AS (SELECT 1 FROM row WHERE tenant = $1 AND tbl = $2 AND key = $3 FOR SHARE)
		SELECT animo_expect(count(*), 1) FROM seen`
	pgLookAt = `WITH seen AS (SELECT 1 FROM row WHERE tenant = $1 AND tbl = $2 AND key = $3 AND rev = $4 FOR SHARE)
		SELECT animo_expect(count(*), 1) FROM seen`
	pgCount = `INSERT INTO tally (tenant, tbl, key, n, sum) SELECT $1, $2, k, a, s FROM unnest($3::bytea[], $4::bigint[], $5::float8[]) AS x (k, a, s)
		ON CONFLICT (tenant, tbl, key) DO UPDATE SET n = tally.n + excluded.n, sum = tally.sum + excluded.sum`
	pgEndTallies = `DELETE FROM tally WHERE tenant = $1 AND tbl = $2 AND key = ANY ($3::bytea[]) AND n = 0`
	pgAppend     = `WITH upto AS (INSERT INTO log_end (tenant, log, seq) VALUES ($1, $2, $3::bigint)
			ON CONFLICT (tenant, log) DO UPDATE SET seq = log_end.seq + excluded.seq RETURNING seq)
		INSERT INTO place (tenant, log, seq, tbl, key) SELECT $1, $2, upto.seq - $3::bigint + n, t, k
		FROM upto, unnest($4::text[], $5::bytea[]) WITH ORDINALITY AS x (t, k, n)`
	pgTrim = `DELETE FROM place WHERE tenant = $1 AND log = $2 AND seq = ANY ($3::bigint[])`
	pgRead = `SELECT place - 1, value, rev FROM unnest($2::text[], $3::bytea[]) WITH ORDINALITY AS wanted (t, k, place)
		JOIN row ON row.tenant = $1 AND row.tbl = wanted.t AND row.key = wanted.k`
)

// statements are those of a commit on PostgreSQL: few, because operations of one kind on one table that follow each other are one.
func statements(tenant string, rev int64, ops []table.Op) (list []sqldb.Statement) {
	for run := range runs(ops) {
		list = append(list, statementsOf(tenant, rev, run)...)
	}
	return list
}

// statementsOf are those of operations that are alike.
func statementsOf(tenant string, rev int64, ops []table.Op) []sqldb.Statement {
	op := ops[0]
	one := func(sql string, args ...any) []sqldb.Statement {
		return []sqldb.Statement{{SQL: sql, Args: append([]any{tenant, op.Table}, args...), Conflict: func() error { return table.Changed(op.Key) }}}
	}
	switch op.Kind {
	case table.OpCount:
		return counting(tenant, ops)
	case table.OpAppend:
		return appending(tenant, ops)
	case table.OpTrim:
		return trimming(tenant, ops)
	case table.OpPut:
		switch op.Rev {
		case table.AnyRev:
			return one(pgReplace, rev, keysOf(ops), valuesOf(ops))
		case 0:
			return one(pgAdd, rev, keysOf(ops), valuesOf(ops), len(ops))
		case table.SomeRev:
			return one(pgUpdate, []byte(op.Key), notNil(op.Value), rev)
		}
		return one(pgUpdateAt, []byte(op.Key), notNil(op.Value), rev, op.Rev)
	case table.OpDelete:
		switch {
		case op.Rev == table.AnyRev:
			return one(pgDelete, keysOf(ops))
		case op.Rev < 0:
			return one(pgDeleteSome, keysOf(ops), len(ops))
		case op.Rev > 0:
			return one(pgDeleteAt, keysOf(ops), each(ops, func(op table.Op) int64 { return op.Rev }), len(ops))
		}
	}
	switch { // looked at: an expectation, or the removal of what is not there
	case op.Rev == 0:
		return append(one(pgAdd, rev, keysOf(ops), valuesOf(ops), len(ops)), one(pgDelete, keysOf(ops))...)
	case op.Rev == table.SomeRev:
		return one(pgLook, []byte(op.Key))
	case op.Rev == table.AnyRev:
		return nil
	}
	return one(pgLookAt, []byte(op.Key), op.Rev)
}

// counting adds to the stored tallies, and removes those that come to 0.
func counting(tenant string, ops []table.Op) []sqldb.Statement {
	tbl := ops[0].Table
	list := []sqldb.Statement{{SQL: pgCount, Args: []any{
		tenant, tbl, keysOf(ops), each(ops, func(op table.Op) int64 { return op.N }), each(ops, func(op table.Op) float64 { return op.Sum }),
	}}}
	var less [][]byte // may have come to 0
	for _, op := range ops {
		if op.N <= 0 {
			less = append(less, []byte(op.Key))
		}
	}
	if less != nil {
		list = append(list, sqldb.Statement{SQL: pgEndTallies, Args: []any{tenant, tbl, less}})
	}
	return list
}

// appending notes rows at the ends of their logs.
func appending(tenant string, ops []table.Op) (list []sqldb.Statement) {
	for log, ops := range byLog(ops) {
		list = append(list, sqldb.Statement{SQL: pgAppend, Args: []any{
			tenant, log, len(ops), each(ops, func(op table.Op) string { return op.Table }), keysOf(ops),
		}})
	}
	return list
}

// trimming removes places.
func trimming(tenant string, ops []table.Op) (list []sqldb.Statement) {
	for log, ops := range byLog(ops) {
		list = append(list, sqldb.Statement{SQL: pgTrim, Args: []any{tenant, log, each(ops, func(op table.Op) int64 { return op.Seq })}})
	}
	return list
}

func each[T any](ops []table.Op, of func(table.Op) T) []T {
	all := make([]T, len(ops))
	for i, op := range ops {
		all[i] = of(op)
	}
	return all
}

func keysOf(ops []table.Op) [][]byte {
	return each(ops, func(op table.Op) []byte { return []byte(op.Key) })
}

func valuesOf(ops []table.Op) [][]byte {
	return each(ops, func(op table.Op) []byte { return notNil(op.Value) })
}

// readPostgres is the statement that reads rows by their keys, with its parameters.
func readPostgres(tenant string, keys []table.Key) (query string, args []any) {
	tables, names := make([]string, len(keys)), make([][]byte, len(keys))
	for i, k := range keys {
		tables[i], names[i] = k.Table, []byte(k.Key)
	}
	return pgRead, []any{tenant, tables, names}
}

package sqldb

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math"
	"slices"
	"strings"

	"animo"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// A part is one SQL table of a database that is moved, as it is read from a SQLite file: from gives the columns that the table has on
// PostgreSQL, of which the first key are its primary key.
type part struct {
	name    string
	columns []column
	key     int
	from    string // SQLite's
}

// column is a name and the kind of its values: t for text, b for bytes, i for integers, f for floating-point numbers.
type column struct {
	name string
	kind byte
}

// parts are all of a database but the notes of its schema, which each database has of its own. Leases end with the processes that held
// them: an event that was leased is ready, with its attempt spent, and has a lane. The ends of logs, which SQLite does not keep, are the
// last places.
func parts() []part {
	return []part{
		{"row", columns("tenant t, tbl t, key b, value b, rev i"), 3, `row`},
		{"tally", columns("tenant t, tbl t, key b, n i, sum f"), 3, `tally`},
		{"place", columns("tenant t, log t, seq i, tbl t, key b"), 3, `place`},
		{"log_end", columns("tenant t, log t, seq i"), 2, `(SELECT tenant, log, max(seq) AS seq FROM place GROUP BY tenant, log)`},
		{"queue", columns("name t, patterns t"), 1, `queue`},
		{"message", columns("seq i, queue t, tenant t, id t, event b, state i, attempt i, due i, died i, reason b"), 1,
			`(SELECT seq, queue, tenant, id, event, CASE state WHEN 2 THEN 0 ELSE state END AS state, attempt,
				CASE state WHEN 2 THEN NULL ELSE due END AS due, died, reason FROM message)`},
		{"lane", columns("queue t, tenant t, turn i"), 2,
			`(SELECT queue, tenant, turn FROM lane UNION ALL
				SELECT DISTINCT m.queue, m.tenant, (SELECT coalesce(max(turn), 0) + 1 FROM lane WHERE lane.queue = m.queue) FROM message AS m
				WHERE m.state IN (0, 2) AND NOT EXISTS (SELECT 1 FROM lane WHERE lane.queue = m.queue AND lane.tenant = m.tenant))`},
	}
}

func columns(list string) (all []column) {
	for c := range strings.SplitSeq(list, ", ") {
		name, kind, _ := strings.Cut(c, " ")
		all = append(all, column{name, kind[0]})
	}
	return all
}

// names lists the first n columns.
func (p part) names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = p.columns[i].name
	}
	return list
}

// Move copies what is in a SQLite file into tables on PostgreSQL, and compares the two. Nobody else may write to either meanwhile.
type Move struct {
	From, To *DB
	// Stay are tables whose rows stay where they are. To may have rows of its own in them, which count as none.
	Stay []string
	// Told is told how many rows are copied, or compared, and of how many; nil for nobody.
	Told func(done, all int64)
}

// Moved says what of one SQL table was compared.
type Moved struct {
	Table  string
	Rows   int64
	SHA256 string // of all rows, in the order of their keys
}

// errMove says which databases can be moved.
var errMove = animo.Errorf(animo.Unsupported, "a database is moved from a SQLite file to PostgreSQL, and no other way",
	"una base de datos se traslada de un archivo SQLite a PostgreSQL, y de ningún otro modo")

func (m *Move) check() error {
	if m.From.dialect != SQLite || m.To.dialect != PostgreSQL {
		return errMove
	}
	return nil
}

// staying is a condition on rows of a part, whose parameters are m.Stay from $first on.
func (m *Move) staying(p part, first int) (where string, args []any) {
	if p.name != "row" || len(m.Stay) == 0 {
		return "true", nil
	}
	var list []string
	for i, tbl := range m.Stay {
		list, args = append(list, fmt.Sprintf("$%d", first+i)), append(args, tbl)
	}
	return "tbl NOT IN (" + strings.Join(list, ", ") + ")", args
}

// Empty reports whether there is nothing yet in To.
func (m *Move) Empty(ctx context.Context) (bool, error) {
	if err := m.check(); err != nil {
		return false, err
	}
	for _, p := range parts() {
		last, err := m.last(ctx, p)
		if err != nil || last != nil {
			return false, err
		}
	}
	return true, nil
}

// Clear removes what is in To.
func (m *Move) Clear(ctx context.Context) error {
	if err := m.check(); err != nil {
		return err
	}
	return m.To.Write(ctx, func(tx *Tx) error {
		for _, p := range parts() {
			where, args := m.staying(p, 1)
			if _, err := tx.Exec(`DELETE FROM `+p.name+` WHERE `+where, args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// last returns the last key in To of a part, nil where there is none.
func (m *Move) last(ctx context.Context, p part) (last []any, err error) {
	where, args := m.staying(p, 1)
	keys := p.names(p.key)
	err = m.To.Each(ctx, func(rows *sql.Rows) (err error) {
		last, err = p.scan(rows, p.key)
		return err
	}, `SELECT `+strings.Join(keys, ", ")+` FROM `+p.name+` WHERE `+where+` ORDER BY `+strings.Join(keys, " DESC, ")+` DESC LIMIT 1`, args...)
	return last, err
}

// scan reads the first n columns of a row.
func (p part) scan(rows *sql.Rows, n int) ([]any, error) {
	values, into := make([]any, n), make([]any, n)
	for i := range values {
		into[i] = &values[i]
	}
	if err := rows.Scan(into...); err != nil {
		return nil, err
	}
	for i, v := range values { // SQLite gives text as it was written, and PostgreSQL bytes of its own
		switch of := v.(type) {
		case string:
			if p.columns[i].kind == 'b' {
				values[i] = []byte(of)
			}
		case []byte:
			if p.columns[i].kind == 't' {
				values[i] = string(of)
			} else if of == nil { // no bytes, which pgx would take for NULL
				values[i] = []byte{}
			}
		case int64:
			if p.columns[i].kind == 'f' {
				values[i] = float64(of)
			}
		}
	}
	return values, nil
}

// read reads a part of a database in the order of its keys, of those after a key, or all.
func (m *Move) read(ctx context.Context, db *DB, p part, after []any) (*sql.Rows, error) {
	where, args := m.staying(p, len(after)+1)
	if after != nil {
		params := make([]string, len(after))
		for i := range params {
			params[i] = fmt.Sprintf("$%d", i+1)
		}
		where += ` AND (` + strings.Join(p.names(p.key), ", ") + `) > (` + strings.Join(params, ", ") + `)`
	}
	query := `SELECT ` + strings.Join(p.names(len(p.columns)), ", ") + ` FROM ` + m.tableOf(db, p) + ` WHERE ` + where + ` ORDER BY ` + strings.Join(p.names(p.key), ", ")
	return db.read.QueryContext(ctx, query, append(slices.Clone(after), args...)...)
}

// Fill copies into To what From has and To has not. Rows come in the order of their keys, many in a transaction, so that a Fill that
// was broken off goes on behind the last row of each table.
func (m *Move) Fill(ctx context.Context) error {
	if err := m.check(); err != nil {
		return err
	}
	all, err := m.count(ctx)
	if err != nil {
		return err
	}
	done := int64(0)
	for _, p := range parts() {
		if err := m.fill(ctx, p, &done, all); err != nil {
			return Error(fmt.Errorf("copy the table %s: %w", p.name, err))
		}
	}
	for _, query := range []string{ // messages to come have greater numbers
		`SELECT setval(pg_get_serial_sequence('message', 'seq'), max(seq)) FROM message HAVING max(seq) IS NOT NULL`,
		`ANALYZE row, tally, place, log_end, queue, message, lane`,
	} {
		if _, err := m.To.read.ExecContext(ctx, query); err != nil {
			return Error(err)
		}
	}
	return nil
}

// count counts the rows of From.
func (m *Move) count(ctx context.Context) (all int64, err error) {
	for _, p := range parts() {
		n, err := m.countOf(ctx, m.From, p)
		if err != nil {
			return 0, err
		}
		all += n
	}
	return all, nil
}

// countOf counts the rows of a part.
func (m *Move) countOf(ctx context.Context, db *DB, p part) (n int64, err error) {
	where, args := m.staying(p, 1)
	err = db.Each(ctx, func(rows *sql.Rows) error { return rows.Scan(&n) }, `SELECT count(*) FROM `+m.tableOf(db, p)+` WHERE `+where, args...)
	return n, err
}

// tableOf is what a part is read from.
func (m *Move) tableOf(db *DB, p part) string {
	if db == m.To {
		return p.name
	}
	return p.from
}

func (m *Move) fill(ctx context.Context, p part, done *int64, all int64) (err error) {
	last, err := m.last(ctx, p)
	if err != nil {
		return err
	}
	if last != nil {
		n, err := m.countOf(ctx, m.To, p)
		if err != nil {
			return err
		}
		*done += n
	}
	rows, err := m.read(ctx, m.From, p, last)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	conn, err := m.To.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	for c := (&chunk{part: p, rows: rows}); !c.over; {
		c.n, c.bytes = 0, 0
		err := conn.Raw(func(driver any) error {
			_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{p.name}, p.names(len(p.columns)), c)
			return err
		})
		if err != nil {
			return err
		}
		*done += int64(c.n)
		m.told(*done, all)
	}
	return nil
}

func (m *Move) told(done, all int64) {
	if m.Told != nil {
		m.Told(done, all)
	}
}

// What is copied in one transaction at most.
const (
	chunkRows  = 10_000
	chunkBytes = 8 << 20
)

// chunk gives the rows of a part to be copied, some at a time.
type chunk struct {
	part   part
	rows   *sql.Rows
	n      int
	bytes  int
	over   bool // there are no more rows
	values []any
	err    error
}

// Next implements pgx.CopyFromSource.
func (c *chunk) Next() bool {
	if c.n == chunkRows || c.bytes >= chunkBytes {
		return false
	}
	if !c.rows.Next() {
		c.over, c.err = true, c.rows.Err()
		return false
	}
	if c.values, c.err = c.part.scan(c.rows, len(c.part.columns)); c.err != nil {
		return false
	}
	c.n++
	for _, v := range c.values {
		if b, ok := v.([]byte); ok {
			c.bytes += len(b)
		}
	}
	return true
}

// Values implements pgx.CopyFromSource.
func (c *chunk) Values() ([]any, error) { return c.values, nil }

// Err implements pgx.CopyFromSource.
func (c *chunk) Err() error { return c.err }

// Compare reads both databases, row by row. It answers Damaged for the first row of a table that is not the same in both.
func (m *Move) Compare(ctx context.Context) (list []Moved, err error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	all, err := m.count(ctx)
	if err != nil {
		return nil, err
	}
	done := int64(0)
	var errs []error
	for _, p := range parts() {
		moved, err := m.compare(ctx, p, &done, all)
		if err != nil && animo.CodeOf(err) != animo.Damaged {
			return nil, Error(fmt.Errorf("compare the table %s: %w", p.name, err))
		}
		list, errs = append(list, moved), append(errs, err)
	}
	return list, errors.Join(errs...)
}

func (m *Move) compare(ctx context.Context, p part, done *int64, all int64) (moved Moved, err error) {
	moved.Table = p.name
	from, err := m.read(ctx, m.From, p, nil)
	if err != nil {
		return moved, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := m.read(ctx, m.To, p, nil)
	if err != nil {
		return moved, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	a, b := summed{part: p, rows: from, sum: sha256.New()}, summed{part: p, rows: to, sum: sha256.New()}
	for {
		aMore, aErr := a.next()
		bMore, bErr := b.next()
		if err := errors.Join(aErr, bErr); err != nil {
			return moved, err
		}
		if !aMore && !bMore {
			break
		}
		if string(a.bytes) != string(b.bytes) {
			row := a.row
			if !aMore {
				row = b.row
			}
			return moved, animo.Errorf(animo.Damaged, "the table %s is not the same in both databases, from the row %s on; nothing but the move may write to either: run it again, and it copies all rows anew",
				"la tabla %s no es igual en ambas bases de datos, desde la fila %s; nada más que el traslado puede escribir en ellas: repítalo y copiará todas las filas de nuevo", p.name, p.tell(row))
		}
		moved.Rows++
		if *done++; *done%chunkRows == 0 {
			m.told(*done, all)
		}
	}
	m.told(*done, all)
	moved.SHA256 = hex.EncodeToString(a.sum.Sum(nil))
	return moved, nil
}

// tell names a row for people.
func (p part) tell(row []any) string {
	keys := make([]string, p.key)
	for i := range keys {
		keys[i] = fmt.Sprint(row[i])
		if b, ok := row[i].([]byte); ok {
			keys[i] = string(b)
		}
		keys[i] = fmt.Sprintf("%q", animo.Clip(keys[i]))
	}
	return strings.Join(keys, " ")
}

// summed reads the rows of a part one by one, as bytes that are the same in every database, and adds them to a hash.
type summed struct {
	part  part
	rows  *sql.Rows
	row   []any
	bytes []byte // of the row; none after the last one
	sum   hash.Hash
}

func (s *summed) next() (more bool, err error) {
	s.bytes = s.bytes[:0]
	if !s.rows.Next() {
		return false, s.rows.Err()
	}
	if s.row, err = s.part.scan(s.rows, len(s.part.columns)); err != nil {
		return false, err
	}
	for i, v := range s.row {
		s.bytes = append(s.bytes, s.part.columns[i].kind)
		switch v := v.(type) {
		case nil:
			s.bytes[len(s.bytes)-1] = 0
		case string:
			s.bytes = append(binary.BigEndian.AppendUint64(s.bytes, uint64(len(v))), v...)
		case []byte:
			s.bytes = append(binary.BigEndian.AppendUint64(s.bytes, uint64(len(v))), v...)
		case int64:
			s.bytes = binary.BigEndian.AppendUint64(s.bytes, uint64(v))
		case float64:
			s.bytes = binary.BigEndian.AppendUint64(s.bytes, math.Float64bits(v))
		default:
			return false, fmt.Errorf("a value of %s is a %T", s.part.columns[i].name, v)
		}
	}
	_, _ = s.sum.Write(s.bytes) // never fails
	return true, nil
}

// Alone answers Conflict while another connection, of this process or of another one, has the SQLite file at path open. It copies the
// write-ahead log back, and removes it; Open makes it anew.
func Alone(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", dsn(path, []string{"busy_timeout(100)"}))
	if err != nil {
		return Error(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	mode := ""
	err = Error(db.QueryRowContext(ctx, "PRAGMA journal_mode(DELETE)").Scan(&mode)) // only who is alone may change it
	if code := animo.CodeOf(err); code == animo.Unavailable || err == nil && mode != "delete" {
		return animo.Errorf(animo.Conflict, "a process has the database %s open; stop the servers and commands that use it", "un proceso tiene abierta la base de datos %s; detenga los servidores y las órdenes que la usan", path)
	}
	return err
}

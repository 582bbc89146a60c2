package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"animo/internal/loop"
)

// groupTime is for how long a group takes more writes before it commits. A sync costs 0.3 ms on the disk that
// this was tuned on, so a group of this length spends little of its time on the sync, and a lone caller waits no
// longer than one such group.
const groupTime = 10 * time.Millisecond

// A writer gathers writes into groups, each group one transaction, each write a savepoint in it. SQLite
// lets one connection write at a time anyway; the queue in front of it turns waiting into sharing a sync.
type writer struct {
	db      *sql.DB
	conn    *sql.Conn
	tx      Tx
	keeper  *loop.Keeper
	jobs    chan *job
	outside chan *job     // run outside a transaction
	closing chan struct{} // closed when no more jobs are taken
	closed  func() error  // waits for the loop, then closes; runs once
}

type job struct {
	fn   func(*Tx) error
	done chan error // of capacity 1
}

func newWriter(ctx context.Context, db *sql.DB, keeper *loop.Keeper) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{
		db: db, conn: conn, tx: Tx{conn: conn, stmts: map[string]*sql.Stmt{}}, keeper: keeper,
		jobs: make(chan *job), outside: make(chan *job), closing: make(chan struct{}),
	}
	finished := make(chan struct{})
	w.closed = sync.OnceValue(func() error {
		close(w.closing)
		<-finished
		var errs []error
		for _, stmt := range w.tx.stmts { // a connection with an open statement keeps its files open
			errs = append(errs, stmt.Close())
		}
		return errors.Join(append(errs, w.conn.Close(), w.db.Close())...)
	})
	go func() {
		defer close(finished)
		for {
			select {
			case j := <-w.jobs:
				w.group(j)
			case j := <-w.outside:
				j.done <- w.call(j.fn)
			case <-w.closing:
				return
			}
		}
	}()
	return w, nil
}

func (w *writer) close() error { return w.closed() }

// do runs fn in a transaction.
func (w *writer) do(ctx context.Context, fn func(*Tx) error) error { return w.hand(ctx, w.jobs, fn) }

// hand gives fn to the writer. The writer answers every job that it took, and the caller waits for the answer even when
// ctx ends, because fn may still be filling the caller's variables.
func (w *writer) hand(ctx context.Context, to chan<- *job, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{fn, make(chan error, 1)}
	select {
	case to <- j:
		return <-j.done
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return errClosed
	}
}

// group runs j and whatever else arrives until groupTime has passed, commits once and answers all. When
// the transaction as a whole is lost, writes that had done nothing wrong get one of their own.
func (w *writer) group(j *job) {
	if err := w.tx.exec("BEGIN IMMEDIATE"); err != nil {
		j.done <- err
		return
	}
	var ran []*job
	for start := time.Now(); j != nil; j = w.more(start) {
		err, lost := w.run(j.fn)
		if err == nil {
			ran = append(ran, j)
			continue
		}
		j.done <- err
		if lost {
			w.alone(ran)
			return
		}
	}
	err := w.tx.exec("COMMIT")
	switch {
	case err == nil:
		for _, j := range ran {
			j.done <- nil
		}
	case len(ran) == 1:
		w.rollback()
		ran[0].done <- err
	default:
		w.rollback()
		w.alone(ran)
	}
}

func (w *writer) more(start time.Time) *job {
	if time.Since(start) > groupTime {
		return nil
	}
	select {
	case j := <-w.jobs:
		return j
	default:
		return nil
	}
}

// run calls fn within a savepoint, and undoes its writes when it fails. lost says that SQLite gave up the whole
// transaction, as it may on a full disk or an I/O error; run has rolled it back then.
func (w *writer) run(fn func(*Tx) error) (err error, lost bool) {
	if err := w.tx.exec("SAVEPOINT job"); err != nil {
		w.rollback()
		return err, true
	}
	if err := w.call(fn); err != nil {
		if w.tx.exec("ROLLBACK TO job") != nil || w.tx.exec("RELEASE job") != nil {
			w.rollback()
			return err, true
		}
		return err, false
	}
	if err := w.tx.exec("RELEASE job"); err != nil {
		w.rollback()
		return err, true
	}
	return nil, false
}

// call calls fn, and returns its panic as an error, so that the job's caller gets an answer and the writer goes on.
func (w *writer) call(fn func(*Tx) error) error {
	return w.keeper.Step("database", func() error { return fn(&w.tx) })
}

// alone gives each job a transaction of its own.
func (w *writer) alone(jobs []*job) {
	for _, j := range jobs {
		if err := w.tx.exec("BEGIN IMMEDIATE"); err != nil {
			j.done <- err
			continue
		}
		err, lost := w.run(j.fn)
		if err == nil {
			err = w.tx.exec("COMMIT")
		}
		if err != nil && !lost {
			w.rollback()
		}
		j.done <- err
	}
}

// rollback ends the transaction if there still is one. Its error is ignored, because it says that there is none.
func (w *writer) rollback() { _ = w.tx.exec("ROLLBACK") }

// Tx is the transaction that a Write's function works in. It is valid until that function returns.
type Tx struct {
	conn  *sql.Conn            // SQLite's
	stmts map[string]*sql.Stmt // prepared on conn, by their text; the callers' statements are few and fixed

	tx  *sql.Tx // PostgreSQL's, whose driver keeps statements prepared
	ctx context.Context
}

// Exec runs a statement and returns how many rows it changed.
func (t *Tx) Exec(query string, args ...any) (int, error) {
	r, err := t.run(query, args)
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	return int(n), err
}

func (t *Tx) run(query string, args []any) (sql.Result, error) {
	if t.tx != nil {
		return t.tx.ExecContext(t.ctx, query, args...)
	}
	stmt, err := t.prepare(query)
	if err != nil {
		return nil, err
	}
	return stmt.Exec(args...)
}

// Each runs a query, or a statement with RETURNING, and calls each for every row.
func (t *Tx) Each(each func(*sql.Rows) error, query string, args ...any) error {
	if t.tx != nil {
		rows, err := t.tx.QueryContext(t.ctx, query, args...)
		return forEach(rows, err, each)
	}
	stmt, err := t.prepare(query)
	if err != nil {
		return err
	}
	rows, err := stmt.Query(args...)
	return forEach(rows, err, each)
}

// exec is Exec for the writer's own statements, between which a panic would leave jobs without an answer.
func (t *Tx) exec(query string) error {
	return loop.Recovered(func() error {
		_, err := t.Exec(query)
		return err
	})
}

// prepare works without the caller's context, because a statement that is interrupted half-way would undo the other
// writes of its group, too.
func (t *Tx) prepare(query string) (*sql.Stmt, error) {
	if stmt, ok := t.stmts[query]; ok {
		return stmt, nil
	}
	stmt, err := t.conn.PrepareContext(context.Background(), query)
	if err == nil {
		t.stmts[query] = stmt
	}
	return stmt, err
}

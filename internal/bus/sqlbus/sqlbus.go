// Package sqlbus keeps queues in a SQL database, beside the rows. Start at New; DESIGN.md says how it works.
package sqlbus

import (
	"context"
	"database/sql"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/loop"
	"animo/internal/sqldb"
)

// The states of a message, as the statements below write them.
//
//	0 ready, 1 waiting for the next attempt, 2 leased, 3 dead

// Options tune a Driver. The zero value is right for a process that only publishes and looks.
type Options struct {
	// Owner names this process among those that work on the queues. New makes ready at once the events that an
	// earlier process of the same name had leased when it died. Events that would wait for more than an hour
	// wait for a minute, because the clock was set back meanwhile. Two processes at once must not share a
	// name; with "" New does neither.
	Owner string
	// Poll is how often the database is asked for events that another process published; 0 means a second.
	Poll time.Duration
	// Listen has the database tell at once what other processes published, where it can: a connection more.
	Listen bool
	// Keeper runs the loops that look and listen; nil means one of its own.
	Keeper *loop.Keeper
}

// Driver is a bus.Driver in a sqldb.DB.
type Driver struct {
	db     *sqldb.DB
	owner  string
	closed atomic.Bool
	stop   func() // ends watch and waits for it
	look   chan struct{}
	dones  dones

	mu       sync.Mutex
	wakes    map[string]chan struct{}
	patterns map[string][]string // parsed, by their JSON
}

var _ bus.Driver = (*Driver)(nil)

// New makes a Driver of an open database, which stays the caller's to close, after the Driver.
func New(ctx context.Context, db *sqldb.DB, o Options) (*Driver, error) {
	if o.Poll == 0 {
		o.Poll = time.Second
	}
	if o.Keeper == nil {
		o.Keeper = loop.New(nil, nil)
	}
	d := &Driver{
		db: db, owner: o.Owner, look: make(chan struct{}, 1),
		wakes: map[string]chan struct{}{}, patterns: map[string][]string{},
	}
	if o.Owner != "" {
		if err := d.giveBack(ctx); err != nil {
			return nil, err
		}
		if err := d.advance(ctx); err != nil {
			return nil, err
		}
	}
	watching, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	wg.Go(func() {
		o.Keeper.Run(watching, "queues", 0, func(ctx context.Context) error { d.watch(ctx, o.Poll); return nil })
	})
	if o.Listen {
		wg.Go(func() {
			o.Keeper.Run(watching, "queues' signals", 0, func(ctx context.Context) error { return db.Listen(ctx, d.hear) })
		})
	}
	d.stop = func() { cancel(); wg.Wait() }
	return d, nil
}

// giveBack makes ready the events that a process of the same name had leased. The attempts stay spent.
func (d *Driver) giveBack(ctx context.Context) error {
	return d.write(ctx, func(tx *sqldb.Tx) error {
		return d.ready(tx, `UPDATE message SET state = 0, due = NULL, token = NULL, owner = NULL
			WHERE due IS NOT NULL AND state = 2 AND owner = $1 RETURNING queue, tenant`, d.owner)
	})
}

// A pause or lease that ends later than farAway from now was begun under a clock that was set back afterwards, and
// ends after a moment instead. The moment is long enough for another process that holds a lease under the clock
// from before to renew it.
const (
	farAway = time.Hour
	aMoment = time.Minute
)

// advance ends soon the pauses and leases whose end is far away because the clock was set back after they began.
func (d *Driver) advance(ctx context.Context) error {
	return d.write(ctx, func(tx *sqldb.Tx) error {
		now := d.db.Now()
		_, err := tx.Exec(`UPDATE message SET due = $1 WHERE queue IN (SELECT name FROM queue) AND due > $2`,
			now+aMoment.Milliseconds(), now+farAway.Milliseconds())
		return err
	})
}

// Close implements bus.Driver. The database stays open.
func (d *Driver) Close() error {
	if !d.closed.Swap(true) {
		d.stop()
	}
	return nil
}

func (d *Driver) write(ctx context.Context, fn func(*sqldb.Tx) error) error {
	if d.closed.Load() {
		return errClosed()
	}
	return d.db.Write(ctx, fn)
}

func (d *Driver) each(ctx context.Context, each func(*sql.Rows) error, query string, args ...any) error {
	if d.closed.Load() {
		return errClosed()
	}
	return d.db.Each(ctx, each, query, args...)
}

func errClosed() error {
	return animo.Errorf(animo.Unavailable, "the bus is closed", "el bus está cerrado")
}

// Declare implements bus.Driver.
func (d *Driver) Declare(ctx context.Context, queue string, patterns []string) error {
	text, err := json.Marshal(append([]string{}, patterns...)) // nil becomes [] and not null
	if err != nil {
		return err
	}
	return d.write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`INSERT INTO queue (name, patterns) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET patterns = excluded.patterns WHERE queue.patterns <> excluded.patterns`,
			queue, string(text))
		return err
	})
}

// Publish implements bus.Driver.
func (d *Driver) Publish(ctx context.Context, events ...animo.Event) error {
	if len(events) == 0 {
		return nil
	}
	texts := make([][]byte, len(events))
	for i, e := range events {
		text, err := json.Marshal(e)
		if err != nil {
			return animo.Errorf(animo.Invalid, "the event's data is not JSON", "los datos del evento no son JSON").Because(err)
		}
		texts[i] = text
	}
	if d.db.Dialect() == sqldb.PostgreSQL {
		return d.publishPostgres(ctx, events, texts)
	}
	var woken map[string]bool
	err := d.write(ctx, func(tx *sqldb.Tx) error {
		woken = map[string]bool{}
		queues, err := d.queues(tx.Each)
		if err != nil {
			return err
		}
		lanes := laneSet{}
		for i, e := range events {
			for _, q := range queues {
				if !q.wants(e.Type) {
					continue
				}
				n, err := tx.Exec(`INSERT INTO message (queue, tenant, id, event) VALUES ($1, $2, $3, $4)
					ON CONFLICT (queue, tenant, id) DO UPDATE
					SET state = 0, attempt = 0, died = NULL, reason = NULL, event = excluded.event WHERE message.state = 3`,
					q.name, e.Tenant, e.ID, texts[i])
				if err != nil {
					return err
				}
				if n > 0 {
					lanes[lane{q.name, e.Tenant}] = true
					woken[q.name] = true
				}
			}
		}
		return d.openLanes(tx, lanes)
	})
	if err == nil {
		for queue := range woken {
			d.tell(queue)
		}
	}
	return err
}

// A declared queue, and the event types it wants.
type declared struct {
	name     string
	patterns []string
}

func (q declared) wants(eventType string) bool {
	for _, p := range q.patterns {
		if animo.Matches(p, eventType) {
			return true
		}
	}
	return false
}

// queues reads the declared queues at each publication, because another process may declare some. It remembers parsed
// patterns.
func (d *Driver) queues(read func(each func(*sql.Rows) error, query string, args ...any) error) (all []declared, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	err = read(func(rows *sql.Rows) error {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return err
		}
		patterns, ok := d.patterns[text]
		if !ok {
			if err := json.Unmarshal([]byte(text), &patterns); err != nil {
				return err
			}
			d.patterns[text] = patterns
		}
		all = append(all, declared{name, patterns})
		return nil
	}, `SELECT name, patterns FROM queue`)
	return all, err
}

// Package brokerbus keeps queues in a table, the ledger, and sends a ref by a carrier where a function has something to do.
// Start at New; DESIGN.md says how it works.
package brokerbus

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/bus/carrier"
	"animo/internal/loop"
	"animo/internal/table"
)

// Options tune a Driver. The zero value works.
type Options struct {
	// Now is the wall clock, which says when an event became a dead letter; nil means time.Now.
	Now func() time.Time
	// Clock gives the time at which pauses and leases end. Nil means Now's time at New plus the time that has
	// passed from then on, so that setting the system's clock ends no pause or lease early or late.
	Clock func() time.Time
	// Look is how often the ledger is asked for messages whose refs were lost; 0 means a second.
	Look time.Duration
	Log  *slog.Logger // nil means slog.Default
	// Keeper runs the loops that look at the ledger and receive from the carrier; nil means one of its own.
	Keeper *loop.Keeper
}

// Driver is a bus.Driver on a ledger and a carrier.
type Driver struct {
	rows    *table.Table
	carrier carrier.Carrier
	wall    func() time.Time
	clock   func() time.Time
	log     *slog.Logger
	keeper  *loop.Keeper
	batch   int // messages that one commit changes at most

	closed  atomic.Bool
	ctx     context.Context // of the loops
	cancel  context.CancelFunc
	running sync.WaitGroup
	look    chan struct{}

	mu    sync.Mutex
	stamp int64                    // the last one given
	wakes map[string]chan struct{} // by queue, of those that somebody here works on
	rung  map[string]time.Time     // by queue, of the others: when refs were sent again

	broken map[string]bool // keys of messages that could not be read
}

var _ bus.Driver = (*Driver)(nil)

// New makes a Driver on a table and a carrier, which stay the caller's to close, after the Driver.
func New(ctx context.Context, rows *table.Table, c carrier.Carrier, o Options) *Driver {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Clock == nil {
		wall, start := o.Now(), time.Now()
		o.Clock = func() time.Time { return wall.Add(time.Since(start)) } // Since reads the monotonic clock
	}
	if o.Look == 0 {
		o.Look = time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Keeper == nil {
		o.Keeper = loop.New(o.Log, nil)
	}
	d := &Driver{
		rows: rows, carrier: c, wall: o.Now, clock: o.Clock, log: o.Log, keeper: o.Keeper, batch: rows.Limits().Ops / messageOps, look: make(chan struct{}, 1),
		wakes: map[string]chan struct{}{}, rung: map[string]time.Time{}, broken: map[string]bool{},
	}
	d.ctx, d.cancel = context.WithCancel(context.WithoutCancel(ctx))
	d.keep("queues", func() { d.watch(o.Look) })
	return d
}

// keep runs a loop until Close, beside the caller.
func (d *Driver) keep(name string, run func()) {
	d.running.Go(func() {
		d.keeper.Run(d.ctx, name, 0, func(context.Context) error { run(); return nil })
	})
}

// Close implements bus.Driver. The table and the carrier stay open.
func (d *Driver) Close() error {
	d.mu.Lock()
	d.closed.Store(true) // so that Wake starts no more loops
	d.mu.Unlock()
	d.cancel()
	d.running.Wait()
	return nil
}

// open answers Unavailable after Close.
func (d *Driver) open() error {
	if d.closed.Load() {
		return animo.Errorf(animo.Unavailable, "the bus is closed", "el bus está cerrado")
	}
	return nil
}

// now is the time by which pauses and leases end, in milliseconds since 1970, the unit of every stored time.
func (d *Driver) now() int64 { return d.clock().UnixMilli() }

// patternsOf are the declared queues and the event types each of them wants.
type patternsOf map[string][]string

// queuesRow is the one row of the declared queues.
var queuesRow = table.Key{Table: "queues", Key: "all"}

// queues reads the declared queues, also those that another process declared.
func (d *Driver) queues(ctx context.Context) (patternsOf, error) {
	var queues patternsOf
	_, err := d.rows.GetJSON(ctx, ledger, queuesRow.Table, queuesRow.Key, &queues)
	if animo.CodeOf(err) == animo.NotFound {
		err = nil
	}
	return queues, err
}

// Declare implements bus.Driver.
func (d *Driver) Declare(ctx context.Context, queue string, patterns []string) error {
	if err := d.open(); err != nil {
		return err
	}
	return d.rows.Update(ctx, ledger, func(tx *table.Tx) error {
		queues := patternsOf{}
		if _, err := tx.GetJSON(queuesRow.Table, queuesRow.Key, &queues); err != nil {
			return err
		}
		if known, ok := queues[queue]; ok && slices.Equal(known, patterns) {
			return nil
		}
		queues[queue] = append([]string{}, patterns...) // nil becomes [] and not null
		return tx.PutJSON(queuesRow.Table, queuesRow.Key, queues)
	})
}

// Publish implements bus.Driver.
func (d *Driver) Publish(ctx context.Context, events ...animo.Event) error {
	if err := d.open(); err != nil || len(events) == 0 {
		return err
	}
	texts := make([]json.RawMessage, len(events))
	for i, e := range events {
		text, err := json.Marshal(e)
		if err != nil {
			return animo.Errorf(animo.Invalid, "the event's data is not JSON", "los datos del evento no son JSON").Because(err)
		}
		texts[i] = text
	}
	queues, err := d.queues(ctx)
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(queues))
	var targets []messageID
	var news []message
	seen := map[messageID]bool{}
	for i, e := range events {
		for _, queue := range names {
			p := idOf(queue, e.Tenant, e.ID)
			wanted := slices.ContainsFunc(queues[queue], func(pattern string) bool { return animo.Matches(pattern, e.Type) })
			if wanted && !seen[p] {
				seen[p] = true
				targets = append(targets, p)
				news = append(news, message{Event: texts[i], Time: e.Time, State: ready, Birth: d.nextStamp()})
			}
		}
	}
	if err := d.seat(ctx, targets, func(i int, turn int64) { news[i].Turn, news[i].Since = turn, news[i].Birth }, false); err != nil {
		return err
	}
	return d.changeAll(ctx, targets, func(i int, m *message) (bool, error) {
		if m.State != none && m.State != dead {
			return false, nil
		}
		*m = news[i]
		return true, nil
	}, func(changed []messageID) { d.ring(ctx, time.Time{}, changed...) })
}

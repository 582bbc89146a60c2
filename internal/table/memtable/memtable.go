// Package memtable keeps rows in memory, with the limits of whichever engine it stands for. Start at New.
package memtable

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"

	"animo"
	"animo/internal/table"
)

// DynamoDB has the limits of Amazon DynamoDB: 100 operations in a TransactWriteItems, and 400 KB in an item, of which a
// row's key and names leave at least these.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
var DynamoDB = table.Limits{Ops: 100, Value: 400<<10 - 4<<10}

// pageBytes of values end a page early, as DynamoDB ends one at 1 MB.
const pageBytes = 1 << 20

// Driver is a table.Driver in memory. Its rows are gone with the process.
type Driver struct {
	limits table.Limits

	mu      sync.RWMutex
	closed  bool
	tenants map[string]*tenant
}

var _ table.Driver = (*Driver)(nil)

// New makes an empty Driver with those limits; the zero Limits are DynamoDB's.
func New(l table.Limits) *Driver {
	if l == (table.Limits{}) {
		l = DynamoDB
	}
	return &Driver{limits: l, tenants: map[string]*tenant{}}
}

// tenant is the rows, tallies and logs of one tenant.
type tenant struct {
	rows    map[string]*sorted[table.Row] // by table
	tallies map[string]*sorted[table.Tally]
	logs    map[string]*log
}

// log is a log's places by ascending Seq.
type log struct {
	last   int64 // the newest Seq
	places []table.Logged
}

// sorted is the items of a table, and their keys in ascending order.
type sorted[T any] struct {
	keys  []string
	items map[string]T
}

func (s *sorted[T]) put(key string, item T) {
	if _, ok := s.items[key]; !ok {
		at, _ := slices.BinarySearch(s.keys, key)
		s.keys = slices.Insert(s.keys, at, key)
	}
	s.items[key] = item
}

func (s *sorted[T]) delete(key string) {
	if at, ok := slices.BinarySearch(s.keys, key); ok {
		s.keys = slices.Delete(s.keys, at, at+1)
		delete(s.items, key)
	}
}

// of returns the items of a table, which may be none yet.
func of[T any](tables map[string]*sorted[T], name string) *sorted[T] {
	s := tables[name]
	if s == nil {
		s = &sorted[T]{items: map[string]T{}}
		tables[name] = s
	}
	return s
}

// begin takes the lock for reading and returns what a tenant has, nil for nothing. Where ctx has ended or the Driver is closed,
// it answers an error and takes no lock.
func (d *Driver) begin(ctx context.Context, name string) (*tenant, error) {
	d.mu.RLock()
	if err := d.check(ctx); err != nil {
		d.mu.RUnlock()
		return nil, err
	}
	return d.tenants[name], nil
}

func (d *Driver) check(ctx context.Context) error {
	if d.closed {
		return animo.Errorf(animo.Unavailable, "the table is closed", "la tabla está cerrada")
	}
	return table.Ended(ctx)
}

// Read implements table.Driver.
func (d *Driver) Read(ctx context.Context, name string, keys ...table.Key) ([]table.Row, error) {
	t, err := d.begin(ctx, name)
	if err != nil {
		return nil, err
	}
	defer d.mu.RUnlock()
	all := make([]table.Row, len(keys))
	for i, k := range keys {
		all[i].Key = k.Key
		if t == nil || t.rows[k.Table] == nil {
			continue
		}
		if row, ok := t.rows[k.Table].items[k.Key]; ok {
			all[i] = given(row, false)
		}
	}
	return all, nil
}

// given copies a row for the caller.
func given(row table.Row, keyOnly bool) table.Row {
	if keyOnly {
		row.Value = nil
	} else {
		row.Value = bytes.Clone(row.Value)
	}
	return row
}

// Scan implements table.Driver.
func (d *Driver) Scan(ctx context.Context, name, tbl string, r table.Range, p table.Page) ([]table.Row, bool, error) {
	t, err := d.begin(ctx, name)
	if err != nil {
		return nil, false, err
	}
	defer d.mu.RUnlock()
	if t == nil {
		return nil, false, nil
	}
	rows, more := page(t.rows[tbl], r, p, func(row table.Row) (table.Row, int) {
		row = given(row, p.KeysOnly)
		return row, len(row.Value)
	})
	return rows, more, nil
}

// Tallies implements table.Driver.
func (d *Driver) Tallies(ctx context.Context, name, tbl string, r table.Range, p table.Page) ([]table.Tally, bool, error) {
	t, err := d.begin(ctx, name)
	if err != nil {
		return nil, false, err
	}
	defer d.mu.RUnlock()
	if t == nil {
		return nil, false, nil
	}
	tallies, more := page(t.tallies[tbl], r, p, func(tally table.Tally) (table.Tally, int) { return tally, len(tally.Key) })
	return tallies, more, nil
}

// page returns the items in r, copied by give, which also returns an item's size in bytes.
func page[T any](s *sorted[T], r table.Range, p table.Page, give func(T) (T, int)) (items []T, more bool) {
	if s == nil {
		return nil, false
	}
	from, to := r.Bounds()
	first, _ := slices.BinarySearch(s.keys, from)
	end, _ := slices.BinarySearch(s.keys, to)
	size := 0
	for left := end - first; left > 0; left-- {
		if len(items) == p.Limit || size >= pageBytes {
			return items, true
		}
		key := s.keys[end-left]
		if p.Reverse {
			key = s.keys[first+left-1]
		}
		item, n := give(s.items[key])
		items = append(items, item)
		size += n
	}
	return items, false
}

// Places implements table.Driver.
func (d *Driver) Places(ctx context.Context, name, logName string, after int64, n int) ([]table.Logged, error) {
	t, err := d.begin(ctx, name)
	if err != nil {
		return nil, err
	}
	defer d.mu.RUnlock()
	if t == nil || t.logs[logName] == nil {
		return nil, nil
	}
	first, _ := t.logs[logName].find(after + 1)
	places := t.logs[logName].places[first:]
	if n < 0 {
		places = places[max(0, len(places)+n):]
	} else {
		places = places[:min(n, len(places))]
	}
	return slices.Clone(places), nil
}

// Tenants implements table.Driver.
func (d *Driver) Tenants(ctx context.Context, tables ...string) (names []string, err error) {
	if _, err := d.begin(ctx, ""); err != nil {
		return nil, err
	}
	defer d.mu.RUnlock()
	for name, t := range d.tenants {
		if slices.ContainsFunc(tables, func(tbl string) bool { return t.rows[tbl] != nil && len(t.rows[tbl].keys) > 0 }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Commit implements table.Driver. It refuses what is above its limits, as the engine that it stands for does.
func (d *Driver) Commit(ctx context.Context, name string, rev int64, ops ...table.Op) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.check(ctx); err != nil {
		return err
	}
	if len(ops) > d.limits.Ops {
		return animo.Errorf(animo.TooLarge, "%d operations are more than %d", "%d operaciones son más que %d", len(ops), d.limits.Ops)
	}
	t := d.tenants[name]
	if t == nil {
		t = &tenant{rows: map[string]*sorted[table.Row]{}, tallies: map[string]*sorted[table.Tally]{}, logs: map[string]*log{}}
		d.tenants[name] = t
	}
	for _, op := range ops {
		if len(op.Value) > d.limits.Value {
			return animo.Errorf(animo.TooLarge, "a value of %d bytes is longer than %d", "un valor de %d bytes es más largo que %d", len(op.Value), d.limits.Value)
		}
		if op.Kind <= table.OpDelete && !op.Holds(of(t.rows, op.Table).items[op.Key].Rev) {
			return table.Changed(op.Key)
		}
	}
	for _, op := range ops {
		t.apply(op, rev)
	}
	return nil
}

// apply does an operation whose expectation holds.
func (t *tenant) apply(op table.Op, rev int64) {
	switch op.Kind {
	case table.OpPut:
		of(t.rows, op.Table).put(op.Key, table.Row{Key: op.Key, Value: slices.Concat([]byte{}, op.Value), Rev: rev})
	case table.OpDelete:
		of(t.rows, op.Table).delete(op.Key)
	case table.OpCount:
		tallies := of(t.tallies, op.Table)
		tally := tallies.items[op.Key]
		tally.Key, tally.N, tally.Sum = op.Key, tally.N+op.N, tally.Sum+op.Sum
		if tally.N == 0 {
			tallies.delete(op.Key)
		} else {
			tallies.put(op.Key, tally)
		}
	case table.OpAppend:
		l := t.logs[op.Log]
		if l == nil {
			l = &log{}
			t.logs[op.Log] = l
		}
		l.last++
		l.places = append(l.places, table.Logged{Seq: l.last, Table: op.Table, Key: op.Key})
	case table.OpTrim:
		if l := t.logs[op.Log]; l != nil {
			if at, ok := l.find(op.Seq); at == 0 && ok { // most often the oldest one
				l.places = l.places[1:]
			} else if ok {
				l.places = slices.Delete(l.places, at, at+1)
			}
		}
	}
}

// find returns the index of a Seq's place, or where it would be.
func (l *log) find(seq int64) (at int, ok bool) {
	return slices.BinarySearchFunc(l.places, seq, func(p table.Logged, seq int64) int { return cmp.Compare(p.Seq, seq) })
}

// Forget implements table.Driver.
func (d *Driver) Forget(ctx context.Context, name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.check(ctx); err != nil {
		return err
	}
	delete(d.tenants, name)
	return nil
}

// Limits implements table.Driver.
func (d *Driver) Limits() table.Limits { return d.limits }

// Close makes every later call answer Unavailable, and frees the memory.
func (d *Driver) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed, d.tenants = true, nil
	return nil
}

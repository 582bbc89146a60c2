package brokerbus

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"animo"
	"animo/internal/table"
)

// ledger is the tenant under whose name all rows are. No organisation can have that name (animo.CheckTenant).
const ledger = "_bus"

// The tables of rows. A message has one row in messages and, by its state, one or two others that lead to it.
const (
	messages = "messages" // tenant/queue/event -> message
	readies  = "ready"    // queue/turn/since/tenant/birth/event; in the order in which they are claimed
	dues     = "due"      // due/since/queue/tenant/event -> due; those that wait or are leased, by the end of that
	ages     = "age"      // queue/birth/tenant/event -> the event's time; those that are ready or wait, oldest first
	deads    = "dead"     // tenant/queue/since/event; the dead letters, oldest first
)

// The tables of tallies. N counts messages, and Sum those of them that were attempted before.
const (
	allCounts  = "all"  // queue/state
	eachCounts = "each" // queue/tenant/state
)

// messageOps is how many operations a change of one message takes at most: the message, two rows that go, two that come,
// and four tallies.
const messageOps = 9

// state is a message's.
type state string

// The states. A message that is ready and was claimed before has tallies of its own, under the state again.
const (
	none    state = ""
	ready   state = "ready"
	again   state = "again"
	waiting state = "waiting"
	leased  state = "leased"
	dead    state = "dead"
)

// message is one event in one queue.
type message struct {
	Event   json.RawMessage `json:"event"`
	Time    time.Time       `json:"time"` // the event's
	State   state           `json:"state"`
	Attempt int             `json:"attempt,omitempty"`
	Birth   string          `json:"birth"`           // the stamp of its publication
	Since   string          `json:"since"`           // the stamp of the moment when it became ready, began to wait, was leased or died
	Again   bool            `json:"again,omitempty"` // whether it was claimed before
	Turn    int64           `json:"turn,omitempty"`  // ready: when it is claimed, those of a smaller turn first
	Due     int64           `json:"due,omitempty"`   // waiting, leased: until when
	Token   string          `json:"token,omitempty"` // who has it, or had it until the lease ended
	Reason  *animo.Reason   `json:"reason,omitempty"`
	Died    int64           `json:"died,omitempty"` // dead: when
}

// last is why the attempt before failed; no Code when there was none, or it just stopped.
func (m *message) last() animo.Reason {
	if m.Reason == nil {
		return animo.Reason{}
	}
	return *m.Reason
}

// place says which message: the queue and the tenant as they stand in keys, and a digest of the event's id, which may be
// longer than a key.
type place struct{ queue, tenant, event string }

func placeOf(queue, tenant, id string) place {
	return place{part(queue), part(tenant), animo.ID(id)}
}

// part is a name as it stands in keys, without a slash.
func part(name string) string { return url.PathEscape(name) }

// named is the name of a part of a key.
func named(part string) string {
	name, err := url.PathUnescape(part)
	if err != nil {
		return part
	}
	return name
}

func (p place) key() string { return p.tenant + "/" + p.queue + "/" + p.event }

// due is what a row of dues tells without its message.
type due struct {
	State   state     `json:"state"`
	Attempt int       `json:"attempt"`
	Time    time.Time `json:"time"`
}

func dueKey(at int64) string { return fmt.Sprintf("%015d", at) }

// parseDue gives the time and the message of a row of dues.
func parseDue(key string) (at int64, p place, err error) {
	parts := strings.Split(key, "/")
	if len(parts) != 5 {
		return 0, p, fmt.Errorf("%q is no key of the table %s", key, dues)
	}
	_, err = fmt.Sscanf(parts[0], "%d", &at)
	return at, place{parts[2], parts[3], parts[4]}, err
}

// An indexRow leads to a message.
type indexRow struct {
	table.Key
	value string
}

// rows are those that lead to a message in its state.
func (m *message) rows(p place) []indexRow {
	age := indexRow{table.Key{Table: ages, Key: p.queue + "/" + m.Birth + "/" + p.tenant + "/" + p.event}, m.Time.Format(time.RFC3339Nano)}
	switch m.State {
	case ready:
		key := fmt.Sprintf("%s/%012x/%s/%s/%s/%s", p.queue, m.Turn, m.Since, p.tenant, m.Birth, p.event)
		return []indexRow{{table.Key{Table: readies, Key: key}, ""}, age}
	case waiting, leased:
		value, err := json.Marshal(due{m.State, m.Attempt, m.Time})
		if err != nil {
			panic(err) // the event's time was JSON before
		}
		key := dueKey(m.Due) + "/" + m.Since + "/" + p.queue + "/" + p.tenant + "/" + p.event
		list := []indexRow{{table.Key{Table: dues, Key: key}, string(value)}}
		if m.State == waiting {
			list = append(list, age)
		}
		return list
	case dead:
		return []indexRow{{table.Key{Table: deads, Key: p.tenant + "/" + p.queue + "/" + m.Since + "/" + p.event}, ""}}
	}
	return nil
}

// counts adds a message to the tallies of its state, or takes it away.
func (m *message) counts(p place, times int64) []table.Op {
	if m.State == none {
		return nil
	}
	counted := m.State
	if counted == ready && m.Again {
		counted = again
	}
	attempted := 0.0
	if m.Attempt > 0 {
		attempted = 1
	}
	return []table.Op{
		table.Count(allCounts, p.queue+"/"+string(counted), times, float64(times)*attempted),
		table.Count(eachCounts, p.queue+"/"+p.tenant+"/"+string(counted), times, float64(times)*attempted),
	}
}

// nextStamp is a moment in microseconds that this process gives once only, as text that sorts by time.
func (d *Driver) nextStamp() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stamp = max(d.stamp+1, d.clock().UnixMicro())
	return fmt.Sprintf("%014x", d.stamp)
}

// stampOf is the first stamp of a moment.
func stampOf(at time.Time) string { return fmt.Sprintf("%014x", at.UnixMicro()) }

// A decision says what becomes of message i of those it is asked about, and whether anything does: it changes m, which has
// the state none where there is no such message, and gets it where the message is to go. It may be asked more than once.
type decision func(i int, m *message) (bool, error)

// change has messages changed in one commit, with all that leads to them and counts them, and gives those that were. It
// is done only while each is still as the decision saw it: that is what keeps two workers from one event. A message that
// cannot be read stays as it is, and is not asked about.
func (d *Driver) change(ctx context.Context, places []place, decide decision) (changed []place, err error) {
	keys := make([]table.Key, len(places))
	for i, p := range places {
		keys[i] = table.Key{Table: messages, Key: p.key()}
	}
	err = d.rows.Update(ctx, ledger, func(tx *table.Tx) error {
		changed = nil
		rows, err := tx.Read(keys...)
		if err != nil {
			return err
		}
		for i, row := range rows {
			var old message
			if row.Rev != 0 {
				if err := table.Decode(messages, row, &old); err != nil {
					d.unreadable(row.Key, err)
					continue
				}
			}
			next := old
			if ok, err := decide(i, &next); err != nil {
				return err
			} else if !ok {
				continue
			}
			changed = append(changed, places[i])
			if err := write(tx, places[i], &old, &next); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// unreadable says once that a message cannot be read, so that one does not hold up all others in silence.
func (d *Driver) unreadable(key string, err error) {
	d.mu.Lock()
	known := d.broken[key]
	d.broken[key] = true
	d.mu.Unlock()
	if !known {
		d.log.Error("a queued event cannot be read; it stays where it is", "key", key, "err", err)
	}
}

// write has one message become another one.
func write(tx *table.Tx, p place, old, next *message) error {
	if next.State == none {
		tx.Delete(messages, p.key())
	} else if err := tx.PutJSON(messages, p.key(), next); err != nil {
		return err
	}
	before, after := old.rows(p), next.rows(p)
	for _, row := range before {
		if !slices.Contains(after, row) {
			tx.Delete(row.Table, row.Key.Key)
		}
	}
	for _, row := range after {
		if !slices.Contains(before, row) {
			tx.Put(row.Table, row.Key.Key, []byte(row.value))
		}
	}
	tx.Do(old.counts(p, -1)...)
	tx.Do(next.counts(p, 1)...)
	return nil
}

// changeAll is change for any number of messages, in as many commits as it takes, and calls then with those that a commit
// has changed.
func (d *Driver) changeAll(ctx context.Context, places []place, decide decision, then func(changed []place)) error {
	for first := 0; first < len(places); first += d.batch {
		changed, err := d.change(ctx, places[first:min(first+d.batch, len(places))], func(i int, m *message) (bool, error) { return decide(first+i, m) })
		if err != nil {
			return err
		}
		if then != nil {
			then(changed)
		}
	}
	return nil
}

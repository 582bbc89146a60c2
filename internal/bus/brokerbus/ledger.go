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
	dues     = "due"      // due/since/queue/tenant/event -> due; those that wait or are leased, by when that ends
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

// last is why the attempt before failed; no Code where there was none, or its worker died.
func (m *message) last() animo.Reason {
	if m.Reason == nil {
		return animo.Reason{}
	}
	return *m.Reason
}

// messageID names a message: by the queue and the tenant as they stand in keys, and by a digest of the event's id, which may
// be longer than a key.
type messageID struct{ queue, tenant, event string }

func idOf(queue, tenant, id string) messageID {
	return messageID{part(queue), part(tenant), animo.ID(id)}
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

func (p messageID) key() string { return p.tenant + "/" + p.queue + "/" + p.event }

// due is the value of a row of dues, so that the message need not be read.
type due struct {
	State   state     `json:"state"`
	Attempt int       `json:"attempt"`
	Time    time.Time `json:"time"`
}

func dueKey(at int64) string { return fmt.Sprintf("%015d", at) }

// parseDue reads the time and the message's id in the key of a row of dues.
func parseDue(key string) (at int64, p messageID, err error) {
	parts := strings.Split(key, "/")
	if len(parts) != 5 {
		return 0, p, fmt.Errorf("%q is no key of the table %s", key, dues)
	}
	_, err = fmt.Sscanf(parts[0], "%d", &at)
	return at, messageID{parts[2], parts[3], parts[4]}, err
}

// An indexRow leads to a message.
type indexRow struct {
	table.Key
	value string
}

// rows are the rows that lead to a message in its state.
func (m *message) rows(p messageID) []indexRow {
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

// counts adds a message to the tallies of its state, with times 1, or subtracts it, with -1.
func (m *message) counts(p messageID, times int64) []table.Op {
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

// nextStamp returns a moment in microseconds, another one at each call in this process, as text that sorts by time.
func (d *Driver) nextStamp() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stamp = max(d.stamp+1, d.clock().UnixMicro())
	return fmt.Sprintf("%014x", d.stamp)
}

// stampOf is the first stamp of a moment.
func stampOf(at time.Time) string { return fmt.Sprintf("%014x", at.UnixMicro()) }

// A decision changes message i of those it is called for, and reports whether it did. m has the state none where there is no such
// message, and gets it where the message is to be removed. A decision may be called more than once for a message.
type decision func(i int, m *message) (bool, error)

// change changes messages by a decision in one commit, with the rows that lead to them and their tallies, and returns those
// that were changed. The commit expects each message as the decision saw it: that is what keeps two workers from one event. A
// message that cannot be read stays as it is, and the decision is not called for it.
func (d *Driver) change(ctx context.Context, targets []messageID, decide decision) (changed []messageID, err error) {
	keys := make([]table.Key, len(targets))
	for i, p := range targets {
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
			changed = append(changed, targets[i])
			if err := write(tx, targets[i], &old, &next); err != nil {
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

// write writes a message in place of what it was before, with the rows that lead to it and its tallies.
func write(tx *table.Tx, p messageID, old, next *message) error {
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

// changeAll is change for any number of messages, in as many commits as it takes. After each commit it calls then with the
// messages that were changed.
func (d *Driver) changeAll(ctx context.Context, targets []messageID, decide decision, then func(changed []messageID)) error {
	for first := 0; first < len(targets); first += d.batch {
		changed, err := d.change(ctx, targets[first:min(first+d.batch, len(targets))], func(i int, m *message) (bool, error) { return decide(first+i, m) })
		if err != nil {
			return err
		}
		if then != nil {
			then(changed)
		}
	}
	return nil
}

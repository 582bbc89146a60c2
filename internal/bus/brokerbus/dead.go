package brokerbus

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/table"
)

// DeadLettersFrom implements bus.Driver.
func (d *Driver) DeadLettersFrom(ctx context.Context, tenant, queue, from string, limit int) ([]bus.DeadLetter, error) {
	if err := d.open(); err != nil {
		return nil, err
	}
	r := table.Range{Prefix: part(tenant) + "/" + part(queue) + "/"}
	if from != "" {
		p := idOf(queue, tenant, from)
		var m message
		_, err := d.rows.GetJSON(ctx, ledger, messages, p.key(), &m)
		if animo.CodeOf(err) == animo.NotFound || err == nil && m.State != dead {
			return nil, bus.NoDeadLetter(from)
		}
		if err != nil {
			return nil, err
		}
		r.To = m.rows(p)[0].Key.Key + "\x00"
	}
	var keys []table.Key
	for row, err := range d.rows.Query(ctx, ledger, deads, r, true) {
		if err != nil {
			return nil, err
		}
		if len(keys) == limit {
			break
		}
		keys = append(keys, table.Key{Table: messages, Key: parseID(row.Key).key()})
	}
	rows, err := d.rows.Read(ctx, ledger, keys...)
	if err != nil {
		return nil, err
	}
	var letters []bus.DeadLetter
	for _, row := range rows {
		if row.Rev == 0 {
			continue // it was removed meanwhile
		}
		var m message
		if err := table.Decode(messages, row, &m); err != nil {
			return nil, err
		}
		if m.State != dead {
			continue
		}
		l := bus.DeadLetter{Queue: queue, Reason: m.last(), Attempts: m.Attempt, Time: time.UnixMilli(m.Died).UTC()}
		if err := json.Unmarshal(m.Event, &l.Event); err != nil {
			return nil, err
		}
		letters = append(letters, l)
	}
	return letters, nil
}

// pageOf is how many messages are gathered before they are changed.
const pageOf = 1024

// Redrive implements bus.Driver.
func (d *Driver) Redrive(ctx context.Context, tenant, queue string, ids ...string) (n int, err error) {
	if err := d.open(); err != nil {
		return 0, err
	}
	return n, d.each(ctx, tenant, bus.Selection{Queue: queue, IDs: ids, Dead: true}, func(targets []messageID) error {
		turns := make([]int64, len(targets))
		if err := d.seat(ctx, targets, func(i int, turn int64) { turns[i] = turn }, true); err != nil {
			return err
		}
		return d.changeAll(ctx, targets, func(i int, m *message) (bool, error) {
			if m.State != dead {
				return false, nil
			}
			m.State, m.Since, m.Again, m.Turn = ready, d.nextStamp(), true, turns[i]
			m.Attempt, m.Reason, m.Died = 0, nil, 0
			return true, nil
		}, func(changed []messageID) {
			n += len(changed)
			d.ring(ctx, time.Time{}, changed...)
		})
	})
}

// RemoveWhere implements bus.Driver.
func (d *Driver) RemoveWhere(ctx context.Context, tenant string, s bus.Selection) (n int, err error) {
	if err := d.open(); err != nil {
		return 0, err
	}
	return n, d.each(ctx, tenant, s, func(targets []messageID) error {
		return d.changeAll(ctx, targets, func(_ int, m *message) (bool, error) {
			if m.State == none || s.Dead && m.State != dead {
				return false, nil
			}
			m.State = none
			return true, nil
		}, func(changed []messageID) { n += len(changed) })
	})
}

// each calls do with the ids of a tenant's messages that may be of a selection, some at a time.
func (d *Driver) each(ctx context.Context, tenant string, s bus.Selection, do func([]messageID) error) error {
	if len(s.IDs) > 0 {
		return d.eachID(ctx, tenant, s, do)
	}
	from := messages
	if s.Dead {
		from = deads
	}
	prefix := part(tenant) + "/"
	if s.Queue != "" {
		prefix += part(s.Queue) + "/"
	}
	var targets []messageID
	for row, err := range d.rows.Keys(ctx, ledger, from, table.Range{Prefix: prefix}) {
		if err != nil {
			return err
		}
		if targets = append(targets, parseID(row.Key)); len(targets) == pageOf {
			if err := do(targets); err != nil {
				return err
			}
			targets = nil
		}
	}
	return do(targets)
}

// parseID reads the id of a message in the key of a row of messages or of deads.
func parseID(key string) messageID {
	parts := strings.Split(key, "/")
	return messageID{parts[1], parts[0], parts[len(parts)-1]}
}

// eachID calls do with the messages of a selection's events, in the queue of the selection or in all.
func (d *Driver) eachID(ctx context.Context, tenant string, s bus.Selection, do func([]messageID) error) error {
	names := []string{s.Queue}
	if s.Queue == "" {
		queues, err := d.queues(ctx)
		if err != nil {
			return err
		}
		names = names[:0]
		for name := range queues {
			names = append(names, name)
		}
	}
	var targets []messageID
	for _, id := range s.IDs {
		for _, name := range names {
			targets = append(targets, idOf(name, tenant, id))
		}
	}
	slices.SortFunc(targets, func(a, b messageID) int { return strings.Compare(a.key(), b.key()) })
	return do(slices.Compact(targets))
}

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
		p := placeOf(queue, tenant, from)
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
		keys = append(keys, table.Key{Table: messages, Key: placeIn(row.Key).key()})
	}
	rows, err := d.rows.Read(ctx, ledger, keys...)
	if err != nil {
		return nil, err
	}
	var letters []bus.DeadLetter
	for _, row := range rows {
		if row.Rev == 0 {
			continue // it was deleted meanwhile
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
	return n, d.each(ctx, tenant, bus.Selection{Queue: queue, IDs: ids, Dead: true}, func(places []place) error {
		turns := make([]int64, len(places))
		if err := d.seat(ctx, places, func(i int, turn int64) { turns[i] = turn }, true); err != nil {
			return err
		}
		return d.changeAll(ctx, places, func(i int, m *message) (bool, error) {
			if m.State != dead {
				return false, nil
			}
			m.State, m.Since, m.Again, m.Turn = ready, d.nextStamp(), true, turns[i]
			m.Attempt, m.Reason, m.Died = 0, nil, 0
			return true, nil
		}, func(changed []place) {
			n += len(changed)
			d.ring(ctx, time.Time{}, changed...)
		})
	})
}

// Delete implements bus.Driver.
func (d *Driver) Delete(ctx context.Context, tenant string, s bus.Selection) (n int, err error) {
	if err := d.open(); err != nil {
		return 0, err
	}
	return n, d.each(ctx, tenant, s, func(places []place) error {
		return d.changeAll(ctx, places, func(_ int, m *message) (bool, error) {
			if m.State == none || s.Dead && m.State != dead {
				return false, nil
			}
			m.State = none
			return true, nil
		}, func(changed []place) { n += len(changed) })
	})
}

// each gives the places of a tenant's messages that may be of a selection, some at a time.
func (d *Driver) each(ctx context.Context, tenant string, s bus.Selection, do func([]place) error) error {
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
	var places []place
	for row, err := range d.rows.Keys(ctx, ledger, from, table.Range{Prefix: prefix}) {
		if err != nil {
			return err
		}
		if places = append(places, placeIn(row.Key)); len(places) == pageOf {
			if err := do(places); err != nil {
				return err
			}
			places = nil
		}
	}
	return do(places)
}

// placeIn is the message of a row of messages or of deads.
func placeIn(key string) place {
	parts := strings.Split(key, "/")
	return place{parts[1], parts[0], parts[len(parts)-1]}
}

// eachID gives the places of a tenant's events by id, in the queue of the selection or in all.
func (d *Driver) eachID(ctx context.Context, tenant string, s bus.Selection, do func([]place) error) error {
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
	var places []place
	for _, id := range s.IDs {
		for _, name := range names {
			places = append(places, placeOf(name, tenant, id))
		}
	}
	slices.SortFunc(places, func(a, b place) int { return strings.Compare(a.key(), b.key()) })
	return do(slices.Compact(places))
}

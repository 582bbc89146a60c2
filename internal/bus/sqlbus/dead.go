package sqlbus

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/sqldb"
)

// Depths implements bus.Driver. What has waited long enough, or whose lease has ended, counts as ready.
func (d *Driver) Depths(ctx context.Context, tenant string) ([]bus.Depth, error) {
	var depths []bus.Depth
	at := map[string]int{}
	const ready, waiting, running, dead = 0, 1, 2, 3
	err := d.each(ctx, func(rows *sql.Rows) error {
		var queue string
		var state, n, retrying int
		var oldest sql.RawBytes
		if err := rows.Scan(&queue, &state, &n, &retrying, &oldest); err != nil {
			return err
		}
		i, ok := at[queue]
		if !ok {
			i = len(depths)
			at[queue] = i
			depths = append(depths, bus.Depth{Queue: queue})
		}
		q := &depths[i]
		switch state {
		case ready:
			q.Ready += n
		case waiting:
			q.Waiting += n
		case running:
			q.Running += n
		case dead:
			q.Dead += n
		}
		q.Retrying += retrying
		if oldest == nil {
			return nil
		}
		var event struct{ Time time.Time }
		if err := json.Unmarshal(oldest, &event); err != nil {
			return err
		}
		if q.Oldest.IsZero() || event.Time.Before(q.Oldest) {
			q.Oldest = event.Time
		}
		return nil
	}, `WITH part (queue, state, n, retrying, first) AS (
		SELECT name, 0, 0, 0, NULL FROM queue
		UNION ALL SELECT queue, 0, count(*), 0, min(seq) FROM message WHERE state = 0 AND ($1 = '' OR tenant = $1) GROUP BY queue
		UNION ALL SELECT queue, 0, 0, count(*), NULL FROM message WHERE state = 0 AND attempt > 0 AND ($1 = '' OR tenant = $1) GROUP BY queue
		UNION ALL SELECT queue, CASE WHEN due <= $2 THEN 0 ELSE state END, count(*), sum(attempt > 0 AND (state = 1 OR due <= $2)), min(seq) FROM message
			WHERE due IS NOT NULL AND ($1 = '' OR tenant = $1) GROUP BY 1, 2
		UNION ALL SELECT queue, 3, count(*), 0, NULL FROM message WHERE state = 3 AND ($1 = '' OR tenant = $1) GROUP BY queue)
		SELECT queue, state, n, retrying, CASE WHEN state < 2 THEN (SELECT event FROM message WHERE seq = first) END
		FROM part ORDER BY 1`, tenant, d.db.Now())
	if err != nil {
		return nil, err
	}
	return depths, nil
}

// DeadLetters implements bus.Driver.
func (d *Driver) DeadLetters(ctx context.Context, tenant, queue, after string, limit int) ([]bus.DeadLetter, error) {
	const newest = 1<<63 - 1
	died, seq := int64(newest), int64(newest)
	if after != "" {
		found := false
		err := d.each(ctx, func(rows *sql.Rows) error {
			found = true
			return rows.Scan(&died, &seq)
		}, `SELECT died, seq FROM message WHERE queue = $1 AND tenant = $2 AND id = $3 AND state = 3`, queue, tenant, after)
		if err == nil && !found {
			err = noDeadLetter(after)
		}
		if err != nil {
			return nil, err
		}
	}
	return d.deadLetters(ctx, `SELECT event, attempt, died, reason FROM message
		WHERE queue = $1 AND tenant = $2 AND state = 3 AND (died, seq) < ($3, $4) ORDER BY died DESC, seq DESC LIMIT $5`,
		queue, tenant, died, seq, limit)
}

// DeadLetter implements bus.Driver.
func (d *Driver) DeadLetter(ctx context.Context, tenant, queue, id string) (bus.DeadLetter, error) {
	letters, err := d.deadLetters(ctx, `SELECT event, attempt, died, reason FROM message
		WHERE queue = $1 AND tenant = $2 AND id = $3 AND state = 3`, queue, tenant, id)
	if err == nil && len(letters) == 0 {
		err = noDeadLetter(id)
	}
	if err != nil {
		return bus.DeadLetter{}, err
	}
	return letters[0], nil
}

func noDeadLetter(id string) error {
	return animo.Errorf(animo.NotFound, "there is no dead letter %q", "no hay ningún mensaje muerto %q", id)
}

// deadLetters runs a query for event, attempt, died and reason whose first parameter is the queue.
func (d *Driver) deadLetters(ctx context.Context, query, queue string, args ...any) ([]bus.DeadLetter, error) {
	var letters []bus.DeadLetter
	err := d.each(ctx, func(rows *sql.Rows) error {
		l := bus.DeadLetter{Queue: queue}
		var event, reason sql.RawBytes
		var died int64
		if err := rows.Scan(&event, &l.Attempts, &died, &reason); err != nil {
			return err
		}
		l.Time = time.UnixMilli(died).UTC()
		if err := decodeReason(reason, &l.Reason); err != nil {
			return err
		}
		if err := json.Unmarshal(event, &l.Event); err != nil {
			return err
		}
		letters = append(letters, l)
		return nil
	}, query, append([]any{queue}, args...)...)
	if err != nil {
		return nil, err
	}
	return letters, nil
}

// Redrive implements bus.Driver.
func (d *Driver) Redrive(ctx context.Context, tenant, queue string, ids ...string) (int, error) {
	n, err := d.deadOnes(ctx, `UPDATE message SET state = 0, attempt = 0, died = NULL, reason = NULL`, true, tenant, queue, ids)
	if n > 0 {
		d.wake(queue)
	}
	return n, err
}

// Drop implements bus.Driver.
func (d *Driver) Drop(ctx context.Context, tenant, queue string, ids ...string) (int, error) {
	return d.deadOnes(ctx, `DELETE FROM message`, false, tenant, queue, ids)
}

// deadOnes runs a statement on the dead letters with the ids, or on all of them, and tells on how many.
func (d *Driver) deadOnes(ctx context.Context, statement string, opens bool, tenant, queue string, ids []string) (n int, err error) {
	statement += ` WHERE queue = $1 AND tenant = $2 AND state = 3`
	err = d.write(ctx, func(tx *sqldb.Tx) error {
		n = 0
		if len(ids) == 0 {
			n, err = tx.Exec(statement, queue, tenant)
			if err != nil {
				return err
			}
		}
		for _, id := range ids {
			one, err := tx.Exec(statement+` AND id = $3`, queue, tenant, id)
			if err != nil {
				return err
			}
			n += one
		}
		if opens && n > 0 {
			return laneSet{{queue, tenant}: true}.open(tx)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// Remove implements bus.Driver. A lane that it leaves empty is removed when its turn comes.
func (d *Driver) Remove(ctx context.Context, tenant string, ids ...string) (removed int, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	err = d.write(ctx, func(tx *sqldb.Tx) error {
		removed = 0
		for _, id := range ids {
			n, err := tx.Exec(`DELETE FROM message WHERE queue IN (SELECT name FROM queue) AND tenant = $1 AND id = $2`, tenant, id)
			if err != nil {
				return err
			}
			removed += n
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return removed, nil
}

// DeleteTenant implements bus.Driver.
func (d *Driver) DeleteTenant(ctx context.Context, tenant string) error {
	const step = 5_000 // events in one transaction, so that other writers hardly wait
	for n := step; n == step; {
		err := d.write(ctx, func(tx *sqldb.Tx) (err error) {
			n, err = tx.Exec(`DELETE FROM message WHERE seq IN (
				SELECT m.seq FROM message m WHERE m.queue IN (SELECT name FROM queue) AND m.tenant = $1 LIMIT $2)`, tenant, step)
			if err == nil && n < step {
				_, err = tx.Exec(`DELETE FROM lane WHERE tenant = $1`, tenant)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

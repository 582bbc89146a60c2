package sqlbus

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

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
		UNION ALL SELECT queue, CASE WHEN due <= $2 THEN 0 ELSE state END, count(*), count(*) FILTER (WHERE attempt > 0 AND (state = 1 OR due <= $2)), min(seq) FROM message
			WHERE due IS NOT NULL AND ($1 = '' OR tenant = $1) GROUP BY 1, 2
		UNION ALL SELECT queue, 3, count(*), 0, NULL FROM message WHERE state = 3 AND ($1 = '' OR tenant = $1) GROUP BY queue)
		SELECT queue, state, n, retrying, CASE WHEN state < 2 THEN (SELECT event FROM message WHERE seq = first) END
		FROM part ORDER BY 1`, tenant, d.db.Now())
	if err != nil {
		return nil, err
	}
	return depths, nil
}

// DeadLettersFrom implements bus.Driver.
func (d *Driver) DeadLettersFrom(ctx context.Context, tenant, queue, from string, limit int) ([]bus.DeadLetter, error) {
	const newest = 1<<63 - 1
	died, seq := int64(newest), int64(newest)
	if from != "" {
		found := false
		err := d.each(ctx, func(rows *sql.Rows) error {
			found = true
			return rows.Scan(&died, &seq)
		}, `SELECT died, seq FROM message WHERE queue = $1 AND tenant = $2 AND id = $3 AND state = 3`, queue, tenant, from)
		if err == nil && !found {
			err = bus.NoDeadLetter(from)
		}
		if err != nil {
			return nil, err
		}
	}
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
	}, `SELECT event, attempt, died, reason FROM message
		WHERE queue = $1 AND tenant = $2 AND state = 3 AND (died, seq) <= ($3, $4) ORDER BY died DESC, seq DESC LIMIT $5`,
		queue, tenant, died, seq, limit)
	if err != nil {
		return nil, err
	}
	return letters, nil
}

// Redrive implements bus.Driver.
func (d *Driver) Redrive(ctx context.Context, tenant, queue string, ids ...string) (n int, err error) {
	const redrive = `UPDATE message SET state = 0, attempt = 0, died = NULL, reason = NULL WHERE queue = $1 AND tenant = $2 AND state = 3`
	err = d.write(ctx, func(tx *sqldb.Tx) error {
		n = 0
		if len(ids) == 0 {
			n, err = tx.Exec(redrive, queue, tenant)
			if err != nil {
				return err
			}
		}
		for _, id := range ids {
			one, err := tx.Exec(redrive+` AND id = $3`, queue, tenant, id)
			if err != nil {
				return err
			}
			n += one
		}
		if n > 0 {
			return d.openLanes(tx, laneSet{{queue, tenant}: true})
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if n > 0 {
		d.tell(queue)
	}
	return n, nil
}

// removeStep is how many events are removed in one transaction, so that other writers hardly wait.
const removeStep = 5_000

// RemoveWhere implements bus.Driver. A lane that it leaves empty is removed when its turn comes.
func (d *Driver) RemoveWhere(ctx context.Context, tenant string, s bus.Selection) (removed int, err error) {
	which := ` WHERE m.queue IN (SELECT name FROM queue WHERE $2 IN ('', name)) AND m.tenant = $1`
	if s.Dead {
		which += ` AND m.state = 3`
	}
	if len(s.IDs) > 0 {
		err = d.write(ctx, func(tx *sqldb.Tx) error {
			removed = 0
			for _, id := range s.IDs {
				n, err := tx.Exec(`DELETE FROM message AS m`+which+` AND m.id = $3`, tenant, s.Queue, id)
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
	for n := removeStep; n == removeStep; removed += n {
		err := d.write(ctx, func(tx *sqldb.Tx) (err error) {
			n, err = tx.Exec(`DELETE FROM message WHERE seq IN (SELECT m.seq FROM message m`+which+` LIMIT $3)`, tenant, s.Queue, removeStep)
			if err == nil && n < removeStep && s.Queue == "" && !s.Dead {
				_, err = tx.Exec(`DELETE FROM lane WHERE tenant = $1`, tenant)
			}
			return err
		})
		if err != nil {
			return removed, err
		}
	}
	return removed, nil
}

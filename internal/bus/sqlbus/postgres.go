package sqlbus

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/sqldb"
)

// The statements of a publication on PostgreSQL: lanes that are not open yet, all lanes held open until the commit, and messages, of which
// the queue has none with that id that is alive (DESIGN.md).
const (
	pgOpenLanes = `INSERT INTO lane (queue, tenant, turn) SELECT q, t, (SELECT coalesce(max(turn), 0) + 1 FROM lane WHERE queue = q)
		FROM unnest($1::text[], $2::text[]) AS x (q, t)
		ON CONFLICT (queue, tenant) DO NOTHING`
	pgHoldLanes = `WITH held AS (SELECT 1 FROM lane WHERE (queue, tenant) IN (SELECT * FROM unnest($1::text[], $2::text[])) FOR KEY SHARE)
		SELECT animo_expect(count(*), $3) FROM held`
	pgPublish = `INSERT INTO message (queue, tenant, id, event) SELECT q, t, i, e FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) AS x (q, t, i, e)
		ON CONFLICT (queue, tenant, id) DO UPDATE
		SET state = 0, attempt = 0, died = NULL, reason = NULL, event = excluded.event WHERE message.state = 3`
)

// The statements of a claim on PostgreSQL. Nobody waits in them: what another transaction holds is passed over.
const (
	pgAny = `SELECT EXISTS (SELECT 1 FROM lane WHERE queue = $1), EXISTS (SELECT 1 FROM message WHERE queue = $1 AND due <= $2)`
	// What has waited long enough, or whose lease has ended, is ready again.
	pgDue = `UPDATE message SET state = 0, due = NULL, token = NULL, owner = NULL
		WHERE seq IN (SELECT seq FROM message WHERE queue = $1 AND due <= $2 FOR UPDATE SKIP LOCKED) RETURNING queue, tenant`
	// Of each of the first $2 lanes, those of $3 aside, a share of $2 messages, the oldest. A lane of which there is none is told, too.
	pgLease = `WITH chosen AS (SELECT tenant, turn FROM lane WHERE queue = $1 AND tenant <> ALL ($3::text[]) ORDER BY turn LIMIT $2),
		share AS (SELECT greatest(1, $2::bigint / greatest(1, count(*))) AS n FROM chosen),
		ready AS (SELECT m.seq FROM chosen CROSS JOIN LATERAL (
			SELECT seq FROM message WHERE queue = $1 AND tenant = chosen.tenant AND state = 0 ORDER BY seq LIMIT (SELECT n FROM share) FOR UPDATE SKIP LOCKED) AS m),
		leased AS (UPDATE message SET state = 2, attempt = attempt + 1, due = $4, token = $5, owner = $6 FROM ready WHERE message.seq = ready.seq
			RETURNING message.seq, tenant, event, attempt, reason)
		SELECT chosen.tenant, (SELECT n FROM share), event, attempt, reason
		FROM chosen LEFT JOIN leased ON leased.tenant = chosen.tenant ORDER BY row_number() OVER (PARTITION BY chosen.tenant ORDER BY seq), turn`
	// Those of the lanes $2 that nobody holds open, or moves.
	pgTakeLanes  = `SELECT tenant FROM lane WHERE queue = $1 AND tenant = ANY ($2::text[]) FOR UPDATE SKIP LOCKED`
	pgCloseEmpty = `DELETE FROM lane WHERE queue = $1 AND tenant = ANY ($2::text[]) AND NOT EXISTS (
		SELECT 1 FROM message m WHERE m.queue = lane.queue AND m.tenant = lane.tenant AND m.state = 0) RETURNING tenant`
	// Behind all others, in the order that they have.
	pgMoveBehind = `UPDATE lane SET turn = last.turn + x.n FROM unnest($2::text[]) WITH ORDINALITY AS x (t, n), (SELECT max(turn) AS turn FROM lane WHERE queue = $1) AS last
		WHERE queue = $1 AND tenant = x.t AND tenant IN (SELECT tenant FROM lane WHERE queue = $1 AND tenant = ANY ($2::text[]) FOR NO KEY UPDATE SKIP LOCKED)`
)

// claimPostgres is Claim. It opens a transaction only where there is something to claim, because whatever is published wakes all processes.
func (d *Driver) claimPostgres(ctx context.Context, queue string, n int, lease time.Duration) (got []bus.Delivery, err error) {
	now, open, due := d.db.Now(), false, false
	err = d.each(ctx, func(rows *sql.Rows) error { return rows.Scan(&open, &due) }, pgAny, queue, now)
	if err != nil || !open && !due {
		return nil, err
	}
	token := rand.Text()
	err = d.write(ctx, func(tx *sqldb.Tx) error {
		if due {
			if err := d.ready(tx, pgDue, queue, now); err != nil {
				return err
			}
		}
		got, err = d.claimTurns(tx, queue, n, now+lease.Milliseconds(), token)
		return err
	})
	if err != nil {
		return nil, err
	}
	return got, nil
}

// claimTurns takes the oldest events of the first lanes in turns. It holds the messages that it takes, and waits for none.
func (d *Driver) claimTurns(tx *sqldb.Tx, queue string, n int, until int64, token string) (got []bus.Delivery, err error) {
	tried := []string{} // lanes that have nothing more for this claim
	for len(got) < n {
		most, share := n-len(got), 0
		var lanes, empty []string
		taken := map[string]int{}
		err := tx.Each(func(rows *sql.Rows) error {
			var tenant string
			var attempt sql.NullInt64
			var event, reason sql.RawBytes
			if err := rows.Scan(&tenant, &share, &event, &attempt, &reason); err != nil {
				return err
			}
			if _, known := taken[tenant]; !known {
				taken[tenant] = 0
				lanes = append(lanes, tenant)
			}
			if !attempt.Valid {
				return nil
			}
			taken[tenant]++
			m := bus.Delivery{Queue: queue, Token: token, Attempt: int(attempt.Int64)}
			if err := decodeReason(reason, &m.Last); err != nil {
				return err
			}
			err := json.Unmarshal(event, &m.Event)
			got = append(got, m)
			return err
		}, pgLease, queue, most, tried, until, token, d.owner)
		if err != nil {
			return nil, err
		}
		for _, tenant := range lanes {
			if taken[tenant] < share {
				empty = append(empty, tenant)
			}
		}
		closed, err := d.closeEmpty(tx, queue, empty)
		all := len(lanes) < most // that there are: behind all others is where they are
		if err == nil && !all && len(closed) < len(lanes) {
			_, err = tx.Exec(pgMoveBehind, queue, lanes)
		}
		if err != nil {
			return nil, err
		}
		if tried = append(tried, empty...); all && len(empty) == len(lanes) {
			break
		}
	}
	return got, nil
}

// closeEmpty removes those of the lanes that are empty, and returns them. A publication sees to it that its lanes stay.
func (d *Driver) closeEmpty(tx *sqldb.Tx, queue string, lanes []string) (closed []string, err error) {
	if lanes == nil {
		return nil, nil
	}
	into := func(list *[]string) func(*sql.Rows) error {
		return func(rows *sql.Rows) error {
			var tenant string
			err := rows.Scan(&tenant)
			*list = append(*list, tenant)
			return err
		}
	}
	var held []string
	if err := tx.Each(into(&held), pgTakeLanes, queue, lanes); err != nil || held == nil {
		return nil, err
	}
	err = tx.Each(into(&closed), pgCloseEmpty, queue, held) // sees what was published until the lanes were held
	return closed, err
}

// errLaneClosed says that a claim closed a lane between two statements of a publication, which then opens it anew.
var errLaneClosed = errors.New("a lane was closed meanwhile")

// publishPostgres is Publish in two round trips: one reads the queues, the other writes. A lane that is opened for an event that its
// queue has already is closed by the next claim.
func (d *Driver) publishPostgres(ctx context.Context, events []animo.Event, texts [][]byte) error {
	queues, err := d.queues(func(each func(*sql.Rows) error, query string, args ...any) error {
		return d.each(ctx, each, query, args...)
	})
	if err != nil {
		return err
	}
	var names, tenants, ids []string
	var bodies [][]byte
	lanes := laneSet{}
	seen := map[[3]string]bool{}
	for i, e := range events {
		for _, q := range queues {
			if key := [3]string{q.name, e.Tenant, e.ID}; q.wants(e.Type) && !seen[key] {
				seen[key], lanes[lane{q.name, e.Tenant}] = true, true
				names, tenants, ids, bodies = append(names, q.name), append(tenants, e.Tenant), append(ids, e.ID), append(bodies, texts[i])
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	var laneQueues, laneTenants []string
	for _, l := range lanes.sorted() {
		laneQueues, laneTenants = append(laneQueues, l.queue), append(laneTenants, l.tenant)
	}
	for {
		err = d.db.Batch(ctx, []sqldb.Statement{
			{SQL: pgOpenLanes, Args: []any{laneQueues, laneTenants}},
			{SQL: pgHoldLanes, Args: []any{laneQueues, laneTenants, len(laneQueues)}, Conflict: func() error { return errLaneClosed }},
			{SQL: pgPublish, Args: []any{names, tenants, ids, bodies}},
		})
		if !errors.Is(err, errLaneClosed) {
			break
		}
	}
	if err == nil {
		for _, queue := range slices.Compact(laneQueues) {
			d.tell(queue)
		}
	}
	return err
}

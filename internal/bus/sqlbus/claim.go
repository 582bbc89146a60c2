package sqlbus

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/sqldb"
)

// A lane stands for a tenant that has, or had a moment ago, something ready in a queue. Claim serves the
// lane with the lowest turn and sends it to the end of the line, or removes it when it finds it empty. So
// each tenant waits for one event of each other tenant and no more, and a claim costs the same whether ten
// events or a million are queued.
type lane struct{ queue, tenant string }

type laneSet map[lane]bool

// open puts each lane that is not there yet at the end of its line.
func (s laneSet) open(tx *sqldb.Tx) error {
	for l := range s {
		_, err := tx.Exec(`INSERT INTO lane (queue, tenant, turn)
			VALUES ($1, $2, (SELECT coalesce(max(turn), 0) + 1 FROM lane WHERE queue = $1))
			ON CONFLICT (queue, tenant) DO NOTHING`, l.queue, l.tenant)
		if err != nil {
			return err
		}
	}
	return nil
}

// ready runs an update that makes messages ready and returns their queue and tenant, and opens their lanes.
func ready(tx *sqldb.Tx, update string, args ...any) error {
	lanes := laneSet{}
	err := tx.Each(func(rows *sql.Rows) error {
		var l lane
		err := rows.Scan(&l.queue, &l.tenant)
		lanes[l] = true
		return err
	}, update, args...)
	if err != nil {
		return err
	}
	return lanes.open(tx)
}

// Claim implements bus.Driver.
func (d *Driver) Claim(ctx context.Context, queue string, n int, lease time.Duration) ([]bus.Delivery, error) {
	var got []bus.Delivery
	token := rand.Text()
	err := d.write(ctx, func(tx *sqldb.Tx) error {
		got = nil
		now := d.db.Now()
		// What has waited long enough, or whose lease has ended, is ready again.
		err := ready(tx, `UPDATE message SET state = 0, due = NULL, token = NULL, owner = NULL
			WHERE queue = $1 AND due <= $2 RETURNING queue, tenant`, queue, now)
		if err != nil {
			return err
		}
		for len(got) < n {
			round, err := d.claimRound(tx, queue, n-len(got), now+lease.Milliseconds(), token)
			if err != nil {
				return err
			}
			if round == nil {
				return nil
			}
			got = append(got, round...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return got, nil
}

// claimRound takes the oldest event of each of the first n lanes. It answers nil when there is no lane, and
// an empty slice when all that it looked at were empty.
//
// The three statements rely on the single writer. On PostgreSQL the first one gets FOR UPDATE SKIP LOCKED.
func (d *Driver) claimRound(tx *sqldb.Tx, queue string, n int, due int64, token string) ([]bus.Delivery, error) {
	var tenants []string
	var first, last int64
	err := tx.Each(func(rows *sql.Rows) error {
		var tenant string
		if err := rows.Scan(&tenant, &last); err != nil {
			return err
		}
		if tenants == nil {
			first = last
		}
		tenants = append(tenants, tenant)
		return nil
	}, `SELECT tenant, turn FROM lane WHERE queue = $1 ORDER BY turn LIMIT $2`, queue, n)
	if err != nil || tenants == nil {
		return nil, err
	}

	got := make([]bus.Delivery, 0, len(tenants))
	err = tx.Each(func(rows *sql.Rows) error {
		got = append(got, bus.Delivery{Queue: queue, Token: token})
		m := &got[len(got)-1]
		var event, reason sql.RawBytes
		if err := rows.Scan(&event, &m.Attempt, &reason); err != nil {
			return err
		}
		if err := decodeReason(reason, &m.Last); err != nil {
			return err
		}
		return json.Unmarshal(event, &m.Event)
	}, `UPDATE message SET state = 2, attempt = attempt + 1, due = $1, token = $2, owner = $3
		WHERE seq IN (
			SELECT (SELECT m.seq FROM message m WHERE m.queue = lane.queue AND m.tenant = lane.tenant AND m.state = 0 ORDER BY m.seq LIMIT 1)
			FROM lane WHERE queue = $4 AND turn <= $5)
		RETURNING event, attempt, reason`, due, token, d.owner, queue, last)
	if err != nil {
		return nil, err
	}
	place := make(map[string]int, len(tenants)) // RETURNING keeps no order
	for i, tenant := range tenants {
		place[tenant] = i
	}
	slices.SortFunc(got, func(a, b bus.Delivery) int { return place[a.Event.Tenant] - place[b.Event.Tenant] })

	_, err = tx.Exec(`DELETE FROM lane WHERE queue = $1 AND turn <= $2 AND NOT EXISTS (
		SELECT 1 FROM message m WHERE m.queue = lane.queue AND m.tenant = lane.tenant AND m.state = 0)`, queue, last)
	if err != nil {
		return nil, err
	}
	// Behind the end of the line, in the order that they have.
	_, err = tx.Exec(`UPDATE lane SET turn = turn + 1 - $1 + (SELECT max(turn) FROM lane WHERE queue = $2)
		WHERE queue = $2 AND turn <= $3`, first, queue, last)
	if err != nil {
		return nil, err
	}
	return got, nil
}

func decodeReason(text []byte, r *animo.Reason) error {
	if text == nil {
		return nil
	}
	return json.Unmarshal(text, r)
}

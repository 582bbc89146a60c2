package sqlbus

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/sqldb"
)

// A lane stands for a tenant that has, or had a moment ago, something ready in a queue. Claim serves the
// lane with the lowest turn and puts it behind all others, or removes it where it is empty. So
// each tenant waits for one event of each other tenant and no more, and a claim costs the same whether ten
// events or a million are queued.
type lane struct{ queue, tenant string }

type laneSet map[lane]bool

// sorted returns the lanes in the order of their names.
func (s laneSet) sorted() []lane {
	return slices.SortedFunc(maps.Keys(s), func(a, b lane) int { return cmp.Or(cmp.Compare(a.queue, b.queue), cmp.Compare(a.tenant, b.tenant)) })
}

// openLanes adds the lanes that are not there yet behind all others of their queue. It goes through them in the order of their
// names, so that two transactions never wait for each other's lanes.
func (d *Driver) openLanes(tx *sqldb.Tx, s laneSet) error {
	met := `DO NOTHING`
	if d.db.Dialect() == sqldb.PostgreSQL { // lock it, because a claim that does not see the new message yet may remove it
		met = `DO UPDATE SET turn = lane.turn`
	}
	for _, l := range s.sorted() {
		_, err := tx.Exec(`INSERT INTO lane (queue, tenant, turn)
			VALUES ($1, $2, (SELECT coalesce(max(turn), 0) + 1 FROM lane WHERE queue = $1))
			ON CONFLICT (queue, tenant) `+met, l.queue, l.tenant)
		if err != nil {
			return err
		}
	}
	return nil
}

// ready runs an update that makes messages ready and returns their queue and tenant, and opens their lanes.
func (d *Driver) ready(tx *sqldb.Tx, update string, args ...any) error {
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
	return d.openLanes(tx, lanes)
}

// Claim implements bus.Driver.
func (d *Driver) Claim(ctx context.Context, queue string, n int, lease time.Duration) ([]bus.Delivery, error) {
	if d.db.Dialect() == sqldb.PostgreSQL {
		return d.claimPostgres(ctx, queue, n, lease)
	}
	var got []bus.Delivery
	token := rand.Text()
	err := d.write(ctx, func(tx *sqldb.Tx) error {
		got = nil
		now := d.db.Now()
		// What has waited long enough, or whose lease has ended, is ready again.
		err := d.ready(tx, `UPDATE message SET state = 0, due = NULL, token = NULL, owner = NULL
			WHERE queue = $1 AND due <= $2 RETURNING queue, tenant`, queue, now)
		if err != nil {
			return err
		}
		for len(got) < n {
			round, err := d.claimLanes(tx, queue, n-len(got), now+lease.Milliseconds(), token)
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

// maxLanes is how many lanes claimLanes serves at most. Its statements are prepared for each power of two up to that.
const maxLanes = 64

// The statements of claimLanes on the lanes that it has taken: $1 is the queue, and the lanes' tenants follow the parameters
// before ownLanes' first.
var (
	leaseFirst = ownLanes(5, `UPDATE message SET state = 2, attempt = attempt + 1, due = $2, token = $3, owner = $4
		WHERE state = 0 AND seq IN (
			SELECT (SELECT m.seq FROM message m WHERE m.queue = lane.queue AND m.tenant = lane.tenant AND m.state = 0 ORDER BY m.seq LIMIT 1)
			FROM lane WHERE queue = $1 AND tenant IN `, `)
		RETURNING event, attempt, reason`)
	closeEmpty = ownLanes(2, `DELETE FROM lane WHERE queue = $1 AND tenant IN `, ` AND NOT EXISTS (
		SELECT 1 FROM message m WHERE m.queue = lane.queue AND m.tenant = lane.tenant AND m.state = 0)`)
	// Behind all others, in the order that they have.
	moveBehind = ownLanes(3, `UPDATE lane SET turn = turn + 1 - $2 + (SELECT max(turn) FROM lane WHERE queue = $1)
		WHERE queue = $1 AND tenant IN `, ``)
)

// ownLanes writes a statement around a list of 1<<i parameters, the first of which is $first.
func ownLanes(first int, before, after string) (texts [7]string) {
	for i := range texts {
		params := make([]string, 1<<i)
		for j := range params {
			params[j] = fmt.Sprintf(`$%d`, first+j)
		}
		texts[i] = before + `(` + strings.Join(params, `,`) + `)` + after
	}
	return texts
}

// claimLanes takes the oldest event of each of the first n lanes. It answers nil when there is no lane, and
// an empty slice when all lanes that it looked at were empty.
//
// The first statement takes lanes, and the others touch those lanes and no other.
func (d *Driver) claimLanes(tx *sqldb.Tx, queue string, n int, due int64, token string) ([]bus.Delivery, error) {
	var tenants []any
	var first int64
	place := map[string]int{}
	err := tx.Each(func(rows *sql.Rows) error {
		var tenant string
		var turn int64
		if err := rows.Scan(&tenant, &turn); err != nil {
			return err
		}
		if tenants == nil {
			first = turn
		}
		place[tenant] = len(tenants)
		tenants = append(tenants, tenant)
		return nil
	}, `SELECT tenant, turn FROM lane WHERE queue = $1 ORDER BY turn LIMIT $2`, queue, min(n, maxLanes))
	if err != nil || tenants == nil {
		return nil, err
	}
	got := make([]bus.Delivery, 0, len(tenants))
	size := bits.Len(uint(len(tenants) - 1)) // of the list that has room for them
	for len(tenants) < 1<<size {
		tenants = append(tenants, tenants[0])
	}

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
	}, leaseFirst[size], append([]any{queue, due, token, d.owner}, tenants...)...)
	if err != nil {
		return nil, err
	}
	// RETURNING keeps no order.
	slices.SortFunc(got, func(a, b bus.Delivery) int { return place[a.Event.Tenant] - place[b.Event.Tenant] })

	if _, err := tx.Exec(closeEmpty[size], append([]any{queue}, tenants...)...); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(moveBehind[size], append([]any{queue, first}, tenants...)...); err != nil {
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

package sqlbus

import (
	"context"
	"database/sql"
	"slices"

	"animo"
	"animo/internal/sqldb"
)

// The statements of a publication on PostgreSQL: messages, of which the queue has none with that id that is alive, and their lanes. An
// open lane is locked, too, because a claim that does not see the new message yet may remove it (DESIGN.md).
const (
	pgPublish = `INSERT INTO message (queue, tenant, id, event) SELECT q, t, i, e FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) AS x (q, t, i, e)
		ON CONFLICT (queue, tenant, id) DO UPDATE
		SET state = 0, attempt = 0, died = NULL, reason = NULL, event = excluded.event WHERE message.state = 3`
	pgOpenLanes = `INSERT INTO lane (queue, tenant, turn) SELECT q, t, (SELECT coalesce(max(turn), 0) + 1 FROM lane WHERE queue = q)
		FROM unnest($1::text[], $2::text[]) AS x (q, t)
		ON CONFLICT (queue, tenant) DO UPDATE SET turn = lane.turn`
)

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
	err = d.db.Batch(ctx, []sqldb.Statement{
		{SQL: pgPublish, Args: []any{names, tenants, ids, bodies}}, {SQL: pgOpenLanes, Args: []any{laneQueues, laneTenants}},
	})
	if err == nil {
		for _, queue := range slices.Compact(laneQueues) {
			d.tell(queue)
		}
	}
	return err
}

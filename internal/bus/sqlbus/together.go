package sqlbus

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/sqldb"
)

// dones ends deliveries together on PostgreSQL: those that come while a statement is under way are the next one. So they share a sync, and cost hardly more
// than one of them alone.
type dones struct {
	mu      sync.Mutex
	busy    bool // somebody runs a statement
	waiting []*ending
}

// ending is a delivery that is to be ended.
type ending struct {
	bus.Delivery
	turn  chan struct{} // closed when it is this one's turn to run a statement for all who wait
	ended chan struct{} // closed when what follows is there
	held  bool          // it had its lease
	err   error
}

// endTime bounds the statement with all that it waits for.
const endTime = 30 * time.Second

const pgDone = `DELETE FROM message USING unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS x (q, t, i, k)
	WHERE queue = x.q AND tenant = x.t AND id = x.i AND token = x.k RETURNING queue, tenant, id, token`

// done ends a delivery whose work is done, and reports whether it had its lease. It does not heed the end of ctx, as no commit does.
func (d *Driver) done(ctx context.Context, m bus.Delivery) (held bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, sqldb.Error(err)
	}
	e := &ending{Delivery: m, turn: make(chan struct{}), ended: make(chan struct{})}
	s := &d.dones
	s.mu.Lock()
	s.waiting = append(s.waiting, e)
	if s.busy {
		s.mu.Unlock()
		select {
		case <-e.ended:
			return e.held, e.err
		case <-e.turn:
		}
		s.mu.Lock()
	}
	s.busy = true
	list := s.waiting
	s.waiting = nil
	s.mu.Unlock()
	defer func() { // also after a panic
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.busy = len(s.waiting) > 0; s.busy {
			close(s.waiting[0].turn)
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	d.end(ctx, list)
	return e.held, e.err
}

// end runs the statement that ends deliveries.
func (d *Driver) end(ctx context.Context, list []*ending) {
	type key struct{ queue, tenant, id, token string }
	var queues, tenants, ids, tokens []string
	for _, e := range list {
		queues, tenants, ids, tokens = append(queues, e.Queue), append(tenants, e.Event.Tenant), append(ids, e.Event.ID), append(tokens, e.Token)
	}
	held := map[key]bool{}
	var err error = animo.Errorf(animo.Internal, "ending deliveries panicked", "terminar entregas entró en pánico")
	defer func() {
		for _, e := range list {
			e.held, e.err = held[key{e.Queue, e.Event.Tenant, e.Event.ID, e.Token}], err
			close(e.ended)
		}
	}()
	err = d.db.Each(ctx, func(rows *sql.Rows) error {
		var k key
		err := rows.Scan(&k.queue, &k.tenant, &k.id, &k.token)
		held[k] = true
		return err
	}, pgDone, queues, tenants, ids, tokens)
}

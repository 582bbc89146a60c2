package sqlbus

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// Wake implements bus.Driver.
func (d *Driver) Wake(queue string) <-chan struct{} { return d.wakeOf(queue) }

func (d *Driver) wakeOf(queue string) chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, ok := d.wakes[queue]
	if !ok {
		c = make(chan struct{}, 1)
		d.wakes[queue] = c
	}
	return c
}

func (d *Driver) wake(queue string) { signal(d.wakeOf(queue)) }

// queueTopic begins the topic of a signal to other processes that a queue may have something to claim.
const queueTopic = "queue "

// tell wakes the workers of a queue, here and in other processes.
func (d *Driver) tell(queue string) {
	d.wake(queue)
	d.db.Signal(queueTopic + queue)
}

// hear takes up a signal of another process.
func (d *Driver) hear(topic string) {
	if queue, ok := strings.CutPrefix(topic, queueTopic); ok {
		d.wake(queue)
	} else if topic == "" { // some may have been missed
		d.lookAgain()
	}
}

// lookAgain makes watch find out anew when the next pause ends.
func (d *Driver) lookAgain() { signal(d.look) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it has a signal already
	}
}

// watch wakes the queues that have something ready, which another process may have published, and those
// with a pause or a lease that ends. It asks every Poll, and sooner where a pause or lease ends sooner.
func (d *Driver) watch(ctx context.Context, poll time.Duration) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.look:
		case <-timer.C:
		}
		next := poll
		// Where the database fails, the next look asks it again; claims and publications answer its error meanwhile.
		_ = d.db.Each(ctx, func(rows *sql.Rows) error {
			var queue string
			var ready bool
			var due sql.NullInt64
			if err := rows.Scan(&queue, &ready, &due); err != nil {
				return err
			}
			left := time.Duration(due.Int64-d.db.Now()) * time.Millisecond
			switch {
			case ready, due.Valid && left <= 0:
				d.wake(queue)
			case due.Valid:
				next = min(next, left)
			}
			return nil
		}, `SELECT q.name,
				EXISTS (SELECT 1 FROM message m WHERE m.queue = q.name AND m.state = 0),
				(SELECT min(due) FROM message m WHERE m.queue = q.name AND m.due IS NOT NULL)
			FROM queue q`)
		timer.Reset(next)
	}
}

package sqlbus_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/bus/bustest"
	"animo/internal/bus/sqlbus"
	"animo/internal/postgrestest"
	"animo/internal/sqldb"

	"github.com/jackc/pgx/v5"
)

// TestWake_is_signalled waits for longer than the looks that find what no signal told of.
func TestWake_is_signalled_between_processes_on_PostgreSQL(t *testing.T) {
	url := postgrestest.URL(t)
	o := sqlbus.Options{Listen: true, Poll: time.Hour}
	one, other := openURL(t, url, sqldb.Options{}, o), openURL(t, url, sqldb.Options{}, o)
	bustest.Declare(t, one, "q", "*")
	for i := range 5 {
		id := fmt.Sprint(i)
		bustest.Publish(t, one, "a", id)
		for taken := false; !taken; {
			select {
			case <-other.Wake("q"):
				for _, d := range bustest.Claim(t, other, "q", 1) {
					taken = d.Event.ID == id
					if err := other.Done(t.Context(), d); err != nil {
						t.Fatal(err)
					}
				}
			case <-t.Context().Done():
				t.Fatal("nobody told")
			}
		}
	}
}

func TestDriver_on_PostgreSQL(t *testing.T) {
	bustest.Run(t, bustest.Engine{
		Open: func(t *testing.T) func() bus.Driver {
			url := postgrestest.URL(t)
			return func() bus.Driver { return openURL(t, url, sqldb.Options{}, sqlbus.Options{}) }
		},
		Test: synctest.Test,
	})
}

// steps halts one session before the statement of a number, and lets it go on when it is told.
type steps struct {
	at     atomic.Int64 // the statement, counted from 1; 0 for none
	seen   atomic.Int64
	halted chan struct{} // closed when it is there
	resume chan struct{}
}

func newSteps() *steps {
	return &steps{halted: make(chan struct{}), resume: make(chan struct{})}
}

func (s *steps) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	if strings.HasPrefix(d.SQL, "SELECT q.name") || strings.Contains(d.SQL, "pg_notify") { // a look or a signal, which run beside
		return ctx
	}
	if s.seen.Add(1) == s.at.Load() {
		close(s.halted)
		<-s.resume
	}
	return ctx
}

func (s *steps) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TestDriver_two_sessions_at_any_step halts one session before each of its statements in turn, has another one act in the meantime, or
// wait for the first, and lets the first go on. Each event is claimed once, at its first attempt, and none is out of reach.
func TestDriver_two_sessions_at_any_step_on_PostgreSQL(t *testing.T) {
	claim := func(t *testing.T, q bus.Queues) []bus.Delivery { return bustest.Claim(t, q, "q", 3) }
	publish := func(t *testing.T, q bus.Queues) []bus.Delivery { bustest.Publish(t, q, "a", "late"); return nil }
	remove := func(t *testing.T, q bus.Queues) []bus.Delivery {
		if _, err := q.Remove(t.Context(), "a", "1"); err != nil {
			t.Error(err)
		}
		return nil
	}
	redrive := func(t *testing.T, q bus.Queues) []bus.Delivery {
		if n, err := q.Redrive(t.Context(), "a", "q", "late"); n != 1 || err != nil {
			t.Error(n, err)
		}
		return nil
	}
	all := func(t *testing.T, q bus.Queues) (got []bus.Delivery) {
		for more := true; more; {
			part := bustest.Claim(t, q, "q", 3)
			got, more = append(got, part...), len(part) > 0
		}
		return got
	}
	for _, c := range []struct {
		name        string
		halted, act func(t *testing.T, q bus.Queues) []bus.Delivery
		want        map[string]int
	}{
		{"two claim", claim, claim, map[string]int{"1": 1, "2": 1, "3": 1}},
		{"one publishes while one claims", claim, publish, map[string]int{"1": 1, "2": 1, "3": 1, "late": 1}},
		{"one claims all while one redrives", redrive, all, map[string]int{"1": 1, "2": 1, "3": 1, "late": 1}},
		{"one removes while one claims", claim, remove, map[string]int{"2": 1, "3": 1}},
		{"one claims all while one removes", remove, all, map[string]int{"2": 1, "3": 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			url := postgrestest.URL(t)
			other := openURL(t, url, sqldb.Options{}, sqlbus.Options{})
			bustest.Declare(t, other, "q", "*")
			for n := 1; ; n++ {
				if strings.HasSuffix(c.name, "redrives") {
					bustest.Publish(t, other, "a", "late")
					if err := other.Kill(t.Context(), bustest.Claim(t, other, "q", 1)[0], animo.Reason{}); err != nil {
						t.Fatal(err)
					}
				}
				bustest.Publish(t, other, "a", "1", "2")
				bustest.Publish(t, other, "b", "3")
				s := newSteps()
				first := openURL(t, url, sqldb.Options{Tracer: s}, sqlbus.Options{Poll: time.Hour})
				s.seen.Store(0)
				s.at.Store(int64(n))
				done := make(chan []bus.Delivery, 1)
				go func() { done <- c.halted(t, first) }()
				var got []bus.Delivery
				select {
				case <-s.halted:
				case <-done:
					if n < 4 {
						t.Errorf("it has %d statements, so the test sees nothing", n-1)
					}
					return
				}
				acted := make(chan []bus.Delivery, 1)
				go func() { acted <- c.act(t, other) }()
				select { // it ends, or waits for what the first one holds
				case got = <-acted:
					close(s.resume)
				case <-lockWaits(t, url):
					close(s.resume)
					got = <-acted
				}
				got = append(append(got, <-done...), all(t, other)...)
				seen := map[string]int{}
				for _, d := range got {
					if seen[d.Event.ID]++; d.Attempt != 1 {
						t.Errorf("before statement %d: event %s at attempt %d", n, d.Event.ID, d.Attempt)
					}
				}
				if _, removed := c.want["1"]; !removed && seen["1"] == 1 { // claimed before it was removed
					delete(seen, "1")
				}
				if !maps.Equal(seen, c.want) {
					t.Errorf("before statement %d: claimed %v, want %v", n, seen, c.want)
				}
				for _, tenant := range []string{"a", "b"} {
					if _, err := other.RemoveWhere(t.Context(), tenant, bus.Selection{}); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}

// lockWaits returns a channel that is closed when a session of the database waits for a lock.
func lockWaits(t *testing.T, url string) <-chan struct{} {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	waits := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer c.Close(context.WithoutCancel(ctx))
		for n := 0; ctx.Err() == nil; {
			err := c.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE application_name = current_setting('application_name') AND wait_event_type = 'Lock'`).Scan(&n)
			if err == nil && n > 0 {
				close(waits)
				return
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return waits
}

// TestClaim_closes_no_lane_that_a_publication_holds halts a publication, of which another session writes the statements, before its message is written.
func TestClaim_closes_no_lane_that_a_publication_holds_on_PostgreSQL(t *testing.T) {
	url := postgrestest.URL(t)
	d := openURL(t, url, sqldb.Options{}, sqlbus.Options{})
	bustest.Declare(t, d, "q", "*")
	bustest.Publish(t, d, "a", "1")
	session, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close(context.WithoutCancel(t.Context()))
	tx, err := session.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT 1 FROM lane WHERE queue = 'q' AND tenant = 'a' FOR KEY SHARE`); err != nil {
		t.Fatal(err)
	}
	for range 2 { // nothing waits for the publication
		for _, m := range bustest.Claim(t, d, "q", 5) {
			if err := d.Done(t.Context(), m); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := tx.Exec(t.Context(), `INSERT INTO message (queue, tenant, id, event) VALUES ('q', 'a', '2', '{"id":"2","tenant":"a"}')`); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := bustest.Claim(t, d, "q", 5); len(got) != 1 || got[0].Event.ID != "2" {
		t.Errorf("claimed %+v, want event 2", got)
	}
}

// BenchmarkHorizon carries events through a queue, a hundred at a time, without and with a transaction beside them that keeps PostgreSQL from forgetting
// what was settled. It tells how many events a second there were in all, and in the last tenth.
func BenchmarkHorizon_on_PostgreSQL(b *testing.B) {
	const each = 100
	for _, held := range []bool{false, true} {
		b.Run(fmt.Sprint("held=", held), func(b *testing.B) {
			url := postgrestest.URL(b)
			db, err := sqldb.Open(b.Context(), url, sqldb.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			driver, err := sqlbus.New(b.Context(), db, sqlbus.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer driver.Close()
			d := bus.Queues{Driver: driver}
			bustest.Declare(b, d, "q", "*")
			if held {
				session, err := pgx.Connect(b.Context(), url)
				if err != nil {
					b.Fatal(err)
				}
				defer session.Close(context.WithoutCancel(b.Context()))
				if _, err := session.Exec(b.Context(), `BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM message`); err != nil {
					b.Fatal(err)
				}
			}
			b.ResetTimer()
			var took []time.Duration // of each hundred
			for i := range max(10, b.N/each) {
				began := time.Now()
				var ids []string
				for j := range each {
					ids = append(ids, fmt.Sprint(i, "-", j))
				}
				bustest.Publish(b, d, fmt.Sprint("t", i%5), ids...)
				var done sync.WaitGroup
				for _, m := range bustest.Claim(b, d, "q", each) {
					done.Go(func() {
						if err := d.Done(b.Context(), m); err != nil {
							b.Error(err)
						}
					})
				}
				done.Wait()
				took = append(took, time.Since(began))
			}
			rate := func(part []time.Duration) float64 {
				sum := time.Duration(0)
				for _, t := range part {
					sum += t
				}
				return float64(len(part)*each) / sum.Seconds()
			}
			b.ReportMetric(rate(took), "events/s")
			b.ReportMetric(rate(took[len(took)*9/10:]), "events/s-in-the-last-tenth")
		})
	}
}

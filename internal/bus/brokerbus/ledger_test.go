package brokerbus_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/bus/brokerbus"
	"animo/internal/bus/bustest"
	"animo/internal/bus/carrier"
	"animo/internal/bus/carrier/memcarrier"
	"animo/internal/table"
	"animo/internal/table/memtable"
)

// counting counts the calls of an engine.
type counting struct {
	table.Driver
	calls *atomic.Int64
}

func (c counting) Read(ctx context.Context, tenant string, keys ...table.Key) ([]table.Row, error) {
	c.calls.Add(1)
	return c.Driver.Read(ctx, tenant, keys...)
}

func (c counting) Scan(ctx context.Context, tenant, tbl string, r table.Range, p table.Page) ([]table.Row, bool, error) {
	c.calls.Add(1)
	return c.Driver.Scan(ctx, tenant, tbl, r, p)
}

func (c counting) Tallies(ctx context.Context, tenant, tbl string, r table.Range, p table.Page) ([]table.Tally, bool, error) {
	c.calls.Add(1)
	return c.Driver.Tallies(ctx, tenant, tbl, r, p)
}

func (c counting) Commit(ctx context.Context, tenant string, rev int64, ops ...table.Op) error {
	c.calls.Add(1)
	return c.Driver.Commit(ctx, tenant, rev, ops...)
}

// With 10,000 tenants that have something in the ledger but nothing to do now, what is asked again and again costs as few
// calls as with one.
func TestDriver_asks_no_tenant_in_particular(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		open := memTable(memtable.DynamoDB)(t)
		c := &cluster{t, func() table.Driver { return counting{open(), &calls} }, memcarrier.New(honest)}
		d := bus.Queues{Driver: c.open(brokerbus.Options{Look: 1000 * time.Hour})}
		bustest.Declare(t, d, "q", "*")
		for _, queue := range []string{"r", "s", "u", "v", "w", "x", "y"} { // as many as there are functions
			bustest.Declare(t, d, queue, "none")
		}
		var events []animo.Event
		const idle = 10_000
		for i := range idle {
			events = append(events, bustest.Event(fmt.Sprint("tenant-", i), "1"))
		}
		if err := d.Publish(t.Context(), events...); err != nil {
			t.Fatal(err)
		}
		if got, err := d.Claim(t.Context(), "q", idle, time.Hour); len(got) != idle || err != nil { // each has one that is being worked on
			t.Fatal(len(got), err)
		}
		cost := func(most int64, what string, do func() error) {
			t.Helper()
			before := calls.Load()
			if err := do(); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			if n := calls.Load() - before; n > most {
				t.Errorf("%s took %d calls at the table, want at most %d", what, n, most)
			} else {
				t.Logf("%s took %d calls", what, n)
			}
		}
		look := func() error { return d.Driver.(*brokerbus.Driver).Look(t.Context()) }
		depths := func(tenant string) func() error {
			return func() error {
				_, err := d.Depths(t.Context(), tenant)
				return err
			}
		}
		var got []bus.Delivery
		claim := func(n int) func() error {
			return func() (err error) {
				got, err = d.Claim(t.Context(), "q", n, time.Hour)
				return err
			}
		}
		cost(3, "a look", look)
		cost(4, "Depths of all", depths(""))
		cost(10, "Depths of one", depths("tenant-7"))
		cost(2, "a claim of nothing", claim(9))
		cost(5, "a publication", func() error { return d.Publish(t.Context(), bustest.Event("tenant-7", "2")) })
		cost(4, "a claim of one", claim(1))
		cost(2, "an Ack", func() error { return d.Done(t.Context(), got[0]) })
		for i := range 100 {
			bustest.Publish(t, d, fmt.Sprint("tenant-", i), "3")
		}
		cost(15, "a claim of 64 of 100 tenants, 11 in a commit", claim(64))
		if len(got) != 64 {
			t.Errorf("claimed %d events, want 64", len(got))
		}
		cost(5, "Depths of all while some wait", depths(""))
		if _, err := d.Claim(t.Context(), "q", 99, time.Hour); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		cost(2000, "a look that makes what 10,000 tenants have ready again, 11 in a commit", look)
		for i := range 3 {
			if err := d.RemoveTenant(t.Context(), fmt.Sprint("tenant-", i)); err != nil {
				t.Error(err)
			}
		}
	})
}

// Many who publish at once for one tenant may give several of its events the same turn, but never all.
func TestClaim_is_fair_though_many_publish_at_once(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{t, sqlTable(t), memcarrier.New(honest)}
		here, there := c.open(brokerbus.Options{}), c.open(brokerbus.Options{})
		bustest.Declare(t, here, "q", "*")
		const writers, each = 16, 20
		var writing sync.WaitGroup
		for w := range writers {
			writing.Go(func() {
				for i := range each {
					bustest.Publish(t, []bus.Driver{here, there}[w%2], "flood", fmt.Sprint(w, "/", i))
				}
			})
		}
		writing.Wait()
		bustest.Publish(t, here, "single", "1")
		for i := 1; ; i++ {
			got := bustest.Claim(t, here, "q", 1)
			if len(got) != 1 {
				t.Fatal("the single event is lost")
			}
			if got[0].Event.Tenant == "single" {
				t.Logf("it was claimed as number %d", i)
				break
			}
			if i > writers {
				t.Fatalf("a single event waits for %d of another tenant, more than its writers", i)
			}
		}
	})
}

// Where no ref ever arrives, the ledger is looked at all the same.
func TestDriver_works_though_every_ref_is_lost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{t, sqlTable(t), memcarrier.New(mute)}
		here, there := c.open(brokerbus.Options{}), c.open(brokerbus.Options{})
		bustest.Declare(t, here, "q", "*")
		wake := here.Wake("q")
		for i := range 3 {
			id := fmt.Sprint(i)
			bustest.Publish(t, there, "a", id)
			published := time.Now()
			var got []bus.Delivery
			for len(got) == 0 {
				<-wake
				got = bustest.Claim(t, here, "q", 1)
			}
			if took := time.Since(published); got[0].Event.ID != id || took > time.Second {
				t.Errorf("event %s came after %v, want %s within a second", got[0].Event.ID, took, id)
			}
			if err := (bus.Queues{Driver: here}).Done(t.Context(), got[0]); err != nil {
				t.Error(err)
			}
		}
	})
}

// recorder is a carrier that only remembers what was sent.
type recorder struct {
	carrier.Carrier
	mu   sync.Mutex
	sent []carrier.Ref
}

func (r *recorder) Send(_ context.Context, refs ...carrier.Ref) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, refs...)
	return nil
}

func (r *recorder) take() []carrier.Ref {
	r.mu.Lock()
	defer r.mu.Unlock()
	sent := r.sent
	r.sent = nil
	return sent
}

func TestDriver_sends_a_lost_ref_again(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := &recorder{}
		d := brokerbus.New(t.Context(), table.New(sqlTable(t)()), sent, brokerbus.Options{})
		defer d.Close()
		bustest.Declare(t, d, "q", "*")
		bustest.Publish(t, d, "acme", "photo of Ana")
		first := sent.take()
		if len(first) != 1 || first[0].Function != "q" || first[0].Tenant != "acme" || !first[0].NotBefore.IsZero() {
			t.Fatalf("sent %+v, want one ref", first)
		}
		if strings.Contains(first[0].Event, "Ana") {
			t.Errorf("the ref %+v tells the event's id, which nobody can erase at a broker", first[0])
		}
		time.Sleep(4 * time.Second)
		if refs := sent.take(); len(refs) != 0 {
			t.Errorf("sent %+v too early", refs)
		}
		time.Sleep(12 * time.Second)
		if refs := sent.take(); !slices.Equal(refs, first) {
			t.Errorf("sent %+v, want the ref once more", refs)
		}
		m := bustest.Claim(t, d, "q", 1)[0]
		pause := 300 * time.Millisecond
		if err := (bus.Queues{Driver: d}).Retry(t.Context(), m, pause, animo.Reason{Code: animo.Timeout}); err != nil {
			t.Fatal(err)
		}
		if refs := sent.take(); len(refs) != 1 || !refs[0].NotBefore.Equal(time.Now().Add(pause).Truncate(time.Millisecond)) {
			t.Errorf("sent %+v, want one ref for the end of the pause", refs)
		}
	})
}

func TestDelete_leaves_no_row_of_a_tenant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := sqlTable(t)
		c := &cluster{t, open, memcarrier.New(faulty)}
		d := bus.Queues{Driver: c.open(brokerbus.Options{})}
		bustest.Declare(t, d, "q", "*")
		bustest.Publish(t, d, "acme", "1", "2", "3", "4")
		bustest.Publish(t, d, "other", "1")
		held := bustest.Claim(t, d, "q", 4)
		for i, m := range held[:3] {
			if err := []error{d.Kill(t.Context(), m, animo.Reason{}), d.Return(t.Context(), m, time.Hour)}[min(i, 1)]; err != nil && animo.CodeOf(err) != animo.Conflict {
				t.Fatal(err)
			}
		}
		if err := d.RemoveTenant(t.Context(), "acme"); err != nil {
			t.Fatal(err)
		}
		rows, others := table.New(open()), 0
		for _, name := range []string{"messages", "ready", "due", "age", "dead"} {
			for row, err := range rows.Query(t.Context(), brokerbus.Ledger, name, table.Range{}, false) {
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(row.Key+string(row.Value), "acme") {
					t.Errorf("table %s still has %s: %s", name, row.Key, row.Value)
				}
				others++
			}
		}
		if others == 0 {
			t.Error("the other tenant's rows are gone, too")
		}
	})
}

// A machine whose clock is ahead takes no event whose lease is renewed in time; one that is further ahead takes it, and the
// other one can do nothing more.
func TestDriver_bears_clocks_that_differ(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const lease = 30 * time.Second
		ahead := func(by time.Duration) brokerbus.Options {
			return brokerbus.Options{Clock: func() time.Time { return time.Now().Add(by) }}
		}
		c := &cluster{t, sqlTable(t), memcarrier.New(honest)}
		here, near := c.open(brokerbus.Options{}), c.open(ahead(15*time.Second))
		bustest.Declare(t, here, "q", "*")
		bustest.Publish(t, here, "a", "1")
		got, err := here.Claim(t.Context(), "q", 1, lease)
		if len(got) != 1 || err != nil {
			t.Fatal(got, err)
		}
		for range 6 {
			time.Sleep(lease / 3)
			if err := here.Extend(t.Context(), got[0], lease); err != nil {
				t.Errorf("a clock that is 15 s ahead ends a lease of 30 s: %v", err)
			}
			if stolen := bustest.Claim(t, near, "q", 1); len(stolen) > 0 {
				t.Fatalf("a clock that is 15 s ahead steals %+v", stolen)
			}
		}
		far := c.open(ahead(time.Minute))
		if stolen := bustest.Claim(t, far, "q", 1); len(stolen) != 1 || stolen[0].Attempt != 2 {
			t.Fatalf("claimed %+v a minute ahead, want the event at attempt 2", stolen)
		}
		if err := (bus.Queues{Driver: here}).Done(t.Context(), got[0]); animo.CodeOf(err) != animo.Conflict {
			t.Errorf("a Done after that: %v, want conflict", err)
		}
	})
}

func TestDriver_a_clock_that_is_set_dates_dead_letters_and_ends_no_lease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := time.Date(2019, 5, 1, 12, 0, 0, 0, time.UTC)
		c := &cluster{t, sqlTable(t), memcarrier.New(honest)}
		d := c.open(brokerbus.Options{Now: func() time.Time { return at }})
		bustest.Declare(t, d, "q", "*")
		bustest.Publish(t, d, "a", "1")
		got := bustest.Claim(t, d, "q", 1)
		at = at.AddDate(1, 0, 0)
		if again := bustest.Claim(t, d, "q", 1); len(got) != 1 || len(again) != 0 {
			t.Fatalf("claimed %+v, and when the clock was set %+v", got, again)
		}
		if err := (bus.Queues{Driver: d}).Kill(t.Context(), got[0], animo.Reason{Code: animo.Invalid}); err != nil {
			t.Fatal(err)
		}
		if dead, err := (bus.Queues{Driver: d}).DeadLetter(t.Context(), "a", "q", "1"); err != nil || !dead.Time.Equal(at) {
			t.Errorf("died in %v, %v; want %v", dead.Time, err, at)
		}
	})
}

// A row that leads to no message can only come from a broken table. It costs a look at each claim, and holds nobody up.
func TestClaim_goes_past_a_row_that_leads_nowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := memTable(memtable.DynamoDB)(t)
		c := &cluster{t, open, memcarrier.New(honest)}
		d := c.open(brokerbus.Options{})
		bustest.Declare(t, d, "q", "*")
		rows, nowhere := table.New(open()), "q/000000000000/00000000000001/a/00000000000001/gone"
		if err := rows.Put(t.Context(), brokerbus.Ledger, "ready", table.Row{Key: nowhere}); err != nil {
			t.Fatal(err)
		}
		bustest.Publish(t, d, "a", "1", "2")
		if got := bustest.Claim(t, d, "q", 9); len(got) != 2 {
			t.Errorf("claimed %+v, want two events", got)
		}
		if err := rows.DeleteKey(t.Context(), brokerbus.Ledger, "ready", nowhere); err != nil {
			t.Fatal(err)
		}
	})
}

// A message that nobody can read is told of once, and holds nobody up.
func TestDriver_goes_past_a_message_that_cannot_be_read(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := memTable(memtable.DynamoDB)(t)
		var log strings.Builder
		c := memcarrier.New(honest).Open()
		d := bus.Queues{Driver: brokerbus.New(t.Context(), table.New(open()), c, brokerbus.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})}
		bustest.Declare(t, d, "q", "*")
		bustest.Publish(t, d, "a", "broken", "1", "2")
		rows := table.New(open())
		for row, err := range rows.Query(t.Context(), brokerbus.Ledger, "messages", table.Range{}, false) {
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(row.Value), "broken") {
				if err := rows.Put(t.Context(), brokerbus.Ledger, "messages", table.Row{Key: row.Key, Value: []byte("{")}); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, id := range []string{"1", "2"} {
			got := bustest.Claim(t, d, "q", 1)
			if len(got) != 1 || got[0].Event.ID != id {
				t.Fatalf("claimed %+v, want event %s", got, id)
			}
			if err := d.Done(t.Context(), got[0]); err != nil {
				t.Error(err)
			}
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if n := strings.Count(log.String(), "cannot be read"); n != 1 {
			t.Errorf("it was told %d times, want once: %s", n, log.String())
		}
	})
}

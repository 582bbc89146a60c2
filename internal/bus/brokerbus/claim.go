package brokerbus

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"time"

	"animo/internal/bus"
	"animo/internal/table"
)

// A lane is a tenant's messages that are ready in a queue: one lane of new ones and one of those that come again, which do
// not stand behind the new ones. Each message of a lane has a turn of its own, and a queue's messages are claimed turn by
// turn: so a tenant waits for one or two messages of each other tenant, whatever their backlog.
type lane struct {
	queue, tenant string
	again         bool
}

// seat calls set with the turn of each message that becomes ready. A lane begins at the turn that is being claimed; so does a
// lane that was empty for a while, however far it had come before.
func (d *Driver) seat(ctx context.Context, targets []messageID, set func(i int, turn int64), again bool) error {
	var queues []string
	tenants := map[string][]string{} // by queue
	for _, p := range targets {
		if tenants[p.queue] == nil {
			queues = append(queues, p.queue)
		}
		tenants[p.queue] = append(tenants[p.queue], p.tenant+"/") // as keys are sorted: "a-b/" before "a/"
	}
	next := map[lane]int64{}
	first := map[string]int64{} // by queue
	for _, queue := range queues {
		var err error
		if first[queue], err = d.turn(ctx, queue); err != nil {
			return err
		}
		if err := d.lengths(ctx, queue, slices.Min(tenants[queue]), slices.Max(tenants[queue]), next); err != nil {
			return err
		}
	}
	for i, p := range targets {
		l := lane{p.queue, p.tenant, again}
		set(i, first[p.queue]+next[l])
		next[l]++
	}
	return nil
}

// turn is the turn of a queue that is being claimed; 0 where nothing is ready.
func (d *Driver) turn(ctx context.Context, queue string) (int64, error) {
	for row, err := range d.rows.Query(ctx, ledger, readies, table.Range{Prefix: queue + "/"}, false) {
		if err != nil {
			return 0, err
		}
		t, err := parseTicket(row.Key)
		return t.turn, err
	}
	return 0, nil
}

// lengths reads how long the lines of a queue are, of those tenants whose names with a slash are from, to, or between.
func (d *Driver) lengths(ctx context.Context, queue, from, to string, lengths map[lane]int64) error {
	r := table.Range{From: queue + "/" + from, To: queue + "/" + strings.TrimSuffix(to, "/") + "0"} // "0" follows "/"
	for tally, err := range d.rows.Tallies(ctx, ledger, eachCounts, r) {
		if err != nil {
			return err
		}
		parts := strings.Split(tally.Key, "/")
		if s := state(parts[2]); s == ready || s == again {
			lengths[lane{queue, parts[1], s == again}] = tally.N
		}
	}
	return nil
}

// A ticket is a row of readies.
type ticket struct {
	turn         int64
	since, birth string
	messageID
}

func parseTicket(key string) (t ticket, err error) {
	parts := strings.Split(key, "/")
	if len(parts) != 6 {
		return t, fmt.Errorf("%q is no key of the table %s", key, readies)
	}
	_, err = fmt.Sscanf(parts[1], "%x", &t.turn)
	t.since, t.birth, t.messageID = parts[2], parts[4], messageID{parts[0], parts[3], parts[5]}
	return t, err
}

// leastWindow is how many tickets a claim looks at, at least.
const leastWindow = 64

// Claim implements bus.Driver.
func (d *Driver) Claim(ctx context.Context, queue string, n int, lease time.Duration) ([]bus.Delivery, error) {
	if err := d.open(); err != nil || n <= 0 {
		return nil, err
	}
	got, err := d.claim(ctx, queue, n, lease)
	if len(got) > 0 { // these are leased already; the next call meets the error again
		return got, nil
	}
	return nil, err
}

// claim is Claim, and returns what it leased also where it fails later.
func (d *Driver) claim(ctx context.Context, queue string, n int, lease time.Duration) (got []bus.Delivery, err error) {
	token := rand.Text()
	passed := map[messageID]bool{} // messages that others took first, that cannot be read, or that are not there
	contested := false             // others took some
	for len(got) < n {
		more, err := d.bring(ctx)
		if err != nil {
			return got, err
		}
		tickets, err := d.window(ctx, part(queue), max(leastWindow, 2*(n-len(got)))+len(passed))
		if err != nil {
			return got, err
		}
		tickets = slices.DeleteFunc(tickets, func(t ticket) bool { return passed[t.messageID] })
		switch {
		case len(tickets) == 0 && more:
			continue
		case len(tickets) == 0:
			return got, nil
		case contested: // in another order this worker is less likely to want the others' messages again
			mathrand.Shuffle(len(tickets), func(i, j int) { tickets[i], tickets[j] = tickets[j], tickets[i] })
		}
		tickets = tickets[:min(n-len(got), len(tickets))]
		taken, met, err := d.take(ctx, queue, tickets, lease, token)
		got, contested = append(got, taken...), contested || met
		if err != nil {
			return got, err
		}
		if len(taken) < len(tickets) {
			for _, t := range tickets {
				passed[t.messageID] = true
			}
		}
	}
	return got, nil
}

// window returns up to n tickets in the order in which they are claimed. Turns say when a tenant is served, and births which
// of its messages: within the window a tenant's oldest message takes the tenant's first ticket.
func (d *Driver) window(ctx context.Context, queue string, n int) ([]ticket, error) {
	var tickets []ticket
	of := map[string][]int{} // where a tenant's tickets are
	for row, err := range d.rows.Query(ctx, ledger, readies, table.Range{Prefix: queue + "/"}, false) {
		if err != nil {
			return nil, err
		}
		t, err := parseTicket(row.Key)
		if err != nil {
			return nil, err
		}
		of[t.tenant] = append(of[t.tenant], len(tickets))
		if tickets = append(tickets, t); len(tickets) == n {
			break
		}
	}
	ordered := make([]ticket, len(tickets))
	for _, at := range of {
		own := make([]ticket, len(at))
		for i, k := range at {
			own[i] = tickets[k]
		}
		slices.SortStableFunc(own, func(a, b ticket) int { return strings.Compare(a.birth, b.birth) })
		for i, k := range at {
			ordered[k] = own[i]
		}
	}
	return ordered, nil
}

// take leases messages that are still ready, and returns them in the order of the tickets. contested says that others took
// some of them first.
func (d *Driver) take(ctx context.Context, queue string, tickets []ticket, lease time.Duration, token string) (got []bus.Delivery, contested bool, err error) {
	targets := make([]messageID, len(tickets))
	for i, t := range tickets {
		targets[i] = t.messageID
	}
	taken := make([]*bus.Delivery, len(tickets))
	err = d.changeAll(ctx, targets, func(i int, m *message) (bool, error) {
		taken[i] = nil
		if m.State != ready {
			contested = contested || m.State != none
			return false, nil
		}
		m.State, m.Since, m.Due, m.Token, m.Turn = leased, d.nextStamp(), d.now()+lease.Milliseconds(), token, 0
		m.Attempt++
		taken[i] = &bus.Delivery{Queue: queue, Attempt: m.Attempt, Last: m.last(), Token: token}
		return true, json.Unmarshal(m.Event, &taken[i].Event)
	}, func(changed []messageID) {
		for _, p := range changed {
			got = append(got, *taken[slices.Index(targets, p)])
		}
	})
	return got, contested, err
}

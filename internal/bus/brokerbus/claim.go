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

// A line is a tenant's messages that are ready in a queue: one line of new ones and one of those that come again, which do
// not stand behind the new ones. Each message of a line has a turn of its own, and a queue's messages are claimed turn by
// turn: so a tenant waits for one or two messages of each other tenant, whatever their backlog.
type line struct {
	queue, tenant string
	again         bool
}

// seat tells the turn of each message that becomes ready. A line begins at the turn that is being claimed; so does one
// that was empty for a while, however far it had come before.
func (d *Driver) seat(ctx context.Context, places []place, set func(i int, turn int64), again bool) error {
	var queues []string
	tenants := map[string][]string{} // by queue
	for _, p := range places {
		if tenants[p.queue] == nil {
			queues = append(queues, p.queue)
		}
		tenants[p.queue] = append(tenants[p.queue], p.tenant+"/") // as keys are sorted: "a-b/" before "a/"
	}
	next := map[line]int64{}
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
	for i, p := range places {
		l := line{p.queue, p.tenant, again}
		set(i, first[p.queue]+next[l])
		next[l]++
	}
	return nil
}

// turn is the one of a queue that is being claimed; 0 where nothing is ready.
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
func (d *Driver) lengths(ctx context.Context, queue, from, to string, lengths map[line]int64) error {
	r := table.Range{From: queue + "/" + from, To: queue + "/" + strings.TrimSuffix(to, "/") + "0"} // "0" follows "/"
	for tally, err := range d.rows.Tallies(ctx, ledger, eachCounts, r) {
		if err != nil {
			return err
		}
		parts := strings.Split(tally.Key, "/")
		if s := state(parts[2]); s == ready || s == again {
			lengths[line{queue, parts[1], s == again}] = tally.N
		}
	}
	return nil
}

// A ticket is a row of readies.
type ticket struct {
	turn         int64
	since, birth string
	place
}

func parseTicket(key string) (t ticket, err error) {
	parts := strings.Split(key, "/")
	if len(parts) != 6 {
		return t, fmt.Errorf("%q is no key of the table %s", key, readies)
	}
	_, err = fmt.Sscanf(parts[1], "%x", &t.turn)
	t.since, t.birth, t.place = parts[2], parts[4], place{parts[0], parts[3], parts[5]}
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
	if len(got) > 0 { // they are leased; the next call meets the error again
		return got, nil
	}
	return nil, err
}

// claim is Claim, and gives what it leased also where it failed later.
func (d *Driver) claim(ctx context.Context, queue string, n int, lease time.Duration) (got []bus.Delivery, err error) {
	token := rand.Text()
	passed := map[place]bool{} // what others took first, what cannot be read, and what leads nowhere
	contested := false         // whether others took some
	for len(got) < n {
		more, err := d.bring(ctx)
		if err != nil {
			return got, err
		}
		tickets, err := d.window(ctx, part(queue), max(leastWindow, 2*(n-len(got)))+len(passed))
		if err != nil {
			return got, err
		}
		tickets = slices.DeleteFunc(tickets, func(t ticket) bool { return passed[t.place] })
		switch {
		case len(tickets) == 0 && more:
			continue
		case len(tickets) == 0:
			return got, nil
		case contested: // who goes elsewhere does not meet the others again
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
				passed[t.place] = true
			}
		}
	}
	return got, nil
}

// window gives up to n tickets in the order in which they are claimed. Turns say when a tenant is served, and births which
// of its messages: within the window the oldest of a tenant takes its first ticket.
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

// take leases messages that are still ready, and gives them in the order of the tickets. contested is whether others took
// some of them first.
func (d *Driver) take(ctx context.Context, queue string, tickets []ticket, lease time.Duration, token string) (got []bus.Delivery, contested bool, err error) {
	places := make([]place, len(tickets))
	for i, t := range tickets {
		places[i] = t.place
	}
	taken := make([]*bus.Delivery, len(tickets))
	err = d.changeAll(ctx, places, func(i int, m *message) (bool, error) {
		taken[i] = nil
		if m.State != ready {
			contested = contested || m.State != none
			return false, nil
		}
		m.State, m.Since, m.Due, m.Token, m.Turn = leased, d.nextStamp(), d.now()+lease.Milliseconds(), token, 0
		m.Attempt++
		taken[i] = &bus.Delivery{Queue: queue, Attempt: m.Attempt, Last: m.last(), Token: token}
		return true, json.Unmarshal(m.Event, &taken[i].Event)
	}, func(changed []place) {
		for _, p := range changed {
			got = append(got, *taken[slices.Index(places, p)])
		}
	})
	return got, contested, err
}

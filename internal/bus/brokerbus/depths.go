package brokerbus

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"animo/internal/bus"
	"animo/internal/table"
)

// Held returns how many messages the ledger in a table holds, dead letters among them, whoever opens it.
func Held(ctx context.Context, rows *table.Table) (n int64, err error) {
	for tally, err := range rows.Tallies(ctx, ledger, allCounts, table.Range{}) {
		if err != nil {
			return 0, err
		}
		n += tally.N
	}
	return n, nil
}

// Depths implements bus.Driver. What has waited long enough, or whose lease has ended, counts as ready. Its cost does not
// depend on the number of tenants: one call for the tallies of all, one for a queue where one tenant is asked for, one for
// what is due, and one for each queue that has an oldest event.
func (d *Driver) Depths(ctx context.Context, tenant string) ([]bus.Depth, error) {
	if err := d.open(); err != nil {
		return nil, err
	}
	queues, err := d.queues(ctx)
	if err != nil {
		return nil, err
	}
	depths := map[string]*bus.Depth{} // by queue as it stands in keys
	for name := range queues {
		depths[part(name)] = &bus.Depth{Queue: name}
	}
	if err := d.countAll(ctx, tenant, depths); err != nil {
		return nil, err
	}
	waits := map[string]bool{} // queues with an event in ages
	for queue, depth := range depths {
		waits[queue] = depth.Ready+depth.Waiting > 0
	}
	if err := d.countDue(ctx, tenant, depths); err != nil {
		return nil, err
	}
	for queue, depth := range depths {
		if !waits[queue] {
			continue
		}
		at, err := d.oldest(ctx, queue, tenant)
		if err != nil {
			return nil, err
		}
		depth.Oldest = earlier(depth.Oldest, at)
	}
	list := make([]bus.Depth, 0, len(depths))
	for _, name := range slices.Sorted(maps.Keys(queues)) {
		list = append(list, *depths[part(name)])
	}
	return list, nil
}

// countAll fills in the counts of the tallies.
func (d *Driver) countAll(ctx context.Context, tenant string, depths map[string]*bus.Depth) error {
	add := func(counts string, r table.Range) error {
		for tally, err := range d.rows.Tallies(ctx, ledger, counts, r) {
			if err != nil {
				return err
			}
			parts := strings.Split(tally.Key, "/")
			depth, n := depths[parts[0]], int(tally.N)
			if depth == nil {
				continue
			}
			switch state(parts[len(parts)-1]) {
			case ready, again:
				depth.Ready += n
				depth.Retrying += int(tally.Sum)
			case waiting:
				depth.Waiting += n
				depth.Retrying += int(tally.Sum)
			case leased:
				depth.Running += n
			case dead:
				depth.Dead += n
			}
		}
		return nil
	}
	if tenant == "" {
		return add(allCounts, table.Range{})
	}
	for queue := range depths {
		if err := add(eachCounts, table.Range{Prefix: queue + "/" + part(tenant) + "/"}); err != nil {
			return err
		}
	}
	return nil
}

// countDue counts as ready what the ledger still has as waiting or leased, though it is due.
func (d *Driver) countDue(ctx context.Context, tenant string, depths map[string]*bus.Depth) error {
	for row, err := range d.rows.Query(ctx, ledger, dues, table.Range{To: dueKey(d.now() + 1)}, false) {
		if err != nil {
			return err
		}
		_, p, err := parseDue(row.Key)
		if err != nil {
			return err
		}
		depth := depths[p.queue]
		if depth == nil || tenant != "" && p.tenant != part(tenant) {
			continue
		}
		var what due
		if err := table.Decode(dues, row, &what); err != nil {
			return err
		}
		depth.Ready++
		if what.State == waiting {
			depth.Waiting = max(0, depth.Waiting-1)
			continue
		}
		depth.Running = max(0, depth.Running-1)
		depth.Retrying++
		depth.Oldest = earlier(depth.Oldest, what.Time)
	}
	return nil
}

// mostAges is how many events that are older than a tenant's own are looked at to find its oldest.
const mostAges = 4096

// oldest is the time of the oldest event of a queue that is ready or waits, of a tenant or of all. Where very many events of
// others are older, it is the time of one of those.
func (d *Driver) oldest(ctx context.Context, queue, tenant string) (at time.Time, err error) {
	looked := 0
	for row, err := range d.rows.Query(ctx, ledger, ages, table.Range{Prefix: queue + "/"}, false) {
		if err != nil {
			return at, err
		}
		looked++
		own := tenant == "" || strings.Split(row.Key, "/")[2] == part(tenant)
		if own || looked == mostAges {
			return time.Parse(time.RFC3339Nano, string(row.Value))
		}
	}
	return at, nil
}

// earlier is the earlier of two times, a zero one being none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

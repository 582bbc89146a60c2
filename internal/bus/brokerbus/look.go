package brokerbus

import (
	"context"
	"strings"
	"time"

	"animo/internal/bus/carrier"
	"animo/internal/table"
)

// Wake implements bus.Driver. A process that asks for a queue's channel works on the queue: from then on the Driver receives
// refs to it.
func (d *Driver) Wake(queue string) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, ok := d.wakes[queue]
	if !ok {
		c = make(chan struct{}, 1)
		d.wakes[queue] = c
		if !d.closed.Load() {
			d.keep("carrier", func() { d.receive(queue, c) })
		}
	}
	return c
}

// wake wakes a queue that somebody here works on, and reports whether somebody does.
func (d *Driver) wake(queue string) bool {
	d.mu.Lock()
	c, ok := d.wakes[queue]
	d.mu.Unlock()
	if ok {
		signal(c)
	}
	return ok
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it has a signal already
	}
}

// The shortest and longest pause after the carrier failed, and how long it may take to take refs.
const (
	shortPause = 100 * time.Millisecond
	longPause  = 10 * time.Second
	ringTime   = 2 * time.Second
)

// receive wakes a queue whenever refs to it arrive. It does not look at what they name, because the ledger says better what is
// ready, and who is next. So a ref is done as soon as it arrives.
func (d *Driver) receive(queue string, wake chan struct{}) {
	const atOnce = 64
	for pause := shortPause; d.ctx.Err() == nil; {
		refs, err := d.carrier.Receive(d.ctx, queue, atOnce)
		if err != nil { // until it works again, watch wakes the queue
			timer := time.NewTimer(pause)
			select {
			case <-timer.C:
			case <-d.ctx.Done():
			}
			timer.Stop()
			pause = min(2*pause, longPause)
			continue
		}
		pause = shortPause
		if len(refs) > 0 {
			signal(wake)
			_ = d.carrier.Done(d.ctx, refs...) // after an error they come again, and wake the queue for nothing
		}
	}
}

// ring makes known that messages may be claimed, now or at a time: it wakes the queues that this process works on, and sends refs
// for the others. A ref that the carrier does not take counts as lost; lookOnce makes up for it.
func (d *Driver) ring(ctx context.Context, notBefore time.Time, targets ...messageID) {
	if len(targets) == 0 {
		return
	}
	refs := make([]carrier.Ref, len(targets))
	for i, p := range targets {
		refs[i] = carrier.Ref{Function: named(p.queue), Tenant: named(p.tenant), Event: p.event, NotBefore: notBefore}
		if notBefore.IsZero() {
			d.wake(refs[i].Function)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, ringTime)
	defer cancel()
	_ = d.carrier.Send(ctx, refs...)
}

// watch looks at the ledger every so often, and sooner when a pause or a lease ends sooner.
func (d *Driver) watch(every time.Duration) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-d.ctx.Done():
			return
		case <-d.look:
		case <-timer.C:
		}
		// Where the table fails, the next look asks it again; claims and publications answer its error meanwhile.
		next, _ := d.lookOnce(d.ctx, every)
		timer.Reset(next)
	}
}

// lookOnce makes ready what is due and wakes the queues that have something ready, whoever published it and whatever became
// of its ref. It returns after what time to look again, no longer than every. Its cost does not depend on the number of tenants:
// one call for what is due, one for the queues that have something ready, and for each of those that this process does not
// work on at most one in ten seconds.
func (d *Driver) lookOnce(ctx context.Context, every time.Duration) (next time.Duration, err error) {
	for more := true; more; {
		if more, err = d.bring(ctx); err != nil {
			return every, err
		}
	}
	for tally, err := range d.rows.Tallies(ctx, ledger, allCounts, table.Range{}) {
		if err != nil {
			return every, err
		}
		queue, s, _ := strings.Cut(tally.Key, "/")
		if tally.N <= 0 || state(s) != ready && state(s) != again || d.wake(named(queue)) {
			continue
		}
		if err := d.ringAgain(ctx, queue); err != nil {
			return every, err
		}
	}
	return d.untilNext(ctx, every)
}

// mostDue is how many messages are made ready before others are looked at.
const mostDue = 1024

// bring makes ready the messages whose pause or lease has ended, in all queues, and reports whether there may be more of them. A
// token stays, for held.
func (d *Driver) bring(ctx context.Context) (more bool, err error) {
	now := d.now()
	var targets []messageID
	for row, err := range d.rows.Query(ctx, ledger, dues, table.Range{To: dueKey(now + 1)}, false) {
		if err != nil {
			return false, err
		}
		_, p, err := parseDue(row.Key)
		if err != nil {
			return false, err
		}
		if targets = append(targets, p); len(targets) == mostDue {
			more = true
			break
		}
	}
	turns := make([]int64, len(targets))
	if err := d.seat(ctx, targets, func(i int, turn int64) { turns[i] = turn }, true); err != nil {
		return false, err
	}
	return more, d.changeAll(ctx, targets, func(i int, m *message) (bool, error) {
		if m.State != waiting && m.State != leased || m.Due > now {
			return false, nil
		}
		m.State, m.Since, m.Again, m.Turn, m.Due = ready, d.nextStamp(), true, turns[i], 0
		return true, nil
	}, func(changed []messageID) { d.ring(ctx, time.Time{}, changed...) })
}

// untilNext is how long it takes until the next pause or lease ends, and no longer than most.
func (d *Driver) untilNext(ctx context.Context, most time.Duration) (time.Duration, error) {
	for row, err := range d.rows.Query(ctx, ledger, dues, table.Range{}, false) {
		if err != nil {
			return most, err
		}
		at, _, err := parseDue(row.Key)
		left := time.Duration(at-d.now()) * time.Millisecond
		if left <= 0 { // the message became due just now, or cannot be read
			left = shortPause
		}
		return min(most, left), err
	}
	return most, nil
}

// Where this process does not work on a queue, the ref of a message that is ready for lostAfter counts as lost. It is sent again
// every ringEvery.
const (
	lostAfter = 5 * time.Second
	ringEvery = 10 * time.Second
)

// ringAgain sends the refs of the first messages of a queue again.
func (d *Driver) ringAgain(ctx context.Context, queue string) error {
	now := d.clock()
	d.mu.Lock()
	recent := now.Sub(d.rung[queue]) < ringEvery
	if !recent {
		d.rung[queue] = now
	}
	d.mu.Unlock()
	if recent {
		return nil
	}
	const most = 64
	var targets []messageID
	looked := 0
	for row, err := range d.rows.Query(ctx, ledger, readies, table.Range{Prefix: queue + "/"}, false) {
		if err != nil {
			return err
		}
		t, err := parseTicket(row.Key)
		if err != nil {
			return err
		}
		if t.since < stampOf(now.Add(-lostAfter)) {
			targets = append(targets, t.messageID)
		}
		if looked++; looked == most {
			break
		}
	}
	d.ring(ctx, time.Time{}, targets...)
	return nil
}

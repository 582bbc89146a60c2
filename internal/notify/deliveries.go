package notify

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"animo"
	"animo/internal/table"
)

// Delivery is an element of a subscription's log: something that waits to be told or was told, or a note of why nothing is
// told.
type Delivery struct {
	ID       int64         // the place in the log, from 1; replays have places of their own
	Kind     string        // face, opinion, replay, test, notice or state
	Message  string        // the id that the receiver is shown; a replay has that of what it repeats
	Type     string        // of the event
	Face     string        // "" where the delivery is of no face
	Added    time.Time     // when it was put into the line
	Outcome  Outcome       // what became of it
	Settled  time.Time     // when it was told; zero for a part of a digest
	Attempts int           // how many were made
	Last     *Attempt      // nil where no attempt was made
	Notice   *animo.Reason // what a notice or a state says
}

// Deliveries lists a subscription's log, the newest first, at most limit of it, beginning before the ID `before`,
// or with the newest for 0. A page may be short, even empty, before the end, because what told of erased photos is
// left out: next is 0 at the end only.
func (n *Notifier) Deliveries(ctx context.Context, tenant, id string, before int64, limit int) (page []Delivery, next int64, err error) {
	if _, err := n.subscription(ctx, tenant, id); err != nil {
		return nil, 0, err
	}
	l, err := n.line(ctx, lineID{tenant, id})
	if err != nil {
		return nil, 0, err
	}
	first, last, err := n.tables.LogEnd(ctx, tenant, outboxLog(id))
	if err != nil {
		return nil, 0, err
	}
	if before <= 0 || before > last+1 {
		before = last + 1
	}
	from := max(first, before-int64(limit))
	if last == 0 || from >= before {
		return nil, 0, nil
	}
	places, err := n.tables.Log(ctx, tenant, outboxLog(id), from-1, int(before-from))
	if err != nil {
		return nil, 0, err
	}
	for _, p := range slices.Backward(places) {
		_, parcel, err := n.parcel(ctx, tenant, p)
		if animo.CodeOf(err) == animo.NotFound {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		page = append(page, view(p, parcel, l.Position))
	}
	if from > first {
		next = from
	}
	return page, next, nil
}

func view(at table.Logged, p parcel, position int64) Delivery {
	d := Delivery{
		ID: at.Seq, Kind: string(p.Kind), Message: p.ID, Type: p.Type, Face: faceOf(at.Key), Added: p.Added,
		Outcome: p.Outcome, Settled: p.Settled, Attempts: p.Attempts, Last: p.Last, Notice: p.Notice,
	}
	if p.Kind == ofFace {
		d.Kind = "face"
	}
	if p.Outcome == Waits && at.Seq <= position {
		d.Outcome = Told // in a digest
	}
	return d
}

// Replay puts a delivery at the end of the line once more, under the same message id. It answers NotFound for a delivery
// that is not kept, and Invalid for one that is a test, a notice or a state. A delivery that still waits stays where it is.
func (n *Notifier) Replay(ctx context.Context, tenant, id string, delivery int64) error {
	l, err := n.replayable(ctx, tenant, id)
	if err != nil {
		return err
	}
	places, err := n.tables.Log(ctx, tenant, outboxLog(id), delivery-1, 1)
	if err != nil {
		return err
	}
	missing := animo.Errorf(animo.NotFound, "there is no delivery %d any more", "ya no existe la entrega %d", delivery).Of("delivery")
	if len(places) == 0 || places[0].Seq != delivery {
		return missing
	}
	_, p, err := n.parcel(ctx, tenant, places[0])
	if animo.CodeOf(err) == animo.NotFound {
		return missing
	}
	if err != nil {
		return err
	}
	if p.Data == nil || p.Kind != ofFace && p.Kind != ofWork && p.Kind != ofReplay {
		return animo.Errorf(animo.Invalid, "delivery %d tells nothing that happened, so it is not told again", "la entrega %d no cuenta nada que haya pasado, así que no se repite", delivery).Of("delivery")
	}
	if delivery > l.Position && p.Outcome == Waits {
		return nil
	}
	e, err := n.again(ctx, lineID{tenant, id}, places[0].Key, p, l.Position)
	if err != nil {
		return err
	}
	_, err = n.tables.Add(ctx, tenant, outboxTable, e)
	n.turns.wake(lineID{tenant, id})
	return err
}

// ReplaySince puts everything that was told, and that was put into the line at a time or later, at the end of the line once
// more, as far as the log goes back. It returns how many those are.
func (n *Notifier) ReplaySince(ctx context.Context, tenant, id string, since time.Time) (count int, err error) {
	l, err := n.replayable(ctx, tenant, id)
	if err != nil {
		return 0, err
	}
	last, err := n.tables.LogLast(ctx, tenant, outboxLog(id))
	if err != nil {
		return 0, err
	}
	for after := int64(0); after < last; {
		places, err := n.tables.Log(ctx, tenant, outboxLog(id), after, lineBatch)
		if err != nil || len(places) == 0 {
			return count, err
		}
		var entries []table.Entry
		for _, at := range places {
			after = at.Seq
			_, p, err := n.parcel(ctx, tenant, at)
			waits := p.Outcome == Waits && at.Seq > l.Position
			if animo.CodeOf(err) == animo.NotFound || err == nil && (waits || p.Kind != ofFace && p.Kind != ofWork || p.Data == nil || p.Added.Before(since)) {
				continue
			}
			if err != nil {
				return count, err
			}
			e, err := n.again(ctx, lineID{tenant, id}, at.Key, p, l.Position)
			if err != nil {
				return count, err
			}
			entries = append(entries, e)
		}
		added, err := n.tables.Add(ctx, tenant, outboxTable, entries...)
		if count += added; err != nil {
			return count, err
		}
	}
	n.turns.wake(lineID{tenant, id})
	return count, nil
}

// replayable reads the line of a subscription, or answers Conflict where its recipient unsubscribed.
func (n *Notifier) replayable(ctx context.Context, tenant, id string) (*line, error) {
	sub, err := n.subscription(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	if sub.State == Unsubscribed {
		return nil, errUnsubscribed()
	}
	return n.line(ctx, lineID{tenant, id})
}

// again is the entry of a parcel's replay. The key holds up to where the line is settled and how many replays of the parcel
// were told, so that a request that comes twice before the replay is told adds nothing.
func (n *Notifier) again(ctx context.Context, at lineID, key string, p parcel, position int64) (table.Entry, error) {
	first, _, _ := strings.Cut(key, "~")
	told, prefix := 0, first+"~"
	for row, err := range table.JSONRows[parcel](ctx, n.tables, at.tenant, outboxTable, table.Range{Prefix: prefix}, false) {
		if err != nil {
			return table.Entry{}, err
		}
		if row.Value.Outcome == Told {
			told++
		}
	}
	return entry(prefix+strconv.FormatInt(position, 10)+"~"+strconv.Itoa(told), at.subscription,
		parcel{Kind: ofReplay, ID: p.ID, Type: p.Type, Time: p.Time, Added: n.now().UTC(), Data: p.Data})
}

// Test tells a subscriber of a made-up face, or training, at once, past the line, and returns the delivery with how that went.
func (n *Notifier) Test(ctx context.Context, tenant, id string) (Delivery, error) {
	sub, err := n.subscription(ctx, tenant, id)
	if err != nil {
		return Delivery{}, err
	}
	if sub.State == Unsubscribed {
		return Delivery{}, errUnsubscribed()
	}
	now := n.now().UTC()
	what := "test-" + animo.Moment(now)
	data, err := json.Marshal(sub.Filter.example(tenant, now))
	if err != nil {
		return Delivery{}, err
	}
	p := parcel{Kind: ofTest, ID: messageID(tenant, id, what), Type: "subscription.test", Time: now, Added: now, Data: data, Attempts: 1, Outcome: Untold}
	a := n.send(ctx, tenant, sub, p)
	if p.Last = &a.Attempt; a.Reason == nil {
		p.Outcome, p.Settled = Told, a.Time
	}
	e, err := entry(otherKey(what, id), id, p)
	if err != nil {
		return Delivery{}, err
	}
	if _, err := n.tables.Add(ctx, tenant, outboxTable, e); err != nil {
		return Delivery{}, err
	}
	last, err := n.tables.LogLast(ctx, tenant, outboxLog(id))
	n.turns.wake(lineID{tenant, id}) // so that the line's position passes it
	return view(table.Logged{Seq: last, Key: e.Key}, p, 0), err
}

func errUnsubscribed() error {
	return animo.Errorf(animo.Conflict, "its recipient wants no more mail; that cannot be undone", "su destinatario no quiere más correo; eso no se puede deshacer").Of("id")
}

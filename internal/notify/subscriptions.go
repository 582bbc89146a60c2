package notify

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"animo"
	"animo/internal/cluster"
	"animo/internal/erasures"
	"animo/internal/table"
)

const (
	secretMark  = "whsec_"       // begins a secret as people see it; Standard Webhooks gives 24 to 64 bytes of one
	secretBytes = 32             //
	oldSecret   = 24 * time.Hour // for which a secret holds after a newer one was made
	maxSecrets  = 8              // that hold at once; of more, the oldest do not hold any more
)

// Add makes a subscription of the tenant. For a webhook it also returns the secret of the signatures, which is never shown
// again. It answers Invalid, Forbidden or Unsupported for a spec that cannot be, Conflict where a subscription tells the
// same to the same target already, and Quota where the tenant has as many as it may.
func (n *Notifier) Add(ctx context.Context, tenant string, spec Spec) (s Subscription, secret string, err error) {
	if spec, err = n.check(spec); err != nil {
		return s, "", err
	}
	n.adds.Lock()
	defer n.adds.Unlock()
	list, err := n.subscriptions(ctx, tenant)
	if err != nil {
		return s, "", err
	}
	for _, other := range list {
		if other.State != Unsubscribed && other.Kind == spec.Kind && other.Target == spec.Target && other.Filter.equal(spec.Filter) {
			return s, "", animo.Errorf(animo.Conflict, "subscription %s tells the same to the same already", "la suscripción %s ya cuenta lo mismo al mismo destino", other.ID).Of("target")
		}
	}
	if len(list) >= n.limits.Subscriptions {
		return s, "", animo.Errorf(animo.Quota, "there are %d subscriptions, as many as may be; remove one first", "hay %d suscripciones, el máximo; quite una antes", len(list))
	}
	now := n.now().UTC()
	var tail [4]byte
	_, _ = rand.Read(tail[:]) // it never fails
	sub := stored{Subscription: Subscription{ID: animo.Moment(now) + "-" + hex.EncodeToString(tail[:]), Spec: spec, State: Active, Created: now}}
	if secret, err = n.newSecret(ctx, tenant, &sub, now); err != nil {
		return s, "", err
	}
	err = n.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		return errors.Join(tx.PutJSON(linesTable, sub.ID, line{}), tx.PutJSON(subscriptionsTable, sub.ID, sub))
	})
	if err != nil {
		return s, "", err
	}
	if spec.Kind != Webhook {
		secret = ""
	}
	return sub.Subscription, secret, nil
}

// newSecret puts a new secret before those that still hold, sealed where secrets are, and returns it as people see it. Each older
// secret holds for a day of its own, however many are made meanwhile: a client that asks again because no answer came does not end the
// secret in use.
func (n *Notifier) newSecret(ctx context.Context, tenant string, s *stored, now time.Time) (string, error) {
	key := make([]byte, secretBytes)
	_, _ = rand.Read(key)
	list := []secret{{Key: key}}
	if s.Kind == Webhook {
		seals, err := n.master.seals(ctx)
		if err == nil && seals {
			list[0].Key, err = n.master.seal(tenant, s.ID, key)
		}
		if err != nil {
			return "", err
		}
	}
	for _, old := range s.Secrets {
		if old.Until.IsZero() {
			old.Until = now.Add(oldSecret).UTC()
		}
		if old.Until.After(now) && len(list) < maxSecrets {
			list = append(list, old)
		}
	}
	s.Secrets = list
	return secretMark + base64.StdEncoding.EncodeToString(key), nil
}

// List returns the tenant's subscriptions, the oldest first, each with the state of its line.
func (n *Notifier) List(ctx context.Context, tenant string) ([]Subscription, error) {
	list, err := n.subscriptions(ctx, tenant)
	out := make([]Subscription, 0, len(list))
	for _, s := range list {
		if err == nil {
			err = n.fillLine(ctx, tenant, &s)
		}
		out = append(out, s.Subscription)
	}
	return out, err
}

// Get returns one subscription with the state of its line, or answers NotFound.
func (n *Notifier) Get(ctx context.Context, tenant, id string) (Subscription, error) {
	s, err := n.subscription(ctx, tenant, id)
	if err == nil {
		err = n.fillLine(ctx, tenant, &s)
	}
	return s.Subscription, err
}

// fillLine fills in the state of a subscription's line.
func (n *Notifier) fillLine(ctx context.Context, tenant string, s *stored) error {
	if s.State == Unsubscribed { // what is left in its line is told to nobody
		return nil
	}
	l, err := n.line(ctx, lineID{tenant, s.ID})
	if animo.CodeOf(err) == animo.NotFound { // it is being removed
		return nil
	}
	if err != nil {
		return err
	}
	if s.Kind == Webhook && s.State == Active {
		if _, err := n.master.keys(tenant, *s, n.now()); err != nil {
			why := animo.ReasonOf(err)
			s.Reason = &why
		}
	}
	last, err := n.tables.LogLast(ctx, tenant, outboxLog(s.ID))
	s.Waiting, s.Failing, s.Next = max(0, last-l.Position), l.Since, l.Next
	return err
}

// Rotate makes a new secret for a webhook's signatures and returns it, once. For a day, messages are signed with the secret
// before it, too.
func (n *Notifier) Rotate(ctx context.Context, tenant, id string) (secret string, err error) {
	err = n.change(ctx, tenant, id, func(_ *table.Tx, s *stored) error {
		if s.Kind != Webhook {
			return animo.Errorf(animo.Invalid, "only a webhook has a secret", "solo un webhook tiene secreto").Of("id")
		}
		secret, err = n.newSecret(ctx, tenant, s, n.now())
		return err
	})
	if err != nil {
		return "", err
	}
	n.turns.wake(lineID{tenant, id}) // it may have waited for a secret that opens
	return secret, nil
}

// Resume ends a subscription's pause, so that its subscriber is told at once what waits. Where the line waits after a failed
// attempt, Resume ends that wait, too. It answers Conflict where the recipient unsubscribed.
func (n *Notifier) Resume(ctx context.Context, tenant, id string) error {
	err := n.change(ctx, tenant, id, func(tx *table.Tx, s *stored) error {
		if s.State == Unsubscribed {
			return errUnsubscribed()
		}
		s.State, s.Reason, s.Since = Active, nil, time.Time{}
		var l line // a turn that is under way writes the row at its end, whatever is written here
		found, err := tx.GetJSON(linesTable, id, &l)
		if err != nil || !found || l.Next.IsZero() {
			return err
		}
		l.Next = time.Time{}
		return tx.PutJSON(linesTable, id, l)
	})
	if err == nil {
		n.turns.wake(lineID{tenant, id})
	}
	return err
}

// pause stops telling a subscriber until the subscription is resumed. In the same commit it writes that into the
// subscription's log and into the lines of the tenant's other recipients of mail. The subscription's revision, which is
// another one at each pause, is in the keys of these rows.
func (n *Notifier) pause(ctx context.Context, at lineID, l *line, why animo.Reason, down time.Duration) error {
	now := n.now().UTC()
	e := animo.Errorf(why.Code, "paused: %s", "en pausa: %s", why.EN)
	e.ES = "en pausa: " + why.ES
	if down >= downTime {
		e.EN, e.ES = "paused after a day of failed attempts; the last: "+why.EN, "en pausa tras un día de intentos fallidos; el último: "+why.ES
	}
	reason := animo.ReasonOf(e)
	var recipients []lineID
	var paused bool
	err := n.tables.Update(ctx, at.tenant, func(tx *table.Tx) error {
		recipients, paused = nil, false
		if err := cluster.Check(tx, leaseOf(at.subscription), l.fence); err != nil {
			return err
		}
		sub, err := n.read(tx, at.subscription)
		if animo.CodeOf(err) == animo.NotFound || err == nil && sub.State != Active {
			return nil
		}
		if err != nil {
			return err
		}
		what := "paused-" + strconv.FormatInt(l.Position, 10) + "-" + strconv.FormatInt(sub.rev, 10)
		note, err := entry(otherKey(what, sub.ID), sub.ID, parcel{Kind: ofState, Added: now, Notice: &reason, Outcome: Untold, Settled: now})
		if err != nil {
			return err
		}
		tx.Add(outboxTable, note)
		list, err := n.subscriptions(ctx, at.tenant)
		if err != nil {
			return err
		}
		notice := animo.Reason{
			Code: reason.Code, EN: "The subscription " + sub.ID + " (" + sub.where() + ") is " + reason.EN + ". What comes now waits; resume it when its receiver is well.",
			ES: "La suscripción " + sub.ID + " (" + sub.where() + ") está " + reason.ES + ". Lo que llegue ahora espera; reanúdela cuando su receptor esté bien.",
		}
		for _, other := range list {
			if other.ID == sub.ID || other.Kind != Email || other.State != Active {
				continue
			}
			p := parcel{Kind: ofNotice, ID: messageID(at.tenant, other.ID, what+"/"+sub.ID), Type: "subscription.paused", Time: now, Added: now, Notice: &notice}
			to, err := entry(noticeKey(other.ID, what+"-"+sub.ID), other.ID, p)
			if err != nil {
				return err
			}
			tx.Add(outboxTable, to)
			recipients = append(recipients, lineID{at.tenant, other.ID})
		}
		sub.State, sub.Reason, sub.Since = Paused, &reason, now
		paused = true
		return tx.PutJSON(subscriptionsTable, sub.ID, sub)
	})
	if err != nil || !paused {
		return err
	}
	n.log.WarnContext(ctx, "subscription paused", "tenant", at.tenant, "subscription", at.subscription, "code", reason.Code)
	for _, to := range recipients {
		n.turns.wake(to)
	}
	return nil
}

// Remove removes a subscription, what waits for it and its log, or answers NotFound.
func (n *Notifier) Remove(ctx context.Context, tenant, id string) error {
	removed, err := n.tables.Remove(ctx, tenant, subscriptionsTable, table.Entry{Row: table.Row{Key: id}})
	if err == nil && removed == 0 {
		err = noSubscription(id)
	}
	if err != nil {
		return err
	}
	if err := n.erasures.Note(ctx, tenant, erasures.Entry{Kind: erasures.Subscription, ID: id}); err != nil {
		return err
	}
	return n.forgetLine(ctx, tenant, id)
}

// forgetLine removes the line of a subscription whose row is gone: first the parcels, then the line's row and lease.
func (n *Notifier) forgetLine(ctx context.Context, tenant, id string) error {
	if err := n.forgetParcels(ctx, tenant, id, 1<<62); err != nil {
		return err
	}
	return n.tables.Commit(ctx, tenant, append(cluster.Forget(leaseOf(id)), table.Delete(linesTable, id))...)
}

// forgetParcels removes the parcels of a line up to a place, and these places.
func (n *Notifier) forgetParcels(ctx context.Context, tenant, id string, upTo int64) error {
	for after := int64(0); ; {
		places, err := n.tables.Log(ctx, tenant, outboxLog(id), after, lineBatch)
		if err != nil {
			return err
		}
		var entries []table.Entry
		for _, p := range places {
			if p.Seq <= upTo {
				entries, after = append(entries, table.Entry{Row: table.Row{Key: p.Key}}), p.Seq
			}
		}
		if len(entries) == 0 {
			return n.tables.TrimLog(ctx, tenant, outboxLog(id), after)
		}
		if _, err := n.tables.Remove(ctx, tenant, outboxTable, entries...); err != nil {
			return err
		}
	}
}

// subscription reads one row, or answers NotFound.
func (n *Notifier) subscription(ctx context.Context, tenant, id string) (stored, error) {
	if id == "" || len(id) > table.MaxKey {
		return stored{}, noSubscription(id)
	}
	row, err := n.tables.Get(ctx, tenant, subscriptionsTable, id)
	if animo.CodeOf(err) == animo.NotFound {
		return stored{}, noSubscription(id)
	}
	if err != nil {
		return stored{}, err
	}
	return decode(row)
}

func decode(row table.Row) (s stored, err error) {
	s.rev = row.Rev
	err = table.Decode(subscriptionsTable, row, &s)
	return s, err
}

func noSubscription(id string) error {
	return animo.Errorf(animo.NotFound, "there is no subscription %q", "no existe la suscripción %q", animo.Clip(strings.ToValidUTF8(id, "?"))).Of("id")
}

// subscriptions reads all rows of a tenant.
func (n *Notifier) subscriptions(ctx context.Context, tenant string) (list []stored, err error) {
	for row, err := range n.tables.Query(ctx, tenant, subscriptionsTable, table.Range{}, false) {
		if err != nil {
			return nil, err
		}
		s, err := decode(row)
		if err != nil {
			n.tables.LeaveOut(tenant, subscriptionsTable, row.Key, err)
			continue
		}
		list = append(list, s)
	}
	return list, nil
}

// read reads one row in a transaction, or answers NotFound.
func (n *Notifier) read(tx *table.Tx, id string) (stored, error) {
	row, err := tx.Get(subscriptionsTable, id)
	if animo.CodeOf(err) == animo.NotFound {
		err = noSubscription(id)
	}
	if err != nil {
		return stored{}, err
	}
	return decode(row)
}

// change calls do with a subscription in a transaction, and writes the subscription as do left it.
func (n *Notifier) change(ctx context.Context, tenant, id string, do func(tx *table.Tx, s *stored) error) error {
	return n.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		s, err := n.read(tx, id)
		if err == nil {
			err = do(tx, &s)
		}
		if err != nil {
			return err
		}
		return tx.PutJSON(subscriptionsTable, id, s)
	})
}

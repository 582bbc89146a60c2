package photos_test

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"animo"
	"animo/internal/cluster"
	"animo/internal/notify"
	"animo/internal/people"
)

// newSubscribed returns a line with Ana and Bea, and the subscriptions that follow them, one to each.
func newSubscribed(t *testing.T) (l *line, n *notify.Notifier, ana, bea notify.Subscription) {
	t.Helper()
	l = newLine(t, options{Subscribers: func(l *line) people.Subscribers {
		var err error
		rows := l.Tables(l.refuse)
		n, err = notify.New(rows, l.Objects, notify.Options{
			AllowPrivate: true, Leases: cluster.New(rows, cluster.Options{}), Now: func() time.Time { return l.Now }, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}})
	t.Cleanup(n.Close)
	l.introduce("Ana", portrait(10))
	l.introduce("Bea", portrait(20))
	ana, bea = l.subscribe(n, "Ana"), l.subscribe(n, "Bea")
	l.run()
	l.Calls = 0
	return l, n, ana, bea
}

// subscribe adds a subscription to a person.
func (l *line) subscribe(n *notify.Notifier, name string) notify.Subscription {
	l.T.Helper()
	l.Now = l.Now.Add(time.Microsecond) // less than changes of people tell apart
	s, _, err := n.Add(l.T.Context(), tenant, notify.Spec{Kind: notify.Webhook, Target: "http://127.0.0.1:1/" + name + l.Now.Format("05.000000"), Filter: notify.Filter{Person: name}})
	if err != nil {
		l.T.Fatal(err)
	}
	return s
}

// asked returns of each subscription for whom it asks.
func (l *line) asked(n *notify.Notifier) map[string]string {
	l.T.Helper()
	list, err := n.List(l.T.Context(), tenant)
	if err != nil {
		l.T.Fatal(err)
	}
	asked := map[string]string{}
	for _, s := range list {
		asked[s.ID] = s.Filter.Person
	}
	return asked
}

func TestPeople_erased_are_asked_for_by_no_subscription(t *testing.T) {
	l, n, _, bea := newSubscribed(t)
	l.subscribe(n, "Ana")
	r, err := l.flow.people.Erase(t.Context(), tenant, "Ana")
	if err != nil || r.Subscriptions != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	if got := l.asked(n); len(got) != 1 || got[bea.ID] != "Bea" {
		t.Errorf("left: %v", got)
	}
	l.Now = l.Now.Add(time.Millisecond)
	later := l.subscribe(n, "Ana")
	l.sweep(2 * time.Minute)
	l.sweep(10 * time.Minute)
	if got := l.asked(n); len(got) != 2 || got[later.ID] != "Ana" {
		t.Errorf("later: %v", got)
	}
	if list, _, err := l.flow.moods.Receipts(t.Context(), tenant, "", 10); err != nil || len(list) != 1 || list[0] != r {
		t.Errorf("receipts %+v, %v", list, err)
	}
}

// TestPeople_crash_while_subscriptions_go lets the process die before each call to a store in turn while somebody is
// erased, and wants the subscriptions to that one gone in the end, and no other: neither one that was made for the name
// afterwards, nor one to somebody who took the name.
func TestPeople_crash_while_subscriptions_go(t *testing.T) {
	for n, done := 1, false; !done; n++ {
		l, subs, hers, bea := newSubscribed(t)
		ana, err := l.flow.people.Person(t.Context(), tenant, "Ana")
		if err != nil {
			t.Fatal(err)
		}
		l.At = func(call int) error {
			if call >= n {
				return errors.New("the process died")
			}
			return nil
		}
		_, err = l.flow.people.Erase(t.Context(), tenant, "Ana")
		done = err == nil
		l.Rest()
		l.Now = l.Now.Add(time.Second)
		later := l.subscribe(subs, "Ana")
		if _, err := l.flow.people.Rename(t.Context(), tenant, "Bea", "Ana"); err != nil && animo.CodeOf(err) != animo.Conflict {
			t.Fatal(err)
		}
		l.sweep(2 * time.Minute)
		l.sweep(2 * time.Minute)
		l.sweep(10 * time.Minute)
		if p, err := l.flow.people.Person(t.Context(), tenant, "Ana"); err == nil && p.ID == ana.ID { // nothing had been noted
			if got := l.asked(subs); done || len(got) != 3 {
				t.Errorf("died before call %d: she is there, and asked for by %v", n, got)
			}
			continue
		}
		got := l.asked(subs)
		if _, there := got[hers.ID]; there || len(got) != 2 || got[later.ID] != "Ana" || got[bea.ID] == "" {
			t.Errorf("died before call %d: of %s, %s and the later %s there are %v", n, hers.ID, bea.ID, later.ID, got)
		}
		if done && n < 10 {
			t.Errorf("only %d calls were tried", n)
		}
	}
}

// TestPeople_erased_while_one_is_merged_into_them erases somebody before each call to a store in turn while another is
// merged into that one, and wants no subscription to ask for either where both are gone.
func TestPeople_erased_while_one_is_merged_into_them(t *testing.T) {
	for n, more := 1, true; more; n++ {
		l, subs, ana, bea := newSubscribed(t)
		more = false
		l.At = func(call int) error {
			if call == n {
				l.Rest()
				more = true
				if _, err := l.flow.people.Erase(t.Context(), tenant, "Ana"); err != nil {
					t.Errorf("before call %d: %v", n, err)
				}
			}
			return nil
		}
		_, _ = l.flow.people.Merge(t.Context(), tenant, "Bea", "Ana") // refused where there is no Ana any more
		l.Rest()
		if !more {
			if n < 10 {
				t.Errorf("only %d calls were tried", n)
			}
			break
		}
		l.sweep(2 * time.Minute)
		l.sweep(10 * time.Minute)
		got := l.asked(subs)
		if _, there := got[ana.ID]; there {
			t.Errorf("erased before call %d: asked for are %v", n, got)
		}
		if _, err := l.flow.people.Person(t.Context(), tenant, "Bea"); isGone(err) && len(got) > 0 || err == nil && got[bea.ID] != "Bea" {
			t.Errorf("erased before call %d: asked for are %v, Bea: %v", n, got, err)
		}
	}
}

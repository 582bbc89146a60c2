package notify_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/notify"
	"animo/internal/table"
)

// master is a master key by a letter, for secrets that are sealed.
func master(letter string) notify.Master {
	return notify.Master{
		Key: bytes.Repeat([]byte(letter), 32), Name: strings.Repeat("0"+letter, 8),
		Seals: func(context.Context) (bool, error) { return true, nil },
	}
}

// wantUnread fails if a row of the tenant holds one of the secrets' keys.
func (h *house) wantUnread(secrets ...string) {
	h.T.Helper()
	rows := 0
	for row, err := range h.Rows.Query(h.T.Context(), tenant, "subscriptions", table.Range{}, false) {
		if err != nil {
			h.T.Fatal(err)
		}
		rows++
		for _, s := range secrets {
			if bytes.Contains(row.Value, []byte(strings.TrimPrefix(s, "whsec_"))) {
				h.T.Errorf("the row %s has the plain secret: %s", row.Key, row.Value)
			}
		}
	}
	if rows == 0 {
		h.T.Fatal("there are no rows to look at")
	}
}

func TestSecrets_that_are_sealed_sign_and_rotate_and_stand_in_no_row(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true, Master: master("a")}), newReceiver(t)
	id, old := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	r.secret = old
	h.find(1)
	h.drain(id, h.Now)
	fresh, err := h.n.Rotate(t.Context(), tenant, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, r.secret = range []string{old, fresh} {
		h.find(1)
		h.drain(id, h.Now)
	}
	if len(r.got) != 3 || r.got[0].sigs != 1 || r.got[1].sigs != 2 {
		t.Errorf("told %+v, want three messages, the later ones signed twice", r.got)
	}
	h.wantUnread(old, fresh)
}

func TestSecrets_wait_without_an_attempt_where_the_master_key_is_missing(t *testing.T) {
	o := notify.Options{AllowPrivate: true, Master: master("a")}
	h, r := newHouse(t, o), newReceiver(t)
	id, secret := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	r.secret = secret
	for name, other := range map[string]notify.Master{"none": {Seals: o.Master.Seals}, "another": master("b")} {
		h.n = h.open(notify.Options{AllowPrivate: true, Master: other})
		h.find(2)
		h.drain(id, h.Now.Add(48*time.Hour))
		s := h.get(id)
		if s.State != notify.Active || s.Waiting == 0 || !s.Failing.IsZero() || r.asked > 0 {
			t.Errorf("%s: %+v, the receiver was asked %d times; want the line to wait without an attempt", name, s, r.asked)
		}
		if s.Reason == nil || !strings.Contains(s.Reason.EN, "master-key") || !strings.Contains(s.Reason.ES, "master-key") {
			t.Errorf("%s: the reason is %+v, want one that names the setting", name, s.Reason)
		}
		for _, d := range h.deliveries(id) {
			if d.Attempts > 0 || d.Outcome != notify.Waits {
				t.Errorf("%s: %+v", name, d)
			}
		}
	}
	h.n = h.open(notify.Options{AllowPrivate: true, Master: notify.Master{Seals: o.Master.Seals}})
	if _, _, err := h.n.Add(t.Context(), tenant, notify.Spec{Kind: notify.Webhook, Target: r.URL + "/other"}); err == nil || !strings.Contains(err.Error(), "master-key") {
		t.Errorf("a new webhook without the master key: %v, want an error that names the setting", err)
	}
	if d, err := h.n.Test(t.Context(), tenant, id); err != nil || d.Last == nil || d.Last.Reason == nil || !strings.Contains(d.Last.Reason.EN, "master-key") {
		t.Errorf("a test tells %+v, %v", d, err)
	}
	h.n = h.open(o)
	h.drain(id, h.Now)
	if got := r.faces(); len(got) != 4 || h.get(id).Reason != nil {
		t.Errorf("with the key faces %v are told, %+v, want all 4", got, h.get(id).Reason)
	}
}

func TestSecrets_of_a_lost_master_key_are_made_anew(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true, Master: master("a")}), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	h.find(1)
	h.n = h.open(notify.Options{AllowPrivate: true, Master: master("b")})
	h.drain(id, h.Now)
	secret, err := h.n.Rotate(t.Context(), tenant, id)
	if err != nil {
		t.Fatal(err)
	}
	r.secret = secret
	h.drain(id, h.Now)
	if len(r.got) != 1 || r.got[0].sigs != 1 || h.get(id).Reason != nil {
		t.Errorf("told %+v, %+v; want one message, signed by the new secret alone", r.got, h.get(id).Reason)
	}
}

func TestSecrets_open_in_the_row_that_they_were_sealed_for_alone(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true, Master: master("a")}), newReceiver(t)
	mine, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL + "/mine"})
	other, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL + "/other"})
	var from, to map[string]any
	for id, row := range map[string]*map[string]any{mine: &to, other: &from} {
		if _, err := h.Rows.GetJSON(t.Context(), tenant, "subscriptions", id, row); err != nil {
			t.Fatal(err)
		}
	}
	to["secrets"] = from["secrets"]
	if err := h.Rows.PutJSON(t.Context(), tenant, "subscriptions", mine, to); err != nil {
		t.Fatal(err)
	}
	h.find(1)
	h.drain(mine, h.Now)
	if s := h.get(mine); r.asked > 0 || s.Reason == nil || s.Reason.Code != animo.Damaged {
		t.Errorf("the receiver was asked %d times, %+v", r.asked, s.Reason)
	}
}

// TestSecrets_that_are_plain_go_on_signing is of a database that the release before may use, until it is closed to it.
func TestSecrets_that_are_plain_go_on_signing_until_they_are_sealed(t *testing.T) {
	seals := false
	m := master("a")
	m.Seals = func(context.Context) (bool, error) { return seals, nil }
	h, r := newHouse(t, notify.Options{AllowPrivate: true, Master: m}), newReceiver(t)
	id, secret := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	late, lateSecret := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL + "/late", Filter: notify.Filter{Mood: animo.Sad}})
	mail := notify.Options{AllowPrivate: true, Master: m, Mail: notify.Mail{Host: "127.0.0.1", From: "animo@example.com"}, PublicURL: "https://animo.example.com"}
	h.n = h.open(mail)
	_, _ = h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com", Filter: notify.Filter{Mood: animo.Sad}})
	r.secret = secret
	tell := func() {
		t.Helper()
		before := len(r.got)
		h.find(1)
		h.drain(id, h.Now)
		if len(r.got) != before+1 {
			t.Errorf("told %d, want one more than %d", len(r.got), before)
		}
	}
	tell()
	if err := h.n.Sweep(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	if kept := h.kept(); !kept[id].Plain || !kept[late].Plain || len(kept) != 2 {
		t.Errorf("before: %+v, want two plain webhooks", kept)
	}
	seals = true
	if n, err := m.SealAll(t.Context(), h.Rows, tenant); err != nil || n != 2 {
		t.Fatalf("sealed %d, %v", n, err)
	}
	if n, err := m.SealAll(t.Context(), h.Rows, tenant); err != nil || n != 0 {
		t.Errorf("the second time: sealed %d, %v", n, err)
	}
	h.wantUnread(secret, lateSecret)
	tell()
	// A process that had just asked writes one more plain secret; the sweep seals it.
	seals = false
	plain, err := h.n.Rotate(t.Context(), tenant, late)
	if err != nil {
		t.Fatal(err)
	}
	seals = true
	if err := h.n.Sweep(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	h.wantUnread(secret, lateSecret, plain)
	for id, s := range h.kept() {
		if s.Plain || !s.Sealed || s.Opens(m) != nil || s.Opens(master("b")) == nil || s.Opens(notify.Master{}) == nil {
			t.Errorf("%s: %+v", id, s)
		}
	}
}

// kept is how the secrets of the tenant's webhooks are kept, by subscription.
func (h *house) kept() map[string]notify.Secret {
	h.T.Helper()
	list := map[string]notify.Secret{}
	for s, err := range notify.Secrets(h.T.Context(), h.Rows, tenant) {
		if err != nil {
			h.T.Fatal(err)
		}
		list[s.Subscription] = s
	}
	return list
}

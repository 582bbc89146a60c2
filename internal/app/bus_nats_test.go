package app_test

import (
	"path/filepath"
	"testing"

	root "animo"
	"animo/internal/app"
	"animo/internal/natstest"
	"animo/internal/tenants"
)

// Whoever changes the setting bus while events wait is told, because nobody would deal with them.
func TestBus_is_changed_only_while_nothing_is_queued(t *testing.T) {
	url := natstest.URL(t)
	for _, c := range []struct{ name, before, after string }{{"to NATS", "", url}, {"away from NATS", url, ""}} {
		t.Run(c.name, func(t *testing.T) {
			s := settings(t).Stores
			s.Tables, s.Bus = "sqlite:"+filepath.Join(s.Data, "animo.db"), c.before
			stores, err := app.OpenStores(t.Context(), s, tenants.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := stores.Queues.Declare(t.Context(), "work", []string{"work"}); err != nil {
				t.Error(err)
			}
			if err := stores.Queues.Publish(t.Context(), root.Event{ID: "1", Type: "work", Tenant: "acme"}); err != nil {
				t.Error(err)
			}
			if err := stores.Close(); err != nil {
				t.Error(err)
			}
			changed := s
			changed.Bus = c.after
			if _, err := app.OpenStores(t.Context(), changed, tenants.Options{}); root.CodeOf(err) != root.Conflict || root.ReasonOf(err).Field != "bus" {
				t.Errorf("while an event waits: %v, want conflict that names bus", err)
			}
			if stores, err = app.OpenStores(t.Context(), s, tenants.Options{}); err != nil {
				t.Fatal(err)
			}
			if err := stores.Queues.RemoveTenant(t.Context(), "acme"); err != nil {
				t.Error(err)
			}
			if err := stores.Close(); err != nil {
				t.Error(err)
			}
			if stores, err = app.OpenStores(t.Context(), changed, tenants.Options{}); err != nil {
				t.Fatal(err)
			}
			if err := stores.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A server whose broker is away starts, takes what is sent and deals with it.
func TestBus_works_though_NATS_is_away(t *testing.T) {
	c := settings(t)
	c.Bus = "nats://127.0.0.1:1"
	a := start(t, c)
	a.upload("opiniones.txt", "?trainer=nb", reviews(t))
	if tr := a.await("opiniones.txt"); tr.Status != "done" {
		t.Errorf("training: %+v", tr)
	}
}

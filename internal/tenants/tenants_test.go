package tenants_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/storetest"
	"animo/internal/table"
	"animo/internal/tenants"
)

func open(t *testing.T) (*tenants.Registry, *table.Table) {
	t.Helper()
	rows := table.New(storetest.Tables(t))
	return tenants.New(rows, tenants.Options{}), rows
}

func TestRegistry_key_opens_its_tenant_until_it_is_revoked(t *testing.T) {
	r, _ := open(t)
	ctx := t.Context()
	if locked, err := r.Locked(ctx); err != nil || locked {
		t.Fatalf("before any key: Locked = %v, %v", locked, err)
	}
	for _, id := range []string{"sol", "mar"} {
		if err := r.Add(ctx, id, animo.PhotoPolicy{}); err != nil {
			t.Fatal(err)
		}
	}
	token, key, err := r.AddKey(ctx, "sol", "reception")
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := r.AddKey(ctx, "mar", "")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(token, key.Prefix) || len(token) < 40 || token == other {
		t.Errorf("token %q, prefix %q, other token %q", token, key.Prefix, other)
	}
	for tok, want := range map[string]string{token: "sol", other: "mar"} {
		if got, err := r.KeyOf(ctx, tok); err != nil || got.Tenant != want || got.Administrator {
			t.Errorf("KeyOf = %+v, %v; want a plain one of %q", got, err, want)
		}
	}
	if err := r.Revoke(ctx, key.Prefix); err != nil {
		t.Fatal(err)
	}
	if _, err := r.KeyOf(ctx, token); animo.CodeOf(err) != animo.Unauthenticated {
		t.Errorf("a revoked key: %v, want unauthenticated", err)
	}
	if _, err := r.KeyOf(ctx, other); err != nil {
		t.Errorf("another tenant's key: %v", err)
	}
	if locked, err := r.Locked(ctx); err != nil || !locked {
		t.Errorf("with a key left: Locked = %v, %v", locked, err)
	}
}

func TestRegistry_administrators_keys_are_marked_and_old_ones_are_plain(t *testing.T) {
	r, rows := open(t)
	ctx := t.Context()
	if err := r.Ensure(ctx, animo.DefaultTenant); err != nil {
		t.Fatal(err)
	}
	token, key, err := r.AddAdministratorKey(ctx, animo.DefaultTenant, "office")
	if err != nil || !key.Administrator || key.Tenant != animo.DefaultTenant || key.Note != "office" {
		t.Fatalf("%+v, %v", key, err)
	}
	if got, err := r.KeyOf(ctx, token); err != nil || !got.Administrator {
		t.Errorf("KeyOf = %+v, %v; want an administrator's", got, err)
	}
	// What a version without administrators has stored, under the SHA-256 of "animo_old".
	sum := sha256.Sum256([]byte("animo_old"))
	old := table.Row{Key: hex.EncodeToString(sum[:]), Value: []byte(`{"prefix":"animo_old","tenant":"default","created":"2026-11-20T10:00:00Z"}`)}
	if err := rows.Put(ctx, "_animo", "keys", old); err != nil {
		t.Fatal(err)
	}
	if got, err := r.KeyOf(ctx, "animo_old"); err != nil || got.Administrator || got.Tenant != animo.DefaultTenant {
		t.Errorf("KeyOf = %+v, %v; want a plain one", got, err)
	}
	if _, _, err := r.AddAdministratorKey(ctx, "nobody", ""); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("for a tenant that is not there: %v", err)
	}
}

func TestRegistry_stores_no_key(t *testing.T) {
	r, rows := open(t)
	if err := r.Add(t.Context(), "sol", animo.PhotoPolicy{}); err != nil {
		t.Fatal(err)
	}
	token, key, err := r.AddKey(t.Context(), "sol", "")
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.TrimPrefix(token, key.Prefix)
	n := 0
	for row, err := range rows.Query(t.Context(), "_animo", "keys", table.Range{}, false) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		if strings.Contains(row.Key+string(row.Value), secret) {
			t.Error("the table holds the key itself")
		}
	}
	if n != 1 {
		t.Errorf("%d keys are stored, want 1", n)
	}
}

func TestRegistry_refuses(t *testing.T) {
	r, _ := open(t)
	ctx := t.Context()
	if err := r.Add(ctx, "sol", animo.PhotoPolicy{}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		err  error
		want animo.Code
	}{
		"a tenant twice":           {r.Add(ctx, "sol", animo.PhotoPolicy{}), animo.Conflict},
		"a tenant with a slash":    {r.Add(ctx, "../sol", animo.PhotoPolicy{}), animo.UnsafeName},
		"a tenant in capitals":     {r.Add(ctx, "Sol", animo.PhotoPolicy{}), animo.UnsafeName},
		"an empty tenant":          {r.Add(ctx, "", animo.PhotoPolicy{}), animo.UnsafeName},
		"the registry's own name":  {r.Add(ctx, "_animo", animo.PhotoPolicy{}), animo.UnsafeName},
		"to revoke what is not":    {r.Revoke(ctx, "animo_xxxxxxxx"), animo.NotFound},
		"to remove what is not":    {r.Remove(ctx, "mar", nil), animo.NotFound},
		"to remove the default":    {r.Remove(ctx, animo.DefaultTenant, nil), animo.Invalid},
		"a key for an unknown one": {second(r.AddKey(ctx, "mar", "")), animo.NotFound},
	} {
		if got := animo.CodeOf(c.err); got != c.want {
			t.Errorf("%s: %v, want %s", name, c.err, c.want)
		}
	}
}

func second(_ string, _ animo.Key, err error) error { return err }

func TestRegistry_remove_shuts_the_door_before_it_erases(t *testing.T) {
	r, _ := open(t)
	ctx := t.Context()
	if err := r.Add(ctx, "sol", animo.PhotoPolicy{}); err != nil {
		t.Fatal(err)
	}
	token, _, err := r.AddKey(ctx, "sol", "")
	if err != nil {
		t.Fatal(err)
	}
	err = r.Remove(ctx, "sol", func(ctx context.Context, tenant string) error {
		if _, err := r.KeyOf(ctx, token); animo.CodeOf(err) != animo.Unauthenticated {
			t.Errorf("while %s is erased its key still opens: %v", tenant, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Get(ctx, "sol"); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("after the removal: %v, want not_found", err)
	}
	if list, err := r.List(ctx); err != nil || len(list) != 0 {
		t.Errorf("after the removal there are %v, %v", list, err)
	}
}

func TestRegistry_removed_name_is_free_only_when_nothing_can_write_any_more(t *testing.T) {
	_, rows := open(t)
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	r := tenants.New(rows, tenants.Options{Now: func() time.Time { return now }})
	ctx := t.Context()
	erased := 0
	erase := func(context.Context, string) error { erased++; return nil }
	if err := r.Add(ctx, "sol", animo.PhotoPolicy{}); err != nil {
		t.Fatal(err)
	}
	if err := r.Remove(ctx, "sol", erase); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.Finish(ctx, erase); err != nil {
			t.Fatal(err)
		}
		if err := r.Add(ctx, "sol", animo.PhotoPolicy{}); animo.CodeOf(err) != animo.Conflict {
			t.Errorf("Add right after the removal: %v, want conflict", err)
		}
	}
	now = now.Add(5 * time.Minute)
	if err := r.Finish(ctx, erase); err != nil || erased != 4 {
		t.Errorf("erased %d times, %v; want 4", erased, err)
	}
	if err := r.Add(ctx, "sol", animo.PhotoPolicy{}); err != nil {
		t.Errorf("Add afterwards: %v", err)
	}
	if err := r.Finish(ctx, erase); err != nil || erased != 4 {
		t.Errorf("the new tenant is erased: %d, %v", erased, err)
	}
}

// faulty is an engine that calls before ahead of each commit; its error is the commit's.
type faulty struct {
	table.Driver
	before func() error
}

func newFaulty(t *testing.T) *faulty {
	t.Helper()
	f := &faulty{before: func() error { return nil }}
	f.Driver = storetest.Watch(storetest.Tables(t), func(c storetest.Call) error {
		if c.Method != "Commit" {
			return nil
		}
		return f.before()
	})
	return f
}

// TestRegistry_removal_that_breaks_off_leaves_no_key_that_opens lets the process die before each write of a removal, and
// wants the tenant's keys, one of them an administrator's, to open nothing as soon as the tenant is gone.
func TestRegistry_removal_that_breaks_off_leaves_no_key_that_opens(t *testing.T) {
	for n, done := 1, false; !done; n++ {
		writes := 0
		f := newFaulty(t)
		r := tenants.New(table.New(f), tenants.Options{Master: make([]byte, tenants.MasterLen)})
		if err := r.Add(t.Context(), "sol", animo.PhotoPolicy{}); err != nil {
			t.Fatal(err)
		}
		boss, _, err := r.AddAdministratorKey(t.Context(), "sol", "")
		if err != nil {
			t.Fatal(err)
		}
		_, access, err := r.AddAccessKey(t.Context(), "sol", "")
		if err != nil {
			t.Fatal(err)
		}
		f.before = func() error {
			if writes++; writes >= n {
				return animo.Errorf(animo.Unavailable, "the process died", "el proceso murió")
			}
			return nil
		}
		done = r.Remove(t.Context(), "sol", func(context.Context, string) error { return nil }) == nil
		_, err = r.Get(t.Context(), "sol")
		there := err == nil
		_, keyErr := r.KeyOf(t.Context(), boss)
		_, _, accessErr := r.Secret(t.Context(), access.Prefix)
		if (keyErr == nil) != there || (accessErr == nil) != there {
			t.Errorf("died before write %d: the tenant is there: %v; its keys: %v, %v", n, there, keyErr, accessErr)
		}
	}
}

func TestRegistry_key_made_while_its_tenant_is_removed_opens_nothing(t *testing.T) {
	f := newFaulty(t)
	r := tenants.New(table.New(f), tenants.Options{Master: make([]byte, tenants.MasterLen)})
	for name, add := range map[string]func() (string, animo.Key, error){
		"sol": func() (string, animo.Key, error) { return r.AddAdministratorKey(t.Context(), "sol", "") },
		"mar": func() (string, animo.Key, error) { return r.AddAccessKey(t.Context(), "mar", "") },
	} {
		if err := r.Add(t.Context(), name, animo.PhotoPolicy{}); err != nil {
			t.Fatal(err)
		}
		f.before = func() error { // of the key
			f.before = func() error { return nil }
			return r.Remove(t.Context(), name, func(context.Context, string) error { return nil })
		}
		if _, key, err := add(); animo.CodeOf(err) != animo.NotFound {
			t.Errorf("%s: made %+v, %v", name, key, err)
		}
		if keys, err := r.Keys(t.Context(), name); err != nil || len(keys) > 0 {
			t.Errorf("%s has %+v, %v", name, keys, err)
		}
	}
}

func TestRegistry_tenant_changed_while_it_is_removed_is_removed(t *testing.T) {
	f := newFaulty(t)
	r := tenants.New(table.New(f), tenants.Options{})
	if err := r.Add(t.Context(), "sol", animo.PhotoPolicy{}); err != nil {
		t.Fatal(err)
	}
	f.before = func() error { // of the removal
		f.before = func() error { return nil }
		return r.SetPhotos(t.Context(), "sol", animo.PhotoPolicy{Photos: 7})
	}
	if err := r.Remove(t.Context(), "sol", func(context.Context, string) error { return nil }); err != nil {
		t.Error(err)
	}
	if err := r.Exists(t.Context(), "sol"); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("the tenant: %v, want it gone", err)
	}
}

package tenants_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/sqltable"
	"animo/internal/tenants"
)

func open(t *testing.T) (*tenants.Registry, table.Driver) {
	t.Helper()
	db, err := sqldb.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "animo.db"), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	rows := sqltable.New(db)
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
		if got, err := r.TenantOf(ctx, tok); err != nil || got != want {
			t.Errorf("TenantOf = %q, %v; want %q", got, err, want)
		}
	}
	if err := r.Revoke(ctx, key.Prefix); err != nil {
		t.Fatal(err)
	}
	if _, err := r.TenantOf(ctx, token); animo.CodeOf(err) != animo.Unauthenticated {
		t.Errorf("a revoked key: %v, want unauthenticated", err)
	}
	if _, err := r.TenantOf(ctx, other); err != nil {
		t.Errorf("another tenant's key: %v", err)
	}
	if locked, err := r.Locked(ctx); err != nil || !locked {
		t.Errorf("with a key left: Locked = %v, %v", locked, err)
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
		if _, err := r.TenantOf(ctx, token); animo.CodeOf(err) != animo.Unauthenticated {
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

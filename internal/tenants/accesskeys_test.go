package tenants_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"strings"
	"testing"

	"animo"
	"animo/internal/table"
	"animo/internal/tenants"
)

func master(letter string) tenants.Options {
	return tenants.Options{Master: bytes.Repeat([]byte(letter), tenants.MasterLen)}
}

func TestAccessKey_opens_its_tenant_until_it_is_revoked(t *testing.T) {
	_, rows := open(t)
	r := tenants.New(rows, master("a"))
	ctx := t.Context()
	for _, id := range []string{"sol", "mar"} {
		if err := r.Add(ctx, id, animo.PhotoPolicy{}); err != nil {
			t.Fatal(err)
		}
	}
	secret, key, err := r.AddAccessKey(ctx, "sol", "camera")
	if err != nil {
		t.Fatal(err)
	}
	if len(key.Prefix) != 20 || len(secret) != 40 || !key.AWS || key.Tenant != "sol" || key.Note != "camera" {
		t.Errorf("%+v with a secret of %d characters", key, len(secret))
	}
	if raw, err := base64.StdEncoding.DecodeString(secret); err != nil || len(raw) != 30 {
		t.Errorf("the secret is %d bytes, %v", len(raw), err)
	}
	other, _, err := r.AddAccessKey(ctx, "mar", "")
	if err != nil || other == secret {
		t.Errorf("mar's secret, %v", err)
	}
	if locked, err := r.Locked(ctx); err != nil || !locked {
		t.Errorf("with access keys only: Locked = %v, %v", locked, err)
	}
	for name, again := range map[string]*tenants.Registry{"here": r, "in another process": tenants.New(rows, master("a"))} {
		if tenant, got, err := again.Secret(ctx, key.Prefix); err != nil || tenant != "sol" || got != secret {
			t.Errorf("%s: %s, %v", name, tenant, err)
		}
	}
	if keys, err := r.Keys(ctx, "sol"); err != nil || len(keys) != 1 || keys[0] != key {
		t.Errorf("sol's keys: %+v, %v", keys, err)
	}
	if err := r.Revoke(ctx, key.Prefix[:10]); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("half an ID: %v", err)
	}
	if err := r.Revoke(ctx, key.Prefix); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{key.Prefix, "", "ANIMO", "AKIAIOSFODNN7EXAMPLE", "ANIMOAAAAAAAAAAAAAAA", "ANIMO\xffAAAAAAAAAAAAAA", strings.Repeat("ANIMO", 200)} {
		if _, _, err := r.Secret(ctx, id); animo.CodeOf(err) != animo.Unauthenticated {
			t.Errorf("%.30q: %v, want unauthenticated", id, err)
		}
	}
	if err := r.Remove(ctx, "mar", func(context.Context, string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if locked, err := r.Locked(ctx); err != nil || locked {
		t.Errorf("after the last key's tenant is gone: Locked = %v, %v", locked, err)
	}
}

func TestAccessKey_secret_is_not_in_the_table(t *testing.T) {
	_, rows := open(t)
	r := tenants.New(rows, master("a"))
	if err := r.Add(t.Context(), "sol", animo.PhotoPolicy{}); err != nil {
		t.Fatal(err)
	}
	secret, key, err := r.AddAccessKey(t.Context(), "sol", "")
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range rows.Query(t.Context(), "_animo", "access-keys", table.Range{}, false) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(row.Value), secret) {
			t.Error("the table holds the secret")
		}
	}
	if _, other, err := tenants.New(rows, master("b")).Secret(t.Context(), key.Prefix); animo.CodeOf(err) != animo.Internal || other != "" {
		t.Errorf("with another master key: %v, want internal", err)
	}
	if _, _, err := tenants.New(rows, tenants.Options{}).AddAccessKey(t.Context(), "sol", ""); animo.CodeOf(err) != animo.Internal {
		t.Errorf("without a master key: %v, want internal", err)
	}
	if _, _, err := r.AddAccessKey(t.Context(), "mar", ""); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("for nobody: %v, want not_found", err)
	}
}

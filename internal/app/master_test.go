package app

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"animo"
	"animo/internal/config"
	"animo/internal/table"
	"animo/internal/tenants"
)

func TestMasterKey_is_one_whoever_is_first(t *testing.T) {
	dir := t.TempDir()
	keys := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			key, err := madeMasterKey(filepath.Join(dir, "master.key"))
			if err != nil {
				t.Error(err)
			}
			keys[i] = key
		})
	}
	wg.Wait()
	for _, k := range keys {
		if len(k) != 32 || !bytes.Equal(k, keys[0]) || bytes.Equal(k, make([]byte, 32)) {
			t.Errorf("a key of %d bytes, not the first one's", len(k))
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("there are %v, %v", files, err)
	}
	info, err := os.Stat(filepath.Join(dir, "master.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v; only its owner may read it", info.Mode(), err)
	}
	if err := os.WriteFile(filepath.Join(dir, "master.key"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := givenMasterKey("", filepath.Join(dir, "master.key")); err == nil {
		t.Error("a file that was cut short is taken")
	}
}

// storesAt are settings of a data folder over a database that others use, too.
func storesAt(dir, db, key string) config.Stores {
	c := config.Default().Stores
	c.Data, c.Tables, c.MasterKey = dir, "sqlite:"+db, key
	return c
}

func openAt(t *testing.T, c config.Stores) *Stores {
	t.Helper()
	s, err := OpenStores(t.Context(), c, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Tenants.Ensure(t.Context(), animo.DefaultTenant); err != nil {
		t.Fatal(err)
	}
	return s
}

// wantSettingNamed fails unless an error of that code names the setting, in both languages.
func wantSettingNamed(t *testing.T, err error, code animo.Code) {
	t.Helper()
	e, ok := errors.AsType[*animo.Error](err)
	if !ok || e.Code != code || !strings.Contains(e.EN, "master-key") || !strings.Contains(e.ES, "master-key") {
		t.Errorf("%v, want %s and the setting's name", err, code)
	}
}

func TestMasterKey_of_the_database_is_needed_for_access_keys_alone(t *testing.T) {
	ctx, db := t.Context(), filepath.Join(t.TempDir(), "shared.db")
	home, elsewhere := t.TempDir(), t.TempDir()
	first := openAt(t, storesAt(home, db, ""))
	secret, key, err := first.Tenants.AddAccessKey(ctx, animo.DefaultTenant, "")
	if err != nil {
		t.Fatal(err)
	}
	// Another folder makes no key of its own, runs, and says what it lacks.
	second := openAt(t, storesAt(elsewhere, db, ""))
	if _, err := os.Stat(filepath.Join(elsewhere, "master.key")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a second folder has a key of its own: %v", err)
	}
	if _, _, err := second.Tenants.AddKey(ctx, animo.DefaultTenant, ""); err != nil {
		t.Errorf("an API key, which needs no master key: %v", err)
	}
	_, _, err = second.Tenants.AddAccessKey(ctx, animo.DefaultTenant, "")
	wantSettingNamed(t, err, animo.Internal)
	_, _, err = second.Tenants.Secret(ctx, key.Prefix)
	wantSettingNamed(t, err, animo.Internal)
	// With the setting it has the same key, from the file or as base64.
	file := filepath.Join(home, "master.key")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, setting := range map[string]string{"file": file, "base64": base64.StdEncoding.EncodeToString(raw), "base64 without padding": base64.RawStdEncoding.EncodeToString(raw)} {
		if _, got, err := openAt(t, storesAt(elsewhere, db, setting)).Tenants.Secret(ctx, key.Prefix); err != nil || got != secret {
			t.Errorf("the key given as %s opens %v", name, err)
		}
	}
	// A different one is refused at start.
	other := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("o"), tenants.MasterLen))
	_, err = OpenStores(ctx, storesAt(elsewhere, db, other), tenants.Options{})
	wantSettingNamed(t, err, animo.Forbidden)
	_, err = OpenStores(ctx, storesAt(elsewhere, db, "nothing of the kind"), tenants.Options{})
	wantSettingNamed(t, err, animo.Invalid)
	// Where the key is lost, another one takes its place once no access key needs it.
	if err := second.Tenants.ForgetMaster(ctx); animo.CodeOf(err) != animo.Conflict {
		t.Errorf("while there is an access key: %v", err)
	}
	if err := errors.Join(second.Tenants.Revoke(ctx, key.Prefix), second.Tenants.ForgetMaster(ctx)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := openAt(t, storesAt(elsewhere, db, other)).Tenants.AddAccessKey(ctx, animo.DefaultTenant, ""); err != nil {
		t.Errorf("with another key: %v", err)
	}
	_, _, err = first.Tenants.AddAccessKey(ctx, animo.DefaultTenant, "")
	wantSettingNamed(t, err, animo.Forbidden)
}

func TestMasterKey_of_older_data_is_noted_by_the_first_process_that_has_one(t *testing.T) {
	ctx, db := t.Context(), filepath.Join(t.TempDir(), "shared.db")
	home, elsewhere := t.TempDir(), t.TempDir()
	old := openAt(t, storesAt(home, db, ""))
	if _, _, err := old.Tenants.AddAccessKey(ctx, animo.DefaultTenant, ""); err != nil {
		t.Fatal(err)
	}
	if err := old.Tables.DeleteKey(ctx, "_animo", "master", "name"); err != nil { // earlier releases kept none
		t.Fatal(err)
	}
	openAt(t, storesAt(elsewhere, db, ""))
	if _, err := os.Stat(filepath.Join(elsewhere, "master.key")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder without the key that access keys were made with has one of its own: %v", err)
	}
	openAt(t, storesAt(home, db, ""))
	if needed, err := old.Tables.Get(ctx, "_animo", "master", "name"); err != nil || len(needed.Value) == 0 {
		t.Errorf("the first process with a key notes nothing: %v", err)
	}
	raw, err := os.ReadFile(filepath.Join(home, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range old.Tables.Query(ctx, "_animo", "master", table.Range{}, false) {
		if err != nil || bytes.Contains(row.Value, raw[:8]) || len(row.Value) > 16 {
			t.Errorf("the database holds %q, %v", row.Value, err)
		}
	}
}

package sqldb_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"animo"
	"animo/internal/sqldb"
)

func TestOpen_says_why_a_database_cannot_be_opened(t *testing.T) {
	for name, c := range map[string]struct {
		make func(path string) error
		code animo.Code
		says []string
	}{
		"a folder": {func(path string) error { return os.Mkdir(path, 0o700) }, animo.Invalid, []string{"is a folder", "es una carpeta"}},
		"another file": {func(path string) error {
			return os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600)
		}, animo.Invalid, []string{"no SQLite database", "no es una base de datos SQLite"}},
		"without a folder":   {func(path string) error { return os.Remove(filepath.Dir(path)) }, animo.Invalid, []string{"folder is not there", "carpeta no existe"}},
		"with damaged pages": {damage, animo.Internal, []string{"damaged", "dañado"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "animo.db")
			if err := c.make(path); err != nil {
				t.Fatal(err)
			}
			db, err := sqldb.Open(t.Context(), "sqlite:"+path, sqldb.Options{})
			if err == nil {
				t.Fatal("it was opened", db.Close())
			}
			coded, ok := errors.AsType[*animo.Error](err)
			if !ok || coded.Code != c.code {
				t.Fatalf("%v (%s), want %s", err, animo.CodeOf(err), c.code)
			}
			for i, text := range []string{coded.In("en"), coded.In("es")} {
				if !strings.Contains(text, c.says[i]) || !strings.Contains(text, path) {
					t.Errorf("%q does not say %q and %q", text, c.says[i], path)
				}
			}
		})
	}
}

// damage makes a database of which the first page is whole and the others are not.
func damage(path string) error {
	db, err := sqldb.Open(context.Background(), "sqlite:"+path, sqldb.Options{})
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.WriteAt(bytes.Repeat([]byte{0xa5}, int(info.Size())-4096), 4096)
	}
	return errors.Join(err, f.Close())
}

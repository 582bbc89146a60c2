package app_test

import (
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	animoerr "animo"
	"animo/internal/app"
	"animo/internal/config"
)

// opened tells how an Animo on these settings starts, and what its log says.
func opened(t *testing.T, c config.Config) (log string, err error) {
	t.Helper()
	var said lockedLog
	a, err := app.New(t.Context(), c, app.Options{Log: slog.New(slog.NewTextHandler(&said, nil))})
	if a != nil {
		if stopErr := a.Stop(t.Context()); stopErr != nil {
			t.Error(stopErr)
		}
	}
	return said.String(), err
}

func remove(t *testing.T, c config.Config, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.Remove(filepath.Join(c.Data, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestWitness damages a data folder as people and disks do, and looks whether the next start says so.
func TestWitness(t *testing.T) {
	database := []string{"animo.db", "animo.db-wal", "animo.db-shm"}
	for name, c := range map[string]struct {
		do     func(t *testing.T, c config.Config)
		refuse string // what the error must tell; "" where it starts
		log    string // what the log must tell; "" for nothing of the kind
	}{
		"nothing happened":  {do: func(*testing.T, config.Config) {}},
		"database removed":  {func(t *testing.T, c config.Config) { remove(t, c, database...) }, "emptied or replaced", ""},
		"all notes removed": {func(t *testing.T, c config.Config) { remove(t, c, append(database, "witness.json")...) }, "has objects of another", ""},
		"database emptied": {func(t *testing.T, c config.Config) {
			db, err := sql.Open("sqlite", filepath.Join(c.Data, "animo.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.ExecContext(t.Context(), `DELETE FROM row`); err != nil {
				t.Fatal(err)
			}
		}, "emptied or replaced", ""},
		"an older copy put in place": {func(t *testing.T, c config.Config) {
			remove(t, c, database...)
			copyFile(t, filepath.Join(c.Data, "older.db"), filepath.Join(c.Data, "animo.db"))
		}, "", "went back"},
		"only the witness removed": {do: func(t *testing.T, c config.Config) { remove(t, c, "witness.json") }},
		"a witness of nothing": {func(t *testing.T, c config.Config) {
			if err := os.WriteFile(filepath.Join(c.Data, "witness.json"), []byte("{"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "", "written anew"},
	} {
		t.Run(name, func(t *testing.T) {
			s := settings(t)
			if log, err := opened(t, s); err != nil || strings.Contains(log, "went back") {
				t.Fatal(err, log)
			}
			copyFile(t, filepath.Join(s.Data, "animo.db"), filepath.Join(s.Data, "older.db")) // a stopped server leaves no log beside it
			a := start(t, s)
			a.upload("r.txt", "?trainer=nb", reviews(t)) // so that there are objects
			a.await("r.txt")
			a.stop()
			c.do(t, s)
			log, err := opened(t, s)
			switch {
			case c.refuse != "" && (animoerr.CodeOf(err) != animoerr.Conflict || !strings.Contains(err.Error(), c.refuse)):
				t.Errorf("started with %v, want a refusal that tells %q", err, c.refuse)
			case c.refuse == "" && err != nil:
				t.Error(err)
			}
			if c.log != "" && !strings.Contains(log, c.log) {
				t.Errorf("the log does not tell %q:\n%s", c.log, log)
			}
			if c.log == "" && strings.Contains(log, "went back") {
				t.Errorf("the log tells of what did not happen:\n%s", log)
			}
			if c.refuse == "" { // once told, it goes on from there
				if log, err := opened(t, s); err != nil || strings.Contains(log, "went back") {
					t.Errorf("a start after that: %v\n%s", err, log)
				}
			}
		})
	}
}

package erasures_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"animo"
	"animo/internal/erasures"
	"animo/internal/storetest"
	"animo/internal/table"
)

var ana = animo.Tenant{ID: "ana-sl", Created: time.Date(2026, 7, 1, 10, 0, 0, 5, time.UTC)}

func newLog(t *testing.T, path string) *erasures.Log {
	return erasures.New(path, table.New(storetest.Tables(t)), erasures.Options{
		Tenant: func(_ context.Context, id string) (animo.Tenant, error) {
			if id != ana.ID {
				return animo.Tenant{}, animo.Errorf(animo.NotFound, "none", "ninguno")
			}
			return ana, nil
		},
		Now: func() time.Time { return time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC) },
	})
}

func entries(t *testing.T, path string) (ids []string, s erasures.Summary) {
	t.Helper()
	s, err := erasures.Read(path, func(e erasures.Entry) error {
		ids = append(ids, string(e.Kind)+" "+e.ID)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids, s
}

func TestLog_keeps_what_was_noted_and_names_nobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "erasures.log")
	l := newLog(t, path)
	if err := l.Begin("DB1"); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		l.Note(t.Context(), ana.ID, erasures.Entry{Kind: erasures.Photo, ID: "p1"}),
		l.Note(t.Context(), "gone", erasures.Entry{Kind: erasures.Photo, ID: "p2"}), // of a tenant that was removed
		l.NoteTenant(t.Context(), ana), l.NoteKey(t.Context(), "animo_12345678"), l.Begin("DB1"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got, s := entries(t, path)
	if want := []string{"photo p1", "tenant ", "key animo_12345678"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if !s.Of("DB1") || s.Of("DB2") {
		t.Error("the file does not say which database it is of")
	}
	b, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(b), ana.ID) {
		t.Errorf("the log names a tenant: %s, %v", b, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if again := (animo.Tenant{ID: ana.ID, Created: ana.Created.Add(time.Hour)}); erasures.Mark(again) == erasures.Mark(ana) {
		t.Error("another tenant of the same name has the same mark")
	}
}

// TestLog_waits_in_the_database_while_the_file_cannot_be_written takes the folder of the file away for a time.
func TestLog_waits_in_the_database_while_the_file_cannot_be_written(t *testing.T) {
	path := filepath.Join(t.TempDir(), "elsewhere", "erasures.log")
	l := newLog(t, path)
	for _, id := range []string{"p1", "p2", "p1"} {
		if err := l.Note(t.Context(), ana.ID, erasures.Entry{Kind: erasures.Photo, ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Flush(t.Context()); err == nil {
		t.Error("moved into a file that cannot be written")
	}
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := l.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	got, _ := entries(t, path)
	if slices.Sort(got); !slices.Equal(got, []string{"photo p1", "photo p2"}) {
		t.Errorf("%q", got)
	}
}

// TestLog_goes_on_after_a_line_that_a_crash_cut, and does so from two logs on one file at once.
func TestLog_goes_on_after_a_line_that_a_crash_cut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "erasures.log")
	if err := os.WriteFile(path, []byte(`{"tenant":"x","kind":"pho`), 0o600); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	first := newLog(t, path)
	if err := first.Note(t.Context(), ana.ID, erasures.Entry{Kind: erasures.Photo, ID: "p"}); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*erasures.Log{first, newLog(t, path)} {
		all.Go(func() {
			for range 50 {
				if err := l.Note(t.Context(), ana.ID, erasures.Entry{Kind: erasures.Photo, ID: "p"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if got, s := entries(t, path); len(got) != 101 || s.Broken != 1 {
		t.Errorf("%d entries and %d broken lines, want 101 and 1", len(got), s.Broken)
	}
}

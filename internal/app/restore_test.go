package app_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/erasures"
	"animo/internal/tenants"
)

// backup takes a backup of a server's data, which another data folder can restore.
func backup(t *testing.T, c config.Config) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "backup")
	withStores(t, c, func(s *app.Stores) {
		if _, err := s.Backup(t.Context(), c.Stores, dir); err != nil {
			t.Fatal(err)
		}
	})
	return dir
}

// restored runs an Animo on a backup, in which what the log of c says was erased is erased.
func restored(t *testing.T, c config.Config, from string) (*animo, app.Restored) {
	t.Helper()
	there := fileSettings(t)
	there.Data = filepath.Join(t.TempDir(), "data")
	r, err := app.Restore(t.Context(), there.Stores, from, app.RestoreOptions{Erased: []string{c.ErasuresPath()}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return start(t, there), r
}

// kept says what of opinions there is: the datasets, the models that answer, and the texts that c.txt was corrected by.
func (a *animo) kept() (list []string) {
	a.t.Helper()
	for _, d := range all[struct{ Name string }](a, "/v1/datasets") {
		list = append(list, "dataset "+d.Name)
	}
	for _, name := range []string{"a.txt", "b.txt", "c.txt"} {
		if r := a.send("POST", "/v1/models/"+name+"/classify", strings.NewReader(`{"texts":["todo limpio"]}`), http.Header{"Content-Type": {"application/json"}}); r.status == http.StatusOK {
			list = append(list, "model "+name)
		}
	}
	if r := a.do("GET", "/v1/models/c.txt", ""); r.status != http.StatusOK {
		return list
	}
	for _, c := range all[struct{ Text string }](a, "/v1/models/c.txt/corrections") {
		list = append(list, "correction "+c.Text)
	}
	slices.Sort(list)
	return list
}

// TestRestore_of_opinions deletes after a backup a dataset and a model, another dataset and model that are then made anew, and
// corrections, one of which is made anew. An older backup does not bring them back; a younger one keeps what was made anew.
func TestRestore_of_opinions_leaves_out_what_was_deleted_and_keeps_what_was_made_anew(t *testing.T) {
	c := fileSettings(t)
	a := start(t, c)
	want := func(when string, a *animo, want ...string) {
		t.Helper()
		slices.Sort(want)
		if got := a.kept(); !slices.Equal(got, want) {
			t.Errorf("%s there is %q, want %q", when, got, want)
		}
	}
	do := func(method, path, body string, status int) {
		t.Helper()
		if r := a.do(method, path, body); r.status != status {
			t.Fatalf("%s %s: %d %s", method, path, r.status, r.body)
		}
	}
	ids := map[string]string{}
	correct := func(text string) {
		t.Helper()
		var made struct{ ID string }
		a.do("POST", "/v1/models/c.txt/corrections", `{"text":"`+text+`","label":"Negativo"}`).into(t, &made)
		ids[text] = made.ID
	}
	for _, name := range []string{"a.txt", "b.txt", "c.txt"} {
		a.upload(name, "?trainer=nb", reviews(t))
	}
	for _, text := range []string{"gone", "anew", "stays"} {
		correct(text)
	}
	whole := []string{"dataset a.txt", "dataset b.txt", "dataset c.txt", "model a.txt", "model b.txt", "model c.txt", "correction gone", "correction anew", "correction stays"}
	want("before", a, whole...)
	older := backup(t, c)

	for _, path := range []string{"/v1/datasets/a.txt", "/v1/models/a.txt", "/v1/datasets/b.txt", "/v1/models/b.txt", "/v1/models/c.txt/corrections/" + ids["gone"], "/v1/models/c.txt/corrections/" + ids["anew"]} {
		do("DELETE", path, "", http.StatusNoContent)
	}
	want("after the deletions", a, "dataset c.txt", "model c.txt", "correction stays")
	a.upload("b.txt", "?trainer=nb", reviews(t))
	correct("anew")
	left := []string{"dataset b.txt", "dataset c.txt", "model b.txt", "model c.txt", "correction anew", "correction stays"}
	want("made anew", a, left...)
	younger := backup(t, c)
	a.stop()

	b, r := restored(t, c, older)
	want("of the older backup", b, "dataset c.txt", "model c.txt", "correction stays")
	if r.Erased[erasures.Dataset] != 2 || r.Erased[erasures.Model] != 2 || r.Erased[erasures.Correction] != 2 {
		t.Errorf("erased again: %v", r.Erased)
	}
	b.upload("a.txt", "?trainer=nb", reviews(t)) // the same bytes
	want("with one made anew", b, "dataset a.txt", "dataset c.txt", "model a.txt", "model c.txt", "correction stays")
	b.stop()
	b, r = restored(t, c, younger)
	want("of the younger backup", b, left...)
	if n := r.Erased[erasures.Dataset] + r.Erased[erasures.Model] + r.Erased[erasures.Correction]; n > 0 {
		t.Errorf("erased again: %v", r.Erased)
	}
	if filesWith(t, filepath.Dir(c.ErasuresPath()), []byte("b.txt")) == 0 {
		t.Fatal("the data folder does not name b.txt: the test finds nothing")
	}
	if noted, err := os.ReadFile(c.ErasuresPath()); err != nil || bytes.Contains(noted, []byte("txt")) || bytes.Contains(noted, []byte("gone")) {
		t.Errorf("the log of erasures names what was deleted: %v\n%s", err, noted)
	}
}

// TestBackup_has_the_moment_of_the_clock_of_the_erasures because what was erased from a collection is compared with it.
func TestBackup_has_the_moment_of_the_clock_of_the_erasures(t *testing.T) {
	c := fileSettings(t)
	at := time.Date(2031, 5, 4, 3, 2, 1, 0, time.UTC)
	s, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Backup(t.Context(), c.Stores, filepath.Join(t.TempDir(), "backup"))
	if err != nil || !r.Taken.Equal(at) {
		t.Errorf("taken at %v, %v, want %v", r.Taken, err, at)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

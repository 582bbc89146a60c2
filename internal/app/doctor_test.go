package app_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	animoerr "animo"
	"animo/internal/app"
	"animo/internal/config"
)

// examine returns the checks of a doctor by their names.
func examine(t *testing.T, c config.Config, o app.DoctorOptions) map[string]app.Check {
	t.Helper()
	checks := map[string]app.Check{}
	o.Told = func(check app.Check) { checks[check.Name] = check }
	if err := app.Examine(t.Context(), c.Stores, o); err != nil {
		t.Fatal(err)
	}
	return checks
}

// wantFaults looks which checks found something at fault.
func wantFaults(t *testing.T, when string, checks map[string]app.Check, want ...string) {
	t.Helper()
	var faulty []string
	for name, c := range checks {
		if c.Faulty && !c.Repaired {
			faulty = append(faulty, name)
		}
		if c.EN == "" || c.ES == "" {
			t.Errorf("%s: %s says nothing", when, name)
		}
	}
	slices.Sort(faulty)
	if slices.Sort(want); !slices.Equal(faulty, want) {
		t.Errorf("%s: at fault are %q, want %q", when, faulty, want)
	}
}

// spoil runs a statement on a database that no server uses.
func spoil(t *testing.T, c config.Config, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(c.Data, "animo.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r, err := db.ExecContext(t.Context(), statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := r.RowsAffected(); n == 0 {
		t.Fatalf("%s changed nothing", statement)
	}
}

// agePhoto makes the files of a photo as old as strays are.
func agePhoto(t *testing.T, c config.Config, id string) {
	t.Helper()
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(filepath.Join(c.Data, "objects", "default", "photos", id, "picture"), old, old); err != nil {
		t.Fatal(err)
	}
}

// sick makes a data folder with two photos and a model, and returns the photos' ids.
func sick(t *testing.T) (c config.Config, photos []string) {
	t.Helper()
	c = fileSettings(t)
	if err := os.Chmod(c.Data, 0o700); err != nil { // as Animo makes it
		t.Fatal(err)
	}
	a := start(t, c)
	for i := range 2 {
		photos = append(photos, a.photo(fmt.Sprintf("%d.jpg", i), "", fmt.Sprintf("\xff\xd8\xff no es una foto %d", i)).ID)
	}
	a.upload("r.txt", "?trainer=nb", reviews(t))
	a.await("r.txt")
	for _, id := range photos { // until nothing waits, so that no row says what the test has removed
		a.do("GET", "/v1/photos/"+id+"?wait=20", "")
	}
	a.stop()
	return c, photos
}

func TestExamine_finds_nothing_at_a_sound_folder_also_while_it_is_used(t *testing.T) {
	c, photos := sick(t)
	for _, id := range photos {
		agePhoto(t, c, id)
	}
	wantFaults(t, "stopped", examine(t, c, app.DoctorOptions{Hashes: true}))
	a := start(t, c)
	wantFaults(t, "running", examine(t, c, app.DoctorOptions{Hashes: true}))
	a.stop()
	nowhere := fileSettings(t)
	if err := app.Examine(t.Context(), nowhere.Stores, app.DoctorOptions{Told: func(app.Check) {}}); animoerr.CodeOf(err) != animoerr.NotFound {
		t.Errorf("where nothing is: %v", err)
	}
	if entries, err := os.ReadDir(nowhere.Data); err != nil || len(entries) > 0 {
		t.Errorf("it made %v, %v", entries, err)
	}
}

// TestExamine_finds_what_is_damaged damages a folder in one way at a time.
func TestExamine_finds_what_is_damaged(t *testing.T) {
	for name, c := range map[string]struct {
		do     func(t *testing.T, c config.Config, photos []string)
		faulty []string
	}{
		"a picture that is missing": {func(t *testing.T, c config.Config, photos []string) {
			remove(t, c, filepath.Join("objects", "default", "photos", photos[0], "picture"))
		}, []string{"files"}},
		"a picture whose bytes changed": {func(t *testing.T, c config.Config, photos []string) {
			if err := os.WriteFile(filepath.Join(c.Data, "objects", "default", "photos", photos[0], "picture"), []byte("other"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, []string{"files"}},
		"a row that cannot be read": {func(t *testing.T, c config.Config, photos []string) {
			spoil(t, c, `UPDATE row SET value = X'7B' WHERE tbl = 'photos' AND key = CAST($1 AS BLOB)`, photos[0])
		}, []string{"rows"}},
		"rows that are lost": {func(t *testing.T, c config.Config, photos []string) {
			spoil(t, c, `DELETE FROM row WHERE tbl IN ('photos', 'pictures') AND key = CAST($1 AS BLOB)`, photos[0])
			agePhoto(t, c, photos[0])
		}, []string{"strays"}},
		"an upload that may still come": {func(t *testing.T, c config.Config, photos []string) {
			spoil(t, c, `DELETE FROM row WHERE tbl = 'photos' AND key = CAST($1 AS BLOB)`, photos[0])
			agePhoto(t, c, photos[0])
		}, nil},
		"an open folder": {func(t *testing.T, c config.Config, _ []string) {
			if err := os.Chmod(c.Data, 0o755); err != nil {
				t.Fatal(err)
			}
		}, []string{"permissions"}},
		"no master key": {func(t *testing.T, c config.Config, _ []string) { remove(t, c, "master.key") }, []string{"master-key"}},
		"another master key": {func(t *testing.T, c config.Config, _ []string) {
			if err := os.WriteFile(filepath.Join(c.Data, "master.key"), make([]byte, 32), 0o600); err != nil {
				t.Fatal(err)
			}
		}, []string{"master-key"}},
		"another database": {func(t *testing.T, c config.Config, _ []string) {
			spoil(t, c, `DELETE FROM row WHERE tbl = 'witness'`)
		}, []string{"witness"}},
		"no log of erasures": {func(t *testing.T, c config.Config, _ []string) { remove(t, c, "erasures.log") }, []string{"erasures"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, photos := sick(t)
			c.do(t, s, photos)
			wantFaults(t, name, examine(t, s, app.DoctorOptions{Hashes: true}), c.faulty...)
		})
	}
}

// TestExamine_of_an_earlier_release_s_data finds nothing at what an earlier release left: of each file there is known which row it is of.
func TestExamine_of_an_earlier_release_s_data(t *testing.T) {
	c := fileSettings(t)
	dir := c.Data
	unpack(t, "data-c1c651d", dir)
	c.Data = filepath.Join(dir, "data")
	old := time.Now().Add(-3 * time.Hour)
	err := filepath.WalkDir(c.Data, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			err = os.Chtimes(path, old, old)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	wantFaults(t, "an earlier release's", examine(t, c, app.DoctorOptions{Hashes: true}))
}

func TestExamine_erases_strays_with_a_receipt(t *testing.T) {
	c, photos := sick(t)
	spoil(t, c, `DELETE FROM row WHERE tbl IN ('photos', 'pictures') AND key = CAST($1 AS BLOB)`, photos[0])
	agePhoto(t, c, photos[0])
	if err := os.Chmod(c.Data, 0o755); err != nil {
		t.Fatal(err)
	}
	var log lockedLog
	a := startWith(t, c, app.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	awaitMetric(t, a, "animo_stray_objects 1")
	if !strings.Contains(log.String(), "no row speaks of") {
		t.Errorf("the log does not tell of the stray:\n%s", log.String())
	}
	wantFaults(t, "repairing", examine(t, c, app.DoctorOptions{Repair: app.RepairErase}))
	wantFaults(t, "after it", examine(t, c, app.DoctorOptions{Hashes: true}))
	var receipts struct{ Items []animoerr.Receipt }
	a.do("GET", "/v1/receipts", "").into(t, &receipts)
	if len(receipts.Items) != 1 || receipts.Items[0].Erased != "strays" || receipts.Items[0].Files != 1 || receipts.Items[0].Bytes == 0 {
		t.Errorf("receipts: %+v", receipts.Items)
	}
	if r := a.do("GET", "/v1/photos/"+photos[1], ""); r.status != 200 {
		t.Errorf("the photo beside it: %d", r.status)
	}
}

func TestExamine_takes_lost_pictures_up_again(t *testing.T) {
	c, photos := sick(t)
	spoil(t, c, `DELETE FROM row WHERE tbl IN ('photos', 'pictures', 'photo-heads') AND CAST(key AS TEXT) || CAST(value AS TEXT) LIKE '%' || $1 || '%'`, photos[0])
	agePhoto(t, c, photos[0])
	a := start(t, c) // it analyses what is taken
	wantFaults(t, "repairing", examine(t, c, app.DoctorOptions{Repair: app.RepairTake}))
	wantFaults(t, "after it", examine(t, c, app.DoctorOptions{Hashes: true}))
	var list struct{ Items []animoerr.Photo }
	a.do("GET", "/v1/photos", "").into(t, &list)
	if len(list.Items) != 2 || !slices.ContainsFunc(list.Items, func(p animoerr.Photo) bool { return p.Name == "recovered-"+photos[0] }) {
		t.Errorf("photos: %+v", list.Items)
	}
}

// awaitMetric waits until /metrics has a line.
func awaitMetric(t *testing.T, a *animo, line string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		if strings.Contains(a.do("GET", "/metrics", "").body, line) {
			return
		}
	}
	t.Errorf("/metrics never said %q", line)
}

func TestExamine_takes_what_was_just_written_for_no_stray(t *testing.T) {
	c, photos := sick(t)
	spoil(t, c, `DELETE FROM row WHERE tbl IN ('photos', 'pictures') AND key = CAST($1 AS BLOB)`, photos[0])
	wantFaults(t, "at once", examine(t, c, app.DoctorOptions{}))
	later := func() time.Time { return time.Now().Add(2 * time.Hour) }
	wantFaults(t, "two hours later", examine(t, c, app.DoctorOptions{Now: later}), "strays")
}

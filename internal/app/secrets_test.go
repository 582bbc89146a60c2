package app_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	animoerr "animo"
	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/sqldb"
	"animo/internal/tenants"
)

// subscribe makes a webhook of measured faces that are happy, and gives its secret's key.
func (a *animo) subscribe(target string) (sub subscription, key []byte) {
	a.t.Helper()
	r := a.do("POST", "/v1/subscriptions", `{"kind":"webhook","target":"`+target+`","filter":{"mood":"happy"}}`)
	if r.into(a.t, &sub); r.status != http.StatusCreated {
		a.t.Fatalf("%d %s", r.status, r.body)
	}
	return sub, a.keyIn(sub.Secret)
}

func (a *animo) keyIn(secret string) []byte {
	a.t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) != 32 {
		a.t.Fatalf("secret %q, %v", secret, err)
	}
	return key
}

// smile has a happy face recorded that a client measured.
func (a *animo) smile() {
	a.t.Helper()
	r := a.do("POST", "/v1/moods", `{"items":[{"image_id":"webcam`+fmt.Sprint(time.Now().UnixNano())+`","taken_at":"`+time.Now().UTC().Format(time.RFC3339)+`","emotions":[{"Type":"HAPPY","Confidence":97.1}]}]}`)
	if r.status >= 300 {
		a.t.Fatalf("%d %s", r.status, r.body)
	}
}

// wantNoKey fails if a file below a folder has the key, as it is or in base64, and if there is no file.
func wantNoKey(t *testing.T, when, dir string, keys ...[]byte) {
	t.Helper()
	if n := filesWith(t, dir, nil); n == 0 {
		t.Fatalf("%s: there are no files in %s", when, dir)
	}
	for _, key := range keys {
		if n := filesWith(t, dir, key) + filesWith(t, dir, []byte(base64.StdEncoding.EncodeToString(key))); n > 0 {
			t.Errorf("%s: %d files in %s have a secret of a webhook", when, n, dir)
		}
	}
}

func filesWith(t *testing.T, dir string, what []byte) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err == nil && bytes.Contains(b, what) {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// withStores opens the stores of settings as a command does.
func withStores(t *testing.T, c config.Config, do func(*app.Stores)) {
	t.Helper()
	s, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	do(s)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestSecrets_of_webhooks_are_in_no_file_and_open_with_the_master_key_alone(t *testing.T) {
	c := fileSettings(t)
	c.AllowPrivateWebhooks, c.SweepEvery = true, 200*time.Millisecond
	a := start(t, c)
	var key []byte
	target, hooks := listen(t, &key)
	sub, first := a.subscribe(target)
	key = first
	a.smile()
	if h := <-hooks; !h.Signed {
		t.Errorf("%+v is not signed", h)
	}
	a.awaitTold(sub.ID)
	wantNoKey(t, "while the server runs", c.Data, first)
	from := filepath.Join(t.TempDir(), "backup")
	withStores(t, c, func(s *app.Stores) {
		if _, err := s.Backup(t.Context(), c.Stores, from); err != nil {
			t.Fatal(err)
		}
	})
	wantNoKey(t, "the backup", from, first)
	a.stop()
	wantNoKey(t, "after the stop", c.Data, first)

	there := fileSettings(t) // another machine
	there.Data, there.AllowPrivateWebhooks, there.SweepEvery = filepath.Join(t.TempDir(), "data"), true, c.SweepEvery
	if _, err := app.Restore(t.Context(), there.Stores, from, app.RestoreOptions{Erased: []string{c.ErasuresPath()}, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	var log lockedLog
	b := startWith(t, there, app.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	b.smile()
	for began := time.Now(); len(all[delivery](b, "/v1/subscriptions/"+sub.ID+"/deliveries")) < 2 && time.Since(began) < 10*time.Second; {
		b.quiet()
	}
	var shown struct {
		State  string
		Reason *struct{ Message string }
	}
	b.do("GET", "/v1/subscriptions/"+sub.ID, "").into(t, &shown)
	if shown.State != "active" || shown.Reason == nil || !strings.Contains(shown.Reason.Message, "master-key") {
		t.Errorf("without the key the subscription is %+v, want it to name the setting", shown)
	}
	if d := b.deliveries(sub.ID)[0]; d.Outcome != "waiting" || d.Last != nil {
		t.Errorf("without the key: %+v, want it to wait without an attempt", d)
	}
	if !strings.Contains(log.String(), "cannot open the secrets of webhooks") {
		t.Errorf("the log does not tell:\n%s", log.String())
	}
	wantFaults(t, "without the key", examine(t, there, app.DoctorOptions{}), "master-key", "webhook-secrets")
	if r := b.do("GET", "/v1/moods", ""); r.status != http.StatusOK || !strings.Contains(r.body, "HAPPY") {
		t.Errorf("what needs no secret: %d %s", r.status, r.body)
	}
	b.stop()
	raw, err := os.ReadFile(filepath.Join(c.Data, "master.key"))
	if err == nil {
		err = os.WriteFile(filepath.Join(there.Data, "master.key"), raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	b = start(t, there)
	if h := <-hooks; !h.Signed {
		t.Errorf("with the key: %+v is not signed", h)
	}
	b.awaitTold(sub.ID)
	var rotated subscription
	b.do("POST", "/v1/subscriptions/"+sub.ID+"/rotate", "").into(t, &rotated)
	wantNoKey(t, "after a rotation", there.Data, first, b.keyIn(rotated.Secret))
	wantFaults(t, "with the key", examine(t, there, app.DoctorOptions{}))
	withStores(t, there, func(s *app.Stores) {
		if names, err := s.SealedSecrets(t.Context()); err != nil || len(names) != 1 || !strings.Contains(names[0], sub.ID) {
			t.Errorf("the webhooks that go with the key are %q, %v", names, err)
		}
	})
}

// TestSecrets_of_an_earlier_release is of the data of the release before: its secrets stay plain until the operator has them sealed.
func TestSecrets_of_an_earlier_release_stay_until_the_operator_has_them_sealed(t *testing.T) {
	dir := t.TempDir()
	kept := unpack(t, "data-c1c651d", dir)
	c := fileSettings(t)
	c.Data, c.AllowPrivateWebhooks = filepath.Join(dir, "data"), true
	var log lockedLog
	a := startWith(t, c, app.Options{Log: slog.New(slog.NewTextHandler(&log, nil))}).as(kept.Key)
	if !strings.Contains(log.String(), "animo keys seal") {
		t.Errorf("the log does not name the command:\n%s", log.String())
	}
	if check := examine(t, c, app.DoctorOptions{})["webhook-secrets"]; check.Faulty || !strings.Contains(check.EN, "of 2 webhooks, 2 have plain secrets") || !strings.Contains(check.ES, "animo keys seal") {
		t.Errorf("the doctor says %+v", check)
	}
	var key []byte
	target, hooks := listen(t, &key)
	sub, plain := a.subscribe(target)
	key = plain
	wantOldest(t, c, 3)
	if filesWith(t, c.Data, []byte(base64.StdEncoding.EncodeToString(plain))) == 0 {
		t.Error("the release before could not sign for the new webhook")
	}

	withStores(t, c, func(s *app.Stores) {
		if runtime.GOOS == "windows" {
			t.Log("NOT TESTED: the system does not tell which processes run")
		} else if n, err := s.SealSecrets(t.Context(), c.Data, false); animoerr.CodeOf(err) != animoerr.Conflict || n > 0 || !strings.Contains(err.Error(), "worker-1") {
			t.Errorf("while a process runs: %d, %v; want conflict and its name", n, err)
		}
		wantOldest(t, c, 3)
		if n, err := s.SealSecrets(t.Context(), c.Data, true); err != nil || n != 3 {
			t.Fatalf("sealed %d, %v, want 3", n, err)
		}
		if n, err := s.SealSecrets(t.Context(), c.Data, true); err != nil || n != 0 {
			t.Errorf("sealed once more: %d, %v", n, err)
		}
	})
	wantOldest(t, c, sqldb.SealedSecrets)
	wantNoKey(t, "after it was sealed", c.Data, plain)
	a.smile() // the server that ran meanwhile goes on
	if h := <-hooks; !h.Signed {
		t.Errorf("%+v is not signed", h)
	}
	a.awaitTold(sub.ID)
	other, sealed := a.subscribe(target + "/other")
	wantNoKey(t, "a new one", c.Data, sealed)
	wantFaults(t, "sealed", examine(t, c, app.DoctorOptions{}))
	if other.ID == sub.ID {
		t.Error("there is no new webhook")
	}
}

// wantOldest looks which schema programs have to know for a database.
func wantOldest(t *testing.T, c config.Config, want int64) {
	t.Helper()
	db, err := sqldb.Open(t.Context(), c.TablesURL(), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := db.Oldest(t.Context()); err != nil || got != want {
		t.Errorf("programs have to know schema %d, %v, want %d", got, err, want)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

//go:build unix

package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/config"
)

// member opens an Animo whose data folder is dir and whose tables are in the database at db. It serves the API alone, so
// that nothing but the test takes events.
func member(t *testing.T, dir, db string) *App {
	t.Helper()
	c := config.Default()
	c.Data, c.Tables, c.Listen, c.Functions = dir, "sqlite:"+db, "127.0.0.1:0", []string{config.API}
	a, err := New(t.Context(), c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopMember(t, a) })
	return a
}

func claim(t *testing.T, a *App) []bus.Delivery {
	t.Helper()
	list, err := a.stores.Queues.Claim(t.Context(), "work", 1, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestOwner_two_folders_over_one_database_keep_their_leases_and_a_restart_takes_its_own(t *testing.T) {
	dirs, db := []string{t.TempDir(), t.TempDir()}, filepath.Join(t.TempDir(), "shared.db")
	first := member(t, dirs[0], db)
	queues := first.stores.Queues
	if err := queues.Declare(t.Context(), "work", []string{"test.work"}); err != nil {
		t.Fatal(err)
	}
	if err := queues.Publish(t.Context(), animo.Event{ID: "e1", Tenant: animo.DefaultTenant, Type: "test.work", Data: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, first); len(got) != 1 {
		t.Fatalf("the first claims %d events", len(got))
	}
	second := member(t, dirs[1], db)
	if got := claim(t, second); len(got) != 0 {
		t.Errorf("the second, from another folder, takes the first one's live lease: %+v", got)
	}
	stopMember(t, first) // as a crash, it leaves what it had claimed
	again := member(t, dirs[0], db)
	if got := claim(t, again); len(got) != 1 || got[0].Attempt != 2 {
		t.Errorf("a restart from the first's folder claims %+v; want its own event, for the second time", got)
	}
}

func TestOwner_is_the_same_for_each_slot_and_another_in_each_folder(t *testing.T) {
	dir := t.TempDir()
	take := func(dir string) (owner, func() error) {
		t.Helper()
		o, release, err := takeOwner(dir)
		if err != nil {
			t.Fatal(err)
		}
		return o, release
	}
	first, leave := take(dir)
	other, leaveOther := take(dir)
	if first.slot != "worker-1" || other.slot != "worker-2" || first.name == other.name || len(first.name) != len("worker-1-")+16 || !strings.HasPrefix(first.name, "worker-1-") {
		t.Errorf("two processes of one folder are %+v and %+v", first, other)
	}
	elsewhere, leaveElsewhere := take(t.TempDir())
	if elsewhere.slot != first.slot || elsewhere.name == first.name {
		t.Errorf("a process of another folder is %+v beside %+v", elsewhere, first)
	}
	if err := leave(); err != nil {
		t.Fatal(err)
	}
	again, leave := take(dir)
	if again != first {
		t.Errorf("the restarted process is %+v, was %+v", again, first)
	}
	for _, release := range []func() error{leave, leaveOther, leaveElsewhere} {
		if err := release(); err != nil {
			t.Error(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "worker-1.lock"), []byte("0123"), 0o600); err != nil {
		t.Fatal(err)
	}
	whole, leave := take(dir)
	if len(whole.name) != len(first.name) || whole == first {
		t.Errorf("an id that was cut short makes %+v", whole)
	}
	if err := leave(); err != nil {
		t.Error(err)
	}
}

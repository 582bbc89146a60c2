package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	root "animo"
	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/object"
	"animo/internal/object/s3"
	"animo/internal/pictures"
	"animo/internal/postgrestest"
	"animo/internal/s3test"
	"animo/vision"
)

// cluster are settings of an Animo on an empty PostgreSQL database and an empty place for objects on S3, with the master key of c.
func cluster(t *testing.T, c config.Config) config.Config {
	t.Helper()
	there := c
	there.Data, there.Tables, there.Objects = t.TempDir(), postgrestest.URL(t), s3test.URL(t)
	there.MasterKey = filepath.Join(c.Data, "master.key")
	return there
}

// answers are what an Animo says of all that it keeps.
func (a *animo) answers() map[string]string {
	a.t.Helper()
	said := map[string]string{}
	for _, path := range []string{
		"/v1/photos?limit=100", "/v1/moods?limit=100", "/v1/moods/summary", "/v1/moods/accuracy", "/v1/people", "/v1/receipts", "/v1/subscriptions", "/v1/datasets", "/v1/models",
		"/v1/models/hotel.txt", "/v1/models/hotel.txt/corrections", "/v1/training",
	} {
		r := a.do("GET", path, "")
		said[path] = r.body
		if r.status != http.StatusOK {
			a.t.Errorf("GET %s: %d %s", path, r.status, r.body)
		}
	}
	for _, p := range all[photo](a, "/v1/photos") {
		said[p.ID+" image"] = a.do("GET", "/v1/photos/"+p.ID+"/image", "").body
	}
	r := a.send("POST", "/v1/models/hotel.txt/classify", strings.NewReader(`{"texts":["todo limpio","muy sucio y ruidoso"]}`), http.Header{"Content-Type": {"application/json"}})
	said["classify"] = r.body
	return said
}

// laptop fills a data folder: people who are recognised, photos with corrections, an erased one, a model, a webhook that is down, and, where
// nothing works on them any more, photos and a file of opinions that wait, one of them leased. It tells what its server answered last.
func laptop(t *testing.T, target string) (c config.Config, said map[string]string, erased string, waiting []string) {
	t.Helper()
	c = fileSettings(t)
	c.AllowPrivateWebhooks = true
	a := start(t, c)
	a.introduce("Aaron Peirsol", portrait(t, "Aaron_Peirsol_0001"))
	a.introduce("Quien se va", portrait(t, "AJ_Cook_0001"))
	if r := a.do("DELETE", "/v1/people/Quien%20se%20va", ""); r.status >= 300 {
		t.Fatal(r.status, r.body)
	}
	if r := a.do("POST", "/v1/subscriptions", `{"kind":"webhook","target":"`+target+`"}`); r.status != http.StatusCreated {
		t.Fatal(r.status, r.body)
	}
	p := a.photo("grupo.jpg", "?source=puerta", sample(t, 1))
	a.photo("aaron.jpg", "", portrait(t, "Aaron_Peirsol_0002"))
	erased = a.photo("fuera.jpg", "", sample(t, 2)).ID
	if r := a.do("DELETE", "/v1/photos/"+erased, ""); r.status != http.StatusOK {
		t.Fatal(r.status, r.body)
	}
	other := "SAD" // so that the face moves to another mood's table
	if p.Faces[0].Mood == other {
		other = "HAPPY"
	}
	if r := a.do("PUT", "/v1/faces/"+p.Faces[0].ID+"/correction", `{"emotion":"`+other+`"}`); r.status >= 300 {
		t.Fatal(r.status, r.body)
	}
	a.upload("hotel.txt", "?trainer=nb", reviews(t))
	if r := a.do("POST", "/v1/models/hotel.txt/corrections", `{"text":"ni fu ni fa","label":"Negativo"}`); r.status >= 300 {
		t.Fatal(r.status, r.body)
	}
	a.quiet()
	a.stop()
	still := c
	still.Functions = []string{config.API}
	a = start(t, still)
	for shade := range 3 {
		waiting = append(waiting, a.put(fmt.Sprintf("espera%d.png", shade), dot(uint8(shade))))
	}
	if r := a.do("PUT", "/v1/training/luego.txt?trainer=nb", reviews(t)); r.status != http.StatusAccepted {
		t.Fatal(r.status, r.body)
	}
	said = a.answers()
	a.stop()
	withStores(t, c, func(s *app.Stores) { // as a process that was killed leaves it
		if got, err := s.Queues.Claim(t.Context(), "analyse", 1, time.Hour); err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
	})
	return c, said, erased, waiting
}

func move(t *testing.T, from, to config.Config) app.MoveResult {
	t.Helper()
	r, err := app.Move(t.Context(), from.Stores, to.Stores, app.MoveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// breakOff moves until a stage has told so often how far it is.
func breakOff(t *testing.T, from, to config.Config, stage app.MoveStage, times int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := app.Move(ctx, from.Stores, to.Stores, app.MoveOptions{Told: func(s app.MoveStage, _, _ int64) {
		if s == stage {
			if times--; times == 0 {
				cancel()
			}
		}
	}})
	if err == nil {
		t.Fatalf("the move ended though it was broken off at %s", stage)
	}
}

func TestMove_a_laptops_data_is_the_same_on_PostgreSQL_and_S3_and_ends_what_was_under_way(t *testing.T) {
	var down atomic.Bool
	down.Store(true)
	told := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		told <- r.Header.Get("webhook-id")
	}))
	t.Cleanup(server.Close)
	from, said, erased, waiting := laptop(t, server.URL)
	to := cluster(t, from)
	for stage, times := range map[app.MoveStage]int{app.MoveRows: 2, app.MoveObjects: 3, app.CheckRows: 1} {
		breakOff(t, from, to, stage, times)
		if _, err := opened(t, to); root.CodeOf(err) != root.Conflict {
			t.Errorf("a server starts on what is moved in part: %v", err)
		}
		if _, err := opened(t, from); root.CodeOf(err) != root.Conflict {
			t.Errorf("a server starts on what is on its way elsewhere: %v", err)
		}
	}
	r := move(t, from, to)
	for _, table := range r.Tables {
		if table.Rows == 0 || len(table.SHA256) != 64 {
			t.Errorf("of the table %s %d rows with the hash %q are moved", table.Table, table.Rows, table.SHA256)
		}
	}
	if whole := move(t, again(t, from), cluster(t, from)); !slices.Equal(whole.Tables, r.Tables) || whole.Objects != r.Objects {
		t.Errorf("broken off and gone on with: %+v\nat once: %+v", r, whole)
	}
	if _, err := app.Move(t.Context(), from.Stores, to.Stores, app.MoveOptions{}); root.CodeOf(err) != root.Conflict {
		t.Errorf("once more after the end: %v", err)
	}

	still := to
	still.Functions = []string{config.API}
	a := start(t, still)
	for path, now := range a.answers() {
		if now != said[path] {
			t.Errorf("%s\nwas %.2000s\nis  %.2000s", path, said[path], now)
		}
	}
	if r := a.do("GET", "/v1/photos/"+erased, ""); r.status != http.StatusNotFound && r.status != http.StatusGone {
		t.Errorf("the erased photo: %d %s", r.status, r.body)
	}
	if r := a.do("GET", "/v1/people", ""); strings.Contains(r.body, "Quien se va") {
		t.Errorf("who was erased is back: %s", r.body)
	}
	store, _ := anObject(t, to)
	for o, err := range store.(object.Lister).List(t.Context()) {
		if err != nil || strings.Contains(o.Name, erased) {
			t.Errorf("%s is in the target, %v", o.Name, err)
		}
	}
	before := a.streamed()
	a.stop()

	down.Store(false)
	a = start(t, to)
	for _, id := range waiting {
		if p := a.awaitPhoto(id); p.Status != "done" {
			t.Errorf("a photo that waited is %s", p.Status)
		}
	}
	if tr := a.await("luego.txt"); tr.Status != "done" {
		t.Errorf("the training that waited: %+v", tr)
	}
	subs := all[subscription](a, "/v1/subscriptions")
	if r := a.do("POST", "/v1/subscriptions/"+subs[0].ID+"/resume", ""); r.status != http.StatusOK {
		t.Errorf("resume: %d %s", r.status, r.body)
	}
	if list := a.awaitTold(subs[0].ID); len(list) == 0 {
		t.Error("nothing was told to the subscriber")
	}
	p := a.photo("nueva.jpg", "", portrait(t, "Aaron_Peirsol_0002"))
	if names := a.who(p.ID); !slices.Contains(names, "Aaron Peirsol") {
		t.Errorf("in a new photo %q are recognised", names)
	}
	now := a.streamed()
	if len(now) <= len(before) || !slices.Equal(now[:len(before)], before) {
		t.Errorf("the stream told %q before the move, and %q with a new photo", before, now)
	}
}

// streamed are the events of the stream from its beginning to the last of the faces that are recorded.
func (a *animo) streamed() (events []string) {
	a.t.Helper()
	l := a.listen("", "0")
	for left := len(a.records("")) - 1; left > 0; { // a face that was corrected is not told again
		kind, id, r := l.next()
		events = append(events, kind+" "+id+" "+r.FaceID)
		if kind == "mood" {
			left--
		}
	}
	return events
}

// again is a copy of a data folder that nothing keeps servers off.
func again(t *testing.T, c config.Config) config.Config {
	t.Helper()
	there := c
	there.Data = t.TempDir()
	if err := os.CopyFS(there.Data, os.DirFS(c.Data)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(there.Data, "animo.db.moved")); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return there
}

// one sees one face.
var one = engine(func(context.Context, string, vision.Image) ([]pictures.Found, error) { return happy(1), nil })

// onPostgres runs a statement on the target of a move, past everything.
func onPostgres(t *testing.T, c config.Config, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.Tables)
	if err != nil {
		t.Fatal(err)
	}
	done, err := conn.Exec(t.Context(), statement)
	if err != nil || done.RowsAffected() == 0 {
		t.Errorf("%s: %v, %v", statement, done, err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// anObject opens the place of the target's objects, and names one of them.
func anObject(t *testing.T, c config.Config) (object.Store, object.Listed) {
	t.Helper()
	store, err := s3.Open(t.Context(), c.Objects, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	for o, err := range store.(object.Lister).List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		return store, o
	}
	t.Fatal("no object was copied")
	return nil, object.Listed{}
}

// twoPhotos is a data folder with two photos of a face each.
func twoPhotos(t *testing.T) config.Config {
	t.Helper()
	c := fileSettings(t)
	a := startWith(t, c, app.Options{Faces: one})
	for shade := range 2 {
		a.photo(fmt.Sprintf("p%d.png", shade), "", dot(uint8(shade)))
	}
	a.stop()
	return c
}

func TestMove_finds_what_is_not_the_same_and_copies_it_anew_the_next_time(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, to config.Config){
		"a byte of a row": func(t *testing.T, to config.Config) {
			onPostgres(t, to, `UPDATE row SET value = set_byte(value, 1, get_byte(value, 1) # 1) WHERE (tenant, tbl, key) IN (SELECT tenant, tbl, key FROM row WHERE tbl = 'photos' LIMIT 1)`)
		},
		"a row that is gone": func(t *testing.T, to config.Config) {
			onPostgres(t, to, `DELETE FROM row WHERE (tenant, tbl, key) IN (SELECT tenant, tbl, key FROM row WHERE tbl = 'photos' LIMIT 1)`)
		},
		"a tally": func(t *testing.T, to config.Config) { onPostgres(t, to, `UPDATE tally SET n = n + 1`) },
		"a place": func(t *testing.T, to config.Config) { onPostgres(t, to, `UPDATE log_end SET seq = seq + 1`) },
		"a byte of a file": func(t *testing.T, to config.Config) {
			store, o := anObject(t, to)
			body, _, err := store.Get(t.Context(), o.Tenant, o.Name, object.Range{})
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			b, err := io.ReadAll(body)
			if err == nil {
				b[len(b)/2] ^= 1
				err = store.Put(t.Context(), o.Tenant, o.Name, bytes.NewReader(b))
			}
			if err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			from := twoPhotos(t)
			to := cluster(t, from)
			breakOff(t, from, to, app.CheckObjects, 1) // all is copied
			damage(t, to)
			if _, err := app.Move(t.Context(), from.Stores, to.Stores, app.MoveOptions{}); root.CodeOf(err) != root.Damaged {
				t.Errorf("the move says %v", err)
			}
			if _, err := opened(t, to); root.CodeOf(err) != root.Conflict {
				t.Errorf("a server starts on what is damaged: %v", err)
			}
			move(t, from, to)
			if _, err := opened(t, to); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestMove_copies_a_file_that_went_missing_on_the_way_and_removes_one_that_the_source_has_no_more(t *testing.T) {
	from := twoPhotos(t)
	to := cluster(t, from)
	breakOff(t, from, to, app.CheckObjects, 1)
	store, o := anObject(t, to)
	if err := store.(object.Lister).Remove(t.Context(), o.Tenant, o.Name); err != nil {
		t.Fatal(err)
	}
	if err := store.Put(t.Context(), o.Tenant, "photos/erased/picture", strings.NewReader("who was erased meanwhile")); err != nil {
		t.Fatal(err)
	}
	move(t, from, to)
	if _, err := store.Stat(t.Context(), o.Tenant, o.Name); err != nil {
		t.Error(err)
	}
	if _, err := store.Stat(t.Context(), o.Tenant, "photos/erased/picture"); root.CodeOf(err) != root.NotFound {
		t.Errorf("what the source does not have is in the target: %v", err)
	}
}

func TestMove_tells_what_the_source_had_lost(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"lost":    os.Remove,
		"damaged": func(path string) error { return os.WriteFile(path, []byte("another picture"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			from := twoPhotos(t)
			pictures, err := filepath.Glob(filepath.Join(from.Data, "objects", "*", "photos", "*", "picture"))
			if err != nil || len(pictures) != 2 {
				t.Fatal(pictures, err)
			}
			if err := damage(pictures[0]); err != nil {
				t.Fatal(err)
			}
			to := cluster(t, from)
			r, err := app.Move(t.Context(), from.Stores, to.Stores, app.MoveOptions{})
			if root.CodeOf(err) != root.Damaged || len(r.Lost)+len(r.Damaged) != 1 || !strings.Contains(pictures[0], append(r.Lost, r.Damaged...)[0]) {
				t.Errorf("the move says %v of %q and %q", err, r.Lost, r.Damaged)
			}
			if _, err := app.Move(t.Context(), from.Stores, to.Stores, app.MoveOptions{Lost: true}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestMove_refuses(t *testing.T) {
	from := twoPhotos(t)
	refused := func(what string, from, to config.Config, code root.Code) {
		t.Helper()
		if _, err := app.Move(t.Context(), from.Stores, to.Stores, app.MoveOptions{}); root.CodeOf(err) != code {
			t.Errorf("%s: %v, want %s", what, err, code)
		}
	}
	a := start(t, from)
	refused("a source on which a server runs", from, cluster(t, from), root.Conflict)
	if p := a.photo("q.png", "", dot(9)); p.Status != "done" {
		t.Errorf("that server's photo is %s", p.Status)
	}
	a.stop()
	nowhere := from
	nowhere.Data = t.TempDir()
	refused("a source that is not there", nowhere, cluster(t, from), root.NotFound)
	refused("a file as a target", from, nowhere, root.Unsupported)

	used := cluster(t, from)
	start(t, used).stop()
	refused("a target on which a server ran", from, used, root.Conflict)
	full := cluster(t, from)
	store, err := s3.Open(t.Context(), full.Objects, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Put(t.Context(), "default", "a", strings.NewReader("b")); err != nil {
		t.Fatal(err)
	}
	refused("a bucket with objects", from, full, root.Conflict)
	away := cluster(t, from)
	away.Tables = "postgres://nobody@127.0.0.1:1/none"
	refused("a target that cannot be reached", from, away, root.Machine)
	if _, err := opened(t, from); err != nil {
		t.Errorf("after moves that did not begin, the source: %v", err)
	}

	to := cluster(t, from)
	breakOff(t, from, to, app.CheckRows, 1)
	refused("another source on its way there", twoPhotos(t), to, root.Conflict)
	if err := os.WriteFile(filepath.Join(from.Data, "animo.db.moved"), []byte("postgres://elsewhere/animo"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused("another target than that on its way", from, cluster(t, from), root.Conflict)
}

// TestMove_of_a_source_that_was_used_after_it_broke_off copies what is there then.
func TestMove_of_a_source_that_was_used_after_it_broke_off_moves_what_is_there_then(t *testing.T) {
	from := twoPhotos(t)
	to := cluster(t, from)
	breakOff(t, from, to, app.CheckObjects, 1)
	if err := os.Remove(filepath.Join(from.Data, "animo.db.moved")); err != nil {
		t.Fatal(err)
	}
	a := startWith(t, from, app.Options{Faces: one})
	list := all[photo](a, "/v1/photos")
	if r := a.do("DELETE", "/v1/photos/"+list[0].ID, ""); r.status != http.StatusOK {
		t.Fatal(r.status, r.body)
	}
	added := a.photo("nueva.png", "", dot(77)).ID
	a.stop()
	move(t, from, to)
	a = startWith(t, to, app.Options{Faces: one})
	if r := a.do("GET", "/v1/photos/"+list[0].ID, ""); r.status == http.StatusOK {
		t.Errorf("who was erased meanwhile is back: %s", r.body)
	}
	if r := a.do("GET", "/v1/photos/"+added, ""); r.status != http.StatusOK {
		t.Errorf("what was added meanwhile: %d %s", r.status, r.body)
	}
	store, _ := anObject(t, to)
	for o, err := range store.(object.Lister).List(t.Context()) {
		if err != nil || strings.Contains(o.Name, list[0].ID) {
			t.Errorf("%s is in the target, %v", o.Name, err)
		}
	}
}

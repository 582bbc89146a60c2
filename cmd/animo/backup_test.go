//go:build unix

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"animo"
	"animo/internal/sharedtest"
)

// command runs the real program to its end.
func command(bin string, args ...string) (output string, err error) {
	cmd := exec.Command(bin, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func mustCommand(t *testing.T, bin string, args ...string) string {
	t.Helper()
	out, err := command(bin, args...)
	if err != nil {
		t.Fatalf("animo %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// photoLoad sends photos until stopped, and erases some of them at once and some later. Files that are no pictures do: they are
// accepted and kept, and cost no analysis.
type photoLoad struct {
	mu     sync.Mutex
	kept   map[string]string // SHA-256 of what was accepted and was not asked to be erased, by id
	erased map[string]bool   // what was asked to be erased
	gone   map[string]bool   // of that, what was answered
	stop   chan struct{}
	work   sync.WaitGroup
}

func startLoad(t *testing.T, p *process, seed uint64) *photoLoad {
	l := &photoLoad{kept: map[string]string{}, erased: map[string]bool{}, gone: map[string]bool{}, stop: make(chan struct{})}
	for worker := range 4 {
		rng := rand.New(rand.NewPCG(seed, uint64(worker)))
		l.work.Go(func() {
			var mine []string
			for i := 0; ; i++ {
				select {
				case <-l.stop:
					return
				default:
				}
				content := fmt.Appendf(nil, "\xff\xd8\xfffoto %d de %d: %s", i, worker, strings.Repeat("x", rng.IntN(20_000)))
				var photo animo.Photo
				status, err := p.try(http.MethodPut, fmt.Sprintf("/v1/photos/w%d-%d.jpg", worker, i), "", bytes.NewReader(content), &photo)
				if err != nil || status != http.StatusAccepted {
					t.Errorf("upload: %d, %v", status, err)
					return
				}
				sum := sha256.Sum256(content)
				l.mu.Lock()
				l.kept[photo.ID] = hex.EncodeToString(sum[:])
				l.mu.Unlock()
				mine = append(mine, photo.ID)
				if rng.IntN(2) > 0 {
					continue
				}
				k := len(mine) - 1 // the youngest
				if rng.IntN(2) > 0 {
					k = rng.IntN(len(mine))
				}
				l.mu.Lock()
				delete(l.kept, mine[k])
				l.erased[mine[k]] = true
				l.mu.Unlock()
				if status, err := p.try(http.MethodDelete, "/v1/photos/"+mine[k], "", nil, nil); err != nil || status != http.StatusOK {
					t.Errorf("erase: %d, %v", status, err)
					return
				}
				l.mu.Lock()
				l.gone[mine[k]] = true
				l.mu.Unlock()
				mine = slices.Delete(mine, k, k+1)
			}
		})
	}
	return l
}

func (l *photoLoad) end() {
	close(l.stop)
	l.work.Wait()
}

// picture reads a photo's picture and hashes it.
func (p *process) picture(t *testing.T, id string) (status int, sum string) {
	t.Helper()
	res, err := http.Get(p.url + "/v1/photos/" + id + "/image")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	h := sha256.New()
	if _, err := io.Copy(h, res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, hex.EncodeToString(h.Sum(nil))
}

// checkPrivate looks whether only the owner may read what is in a folder.
func checkPrivate(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestBackup_under_load takes backups of a server that takes photos and erases them all the time. Each backup, restored, has for every
// photo its picture, whole, all that was accepted before the backup, and nothing that was erased before the restore.
func TestBackup_under_load(t *testing.T) {
	bin, dir := buildProgram(t), t.TempDir()
	data, log := filepath.Join(dir, "data"), filepath.Join(dir, "erasures.log")
	p := startProcess(t, bin, data, "--erasures", log, "--log-level", "error")
	defer p.kill(t)
	load := startLoad(t, p, 1)
	before := make([]map[string]string, 3)
	for i := range before {
		await(t, func() string {
			load.mu.Lock()
			defer load.mu.Unlock()
			if n := len(load.kept) + len(load.erased); n < 150*(i+1) {
				return fmt.Sprintf("only %d photos were accepted", n)
			}
			return ""
		})
		load.mu.Lock()
		before[i] = map[string]string{}
		for id, sum := range load.kept {
			before[i][id] = sum
		}
		load.mu.Unlock()
		t.Log(mustCommand(t, bin, "backup", filepath.Join(dir, "backups", fmt.Sprintf("b%d", i)), "--data", data, "--erasures", log))
	}
	load.end()
	for i := range before {
		from := filepath.Join(dir, "backups", fmt.Sprintf("b%d", i))
		checkPrivate(t, from)
		for _, c := range []struct {
			args    []string
			without bool
		}{{[]string{"--erased", log}, false}, {[]string{"--without-erasures"}, true}} { // the second one is the backup as it is
			to := filepath.Join(dir, fmt.Sprintf("restored%d-%v", i, c.without))
			mustCommand(t, bin, append([]string{"restore", from, "--data", to}, c.args...)...)
			checkPrivate(t, to)
			r := startProcess(t, bin, to, "--log-level", "error")
			there := map[string]bool{}
			for _, photo := range r.photos(t) {
				there[photo.ID] = true
				if !c.without && load.erased[photo.ID] {
					t.Errorf("backup %d: %s was erased and is back", i, photo.ID)
				}
				if status, sum := r.picture(t, photo.ID); status != http.StatusOK || sum != photo.SHA256 {
					t.Errorf("backup %d: the picture of %s: %d, %s, want %s", i, photo.ID, status, sum, photo.SHA256)
				}
			}
			for id, sum := range before[i] {
				if load.kept[id] == sum && !there[id] { // not erased later
					t.Errorf("backup %d: %s was accepted before it and is lost", i, id)
				}
			}
			t.Logf("backup %d: %d photos (%v), %d erased in all", i, len(there), c.args[0], len(load.erased))
			r.kill(t)
		}
	}
}

// TestBackup_killed kills backups at random moments. What is left is a whole backup or none; the server goes on, and another backup
// is made.
func TestBackup_killed(t *testing.T) {
	rounds, rng := crashRounds(t)
	bin, dir := buildProgram(t), t.TempDir()
	data, log := filepath.Join(dir, "data"), filepath.Join(dir, "erasures.log")
	p := startProcess(t, bin, data, "--erasures", log, "--log-level", "error")
	defer p.kill(t)
	load := startLoad(t, p, 2)
	whole, broken := 0, 0
	for i := range rounds {
		to := filepath.Join(dir, fmt.Sprintf("b%d", i))
		cmd := exec.Command(bin, "backup", to, "--data", data, "--erasures", log)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		moment := time.NewTimer(time.Duration(rng.Int64N(int64(400 * time.Millisecond))))
		<-moment.C
		_ = cmd.Process.Signal(syscall.SIGKILL) // it may have ended
		_ = cmd.Wait()
		out, err := command(bin, "restore", to, "--data", filepath.Join(dir, fmt.Sprintf("r%d", i)), "--erased", log)
		switch _, statErr := os.Stat(filepath.Join(to, "manifest.jsonl")); {
		case statErr == nil && err == nil:
			whole++
		case statErr != nil && err != nil && (strings.Contains(out, "there is no backup") || strings.Contains(out, "no such")):
			broken++
		default:
			t.Errorf("round %d: %v, %v\n%s", i, statErr, err, out)
		}
	}
	load.end()
	mustCommand(t, bin, "backup", filepath.Join(dir, "last"), "--data", data, "--erasures", log)
	t.Logf("%d whole backups, %d broken off", whole, broken)
	if broken == 0 {
		t.Error("none was killed before its end: the test tries nothing")
	}
}

// traces finds the files under a folder that have a text in them.
func traces(t *testing.T, dir, text string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(text)) {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestBackup_what_was_erased_stays_so erases after a backup a person, one who had been merged into that person, a photo, a measured face and a
// tenant, and revokes a key. After the restore nothing of it is there, not even in the files; what was not erased is.
func TestBackup_what_was_erased_stays_so(t *testing.T) {
	good := samplePhotos(t)
	known := sharedtest.Path(t, "data", "faces_lfw")
	bin, dir := buildProgram(t), t.TempDir()
	data, from, to := filepath.Join(dir, "data"), filepath.Join(dir, "backup"), filepath.Join(dir, "restored")
	mustCommand(t, bin, "tenants", "add", "hotel-sol", "--data", data)
	p := startProcess(t, bin, data, "--log-level", "error")
	introduce := func(name, file string) {
		b, err := os.ReadFile(filepath.Join(known, file))
		if err != nil {
			t.Fatal(err)
		}
		if status, err := p.try(http.MethodPost, "/v1/people/"+name+"/photos", "image/jpeg", bytes.NewReader(b), nil); err != nil || status >= 300 {
			t.Fatalf("introduce %s: %d, %v", name, status, err)
		}
	}
	introduce("Anamariavega", "Ai_Sugiyama_0002.jpg")
	introduce("Anitavega", "Ai_Sugiyama_0004.jpg")
	introduce("Bernardoruiz", "Aaron_Peirsol_0001.jpg")
	introduce("Bernardoruiz", "Ai_Sugiyama_0002.jpg") // which is wrong
	face, err := os.ReadFile(filepath.Join(known, "Ai_Sugiyama_0004.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	named := p.awaitPhoto(t, p.putPhoto(t, "named.jpg", face).ID)
	gone := p.awaitPhoto(t, p.putPhoto(t, "gone.jpg", good[0].JPEG).ID)
	var measured struct{ Items []animo.MoodRecord }
	measure := `{"items":[{"image_id":"webcam","taken_at":"2026-08-01T21:15:02.125Z","emotions":[{"Type":"HAPPY","Confidence":97.1}]}]}`
	if status, err := p.try(http.MethodPost, "/v1/moods", "application/json", strings.NewReader(measure), &measured); err != nil || status >= 300 || len(measured.Items) != 1 {
		t.Fatalf("measure: %d, %v, %v", status, err, measured)
	}
	await(t, func() string {
		if len(p.records(t)[named.ID]) == 0 {
			return "the face is not recorded"
		}
		return ""
	})
	var bernardo struct {
		Examples []struct{ ID string } `json:"known_by"`
	}
	p.get(t, "/v1/people/Bernardoruiz", &bernardo)
	var subscription struct{ ID string }
	if status, err := p.try(http.MethodPost, "/v1/subscriptions", "application/json", strings.NewReader(`{"kind":"webhook","target":"https://receiver.example.com/animo"}`), &subscription); err != nil || status >= 300 || len(bernardo.Examples) != 2 {
		t.Fatalf("subscribe: %d, %v; %v", status, err, bernardo)
	}
	key := regexp.MustCompile(`animo_\S{8}`).FindString(mustCommand(t, bin, "keys", "add", "--data", data))
	before := mustCommand(t, bin, "backup", from, "--data", data)
	mustCommand(t, bin, "keys", "revoke", key, "--data", data) // were it back, requests without a key would be refused below
	if !strings.Contains(before, "erasures.log, which is lost with the data") {
		t.Errorf("the backup does not tell where the erasures are: %s", before)
	}
	for _, call := range []struct{ method, path, body string }{
		{"POST", "/v1/people/Anitavega/merge", `{"into":"Anamariavega"}`},
		{"DELETE", "/v1/people/Anamariavega", ""},
		{"DELETE", "/v1/photos/" + gone.ID, ""},
		{"DELETE", "/v1/people/Bernardoruiz/examples/" + bernardo.Examples[1].ID, ""},
		{"DELETE", "/v1/subscriptions/" + subscription.ID, ""},
		{"DELETE", "/v1/moods/" + measured.Items[0].FaceID, ""},
	} {
		if status, err := p.try(call.method, call.path, "application/json", strings.NewReader(call.body), nil); err != nil || status >= 300 {
			t.Fatalf("%s %s: %d, %v", call.method, call.path, status, err)
		}
	}
	mustCommand(t, bin, "tenants", "remove", "hotel-sol", "--yes", "--data", data)
	p.kill(t)

	erasures := filepath.Join(data, "erasures.log")
	b, err := os.ReadFile(erasures)
	if err != nil {
		t.Fatal(err)
	}
	for _, personal := range []string{"vega", "hotel-sol", "gone.jpg", "default"} {
		if bytes.Contains(b, []byte(personal)) {
			t.Errorf("the log of erasures has %q:\n%s", personal, b)
		}
	}
	if len(traces(t, from, "Anamariavega")) == 0 {
		t.Fatal("the backup does not have the person: the test finds nothing")
	}
	t.Log(mustCommand(t, bin, "restore", from, "--data", to, "--erased", erasures))
	for _, text := range []string{"Anamariavega", "Anitavega", "gone.jpg", "receiver.example.com"} {
		if files := traces(t, to, text); len(files) > 0 {
			t.Errorf("%q is in %v", text, files)
		}
	}
	r := startProcess(t, bin, to, "--log-level", "error")
	defer r.kill(t)
	var people struct{ Items []struct{ Name string } }
	r.get(t, "/v1/people", &people)
	if len(people.Items) != 1 || people.Items[0].Name != "Bernardoruiz" {
		t.Errorf("people: %v, want Bernardoruiz alone", people.Items)
	}
	r.get(t, "/v1/people/Bernardoruiz", &bernardo)
	if len(bernardo.Examples) != 1 {
		t.Errorf("examples of Bernardoruiz: %v, want 1", bernardo.Examples)
	}
	photos := r.photos(t)
	if len(photos) != 1 || photos[0].ID != named.ID {
		t.Errorf("photos: %v, want %s alone", photos, named.ID)
	}
	for photo, records := range r.records(t) {
		for _, rec := range records {
			if photo != named.ID || len(rec.ImageData.Celebrities) > 0 {
				t.Errorf("%s: %v", photo, rec)
			}
		}
	}
	if out := mustCommand(t, bin, "tenants", "list", "--data", to); strings.Contains(out, "hotel-sol") {
		t.Errorf("the removed tenant is back: %s", out)
	}
	// The restored folder has the log, too, so that the same backup can be restored once more.
	again := filepath.Join(dir, "again")
	mustCommand(t, bin, "restore", from, "--data", again, "--erased", filepath.Join(to, "erasures.log"))
	if files := traces(t, again, "Anamariavega"); len(files) > 0 {
		t.Errorf("the second time the person is in %v", files)
	}
}

// TestRestore_refuses looks whether a restore that must not be done says so, and leaves nothing.
func TestRestore_refuses(t *testing.T) {
	bin, dir := buildProgram(t), t.TempDir()
	data := filepath.Join(dir, "data")
	p := startProcess(t, bin, data, "--log-level", "error")
	p.putPhoto(t, "a.jpg", []byte("\xff\xd8\xffno es una foto, pero se guarda"))
	from := filepath.Join(dir, "backup")
	mustCommand(t, bin, "backup", from, "--data", data)
	p.kill(t)
	object := func(dir string) (path string) {
		_ = filepath.WalkDir(filepath.Join(dir, "objects"), func(name string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				path = name
			}
			return err
		})
		return path
	}
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	log := filepath.Join(data, "erasures.log")
	for name, c := range map[string]struct {
		spoil func(backup, to string)
		args  []string
		want  string
	}{
		"a data folder in use":           {func(_, to string) { write(mkdir(t, to)+"/worker-1.lock", "") }, nil, "is there already"},
		"a restore that broke off":       {func(_, to string) { write(mkdir(t, to)+"/restoring", "") }, nil, "a restore broke off"},
		"no log of erasures":             {nil, []string{}, "there is no log of what was erased"},
		"another's log of erasures":      {nil, []string{"--erased", filepath.Join(dir, "other.log")}, "of another database"},
		"a picture whose bytes changed":  {func(b, _ string) { write(object(b), "\xff\xd8\xffno es una foto, pero se guardo") }, nil, "missing or damaged"},
		"a picture that is missing":      {func(b, _ string) { _ = os.Remove(object(b)) }, nil, "missing or damaged"},
		"a database whose bytes changed": {func(b, _ string) { write(b+"/animo.db", "") }, nil, "missing or damaged"},
		"a manifest that was cut": {func(b, _ string) {
			m, err := os.ReadFile(b + "/manifest.jsonl")
			if err != nil {
				t.Fatal(err)
			}
			write(b+"/manifest.jsonl", string(m[:len(m)/2]))
		}, nil, "manifest of the backup"},
		"no backup": {func(b, _ string) { _ = os.Remove(b + "/manifest.jsonl") }, nil, "there is no backup"},
	} {
		t.Run(name, func(t *testing.T) {
			write(filepath.Join(dir, "other.log"), `{"database":"OTHER"}`+"\n")
			work := t.TempDir()
			backup, to := filepath.Join(work, "b"), filepath.Join(work, "restored")
			if err := os.CopyFS(backup, os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
			if c.spoil != nil {
				c.spoil(backup, to)
			}
			args := c.args
			if args == nil {
				args = []string{"--erased", log}
			}
			_, statErr := os.Stat(to)
			out, err := command(bin, append([]string{"restore", backup, "--data", to}, args...)...)
			if err == nil || !strings.Contains(out, c.want) {
				t.Errorf("%v, want %q\n%s", err, c.want, out)
			}
			if _, err := os.Stat(filepath.Join(to, "animo.db")); err == nil {
				t.Error("it left a database")
			}
			if _, err := os.Stat(to); err == nil && statErr != nil {
				t.Error("it made the folder")
			}
		})
	}
	restored := filepath.Join(dir, "restored")
	if out := mustCommand(t, bin, "restore", from, "--data", restored, "--without-erasures"); !strings.Contains(out, "is back") {
		t.Errorf("it does not say what comes back: %s", out)
	}
	// A server refuses a folder in which a restore broke off.
	write(filepath.Join(restored, "restoring"), "")
	if out, err := command(bin, "serve", "--data", restored, "--listen", "127.0.0.1:0"); err == nil || !strings.Contains(out, "a restore broke off") {
		t.Errorf("served: %v\n%s", err, out)
	}
	if out, err := command(bin, "backup", from, "--data", data); err == nil || !strings.Contains(out, "there is a backup in") {
		t.Errorf("backed up over a backup: %v\n%s", err, out)
	}
	if out, err := command(bin, "backup", filepath.Join(data, "b"), "--data", data); err == nil || !strings.Contains(out, "is in the data folder") {
		t.Errorf("backed up into the data folder: %v\n%s", err, out)
	}
}

func mkdir(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

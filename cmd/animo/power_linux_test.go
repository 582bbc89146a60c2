package main

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"animo/internal/powertest"
)

// halt stops every thread of a program, and waits until none is in a call of the system any more.
func (p *process) halt(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	await(t, func() string {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", p.cmd.Process.Pid))
		if err != nil || len(threads) == 0 {
			return fmt.Sprintf("no threads: %v", err)
		}
		for _, path := range threads {
			stat, err := os.ReadFile(path)
			if os.IsNotExist(err) {
				continue
			}
			if _, rest, _ := bytes.Cut(stat, []byte(") ")); err != nil || len(rest) == 0 || rest[0] != 'T' {
				return fmt.Sprintf("%s: %s, %v", path, stat, err)
			}
		}
		return ""
	})
}

// TestPower_cut cuts the power under the real program at random moments while photos are sent and erased. What was accepted before the cut is
// there and whole, what was erased is gone, and the database is sound.
func TestPower_cut(t *testing.T) {
	rounds, rng := crashRounds(t)
	bin, disk := buildProgram(t), powertest.New(t, 96)
	data := filepath.Join(disk.Dir, "data")
	p := startProcess(t, bin, data, "--reserve", "0", "--log-level", "error")
	defer p.kill(t)
	load := startLoad(t, p, rng.Uint64())
	accepted, gone := 0, 0
	for round := range min((rounds+1)/2, 5) {
		moment := time.NewTimer(time.Duration(300+rng.IntN(700)) * time.Millisecond)
		<-moment.C
		load.mu.Lock()
		kept, erased := maps.Clone(load.kept), maps.Clone(load.gone)
		load.mu.Unlock()
		p.halt(t)
		cut := disk.Cut()
		if err := p.cmd.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		after := startProcess(t, bin, filepath.Join(cut.Dir, "data"), "--reserve", "0", "--log-level", "error")
		there := map[string]bool{}
		for _, photo := range after.photos(t) {
			there[photo.ID] = true
			if erased[photo.ID] {
				t.Errorf("round %d: %s was erased and is back", round, photo.ID)
			}
			if status, sum := after.picture(t, photo.ID); status != http.StatusOK || sum != photo.SHA256 {
				t.Errorf("round %d: the picture of %s: %d", round, photo.ID, status)
			}
		}
		load.mu.Lock()
		for id := range kept {
			if !there[id] && !load.erased[id] { // erased between the look at what was kept and the cut
				t.Errorf("round %d: %s was accepted and is lost", round, id)
			}
		}
		load.mu.Unlock()
		noted, err := os.ReadFile(filepath.Join(cut.Dir, "data", "erasures.log"))
		if err != nil {
			t.Error(err)
		}
		for id := range erased {
			if !bytes.Contains(noted, []byte(id)) {
				t.Errorf("round %d: the erasure of %s was answered and is not in the log of erasures", round, id)
			}
		}
		accepted, gone = accepted+len(kept), gone+len(erased)
		after.kill(t)
		if out, err := command(bin, "doctor", "--hashes", "--data", filepath.Join(cut.Dir, "data")); err != nil {
			t.Errorf("round %d: %s", round, out)
		}
	}
	load.end()
	t.Logf("%d photos were looked for after cuts, %d erasures", accepted, gone)
	if accepted == 0 || gone == 0 {
		t.Error("nothing was accepted or erased: the test tries nothing")
	}
}

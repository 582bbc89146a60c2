//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestCrash runs the real program, uploads files, kills it with SIGKILL at random moments and starts it
// again on the same data. In the end every file that was accepted must be exactly one trained version with
// exactly its rows, or exactly one dead letter. ANIMO_CRASH_ROUNDS sets how often it is killed (5 if not
// set), ANIMO_CRASH_SEED repeats a run.
func TestCrash(t *testing.T) {
	rounds, rng := crashRounds(t)
	bin := buildProgram(t)
	reviews, err := os.ReadFile(filepath.Join("..", "..", "samples", "opiniones.txt"))
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	accepted := map[string]crashFile{}
	for round := range rounds {
		p := startProcess(t, bin, data)
		// Somewhere between the first upload's first byte and the last training's end, more often early.
		moment := time.NewTimer(time.Duration(min(rng.ExpFloat64()*float64(60*time.Millisecond), float64(500*time.Millisecond))))
		uploaded := make(chan struct{})
		go func() {
			defer close(uploaded)
			for i := range 3 {
				f := newCrashFile(rng, string(reviews), fmt.Sprintf("r%d-%d.txt", round, i))
				if p.upload(t, f) {
					accepted[f.name] = f
				}
			}
		}()
		<-moment.C
		p.kill(t)
		<-uploaded
	}

	p := startProcess(t, bin, data)
	defer p.kill(t)
	for name, f := range accepted {
		p.check(t, name, f)
	}
	p.drain(t)
	// What was sent but not answered may have come about, too; once, like everything.
	ends := p.ends(t)
	for name, n := range ends {
		if n != 1 {
			t.Errorf("%s ended %d times", name, n)
		}
	}
	for name := range accepted {
		if ends[name] == 0 {
			t.Errorf("%s was accepted and is neither a model nor a dead letter", name)
		}
	}
	t.Logf("%d files accepted, %d ended", len(accepted), len(ends))
}

// crashRounds returns how often the program is killed, and what chooses the moments.
func crashRounds(t *testing.T) (rounds int, rng *rand.Rand) {
	t.Helper()
	rounds = envInt(t, "ANIMO_CRASH_ROUNDS", 5)
	seed := uint64(envInt(t, "ANIMO_CRASH_SEED", int(time.Now().UnixNano()&0xffffff)))
	t.Logf("%d rounds, seed %d", rounds, seed)
	return rounds, rand.New(rand.NewPCG(seed, 0))
}

// program is the program of the tests that kill it or watch it from outside. It is built once.
var program struct {
	build sync.Once
	dir   string
	err   error
}

func TestMain(m *testing.M) {
	if skew := os.Getenv(skewVariable); skew != "" {
		os.Exit(serveSkewed(skew))
	}
	code := m.Run()
	if program.dir != "" {
		_ = os.RemoveAll(program.dir)
	}
	os.Exit(code)
}

// buildProgram returns the path of the program.
func buildProgram(t *testing.T) string {
	t.Helper()
	program.build.Do(func() {
		if program.dir, program.err = os.MkdirTemp("", "animo-program-"); program.err != nil {
			return
		}
		build := exec.Command("go", "build", "-o", program.dir, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is shipped, also beside tests that need cgo
		if out, err := build.CombinedOutput(); err != nil {
			program.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if program.err != nil {
		t.Fatalf("build: %v", program.err)
	}
	return filepath.Join(program.dir, "animo")
}

// crashFile is a training file of the test, and what must become of it.
type crashFile struct {
	name, content string
	rows          int // 0: it is broken and must end as a dead letter
}

func newCrashFile(rng *rand.Rand, reviews, name string) crashFile {
	if rng.IntN(4) == 0 {
		return crashFile{name, reviews + strings.Repeat("sin etiqueta, archivo "+name+"\n", 120), 0} // too many rows to leave out
	}
	copies := 1 + rng.IntN(30)
	own := fmt.Sprintf("Opinión propia de %s, todo bien\t1\n", name) // no two files have the same bytes
	return crashFile{name, strings.Repeat(reviews, copies) + own, 120*copies + 1}
}

// process is one run of the program.
type process struct {
	cmd *exec.Cmd
	url string
}

// startProcess starts the program with these settings beside those of every test; a later one is stronger.
func startProcess(t *testing.T, bin, data string, settings ...string) *process {
	t.Helper()
	return startCommand(t, exec.Command(bin, append([]string{"serve", "--data", data, "--listen", "127.0.0.1:0", "--min-free", "0", "--pauses", "10ms,10ms"}, settings...)...))
}

// startCommand starts a command that is the program, and waits until it is ready.
func startCommand(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	cmd.Env = append(cmd.Environ(), "LC_ALL=C")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(stderr)
	var seen strings.Builder
	for lines.Scan() {
		fmt.Fprintln(&seen, lines.Text())
		if _, rest, ok := strings.Cut(lines.Text(), "ready on "); ok {
			url, _, _ := strings.Cut(rest, " ")
			go func() { _, _ = io.Copy(io.Discard, stderr) }() // ends with the process
			return &process{cmd, url}
		}
	}
	t.Fatalf("it never became ready:\n%s", seen.String())
	return nil
}

func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // "signal: killed"
}

// upload tells whether the file was accepted.
func (p *process) upload(t *testing.T, f crashFile) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "PUT", p.url+"/v1/training/"+f.name+"?trainer=nb", strings.NewReader(f.content))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusAccepted
}

func (p *process) get(t *testing.T, path string, v any) {
	t.Helper()
	res, err := http.Get(p.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", path, res.Status)
	}
	if err := json.NewDecoder(res.Body).Decode(v); err != nil {
		t.Fatal(err)
	}
}

// ends counts, for each name, its trained versions and its dead letters.
func (p *process) ends(t *testing.T) map[string]int {
	t.Helper()
	ends := map[string]int{}
	var models struct{ Items []struct{ ID string } }
	p.get(t, "/v1/models", &models)
	for _, m := range models.Items {
		var history struct{ Versions []struct{ Status string } }
		p.get(t, "/v1/models/"+m.ID, &history)
		ends[m.ID] += len(history.Versions)
	}
	for _, queue := range []string{"ingest", "train", "publish"} {
		var dead struct {
			Items []struct {
				Event struct{ Data struct{ Model string } }
			}
		}
		p.get(t, "/v1/queues/"+queue+"/dead?limit=1000", &dead)
		for _, d := range dead.Items {
			ends[d.Event.Data.Model]++
		}
	}
	return ends
}

// drain waits until no event waits or runs.
func (p *process) drain(t *testing.T) {
	t.Helper()
	for busy := 1; busy > 0; {
		busy = 0
		var queues struct {
			Items []struct{ Ready, Waiting, Running int }
		}
		p.get(t, "/v1/queues", &queues)
		for _, q := range queues.Items {
			busy += q.Ready + q.Waiting + q.Running
		}
	}
}

// check waits until a file's training has ended, and looks at how.
func (p *process) check(t *testing.T, name string, f crashFile) {
	t.Helper()
	var tr struct {
		Status, Message string
		Report          struct{ Rows int }
	}
	for tr.Status != "done" && tr.Status != "failed" {
		p.get(t, "/v1/training/"+name+"?wait=20", &tr)
	}
	if f.rows == 0 {
		if tr.Status != "failed" {
			t.Errorf("%s is broken, yet its training is %s", name, tr.Message)
		}
		return
	}
	var d struct{ Rows, Positive int }
	p.get(t, "/v1/datasets/"+name, &d)
	if tr.Status == "failed" && strings.Contains(tr.Message, "interrupted") {
		return // three runs of it were killed: a dead letter, as promised
	}
	if tr.Status != "done" || tr.Report.Rows != f.rows || d.Rows != f.rows {
		t.Errorf("%s: %s with %d rows ingested and %d trained; want done with %d rows", name, tr.Message, d.Rows, tr.Report.Rows, f.rows)
	}
}

func envInt(t *testing.T, name string, otherwise int) int {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

//go:build unix

package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"animo/internal/postgrestest"
)

// buildProgram builds the animo command.
func buildProgram(b *testing.B) string {
	b.Helper()
	bin := filepath.Join(b.TempDir(), "animo")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", bin, "../../cmd/animo").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// program is a running `animo serve`, and a client for it.
type program struct {
	cmd    *exec.Cmd
	url    string
	client *http.Client
}

// startProgram starts the program on an empty data folder, its rows in the database that postgrestest.Tables chooses, and waits until it is ready.
func startProgram(b *testing.B, bin string) *program {
	b.Helper()
	data := b.TempDir()
	cmd := exec.Command(bin, "serve", "--data", data, "--tables", postgrestest.Tables(b, filepath.Join(data, "animo.db")), "--listen", "127.0.0.1:0", "--min-free", "0", "--log-level", "warn")
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if _, rest, ok := strings.Cut(lines.Text(), "ready on "); ok {
			url, _, _ := strings.Cut(rest, " ")
			go func() { _, _ = io.Copy(b.Output(), stderr) }() // ends with the process
			return &program{cmd, url, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
		}
	}
	b.Fatal("it never became ready")
	return nil
}

// stop ends the process, whatever it is doing, and tells what processor time it took.
func (p *program) stop(b *testing.B) time.Duration {
	b.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		b.Error(err)
	}
	_ = p.cmd.Wait() // "signal: killed"
	p.client.CloseIdleConnections()
	return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
}

// peak is the most memory that the process had, in bytes; 0 where the system does not say.
func (p *program) peak() (bytes int64) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	for line := range strings.Lines(string(status)) {
		var kB int64
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kB); n == 1 {
			return kB << 10
		}
	}
	return 0
}

// upload sends a photo and waits until it is accepted.
func (p *program) upload(b *testing.B, name string, photo []byte) {
	req, err := http.NewRequest(http.MethodPut, p.url+"/v1/photos/"+name, bytes.NewReader(photo))
	if err != nil {
		b.Error(err)
		return
	}
	res, err := p.client.Do(req)
	if err != nil {
		b.Error(err)
		return
	}
	body, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusAccepted {
		b.Errorf("%s: %s", res.Status, body)
	}
}

// queued is how many photos wait for their analysis or are at it.
func (p *program) queued(b *testing.B) (n int) {
	b.Helper()
	res, err := p.client.Get(p.url + "/v1/queues")
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	var list struct {
		Items []struct {
			Queue                   string
			Ready, Waiting, Running int
		}
	}
	if err := json.NewDecoder(res.Body).Decode(&list); err != nil {
		b.Fatal(err)
	}
	for _, q := range list.Items {
		if q.Queue == "analyse" {
			n = q.Ready + q.Waiting + q.Running
		}
	}
	return n
}

// face is what the live stream told, or why it ended.
type face struct {
	image string
	err   error
}

// follow returns the faces that are recorded from now on, until ctx ends.
func (p *program) follow(b *testing.B, ctx context.Context) <-chan face {
	b.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/v1/stream", nil)
	if err != nil {
		b.Fatal(err)
	}
	res, err := p.client.Do(req)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Fatal(err, res)
	}
	told := make(chan face, 1024)
	lines := bufio.NewReader(res.Body)
	if _, err := lines.ReadString('\n'); err != nil { // the stream has begun
		b.Fatal(err)
	}
	go func() {
		defer res.Body.Close()
		for {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				select {
				case told <- face{err: err}:
				default:
				}
				return
			}
			if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
				var r struct {
					ImageID string `json:"image_id"`
				}
				err := json.Unmarshal(data, &r)
				told <- face{r.ImageID, err}
			}
		}
	}()
	return told
}

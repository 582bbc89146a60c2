//go:build unix

package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestDrain_at_SIGTERM asks the program to stop while clients send photos and faces. It must end by itself and well; after the next
// start everything that was accepted must come about, and no attempt may have been lost.
func TestDrain_at_SIGTERM(t *testing.T) {
	bin, data := buildProgram(t), t.TempDir()
	settings := []string{"--detector", "tiny", "--log-level", "error"}
	photo := crashContents(t)[0]
	l := &measuredLedger{sent: map[string]bool{}, accepted: map[string]bool{}, erased: map[string]bool{}, maybe: map[string]bool{}}
	p := startProcess(t, bin, data, settings...)
	var photos atomic.Int64
	enough := make(chan struct{})
	var clients sync.WaitGroup
	for i := range 3 {
		rng := rand.New(rand.NewPCG(uint64(i), 16))
		clients.Go(func() {
			for l.send(p, rng) == nil {
			}
		})
		clients.Go(func() {
			for n := 0; ; n++ {
				body := strings.NewReader(string(photo) + fmt.Sprint(i, "/", n)) // bytes behind a JPEG's end make it another photo
				status, err := p.try(http.MethodPut, fmt.Sprintf("/v1/photos/%d-%d.jpg", i, n), "", body, nil)
				if err != nil || status == http.StatusServiceUnavailable {
					return
				}
				if status == http.StatusAccepted && photos.Add(1) == 12 {
					close(enough)
				}
			}
		})
	}
	<-enough
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	clients.Wait()

	p = startProcess(t, bin, data, settings...)
	defer p.kill(t)
	p.drain(t)
	recorded := map[string]int{}
	for _, r := range p.records(t)[""] {
		recorded[r.FaceID]++
	}
	for id := range l.accepted {
		if recorded[id] != 1 {
			t.Errorf("face %s is recorded %d times", id, recorded[id])
		}
	}
	done := 0
	for _, photo := range p.photos(t) {
		if p.awaitPhoto(t, photo.ID).Failure != nil {
			t.Errorf("photo %s failed", photo.ID)
		}
		done++
	}
	if int64(done) < photos.Load() {
		t.Errorf("%d photos are there, %d were accepted", done, photos.Load())
	}
	var queues struct{ Items []struct{ Dead int } }
	p.get(t, "/v1/queues", &queues)
	for _, q := range queues.Items {
		if q.Dead > 0 {
			t.Errorf("%d dead letters", q.Dead)
		}
	}
	t.Logf("%d photos and %d faces accepted; %d photos and %d faces came about", photos.Load(), len(l.accepted), done, len(recorded))
}

// vitals is what must not grow while the program works, by name.
type vitals map[string]float64

// TestSoak has the program work for ANIMO_SOAK_MINUTES, and fails where its memory, goroutines, descriptors or write-ahead log grow.
// What is sent is erased again, so that the data do not grow either.
func TestSoak(t *testing.T) {
	minutes := envInt(t, "ANIMO_SOAK_MINUTES", 0)
	if minutes == 0 {
		t.Skip("SKIPPED: set ANIMO_SOAK_MINUTES, as make soak does")
	}
	data := t.TempDir()
	p := startProcess(t, buildProgram(t), data, "--log-level", "error", "--photos-per-minute", "1000000", "--faces-per-minute", "10000000", "--sweep-every", "10s")
	defer p.kill(t)
	photo := crashContents(t)[0]
	l := &measuredLedger{sent: map[string]bool{}, accepted: map[string]bool{}, erased: map[string]bool{}, maybe: map[string]bool{}}
	var sent, failed atomic.Int64
	stop := make(chan struct{})
	going := func() bool {
		select {
		case <-stop:
			return false
		default:
			return true
		}
	}
	var clients sync.WaitGroup
	clients.Go(func() { // photos
		for n := 0; going(); n++ {
			var kept struct{ ID string }
			status, err := p.try(http.MethodPut, fmt.Sprintf("/v1/photos/%d.jpg", n), "", strings.NewReader(string(photo)+fmt.Sprint(n)), &kept)
			if err != nil || status != http.StatusAccepted {
				failed.Add(1)
				continue
			}
			sent.Add(1)
			p.awaitPhoto(t, kept.ID)
			if status, err := p.try(http.MethodDelete, "/v1/photos/"+kept.ID, "", nil, nil); err != nil || status != http.StatusOK {
				failed.Add(1)
			}
		}
	})
	clients.Go(func() { // faces that clients measured
		rng := rand.New(rand.NewPCG(1, 19))
		for going() {
			if l.send(p, rng) != nil || l.erase(p, rng) != nil {
				failed.Add(1)
			}
		}
	})
	clients.Go(func() { // opinions
		for n := 0; going(); n++ {
			p.upload(t, newCrashFile(rand.New(rand.NewPCG(uint64(n), 19)), "Muy bueno y limpio\t1\nMuy malo y sucio\t0\nEl mejor desayuno\t1\nLa peor cena\t0\n", "soak.txt"))
			p.drain(t)
		}
	})

	var seen []vitals
	end := time.NewTimer(time.Duration(minutes) * time.Minute)
	tick := time.NewTicker(time.Duration(minutes) * time.Minute / 30)
	defer tick.Stop()
	for running := true; running; {
		select {
		case <-end.C:
			running = false
		case <-tick.C:
			v := p.vitals(t, data)
			seen = append(seen, v)
			t.Logf("%v: %d photos, %d failures", v, sent.Load(), failed.Load())
		}
	}
	close(stop)
	clients.Wait()
	if failed.Load() > 0 {
		t.Errorf("%d requests failed", failed.Load())
	}
	for name := range seen[0] {
		third := len(seen) / 3
		before, after := medianOf(seen[third:2*third], name), medianOf(seen[2*third:], name)
		t.Logf("%s: %.0f in the second third of the time, %.0f in the last", name, before, after)
		if after > 1.15*before+10 {
			t.Errorf("%s grows from %.0f to %.0f", name, before, after)
		}
	}
}

// vitals reads what the program tells of itself, and how large its write-ahead log is.
func (p *process) vitals(t *testing.T, data string) vitals {
	t.Helper()
	res, err := http.Get(p.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	v := vitals{}
	names := map[string]string{"go_goroutines": "goroutines", "process_open_fds": "descriptors", "process_resident_memory_bytes": "MiB resident"}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(body)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if is, ok := names[name]; ok {
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				t.Fatal(err)
			}
			if name == "process_resident_memory_bytes" {
				n /= 1 << 20
			}
			v[is] = n
		}
	}
	if len(v) != len(names) {
		t.Fatalf("/metrics tells only %v", v)
	}
	if info, err := os.Stat(filepath.Join(data, "animo.db-wal")); err == nil {
		v["MiB of write-ahead log"] = float64(info.Size()) / (1 << 20)
	}
	return v
}

func medianOf(list []vitals, name string) float64 {
	var values []float64
	for _, v := range list {
		values = append(values, v[name])
	}
	slices.Sort(values)
	return values[len(values)/2]
}

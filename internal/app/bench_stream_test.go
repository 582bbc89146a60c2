//go:build unix

package app_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	words "animo"
	"animo/internal/app"
	"animo/internal/pictures"
	"animo/vision"
)

// BenchmarkStream records 200 faces a second and tells 1,000 clients of each. The clients are a process of their own.
// It reports how many cores the server is busy on, with what recording alone takes beside it.
func BenchmarkStream(b *testing.B) {
	for _, clients := range []int{0, 1000} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) { benchStream(b, clients) })
	}
}

const (
	facesEach = 4  // in a photo
	perSecond = 50 // photos
)

// fullHouse is an engine that sees as many faces in every picture.
type fullHouse struct{}

// Find is pictures.Engine's.
func (fullHouse) Find(context.Context, string, vision.Image) ([]pictures.Found, error) {
	found := make([]pictures.Found, facesEach)
	for i := range found {
		found[i].Emotions = []words.Emotion{{Type: "HAPPY", Confidence: 81.25}, {Type: "CALM", Confidence: 12.5}, {Type: "SURPRISED", Confidence: 6.25}}
		found[i].Box = words.Box{Left: 0.25, Top: 0.25, Width: 0.5, Height: 0.5}
	}
	return found, nil
}

func benchStream(b *testing.B, clients int) {
	c := settings(b)
	a, err := app.New(b.Context(), c, app.Options{Faces: fullHouse{}})
	if err != nil {
		b.Fatal(err)
	}
	a.Start(b.Context())
	defer func() {
		if err := a.Stop(context.Background()); err != nil {
			b.Error(err)
		}
	}()
	url := "http://" + a.Addr()
	heard, end := streamClients(b, url, clients)

	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		b.Fatal(err)
	}
	p := &program{url: url, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	n := max(b.N, 5*perSecond)
	var wg sync.WaitGroup
	before, began := cpuTime(b), time.Now()
	for i := range n {
		time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / perSecond)))
		wg.Go(func() { p.upload(b, fmt.Sprintf("%d.png", i), picture.Bytes()) })
	}
	wg.Wait()
	heard(n * facesEach)
	took := time.Since(began).Seconds()
	b.ReportMetric((cpuTime(b)-before).Seconds()/took, "cores")
	b.ReportMetric(float64(n*facesEach*clients)/took, "events/s")
	b.ReportMetric(0, "ns/op")
	p.client.CloseIdleConnections()
	end()
}

// cpuTime is what this process has used.
func cpuTime(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// streamClients runs TestStreamClients and returns when all are connected; heard waits until each has
// heard of so many faces.
func streamClients(b *testing.B, url string, n int) (heard func(faces int), end func()) {
	if n == 0 {
		return func(int) {}, func() {}
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestStreamClients$", "-test.count", "1")
	cmd.Env = append(os.Environ(), "ANIMO_BENCH_STREAM="+url, fmt.Sprintf("ANIMO_BENCH_CLIENTS=%d", n))
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	next := func(want string) {
		if !lines.Scan() || lines.Text() != want {
			said := lines.Text()
			for lines.Scan() {
				said += "\n" + lines.Text()
			}
			b.Fatalf("the clients say %s, want %s", said, want)
		}
	}
	next("connected")
	return func(faces int) {
			_, _ = fmt.Fprintln(in, faces*n)
			next(fmt.Sprint("heard ", faces*n))
		}, func() {
			_ = in.Close()
			_ = cmd.Wait()
		}
}

// TestStreamClients is the clients' half of BenchmarkStream, which runs it.
func TestStreamClients(t *testing.T) {
	url := os.Getenv("ANIMO_BENCH_STREAM")
	if url == "" {
		t.Skip("it is a part of BenchmarkStream")
	}
	var n int
	if _, err := fmt.Sscan(os.Getenv("ANIMO_BENCH_CLIENTS"), &n); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	client := &http.Client{Transport: &http.Transport{}}
	var faces atomic.Int64
	var connected, ended sync.WaitGroup
	doors := make(chan struct{}, 64) // more requests than 256 that begin at once would be too many
	for range n {
		connected.Add(1)
		doors <- struct{}{}
		ended.Go(func() {
			begun := sync.OnceFunc(func() { <-doors; connected.Done() })
			defer begun()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/v1/stream", nil)
			if err != nil {
				t.Error(err)
				return
			}
			res, err := client.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			if res.StatusCode != http.StatusOK {
				t.Error(res.Status)
				return
			}
			lines := bufio.NewScanner(res.Body)
			for lines.Scan() {
				begun()
				if string(lines.Bytes()) == "event: mood" {
					faces.Add(1)
				}
			}
			if err := lines.Err(); !errors.Is(err, context.Canceled) {
				t.Error("a stream ended", err)
			}
		})
	}
	connected.Wait()
	if t.Failed() {
		return
	}
	fmt.Println("connected")
	var want int64
	if _, err := fmt.Scan(&want); err != nil {
		t.Error(err)
	}
	for until := time.Now().Add(30 * time.Second); faces.Load() < want && time.Now().Before(until); {
		time.Sleep(5 * time.Millisecond)
	}
	fmt.Println("heard", faces.Load())
	_, _ = io.Copy(io.Discard, os.Stdin)
	cancel()
	ended.Wait()
	client.CloseIdleConnections()
}

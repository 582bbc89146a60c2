package app_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"animo/internal/app"
	"animo/internal/pictures"
	"animo/internal/postgrestest"
	"animo/vision"
)

// gate is a way to a server that a test can shut: what is under way breaks off, and what comes is turned away.
type gate struct {
	address string // of the server
	listen  net.Listener
	mu      sync.Mutex
	shut    bool
	open    map[net.Conn]bool
	wait    sync.WaitGroup
}

func newGate(t *testing.T, address string) *gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{address: address, listen: l, open: map[net.Conn]bool{}}
	g.wait.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			g.wait.Go(func() { g.pass(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		g.close(true)
		g.wait.Wait()
	})
	return g
}

// close shuts the gate or opens it.
func (g *gate) close(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = shut
	if shut {
		for c := range g.open {
			_ = c.Close()
		}
	}
}

func (g *gate) pass(c net.Conn) {
	defer c.Close()
	s, err := net.Dial("tcp", g.address)
	if err != nil {
		return
	}
	defer s.Close()
	g.mu.Lock()
	if g.shut {
		g.mu.Unlock()
		return
	}
	g.open[c], g.open[s] = true, true
	g.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(s, c); _ = s.Close() })
	both.Go(func() { _, _ = io.Copy(c, s); _ = c.Close() })
	both.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.open, c)
	delete(g.open, s)
}

// TestPostgreSQL_goes_away_while_two_nodes_work shuts the way to the database again and again while two processes, each with a data
// folder of its own, take photos and analyse them. What was accepted is recorded once, at its first attempt.
func TestPostgreSQL_goes_away_while_two_nodes_work(t *testing.T) {
	u, err := url.Parse(postgrestest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	g := newGate(t, u.Host)
	u.Host = g.listen.Addr().String()
	see := engine(func(ctx context.Context, _ string, _ vision.Image) ([]pictures.Found, error) {
		select {
		case <-time.After(20 * time.Millisecond): // as a network thinks
		case <-ctx.Done():
		}
		return happy(2), nil
	})
	objects := filepath.Join(t.TempDir(), "objects")
	var nodes []*animo
	for range 2 {
		c := settings(t)
		c.Tables, c.Objects = u.String(), "file:"+objects
		nodes = append(nodes, startWith(t, c, app.Options{Faces: see, Log: slog.New(slog.DiscardHandler)}))
	}
	const rounds, photos, away = 4, 10, 2 // the last ones of a round come while the database is away
	accepted := map[string]bool{}
	for round := range rounds {
		for i := range photos {
			if i == photos-away {
				g.close(true)
			}
			shade := round*photos + i
			r := nodes[i%2].do("PUT", fmt.Sprintf("/v1/photos/p%d.png", shade), dot(uint8(shade)))
			switch {
			case r.status == http.StatusAccepted:
				var p photo
				r.into(t, &p)
				accepted[p.ID] = true
			case i < photos-away, r.status != http.StatusServiceUnavailable:
				t.Errorf("round %d, photo %d: %d %s", round, i, r.status, r.body)
			}
		}
		g.close(false)
		for id := range accepted {
			if p := nodes[round%2].awaitPhoto(id); p.Status != "done" {
				t.Errorf("photo %s is %s", id, p.Status)
			}
		}
	}
	told := map[string]int{}
	for _, r := range nodes[0].records("") {
		told[r.PhotoID]++
	}
	for id := range accepted {
		if told[id] != 2 {
			t.Errorf("of photo %s %d faces are recorded, want 2", id, told[id])
		}
	}
	t.Logf("%d of %d photos accepted", len(accepted), rounds*photos)
	for _, queue := range []string{"analyse", "record-happy"} {
		if dead := nodes[1].deadLetters(queue); len(dead) != 0 {
			t.Errorf("dead letters of %s: %+v", queue, dead)
		}
	}
}

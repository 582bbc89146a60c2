package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"animo/internal/app"
	"animo/internal/gatetest"
	"animo/internal/pictures"
	"animo/internal/postgrestest"
	"animo/vision"
)

// TestPostgreSQL_goes_away_while_two_nodes_work shuts the way to the database again and again while two processes, each with a data
// folder of its own, take photos and analyse them. What was accepted is recorded once, at its first attempt.
func TestPostgreSQL_goes_away_while_two_nodes_work(t *testing.T) {
	u, err := url.Parse(postgrestest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	g := gatetest.New(t, u.Host)
	u.Host = g.Address()
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
				g.Shut(true)
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
		g.Shut(false)
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

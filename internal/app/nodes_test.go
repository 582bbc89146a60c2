package app_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/pictures"
	"animo/internal/postgrestest"
	"animo/vision"
)

// startNodes starts so many nodes, each with a data folder of its own, over one PostgreSQL and one folder of objects. It returns the
// settings of the first one, too.
func startNodes(t *testing.T, n int, o app.Options) ([]*animo, config.Config) {
	t.Helper()
	tables, objects := postgrestest.URL(t), filepath.Join(t.TempDir(), "objects")
	var nodes []*animo
	var first config.Config
	for i := range n {
		c := settings(t)
		c.Tables, c.Objects = tables, "file:"+objects
		c.MasterKey = strings.Repeat("A", 43) + "=" // 32 zero bytes
		if i == 0 {
			first = c
		}
		nodes = append(nodes, startWith(t, c, o))
	}
	return nodes, first
}

// TestNodes_share_a_tenants_rate sends photos and measured faces to two nodes while the clock stands still: as many come in as may come at once,
// within a tenth.
func TestNodes_share_a_tenants_rate(t *testing.T) {
	const most = 40 // at once: half of those of a minute
	began := time.Now()
	nodes, c := startNodes(t, 2, app.Options{
		Now:   func() time.Time { return began },
		Faces: engine(func(context.Context, string, vision.Image) ([]pictures.Found, error) { return nil, nil }),
		Log:   slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	boss := nodes[0].as(addAdministrator(t, c, "default"))
	if r := boss.do("PATCH", "/v1/tenants/default", fmt.Sprintf(`{"photos_per_minute":%d,"faces_per_minute":%d}`, 2*most, 2*most)); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	shade := 0
	photo := func(node *animo) int {
		shade++
		return node.do("PUT", fmt.Sprintf("/v1/photos/p%d.png", shade), dot(uint8(shade))).status
	}
	face := func(node *animo) int {
		shade++
		return node.do("POST", "/v1/moods", fmt.Sprintf(`{"items":[{"image_id":"c%d.jpg","taken_at":%q,"emotions":[{"type":"HAPPY","confidence":90}]}]}`, shade, began.Format(time.RFC3339))).status
	}
	in := map[string][]int{"photos": {0, 0}, "faces": {0, 0}}
	const rest = 2500 * time.Millisecond // in which the nodes tell each other more than once
	for late := time.Now().Add(rest); time.Now().Before(late); {
		refused := 0
		for i, node := range nodes {
			for what, send := range map[string]func(*animo) int{"photos": photo, "faces": face} {
				switch status := send(node.as(boss.key)); status {
				case http.StatusAccepted, http.StatusOK:
					in[what][i]++
					late = time.Now().Add(rest)
				case http.StatusTooManyRequests:
					refused++
				default:
					t.Fatalf("%s: %d", what, status)
				}
			}
		}
		if refused == 4 {
			time.Sleep(20 * time.Millisecond) // leaves the nodes some of the machine
		}
	}
	for what, n := range in {
		if n[0]+n[1] < most*9/10 || n[0]+n[1] > most*11/10 {
			t.Errorf("%v %s came in at the nodes, want %d in all", n, what, most)
		} else {
			t.Logf("%v %s came in at the nodes", n, what)
		}
	}
}

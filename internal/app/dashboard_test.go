package app

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"animo/internal/config"
)

// TestDashboard_shows_the_metrics_that_there_are wants every metric of Animo in the dashboard, and no other.
func TestDashboard_shows_the_metrics_that_there_are(t *testing.T) {
	c := config.Default()
	c.Data, c.Listen, c.MinFree = t.TempDir(), "127.0.0.1:0", 0
	a, err := New(t.Context(), c, Options{Faces: noFaces{}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	rings := countCarrier(nil)
	a.metrics.registry.MustRegister(rings.sent, rings.received, rings.failed)
	shown := map[string]bool{} // by name
	descriptions := make(chan *prometheus.Desc, 1000)
	a.metrics.registry.Describe(descriptions)
	close(descriptions)
	name := regexp.MustCompile(`fqName: "([a-z_]+)"`)
	for d := range descriptions {
		if n := name.FindStringSubmatch(d.String()); n != nil {
			shown[n[1]] = false
		}
	}

	b, err := os.ReadFile("../../deploy/grafana/animo.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(b, &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			for _, n := range regexp.MustCompile(`\b(animo|go|process)_[a-z_]+`).FindAllString(target.Expr, -1) {
				for _, suffix := range []string{"", "_bucket", "_count"} {
					if _, ok := shown[strings.TrimSuffix(n, suffix)]; ok {
						n = strings.TrimSuffix(n, suffix)
						break
					}
				}
				if _, ok := shown[n]; !ok {
					t.Errorf("%s: there is no metric %s", p.Title, n)
				}
				shown[n] = true
			}
		}
	}
	for n, is := range shown {
		if strings.HasPrefix(n, "animo_") && !is {
			t.Errorf("the dashboard does not show %s", n)
		}
	}
}

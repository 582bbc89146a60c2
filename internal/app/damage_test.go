package app_test

import (
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"animo/internal/app"
)

// TestDamage_of_one_row_leaves_the_others_in_the_lists spoils a row of each table that lists read, as a damaged disk would.
func TestDamage_of_one_row_leaves_the_others_in_the_lists(t *testing.T) {
	c := fileSettings(t)
	var log lockedLog
	a := startWith(t, c, app.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	for _, name := range []string{"a.txt", "b.txt"} {
		a.upload(name, "?trainer=nb", reviews(t))
		a.await(name)
	}
	for i := range 2 {
		face := fmt.Sprintf(`{"items":[{"image_id":"cam-%d","taken_at":"2026-08-01T21:15:02Z","emotions":[{"Type":"HAPPY","Confidence":97}]}]}`, i)
		if r := a.do("POST", "/v1/moods", face); r.status != 202 {
			t.Fatal(r.status, r.body)
		}
		if r := a.do("POST", "/v1/subscriptions", fmt.Sprintf(`{"kind":"webhook","target":"https://example.com/%d"}`, i)); r.status != 201 {
			t.Fatal(r.status, r.body)
		}
	}
	for list := 0; list < 2; { // until both faces are recorded
		var page struct{ Items []any }
		a.do("GET", "/v1/moods", "").into(t, &page)
		list = len(page.Items)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(c.Data, "animo.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	lists := map[string]string{"models": "/v1/models", "datasets": "/v1/datasets", "subscriptions": "/v1/subscriptions", "faces-happy": "/v1/moods"}
	for tbl := range lists {
		r, err := db.ExecContext(t.Context(), `UPDATE row SET value = X'7B' WHERE tbl = $1 AND key = (SELECT min(key) FROM row WHERE tbl = $1)`, tbl)
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := r.RowsAffected(); n != 1 {
			t.Fatalf("%d rows of %s were spoilt", n, tbl)
		}
	}
	for tbl, path := range lists {
		for range 2 { // each row is told of once
			var list struct{ Items []any }
			a.do("GET", path, "").into(t, &list)
			if len(list.Items) != 1 {
				t.Errorf("%s: %d items, want the one that is whole", path, len(list.Items))
			}
		}
		if n := strings.Count(log.String(), "table="+tbl+" "); n != 1 && tbl != "faces-happy" {
			t.Errorf("the log tells of %s %d times, want once:\n%s", tbl, n, log.String())
		}
	}
	if metrics := a.do("GET", "/metrics", "").body; !strings.Contains(metrics, "animo_damaged_rows 4") {
		t.Error("/metrics does not count 4 damaged rows")
	}
}

// lockedLog is a log that several goroutines write to.
type lockedLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

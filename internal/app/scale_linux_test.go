package app_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	root "animo"
	"animo/internal/app"
	"animo/internal/config"
	"animo/internal/natstest"
	"animo/internal/pictures"
	"animo/internal/postgrestest"
	"animo/internal/tenants"
	"animo/vision"
)

// scaleNode is the environment variable that makes this test's binary a node of TestScale, and has its settings.
const scaleNode = "ANIMO_SCALE_NODE"

// thought is how long an engine of TestScale sees to a photo, in which it finds scaleFaces faces.
const (
	thought    = 100 * time.Millisecond
	scaleFaces = 5
)

// TestScaleNode is a node of TestScale until its standard input ends.
func TestScaleNode(t *testing.T) {
	if os.Getenv(scaleNode) == "" {
		t.Skip("a part of TestScale")
	}
	var c config.Config
	if err := json.Unmarshal([]byte(os.Getenv(scaleNode)), &c); err != nil {
		t.Fatal(err)
	}
	a := startWith(t, c, app.Options{Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Faces: engine(func(ctx context.Context, _ string, _ vision.Image) ([]pictures.Found, error) {
			select {
			case <-time.After(thought):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			return happy(scaleFaces), nil
		})})
	fmt.Println("serves", a.url)
	_, _ = io.Copy(io.Discard, os.Stdin)
	a.stop()
}

// TestScale has 1 to 32 nodes, each a process that analyses one photo at a time for 100 ms without using a processor, work over one PostgreSQL, and
// prints how many photos a second they took, analysed and recorded, and what that cost. ANIMO_SCALE names the counts of nodes (1,2,4); without it the
// test is skipped. ANIMO_SCALE_TENANTS (16) is how many tenants send, ANIMO_SCALE_SECONDS (20) how long it is measured.
func TestScale(t *testing.T) {
	list := os.Getenv("ANIMO_SCALE")
	if list == "" {
		t.Skip("SKIPPED, NOT TESTED: how nodes add up, which is measured and not tested; make scale runs it")
	}
	number := func(name string, otherwise int) int {
		n, err := strconv.Atoi(cmp.Or(os.Getenv(name), strconv.Itoa(otherwise)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return n
	}
	tenants, seconds := number("ANIMO_SCALE_TENANTS", 16), number("ANIMO_SCALE_SECONDS", 20)
	t.Logf("%d tenants, %d s", tenants, seconds)
	t.Log("nodes  photos/s  of linear  faces/s   ms CPU a photo: nodes  PostgreSQL  clients   transactions  WAL kB   what sessions of PostgreSQL waited for")
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("ANIMO_SCALE: %q is no number of nodes", text)
		}
		measureNodes(t, n, tenants, time.Duration(seconds)*time.Second)
	}
}

// measureNodes prints the line of so many nodes.
func measureNodes(t *testing.T, n, tenants int, measured time.Duration) {
	c := scaleSettings(t)
	keys := scaleKeys(t, c, tenants)
	var nodes []*exec.Cmd
	var urls []string
	for range n {
		cmd, url := startScaleNode(t, c)
		nodes, urls = append(nodes, cmd), append(urls, url)
	}
	db := scaleDatabase{t: t}
	var err error
	if db.conn, err = pgx.Connect(t.Context(), c.Tables); err != nil {
		t.Fatal(err)
	}
	db.find()

	// Clients keep a few photos waiting for each node, and no more.
	var sent atomic.Int64
	var recorded atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	body := dot(1)
	for i := range 2 + n/2 {
		clients.Go(func() {
			for j := i; ctx.Err() == nil; j++ {
				if sent.Load()-recorded.Load()/scaleFaces > int64(8+4*n) {
					time.Sleep(5 * time.Millisecond)
					continue
				}
				sent.Add(1)
				req, _ := http.NewRequestWithContext(ctx, http.MethodPut, fmt.Sprintf("%s/v1/photos/%d-%d.png", urls[j%n], i, j), strings.NewReader(body))
				req.Header.Set("Authorization", "Bearer "+keys[(i+j)%len(keys)])
				res, err := client.Do(req)
				if err != nil {
					if ctx.Err() == nil {
						t.Error(err)
					}
					return
				}
				text, _ := io.ReadAll(res.Body)
				_ = res.Body.Close()
				if res.StatusCode != http.StatusAccepted {
					t.Errorf("%s: %s", res.Status, text)
					return
				}
			}
		})
	}
	waits := map[string]int{}
	sessions := 0
	look := func(until time.Time) {
		for time.Now().Before(until) {
			recorded.Store(db.recorded())
			sessions++
			db.waits(waits)
			time.Sleep(100 * time.Millisecond)
		}
	}
	look(time.Now().Add(5 * time.Second)) // until everything is under way
	clear(waits)
	sessions = 0
	type usage struct {
		at                          time.Time
		faces, transactions, wal    int64
		nodes, postgres, ourselves_ time.Duration
	}
	use := func() (u usage) {
		u.at = time.Now()
		u.faces, u.transactions, u.wal = db.recorded(), db.transactions(), db.wal()
		for _, cmd := range nodes {
			u.nodes += processTime(t, cmd.Process.Pid, false)
		}
		u.postgres, u.ourselves_ = db.time(), processTime(t, os.Getpid(), false)
		return u
	}
	before := use()
	look(before.at.Add(measured))
	after := use()
	cancel()
	clients.Wait()
	client.CloseIdleConnections()
	db.close()
	for _, cmd := range nodes {
		stopScaleNode(t, cmd)
	}

	took := after.at.Sub(before.at).Seconds()
	faces := float64(after.faces - before.faces)
	photos := faces / scaleFaces
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / photos }
	t.Logf("%5d  %8.1f  %9.2f  %7.0f   %21.1f  %10.1f  %7.1f   %12.1f  %6.1f   %s", n, photos/took, photos/took/(float64(n)/thought.Seconds()), faces/took,
		each(after.nodes-before.nodes), each(after.postgres-before.postgres), each(after.ourselves_-before.ourselves_),
		float64(after.transactions-before.transactions)/photos, float64(after.wal-before.wal)/1000/photos, mostWaits(waits, sessions))
}

// scaleSettings are what the nodes of one measurement have in common.
func scaleSettings(t *testing.T) config.Config {
	t.Helper()
	c := config.Default()
	folder := t.TempDir()
	c.Data, c.Listen, c.MinFree, c.Reserve = filepath.Join(folder, "data"), "127.0.0.1:0", 0, 0
	c.Tables, c.Objects, c.TablesConnections = postgrestest.URL(t), "file:"+filepath.Join(folder, "objects"), 4
	c.MasterKey = filepath.Join(folder, "master.key")
	if err := os.WriteFile(c.MasterKey, bytes.Repeat([]byte("k"), 32), 0o600); err != nil {
		t.Fatal(err)
	}
	c.Bus, c.Analyses, c.PhotosPerMinute = natstest.Bus(t), 1, 1_000_000
	c.Functions = []string{"api", "analyse", "record-happy", "record-sad", "record-surprised", "record-other"}
	return c
}

// scaleKeys makes tenants that may send photos, and returns a key of each.
func scaleKeys(t *testing.T, c config.Config, n int) (keys []string) {
	t.Helper()
	s, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range n {
		tenant := fmt.Sprint("tenant-", i)
		if err := s.AddTenant(t.Context(), tenant, root.PhotoPolicy{Purpose: root.ForEvents}); err != nil {
			t.Fatal(err)
		}
		key, _, err := s.Tenants.AddKey(t.Context(), tenant, "")
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	return keys
}

// startScaleNode starts a process with a data folder of its own, and returns where it serves.
func startScaleNode(t *testing.T, c config.Config) (*exec.Cmd, string) {
	t.Helper()
	c.Data = t.TempDir()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestScaleNode$", "-test.timeout=0")
	cmd.Env = append(os.Environ(), scaleNode+"="+string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); stopScaleNode(t, cmd) })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "serves "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the process
			return cmd, url
		}
	}
	t.Fatal("a node did not start")
	return nil, ""
}

// stopScaleNode kills a node, which may have ended already.
func stopScaleNode(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if cmd.ProcessState == nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // "signal: killed"
	}
}

// scaleDatabase asks PostgreSQL how it is.
type scaleDatabase struct {
	t          *testing.T
	conn       *pgx.Conn
	postmaster int
}

func (d *scaleDatabase) one(query string) (n int64) {
	d.t.Helper()
	if err := d.conn.QueryRow(d.t.Context(), query).Scan(&n); err != nil {
		d.t.Fatal(err)
	}
	return n
}

// find finds the server's process, whose children are all others.
func (d *scaleDatabase) find() {
	d.t.Helper()
	stat := processStat(fmt.Sprint(d.one(`SELECT pg_backend_pid()`)))
	if len(stat) == 0 {
		d.t.Fatal("PostgreSQL is not on this machine, so that its processor time cannot be measured")
	}
	d.postmaster, _ = strconv.Atoi(stat[1])
}

func (d *scaleDatabase) close() { _ = d.conn.Close(context.WithoutCancel(d.t.Context())) }

func (d *scaleDatabase) recorded() int64 {
	return d.one(`SELECT coalesce(sum(seq), 0)::bigint FROM log_end WHERE log = 'moods'`)
}

func (d *scaleDatabase) transactions() int64 {
	return d.one(`SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()`)
}

func (d *scaleDatabase) wal() int64 {
	return d.one(`SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint`)
}

// waits adds what the sessions that are at work wait for at this moment.
func (d *scaleDatabase) waits(by map[string]int) {
	d.t.Helper()
	rows, err := d.conn.Query(d.t.Context(), `SELECT coalesce(wait_event_type || ' ' || wait_event, 'nothing') FROM pg_stat_activity
		WHERE state = 'active' AND backend_type = 'client backend' AND pid <> pg_backend_pid()`)
	if err != nil {
		d.t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		d.t.Fatal(err)
	}
	for _, w := range list {
		by[w]++
	}
}

// mostWaits tells how many sessions waited for what at the same time, on average, most first.
func mostWaits(by map[string]int, looks int) string {
	var names []string
	for w := range by {
		names = append(names, w)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(by[b]-by[a], strings.Compare(a, b)) })
	var parts []string
	for _, w := range names[:min(3, len(names))] {
		parts = append(parts, fmt.Sprintf("%s %.1f", w, float64(by[w])/float64(looks)))
	}
	return strings.Join(parts, ", ")
}

// time is the processor time of all processes of the server, those that ended included.
func (d *scaleDatabase) time() time.Duration {
	d.t.Helper()
	sum := processTime(d.t, d.postmaster, true)
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", d.postmaster, d.postmaster))
	if err != nil {
		d.t.Fatal(err)
	}
	for pid := range strings.FieldsSeq(string(children)) {
		if n, err := strconv.Atoi(pid); err == nil {
			sum += processTime(d.t, n, false)
		}
	}
	return sum
}

// processStat is what follows a process's name in /proc/PID/stat; nil where there is no such process.
func processStat(pid string) []string {
	text, _ := os.ReadFile("/proc/" + pid + "/stat")
	_, after, _ := strings.Cut(string(text), ") ")
	return strings.Fields(after)
}

// processTime is the processor time that a process has taken, with that of its children that ended; 0 where there is none.
func processTime(t *testing.T, pid int, children bool) time.Duration {
	t.Helper()
	const first = 11 // utime, stime, cutime and cstime of proc(5), in hundredths of a second
	stat := processStat(strconv.Itoa(pid))
	if len(stat) < first+4 {
		return 0
	}
	if children {
		stat = stat[first : first+4]
	} else {
		stat = stat[first : first+2]
	}
	var sum time.Duration
	for _, ticks := range stat {
		n, err := strconv.ParseInt(ticks, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += time.Duration(n) * 10 * time.Millisecond
	}
	return sum
}

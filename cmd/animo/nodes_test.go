//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"animo"
	"animo/internal/gatetest"
	"animo/internal/natstest"
	"animo/internal/postgrestest"
)

// skewVariable is the environment variable that makes the test's binary the program, with a clock that is wrong by so much.
const skewVariable = "ANIMO_TEST_SKEW"

// serveSkewed is the program with a wrong clock.
func serveSkewed(skew string) int {
	by, err := time.ParseDuration(skew)
	if err != nil {
		panic(err)
	}
	now = func() time.Time { return time.Now().Add(by) }
	return run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

// TestNodes_faults has three nodes, each with a data folder of its own, take, analyse and erase photos over one PostgreSQL, while one of them, the database or
// the way to it fails, or a clock is wrong, in turns. In the end every photo that was accepted is exactly the faces that a run without a fault finds in it, each recorded,
// counted and told once, or exactly one dead letter, and what was erased is gone. ANIMO_NODE_ROUNDS says how many faults there are; without it the test is
// skipped. ANIMO_CRASH_SEED repeats a run. With ANIMO_NATS all of it is done once more with NATS as the bus, of which the servers are killed, too.
func TestNodes_faults(t *testing.T) {
	if os.Getenv("ANIMO_NODE_ROUNDS") == "" {
		t.Skip("SKIPPED, NOT TESTED: faults of three nodes, which need a machine that has nothing else to do; make nodes runs them")
	}
	for bus, start := range map[string]func(testing.TB) *natstest.Cluster{
		"PostgreSQL": func(testing.TB) *natstest.Cluster { return nil }, "PostgreSQL and NATS": natstest.Start,
	} {
		t.Run(bus, func(t *testing.T) {
			c := startCluster(t, start(t))
			faults := c.faults()
			first := 0 // so many faults stay in front
			if c.bus != nil {
				first = 1
			}
			c.bear(faults, envInt(t, "ANIMO_NODE_ROUNDS", 0), first)
		})
	}
}

// TestNodes_of_two_releases has nodes of another release, whose program ANIMO_BEFORE names, work beside those of this one, while each node in turn is changed
// for the other release and back.
func TestNodes_of_two_releases(t *testing.T) {
	before := os.Getenv("ANIMO_BEFORE")
	if before == "" {
		t.Skip("SKIPPED, NOT TESTED: ANIMO_BEFORE names no program of another release; `make upgrade` builds one")
	}
	c := startCluster(t, nil)
	bins := []string{c.nodes[0].bin, before}
	change := nodeFault{"a rolling change of the release", func() {
		for i, n := range c.nodes {
			c.stop(n)
			at := 1 - slices.Index(bins, n.bin)
			n.bin = bins[at]
			c.start(n)
			t.Logf("node %d is %s", i, filepath.Base(n.bin))
		}
	}}
	c.bear([]nodeFault{change}, 2, 0)
}

// bear has clients send and erase photos while the faults come in turns, in another order each time but for the first ones, and
// checks what came of it.
func (c *nodes) bear(faults []nodeFault, rounds, first int) {
	t := c.t
	seed := envInt(t, "ANIMO_CRASH_SEED", int(time.Now().UnixNano()&0xffffff))
	rng := rand.New(rand.NewPCG(uint64(seed), 0))
	c.rng = rng
	contents := crashContents(t)
	clean := c.program(c.nodes[0].bin, 0, "--data", t.TempDir())
	want := outcomesOf(t, clean, contents)

	t.Logf("%d rounds, seed %d", rounds, seed)
	l := &ledger{contents: contents, accepted: map[string]int{}, erased: map[string]bool{}}
	f := &follower{c: c, told: map[string]int{}, rng: rand.New(rand.NewPCG(rng.Uint64(), 0))}
	following, unfollow := context.WithCancel(t.Context())
	defer unfollow()
	var follows sync.WaitGroup
	follows.Go(func() { f.run(following) })
	losses := 0
	for round := range rounds {
		if round%len(faults) == 0 {
			rng.Shuffle(len(faults)-first, func(i, j int) { faults[first+i], faults[first+j] = faults[first+j], faults[first+i] })
		}
		fault := faults[round%len(faults)]
		over := make(chan struct{})
		var clients sync.WaitGroup
		for i := range 2 {
			own := rand.New(rand.NewPCG(rng.Uint64(), 0))
			clients.Go(func() { l.sendTo(c, own, fmt.Sprintf("r%d-%d", round, i), over) })
		}
		own := rand.New(rand.NewPCG(rng.Uint64(), 0))
		clients.Go(func() { l.eraseAt(c, own, over) })
		time.Sleep(time.Duration(rng.Int64N(int64(time.Second))))
		before := c.losses(t)
		began := time.Now()
		fault.act()
		time.Sleep(time.Second / 2)
		close(over)
		clients.Wait()
		now := c.losses(t) - before
		losses += max(0, now)
		t.Logf("round %d: %s, %v; %d attempts lost", round, fault.what, time.Since(began).Round(time.Millisecond), max(0, now))
	}

	p := c.nodes[0].process()
	l.eraseAgain(t, p)
	kept := map[string]animo.Photo{}
	for _, photo := range p.photos(t) {
		kept[photo.ID] = p.awaitPhoto(t, photo.ID)
	}
	p.drain(t)
	await(t, func() string { return l.leftovers(t, p, c.folder) })
	recorded, letters := p.records(t), p.photoLetters(t)
	l.checkWhatIsThere(t, kept)
	effects, dead, doubled, lost := 0, 0, 0, 0
	one := map[string]bool{}
	for id, photo := range kept {
		what := photo.Name + photo.SHA256
		if one[what] {
			doubled++
		}
		one[what] = true
		its := want[l.contentOf(photo)]
		checkOutcome(t, photo, recorded[id], letters[id], its)
		switch n := len(letters[id]); {
		case n > 0:
			dead++
			doubled += n - 1
		case photo.Status == animo.Done && len(recorded[id]) == len(its.faces):
			effects++
		case len(recorded[id]) > len(its.faces):
			doubled++
		default:
			lost++
		}
	}
	for id := range l.accepted {
		if _, ok := kept[id]; !ok && !l.erased[id] {
			lost++
		}
	}
	for id := range recorded {
		if _, ok := kept[id]; !ok {
			t.Errorf("faces of %s are recorded, of which there is no photo", id)
		}
	}
	for _, n := range c.nodes {
		n.process().checkSummary(t, recorded)
	}
	await(t, func() string { return f.missing(recorded) })
	unfollow()
	follows.Wait()
	for face, n := range f.told {
		if n > 1 {
			doubled++
			t.Errorf("the stream told %s %d times to who followed from node to node", face, n)
		}
	}
	for _, e := range f.wrong {
		t.Error(e)
	}
	p.checkStream(t, recorded, contents[0], len(want[0].faces))
	if doubled > 0 || lost > 0 {
		t.Errorf("%d doubled, %d lost", doubled, lost)
	}
	t.Logf("%d rounds: accepted %d, erased %d, effects %d, dead letters %d, doubled %d, lost %d; %d attempts lost; the stream was followed through %d breaks",
		rounds, len(l.accepted), len(l.erased), effects, dead, doubled, lost, losses, f.breaks)
}

// nodeLease is how long a worker that is heard no more keeps its event.
const nodeLease = 4 * time.Second

// nodes are three nodes over one PostgreSQL, which is the test's own.
type nodes struct {
	t        *testing.T
	rng      *rand.Rand // chooses what fails, and for how long
	folder   string     // that all share: of objects
	database *postgrestest.Server
	bus      *natstest.Cluster // nil for none
	nodes    [3]*node
}

// node is one of them: a process after the other, on one data folder.
type node struct {
	bin  string // the program
	data string
	way  *gatetest.Gate // to the database
	skew time.Duration  // by which its clock is wrong

	mu  sync.Mutex
	now *process
}

func (n *node) process() *process {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now
}

func startCluster(t *testing.T, bus *natstest.Cluster) *nodes {
	t.Helper()
	bin, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &nodes{t: t, folder: t.TempDir(), database: postgrestest.Start(t), bus: bus}
	address := c.database.Restart()
	for i := range c.nodes {
		n := &node{bin: bin, data: t.TempDir(), way: gatetest.New(t, address.Host)}
		if i == 1 {
			n.skew = 5 * time.Minute
		}
		c.nodes[i] = n
		c.start(n)
	}
	return c
}

// start starts a node's next process.
func (c *nodes) start(n *node) {
	c.t.Helper()
	settings := []string{
		"--data", n.data, "--lease", nodeLease.String(), "--sweep-every", "1s", "--request-time", "10s",
		"--tables", "postgres://animo@" + n.way.Address() + "/postgres?sslmode=disable", "--objects", "file:" + filepath.Join(c.folder, "objects"),
	}
	if c.bus != nil {
		settings = append(settings, "--bus", c.bus.URL+"?replicas=3")
	}
	p := c.program(n.bin, n.skew, settings...)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now = p
}

// program starts the program with a clock that is wrong by skew.
func (c *nodes) program(bin string, skew time.Duration, settings ...string) *process {
	c.t.Helper()
	cmd := exec.Command(bin, append([]string{"serve", "--listen", "127.0.0.1:0", "--min-free", "0", "--pauses", "10ms,10ms", "--detector", "tiny", "--log-level", "error"}, settings...)...)
	cmd.Env = append(os.Environ(), skewVariable+"="+skew.String())
	return startCommand(c.t, cmd)
}

// any is one of the nodes.
func (c *nodes) any(rng *rand.Rand) *process { return c.nodes[rng.IntN(len(c.nodes))].process() }

// nodeFault is something that goes wrong, and is right again when act returns.
type nodeFault struct {
	what string
	act  func()
}

func (c *nodes) faults() []nodeFault {
	node := func() *node { return c.nodes[c.rng.IntN(len(c.nodes))] }
	long := func() { time.Sleep(nodeLease + time.Second + time.Duration(c.rng.Int64N(int64(time.Second)))) }
	list := []nodeFault{
		{"SIGKILL of a node", func() {
			n := node()
			n.process().kill(c.t)
			c.start(n)
		}},
		{"SIGKILL of PostgreSQL", func() {
			c.database.Kill()
			address := c.database.Restart()
			for _, n := range c.nodes {
				n.way.Lead(address.Host)
			}
		}},
		{"a node halted for longer than its lease", func() {
			p := node().process().cmd.Process
			c.signal(p, syscall.SIGSTOP)
			long()
			c.signal(p, syscall.SIGCONT)
		}},
		{"a node cut off from the database for longer than its lease, and what it wrote comes late", func() {
			n := node()
			n.way.Hold(true)
			long()
			n.way.Hold(false)
		}},
		{"a node cut off from the database for longer than its lease, and what it wrote is lost", func() {
			n := node()
			n.way.Hold(true)
			long()
			n.way.Cut()
			n.way.Hold(false)
		}},
		{"a clock set wrong by five minutes", func() {
			n := node()
			n.skew = []time.Duration{-5 * time.Minute, 0, 5 * time.Minute}[c.rng.IntN(3)]
			n.process().kill(c.t)
			c.start(n)
		}},
		{"a rolling restart", func() {
			for _, n := range c.nodes {
				c.stop(n)
				c.start(n)
			}
		}},
	}
	if c.bus != nil {
		list = slices.Insert(list, 0, nodeFault{"SIGKILL of a nats-server", func() {
			c.bus.Kill(fmt.Sprint("animo-", 1+c.rng.IntN(3)))
			time.Sleep(time.Second)
			c.bus.Restart()
		}})
	}
	return list
}

// stop asks a node's process to stop, and waits until it has ended.
func (c *nodes) stop(n *node) {
	c.t.Helper()
	p := n.process()
	c.signal(p.cmd.Process, syscall.SIGTERM)
	if err := p.cmd.Wait(); err != nil {
		c.t.Logf("a node that was asked to stop ended with %v", err) // where the machine has much to do, not all ends within stop-time
	}
}

func (c *nodes) signal(p *os.Process, s syscall.Signal) {
	c.t.Helper()
	if err := p.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}

// losses counts, in the processes that run and answer, the attempts whose outcome was refused, because another worker had the event, or it was erased.
func (c *nodes) losses(t *testing.T) (n int) {
	t.Helper()
	for _, it := range c.nodes {
		res, err := http.Get(it.process().url + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			t.Logf("/metrics: %s, %v", res.Status, err) // where the database does not answer in time
			continue
		}
		for line := range strings.Lines(string(body)) {
			if strings.HasPrefix(line, "animo_function_seconds_count{") && strings.Contains(line, `outcome="lost"`) {
				count, err := strconv.Atoi(strings.TrimSpace(line[strings.LastIndex(line, " ")+1:]))
				if err != nil {
					t.Fatal(err)
				}
				n += count
			}
		}
	}
	return n
}

// sendTo sends photos to one node or another until over is closed, some dozen at most, and what was not answered once more to another node, as a client would.
func (l *ledger) sendTo(c *nodes, rng *rand.Rand, prefix string, over <-chan struct{}) {
	for i := range 12 {
		var batch []crashPhoto
		for j := range 1 + rng.IntN(3) {
			batch = append(batch, crashPhoto{fmt.Sprintf("%s-%d-%d.jpg", prefix, i, j), rng.IntN(len(l.contents))})
		}
		l.mu.Lock()
		if len(l.sent) > 0 && rng.IntN(3) == 0 {
			batch[0] = l.sent[rng.IntN(len(l.sent))]
		}
		l.sent = append(l.sent, batch...)
		l.mu.Unlock()
		for range 3 {
			ids, err := c.any(rng).tryPhotos(l, batch)
			if err != nil {
				continue
			}
			l.mu.Lock()
			l.accept(batch, ids)
			l.mu.Unlock()
			if !slices.Contains(ids, "") {
				break
			}
		}
		select {
		case <-over:
			return
		case <-time.After(time.Duration(rng.Int64N(int64(800 * time.Millisecond)))):
		}
	}
}

// eraseAt erases photos at one node or another until over is closed.
func (l *ledger) eraseAt(c *nodes, rng *rand.Rand, over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		case <-time.After(time.Duration(rng.Int64N(int64(time.Second)))):
		}
		l.eraseOne(c.any(rng), rng)
	}
}

// follower follows the live stream, at one node or another.
type follower struct {
	c   *nodes
	rng *rand.Rand

	mu     sync.Mutex
	told   map[string]int // by face
	last   string         // the place after which it goes on
	breaks int
	wrong  []string
}

// run follows until ctx ends. When the stream ends, or says nothing for a second, it goes on at a node.
func (f *follower) run(ctx context.Context) {
	f.last = "0"
	for ctx.Err() == nil {
		f.follow(ctx, f.c.any(f.rng))
		f.mu.Lock()
		f.breaks++
		f.mu.Unlock()
	}
}

func (f *follower) follow(ctx context.Context, p *process) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	const silence = time.Second
	silent := time.AfterFunc(silence, cancel)
	defer silent.Stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/v1/stream", nil)
	if err != nil {
		panic(err)
	}
	req.Header.Set("Last-Event-ID", f.last)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		select { // the node is not there
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
		return
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, maxEvent)
	var kind, id, data string
	for lines.Scan() {
		silent.Reset(silence)
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "event":
			kind = value
		case "id":
			id = value
		case "data":
			data = value
		case "":
			f.tell(kind, id, data)
			kind, id, data = "", "", ""
		}
	}
}

// tell notes an event that came whole.
func (f *follower) tell(kind, id, data string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	wrong := func(format string, args ...any) {
		f.wrong = append(f.wrong, "the stream told "+fmt.Sprintf(format, args...))
	}
	if id != "" {
		now, err := strconv.ParseInt(id, 10, 64)
		before, _ := strconv.ParseInt(f.last, 10, 64)
		if err != nil || now < before || now == before && kind != "" {
			wrong("%s %q after %s", kind, id, f.last)
		}
		f.last = id
	}
	switch kind {
	case "mood":
		var r animo.MoodRecord
		if err := json.Unmarshal([]byte(data), &r); err != nil {
			wrong("%q: %v", data, err)
		}
		f.told[r.FaceID]++
	case "erased", "":
	default:
		wrong("a %s: %s", kind, data)
	}
}

// missing names a recorded face that was not told; "" for none.
func (f *follower) missing(recorded map[string][]animo.MoodRecord) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, list := range recorded {
		for _, r := range list {
			if f.told[r.FaceID] == 0 {
				return "the stream did not tell " + r.FaceID + " to who followed from node to node"
			}
		}
	}
	return ""
}

package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"animo"
)

// simulation is one run of the command.
type simulation struct {
	options  *simulateCmd
	source   string // of the photos
	pictures [][]byte
	tenants  []*simulatedTenant

	mu    sync.Mutex
	calls map[callOf]*calls
	right map[phase]*judged
}

// simulatedTenant is one that sends, and what it was told.
type simulatedTenant struct {
	client *client

	mu          sync.Mutex
	photos      map[string]bool   // accepted, by id
	brokenOff   map[string]bool   // names of photos whose client hung up
	corrections map[string]string // labels by text
	answered    int               // opinions
	notOfIt     int               // answers among these that are not of the opinion
}

// callOf is a kind of call in a phase.
type callOf struct {
	phase phase
	call  string
}

// calls are what became of calls of one kind.
type calls struct {
	sent, accepted, unanswered int
	refused                    map[string]int  // by the code of the problem
	took                       []time.Duration // those that were answered, from when they were due
}

// judged counts opinions whose label is known.
type judged struct{ right, all int }

// run sends everything, waits for the effects, and reports.
func (sim *simulation) run(ctx context.Context) (*simulated, error) {
	sim.calls, sim.right = map[callOf]*calls{}, map[phase]*judged{}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	streams := make([]*toldFaces, len(sim.tenants))
	var following sync.WaitGroup
	defer following.Wait()
	defer cancel()
	for i, t := range sim.tenants {
		if len(sim.pictures) == 0 {
			continue
		}
		told, err := t.client.moods(ctx, sim.from("0"))
		if err != nil {
			return nil, err
		}
		streams[i] = &toldFaces{changed: make(chan struct{}, 1), times: map[string]int{}, last: "0"}
		following.Go(func() { sim.follow(ctx, t.client, streams[i], told) })
	}
	start := time.Now().Truncate(time.Millisecond) // as exact as a photo's times are
	slots := make(chan struct{}, sim.options.AtOnce)
	var sending sync.WaitGroup
	for a := range sim.options.arrivals(len(sim.pictures)) {
		due := start.Add(a.at)
		if err := sleep(ctx, time.Until(due)); err != nil {
			sending.Wait()
			return nil, err
		}
		copies := 1
		if a.fault == repeated {
			copies = 2
		}
		for range copies {
			slots <- struct{}{} // each call ends by the client's own limits
			sending.Go(func() {
				defer func() { <-slots }()
				sim.send(ctx, a, due)
			})
		}
	}
	sending.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	report := sim.report(time.Since(start))
	settle, end := context.WithTimeout(ctx, sim.options.Settle)
	defer end()
	for i, t := range sim.tenants {
		if err := sim.effects(settle, t, start, streams[i], report); err != nil {
			return nil, cmp.Or(ctx.Err(), err)
		}
	}
	return report, nil
}

// send makes one call, and notes what came of it.
func (sim *simulation) send(ctx context.Context, a arrival, due time.Time) {
	t := sim.tenants[a.tenant]
	if a.call == opinionCall {
		sim.ask(ctx, t, a, due)
		return
	}
	name := fmt.Sprintf("%s-%d.jpg", sim.source, a.n)
	picture := sim.pictures[a.sample]
	if a.fault == broken {
		picture = picture[:min(len(picture), 1000)]
	}
	content := fmt.Appendf(picture[:len(picture):len(picture)], "%s/%d", sim.source, a.n)
	send := bytesBody(content)
	if a.fault == hungUp {
		t.mu.Lock()
		t.brokenOff[name] = true
		t.mu.Unlock()
		send = func() (io.ReadCloser, int64, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader(content[:len(content)/2]), hangingUp{})), int64(len(content)), nil
		}
	}
	var p sentPhoto
	err := sim.once(ctx, t, a.phase, photoCall, due, http.MethodPut, "/v1/photos/"+name+"?source="+sim.source, send, &p)
	if err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.photos[p.ID] = true
}

// hangingUp is where a client has had enough.
type hangingUp struct{}

func (hangingUp) Read([]byte) (int, error) { return 0, errors.New("the client hangs up") }

// ask asks the model about an opinion, and may correct it.
func (sim *simulation) ask(ctx context.Context, t *simulatedTenant, a arrival, due time.Time) {
	question, err := json.Marshal(map[string]any{"idmodel": sim.options.model(), "opiniones": []string{a.text}})
	if err != nil {
		panic(err) // they are strings
	}
	var answers [][2]string
	if sim.once(ctx, t, a.phase, opinionCall, due, http.MethodPost, "/senti", bytesBody(question), &answers) != nil {
		return
	}
	whole := len(answers) == 1 && answers[0][1] == a.text
	t.mu.Lock()
	t.answered++
	if !whole {
		t.notOfIt++
	}
	t.mu.Unlock()
	if !whole {
		return
	}
	right := answers[0][0] == a.label.String()
	sim.mu.Lock()
	if sim.right[a.phase] == nil {
		sim.right[a.phase] = &judged{}
	}
	sim.right[a.phase].all++
	if right {
		sim.right[a.phase].right++
	}
	sim.mu.Unlock()
	if right || !a.correct {
		return
	}
	said, err := json.Marshal(map[string]string{"text": a.text, "label": a.label.String()})
	if err != nil {
		panic(err)
	}
	path := "/v1/models/" + url.PathEscape(sim.options.model()) + "/corrections"
	if sim.once(ctx, t, a.phase, correctionCall, time.Now(), http.MethodPost, path, bytesBody(said), nil) != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.corrections[a.text] = a.label.String()
}

// once makes a call without trying it again, reads its answer into out, and counts it.
func (sim *simulation) once(ctx context.Context, t *simulatedTenant, p phase, call string, due time.Time, method, path string, send body, out any) error {
	code := ""
	res, _, err := t.client.open(ctx, method, path, send)
	if err == nil {
		defer res.Body.Close()
		switch {
		case res.StatusCode/100 != 2:
			err = problemOf(res)
			code = string(animo.CodeOf(err))
		case out != nil:
			err = json.NewDecoder(res.Body).Decode(out)
		}
	}
	took := time.Since(due)
	sim.mu.Lock()
	defer sim.mu.Unlock()
	c := sim.calls[callOf{p, call}]
	if c == nil {
		c = &calls{refused: map[string]int{}}
		sim.calls[callOf{p, call}] = c
	}
	c.sent++
	switch {
	case err == nil:
		c.accepted++
		c.took = append(c.took, took)
	case code != "":
		c.refused[code]++
		c.took = append(c.took, took)
	default:
		c.unanswered++
	}
	return err
}

// toldFaces counts how often a live stream told of each face.
type toldFaces struct {
	changed chan struct{} // something was told
	mu      sync.Mutex
	times   map[string]int // by the face's id
	last    string         // the id of what was told last
	breaks  int            // how often the stream broke off
}

// from is what is asked of the live stream.
func (sim *simulation) from(last string) url.Values {
	return url.Values{"source": {sim.source}, "last_event_id": {last}}
}

// follow counts what a stream tells, until ctx ends. A stream that breaks off is taken up again where it was.
func (sim *simulation) follow(ctx context.Context, k *client, f *toldFaces, told <-chan toldMood) {
	for {
		for m := range told {
			if m.err != nil {
				break
			}
			f.mu.Lock()
			f.times[m.FaceID]++
			f.last = m.id
			f.mu.Unlock()
			select {
			case f.changed <- struct{}{}:
			default:
			}
		}
		for told = nil; told == nil; {
			if k.pause(ctx, firstPause) != nil {
				return
			}
			told, _ = k.moods(ctx, sim.from(f.last)) // nil where nobody answers yet
		}
		f.mu.Lock()
		f.breaks++
		f.mu.Unlock()
	}
}

// await waits until each of these faces was told, or ctx ends; it returns how many were not told, and how often faces were told again.
func (f *toldFaces) await(ctx context.Context, faces []string) (untold, again int) {
	for {
		f.mu.Lock()
		untold, again = 0, 0
		for _, id := range faces {
			if f.times[id] == 0 {
				untold++
			}
		}
		for _, n := range f.times {
			again += n - 1
		}
		f.mu.Unlock()
		if untold == 0 {
			return untold, again
		}
		select {
		case <-f.changed:
		case <-ctx.Done():
			return untold, again
		}
	}
}

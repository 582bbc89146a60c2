//go:build unix

package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestCrash_measured_faces is TestCrash for faces that clients measured: sent by several clients at once, some of them
// again, while others are erased. In the end every face that was accepted and not erased must be recorded, counted and
// told once; what was sent but not answered may have come about, once; and what was erased must be gone.
func TestCrash_measured_faces(t *testing.T) {
	rounds, rng := crashRounds(t)
	bin := buildProgram(t)
	settings := []string{"--detector", "tiny", "--sweep-every", "200ms", "--log-level", "error"}
	data := t.TempDir()
	l := &measuredLedger{sent: map[string]bool{}, accepted: map[string]bool{}, erased: map[string]bool{}, maybe: map[string]bool{}}
	for range rounds {
		p := startProcess(t, bin, data, settings...)
		moment := time.NewTimer(time.Duration(rng.Int64N(int64(150 * time.Millisecond))))
		var clients sync.WaitGroup
		for range 3 {
			own := rand.New(rand.NewPCG(rng.Uint64(), 0))
			clients.Go(func() {
				for l.send(p, own) == nil && l.erase(p, own) == nil {
				}
			})
		}
		<-moment.C
		p.kill(t)
		clients.Wait()
	}

	p := startProcess(t, bin, data, settings...)
	defer p.kill(t)
	for id := range l.maybe { // nobody knows whether it was erased
		if status, err := p.try(http.MethodDelete, "/v1/moods/"+id, "", nil, nil); err != nil || status != http.StatusOK && status != http.StatusNotFound {
			t.Errorf("erased again: %d, %v", status, err)
		}
		l.erased[id] = true
	}
	p.drain(t)
	// Who was killed three times with an event under way has a dead letter, as promised; tried again, it must come about.
	if status, err := p.try(http.MethodPost, "/v1/queues/record-happy/dead/redrive", "", nil, nil); err != nil || status/100 != 2 {
		t.Fatalf("redrive: %d, %v", status, err)
	}
	p.drain(t)
	recorded := map[string]int{}
	unknown := 0 // sent, but never answered
	for _, r := range p.records(t)[""] {
		if recorded[r.FaceID]++; !l.accepted[r.FaceID] {
			unknown++
		}
		if r.MeasuredBy != "client" || !l.sent[r.ImageID] {
			t.Errorf("recorded %+v, which was not sent", r)
		}
	}
	for id := range l.accepted {
		if want := map[bool]int{false: 1, true: 0}[l.erased[id]]; recorded[id] != want {
			t.Errorf("face %s is recorded %d times, want %d", id, recorded[id], want)
		}
	}
	for id, n := range recorded {
		if n != 1 {
			t.Errorf("face %s is recorded %d times", id, n)
		}
	}
	var s struct {
		Total map[string]struct{ Faces int }
	}
	p.get(t, "/v1/moods/summary?every=24h", &s)
	if n := s.Total["HAPPY"].Faces; n != len(recorded) {
		t.Errorf("%d faces are counted, %d are recorded", n, len(recorded))
	}
	t.Logf("%d faces sent, %d accepted, %d erased; %d recorded, %d of them never answered", len(l.sent), len(l.accepted), len(l.erased), len(recorded), unknown)
	if len(l.accepted) == 0 || len(l.erased) == 0 {
		t.Error("the program was killed too soon to try anything")
	}
}

// measuredLedger is what the clients did. The faces that were sent are known by their pictures' names, the others by
// their ids.
type measuredLedger struct {
	mu                            sync.Mutex
	sent, accepted, erased, maybe map[string]bool
	bodies, ids                   []string
}

// send sends a few faces, sometimes some that were sent before.
func (l *measuredLedger) send(p *process, rng *rand.Rand) error {
	l.mu.Lock()
	var body string
	if len(l.bodies) > 0 && rng.IntN(3) == 0 {
		body = l.bodies[rng.IntN(len(l.bodies))]
	} else {
		var faces []string
		for range 1 + rng.IntN(4) {
			name := fmt.Sprintf("camera-%d", len(l.sent))
			l.sent[name] = true
			faces = append(faces, `{"image_id":"`+name+`","taken_at":"2026-08-01T21:15:02Z","emotions":[{"Type":"HAPPY","Confidence":97}]}`)
		}
		body = `{"items":[` + strings.Join(faces, ",") + `]}`
		l.bodies = append(l.bodies, body)
	}
	l.mu.Unlock()
	var answer struct {
		Items []struct {
			FaceID string `json:"face_id"`
		}
	}
	status, err := p.try(http.MethodPost, "/v1/moods", "application/json", strings.NewReader(body), &answer)
	if err != nil || status == http.StatusConflict { // one of them was erased
		return err
	}
	if status != http.StatusAccepted {
		return fmt.Errorf("status %d", status)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range answer.Items {
		if !l.accepted[f.FaceID] {
			l.accepted[f.FaceID] = true
			l.ids = append(l.ids, f.FaceID)
		}
	}
	return nil
}

// erase erases one of the faces that were accepted, now and then.
func (l *measuredLedger) erase(p *process, rng *rand.Rand) error {
	l.mu.Lock()
	ids := slices.Clone(l.ids)
	l.mu.Unlock()
	if len(ids) == 0 || rng.IntN(3) > 0 {
		return nil
	}
	id := ids[rng.IntN(len(ids))]
	status, err := p.try(http.MethodDelete, "/v1/moods/"+id, "", nil, nil)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err != nil:
		l.maybe[id] = true
	case status == http.StatusOK:
		l.erased[id] = true
	}
	return err
}

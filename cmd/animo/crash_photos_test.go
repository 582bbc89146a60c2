//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"animo"
)

// outcomesOf returns what comes of each content without a fault, in a process, which it kills.
func outcomesOf(t *testing.T, clean *process, contents [][]byte) []outcome {
	t.Helper()
	want := make([]outcome, len(contents))
	for i, content := range contents {
		p := clean.putPhoto(t, fmt.Sprintf("%d.jpg", i), content)
		want[i] = outcome{photo: clean.awaitPhoto(t, p.ID)}
	}
	clean.drain(t)
	records := clean.records(t)
	for i := range want {
		want[i].faces = records[want[i].photo.ID]
	}
	clean.kill(t)
	return want
}

// TestCrash_photos is TestCrash for photos: good ones, broken ones and some without a face, sent by several
// clients at once, one by one and in forms, while others are erased. In the end every photo that was accepted
// must be exactly the faces that a run without a crash finds in it, each in its mood's table, counted once and
// told once, or exactly one dead letter; what was sent but not answered may have come about, once; and what was
// erased must be gone.
func TestCrash_photos(t *testing.T) {
	rounds, rng := crashRounds(t)
	bin := buildProgram(t)
	contents := crashContents(t)
	settings := []string{"--detector", "tiny", "--sweep-every", "200ms", "--log-level", "error"}

	clean := startProcess(t, bin, t.TempDir(), settings...)
	want := outcomesOf(t, clean, contents)

	data := t.TempDir()
	l := &ledger{contents: contents, accepted: map[string]int{}, erased: map[string]bool{}}
	for round := range rounds {
		p := startProcess(t, bin, data, settings...)
		// Half of the times while photos come in, more often early; half while they are analysed and recorded.
		long := time.Duration(min(rng.ExpFloat64()*float64(60*time.Millisecond), float64(500*time.Millisecond)))
		if rng.IntN(2) == 0 {
			long = time.Duration(rng.Int64N(int64(1200 * time.Millisecond)))
		}
		moment := time.NewTimer(long)
		var clients sync.WaitGroup
		for i := range 3 {
			own := rand.New(rand.NewPCG(rng.Uint64(), 0))
			clients.Go(func() { l.send(p, own, fmt.Sprintf("r%d-%d", round, i)) })
		}
		own := rand.New(rand.NewPCG(rng.Uint64(), 0))
		clients.Go(func() { l.erase(p, own) })
		<-moment.C
		p.kill(t)
		clients.Wait()
	}

	p := startProcess(t, bin, data, settings...)
	defer p.kill(t)
	l.eraseAgain(t, p)
	kept := map[string]animo.Photo{}
	for _, photo := range p.photos(t) {
		kept[photo.ID] = p.awaitPhoto(t, photo.ID)
	}
	p.drain(t)
	await(t, func() string { return l.leftovers(t, p, data) })
	recorded := p.records(t)
	letters := p.photoLetters(t)
	l.checkWhatIsThere(t, kept)
	for id, photo := range kept {
		checkOutcome(t, photo, recorded[id], letters[id], want[l.contentOf(photo)])
	}
	for id := range recorded {
		if _, ok := kept[id]; !ok {
			t.Errorf("faces of %s are recorded, of which there is no photo", id)
		}
	}
	for id := range letters {
		if _, ok := kept[id]; !ok {
			t.Errorf("there is a dead letter of %s, of which there is no photo", id)
		}
	}
	p.checkSummary(t, recorded)
	p.checkStream(t, recorded, contents[0], len(want[0].faces))
	t.Logf("%d files sent, %d accepted, %d erased; %d photos kept, %d of them with faces, %d dead letters",
		len(l.sent), len(l.accepted), len(l.erased), len(kept), len(recorded), len(letters))
}

// crashContents returns photos with faces, without one, and broken ones.
func crashContents(t *testing.T) (list [][]byte) {
	t.Helper()
	for _, p := range samplePhotos(t) {
		list = append(list, p.JPEG)
	}
	var blank bytes.Buffer
	if err := png.Encode(&blank, image.NewGray(image.Rect(0, 0, 320, 200))); err != nil {
		t.Fatal(err)
	}
	return append(list, blank.Bytes(), list[1][:60_000], []byte("\xff\xd8\xff\xe0 this is no picture\n")) // whose first bytes are those of one
}

// outcome is a photo that has ended, and what is recorded of its faces.
type outcome struct {
	photo animo.Photo
	faces []animo.MoodRecord
}

// letter is the part of a dead letter that the test looks at.
type letter struct {
	Queue    string
	Attempts int
	Reason   animo.Reason
	Event    struct{ Data animo.MoodRecord }
}

// checkOutcome compares what became of a photo with what becomes of its bytes in a run without a crash.
func checkOutcome(t *testing.T, p animo.Photo, recorded []animo.MoodRecord, letters []letter, want outcome) {
	t.Helper()
	interrupted := func(l letter) bool { return l.Reason.Code == animo.Interrupted && l.Attempts == 3 }
	switch {
	case p.Status == animo.Done:
		if want.photo.Status != animo.Done || len(letters) > 0 || !reflect.DeepEqual(plain(recorded), plain(want.faces)) {
			t.Errorf("%s (%s) is done with the faces %+v and the dead letters %+v, want %s with %+v", p.ID, p.Name, plain(recorded), letters, want.photo.Status, plain(want.faces))
		}
	case len(letters) == 1 && letters[0].Queue == "analyse":
		if l := letters[0]; len(recorded) > 0 || !interrupted(l) && (want.photo.Failure == nil || l.Reason != *want.photo.Failure) || p.Failure == nil || *p.Failure != l.Reason {
			t.Errorf("%s (%s) failed: %+v, with %d faces recorded and the dead letter %+v; want %+v", p.ID, p.Name, p.Failure, len(recorded), l, want.photo.Failure)
		}
	default: // one or several of its faces could not be recorded, as each time the program was killed meanwhile
		all := slices.Clone(recorded)
		for _, l := range letters {
			if !interrupted(l) {
				t.Errorf("%s (%s) has the dead letter %+v", p.ID, p.Name, l)
			}
			all = append(all, l.Event.Data)
		}
		if len(letters) == 0 || !reflect.DeepEqual(plain(all), plain(want.faces)) {
			t.Errorf("%s (%s) failed: %+v, with the faces %+v and the dead letters %+v; want %+v", p.ID, p.Name, p.Failure, plain(recorded), letters, plain(want.faces))
		}
	}
}

// plain returns the records of a photo's faces in the order of their numbers, without what is another one in each
// run: ids, names and times.
func plain(records []animo.MoodRecord) (list []animo.MoodRecord) {
	for _, r := range slices.SortedFunc(slices.Values(records), func(a, b animo.MoodRecord) int { return strings.Compare(a.FaceID, b.FaceID) }) {
		r.FaceID = r.FaceID[strings.LastIndex(r.FaceID, "-"):]
		r.PhotoID, r.ImageID = "", ""
		r.Taken, r.Accepted, r.Analysed = time.Time{}, time.Time{}, time.Time{}
		list = append(list, r)
	}
	return list
}

// crashPhoto is what the server may have been told: a name and a content.
type crashPhoto struct {
	name    string
	content int
}

// ledger is what the clients did.
type ledger struct {
	contents [][]byte

	mu       sync.Mutex
	sent     []crashPhoto
	accepted map[string]int  // id to content, of what was answered 202
	erased   map[string]bool // of what was answered 200
	maybe    []string        // asked to be erased without an answer
}

// send sends a few photos one by one and in forms until the program is killed, some of them again.
func (l *ledger) send(p *process, rng *rand.Rand, prefix string) {
	for i := range 3 {
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
		ids, err := p.tryPhotos(l, batch)
		if err != nil {
			return
		}
		l.mu.Lock()
		l.accept(batch, ids)
		l.mu.Unlock()
	}
}

// accept notes what was answered: the ids of photos, "" for those of a form that were refused. The caller holds mu.
func (l *ledger) accept(batch []crashPhoto, ids []string) {
	for i, id := range ids {
		if id != "" {
			l.accepted[id] = batch[i].content
		}
	}
}

// erase erases a few of the photos that were accepted until the program is killed.
func (l *ledger) erase(p *process, rng *rand.Rand) {
	for range 3 {
		if l.eraseOne(p, rng) != nil {
			return
		}
	}
}

// eraseOne erases one of the photos that were accepted, if there are any. Its error says that there was no answer.
func (l *ledger) eraseOne(p *process, rng *rand.Rand) error {
	l.mu.Lock()
	ids := slices.Sorted(maps.Keys(l.accepted))
	l.mu.Unlock()
	if len(ids) == 0 {
		return nil
	}
	id := ids[rng.IntN(len(ids))]
	status, err := p.try(http.MethodDelete, "/v1/photos/"+id, "", nil, nil)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err != nil || status >= http.StatusInternalServerError:
		l.maybe = append(l.maybe, id)
	case status == http.StatusOK:
		l.erased[id] = true
	}
	return err
}

// contentOf tells which of the contents a photo has; -1 if none.
func (l *ledger) contentOf(p animo.Photo) int {
	return slices.IndexFunc(l.contents, func(c []byte) bool {
		sum := sha256.Sum256(c)
		return p.SHA256 == hex.EncodeToString(sum[:])
	})
}

// checkWhatIsThere checks that the photos are those that were accepted and not erased, besides some of those that
// were sent without an answer, and each once.
func (l *ledger) checkWhatIsThere(t *testing.T, kept map[string]animo.Photo) {
	t.Helper()
	ids := map[crashPhoto]string{}
	for id, photo := range kept {
		s := crashPhoto{photo.Name, l.contentOf(photo)}
		if !slices.Contains(l.sent, s) {
			t.Errorf("there is a photo that nobody sent: %+v", photo)
		}
		if other, twice := ids[s]; twice {
			t.Errorf("%s is there twice, as %s and %s", s.name, id, other)
		}
		ids[s] = id
	}
	for id, content := range l.accepted {
		photo, ok := kept[id]
		switch {
		case ok && l.erased[id]:
			t.Errorf("%s was erased and is there: %+v", id, photo)
		case !ok && !l.erased[id]:
			t.Errorf("%s was accepted and is not there", id)
		case ok && l.contentOf(photo) != content:
			t.Errorf("%s has other bytes than those sent", id)
		}
	}
}

// eraseAgain erases what was asked to be erased without an answer, as a client would.
func (l *ledger) eraseAgain(t *testing.T, p *process) {
	t.Helper()
	for _, id := range l.maybe {
		status, err := p.try(http.MethodDelete, "/v1/photos/"+id, "", nil, nil)
		if err != nil || status != http.StatusOK && status != http.StatusNotFound {
			t.Errorf("erasing %s again: %d, %v", id, status, err)
		}
		l.erased[id] = true
	}
}

// leftovers names something that is left of a photo that was erased, or its lack of one receipt; "" for nothing.
// A sweep removes soon after the start what an erasure that was killed left, or what was written meanwhile.
func (l *ledger) leftovers(t *testing.T, p *process, data string) string {
	t.Helper()
	receipts := map[string]int{}
	for _, r := range pages[animo.Receipt](t, p, "/v1/receipts?") {
		receipts[r.Erased]++
	}
	recorded := p.records(t)
	for id := range l.erased {
		status, err := p.try(http.MethodGet, "/v1/photos/"+id, "", nil, nil)
		files, globErr := filepath.Glob(filepath.Join(data, "objects", animo.DefaultTenant, "photos", id, "*"))
		if receipts[id] != 1 || len(recorded[id]) > 0 || status != http.StatusNotFound || len(files) > 0 || err != nil || globErr != nil {
			return fmt.Sprintf("%s: %d receipts, %d faces, answered %d, files %v (%v, %v)", id, receipts[id], len(recorded[id]), status, files, err, globErr)
		}
	}
	return ""
}

// tryPhotos sends photos, several of them as a form, and returns their ids, of a form "" for those that were refused.
func (p *process) tryPhotos(l *ledger, batch []crashPhoto) (ids []string, err error) {
	var answer struct {
		ID    string
		Items []struct{ ID string }
	}
	var body bytes.Buffer
	method, path, kind := http.MethodPut, "/v1/photos/"+batch[0].name, ""
	if len(batch) == 1 {
		body.Write(l.contents[batch[0].content])
	} else {
		form := multipart.NewWriter(&body)
		for _, s := range batch {
			w, err := form.CreateFormFile("file", s.name)
			if err == nil {
				_, err = w.Write(l.contents[s.content])
			}
			if err != nil {
				return nil, err
			}
		}
		if err := form.Close(); err != nil {
			return nil, err
		}
		method, path, kind = http.MethodPost, "/v1/photos", form.FormDataContentType()
	}
	status, err := p.try(method, path, kind, &body, &answer)
	if err == nil && status != http.StatusAccepted {
		err = fmt.Errorf("answered %d", status)
	}
	if err != nil {
		return nil, err
	}
	if len(batch) == 1 {
		return []string{answer.ID}, nil
	}
	for _, item := range answer.Items {
		ids = append(ids, item.ID)
	}
	if len(ids) != len(batch) {
		return nil, errors.New("items are missing")
	}
	return ids, nil
}

// photoLetters reads the dead letters by photo.
func (p *process) photoLetters(t *testing.T) map[string][]letter {
	t.Helper()
	byPhoto := map[string][]letter{}
	for _, queue := range []string{"analyse", "record-happy", "record-sad", "record-surprised", "record-other"} {
		for _, l := range pages[letter](t, p, "/v1/queues/"+queue+"/dead?") {
			l.Reason = animo.Reason{Code: l.Reason.Code, EN: l.Reason.EN}
			byPhoto[l.Event.Data.PhotoID] = append(byPhoto[l.Event.Data.PhotoID], l)
		}
	}
	return byPhoto
}

// checkSummary checks that each recorded face is counted once.
func (p *process) checkSummary(t *testing.T, recorded map[string][]animo.MoodRecord) {
	t.Helper()
	want := map[animo.Mood]int{}
	for _, m := range animo.Moods() {
		want[m] = 0 // a mood that nobody showed is counted, too
	}
	for _, faces := range recorded {
		for _, r := range faces {
			want[r.Mood]++
		}
	}
	for _, every := range []string{"1m", "1h", "1d"} {
		var sum struct {
			Total map[animo.Mood]struct{ Faces int }
		}
		p.get(t, "/v1/moods/summary?every="+every, &sum)
		got := map[animo.Mood]int{}
		for m, c := range sum.Total {
			got[m] = c.Faces
		}
		if !maps.Equal(got, want) {
			t.Errorf("counted by %s: %v, recorded: %v", every, got, want)
		}
	}
}

// checkStream checks that the stream tells each recorded face once. A last photo says where it ends.
func (p *process) checkStream(t *testing.T, recorded map[string][]animo.MoodRecord, last []byte, faces int) {
	t.Helper()
	end := p.awaitPhoto(t, p.putPhoto(t, "end.jpg", last).ID)
	if end.Status != animo.Done {
		t.Fatalf("the stream's last photo failed: %+v", end.Failure)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Last-Event-ID", "0")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	told := map[string]int{}
	before, kind := int64(-1), ""
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, maxEvent)
	for faces > 0 && lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "event":
			if kind = value; kind != "mood" && kind != "erased" {
				t.Errorf("the stream tells a %s", kind)
			}
		case "id":
			id, err := strconv.ParseInt(value, 10, 64)
			if err != nil || id <= before {
				t.Errorf("id %s after %d: %v", value, before, err)
			}
			before = id
		case "data":
			if kind != "mood" {
				continue
			}
			var r animo.MoodRecord
			if err := json.Unmarshal([]byte(value), &r); err != nil {
				t.Fatal(err)
			}
			if r.PhotoID == end.ID {
				faces--
				continue
			}
			told[r.FaceID]++
		}
	}
	if faces > 0 {
		t.Errorf("the stream ends before its last photo: %v", lines.Err())
	}
	for _, list := range recorded {
		for _, r := range list {
			if told[r.FaceID] != 1 {
				t.Errorf("%s is told %d times", r.FaceID, told[r.FaceID])
			}
			delete(told, r.FaceID)
		}
	}
	if len(told) > 0 {
		t.Errorf("told and not recorded: %v", told)
	}
}

package notify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"animo"
	"animo/internal/cluster"
	"animo/internal/faces"
	"animo/internal/notify"
	"animo/internal/object"
	"animo/internal/storetest"
	"animo/internal/table"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const tenant = "sol"

// house is a Notifier over a real database. Its clock is the test's, and its lines take turns when the test says.
type house struct {
	*storetest.House
	n      *notify.Notifier
	erased map[string]bool // photos, and faces that a client measured
	faces  int             // that were found
}

// newHouse makes a Notifier that may reach this machine.
func newHouse(t testing.TB, o notify.Options) *house {
	t.Helper()
	h := &house{House: storetest.NewHouse(t), erased: map[string]bool{}}
	h.n = h.open(o)
	return h
}

// open makes a Notifier over the house's database, as another process would.
func (h *house) open(o notify.Options) *notify.Notifier {
	h.T.Helper()
	return h.openAs("worker-1", o)
}

// openAs is open, by a process of that name. Who has the name takes up at once what an earlier one left.
func (h *house) openAs(owner string, o notify.Options) *notify.Notifier {
	h.T.Helper()
	o.Now, o.Log = h.Clock, slog.New(slog.DiscardHandler)
	rows := h.Tables(nil)
	o.Leases = cluster.New(rows, cluster.Options{Owner: owner})
	n, err := notify.New(rows, h, o)
	if err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(n.Close)
	return n
}

// Get is notify.Objects's: of each photo that is not erased there is a thumbnail.
func (h *house) Get(_ context.Context, _, name string, _ object.Range) (io.ReadCloser, object.Info, error) {
	id := strings.TrimSuffix(strings.TrimPrefix(name, "photos/"), "/thumbnail")
	if h.erased[id] {
		return nil, object.Info{}, animo.Errorf(animo.NotFound, "erased", "borrada")
	}
	return io.NopCloser(strings.NewReader("jpeg of " + id)), object.Info{}, nil
}

// exist writes the row of a face's photo, or of a face that a client measured, unless it was erased.
func (h *house) exist(r *animo.MoodRecord) {
	h.T.Helper()
	if h.erased[r.PhotoID] || h.erased[r.FaceID] {
		return
	}
	key := table.Key{Table: faces.PhotosTable, Key: r.PhotoID}
	if r.MeasuredBy != "" {
		key = table.Key{Table: faces.MeasuredTable, Key: r.FaceID}
	}
	rows, err := h.Rows.Read(h.T.Context(), tenant, key)
	if err == nil && rows[0].Rev == 0 {
		err = h.Rows.PutJSON(h.T.Context(), tenant, key.Table, key.Key, faces.Photo{Photo: animo.Photo{ID: r.PhotoID, Status: animo.Done, Analysed: h.Now}, Count: 1})
	}
	if err != nil {
		h.T.Fatal(err)
	}
}

// erase removes the row of a photo, or of a face that a client measured.
func (h *house) erase(id string) {
	h.T.Helper()
	h.erased[id] = true
	if err := h.Rows.Commit(h.T.Context(), tenant, table.Delete(faces.PhotosTable, id), table.Delete(faces.MeasuredTable, id)); err != nil {
		h.T.Fatal(err)
	}
}

// name makes a face somebody's, or with "" nobody's.
func (h *house) name(r animo.MoodRecord, name string) {
	h.T.Helper()
	who := faces.Identity{Person: "id-of-" + name, Similarity: 90}
	if name == "" {
		who = faces.Identity{}
	} else if err := h.Rows.PutJSON(h.T.Context(), tenant, faces.PeopleTable, who.Person, faces.Person{ID: who.Person, Name: name}); err != nil {
		h.T.Fatal(err)
	}
	if err := h.Rows.PutJSON(h.T.Context(), tenant, faces.IdentitiesTable, r.FaceID, who); err != nil {
		h.T.Fatal(err)
	}
}

// record is the face with a number, each of a photo of its own.
func (h *house) record(i int, mood animo.Mood) animo.MoodRecord {
	photo := fmt.Sprintf("20260501T120000.000Z-%04d", i)
	return animo.MoodRecord{
		TenantID: tenant, Mood: mood, ImageID: fmt.Sprintf("foto%d.jpg", i), FaceID: photo + "-0", PhotoID: photo, Source: "puerta",
		ImageData: animo.ImageData{Celebrities: []animo.Celebrity{}, Emotion: animo.Emotion{Type: string(mood), Confidence: 90}}, Taken: h.Now,
	}
}

// event is what says that a face was found.
func (h *house) event(r animo.MoodRecord) animo.Event {
	h.T.Helper()
	mood := strings.ToLower(string(r.Mood))
	e, err := animo.NewEvent(animo.ID("face", r.FaceID), "test", "face."+mood, mood, tenant, h.Now, r)
	if err != nil {
		h.T.Fatal(err)
	}
	h.exist(&r)
	key := table.Key{Table: faces.PhotosTable, Key: r.PhotoID}
	if r.MeasuredBy != "" {
		key = table.Key{Table: faces.MeasuredTable, Key: r.FaceID}
	}
	rows, err := h.Rows.Read(h.T.Context(), tenant, key)
	if err != nil {
		h.T.Fatal(err)
	}
	who, err := faces.ReadWho(faces.Plain(h.T.Context(), h.Rows, tenant), r.FaceID)
	if err != nil {
		h.T.Fatal(err)
	}
	e.Basis = faces.Basis(rows[0].Rev, who[0])
	return e
}

// handle runs the function notify on an event.
func (h *house) handle(e animo.Event) error { return h.n.Functions()[0].Handle(h.T.Context(), e) }

// find finds so many happy faces more.
func (h *house) find(count int) {
	h.T.Helper()
	for range count {
		h.faces++
		if err := h.handle(h.event(h.record(h.faces, animo.Happy))); err != nil {
			h.T.Fatal(err)
		}
	}
}

// add makes a subscription, and returns its id and secret.
func (h *house) add(s notify.Spec) (id, secret string) {
	h.T.Helper()
	sub, secret, err := h.n.Add(h.T.Context(), tenant, s)
	if err != nil {
		h.T.Fatal(err)
	}
	h.Now = h.Now.Add(time.Millisecond) // two of a moment sort by chance
	return sub.ID, secret
}

func (h *house) get(id string) notify.Subscription {
	h.T.Helper()
	s, err := h.n.Get(h.T.Context(), tenant, id)
	if err != nil {
		h.T.Fatal(err)
	}
	return s
}

// turn gives a line one turn.
func (h *house) turn(id string) time.Duration { return h.n.Turn(h.T.Context(), tenant, id) }

// drain gives a line turns, and time, until it wants none or the clock shows a time.
func (h *house) drain(id string, until time.Time) {
	h.T.Helper()
	for {
		again := h.turn(id)
		if again < 0 || h.Now.Add(again).After(until) {
			return
		}
		h.Now = h.Now.Add(again)
	}
}

// deliveries returns a subscription's whole log, the oldest first, read in pages of 7.
func (h *house) deliveries(id string) (list []notify.Delivery) {
	h.T.Helper()
	for before := int64(0); ; {
		page, next, err := h.n.Deliveries(h.T.Context(), tenant, id, before, 7)
		if err != nil {
			h.T.Fatal(err)
		}
		for _, d := range page {
			list = append([]notify.Delivery{d}, list...)
		}
		if before = next; before == 0 {
			return list
		}
	}
}

// receiver is a webhook's. It keeps what it said yes to.
type receiver struct {
	*httptest.Server
	t      testing.TB
	secret string                                       // which signs; "" for not looking
	answer func(w http.ResponseWriter, r *http.Request) // nil for yes

	mu    sync.Mutex
	asked int
	got   []received
}

type received struct {
	id   string
	sigs int
	body struct {
		Type      string
		Timestamp time.Time
		Data      animo.MoodRecord
	}
}

func newReceiver(t testing.TB) *receiver {
	t.Helper()
	r := &receiver{t: t}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// say sets what the receiver answers from now on; nil for yes.
func (r *receiver) say(answer func(w http.ResponseWriter, r *http.Request)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	body, err := io.ReadAll(req.Body)
	if err != nil || req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" {
		r.t.Errorf("%s of %s, %v", req.Method, req.Header.Get("Content-Type"), err)
	}
	m := received{id: req.Header.Get("webhook-id"), sigs: len(strings.Fields(req.Header.Get("webhook-signature")))}
	if r.secret != "" && !verify(r.secret, req.Header, body) {
		r.t.Errorf("the signature %q is not the secret's", req.Header.Get("webhook-signature"))
	}
	if err := json.Unmarshal(body, &m.body); err != nil {
		r.t.Error(err)
	}
	if r.answer != nil {
		rec := httptest.NewRecorder()
		r.answer(rec, req)
		for name, values := range rec.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(rec.Code)
		if rec.Code/100 != 2 {
			return
		}
	}
	r.got = append(r.got, m)
}

// faces returns the numbers of the faces that were taken, in the order of their first coming.
func (r *receiver) faces() (list []int) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := map[string]bool{}
	for _, m := range r.got {
		if seen[m.id] {
			continue
		}
		seen[m.id] = true
		i, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(m.body.Data.ImageID, "foto"), ".jpg"))
		if err != nil {
			r.t.Fatal(err)
		}
		list = append(list, i)
	}
	return list
}

// verify is Standard Webhooks' verification, written from its text: some one of the signatures, base64 after
// "v1,", is the HMAC-SHA256 of the id, the timestamp and the body with full stops between, under the bytes that
// the secret is the base64 of.
func verify(secret string, h http.Header, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%s.%s.%s", h.Get("webhook-id"), h.Get("webhook-timestamp"), body)
	for _, sig := range strings.Split(h.Get("webhook-signature"), " ") {
		version, text, _ := strings.Cut(sig, ",")
		sum, err := base64.StdEncoding.DecodeString(text)
		if err == nil && version == "v1" && hmac.Equal(sum, mac.Sum(nil)) {
			return true
		}
	}
	return false
}

// count is 1, 2, …, n.
func count(n int) (list []int) {
	for i := range n {
		list = append(list, i+1)
	}
	return list
}

func status(code int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

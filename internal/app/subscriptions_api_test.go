package app_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-smtp"
)

// subscription is the part of a subscription's answer that tests look at.
type subscription struct {
	ID, Kind, Target, State, Secret, Subject string
	Filter                                   struct{ Mood string }
	Waiting                                  int
}

// delivery is the part of a delivery's answer that tests look at.
type delivery struct {
	ID, Kind, Outcome string
	Message           string `json:"message_id"`
	Face              string `json:"face_id"`
	Last              *struct {
		Status  int
		Failure *struct{ Code, Message string }
	} `json:"last_attempt"`
}

// hook is what a webhook brought.
type hook struct {
	ID, Type  string
	Timestamp string
	Signed    bool
	Data      record
}

// listen is a webhook's receiver; the key is that of the secret.
func listen(t *testing.T, key *[]byte) (url string, hooks <-chan hook) {
	t.Helper()
	ch := make(chan hook, 100)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var h hook
		if err == nil {
			err = json.Unmarshal(body, &h)
		}
		if err != nil {
			t.Error(err)
		}
		h.ID = r.Header.Get("webhook-id")
		mac := hmac.New(sha256.New, *key)
		_, _ = fmt.Fprintf(mac, "%s.%s.%s", h.ID, r.Header.Get("webhook-timestamp"), body)
		h.Signed = r.Header.Get("webhook-signature") == "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))
		ch <- h
	}))
	t.Cleanup(server.Close)
	return server.URL, ch
}

func (a *animo) deliveries(id string) []delivery {
	a.t.Helper()
	var page struct{ Items []delivery }
	if r := a.do("GET", "/v1/subscriptions/"+id+"/deliveries", ""); r.status != http.StatusOK {
		a.t.Fatalf("%d %s", r.status, r.body)
	} else {
		r.into(a.t, &page)
	}
	return page.Items
}

// awaitTold reads a subscription's log until nothing in it waits: a receiver knows of a message before that is
// written down.
func (a *animo) awaitTold(id string) []delivery {
	a.t.Helper()
	for {
		list := a.deliveries(id)
		if !slices.ContainsFunc(list, func(d delivery) bool { return d.Outcome == "waiting" }) {
			return list
		}
	}
}

func TestSubscriptions_webhook_is_told_of_each_face_that_is_recorded(t *testing.T) {
	c := settings(t)
	c.AllowPrivateWebhooks = true
	a := start(t, c)
	var key []byte
	target, hooks := listen(t, &key)
	r := a.do("POST", "/v1/subscriptions", `{"kind":"webhook","target":"`+target+`","filter":{"mood":"happy","source":"puerta"}}`)
	var sub subscription
	if r.into(t, &sub); r.status != http.StatusCreated || sub.State != "active" || sub.Filter.Mood != "HAPPY" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	var err error
	if key, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(sub.Secret, "whsec_")); err != nil || len(key) != 32 {
		t.Fatalf("secret %q, %v", sub.Secret, err)
	}
	a.photo("otra.jpg", "?source=patio", sample(t, 2))
	p := a.photo("grupo.jpg", "?source=puerta", sample(t, 1))
	var want, got []string
	for _, f := range p.Faces {
		if f.Mood == "HAPPY" {
			want = append(want, f.ID)
		}
	}
	if len(want) == 0 {
		t.Fatal("nobody in the photo is happy")
	}
	var told []hook
	for range want {
		h := <-hooks
		if !h.Signed || h.Type != "face.happy" || h.Data.ImageID != "grupo.jpg" || h.Data.Mood != "HAPPY" {
			t.Errorf("told %+v", h)
		}
		got, told = append(got, h.Data.FaceID), append(told, h)
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("told of %v, want %v", got, want)
	}

	r = a.do("POST", "/v1/subscriptions/"+sub.ID+"/test", "")
	var tried delivery
	if r.into(t, &tried); r.status != http.StatusOK || tried.Outcome != "told" || tried.Last.Status != 200 {
		t.Errorf("test: %d %s", r.status, r.body)
	}
	if h := <-hooks; h.Type != "subscription.test" || !h.Signed {
		t.Errorf("test: %+v", h)
	}
	list := a.awaitTold(sub.ID)
	if len(list) != len(want)+1 || list[0].Kind != "test" || list[len(list)-1].Message != told[0].ID {
		t.Fatalf("deliveries %+v", list)
	}
	if r := a.do("POST", "/v1/subscriptions/"+sub.ID+"/deliveries/1/replay", ""); r.status != http.StatusNoContent {
		t.Errorf("replay: %d %s", r.status, r.body)
	}
	if h := <-hooks; h.ID != told[0].ID {
		t.Errorf("replayed %+v", h)
	}
	a.awaitTold(sub.ID)
	if r := a.do("POST", "/v1/subscriptions/"+sub.ID+"/replay?since=-1h", ""); r.status != http.StatusOK || !strings.Contains(r.body, fmt.Sprintf(`"count":%d`, len(want))) {
		t.Fatalf("replay since: %d %s", r.status, r.body)
	}
	for range want {
		<-hooks
	}
	a.awaitTold(sub.ID)
	var receipt struct{ Deliveries int }
	if a.do("DELETE", "/v1/photos/"+p.ID, "").into(t, &receipt); receipt.Deliveries != 2*len(want)+1 {
		t.Errorf("erased %d deliveries, want %d", receipt.Deliveries, 2*len(want)+1)
	}
	if list := a.deliveries(sub.ID); len(list) != 1 || list[0].Kind != "test" {
		t.Errorf("after the erasure: %+v", list)
	}

	var rotated subscription
	if a.do("POST", "/v1/subscriptions/"+sub.ID+"/rotate", "").into(t, &rotated); rotated.Secret == "" || rotated.Secret == sub.Secret {
		t.Errorf("rotated: %+v", rotated)
	}
	if r := a.do("GET", "/v1/subscriptions", ""); strings.Contains(r.body, "whsec_") || !strings.Contains(r.body, sub.ID) {
		t.Errorf("the list: %s", r.body)
	}
	if r := a.do("DELETE", "/v1/subscriptions/"+sub.ID, ""); r.status != http.StatusNoContent {
		t.Errorf("remove: %d %s", r.status, r.body)
	}
	if r := a.do("GET", "/v1/subscriptions/"+sub.ID, ""); r.status != http.StatusNotFound {
		t.Errorf("after that: %d %s", r.status, r.body)
	}
}

func TestSubscriptions_what_waits_is_told_after_a_restart(t *testing.T) {
	c := settings(t)
	c.AllowPrivateWebhooks = true
	a := start(t, c)
	told, down := make(chan string, 100), atomic.Bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
		told <- r.Header.Get("webhook-id")
	}))
	t.Cleanup(server.Close)
	down.Store(true)
	var sub subscription
	a.do("POST", "/v1/subscriptions", `{"kind":"webhook","target":"`+server.URL+`"}`).into(t, &sub)
	p := a.photo("a.jpg", "", sample(t, 1))
	<-told // to somebody who is down
	a.stop()
	down.Store(false)
	a = start(t, c)
	if r := a.do("POST", "/v1/subscriptions/"+sub.ID+"/resume", ""); r.status != http.StatusOK {
		t.Errorf("resume: %d %s", r.status, r.body)
	}
	seen := map[string]bool{}
	for range p.Faces {
		seen[<-told] = true
	}
	if len(seen) != len(p.Faces) {
		t.Errorf("%d messages of %d faces", len(seen), len(p.Faces))
	}
}

func TestSubscriptions_refuse_what_is_not_allowed(t *testing.T) {
	a := start(t, settings(t))
	for body, want := range map[string]string{
		`{"kind":"webhook","target":"http://127.0.0.1/"}`:                          "invalid",
		`{"kind":"webhook","target":"https://127.0.0.1/"}`:                         "forbidden",
		`{"kind":"webhook","target":"https://example.com","filter":{"mood":"ü"}}`:  "invalid",
		`{"kind":"email","target":"ana@example.com"}`:                              "unsupported",
		`{"kind":"pigeon","target":"ana"}`:                                         "invalid",
		`{"kind":"webhook","target":"https://example.com","min_confidence":"all"}`: "invalid",
	} {
		if r := a.do("POST", "/v1/subscriptions", body); r.code() != want {
			t.Errorf("%s: %d %s, want %s", body, r.status, r.body, want)
		}
	}
	for _, path := range []string{"/x/deliveries", "/x", "/20260101T000000.000Z-00000000/deliveries?after=-3"} {
		if r := a.do("GET", "/v1/subscriptions"+path, ""); r.status != http.StatusNotFound && r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
}

// letters is a mail server on loopback, without encryption, and what it takes.
type letters struct{ got chan *mail.Message }

func (l letters) NewSession(*smtp.Conn) (smtp.Session, error) { return l, nil }
func (l letters) Reset()                                      {}
func (l letters) Logout() error                               { return nil }
func (l letters) Mail(string, *smtp.MailOptions) error        { return nil }
func (l letters) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (l letters) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err == nil {
		l.got <- m
		_, err = io.Copy(io.Discard, m.Body)
	}
	return err
}

func TestSubscriptions_recipient_of_mail_unsubscribes_by_its_link(t *testing.T) {
	l := letters{make(chan *mail.Message, 100)}
	server := smtp.NewServer(l)
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(socket) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-served; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	})
	c := settings(t)
	c.SMTPHost, c.SMTPPort, c.SMTPTLS, c.SMTPFrom = "127.0.0.1", socket.Addr().(*net.TCPAddr).Port, "none", "animo@example.com"
	c.PublicURL = "https://animo.example.com"
	a := start(t, c)
	key := addKey(t, c, "default") // from now on the API wants one; the link does not
	var sub subscription
	a.as(key).do("POST", "/v1/subscriptions", `{"kind":"email","target":"ana@example.com","language":"es"}`).into(t, &sub)
	if r := a.as(key).do("POST", "/v1/subscriptions/"+sub.ID+"/test", ""); r.status != http.StatusOK || !strings.Contains(r.body, `"told"`) {
		t.Fatalf("test: %d %s", r.status, r.body)
	}
	m := <-l.got
	link, err := url.Parse(strings.Trim(m.Header.Get("List-Unsubscribe"), "<>"))
	if err != nil || m.Header.Get("Subject") != "ThemeNewImage" || link.Host != "animo.example.com" {
		t.Fatalf("%v, %v", m.Header, err)
	}
	state := func() string {
		var s subscription
		a.as(key).do("GET", "/v1/subscriptions/"+sub.ID, "").into(t, &s)
		return s.State
	}
	r := a.do("GET", link.Path, "")
	if r.status != http.StatusOK || !strings.Contains(r.body, "Cancelar la suscripción") || !strings.Contains(r.body, `method="post"`) || r.header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the page: %d %s", r.status, r.body)
	}
	if r := a.do("POST", link.Path+"A", "List-Unsubscribe=One-Click"); r.status != http.StatusNotFound {
		t.Errorf("a forged link: %d %s", r.status, r.body)
	}
	if r := a.do("PUT", link.Path, ""); r.status != http.StatusMethodNotAllowed {
		t.Errorf("PUT: %d %s", r.status, r.body)
	}
	if s := state(); s != "active" {
		t.Errorf("before the button was pressed it is %s", s)
	}
	if r := a.do("POST", link.Path, "List-Unsubscribe=One-Click"); r.status != http.StatusOK || !strings.Contains(r.body, "Suscripción cancelada") {
		t.Errorf("the button: %d %s", r.status, r.body)
	}
	if s := state(); s != "unsubscribed" {
		t.Errorf("afterwards it is %s", s)
	}
}

func TestSubscriptions_trainings_and_batches_are_told_by_webhook(t *testing.T) {
	c := settings(t)
	c.AllowPrivateWebhooks = true
	a := start(t, c)
	var key []byte
	url, hooks := listen(t, &key)
	var sub subscription
	a.do("POST", "/v1/subscriptions", `{"kind":"webhook","target":"`+url+`","filter":{"about":"opinions","model":"hotel.txt"}}`).into(t, &sub)
	var err error
	if key, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(sub.Secret, "whsec_")); err != nil || len(key) == 0 {
		t.Fatal(sub, err)
	}
	a.upload("hotel.txt", "?trainer=nb", reviews(t))
	if h := <-hooks; h.Type != "model.published" || !h.Signed {
		t.Errorf("%+v", h)
	}
	a.do("POST", "/v1/models/hotel.txt/batches", "texto\nbien\n")
	if h := <-hooks; h.Type != "batch.classified" || !h.Signed {
		t.Errorf("%+v", h)
	}
	a.do("POST", "/v1/models/hotel.txt/batches", "{\"texto\":\"bien\"}\n{\"texto\":\"mal\"}\n{rota\n{rota\n")
	if h := <-hooks; h.Type != "batch.failed" {
		t.Errorf("%+v", h)
	}
	if r := a.do("POST", "/v1/subscriptions", `{"kind":"webhook","target":"`+url+`","filter":{"about":"opinions","mood":"sad"}}`); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, `"field":"filter.about"`) {
		t.Errorf("%d %s", r.status, r.body)
	}
}

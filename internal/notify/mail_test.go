package notify_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"animo"
	"animo/internal/notify"
	"animo/internal/table"
)

// postOffice is a mail server on loopback that knows one user and keeps what it takes.
type postOffice struct {
	t        testing.TB
	settings notify.Mail
	roots    *x509.CertPool

	mu     sync.Mutex
	refuse error  // what it answers to a recipient, if anything
	hangUp bool   // after it took a mail
	onMail func() // called when it has one; nil for nothing
	mails  []*mail.Message
	bodies []string
	clear  bool // something came over a connection that was not encrypted
}

// newPostOffice starts a server that offers STARTTLS, if encrypted, with a certificate made for it.
func newPostOffice(t testing.TB, encrypted bool) *postOffice {
	t.Helper()
	p := &postOffice{t: t, roots: x509.NewCertPool()}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{p, c, ""}, nil }))
	server.Domain, server.ErrorLog = "localhost", log.New(io.Discard, "", 0)
	if encrypted {
		cert := certificate(t, p.roots)
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(l); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { _ = server.Close(); <-done })
	p.settings = notify.Mail{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, User: "animo", Password: "una clave", From: "Animo <animo@example.com>"}
	return p
}

// certificate makes one for 127.0.0.1, which the pool trusts.
func certificate(t testing.TB, roots *x509.CertPool) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// session is smtp.Session and smtp.AuthSession.
type session struct {
	p    *postOffice
	c    *smtp.Conn
	user string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.p.settings.User || password != s.p.settings.Password {
			return smtp.ErrAuthFailed
		}
		s.user = user
		return nil
	}), nil
}

func (s *session) Reset() {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.p.hangUp && len(s.p.mails) > 0 {
		_ = s.c.Conn().Close()
	}
}

func (s *session) Logout() error { return nil }

func (s *session) Mail(string, *smtp.MailOptions) error {
	if s.user == "" && s.p.settings.User != "" {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (s *session) Rcpt(string, *smtp.RcptOptions) error {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	return s.p.refuse
}

func (s *session) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		return err
	}
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	_, encrypted := s.c.TLSConnectionState()
	s.p.clear = s.p.clear || !encrypted
	s.p.mails, s.p.bodies = append(s.p.mails, m), append(s.p.bodies, string(body))
	if s.p.onMail != nil {
		s.p.onMail()
	}
	return nil
}

// part is one part of a mail.
type part struct{ kind, id, body string }

// parts takes a mail apart.
func parts(t *testing.T, contentType, encoding, body string) (list []part) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		var r io.Reader = strings.NewReader(body)
		switch strings.ToLower(encoding) {
		case "quoted-printable":
			r = quotedprintable.NewReader(r)
		case "base64":
			r = base64.NewDecoder(base64.StdEncoding, r)
		}
		plain, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return []part{{kind, "", strings.ReplaceAll(string(plain), "\r\n", "\n")}}
	}
	for r := multipart.NewReader(strings.NewReader(body), params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		inner, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range parts(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), string(inner)) {
			if q.id == "" {
				q.id = strings.Trim(p.Header.Get("Content-ID"), "<>")
			}
			list = append(list, q)
		}
	}
}

func (p *postOffice) parts(t *testing.T, i int) []part {
	t.Helper()
	h := p.mails[i].Header
	return parts(t, h.Get("Content-Type"), h.Get("Content-Transfer-Encoding"), p.bodies[i])
}

const publicURL = "https://animo.example.com"

func (p *postOffice) options() notify.Options {
	return notify.Options{AllowPrivate: true, Mail: p.settings, Roots: p.roots, PublicURL: publicURL}
}

func TestMail_one_mail_a_face_with_the_reports_subject_and_the_record(t *testing.T) {
	p := newPostOffice(t, true)
	h := newHouse(t, p.options())
	id, secret := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com", Filter: notify.Filter{Mood: animo.Happy}})
	if secret != "" {
		t.Error("a subscription of mail shows a secret")
	}
	h.find(2)
	h.drain(id, h.Now)
	if len(p.mails) != 2 || p.clear {
		t.Fatalf("%d mails, in the clear: %v; %+v", len(p.mails), p.clear, h.deliveries(id)[0].Last)
	}
	m := p.mails[0].Header
	for name, want := range map[string]string{
		"Subject": "ThemeNewImage", "To": "<ana@example.com>", "From": `"Animo" <animo@example.com>`, "Auto-Submitted": "auto-generated",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Message-Id": "<" + h.deliveries(id)[0].Message + "@example.com>",
	} {
		if got := m.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	link := strings.Trim(m.Get("List-Unsubscribe"), "<>")
	if !strings.HasPrefix(link, publicURL+"/unsubscribe/") {
		t.Errorf("List-Unsubscribe is %q", link)
	}
	all := p.parts(t, 0)
	if len(all) != 1 || all[0].kind != "text/plain" {
		t.Fatalf("%+v", all)
	}
	body, footer, _ := strings.Cut(all[0].body, "\n-- \n")
	var r animo.MoodRecord
	if err := json.Unmarshal([]byte(body), &r); err != nil || r.FaceID != h.record(1, animo.Happy).FaceID || r.ImageData.Emotion.Type != "HAPPY" {
		t.Errorf("%v: %s", err, body)
	}
	if !strings.Contains(footer, link) {
		t.Errorf("the mail ends with %q", footer)
	}
}

// token is that of the last mail's link.
func (p *postOffice) token(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(strings.Trim(p.mails[len(p.mails)-1].Header.Get("List-Unsubscribe"), "<>"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(u.Path, "/unsubscribe/")
}

func TestMail_recipient_unsubscribes_for_good(t *testing.T) {
	p := newPostOffice(t, true)
	h := newHouse(t, p.options())
	id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com"})
	other, _ := h.add(notify.Spec{Kind: notify.Email, Target: "eva@example.com"})
	h.find(1)
	h.drain(id, h.Now)
	token := p.token(t)
	h.drain(other, h.Now)
	otherToken := p.token(t)
	name, proof, _ := strings.Cut(token, ".")
	_, otherProof, _ := strings.Cut(otherToken, ".")
	for _, forged := range []string{"", name, name + ".", name + "." + otherProof, "." + proof, token + "A", "%%%.%%%"} {
		if err := h.n.Unsubscribe(t.Context(), forged); animo.CodeOf(err) != animo.NotFound {
			t.Errorf("%q: %v, want not found", forged, err)
		}
	}
	if h.get(id).State != notify.Active {
		t.Fatal("a forged link unsubscribed it")
	}
	h.find(1)
	for range 2 {
		if err := h.n.Unsubscribe(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	h.find(1)
	h.drain(id, h.Now)
	if s := h.get(id); s.State != notify.Unsubscribed || len(p.mails) != 2 {
		t.Errorf("%d mails: %+v", len(p.mails), s)
	}
	for name, err := range map[string]error{"resume": h.n.Resume(t.Context(), tenant, id), "replay": h.n.Replay(t.Context(), tenant, id, 1)} {
		if animo.CodeOf(err) != animo.Conflict {
			t.Errorf("%s: %v, want conflict", name, err)
		}
	}
	if err := h.n.Sweep(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	if list := h.deliveries(id); len(list) != 0 {
		t.Errorf("of what waited there is %+v", list)
	}
	if h.drain(other, h.Now); h.get(other).State != notify.Active || len(p.mails) != 4 {
		t.Errorf("the other recipient has had %d mails", len(p.mails)-1)
	}
}

func TestMail_ends_in_the_middle_of_a_turn_when_its_recipient_unsubscribes(t *testing.T) {
	p := newPostOffice(t, true)
	h := newHouse(t, p.options())
	id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com"})
	p.onMail = func() {
		if err := h.n.Unsubscribe(t.Context(), p.token(t)); err != nil {
			t.Error(err)
		}
	}
	h.find(3)
	if h.drain(id, h.Now); len(p.mails) != 1 {
		t.Errorf("%d mails", len(p.mails))
	}
}

func TestMail_recipient_who_unsubscribes_after_one_mail_leaves_nothing(t *testing.T) {
	p := newPostOffice(t, true)
	h := newHouse(t, p.options())
	id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com"})
	h.find(1)
	h.drain(id, h.Now)
	if err := h.n.Unsubscribe(t.Context(), p.token(t)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := h.n.Sweep(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		if left, err := h.Rows.Count(t.Context(), tenant, "subscription-outbox", table.Range{}); left > 0 || err != nil {
			t.Errorf("%d rows are left, %v", left, err)
		}
	}
}

func TestMail_recipient_who_unsubscribes_is_not_waited_for(t *testing.T) {
	p := newPostOffice(t, true)
	h := newHouse(t, p.options())
	id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com"})
	h.find(1)
	h.drain(id, h.Now)
	h.find(5)
	if err := h.n.Unsubscribe(t.Context(), p.token(t)); err != nil {
		t.Fatal(err)
	}
	if s := h.get(id); s.Waiting != 0 || !s.Next.IsZero() || !s.Failing.IsZero() {
		t.Errorf("%+v", s)
	}
}

func TestMail_that_was_taken_is_not_sent_again_when_the_connection_breaks(t *testing.T) {
	p := newPostOffice(t, true)
	p.hangUp = true
	h := newHouse(t, p.options())
	id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com"})
	h.find(1)
	h.drain(id, h.Now.Add(time.Hour))
	if d := h.deliveries(id)[0]; len(p.mails) != 1 || d.Outcome != notify.Told || d.Attempts != 1 {
		t.Errorf("%d mails, %+v", len(p.mails), d)
	}
}

func TestMail_digest_counts_moods_and_shows_thumbnails(t *testing.T) {
	p := newPostOffice(t, true)
	h := newHouse(t, p.options())
	id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com", Language: "es", Subject: "Ánimo de la sala", Digest: 10 * time.Minute})
	start := h.Now
	h.find(3)
	if err := h.handle(h.event(h.record(50, animo.Sad))); err != nil {
		t.Fatal(err)
	}
	h.erase(h.record(2, animo.Happy).PhotoID) // after it was found: its thumbnail is gone
	if again := h.turn(id); again != 10*time.Minute || len(p.mails) > 0 {
		t.Errorf("the digest comes in %v", again)
	}
	h.Now = start.Add(9 * time.Minute)
	h.find(17)
	h.Now = start.Add(11 * time.Minute)
	h.find(1) // belongs to the next
	h.turn(id)
	if len(p.mails) != 1 {
		t.Fatalf("%d mails; %+v", len(p.mails), h.get(id))
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(p.mails[0].Header.Get("Subject"))
	if err != nil || subject != "Ánimo de la sala" {
		t.Errorf("%q, %v", subject, err)
	}
	all := p.parts(t, 0)
	var text, html string
	var images []string
	for _, q := range all {
		switch q.kind {
		case "text/plain":
			text = q.body
		case "text/html":
			html = q.body
		case "image/jpeg":
			images = append(images, q.id)
			if !strings.HasPrefix(q.body, "jpeg of ") || !strings.Contains(html, `src="cid:`+q.id+`"`) {
				t.Errorf("image %s: %q", q.id, q.body)
			}
		}
	}
	for _, want := range []string{"21 rostros", "FELIZ", "20", "TRISTE", "foto20.jpg", publicURL + "/unsubscribe/"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q: %s", want, text)
		}
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q: %s", want, html)
		}
	}
	if len(images) != 12 || len(slices.Compact(slices.Sorted(slices.Values(images)))) != 12 {
		t.Errorf("images %v, want the last 12", images)
	}
	h.Now = h.Now.Add(11 * time.Minute)
	if h.turn(id); len(p.mails) != 2 || !strings.Contains(p.parts(t, 1)[0].body, "1 rostro del") {
		t.Errorf("%d mails; the second: %s", len(p.mails), p.parts(t, 1)[0].body)
	}
	if s := h.get(id); s.Waiting != 0 {
		t.Errorf("%+v", s)
	}
	for _, d := range h.deliveries(id) {
		if d.Outcome != notify.Told {
			t.Errorf("%+v", d)
		}
	}
}

// TestMail_server_that_is_down_for_an_hour has a mail server refuse every mail for an hour, in which a face comes each minute. Afterwards each face is in
// one digest, and no digest comes twice.
func TestMail_server_that_is_down_for_an_hour_gets_each_digest_once(t *testing.T) {
	p := newPostOffice(t, true)
	h := newHouse(t, p.options())
	id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com", Language: "es", Subject: "Sala", Digest: 10 * time.Minute})
	start := h.Now
	p.refuse = &smtp.SMTPError{Code: 450, Message: "try later"}
	for minute := range 60 {
		h.find(1)
		h.drain(id, h.Now.Add(time.Minute))
		h.Now = start.Add(time.Duration(minute+1) * time.Minute)
	}
	if s := h.get(id); len(p.mails) != 0 || s.State != notify.Active || s.Waiting != 60 {
		t.Fatalf("after an hour: %d mails, %+v", len(p.mails), s)
	}
	p.refuse = nil
	h.drain(id, h.Now.Add(2*time.Hour))
	told, messages := 0, map[string]bool{}
	for i, mail := range p.mails {
		n := 0
		if _, err := fmt.Sscanf(p.parts(t, i)[0].body, "%d rostro", &n); err != nil {
			t.Errorf("mail %d: %v: %s", i, err, p.parts(t, i)[0].body)
		}
		told += n
		messages[mail.Header.Get("Message-Id")] = true
	}
	if told != 60 || len(messages) != len(p.mails) || len(p.mails) > 6 {
		t.Errorf("%d mails with %d ids tell of %d faces, want each of 60 once", len(p.mails), len(messages), told)
	}
	for _, d := range h.deliveries(id) {
		if d.Outcome != notify.Told {
			t.Errorf("%+v", d)
		}
	}
}

func TestMail_tells_that_another_subscription_was_paused(t *testing.T) {
	p, r := newPostOffice(t, true), newReceiver(t)
	h := newHouse(t, p.options())
	hook, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL + "/hooks/s3cr3t?token=t0k3n", Filter: notify.Filter{Mood: animo.Happy}})
	id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com", Language: "es", Filter: notify.Filter{Mood: animo.Sad}})
	weekly, _ := h.add(notify.Spec{Kind: notify.Email, Target: "sala@example.org", Digest: 7 * 24 * time.Hour, Filter: notify.Filter{Mood: animo.Sad}})
	if err := h.handle(h.event(h.record(50, animo.Sad))); err != nil { // which waits for the end of the week
		t.Fatal(err)
	}
	h.drain(id, h.Now)
	r.say(status(410))
	h.find(1)
	h.drain(hook, h.Now)
	h.drain(id, h.Now)
	h.drain(weekly, h.Now)
	if len(p.mails) != 3 { // the first told of the sad face
		t.Fatalf("%d mails", len(p.mails))
	}
	for i, want := range []string{"en pausa", "paused"} {
		body := p.parts(t, i+1)[0].body
		subject, err := new(mime.WordDecoder).DecodeHeader(p.mails[i+1].Header.Get("Subject"))
		if err != nil || !strings.Contains(subject, want) {
			t.Errorf("subject %q, %v", subject, err)
		}
		if !strings.Contains(body, hook) || !strings.Contains(body, want) || !strings.Contains(body, "410") || !strings.Contains(body, strings.TrimPrefix(r.URL, "http://")) {
			t.Errorf("%s", body)
		}
		if strings.Contains(body, "s3cr3t") || strings.Contains(body, "t0k3n") {
			t.Errorf("it shows what may be a secret: %s", body)
		}
	}
	h.Now = h.Now.Add(8 * 24 * time.Hour)
	h.turn(weekly)
	if len(p.mails) != 4 || strings.Contains(p.parts(t, 3)[0].body, hook) || !strings.Contains(p.parts(t, 3)[0].body, "1 face from") {
		t.Errorf("%d mails; after the week: %s", len(p.mails), p.parts(t, len(p.mails)-1)[0].body)
	}
}

func TestMail_notices_end_when_their_recipient_unsubscribes_and_with_the_turn(t *testing.T) {
	for name, c := range map[string]struct {
		during func(h *house, p *postOffice)
		again  time.Duration
	}{
		"unsubscribed": {func(h *house, p *postOffice) {
			if err := h.n.Unsubscribe(t.Context(), p.token(t)); err != nil {
				t.Error(err)
			}
		}, notify.Never},
		"a slow server": {func(h *house, _ *postOffice) { h.Now = h.Now.Add(10 * time.Second) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p, r := newPostOffice(t, true), newReceiver(t)
			h := newHouse(t, p.options())
			id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com", Filter: notify.Filter{Mood: animo.Sad}})
			r.say(status(410))
			for i := range 3 {
				hook, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL + "/" + strconv.Itoa(i)})
				h.find(1)
				h.drain(hook, h.Now)
			}
			p.onMail = func() { c.during(h, p) }
			if again := h.turn(id); again != c.again || len(p.mails) != 1 {
				t.Errorf("%d mails, again in %v", len(p.mails), again)
			}
		})
	}
}

// TestMail_notice_that_comes_at_any_call_of_a_digest has another subscription paused before each call in turn while a
// digest is told, and wants one mail of that and one digest.
func TestMail_notice_that_comes_at_any_call_of_a_digest(t *testing.T) {
	p := newPostOffice(t, true)
	for n := 1; ; n++ {
		h, r := newHouse(t, p.options()), newReceiver(t)
		hook, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
		id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com", Digest: time.Minute, Filter: notify.Filter{Mood: animo.Sad}})
		r.say(status(410))
		if err := h.handle(h.event(h.record(50, animo.Sad))); err != nil {
			t.Fatal(err)
		}
		h.Now = h.Now.Add(2 * time.Minute)
		before := len(p.mails)
		h.Calls = 0
		h.At = func(call int) error {
			if call == n {
				h.Rest()
				h.turn(hook)
			}
			return nil
		}
		h.turn(id)
		if h.At != nil { // all calls had their turn
			return
		}
		for range 3 {
			h.turn(id)
		}
		var subjects []string
		for _, m := range p.mails[before:] {
			subjects = append(subjects, m.Header.Get("Subject"))
		}
		if slices.Sort(subjects); !slices.Equal(subjects, []string{"Animo: a subscription is paused", "ThemeNewImage"}) || h.get(id).Waiting != 0 {
			t.Errorf("before call %d: %q, %d wait", n, subjects, h.get(id).Waiting)
		}
	}
}

func TestMail_notice_that_is_refused_is_tried_again_and_holds_up_the_faces(t *testing.T) {
	p, r := newPostOffice(t, true), newReceiver(t)
	p.refuse = &smtp.SMTPError{Code: 450, Message: "try later"}
	h := newHouse(t, p.options())
	hook, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com"})
	r.say(status(410))
	h.find(1)
	h.drain(hook, h.Now)
	if again := h.turn(id); again < 4*time.Second || again > 6*time.Second || h.get(id).Failing.IsZero() {
		t.Errorf("again in %v: %+v", again, h.get(id))
	}
	if list := h.deliveries(id); len(list) != 2 || list[0].Attempts != 0 || list[1].Kind != "notice" || list[1].Attempts != 1 || list[1].Outcome != notify.Waits {
		t.Errorf("%+v", list)
	}
}

func TestMail_is_not_sent_where_it_would_not_be_safe(t *testing.T) {
	safe := newPostOffice(t, true)
	for name, c := range map[string]struct {
		encrypted bool
		change    func(*notify.Options)
		want      animo.Code
	}{
		"a server without STARTTLS":         {false, func(*notify.Options) {}, animo.Unavailable},
		"a certificate that nobody vouches": {true, func(o *notify.Options) { o.Roots = x509.NewCertPool() }, animo.Unavailable},
		"a certificate for another name":    {true, func(o *notify.Options) { o.Mail.Host = "localhost" }, animo.Unavailable},
		"a wrong password":                  {true, func(o *notify.Options) { o.Mail.Password = "otra" }, animo.Unavailable},
		"a server that is not there":        {true, func(o *notify.Options) { o.Mail.Port = 1 }, animo.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			p := safe
			if !c.encrypted {
				p = newPostOffice(t, false)
			}
			o := p.options()
			if !c.encrypted { // it would take mail from anybody
				o.Mail.User, p.settings.User = "", ""
			}
			c.change(&o)
			h := newHouse(t, o)
			id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com"})
			h.find(1)
			h.turn(id)
			d := h.deliveries(id)[0]
			if len(p.mails) > 0 || d.Attempts != 1 || d.Last.Reason == nil || d.Last.Reason.Code != c.want {
				t.Errorf("%d mails, %+v %+v", len(p.mails), d, d.Last)
			}
		})
	}
}

func TestMail_refused_recipient_is_tried_again(t *testing.T) {
	p := newPostOffice(t, true)
	p.refuse = &smtp.SMTPError{Code: 450, Message: "try later"}
	h := newHouse(t, p.options())
	id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com"})
	h.find(1)
	again := h.turn(id)
	if d := h.deliveries(id)[0]; d.Last == nil || d.Last.Reason == nil || !strings.Contains(d.Last.Reason.EN, "450") || again <= 0 {
		t.Errorf("%+v, again in %v", d.Last, again)
	}
	p.mu.Lock()
	p.refuse = nil
	p.mu.Unlock()
	if h.drain(id, h.Now.Add(time.Minute)); len(p.mails) != 1 {
		t.Error("it is not sent")
	}
}

func TestMail_refuses_targets_that_could_be_more_than_an_address(t *testing.T) {
	p := newPostOffice(t, true)
	h := newHouse(t, p.options())
	mailTo := func(target, subject string) notify.Spec {
		return notify.Spec{Kind: notify.Email, Target: target, Subject: subject}
	}
	for _, s := range []notify.Spec{
		mailTo("", ""), mailTo("ana", ""), mailTo("Ana <ana@example.com>", ""), mailTo("ana@example.com, eva@example.com", ""), mailTo("ana@example.com\r\nBcc: eva@example.com", ""),
		mailTo("ana\u2028@example.com", ""), mailTo("ana@exam\u2029ple.com", ""), mailTo("ana\u200b@example.com", ""), mailTo("\"ana\u202e\"@example.com", ""), mailTo("ana\u0085@example.com", ""),
		mailTo("ana@example.com", "Hola\u2028Bcc: eva@example.com"), mailTo("ana@example.com", "Hola\u202ealoH"),
		mailTo("ana@example.com", "Hola\r\nBcc: eva@example.com"), mailTo("ana@example.com", strings.Repeat("a", 300)),
		{Kind: notify.Email, Target: "ana@example.com", Language: "fr"}, {Kind: notify.Email, Target: "ana@example.com", Digest: 90 * time.Second},
		{Kind: notify.Email, Target: "ana@example.com", Digest: -time.Minute}, {Kind: notify.Email, Target: "ana@example.com", Digest: 1000 * time.Hour},
	} {
		if _, _, err := h.n.Add(t.Context(), tenant, s); animo.CodeOf(err) != animo.Invalid {
			t.Errorf("%+v: %v, want invalid", s, err)
		}
	}
}

func TestMail_digest_counts_measured_faces_and_shows_no_picture_of_them(t *testing.T) {
	p := newPostOffice(t, true)
	h := newHouse(t, p.options())
	id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com", Language: "es", Subject: "Sala", Digest: 10 * time.Minute})
	start := h.Now
	h.find(1)
	for i := range 2 {
		r := h.record(0, animo.Sad)
		r.FaceID, r.PhotoID, r.ImageID, r.MeasuredBy = fmt.Sprintf("20260501T120000.000Z-m%016d", i), "", "webcam", "client"
		if err := h.handle(h.event(r)); err != nil {
			t.Fatal(err)
		}
	}
	h.Now = start.Add(11 * time.Minute)
	h.turn(id)
	if len(p.mails) != 1 {
		t.Fatalf("%d mails; %+v", len(p.mails), h.get(id))
	}
	images := 0
	for _, q := range p.parts(t, 0) {
		switch q.kind {
		case "image/jpeg":
			images++
		case "text/html":
			if !strings.Contains(q.body, "3 rostros") || strings.Contains(q.body, "webcam") {
				t.Errorf("%s", q.body)
			}
		}
	}
	if images != 1 {
		t.Errorf("%d images, want that of the one photo", images)
	}
}

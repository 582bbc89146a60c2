package httpapi

import (
	"crypto/rand"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
	"sync/atomic"

	"animo"
	"animo/internal/peer"
)

// Local decides who may ask without a key while none exists: a program on this machine, run by the server's own user. Where
// the system does not tell whose program asks, it is the browser in which the address printed at the start was opened.
type Local struct {
	loopback bool
	token    string      // opens a browser's session, once; see enter
	used     atomic.Bool // whether it has
	session  string      // the cookie of that browser
}

// localCookie holds what a browser got for the token.
const localCookie = "animo_local"

// NewLocal makes a Local for a server that only this machine can reach (loopback), or others, too.
func NewLocal(loopback bool) *Local {
	return &Local{loopback: loopback, token: rand.Text(), session: rand.Text()}
}

// Query is what the address that opens the page needs while no key exists: "?token=…" where the system does not tell whose
// program asks, else nothing.
func (l *Local) Query() string {
	if !l.loopback || peer.Told() {
		return ""
	}
	return "?token=" + l.token
}

// Check answers Forbidden to a request that needs a key although none exists.
func (l *Local) Check(r *http.Request) error {
	if !l.loopback {
		return animo.Errorf(animo.Forbidden, "no key exists, and this address can be reached from other machines; make a key: animo keys add",
			"no existe ninguna clave, y a esta dirección se llega desde otras máquinas; cree una clave: animo keys add")
	}
	if err := checkLocal(r); err != nil {
		return err
	}
	switch peer.Of(r.Context()) {
	case peer.SameUser:
		return nil
	case peer.Other:
		return animo.Errorf(animo.Forbidden, "another user's program on this machine asks, perhaps a proxy for anybody; make a key first: animo keys add",
			"lo pide un programa de otro usuario de esta máquina, quizá un proxy para cualquiera; cree antes una clave: animo keys add")
	}
	if cookie, err := r.Cookie(localCookie); err == nil && equal(cookie.Value, l.session) {
		return checkSession(r)
	}
	return animo.Errorf(animo.Forbidden, "the system does not tell whose program asks; open the address that the server printed at its start, or make a key: animo keys add",
		"el sistema no dice de quién es el programa que pide; abra la dirección que el servidor mostró al arrancar o cree una clave: animo keys add")
}

// enter returns a browser that brings the token a cookie in its place, once, and leads it to the page; other requests go to next.
func (l *Local) enter(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token := r.URL.Query().Get("token")
		if token == "" || checkLocal(r) != nil || !equal(token, l.token) || !l.used.CompareAndSwap(false, true) {
			next(w, r)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: localCookie, Value: l.session, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// checkLocal answers Forbidden to a request that may come from elsewhere although it reached this machine's
// own address: under another name, because a page of another site may have made its own name point here; through a
// reverse proxy that says so; or under its own, asked for by a page of another site.
func checkLocal(r *http.Request) error {
	if !loopbackHost(r.Host) {
		return animo.Errorf(animo.Forbidden, "without a key, ask for localhost or 127.0.0.1, not for %q", "sin clave, pregunte a localhost o 127.0.0.1, no a %q", animo.Clip(r.Host))
	}
	if fromOtherSite(r) {
		return errOtherSite()
	}
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"} {
		if r.Header.Get(name) != "" {
			return animo.Errorf(animo.Forbidden, "this request came through a proxy (header %s), so anybody could have sent it; make a key first: animo keys add",
				"esta petición llegó por un proxy (cabecera %s), así que pudo enviarla cualquiera; cree antes una clave: animo keys add", name)
		}
	}
	return nil
}

// fromOtherSite reports whether a browser says that a page of another site, or of another port here, asks
// (Fetch Metadata Request Headers, W3C). It would not let the page read the answer, but the request has its cost.
// That somebody follows a link is no such case. What is no browser says nothing.
func fromOtherSite(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
	}
	return false
}

// errOtherSite is answered to pages of other sites.
func errOtherSite() error {
	return animo.Errorf(animo.Forbidden, "a page of another site may not do this", "una página de otro sitio no puede hacer esto")
}

func loopbackHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

package app_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	root "animo"
	"animo/internal/app"
	"animo/internal/tenants"
)

type session struct {
	Tenant        string
	SignedIn      bool `json:"signed_in"`
	NeedsKey      bool `json:"needs_key"`
	Administrator bool
	Version       string
	Purpose       string
	PhotoBytes    int64 `json:"photo_bytes"`
	PhotoFiles    int   `json:"photo_files"`
}

// sessionOf reads who the sender of these headers is.
func (a *animo) sessionOf(header http.Header) session {
	a.t.Helper()
	r := a.send("GET", "/v1/session", nil, header)
	if r.status != http.StatusOK {
		a.t.Fatalf("session: %d %s", r.status, r.body)
	}
	var s session
	r.into(a.t, &s)
	return s
}

// signIn opens a session, and returns the headers that a browser then sends from the page.
func (a *animo) signIn(key string) http.Header {
	a.t.Helper()
	r := a.send("POST", "/v1/session", strings.NewReader(`{"key":"`+key+`"}`), http.Header{"Origin": {a.url}})
	if r.status != http.StatusOK {
		a.t.Fatalf("sign in: %d %s", r.status, r.body)
	}
	c, err := http.ParseSetCookie(r.header.Get("Set-Cookie"))
	if err != nil {
		a.t.Fatal(err)
	}
	return http.Header{"Cookie": {c.Name + "=" + c.Value}, "Origin": {a.url}, "Sec-Fetch-Site": {"same-origin"}}
}

func TestSession_tells_who_the_visitor_is(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	want := session{Tenant: "default", Administrator: true, Version: "test", Purpose: c.Purpose, PhotoBytes: c.MaxPhoto, PhotoFiles: c.MaxFiles}
	if got := a.sessionOf(nil); got != want || want.Purpose == "" {
		t.Errorf("on loopback, before any key: %+v, want %+v", got, want)
	}
	if got := a.sessionOf(http.Header{"Cookie": {"animo_session=animo_of_another_port"}}); got != want {
		t.Errorf("with a cookie that is not of here: %+v, want %+v", got, want)
	}
	sol, camera, boss := addKey(t, c, "sol"), addCamera(t, c, "mar"), addAdministrator(t, c, "luz")
	for name, c := range map[string]struct {
		header http.Header
		want   session
	}{
		"no key":                     {nil, session{NeedsKey: true}},
		"an unknown key":             {http.Header{"Authorization": {"Bearer animo_wrong"}}, session{NeedsKey: true}},
		"an unknown cookie":          {http.Header{"Cookie": {"animo_session=animo_wrong"}}, session{NeedsKey: true}},
		"a key":                      {http.Header{"Authorization": {"Bearer " + sol}}, session{Tenant: "sol", SignedIn: true}},
		"a key in a session":         {a.signIn(sol), session{Tenant: "sol", SignedIn: true}},
		"of a tenant with a purpose": {a.signIn(camera), session{Tenant: "mar", SignedIn: true, Purpose: "event"}},
		"an administrator's":         {a.signIn(boss), session{Tenant: "luz", SignedIn: true, Administrator: true}},
	} {
		c.want.Version, c.want.PhotoBytes, c.want.PhotoFiles = want.Version, want.PhotoBytes, want.PhotoFiles
		if got := a.sessionOf(c.header); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestSession_counts_like_the_key_until_it_is_closed_or_revoked(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	sol, mar := addKey(t, c, "sol"), addKey(t, c, "mar")
	a.as(sol).upload("sol.txt", "?trainer=nb", reviews(t))
	page := a.signIn(sol)
	if r := a.send("GET", "/modelos", nil, page); r.body != `[{"idFile":"sol.txt"}]` {
		t.Errorf("reading: %d %s", r.status, r.body)
	}
	if h := a.send("GET", "/modelos", nil, page).header; h.Get("Cache-Control") != "private, no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("an answer of a tenant's may be kept by the browser: %v", h)
	}
	if r := a.send("POST", "/senti", strings.NewReader(`{"idmodel":"sol.txt","opiniones":["Todo excelente"]}`), page); r.status != http.StatusOK {
		t.Errorf("acting: %d %s", r.status, r.body)
	}
	if r := a.as(mar).send("GET", "/modelos", nil, page); r.body != `[]` {
		t.Errorf("the header Authorization does not win over the cookie: %d %s", r.status, r.body)
	}
	if r := a.as("animo_wrong").send("GET", "/modelos", nil, page); r.status != http.StatusUnauthorized {
		t.Errorf("a wrong key beside a good cookie: %d %s", r.status, r.body)
	}

	stream := a.open("/v1/stream", page)
	defer stream.Body.Close()
	if stream.StatusCode != http.StatusOK {
		t.Errorf("the live stream: %d", stream.StatusCode)
	}

	out := a.send("DELETE", "/v1/session", nil, page)
	gone, err := http.ParseSetCookie(out.header.Get("Set-Cookie"))
	if err != nil || out.status != http.StatusNoContent || gone.Name != "animo_session" || gone.Value != "" || gone.MaxAge >= 0 || gone.Path != "/" {
		t.Errorf("signing out: %d %+v, %v", out.status, gone, err)
	}
	s, err := app.OpenStores(t.Context(), c.Stores, tenants.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Tenants.Revoke(t.Context(), sol[:14]); err != nil {
		t.Fatal(err)
	}
	if r := a.send("GET", "/modelos", nil, page); r.status != http.StatusUnauthorized {
		t.Errorf("after the key was revoked: %d %s", r.status, r.body)
	}
	if out := a.send("DELETE", "/v1/session", nil, page); out.status != http.StatusNoContent {
		t.Errorf("signing out with a revoked key: %d %s", out.status, out.body)
	}
}

// open asks for what has no end; the caller closes the body.
func (a *animo) open(path string, header http.Header) *http.Response {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.url+path, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	return res
}

func TestSession_cookie_is_kept_from_scripts_and_other_sites(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	key := addKey(t, c, "sol")
	for proto, secure := range map[string]bool{"": false, "http": false, "https": true, "HTTPS, http": true} {
		r := a.send("POST", "/v1/session", strings.NewReader(`{"key":" `+key+`\n"}`), http.Header{"X-Forwarded-Proto": {proto}})
		got, err := http.ParseSetCookie(r.header.Get("Set-Cookie"))
		name := map[bool]string{false: "animo_session", true: "__Host-animo_session"}[secure]
		if err != nil || got.Name != name || got.Value != key || got.Path != "/" || got.Domain != "" || got.MaxAge != 0 || !got.Expires.IsZero() ||
			!got.HttpOnly || got.SameSite != http.SameSiteStrictMode || got.Secure != secure {
			t.Errorf("X-Forwarded-Proto %q: %d %+v, %v", proto, r.status, got, err)
		}
		if strings.Contains(r.body, key) || r.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%v %s", r.header, r.body)
		}
	}
	for body, want := range map[string]struct {
		status int
		code   string
	}{
		`{"key":"animo_wrong"}`: {401, "unauthenticated"}, `{"key":""}`: {401, "unauthenticated"}, `{}`: {422, "invalid"}, `{"key":1}`: {422, "invalid"}, `key`: {400, "malformed_body"},
		`{"key":"` + strings.Repeat("k", 201) + `"}`: {422, "invalid"}, `{"key":"` + strings.Repeat("k", 5000) + `"}`: {413, "too_large"},
	} {
		r := a.do("POST", "/v1/session", body)
		if r.status != want.status || r.code() != want.code || r.header.Get("Set-Cookie") != "" || strings.Contains(r.body, "kkkk") {
			t.Errorf("%.40s: %d %s, want %+v", body, r.status, r.body, want)
		}
	}
	a.lang = "es"
	if r := a.do("POST", "/v1/session", `{"key":"animo_wrong"}`); !strings.Contains(r.body, "no se conoce") {
		t.Errorf("in Spanish: %s", r.body)
	}
}

func TestSession_over_tls_is_the_hosts_own(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	visitor, other := addKey(t, c, "sol"), addKey(t, c, "mar")
	const host, domain = "__Host-animo_session=", "animo_session=" // a neighbour under the same domain can set the second
	for name, c := range map[string]struct{ proto, cookie, tenant string }{
		"the host's own":                       {"https", host + visitor, "sol"},
		"a neighbour's":                        {"https", domain + other, ""},
		"a neighbour's before the host's own":  {"https", domain + other + "; " + host + visitor, "sol"},
		"without TLS, as browsers let it be":   {"", domain + visitor, "sol"},
		"a prefix without TLS, as none has it": {"", host + visitor, ""},
	} {
		header := http.Header{"Cookie": {c.cookie}}
		if c.proto != "" {
			header.Set("X-Forwarded-Proto", c.proto)
		}
		if got := a.sessionOf(header); got.Tenant != c.tenant {
			t.Errorf("%s: it is %q's, want %q's", name, got.Tenant, c.tenant)
		}
	}
}

func TestSession_other_pages_cannot_use_it(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	key := addKey(t, c, "sol")
	cookie := a.signIn(key)["Cookie"]
	with := func(header http.Header) http.Header { h := header.Clone(); h["Cookie"] = cookie; return h }
	const body = `{"idmodel":"x","opiniones":["a"]}` // answered 404 where it is let in
	for name, c := range map[string]struct {
		method, path string
		header       http.Header
		want         int
	}{
		"the page itself":                       {"POST", "/senti", http.Header{"Sec-Fetch-Site": {"same-origin"}}, 404},
		"the page, in a browser that says less": {"POST", "/senti", http.Header{"Origin": {a.url}}, 404},
		"nobody says who asks":                  {"POST", "/senti", http.Header{}, 403},
		"nobody says who uploads":               {"PUT", "/v1/training/x", http.Header{}, 403},
		"nobody says who deletes":               {"DELETE", "/v1/models/x", http.Header{}, 403},
		"another site":                          {"POST", "/senti", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}, 403},
		"another site, old browser":             {"POST", "/senti", http.Header{"Origin": {"https://evil.example"}}, 403},
		"a page without origin":                 {"POST", "/senti", http.Header{"Origin": {"null"}}, 403},
		"another port":                          {"POST", "/senti", http.Header{"Sec-Fetch-Site": {"same-site"}, "Origin": {"http://127.0.0.1:1"}}, 403},
		"another port reads":                    {"GET", "/modelos", http.Header{"Sec-Fetch-Site": {"same-site"}, "Sec-Fetch-Mode": {"no-cors"}, "Sec-Fetch-Dest": {"image"}}, 403},
		"another port's frame":                  {"GET", "/modelos", http.Header{"Sec-Fetch-Site": {"same-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"iframe"}}, 403},
		"another port reads the session":        {"GET", "/v1/session", http.Header{"Sec-Fetch-Site": {"same-site"}, "Sec-Fetch-Mode": {"cors"}, "Sec-Fetch-Dest": {"empty"}}, 403},
		"somebody follows a link":               {"GET", "/modelos", http.Header{"Sec-Fetch-Site": {"same-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"document"}}, 200},
		"another site signs the visitor in":     {"POST", "/v1/session", http.Header{"Origin": {"https://evil.example"}}, 403},
		"another site signs the visitor out":    {"DELETE", "/v1/session", http.Header{"Origin": {"https://evil.example"}}, 403},
	} {
		b := body
		if c.method != "POST" {
			b = ""
		}
		r := a.send(c.method, c.path, strings.NewReader(b), with(c.header))
		if r.status != c.want || r.status == 403 && r.code() != "forbidden" || r.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %s, want %d", name, r.status, r.body, c.want)
		}
	}
	if r := a.as(key).do("POST", "/senti", body); r.status != http.StatusNotFound {
		t.Errorf("a program with the key in its header: %d %s", r.status, r.body)
	}
}

func TestSession_another_name_for_this_machine_opens_nothing(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	ask := func(header http.Header) int {
		req, err := http.NewRequestWithContext(t.Context(), "GET", a.url+"/v1/session", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "evil.example" // as its owner lets it resolve to 127.0.0.1
		req.Header = header
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	if got := ask(http.Header{}); got != http.StatusForbidden {
		t.Errorf("before any key: %d", got)
	}
	if r := a.send("GET", "/v1/session", nil, http.Header{"X-Forwarded-For": {"203.0.113.7"}}); r.status != http.StatusForbidden {
		t.Errorf("through a proxy, before any key: %d %s", r.status, r.body)
	}
}

func TestSession_keys_are_not_logged(t *testing.T) {
	var log strings.Builder
	c := settings(t)
	key := addKey(t, c, root.DefaultTenant)
	a := startWith(t, c, app.Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	page := a.signIn(key)
	a.send("POST", "/senti", strings.NewReader("{"), page)
	a.do("POST", "/v1/session", `{"key":"animo_not_a_key"}`)
	a.stop()
	if !strings.Contains(log.String(), "started") || strings.Contains(log.String(), key[14:]) || strings.Contains(log.String(), "animo_not_a_key") {
		t.Errorf("the log has a key: %s", log.String())
	}
}

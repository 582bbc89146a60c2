package httpapi

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"animo"
)

const (
	sessionCookie = "animo_session" // holds the API key itself; see cookieName
	sessionBody   = 4 << 10         // bytes that a body may have there, whoever sends it
)

// cookieName is what the session's cookie is called. One that came over TLS has a prefix with which browsers take it from
// this very host alone (RFC 6265bis, 4.1.3.2), so that a neighbour under the same domain cannot sign a visitor in as
// somebody else.
func cookieName(secure bool) string {
	if secure {
		return "__Host-" + sessionCookie
	}
	return sessionCookie
}

// overTLS tells whether a request came over TLS, to this server or to a proxy in front of it.
func overTLS(here *tls.ConnectionState, forwardedProto string) bool {
	first, _, _ := strings.Cut(forwardedProto, ",")
	return here != nil || strings.EqualFold(strings.TrimSpace(first), "https")
}

// sessionView is what the page asks first: who the visitor is here, and what they may do.
type sessionView struct {
	Tenant        string        `json:"tenant" doc:"Whose data is seen; empty while a key is needed." example:"default"`
	SignedIn      bool          `json:"signed_in" doc:"Whether the request came with a valid key."`
	NeedsKey      bool          `json:"needs_key" doc:"Whether a key is needed and none that is valid was sent."`
	Administrator bool          `json:"administrator" doc:"Whether tenants and keys may be looked after: with an administrator's key, or on this machine while no key exists."`
	Version       string        `json:"version" doc:"Animo's."`
	Purpose       animo.Purpose `json:"purpose" doc:"What the tenant analyses faces for; empty while its photos are refused." example:"event"`
	PhotoBytes    int64         `json:"photo_bytes" doc:"How many bytes a photo may have."`
	PhotoFiles    int           `json:"photo_files" doc:"How many photos a form may have."`
	ClockHeld     bool          `json:"clock_held" doc:"Whether the server's clock jumped and nothing is removed for its age until it has run evenly for a while."`
}

// session tells what a caller may do here.
func (s *server) session(ctx context.Context, c caller) (sessionView, error) {
	v := sessionView{
		Tenant: c.tenant, SignedIn: c.keyed, NeedsKey: c.tenant == "", Administrator: c.administrator,
		Version: s.Version, PhotoBytes: s.Limits.PhotoBytes, PhotoFiles: s.Limits.Files,
	}
	if v.NeedsKey {
		return v, nil
	}
	v.ClockHeld = s.ClockHeld != nil && s.ClockHeld()
	policy, err := s.Keys.Policy(ctx, c.tenant)
	switch {
	case err == nil:
		v.Purpose = policy.Purpose
	case animo.CodeOf(err) != animo.Forbidden:
		return v, err
	}
	return v, nil
}

// checkSession answers Forbidden to a request with a session's cookie that may not be the page's own doing. Browsers send
// the cookie by themselves, also for a page on another port of this host, which counts as the same site; and what
// http.CrossOriginProtection takes for no browser at all may not act with it.
func checkSession(r *http.Request) error {
	if fromOtherSite(r) {
		return errOtherSite()
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
		return animo.Errorf(animo.Forbidden, "with a session's cookie this needs a browser, which says what page asks (header Origin); programs send the header Authorization: Bearer KEY",
			"con la cookie de una sesión esto necesita un navegador, que diga qué página lo pide (cabecera Origin); los programas envían la cabecera Authorization: Bearer CLAVE")
	}
	return nil
}

// cookie is the session's cookie with a key. It ends with the browser's session.
func cookie(key string, secure bool) http.Cookie {
	return http.Cookie{Name: cookieName(secure), Value: key, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: secure}
}

// SecureParam tells whether the request came over TLS. It is exported because
// huma sets no field of an embedded type that is not.
type SecureParam struct {
	secure bool
}

// Resolve is huma.Resolver's.
func (p *SecureParam) Resolve(ctx huma.Context) []error {
	p.secure = overTLS(ctx.TLS(), ctx.Header("X-Forwarded-Proto"))
	return nil
}

type sessionOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         sessionView
}

type openedOutput struct {
	CacheControl string      `header:"Cache-Control"`
	SetCookie    http.Cookie `header:"Set-Cookie"`
	Body         sessionView
}

type closedOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (s *server) getSession(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-session",
		Summary:     "Who you are here and what you may do",
		Description: "Needs no key, and says whether one is needed.",
	}, func(ctx context.Context, _ *struct{}) (*sessionOutput, error) {
		v, err := s.session(ctx, callerOf(ctx))
		return &sessionOutput{"no-store", v}, err
	})
}

func (s *server) openSession(r route) {
	register(s, r, huma.Operation{
		OperationID: "open-session",
		Summary:     "Sign a browser in with a key",
		Description: "Sets a cookie with the key, which scripts cannot read and other sites cannot use, over TLS under the name " + cookieName(true) + "; it counts like the header Authorization " +
			"until the browser is closed, the session is, or the key is revoked. Programs need no session.",
	}, func(ctx context.Context, in *struct {
		SecureParam
		Body struct {
			Key string `json:"key" maxLength:"200" doc:"An API key (animo keys add)."`
		}
	}) (*openedOutput, error) {
		key := strings.TrimSpace(in.Body.Key)
		var c caller
		err := s.slots.lookups.Do(key, func() (tenant string, err error) { // as lookUp does: anybody can send any key
			c, err = s.holder(ctx, key)
			return c.tenant, err
		})
		if e, ok := errors.AsType[*animo.Error](err); ok && e.Code == animo.Unauthenticated {
			err = e.Of("key")
		}
		if err != nil {
			return nil, err
		}
		v, err := s.session(ctx, c)
		return &openedOutput{"no-store", cookie(key, in.secure), v}, err
	})
}

func (s *server) closeSession(r route) {
	register(s, r, huma.Operation{
		OperationID: "close-session",
		Summary:     "Sign a browser out", DefaultStatus: http.StatusNoContent,
		Description: "Takes the cookie away. The key stays as it is.",
	}, func(_ context.Context, in *struct{ SecureParam }) (*closedOutput, error) {
		gone := cookie("", in.secure)
		gone.MaxAge = -1
		return &closedOutput{gone}, nil
	})
}

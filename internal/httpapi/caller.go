package httpapi

import (
	"context"
	"net/http"
	"strings"

	"animo"
)

// caller is who asks, for what, and in which language they want to be spoken to.
type caller struct {
	route         *route // nil for nothing that there is
	tenant        string // "" for who may have no key yet; see welcome
	lang          string // "es" or "en"
	keyed         bool   // with a key, not as everybody who asks while there is none
	administrator bool   // may look after all tenants and keys
}

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// tenantOf tells whose request this is. The middleware has seen to it that there is one.
func tenantOf(ctx context.Context) string { return callerOf(ctx).tenant }

// authenticate finds out whose request it is: the tenant of its key, or the default tenant while no key
// exists at all.
func (s *server) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := s.lookUp(r)
		if err != nil {
			writeProblem(w, r, s.Log, err)
			return
		}
		h := w.Header() // unless the handler says otherwise; a browser must not show it to who comes after
		h.Set("Cache-Control", "private, no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, withCaller(r, c))
	})
}

// welcome finds out whose request it is where somebody without a key, or with a wrong one, may ask too: that
// caller has no tenant.
func (s *server) welcome(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := s.lookUp(r)
		if err != nil && animo.CodeOf(err) != animo.Unauthenticated {
			writeProblem(w, r, s.Log, err)
			return
		}
		next.ServeHTTP(w, withCaller(r, c))
	})
}

// withCaller notes whose the request is; find has noted the rest.
func withCaller(r *http.Request, c caller) *http.Request {
	found := callerOf(r.Context())
	c.route, c.lang = found.route, found.lang
	return r.WithContext(context.WithValue(r.Context(), callerKey{}, c))
}

// lookUp finds out who asks, for a bounded number of requests at once, because anybody can send any key.
func (s *server) lookUp(r *http.Request) (c caller, err error) {
	err = s.slots.lookups.Do(credential(r), func() (string, error) {
		c, err = s.whose(r)
		return c.tenant, err
	})
	return c, err
}

// credential is the key that a request brings; "" for none.
func credential(r *http.Request) string {
	if token, ok := bearer(r); ok {
		return token
	}
	if cookie, err := r.Cookie(sessionCookieOf(r)); err == nil {
		return cookie.Value
	}
	return ""
}

// sessionCookieOf is what the session's cookie is called for a request.
func sessionCookieOf(r *http.Request) string {
	return cookieName(overTLS(r.TLS, r.Header.Get("X-Forwarded-Proto")))
}

// stillTheirs answers an error unless the request is still that of the tenant that it was when it came. Meanwhile
// its key may have been revoked, its tenant removed, or the first key made. The request takes no place among the look-ups
// again, because it holds one among the requests of its kind.
func (s *server) stillTheirs(r *http.Request) error {
	c, err := s.whose(r)
	if err == nil && c.tenant != tenantOf(r.Context()) {
		return animo.Errorf(animo.Unauthenticated, "this key is another tenant's now", "esta clave es ahora de otro inquilino")
	}
	return err
}

// whose finds out who asks, by the key in the header Authorization, or else by the key in the session's cookie. A cookie
// whose key is not known counts as no cookie: the key was revoked, or it belongs to another Animo on this host, because
// browsers send a cookie to every port of a host.
func (s *server) whose(r *http.Request) (caller, error) {
	if token, ok := bearer(r); ok {
		return s.holder(r.Context(), token)
	}
	if cookie, err := r.Cookie(sessionCookieOf(r)); err == nil && cookie.Value != "" {
		c, err := s.holder(r.Context(), cookie.Value)
		if err == nil {
			return c, checkSession(r)
		}
		if animo.CodeOf(err) != animo.Unauthenticated {
			return caller{}, err
		}
	}
	locked, err := s.Keys.Locked(r.Context())
	if err != nil {
		return caller{}, err
	}
	if locked {
		return caller{}, animo.Errorf(animo.Unauthenticated, "a key is needed: send the header Authorization: Bearer KEY", "hace falta una clave: envíe la cabecera Authorization: Bearer CLAVE")
	}
	if err := s.Local.Check(r); err != nil {
		return caller{}, err
	}
	return caller{tenant: animo.DefaultTenant, administrator: true}, nil
}

// holder is who has that key, or answers Unauthenticated.
func (s *server) holder(ctx context.Context, token string) (caller, error) {
	k, err := s.Keys.KeyOf(ctx, token)
	return caller{tenant: k.Tenant, keyed: err == nil, administrator: k.Administrator}, err
}

func bearer(r *http.Request) (token string, ok bool) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), found && strings.EqualFold(scheme, "Bearer")
}

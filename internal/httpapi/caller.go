package httpapi

import (
	"context"
	"net/http"
	"strings"

	"animo"
)

// caller is who asks, and in which language they want to be spoken to.
type caller struct {
	tenant string
	lang   string // "es" or "en"
}

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// tenantOf tells whose request this is. The middleware has seen to it that there is one.
func tenantOf(ctx context.Context) string { return callerOf(ctx).tenant }

// withLanguage notes the language that the client prefers of the two that Animo speaks.
func withLanguage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := caller{lang: preferredLanguage(r.Header.Get("Accept-Language"))}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	})
}

// authenticate finds out whose request it is: the tenant of its key, or the default tenant while no key
// exists at all.
func (s *server) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tenant, err := s.lookUp(r)
		if err != nil {
			writeProblem(w, r, s.Log, err)
			return
		}
		c := callerOf(r.Context())
		c.tenant = tenant
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	})
}

// lookUp finds it out for a bounded number of requests at once, since anybody can send any key.
func (s *server) lookUp(r *http.Request) (string, error) {
	if err := s.kinds.keys.takeAny(); err != nil {
		return "", err
	}
	defer s.kinds.keys.give("")
	return s.whose(r)
}

// stillTheirs answers an error unless the request is still that of the tenant that it was when it came. Meanwhile
// its key may have been revoked, its tenant removed, or the first key made. Its place among the lookups it does
// not take again: it holds one among the requests of its kind.
func (s *server) stillTheirs(r *http.Request) error {
	tenant, err := s.whose(r)
	if err == nil && tenant != tenantOf(r.Context()) {
		return animo.Errorf(animo.Unauthenticated, "this key is another tenant's now", "esta clave es ahora de otro inquilino")
	}
	return err
}

// whose finds it out.
func (s *server) whose(r *http.Request) (string, error) {
	if token, ok := bearer(r); ok {
		return s.Keys.TenantOf(r.Context(), token)
	}
	locked, err := s.Keys.Locked(r.Context())
	if err != nil {
		return "", err
	}
	if locked {
		return "", animo.Errorf(animo.Unauthenticated, "a key is needed: send the header Authorization: Bearer KEY", "hace falta una clave: envíe la cabecera Authorization: Bearer CLAVE")
	}
	if !s.Loopback {
		return "", animo.Errorf(animo.Forbidden, "the last key was revoked, and this address can be reached from other machines; make a key: animo keys add", "se revocó la última clave, y a esta dirección se llega desde otras máquinas; cree una clave: animo keys add")
	}
	if err := checkLocal(r); err != nil {
		return "", err
	}
	return animo.DefaultTenant, nil
}

func bearer(r *http.Request) (token string, ok bool) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), found && strings.EqualFold(scheme, "Bearer")
}

package httpapi

import (
	"context"
	"net"
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

// preferredLanguage takes the first of "es" and "en" in an Accept-Language header; clients list them by
// preference. Without either it is "en".
func preferredLanguage(header string) string {
	for part := range strings.SplitSeq(header, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if base == "es" || base == "en" {
			return base
		}
	}
	return "en"
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
	if !loopbackHost(r.Host) { // a page on another site may have made its own name point here
		return "", animo.Errorf(animo.Forbidden, "while no key exists, ask for localhost or 127.0.0.1, not for %q", "mientras no exista ninguna clave, pregunte a localhost o 127.0.0.1, no a %q", r.Host)
	}
	return animo.DefaultTenant, nil
}

func bearer(r *http.Request) (token string, ok bool) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), found && strings.EqualFold(scheme, "Bearer")
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

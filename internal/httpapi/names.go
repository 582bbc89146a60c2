package httpapi

import (
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// nameOf is a name as it is kept: in Unicode's composed form (NFC), so that "año" is the same thing however the
// client's keyboard and file system write it.
func nameOf(s string) string { return norm.NFC.String(s) }

// namesOf is nameOf for each of a list.
func namesOf(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = nameOf(s)
	}
	return out
}

// composePath puts the names in a request's path into their kept form.
func composePath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !norm.NFC.IsNormalString(r.URL.Path) {
			parts := strings.Split(r.URL.EscapedPath(), "/")
			for i, part := range parts {
				if plain, err := url.PathUnescape(part); err == nil {
					parts[i] = url.PathEscape(nameOf(plain))
				}
			}
			r = r.Clone(r.Context())
			r.URL.Path, r.URL.RawPath = nameOf(r.URL.Path), strings.Join(parts, "/")
		}
		next.ServeHTTP(w, r)
	})
}

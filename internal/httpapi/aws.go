package httpapi

import "net/http"

// aws gives the requests of AWS's protocol to their handler.
func (s *server) aws(w http.ResponseWriter, r *http.Request) {
	if s.AWS == nil || r.Header.Get("X-Amz-Target") == "" && !r.URL.Query().Has("X-Amz-Target") {
		s.wrongMethod(w, r, "GET, HEAD")
		return
	}
	s.AWS.ServeHTTP(w, r)
}

// CheckLocal answers Forbidden to a request that may come from elsewhere, and so needs a key; see checkLocal.
func CheckLocal(r *http.Request) error { return checkLocal(r) }

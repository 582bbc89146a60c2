package httpapi

import "net/http"

// aws returns the requests of AWS's protocol to their handler.
func (s *server) aws(w http.ResponseWriter, r *http.Request) {
	if s.AWS == nil || r.Header.Get("X-Amz-Target") == "" && !r.URL.Query().Has("X-Amz-Target") {
		s.wrongMethod(w, r, "GET, HEAD")
		return
	}
	s.AWS.ServeHTTP(w, r)
}

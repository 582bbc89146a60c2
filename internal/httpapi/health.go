package httpapi

import (
	"context"
	"crypto/subtle"
	"io"
	"net"
	"net/http"
	"time"

	"animo"
)

// readyTime is how long a readiness check may take.
const readyTime = 2 * time.Second

// livez answers 200 while the process is there.
func (s *server) livez(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") }

// readyz answers 200 when requests can be served: the stores answer and no stop is under way.
func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		writeProblem(w, r, s.Log, animo.Errorf(animo.Unavailable, "not ready", "no está listo").Because(err))
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

// metrics answers in Prometheus's text format, to who has the token or, without one, to this machine.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) {
	if err := s.mayMeasure(r); err != nil {
		writeProblem(w, r, s.Log, err)
		return
	}
	s.Metrics.ServeHTTP(w, r)
}

func (s *server) mayMeasure(r *http.Request) error {
	token, _ := bearer(r)
	if s.MetricsToken != "" && subtle.ConstantTimeCompare([]byte(token), []byte(s.MetricsToken)) == 1 {
		return nil
	}
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	if ip := net.ParseIP(host); s.MetricsToken == "" && ip != nil && ip.IsLoopback() {
		return checkLocal(r)
	}
	return animo.Errorf(animo.Unauthenticated, "send the metrics token as Authorization: Bearer TOKEN (setting metrics-token)", "envíe el token de métricas como Authorization: Bearer TOKEN (ajuste metrics-token)")
}

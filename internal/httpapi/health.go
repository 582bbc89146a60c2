package httpapi

import (
	"context"
	"io"
	"net/http"
	"time"

	"animo"
)

// readyTime is how long a readiness check may take.
const readyTime = 2 * time.Second

// livez answers 200 while the process is there.
func (s *server) livez(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") }

// readyz answers 200 when requests can be served: the database can be written to and no stop is under way. Otherwise it says
// why not.
func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		why := animo.ReasonOf(err)
		writeProblem(w, r, s.Log, animo.Errorf(animo.Unavailable, "not ready: %[1]s", "no está listo: %[2]s", why.EN, why.ES).Because(err))
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

// metrics answers in Prometheus's text format, to who has the metrics token or an administrator's key, and without a metrics token
// to who may do everything without a key.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) {
	if err := s.mayMeasure(r); err != nil {
		writeProblem(w, r, s.Log, err)
		return
	}
	s.Metrics.ServeHTTP(w, r)
}

func (s *server) mayMeasure(r *http.Request) error {
	token, _ := bearer(r)
	if s.MetricsToken != "" && equal(token, s.MetricsToken) {
		return nil
	}
	if c, err := s.lookUp(r); err == nil && c.administrator && (c.keyed || s.MetricsToken == "") {
		return nil
	} else if err != nil && animo.CodeOf(err) != animo.Unauthenticated {
		return err
	}
	return animo.Errorf(animo.Unauthenticated, "send the metrics token (setting metrics-token) or an administrator's key as Authorization: Bearer TOKEN", "envíe el token de métricas (ajuste metrics-token) o una clave de administrador como Authorization: Bearer TOKEN")
}

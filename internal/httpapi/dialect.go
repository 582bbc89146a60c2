package httpapi

import (
	"encoding/json"
	"net/http"
	"strings"
)

// dialect is in whose words a route answers errors.
type dialect int

const (
	own       dialect = iota // problem documents
	mlflow                   // MLflow's scoring server: error_code and message
	inference                // the Open Inference Protocol, which is KServe's V2: error
)

// dialect of a route; nil is for nothing that there is.
func (r *route) dialect() dialect {
	switch {
	case r == nil:
		return own
	case strings.HasSuffix(r.path, "/invocations"):
		return mlflow
	case r.path == "/v2" || strings.HasPrefix(r.path, "/v2/"):
		return inference
	}
	return own
}

// in gives a problem in a dialect. The others' protocols know no 422.
func (p *Problem) in(d dialect) *Problem {
	if p.dialect = d; d != own && p.Status == http.StatusUnprocessableEntity {
		p.Status, p.Title = http.StatusBadRequest, http.StatusText(http.StatusBadRequest)
	}
	return p
}

// mlflowCodes are MLflow's error codes by status (mlflow.exceptions).
var mlflowCodes = map[int]string{
	http.StatusBadRequest: "BAD_REQUEST", http.StatusUnauthorized: "UNAUTHENTICATED", http.StatusForbidden: "PERMISSION_DENIED", http.StatusNotFound: "RESOURCE_DOES_NOT_EXIST",
	http.StatusTooManyRequests: "REQUEST_LIMIT_EXCEEDED", http.StatusServiceUnavailable: "TEMPORARILY_UNAVAILABLE", http.StatusGatewayTimeout: "TEMPORARILY_UNAVAILABLE",
}

// MarshalJSON writes a problem in its dialect.
func (p *Problem) MarshalJSON() ([]byte, error) {
	switch p.dialect {
	case mlflow:
		code, ok := mlflowCodes[p.Status]
		switch {
		case !ok && p.Status >= 500:
			code = "INTERNAL_ERROR"
		case !ok:
			code = "BAD_REQUEST"
		}
		return json.Marshal(struct {
			Code    string `json:"error_code"`
			Message string `json:"message"`
		}{code, p.Detail})
	case inference:
		return json.Marshal(struct {
			Error string `json:"error"`
		}{p.Detail})
	}
	type plain Problem
	return json.Marshal((*plain)(p))
}

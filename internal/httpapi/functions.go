package httpapi

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/bus"
)

// functionView is what a function did in this process since it started.
type functionView struct {
	Name      string         `json:"name" doc:"Also its queue's." example:"analyse"`
	Workers   int            `json:"workers" doc:"Events that it works on at once in this process; 0 where it runs in others only."`
	Done      int            `json:"done" doc:"Attempts that dealt with their event."`
	Retried   int            `json:"retried" doc:"Attempts that failed, to be tried again."`
	Dead      int            `json:"dead" doc:"Attempts that failed for good: a dead letter each."`
	Returned  int            `json:"returned" doc:"Attempts given back unspent: at a stop, while the disk is full, while a service asks to wait."`
	Lost      int            `json:"lost" doc:"Attempts whose event somebody else had by then, or was erased."`
	P50       float64        `json:"p50_ms" doc:"Half of the last 1,000 attempts that were done or failed took no longer, in milliseconds; 0 before the first."`
	P99       float64        `json:"p99_ms" doc:"99 of 100 of them took no longer, in milliseconds."`
	Rate      float64        `json:"rate_1m" doc:"Attempts that ended in the last minute, a second."`
	LastError *lastErrorView `json:"last_error,omitempty" doc:"Why an attempt failed last, whoever's event it was; for administrators only."`
}

type lastErrorView struct {
	At      time.Time  `json:"at" doc:"When."`
	Code    animo.Code `json:"code" doc:"Stable: safe to branch on."`
	Message string     `json:"message" doc:"What went wrong, in the language of Accept-Language (en or es). Of a defect only the log has the cause."`
}

func viewFunction(c caller, f bus.FunctionStats) functionView {
	v := functionView{
		Name: f.Name, Workers: f.Workers,
		Done: f.Ended[bus.Done], Retried: f.Ended[bus.Retried], Dead: f.Ended[bus.Dead], Returned: f.Ended[bus.Returned], Lost: f.Ended[bus.Lost],
		P50: milliseconds(f.P50), P99: milliseconds(f.P99), Rate: f.Rate,
	}
	if f.Last != nil && c.administrator {
		v.LastError = &lastErrorView{f.Last.At, f.Last.Reason.Code, f.Last.Reason.EN}
		if c.lang == "es" {
			v.LastError.Message = f.Last.Reason.ES
		}
	}
	return v
}

// milliseconds returns a duration to the microsecond.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

type functionsOutput struct {
	Body struct {
		Items []functionView `json:"items"`
	}
}

func (s *server) listFunctions(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-functions",
		Summary:     "What each function did, how long it took, and what failed last",
		Description: "Of the process that answers, since it started, for all tenants together.",
	}, func(ctx context.Context, _ *struct{}) (*functionsOutput, error) {
		out := &functionsOutput{}
		out.Body.Items = []functionView{}
		for _, f := range s.Functions() {
			out.Body.Items = append(out.Body.Items, viewFunction(callerOf(ctx), f))
		}
		return out, nil
	})
}

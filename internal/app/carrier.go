package app

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"animo/internal/bus/carrier"
)

// countedCarrier counts what a broker carries, for /metrics.
type countedCarrier struct {
	carrier.Carrier
	sent, received prometheus.Counter     // refs
	failed         *prometheus.CounterVec // calls, by method
}

func countCarrier(c carrier.Carrier) *countedCarrier {
	return &countedCarrier{
		Carrier:  c,
		sent:     prometheus.NewCounter(prometheus.CounterOpts{Name: "animo_carrier_sent_total", Help: "Refs to events that were handed to the broker."}),
		received: prometheus.NewCounter(prometheus.CounterOpts{Name: "animo_carrier_received_total", Help: "Refs to events that came from the broker."}),
		failed:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "animo_carrier_failures_total", Help: "Calls to the broker that failed, by what was asked."}, []string{"call"}),
	}
}

// Send implements carrier.Carrier.
func (c *countedCarrier) Send(ctx context.Context, refs ...carrier.Ref) error {
	err := c.Carrier.Send(ctx, refs...)
	if c.count(ctx, "send", err); err == nil {
		c.sent.Add(float64(len(refs)))
	}
	return err
}

// Receive implements carrier.Carrier.
func (c *countedCarrier) Receive(ctx context.Context, function string, n int) ([]carrier.Ref, error) {
	refs, err := c.Carrier.Receive(ctx, function, n)
	c.count(ctx, "receive", err)
	c.received.Add(float64(len(refs)))
	return refs, err
}

// Done implements carrier.Carrier.
func (c *countedCarrier) Done(ctx context.Context, refs ...carrier.Ref) error {
	err := c.Carrier.Done(ctx, refs...)
	c.count(ctx, "done", err)
	return err
}

// count counts a failure, unless the caller ended the call.
func (c *countedCarrier) count(ctx context.Context, call string, err error) {
	if err != nil && ctx.Err() == nil {
		c.failed.WithLabelValues(call).Inc()
	}
}

package app

import (
	"context"
	"database/sql"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"animo"
	"animo/internal/bus"
	"animo/internal/clock"
	"animo/internal/cluster"
	"animo/internal/table"
	"animo/internal/tracing"
)

// metrics are what /metrics shows. No label has a tenant, a name or a path in it.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec // by route, method and status
	attempts *prometheus.HistogramVec // by function and outcome
	claims   *prometheus.HistogramVec // by function
	claimed  *prometheus.CounterVec   // by function
	failures *prometheus.CounterVec   // of tasks
	panics   *prometheus.CounterVec   // of tasks
	stats    *bus.Stats               // of attempts, for /v1/functions
}

func newMetrics(now func() time.Time) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(), stats: bus.NewStats(now),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "animo_http_request_seconds", Help: "How long requests took, by group of routes.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2.5, 12),
		}, []string{"route", "method", "status"}),
		attempts: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "animo_function_seconds", Help: "How long attempts of functions took, by outcome: done, retried, dead, returned or lost.",
			Buckets: prometheus.ExponentialBuckets(0.005, 3, 12),
		}, []string{"function", "outcome"}),
		claims: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "animo_claim_seconds", Help: "How long claims of events took, also of none.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 3, 10),
		}, []string{"function"}),
		claimed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "animo_events_claimed_total", Help: "Events that this process claimed.",
		}, []string{"function"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "animo_task_failures_total", Help: "Runs of tasks, such as sweeps, and of other loops that failed or panicked; each is tried again.",
		}, []string{"task"}),
		panics: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "animo_task_panics_total", Help: "Runs of tasks and steps of other loops that panicked; the log has the stack.",
		}, []string{"task"}),
	}
	m.registry.MustRegister(m.requests, m.attempts, m.claims, m.claimed, m.failures, m.panics, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) request(route, method string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
}

// watchClock adds the metrics that show whether the system's clock is trusted, and how often it jumped.
func (m *metrics) watchClock(c *clock.Steady) {
	held := func() float64 {
		if held, _ := c.Held(); held {
			return 1
		}
		return 0
	}
	jumps := func() float64 {
		_, jumps := c.Held()
		return float64(jumps)
	}
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "animo_clock_held", Help: "1 while nothing is removed for its age, because the system's clock jumped or is not known yet."}, held),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "animo_clock_jumps_total", Help: "Jumps of the system's clock since the start."}, jumps),
	)
}

// watchDamage tells how many rows cannot be read.
func (m *metrics) watchDamage(t *table.Table) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: "animo_damaged_rows", Help: "Rows that were left out of lists since the start because they cannot be read; the log names each."},
		func() float64 { return float64(t.Damaged()) }))
}

// watchWitness tells whether the database went back before the start.
func (m *metrics) watchWitness(w *witness) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: "animo_database_went_back_seconds", Help: "How much of its last work the database lacked at the start, at least; 0 for nothing."},
		func() float64 { return float64(w.behind.Load()) * witnessEvery.Seconds() }))
}

// watchTraces tells how many spans were lost.
func (m *metrics) watchTraces(t *tracing.Traces) {
	m.registry.MustRegister(prometheus.NewCounterFunc(
		prometheus.CounterOpts{Name: "animo_spans_lost_total", Help: "Spans that could not be sent to where the setting traces says."},
		func() float64 { return float64(t.Lost()) }))
}

// watchStrays tells how many objects no row speaks of.
func (m *metrics) watchStrays(s *strays) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: "animo_stray_objects", Help: "Files that no row speaks of, as counted at the start and once a day by the process that runs such tasks; animo doctor lists them."},
		func() float64 { return float64(s.count.Load()) }))
}

// taskFailed counts a run of a task that failed.
func (m *metrics) taskFailed(task string, panicked bool) {
	m.failures.WithLabelValues(task).Inc()
	if panicked {
		m.panics.WithLabelValues(task).Inc()
	}
}

// Attempted is bus.Observer's.
func (m *metrics) Attempted(function string, outcome bus.Outcome, took time.Duration, reason animo.Reason) {
	m.stats.Attempted(function, outcome, took, reason)
	m.attempts.WithLabelValues(function, string(outcome)).Observe(took.Seconds())
}

// Claimed is bus.Observer's.
func (m *metrics) Claimed(function string, events int, took time.Duration) {
	m.claims.WithLabelValues(function).Observe(took.Seconds())
	m.claimed.WithLabelValues(function).Add(float64(events))
}

// watchLeases tells of the leases of this process.
func (m *metrics) watchLeases(l *cluster.Leases) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "animo_leases_held", Help: "Leases of tasks and lines that this process holds."}, func() float64 { held, _ := l.Counts(); return float64(held) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "animo_leases_lost_total", Help: "Leases that this process lost before it gave them back."}, func() float64 { _, lost := l.Counts(); return float64(lost) }),
	)
}

// watchStores tells how the connections to the database are used, and what the broker carried, where there is one.
func (m *metrics) watchStores(s *Stores) {
	if s.db != nil {
		pool := func(name, help string, value func(sql.DBStats) float64) prometheus.Collector {
			return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return value(s.db.Pool()) })
		}
		waits := func(name, help string, value func(sql.DBStats) float64) prometheus.Collector {
			return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return value(s.db.Pool()) })
		}
		m.registry.MustRegister(
			pool("animo_database_connections_used", "Connections to the database that are in use.", func(p sql.DBStats) float64 { return float64(p.InUse) }),
			pool("animo_database_connections_idle", "Connections to the database that are open and not in use.", func(p sql.DBStats) float64 { return float64(p.Idle) }),
			pool("animo_database_connections_most", "Connections to the database that may be open; 0 for any number.", func(p sql.DBStats) float64 { return float64(p.MaxOpenConnections) }),
			waits("animo_database_waits_total", "Times that a connection to the database had to be waited for.", func(p sql.DBStats) float64 { return float64(p.WaitCount) }),
			waits("animo_database_wait_seconds_total", "For how long connections to the database were waited for.", func(p sql.DBStats) float64 { return p.WaitDuration.Seconds() }),
		)
	}
	if s.rings != nil {
		m.registry.MustRegister(s.rings.sent, s.rings.received, s.rings.failed)
	}
}

// handler serves the metrics, with the queues' depths as they are at that moment.
func (m *metrics) handler(queues bus.Driver, now func() time.Time) http.Handler {
	m.registry.MustRegister(depths{queues, now})
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// depths reads how many events each queue has when the metrics are asked for.
type depths struct {
	queues bus.Driver
	now    func() time.Time
}

var (
	depthDesc = prometheus.NewDesc("animo_queue_events", "Events in a function's queue, by state.", []string{"function", "state"}, nil)
	lagDesc   = prometheus.NewDesc("animo_queue_oldest_seconds", "How old the oldest event is that is ready or waits in a function's queue; 0 for none.", []string{"function"}, nil)
)

// Describe is prometheus.Collector's.
func (d depths) Describe(ch chan<- *prometheus.Desc) {
	ch <- depthDesc
	ch <- lagDesc
}

// Collect is prometheus.Collector's.
func (d depths) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	list, err := d.queues.Depths(ctx, "")
	if err != nil {
		ch <- prometheus.NewInvalidMetric(depthDesc, err)
		return
	}
	for _, q := range list {
		lag := 0.0
		if !q.Oldest.IsZero() {
			lag = max(0, d.now().Sub(q.Oldest).Seconds())
		}
		ch <- prometheus.MustNewConstMetric(lagDesc, prometheus.GaugeValue, lag, q.Queue)
		for state, n := range map[string]int{"ready": q.Ready, "waiting": q.Waiting, "running": q.Running, "dead": q.Dead} {
			ch <- prometheus.MustNewConstMetric(depthDesc, prometheus.GaugeValue, float64(n), q.Queue, state)
		}
	}
}

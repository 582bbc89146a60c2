package app

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"animo"
	"animo/internal/bus"
	"animo/internal/clock"
	"animo/internal/table"
)

// metrics are what /metrics shows. No label has a tenant, a name or a path in it.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec // by route, method and status
	attempts *prometheus.HistogramVec // by function and outcome
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
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "animo_task_failures_total", Help: "Runs of tasks, such as sweeps, and of other loops that failed or panicked; each is tried again.",
		}, []string{"task"}),
		panics: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "animo_task_panics_total", Help: "Runs of tasks and steps of other loops that panicked; the log has the stack.",
		}, []string{"task"}),
	}
	m.registry.MustRegister(m.requests, m.attempts, m.failures, m.panics, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
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

// handler serves the metrics, with the queues' depths as they are at that moment.
func (m *metrics) handler(queues bus.Driver) http.Handler {
	m.registry.MustRegister(depths{queues})
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// depths reads how many events each queue has when the metrics are asked for.
type depths struct{ queues bus.Driver }

var depthDesc = prometheus.NewDesc("animo_queue_events", "Events in a function's queue, by state.", []string{"function", "state"}, nil)

// Describe is prometheus.Collector's.
func (d depths) Describe(ch chan<- *prometheus.Desc) { ch <- depthDesc }

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
		for state, n := range map[string]int{"ready": q.Ready, "waiting": q.Waiting, "running": q.Running, "dead": q.Dead} {
			ch <- prometheus.MustNewConstMetric(depthDesc, prometheus.GaugeValue, float64(n), q.Queue, state)
		}
	}
}

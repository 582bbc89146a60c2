// Package app is one running Animo: New opens and wires, Start serves, Stop undoes both in reverse. It is
// the only place that knows which adapter stands behind which port.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/classify"
	"animo/internal/clock"
	"animo/internal/cluster"
	"animo/internal/collections"
	"animo/internal/config"
	"animo/internal/httpapi"
	"animo/internal/inbox"
	"animo/internal/loop"
	"animo/internal/moods"
	"animo/internal/notify"
	"animo/internal/opinions"
	"animo/internal/people"
	"animo/internal/photos"
	"animo/internal/pictures"
	"animo/internal/rates"
	"animo/internal/rekognition"
	"animo/internal/scrub"
	"animo/internal/tracing"
	built "animo/web"
)

// App is one running Animo.
type App struct {
	config      config.Config
	log         *slog.Logger
	stores      *Stores
	metrics     *metrics
	traces      *tracing.Traces
	keeper      *loop.Keeper // of every loop, whichever package runs it
	leases      *cluster.Leases
	clock       *clock.Steady // for what is removed for its age
	rates       *rates.Rates
	bus         *bus.Bus
	flow        *opinions.Flow
	classifier  *classify.Classifier
	photos      *photos.Photos
	layers      *photos.Layers
	people      *people.People
	pictures    *pictures.Reader
	witness     *witness
	moods       *moods.Moods
	removed     *scrub.Notes // what photos, faces, people and secrets left traces of in the tables' files
	notify      *notify.Notifier
	collections *collections.Store
	rekognition *rekognition.Server // nil where it is not served
	inbox       *inbox.Inbox        // nil where none is set
	web         *web                // nil without the api
	local       *httpapi.Local
	needsKey    bool // a key existed when the api was opened
	ready       atomic.Bool
	writing     writing
	now         func() time.Time
	scrubs      scrubs
	reserve     *reserve
	strays      strays

	tenantErased atomic.Bool // a tenant was erased and its traces are not scrubbed yet

	stops []stop
}

// Options are what New may be told beside the settings. The zero value works.
type Options struct {
	Version string          // shown in the API's description
	Log     *slog.Logger    // nil means slog.Default
	Faces   pictures.Engine // who finds the faces; nil means what the settings say
	Page    fs.FS           // the page, index.html at its root; nil means the one that the program carries, if it does

	Now       func() time.Time // the clock of ids, records and retention times; nil means time.Now
	restoring bool             // goes on in a folder in which a restore is not at its end

	Passed func() time.Duration // counts the time that really passes, whatever Now says; nil means the system's count
}

// New validates the settings, opens the stores and listens. Nothing is served before Start. After an error
// nothing is left open.
func New(ctx context.Context, c config.Config, o Options) (*App, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	o.Log = slog.New(tracing.Handler(o.Log.Handler()))
	a, err := open(ctx, c, o)
	for animo.CodeOf(err) == animo.NoSpace && newReserve(c.Data, c.Reserve, c.MinFree, o.Log).release() { // a full disk keeps nobody from reading and erasing
		a, err = open(ctx, c, o)
	}
	return a, err
}

// open is New, once.
func open(ctx context.Context, c config.Config, o Options) (a *App, err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	a = &App{config: c, log: o.Log, metrics: newMetrics(o.Now), now: o.Now, local: httpapi.NewLocal(c.Loopback())}
	a.keeper = loop.New(a.log, a.metrics.taskFailed)
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
		}
	}()
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return a, err
	}
	if err := checkRestored(c.Data); err != nil && !o.restoring {
		return a, err
	}
	owner, release, err := takeOwner(c.Data)
	if err != nil {
		return a, err
	}
	a.onStop("owner", func(context.Context) error { return release() })
	a.traces = tracing.New(tracing.Options{Endpoint: c.Traces, Share: c.TracesShare / 100, Node: owner.name, Version: o.Version, Log: a.log})
	a.onStop("traces", a.traces.Close)
	a.metrics.watchTraces(a.traces)
	a.reserve = newReserve(c.Data, c.Reserve, c.MinFree, a.log)
	a.stores, err = openStores(ctx, c.Stores, a.tenantOptions(), owner.name, a.keeper, a.reserve)
	if err != nil {
		return a, err
	}
	a.onStop("stores", func(context.Context) error { return a.stores.Close() })
	a.stores.Tables.LogDamage(a.log)
	a.witness = newWitness(c.Stores, a.stores.Objects, a.stores.Tables, a.log)
	if err := a.witness.check(ctx); err != nil {
		return a, err
	}
	if err := a.stores.erasures.Begin(a.witness.database); err != nil { // erasing goes on, and waits in the database
		a.log.Error("the log of erasures cannot be written", "file", c.ErasuresPath(), "err", err)
	}
	a.metrics.watchWitness(a.witness)
	a.metrics.watchStrays(&a.strays)
	a.metrics.watchDamage(a.stores.Tables)
	a.metrics.watchStores(a.stores)
	if err := a.stores.Tenants.Ensure(ctx, animo.DefaultTenant); err != nil {
		return a, err
	}
	a.leases = cluster.New(a.stores.Tables, cluster.Options{Owner: owner.name, Length: leaseLength})
	a.metrics.watchLeases(a.leases)
	a.clock = clock.New(a.stores.Tables, clock.Options{Tenant: clusterTenant, Now: o.Now, Passed: o.Passed, Grace: c.ClockGrace, Log: a.log})
	a.metrics.watchClock(a.clock)
	a.rates = rates.New(a.stores.Tables, rates.Options{Tenant: clusterTenant, Now: o.Now})
	spool, err := spoolFolder(c.Data, owner.slot)
	if err != nil {
		return a, err
	}
	a.bus = bus.New(a.stores.Queues, bus.Options{Log: a.log, Pauses: c.Pauses, Lease: c.Lease, Grace: c.StopTime / 2, Observer: a.metrics, Keeper: a.keeper, Tracer: a.traces.Tracer()})
	a.flow = opinions.New(a.stores.Tables, a.stores.Objects, a.bus, opinions.Options{
		Limits: opinions.Limits{
			FileBytes: c.MaxFile, Rows: c.MaxRows, RowBytes: c.MaxRow, KeepVersions: c.KeepVersions,
			IngestTime: c.IngestTime, TrainTime: c.TrainTime, Ingests: c.Ingests, Trainings: c.Trainings, Cores: runtime.GOMAXPROCS(0),
			Corrections: c.MaxCorrections, Compared: c.MaxCompared, CorrectionBytes: c.MaxText, Unpacked: c.MaxUnpacked, Whole: c.MaxWhole, Broken: c.MaxBroken / 100,
			ModelBytes: c.MaxModel, Batches: c.MaxBatches, KeepBatches: c.KeepBatches, KeepUsage: c.KeepUsage, BatchTime: c.BatchTime, BatchesAtOnce: c.Batches,
		},
		Spool: spool, Room: room(c.Data, c.MinFree), Exists: a.stores.Tenants.Exists, Erasures: a.stores.erasures, Now: a.now, Ages: a.clock, Program: o.Version, Log: a.log,
	})
	a.onStop("usage", a.flow.FlushUsage)
	a.classifier = classify.New(a.flow, classify.Options{
		Limits: classify.Limits{Texts: c.MaxTexts, TextBytes: c.MaxText, Models: c.ModelsLoaded}, Now: a.now,
	})
	engine, err := a.faceEngine(ctx, o.Faces)
	if err != nil {
		return a, err
	}
	a.removed = &scrub.Notes{}
	if a.notify, err = a.newNotifier(); err != nil {
		return a, err
	}
	if c.Runs(config.Notify) {
		if err := saySecrets(ctx, a.stores.Tables, sealer(a.stores.db, a.stores.Tenants), a.log); err != nil {
			return a, err
		}
	}
	a.onStop("webhooks", func(context.Context) error { a.notify.Close(); return nil })
	a.openFlows(engine, spool)
	if err := a.openInbox(); err != nil {
		return a, err
	}
	a.collections = collections.New(a.stores.Tables, collections.Options{Now: a.now, Erasures: a.stores.erasures})
	a.rekognition = a.speakRekognition(engine)
	if c.Runs(config.API) {
		err = a.open(ctx, o)
	}
	return a, err
}

// leaseLength is after how long another process takes over the tasks and the lines of a process that died.
const leaseLength = time.Minute

// functions returns the functions of all flows.
func (a *App) functions() []bus.Function {
	return slices.Concat(a.photos.Functions(), a.people.Functions(), a.notify.Functions(), a.flow.Functions())
}

// functionStats returns what each function did in this process.
func (a *App) functionStats() []bus.FunctionStats {
	var list []bus.FunctionStats
	for _, f := range a.functions() {
		stats := a.metrics.stats.Of(f.Name)
		if a.config.Runs(f.Name) {
			stats.Workers = max(1, f.Workers)
		}
		list = append(list, stats)
	}
	return list
}

// open makes the server and listens, unless that would let strangers in.
func (a *App) open(ctx context.Context, o Options) error {
	c := a.config
	locked, err := a.stores.Tenants.Locked(ctx)
	if err != nil {
		return err
	}
	if !locked && !c.Loopback() {
		return config.ErrNeedsKey(c.Listen)
	}
	a.needsKey = locked
	page := o.Page
	if page == nil {
		page = built.Page()
	}
	stopping := make(chan struct{})
	a.web, err = listen(ctx, c.Listen, c.MaxConnections, stopping, a.log, mayErase(httpapi.New(httpapi.Options{
		Version: o.Version, Opinions: a.flow, Classifier: a.classifier, Photos: a.photos, Layers: a.layers, Moods: a.moods, People: a.people, Subscriptions: a.notify, Queues: a.stores.Queues, Functions: a.functionStats, Keys: a.stores.Tenants, Tenants: administration{a.stores.Tenants, a.stores}, Page: page,
		Limits: httpapi.Limits{
			BodyBytes: c.MaxBody, Texts: c.MaxTexts, Moods: c.MaxMoods, Requests: c.MaxRequests,
			PhotoBytes: c.MaxPhoto, Streams: c.MaxStreams, RequestTime: c.RequestTime, UploadTime: c.UploadTime,
			Files: c.MaxFiles, UploadPause: c.UploadPause, AnswerPause: c.AnswerPause,
		},
		Local: a.local, Ready: a.checkReady, ClockHeld: a.clockHeld, Stopping: stopping, Metrics: a.metrics.handler(a.stores.Queues, a.now), AWS: a.awsHandler(),
		MetricsToken: c.MetricsToken, Observe: a.metrics.request, Tracer: a.traces.Tracer(), Now: a.now, Log: a.log,
	})))
	if err != nil {
		return err
	}
	a.onStop("listener", func(context.Context) error { return a.web.close() })
	return nil
}

// clockHeld reports whether the clock jumped and is not trusted yet. At the very first start it is not known yet, which nobody needs to be
// told.
func (a *App) clockHeld() bool {
	held, jumps := a.clock.Held()
	return held && jumps > 0
}

// Addr is the address that requests can be sent to; empty without the api.
func (a *App) Addr() string {
	if a.web == nil {
		return ""
	}
	return a.web.listener.Addr().String()
}

// PageQuery is the query that the page's address needs for the first browser that opens it; "" where it needs none.
func (a *App) PageQuery() string {
	if query := a.local.Query(); query != "" && !a.needsKey {
		return "/" + query
	}
	return ""
}

// Start serves, and runs the functions and the tasks, until Stop. The channel gets an error when the server or the
// functions fail for good; it gets nothing when they are stopped.
func (a *App) Start(ctx context.Context) <-chan error {
	failed := make(chan error, 2)
	a.onStop("work", a.halt)
	functions := slices.DeleteFunc(a.functions(), func(f bus.Function) bool { return !a.config.Runs(f.Name) })
	if err := a.startBus(ctx, functions); err != nil {
		failed <- err
		return failed
	}
	if a.web != nil {
		a.web.start(failed)
	}
	a.startTasks(ctx)
	a.ready.Store(true)
	about := []any{"functions", a.config.Functions, "data", a.config.Data}
	if addr := a.Addr(); addr != "" {
		about = append(about, "addr", addr)
	}
	if a.config.Inbox != "" {
		about = append(about, "inbox", a.config.Inbox)
	}
	a.log.Info("started", about...)
	return failed
}

// startBus starts the functions.
func (a *App) startBus(ctx context.Context, functions []bus.Function) error {
	// Every queue exists from the start, also those that other machines work on, so that no event is lost.
	if err := a.bus.Declare(ctx, a.functions()...); err != nil {
		return err
	}
	if len(functions) == 0 {
		return nil
	}
	return a.bus.Start(ctx, functions...)
}

// startTasks starts the tasks of this process.
func (a *App) startTasks(ctx context.Context) {
	tasks := &taskRunner{keeper: a.keeper, leases: a.leases}
	tasks.start(ctx, a.tasks())
	a.onStop("tasks", func(ctx context.Context) error { return tasks.stop(ctx, a.config.StopTime/2) })
}

// halt stops the server and the functions at the same time: no client gets in, no function claims another event, and requests
// and events that were begun have half of the time to end.
func (a *App) halt(ctx context.Context) error {
	functions := make(chan error, 1)
	go func() { functions <- a.bus.Stop(ctx) }()
	var err error
	if a.web != nil {
		err = a.web.stop(ctx, a.config.StopTime/2)
	}
	return errors.Join(err, <-functions)
}

func (a *App) onStop(name string, run func(context.Context) error) {
	a.stops = append(a.stops, stop{name, run})
}

// Stop undoes Start and New, last thing first, and reports every step that failed. When ctx ends, events that are worked on are
// returned to their queues. Stop may be called twice, and before Start.
func (a *App) Stop(ctx context.Context) error {
	a.ready.Store(false)
	return undo(ctx, &a.stops)
}

func undo(ctx context.Context, stops *[]stop) error {
	var errs error
	for _, s := range slices.Backward(*stops) {
		if err := s.run(ctx); err != nil {
			errs = errors.Join(errs, fmt.Errorf("stop %s: %w", s.name, err))
		}
	}
	*stops = nil
	return errs
}

package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"animo"
	"animo/internal/cluster"
	"animo/internal/collections"
	"animo/internal/config"
	"animo/internal/loop"
	"animo/internal/moods"
	"animo/internal/notify"
	"animo/internal/opinions"
	"animo/internal/people"
	"animo/internal/photos"
)

// Task is work that goes on outside functions and requests, from Start to Stop.
type Task struct {
	Name string
	// Once says that one process of all on the database runs the task: the one that holds the lease of such tasks. A process
	// that was halted and lost the lease may still be running the task for a moment, so Run may be run twice at a time.
	Once bool
	// Every is the time from the end of one run to the next. With 0, Run goes on until its context ends, and is called
	// again where it returns before.
	Every time.Duration
	// Run returns soon after its context ends. After an error or a panic it is called again sooner than Every says, with pauses
	// that grow.
	Run func(ctx context.Context) error
}

// tasks is the table of everything that goes on in this process outside functions and requests. A process that serves the
// API alone has tasks, too: it evicts, publishes again events that it could not publish, ends its erasures and scrubs.
func (a *App) tasks() []Task {
	every := a.config.SweepEvery
	list := []Task{
		{Name: "clock", Every: clockEvery, Run: a.clock.Look},
		{Name: "witness", Every: witnessEvery, Run: a.witness.step},
		{Name: "erasures", Every: every, Run: a.stores.erasures.Flush},
		{Name: "evict", Every: every, Run: a.evict},
		{Name: "reserve", Every: every, Run: a.reserve.fill},
		{Name: "photos", Every: every, Run: erasing(a.eachTenant(func(ctx context.Context, tenant string) error {
			_, err := a.photos.Sweep(ctx, tenant)
			return err
		}, photos.SweptTables()...))},
		{Name: "opinions", Every: every, Run: a.eachTenant(func(ctx context.Context, tenant string) error {
			_, err := a.flow.Sweep(ctx, tenant)
			return err
		}, opinions.SweptTables()...)},
		{Name: "usage", Every: usageEvery, Run: a.flow.FlushUsage},
		{Name: "collections", Every: every, Run: erasing(a.eachTenant(a.collections.Sweep, collections.SweptTables()...))},
	}
	if a.stores.db != nil {
		list = append(list, Task{Name: "database-clock", Every: serverClockEvery, Run: a.stores.db.ReadClock})
	}
	if a.runsFunctions() {
		list = append(list,
			Task{Name: "tenants", Once: true, Every: every, Run: erasing(a.finishTenants)},
			Task{Name: "moods", Once: true, Every: every, Run: erasing(a.eachTenant(a.moods.Sweep, moods.SweptTables()...))},
			Task{Name: "people", Once: true, Every: every, Run: erasing(a.eachTenant(a.people.Sweep, people.SweptTables()...))},
			Task{Name: "life", Once: true, Every: lifeEvery, Run: a.eachTenant(a.flow.WatchLife, opinions.WatchedTables()...)},
			Task{Name: "schedules", Once: true, Every: schedulesEvery, Run: a.eachTenant(a.flow.TrainDue, opinions.ScheduledTables()...)},
			Task{Name: "experiments", Once: true, Every: schedulesEvery, Run: a.eachTenant(a.flow.JudgeExperiments, opinions.ScheduledTables()...)},
			Task{Name: "layers", Once: true, Every: every, Run: a.eachTenant(a.layers.Learn, photos.LearnTables()...)},
			Task{Name: "strays", Once: true, Every: straysEvery, Run: func(ctx context.Context) error {
				return a.strays.look(ctx, a.stores.Tables, a.stores.Objects, a.now(), a.log)
			}},
			Task{Name: "retire", Once: true, Every: every, Run: a.retire},
		)
	}
	if a.config.Runs(config.Notify) {
		list = append(list,
			Task{Name: "notify", Every: every, Run: a.eachTenant(a.notify.Sweep, notify.SweptTables()...)},
			Task{Name: "notifier", Run: endless(a.notify.Run)},
		)
	}
	if a.config.Runs(config.API) || a.inbox != nil {
		list = append(list, Task{Name: "rates", Every: ratesEvery, Run: a.rates.Share})
	}
	if a.inbox != nil {
		list = append(list, Task{Name: "inbox", Run: endless(a.inbox.Run)})
	}
	return append(list, Task{Name: "scrub", Every: every, Run: erasing(a.scrub)}) // the last, because it scrubs what the others removed
}

// clockEvery is how often the clocks are compared, beside each removal for age, which compares them, too.
const clockEvery = 10 * time.Second

// usageEvery is how often it is written down what models answered, and lifeEvery how often somebody looks whether that has changed.
const (
	usageEvery = 10 * time.Second
	lifeEvery  = time.Hour
)

// schedulesEvery is how often it is looked whether a training is due, and whether an experiment has found something.
const schedulesEvery = 30 * time.Second

// serverClockEvery is how often the database server's clock is read.
const serverClockEvery = time.Minute

// ratesEvery is how often processes tell each other what tenants sent; see rates.Rates.Share.
const ratesEvery = time.Second

// runsFunctions reports whether any function runs in this process.
func (a *App) runsFunctions() bool {
	for _, f := range a.functions() {
		if a.config.Runs(f.Name) {
			return true
		}
	}
	return false
}

// endless makes a Run of a function that ends with its context alone.
func endless(run func(context.Context)) func(context.Context) error {
	return func(ctx context.Context) error {
		run(ctx)
		return nil
	}
}

// eachTenant makes a Run that calls run for every tenant, or for those that have rows in one of the tables. It goes on past a
// tenant for whom run fails or panics, and past one whose row cannot be read.
func (a *App) eachTenant(run func(ctx context.Context, tenant string) error, tables ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		list, err := a.tenantsWith(ctx, tables...)
		errs := []error{err}
		for _, t := range list {
			if ctx.Err() != nil {
				break
			}
			errs = append(errs, forTenant(t.ID, func() error { return run(ctx, t.ID) }))
		}
		return errors.Join(errs...)
	}
}

// tenantsWith lists the tenants that have rows in one of the tables; all tenants where no table is named. Beside an error it
// returns those that can be read.
func (a *App) tenantsWith(ctx context.Context, tables ...string) ([]animo.Tenant, error) {
	list, err := a.stores.Tenants.List(ctx)
	if len(tables) == 0 {
		return list, err
	}
	busy, failed := a.stores.Tables.Tenants(ctx, tables...)
	return slices.DeleteFunc(list, func(t animo.Tenant) bool {
		_, found := slices.BinarySearch(busy, t.ID)
		return !found
	}), errors.Join(err, failed)
}

// forTenant calls run and names the tenant in its error or panic.
func forTenant(tenant string, run func() error) error {
	err := loop.Recovered(run)
	if err != nil {
		err = fmt.Errorf("tenant %s: %w", tenant, err)
	}
	return err
}

// evict evicts what nobody asks for any more, and everything of tenants that are gone.
func (a *App) evict(ctx context.Context) error {
	list, err := a.stores.Tenants.List(ctx)
	if list != nil {
		a.people.Evict(idsOf(list))
		a.collections.Evict(idsOf(list))
		a.classifier.Evict(idsOf(list))
	}
	return err
}

func idsOf(tenants []animo.Tenant) []string {
	ids := make([]string, len(tenants))
	for i, t := range tenants {
		ids[i] = t.ID
	}
	return ids
}

// finishTenants ends the removals of tenants.
func (a *App) finishTenants(ctx context.Context) error {
	return a.stores.Tenants.Finish(ctx, func(ctx context.Context, tenant string) error {
		a.tenantErased.Store(true)
		return a.stores.erase(ctx, tenant)
	})
}

// retireStep is how many photos of a tenant are retired before another tenant gets its turn.
const retireStep = 200

// retire retires what was kept long enough, tenants in turn, until that is done or SweepEvery has passed by the process's own
// monotonic clock, because a.now may be set. A tenant for whom it fails gets no further turn.
func (a *App) retire(ctx context.Context) error {
	list, err := a.tenantsWith(ctx, slices.Concat(photos.RetiredTables(), moods.RetiredTables())...)
	errs := []error{err}
	for until := time.Now().Add(a.config.SweepEvery); len(list) > 0 && ctx.Err() == nil && time.Now().Before(until); {
		list = slices.DeleteFunc(list, func(t animo.Tenant) bool {
			more := false
			err := forTenant(t.ID, func() error {
				photos, photosErr := a.photos.Retire(ctx, t.ID, retireStep)
				measured, measuredErr := a.moods.Retire(ctx, t.ID, retireStep)
				more = photos || measured
				return errors.Join(photosErr, measuredErr)
			})
			errs = append(errs, err)
			return err != nil || !more
		})
	}
	return errors.Join(errs...)
}

// taskRunner runs tasks.
type taskRunner struct {
	keeper *loop.Keeper
	leases *cluster.Leases // for tasks with Once

	cancel  context.CancelFunc
	mu      sync.Mutex
	running map[string]bool
	ended   chan struct{} // closed when none runs any more
}

// start runs tasks beside the caller until stop.
func (r *taskRunner) start(ctx context.Context, tasks []Task) {
	ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	r.running, r.ended = map[string]bool{}, make(chan struct{})
	var all sync.WaitGroup
	var once []Task
	for _, t := range tasks {
		if t.Once {
			once = append(once, t)
		} else {
			all.Go(func() { r.run(ctx, t) })
		}
	}
	if len(once) > 0 {
		all.Go(func() { r.run(ctx, Task{Name: "lease", Run: r.underLease(once)}) })
	}
	go func() {
		all.Wait()
		close(r.ended)
	}()
}

// clusterTenant is the tenant among whose rows the lease of the tasks is. No request can be of that tenant.
const clusterTenant = "_cluster"

// underLease makes a Run that runs tasks while this process holds their lease.
func (r *taskRunner) underLease(tasks []Task) func(context.Context) error {
	return func(ctx context.Context) error {
		return r.leases.Hold(ctx, clusterTenant, "tasks", func(ctx context.Context, _ int64) error {
			var all sync.WaitGroup
			for _, t := range tasks {
				all.Go(func() { r.run(ctx, t) })
			}
			all.Wait()
			return ctx.Err()
		})
	}
}

// stop ends all tasks and waits for them, at most the time most; its error names the tasks that have not ended.
func (r *taskRunner) stop(ctx context.Context, most time.Duration) error {
	r.cancel()
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	select {
	case <-r.ended:
		return nil
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for name := range r.running {
		names = append(names, name)
	}
	if len(names) == 0 { // the last one ended just now
		return nil
	}
	slices.Sort(names)
	return fmt.Errorf("these tasks did not end: %s", strings.Join(names, ", "))
}

// run runs one task, again and again, until ctx ends.
func (r *taskRunner) run(ctx context.Context, t Task) {
	r.note(t.Name, true)
	defer r.note(t.Name, false)
	r.keeper.Run(ctx, t.Name, t.Every, t.Run)
}

// note keeps which tasks are running, for stop to name them.
func (r *taskRunner) note(task string, running bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if running {
		r.running[task] = true
	} else {
		delete(r.running, task)
	}
}

// Command queue measures Animo's queues in PostgreSQL beside River's (github.com/riverqueue/river) on the same server, in turns:
//
//	ANIMO_POSTGRES=postgres://USER@HOST/NAME go run . -events 20000 -workers 100 -rounds 3
//
// It is a module of its own, so that River is no part of what Animo is made of. Each is set up as its own documents say for throughput:
// River as its `river bench` does (a fetch each 2 ms), Animo as a server is (package bus).
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"animo"
	"animo/internal/bus"
	"animo/internal/bus/sqlbus"
	"animo/internal/sqldb"
)

// settings say what is measured.
type settings struct {
	server               string
	events, workers, put int
	tenants              int
}

// result is how many events a second were published, and claimed, worked on and acknowledged.
type result struct{ published, worked float64 }

func main() {
	s := settings{server: os.Getenv("ANIMO_POSTGRES")}
	flag.IntVar(&s.events, "events", 20000, "events in a round")
	flag.IntVar(&s.workers, "workers", 100, "events worked on at once")
	flag.IntVar(&s.put, "put", 100, "events published in one call")
	flag.IntVar(&s.tenants, "tenants", 1, "tenants of Animo's events")
	rounds := flag.Int("rounds", 3, "rounds, in turns")
	flag.Parse()
	if err := compare(context.Background(), s, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "queue:", err)
		os.Exit(1)
	}
}

func compare(ctx context.Context, s settings, rounds int) error {
	queues := []struct {
		name string
		run  func(ctx context.Context, url string, s settings) (result, error)
	}{{"animo", runAnimo}, {"river", runRiver}}
	all := map[string][]result{}
	for range rounds {
		for _, q := range queues {
			err := inSchema(ctx, s.server, func(url string) error {
				r, err := q.run(ctx, url, s)
				all[q.name] = append(all[q.name], r)
				fmt.Printf("%s: %6.0f published, %6.0f worked a second\n", q.name, r.published, r.worked)
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
		}
	}
	for _, q := range queues {
		of := func(what func(result) float64) float64 {
			var list []float64
			for _, r := range all[q.name] {
				list = append(list, what(r))
			}
			slices.Sort(list)
			return list[len(list)/2]
		}
		fmt.Printf("%s, median of %d: %6.0f published, %6.0f worked a second\n", q.name, rounds,
			of(func(r result) float64 { return r.published }), of(func(r result) float64 { return r.worked }))
	}
	return nil
}

// inSchema calls run with the address of a new schema, and drops it.
func inSchema(ctx context.Context, server string, run func(url string) error) error {
	u, err := url.Parse(server)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	name := "bench_" + strings.ToLower(rand.Text())
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+name); err != nil {
		return err
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	err = run(u.String())
	_, dropErr := conn.Exec(ctx, "DROP SCHEMA "+name+" CASCADE")
	if err == nil {
		err = dropErr
	}
	return err
}

// rates makes the result of what took so long.
func (s settings) rates(published, worked time.Duration) result {
	return result{float64(s.events) / published.Seconds(), float64(s.events) / worked.Seconds()}
}

// runAnimo publishes all events, and then starts the workers.
func runAnimo(ctx context.Context, url string, s settings) (result, error) {
	db, err := sqldb.Open(ctx, url, sqldb.Options{})
	if err != nil {
		return result{}, err
	}
	defer db.Close()
	driver, err := sqlbus.New(ctx, db, sqlbus.Options{Owner: "bench", Listen: true})
	if err != nil {
		return result{}, err
	}
	defer driver.Close()
	b := bus.New(driver, bus.Options{Log: slog.New(slog.DiscardHandler)})
	left, done := atomic.Int64{}, make(chan struct{})
	left.Store(int64(s.events))
	work := bus.Function{Name: "work", On: []string{"work"}, Workers: s.workers, Handle: func(context.Context, animo.Event) error {
		if left.Add(-1) == 0 {
			close(done)
		}
		return nil
	}}
	if err := b.Declare(ctx, work); err != nil {
		return result{}, err
	}
	began := time.Now()
	for i := 0; i < s.events; i += s.put {
		var list []animo.Event
		for j := i; j < min(i+s.put, s.events); j++ {
			list = append(list, animo.Event{ID: fmt.Sprint(j), Type: "work", Tenant: fmt.Sprint("tenant-", j%s.tenants), Source: "bench"})
		}
		if err := b.Publish(ctx, list...); err != nil {
			return result{}, err
		}
	}
	published := time.Since(began)
	began = time.Now()
	if err := b.Start(ctx, work); err != nil {
		return result{}, err
	}
	<-done
	if err := b.Stop(ctx); err != nil { // the last ones are acknowledged
		return result{}, err
	}
	return s.rates(published, time.Since(began)), nil
}

// job is what River carries.
type job struct{ N int }

func (job) Kind() string { return "work" }

// worker counts jobs.
type worker struct {
	river.WorkerDefaults[job]
	work func()
}

func (w *worker) Work(context.Context, *river.Job[job]) error { w.work(); return nil }

// runRiver does the same with River.
func runRiver(ctx context.Context, url string, s settings) (result, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return result{}, err
	}
	c.MaxConns = 16 // as many as Animo has
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return result{}, err
	}
	defer pool.Close()
	driver := riverpgxv5.New(pool)
	log := slog.New(slog.DiscardHandler)
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: log})
	if err != nil {
		return result{}, err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return result{}, err
	}
	left, done := atomic.Int64{}, make(chan struct{})
	left.Store(int64(s.events))
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{work: func() {
		if left.Add(-1) == 0 {
			close(done)
		}
	}})
	client, err := river.NewClient(driver, &river.Config{
		Queues:        map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: s.workers}},
		FetchCooldown: 2 * time.Millisecond, FetchPollInterval: 20 * time.Millisecond, Logger: log, Workers: workers,
	})
	if err != nil {
		return result{}, err
	}
	began := time.Now()
	for i := 0; i < s.events; i += s.put {
		var list []river.InsertManyParams
		for j := i; j < min(i+s.put, s.events); j++ {
			list = append(list, river.InsertManyParams{Args: job{j}})
		}
		if _, err := client.InsertMany(ctx, list); err != nil {
			return result{}, err
		}
	}
	published := time.Since(began)
	began = time.Now()
	if err := client.Start(ctx); err != nil {
		return result{}, err
	}
	<-done
	if err := client.Stop(ctx); err != nil { // the last ones are acknowledged
		return result{}, err
	}
	return s.rates(published, time.Since(began)), nil
}

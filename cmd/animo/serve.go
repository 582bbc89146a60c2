package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math"
	"net"
	"os"
	"runtime"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/alecthomas/kong"
	"github.com/lmittmann/tint"

	"animo"
	"animo/internal/app"
	"animo/internal/config"
)

// serveCmd runs the server until the process is asked to stop.
type serveCmd struct {
	config.Config `embed:""`
	File          kong.ConfigFlag `name:"config" placeholder:"FILE" help:"YAML file with settings, each under its flag's name."`
}

// Help returns examples for animo serve --help.
func (serveCmd) Help() string {
	return `It takes photos, finds the faces in them and records, streams and tells the moods of these; and it takes files
of labelled opinions, trains models on them and classifies with these. The page at /docs says how.

Examples:
  animo serve                                      on http://127.0.0.1:8080, everything in ./data
  animo serve --data /var/lib/animo --log json
  animo keys add && animo serve --listen :8080     reachable from other machines, with a key
  animo serve --inbox /srv/fotos                   takes photos from that folder, too
  animo serve --functions ingest,train,publish     a worker without the API, on the same data

Settings can stand in a YAML file (--config FILE), one "flag: value" a line; environment variables are
stronger than the file, flags stronger than both. Stop it with Ctrl-C or SIGTERM: running work is given
back and goes on at the next start.`
}

// now is the clock of a server that a test runs; nil means the system's.
var now func() time.Time

// Run serves. It returns when ctx ends and everything has stopped.
func (s *serveCmd) Run(ctx context.Context, c *console) error {
	log, err := newLogger(c, s.Log, s.LogLevel)
	if err != nil {
		return err
	}
	limitMemory(log)
	a, err := app.New(ctx, s.Config, app.Options{Version: animo.Release(), Log: log, Now: now})
	if err != nil {
		return err
	}
	if s.Runs("analyse") {
		makeRoom(s.Analyses)
	}
	failed := a.Start(ctx)
	if addr := a.Addr(); addr != "" {
		c.note("ready on http://%s  (docs at /docs; Ctrl-C stops)", "listo en http://%s  (documentación en /docs; Ctrl-C detiene)", browsable(addr)+a.PageQuery())
	}
	if s.Inbox != "" {
		c.note("files are taken from %s", "se toman archivos de %s", printable(s.Inbox))
	}
	var serveErr error
	select {
	case <-ctx.Done():
	case serveErr = <-failed:
	}
	log.Info("stopping", "within", s.StopTime)
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.StopTime)
	defer cancel()
	return errors.Join(serveErr, a.Stop(stopCtx))
}

// makeRoom lets the analyses, each of which keeps a thread busy, run beside as many threads as there are cores. The
// system then shares the cores out, and requests go first (package background). What is sized by the number
// of cores has been by now: it stays as it is.
func makeRoom(analyses int) {
	cores := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(cores + cmp.Or(analyses, cores))
}

// memoryShare is how much of what a container may have in memory Go's own memory may take. The rest is for what Go does not
// count: the page cache that the container is charged for, and stacks of the system.
const memoryShare = 0.85

// limitMemory makes Go's garbage collector work harder before a container's limit of memory is reached, where there is one, unless the
// environment sets GOMEMLIMIT itself.
func limitMemory(log *slog.Logger) {
	limit, err := memlimit.Set(memlimit.WithRatio(memoryShare), memlimit.WithProvider(memlimit.FromCgroup))
	switch {
	case err != nil:
		log.Debug("no limit of memory is known", "err", err)
	case limit > 0 && limit < math.MaxInt64:
		log.Info("memory is limited", "bytes", limit)
	}
}

// browsable names an address that a browser on this machine can open.
func browsable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// newLogger writes to stderr, in colour where that is a terminal.
func newLogger(c *console, format, level string) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, err
	}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(c.stderr, &slog.HandlerOptions{Level: least})), nil
	}
	return slog.New(tint.NewTextHandler(c.stderr, &tint.Options{Level: least, NoColor: !terminal(c.stderr) || os.Getenv("NO_COLOR") != ""})), nil
}

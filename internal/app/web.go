package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"animo"
	"animo/internal/peer"
)

// web is the server of the API.
type web struct {
	http.Server
	listener *connections
	stopping chan struct{}  // closed when waiting requests must end
	served   chan struct{}  // closed when no more connections are accepted; nil before start
	open     sync.WaitGroup // connections
	log      *slog.Logger
}

// maxHeader bounds a request's line and headers, in bytes: no name is longer than 128, no key than 100.
const maxHeader = 32 << 10

// listen opens the address; nothing is served before start. What handles requests must end those that wait
// when stopping is closed.
func listen(ctx context.Context, addr string, most int, stopping chan struct{}, log *slog.Logger, handler http.Handler) (*web, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, cannotListen(addr, err)
	}
	listener := limitConnections(l, connectionsOf(most))
	w := &web{listener: listener, stopping: stopping, log: log}
	w.Server = http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    maxHeader,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		ConnContext:       peer.With,
		ConnState: func(conn net.Conn, state http.ConnState) {
			listener.state(conn, state)
			switch state {
			case http.StateNew:
				w.open.Add(1)
			case http.StateClosed, http.StateHijacked:
				w.open.Done()
			}
		},
	}
	return w, nil
}

// mostConnections is how many connections are open at once where the system tells no limit of open files.
const mostConnections = 10_000

// connectionsOf is how many connections may be open at once: as many as the setting says, but at most three quarters of the
// files and connections that the process may have open, because its stores need the rest.
func connectionsOf(setting int) int {
	most := mostConnections
	if files, known := openFiles(); known {
		most = int(min(files/4*3, 1<<20))
	}
	if setting > 0 {
		most = min(most, setting)
	}
	return max(most, 1)
}

// cannotListen answers why the server cannot listen on an address, and what to do.
func cannotListen(addr string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return animo.Errorf(animo.Conflict, "address %s is in use by another program; stop it, or take another address with --listen",
			"la dirección %s la usa otro programa; deténgalo o elija otra dirección con --listen", addr).Because(err)
	case errors.Is(err, syscall.EACCES):
		return animo.Errorf(animo.Forbidden, "this user may not serve on %s; take a port from 1024 on with --listen",
			"este usuario no puede servir en %s; elija un puerto a partir de 1024 con --listen", addr).Because(err)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return animo.Errorf(animo.Invalid, "%s is not an address of this machine; take one that is with --listen, or leave out the host to serve on all of them",
			"%s no es una dirección de esta máquina; elija una con --listen, o deje el nombre vacío para servir en todas", addr).Because(err)
	}
	return animo.Errorf(animo.Invalid, "%s cannot be served on: %v; take another address with --listen",
		"no se puede servir en %s: %v; elija otra dirección con --listen", addr, err)
}

// start serves until stop; failed gets the error of a server that ends before.
func (w *web) start(failed chan<- error) {
	w.served = make(chan struct{})
	go func() {
		defer close(w.served)
		if err := w.Serve(w.listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serve: %w", err)
		}
	}()
}

// stop accepts no more connections, ends waiting requests at once, gives other requests the grace period to end, and then
// closes their connections, which ends them, too. It returns when no connection is left, or with ctx's error.
func (w *web) stop(ctx context.Context, grace time.Duration) error {
	if w.served == nil {
		return nil
	}
	close(w.stopping)
	drain, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	if err := w.Shutdown(drain); err != nil {
		w.log.Warn("closing the connections of requests that did not end", "err", err)
		if err := w.Close(); err != nil {
			return err
		}
	}
	<-w.served
	left := make(chan struct{})
	go func() {
		w.open.Wait()
		close(left)
	}()
	select {
	case <-left:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("a request did not end: %w", ctx.Err())
	}
}

// close frees the address.
func (w *web) close() error {
	if err := w.listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

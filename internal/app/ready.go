package app

import (
	"context"
	"sync"
	"time"

	"animo"
	"animo/internal/table"
)

// readyFor is for how long the result of a readiness check is given to others who ask.
const readyFor = 3 * time.Second

// writing finds out whether the database can be written to, because a database that can only be read passes every other check.
type writing struct {
	mu  sync.Mutex
	at  time.Time // when a write was tried last
	err error     // the result of that
}

// try writes a row, the same one in every process, unless that was tried less than readyFor ago, and returns the result.
func (w *writing) try(ctx context.Context, rows *table.Table) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := time.Now(); w.at.IsZero() || now.Sub(w.at) >= readyFor {
		w.err = rows.Put(ctx, clusterTenant, "ready", table.Row{Key: "write", Value: []byte(`{}`)})
		w.at = now
	}
	return w.err
}

// checkReady answers an error that says why requests cannot be served.
func (a *App) checkReady(ctx context.Context) error {
	if !a.ready.Load() {
		return animo.Errorf(animo.Unavailable, "the server is starting or stopping", "el servidor está arrancando o parándose")
	}
	return a.writing.try(ctx, a.stores.Tables)
}

package app

import (
	"context"
	"sync"
	"time"

	"animo"
	"animo/internal/table"
)

// readyFor is how long a readiness check counts, however many ask.
const readyFor = 3 * time.Second

// writing finds out whether the database can be written to. A database that can only be read looks well to every other check.
type writing struct {
	mu  sync.Mutex
	at  time.Time // when it was tried last
	err error     // what came of that
}

// try writes a row, unless it was tried a moment ago.
func (w *writing) try(ctx context.Context, rows *table.Table, owner string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := time.Now(); w.at.IsZero() || now.Sub(w.at) >= readyFor {
		w.err = rows.Put(ctx, clusterTenant, "ready", table.Row{Key: owner, Value: []byte(`{}`)})
		w.at = now
	}
	return w.err
}

// checkReady answers an error that says why requests cannot be served.
func (a *App) checkReady(ctx context.Context) error {
	if !a.ready.Load() {
		return animo.Errorf(animo.Unavailable, "the server is starting or stopping", "el servidor está arrancando o parándose")
	}
	return a.writing.try(ctx, a.stores.Tables, a.owner)
}

package app

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"animo"
	"animo/internal/object"
	"animo/internal/opinions"
	"animo/internal/people"
	"animo/internal/photos"
	"animo/internal/table"
)

// A stray is an object that no row speaks of. The database has lost its row, or whoever removed it broke off; nothing erases it.

// strayAge is how old an object is before it is taken for a stray: younger ones may be about to get their rows.
const strayAge = time.Hour

// isStray reports whether no row speaks of an object. Of names that nobody in this program gives it knows nothing, and reports false.
func isStray(ctx context.Context, tables *table.Table, o object.Listed) (bool, error) {
	for _, owner := range []struct {
		keys  []table.Key
		stray func([]table.Row) bool
	}{{photos.OwnerKeys(o.Name), photos.Stray}, {people.OwnerKeys(o.Name), noRow}, {opinions.OwnerKeys(o.Name), noRow}} {
		if len(owner.keys) == 0 {
			continue
		}
		rows, err := tables.Read(ctx, o.Tenant, owner.keys...)
		return err == nil && owner.stray(rows), err
	}
	return false, nil
}

func noRow(rows []table.Row) bool { return rows[0].Rev == 0 }

// eachStray calls each with every stray that a store has.
func eachStray(ctx context.Context, tables *table.Table, objects object.Store, now time.Time, each func(object.Listed) error) error {
	store, ok := objects.(object.Lister)
	if !ok {
		return nil
	}
	for o, err := range store.List(ctx) {
		if err != nil {
			return err
		}
		if now.Sub(o.Modified) < strayAge {
			continue
		}
		stray, err := isStray(ctx, tables, o)
		if err == nil && stray {
			err = each(o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// strays is how many strays the server found last.
type strays struct{ count atomic.Int64 }

// How often the server looks for strays, and for how long: each look reads the names of all objects.
const (
	straysEvery = 24 * time.Hour
	straysTime  = time.Minute
)

// look counts the strays, and tells the log of another number than the last.
func (s *strays) look(ctx context.Context, tables *table.Table, objects object.Store, now time.Time, log *slog.Logger) error {
	limited, cancel := context.WithTimeout(ctx, straysTime)
	defer cancel()
	n, bytes := int64(0), int64(0)
	err := eachStray(limited, tables, objects, now, func(o object.Listed) error {
		n, bytes = n+1, bytes+o.Size
		return nil
	})
	if err != nil && !(animo.CodeOf(err) == animo.Timeout || errors.Is(err, context.DeadlineExceeded)) {
		return err
	}
	if before := s.count.Swap(n); n != before && n > 0 {
		log.Warn("files are kept that no row speaks of, and that nothing erases; animo doctor lists them and can erase them", "files", n, "bytes", bytes, "all_looked_at", err == nil)
	}
	return nil
}

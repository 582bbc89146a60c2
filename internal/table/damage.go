package table

import (
	"context"
	"iter"
	"log/slog"
	"sync"
)

// damage notes the rows whose values cannot be read.
type damage struct {
	mu   sync.Mutex
	rows map[damagedRow]bool
	log  *slog.Logger // nil means slog.Default
}

type damagedRow struct{ tenant, table, key string }

// maxDamage is how many damaged rows are told apart; of more nobody is told anything new.
const maxDamage = 10_000

// LogDamage chooses the log that is told of rows which cannot be read; without it that is slog.Default.
func (t *Table) LogDamage(log *slog.Logger) { t.damage.log = log }

// Damaged is how many rows were left out since the start because they cannot be read.
func (t *Table) Damaged() int {
	t.damage.mu.Lock()
	defer t.damage.mu.Unlock()
	return len(t.damage.rows)
}

// LeaveOut notes that a list goes on without a row whose value cannot be read, which the log is told once. The row stays where it is.
func (t *Table) LeaveOut(tenant, table, key string, err error) {
	row, d := damagedRow{tenant, table, key}, t.damage
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.rows[row] || len(d.rows) == maxDamage {
		return
	}
	d.rows[row] = true
	log := d.log
	if log == nil {
		log = slog.Default()
	}
	log.Error("a row cannot be read and is left out of lists", "tenant", tenant, "table", table, "key", key, "err", err)
}

// ReadableRows yields the rows in r as JSONRows does, without those whose values cannot be read: one damaged row must not take
// a whole list along. An error is the last element.
func ReadableRows[T any](ctx context.Context, t *Table, tenant, table string, r Range, reverse bool) iter.Seq2[JSONRow[T], error] {
	return func(yield func(JSONRow[T], error) bool) {
		for row, err := range JSONRows[T](ctx, t, tenant, table, r, reverse) {
			if err != nil && row.Key != "" {
				t.LeaveOut(tenant, table, row.Key, err)
				continue
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

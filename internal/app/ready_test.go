package app

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/table"
	"animo/internal/table/memtable"
)

// fullDriver is a table that may be on a full disk.
type fullDriver struct {
	table.Driver
	full   bool
	writes int
}

// Commit implements table.Driver.
func (d *fullDriver) Commit(ctx context.Context, tenant string, rev int64, ops ...table.Op) error {
	d.writes++
	if d.full {
		return animo.Errorf(animo.NoSpace, "the disk is full", "el disco está lleno")
	}
	return d.Driver.Commit(ctx, tenant, rev, ops...)
}

func TestWriting_is_tried_once_in_a_while(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &fullDriver{Driver: memtable.New(memtable.DynamoDB)}
		rows := table.New(d)
		var w writing
		want := func(when string, code animo.Code, writes int) {
			t.Helper()
			for range 100 {
				if err := w.try(t.Context(), rows); animo.CodeOf(err) != code {
					t.Errorf("%s: %v, want %q", when, err, code)
				}
			}
			if d.writes != writes {
				t.Errorf("%s: %d writes, want %d", when, d.writes, writes)
			}
		}
		want("at first", "", 1)
		d.full = true
		want("a moment later", "", 1)
		time.Sleep(readyFor)
		want("on a full disk", animo.NoSpace, 2)
		d.full = false
		want("with space a moment later", animo.NoSpace, 2)
		time.Sleep(readyFor)
		want("with space", "", 3)
	})
}

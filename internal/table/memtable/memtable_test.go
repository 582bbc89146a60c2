package memtable_test

import (
	"testing"

	"animo/internal/table"
	"animo/internal/table/memtable"
	"animo/internal/table/tabletest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDriver(t *testing.T) {
	for name, limits := range map[string]table.Limits{
		"DynamoDB": {}, "as small as may be": {Ops: 25, Value: 256 << 10}, "large": {Ops: 20_000, Value: table.MaxValue},
	} {
		t.Run(name, func(t *testing.T) {
			tabletest.Run(t, func(*testing.T) table.Driver { return memtable.New(limits) })
		})
	}
}

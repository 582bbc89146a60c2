package sqlbus_test

import (
	"testing"
	"testing/synctest"

	"animo/internal/bus"
	"animo/internal/bus/bustest"
	"animo/internal/bus/sqlbus"
	"animo/internal/postgrestest"
	"animo/internal/sqldb"
)

func TestDriver_on_PostgreSQL(t *testing.T) {
	bustest.Run(t, bustest.Engine{
		Open: func(t *testing.T) func() bus.Driver {
			url := postgrestest.URL(t)
			return func() bus.Driver { return openURL(t, url, sqldb.Options{}, sqlbus.Options{}) }
		},
		Test: synctest.Test,
	})
}

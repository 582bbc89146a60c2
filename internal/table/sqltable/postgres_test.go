package sqltable_test

import (
	"testing"

	"animo/internal/postgrestest"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/sqltable"
	"animo/internal/table/tabletest"
)

func TestDriver_on_PostgreSQL(t *testing.T) {
	tabletest.Run(t, func(t *testing.T) table.Driver { return sqltable.New(openPostgres(t)) })
}

func openPostgres(t testing.TB) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), postgrestest.URL(t), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

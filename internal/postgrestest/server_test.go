package postgrestest_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"animo/internal/postgrestest"
)

func TestServer_that_is_killed_has_what_was_committed(t *testing.T) {
	s := postgrestest.Start(t)
	c, err := pgx.Connect(t.Context(), s.Restart().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(t.Context(), "CREATE TABLE n AS SELECT 7 AS n"); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if _, err := c.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Error("a server that was killed answers")
	}
	_ = c.Close(t.Context())
	c, err = pgx.Connect(t.Context(), s.Restart().String())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := c.QueryRow(t.Context(), "SELECT n FROM n").Scan(&n); err != nil || n != 7 {
		t.Errorf("%d, %v", n, err)
	}
	_ = c.Close(t.Context())
}

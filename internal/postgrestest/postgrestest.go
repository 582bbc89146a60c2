// Package postgrestest gives tests a real PostgreSQL. Begin at URL.
package postgrestest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"animo/internal/sharedtest"
)

// Tables returns where a test that does not care has its tables: the SQLite file at path, or, where
// ANIMO_TEST_TABLES=postgres, what URL returns.
func Tables(t testing.TB, path string) string {
	t.Helper()
	if os.Getenv("ANIMO_TEST_TABLES") == "postgres" {
		return URL(t)
	}
	return "sqlite:" + path
}

// URL returns the address of a new, empty schema in the database that the environment variable ANIMO_POSTGRES names
// (postgres://USER@HOST:PORT/NAME, of a user who may make schemas), and drops it at the end of the test. The schema's name is the
// application's of those who connect, too. Without that variable the test is skipped, or fails where ANIMO_REQUIRE_POSTGRES=1.
func URL(t testing.TB) string {
	t.Helper()
	server := sharedtest.Server(t, "POSTGRES", "postgres")
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("ANIMO_POSTGRES: %v", err)
	}
	name := "animo_" + strings.ToLower(rand.Text())
	run(t, t.Context(), server, "CREATE SCHEMA "+name)
	t.Cleanup(func() { run(t, context.Background(), server, "DROP SCHEMA "+name+" CASCADE") })
	q := u.Query()
	q.Set("search_path", name)
	q.Set("application_name", name)
	u.RawQuery = q.Encode()
	return u.String()
}

func run(t testing.TB, ctx context.Context, server, statement string) {
	t.Helper()
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	if _, err := c.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}

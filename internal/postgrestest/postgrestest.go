// Package postgrestest gives tests a real PostgreSQL. Begin at URL.
package postgrestest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Tables returns the address of a new database for a test that does not care which: the SQLite file at path, or, where
// ANIMO_TEST_TABLES=postgres, what URL returns.
func Tables(t testing.TB, path string) string {
	t.Helper()
	if os.Getenv("ANIMO_TEST_TABLES") == "postgres" {
		return URL(t)
	}
	return "sqlite:" + path
}

// URL returns the address of a new, empty database on the server that the environment variable ANIMO_POSTGRES names
// (postgres://USER@HOST:PORT/NAME, of a user who may make databases), and drops it at the end of the test. Without that variable the
// test is skipped, or fails where ANIMO_REQUIRE_POSTGRES=1.
func URL(t testing.TB) string {
	t.Helper()
	server := os.Getenv("ANIMO_POSTGRES")
	if server == "" {
		const how = "ANIMO_POSTGRES names no PostgreSQL server; `make postgres` starts one"
		if os.Getenv("ANIMO_REQUIRE_POSTGRES") == "1" {
			t.Fatal(how)
		}
		t.Skip("SKIPPED: " + how)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("ANIMO_POSTGRES: %v", err)
	}
	name := "animo_" + strings.ToLower(rand.Text())
	run(t, t.Context(), server, "CREATE DATABASE "+name)
	t.Cleanup(func() { run(t, context.Background(), server, fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name)) })
	u.Path = "/" + name
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

// Package s3test gives tests a real S3 server. Begin at URL.
package s3test

import (
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"

	"animo/internal/sharedtest"
)

// Objects returns the address of a new store of objects for a test that does not care which: the folder dir, or, where
// ANIMO_TEST_OBJECTS=s3, what URL returns.
func Objects(t testing.TB, dir string) string {
	t.Helper()
	if os.Getenv("ANIMO_TEST_OBJECTS") == "s3" {
		return URL(t)
	}
	return "file:" + dir
}

// URL returns the address of a new, empty place for objects, a prefix of its own, in the bucket that the environment variable ANIMO_S3
// names (s3://BUCKET?endpoint=URL); AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY have the credentials. What the test leaves there stays.
// Without ANIMO_S3 the test is skipped, or fails where ANIMO_REQUIRE_S3=1.
func URL(t testing.TB) string {
	t.Helper()
	u := server(t)
	u.Path = "/" + strings.ToLower(rand.Text())
	return u.String()
}

// Bucket is URL for a bucket of that name, which may not be there.
func Bucket(t testing.TB, name string) string {
	t.Helper()
	u := server(t)
	u.Host = name
	return u.String()
}

func server(t testing.TB) *url.URL {
	t.Helper()
	u, err := url.Parse(sharedtest.Server(t, "S3", "s3"))
	if err != nil || u.Scheme != "s3" {
		t.Fatalf("ANIMO_S3 is no s3://BUCKET?endpoint=URL: %v", err)
	}
	return u
}

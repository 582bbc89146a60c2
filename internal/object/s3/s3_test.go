package s3_test

import (
	"testing"

	"go.uber.org/goleak"

	"animo/internal/object"
	"animo/internal/object/objecttest"
	"animo/internal/object/s3"
	"animo/internal/s3test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, url string) object.Store {
	t.Helper()
	s, err := s3.Open(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestStore(t *testing.T) {
	objecttest.Run(t, func(t *testing.T) object.Store { return open(t, s3test.URL(t)) })
}

func BenchmarkStore(b *testing.B) { objecttest.Bench(b, open(b, s3test.URL(b))) }

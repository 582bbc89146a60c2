package dynamotable_test

import (
	"flag"
	"log/slog"
	"testing"

	"animo/internal/awstest"
	"animo/internal/table"
	"animo/internal/table/dynamotable"
	"animo/internal/table/tabletest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	flag.Parse()
	goleak.VerifyTestMain(m)
}

func open(t testing.TB, url string, o dynamotable.Options) *dynamotable.Driver {
	t.Helper()
	d, err := dynamotable.Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestDriver(t *testing.T) {
	awstest.Endpoint(t)
	if err := flag.Set("rapid.checks", "10"); err != nil { // each check is hundreds of calls over a connection
		t.Fatal(err)
	}
	tabletest.Run(t, func(t *testing.T) table.Driver {
		return open(t, awstest.Tables(t), dynamotable.Options{Log: slog.New(slog.DiscardHandler)})
	})
}

package dynamotable_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"animo"
	"animo/internal/awstest"
	"animo/internal/table"
	"animo/internal/table/dynamotable"
)

// refusal is how DynamoDB refuses a call.
func refusal(w http.ResponseWriter, code, more string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = fmt.Fprintf(w, `{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"no"%s}`, code, more)
}

// An answer is lost after DynamoDB has done what it was asked for. The call is made again, and counts once.
func TestCommit_whose_answer_is_lost_is_done_once(t *testing.T) {
	var lose atomic.Bool
	var direct string
	endpoint := awstest.Watch(t, func(w http.ResponseWriter, r *http.Request, call string) bool {
		if call != "dynamodb:TransactWriteItems" || !lose.CompareAndSwap(true, false) {
			return false
		}
		req, err := http.NewRequestWithContext(r.Context(), r.Method, direct, r.Body)
		if err != nil {
			t.Error(err)
			return false
		}
		req.Header = r.Header
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return false
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		panic(http.ErrAbortHandler) // the connection ends without an answer
	})
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	direct = awstest.Endpoint(t)
	rows := table.New(open(t, awstest.At("dynamodb:", endpoint), dynamotable.Options{Log: slog.New(slog.DiscardHandler)}))
	for i := range 3 {
		lose.Store(true)
		key := fmt.Sprint(i)
		if err := rows.Commit(t.Context(), "t", table.PutNew("x", key, []byte("v")), table.Count("x", "all", 1, 0.5), table.Append("log", "x", key)); err != nil {
			t.Fatal(err)
		}
		if lose.Load() {
			t.Fatal("no answer was lost")
		}
	}
	for tally, err := range rows.Tallies(t.Context(), "t", "x", table.Range{}) {
		if err != nil || tally.N != 3 || tally.Sum != 1.5 {
			t.Errorf("%+v, %v, want 3 and 1.5", tally, err)
		}
	}
	if places, err := rows.Log(t.Context(), "t", "log", 0, 10); err != nil || len(places) != 3 {
		t.Errorf("%v, %v, want 3 places", places, err)
	}
}

// What passes alone is waited for; what somebody else changed is a conflict at once.
func TestCommit_tells_what_passes_from_a_conflict(t *testing.T) {
	const cancelled = `,"CancellationReasons":[{"Code":%q,"Message":"no"}]`
	for _, c := range []struct {
		name, code, more string
		want             animo.Code
		calls            int64
	}{
		{"a transaction in the way", "TransactionCanceledException", fmt.Sprintf(cancelled, "TransactionConflict"), "", 3},
		{"a busy partition in a transaction", "TransactionCanceledException", fmt.Sprintf(cancelled, "ThrottlingError"), "", 3},
		{"the same call under way", "TransactionInProgressException", "", "", 3},
		{"a busy table", "ProvisionedThroughputExceededException", "", "", 3},
		{"a busy account", "ThrottlingException", "", "", 3},
		{"another revision", "TransactionCanceledException", fmt.Sprintf(cancelled, "ConditionalCheckFailed"), animo.Conflict, 1},
		{"credentials that have ended", "ExpiredTokenException", "", animo.Unavailable, 1},
		{"credentials that may not", "AccessDeniedException", "", animo.Unavailable, 1},
		{"a table that is gone", "ResourceNotFoundException", "", animo.Unavailable, 1},
		{"a call that is not understood", "ValidationException", "", animo.Internal, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var calls atomic.Int64
			endpoint := awstest.Watch(t, func(w http.ResponseWriter, r *http.Request, call string) bool {
				if call != "dynamodb:TransactWriteItems" || calls.Add(1) > 2 {
					return false
				}
				refusal(w, c.code, c.more)
				return true
			})
			d := open(t, awstest.At("dynamodb:", endpoint), dynamotable.Options{Log: slog.New(slog.DiscardHandler)})
			err := d.Commit(t.Context(), "t", 7, table.Put("x", "k", []byte("v")))
			if animo.CodeOf(err) != c.want || calls.Load() != c.calls {
				t.Errorf("%v after %d calls, want %q after %d", err, calls.Load(), c.want, c.calls)
			}
			if rows, err := d.Read(t.Context(), "t", table.Key{Table: "x", Key: "k"}); err != nil || (rows[0].Rev == 7) != (c.want == "") {
				t.Errorf("%+v, %v", rows, err)
			}
		})
	}
}

// An operator is told at once what the first call fails for.
func TestOpen_says_what_is_wrong(t *testing.T) {
	awstest.Endpoint(t)
	for code, want := range map[string]animo.Code{"UnrecognizedClientException": animo.Forbidden, "AccessDeniedException": animo.Forbidden, "ExpiredTokenException": animo.Forbidden} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { refusal(w, code, "") }))
		if _, err := dynamotable.Open(t.Context(), awstest.At("dynamodb:", server.URL), dynamotable.Options{}); animo.CodeOf(err) != want || animo.ReasonOf(err).Field != "tables" {
			t.Errorf("%s: %v, want %s of tables", code, err, want)
		}
		server.Close()
	}
	if _, err := dynamotable.Open(t.Context(), "dynamodb:animo?endpoint=http://127.0.0.1:1", dynamotable.Options{}); animo.CodeOf(err) != animo.Unavailable {
		t.Errorf("nobody there: %v, want unavailable", err)
	}
	for address, want := range map[string]string{
		"dynamodb:": "dynamodb:PREFIX", "dynamodb:a_b": "dynamodb:PREFIX", "dynamodb:" + strings.Repeat("a", 51): "50", "dynamodb:a?colour=red": "colour", "dynamodb:a?endpoint=x": "endpoint",
	} {
		if _, err := dynamotable.Open(t.Context(), address, dynamotable.Options{}); animo.CodeOf(err) != animo.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error that says %q", address, err, want)
		}
	}
}

// A value of many parts goes with its row: at once where this process knows it, else when it is scrubbed.
func TestParts_go_with_their_row(t *testing.T) {
	address, now := awstest.Tables(t), time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	o := dynamotable.Options{Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	d, other := open(t, address, o), open(t, address, o)
	rev := int64(0)
	put := func(d *dynamotable.Driver, key string, bytesOf int) {
		t.Helper()
		rev++
		if err := d.Commit(t.Context(), "t", rev, table.Put("x", key, bytes.Repeat([]byte{byte(rev)}, bytesOf))); err != nil {
			t.Fatal(err)
		}
	}
	want := func(what string, parts int) {
		t.Helper()
		if n, err := d.Parts(t.Context(), "t"); n != parts || err != nil {
			t.Errorf("%s: %d parts, %v, want %d", what, n, err, parts)
		}
	}
	const part = 350 << 10
	put(d, "a", 2*part+1)
	want("a long value", 3)
	put(d, "a", 2*part)
	want("a shorter value", 2)
	put(d, "a", part)
	want("a value in its row", 0)
	put(d, "b", 2*part)
	put(other, "b", 5) // which does not know of the parts
	want("left by another process", 2)
	if err := d.Scrub(t.Context()); animo.CodeOf(err) != animo.Unavailable {
		t.Errorf("scrubbed while a commit may be under way: %v, want unavailable", err)
	}
	now = now.Add(time.Hour)
	put(d, "c", 2*part)
	if err := d.Scrub(t.Context()); err != nil {
		t.Error(err)
	}
	want("scrubbed, but for a row's", 2)
	if rows, err := other.Read(t.Context(), "t", table.Key{Table: "x", Key: "c"}); err != nil || !bytes.Equal(rows[0].Value, bytes.Repeat([]byte{byte(rev)}, 2*part)) {
		t.Errorf("%d bytes at %d, %v", len(rows[0].Value), rows[0].Rev, err)
	}
	// Values that do not fit into one transaction together.
	var ops []table.Op
	for i := range 15 {
		ops = append(ops, table.Put("y", fmt.Sprintf("%02d", i), bytes.Repeat([]byte{byte(i)}, part)))
	}
	if err := d.Commit(t.Context(), "t", 99, ops...); err != nil {
		t.Fatal(err)
	}
	n := 0
	for row, err := range table.New(other).Query(t.Context(), "t", "y", table.Range{}, false) {
		if err != nil || row.Rev != 99 || !bytes.Equal(row.Value, bytes.Repeat([]byte{byte(n)}, part)) {
			t.Errorf("row %d: %q, %d bytes at %d, %v", n, row.Key, len(row.Value), row.Rev, err)
		}
		n++
	}
	if n != 15 {
		t.Errorf("%d rows, want 15", n)
	}
	if err := d.Forget(t.Context(), "t"); err != nil {
		t.Error(err)
	}
	want("a tenant forgotten", 0)
}

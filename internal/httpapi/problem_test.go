package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"animo"
	"animo/internal/slots"
)

func TestProblem_is_logged_as_loud_as_it_is_ours(t *testing.T) {
	full := slots.New(0).TakeAny()
	broken := animo.Errorf(animo.Unavailable, "the upload broke off", "la subida se interrumpió")
	for _, c := range []struct {
		err  error
		want string // of the line that is logged; "" for none
	}{
		{errors.New("a defect"), "ERROR"},
		{animo.Errorf(animo.CorruptModel, "x", "x"), "ERROR"},
		{fmt.Errorf("query: %w", context.DeadlineExceeded), "WARN"},
		{animo.Errorf(animo.NoSpace, "x", "x"), "WARN"},
		{animo.Errorf(animo.Unavailable, "x", "x").Because(errors.New("no connection")), "WARN"},
		{full, "DEBUG"},
		{broken.Because(io.ErrUnexpectedEOF), "DEBUG"},
		{broken.Because(fmt.Errorf("read: %w", os.ErrDeadlineExceeded)), "DEBUG"},
		{fmt.Errorf("query: %w", context.Canceled), "DEBUG"},
		{animo.Errorf(animo.TooManyRequests, "x", "x"), ""},
		{animo.Errorf(animo.NotFound, "x", "x"), ""},
	} {
		var lines bytes.Buffer
		_ = problem(t.Context(), slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug})), c.err)
		if got := lines.String(); c.want == "" && got != "" || !strings.Contains(got, "level="+c.want) && c.want != "" {
			t.Errorf("%v: logged %q, want level %q", c.err, got, c.want)
		}
	}
}

func TestProblem_asks_for_another_attempt_where_one_may_do_better(t *testing.T) {
	for code, want := range map[animo.Code]bool{
		animo.NoSpace: true, animo.Unavailable: true, animo.TooManyRequests: true, animo.Timeout: true,
		animo.Quota: false, animo.Forbidden: false, animo.Invalid: false, animo.Internal: false,
	} {
		w := httptest.NewRecorder()
		writeProblem(w, httptest.NewRequest(http.MethodPut, "/v1/photos/a", nil), slog.New(slog.DiscardHandler), animo.Errorf(code, "x", "x"))
		if got := w.Header().Get("Retry-After"); (got != "") != want {
			t.Errorf("%s is answered %d with Retry-After %q", code, w.Code, got)
		}
	}
}

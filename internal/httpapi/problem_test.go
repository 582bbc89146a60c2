package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"

	"animo"
)

func TestProblem_is_logged_as_loud_as_it_is_ours(t *testing.T) {
	full := newSlots(0).takeAny()
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

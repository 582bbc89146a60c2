package bus_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/bus/bustest"
)

// victimFile tells a process of this test where its queues are.
const victimFile = "ANIMO_TEST_VICTIM"

// TestWorkers_an_event_that_kills_the_process_takes_nobody_along lets one event of 21 kill each process that works on it, while
// others are worked on beside it, in its function and in another.
func TestWorkers_an_event_that_kills_the_process_takes_nobody_along(t *testing.T) {
	if path := os.Getenv(victimFile); path != "" {
		victim(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "animo.db")
	queues, closeDriver := open(t, path, "")
	bustest.Declare(t, queues, "f", "test.*")
	bustest.Declare(t, queues, "g", "test.*")
	for i := range 10 {
		bustest.Publish(t, queues, "a", fmt.Sprintf("good-%d", i))
	}
	bustest.Publish(t, queues, "a", "bad")
	for i := range 10 {
		bustest.Publish(t, queues, "b", fmt.Sprintf("good-%d", i))
	}
	if err := closeDriver(); err != nil {
		t.Fatal(err)
	}

	died := 0
	for {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.timeout", "60s")
		cmd.Env = append(os.Environ(), victimFile+"="+path)
		out, err := cmd.CombinedOutput()
		if err == nil {
			break
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != deadlyExit {
			t.Fatalf("%v\n%s", err, out)
		}
		if died++; died > 10 {
			t.Fatal("it dies for ever")
		}
	}
	queues, closeDriver = open(t, path, "")
	defer closeDriver()
	var ids []string
	for _, tenant := range []string{"a", "b"} {
		list, err := queues.DeadLetters(t.Context(), tenant, "f", "", 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			ids = append(ids, fmt.Sprintf("%s %s %s after %d attempts", tenant, d.Event.ID, d.Reason.Code, d.Attempts))
		}
		if more, err := queues.DeadLetters(t.Context(), tenant, "g", "", 100); err != nil || len(more) > 0 {
			t.Errorf("dead letters of the other function: %v, %v", more, err)
		}
	}
	if want := []string{"a bad interrupted after 3 attempts"}; !slices.Equal(ids, want) {
		t.Errorf("dead letters %q, want %q", ids, want)
	}
	if died != 3 {
		t.Errorf("it died %d times, want 3", died)
	}
}

// deadlyExit is how a process ends that the bad event kills.
const deadlyExit = 77

// victim works on the queues until they are empty or the bad event ends the process.
func victim(t *testing.T, path string) {
	queues, closeDriver := open(t, path, "worker-1")
	b := bus.New(queues.Driver, bus.Options{Log: slog.New(slog.DiscardHandler)})
	handle := func(bad bool) bus.Handler {
		return func(ctx context.Context, e animo.Event) error {
			if bad && strings.HasSuffix(e.ID, "bad") {
				os.Exit(deadlyExit)
			}
			select { // work, of which some is under way when the process dies
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
			return ctx.Err()
		}
	}
	functions := []bus.Function{{Name: "f", On: []string{"test.*"}, Workers: 4, Handle: handle(true)}, {Name: "g", On: []string{"test.*"}, Workers: 2, Handle: handle(false)}}
	if err := b.Start(t.Context(), functions...); err != nil {
		t.Fatal(err)
	}
	for left := 1; left > 0; {
		depths, err := queues.Depths(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		left = 0
		for _, d := range depths {
			left += d.Ready + d.Waiting + d.Running
		}
	}
	if err := errors.Join(b.Stop(t.Context()), closeDriver()); err != nil {
		t.Fatal(err)
	}
}

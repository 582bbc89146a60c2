package bustest

import (
	"context"
	"testing"

	"animo"
	"animo/internal/bus"
)

// calls makes each call once and returns its error.
func calls(ctx context.Context, d bus.Queues, m bus.Delivery) map[string]error {
	errs := map[string]error{}
	errs["Declare"] = d.Declare(ctx, "r", []string{"*"})
	errs["Publish"] = d.Publish(ctx, Event("a", "2"))
	_, errs["Claim"] = d.Claim(ctx, "q", 1, lease)
	errs["Extend"] = d.Extend(ctx, m, lease)
	errs["Done"] = d.Done(ctx, m)
	errs["Retry"] = d.Retry(ctx, m, 0, boom)
	errs["Return"] = d.Return(ctx, m, 0)
	errs["Kill"] = d.Kill(ctx, m, boom)
	_, errs["Depths"] = d.Depths(ctx, "")
	_, errs["DeadLetters"] = d.DeadLetters(ctx, "a", "q", "", 1)
	_, errs["DeadLetter"] = d.DeadLetter(ctx, "a", "q", "1")
	_, errs["Redrive"] = d.Redrive(ctx, "a", "q")
	_, errs["RemoveDead"] = d.RemoveDead(ctx, "a", "q")
	_, errs["Remove"] = d.Remove(ctx, "a", "1")
	errs["RemoveTenant"] = d.RemoveTenant(ctx, "a")
	return errs
}

func endedContext(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "a", "1")
	m := claimOne(t, d, "q", "1", 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for call, err := range calls(ctx, d, m) {
		wantCode(t, call+" with an ended context", err, animo.Interrupted)
	}
	WantDepth(t, d, "a", bus.Depth{Queue: "q", Running: 1})
}

func afterClose(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	Publish(t, d, "a", "1")
	m := claimOne(t, d, "q", "1", 1)
	d.Wake("q")
	ok(t, d.Close())
	for call, err := range calls(t.Context(), d, m) {
		wantCode(t, call+" after Close", err, animo.Unavailable)
	}
}

package rates_test

import (
	"testing"
	"time"

	"animo/internal/rates"
)

// TestRates_go_on_whichever_way_the_clock_jumps sends at the rate while the clock jumps by more than a year both ways: nobody is locked out,
// and a jump ahead gives no more than one burst.
func TestRates_go_on_whichever_way_the_clock_jumps(t *testing.T) {
	const perMinute = 60
	var r rates.Rates
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	drain := func() (n int) {
		for r.Allow("photos", "t", perMinute, 1, now) {
			n++
		}
		return n
	}
	if n := drain(); n != rates.Burst(perMinute) {
		t.Fatalf("a burst of %d, want %d", n, rates.Burst(perMinute))
	}
	for _, jump := range []time.Duration{-400 * 24 * time.Hour, 400 * 24 * time.Hour, 400 * 24 * time.Hour, -400 * 24 * time.Hour} {
		now = now.Add(jump)
		if n := drain(); n > rates.Burst(perMinute) {
			t.Errorf("a jump by %v gave %d, more than a burst", jump, n)
		}
		allowed := 0
		for range 60 { // a minute, at the rate
			now = now.Add(time.Second)
			if r.Allow("photos", "t", perMinute, 1, now) {
				allowed++
			}
		}
		if allowed < 59 {
			t.Errorf("after a jump by %v only %d of 60 at the rate were allowed", jump, allowed)
		}
	}
}

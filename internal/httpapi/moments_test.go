package httpapi

import (
	"testing"
	"time"

	"animo"
)

func TestMomentOf_reads_times_dates_and_how_long_ago(t *testing.T) {
	now := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	for v, want := range map[string]time.Time{
		"":                          {},
		"2026-08-01":                time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC),
		"2026-08-01T10:00:00Z":      time.Date(2026, 8, 1, 10, 0, 0, 0, time.UTC),
		"2026-08-01T10:00:00.5Z":    time.Date(2026, 8, 1, 10, 0, 0, 5e8, time.UTC),
		"2026-08-01T10:00:00-05:00": time.Date(2026, 8, 1, 15, 0, 0, 0, time.UTC),
		"2026-08-01T10:00:00 02:00": time.Date(2026, 8, 1, 8, 0, 0, 0, time.UTC), // a plus in a query
		"-15m":                      now.Add(-15 * time.Minute),
		"-1h30m":                    now.Add(-90 * time.Minute),
		"-7d":                       now.AddDate(0, 0, -7),
	} {
		if got, err := momentOf("from", v, now); err != nil || !got.Equal(want) {
			t.Errorf("%q is %v, %v, want %v", v, got, err, want)
		}
	}
	for _, v := range []string{"ayer", "15m", "+15m", "--15m", "-", "-0s", "-0d", "-d", "-1.5d", "-99999d", "-1", "2026-02-30", "2026-08-01T10:00:00", "2026-08-01 10:00", "-9999999999h"} {
		if got, err := momentOf("from", v, now); animo.CodeOf(err) != animo.Invalid {
			t.Errorf("%q is %v, %v, want invalid", v, got, err)
		}
	}
}

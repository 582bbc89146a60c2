package httpapi

import (
	"strconv"
	"strings"
	"time"

	"animo"
)

// momentOf reads a time of a query: RFC 3339, a date (its first moment, in now's zone), or how long before now, such as
// -15m or -7d. It is the zero time for "".
func momentOf(field, v string, now time.Time) (time.Time, error) {
	if v == "" {
		return time.Time{}, nil
	}
	if ago, ok := strings.CutPrefix(v, "-"); ok {
		if d, ok := lengthOf(ago); ok {
			return now.Add(-d), nil
		}
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.ParseInLocation(layout, unspaced(v), now.Location()); err == nil {
			return at, nil
		}
	}
	return time.Time{}, animo.Errorf(animo.Invalid, "%s is %q; write it like 2026-08-01T21:15:00-05:00, 2026-08-01 or -15m", "%s es %q; escríbalo como 2026-08-01T21:15:00-05:00, 2026-08-01 o -15m", field, animo.Clip(v)).Of(field)
}

// lengthOf reads a length of time that is more than nothing, such as 90s, 15m, 1h30m or 7d.
func lengthOf(v string) (time.Duration, bool) {
	const day = 24 * time.Hour
	if days, ok := strings.CutSuffix(v, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16) // 65,535 days are 179 years; a Duration has 292
		return time.Duration(n) * day, err == nil && n > 0
	}
	d, err := time.ParseDuration(v)
	return d, err == nil && d > 0
}

// unspaced returns a time back its plus sign, which is a space in a query unless it is written %2B.
func unspaced(v string) string { return strings.Replace(v, " ", "+", 1) }

// moment writes a time as the API does.
func moment(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

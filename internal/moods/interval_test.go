package moods

import (
	"strings"
	"testing"
	"time"

	"animo"
)

// beginnings returns when the intervals begin that a time has in a zone, each found from every minute of it.
func beginnings(t *testing.T, name string, from, to string, every time.Duration) []string {
	t.Helper()
	zone, err := animo.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	at := func(v string) time.Time {
		m, err := time.Parse(time.RFC3339, v)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	var list []string
	last := time.Time{}
	for m := at(from); m.Before(at(to)); m = m.Add(time.Minute) {
		begin := floor(m.Add(59999*time.Millisecond), every, zone)
		switch {
		case begin.After(m) || begin.Before(last):
			t.Fatalf("%s, %v: %v lies in the interval of %v, after that of %v", name, every, m, begin, last)
		case begin.After(last):
			if got := floor(begin, every, zone); !got.Equal(begin) {
				t.Fatalf("%s, %v: the beginning %v lies in the interval of %v", name, every, begin, got)
			}
			list, last = append(list, begin.Format("02T15:04-0700")), begin
		}
	}
	return list
}

func TestIntervals_follow_the_clocks_of_a_zone(t *testing.T) {
	const hour = time.Hour
	for name, c := range map[string]struct {
		zone, from, to string
		every          time.Duration
		want           string
	}{
		// Cuba puts clocks forward at midnight, which is passed over, and back at one, so that midnight comes twice.
		"days, forward at midnight": {"America/Havana", "2026-03-07T05:00:00Z", "2026-03-10T04:00:00Z", day, "07T00:00-0500 08T01:00-0400 09T00:00-0400"},
		"days, back to midnight":    {"America/Havana", "2026-10-31T04:00:00Z", "2026-11-03T05:00:00Z", day, "31T00:00-0400 01T00:00-0400 02T00:00-0500"},
		"6h, forward at midnight":   {"America/Havana", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", 6 * hour, "08T01:00-0400 08T06:00-0400 08T12:00-0400 08T18:00-0400"},
		"6h, back to midnight":      {"America/Havana", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 6 * hour, "01T00:00-0400 01T06:00-0500 01T12:00-0500 01T18:00-0500"},
		"6h, back at two":           {"America/New_York", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 6 * hour, "01T00:00-0400 01T06:00-0500 01T12:00-0500 01T18:00-0500"},
		"weeks begin on Mondays":    {"Europe/Madrid", "2026-03-22T23:00:00Z", "2026-04-05T22:00:00Z", 7 * day, "23T00:00+0100 30T00:00+0200"},
		"a quarter of an hour off":  {"Asia/Kathmandu", "2026-08-01T18:15:00Z", "2026-08-02T18:15:00Z", 12 * hour, "02T00:00+0545 02T12:00+0545"},
		"back by half an hour":      {"Australia/Lord_Howe", "2026-04-04T13:00:00Z", "2026-04-04T17:30:00Z", hour, "05T00:00+1100 05T01:00+1100 05T01:30+1030 05T02:00+1030 05T03:00+1030"},
		"a day that was left out":   {"Pacific/Apia", "2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z", day, "29T00:00-1000 31T00:00+1400"},
		"UTC":                       {"UTC", "2026-08-01T00:00:00Z", "2026-08-02T00:00:00Z", 8 * hour, "01T00:00+0000 01T08:00+0000 01T16:00+0000"},
	} {
		if got := strings.Join(beginnings(t, c.zone, c.from, c.to, c.every), " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if n := len(beginnings(t, "America/Havana", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", hour)); n != 23 {
		t.Errorf("the day on which clocks are put forward has %d hours", n)
	}
	if n := len(beginnings(t, "America/Havana", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", hour)); n != 25 {
		t.Errorf("the day on which clocks are put back has %d hours", n)
	}
}

func TestIntervals_of_UTC_are_multiples_since_its_midnight(t *testing.T) {
	for _, every := range []time.Duration{time.Minute, 15 * time.Minute, time.Hour, 90 * time.Minute, 6 * time.Hour, day, 7 * day, 30 * day} {
		for _, at := range []string{"1901-05-05T23:59:59.999Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2026-08-01T21:15:02.125Z"} {
			m, _ := time.Parse(time.RFC3339, at)
			if got, want := floor(m, every, time.UTC), m.Truncate(every); got != want {
				t.Errorf("%v of %s: %v, want %v", every, at, got, want)
			}
		}
	}
}

func TestIntervals_of_whole_hours_take_counts_of_hours(t *testing.T) {
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for name, want := range map[string][2]bool{"America/Havana": {true, false}, "Asia/Kathmandu": {false, false}, "Australia/Lord_Howe": {false, false}, "UTC": {true, true}, "Africa/Abidjan": {true, true}} {
		zone, err := animo.LoadZone(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]bool{wholeIn(zone, time.Hour, from, to), wholeIn(zone, day, from, to)}; got != want {
			t.Errorf("%s: hours and days will do: %v, want %v", name, got, want)
		}
	}
}

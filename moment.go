package animo

import (
	"strings"
	"time"
)

// momentLayout sorts as times do, for four-digit years.
const momentLayout = "20060102T150405.000Z"

// Moment writes a time, in UTC and to the millisecond, so that texts sort as times do: the beginning of ids and
// keys that are in the order of time.
func Moment(t time.Time) string { return t.UTC().Format(momentLayout) }

// MomentOf reads the time with which an id begins, up to its first hyphen; the zero time for none.
func MomentOf(id string) time.Time {
	stamp, _, _ := strings.Cut(id, "-")
	at, err := time.Parse(momentLayout, stamp)
	if err != nil {
		return time.Time{}
	}
	return at
}

// MomentAfter returns now to the millisecond, or the next millisecond after the moment with which the id before
// begins where that is later: so that ids sort as they were made, also when the clock went back or two came at
// once.
func MomentAfter(before string, now time.Time) time.Time {
	at := now.UTC().Truncate(time.Millisecond)
	if last := MomentOf(before); !at.After(last) {
		at = last.Add(time.Millisecond)
	}
	return at
}

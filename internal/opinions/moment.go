package opinions

import (
	"strings"
	"time"
)

// momentLayout is how the IDs of versions and dataset revisions begin; it sorts by time.
const momentLayout = "20060102T150405.000Z"

// newID makes the ID of something asked for now, of that content. It sorts after the ID before it, also when
// the clock went back or two came at once.
func newID(now time.Time, before, contentID string) (id string, at time.Time) {
	at = now.UTC().Truncate(time.Millisecond)
	if last := momentOf(before); !at.After(last) {
		at = last.Add(time.Millisecond)
	}
	return at.Format(momentLayout) + "-" + contentID[:8], at
}

// momentOf reads the moment out of an ID; the zero time for none.
func momentOf(id string) time.Time {
	stamp, _, _ := strings.Cut(id, "-")
	at, err := time.Parse(momentLayout, stamp)
	if err != nil {
		return time.Time{}
	}
	return at
}

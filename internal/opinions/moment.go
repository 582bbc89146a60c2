package opinions

import (
	"time"

	"animo"
)

// newID makes the ID of a version or revision that is made now of that content. It sorts after the ID before, also where the
// clock was set back or two are made at once.
func newID(now time.Time, before, contentID string) string {
	return animo.Moment(animo.MomentAfter(before, now)) + "-" + contentID[:8]
}

package opinions

import (
	"time"

	"animo"
)

// newID makes the ID of something asked for now, of that content. It sorts after the ID before it, also when
// the clock went back or two came at once.
func newID(now time.Time, before, contentID string) string {
	return animo.Moment(animo.MomentAfter(before, now)) + "-" + contentID[:8]
}

package photos_test

import (
	"fmt"
	"testing"
)

// look is how many calls a look of the live stream makes, however many faces it finds: one at its log and one at the rows
// that the log names (moods.TestFeed_looks_in_two_calls).
const look = 2

// TestCalls_of_a_photo_are_few counts the calls at the tables and the objects that a photo makes, from its upload until
// the live stream has told of its faces, and that its erasure makes. A call costs microseconds in SQLite and
// milliseconds over a network, so one more is a decision. The calls at the bus are counted beside them, and so are the readings
// of the tenant's policy: before and after the upload came in, and before its analysis.
func TestCalls_of_a_photo_are_few(t *testing.T) {
	for _, c := range []struct{ faces, stored, erased, bus int }{{1, 12, 8, 2}, {5, 16, 8, 2}} {
		t.Run(fmt.Sprint(c.faces, " faces"), func(t *testing.T) {
			l := newLine(t, options{})
			p := l.take("a.png", picture(c.faces, 2))
			l.run()
			stored, rings := l.Calls-l.Rings+look, l.Rings
			if got := l.recorded(); len(got) != c.faces {
				t.Errorf("%d faces are recorded, want %d", len(got), c.faces)
			}
			t.Logf("from upload to told: %d calls at the stores, %d at the bus", stored, rings)
			if stored > c.stored || rings > c.bus || l.policies > 3 {
				t.Errorf("from upload to told: %d calls at the stores, %d at the bus and %d for the policy, want at most %d, %d and 3", stored, rings, l.policies, c.stored, c.bus)
			}
			l.Calls, l.Rings, l.policies = 0, 0, 0
			if _, err := l.flow.photos.Erase(t.Context(), tenant, p.ID); err != nil {
				t.Fatal(err)
			}
			stored, rings = l.Calls-l.Rings, l.Rings
			t.Logf("erased: %d calls at the stores, %d at the bus", stored, rings)
			if stored > c.erased || rings > 1 || l.policies > 0 {
				t.Errorf("erased: %d calls at the stores, %d at the bus and %d for the policy, want at most %d, 1 and none", stored, rings, l.policies, c.erased)
			}
		})
	}
}

package httpapi

import (
	"context"
	"slices"
	"testing"

	"animo"
	"animo/internal/bus"
)

// onlyQueue has the queue "train" with the dead letter "a", and notes what it is asked.
type onlyQueue struct {
	Queues
	asked []string
}

func (q *onlyQueue) Depths(context.Context, string) ([]bus.Depth, error) {
	q.asked = append(q.asked, "depths")
	return []bus.Depth{{Queue: "train"}}, nil
}

func (q *onlyQueue) RemoveDead(_ context.Context, _, queue string, ids ...string) (n int, _ error) {
	q.asked = append(q.asked, "drop")
	if queue == "train" && (len(ids) == 0 || ids[0] == "a") {
		n = 1
	}
	return n, nil
}

func TestDead_letters_are_dropped_in_one_call_and_missed_by_name(t *testing.T) {
	for _, c := range []struct {
		queue, id string
		field     string // at fault; "" for none
		code      animo.Code
		asked     []string
	}{
		{"train", "a", "", "", []string{"drop"}},
		{"train", "", "", "", []string{"drop"}},
		{"train", "b", "", animo.NotFound, []string{"drop", "depths"}},
		{"trein", "a", "queue", animo.NotFound, []string{"drop", "depths"}},
		{"trein", "", "queue", animo.NotFound, []string{"drop", "depths"}},
	} {
		q := &onlyQueue{}
		s := &server{Options: Options{Queues: q}}
		out, err := s.onDead(t.Context(), c.queue, c.id, q.RemoveDead)
		if animo.CodeOf(err) != c.code || animo.ReasonOf(err).Field != c.field || err == nil && out.Body.Count != 1 {
			t.Errorf("%q of %s: %+v, %v, want %q of %q", c.id, c.queue, out, err, c.code, c.field)
		}
		if !slices.Equal(q.asked, c.asked) {
			t.Errorf("%q of %s asked %q, want %q", c.id, c.queue, q.asked, c.asked)
		}
	}
}

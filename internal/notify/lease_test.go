package notify_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"animo/internal/cluster"
	"animo/internal/notify"
	"animo/internal/table"
)

// TestCalls_of_a_told_face_are_few counts the calls at the tables that putting faces into a line makes, and that a turn
// which tells them makes. A call costs microseconds in SQLite and milliseconds over a network, so one more is a decision.
func TestCalls_of_a_told_face_are_few(t *testing.T) {
	for _, c := range []struct{ faces, put, told int }{{1, 5, 9}, {5, 25, 17}} {
		h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
		id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
		h.Calls = 0
		h.find(c.faces)
		put := h.Calls
		h.Calls = 0
		h.turn(id)
		told := h.Calls
		h.Calls = 0
		h.turn(id)
		t.Logf("%d faces: %d calls put them into the line, %d tell them, %d find the line empty", c.faces, put, told, h.Calls)
		if put > c.put || told > c.told || h.Calls > 2 || len(r.got) != c.faces {
			t.Errorf("%d of %d faces are told with %d, %d and %d calls, want at most %d, %d and 2", len(r.got), c.faces, put, told, h.Calls, c.put, c.told)
		}
	}
}

// TestNotifier_turn_whose_lease_is_lost_writes_nothing lets a turn lose its lease while a receiver answers, as a process does
// that was halted for longer than the lease.
func TestNotifier_turn_whose_lease_is_lost_writes_nothing(t *testing.T) {
	for name, answer := range map[string]int{"told": http.StatusNoContent, "refused": http.StatusInternalServerError, "gone": http.StatusGone} {
		t.Run(name, func(t *testing.T) {
			h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
			id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
			h.find(2)
			before := h.deliveries(id)
			after := cluster.New(h.Rows, cluster.Options{Owner: "worker-1"}) // started anew under the same name
			r.say(func(w http.ResponseWriter, _ *http.Request) {
				err := after.Hold(t.Context(), tenant, notify.LeaseOf(id), func(context.Context, int64) error { return nil })
				if err != nil {
					t.Error(err)
				}
				w.WriteHeader(answer)
			})
			if again := h.turn(id); again <= 0 || r.asked != 1 {
				t.Errorf("%d attempts were made, and it wants the next turn after %v; want one, and that it comes again", r.asked, again)
			}
			if s := h.get(id); s.State != notify.Active || s.Waiting != 2 || !s.Failing.IsZero() {
				t.Errorf("the subscription is %+v, want it as it was", s)
			}
			same := func(a, b notify.Delivery) bool {
				return a.Outcome == b.Outcome && a.Attempts == b.Attempts && a.ID == b.ID
			}
			if list := h.deliveries(id); !slices.EqualFunc(list, before, same) {
				t.Errorf("the log has %+v, want it as it was: %+v", list, before)
			}
			r.say(nil)
			h.drain(id, h.Now)
			if got := r.faces(); !slices.Equal(got, count(2)) || h.get(id).Waiting != 0 {
				t.Errorf("afterwards %v are told", got)
			}
		})
	}
}

func TestNotifier_digest_under_a_lost_lease_moves_no_line(t *testing.T) {
	p := newPostOffice(t, true)
	h := newHouse(t, p.options())
	id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com", Digest: time.Minute})
	h.find(2)
	h.Now = h.Now.Add(time.Hour)
	h.Calls = 0
	h.At = func(call int) error {
		if call == 8 { // while it is put together
			return h.Rows.Commit(t.Context(), tenant, table.Put("fences", notify.LeaseOf(id), nil))
		}
		return nil
	}
	if again := h.turn(id); again <= 0 || h.Calls < 8 {
		t.Errorf("after %d calls it wants its next turn after %v", h.Calls, again)
	}
	h.Rest()
	if s := h.get(id); s.Waiting != 2 {
		t.Errorf("%d wait, want both", s.Waiting)
	}
}

// TestNotifier_line_of_a_worker_that_died_is_told_by_another has no clock in common but that time passes: the worker that
// died wrote none into the line.
func TestNotifier_line_of_a_worker_that_died_is_told_by_another(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, notify.Options{AllowPrivate: true})
		second := h.openAs("worker-2", notify.Options{AllowPrivate: true})
		id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: "http://127.0.0.1:1/"}) // where nobody listens
		h.find(1)
		h.Calls = 0
		h.At = func(call int) error {
			if call > 4 { // it has the lease
				return errors.New("the process died")
			}
			return nil
		}
		h.turn(id)
		h.Rest()
		began := time.Now()
		h.Now = h.Now.Add(-24 * time.Hour) // the second one's clock is a day behind
		for h.get(id).Failing.IsZero() && time.Since(began) < time.Hour {
			if again := second.Turn(t.Context(), tenant, id); again <= 0 {
				t.Fatalf("its turn wants the next one after %v", again)
			}
			time.Sleep(time.Second)
		}
		if took := time.Since(began); took < 30*time.Second || took > 33*time.Second {
			t.Errorf("the other worker tells it after %v, want after the lease's 30 s", took)
		}
	})
}

func TestNotifier_resumed_in_its_turn_is_not_held_up(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	h.find(1)
	r.say(status(http.StatusInternalServerError))
	h.turn(id)
	h.Now = h.get(id).Next
	r.say(func(w http.ResponseWriter, _ *http.Request) {
		if err := h.n.Resume(t.Context(), tenant, id); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	h.turn(id)
	if s := h.get(id); s.Waiting != 0 || !s.Next.IsZero() || len(r.got) != 1 {
		t.Errorf("%d told, %+v; want one told, and nothing waiting", len(r.got), s)
	}
}

func TestNotifier_line_that_another_worker_told_meanwhile_is_read_again(t *testing.T) {
	p := newPostOffice(t, true)
	h := newHouse(t, p.options())
	second := h.openAs("worker-2", p.options())
	id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com", Digest: time.Minute})
	h.find(2)
	h.Now = h.Now.Add(time.Hour)
	h.Calls = 0
	h.At = func(call int) error {
		if call == 3 { // it has read the line, and goes for the lease
			h.Rest()
			second.Turn(t.Context(), tenant, id)
		}
		return nil
	}
	h.drain(id, h.Now.Add(time.Minute))
	if len(p.mails) != 1 || h.get(id).Waiting != 0 {
		t.Errorf("%d mails were sent, want one", len(p.mails))
	}
}

func TestNotifier_pauses_nobody_under_a_lost_lease(t *testing.T) {
	for call, more := 5, true; more; call++ { // from the first one after the lease was taken
		h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
		id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
		h.find(1)
		r.say(status(http.StatusGone))
		h.Calls, more = 0, false
		h.At = func(n int) error {
			if n == call {
				more = true
				return h.Rows.Commit(t.Context(), tenant, table.Put("fences", notify.LeaseOf(id), nil))
			}
			return nil
		}
		h.turn(id)
		h.Rest()
		list := h.deliveries(id)
		if s := h.get(id); s.State == notify.Paused && len(list) == 1 || s.State == notify.Active && len(list) != 1 {
			t.Errorf("lost before call %d: it is %s, and the log has %+v", call, s.State, list)
		} else if call == 8 && s.State != notify.Active {
			t.Errorf("lost before call %d, in which it is to be paused: it is %s", call, s.State)
		}
	}
}

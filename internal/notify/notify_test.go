package notify_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/loop"
	"animo/internal/notify"
	"animo/internal/table"
)

func TestFilter_chooses_by_mood_person_source_and_confidence(t *testing.T) {
	r := animo.MoodRecord{Mood: animo.Happy, Source: "puerta", ImageData: animo.ImageData{
		Celebrities: []animo.Celebrity{{Name: "Ana"}, {Name: "Eva"}}, Emotion: animo.Emotion{Type: "HAPPY", Confidence: 80}}}
	door, none := "puerta", ""
	for name, c := range map[string]struct {
		f    notify.Filter
		want bool
	}{
		"all":                   {notify.Filter{}, true},
		"the mood":              {notify.Filter{Mood: animo.Happy}, true},
		"another mood":          {notify.Filter{Mood: animo.Sad}, false},
		"one of the people":     {notify.Filter{Person: "Eva"}, true},
		"somebody else":         {notify.Filter{Person: "Eve"}, false},
		"the source":            {notify.Filter{Source: &door}, true},
		"no source":             {notify.Filter{Source: &none}, false},
		"just enough":           {notify.Filter{MinConfidence: 80}, true},
		"too little confidence": {notify.Filter{MinConfidence: 80.1}, false},
		"one of two conditions": {notify.Filter{Mood: animo.Happy, Person: "Luz"}, false},
	} {
		if got := c.f.Matches(&r); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestNotifier_tells_each_matching_face_once_and_in_order(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	id, secret := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL + "/hook", Filter: notify.Filter{Mood: animo.Happy}})
	r.secret = secret
	h.find(3)
	if err := h.handle(h.event(h.record(99, animo.Sad))); err != nil {
		t.Fatal(err)
	}
	again := h.event(h.record(2, animo.Happy)) // its event comes again, before and after it is told
	for range 2 {
		if err := h.handle(again); err != nil {
			t.Fatal(err)
		}
		h.drain(id, h.Now)
	}
	if got := r.faces(); !slices.Equal(got, count(3)) || r.asked != 3 {
		t.Fatalf("told %v in %d requests, want 1, 2, 3", got, r.asked)
	}
	m := r.got[0]
	if m.body.Type != "face.happy" || !m.body.Timestamp.Equal(h.Now) || m.body.Data.PhotoID != h.record(1, animo.Happy).PhotoID || strings.Contains(m.id, ".") {
		t.Errorf("told %+v", m)
	}
	if s := h.get(id); s.Waiting != 0 || !s.Failing.IsZero() {
		t.Errorf("afterwards %+v", s)
	}
	for i, d := range h.deliveries(id) {
		if d.ID != int64(i+1) || d.Outcome != notify.Told || d.Attempts != 1 || d.Last.Status != 200 || d.Message != r.got[i].id {
			t.Errorf("delivery %d: %+v", i, d)
		}
	}
}

func TestNotifier_one_that_is_down_for_an_hour_gets_everything_after_in_order(t *testing.T) {
	h, r, other := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	well, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: other.URL})
	start := h.Now
	r.say(status(500))
	for range 60 {
		h.find(1)
		h.drain(well, h.Now)
		h.drain(id, h.Now.Add(time.Minute))
		h.Now = start.Add(time.Duration(h.faces) * time.Minute)
		if len(other.got) != h.faces {
			t.Fatalf("after %d faces, the one that is well was told of %d", h.faces, len(other.got))
		}
	}
	if r.asked < 5 || r.asked > 8 {
		t.Errorf("%d attempts in an hour, want about 6", r.asked)
	}
	s := h.get(id)
	if s.State != notify.Active || s.Waiting != 60 || !s.Failing.Before(start.Add(time.Minute)) || !s.Next.After(h.Now) {
		t.Errorf("after an hour: %+v", s)
	}
	if first := h.deliveries(id)[0]; first.Outcome != notify.Waits || first.Attempts != r.asked || first.Last.Status != 500 || first.Last.Reason == nil {
		t.Errorf("the first in line: %+v", first)
	}
	r.say(nil)
	h.drain(id, h.Now.Add(2*time.Hour))
	if got := r.faces(); !slices.Equal(got, count(60)) || len(r.got) != 60 {
		t.Errorf("told %v", got)
	}
}

// TestNotifier_clock_that_was_set_back lets an attempt fail before the clock is set right, by more than anybody waits.
func TestNotifier_clock_that_was_set_back_holds_up_nobody(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	r.say(status(500))
	h.find(1)
	h.turn(id)
	r.say(nil)
	h.Now = h.Now.Add(-400 * 24 * time.Hour)
	if again := h.turn(id); again >= 0 || len(r.got) != 1 {
		t.Errorf("after the clock was set back, %d were told; the next turn is in %v", len(r.got), again)
	}
}

func TestNotifier_one_that_is_down_for_a_day_is_paused_and_goes_on_when_resumed(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	r.say(status(503))
	h.find(2)
	start := h.Now
	h.drain(id, h.Now.Add(100*time.Hour))
	s := h.get(id)
	if s.State != notify.Paused || s.Reason == nil || h.Now.Sub(start) != notify.DownTime {
		t.Errorf("after %v: %+v", h.Now.Sub(start), s)
	}
	if r.asked < 12 || r.asked > 16 {
		t.Errorf("%d attempts in a day", r.asked)
	}
	list := h.deliveries(id)
	if last := list[len(list)-1]; last.Kind != "state" || last.Outcome != notify.Untold || last.Notice == nil || !strings.Contains(last.Notice.ES, "un día") {
		t.Errorf("the log ends with %+v", last)
	}
	h.find(1)
	asked := r.asked
	if again := h.turn(id); again != notify.Never || r.asked != asked {
		t.Error("it is told while it is paused")
	}
	r.say(nil)
	if err := h.n.Resume(t.Context(), tenant, id); err != nil {
		t.Fatal(err)
	}
	h.drain(id, h.Now)
	if got := r.faces(); !slices.Equal(got, count(3)) || h.get(id).State != notify.Active {
		t.Errorf("told %v after it was resumed", got)
	}
}

func TestNotifier_resume_tries_one_that_fails_at_once(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	r.say(status(500))
	h.find(1)
	if again := h.turn(id); again < 4*time.Second || again > 6*time.Second {
		t.Errorf("the first pause is %v", again)
	}
	if h.turn(id); r.asked != 1 {
		t.Error("it was tried before the pause was over")
	}
	r.say(nil)
	if err := h.n.Resume(t.Context(), tenant, id); err != nil {
		t.Fatal(err)
	}
	if h.turn(id); len(r.got) != 1 {
		t.Error("it was not tried at once")
	}
}

func TestNotifier_answers_that_say_no(t *testing.T) {
	private := newReceiver(t)
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request)
		state  notify.State
		least  time.Duration // until the next attempt
	}{
		"gone": {status(410), notify.Paused, -1},
		"a redirection": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, private.URL, http.StatusTemporaryRedirect)
		}, notify.Active, 0},
		"too many requests": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		}, notify.Active, time.Hour},
		"not before a moment": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", time.Date(2026, 5, 1, 14, 0, 0, 0, time.UTC).Format(http.TimeFormat)) // the house's clock says 12
			w.WriteHeader(http.StatusBadGateway)
		}, notify.Active, 2*time.Hour - time.Second},
		"not before a moment that was": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Format(http.TimeFormat))
			w.WriteHeader(http.StatusServiceUnavailable)
		}, notify.Active, 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
			id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
			r.say(c.answer)
			h.find(1)
			again := h.turn(id)
			if s := h.get(id); s.State != c.state || again < c.least || len(r.got) > 0 || r.asked != 1 {
				t.Errorf("again in %v, %d requests: %+v", again, r.asked, s)
			}
			if private.asked > 0 {
				t.Error("a redirection was followed")
			}
		})
	}
}

// TestNotifier_crash_while_pausing_pauses_and_tells_of_it_once lets the process die before each call in turn while
// a receiver says that it is gone.
func TestNotifier_crash_while_pausing_pauses_and_tells_of_it_once(t *testing.T) {
	p := newPostOffice(t, true)
	for n, more := 1, true; more; n++ {
		h, r := newHouse(t, p.options()), newReceiver(t)
		id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
		ana, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com", Filter: notify.Filter{Mood: animo.Sad}})
		r.say(status(410))
		h.find(1)
		before := len(p.mails)
		h.Calls = 0
		h.At = func(call int) error {
			if call >= n {
				return errors.New("the process died")
			}
			return nil
		}
		h.turn(id)
		more = h.Calls >= n
		h.Rest()
		h.Now = h.Now.Add(time.Hour)
		for range 2 {
			h.turn(id)
			h.drain(ana, h.Now)
		}
		if s := h.get(id); s.State != notify.Paused {
			t.Errorf("died before call %d: %+v", n, s)
		}
		states := 0
		for _, d := range h.deliveries(id) {
			if d.Kind == "state" {
				states++
			}
		}
		if states != 1 || len(p.mails)-before != 1 {
			t.Errorf("died before call %d: the log says so %d times, %d mails do", n, states, len(p.mails)-before)
		}
	}
}

// TestNotifier_crash_at_any_call lets the process die before each call to the tables in turn while faces are put
// into a line and told, starts it again, and wants each told, in order, and none twice but the one that was
// being told when it died.
func TestNotifier_crash_at_any_call(t *testing.T) {
	n := 0
	for through := false; !through; {
		n++
		h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
		id, secret := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
		r.secret = secret
		h.Calls = 0
		h.At = func(call int) error {
			if call >= n {
				return errors.New("the process died")
			}
			return nil
		}
		var events []animo.Event
		for i := range 5 {
			events = append(events, h.event(h.record(i+1, animo.Happy)))
			_ = h.handle(events[i])
			if i >= 2 { // one turn for three faces, and one for each other
				h.turn(id)
			}
		}
		through = h.Calls < n
		atDeath := len(r.got)
		h.Rest()
		h.Now = h.Now.Add(time.Hour) // a lease that was left is over
		for range 2 {                // the second one must find nothing to do
			for _, e := range events { // what was not acknowledged comes again
				if err := h.handle(e); err != nil {
					t.Fatal(err)
				}
			}
			if err := h.n.Sweep(t.Context(), tenant); err != nil {
				t.Fatal(err)
			}
			h.drain(id, h.Now)
		}
		if got := r.faces(); !slices.Equal(got, count(5)) {
			t.Errorf("died before call %d: told %v", n, got)
		}
		if extra := len(r.got) - 5; extra > 1 || extra == 1 && r.got[atDeath].id != r.got[atDeath-1].id {
			t.Errorf("died before call %d: %d were told twice", n, extra)
		}
		if s := h.get(id); s.Waiting != 0 {
			t.Errorf("died before call %d: %d wait", n, s.Waiting)
		}
	}
	if n < 40 {
		t.Errorf("only %d calls were tried", n)
	}
}

func TestNotifier_run_tells_what_a_sweep_finds(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	h.find(3)
	told := make(chan struct{}, 10)
	r.say(func(http.ResponseWriter, *http.Request) { told <- struct{}{} })
	later := h.open(notify.Options{AllowPrivate: true}) // of another process, after a stop
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() { defer close(stopped); later.Run(ctx) }()
	if err := later.Sweep(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		<-told
	}
	cancel()
	<-stopped
	if got := r.faces(); !slices.Equal(got, count(3)) {
		t.Errorf("told %v", got)
	}
}

func TestNotifier_erased_photo_leaves_nothing_to_tell(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	h.find(1)
	h.drain(id, h.Now)
	if err := h.n.Replay(t.Context(), tenant, id, 1); err != nil { // a face that was told, and is to be told again
		t.Fatal(err)
	}
	h.find(2)
	for i := range 2 {
		photo := h.record(i+1, animo.Happy).PhotoID
		h.erase(photo)
		if removed, err := h.n.Forget(t.Context(), tenant, photo); err != nil || removed != 2-i {
			t.Errorf("photo %d: removed %d, %v", i+1, removed, err)
		}
		if err := h.handle(h.event(h.record(i+1, animo.Happy))); err != nil { // its event comes again
			t.Fatal(err)
		}
	}
	h.drain(id, h.Now)
	if got := r.faces(); !slices.Equal(got, []int{1, 3}) || len(r.got) != 2 {
		t.Errorf("told %v", got)
	}
	if list := h.deliveries(id); len(list) != 1 || list[0].Face != h.record(3, animo.Happy).FaceID {
		t.Errorf("the log has %+v", list)
	}
}

// TestNotifier_photo_erased_at_any_call erases a photo before each call in turn while its face is put into a line
// and told, and wants nothing of it left.
func TestNotifier_photo_erased_at_any_call(t *testing.T) {
	for n, more := 1, true; more; n++ {
		h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
		id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
		h.Calls, more = 0, false
		photo := h.record(1, animo.Happy).PhotoID
		h.At = func(call int) error {
			if call == n {
				h.Rest()
				more = true
				h.erase(photo)
				_, err := h.n.Forget(t.Context(), tenant, photo)
				return err
			}
			return nil
		}
		h.find(1)
		h.drain(id, h.Now)
		h.Rest()
		if list := h.deliveries(id); more && len(list) > 0 {
			t.Errorf("erased before call %d: the log has %+v", n, list)
		}
		if s := h.get(id); s.Waiting != 0 {
			t.Errorf("erased before call %d: %d wait", n, s.Waiting)
		}
	}
}

// TestNotifier_removed_subscription_leaves_nothing lets the process die before each call of a removal in turn.
func TestNotifier_removed_subscription_leaves_nothing(t *testing.T) {
	for n, more := 1, true; more; n++ {
		h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
		id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
		h.find(70) // more than are read at once
		h.Calls = 0
		h.At = func(call int) error {
			if call >= n {
				return errors.New("the process died")
			}
			return nil
		}
		more = h.n.Remove(t.Context(), tenant, id) != nil
		h.Rest()
		if n <= 2 { // before that, nothing of the wish was written down
			continue
		}
		h.Now = h.Now.Add(time.Hour)
		if err := h.n.Sweep(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		for _, tbl := range []string{"subscriptions", "subscription-lines", "subscription-outbox", "leases", "fences"} {
			if left, err := h.Rows.Count(t.Context(), tenant, tbl, table.Range{}); left > 0 || err != nil {
				t.Errorf("died before call %d: %d rows are left in %s, %v", n, left, tbl, err)
			}
		}
		if _, err := h.n.Get(t.Context(), tenant, id); animo.CodeOf(err) != animo.NotFound {
			t.Errorf("Get = %v", err)
		}
		if h.turn(id) != notify.Never || r.asked > 0 {
			t.Error("it is told")
		}
	}
}

func TestNotifier_secret_rotates_with_both_valid_for_a_day(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	id, old := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	fresh, err := h.n.Rotate(t.Context(), tenant, id)
	if err != nil || fresh == old || !strings.HasPrefix(fresh, "whsec_") {
		t.Fatal(fresh, err)
	}
	for i, c := range []struct {
		after  time.Duration
		secret string
		sigs   int
	}{{0, old, 2}, {0, fresh, 2}, {23 * time.Hour, old, 2}, {time.Hour, fresh, 1}} {
		h.Now = h.Now.Add(c.after)
		r.secret = c.secret
		h.find(1)
		h.drain(id, h.Now)
		if r.got[i].sigs != c.sigs {
			t.Errorf("%d signatures at message %d, want %d", r.got[i].sigs, i, c.sigs)
		}
	}
}

func TestNotifier_secret_in_use_holds_its_day_also_when_two_newer_ones_are_made(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	id, used := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	for range 2 { // the first answer was lost, say
		if _, err := h.n.Rotate(t.Context(), tenant, id); err != nil {
			t.Fatal(err)
		}
		h.Now = h.Now.Add(time.Hour)
	}
	r.secret = used
	h.find(1)
	h.drain(id, h.Now)
	if got := r.got[0].sigs; got != 3 {
		t.Errorf("%d signatures, want those of three secrets", got)
	}
	r.secret, h.Now = "", h.Now.Add(22*time.Hour)
	h.find(1)
	h.drain(id, h.Now)
	if got := r.got[1].sigs; got != 2 {
		t.Errorf("%d signatures when the first secret's day is over, want 2", got)
	}
	for range 20 {
		if _, err := h.n.Rotate(t.Context(), tenant, id); err != nil {
			t.Fatal(err)
		}
	}
	h.find(1)
	h.drain(id, h.Now)
	if got := r.got[2].sigs; got != 8 {
		t.Errorf("%d signatures after twenty more secrets, want 8", got)
	}
}

func TestNotifier_replays_with_the_same_message_id(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	h.find(2)
	h.drain(id, h.Now)
	h.Now = h.Now.Add(time.Hour)
	since := h.Now
	h.find(2)
	h.drain(id, h.Now)
	for range 2 { // asked twice, because an answer was lost
		if err := h.n.Replay(t.Context(), tenant, id, 1); err != nil {
			t.Fatal(err)
		}
	}
	h.drain(id, h.Now)
	if len(r.got) != 5 || r.got[4].id != r.got[0].id {
		t.Errorf("%d were told; the last is %+v, want it to be the first again", len(r.got), r.got[len(r.got)-1])
	}
	counts := [2]int{}
	for i := range 2 {
		var err error
		if counts[i], err = h.n.ReplaySince(t.Context(), tenant, id, since); err != nil {
			t.Fatal(err)
		}
	}
	h.drain(id, h.Now)
	if counts != [2]int{2, 0} || len(r.got) != 7 || r.got[5].id != r.got[2].id || r.got[6].id != r.got[3].id {
		t.Errorf("since a time: %v replays, %d told", counts, len(r.got))
	}
	h.find(1)
	if err := h.n.Replay(t.Context(), tenant, id, 8); err != nil {
		t.Fatal(err)
	}
	if s := h.get(id); s.Waiting != 1 {
		t.Errorf("after a replay of what waits anyway, %d wait", s.Waiting)
	}
	for _, missing := range []int64{0, -1, 99} {
		if err := h.n.Replay(t.Context(), tenant, id, missing); animo.CodeOf(err) != animo.NotFound {
			t.Errorf("replay of %d: %v", missing, err)
		}
	}
}

func TestNotifier_replays_since_a_time_what_was_told_in_a_turn_that_goes_on(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	h.find(3)
	asked := 0
	r.say(func(http.ResponseWriter, *http.Request) {
		if asked++; asked == 3 { // two are told, and the line not written down yet
			if again, err := h.n.ReplaySince(t.Context(), tenant, id, time.Time{}); err != nil || again != 2 {
				t.Errorf("%d, %v; want the 2 that were told", again, err)
			}
		}
	})
	h.drain(id, h.Now)
	if len(r.got) != 5 || r.got[4].id != r.got[1].id {
		t.Errorf("%d were told", len(r.got))
	}
}

func TestNotifier_replays_what_was_replayed_in_a_turn_that_goes_on(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	replay := func() {
		if err := h.n.Replay(t.Context(), tenant, id, 1); err != nil {
			t.Error(err)
		}
	}
	h.find(1)
	h.drain(id, h.Now)
	replay()
	h.find(1)
	asked := 0
	r.say(func(http.ResponseWriter, *http.Request) {
		if asked++; asked == 2 { // the replay was told, the line not written down yet
			replay()
			if again, err := h.n.ReplaySince(t.Context(), tenant, id, time.Time{}); err != nil || again != 0 { // the first waits once more already
				t.Errorf("since a time: %d, %v", again, err)
			}
		}
	})
	h.drain(id, h.Now)
	if len(r.got) != 4 || r.got[3].id != r.got[0].id {
		t.Errorf("%d were told, want the first, its replay, the second, and the replay's replay", len(r.got))
	}
}

func TestNotifier_keeps_so_many_deliveries_and_still_knows_what_it_told(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true, Limits: notify.Limits{Kept: 20}}), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	h.find(50)
	h.drain(id, h.Now)
	h.find(40) // these wait
	for range 2 {
		if err := h.n.Sweep(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
	}
	if list := h.deliveries(id); len(list) != 60 || list[0].ID != 31 || list[0].Outcome != notify.Told || list[0].Message == "" {
		t.Errorf("the log has %d, from %+v; want 20 that were told and 40 that wait", len(list), list[0])
	}
	for i := range 90 {
		if err := h.handle(h.event(h.record(i+1, animo.Happy))); err != nil {
			t.Fatal(err)
		}
	}
	h.drain(id, h.Now)
	if err := h.n.Sweep(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	if got := r.faces(); !slices.Equal(got, count(90)) || len(r.got) != 90 {
		t.Errorf("told %d: %v", len(r.got), got)
	}
	if list := h.deliveries(id); len(list) != 20 {
		t.Errorf("the log has %d, want 20", len(list))
	}
}

func TestNotifier_parcel_that_cannot_be_read_holds_up_neither_its_line_nor_the_trimming(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true, Limits: notify.Limits{Kept: 20}}), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	damage := func(faces ...int) {
		t.Helper()
		for _, i := range faces {
			if err := h.Rows.Put(t.Context(), tenant, "subscription-outbox", table.Row{Key: h.record(i, animo.Happy).FaceID + "/" + id, Value: []byte("no JSON")}); err != nil {
				t.Fatal(err)
			}
		}
	}
	h.find(50)
	damage(1, 15)
	h.drain(id, h.Now)
	if got := r.faces(); len(got) != 48 || slices.Contains(got, 15) || got[0] != 2 || got[47] != 50 {
		t.Errorf("told %v, want all but 1 and 15", got)
	}
	damage(5, 45)
	if err := h.n.Sweep(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	if list := h.deliveries(id); len(list) != 19 || list[0].ID != 31 {
		t.Errorf("the log has %d, from %+v; want the last 20 but one", len(list), list[0])
	}
}

func TestNotifier_line_that_is_full_says_so_once(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true, Limits: notify.Limits{Waiting: 3}}), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	h.find(6)
	list := h.deliveries(id)
	if len(list) != 4 || list[3].Kind != "state" || list[3].Notice.Code != animo.Quota {
		t.Errorf("the log has %+v", list)
	}
	h.drain(id, h.Now)
	h.find(1)
	h.drain(id, h.Now)
	if got := r.faces(); !slices.Equal(got, []int{1, 2, 3, 7}) {
		t.Errorf("told %v", got)
	}
}

func TestNotifier_refuses_what_cannot_be(t *testing.T) {
	h := newHouse(t, notify.Options{Limits: notify.Limits{Subscriptions: 2}})
	hook := func(url string) notify.Spec { return notify.Spec{Kind: notify.Webhook, Target: url} }
	for name, c := range map[string]struct {
		spec notify.Spec
		want animo.Code
	}{
		"no kind":           {notify.Spec{Target: "https://example.com"}, animo.Invalid},
		"no URL":            {hook("example.com"), animo.Invalid},
		"another scheme":    {hook("ftp://example.com"), animo.Invalid},
		"plain HTTP":        {hook("http://example.com"), animo.Invalid},
		"a user":            {hook("https://ana:clave@example.com"), animo.Invalid},
		"this machine":      {hook("https://localhost/"), animo.Forbidden},
		"a loopback":        {hook("https://127.0.0.1:8443/"), animo.Forbidden},
		"a mapped loopback": {hook("https://[::ffff:127.0.0.1]/"), animo.Forbidden},
		"metadata":          {hook("https://169.254.169.254/latest/"), animo.Forbidden},
		"a private network": {hook("https://10.1.2.3/"), animo.Forbidden},
		"no such mood":      {notify.Spec{Kind: notify.Webhook, Target: "https://example.com", Filter: notify.Filter{Mood: "GLAD"}}, animo.Invalid},
		"no percentage":     {notify.Spec{Kind: notify.Webhook, Target: "https://example.com", Filter: notify.Filter{MinConfidence: 101}}, animo.Invalid},
		"a subject":         {notify.Spec{Kind: notify.Webhook, Target: "https://example.com", Subject: "Hola"}, animo.Invalid},
		"mail without one":  {notify.Spec{Kind: notify.Email, Target: "ana@example.com"}, animo.Unsupported},
		"a long URL":        {hook("https://example.com/" + strings.Repeat("a", 3000)), animo.TooLarge},
	} {
		if _, _, err := h.n.Add(t.Context(), tenant, c.spec); animo.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	h.add(hook("https://example.com/a"))
	if _, _, err := h.n.Add(t.Context(), tenant, hook("https://example.com/a")); animo.CodeOf(err) != animo.Conflict {
		t.Errorf("the same again: %v", err)
	}
	h.add(hook("https://example.com/b"))
	if _, _, err := h.n.Add(t.Context(), tenant, hook("https://example.com/c")); animo.CodeOf(err) != animo.Quota {
		t.Errorf("one too many: %v", err)
	}
	if list, err := h.n.List(t.Context(), tenant); err != nil || len(list) != 2 || list[0].Target != "https://example.com/a" {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err := h.n.List(t.Context(), "luna"); err != nil || len(list) != 0 {
		t.Errorf("another tenant sees %+v, %v", list, err)
	}
}

func TestNotifier_test_tells_past_the_line(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	id, secret := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL, Filter: notify.Filter{Mood: animo.Sad}})
	r.secret = secret
	d, err := h.n.Test(t.Context(), tenant, id)
	if err != nil || d.Outcome != notify.Told || d.Last.Status != 200 || d.ID != 1 {
		t.Errorf("%+v, %v", d, err)
	}
	if m := r.got[0]; m.body.Type != "subscription.test" || m.body.Data.Mood != animo.Sad {
		t.Errorf("told %+v", m)
	}
	h.Now = h.Now.Add(time.Second)
	r.say(status(404))
	if d, err = h.n.Test(t.Context(), tenant, id); err != nil || d.Outcome != notify.Untold || d.Last.Status != 404 || d.Last.Reason == nil {
		t.Errorf("%+v, %v", d, err)
	}
	if h.turn(id); h.get(id).Waiting != 0 || r.asked != 2 {
		t.Error("a test stays in the line")
	}
}

func TestNotifier_two_workers_do_not_tell_the_same_line(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	second := h.openAs("worker-2", notify.Options{AllowPrivate: true})
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	h.find(2)
	tried := false
	r.answer = func(w http.ResponseWriter, _ *http.Request) {
		if !tried {
			tried = true
			if again := second.Turn(t.Context(), tenant, id); again <= 0 {
				t.Errorf("another worker's turn wants the next one after %v", again)
			}
		}
		w.WriteHeader(http.StatusNoContent)
	}
	h.drain(id, h.Now)
	if got := r.faces(); !slices.Equal(got, count(2)) || len(r.got) != 2 {
		t.Errorf("told %v in %d messages", got, len(r.got))
	}
	h.find(1)
	if second.Turn(t.Context(), tenant, id); len(r.got) != 3 {
		t.Error("a line that was left is not taken by another worker")
	}
}

// TestNotifier_measured_face_erased_at_any_call erases a face that a client measured before each call in turn while it
// is put into a line and told, and wants nothing of it left.
func TestNotifier_measured_face_erased_at_any_call(t *testing.T) {
	for n, more := 1, true; more; n++ {
		h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
		id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
		face := h.record(1, animo.Happy)
		face.FaceID, face.PhotoID, face.MeasuredBy = "20260501T120000.000Z-m0123456789abcdef", "", "client"
		h.Calls, more = 0, false
		h.At = func(call int) error {
			if call == n {
				h.Rest()
				more = true
				h.erase(face.FaceID)
				_, err := h.n.Forget(t.Context(), tenant, face.FaceID)
				return err
			}
			return nil
		}
		if err := h.handle(h.event(face)); err != nil {
			t.Fatal(err)
		}
		h.drain(id, h.Now)
		h.Rest()
		list := h.deliveries(id)
		if more && len(list) > 0 || !more && (len(list) != 1 || list[0].Face != face.FaceID || len(r.got) != 1) {
			t.Errorf("erased before call %d, %v: the log has %+v, %d were told", n, more, list, len(r.got))
		}
	}
}

func TestNotifier_sweep_goes_past_a_line_that_cannot_be_read(t *testing.T) {
	h := newHouse(t, notify.Options{})
	const broken, abandoned = "20260501T100000.000Z-0123456789abcdef", "20260501T110000.000Z-0123456789abcdef"
	err := h.Rows.Put(t.Context(), tenant, "subscription-lines", table.Row{Key: broken, Value: []byte("no JSON")}, table.Row{Key: abandoned, Value: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.n.Sweep(t.Context(), tenant); err == nil || !strings.Contains(err.Error(), broken) || strings.Contains(err.Error(), abandoned) {
		t.Errorf("%v, want the row's key and no other", err)
	}
	if _, err := h.Rows.Get(t.Context(), tenant, "subscription-lines", abandoned); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("the abandoned line behind it: %v, want it removed", err)
	}
}

func TestNotifier_turn_that_panics_is_logged_counted_and_tried_again_later(t *testing.T) {
	var log bytes.Buffer
	panics := map[string]int{}
	h, r := newHouse(t, notify.Options{AllowPrivate: true, Keeper: loop.New(slog.New(slog.NewTextHandler(&log, nil)), func(name string, panicked bool) {
		if panicked {
			panics[name]++
		}
	})}), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	h.find(1)
	h.At = func(int) error { panic("no such luck") }
	for range 3 {
		if again := h.n.Turn(t.Context(), tenant, id); again <= 0 {
			t.Errorf("it wants its next turn after %v", again)
		}
	}
	if panics["turn"] != 3 || strings.Count(log.String(), "no such luck") != 1 || !strings.Contains(log.String(), "notify_test.go") {
		t.Errorf("%v panics were told, want 3 of a turn, and the log says %s", panics, log.String())
	}
	h.Rest()
	h.drain(id, h.Now)
	if len(r.got) != 1 {
		t.Errorf("told %d times afterwards", len(r.got))
	}
}

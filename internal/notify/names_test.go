package notify_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/notify"
	"animo/internal/table"
)

// TestNotifier_renamed_at_any_call takes the name off a face before each call in turn while the face is put into
// lines and told, and wants the name nowhere, also when the event comes again.
func TestNotifier_renamed_at_any_call(t *testing.T) {
	for n, more := 1, true; more; n++ {
		h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
		all, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
		hers, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: newReceiver(t).URL, Filter: notify.Filter{Person: "Ana"}})
		record := h.record(1, animo.Happy)
		record.ImageData.Celebrities = []animo.Celebrity{{Name: "Ana", Similarity: 90}}
		h.name(record, "Ana")
		rename := func() error {
			h.name(record, "")
			return h.n.Rename(t.Context(), tenant, record.FaceID, []animo.Celebrity{})
		}
		h.Calls, more = 0, false
		h.At = func(call int) error {
			if call == n {
				h.Rest()
				more = true
				return rename()
			}
			return nil
		}
		e := h.event(record)
		for range 2 {
			if err := h.handle(e); err != nil {
				t.Fatal(err)
			}
			h.drain(all, h.Now)
			h.drain(hers, h.Now)
		}
		h.Rest()
		if !more {
			if err := rename(); err != nil {
				t.Fatal(err)
			}
			if n < 8 {
				t.Errorf("only %d calls were tried", n)
			}
		}
		for row, err := range h.Rows.Query(t.Context(), tenant, "subscription-outbox", table.Range{}, false) {
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(row.Value, []byte("Ana")) {
				t.Errorf("renamed before call %d: %s is kept", n, row.Value)
			}
		}
		if list := h.deliveries(all); len(list) != 1 || list[0].Outcome != notify.Told || len(r.got) != 1 {
			t.Errorf("renamed before call %d: %+v, told %d times", n, list, len(r.got))
		}
		if s := h.get(hers); s.Waiting != 0 {
			t.Errorf("renamed before call %d: %d wait for one who is told of Ana", n, s.Waiting)
		}
	}
}

func TestNotifier_subscription_to_a_person_goes_on_when_the_person_has_another_name(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL, Filter: notify.Filter{Person: "Ana"}})
	other, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL, Filter: notify.Filter{Person: "Eva"}})
	record := h.record(1, animo.Happy)
	record.ImageData.Celebrities = []animo.Celebrity{{Name: "Ana", Similarity: 91}}
	if err := h.handle(h.event(record)); err != nil {
		t.Fatal(err)
	}
	anna := []animo.Celebrity{{Name: "Anna", Similarity: 91}}
	for range 2 {
		if err := h.n.RenamePerson(t.Context(), tenant, "Ana", "Anna"); err != nil {
			t.Fatal(err)
		}
		if err := h.n.Rename(t.Context(), tenant, record.FaceID, anna); err != nil {
			t.Fatal(err)
		}
	}
	if h.get(id).Filter.Person != "Anna" || h.get(other).Filter.Person != "Eva" {
		t.Errorf("%+v, %+v", h.get(id), h.get(other))
	}
	record = h.record(2, animo.Happy)
	record.ImageData.Celebrities = anna
	if err := h.handle(h.event(record)); err != nil {
		t.Fatal(err)
	}
	h.drain(id, h.Now)
	if got := r.faces(); !slices.Equal(got, []int{1, 2}) || r.got[0].body.Data.ImageData.Celebrities[0].Name != "Anna" {
		t.Errorf("told %v, %+v", got, r.got)
	}
}

func TestNotifier_what_waits_of_a_corrected_face_says_what_it_shows_or_goes(t *testing.T) {
	h, r, glad := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t), newReceiver(t)
	all, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	happy, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: glad.URL, Filter: notify.Filter{Mood: animo.Happy}})
	for i := range 3 {
		if err := h.handle(h.event(h.record(i, animo.Happy))); err != nil {
			t.Fatal(err)
		}
	}
	face := func(i int) animo.Face {
		record := h.record(i, animo.Happy)
		return animo.Face{ID: record.FaceID, Mood: animo.Happy, Emotions: record.Emotions}
	}
	sad, none := face(1).Corrected(&animo.Correction{Emotion: "SAD"}), face(2).Corrected(&animo.Correction{NotFace: true})
	for range 2 {
		for _, f := range []animo.Face{sad, none} {
			if err := h.n.Correct(t.Context(), tenant, &f); err != nil {
				t.Fatal(err)
			}
		}
	}
	h.drain(happy, h.Now)
	if got := glad.faces(); !slices.Equal(got, []int{0}) {
		t.Errorf("who asks for happy faces is told of %v", got)
	}
	h.drain(all, h.Now)
	if got := r.faces(); !slices.Equal(got, []int{0, 1}) || r.got[1].body.Data.Mood != animo.Sad || r.got[1].body.Data.ImageData.Emotion.Type != "SAD" {
		t.Errorf("told %v, %+v", got, r.got)
	}
}

func TestNotifier_subscriptions_to_an_erased_person_go_with_all_that_waits_for_them(t *testing.T) {
	h, r := newHouse(t, notify.Options{AllowPrivate: true}), newReceiver(t)
	h.Now = h.Now.Add(300 * time.Microsecond)
	hers, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL, Filter: notify.Filter{Person: "Ana"}})
	all, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL})
	eva, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: r.URL, Filter: notify.Filter{Person: "Eva"}})
	at := h.Now.Truncate(time.Millisecond)
	h.Now = at.Add(time.Millisecond)
	later, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: newReceiver(t).URL, Filter: notify.Filter{Person: "Ana"}})
	for range 2 {
		record := h.record(1, animo.Happy)
		record.ImageData.Celebrities = []animo.Celebrity{{Name: "Ana", Similarity: 91}}
		if err := h.handle(h.event(record)); err != nil {
			t.Fatal(err)
		}
	}
	h.drain(hers, h.Now)
	for _, want := range []int{1, 0} {
		if n, err := h.n.ForgetPerson(t.Context(), tenant, "Ana", at); n != want || err != nil {
			t.Errorf("removed %d, %v, want %d", n, err, want)
		}
	}
	if _, err := h.n.Get(t.Context(), tenant, hers); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("the subscription: %v", err)
	}
	for _, id := range []string{all, eva, later} {
		h.get(id)
	}
	if left := h.keptOf(hers); left != "" {
		t.Errorf("left of it: %s", left)
	}
}

// TestNotifier_removed_at_any_call removes a subscription before each call in turn while a face is put into its line,
// and wants nothing left of it.
func TestNotifier_removed_at_any_call(t *testing.T) {
	for n, more := 1, true; more; n++ {
		h := newHouse(t, notify.Options{AllowPrivate: true})
		id, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: newReceiver(t).URL})
		e := h.event(h.record(1, animo.Happy))
		h.Calls, more = 0, false
		h.At = func(call int) error {
			if call == n {
				h.Rest()
				more = true
				return h.n.Remove(t.Context(), tenant, id)
			}
			return nil
		}
		if err := h.handle(e); err != nil {
			t.Fatal(err)
		}
		h.Rest()
		if !more {
			if n < 4 {
				t.Errorf("only %d calls were tried", n)
			}
			break
		}
		if left := h.keptOf(id); left != "" {
			t.Errorf("removed before call %d: %s is left", n, left)
		}
	}
}

// TestNotifier_person_renamed_at_any_call gives a person another name before each call in turn while a face of the person is
// put into a line, and wants the face told under the new name.
func TestNotifier_person_renamed_at_any_call(t *testing.T) {
	for n, more := 1, true; more; n++ {
		h := newHouse(t, notify.Options{AllowPrivate: true})
		hers, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: newReceiver(t).URL, Filter: notify.Filter{Person: "Ana"}})
		record := h.record(1, animo.Happy)
		record.ImageData.Celebrities = []animo.Celebrity{{Name: "Ana", Similarity: 90}}
		h.name(record, "Ana")
		e := h.event(record)
		h.Calls, more = 0, false
		h.At = func(call int) error {
			if call != n {
				return nil
			}
			h.Rest()
			more = true
			if err := h.Rows.PutJSON(t.Context(), tenant, faces.PeopleTable, "id-of-Ana", faces.Person{ID: "id-of-Ana", Name: "Eva"}); err != nil {
				return err
			}
			return h.n.RenamePerson(t.Context(), tenant, "Ana", "Eva")
		}
		if err := h.handle(e); err != nil {
			t.Fatal(err)
		}
		h.Rest()
		if s := h.get(hers); s.Waiting != 1 {
			t.Errorf("renamed before call %d: %d wait, want the face", n, s.Waiting)
		}
	}
}

// keptOf names the rows that there are of a subscription.
func (h *house) keptOf(id string) (keys string) {
	h.T.Helper()
	for _, tbl := range []string{"subscriptions", "subscription-lines", "subscription-outbox", "leases", "fences"} {
		for row, err := range h.Rows.Query(h.T.Context(), tenant, tbl, table.Range{}, false) {
			if err != nil {
				h.T.Fatal(err)
			}
			if strings.Contains(row.Key, id) {
				keys += " " + tbl + ":" + row.Key
			}
		}
	}
	return keys
}

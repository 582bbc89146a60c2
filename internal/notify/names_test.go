package notify_test

import (
	"bytes"
	"testing"

	"animo"
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
		h.named = map[string][]animo.Celebrity{record.PhotoID: record.ImageData.Celebrities}
		rename := func() error {
			h.named[record.PhotoID] = []animo.Celebrity{}
			return h.n.Rename(t.Context(), tenant, record.FaceID, []animo.Celebrity{})
		}
		h.calls, more = 0, false
		h.at = func(call int) error {
			if call == n {
				h.at, more = nil, true
				return rename()
			}
			return nil
		}
		e := h.event(record)
		for range 2 {
			if err := h.handle(e); err != nil {
				t.Fatal(err)
			}
			h.drain(all, h.now)
			h.drain(hers, h.now)
		}
		h.at = nil
		if !more {
			if err := rename(); err != nil {
				t.Fatal(err)
			}
			if n < 8 {
				t.Errorf("only %d calls were tried", n)
			}
		}
		for row, err := range h.rows.Query(t.Context(), tenant, "subscription-outbox", table.Range{}, false) {
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

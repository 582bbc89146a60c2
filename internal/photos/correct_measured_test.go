package photos_test

import (
	"context"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/moods"
	"animo/internal/notify"
	"animo/internal/table"
)

func TestCorrect_of_a_measured_face_moves_its_record_and_is_taken_back(t *testing.T) {
	l := newLine(t, options{})
	list := measuredFaces(l)
	list[2].Unsure = animo.CoveredFace
	sent := l.measure(list...)
	l.run()
	before := l.recorded()
	heard, stop := l.follow(0)
	face := l.correct(sent[0].FaceID, &animo.Correction{Emotion: "SAD"})
	if face.ID != sent[0].FaceID || face.Mood != animo.Sad || face.Correction.Was != "HAPPY" || face.Correction.Mood != animo.Happy || !face.Correction.At.Equal(l.Now) || face.Box != list[0].Box {
		t.Errorf("the answer: %+v", face)
	}
	l.correct(sent[1].FaceID, &animo.Correction{NotFace: true})
	for told := range heard { // the faces, and then that one is gone
		if told.Face == sent[1].FaceID {
			break
		}
	}
	stop()
	l.correct(sent[2].FaceID, &animo.Correction{Emotion: "SURPRISED"})
	want := map[animo.Mood]int{animo.Sad: 1, animo.Surprised: 1}
	if got := l.faces(); !maps.Equal(got, want) {
		t.Errorf("recorded: %v, want %v", got, want)
	}
	if r := l.recorded()[sent[0].FaceID]; r.ImageData.Emotion != (animo.Emotion{Type: "SAD", Confidence: 100}) || r.Emotions[0].Type != "HAPPY" || r.MeasuredBy != "client" || !r.Accepted.Equal(sent[0].Accepted) {
		t.Errorf("the record: %+v", r)
	}
	if s, err := l.flow.moods.Summary(t.Context(), tenant, moods.SummaryQuery{Every: time.Hour}); err != nil || s.Sources["sala"][animo.Sad].Faces != 1 || s.Sources["sala"][animo.Happy].Faces != 0 || s.Sources["sala"][animo.Other].Faces != 0 {
		t.Errorf("counted: %+v, %v", s.Sources, err)
	}
	// Sent again, the faces stay as they were corrected, and nothing is queued.
	again := l.measure(list...)
	if again[0].Mood != animo.Sad || again[0].Correction == nil || !again[1].Correction.NotFace || !again[0].Accepted.Equal(sent[0].Accepted) {
		t.Errorf("sent again: %+v", again)
	}
	if live, dead := l.depth(); live+dead > 0 {
		t.Errorf("sent again, %d events are queued, %d dead", live, dead)
	}
	if a := l.accuracy(); a.Faces.Of != 0 || len(l.corrections()) != 0 {
		t.Errorf("what a client measured is counted as the analysis's: %+v", a)
	}
	l.correct(sent[0].FaceID, &animo.Correction{Emotion: "FEAR"})
	if got := l.faces(); got[animo.Other] != 1 || got[animo.Sad] != 0 {
		t.Errorf("said another way: %v", got)
	}
	for _, r := range sent {
		l.correct(r.FaceID, nil)
	}
	if got := l.recorded(); !reflect.DeepEqual(got, before) {
		t.Errorf("taken back: %+v\nbefore: %+v", got, before)
	}
}

func TestCorrect_of_a_measured_face_holds_against_an_event_of_before(t *testing.T) {
	l := newLine(t, options{})
	happy := measuredFaces(l)[0]
	other := happy
	other.Name = "otra"
	sent := l.measure(happy, other)
	claimed, err := l.Queue.Claim(t.Context(), "record-happy", 2, time.Hour)
	if err != nil || len(claimed) != 2 {
		t.Fatal(len(claimed), err)
	}
	if _, err := l.flow.photos.Correct(t.Context(), tenant, sent[0].FaceID, &animo.Correction{Emotion: "SAD"}); !isConflict(err) {
		t.Errorf("of a face that is not recorded: %v", err)
	}
	record := func() {
		for _, d := range claimed {
			if err := l.flow.moods.Record(t.Context(), d.Event); err != nil {
				t.Fatal(err)
			}
		}
	}
	record()
	l.correct(sent[0].FaceID, &animo.Correction{Emotion: "SAD"})
	l.correct(sent[1].FaceID, &animo.Correction{NotFace: true})
	record()
	if got := l.faces(); got[animo.Sad] != 1 || len(l.recorded()) != 1 {
		t.Errorf("recorded: %v, want the sad one alone", got)
	}
	l.correct(sent[0].FaceID, nil)
	record()
	if got := l.faces(); got[animo.Happy] != 1 || len(l.recorded()) != 1 {
		t.Errorf("taken back: %v, want one happy", got)
	}
}

func TestCorrect_of_a_measured_face_goes_with_the_face(t *testing.T) {
	for _, c := range []animo.Correction{{Emotion: "SAD"}, {NotFace: true}} {
		l := newLine(t, options{})
		l.policy = animo.PhotoPolicy{KeepFaces: time.Hour}
		sent := l.measure(measuredFaces(l)[:1]...)
		l.run()
		l.correct(sent[0].FaceID, &c)
		r, err := l.flow.moods.EraseMeasured(t.Context(), tenant, sent[0].FaceID)
		if want := map[bool]int{false: 1}[c.NotFace]; err != nil || r.Faces != want {
			t.Errorf("%+v: erased %+v, %v, want %d faces", c, r, err, want)
		}
		for row, err := range l.Rows.Query(t.Context(), tenant, "measured-erased", table.Range{}, false) {
			if err != nil || strings.Contains(string(row.Value), "HAPPY\",\"Conf") || strings.Contains(string(row.Value), "webcam") {
				t.Errorf("%+v: of what was erased there is %s, %v", c, row.Value, err)
			}
		}
		if _, err := l.flow.photos.Correct(t.Context(), tenant, sent[0].FaceID, &c); !isGone(err) {
			t.Errorf("%+v: of an erased face: %v", c, err)
		}
		// Kept long enough, it is retired, also where it has no record.
		second := measuredFaces(l)[1]
		kept := l.measure(second)
		l.run()
		l.correct(kept[0].FaceID, &animo.Correction{NotFace: true})
		l.Now = l.Now.Add(2 * time.Hour)
		if _, err := l.flow.retire(t.Context(), tenant, 10); err != nil {
			t.Fatal(err)
		}
		if _, err := l.flow.sweep(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		if left := l.ofMeasured(); len(left) > 0 {
			t.Errorf("%+v: %v are left", c, left)
		}
		receipts, _, err := l.flow.moods.Receipts(t.Context(), tenant, "", 10)
		if err != nil || len(receipts) != 1 {
			t.Errorf("%+v: %d receipts, %v, want that of the face that somebody erased", c, len(receipts), err)
		}
	}
}

// TestCorrect_of_a_measured_face_reaches_who_is_told lets a subscription to sad faces hear of one that was measured as happy, because its
// event comes to the subscriptions after somebody said so.
func TestCorrect_of_a_measured_face_reaches_subscriptions_that_its_event_has_not(t *testing.T) {
	l, n, _, _ := newSubscribed(t)
	subscription, _, err := n.Add(t.Context(), tenant, notify.Spec{Kind: notify.Webhook, Target: "http://127.0.0.1:1/sad", Filter: notify.Filter{Mood: animo.Sad}})
	if err != nil {
		t.Fatal(err)
	}
	sent := l.measure(measuredFaces(l)[:2]...)
	var tell bus.Function
	for _, f := range n.Functions() {
		tell = f
	}
	for _, name := range []string{"record-happy", "record-sad"} {
		claimed, err := l.Queue.Claim(t.Context(), name, 2, time.Hour)
		if err != nil || len(claimed) != 1 {
			t.Fatal(name, len(claimed), err)
		}
		if err := l.flow.moods.Record(t.Context(), claimed[0].Event); err != nil {
			t.Fatal(err)
		}
		if name == "record-happy" {
			l.correct(sent[0].FaceID, &animo.Correction{Emotion: "SAD"})
		} else {
			l.correct(sent[1].FaceID, &animo.Correction{NotFace: true})
		}
		if err := tell.Handle(t.Context(), claimed[0].Event); err != nil {
			t.Fatal(err)
		}
	}
	list, _, err := n.Deliveries(context.Background(), tenant, subscription.ID, 0, 10)
	if err != nil || len(list) != 1 || list[0].Face != sent[0].FaceID {
		t.Errorf("in the line: %+v, %v, want the first of %+v", list, err, sent)
	}
}

package photos_test

import (
	"context"
	"errors"
	"maps"
	"math"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/moods"
	"animo/internal/photos"
	"animo/internal/table"
)

// measuredFaces are one face of each mood, of one picture.
func measuredFaces(l *line) []moods.MeasuredFace {
	var list []moods.MeasuredFace
	for i, emotion := range []string{"HAPPY", "SAD", "ANGRY"} {
		list = append(list, moods.MeasuredFace{
			Name: "webcam", Source: "sala", Taken: l.Now.Add(-time.Second), Emotions: []animo.Emotion{{Type: "CALM", Confidence: 2}, {Type: emotion, Confidence: 97.5}},
			Box: animo.Box{Left: float64(i) / 10, Top: 0.5, Width: 0.1, Height: 0.2}, Age: 31.5, Gender: animo.Gender{Value: "Female", Confidence: 90}, Confidence: 99,
		})
	}
	return list
}

var oneOfEach = map[animo.Mood]int{animo.Happy: 1, animo.Sad: 1, animo.Other: 1}

func (l *line) measure(faces ...moods.MeasuredFace) []animo.MoodRecord {
	l.T.Helper()
	records, err := l.flow.moods.Measure(l.T.Context(), tenant, faces)
	if err != nil {
		l.T.Fatal(err)
	}
	return records
}

// ofMeasured names what the stores hold of measured faces.
func (l *line) ofMeasured() (names []string) {
	l.T.Helper()
	for _, tbl := range []string{"measured", "measured-since", "measured-erased", "faces-happy", "faces-sad", "faces-surprised", "faces-other"} {
		for row, err := range l.Rows.Query(l.T.Context(), tenant, tbl, table.Range{}, false) {
			if err != nil {
				l.T.Fatal(err)
			}
			names = append(names, tbl+" "+row.Key)
		}
	}
	return names
}

func TestMeasure_faces_are_recorded_once_as_those_of_photos_are(t *testing.T) {
	l := newLine(t, options{})
	faces := measuredFaces(l)
	first := l.measure(faces...)
	l.run()
	if got := l.faces(); !maps.Equal(got, oneOfEach) {
		t.Errorf("recorded %v, want %v", got, oneOfEach)
	}
	r, ok := l.recorded()[first[0].FaceID]
	if !ok || r.MeasuredBy != "client" || r.PhotoID != "" || r.ImageID != "webcam" || r.Source != "sala" || r.Mood != animo.Happy || r.TenantID != tenant ||
		r.ImageData.Emotion != faces[0].Emotions[1] || r.Box != faces[0].Box || r.Age != 31.5 || r.Gender != faces[0].Gender || r.Confidence != 99 ||
		!r.Taken.Equal(faces[0].Taken) || !r.Accepted.Equal(l.Now) || len(r.Emotions) != 2 || r.Emotions[0].Type != "HAPPY" {
		t.Errorf("%+v", r)
	}
	// Sent again, later and in another order, they change nothing, and nothing is queued.
	accepted := l.Now
	l.Now = l.Now.Add(time.Minute)
	again := l.measure(faces[2], faces[0])
	if again[0].FaceID != first[2].FaceID || again[1].FaceID != first[0].FaceID || !again[1].Accepted.Equal(accepted) {
		t.Errorf("first %+v, again %+v", first, again)
	}
	if live, dead := l.depth(); live+dead > 0 {
		t.Errorf("%d events are queued, %d dead, for faces that were recorded", live, dead)
	}
	if got := l.faces(); !maps.Equal(got, oneOfEach) {
		t.Errorf("recorded %v after a repeat, want %v", got, oneOfEach)
	}
	// A face that the client could not read is OTHER, and another one than if it could.
	masked := faces[0]
	masked.Unsure = animo.CoveredFace
	if r := l.measure(masked); r[0].FaceID == first[0].FaceID || r[0].Mood != animo.Other || r[0].LeanedTo != "HAPPY" || r[0].Unsure != animo.CoveredFace {
		t.Errorf("a face that cannot be read: %+v", r[0])
	}
	// Two faces of one call in which nothing differs are two.
	twins := faces[0]
	twins.Name = "gemelas"
	if r := l.measure(twins, twins); r[0].FaceID == r[1].FaceID {
		t.Error("two faces have one id")
	}
	s, err := l.flow.moods.Summary(t.Context(), tenant, moods.SummaryQuery{Every: time.Hour})
	if err != nil || s.Sources["sala"][animo.Sad].Faces != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestMeasure_crash_at_any_call lets the process die before each call to a store in turn, from the call to the last
// record, starts it again, and wants faces that were accepted to be recorded exactly once.
func TestMeasure_crash_at_any_call(t *testing.T) {
	n := 0
	for through := false; !through; {
		n++
		l := newLine(t, options{})
		faces := measuredFaces(l)
		l.At = func(call int) error {
			if call >= n {
				return errors.New("the process died")
			}
			return nil
		}
		_, err := l.flow.moods.Measure(t.Context(), tenant, faces)
		accepted, dead := err == nil, false
		for _, f := range l.functions() { // until it dies
			for !dead {
				claimed, err := l.Queue.Claim(t.Context(), f.Name, 1, time.Hour)
				if err != nil {
					t.Fatal(err)
				}
				if len(claimed) == 0 {
					break
				}
				if f.Handle(t.Context(), claimed[0].Event) != nil {
					dead = true
					err = l.Queue.Return(t.Context(), claimed[0], 0) // as its lease would end
				} else {
					err = l.Queue.Done(t.Context(), claimed[0])
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		through = accepted && !dead
		l.Rest()
		l.run()
		if got := l.faces(); accepted && !maps.Equal(got, oneOfEach) || !accepted && len(got) != 0 {
			t.Errorf("died before call %d, accepted %v: recorded %v", n, accepted, got)
		}
		l.measure(faces...)
		l.run()
		if got := l.faces(); !maps.Equal(got, oneOfEach) {
			t.Errorf("died before call %d, sent again: recorded %v, want %v", n, got, oneOfEach)
		}
		if places, err := l.told(); err != nil || len(places) != 3 {
			t.Errorf("died before call %d: told of %d faces, %v; want 3", n, len(places), err)
		}
	}
	if n < 7 {
		t.Errorf("only %d calls were tried", n)
	}
}

// TestMeasure_erased_at_any_call erases a face before each call to a store in turn while it is recorded, and wants
// nothing of it left.
func TestMeasure_erased_at_any_call(t *testing.T) {
	for n, more := 1, true; more; n++ {
		l := newLine(t, options{})
		faces := measuredFaces(l)[:1]
		id := l.measure(faces...)[0].FaceID
		l.Calls = 0
		more = false
		var receipt animo.Receipt
		l.At = func(call int) error {
			if call != n {
				return nil
			}
			l.Rest()
			more = true
			var err error
			if receipt, err = l.flow.moods.EraseMeasured(t.Context(), tenant, id); err != nil {
				t.Errorf("before call %d: %v", n, err)
			}
			return nil
		}
		l.run()
		l.Rest()
		if !more {
			if n < 2 {
				t.Errorf("only %d calls were tried", n)
			}
			return
		}
		if _, err := l.flow.moods.Measure(t.Context(), tenant, faces); !isConflict(err) {
			t.Errorf("erased before call %d, a repeat that was on its way: %v", n, err)
		}
		l.run()
		if len(l.faces()) > 0 || receipt.Erased != id || receipt.Faces+receipt.Events == 0 {
			t.Errorf("erased before call %d: recorded %v, receipt %+v", n, l.faces(), receipt)
		}
		l.Now = l.Now.Add(time.Hour)
		if _, err := l.flow.sweep(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		if left := l.ofMeasured(); len(left) > 0 {
			t.Errorf("erased before call %d, an hour later: %v are left", n, left)
		}
		if live, dead := l.depth(); live+dead > 0 {
			t.Errorf("erased before call %d: %d events, %d dead letters", n, live, dead)
		}
		if list, _, err := l.flow.moods.Receipts(t.Context(), tenant, "", 10); err != nil || len(list) != 1 || list[0].Erased != id {
			t.Errorf("receipts %+v, %v", list, err)
		}
		l.measure(faces...)
		l.run()
		for range 2 {
			l.Now = l.Now.Add(time.Hour)
			if _, err := l.flow.sweep(t.Context(), tenant); err != nil {
				t.Fatal(err)
			}
		}
		if got := l.faces(); got[animo.Happy] != 1 {
			t.Errorf("erased before call %d and sent anew an hour later: recorded %v", n, got)
		}
	}
}

// TestMeasure_erasure_that_breaks_off_is_ended lets the process die before each call of an erasure in turn.
func TestMeasure_erasure_that_breaks_off_is_ended(t *testing.T) {
	for n, more := 1, true; more; n++ {
		l := newLine(t, options{})
		faces := measuredFaces(l)
		id := l.measure(faces...)[0].FaceID
		l.run()
		l.Calls = 0
		l.At = func(call int) error {
			if call >= n {
				return errors.New("the process died")
			}
			return nil
		}
		_, err := l.flow.moods.EraseMeasured(t.Context(), tenant, id)
		more = err != nil
		l.Rest()
		if _, err := l.flow.sweep(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		if !isGone(l.flow.moods.Measured(t.Context(), tenant, id)) {
			if n > 3 { // before that, nothing of the wish was written down
				t.Errorf("died before call %d: the face is there", n)
			}
			if _, err := l.flow.moods.EraseMeasured(t.Context(), tenant, id); err != nil {
				t.Fatal(err)
			}
		}
		want := map[animo.Mood]int{animo.Sad: 1, animo.Other: 1}
		if got := l.faces(); !maps.Equal(got, want) {
			t.Errorf("died before call %d: %v are recorded, want the other two", n, got)
		}
		if list, _, err := l.flow.moods.Receipts(t.Context(), tenant, "", 10); err != nil || len(list) != 1 || list[0].Erased != id {
			t.Errorf("died before call %d: receipts %+v, %v", n, list, err)
		}
		if _, err := l.flow.moods.EraseMeasured(t.Context(), tenant, id); !isGone(err) {
			t.Errorf("died before call %d, erased again: %v", n, err)
		}
		l.receiptsAreNoted()
	}
}

func TestMeasure_faces_are_kept_as_long_as_the_policy_says(t *testing.T) {
	for n, more := 1, true; more; n++ { // the process dies before each call of the retirement
		l := newLine(t, options{})
		l.policy = animo.PhotoPolicy{KeepFaces: 48 * time.Hour}
		old := measuredFaces(l)
		old[1].Taken = l.Now.Add(-300 * 24 * time.Hour) // what counts is when it was accepted
		l.measure(old...)
		l.run()
		l.Now = l.Now.Add(47 * time.Hour)
		young := l.measure(measuredFaces(l)[0])[0].FaceID
		l.run()
		if _, err := l.flow.retire(t.Context(), tenant, 10); err != nil || len(l.recorded()) != 4 {
			t.Fatalf("%d are recorded before their time is over, %v; want 4", len(l.recorded()), err)
		}
		l.Now = l.Now.Add(2 * time.Hour)
		l.Calls = 0
		l.At = func(call int) error {
			if call >= n {
				return errors.New("the process died")
			}
			return nil
		}
		_, err := l.flow.retire(t.Context(), tenant, 10)
		more = err != nil
		l.Rest()
		if _, err := l.flow.retire(t.Context(), tenant, 10); err != nil {
			t.Fatal(err)
		}
		if got := l.faces(); got[animo.Happy] != 1 || len(got) != 1 || l.recorded()[young].FaceID != young {
			t.Errorf("died before call %d: recorded %v, want the young one", n, got)
		}
		for _, row := range l.ofMeasured() {
			if !strings.Contains(row, young) {
				t.Errorf("died before call %d: %s is left", n, row)
			}
		}
	}
}

func TestMeasure_face_that_was_never_recorded_is_retired_too(t *testing.T) {
	l := newLine(t, options{})
	l.policy = animo.PhotoPolicy{KeepFaces: time.Hour}
	l.measure(measuredFaces(l)...)
	l.Now = l.Now.Add(2 * time.Hour)
	if _, err := l.flow.retire(t.Context(), tenant, 10); err != nil {
		t.Fatal(err)
	}
	l.run()
	l.Now = l.Now.Add(time.Hour)
	if _, err := l.flow.sweep(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	live, dead := l.depth()
	if left := l.ofMeasured(); len(left) > 0 || live+dead > 0 {
		t.Errorf("%v are left, %d events, %d dead letters", left, live, dead)
	}
}

func TestMeasure_holds_limits(t *testing.T) {
	l := newLine(t, options{})
	faces := measuredFaces(l)
	l.policy = animo.PhotoPolicy{FacesPerMinute: 6}
	l.measure(faces...)
	if _, err := l.flow.moods.Measure(t.Context(), tenant, faces[:1]); animo.CodeOf(err) != animo.TooManyRequests {
		t.Errorf("a fourth at once where six may come in a minute: %v", err)
	}
	l.Now = l.Now.Add(10 * time.Second)
	l.measure(faces[0])
	if _, err := l.flow.moods.Measure(t.Context(), tenant, append(faces, faces[0])); animo.CodeOf(err) != animo.TooLarge {
		t.Errorf("four in one call: %v", err)
	}
	l.forbidden = animo.Errorf(animo.Forbidden, "not for this", "no para esto").Of("purpose")
	if _, err := l.flow.moods.Measure(t.Context(), tenant, faces[:1]); animo.CodeOf(err) != animo.Forbidden {
		t.Errorf("without a purpose: %v", err)
	}
}

func TestMeasure_refuses_what_cannot_be(t *testing.T) {
	l := newLine(t, options{})
	for field, change := range map[string]func(*moods.MeasuredFace){
		"image_id":               func(m *moods.MeasuredFace) { m.Name = "a/b" },
		"source":                 func(m *moods.MeasuredFace) { m.Source = strings.Repeat("x", 65) },
		"taken_at":               func(m *moods.MeasuredFace) { m.Taken = time.Time{} },
		"emotions":               func(m *moods.MeasuredFace) { m.Emotions = nil },
		"emotions[1].Type":       func(m *moods.MeasuredFace) { m.Emotions[1].Type = "CALM" },
		"emotions[0].Type":       func(m *moods.MeasuredFace) { m.Emotions[0].Type = "HUNGRY" },
		"emotions[0].Confidence": func(m *moods.MeasuredFace) { m.Emotions[0].Confidence = 101 },
		"box.width":              func(m *moods.MeasuredFace) { m.Box.Width = -0.1 },
		"box.left":               func(m *moods.MeasuredFace) { m.Box.Left = math.NaN() },
		"age":                    func(m *moods.MeasuredFace) { m.Age = -1 },
		"gender.value":           func(m *moods.MeasuredFace) { m.Gender.Value = "F" },
		"unsure":                 func(m *moods.MeasuredFace) { m.Unsure = "masked" },
		"gender.confidence":      func(m *moods.MeasuredFace) { m.Gender.Confidence = 100.1 },
		"confidence":             func(m *moods.MeasuredFace) { m.Confidence = math.Inf(1) },
	} {
		faces := measuredFaces(l)
		change(&faces[1])
		_, err := l.flow.moods.Measure(t.Context(), tenant, faces)
		if e, ok := errors.AsType[*animo.Error](err); !ok || e.Field != "items[1]."+field || !e.Code.Final() || e.EN == e.ES {
			t.Errorf("%s: %v", field, err)
		}
	}
	if left := l.ofMeasured(); len(left) > 0 {
		t.Errorf("%v are kept of what was refused", left)
	}
	p := l.take("a.png", picture(1, 1))
	l.run()
	if _, err := l.flow.moods.EraseMeasured(t.Context(), tenant, l.photo(p.ID).Faces[0].ID); !isGone(err) || !strings.Contains(err.Error(), "/v1/photos/"+p.ID) {
		t.Errorf("erasing a photo's face alone: %v", err)
	}
}

func TestMeasure_face_that_was_recorded_or_erased_is_no_dead_letter(t *testing.T) {
	l := newLine(t, options{})
	id := l.measure(measuredFaces(l)[0])[0].FaceID
	var record bus.Function
	for _, f := range l.functions() {
		if f.Name == "record-happy" {
			record = f
		}
	}
	claimed, err := l.Queue.Claim(t.Context(), record.Name, 1, time.Hour)
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	e, why := claimed[0].Event, animo.ReasonOf(context.Canceled)
	if err := record.OnDead(t.Context(), e, why); err != nil {
		t.Errorf("before it was recorded: %v, want a dead letter", err)
	}
	if err := record.Handle(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if err := record.OnDead(t.Context(), e, why); !errors.Is(err, bus.ErrDone) {
		t.Errorf("once it was recorded: %v, want ErrDone", err)
	}
	if _, err := l.flow.moods.EraseMeasured(t.Context(), tenant, id); err != nil {
		t.Fatal(err)
	}
	if err := record.OnDead(t.Context(), e, why); !errors.Is(err, bus.ErrDone) {
		t.Errorf("once it was erased: %v, want ErrDone", err)
	}
}

func TestMeasure_followers_are_told_faces_and_erasures(t *testing.T) {
	l := newLine(t, options{})
	first := l.measure(measuredFaces(l)[:2]...)
	l.run()
	if _, err := l.flow.moods.EraseMeasured(t.Context(), tenant, first[0].FaceID); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var told, erased []string
	for t2, err := range l.flow.moods.Follow(ctx, tenant, 0) {
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case t2.Face != "":
			erased = append(erased, t2.Face)
			cancel()
		case t2.Erased != "":
			t.Errorf("a photo was erased: %s", t2.Erased)
		case t2.Record != nil:
			told = append(told, t2.Record.FaceID)
		}
	}
	if len(told) != 1 || told[0] != first[1].FaceID || len(erased) != 1 || erased[0] != first[0].FaceID {
		t.Errorf("told %v and that %v was erased; want the second and the first of %+v", told, erased, first)
	}
}

func TestMeasure_leaves_room_on_the_disk(t *testing.T) {
	var asked int64
	full := animo.Errorf(animo.NoSpace, "full", "lleno")
	l := newLine(t, options{Options: photos.Options{Room: func(bytes int64) error { asked = bytes; return full }}})
	if _, err := l.flow.moods.Measure(t.Context(), tenant, measuredFaces(l)); !errors.Is(err, full) || asked < 3<<10 {
		t.Errorf("%v, asked for %d bytes", err, asked)
	}
	if left := l.traces("webcam"); len(left) > 0 {
		t.Errorf("left in %v", left)
	}
}

// TestMeasure_repeat_does_not_bring_back_what_is_erased_at_any_call erases a face before each call to a store in turn
// while the same face comes again, and wants it nowhere, before any sweep.
func TestMeasure_repeat_does_not_bring_back_what_is_erased_at_any_call(t *testing.T) {
	for n, more := 1, true; more; n++ {
		l := newLine(t, options{})
		face := measuredFaces(l)[0]
		id := l.measure(face)[0].FaceID
		l.run()
		l.Calls, more = 0, false
		l.At = func(call int) error {
			if call == n {
				l.Rest()
				more = true
				if _, err := l.flow.moods.EraseMeasured(t.Context(), tenant, id); err != nil {
					t.Errorf("before call %d: %v", n, err)
				}
			}
			return nil
		}
		if _, err := l.flow.moods.Measure(t.Context(), tenant, []moods.MeasuredFace{face}); err != nil && animo.CodeOf(err) != animo.Conflict {
			t.Errorf("erased before call %d: %v", n, err)
		}
		l.Rest()
		if !more {
			if n < 2 {
				t.Errorf("only %d calls were tried", n)
			}
			break
		}
		l.run()
		for _, name := range l.ofMeasured() {
			if !strings.HasPrefix(name, "measured-") { // what says that it was erased, and when to look again
				t.Errorf("erased before call %d: there is %s", n, name)
			}
		}
	}
}

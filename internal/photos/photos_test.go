package photos_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/faces"
	"animo/internal/moods"
	"animo/internal/photos"
	"animo/internal/table"
)

func TestFlow_each_face_is_recorded_in_its_moods_table(t *testing.T) {
	l := newLine(t, options{})
	l.emotions = []string{"HAPPY", "SAD", "SURPRISED", "ANGRY", "HAPPY"}
	p := l.take("grupo.png", picture(5, 1))
	if p.Status != animo.Queued || !p.Taken.Equal(p.Accepted) {
		t.Errorf("taken: %+v", p)
	}
	l.run()
	p = l.photo(p.ID)
	if p.Status != animo.Done || len(p.Faces) != 5 || p.Width != 4 || p.Height != 5 {
		t.Errorf("done: %+v", p)
	}
	want := map[animo.Mood]int{animo.Happy: 2, animo.Sad: 1, animo.Surprised: 1, animo.Other: 1}
	if got := l.faces(); !maps.Equal(got, want) {
		t.Errorf("recorded %v, want %v", got, want)
	}
	r := l.recorded()[p.ID+"-3"]
	if r.TenantID != tenant || r.Mood != animo.Other || r.ImageID != "grupo.png" || r.ImageData.Emotion != (animo.Emotion{Type: "ANGRY", Confidence: 90}) ||
		r.ImageData.Celebrities == nil || r.Source != "puerta" || r.PhotoID != p.ID || r.LeanedTo != "" {
		t.Errorf("recorded %+v", r)
	}
	if n, err := l.flow.sweep(t.Context(), tenant); n != 0 || err != nil {
		t.Errorf("Sweep = %d, %v; want nothing left to do", n, err)
	}
	if live, dead := l.depth(); live+dead > 0 {
		t.Errorf("%d events and %d dead letters are left", live, dead)
	}
}

func TestFlow_photo_without_faces_is_done(t *testing.T) {
	l := newLine(t, options{})
	l.emotions = nil
	p := l.take("mesa.png", picture(1, 1))
	l.run()
	if p = l.photo(p.ID); p.Status != animo.Done || len(p.Faces) != 0 {
		t.Errorf("%+v", p)
	}
	if got := l.faces(); len(got) != 0 {
		t.Errorf("recorded %v", got)
	}
}

func TestFlow_photo_without_its_end_is_analysed_as_far_as_it_goes_and_says_so(t *testing.T) {
	l := newLine(t, options{})
	m := image.NewGray(image.Rect(0, 0, portraitSide, portraitSide))
	for i := range m.Pix {
		m.Pix[i] = uint8(31 * i * i) // so that each row takes some bytes
	}
	var whole bytes.Buffer
	if err := jpeg.Encode(&whole, m, nil); err != nil {
		t.Fatal(err)
	}
	good := l.take("entera.jpg", whole.Bytes())
	cut := l.take("cortada.jpg", whole.Bytes()[:whole.Len()*3/4])
	l.run()
	if p := l.photo(good.ID); p.Status != animo.Done || p.Notice != nil {
		t.Errorf("the whole one: %+v", p)
	}
	p := l.photo(cut.ID)
	if p.Status != animo.Done || p.Failure != nil || p.Notice == nil || p.Notice.Code != animo.TruncatedImage || p.Notice.EN == "" || p.Notice.ES == "" || p.Height != portraitSide || len(p.Faces) != 1 {
		t.Errorf("the one without its end: %+v, %+v", p, p.Notice)
	}
	if _, _, err := l.flow.photos.Annotated(t.Context(), tenant, p.ID, "en"); err != nil {
		t.Errorf("drawn: %v", err)
	}
	if live, dead := l.depth(); live != 0 || dead != 0 {
		t.Errorf("%d events, %d dead letters", live, dead)
	}
}

func TestFlow_face_below_the_confidence_is_other_and_says_what_it_leaned_to(t *testing.T) {
	l := newLine(t, options{Options: photos.Options{Limits: photos.Limits{MoodConfidence: 90.5}}})
	p := l.take("a.png", picture(1, 1))
	l.run()
	if r := l.recorded()[p.ID+"-0"]; r.Mood != animo.Other || r.LeanedTo != "HAPPY" {
		t.Errorf("%+v", r)
	}
}

func TestFlow_face_that_cannot_be_read_is_other_and_says_why(t *testing.T) {
	l := newLine(t, options{})
	l.unsure = animo.CoveredFace
	p := l.take("a.png", picture(1, 1))
	l.run()
	if r := l.recorded()[p.ID+"-0"]; r.Mood != animo.Other || r.LeanedTo != "HAPPY" || r.Unsure != animo.CoveredFace || len(r.Emotions) != 2 {
		t.Errorf("recorded %+v", r)
	}
	if f := l.photo(p.ID).Faces[0]; f.Mood != animo.Other || f.Unsure != animo.CoveredFace {
		t.Errorf("the photo's face: %+v", f)
	}
}

func TestFlow_same_name_and_bytes_are_the_same_photo(t *testing.T) {
	l := newLine(t, options{})
	first := l.take("a.png", picture(2, 1))
	l.Now = l.Now.Add(time.Second)
	again := l.take("a.png", picture(2, 1))
	l.run()
	l.Now = l.Now.Add(time.Second)
	after := l.take("a.png", picture(2, 1))
	if again.ID != first.ID || after.ID != first.ID || after.Status != animo.Done {
		t.Errorf("first %+v, again %+v, after %+v", first, again, after)
	}
	other, otherName := l.take("a.png", picture(2, 2)), l.take("b.png", picture(2, 1))
	if other.ID == first.ID || otherName.ID == first.ID {
		t.Error("other bytes, or another name, are the same photo")
	}
	l.run()
	if got := l.faces(); got[animo.Happy] != 6 {
		t.Errorf("recorded %v, want 6 faces of 3 photos", got)
	}
	puerta, nowhere := "puerta", ""
	for q, want := range map[photos.Query]int{
		{}: 3, {Name: "a.png"}: 2, {Name: "a"}: 0, {Source: &puerta}: 3, {Source: &nowhere}: 0, {Status: animo.Done}: 3, {Status: animo.Failed}: 0, {Name: "b.png", Source: &puerta, Status: animo.Done}: 1,
	} {
		if page, next, err := l.flow.photos.List(t.Context(), tenant, q, "", 10); err != nil || len(page) != want || next != "" {
			t.Errorf("%+v: %d photos, next %q, %v, want %d", q, len(page), next, err, want)
		}
	}
	page, next, err := l.flow.photos.List(t.Context(), tenant, photos.Query{Name: "a.png"}, "", 1)
	if err != nil || len(page) != 1 || next == "" {
		t.Fatalf("the first of two: %v, next %q, %v", page, next, err)
	}
	if rest, _, err := l.flow.photos.List(t.Context(), tenant, photos.Query{Name: "a.png"}, next, 10); err != nil || len(rest) != 1 || rest[0].ID == page[0].ID {
		t.Errorf("the second of two: %v, %v", rest, err)
	}
}

func TestFlow_broken_photo_is_a_dead_letter_and_tried_anew_when_sent_again(t *testing.T) {
	l := newLine(t, options{})
	p := l.take("rota.jpg", []byte("\xff\xd8\xff\xe0 no more"))
	good := l.take("a.png", picture(1, 1))
	l.run()
	if p = l.photo(p.ID); p.Status != animo.Failed || p.Failure == nil || p.Failure.Code != animo.TruncatedImage {
		t.Errorf("%+v", p)
	}
	if l.photo(good.ID).Status != animo.Done {
		t.Error("the good photo of the same batch is not done")
	}
	if live, dead := l.depth(); live != 0 || dead != 1 {
		t.Errorf("%d events, %d dead letters; want one dead letter", live, dead)
	}
	if again := l.take("rota.jpg", []byte("\xff\xd8\xff\xe0 no more")); again.ID != p.ID || again.Status != animo.Queued {
		t.Errorf("sent again: %+v", again)
	}
	l.run()
	if live, dead := l.depth(); l.photo(p.ID).Status != animo.Failed || live != 0 || dead != 1 {
		t.Errorf("after it was sent again: %v, %d events, %d dead letters", l.photo(p.ID).Status, live, dead)
	}
}

func TestFlow_engine_that_fails_three_times_makes_a_dead_letter(t *testing.T) {
	l := newLine(t, options{})
	l.trouble = errors.New("the engine is out of order")
	p := l.take("a.png", picture(1, 1))
	l.run()
	if p = l.photo(p.ID); p.Status != animo.Failed || p.Failure.Code != animo.Internal {
		t.Errorf("%+v", p)
	}
	l.trouble = nil
	if n, err := l.Queue.Redrive(t.Context(), tenant, "analyse"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	l.run()
	if p = l.photo(p.ID); p.Status != animo.Done || l.faces()[animo.Happy] != 1 {
		t.Errorf("%+v", p)
	}
}

// TestFlow_crash_at_any_call lets the process die before each call to a store in turn, from the upload to the
// last face, starts it again, and wants each photo that was accepted to end as exactly its faces.
func TestFlow_crash_at_any_call(t *testing.T) {
	crash := errors.New("the process died")
	n := 0
	for through := false; !through; {
		n++
		l := newLine(t, options{})
		l.emotions = []string{"HAPPY", "SAD", "ANGRY"}
		l.At = func(call int) error {
			if call >= n {
				return crash
			}
			return nil
		}
		_, err := l.tryTake("a.png", picture(3, 1))
		accepted := err == nil
		dead := false
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
		for range 2 { // the second one must find nothing to do
			if _, err := l.flow.sweep(t.Context(), tenant); err != nil {
				t.Fatal(err)
			}
			l.run()
		}
		want := map[animo.Mood]int{animo.Happy: 1, animo.Sad: 1, animo.Other: 1}
		if got := l.faces(); accepted && !maps.Equal(got, want) || !accepted && len(got) != 0 && !maps.Equal(got, want) {
			t.Errorf("died before call %d, accepted %v: recorded %v, want %v", n, accepted, got, want)
		}
		p := l.take("a.png", picture(3, 1))
		l.run()
		if got := l.faces(); !maps.Equal(got, want) || l.photo(p.ID).Status != animo.Done {
			t.Errorf("died before call %d, sent again: recorded %v, want %v", n, got, want)
		}
		if places, err := l.told(); err != nil || len(places) != 3 {
			t.Errorf("died before call %d: told of %d faces, %v; want 3", n, len(places), err)
		}
		if said, err := l.flow.sweep(t.Context(), tenant); said != 0 || err != nil {
			t.Errorf("died before call %d: Sweep = %d, %v; want nothing left to do", n, said, err)
		}
	}
	if n < 15 {
		t.Errorf("only %d calls were tried", n)
	}
}

func TestFlow_face_that_was_recorded_is_no_dead_letter(t *testing.T) {
	l := newLine(t, options{})
	p := l.take("a.png", picture(1, 1))
	functions := map[string]bus.Function{}
	for _, f := range l.functions() {
		functions[f.Name] = f
	}
	l.Step(functions["analyse"])
	claimed, err := l.Queue.Claim(t.Context(), "record-happy", 1, time.Hour)
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	record, e := functions["record-happy"], claimed[0].Event
	died := errors.New("the process died")
	l.At = func(int) error { // each time right after the face was written
		n, err := l.Rows.Count(t.Context(), tenant, "faces-happy", table.Range{})
		if err == nil && n == 1 {
			err = died
		}
		return err
	}
	for i := range 3 {
		if err := record.Handle(t.Context(), e); i > 0 && !errors.Is(err, died) { // the first dies after its only call
			t.Fatal(err)
		}
	}
	l.Rest()
	if err := record.OnDead(t.Context(), e, animo.ReasonOf(context.Canceled)); !errors.Is(err, bus.ErrDone) {
		t.Errorf("OnDead of a face that was recorded = %v, want ErrDone", err)
	}
	if p = l.photo(p.ID); p.Status != animo.Done || p.Failure != nil {
		t.Errorf("%+v", p)
	}
}

// TestFlow_erased_at_any_call erases a photo before each call to a store in turn while it is analysed and
// recorded, and wants nothing of it left.
func TestFlow_erased_at_any_call(t *testing.T) {
	for n, more := 1, true; more; n++ {
		l := newLine(t, options{})
		p := l.take("a.png", picture(3, 1))
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
			if receipt, err = l.flow.photos.Erase(t.Context(), tenant, p.ID); err != nil {
				t.Errorf("before call %d: %v", n, err)
			}
			return nil
		}
		l.run()
		l.Rest()
		if !more {
			if n < 11 {
				t.Errorf("only %d calls were tried", n)
			}
			return
		}
		if left := l.leftovers(p.ID); len(left) > 0 {
			// What was under way the sweeper removes.
			if _, err := l.flow.sweep(t.Context(), tenant); err != nil {
				t.Fatal(err)
			}
		}
		if left := l.leftovers(p.ID); len(left) > 0 || len(l.faces()) > 0 {
			t.Errorf("erased before call %d: %v are left", n, left)
		}
		if live, dead := l.depth(); live+dead > 0 {
			t.Errorf("erased before call %d: %d events, %d dead letters", n, live, dead)
		}
		if receipt.Erased != p.ID || receipt.Files == 0 {
			t.Errorf("erased before call %d: receipt %+v", n, receipt)
		}
		if list, _, err := l.flow.moods.Receipts(t.Context(), tenant, "", 10); err != nil || len(list) != 1 || list[0].Erased != p.ID {
			t.Errorf("receipts %+v, %v", list, err)
		}
		// The same bytes, sent anew, are another photo.
		q := l.take("a.png", picture(3, 1))
		l.run()
		if q.ID == p.ID && l.photo(q.ID).Status != animo.Done || l.faces()[animo.Happy] != 3 {
			t.Errorf("erased before call %d and sent anew: %+v, recorded %v", n, l.photo(q.ID), l.faces())
		}
		l.Now = l.Now.Add(time.Hour)
		for range 2 {
			if _, err := l.flow.sweep(t.Context(), tenant); err != nil {
				t.Fatal(err)
			}
		}
		if l.photo(q.ID).Status != animo.Done || l.faces()[animo.Happy] != 3 {
			t.Errorf("erased before call %d, sent anew, an hour later: recorded %v", n, l.faces())
		}
	}
}

// TestFlow_erasure_that_breaks_off_is_ended lets the process die before each call of an erasure in turn.
func TestFlow_erasure_that_breaks_off_is_ended(t *testing.T) {
	for n, more := 1, true; more; n++ {
		l := newLine(t, options{})
		p := l.take("a.png", picture(3, 1))
		l.run()
		l.Calls = 0
		l.At = func(call int) error {
			if call >= n {
				return errors.New("the process died")
			}
			return nil
		}
		_, err := l.flow.photos.Erase(t.Context(), tenant, p.ID)
		more = err != nil
		l.Rest()
		if _, err := l.flow.sweep(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		if _, err := l.flow.photos.Photo(t.Context(), tenant, p.ID); !isGone(err) {
			if n > 3 { // before that, nothing of the wish was written down
				t.Errorf("died before call %d: the photo is there: %v", n, err)
			}
			continue
		}
		if left := l.leftovers(p.ID); len(left) > 0 || len(l.faces()) > 0 {
			t.Errorf("died before call %d: %v are left", n, left)
		}
		list, _, err := l.flow.moods.Receipts(t.Context(), tenant, "", 10)
		if err != nil || len(list) != 1 || list[0].Erased != p.ID {
			t.Errorf("died before call %d: receipts %+v, %v", n, list, err)
		}
		l.receiptsAreNoted()
	}
}

// TestFlow_erasure_asked_for_again_has_one_receipt asks again for an erasure that broke off, before each call with
// which the sweeper ends it.
func TestFlow_erasure_asked_for_again_has_one_receipt(t *testing.T) {
	for n, through := 1, false; !through; n++ {
		l := newLine(t, options{})
		p := l.take("a.png", picture(3, 1))
		l.run()
		died := errors.New("the process died")
		l.At = func(int) error { // right after the erasure was noted
			noted, err := l.Rows.Count(t.Context(), tenant, "photo-erased", table.Range{})
			if err == nil && noted == 1 {
				err = died
			}
			return err
		}
		if _, err := l.flow.photos.Erase(t.Context(), tenant, p.ID); !errors.Is(err, died) {
			t.Fatal(err)
		}
		l.Now = l.Now.Add(time.Second)
		l.Calls, through = 0, true
		l.At = func(call int) error {
			if call == n {
				through, l.At = false, nil
				if _, err := l.flow.photos.Erase(t.Context(), tenant, p.ID); err != nil && !isGone(err) {
					t.Errorf("asked for again before call %d: %v", n, err)
				}
			}
			return nil
		}
		for range 2 {
			if _, err := l.flow.sweep(t.Context(), tenant); err != nil {
				t.Fatal(err)
			}
		}
		list, _, err := l.flow.moods.Receipts(t.Context(), tenant, "", 10)
		if err != nil || len(list) != 1 || list[0].Erased != p.ID {
			t.Errorf("asked for again before call %d: receipts %+v, %v", n, list, err)
		}
	}
}

func TestFlow_receipt_says_what_was_removed(t *testing.T) {
	l := newLine(t, options{})
	content := picture(3, 1)
	p := l.take("a.png", content)
	l.run()
	l.take("b.png", picture(1, 2))
	r, err := l.flow.photos.Erase(t.Context(), tenant, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if r.Files != 2 || r.Bytes != int64(len(content)) || r.Faces != 3 || r.Descriptors != 3 || r.Events != 0 {
		t.Errorf("%+v", r)
	}
	if _, err := l.flow.photos.Erase(t.Context(), tenant, p.ID); !isGone(err) {
		t.Errorf("erased twice: %v", err)
	}
	broken := l.take("rota.jpg", []byte("\xff\xd8\xff\xe0 no more"))
	l.run()
	if r, err := l.flow.photos.Erase(t.Context(), tenant, broken.ID); err != nil || r.Events != 1 || r.Files != 1 {
		t.Errorf("of a photo with a dead letter: %+v, %v", r, err)
	}
	if live, dead := l.depth(); live+dead > 0 {
		t.Errorf("%d events, %d dead letters are left", live, dead)
	}
}

func TestFlow_keeps_photos_and_faces_as_long_as_the_policy_says(t *testing.T) {
	l := newLine(t, options{})
	l.policy = animo.PhotoPolicy{KeepPhotos: 24 * time.Hour, KeepFaces: 72 * time.Hour}
	old := l.take("a.png", picture(2, 1))
	l.run()
	sweep := func(after time.Duration) {
		t.Helper()
		l.Now = l.Now.Add(after)
		if more, err := l.flow.retire(t.Context(), tenant, 10); more || err != nil {
			t.Fatal(more, err)
		}
	}
	sweep(23 * time.Hour)
	if left := l.leftovers(old.ID); !slices.Contains(left, "picture") || !slices.Contains(left, "photo-descriptors") {
		t.Errorf("an hour too early: %v", left)
	}
	sweep(2 * time.Hour)
	if left := l.leftovers(old.ID); !slices.Equal(left, []string{"photos", "photo-faces", "faces-happy", "faces-happy"}) {
		t.Errorf("after a day: %v", left)
	}
	if l.faces()[animo.Happy] != 2 {
		t.Errorf("after a day: %v", l.faces())
	}
	if _, _, _, err := l.flow.photos.Image(t.Context(), tenant, old.ID); !isGone(err) {
		t.Errorf("the picture: %v", err)
	}
	young := l.take("b.png", picture(1, 2))
	l.run()
	sweep(48 * time.Hour)
	if left := l.leftovers(old.ID); len(left) > 0 {
		t.Errorf("after three days: %v", left)
	}
	if l.faces()[animo.Happy] != 1 || l.photo(young.ID).Status != animo.Done {
		t.Errorf("the younger photo: %+v", l.photo(young.ID))
	}
}

func TestFlow_holds_limits(t *testing.T) {
	l := newLine(t, options{Options: photos.Options{Limits: photos.Limits{PhotoBytes: 4000}}})
	one := picture(1, 1)
	l.policy = animo.PhotoPolicy{PerMinute: 6}
	for i := range 3 {
		l.take("a.png", picture(1, uint8(i)))
	}
	if _, err := l.tryTake("a.png", one); animo.CodeOf(err) != animo.TooManyRequests {
		t.Errorf("more than half a minute's photos at once: %v", err)
	}
	l.Now = l.Now.Add(time.Minute)
	l.policy = animo.PhotoPolicy{Photos: 3}
	if _, err := l.tryTake("new.png", one); animo.CodeOf(err) != animo.Quota {
		t.Errorf("a fourth photo where three may be kept: %v", err)
	}
	known := l.take("a.png", one) // which is kept already
	if _, err := l.flow.photos.Erase(t.Context(), tenant, known.ID); err != nil {
		t.Fatal(err)
	}
	l.take("new.png", one)
	l.policy = animo.PhotoPolicy{Bytes: int64(4 * len(one))}
	if _, err := l.tryTake("c.png", picture(40, 3)); animo.CodeOf(err) != animo.Quota {
		t.Errorf("more bytes than may be kept: %v", err)
	}
	l.policy = animo.PhotoPolicy{}
	if _, err := l.tryTake("big.png", make([]byte, 4001)); animo.CodeOf(err) != animo.TooLarge {
		t.Errorf("a photo over the limit: %v", err)
	}
	for name, want := range map[string]animo.Code{"": animo.UnsafeName, "a/b": animo.UnsafeName, "a\x00": animo.UnsafeName, "\xff": animo.UnsafeName} {
		if _, err := l.tryTake(name, one); animo.CodeOf(err) != want {
			t.Errorf("the name %q: %v", name, err)
		}
	}
	if _, err := l.tryTake("empty.png", nil); animo.CodeOf(err) != animo.EmptyFile {
		t.Errorf("an empty photo: %v", err)
	}
}

func TestFlow_moods_are_listed_in_pages_and_filtered(t *testing.T) {
	l := newLine(t, options{})
	l.emotions = []string{"HAPPY", "SAD"}
	for i := range 5 {
		l.Now = l.Now.Add(time.Minute)
		l.take(fmt.Sprintf("%d.png", i), picture(2, uint8(i)))
	}
	l.run()
	var whole []string
	for after, pages := "", 0; ; pages++ {
		page, next, err := l.flow.moods.List(t.Context(), tenant, moods.Query{}, after, 3)
		if err != nil || pages > 5 {
			t.Fatal(pages, err)
		}
		for _, r := range page {
			whole = append(whole, r.Taken.Format("04")+string(r.Mood))
		}
		if after = next; next == "" {
			break
		}
	}
	if len(whole) != 10 || whole[0][:2] != "05" || whole[9][:2] != "01" || !slices.IsSortedFunc(whole, func(a, b string) int { return strings.Compare(b[:2], a[:2]) }) {
		t.Errorf("in pages: %v", whole)
	}
	from, to := l.Now.Add(-2*time.Minute), l.Now
	nowhere := "nowhere"
	for name, c := range map[string]struct {
		q    moods.Query
		want int
	}{
		"mood":        {moods.Query{Mood: animo.Sad}, 5},
		"time":        {moods.Query{From: from, To: to}, 4},
		"mood, time":  {moods.Query{Mood: animo.Happy, From: from}, 3},
		"source":      {moods.Query{Source: &nowhere}, 0},
		"person":      {moods.Query{Person: "Ana"}, 0},
		"other moods": {moods.Query{Mood: animo.Surprised}, 0},
	} {
		page, next, err := l.flow.moods.List(t.Context(), tenant, c.q, "", 100)
		n := 0
		for _, err := range l.flow.moods.All(t.Context(), tenant, c.q) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if err != nil || len(page) != c.want || n != c.want || next != "" {
			t.Errorf("%s: %d listed, %d exported, want %d; %q, %v", name, len(page), n, c.want, next, err)
		}
	}
	if page, _, err := l.flow.moods.List(t.Context(), "otro", moods.Query{}, "", 100); err != nil || len(page) != 0 {
		t.Errorf("another tenant sees %d, %v", len(page), err)
	}
}

func TestFlow_summary_counts_by_interval_and_source(t *testing.T) {
	l := newLine(t, options{})
	l.emotions = []string{"HAPPY", "SAD"}
	for i := range 4 {
		l.take(fmt.Sprintf("%d.png", i), picture(2, uint8(i)))
		l.Now = l.Now.Add(20 * time.Minute)
	}
	l.run()
	s, err := l.flow.moods.Summary(t.Context(), tenant, moods.SummaryQuery{Every: 30 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range s.Intervals {
		got = append(got, fmt.Sprint(i.From.Format("15:04"), i.Moods))
	}
	want := []string{"12:00map[HAPPY:{2 90} OTHER:{0 0} SAD:{2 90} SURPRISED:{0 0}]", "12:30map[HAPPY:{1 90} OTHER:{0 0} SAD:{1 90} SURPRISED:{0 0}]", "13:00map[HAPPY:{1 90} OTHER:{0 0} SAD:{1 90} SURPRISED:{0 0}]"}
	if !slices.Equal(got, want) || s.Total[animo.Sad].Faces != 4 || s.Sources["puerta"][animo.Happy].Faces != 4 || len(s.Total) != 4 || len(s.Sources["puerta"]) != 4 {
		t.Errorf("%v, %+v", got, s)
	}
	for every, want := range map[time.Duration]string{time.Minute: "1m", time.Hour: "1h", 48 * time.Hour: "48h"} {
		if s, err := l.flow.moods.Summary(t.Context(), tenant, moods.SummaryQuery{Every: every}); err != nil || s.Every != want {
			t.Errorf("every %v is written %q, %v, want %s", every, s.Every, err, want)
		}
	}
	if _, err := l.flow.moods.Summary(t.Context(), tenant, moods.SummaryQuery{Every: 7 * time.Minute}); err == nil || !strings.Contains(err.Error(), "of 7m is") {
		t.Errorf("every seven minutes: %v", err)
	}
	nowhere := ""
	if s, err := l.flow.moods.Summary(t.Context(), tenant, moods.SummaryQuery{Every: time.Hour, Source: &nowhere}); err != nil || len(s.Intervals) != 0 {
		t.Errorf("of another source: %+v, %v", s, err)
	}
	start := time.Date(2026, 5, 1, 13, 0, 0, 0, time.UTC)
	if s, err := l.flow.moods.Summary(t.Context(), tenant, moods.SummaryQuery{Every: time.Hour, From: start}); err != nil || s.Total[animo.Happy].Faces != 1 {
		t.Errorf("from one o'clock: %+v, %v", s, err)
	}
	if s, err := l.flow.moods.Summary(t.Context(), tenant, moods.SummaryQuery{Every: time.Hour, To: start}); err != nil || s.Total[animo.Happy].Faces != 3 {
		t.Errorf("to one o'clock: %+v, %v", s, err)
	}
	for _, every := range []time.Duration{0, time.Second, 90 * time.Second, 7 * time.Hour, 36 * time.Hour} {
		if _, err := l.flow.moods.Summary(t.Context(), tenant, moods.SummaryQuery{Every: every}); animo.CodeOf(err) != animo.Invalid {
			t.Errorf("every %v: %v", every, err)
		}
	}
}

// follow starts a follower, which tells on a channel what it hears, until the test stops it.
func (l *line) follow(after int64) (told <-chan moods.Told, stop func()) {
	ctx, cancel := context.WithCancel(l.T.Context())
	heard, ended := make(chan moods.Told), make(chan struct{})
	go func() {
		defer close(ended)
		for one, err := range l.flow.moods.Follow(ctx, tenant, after) {
			if err != nil {
				l.T.Error(err)
				return
			}
			select {
			case heard <- one:
			case <-ctx.Done():
				return
			}
		}
	}()
	return heard, func() { cancel(); <-ended }
}

func TestFlow_followers_are_told_each_face_once_and_in_order(t *testing.T) {
	l := newLine(t, options{})
	told, stop := l.follow(0)
	if one := <-told; one.ID != 0 || one.Record != nil {
		t.Errorf("told %+v, want the place to begin at", one)
	}
	l.take("a.png", picture(3, 1))
	l.run()
	for want := range int64(3) {
		if one := <-told; one.ID != want+1 || one.Record.ImageID != "a.png" || len(one.JSON) == 0 {
			t.Errorf("told %d, want number %d", one.ID, want+1)
		}
	}
	stop()
	erased := l.take("b.png", picture(1, 2))
	l.run()
	if _, err := l.flow.photos.Erase(t.Context(), tenant, erased.ID); err != nil {
		t.Fatal(err)
	}
	l.take("c.png", picture(1, 3))
	l.run()
	told, stop = l.follow(2)
	if one := <-told; one.ID != 2 || one.Record != nil {
		t.Errorf("resumed at %d, want 2", one.ID)
	}
	if one := <-told; one.ID != 3 || one.Record == nil {
		t.Errorf("resumed with %d, want 3", one.ID)
	}
	if one := <-told; one.ID != 5 || one.Erased != erased.ID {
		t.Errorf("told %+v, want that %s was erased", one, erased.ID)
	}
	if one := <-told; one.ID != 6 || one.Record.ImageID != "c.png" {
		t.Errorf("after an erased one: %d", one.ID)
	}
	stop()
	if err := l.Rows.TrimLog(t.Context(), tenant, "moods", 5); err != nil {
		t.Fatal(err)
	}
	told, stop = l.follow(1)
	if one := <-told; one.Record != nil || one.ID != 5 {
		t.Errorf("resumed where nothing is known any more: %+v, want place 5", one)
	}
	if one := <-told; one.ID != 6 {
		t.Errorf("after the gap: %d", one.ID)
	}
	stop()
	told, stop = l.follow(1000) // of another database
	if one := <-told; one.Record != nil || one.ID != 6 {
		t.Errorf("resumed at a place that never was: %+v, want place 6", one)
	}
	stop()
}

func TestFlow_face_erased_while_it_is_recorded_is_not_told(t *testing.T) {
	for n, more := 1, true; more; n++ {
		l := newLine(t, options{})
		told, stop := l.follow(0)
		<-told
		stop()
		p := l.take("a.png", picture(1, 1))
		l.Step(l.functions()[0])
		l.Calls, more = 0, false
		l.At = func(call int) error {
			if call == n {
				l.Rest()
				more = true
				if _, err := l.flow.photos.Erase(t.Context(), tenant, p.ID); err != nil {
					t.Error(err)
				}
			}
			return nil
		}
		l.run()
		l.Rest()
		if !more {
			return
		}
		told, stop = l.follow(0)
		<-told
		if one := <-told; one.Erased != p.ID {
			t.Errorf("erased before call %d of the record, and told: %+v", n, one)
		}
		stop()
	}
}

// TestFlow_feed_goes_on_where_a_read_failed has one read of a table fail while faces are being read for all who
// follow.
func TestFlow_feed_goes_on_where_a_read_failed(t *testing.T) {
	l := newLine(t, options{})
	p := l.take("a.png", picture(1, 1))
	l.run()
	told, stop := l.follow(-1)
	defer stop()
	if one := <-told; one.ID != 1 {
		t.Errorf("begins at %d, want 1", one.ID)
	}
	l.Before(func(call int) error {
		if call == 5 {
			return animo.Errorf(animo.Unavailable, "the disk is slow", "el disco es lento")
		}
		return nil
	})
	var entries []table.Entry
	for i := range 6 {
		value := fmt.Appendf(nil, `{"face_id":"%d","photo_id":%q}`, i, p.ID)
		entries = append(entries, table.Entry{Row: table.Row{Key: fmt.Sprint(i), Value: value}, Log: "moods"})
	}
	if _, err := l.Rows.Add(t.Context(), tenant, "faces-happy", entries...); err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		if one := <-told; one.Record.FaceID != fmt.Sprint(i) {
			t.Errorf("told face %s, want %d", one.Record.FaceID, i)
		}
	}
}

func TestPhotos_list_finishes_what_is_recorded(t *testing.T) {
	l := newLine(t, options{})
	p := l.take("grupo.png", picture(3, 1))
	l.run()
	noted := func() bool {
		rows, err := l.Rows.Read(t.Context(), tenant, table.Key{Table: faces.PendingTable, Key: p.ID})
		if err != nil {
			t.Fatal(err)
		}
		return rows[0].Rev != 0
	}
	if !noted() {
		t.Fatal("the photo is not noted before it is read: the test shows nothing")
	}
	list, _, err := l.flow.photos.List(t.Context(), tenant, photos.Query{}, "", 10)
	if err != nil || len(list) != 1 || list[0].Status != animo.Done {
		t.Fatalf("List = %+v, %v", list, err)
	}
	if noted() {
		t.Error("the photo is still noted for the sweeper")
	}
}

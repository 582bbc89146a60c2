package photos_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"animo"
	"animo/internal/moods"
	"animo/internal/photos"
	"animo/internal/table"
)

// corrections returns the ids of the faces of which a correction is kept.
func (l *line) corrections() (ids []string) {
	l.T.Helper()
	for row, err := range l.Rows.Query(l.T.Context(), tenant, "face-corrections", table.Range{}, false) {
		if err != nil {
			l.T.Fatal(err)
		}
		ids = append(ids, row.Key)
	}
	return ids
}

func (l *line) correct(face string, c *animo.Correction) animo.Face {
	l.T.Helper()
	f, err := l.flow.photos.Correct(l.T.Context(), tenant, face, c)
	if err != nil {
		l.T.Fatal(err)
	}
	return f
}

func (l *line) accuracy() photos.Accuracy {
	l.T.Helper()
	a, err := l.flow.photos.Accuracy(l.T.Context(), tenant)
	if err != nil {
		l.T.Fatal(err)
	}
	return a
}

// foundIn is what was found most probable in faces that show an emotion, and in how many.
func foundIn(a photos.Accuracy, emotion string) map[string]int {
	for _, e := range a.Each {
		if e.Emotion == emotion {
			return e.Found
		}
	}
	return nil
}

// share is the value of a share of so many, without its interval.
func share(s photos.Share) [2]float64 { return [2]float64{s.Value, float64(s.Of)} }

func TestCorrect_moves_a_face_to_the_mood_that_it_shows(t *testing.T) {
	l := newLine(t, options{})
	p := l.take("a.png", picture(3, 1))
	l.run()
	ids := []string{p.ID + "-0", p.ID + "-1", p.ID + "-2"}
	if _, err := l.flow.people.Introduce(t.Context(), tenant, "Ana", bytes.NewReader(portrait(10))); err != nil {
		t.Fatal(err)
	}
	l.run() // the first face is found to be Ana's
	heard, stop := l.follow(0)
	face := l.correct(ids[0], &animo.Correction{Emotion: "SAD"})
	if face.Mood != animo.Sad || face.Correction.Was != "HAPPY" || face.Correction.Mood != animo.Happy || len(face.People) != 1 || !face.Correction.At.Equal(l.Now) {
		t.Errorf("the answer: %+v", face)
	}
	l.correct(ids[1], &animo.Correction{NotFace: true})
	for told := range heard { // the faces, and then that one is gone
		if told.Face == ids[1] {
			break
		}
		if told.Face != "" || told.Erased != "" {
			t.Fatalf("who follows hears %+v", told)
		}
	}
	l.correct(ids[2], &animo.Correction{Emotion: "HAPPY"}) // it is right
	stop()
	if got := l.faces(); got[animo.Sad] != 1 || got[animo.Happy] != 1 || len(l.recorded()) != 2 {
		t.Errorf("recorded: %v", got)
	}
	if r := l.recorded()[ids[0]]; r.Mood != animo.Sad || r.ImageData.Emotion != (animo.Emotion{Type: "SAD", Confidence: 100}) || r.Emotions[0].Type != "HAPPY" || len(r.ImageData.Celebrities) != 1 {
		t.Errorf("the record: %+v", r)
	}
	if page, _, err := l.flow.moods.List(t.Context(), tenant, moods.Query{Person: "Ana", Mood: animo.Sad}, "", 10); err != nil || len(page) != 1 {
		t.Errorf("of Ana, sad: %d, %v", len(page), err)
	}
	photo := l.photo(p.ID)
	if f := photo.Faces; photo.Status != animo.Done || len(f) != 3 || f[0].Mood != animo.Sad || !f[1].NotFace() || f[2].Correction == nil || f[2].Mood != animo.Happy {
		t.Errorf("the photo: %+v", photo)
	}
	if n := l.flow.moods; n == nil || len(l.corrections()) != 3 {
		t.Errorf("kept: %v", l.corrections())
	}
	if a := l.accuracy(); share(a.Faces) != [2]float64{2. / 3, 3} || share(a.Emotions) != [2]float64{0.5, 2} || share(a.Moods) != [2]float64{0.5, 2} || a.Unsure != 0 || foundIn(a, "SAD")["HAPPY"] != 1 || foundIn(a, "HAPPY")["HAPPY"] != 1 {
		t.Errorf("%+v", a)
	}
	// Taken back, all is as it was; said another way, that holds.
	l.correct(ids[0], nil)
	l.correct(ids[1], nil)
	l.correct(ids[2], &animo.Correction{Emotion: "FEAR"})
	if got := l.faces(); got[animo.Happy] != 2 || got[animo.Other] != 1 || got[animo.Sad] != 0 {
		t.Errorf("taken back: %v", got)
	}
	if a := l.accuracy(); share(a.Faces) != [2]float64{1, 1} || a.Emotions.Of != 1 || foundIn(a, "FEAR")["HAPPY"] != 1 || len(foundIn(a, "HAPPY")) != 0 {
		t.Errorf("taken back: %+v", a)
	}
	if page, _, err := l.flow.moods.List(t.Context(), tenant, moods.Query{Person: "Ana"}, "", 10); err != nil || len(page) != 1 || page[0].Mood != animo.Happy {
		t.Errorf("of Ana: %+v, %v", page, err)
	}
}

func TestCorrect_survives_another_analysis_and_goes_with_the_photo(t *testing.T) {
	l := newLine(t, options{})
	p := l.take("a.png", picture(3, 1))
	l.run()
	l.correct(p.ID+"-0", &animo.Correction{Emotion: "SAD"})
	l.correct(p.ID+"-2", &animo.Correction{NotFace: true})
	l.emotions = []string{"SURPRISED"}
	for round := 1; round <= 2; round++ {
		if _, err := l.flow.photos.Reanalyse(t.Context(), tenant, photos.AgainQuery{IDs: []string{p.ID}}); err != nil {
			t.Fatal(err)
		}
		l.run()
		photo := l.photo(p.ID)
		f := photo.Faces
		if photo.Status != animo.Done || f[0].Mood != animo.Sad || f[0].Correction.Was != "SURPRISED" || f[0].Correction.Mood != animo.Surprised || f[1].Mood != animo.Surprised || !f[2].NotFace() {
			t.Errorf("analysis %d: %+v", round, photo)
		}
		if got := l.faces(); got[animo.Sad] != 1 || got[animo.Surprised] != 1 || len(l.recorded()) != 2 {
			t.Errorf("analysis %d records %v", round, got)
		}
		if a := l.accuracy(); share(a.Faces) != [2]float64{0.5, 2} || foundIn(a, "SAD")["SURPRISED"] != 1 || len(l.corrections()) != 2 {
			t.Errorf("analysis %d: %+v, kept %v", round, a, l.corrections())
		}
	}
	if _, err := l.flow.photos.Erase(t.Context(), tenant, p.ID); err != nil {
		t.Fatal(err)
	}
	if left, a := l.corrections(), l.accuracy(); len(left) != 0 || a.Faces.Of != 0 || len(l.faces()) != 0 {
		t.Errorf("after the erasure: %v, %+v, %v", left, a, l.faces())
	}
}

func TestCorrect_of_what_is_no_face_keeps_nothing_of_who_it_was(t *testing.T) {
	l := newLine(t, options{})
	p := l.take("a.png", picture(1, 1))
	l.run()
	if _, err := l.flow.people.SayIs(t.Context(), tenant, p.ID+"-0", "Ana"); err != nil {
		t.Fatal(err)
	}
	l.correct(p.ID+"-0", &animo.Correction{NotFace: true})
	for _, tbl := range []string{"face-people", "people-faces", "people-examples", "photo-descriptors"} {
		for row := range l.Rows.Query(t.Context(), tenant, tbl, table.Range{}, false) {
			t.Errorf("%s has %s", tbl, row.Key)
		}
	}
	if photo := l.photo(p.ID); photo.Status != animo.Done || len(photo.Faces[0].People) != 0 || len(l.recorded()) != 0 {
		t.Errorf("%+v", photo)
	}
	if _, err := l.flow.photos.Reanalyse(t.Context(), tenant, photos.AgainQuery{IDs: []string{p.ID}}); err != nil {
		t.Fatal(err)
	}
	l.run()
	if photo := l.photo(p.ID); photo.Status != animo.Done || !photo.Faces[0].NotFace() || len(l.recorded()) != 0 {
		t.Errorf("analysed again: %+v", photo)
	}
	if n, err := l.flow.sweep(t.Context(), tenant); err != nil || n != 0 {
		t.Errorf("the sweeper finds %d, %v", n, err)
	}
}

// TestCorrect_holds_against_an_event_of_before has the event of a face come again that was said before the face was corrected,
// as when a dead letter is redriven.
func TestCorrect_holds_against_an_event_of_before(t *testing.T) {
	l := newLine(t, options{})
	p := l.take("a.png", picture(2, 1))
	for _, f := range l.functions() {
		if f.Name == "analyse" {
			l.Step(f)
		}
	}
	claimed, err := l.Queue.Claim(t.Context(), "record-happy", 2, time.Hour)
	if err != nil || len(claimed) != 2 {
		t.Fatal(len(claimed), err)
	}
	if _, err := l.flow.photos.Correct(t.Context(), tenant, p.ID+"-0", &animo.Correction{Emotion: "SAD"}); !isConflict(err) {
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
	l.correct(p.ID+"-0", &animo.Correction{Emotion: "SAD"})
	l.correct(p.ID+"-1", &animo.Correction{NotFace: true})
	record()
	if got := l.faces(); got[animo.Sad] != 1 || got[animo.Happy] != 0 || len(l.recorded()) != 1 {
		t.Errorf("recorded: %v", got)
	}
}

func TestCorrect_refuses_what_cannot_be(t *testing.T) {
	l := newLine(t, options{})
	p := l.take("a.png", picture(1, 1))
	l.run()
	for _, c := range []animo.Correction{{}, {Emotion: "SAD", NotFace: true}, {Emotion: "sad"}, {Emotion: "UNKNOWN"}} {
		if _, err := l.flow.photos.Correct(t.Context(), tenant, p.ID+"-0", &c); animo.CodeOf(err) != animo.Invalid {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, id := range []string{p.ID + "-1", p.ID, p.ID + "-r1-0", "nobody", ""} {
		if _, err := l.flow.photos.Correct(t.Context(), tenant, id, &animo.Correction{Emotion: "SAD"}); !isGone(err) {
			t.Errorf("of %q: %v", id, err)
		}
	}
	if _, err := l.flow.photos.Correct(context.Background(), "otro", p.ID+"-0", &animo.Correction{Emotion: "SAD"}); !isGone(err) {
		t.Errorf("by another tenant: %v", err)
	}
	if n := len(l.corrections()); n != 0 || !slices.Equal(l.photo(p.ID).Faces[0].Emotions, []animo.Emotion{{Type: "HAPPY", Confidence: 90}, {Type: "CALM", Confidence: 10}}) {
		t.Errorf("%d corrections are kept", n)
	}
}

func TestPeople_a_wrong_example_is_removed_and_its_faces_lose_the_name(t *testing.T) {
	l := newLine(t, options{})
	ctx := t.Context()
	introduce := func(who uint8) animo.Person {
		p, err := l.flow.people.Introduce(ctx, tenant, "Ana", bytes.NewReader(portrait(who)))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	good := introduce(10).Examples[0].ID
	ana := introduce(20) // it shows somebody else
	bad := ana.Examples[slices.IndexFunc(ana.Examples, func(e animo.Example) bool { return e.ID != good })].ID
	l.run()
	right, wrong := l.take("right.png", portrait(10)), l.take("wrong.png", portrait(20))
	l.run()
	names := func() (list []string) {
		for _, p := range []animo.Photo{right, wrong} {
			name := ""
			for _, c := range l.recorded()[p.ID+"-0"].ImageData.Celebrities {
				name = c.Name
			}
			list = append(list, name)
		}
		return list
	}
	if got := names(); !slices.Equal(got, []string{"Ana", "Ana"}) {
		t.Fatalf("before: %v", got)
	}
	if ana, err := l.flow.people.RemoveExample(ctx, tenant, "Ana", bad); err != nil || len(ana.Examples) != 1 || ana.Examples[0].ID != good {
		t.Fatalf("%+v, %v", ana, err)
	}
	l.run()
	if got := names(); !slices.Equal(got, []string{"Ana", ""}) {
		t.Errorf("after: %v", got)
	}
	if _, err := l.flow.people.ExampleThumbnail(ctx, tenant, "Ana", bad); !isGone(err) {
		t.Errorf("its small picture: %v", err)
	}
	for _, id := range []string{bad, "", "nobody"} {
		if _, err := l.flow.people.RemoveExample(ctx, tenant, "Ana", id); !isGone(err) {
			t.Errorf("example %q again: %v", id, err)
		}
	}
	// An example that somebody's word made goes with the word.
	if _, err := l.flow.people.SayIs(ctx, tenant, wrong.ID+"-0", "Ana"); err != nil {
		t.Fatal(err)
	}
	l.run()
	if got := names(); !slices.Equal(got, []string{"Ana", "Ana"}) {
		t.Fatalf("said: %v", got)
	}
	if _, err := l.flow.people.RemoveExample(ctx, tenant, "Ana", wrong.ID+"-0"); err != nil {
		t.Fatal(err)
	}
	l.run()
	if got := names(); !slices.Equal(got, []string{"Ana", ""}) {
		t.Errorf("the word is taken back: %v", got)
	}
}

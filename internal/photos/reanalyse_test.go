package photos_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"animo"
	"animo/internal/photos"
)

func (l *line) again(q photos.AgainQuery) photos.Again {
	l.T.Helper()
	a, err := l.flow.photos.Reanalyse(l.T.Context(), tenant, q)
	if err != nil {
		l.T.Fatal(err)
	}
	return a
}

func TestReanalyse_replaces_a_photos_faces_exactly(t *testing.T) {
	l := newLine(t, options{})
	l.emotions = []string{"HAPPY", "SAD"}
	p, other := l.take("a.png", picture(4, 1)), l.take("b.png", picture(1, 2))
	l.run()
	if _, err := l.flow.people.SayIs(t.Context(), tenant, p.ID+"-1", "Bea"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.flow.people.SayIsNot(t.Context(), tenant, p.ID+"-2", "Bea"); err != nil {
		t.Fatal(err)
	}
	l.run()
	old := l.recorded()
	for round := 1; round <= 12; round++ {
		l.emotions = [][]string{{"SURPRISED"}, {"SAD", "HAPPY", "ANGRY"}}[round%2]
		l.Now = l.Now.Add(time.Minute)
		if a := l.again(photos.AgainQuery{IDs: []string{p.ID, "nada"}}); a != (photos.Again{Queued: 1, Skipped: 1}) {
			t.Errorf("%+v", a)
		}
		waiting := l.photo(p.ID)
		if got := l.recorded(); waiting.Status != animo.Queued || len(waiting.Faces) != 4 || len(got) != len(old) {
			t.Errorf("while it waits: %+v, %d recorded", waiting, len(got))
		}
		l.run()
		got := l.photo(p.ID)
		if got.Status != animo.Done || len(got.Faces) != 4 || !got.Analysed.Equal(l.Now) {
			t.Errorf("analysed again: %+v", got)
		}
		want := map[animo.Mood]int{animo.Surprised: 4, animo.Happy: 1}
		if round%2 == 1 {
			want = map[animo.Mood]int{animo.Sad: 2, animo.Happy: 2, animo.Other: 1}
		}
		if faces := l.faces(); !maps.Equal(faces, want) {
			t.Errorf("analysed %d times: recorded %v, want %v", round, faces, want)
		}
		if names := l.names(p.ID); names != "- Bea - -" {
			t.Errorf("analysed %d times, it shows %s", round, names)
		}
		if left := l.leftovers(p.ID); len(left) != 2+1+4+4+2 { // photo, picture's row; faces; descriptors; records; files
			t.Errorf("analysed %d times: %v are kept", round, left)
		}
		for id := range l.recorded() {
			if _, before := old[id]; before && id != other.ID+"-0" {
				t.Errorf("analysed %d times, there is the old face %s", round, id)
			}
		}
		old = l.recorded()
		l.whole(p.ID)
	}
	if places, err := l.told(); err != nil || len(places) != 5 {
		t.Errorf("told of %d faces, %v; want 5", len(places), err)
	}
	if bea, err := l.flow.people.Person(t.Context(), tenant, "Bea"); err != nil || len(bea.Examples) != 1 || bea.Examples[0].Face != p.ID+"-r12-1" {
		t.Errorf("Bea is known by %+v, %v", bea.Examples, err)
	}
	r, err := l.flow.photos.Erase(t.Context(), tenant, p.ID)
	if err != nil || r.Faces != 4 || r.Descriptors != 4+2 {
		t.Errorf("%+v, %v", r, err)
	}
	if left := append(l.leftovers(p.ID), l.traces(p.ID)...); len(left) > 0 {
		t.Errorf("erased, and left in %v", left)
	}
}

func TestReanalyse_old_events_bring_nothing_back(t *testing.T) {
	l := newLine(t, options{})
	p := l.take("a.png", picture(2, 1))
	analyse, record := l.functions()[0], l.functions()[1]
	l.Step(analyse)
	claimed, err := l.Queue.Claim(t.Context(), record.Name, 2, time.Hour) // a worker that will be slow with the second
	if err != nil || len(claimed) != 2 {
		t.Fatal(claimed, err)
	}
	for _, d := range claimed {
		if err := record.Handle(t.Context(), d.Event); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Queue.Done(t.Context(), claimed[0]); err != nil {
		t.Fatal(err)
	}
	l.emotions = []string{"SAD"}
	l.again(photos.AgainQuery{})
	l.run()
	for _, d := range claimed { // which is repeated
		if err := record.Handle(t.Context(), d.Event); err != nil {
			t.Error(err)
		}
	}
	if got := l.faces(); !maps.Equal(got, map[animo.Mood]int{animo.Sad: 2}) {
		t.Errorf("recorded %v", got)
	}
	if l.photo(p.ID).Status != animo.Done {
		t.Errorf("%+v", l.photo(p.ID))
	}
	if live, dead := l.depth(); live+dead > 0 {
		t.Errorf("%d events, %d dead letters", live, dead)
	}
}

func TestReanalyse_that_fails_leaves_the_faces_there_were(t *testing.T) {
	l := newLine(t, options{})
	p := l.take("a.png", picture(2, 1))
	l.run()
	l.trouble = errors.New("the engine is out of order")
	l.again(photos.AgainQuery{IDs: []string{p.ID}})
	l.run()
	if got := l.photo(p.ID); got.Status != animo.Failed || len(got.Faces) != 2 || l.faces()[animo.Happy] != 2 {
		t.Errorf("%+v, %v", got, l.faces())
	}
	l.trouble, l.emotions = nil, []string{"SAD"}
	l.again(photos.AgainQuery{IDs: []string{p.ID}})
	l.run()
	if got := l.photo(p.ID); got.Status != animo.Done || !maps.Equal(l.faces(), map[animo.Mood]int{animo.Sad: 2}) {
		t.Errorf("%+v, %v", got, l.faces())
	}
	l.emotions = nil // and then there are none
	l.again(photos.AgainQuery{})
	l.run()
	if got := l.photo(p.ID); got.Status != animo.Done || len(got.Faces) != 0 || len(l.faces()) != 0 {
		t.Errorf("%+v, %v", got, l.faces())
	}
	if left := l.keys("photo-pending"); len(left) > 0 {
		t.Errorf("pending: %v", left)
	}
	l.emotions = []string{"HAPPY"}
	l.again(photos.AgainQuery{})
	l.run()
	if got := l.photo(p.ID); len(got.Faces) != 2 || l.faces()[animo.Happy] != 2 {
		t.Errorf("%+v, %v", got, l.faces())
	}
}

func TestReanalyse_chooses_photos(t *testing.T) {
	l := newLine(t, options{})
	var ids []string
	for i := range 4 {
		l.Now = l.Now.Add(time.Hour)
		ids = append(ids, l.take("a.png", picture(1, uint8(i))).ID)
	}
	if a := l.again(photos.AgainQuery{}); a != (photos.Again{Queued: 4}) {
		t.Errorf("photos that wait: %+v", a)
	}
	l.run()
	if live, _ := l.depth(); live != 0 || l.faces()[animo.Happy] != 4 {
		t.Errorf("%v", l.faces())
	}
	nowhere, door := "nowhere", "puerta"
	for name, c := range map[string]struct {
		q    photos.AgainQuery
		want int
	}{
		"no ids":         {photos.AgainQuery{IDs: []string{}}, 0},
		"source":         {photos.AgainQuery{Source: &door}, 4},
		"another source": {photos.AgainQuery{Source: &nowhere}, 0},
		"from":           {photos.AgainQuery{From: l.Now.Add(-time.Hour)}, 2},
		"to":             {photos.AgainQuery{To: l.Now}, 3},
		"after":          {photos.AgainQuery{After: ids[2]}, 1},
	} {
		if a := l.again(c.q); a != (photos.Again{Queued: c.want}) {
			t.Errorf("%s: %+v, want %d", name, a, c.want)
		}
		l.run()
	}
	if a, err := l.flow.photos.Reanalyse(t.Context(), "otro", photos.AgainQuery{IDs: ids}); err != nil || a.Queued != 0 {
		t.Errorf("another tenant's: %+v, %v", a, err)
	}
	for _, id := range ids {
		if _, err := l.flow.photos.Erase(t.Context(), tenant, id); err != nil {
			t.Fatal(err)
		}
	}
	if a := l.again(photos.AgainQuery{IDs: slices.Clone(ids)}); a.Skipped != 4 {
		t.Errorf("erased ones: %+v", a)
	}
}

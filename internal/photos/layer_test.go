package photos_test

import (
	"fmt"
	"testing"
	"time"

	"animo"
	"animo/internal/photos"
)

// lessons are photos of people in whom the engine takes calm faces for sad ones, and of whom somebody says what every second
// face shows: the sad ones alone where mistakes says so.
func lessons(l *line, n int, mistakes bool) (ids []string) {
	l.T.Helper()
	l.emotions, l.seven = []string{"SAD", "SURPRISED"}, true
	for i := range n {
		p := l.take(fmt.Sprintf("lesson%d.png", i), picture(4, byte(i)))
		ids = append(ids, p.ID)
	}
	l.run()
	for _, id := range ids {
		for i := range 4 {
			switch face := fmt.Sprintf("%s-%d", id, i); {
			case i%2 == 0:
				l.correct(face, &animo.Correction{Emotion: "CALM"})
			case !mistakes:
				l.correct(face, &animo.Correction{Emotion: "SURPRISED"})
			}
		}
	}
	return ids
}

func (l *line) learn(want photos.LayerState) photos.LayerInfo {
	l.T.Helper()
	layers := photos.NewLayers(l.Rows, func() time.Time { return l.Now })
	if err := layers.Learn(l.T.Context(), tenant); err != nil {
		l.T.Fatal(err)
	}
	info, err := layers.Info(l.T.Context(), tenant)
	if err != nil || info.State != want {
		l.T.Errorf("%+v, %v; want %s", info, err, want)
	}
	return info
}

// analysed returns the first face of a new photo.
func (l *line) analysed(name string) animo.Face {
	l.T.Helper()
	p := l.take(name, picture(1, byte(len(name)+100)))
	l.run()
	return l.photo(p.ID).Faces[0]
}

func TestLayers_what_people_say_of_faces_changes_how_new_ones_are_read(t *testing.T) {
	l := newLine(t, options{})
	l.learn(photos.LayerFew) // of nothing
	ids := lessons(l, 15, false)
	if before := l.analysed("a.png"); before.Mood != animo.Sad || before.Network != nil {
		t.Fatalf("before: %+v", before)
	}
	info := l.learn(photos.LayerOn)
	if info.Learned != 60 || info.Before != 0.5 || info.After != 1 || !info.Fitted.Equal(l.Now) {
		t.Errorf("%+v", info)
	}
	after := l.analysed("bb.png")
	if after.Emotions[0].Type != "CALM" || after.Mood != animo.Other || len(after.Network) != 7 || after.Network[0].Type != "SAD" {
		t.Errorf("after: %+v", after)
	}
	if got := l.faces(); got[animo.Sad] != 1 || got[animo.Other] != 31 || got[animo.Surprised] != 30 {
		t.Errorf("recorded: %v", got)
	}

	layers := photos.NewLayers(l.Rows, func() time.Time { return l.Now })
	if off, err := layers.Use(t.Context(), tenant, false); err != nil || off.State != photos.LayerOff {
		t.Errorf("%+v, %v", off, err)
	}
	if face := l.analysed("ccc.png"); face.Mood != animo.Sad || face.Network != nil {
		t.Errorf("turned off: %+v", face)
	}
	if on, err := layers.Use(t.Context(), tenant, true); err != nil || on.State != photos.LayerOn {
		t.Errorf("%+v, %v", on, err)
	}
	// Other tenants have none, and with the photos goes what was learned.
	if other, err := layers.Info(t.Context(), "luna"); err != nil || other.State != photos.LayerFew {
		t.Errorf("%+v, %v", other, err)
	}
	for _, id := range ids[:5] {
		if _, err := l.flow.photos.Erase(t.Context(), tenant, id); err != nil {
			t.Fatal(err)
		}
	}
	if info := l.learn(photos.LayerFew); info.Learned != 40 {
		t.Errorf("after erasures: %+v", info)
	}
	if _, err := layers.Use(t.Context(), tenant, true); animo.CodeOf(err) != animo.Conflict {
		t.Errorf("turned on without corrections: %v", err)
	}
}

func TestLayers_do_not_learn_of_mistakes_alone(t *testing.T) {
	l := newLine(t, options{})
	lessons(l, 25, true)
	l.learn(photos.LayerMistakes)
	if face := l.analysed("a.png"); face.Mood != animo.Sad {
		t.Errorf("%+v", face)
	}
}

// A layer's row that cannot be read stops neither analyses nor learning.
func TestLayers_unreadable_one_is_fitted_anew(t *testing.T) {
	l := newLine(t, options{})
	lessons(l, 12, false)
	if err := l.Rows.PutJSON(t.Context(), tenant, "face-layer", "emotions", "no layer"); err != nil {
		t.Fatal(err)
	}
	if face := l.analysed("a.png"); face.Mood != animo.Sad {
		t.Errorf("%+v", face)
	}
	l.learn(photos.LayerOn)
}

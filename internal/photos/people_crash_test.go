package photos_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/photos"
	"animo/internal/table"
)

// acts are what people do to people, on a line on which Ana and Bea were introduced and a photo shows Ana, Bea and
// a stranger, and what the photo shows when it is done.
var acts = []struct {
	name  string
	do    func(l *line, photo string) error
	shows string
}{
	{"introduce", func(l *line, _ string) error {
		_, err := l.flow.people.Introduce(l.T.Context(), tenant, "Eva", bytes.NewReader(portrait(30)))
		return err
	}, "Ana Bea Eva"},
	{"say is, somebody new", func(l *line, photo string) error {
		_, err := l.flow.people.SayIs(l.T.Context(), tenant, photo+"-2", "Eva")
		return err
	}, "Ana Bea Eva"},
	{"say is, another", func(l *line, photo string) error {
		_, err := l.flow.people.SayIs(l.T.Context(), tenant, photo+"-1", "Ana")
		return err
	}, "Ana Ana -"},
	{"say is not", func(l *line, photo string) error {
		_, err := l.flow.people.SayIsNot(l.T.Context(), tenant, photo+"-0", "Ana")
		return err
	}, "- Bea -"},
	{"rename", func(l *line, _ string) error {
		_, err := l.flow.people.Rename(l.T.Context(), tenant, "Ana", "Eva")
		return err
	}, "Eva Bea -"},
	{"merge", func(l *line, _ string) error {
		_, err := l.flow.people.Merge(l.T.Context(), tenant, "Bea", "Ana")
		return err
	}, "Ana Ana -"},
	{"erase", func(l *line, _ string) error {
		_, err := l.flow.people.Erase(l.T.Context(), tenant, "Ana")
		return err
	}, "- Bea -"},
	{"analyse again", func(l *line, photo string) error {
		a, err := l.flow.photos.Reanalyse(l.T.Context(), tenant, photos.AgainQuery{IDs: []string{photo}})
		if err == nil && a != (photos.Again{Queued: 1}) {
			l.T.Errorf("analysed again: %+v", a)
		}
		return err
	}, "Ana Bea -"},
}

// everyCall is how many calls further a crash comes next time.
func everyCall() int {
	if testing.Short() {
		return 4
	}
	return 1
}

// newPeople returns a line with Ana, Bea and a photo.
func newPeople(t *testing.T) (l *line, photo string) {
	l = newLine(t, options{})
	l.emotions = []string{"HAPPY", "SAD"}
	l.introduce("Ana", portrait(10))
	l.introduce("Bea", portrait(20))
	p := l.take("a.png", picture(3, 1))
	l.run()
	l.Calls = 0
	return l, p.ID
}

// TestPeople_crash_at_any_call lets the process die before each call to a store in turn while somebody does
// something to people, and in what follows, and wants it wholly done or not at all, and done when it is asked for
// again; with the same faces counted and told as before.
func TestPeople_crash_at_any_call(t *testing.T) {
	for _, act := range acts {
		t.Run(act.name, func(t *testing.T) {
			t.Parallel()
			n, done := 0, false
			for !done {
				n += everyCall()
				l, photo := newPeople(t)
				before := l.names(photo)
				l.At = func(call int) error {
					if call >= n {
						return errors.New("the process died")
					}
					return nil
				}
				err := act.do(l, photo)
				answered := err == nil
				for _, f := range l.functions() { // until it dies
					claimed, err := l.Queue.Claim(t.Context(), f.Name, 1, time.Hour)
					if err != nil {
						t.Fatal(err)
					}
					for _, d := range claimed {
						if f.Handle(t.Context(), d.Event) == nil {
							err = l.Queue.Done(t.Context(), d)
						} else {
							err = l.Queue.Return(t.Context(), d, 0)
						}
						if err != nil {
							t.Fatal(err)
						}
					}
				}
				done = l.Calls < n
				l.Rest()
				l.run()
				for range 2 {
					l.sweep(2 * time.Minute)
				}
				l.sweep(10 * time.Minute)
				if got := l.names(photo); got != act.shows && (answered || got != before) {
					t.Errorf("died before call %d, answered %v: the photo shows %s, want %s", n, answered, got, act.shows)
				}
				if !answered {
					if err := act.do(l, photo); err != nil && !isGone(err) { // gone: the sweeper did it
						t.Errorf("died before call %d, asked again: %v", n, err)
					}
					l.run()
				}
				if got := l.names(photo); got != act.shows {
					t.Errorf("died before call %d, asked again: the photo shows %s, want %s", n, got, act.shows)
				}
				l.whole(photo)
				if got := l.faces(); got[animo.Happy] != 2 || got[animo.Sad] != 1 {
					t.Errorf("died before call %d: %v are counted", n, got)
				}
				if places, err := l.told(); err != nil || len(places) != 3 {
					t.Errorf("died before call %d: told of %d faces, %v", n, len(places), err)
				}
				l.sweep(10 * time.Minute)
				if left := l.traces("changes"); len(left) > 0 {
					t.Errorf("died before call %d: %v", n, left)
				}
				if t.Failed() {
					t.FailNow()
				}
			}
			if n < 8 {
				t.Errorf("only %d calls were tried", n)
			}
		})
	}
}

// whole checks that what is kept of people is what there are people and faces for, and no more.
func (l *line) whole(photo string) {
	l.T.Helper()
	l.receiptsAreNoted()
	page, _, err := l.flow.people.List(l.T.Context(), tenant, "", 100)
	if err != nil {
		l.T.Fatal(err)
	}
	var ids []string
	for _, p := range page {
		ids = append(ids, p.ID)
	}
	faces := l.photo(photo).Faces
	known := func(face string) bool {
		return face == "" || slices.ContainsFunc(faces, func(f animo.Face) bool { return f.ID == face })
	}
	for _, p := range page {
		for _, e := range p.Examples {
			if !known(e.Face) {
				l.T.Errorf("%s has the example %s of a face that is not there", p.Name, e.Face)
			}
		}
	}
	for _, key := range l.keys("people-examples") {
		if id, _, _ := strings.Cut(key, "/"); !slices.Contains(ids, id) {
			l.T.Errorf("there is an example of nobody: %s", key)
		}
	}
	for _, key := range l.keys("people-faces") {
		if id, _, _ := strings.Cut(key, "/"); !slices.Contains(ids, id) {
			l.T.Errorf("nobody has the face %s", key)
		}
	}
	for _, key := range l.keys("face-people") {
		if !known(key) {
			l.T.Errorf("there is an identity of a face that is not there: %s", key)
		}
	}
	if n := len(l.keys("people")); n != len(ids) || len(l.keys("people-names")) != n {
		l.T.Errorf("%d people, %d of them listed, %d names", n, len(ids), len(l.keys("people-names")))
	}
	if left := l.keys("face-unsettled"); len(left) > 0 {
		l.T.Errorf("not settled: %v", left)
	}
}

// TestPeople_erased_at_any_call erases a person before each call to a store in turn while a photo of hers is taken,
// analysed and recorded, and while somebody says that a face is hers, and wants no trace of her.
func TestPeople_erased_at_any_call(t *testing.T) {
	ways := map[string]func(l *line, photo string){
		"photo": func(l *line, _ string) { l.take("b.png", picture(3, 2)) },
		"say": func(l *line, photo string) {
			_, err := l.flow.people.SayIs(l.T.Context(), tenant, photo+"-2", "Ana")
			if err != nil {
				l.T.Log(err)
			}
		},
		"say not": func(l *line, photo string) {
			if _, err := l.flow.people.SayIsNot(l.T.Context(), tenant, photo+"-0", "Ana"); err != nil && !isGone(err) {
				l.T.Error(err)
			}
		},
		"merge": func(l *line, _ string) {
			if _, err := l.flow.people.Merge(l.T.Context(), tenant, "Bea", "Ana"); err != nil && !isGone(err) {
				l.T.Error(err)
			}
		},
		"again": func(l *line, photo string) {
			if _, err := l.flow.photos.Reanalyse(l.T.Context(), tenant, photos.AgainQuery{}); err != nil {
				l.T.Error(err)
			}
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n, more := 1, true; more; n += everyCall() {
				l, photo := newPeople(t)
				ana, err := l.flow.people.Person(t.Context(), tenant, "Ana")
				if err != nil {
					t.Fatal(err)
				}
				l.Calls, more = 0, false
				l.At = func(call int) error {
					if call != n {
						return nil
					}
					l.Rest()
					more = true
					r, err := l.flow.people.Erase(t.Context(), tenant, "Ana")
					if err != nil || r.Erased != ana.ID {
						t.Errorf("before call %d: %+v, %v", n, r, err)
					}
					return nil
				}
				way(l, photo)
				l.run()
				l.Rest()
				if !more {
					if n < 10 {
						t.Errorf("only %d calls were tried", n)
					}
					break
				}
				check := func(when string) {
					t.Helper()
					for _, face := range l.photo(photo).Faces {
						for _, who := range face.People {
							if p, err := l.flow.people.Person(t.Context(), tenant, who.Name); err != nil || p.ID == ana.ID {
								t.Errorf("erased before call %d, %s: a face is %s, %v", n, when, who.Name, err)
							}
						}
					}
					for id, r := range l.recorded() {
						for _, who := range r.ImageData.Celebrities {
							if p, err := l.flow.people.Person(t.Context(), tenant, who.Name); err != nil || p.ID == ana.ID {
								t.Errorf("erased before call %d, %s: %s is recorded as %s, %v", n, when, id, who.Name, err)
							}
						}
					}
				}
				check("at once")
				l.sweep(2 * time.Minute)
				l.sweep(10 * time.Minute)
				check("later")
				if left := l.traces(ana.ID); len(left) > 0 {
					t.Errorf("erased before call %d: her id is in %v", n, left)
				}
				if files, err := l.Objects.Delete(t.Context(), tenant, "people/"+ana.ID); files != 0 || err != nil {
					t.Errorf("erased before call %d: %d thumbnails are left, %v", n, files, err)
				}
				if live, dead := l.depth(); live+dead > 0 {
					t.Errorf("erased before call %d: %d events, %d dead letters", n, live, dead)
				}
				if t.Failed() {
					t.FailNow()
				}
			}
		})
	}
}

// keys lists the keys of a table.
func (l *line) keys(tbl string) (keys []string) {
	l.T.Helper()
	for row, err := range l.Rows.Query(l.T.Context(), tenant, tbl, table.Range{}, false) {
		if err != nil {
			l.T.Fatal(err)
		}
		keys = append(keys, row.Key)
	}
	return keys
}

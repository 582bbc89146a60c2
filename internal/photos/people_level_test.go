package photos_test

import (
	"strings"
	"testing"

	"animo"
)

// TestPeople_perhaps shows in a photo that is asked for who a face may be, and writes it nowhere.
func TestPeople_perhaps(t *testing.T) {
	l := newLine(t, options{})
	l.introduce("Ana", portrait(4)) // 0.6 from the first face, and 1.6 from the second
	p := l.take("a.png", picture(2, 1))
	l.run()
	photo := l.photo(p.ID)
	if got := l.names(p.ID); got != "- -" {
		t.Errorf("the photo shows %s", got)
	}
	if maybe := photo.Faces[0].Perhaps; len(maybe) != 1 || maybe[0].Name != "Ana" || maybe[0].Similarity < 75 || len(photo.Faces[1].Perhaps) > 0 {
		t.Errorf("they may be %+v and %+v, want Ana and nobody", maybe, photo.Faces[1].Perhaps)
	}
	for _, place := range l.traces(`"Ana"`) {
		if !strings.HasPrefix(place, "people") {
			t.Errorf("the name is in %s", place)
		}
	}
	if _, err := l.flow.people.SayIsNot(t.Context(), tenant, p.ID+"-0", "Ana"); err != nil {
		t.Fatal(err)
	}
	if maybe := l.photo(p.ID).Faces[0].Perhaps; len(maybe) > 0 {
		t.Errorf("who is not Ana may be %+v", maybe)
	}
	if _, err := l.flow.people.SayIs(t.Context(), tenant, p.ID+"-0", "Ana"); err != nil {
		t.Fatal(err)
	}
	if photo := l.photo(p.ID); l.names(p.ID) != "Ana -" || len(photo.Faces[0].Perhaps) > 0 {
		t.Errorf("once it is said: %+v", photo.Faces[0])
	}
}

func TestPeople_are_named_as_the_tenant_chose(t *testing.T) {
	for caution, want := range map[animo.Caution]string{animo.Strict: "-", animo.Usual: "Ana", "": "Ana"} {
		l := newLine(t, options{})
		l.policy.Naming = caution
		l.introduce("Ana", portrait(5))
		l.introduce("Ana", portrait(2)) // 0.5 and 0.8 from the face
		p := l.take("a.png", picture(1, 1))
		l.run()
		if got := l.names(p.ID); got != want {
			t.Errorf("%q: the photo shows %s, want %s", caution, got, want)
		}
	}
}

// TestPeople_two_faces_of_a_photo_are_not_one_person lets two faces be near to one person: the nearer one gets the name, found
// while the photo is analysed, or when the person is introduced.
func TestPeople_two_faces_of_a_photo_are_not_one_person(t *testing.T) {
	l := newLine(t, options{})
	before := l.take("before.png", picture(2, 1))
	l.run()
	l.introduce("Ana", portrait(14)) // 0.4 from the first face, and 0.6 from the second
	l.introduce("Ana", portrait(16)) // 0.6 and 0.4
	l.introduce("Ana", portrait(13)) // 0.3 and 0.7
	l.run()
	after := l.take("after.png", picture(2, 2))
	l.run()
	if got := l.names(before.ID) + ", " + l.names(after.ID); got != "Ana -, Ana -" {
		t.Errorf("the photos show %s", got)
	}
	l.introduce("Ana", portrait(18)) // 0.2 from the second
	l.run()
	if got := l.names(before.ID) + ", " + l.names(after.ID); got != "- Ana, - Ana" {
		t.Errorf("the second is nearer now, the photos show %s", got)
	}
	if _, err := l.flow.people.SayIs(t.Context(), tenant, after.ID+"-0", "Ana"); err != nil {
		t.Fatal(err)
	}
	l.run()
	if got := l.names(after.ID); got != "Ana -" {
		t.Errorf("somebody said that it is the first, the photo shows %s", got)
	}
}

package photos_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"animo/internal/moods"
	"animo/internal/storetest"
)

// TestFollow_of_another_process_forgets_an_erased_person_at_once has two processes over the same tables. A follower of the one
// is slow: it has still to be told of faces that its process has read. A person whom they show is erased at the other.
func TestFollow_of_another_process_forgets_an_erased_person_at_once(t *testing.T) {
	l := newLine(t, options{})
	other, tick := l.another()
	l.introduce("Ana", portrait(10))
	told, stop := follow(t, other.moods, -1)
	defer stop()
	<-told
	for i := range 3 {
		l.take("a.png", picture(1, uint8(1+i)))
		l.run()
		other.moods.Wake(tenant)
	}
	if one := <-told; len(one.Record.ImageData.Celebrities) != 1 { // the process has read the others, too, or is about to
		t.Fatalf("told %+v, want Ana's face", one.Record)
	}
	if _, err := l.flow.people.Erase(t.Context(), tenant, "Ana"); err != nil {
		t.Fatal(err)
	}
	tick(time.Second)
	<-told // that one was on its way
	if one := <-told; len(one.Record.ImageData.Celebrities) != 0 || strings.Contains(string(one.JSON), "Ana") {
		t.Errorf("told %s, whose name was erased before", one.JSON)
	}
}

func TestFollow_of_another_process_forgets_an_erased_photo_at_once(t *testing.T) {
	l := newLine(t, options{})
	other, tick := l.another()
	told, stop := follow(t, other.moods, -1)
	defer stop()
	<-told
	var last string
	for i := range 3 {
		last = l.take("a.png", picture(1, uint8(1+i))).ID
		l.run()
		other.moods.Wake(tenant)
	}
	<-told
	if _, err := l.flow.photos.Erase(t.Context(), tenant, last); err != nil {
		t.Fatal(err)
	}
	tick(time.Second)
	<-told // that one was on its way
	if one := <-told; one.Erased != last {
		t.Errorf("told %d %+v, want that %s was erased", one.ID, one.Record, last)
	}
}

// another is another process over the line's stores, with a clock of its own, which tick moves.
func (l *line) another() (f *flow, tick func(time.Duration)) {
	var passed atomic.Int64
	start := l.Now
	return l.process(options{Clock: func() time.Time { return start.Add(time.Duration(passed.Load())) }}), func(d time.Duration) { passed.Add(int64(d)) }
}

// follow has a follower tell on a channel what it hears, until the test stops it.
func follow(t *testing.T, m *moods.Moods, after int64) (told <-chan moods.Told, stop func()) {
	return (&line{House: &storetest.House{T: t}, flow: &flow{moods: m}}).follow(after)
}

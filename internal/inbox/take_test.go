package inbox

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"animo"
	"animo/internal/loop"
)

func TestInbox_puts_the_reason_beside_what_failed(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		why := animo.Reason{Code: animo.TruncatedImage, EN: "the picture ends too early; send it again", ES: "la imagen termina antes de tiempo; envíela de nuevo"}
		b.set("half.jpg", animo.Failed, &why)
		b.change(func() {
			b.refuse["empty.txt"] = animo.Errorf(animo.EmptyFile, "the file is empty; write a line", "el archivo está vacío; escriba una línea")
		})
		b.write("acme/photos/cam/half.jpg", "1")
		b.write("acme/training/empty.txt", "")
		b.looks(2)
		b.wantFiles("acme/failed/photos/cam/half.jpg", "acme/failed/photos/cam/half.jpg.reason.txt",
			"acme/failed/training/empty.txt", "acme/failed/training/empty.txt.reason.txt")
		got, err := os.ReadFile(b.path("acme/failed/photos/cam/half.jpg.reason.txt"))
		want := "truncated_image\n\nthe picture ends too early; send it again.\nOnce that is put right, drop the file into photos again.\n\n" +
			"la imagen termina antes de tiempo; envíela de nuevo.\nCuando esté corregido, deje el archivo otra vez en photos.\n"
		if err != nil || string(got) != want {
			t.Errorf("the reason is %q, want %q; %v", got, want, err)
		}
		b.wantLogged(1, "code=empty_file")
		if len(b.tries) != 2 {
			t.Errorf("%d takes, want one of each: they are refused for good", len(b.tries))
		}
	})
}

func TestInbox_numbers_names_that_are_taken(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		for i := range 5 {
			s := animo.Done
			if i >= 3 {
				s = animo.Failed
			}
			b.set("", s, nil)
			b.write("acme/photos/snapshot.jpg", strings.Repeat("x", i))
			b.looks(3)
		}
		b.wantFiles("acme/done/photos/snapshot.jpg", "acme/done/photos/snapshot-2.jpg", "acme/done/photos/snapshot-3.jpg",
			"acme/failed/photos/snapshot.jpg", "acme/failed/photos/snapshot.jpg.reason.txt",
			"acme/failed/photos/snapshot-2.jpg", "acme/failed/photos/snapshot-2.jpg.reason.txt")
		for i, name := range []string{"snapshot.jpg", "snapshot-2.jpg", "snapshot-3.jpg"} {
			if got, err := os.ReadFile(b.path("acme/done/photos/" + name)); err != nil || len(got) != i {
				t.Errorf("%s has %d bytes, want %d; %v", name, len(got), i, err)
			}
		}
	})
}

func TestInbox_tries_again_with_growing_pauses(t *testing.T) {
	for _, c := range []struct {
		err   error
		tries int // in the first minute, of two files
	}{
		{animo.Errorf(animo.NoSpace, "full", "lleno"), 6},         // both wait together: at 1, 2, 4, 8, 16, 32 s
		{animo.Errorf(animo.TooManyRequests, "slow", "lento"), 6}, // the same
		{animo.Errorf(animo.Quota, "too many are kept", "se guardan demasiadas"), 6},
		{animo.Errorf(animo.Forbidden, "no purpose is stated", "no se declaró el propósito"), 6},
		{errors.New("something inside failed"), 12}, // each for itself
	} {
		t.Run(string(animo.CodeOf(c.err)), func(t *testing.T) {
			watch(t, Options{Takes: 1}, func(t *testing.T, b *box) {
				b.change(func() { b.refuse[""] = c.err })
				b.write("acme/photos/a.jpg", "1")
				b.write("acme/photos/b.jpg", "1")
				b.looks(60)
				if len(b.tries) != c.tries {
					t.Errorf("%d tries in a minute, want %d: %v", len(b.tries), c.tries, b.tries)
				}
				b.wantFiles("acme/photos/a.jpg", "acme/photos/b.jpg")
				b.wantLogged(c.tries/6, "wait;")
				b.change(func() { clear(b.refuse) })
				b.set("", animo.Done, nil)
				b.looks(60)
				b.wantFiles("acme/done/photos/a.jpg", "acme/done/photos/b.jpg")
			})
		})
	}
}

func TestInbox_waiting_tenant_holds_up_no_other(t *testing.T) {
	watch(t, Options{InFlight: 8, Takes: 2}, func(t *testing.T, b *box) {
		b.change(func() { b.refuse["a.jpg"] = animo.Errorf(animo.TooManyRequests, "slow", "lento") })
		for i := range 20 {
			b.write(fmt.Sprintf("acme/photos/%d/a.jpg", i), "1")
		}
		b.looks(4)
		b.write("umbrella/photos/b.jpg", "1")
		b.looks(3)
		b.wantTaken(`umbrella b.jpg "" 1`)
	})
}

func TestInbox_bad_file_holds_up_no_other(t *testing.T) {
	watch(t, Options{Takes: 1}, func(t *testing.T, b *box) {
		b.change(func() { b.refuse["0.jpg"] = animo.Errorf(animo.Unavailable, "it broke off", "se interrumpió") })
		b.set("", animo.Done, nil)
		for i := range 20 {
			b.write(fmt.Sprintf("acme/photos/%d.jpg", i), "1")
		}
		b.looks(6)
		b.wantFiles(append(numberedNames("acme/done/photos/%d.jpg", 1, 20), "acme/photos/0.jpg")...)
	})
}

// numberedNames returns names with the numbers from a to b - 1.
func numberedNames(format string, a, b int) (names []string) {
	for ; a < b; a++ {
		names = append(names, fmt.Sprintf(format, a))
	}
	return names
}

func TestInbox_takes_a_replaced_file_anew(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		b.write("acme/photos/a.jpg", "first")
		b.looks(3)
		b.write("acme/photos/a.jpg", "the second")
		b.set("", animo.Done, nil)
		b.looks(1)
		b.wantFiles("acme/photos/a.jpg")
		b.looks(2)
		b.wantTaken(`acme a.jpg "" 5`, `acme a.jpg "" 10`)
		b.wantFiles("acme/done/photos/a.jpg")

		// Another file of the same size and time.
		b.set("", animo.Queued, nil)
		b.write("acme/photos/b.jpg", "one")
		at := time.Now()
		b.looks(3)
		b.write("acme/photos/.b", "two")
		if err := errors.Join(os.Chtimes(b.path("acme/photos/.b"), time.Time{}, at), os.Rename(b.path("acme/photos/.b"), b.path("acme/photos/b.jpg"))); err != nil {
			t.Fatal(err)
		}
		b.set("", animo.Done, nil)
		b.looks(3)
		b.wantTaken(`acme a.jpg "" 5`, `acme a.jpg "" 10`, `acme b.jpg "" 3`, `acme b.jpg "" 3`)
		b.wantFiles("acme/done/photos/a.jpg", "acme/done/photos/b.jpg")
	})
}

func TestInbox_sees_a_file_that_changes_while_it_is_read(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		b.set("", animo.Done, nil)
		var once sync.Once
		b.change(func() {
			b.during = func(string, io.Reader) { once.Do(func() { b.write("acme/photos/a.jpg", "and more") }) }
		})
		b.write("acme/photos/a.jpg", "some")
		b.looks(2)
		b.wantFiles("acme/photos/a.jpg") // what was taken is not what is there
		b.looks(2)
		b.wantTaken(`acme a.jpg "" 8`, `acme a.jpg "" 8`)
		b.wantFiles("acme/done/photos/a.jpg")
	})
}

func TestInbox_forgets_a_file_that_was_taken_away(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		for _, name := range []string{"before.jpg", "after.jpg"} {
			b.set("", animo.Queued, nil)
			b.write("acme/photos/"+name, "1")
			if name == "after.jpg" {
				b.looks(3)
			}
			if err := os.Remove(b.path("acme/photos/" + name)); err != nil {
				t.Fatal(err)
			}
			b.set("", animo.Done, nil)
			b.looks(4)
		}
		b.wantFiles()
		b.wantLogged(0, "level")
		if n := len(b.in.drops[dropID{"acme", photosKind}].files); n != 0 {
			t.Errorf("%d files are remembered", n)
		}
	})
}

func TestInbox_takes_nothing_back_that_was_erased(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		b.write("acme/photos/a.jpg", "1")
		b.looks(3)
		b.set("a.jpg", "erased", nil)
		b.looks(4)
		b.wantTaken(`acme a.jpg "" 1`)
		b.wantFiles("acme/failed/photos/a.jpg", "acme/failed/photos/a.jpg.reason.txt")
	})
}

func TestInbox_leaves_files_of_a_tenant_that_is_being_removed(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		b.change(func() { b.refuse[""] = animo.Errorf(animo.NotFound, "there is no tenant", "no existe el inquilino") })
		b.write("acme/photos/a.jpg", "1")
		b.looks(4)
		b.wantFiles("acme/photos/a.jpg")
	})
}

func TestInbox_takes_again_after_a_restart(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		b.write("acme/photos/a.jpg", "1")
		b.looks(3)
		b.stop()
		b.start(Options{})
		b.looks(3)
		b.wantTaken(`acme a.jpg "" 1`, `acme a.jpg "" 1`)
		b.set("", animo.Done, nil)
		b.looks(3)
		b.wantFiles("acme/done/photos/a.jpg")
	})
}

func TestInbox_stops_in_the_middle_of_a_file(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		b.change(func() { b.during = func(string, io.Reader) { b.cancel() } })
		b.write("acme/photos/a.jpg", "1")
		b.looks(3)
		b.wantTaken()
		b.wantFiles("acme/photos/a.jpg")
		b.wantLogged(0, "level")
	})
}

func TestInbox_is_not_held_up_by_a_pipe(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		b.write("acme/photos/a.jpg", "1")
		b.looks(1)
		d := b.in.drops[dropID{"acme", photosKind}]
		if err := errors.Join(os.Remove(b.path("acme/photos/a.jpg")), syscall.Mkfifo(b.path("acme/photos/a.jpg"), 0o600)); err != nil {
			t.Fatal(err)
		}
		home, err := os.OpenRoot(b.path("acme"))
		if err != nil {
			t.Fatal(err)
		}
		defer home.Close()
		b.in.takeFile(t.Context(), home, d, d.files["a.jpg"], time.Now()) // as if it came right after the look
		b.looks(2)
		b.wantTaken()
		b.wantLogged(1, "it is not a file")
	})
}

func TestInbox_flood_is_bounded_and_fair(t *testing.T) {
	const flood, inFlight = 3000, 150
	watch(t, Options{InFlight: inFlight}, func(t *testing.T, b *box) {
		for i := range flood {
			b.write("acme/photos/"+strconv.Itoa(i)+".jpg", "1")
		}
		b.change(func() { b.during = func(string, io.Reader) { time.Sleep(time.Millisecond) } })
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		b.looks(4)
		runtime.GC()
		runtime.ReadMemStats(&after)
		if n := len(b.in.drops[dropID{"acme", photosKind}].files); n != inFlight {
			t.Errorf("%d files in flight, want %d", n, inFlight)
		}
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 {
			t.Errorf("the heap grew by %d bytes", grown)
		}
		b.set("one.jpg", animo.Done, nil) // while those of the flood are not
		b.write("umbrella/photos/one.jpg", "1")
		b.looks(3)
		if _, err := os.Stat(b.path("umbrella/done/photos/one.jpg")); err != nil {
			t.Errorf("another tenant's photo waits for the flood: %v", err)
		}
		b.set("", animo.Done, nil)
		b.looks(100)
		b.mu.Lock()
		defer b.mu.Unlock()
		if len(b.taken) != flood+1 {
			t.Errorf("%d taken, want %d", len(b.taken), flood+1)
		}
		if b.most < 2 || b.most > 4 {
			t.Errorf("%d takes at once, want up to 4", b.most)
		}
	})
}

func TestInbox_asks_less_often_for_what_takes_long(t *testing.T) {
	watch(t, Options{}, func(t *testing.T, b *box) {
		b.write("acme/training/long.txt", "1")
		b.looks(600)
		b.change(func() {
			if b.asked < 20 || b.asked > 40 {
				t.Errorf("in ten minutes it was asked %d times how far it is", b.asked)
			}
		})
		b.set("", animo.Done, nil)
		b.looks(155) // it has waited ten minutes: a quarter of that, and a look
		b.wantFiles("acme/done/training/long.txt")
	})
}

func TestInbox_drops_share_the_room(t *testing.T) {
	many := func(n int) *drop {
		d := &drop{files: map[string]*file{}}
		for i := range n {
			d.files[strconv.Itoa(i)] = &file{}
		}
		return d
	}
	for _, c := range []struct{ own, other, want int }{
		{0, 0, 100},  // alone: all
		{0, 100, 4},  // the other holds all: as many as are taken at once
		{20, 40, 30}, // to its half
		{50, 40, 0},  // it has its half
		{70, 10, 0},
		{20, 70, 10}, // what is left
		{3, 97, 1},
	} {
		d := many(c.own)
		b := &Inbox{o: Options{InFlight: 100, Takes: 4}, drops: map[dropID]*drop{{kind: "own"}: d, {kind: "other"}: many(c.other), {kind: "idle"}: many(0)}}
		if got := max(0, b.room(d)); got != c.want {
			t.Errorf("with %d files of its own and %d of another there is room for %d, want %d", c.own, c.other, got, c.want)
		}
	}
}

func TestInbox_file_that_panics_waits_and_holds_up_no_other(t *testing.T) {
	var panics atomic.Int32
	keeper := loop.New(slog.New(slog.DiscardHandler), func(string, bool) { panics.Add(1) })
	watch(t, Options{Takes: 1, Keeper: keeper}, func(t *testing.T, b *box) {
		b.change(func() {
			b.during = func(name string, _ io.Reader) {
				if name == "bad.jpg" {
					panic("no such luck")
				}
			}
		})
		b.write("acme/photos/bad.jpg", "1")
		b.write("acme/photos/good.jpg", "1")
		b.set("", animo.Done, nil)
		b.looks(60)
		b.wantFiles("acme/photos/bad.jpg", "acme/done/photos/good.jpg")
		if n := panics.Load(); n != 6 {
			t.Errorf("%d panics in a minute, want 6: at 1, 2, 4, 8, 16, 32 s", n)
		}
		b.change(func() { b.during = nil })
		b.looks(60)
		b.wantFiles("acme/done/photos/bad.jpg", "acme/done/photos/good.jpg")
	})
}

package photos_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"animo"
	"animo/internal/photos"
	"animo/internal/table"
)

func TestFlow_upload_that_was_refused_leaves_no_trace(t *testing.T) {
	l := newLine(t, options{})
	l.policy = animo.PhotoPolicy{Photos: 1, KeepPhotos: 24 * time.Hour, KeepFaces: 48 * time.Hour}
	l.take("a.png", picture(1, 1))
	if _, err := l.tryTake("b.png", picture(1, 2)); animo.CodeOf(err) != animo.Quota {
		t.Errorf("a second photo where one may be kept: %v", err)
	}
	if n, err := l.Rows.Count(t.Context(), tenant, "photo-heads", table.Range{}); n != 1 || err != nil {
		t.Errorf("%d heads, %v; want that of the photo alone", n, err)
	}
	l.Now = l.Now.Add(72 * time.Hour)
	l.policy.Photos = 2
	if p := l.take("b.png", picture(1, 2)); !p.Accepted.Equal(l.Now) {
		t.Errorf("accepted now, at %v, as if at %v", l.Now, p.Accepted)
	}
}

// TestFlow_upload_that_broke_off_is_another_photo_when_it_comes_again dies before each call of an upload in turn,
// and sends the same bytes much later, while the sweeper runs.
func TestFlow_upload_that_broke_off_is_another_photo_when_it_comes_again(t *testing.T) {
	for n, broken := 1, true; broken; n++ {
		l := newLine(t, options{})
		l.At = func(call int) error {
			if call >= n {
				return errors.New("the process died")
			}
			return nil
		}
		_, err := l.tryTake("a.png", picture(1, 1))
		broken = err != nil
		l.Rest()
		if page, _, err := l.flow.photos.List(t.Context(), tenant, photos.Query{}, "", 10); !broken || err != nil || len(page) > 0 {
			continue // it was stored, and the sweeper sees to it
		}
		l.Now = l.Now.Add(2 * time.Hour)
		l.Calls = 0
		l.At = func(call int) error {
			if call == 4 {
				l.Rest()
				if _, err := l.flow.sweep(t.Context(), tenant); err != nil {
					t.Error(err)
				}
			}
			return nil
		}
		p := l.take("a.png", picture(1, 1))
		l.Rest()
		l.run()
		if q := l.photo(p.ID); q.Status != animo.Done || !q.Accepted.Equal(l.Now) {
			t.Errorf("died before call %d, sent two hours later: %+v", n, q)
		}
		if _, err := l.flow.sweep(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		if again := l.take("a.png", picture(1, 1)); again.ID != p.ID {
			t.Errorf("died before call %d: the same bytes are photo %s, then %s", n, p.ID, again.ID)
		}
		kept := 0
		for tally, err := range l.Rows.Tallies(t.Context(), tenant, "pictures", table.Range{}) {
			if err != nil {
				t.Fatal(err)
			}
			kept += int(tally.N)
		}
		if kept != 1 {
			t.Errorf("died before call %d: %d pictures are counted", n, kept)
		}
	}
}

func TestFlow_uploads_at_once_do_not_pass_the_limit_together(t *testing.T) {
	l := newLine(t, options{})
	l.policy = animo.PhotoPolicy{Photos: 3}
	var taken atomic.Int32
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			_, err := l.tryTake(fmt.Sprint(i), picture(1, uint8(i)))
			if err == nil {
				taken.Add(1)
			} else if animo.CodeOf(err) != animo.Quota {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := taken.Load(); n != 3 {
		t.Errorf("%d photos were taken where 3 may be kept", n)
	}
	l.run()
	if n := l.faces()[animo.Happy]; n != int(taken.Load()) {
		t.Errorf("%d faces of %d photos", n, taken.Load())
	}
}

func TestFlow_photo_whose_picture_is_not_kept_any_more_is_another_when_sent_again(t *testing.T) {
	l := newLine(t, options{})
	l.policy = animo.PhotoPolicy{KeepPhotos: time.Hour, KeepFaces: 100 * time.Hour}
	old := l.take("a.png", picture(1, 1))
	l.run()
	l.Now = l.Now.Add(2 * time.Hour)
	if _, err := l.flow.retire(t.Context(), tenant, 10); err != nil {
		t.Fatal(err)
	}
	p := l.take("a.png", picture(1, 1))
	l.run()
	body, _, _, err := l.flow.photos.Image(t.Context(), tenant, p.ID)
	if p.ID == old.ID || err != nil {
		t.Fatalf("sent again: %+v, %v", p, err)
	}
	_ = body.Close()
	if l.photo(p.ID).Status != animo.Done {
		t.Errorf("%+v", l.photo(p.ID))
	}
}

func TestFlow_photo_that_cannot_be_swept_does_not_hold_up_the_others(t *testing.T) {
	l := newLine(t, options{})
	bad := l.take("a.png", picture(1, 1))
	l.Step(l.functions()[0])
	if err := l.Rows.Put(t.Context(), tenant, "photo-faces", table.Row{Key: bad.ID, Value: []byte("{")}); err != nil {
		t.Fatal(err)
	}
	if err := l.Queue.RemoveTenant(t.Context(), tenant); err != nil { // its faces are not recorded
		t.Fatal(err)
	}
	l.Now = l.Now.Add(time.Second)
	erased := l.take("b.png", picture(1, 2))
	l.run()
	if _, err := l.flow.photos.Erase(t.Context(), tenant, erased.ID); err != nil {
		t.Fatal(err)
	}
	l.Now = l.Now.Add(time.Hour)
	if _, err := l.flow.sweep(t.Context(), tenant); err == nil {
		t.Error("a row that cannot be read is no error")
	}
	if n, err := l.Rows.Count(t.Context(), tenant, "photo-erased", table.Range{}); n != 0 || err != nil {
		t.Errorf("the erasure of another photo is not ended: %d, %v", n, err)
	}
}

func TestFlow_tenant_that_may_not_any_more_is_not_analysed(t *testing.T) {
	l := newLine(t, options{})
	p := l.take("a.png", picture(1, 1))
	l.forbidden = animo.Errorf(animo.Forbidden, "not for this", "no para esto").Of("purpose")
	l.run()
	if q := l.photo(p.ID); q.Status != animo.Failed || q.Failure.Code != animo.Forbidden {
		t.Errorf("%+v", q)
	}
	if _, err := l.tryTake("b.png", picture(1, 2)); animo.CodeOf(err) != animo.Forbidden {
		t.Errorf("another photo: %v", err)
	}
}

func TestFlow_photo_is_done_once_the_dead_letters_of_its_faces_are_sent_again(t *testing.T) {
	for faces := 1; faces <= 2; faces++ {
		l := newLine(t, options{})
		p := l.take("a.png", picture(faces, 1))
		l.full = errors.New("the disk is out of order")
		l.run()
		l.full = nil
		if got := l.photo(p.ID).Status; got != animo.Failed {
			t.Fatalf("a photo whose faces cannot be recorded is %s", got)
		}
		if _, err := l.Queue.Redrive(t.Context(), tenant, "record-happy"); err != nil {
			t.Fatal(err)
		}
		l.run()
		if got := l.photo(p.ID); got.Status != animo.Done || got.Failure != nil || len(l.recorded()) != faces {
			t.Errorf("with %d faces it is %s, %v", faces, got.Status, got.Failure)
		}
		if left := l.keys("photo-pending"); len(left) > 0 {
			t.Errorf("with %d faces it is still noted as pending", faces)
		}
	}
}

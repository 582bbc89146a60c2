package tabletest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"animo"
	"animo/internal/table"
)

// increment adds one to the number in a row of table x.
func increment(tx *table.Tx, key string) error {
	var n int
	if _, err := tx.GetJSON("x", key, &n); err != nil {
		return err
	}
	return tx.PutJSON("x", key, n+1)
}

func updateLosesNothing(t *testing.T, d opened) {
	const workers, each = 16, 20
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				err := d.Update(t.Context(), "t", func(tx *table.Tx) error {
					tx.Do(table.Count("x", "n", 1, 0.5))
					return errors.Join(increment(tx, "a"), increment(tx, "b"))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	wantRow(t, d, "a", fmt.Sprint(workers*each))
	wantRow(t, d, "b", fmt.Sprint(workers*each))
	wantTallies(t, d, table.Tally{Key: "n", N: workers * each, Sum: workers * each / 2}) // no try that failed counts
}

func updateReadsItsWrites(t *testing.T, d opened) {
	put(t, d, "t", "x", row("a", "1"), row("b", "1"))
	err := d.Update(t.Context(), "t", func(tx *table.Tx) error {
		want := func(key, value string) {
			t.Helper()
			if r, err := tx.Get("x", key); err != nil || r.Key != key || string(r.Value) != value || r.Rev != tx.Rev() {
				t.Errorf("%s = %+v, %v, want %q at revision %d", key, r, err, value, tx.Rev())
			}
		}
		tx.Put("x", "a", []byte("2")) // not read before
		want("a", "2")
		if _, err := tx.Get("x", "b"); err != nil {
			t.Error(err)
		}
		tx.Delete("x", "b")
		if _, err := tx.Get("x", "b"); animo.CodeOf(err) != animo.NotFound {
			t.Errorf("a removed row: %v", err)
		}
		tx.Put("x", "c", []byte("1"))
		tx.Put("x", "c", []byte("2"))
		want("c", "2")
		tx.Put("x", "d", nil)
		tx.Delete("x", "d")
		tx.Delete("x", "e")
		tx.Put("x", "e", []byte("2"))
		rows, err := tx.Read(table.Key{Table: "x", Key: "e"}, table.Key{Table: "x", Key: "d"}, table.Key{Table: "y", Key: "a"}, table.Key{Table: "x", Key: "a"})
		if err != nil || string(rows[0].Value) != "2" || rows[1].Rev != 0 || rows[1].Key != "d" || rows[2].Rev != 0 || string(rows[3].Value) != "2" {
			t.Errorf("Read gives %+v, %v", rows, err)
		}
		found, err := tx.GetJSON("x", "d", new(int))
		if found || err != nil {
			t.Errorf("GetJSON of a removed row = %v, %v", found, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	wantKeys(t, d, "t", "x", table.Range{}, "a", "c", "e")
	for _, key := range []string{"a", "c", "e"} {
		wantRow(t, d, key, "2")
	}
}

func updateWritesNothing(t *testing.T, d opened) {
	put(t, d, "t", "x", row("a", "1"))
	oops := errors.New("oops")
	runs := 0
	err := d.Update(t.Context(), "t", func(tx *table.Tx) error {
		runs++
		tx.Put("x", "a", []byte("2"))
		tx.Put("x", "b", nil)
		tx.Add("x", entry("c", "log", 1, "n"))
		return oops
	})
	if !errors.Is(err, oops) || runs != 1 {
		t.Errorf("after %d runs: %v, want its own error", runs, err)
	}
	wantRow(t, d, "a", "1")
	wantKeys(t, d, "t", "x", table.Range{}, "a")
	wantTallies(t, d)
	wantLog(t, d, "log")
	// A Conflict of its own is the caller's, not one to run again for; nor is what the commit refuses.
	for want, change := range map[animo.Code]func(tx *table.Tx) error{
		animo.Conflict: func(*table.Tx) error { return animo.Errorf(animo.Conflict, "mine", "mío") },
		animo.Invalid:  func(tx *table.Tx) error { tx.Put("x", "", nil); return nil },
		animo.NotFound: func(tx *table.Tx) error { _, err := tx.Get("x", "none"); return err },
	} {
		runs = 0
		err := d.Update(t.Context(), "t", func(tx *table.Tx) error { runs++; return change(tx) })
		if animo.CodeOf(err) != want || runs != 1 {
			t.Errorf("after %d runs: %v, want %s", runs, err, want)
		}
	}
	if err := d.Update(t.Context(), "t", func(*table.Tx) error { return nil }); err != nil {
		t.Errorf("of nothing: %v", err)
	}
}

// updateRunsAgain has somebody else write the row after it was read, five times.
func updateRunsAgain(t *testing.T, d opened) {
	runs := 0
	revs := map[int64]bool{}
	err := d.Update(t.Context(), "t", func(tx *table.Tx) error {
		runs++
		revs[tx.Rev()] = true
		if err := increment(tx, "a"); err != nil {
			return err
		}
		if runs <= 5 {
			put(t, d, "t", "x", row("a", fmt.Sprint(10*runs)))
		}
		return nil
	})
	if err != nil || runs != 6 || len(revs) != 6 {
		t.Errorf("%d runs with %d revisions, %v; want 6 of each", runs, len(revs), err)
	}
	if rev := wantRow(t, d, "a", "51"); !revs[rev] {
		t.Errorf("revision %d is none of the Tx's, %v", rev, revs)
	}
}

// updateKeepsReads has two who each write one of two rows after they looked at both: each of them alone keeps the sum.
func updateKeepsReads(t *testing.T, d opened) {
	const workers = 16
	put(t, d, "t", "x", row("a", "1"), row("b", "1"))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			err := d.Update(t.Context(), "t", func(tx *table.Tx) error {
				var a, b int
				_, errA := tx.GetJSON("x", "a", &a)
				_, errB := tx.GetJSON("x", "b", &b)
				if err := errors.Join(errA, errB); err != nil || a+b < 2 {
					return err
				}
				return tx.PutJSON("x", []string{"a", "b"}[w%2], 0)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if a, b := get(t, d, "a"), get(t, d, "b"); string(a.Value)+string(b.Value) != "01" && string(a.Value)+string(b.Value) != "10" {
		t.Errorf("a and b are %s and %s: who looked at both wrote upon what was not so any more", a.Value, b.Value)
	}
	// The same for a row that is not there, which somebody makes meanwhile.
	runs := 0
	err := d.Update(t.Context(), "t", func(tx *table.Tx) error {
		runs++
		found, err := tx.GetJSON("x", "c", new(int))
		if err != nil || found {
			return err
		}
		put(t, d, "t", "x", row("c", "1"))
		tx.Put("x", "d", nil)
		return nil
	})
	if err != nil || runs != 2 {
		t.Errorf("%d runs, %v, want 2", runs, err)
	}
	wantNone(t, d, "d")
}

// updateEnds has somebody else be first for ever.
func updateEnds(t *testing.T, d opened) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	runs := 0
	err := d.Update(ctx, "t", func(tx *table.Tx) error {
		if runs++; runs == 6 {
			cancel()
		}
		if _, err := tx.GetJSON("x", "a", new(int)); err != nil {
			return err
		}
		put(t, d, "t", "x", row("a", fmt.Sprint(runs)))
		tx.Put("x", "a", []byte("99"))
		return nil
	})
	if animo.CodeOf(err) != animo.Interrupted || !errors.Is(err, context.Canceled) || runs != 6 {
		t.Errorf("%d runs, %v; want interrupted in the sixth", runs, err)
	}
	wantRow(t, d, "a", "5")
}

func jsonRows(t *testing.T, d opened) {
	type thing struct{ Name string }
	var rev int64
	if _, err := d.GetJSON(t.Context(), "t", "x", "a", new(thing)); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("GetJSON of nothing: %v", err)
	}
	for i := range 3 {
		if err := d.ReplaceJSON(t.Context(), "t", "x", "a", &rev, thing{fmt.Sprint(i)}); err != nil {
			t.Error(err)
		}
		var got thing
		if now, err := d.GetJSON(t.Context(), "t", "x", "a", &got); now != rev || got.Name != fmt.Sprint(i) || err != nil {
			t.Errorf("GetJSON = %+v at %d, %v, want %d at %d", got, now, err, i, rev)
		}
	}
	before := rev
	if err := d.PutJSON(t.Context(), "t", "x", "a", thing{"put"}); err != nil {
		t.Error(err)
	}
	if err := d.ReplaceJSON(t.Context(), "t", "x", "a", &rev, thing{"late"}); animo.CodeOf(err) != animo.Conflict || rev != before {
		t.Errorf("ReplaceJSON of a changed row: %v, revision %d became %d", err, before, rev)
	}
	wantRow(t, d, "a", `{"Name":"put"}`)
	for range 2 {
		if err := d.DeleteKey(t.Context(), "t", "x", "a"); err != nil {
			t.Error(err)
		}
	}
	wantNone(t, d, "a")
	put(t, d, "t", "x", row("a", "{"))
	if _, err := d.GetJSON(t.Context(), "t", "x", "a", new(thing)); err == nil {
		t.Error("what is no JSON was read")
	}
	if err := d.PutJSON(t.Context(), "t", "x", "a", func() {}); err == nil {
		t.Error("what JSON cannot say was written")
	}
}

func updateKnows(t *testing.T, d opened) {
	put(t, d, "t", "x", row("a", "1"))
	known, err := d.Get(t.Context(), "t", "x", "a")
	if err != nil {
		t.Fatal(err)
	}
	add := func(made string) (seen []string) {
		t.Helper()
		err := d.Update(t.Context(), "t", func(tx *table.Tx) error {
			tx.Know("x", known)
			r, err := tx.Get("x", "a")
			seen = append(seen, string(r.Value))
			tx.Put("x", "a", append(r.Value, made...))
			return err
		})
		if err != nil {
			t.Error(err)
		}
		return seen
	}
	if seen := add("2"); len(seen) != 1 {
		t.Errorf("what is known and holds is read as %v, want one try", seen)
	}
	if seen := add("3"); len(seen) != 2 || seen[0] != "1" || seen[1] != "12" {
		t.Errorf("what is known and was changed is read as %v, want it anew at the second try", seen)
	}
	wantRow(t, d, "a", "123")
}

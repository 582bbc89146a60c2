package tabletest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"animo"
	"animo/internal/table"

	"pgregory.net/rapid"
)

// entry makes a row of table x with one tally a word, of N 1 and the sum given.
func entry(key, log string, sum float64, tallies ...string) table.Entry {
	e := table.Entry{Row: row(key, "value of "+key), Log: log}
	for _, key := range tallies {
		e.Tallies = append(e.Tallies, table.Tally{Key: key, N: 1, Sum: sum})
	}
	return e
}

// add adds entries to tenant t's table x, of which so many are new.
func add(t *testing.T, d opened, want int, entries ...table.Entry) {
	t.Helper()
	if n, err := d.Add(t.Context(), "t", "x", entries...); n != want || err != nil {
		t.Fatalf("Add = %d, %v, want %d", n, err, want)
	}
}

// remove removes entries from tenant t's table x, of which so many were there.
func remove(t *testing.T, d opened, want int, entries ...table.Entry) {
	t.Helper()
	if n, err := d.Remove(t.Context(), "t", "x", entries...); n != want || err != nil {
		t.Fatalf("Remove = %d, %v, want %d", n, err, want)
	}
}

func tallies(t *testing.T, d opened, tenant, tbl string, r table.Range) (all []table.Tally) {
	t.Helper()
	for tally, err := range d.Tallies(t.Context(), tenant, tbl, r) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, tally)
	}
	return all
}

// wantTallies checks all tallies of tenant t's table x.
func wantTallies(t *testing.T, d opened, want ...table.Tally) {
	t.Helper()
	if got := tallies(t, d, "t", "x", table.Range{}); !slices.Equal(got, want) {
		t.Errorf("tallies %+v, want %+v", got, want)
	}
}

func places(t *testing.T, d opened, tenant, log string, after int64, n int) []table.Logged {
	t.Helper()
	got, err := d.Log(t.Context(), tenant, log, after, n)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// wantLog checks a whole log of tenant t, as "table/key", and its ends; and gives its Seqs.
func wantLog(t *testing.T, d opened, log string, want ...string) (seqs []int64) {
	t.Helper()
	var got []string
	for _, p := range places(t, d, "t", log, 0, 1000) {
		if p.Seq <= 0 || len(seqs) > 0 && p.Seq <= seqs[len(seqs)-1] {
			t.Errorf("log %s has Seq %d after %d", log, p.Seq, seqs)
		}
		seqs = append(seqs, p.Seq)
		got = append(got, p.Table+"/"+p.Key)
	}
	if !slices.Equal(got, want) {
		t.Errorf("log %s holds %v, want %v", log, got, want)
	}
	var first, last int64
	if len(seqs) > 0 {
		first, last = seqs[0], seqs[len(seqs)-1]
	}
	if from, to, err := d.LogEnd(t.Context(), "t", log); from != first || to != last || err != nil {
		t.Errorf("LogEnd(%s) = %d, %d, %v, want %d, %d", log, from, to, err, first, last)
	}
	return seqs
}

func addCountsOnce(t *testing.T, d opened) {
	put(t, d, "t", "x", row("old", "kept")) // without tallies
	a, b := entry("a", "live", 0.5, "hour", "day"), entry("b", "live", 2, "hour", "minute")
	old := entry("old", "live", 64, "hour")
	for _, want := range []int{2, 0, 0} {
		add(t, d, want, b, old, a, entry("b", "live", 99, "hour"), entry("a", "other", 99, "week"))
		wantRow(t, d, "a", "value of a")
		wantRow(t, d, "old", "kept")
		wantTallies(t, d, table.Tally{Key: "day", N: 1, Sum: 0.5}, table.Tally{Key: "hour", N: 2, Sum: 2.5}, table.Tally{Key: "minute", N: 1, Sum: 2})
		wantLog(t, d, "live", "x/b", "x/a") // in the order given, not in that of the keys
		wantLog(t, d, "other")
	}
	many := table.Entry{Row: row("c", ""), Tallies: []table.Tally{{Key: "hour", N: 40, Sum: -1}, {Key: "hour", N: 2, Sum: 0.25}}}
	add(t, d, 1, many) // one key twice in one entry, no log
	add(t, d, 0)
	wantTallies(t, d, table.Tally{Key: "day", N: 1, Sum: 0.5}, table.Tally{Key: "hour", N: 44, Sum: 1.75}, table.Tally{Key: "minute", N: 1, Sum: 2})
	wantLog(t, d, "live", "x/b", "x/a")
}

func addAnyNumber(t *testing.T, d opened) {
	var all []table.Entry
	var want []string
	for i := range 333 {
		key := fmt.Sprintf("%04d", i*17%333)
		all = append(all, entry(key, "live", 1, "all", "last digit "+key[3:], "only "+key))
		want = append(want, "x/"+key)
	}
	most := d.driver.Limits().Ops/3 - 4 // a row, a place and a tally each, and the tallies that they share
	for n, rest := 1, all; len(rest) > 0; n = min(n*3, most, len(rest)) {
		add(t, d, n, rest[:n]...)
		rest = rest[n:]
	}
	wantLog(t, d, "live", want...)
	got := tallies(t, d, "t", "x", table.Range{To: "only"})
	if len(got) != 11 || got[0] != (table.Tally{Key: "all", N: 333, Sum: 333}) || got[4] != (table.Tally{Key: "last digit 3", N: 33, Sum: 33}) {
		t.Errorf("tallies %+v", got)
	}
	if got := tallies(t, d, "t", "x", table.Range{Prefix: "only 01"}); len(got) != 100 || got[42].Key != "only 0142" {
		t.Errorf("%d tallies of a range: %+v", len(got), got)
	}
	for some := range slices.Chunk(all, min(most, 333)) {
		remove(t, d, len(some), some...)
	}
	wantTallies(t, d)
	wantLog(t, d, "live", want...) // what was noted stays
}

func removeTakesAway(t *testing.T, d opened) {
	// In binary 0.1 + 0.2 + 0.3 - 0.3 - 0.2 - 0.1 is not 0.
	a, b, c := entry("a", "", 0.1, "k"), entry("b", "", 0.2, "k"), entry("c", "", 0.3, "k", "l")
	add(t, d, 3, a, b, c)
	put(t, d, "t", "x", table.Row{Key: "b", Value: []byte("changed")}) // which no tally notices
	bare := c
	bare.Value, bare.Rev, bare.Log = make([]byte, table.MaxValue+1), 77, "not looked at"
	remove(t, d, 1, bare, bare, entry("none", "", 1, "k"))
	got := tallies(t, d, "t", "x", table.Range{})
	if len(got) != 1 || got[0].N != 2 || math.Abs(got[0].Sum-0.3) > 1e-15 {
		t.Errorf("tallies %+v, want k with 2 and 0.3", got)
	}
	remove(t, d, 0, c)
	remove(t, d, 0)
	remove(t, d, 2, a, b)
	wantTallies(t, d)
	wantKeys(t, d, "t", "x", table.Range{})
	add(t, d, 1, a)
	wantTallies(t, d, table.Tally{Key: "k", N: 1, Sum: 0.1}) // nothing is left of the rounding
	if n, err := d.Delete(t.Context(), "t", "x", table.Range{}); n != 1 || err != nil {
		t.Errorf("Delete = %d, %v", n, err)
	}
	wantTallies(t, d, table.Tally{Key: "k", N: 1, Sum: 0.1}) // as the contract says
}

func addIsAllOrNothing(t *testing.T, d opened) {
	add(t, d, 1, entry("a", "live", 1, "k"))
	long := strings.Repeat("k", table.MaxKey+1)
	for name, c := range map[string]struct {
		entry table.Entry
		want  animo.Code
	}{
		"no key":          {entry("", "live", 1, "k"), animo.Invalid},
		"long key":        {entry(long, "live", 1, "k"), animo.TooLarge},
		"no tally key":    {entry("b", "live", 1, ""), animo.Invalid},
		"long tally key":  {entry("b", "live", 1, long), animo.TooLarge},
		"tally not UTF-8": {entry("b", "live", 1, "\xff"), animo.Invalid},
		"long log":        {entry("b", long, 1, "k"), animo.TooLarge},
		"no number":       {entry("b", "live", math.NaN(), "k"), animo.Invalid},
		"infinity":        {entry("b", "live", math.Inf(-1), "k"), animo.Invalid},
		"counts nothing":  {table.Entry{Row: row("b", ""), Tallies: []table.Tally{{Key: "k"}}}, animo.Invalid},
	} {
		_, err := d.Add(t.Context(), "t", "x", entry("good", "live", 1, "k"), c.entry)
		if animo.CodeOf(err) != c.want {
			t.Errorf("Add of %s: %v, want %s", name, err, c.want)
		}
		if name == "long log" {
			continue
		}
		if _, err := d.Remove(t.Context(), "t", "x", entry("a", "live", 1, "k"), c.entry); animo.CodeOf(err) != c.want {
			t.Errorf("Remove of %s: %v, want %s", name, err, c.want)
		}
	}
	wantKeys(t, d, "t", "x", table.Range{}, "a")
	wantTallies(t, d, table.Tally{Key: "k", N: 1, Sum: 1})
	wantLog(t, d, "live", "x/a")
}

func talliesOfOthers(t *testing.T, d opened) {
	e := entry("a", "live", 1, "k")
	for _, place := range []struct{ tenant, tbl string }{{"t", "x"}, {"t", "y"}, {"u", "x"}} {
		if n, err := d.Add(t.Context(), place.tenant, place.tbl, e); n != 1 || err != nil {
			t.Errorf("Add to %v = %d, %v, want 1", place, n, err)
		}
		for _, r := range []table.Range{{}, {Prefix: "k"}} {
			if got := tallies(t, d, place.tenant, place.tbl, r); !slices.Equal(got, e.Tallies) {
				t.Errorf("%v has tallies %+v, want its own", place, got)
			}
		}
	}
	wantLog(t, d, "live", "x/a", "y/a") // one log of a tenant for all its tables
	if got := places(t, d, "u", "live", 0, 9); len(got) != 1 || got[0].Table != "x" || got[0].Key != "a" {
		t.Errorf("tenant u's log holds %+v, want its own row", got)
	}
	for _, tenant := range []string{"v", "t ", "T"} {
		if got := tallies(t, d, tenant, "x", table.Range{}); len(got) != 0 {
			t.Errorf("tenant %q sees tallies %+v", tenant, got)
		}
		if got := places(t, d, tenant, "live", 0, 9); len(got) != 0 {
			t.Errorf("tenant %q sees places %+v", tenant, got)
		}
		if n, err := d.Remove(t.Context(), tenant, "x", e); n != 0 || err != nil {
			t.Errorf("tenant %q removes %d, %v", tenant, n, err)
		}
		if err := d.TrimLog(t.Context(), tenant, "live", 9); err != nil {
			t.Error(err)
		}
	}
	wantTallies(t, d, e.Tallies...)
	if err := d.Forget(t.Context(), "t"); err != nil {
		t.Fatal(err)
	}
	wantTallies(t, d)
	wantLog(t, d, "live")
	if got := tallies(t, d, "u", "x", table.Range{}); !slices.Equal(got, e.Tallies) {
		t.Errorf("tenant u has tallies %+v, want its own", got)
	}
	if first, last, err := d.LogEnd(t.Context(), "u", "live"); first <= 0 || last != first || err != nil {
		t.Errorf("tenant u's log ends at %d and %d, %v", first, last, err)
	}
}

func forgetMuch(t *testing.T, d opened) {
	const n = 7_000
	var all []table.Entry
	for i := range n {
		key := fmt.Sprintf("%05d", i)
		all = append(all, entry(key, "log"+key[4:], 1, key))
	}
	for some := range slices.Chunk(all, d.driver.Limits().Ops/3) {
		add(t, d, len(some), some...)
	}
	for range 2 {
		if err := d.Forget(t.Context(), "t"); err != nil {
			t.Fatal(err)
		}
	}
	wantKeys(t, d, "t", "x", table.Range{})
	wantTallies(t, d)
	for i := range 10 {
		wantLog(t, d, fmt.Sprint("log", i))
	}
}

func addAtOnce(t *testing.T, d opened) {
	const workers, keys = 16, 20
	var wg sync.WaitGroup
	var mu sync.Mutex
	added := 0
	for w := range workers {
		wg.Go(func() {
			for k := range keys {
				k = (k + w) % keys
				n, err := d.Add(t.Context(), "t", "x", entry(fmt.Sprintf("%02d", k), "live", 0.1, "all", fmt.Sprint("key ", k)))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				added += n
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if added != keys {
		t.Errorf("%d added in all, want each key once: %d", added, keys)
	}
	got := tallies(t, d, "t", "x", table.Range{})
	if len(got) != keys+1 || got[0].N != keys || math.Abs(got[0].Sum-keys*0.1) > 1e-12 {
		t.Errorf("tallies %+v, want all of %d", got, keys)
	}
	if got := places(t, d, "t", "live", 0, 1000); len(got) != keys {
		t.Errorf("%d places, want %d", len(got), keys)
	}
	// As many remove and add them again, and in the end all are gone.
	for w := range workers {
		wg.Go(func() {
			for k := range keys {
				e := entry(fmt.Sprintf("%02d", (k+w)%keys), "", 0.1, "all", fmt.Sprint("key ", (k+w)%keys))
				if _, err := d.Remove(t.Context(), "t", "x", e); err != nil {
					t.Error(err)
				}
				if _, err := d.Add(t.Context(), "t", "x", e); err != nil {
					t.Error(err)
				}
				if _, err := d.Remove(t.Context(), "t", "x", e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	wantKeys(t, d, "t", "x", table.Range{})
	wantTallies(t, d)
}

func logInPages(t *testing.T, d opened) {
	var keys []string
	for i := range 50 {
		key := fmt.Sprint("k", 99-i)
		add(t, d, 1, entry(key, "live", 1))
		keys = append(keys, "x/"+key)
	}
	seqs := wantLog(t, d, "live", keys...)
	if t.Failed() {
		return
	}
	all := places(t, d, "t", "live", 0, 50)
	for _, n := range []int{1, 7, 50, 99} {
		var got []table.Logged
		for after := int64(0); ; after = got[len(got)-1].Seq {
			page := places(t, d, "t", "live", after, n)
			if len(page) > n {
				t.Fatalf("a page of %d has %d", n, len(page))
			}
			if got = append(got, page...); len(page) == 0 {
				break
			}
		}
		if !slices.Equal(got, all) {
			t.Errorf("in pages of %d: %+v, want %+v", n, got, all)
		}
	}
	for _, c := range []struct {
		after int64
		n     int
	}{{seqs[49], 9}, {seqs[49] + 49, 9}, {0, 0}, {0, -1}} {
		if got := places(t, d, "t", "live", c.after, c.n); len(got) != 0 {
			t.Errorf("Log(%d, %d) = %+v, want nothing", c.after, c.n, got)
		}
	}
}

func trimLog(t *testing.T, d opened) {
	if err := d.TrimLog(t.Context(), "t", "live", 5); err != nil { // of a log that is empty
		t.Error(err)
	}
	for _, key := range []string{"a", "b", "c", "d"} {
		add(t, d, 2, entry(key, "live", 1), entry(key+"2", "other", 1))
	}
	seqs := wantLog(t, d, "live", "x/a", "x/b", "x/c", "x/d")
	if t.Failed() {
		return
	}
	for _, step := range []struct {
		upTo  int64
		first int // that stays
	}{{-3, 0}, {0, 0}, {seqs[1], 2}, {seqs[0], 2}, {seqs[3], 3}, {seqs[3] + 99, 3}} {
		if err := d.TrimLog(t.Context(), "t", "live", step.upTo); err != nil {
			t.Fatal(err)
		}
		if left := wantLog(t, d, "live", []string{"x/a", "x/b", "x/c", "x/d"}[step.first:]...); !slices.Equal(left, seqs[step.first:]) {
			t.Errorf("trimmed up to %d, the Seqs %d are left of %d", step.upTo, left, seqs)
		}
	}
	add(t, d, 1, entry("e", "live", 1))
	if now := wantLog(t, d, "live", "x/d", "x/e"); now[0] != seqs[3] {
		t.Errorf("Seq %d became %d", seqs[3], now[0])
	}
	if got := places(t, d, "t", "live", seqs[0], 1); len(got) != 1 || got[0].Seq == seqs[1] {
		t.Errorf("a reader at %d gets %+v, want to see that the next two were trimmed", seqs[0], got)
	}
	wantLog(t, d, "other", "x/a2", "x/b2", "x/c2", "x/d2")
	wantKeys(t, d, "t", "x", table.Range{To: "b"}, "a", "a2") // rows do not go with their places
}

func trimMuch(t *testing.T, d opened) {
	const n = 12_345
	var all []table.Entry
	for _, r := range numbered(n) {
		all = append(all, table.Entry{Row: r, Log: "live"})
	}
	for some := range slices.Chunk(all, d.driver.Limits().Ops/2) {
		add(t, d, len(some), some...)
	}
	newest, err := d.driver.Places(t.Context(), "t", "live", 0, -4)
	if err != nil || len(newest) != 4 {
		t.Fatal(newest, err)
	}
	if err := d.TrimLog(t.Context(), "t", "live", newest[0].Seq); err != nil {
		t.Fatal(err)
	}
	wantLog(t, d, "live", "x/k012342", "x/k012343", "x/k012344")
}

// logInOrder reads a log while many write it and one trims it: what was read is never joined by something
// before it.
func logInOrder(t *testing.T, d opened) {
	const writers, each = 16, 40
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	var writing atomic.Int32
	writing.Store(writers)
	for w := range writers {
		wg.Go(func() {
			defer writing.Add(-1)
			for i := range each {
				key := fmt.Sprintf("%02d-%03d", w, i)
				n, err := d.Add(ctx, "t", "x", entry(key+"a", "live", 1, "all"), entry(key+"b", "live", 1, "all"))
				if err != nil || n != 2 {
					t.Error(n, err)
					return
				}
			}
		})
	}
	read := map[string]bool{}
	last := int64(0)
	for {
		over := writing.Load() == 0 // before the last look
		got, err := d.Log(ctx, "t", "live", last, 10)
		if err != nil {
			t.Error(err)
			break
		}
		for _, p := range got {
			if p.Seq <= last || read[p.Key] {
				t.Errorf("after %d comes %+v", last, p)
			}
			last = p.Seq
			read[p.Key] = true
			if _, err := d.Get(ctx, "t", p.Table, p.Key); err != nil {
				t.Errorf("a place without its row: %+v, %v", p, err)
			}
		}
		if len(got) == 0 && over {
			break
		}
		if err := d.TrimLog(ctx, "t", "live", last); err != nil {
			t.Error(err)
			break
		}
	}
	wg.Wait()
	if len(read) != 2*writers*each {
		t.Errorf("%d places were read of %d", len(read), 2*writers*each)
	}
	wantTallies(t, d, table.Tally{Key: "all", N: 2 * writers * each, Sum: 2 * writers * each})
}

// tallyModel runs random Adds and Removes and compares the tallies with a sum over the rows that are there.
func tallyModel(t *testing.T, d opened) {
	tenants := 0
	rapid.Check(t, func(rt *rapid.T) {
		tenants++
		tenant, model, logged := fmt.Sprint("t", tenants), map[string]table.Entry{}, 0
		// What a row counts follows from its key, as in a flow; quarters add up exactly.
		draw := func(rt *rapid.T) (entries []table.Entry) {
			for _, k := range rapid.SliceOfN(rapid.IntRange(0, 12), 0, 6).Draw(rt, "keys") {
				e := entry(fmt.Sprint("key", k), "live", float64(k)/4, fmt.Sprint("mod", k%3), "all")
				e.Tallies = append(e.Tallies, table.Tally{Key: "weight", N: int64(1 + k), Sum: 1})
				entries = append(entries, e)
			}
			return entries
		}
		rt.Repeat(map[string]func(*rapid.T){
			"Add": func(rt *rapid.T) {
				entries, want := draw(rt), 0
				for _, e := range entries {
					if _, ok := model[e.Key]; !ok {
						model[e.Key] = e
						want++
					}
				}
				logged += want
				if n, err := d.Add(t.Context(), tenant, "x", entries...); n != want || err != nil {
					rt.Fatalf("Add = %d, %v, want %d", n, err, want)
				}
			},
			"Remove": func(rt *rapid.T) {
				entries, before := draw(rt), len(model)
				for _, e := range entries {
					delete(model, e.Key)
				}
				if n, err := d.Remove(t.Context(), tenant, "x", entries...); n != before-len(model) || err != nil {
					rt.Fatalf("Remove = %d, %v, want %d", n, err, before-len(model))
				}
			},
			"": func(rt *rapid.T) {
				want := map[string]table.Tally{}
				for _, e := range model {
					for _, tally := range e.Tallies {
						tally.N += want[tally.Key].N
						tally.Sum += want[tally.Key].Sum
						want[tally.Key] = tally
					}
				}
				n := 0
				for tally, err := range d.Tallies(t.Context(), tenant, "x", table.Range{}) {
					if n++; err != nil || tally != want[tally.Key] {
						rt.Fatalf("tally %+v, %v, want %+v", tally, err, want[tally.Key])
					}
				}
				if rows, err := d.Count(t.Context(), tenant, "x", table.Range{}); n != len(want) || rows != len(model) || err != nil {
					rt.Fatalf("%d tallies, %d rows, %v; want %d and %d", n, rows, err, len(want), len(model))
				}
				if got := places(t, d, tenant, "live", 0, 10_000); len(got) != logged {
					rt.Fatalf("the log has %d places, want %d", len(got), logged)
				}
			},
		})
	})
}

package tabletest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
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
func add(t *testing.T, d table.Driver, want int, entries ...table.Entry) {
	t.Helper()
	if n, err := d.Add(t.Context(), "t", "x", entries...); n != want || err != nil {
		t.Fatalf("Add = %d, %v, want %d", n, err, want)
	}
}

// remove removes entries from tenant t's table x, of which so many were there.
func remove(t *testing.T, d table.Driver, want int, entries ...table.Entry) {
	t.Helper()
	if n, err := d.Remove(t.Context(), "t", "x", entries...); n != want || err != nil {
		t.Fatalf("Remove = %d, %v, want %d", n, err, want)
	}
}

func tallies(t *testing.T, d table.Driver, tenant, tbl string, r table.Range) (all []table.Tally) {
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
func wantTallies(t *testing.T, d table.Driver, want ...table.Tally) {
	t.Helper()
	if got := tallies(t, d, "t", "x", table.Range{}); !slices.Equal(got, want) {
		t.Errorf("tallies %+v, want %+v", got, want)
	}
}

func places(t *testing.T, d table.Driver, tenant, log string, after int64, n int) []table.Logged {
	t.Helper()
	got, err := d.Log(t.Context(), tenant, log, after, n)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// wantLog checks a whole log of tenant t, as "table/key" from the Seq first on (0 for an empty one), and its ends.
func wantLog(t *testing.T, d table.Driver, log string, first int64, want ...string) {
	t.Helper()
	seq := first
	var got []string
	for _, p := range places(t, d, "t", log, 0, 1000) {
		if p.Seq != seq {
			t.Errorf("log %s has Seq %d, want %d", log, p.Seq, seq)
		}
		seq++
		got = append(got, p.Table+"/"+p.Key)
	}
	if !slices.Equal(got, want) {
		t.Errorf("log %s holds %v, want %v", log, got, want)
	}
	if from, to, err := d.LogEnd(t.Context(), "t", log); from != first || to != max(0, seq-1) || err != nil {
		t.Errorf("LogEnd(%s) = %d, %d, %v, want %d, %d", log, from, to, err, first, max(0, seq-1))
	}
}

func addCountsOnce(t *testing.T, d table.Driver) {
	put(t, d, "t", "x", row("old", "kept")) // without tallies
	a, b := entry("a", "live", 0.5, "hour", "day"), entry("b", "live", 2, "hour", "minute")
	old := entry("old", "live", 64, "hour")
	for _, want := range []int{2, 0, 0} {
		add(t, d, want, b, old, a, entry("b", "live", 99, "hour"), entry("a", "other", 99, "week"))
		wantRow(t, d, "a", "value of a", 1)
		wantRow(t, d, "old", "kept", 1)
		wantTallies(t, d, table.Tally{Key: "day", N: 1, Sum: 0.5}, table.Tally{Key: "hour", N: 2, Sum: 2.5}, table.Tally{Key: "minute", N: 1, Sum: 2})
		wantLog(t, d, "live", 1, "x/b", "x/a") // in the order given, not in that of the keys
		wantLog(t, d, "other", 0)
	}
	many := table.Entry{Row: row("c", ""), Tallies: []table.Tally{{Key: "hour", N: 40, Sum: -1}, {Key: "hour", N: 2, Sum: 0.25}}}
	add(t, d, 1, many) // one key twice in one entry, no log
	add(t, d, 0)
	wantTallies(t, d, table.Tally{Key: "day", N: 1, Sum: 0.5}, table.Tally{Key: "hour", N: 44, Sum: 1.75}, table.Tally{Key: "minute", N: 1, Sum: 2})
	wantLog(t, d, "live", 1, "x/b", "x/a")
}

func addAnyNumber(t *testing.T, d table.Driver) {
	var all []table.Entry
	var want []string
	for i := range 333 {
		key := fmt.Sprintf("%04d", i*17%333)
		all = append(all, entry(key, "live", 1, "all", "last digit "+key[3:], "only "+key))
		want = append(want, "x/"+key)
	}
	for n, rest := 1, all; len(rest) > 0; n = min(n*3, len(rest)) {
		add(t, d, n, rest[:n]...)
		rest = rest[n:]
	}
	wantLog(t, d, "live", 1, want...)
	got := tallies(t, d, "t", "x", table.Range{To: "only"})
	if len(got) != 11 || got[0] != (table.Tally{Key: "all", N: 333, Sum: 333}) || got[4] != (table.Tally{Key: "last digit 3", N: 33, Sum: 33}) {
		t.Errorf("tallies %+v", got)
	}
	if got := tallies(t, d, "t", "x", table.Range{Prefix: "only 01"}); len(got) != 100 || got[42].Key != "only 0142" {
		t.Errorf("%d tallies of a range: %+v", len(got), got)
	}
	remove(t, d, 333, all...)
	wantTallies(t, d)
	wantLog(t, d, "live", 1, want...) // what was noted stays
}

func removeTakesAway(t *testing.T, d table.Driver) {
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

func addIsAllOrNothing(t *testing.T, d table.Driver) {
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
	wantLog(t, d, "live", 1, "x/a")
}

func talliesOfOthers(t *testing.T, d table.Driver) {
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
	wantLog(t, d, "live", 1, "x/a", "y/a") // one log of a tenant for all its tables
	if got := places(t, d, "u", "live", 0, 9); len(got) != 1 || got[0] != (table.Logged{Seq: 1, Table: "x", Key: "a"}) {
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
	if err := d.DeleteTenant(t.Context(), "t"); err != nil {
		t.Fatal(err)
	}
	wantTallies(t, d)
	wantLog(t, d, "live", 0)
	if got := tallies(t, d, "u", "x", table.Range{}); !slices.Equal(got, e.Tallies) {
		t.Errorf("tenant u has tallies %+v, want its own", got)
	}
	if first, last, err := d.LogEnd(t.Context(), "u", "live"); first != 1 || last != 1 || err != nil {
		t.Errorf("tenant u's log ends at %d and %d, %v", first, last, err)
	}
}

func deleteTenantWithMuch(t *testing.T, d table.Driver) {
	const n = 7_000
	var all []table.Entry
	for i := range n {
		key := fmt.Sprintf("%05d", i)
		all = append(all, entry(key, "log"+key[4:], 1, key))
	}
	add(t, d, n, all...)
	for range 2 {
		if err := d.DeleteTenant(t.Context(), "t"); err != nil {
			t.Fatal(err)
		}
	}
	wantKeys(t, d, "t", "x", table.Range{})
	wantTallies(t, d)
	for i := range 10 {
		wantLog(t, d, fmt.Sprint("log", i), 0)
	}
}

func addAtOnce(t *testing.T, d table.Driver) {
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

func logInPages(t *testing.T, d table.Driver) {
	var want []table.Logged
	for i := range 50 {
		key := fmt.Sprint("k", 99-i)
		add(t, d, 1, entry(key, "live", 1))
		want = append(want, table.Logged{Seq: int64(i + 1), Table: "x", Key: key})
	}
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
		if !slices.Equal(got, want) {
			t.Errorf("in pages of %d: %+v, want %+v", n, got, want)
		}
	}
	for _, c := range []struct {
		after int64
		n     int
	}{{50, 9}, {99, 9}, {0, 0}, {0, -1}} {
		if got := places(t, d, "t", "live", c.after, c.n); len(got) != 0 {
			t.Errorf("Log(%d, %d) = %+v, want nothing", c.after, c.n, got)
		}
	}
}

func trimLog(t *testing.T, d table.Driver) {
	if err := d.TrimLog(t.Context(), "t", "live", 5); err != nil { // of a log that is empty
		t.Error(err)
	}
	for _, key := range []string{"a", "b", "c", "d"} {
		add(t, d, 2, entry(key, "live", 1), entry(key+"2", "other", 1))
	}
	for _, step := range []struct{ upTo, first int64 }{{-3, 1}, {0, 1}, {2, 3}, {1, 3}, {4, 4}, {99, 4}} {
		if err := d.TrimLog(t.Context(), "t", "live", step.upTo); err != nil {
			t.Fatal(err)
		}
		wantLog(t, d, "live", step.first, []string{"x/a", "x/b", "x/c", "x/d"}[step.first-1:]...)
	}
	add(t, d, 1, entry("e", "live", 1))
	wantLog(t, d, "live", 4, "x/d", "x/e")
	if got := places(t, d, "t", "live", 1, 1); len(got) != 1 || got[0].Seq == 2 {
		t.Errorf("a reader at 1 gets %+v, want to see that 2 and 3 were trimmed", got)
	}
	wantLog(t, d, "other", 1, "x/a2", "x/b2", "x/c2", "x/d2")
	wantKeys(t, d, "t", "x", table.Range{To: "b"}, "a", "a2") // rows do not go with their places
}

func trimMuch(t *testing.T, d table.Driver) {
	const n = 12_345
	var all []table.Entry
	for _, r := range numbered(n) {
		all = append(all, table.Entry{Row: r, Log: "live"})
	}
	add(t, d, n, all...)
	if err := d.TrimLog(t.Context(), "t", "live", n-3); err != nil {
		t.Fatal(err)
	}
	wantLog(t, d, "live", n-2, "x/k012342", "x/k012343", "x/k012344")
}

// logInOrder reads a log while many write it and one trims it: what was read is never joined by something
// before it.
func logInOrder(t *testing.T, d table.Driver) {
	const writers, each = 8, 60
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				key := fmt.Sprintf("%d-%03d", w, i)
				n, err := d.Add(ctx, "t", "x", entry(key+"a", "live", 1, "all"), entry(key+"b", "live", 1, "all"))
				if err != nil || n != 2 {
					t.Error(n, err)
					cancel() // the reader would wait for ever
					return
				}
			}
		})
	}
	read := map[string]bool{}
	last := int64(0)
	for len(read) < 2*writers*each && ctx.Err() == nil {
		got, err := d.Log(ctx, "t", "live", last, 10)
		if err != nil {
			t.Error(err)
			break
		}
		for _, p := range got {
			if p.Seq != last+1 || read[p.Key] {
				t.Errorf("after %d comes %+v", last, p)
			}
			last = p.Seq
			read[p.Key] = true
			if _, err := d.Get(ctx, "t", p.Table, p.Key); err != nil {
				t.Errorf("a place without its row: %+v, %v", p, err)
			}
		}
		if err := d.TrimLog(ctx, "t", "live", last); err != nil {
			t.Error(err)
		}
	}
	cancel()
	wg.Wait()
	wantTallies(t, d, table.Tally{Key: "all", N: 2 * writers * each, Sum: 2 * writers * each})
}

// tallyModel runs random Adds and Removes and compares the tallies with a sum over the rows that are there.
func tallyModel(t *testing.T, d table.Driver) {
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
				if _, last, err := d.LogEnd(t.Context(), tenant, "live"); last != int64(logged) || err != nil {
					rt.Fatalf("the log ends at %d, %v, want %d", last, err, logged)
				}
			},
		})
	})
}

package tabletest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"animo"
	"animo/internal/table"
)

// readInOrder reads many keys of several tables at once: some not there, some twice, in no order.
func readInOrder(t *testing.T, d opened) {
	var keys []table.Key
	want := map[table.Key]string{}
	for i := range 300 {
		k := table.Key{Table: []string{"x", "y", "z"}[i%3], Key: fmt.Sprintf("%03d", i*7%300)}
		keys = append(keys, k)
		if i%4 == 1 {
			continue // not there
		}
		want[k] = fmt.Sprint("value ", i)
		put(t, d, "t", k.Table, row(k.Key, want[k]))
		put(t, d, "other", k.Table, row(k.Key, "another tenant's"))
	}
	for _, key := range oddKeys[:20] {
		put(t, d, "t", "odd", row(key, key))
		k := table.Key{Table: "odd", Key: key}
		keys, want[k] = append(keys, k), key
	}
	keys = append(keys, keys[5], keys[4], keys[4], table.Key{Table: "x", Key: keys[1].Key}, table.Key{Table: "nothing", Key: "000"})
	for _, keys := range [][]table.Key{keys, keys[:1], keys[1:2], keys[300:], keys[:101]} {
		rows, err := d.Read(t.Context(), "t", keys...)
		if err != nil || len(rows) != len(keys) {
			t.Fatalf("Read of %d keys = %d rows, %v", len(keys), len(rows), err)
		}
		for i, k := range keys {
			value, there := want[k]
			if r := rows[i]; r.Key != k.Key || (r.Rev > 0) != there || string(r.Value) != value || r.Rev < 0 || !there && r.Value != nil {
				t.Errorf("row %d, of %v, is %+v; want %q, %v", i, k, r, value, there)
			}
		}
	}
	if rows, err := d.Read(t.Context(), "t"); len(rows) != 0 || err != nil {
		t.Errorf("Read of nothing = %v, %v", rows, err)
	}
	if _, err := d.Read(t.Context(), "t", keys[0], table.Key{Key: "000"}); animo.CodeOf(err) != animo.Invalid {
		t.Errorf("Read of no table: %v, want invalid", err)
	}
	long := strings.Repeat("k", table.MaxKey+1)
	rows, err := d.Read(t.Context(), "t", table.Key{Table: "x", Key: long}, keys[0], table.Key{Table: "x", Key: "\xff"})
	if err != nil || rows[0].Key != long || rows[0].Rev != 0 || string(rows[1].Value) != want[keys[0]] || rows[2].Key != "\xff" || rows[2].Rev != 0 {
		t.Errorf("beside keys that no row has: %+v, %v", rows, err)
	}
}

// scan reads all of a range of tenant t's table x page by page, as a Table does.
func scan(t *testing.T, d opened, r table.Range, p table.Page) (all []table.Row) {
	t.Helper()
	for {
		rows, more, err := d.driver.Scan(t.Context(), "t", "x", r, p)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) > p.Limit {
			t.Fatalf("a page of %d has %d rows", p.Limit, len(rows))
		}
		all = append(all, rows...)
		if !more || len(rows) == 0 {
			return all
		}
		if last := rows[len(rows)-1].Key; p.Reverse {
			r.To = last
		} else {
			r.From = last + "\x00"
		}
	}
}

func scanPages(t *testing.T, d opened) {
	revs := map[string]int64{}
	for i, key := range oddKeys {
		put(t, d, "t", "x", row(oddKeys[i*17%len(oddKeys)], "value"))
		put(t, d, "t", "y", row(key, "another table's"))
		put(t, d, "u", "x", row(key, "another tenant's"))
	}
	for _, key := range oddKeys {
		revs[key] = get(t, d, key).Rev
	}
	for _, r := range []table.Range{{}, {Prefix: "a"}, {From: "A", To: "z"}, {Prefix: "none"}, {From: "z", To: "a"}} {
		var want []string
		for _, key := range oddKeys {
			if within(r, key) {
				want = append(want, key)
			}
		}
		for _, p := range []table.Page{{Limit: 1}, {Limit: 7}, {Limit: len(want)}, {Limit: len(want) + 1}, {Limit: 1000}} {
			for i := range 4 {
				p := table.Page{Limit: max(1, p.Limit), Reverse: i&1 > 0, KeysOnly: i&2 > 0}
				var got []string
				for _, row := range scan(t, d, r, p) {
					got = append(got, row.Key)
					if row.Rev != revs[row.Key] || p.KeysOnly && row.Value != nil || !p.KeysOnly && string(row.Value) != "value" {
						t.Errorf("%+v gives %+v", p, row)
					}
				}
				if p.Reverse {
					slices.Reverse(got)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%+q in pages of %+v: %q, want %q", r, p, got, want)
				}
			}
		}
	}
}

func tallyPages(t *testing.T, d opened) {
	for some := range slices.Chunk(oddKeys, 10) {
		var ops []table.Op
		for _, key := range some {
			ops = append(ops, table.Count("x", key, int64(len(key)), 0.5), table.Count("y", key, 99, 99))
		}
		commit(t, d, "", ops...)
	}
	for _, p := range []table.Page{{Limit: 1}, {Limit: 7}, {Limit: len(oddKeys)}, {Limit: 1000}} {
		for _, p.Reverse = range []bool{false, true} {
			var got []string
			for r, more := (table.Range{}), true; more; {
				page, m, err := d.driver.Tallies(t.Context(), "t", "x", r, p)
				if err != nil || len(page) > p.Limit {
					t.Fatal(len(page), err)
				}
				for _, tally := range page {
					if got = append(got, tally.Key); tally.N != int64(len(tally.Key)) || tally.Sum != 0.5 {
						t.Errorf("%+v", tally)
					}
					if p.Reverse {
						r.To = tally.Key
					} else {
						r.From = tally.Key + "\x00"
					}
				}
				more = m && len(page) > 0
			}
			if p.Reverse {
				slices.Reverse(got)
			}
			if !slices.Equal(got, oddKeys) {
				t.Errorf("in pages of %+v: %q, want %q", p, got, oddKeys)
			}
		}
	}
}

// bigPages has pages that are large in bytes, which may end early and then say that there is more.
func bigPages(t *testing.T, d opened) {
	const n = 20
	size := d.driver.Limits().Value
	for i := range n {
		put(t, d, "t", "x", row(fmt.Sprintf("%02d", i), strings.Repeat("v", size)))
	}
	for _, p := range []table.Page{{Limit: 1000}, {Limit: 1000, Reverse: true}, {Limit: 1000, KeysOnly: true}} {
		if got := scan(t, d, table.Range{}, p); len(got) != n {
			t.Errorf("%+v: %d rows, want %d", p, len(got), n)
		}
	}
}

// placesFromEitherEnd reads a log's first and last places.
func placesFromEitherEnd(t *testing.T, d opened) {
	var want []string
	for i := range 20 {
		key := fmt.Sprintf("%02d", i)
		commit(t, d, "", table.Append("log", "x", key), table.Append("other", "x", "other"))
		want = append(want, key)
	}
	all := places(t, d, "t", "log", 0, 99)
	for _, c := range []struct {
		after int64
		n     int
		want  []string
	}{{0, 20, want}, {0, 99, want}, {0, 3, want[:3]}, {all[4].Seq, 3, want[5:8]}, {all[19].Seq, 3, nil}, {0, -1, want[19:]}, {0, -3, want[17:]}, {0, -99, want}} {
		got, err := d.driver.Places(t.Context(), "t", "log", c.after, c.n)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(got, c.want, func(p table.Logged, key string) bool { return p.Table == "x" && p.Key == key }) || !slices.IsSortedFunc(got, func(a, b table.Logged) int { return int(a.Seq - b.Seq) }) {
			t.Errorf("Places(%d, %d) = %+v, want %q", c.after, c.n, got, c.want)
		}
	}
	if got, err := d.driver.Places(t.Context(), "u", "log", 0, -1); len(got) != 0 || err != nil {
		t.Errorf("another tenant's log: %+v, %v", got, err)
	}
}

// puts makes operations that each write a row of table x.
func puts(from, to int) (ops []table.Op) {
	for i := range to - from {
		ops = append(ops, table.Put("x", fmt.Sprintf("%06d", from+i), nil))
	}
	return ops
}

func opsAreLimited(t *testing.T, d opened) {
	most := d.driver.Limits().Ops
	if most < 25 {
		t.Fatalf("%d operations are fewer than flows need", most)
	}
	commit(t, d, "", puts(0, most)...)
	commit(t, d, animo.TooLarge, puts(most, 2*most+1)...)
	commit(t, d, "", append(puts(0, most), table.Delete("x", "none"), table.Delete("x", "none"))[2:]...) // two of one key are one
	if n, err := d.Count(t.Context(), "t", "x", table.Range{}); n != most || err != nil {
		t.Errorf("%d rows, %v, want %d", n, err, most)
	}
	var entries []table.Entry
	for i := range most/2 + 1 {
		entries = append(entries, entry(fmt.Sprint(i), "log", 1))
	}
	if _, err := d.Add(t.Context(), "t", "y", entries...); animo.CodeOf(err) != animo.TooLarge {
		t.Errorf("Add of more than the engine takes: %v", err)
	}
	wantKeys(t, d, "t", "y", table.Range{})
	rows := numbered(2*most + 1)
	put(t, d, "t", "y", rows...)
	if n, err := d.Count(t.Context(), "t", "y", table.Range{}); n != len(rows) || err != nil {
		t.Errorf("%d rows, %v, want %d", n, err, len(rows))
	}
}

func valuesAreLimited(t *testing.T, d opened) {
	most := d.driver.Limits().Value
	if most < 256<<10 || most > table.MaxValue {
		t.Fatalf("values of %d bytes are out of what flows need", most)
	}
	value := strings.Repeat("v", most)
	put(t, d, "t", "x", row("a", value))
	wantRow(t, d, "a", value)
	commit(t, d, animo.TooLarge, table.Put("x", "b", nil), table.Put("x", "c", []byte(value+"v")))
	if err := d.Put(t.Context(), "t", "x", row("b", ""), row("c", value+"v")); animo.CodeOf(err) != animo.TooLarge {
		t.Errorf("Put of a large value: %v", err)
	}
	wantKeys(t, d, "t", "x", table.Range{}, "a")
}

func commitAfter(t *testing.T, d opened) {
	most := d.driver.Limits().Ops
	rev := table.NewRev()
	if err := d.CommitAfter(t.Context(), "t", rev, puts(0, 2*most+1), table.PutNew("y", "leads", []byte("there")), table.Count("x", "n", 1, 1)); err != nil {
		t.Fatal(err)
	}
	if n, err := d.Count(t.Context(), "t", "x", table.Range{}); n != 2*most+1 || err != nil {
		t.Errorf("%d rows, %v, want %d", n, err, 2*most+1)
	}
	if r, err := d.Get(t.Context(), "t", "y", "leads"); err != nil || r.Rev != rev {
		t.Errorf("%+v, %v, want revision %d", r, err, rev)
	}
	wantTallies(t, d, table.Tally{Key: "n", N: 1, Sum: 1})
	before := append(puts(0, most), table.Put("x", "more", nil))
	if err := d.CommitAfter(t.Context(), "t", rev, before, table.PutNew("y", "leads", nil)); animo.CodeOf(err) != animo.Conflict {
		t.Errorf("after which somebody was first: %v", err)
	}
	if err := d.CommitAfter(t.Context(), "t", rev, puts(0, 1), puts(1, most+2)...); animo.CodeOf(err) != animo.TooLarge {
		t.Errorf("more at once than the engine takes: %v", err)
	}
	if err := d.CommitAfter(t.Context(), "t", rev, append(before, table.Put("x", "", nil)), table.Put("x", "z", nil)); animo.CodeOf(err) != animo.Invalid {
		t.Errorf("no key: %v", err)
	}
	wantNone(t, d, "z")
}

func commitAfterFits(t *testing.T, d opened) {
	put(t, d, "t", "x", row("there", ""))
	if err := d.CommitAfter(t.Context(), "t", table.NewRev(), puts(0, 20), table.PutNew("x", "there", nil)); animo.CodeOf(err) != animo.Conflict {
		t.Errorf("where somebody was first: %v", err)
	}
	wantKeys(t, d, "t", "x", table.Range{}, "there")
	if err := d.CommitAfter(t.Context(), "t", table.NewRev(), nil); err != nil {
		t.Errorf("of nothing: %v", err)
	}
	if err := d.CommitAfter(t.Context(), "t", table.NewRev(), puts(0, 2), table.Delete("x", "there")); err != nil {
		t.Error(err)
	}
	wantKeys(t, d, "t", "x", table.Range{}, "000000", "000001")
}

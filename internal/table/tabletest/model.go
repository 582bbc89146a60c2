package tabletest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"animo"
	"animo/internal/table"

	"pgregory.net/rapid"
)

// agreesWithModel runs random calls on the table and on a map, and compares every answer.
func agreesWithModel(t *testing.T, d opened) {
	// Few keys, so that calls meet; each a prefix of another or a neighbour of its end.
	keys := rapid.SampledFrom([]string{"a", "a\x00", "a/", "a/1", "a/2", "a0", "b", "ÿ", "😀"})
	bound := rapid.SampledFrom([]string{"", "", "a", "a/", "a/1", "a\xff", "b", "\xc3", "😀", "\xff"})
	ranges := rapid.Custom(func(t *rapid.T) table.Range {
		return table.Range{Prefix: bound.Draw(t, "prefix"), From: bound.Draw(t, "from"), To: bound.Draw(t, "to")}
	})
	ctx, tenants := t.Context(), 0
	rapid.Check(t, func(rt *rapid.T) {
		tenants++
		tenant, model := fmt.Sprint("t", tenants), map[string]table.Row{}
		// Revisions are random, so the model learns them when it sees a row after it was written.
		had := map[string][]int64{} // the revisions that the rows of a key had
		write := func(key, value string) { model[key] = table.Row{Key: key, Value: []byte(value)} }
		rt.Repeat(map[string]func(*rapid.T){
			"Add": func(rt *rapid.T) {
				var rows []table.Row
				want := 0
				for i, key := range rapid.SliceOfN(keys, 0, 5).Draw(rt, "keys") {
					rows = append(rows, row(key, fmt.Sprint("new", i)))
					if _, ok := model[key]; !ok {
						write(key, fmt.Sprint("new", i))
						want++
					}
				}
				if n, err := d.Add(ctx, tenant, "x", bare(rows...)...); n != want || err != nil {
					rt.Fatalf("Add = %d, %v, want %d", n, err, want)
				}
			},
			"Put": func(rt *rapid.T) {
				value := rapid.StringN(0, 3, -1).Draw(rt, "value")
				keys := rapid.SliceOfNDistinct(keys, 0, 5, rapid.ID[string]).Draw(rt, "keys")
				var rows []table.Row
				for _, key := range keys {
					rows = append(rows, row(key, value))
					write(key, value)
				}
				if err := d.Put(ctx, tenant, "x", rows...); err != nil {
					rt.Fatal(err)
				}
			},
			"Replace": func(rt *rapid.T) {
				key, rev := keys.Draw(rt, "key"), int64(0)
				if revs := had[key]; len(revs) > 0 { // most often the last one
					rev = slices.Concat(revs, []int64{0, 7, revs[len(revs)-1], revs[len(revs)-1]})[rapid.IntRange(0, len(revs)+3).Draw(rt, "rev")]
				}
				want := animo.Conflict
				if model[key].Rev == rev {
					write(key, "replaced")
					want = ""
				}
				err := d.Commit(ctx, tenant, table.Replace("x", table.Row{Key: key, Value: []byte("replaced"), Rev: rev}))
				if animo.CodeOf(err) != want {
					rt.Fatalf("Replace(%q, %d): %v, want %q", key, rev, err, want)
				}
			},
			"Delete": func(rt *rapid.T) {
				r := ranges.Draw(rt, "range")
				before := len(model)
				maps.DeleteFunc(model, func(key string, _ table.Row) bool { return within(r, key) })
				if n, err := d.Delete(ctx, tenant, "x", r); n != before-len(model) || err != nil {
					rt.Fatalf("Delete(%+q) = %d, %v, want %d", r, n, err, before-len(model))
				}
			},
			"": func(rt *rapid.T) { // after every call
				for key, now := range model {
					row, err := d.Get(ctx, tenant, "x", key)
					if err != nil || now.Rev != 0 && row.Rev != now.Rev || now.Rev == 0 && slices.Contains(had[key], row.Rev) {
						rt.Fatalf("%q has revision %d, %v, after %d of %d", key, row.Rev, err, now.Rev, had[key])
					}
					if now.Rev == 0 {
						now.Rev, had[key] = row.Rev, append(had[key], row.Rev)
						model[key] = now
					}
				}
				r, reverse := ranges.Draw(rt, "range"), rapid.Bool().Draw(rt, "reverse")
				want := slices.SortedFunc(maps.Values(model), func(a, b table.Row) int { return cmp.Compare(a.Key, b.Key) })
				want = slices.DeleteFunc(want, func(row table.Row) bool { return !within(r, row.Key) })
				if reverse {
					slices.Reverse(want)
				}
				var got []table.Row
				for row, err := range d.Query(ctx, tenant, "x", r, reverse) {
					if err != nil {
						rt.Fatal(err)
					}
					got = append(got, row)
				}
				if !slices.EqualFunc(got, want, equal) {
					rt.Fatalf("Query(%+q, %v) gives %+v, want %+v", r, reverse, got, want)
				}
				if n, err := d.Count(ctx, tenant, "x", r); n != len(want) || err != nil {
					rt.Fatalf("Count(%+q) = %d, %v, want %d", r, n, err, len(want))
				}
			},
		})
	})
}

func equal(a, b table.Row) bool {
	return a.Key == b.Key && string(a.Value) == string(b.Value) && a.Rev == b.Rev
}

// within is the definition of a Range.
func within(r table.Range, key string) bool {
	return strings.HasPrefix(key, r.Prefix) && key >= r.From && (r.To == "" || key < r.To)
}

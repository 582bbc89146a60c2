package tabletest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"animo"
	"animo/internal/table"
)

// get reads a row of tenant t's table x, with Rev 0 where there is none.
func get(t *testing.T, d opened, key string) table.Row {
	t.Helper()
	rows, err := d.Read(t.Context(), "t", table.Key{Table: "x", Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return rows[0]
}

// wantNone checks that tenant t's table x has no such rows.
func wantNone(t *testing.T, d opened, keys ...string) {
	t.Helper()
	for _, key := range keys {
		if r := get(t, d, key); r.Rev != 0 {
			t.Errorf("%s is %q, want none", key, r.Value)
		}
	}
}

// commit makes operations of tenant t, which must be done or answer the code.
func commit(t *testing.T, d opened, want animo.Code, ops ...table.Op) {
	t.Helper()
	if err := d.Commit(t.Context(), "t", ops...); animo.CodeOf(err) != want {
		t.Errorf("Commit: %v, want %q", err, want)
	}
}

func commitDoesAll(t *testing.T, d opened) {
	commit(t, d, "")
	put(t, d, "t", "x", row("replaced", "old"), row("deleted", "old"), row("deleted at", "old"), row("kept", "old"), row("put", "old"))
	rev := table.NewRev()
	err := d.CommitAs(t.Context(), "t", rev,
		table.Replace("x", table.Row{Key: "replaced", Value: []byte("new"), Rev: get(t, d, "replaced").Rev}), table.PutNew("x", "new", []byte("new")),
		table.Replace("x", table.Row{Key: "replaced in", Value: []byte("new")}), table.Delete("x", "deleted"), table.DeleteAt("x", get(t, d, "deleted at")),
		table.Delete("x", "never there"), table.Put("x", "put", []byte("new")), table.Put("y", "put", nil), table.Expect("x", get(t, d, "kept")),
		table.Count("y", "n", 2, 3), table.Count("x", "put", 1, -0.5), table.Append("log", "y", "put"), table.Append("log", "x", "put"), table.Append("other", "x", "new"),
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"replaced", "new", "replaced in", "put"} {
		if got := wantRow(t, d, key, "new"); got != rev {
			t.Errorf("%s has revision %d, want the commit's, %d", key, got, rev)
		}
	}
	if got := wantRow(t, d, "kept", "old"); got == rev {
		t.Error("a row that was only expected has a new revision")
	}
	wantKeys(t, d, "t", "x", table.Range{}, "kept", "new", "put", "replaced", "replaced in")
	wantKeys(t, d, "t", "y", table.Range{}, "put")
	wantTallies(t, d, table.Tally{Key: "put", N: 1, Sum: -0.5})
	if got := tallies(t, d, "t", "y", table.Range{}); !slices.Equal(got, []table.Tally{{Key: "n", N: 2, Sum: 3}}) {
		t.Errorf("tallies %+v", got)
	}
	wantLog(t, d, "log", "y/put", "x/put")
	wantLog(t, d, "other", "x/new")
	commit(t, d, "", table.Count("y", "n", -2, -2.75), table.Count("x", "put", 0, 2))
	if got := tallies(t, d, "t", "y", table.Range{}); len(got) != 0 {
		t.Errorf("a tally that came to 0 is there: %+v", got)
	}
	wantTallies(t, d, table.Tally{Key: "put", N: 1, Sum: 1.5})
}

func commitIsAllOrNothing(t *testing.T, d opened) {
	put(t, d, "t", "x", row("a", "old"), row("deleted", "kept"), row("m", "old"))
	add(t, d, 1, entry("counted", "", 1, "n"))
	before := []table.Op{
		table.Put("x", "a", []byte("new")), table.PutNew("x", "b", []byte("new")), table.Delete("x", "deleted"), table.Put("z", "z", nil),
		table.Count("x", "n", -1, -1), table.Count("x", "o", 1, 1), table.Append("log", "x", "b"),
	}
	gone := get(t, d, "m")
	gone.Rev++
	for name, last := range map[string]struct {
		op   table.Op
		code animo.Code
	}{
		"a row that somebody changed":         {table.Replace("x", gone), animo.Conflict},
		"a row of no revision that is there":  {table.Replace("x", table.Row{Key: "m"}), animo.Conflict},
		"a row of a revision, not there":      {table.Replace("x", table.Row{Key: "none", Rev: 3}), animo.Conflict},
		"a new row that is there":             {table.PutNew("x", "m", nil), animo.Conflict},
		"an expectation":                      {table.Expect("x", gone), animo.Conflict},
		"an expectation of no row":            {table.Expect("x", table.Row{Key: "m"}), animo.Conflict},
		"an expectation of a row, not there":  {table.Expect("x", table.Row{Key: "none", Rev: 3}), animo.Conflict},
		"a removal of what somebody changed":  {table.DeleteAt("x", gone), animo.Conflict},
		"a removal of a revision, not there":  {table.DeleteAt("x", table.Row{Key: "none", Rev: 3}), animo.Conflict},
		"a write over a row, not there":       {table.Op{Kind: table.OpPut, Table: "x", Key: "none", Rev: table.SomeRev}, animo.Conflict},
		"an expectation of a row, none there": {table.Op{Kind: table.OpExpect, Table: "x", Key: "none", Rev: table.SomeRev}, animo.Conflict},
		"a removal of a row, none there":      {table.RemoveOps("x", entry("none", "", 1))[0], animo.Conflict},
		"a removal of no row that is there":   {table.DeleteAt("x", table.Row{Key: "m"}), animo.Conflict},
		"no key":                              {table.Put("x", "", nil), animo.Invalid},
		"a key not UTF-8":                     {table.Delete("x", "\xff"), animo.Invalid},
		"no table":                            {table.Put("", "a", nil), animo.Invalid},
		"no kind":                             {table.Op{Table: "x", Key: "m"}, animo.Invalid},
		"a value too large":                   {table.Put("x", "m", make([]byte, table.MaxValue+1)), animo.TooLarge},
		"a tally's key too long":              {table.Count("x", strings.Repeat("k", table.MaxKey+1), 1, 1), animo.TooLarge},
		"a sum that is no number":             {table.Count("x", "n", 1, math.NaN()), animo.Invalid},
		"a log without a name":                {table.Append("", "x", "a"), animo.Invalid},
		"a log with a name too long":          {table.Append(strings.Repeat("k", table.MaxKey+1), "x", "a"), animo.TooLarge},
		"a place of no row":                   {table.Append("log", "x", ""), animo.Invalid},
		"a row that the commit writes, again": {table.Put("x", "a", nil), animo.Invalid},
	} {
		if err := d.Commit(t.Context(), "t", append(slices.Clone(before), last.op)...); animo.CodeOf(err) != last.code {
			t.Errorf("%s: %v, want %s", name, err, last.code)
		}
	}
	wantRow(t, d, "a", "old")
	wantRow(t, d, "deleted", "kept")
	wantRow(t, d, "m", "old")
	wantNone(t, d, "b", "none")
	wantKeys(t, d, "t", "z", table.Range{})
	wantTallies(t, d, table.Tally{Key: "n", N: 1, Sum: 1})
	wantLog(t, d, "log")
}

// commitAtOnce has many who each move a number from one row to the next one's, of which only whole moves may be kept, with
// a tally and a place for each.
func commitAtOnce(t *testing.T, d opened) {
	const movers, moves = 16, 10
	put(t, d, "t", "x", row("left", fmt.Sprint(movers*moves)), row("right", "0"))
	var wg sync.WaitGroup
	for range movers {
		wg.Go(func() {
			for done := 0; done < moves; {
				rows, err := d.Read(t.Context(), "t", table.Key{Table: "x", Key: "left"}, table.Key{Table: "x", Key: "right"})
				if err != nil {
					t.Error(err)
					return
				}
				var n [2]int
				for i := range rows {
					if _, err := fmt.Sscan(string(rows[i].Value), &n[i]); err != nil {
						t.Error(err)
						return
					}
					rows[i].Value = fmt.Append(nil, n[i]+2*i-1)
				}
				switch err := d.Commit(t.Context(), "t", table.Replace("x", rows[0]), table.Replace("x", rows[1]), table.Count("x", "moves", 1, 0.5), table.Append("moves", "x", "left")); {
				case err == nil:
					done++
				case animo.CodeOf(err) != animo.Conflict:
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	wantRow(t, d, "left", "0")
	wantRow(t, d, "right", fmt.Sprint(movers*moves))
	wantTallies(t, d, table.Tally{Key: "moves", N: movers * moves, Sum: movers * moves / 2})
	if got := len(places(t, d, "t", "moves", 0, 1000)); got != movers*moves {
		t.Errorf("%d places of %d moves", got, movers*moves)
	}
}

// expectHolds commits what expects a row as it is, or not there.
func expectHolds(t *testing.T, d opened) {
	put(t, d, "t", "x", row("a", "1"), row("b", "2"))
	a, b, none := get(t, d, "a"), get(t, d, "b"), table.Row{Key: "none"}
	commit(t, d, "", table.Expect("x", a), table.Expect("x", none), table.Expect("y", table.Row{Key: "a"}), table.Put("x", "c", []byte("3")))
	wantRow(t, d, "c", "3")
	commit(t, d, "", table.Expect("x", a), table.Expect("x", b)) // nothing but looking
	commit(t, d, "", table.Delete("x", "c"), table.Expect("x", a))
	wantNone(t, d, "c", "none")
	if got := wantRow(t, d, "a", "1"); got != a.Rev {
		t.Errorf("revision %d became %d by looking", a.Rev, got)
	}
}

// expectFails commits what expects a row that is another one by then.
func expectFails(t *testing.T, d opened) {
	for name, c := range map[string]struct {
		before, between []table.Op
	}{
		"changed":                   {[]table.Op{table.Put("x", "a", []byte("1"))}, []table.Op{table.Put("x", "a", []byte("2"))}},
		"written again as it was":   {[]table.Op{table.Put("x", "a", []byte("1"))}, []table.Op{table.Put("x", "a", []byte("1"))}},
		"removed":                   {[]table.Op{table.Put("x", "a", []byte("1"))}, []table.Op{table.Delete("x", "a")}},
		"removed and written again": {[]table.Op{table.Put("x", "a", []byte("1"))}, []table.Op{table.Delete("x", "a"), table.PutNew("x", "a", []byte("1"))}},
		"not there":                 {[]table.Op{table.Delete("x", "a")}, []table.Op{table.Put("x", "a", []byte("1"))}},
	} {
		for _, op := range c.before {
			commit(t, d, "", op)
		}
		a := get(t, d, "a")
		for _, op := range c.between { // each in a commit of its own
			commit(t, d, "", op)
		}
		now := get(t, d, "a")
		commit(t, d, animo.Conflict, table.Expect("x", a), table.Put("x", "b", nil), table.Count("x", "n", 1, 1), table.Append("log", "x", "a"))
		commit(t, d, animo.Conflict, table.Expect("x", a), table.Put("x", "a", []byte("3")))
		commit(t, d, animo.Conflict, table.Expect("x", a), table.Delete("x", "a"))
		commit(t, d, animo.Conflict, table.Replace("x", a))
		commit(t, d, animo.Conflict, table.DeleteAt("x", a))
		if got := get(t, d, "a"); !equal(got, now) {
			t.Errorf("%s: %+v became %+v", name, now, got)
		}
	}
	wantNone(t, d, "b")
	wantTallies(t, d)
	wantLog(t, d, "log")
}

// operationsJoin commits several operations on one key that go together.
func operationsJoin(t *testing.T, d opened) {
	put(t, d, "t", "x", row("a", "1"), row("b", "1"), row("c", "1"), row("d", "1"))
	a, b, c := get(t, d, "a"), get(t, d, "b"), get(t, d, "c")
	commit(t, d, "",
		table.Put("x", "a", []byte("2")), table.Expect("x", a), table.Expect("x", a),
		table.Replace("x", table.Row{Key: "b", Value: []byte("2"), Rev: b.Rev}), table.Expect("x", b),
		table.Delete("x", "c"), table.Expect("x", c), table.DeleteAt("x", c), table.Delete("x", "c"),
		table.Delete("x", "d"), table.Delete("x", "d"),
		table.PutNew("x", "e", []byte("2")), table.Expect("x", table.Row{Key: "e"}),
		table.Put("y", "a", nil), table.Count("x", "a", 1, 1), table.Append("log", "x", "a"), table.Append("log", "x", "a"), // other things of that name
	)
	wantKeys(t, d, "t", "x", table.Range{}, "a", "b", "e")
	wantRow(t, d, "a", "2")
	wantRow(t, d, "b", "2")
	wantTallies(t, d, table.Tally{Key: "a", N: 1, Sum: 1})
	wantLog(t, d, "log", "x/a", "x/a")
	// Removals of rows that must not be there, of which only the last one is.
	commit(t, d, animo.Conflict, table.DeleteAt("x", table.Row{Key: "0"}), table.DeleteAt("x", table.Row{Key: "1"}), table.DeleteAt("x", table.Row{Key: "a"}))
	commit(t, d, "", table.DeleteAt("x", table.Row{Key: "0"}), table.Expect("x", table.Row{Key: "1"}), table.Delete("x", "1"))
	// Removals of many revisions, of which two are each other's.
	many := table.Range{Prefix: "many/"}
	put(t, d, "t", "x", row("many/a", ""), row("many/d", ""))
	put(t, d, "t", "x", row("many/b", ""))
	put(t, d, "t", "x", row("many/c", ""))
	at := func(key, of string) table.Op {
		return table.DeleteAt("x", table.Row{Key: "many/" + key, Rev: get(t, d, "many/"+of).Rev})
	}
	commit(t, d, animo.Conflict, at("a", "a"), at("b", "c"), at("c", "b"), at("d", "d"))
	wantKeys(t, d, "t", "x", many, "many/a", "many/b", "many/c", "many/d")
	commit(t, d, "", at("a", "a"), at("b", "b"), at("c", "c"), at("d", "d"))
	wantKeys(t, d, "t", "x", many)
	// There must be a row, whichever it is.
	put(t, d, "t", "z", row("a", "1"), row("b", "1"), row("c", "1"), row("d", "1"))
	some := func(kind table.Kind, key string) table.Op {
		return table.Op{Kind: kind, Table: "z", Key: key, Rev: table.SomeRev}
	}
	rows, err := d.Read(t.Context(), "t", table.Key{Table: "z", Key: "c"})
	if err != nil {
		t.Fatal(err)
	}
	commit(t, d, animo.Conflict, some(table.OpDelete, "a"), some(table.OpDelete, "b"), some(table.OpDelete, "none"))
	commit(t, d, animo.Conflict, some(table.OpDelete, "a"), table.Expect("z", table.Row{Key: "a"}))
	commit(t, d, "", some(table.OpDelete, "a"), some(table.OpDelete, "b"), some(table.OpPut, "c"), table.Expect("z", rows[0]), some(table.OpExpect, "c"),
		some(table.OpExpect, "d"), table.Put("z", "d", nil))
	wantKeys(t, d, "t", "z", table.Range{}, "c", "d")
	// Tallies of one key add up, are one operation, and none where they add nothing.
	var counts []table.Op
	for range d.driver.Limits().Ops + 1 {
		counts = append(counts, table.Count("x", "a", 1, 0.5), table.Count("x", "nothing", 1, 2), table.Count("x", "nothing", -1, -2))
	}
	commit(t, d, "", counts...)
	wantTallies(t, d, table.Tally{Key: "a", N: int64(1 + len(counts)/3), Sum: 1 + float64(len(counts)/3)/2})
	all := []table.Tally{{Key: "m", N: 2, Sum: 1}, {Key: "n", N: 1, Sum: -1}}
	commit(t, d, "", table.CountAll("y", 1, all...)...)
	commit(t, d, "", table.CountAll("y", 1, all[0])...)
	if got := tallies(t, d, "t", "y", table.Range{}); !slices.Equal(got, []table.Tally{{Key: "m", N: 4, Sum: 2}, all[1]}) {
		t.Errorf("tallies %+v", got)
	}
	commit(t, d, "", append(table.CountAll("y", -2, all[0]), table.CountAll("y", -1, all[1])...)...)
	if got := tallies(t, d, "t", "y", table.Range{}); len(got) != 0 {
		t.Errorf("taken away again, the tallies are %+v", got)
	}
}

func operationsExclude(t *testing.T, d opened) {
	put(t, d, "t", "x", row("a", "1"))
	a := get(t, d, "a")
	other := table.Row{Key: "a", Rev: a.Rev + 1}
	for name, c := range map[string]struct {
		ops  []table.Op
		want animo.Code
	}{
		"two writes":             {[]table.Op{table.Put("x", "a", nil), table.Put("x", "a", nil)}, animo.Invalid},
		"a write and a removal":  {[]table.Op{table.Put("x", "a", nil), table.Delete("x", "a")}, animo.Invalid},
		"a removal and a write":  {[]table.Op{table.Delete("x", "a"), table.Replace("x", a)}, animo.Invalid},
		"two expectations":       {[]table.Op{table.Expect("x", a), table.Expect("x", other)}, animo.Conflict},
		"expected and not there": {[]table.Op{table.Expect("x", a), table.PutNew("x", "a", nil)}, animo.Conflict},
		"removed at two":         {[]table.Op{table.DeleteAt("x", other), table.DeleteAt("x", a)}, animo.Conflict},
	} {
		for _, more := range [][]table.Op{nil, {table.Put("x", "b", nil)}} {
			if err := d.Commit(t.Context(), "t", append(more, c.ops...)...); animo.CodeOf(err) != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
	}
	wantKeys(t, d, "t", "x", table.Range{}, "a")
	if got := get(t, d, "a"); !equal(got, a) {
		t.Errorf("%+v became %+v", a, got)
	}
}

// countsAddUp has many who count in the same tallies and note in the same log, beside rows of their own.
func countsAddUp(t *testing.T, d opened) {
	const writers, each = 16, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				err := d.Commit(t.Context(), "t", table.PutNew("x", fmt.Sprintf("%02d-%02d", w, i), nil), table.Count("x", "all", 3, 0.25), table.Count("x", "passing", 1, 0.5),
					table.Count("x", fmt.Sprintf("writer %02d", w), 1, 1), table.Append("log", "x", fmt.Sprintf("%02d-%02d", w, i)))
				if err != nil {
					t.Error(err)
				}
				if err := d.Commit(t.Context(), "t", table.Count("x", "passing", -1, -0.5)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	want := []table.Tally{{Key: "all", N: 3 * writers * each, Sum: writers * each / 4}}
	for w := range writers {
		want = append(want, table.Tally{Key: fmt.Sprintf("writer %02d", w), N: each, Sum: each})
	}
	wantTallies(t, d, want...)
	next := map[string]int{} // of each writer, whose places come in their order
	for _, p := range places(t, d, "t", "log", 0, 1000) {
		w, i, _ := strings.Cut(p.Key, "-")
		if i != fmt.Sprintf("%02d", next[w]) {
			t.Errorf("writer %s's place %s comes where number %d is due", w, i, next[w])
		}
		next[w]++
	}
	if len(next) != writers || next["00"] != each {
		t.Errorf("places of the writers: %v", next)
	}
}

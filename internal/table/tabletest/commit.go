package tabletest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"animo"
	"animo/internal/table"
)

// change makes a change of table x.
func change(op table.Op, key, value string, rev int64) table.Change {
	return table.Change{Op: op, Table: "x", Entry: table.Entry{Row: table.Row{Key: key, Value: []byte(value), Rev: rev}}}
}

func commit(t *testing.T, d table.Driver, changes ...table.Change) {
	t.Helper()
	if err := d.Commit(t.Context(), "t", changes...); err != nil {
		t.Fatalf("Commit: %v", err)
	}
}

func commitDoesAll(t *testing.T, d table.Driver) {
	commit(t, d)
	put(t, d, "t", "x", row("swapped", "old"), row("deleted", "old"), row("deleted-not", "kept"), row("put", "old"))
	counted := table.Change{Op: table.Add, Table: "other", Entry: table.Entry{Row: row("added", "new"), Tallies: []table.Tally{{Key: "n", N: 2, Sum: 3}}, Log: "log"}}
	changes := []table.Change{
		change(table.Swap, "swapped", "new", 1), change(table.Swap, "swapped-in", "new", 0), change(table.Delete, "deleted", "", 0),
		change(table.Delete, "never-there", "", 0), change(table.Put, "put", "new", 0), counted, change(table.Add, "deleted-not", "not this", 0),
	}
	commit(t, d, changes...)
	wantRow(t, d, "swapped", "new", 2)
	wantRow(t, d, "swapped-in", "new", 1)
	wantRow(t, d, "put", "new", 2)
	wantRow(t, d, "deleted-not", "kept", 1)
	if _, err := d.Get(t.Context(), "t", "x", "deleted"); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("a deleted row: %v", err)
	}
	for range 2 { // what is added twice counts once
		if got := tallies(t, d, "t", "other", table.Range{}); !slices.Equal(got, []table.Tally{{Key: "n", N: 2, Sum: 3}}) {
			t.Errorf("tallies %+v", got)
		}
		wantLog(t, d, "log", 1, "other/added")
		commit(t, d, counted)
	}
}

func commitIsAllOrNothing(t *testing.T, d table.Driver) {
	put(t, d, "t", "x", row("a", "old"), row("deleted", "kept"))
	before := []table.Change{
		change(table.Put, "a", "new", 0), change(table.Put, "b", "new", 0), change(table.Delete, "deleted", "", 0),
		{Op: table.Add, Table: "x", Entry: entry("c", "log", 1, "n")},
	}
	for name, last := range map[string]struct {
		change table.Change
		code   animo.Code
	}{
		"a row that somebody changed": {change(table.Swap, "a", "newer", 7), animo.Conflict},
		"a row that is there":         {change(table.Swap, "deleted-not", "", 3), animo.Conflict},
		"no key":                      {change(table.Put, "", "", 0), animo.Invalid},
		"nothing that is done":        {change(table.Delete+1, "a", "", 0), animo.Invalid},
		"a value too large":           {change(table.Put, "a", string(make([]byte, table.MaxValue+1)), 0), animo.TooLarge},
	} {
		if err := d.Commit(t.Context(), "t", append(slices.Clone(before), last.change)...); animo.CodeOf(err) != last.code {
			t.Errorf("%s: %v, want %s", name, err, last.code)
		}
	}
	wantRow(t, d, "a", "old", 1)
	wantRow(t, d, "deleted", "kept", 1)
	for _, key := range []string{"b", "c"} {
		if _, err := d.Get(t.Context(), "t", "x", key); animo.CodeOf(err) != animo.NotFound {
			t.Errorf("%s: %v", key, err)
		}
	}
	wantTallies(t, d)
	wantLog(t, d, "log", 0)
}

// commitAtOnce has many who each move a number from one row to the next one's, of which only whole moves may be seen.
func commitAtOnce(t *testing.T, d table.Driver) {
	const movers, moves = 8, 20
	put(t, d, "t", "x", row("left", fmt.Sprint(movers*moves)), row("right", "0"))
	var wg sync.WaitGroup
	for range movers {
		wg.Go(func() {
			for done := 0; done < moves; {
				var n [2]int
				var rev [2]int64
				for i, key := range []string{"left", "right"} {
					r, err := d.Get(t.Context(), "t", "x", key)
					if _, scanErr := fmt.Sscan(string(r.Value), &n[i]); err != nil || scanErr != nil {
						t.Error(err, scanErr)
						return
					}
					rev[i] = r.Rev
				}
				switch err := d.Commit(t.Context(), "t", change(table.Swap, "left", fmt.Sprint(n[0]-1), rev[0]), change(table.Swap, "right", fmt.Sprint(n[1]+1), rev[1])); {
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
	wantRow(t, d, "left", "0", 1+movers*moves)
	wantRow(t, d, "right", fmt.Sprint(movers*moves), 1+movers*moves)
}

// Package tabletest is the suite that every table adapter passes. An adapter's test calls Run with a
// function that opens an empty one.
package tabletest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"animo"
	"animo/internal/table"
)

// opened is a Table under test, and the driver below it.
type opened struct {
	*table.Table
	driver table.Driver
}

// Run checks that the drivers that open gives keep the contract of table.Driver, and that a table.Table over them keeps
// its own. Each call of open gives an empty one; Run closes it. What takes more than a driver's Limits is done in steps.
func Run(t *testing.T, open func(t *testing.T) table.Driver) {
	tests := []struct {
		name string
		run  func(*testing.T, opened)
	}{
		{"AddKeepsWhatIsThere", addKeeps},
		{"AddOfEqualKeysKeepsTheFirst", addEqualKeys},
		{"PutReplacesUnderAnotherRevision", putReplaces},
		{"PutOfEqualKeysKeepsTheLast", putEqualKeys},
		{"NoRowsIsNoError", noRows},
		{"AnyNumberOfRows", anyNumber},
		{"RowsAreCopied", rowsAreCopied},
		{"ReplaceNeedsTheRevision", replaceNeedsRevision},
		{"ReplaceLosesNoIncrement", replaceLosesNothing},
		{"GetOfNothingIsNotFound", getNothing},
		{"OtherTenantSeesNothing", otherTenant},
		{"OtherTableSeesNothing", otherTable},
		{"KeysAreOrderedByBytes", keyOrder},
		{"RangesChooseKeys", ranges},
		{"AgreesWithAModel", agreesWithModel},
		{"QueryReadsEveryPageWhileWritesGoOn", queryWhileWriting},
		{"QueryMayWriteAndStopEarly", queryMayWrite},
		{"QueryOfBigValues", bigValues},
		{"DeleteRemovesARange", deleteRange},
		{"DeleteRemovesManyRows", deleteMany},
		{"ForgetRemovesOnlyThat", forgetTenant},
		{"AddCountsOnce", addCountsOnce},
		{"AddTakesAnyNumber", addAnyNumber},
		{"AddIsAllOrNothing", addIsAllOrNothing},
		{"RemoveTakesAway", removeTakesAway},
		{"TalliesAgreeWithAModel", tallyModel},
		{"TalliesAndLogsOfOthersAreOutOfReach", talliesOfOthers},
		{"ForgetRemovesManyTalliesAndPlaces", forgetMuch},
		{"ManyAddTheSame", addAtOnce},
		{"CommitDoesAll", commitDoesAll},
		{"CommitIsAllOrNothing", commitIsAllOrNothing},
		{"CommitsAtOnceAreWhole", commitAtOnce},
		{"LogComesInPages", logInPages},
		{"LogIsTrimmed", trimLog},
		{"LogIsTrimmedOfMuch", trimMuch},
		{"LogKeepsItsOrderUnderManyWriters", logInOrder},
		{"LimitsAreKept", limits},
		{"ManyWritersLoseNothing", manyWriters},
		{"ReadGivesRowsInTheOrderOfKeys", readInOrder},
		{"ScanGivesPages", scanPages},
		{"TalliesComeInPages", tallyPages},
		{"PagesOfBigValuesGoOn", bigPages},
		{"PlacesFromEitherEnd", placesFromEitherEnd},
		{"TenantsWithRows", tenantsWithRows},
		{"ExpectLetsThrough", expectHolds},
		{"ExpectStopsACommit", expectFails},
		{"OperationsOnOneKeyJoin", operationsJoin},
		{"OperationsThatExcludeEachOther", operationsExclude},
		{"OpsAreLimited", opsAreLimited},
		{"ValuesAreLimited", valuesAreLimited},
		{"CommitAfterTakesAnyNumber", commitAfter},
		{"CommitAfterIsOneCommitWhereItFits", commitAfterFits},
		{"CountsAddUpUnderManyWriters", countsAddUp},
		{"UpdateLosesNoIncrement", updateLosesNothing},
		{"UpdateReadsItsOwnWrites", updateReadsItsWrites},
		{"UpdateWritesNothingOnAnError", updateWritesNothing},
		{"UpdateRunsAgainAfterAConflict", updateRunsAgain},
		{"UpdateKnowsARowOnce", updateKnows},
		{"UpdateKeepsWhatItReadTrue", updateKeepsReads},
		{"UpdateEndsWithItsContext", updateEnds},
		{"JSONRows", jsonRows},
		{"AnEndedContextIsSaid", endedContext},
		{"AfterCloseUnavailable", afterClose},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			driver := &promised{open(t), t}
			t.Cleanup(func() { driver.Close() })
			test.run(t, opened{table.New(driver), driver})
		})
	}
	// A promised driver offers nothing beyond its port, so what a Table does with a driver that does is tested here.
	t.Run("RangeDeleter", func(t *testing.T) {
		for name, run := range map[string]func(*testing.T, opened){
			"DeleteRemovesARange": deleteRange, "DeleteRemovesManyRows": deleteMany, "RemovesTheFirstRows": deletesTheFirst,
			"AgreesWithAModel": agreesWithModel, "AnEndedContextIsSaid": endedContext, "AfterCloseUnavailable": afterClose,
		} {
			t.Run(name, func(t *testing.T) {
				driver := open(t)
				t.Cleanup(func() { driver.Close() })
				if _, ok := driver.(table.RangeDeleter); !ok {
					t.Skip("this driver does not remove ranges itself")
				}
				run(t, opened{table.New(driver), driver})
			})
		}
	})
}

// promised is a driver that checks what a Table promises it of a commit.
type promised struct {
	table.Driver
	t *testing.T
}

func (p *promised) Commit(ctx context.Context, tenant string, rev int64, ops ...table.Op) error {
	if most := p.Limits().Ops; len(ops) == 0 || len(ops) > most || rev <= 0 {
		p.t.Errorf("a commit of %d operations at revision %d, where %d may be", len(ops), rev, most)
	}
	seen := map[string]bool{}
	for _, op := range ops {
		if op.Kind >= table.OpAppend {
			continue
		}
		what := fmt.Sprintf("%q %q, a tally: %v", op.Table, op.Key, op.Kind == table.OpCount)
		if seen[what] || len(op.Value) > p.Limits().Value {
			p.t.Errorf("an operation on %s, again or with %d bytes", what, len(op.Value))
		}
		seen[what] = true
	}
	return p.Driver.Commit(ctx, tenant, rev, ops...)
}

func addKeeps(t *testing.T, d opened) {
	for _, step := range []struct {
		keys string
		want int
	}{{"a b c", 3}, {"a b c", 0}, {"b c d", 1}} {
		var rows []table.Row
		for _, k := range strings.Fields(step.keys) {
			rows = append(rows, table.Row{Key: k, Value: []byte(step.keys)})
		}
		n, err := d.Add(t.Context(), "t", "x", bare(rows...)...)
		if err != nil || n != step.want {
			t.Errorf("Add(%s) = %d, %v, want %d", step.keys, n, err, step.want)
		}
	}
	wantRow(t, d, "b", "a b c")
	wantRow(t, d, "d", "b c d")
}

func addEqualKeys(t *testing.T, d opened) {
	n, err := d.Add(t.Context(), "t", "x", bare(row("a", "first"), row("a", "second"))...)
	if err != nil || n != 1 {
		t.Errorf("Add = %d, %v, want 1", n, err)
	}
	wantRow(t, d, "a", "first")
}

func putReplaces(t *testing.T, d opened) {
	revs := map[int64]bool{}
	write := func(value string, rows ...table.Row) {
		t.Helper()
		put(t, d, "t", "x", rows...)
		rev := wantRow(t, d, "a", value)
		if revs[rev] {
			t.Errorf("%q has the revision of something before it", value)
		}
		revs[rev] = true
	}
	for i := range 3 {
		write(fmt.Sprint(i), table.Row{Key: "a", Value: fmt.Append(nil, i), Rev: 40})
	}
	write("2", row("a", "2"))
	write("", row("a", ""))
	write("", table.Row{Key: "a"}, table.Row{Key: "nil"})
	rev := wantRow(t, d, "nil", "")
	if err := d.Commit(t.Context(), "t", table.Replace("x", table.Row{Key: "nil", Rev: rev})); err != nil {
		t.Error(err)
	}
	if _, err := d.Delete(t.Context(), "t", "x", table.Range{}); err != nil {
		t.Error(err)
	}
	write("3", row("a", "3")) // none of those that the removed row had
}

func putEqualKeys(t *testing.T, d opened) {
	put(t, d, "t", "x", row("a", "first"), row("b", "b"), row("a", "second"))
	wantRow(t, d, "a", "second")
	wantRow(t, d, "b", "b")
}

func noRows(t *testing.T, d opened) {
	if n, err := d.Add(t.Context(), "t", "x"); n != 0 || err != nil {
		t.Errorf("Add of nothing = %d, %v", n, err)
	}
	if err := d.Put(t.Context(), "t", "x"); err != nil {
		t.Errorf("Put of nothing: %v", err)
	}
	if n, err := d.Delete(t.Context(), "t", "x", table.Range{}); n != 0 || err != nil {
		t.Errorf("Delete of nothing = %d, %v", n, err)
	}
	if err := d.Forget(t.Context(), "t"); err != nil {
		t.Errorf("Forget of nobody: %v", err)
	}
	wantKeys(t, d, "t", "x", table.Range{})
}

// anyNumber catches an adapter that loses the rest of a batch.
func anyNumber(t *testing.T, d opened) {
	for _, n := range []int{1, 2, 31, 32, 33, 63, 64, 65, 100, 999, 1000, 2500} {
		tbl := fmt.Sprint("n", n)
		rows := numbered(n)
		if n <= d.driver.Limits().Ops {
			if added, err := d.Add(t.Context(), "t", tbl, bare(rows...)...); err != nil || added != n {
				t.Errorf("Add of %d rows = %d, %v", n, added, err)
			}
		}
		put(t, d, "t", tbl, rows...)
		got := 0
		for r, err := range d.Query(t.Context(), "t", tbl, table.Range{}, false) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Key != rows[got].Key || string(r.Value) != string(rows[got].Value) || r.Rev <= 0 {
				t.Fatalf("of %d rows, number %d is %q = %q, revision %d", n, got, r.Key, r.Value, r.Rev)
			}
			got++
		}
		if got != n {
			t.Errorf("%d rows put, %d read", n, got)
		}
		keys := make([]table.Key, n)
		for i, r := range rows {
			keys[n-1-i] = table.Key{Table: tbl, Key: r.Key}
		}
		read, err := d.Read(t.Context(), "t", keys...)
		if err != nil || len(read) != n {
			t.Fatalf("Read of %d keys gives %d rows, %v", n, len(read), err)
		}
		for i, r := range read {
			if want := rows[n-1-i]; r.Key != want.Key || string(r.Value) != string(want.Value) {
				t.Fatalf("Read of %d keys gives %q = %q at %d", n, r.Key, r.Value, i)
			}
		}
	}
}

func rowsAreCopied(t *testing.T, d opened) {
	value := []byte("mine")
	put(t, d, "t", "x", table.Row{Key: "a", Value: value})
	copy(value, "gone")
	wantRow(t, d, "a", "mine")
	r, err := d.Get(t.Context(), "t", "x", "a")
	if err != nil {
		t.Fatal(err)
	}
	copy(r.Value, "gone")
	wantRow(t, d, "a", "mine")
}

func replaceNeedsRevision(t *testing.T, d opened) {
	replace := func(value string, rev int64, want animo.Code) {
		t.Helper()
		if err := d.Commit(t.Context(), "t", table.Replace("x", table.Row{Key: "a", Value: []byte(value), Rev: rev})); animo.CodeOf(err) != want {
			t.Errorf("Replace to %q at revision %d: %v, want %q", value, rev, err, want)
		}
	}
	replace("early", 1, animo.Conflict)
	replace("one", 0, "")
	one := wantRow(t, d, "a", "one")
	replace("again", 0, animo.Conflict)
	replace("two", one, "")
	two := wantRow(t, d, "a", "two")
	replace("late", one, animo.Conflict)
	replace("future", two+1, animo.Conflict)
	replace("three", two, "")
	wantRow(t, d, "a", "three")
}

func replaceLosesNothing(t *testing.T, d opened) {
	const workers, each = 8, 20
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for done := 0; done < each; {
				r, err := d.Get(t.Context(), "t", "x", "sum")
				if err != nil && animo.CodeOf(err) != animo.NotFound {
					t.Error(err)
					return
				}
				var sum int
				fmt.Sscan(string(r.Value), &sum) // nothing yet is 0
				err = d.Commit(t.Context(), "t", table.Replace("x", table.Row{Key: "sum", Value: fmt.Append(nil, sum+1), Rev: r.Rev}))
				switch animo.CodeOf(err) {
				case "":
					done++
				case animo.Conflict:
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	wantRow(t, d, "sum", fmt.Sprint(workers*each))
}

func getNothing(t *testing.T, d opened) {
	put(t, d, "t", "x", row("ab", "1"))
	for _, key := range []string{"a", "abc", "AB", "", "\xff"} {
		if _, err := d.Get(t.Context(), "t", "x", key); animo.CodeOf(err) != animo.NotFound {
			t.Errorf("Get(%q): err = %v, want not_found", key, err)
		}
	}
}

func otherTenant(t *testing.T, d opened) {
	put(t, d, "a", "x", row("k", "a's"))
	for _, other := range []string{"b", "a ", "A", "aa"} {
		if _, err := d.Get(t.Context(), other, "x", "k"); animo.CodeOf(err) != animo.NotFound {
			t.Errorf("tenant %q reads tenant a's row: err = %v, want not_found", other, err)
		}
		wantKeys(t, d, other, "x", table.Range{})
		if n, err := d.Count(t.Context(), other, "x", table.Range{}); n != 0 || err != nil {
			t.Errorf("tenant %q counts %d rows, %v", other, n, err)
		}
		if n, err := d.Add(t.Context(), other, "x", bare(row("k", "mine"))...); n != 1 || err != nil {
			t.Errorf("tenant %q adds %d rows under tenant a's key, %v; want 1", other, n, err)
		}
		if n, err := d.Delete(t.Context(), other, "x", table.Range{}); n != 1 || err != nil {
			t.Errorf("tenant %q deletes %d rows, %v; want its own 1", other, n, err)
		}
	}
	if r, err := d.Get(t.Context(), "a", "x", "k"); err != nil || string(r.Value) != "a's" {
		t.Errorf("tenant a's row is now %q, revision %d, %v", r.Value, r.Rev, err)
	}
}

func otherTable(t *testing.T, d opened) {
	put(t, d, "t", "x", row("k", "1"))
	put(t, d, "t", "xy", row("k", "2"), row("l", "2"))
	wantKeys(t, d, "t", "x", table.Range{}, "k")
	wantKeys(t, d, "t", "xy", table.Range{}, "k", "l")
	wantKeys(t, d, "t", "y", table.Range{})
}

// oddKeys are the keys that collations, paths and wire formats disagree on, in the order of their bytes.
var oddKeys = []string{
	"\x00", "\x00\x00", "\t", " ", "%", "'", "*", ".", "..", "../x", "/", "//", "//a", "0", "10", "9",
	"A", "AB", "Z", "\\", "_", "a", "a\x00", "a\x00b", "a ", "a/", "a/b", "a0", "aa", "b", "null", "z", "{}",
	"\x7f", "\u00a0", "Ñ", "é", "ñ", "е\u0301", "日本", "\uffff", "😀", "😀😀", "\U0010ffff",
}

func keyOrder(t *testing.T, d opened) {
	if !slices.IsSorted(oddKeys) {
		t.Fatal("the suite's own keys are not in order")
	}
	var rows []table.Row
	for i := range oddKeys { // far from sorted: 17 shares no factor with their number
		rows = append(rows, row(oddKeys[i*17%len(oddKeys)], "v"))
	}
	put(t, d, "t", "x", rows...)
	wantKeys(t, d, "t", "x", table.Range{}, oddKeys...)
	for _, key := range oddKeys {
		if r, err := d.Get(t.Context(), "t", "x", key); err != nil || r.Key != key {
			t.Errorf("Get(%q) = %q, %v", key, r.Key, err)
		}
	}
}

func ranges(t *testing.T, d opened) {
	for _, key := range oddKeys {
		put(t, d, "t", "x", row(key, "v"))
	}
	bounds := slices.Concat(oddKeys, []string{"", "\xff", "\xff\xff", "a\xff", "\xf4\x8f\xbf\xbf\xff", "~"})
	for _, prefix := range slices.Concat(bounds, []string{"\xf0\x9f", "\xc3", "\xef\xbf"}) {
		check(t, d, table.Range{Prefix: prefix})
		check(t, d, table.Range{Prefix: prefix, From: "a/"})
		check(t, d, table.Range{Prefix: prefix, To: "a/"})
	}
	for _, from := range bounds {
		for _, to := range bounds {
			check(t, d, table.Range{From: from, To: to})
		}
		check(t, d, table.Range{Prefix: "a", From: from, To: "a0"})
	}
}

// check compares Query and Count with the definition of a Range.
func check(t *testing.T, d opened, r table.Range) {
	t.Helper()
	var want []string
	for _, k := range oddKeys {
		if within(r, k) {
			want = append(want, k)
		}
	}
	wantKeys(t, d, "t", "x", r, want...)
	if n, err := d.Count(t.Context(), "t", "x", r); err != nil || n != len(want) {
		t.Errorf("Count(%+q) = %d, %v, want %d", r, n, err, len(want))
	}
}

// queryWhileWriting adds and removes rows on both sides of the place where the query is.
func queryWhileWriting(t *testing.T, d opened) {
	for _, reverse := range []bool{false, true} {
		tbl := fmt.Sprint("reverse-", reverse)
		rows := numbered(5000)
		put(t, d, "t", tbl, rows...)
		i := 0
		for r, err := range d.Query(t.Context(), "t", tbl, table.Range{Prefix: "k"}, reverse) {
			if err != nil {
				t.Fatal(err)
			}
			want := rows[i].Key
			if reverse {
				want = rows[len(rows)-1-i].Key
			}
			if r.Key != want {
				t.Fatalf("reverse %v: row %d is %q, want %q", reverse, i, r.Key, want)
			}
			if i%500 == 0 { // "j" and "l" are outside, and "!" was read already
				put(t, d, "t", tbl, row(fmt.Sprint("j", i), ""), row(fmt.Sprint("l", i), ""), row(r.Key, "changed"))
			}
			i++
		}
		if i != len(rows) {
			t.Errorf("reverse %v: %d rows read, want %d", reverse, i, len(rows))
		}
	}
}

func queryMayWrite(t *testing.T, d opened) {
	put(t, d, "t", "x", numbered(300)...)
	read := 0
	for r, err := range d.Query(t.Context(), "t", "x", table.Range{}, false) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Delete(t.Context(), "t", "x", table.Range{From: r.Key, To: r.Key + "\x00"}); err != nil {
			t.Fatal(err)
		}
		if read++; read == 200 {
			break
		}
	}
	if n, err := d.Count(t.Context(), "t", "x", table.Range{}); n != 100 || err != nil {
		t.Errorf("after deleting 200 of 300 rows %d are left, %v", n, err)
	}
}

func bigValues(t *testing.T, d opened) {
	const n = 12
	size := d.driver.Limits().Value
	for i := range n {
		put(t, d, "t", "x", row(fmt.Sprintf("%02d", i), strings.Repeat(string(rune('a'+i)), size)))
	}
	for _, reverse := range []bool{false, true} {
		i := 0
		for r, err := range d.Query(t.Context(), "t", "x", table.Range{}, reverse) {
			if err != nil {
				t.Fatal(err)
			}
			at := i
			if reverse {
				at = n - 1 - i
			}
			if r.Key != fmt.Sprintf("%02d", at) || len(r.Value) != size || r.Value[0] != byte('a'+at) {
				t.Fatalf("row %d is %q with %d bytes", i, r.Key, len(r.Value))
			}
			i++
		}
		if i != n {
			t.Errorf("%d rows read, want %d", i, n)
		}
	}
}

func deleteRange(t *testing.T, d opened) {
	for _, key := range []string{"a", "a/1", "a/2", "a/3", "a0", "b"} {
		put(t, d, "t", "x", row(key, "v"))
		put(t, d, "t", "y", row(key, "v"))
	}
	for _, step := range []struct {
		r    table.Range
		want int
	}{
		{table.Range{Prefix: "a/", To: "a/3"}, 2}, {table.Range{Prefix: "a/", To: "a/3"}, 0},
		{table.Range{From: "b", To: "a"}, 0}, {table.Range{Prefix: "a/"}, 1}, {table.Range{From: "a0"}, 2},
	} {
		if n, err := d.Delete(t.Context(), "t", "x", step.r); n != step.want || err != nil {
			t.Errorf("Delete(%+q) = %d, %v, want %d", step.r, n, err, step.want)
		}
	}
	wantKeys(t, d, "t", "x", table.Range{}, "a")
	if n, err := d.Count(t.Context(), "t", "y", table.Range{}); n != 6 || err != nil {
		t.Errorf("the other table has %d rows, %v, want 6", n, err)
	}
	if n, err := d.Add(t.Context(), "t", "x", bare(row("b", "new"))...); n != 1 || err != nil {
		t.Errorf("Add of a deleted row = %d, %v", n, err)
	}
	wantRow(t, d, "b", "new")
}

func tenantsWithRows(t *testing.T, d opened) {
	want := func(tenants []string, tables ...string) {
		t.Helper()
		if got, err := d.Tenants(t.Context(), tables...); !slices.Equal(got, tenants) || err != nil {
			t.Errorf("Tenants(%q) = %q, %v, want %q", tables, got, err, tenants)
		}
	}
	want(nil, "x")
	for _, at := range []struct{ tenant, table string }{{"b", "x"}, {"a", "y"}, {"ñ", "x"}, {"c", "z"}, {"a/", "x"}, {"a/", "y"}, {"gone", "x"}} {
		put(t, d, at.tenant, at.table, row("1", ""), row("2", ""))
	}
	if err := d.Commit(t.Context(), "tally", table.Count("x", "k", 1, 1), table.Append("x", "x", "1")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Delete(t.Context(), "gone", "x", table.Range{}); err != nil {
		t.Fatal(err)
	}
	want([]string{"a/", "b", "ñ"}, "x")
	want([]string{"a", "a/", "b", "ñ"}, "x", "y")
	want(nil, "none")
	want(nil)
	if _, err := d.Tenants(t.Context(), "x", ""); animo.CodeOf(err) != animo.Invalid {
		t.Errorf("of a table without a name: %v", err)
	}
}

func deletesTheFirst(t *testing.T, d opened) {
	put(t, d, "t", "x", row("a", ""), row("b", ""), row("c", ""), row("d", ""), row("e", ""))
	put(t, d, "t", "y", row("b", ""))
	put(t, d, "u", "x", row("b", ""))
	for _, step := range []struct{ limit, want int }{{2, 2}, {2, 1}, {2, 0}} {
		n, err := d.driver.(table.RangeDeleter).DeleteRange(t.Context(), "t", "x", table.Range{From: "b", To: "e"}, step.limit)
		if n != step.want || err != nil {
			t.Errorf("DeleteRange = %d, %v, want %d", n, err, step.want)
		}
		if step.want == step.limit {
			wantKeys(t, d, "t", "x", table.Range{}, "a", "d", "e")
		}
	}
	wantKeys(t, d, "t", "x", table.Range{}, "a", "e")
	wantKeys(t, d, "t", "y", table.Range{}, "b")
	wantKeys(t, d, "u", "x", table.Range{}, "b")
}

func deleteMany(t *testing.T, d opened) {
	const n = 12_345
	put(t, d, "t", "x", numbered(n)...)
	put(t, d, "t", "x", row("z", "kept"))
	if removed, err := d.Delete(t.Context(), "t", "x", table.Range{Prefix: "k"}); removed != n || err != nil {
		t.Errorf("Delete = %d, %v, want %d", removed, err, n)
	}
	wantKeys(t, d, "t", "x", table.Range{}, "z")
}

func forgetTenant(t *testing.T, d opened) {
	for _, tenant := range []string{"a", "b", "c"} {
		for _, tbl := range []string{"x", "y", "z"} {
			put(t, d, tenant, tbl, numbered(2_500)...)
		}
	}
	if err := d.Forget(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	for tenant, want := range map[string]int{"a": 2_500, "b": 0, "c": 2_500} {
		for _, tbl := range []string{"x", "y", "z"} {
			if n, err := d.Count(t.Context(), tenant, tbl, table.Range{}); n != want || err != nil {
				t.Errorf("tenant %s has %d rows in %s, %v, want %d", tenant, n, tbl, err, want)
			}
		}
	}
}

func limits(t *testing.T, d opened) {
	long := strings.Repeat("k", table.MaxKey)
	put(t, d, "t", "x", row(long, strings.Repeat("v", d.driver.Limits().Value)), row(strings.Repeat("ñ", table.MaxKey/2), ""))
	for name, c := range map[string]struct {
		tenant string
		row    table.Row
		want   animo.Code
	}{
		"long key":   {"t", row(long+"k", ""), animo.TooLarge},
		"big value":  {"t", row("k", strings.Repeat("v", table.MaxValue+1)), animo.TooLarge},
		"no key":     {"t", row("", "v"), animo.Invalid},
		"not UTF-8":  {"t", row("a\xff", "v"), animo.Invalid},
		"no tenant":  {"", row("k", "v"), animo.Invalid},
		"surrogate":  {"t", row("\xed\xa0\x80", "v"), animo.Invalid},
		"half emoji": {"t", row("\xf0\x9f\x98", "v"), animo.Invalid},
	} {
		_, err := d.Add(t.Context(), c.tenant, "x", bare(row("good", ""), c.row)...)
		for _, err := range []error{err, d.Put(t.Context(), c.tenant, "x", row("good", ""), c.row), d.Commit(t.Context(), c.tenant, table.Replace("x", c.row))} {
			if animo.CodeOf(err) != c.want {
				t.Errorf("%s: err = %v, want %s", name, err, c.want)
			}
		}
	}
	if n, err := d.Count(t.Context(), "t", "x", table.Range{}); n != 2 || err != nil {
		t.Errorf("%d rows, %v, want 2: a refused batch left something", n, err)
	}
}

func manyWriters(t *testing.T, d opened) {
	const workers, batches, size = 16, 10, 24
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for b := range batches {
				rows := make([]table.Row, size)
				for i := range rows {
					rows[i] = row(fmt.Sprintf("%02d-%02d-%02d", w, b, i), "v")
				}
				// Somebody else writes the same rows; together they add each of them once.
				rows = append(rows, row(fmt.Sprintf("shared-%02d", b), "v"))
				if n, err := d.Add(t.Context(), "t", "x", bare(rows...)...); err != nil || n < size {
					t.Errorf("Add = %d, %v", n, err)
				}
				if r, err := d.Get(t.Context(), "t", "x", rows[0].Key); err != nil || r.Rev <= 0 {
					t.Errorf("a row just written: %+v, %v", r, err)
				}
			}
		})
	}
	wg.Wait()
	if n, err := d.Count(t.Context(), "t", "x", table.Range{}); n != workers*batches*size+batches || err != nil {
		t.Errorf("%d rows, %v, want %d", n, err, workers*batches*size+batches)
	}
}

func endedContext(t *testing.T, d opened) {
	put(t, d, "t", "x", row("a", "1"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range calls(ctx, d) {
		if animo.CodeOf(err) != animo.Interrupted || !errors.Is(err, context.Canceled) {
			t.Errorf("%s with an ended context: %v, want interrupted", name, err)
		}
	}
	wantKeys(t, d, "t", "x", table.Range{}, "a")
}

func afterClose(t *testing.T, d opened) {
	put(t, d, "t", "x", row("a", "1"))
	for range 2 {
		if err := d.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	for name, err := range calls(t.Context(), d) {
		if animo.CodeOf(err) != animo.Unavailable {
			t.Errorf("%s after Close: %v, want unavailable", name, err)
		}
	}
}

// calls makes each call once and returns its error.
func calls(ctx context.Context, d opened) map[string]error {
	errs := map[string]error{}
	errs["Put"] = d.Put(ctx, "t", "x", row("b", ""))
	_, errs["Get"] = d.Get(ctx, "t", "x", "a")
	errs["Query"] = nil
	for _, err := range d.Query(ctx, "t", "x", table.Range{}, false) {
		errs["Query"] = err
	}
	_, errs["Count"] = d.Count(ctx, "t", "x", table.Range{})
	_, errs["Delete"] = d.Delete(ctx, "t", "x", table.Range{})
	errs["Forget"] = d.Forget(ctx, "t")
	_, errs["Add"] = d.Add(ctx, "t", "x", entry("b", "live", 1, "k"))
	_, errs["Remove"] = d.Remove(ctx, "t", "x", entry("a", "live", 1, "k"))
	errs["Tallies"] = nil
	for _, err := range d.Tallies(ctx, "t", "x", table.Range{}) {
		errs["Tallies"] = err
	}
	_, errs["Log"] = d.Log(ctx, "t", "live", 0, 1)
	_, _, errs["LogEnd"] = d.LogEnd(ctx, "t", "live")
	_, errs["Tenants"] = d.Tenants(ctx, "x")
	errs["TrimLog"] = d.TrimLog(ctx, "t", "live", 1)
	_, errs["Read"] = d.Read(ctx, "t", table.Key{Table: "x", Key: "a"}, table.Key{Table: "y", Key: "b"})
	errs["Commit"] = d.Commit(ctx, "t", table.Count("x", "k", 1, 1), table.Append("live", "x", "a"))
	errs["CommitAfter"] = d.CommitAfter(ctx, "t", table.NewRev(), []table.Op{table.Put("x", "b", nil)}, table.Delete("x", "a"))
	errs["Update"] = d.Update(ctx, "t", func(tx *table.Tx) error {
		_, err := tx.GetJSON("x", "none", new(int))
		tx.Put("x", "b", nil)
		return err
	})
	return errs
}

func row(key, value string) table.Row { return table.Row{Key: key, Value: []byte(value)} }

// bare makes entries of rows without tallies and logs.
func bare(rows ...table.Row) []table.Entry {
	entries := make([]table.Entry, len(rows))
	for i, r := range rows {
		entries[i].Row = r
	}
	return entries
}

// numbered makes n rows in key order, all with the prefix "k".
func numbered(n int) []table.Row {
	rows := make([]table.Row, n)
	for i := range rows {
		rows[i] = row(fmt.Sprintf("k%06d", i), fmt.Sprint("value ", i))
	}
	return rows
}

func put(t *testing.T, d opened, tenant, tbl string, rows ...table.Row) {
	t.Helper()
	if err := d.Put(t.Context(), tenant, tbl, rows...); err != nil {
		t.Fatal(err)
	}
}

// wantRow checks tenant t's row in table x, and returns its revision.
func wantRow(t *testing.T, d opened, key, value string) (rev int64) {
	t.Helper()
	r, err := d.Get(t.Context(), "t", "x", key)
	if err != nil || r.Key != key || string(r.Value) != value || r.Rev <= 0 {
		t.Errorf("Get(%q) = %q = %q, revision %d, %v; want %q", key, r.Key, r.Value, r.Rev, err, value)
	}
	return r.Rev
}

// wantKeys checks the keys in a range, in both directions.
func wantKeys(t *testing.T, d opened, tenant, tbl string, r table.Range, want ...string) {
	t.Helper()
	for _, reverse := range []bool{false, true} {
		var got []string
		for row, err := range d.Query(t.Context(), tenant, tbl, r, reverse) {
			if err != nil {
				t.Errorf("Query(%+q): %v", r, err)
				return
			}
			got = append(got, row.Key)
		}
		if reverse {
			slices.Reverse(got)
		}
		if !slices.Equal(got, want) {
			t.Errorf("Query(%+q, reverse %v) gives the keys %+q, want %+q", r, reverse, got, want)
		}
	}
}

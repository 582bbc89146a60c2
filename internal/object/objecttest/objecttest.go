// Package objecttest is the suite that every object store passes. A store's test calls Run with a function
// that opens an empty one.
package objecttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"animo"
	"animo/internal/object"
)

// Run checks that the stores that open gives keep the contract of object.Store. Each call of open gives an
// empty one; Run closes it.
func Run(t *testing.T, open func(t *testing.T) object.Store) {
	tests := []struct {
		name string
		run  func(*testing.T, object.Store)
	}{
		{"GetGivesWhatPutTook", getGives},
		{"PutReplaces", putReplaces},
		{"PutBeginsWhereTheReaderStands", putFromWhereItStands},
		{"RangesEndWhereTheObjectDoes", ranges},
		{"NegativeRangesAreRefused", negativeRanges},
		{"StatTellsSizeAndTime", stat},
		{"OddNames", oddNames},
		{"UnsafeNamesAreRefused", unsafeNames},
		{"UnsafeTenantsAreRefused", unsafeTenants},
		{"AFailedReaderLeavesNothing", failedReader},
		{"AnEndedContextLeavesNothing", endedContext},
		{"OtherTenantSeesNothing", otherTenant},
		{"ListTellsAllThatIsThere", list},
		{"DeleteByPrefix", deleteByPrefix},
		{"OpenObjectsStayReadable", openStays},
		{"ReadersSeeOneVersion", oneVersion},
		{"ManyPutsAtOnce", manyPuts},
		{"AfterCloseUnavailable", afterClose},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() { s.Close() })
			test.run(t, s)
		})
	}
}

// Bench measures how long a store takes to put and to get an object of 300 kB, as a photo has, one after the other.
func Bench(b *testing.B, s object.Store) {
	data := make([]byte, 300_000)
	for i := range data { // that nothing can pack
		data[i] = byte(i * i >> 7)
	}
	name := func(n int) string { return fmt.Sprintf("photos/%d/picture", n%1000) }
	b.Run("put", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for n := 0; b.Loop(); n++ {
			if err := s.Put(b.Context(), "t", name(n), bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("get", func(b *testing.B) {
		if err := s.Put(b.Context(), "t", name(0), bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			r, _, err := s.Get(b.Context(), "t", name(0), object.Range{})
			if err != nil {
				b.Fatal(err)
			}
			if n, err := io.Copy(io.Discard, r); err != nil || n != int64(len(data)) {
				b.Fatal(n, err)
			}
			if err := r.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func getGives(t *testing.T, s object.Store) {
	for _, size := range []int{0, 1, 511, 512, 513, 1 << 12, 1<<12 + 1, 1 << 15, 1 << 20, 1<<20 + 7, 1<<20 + 1<<12 + 7, 5 << 20} {
		data := bytes.Repeat([]byte("0123456789abcdefg"), size/17+1)[:size]
		name := fmt.Sprint("size/", size)
		// A reader of few bytes at a time and one that ends together with its last bytes.
		whole := bytes.NewReader(data)
		halves := struct {
			io.Reader
			io.Seeker
		}{iotest.DataErrReader(iotest.HalfReader(whole)), whole}
		for _, r := range []io.ReadSeeker{bytes.NewReader(data), halves} {
			if err := s.Put(t.Context(), "t", name, r); err != nil {
				t.Errorf("Put of %d bytes: %v", size, err)
			}
			want(t, s, "t", name, string(data))
		}
	}
}

func putReplaces(t *testing.T, s object.Store) {
	put(t, s, "t", "a/b", "a long first version")
	put(t, s, "t", "a/b", "second")
	want(t, s, "t", "a/b", "second")
}

func putFromWhereItStands(t *testing.T, s object.Store) {
	r := strings.NewReader("head and body")
	if _, err := r.Seek(int64(len("head ")), io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "t", "a", r); err != nil {
		t.Errorf("Put: %v", err)
	}
	want(t, s, "t", "a", "and body")
}

func ranges(t *testing.T, s object.Store) {
	for _, size := range []int64{0, 1, 10, 1<<20 + 7} {
		data := strings.Repeat("0123456789abcdefg", int(size/17)+1)[:size]
		name := fmt.Sprint("size/", size)
		put(t, s, "t", name, data)
		edges := []int64{0, 1, 2, size / 2, size - 1, size, size + 1, math.MaxInt64 - 1, math.MaxInt64}
		for _, offset := range edges {
			for _, length := range edges {
				if offset < 0 || length < 0 {
					continue
				}
				part := object.Range{Offset: offset, Length: length}
				from := min(offset, size)
				to := size
				if length > 0 && length < size-from {
					to = from + length
				}
				got, info := readPart(t, s, "t", name, part)
				if got != data[from:to] || info.Size != size {
					t.Errorf("%+v of %d bytes: %d bytes %.20q and the size %d, want bytes %d to %d", part, size, len(got), got, info.Size, from, to)
				}
			}
		}
	}
}

func negativeRanges(t *testing.T, s object.Store) {
	put(t, s, "t", "a", "0123456789")
	for _, part := range []object.Range{{Offset: -1}, {Length: -1}, {Offset: 3, Length: -1}, {Offset: -1, Length: 3}, {Offset: math.MinInt64, Length: math.MinInt64}} {
		r, _, err := s.Get(t.Context(), "t", "a", part)
		if animo.CodeOf(err) != animo.Invalid {
			t.Errorf("Get of %+v: %v, want invalid", part, err)
		}
		if err == nil {
			r.Close()
		}
	}
}

func stat(t *testing.T, s object.Store) {
	var before object.Info
	for _, size := range []int{5, 0, 1<<20 + 7} {
		put(t, s, "t", "a/b", strings.Repeat("x", size))
		info, err := s.Stat(t.Context(), "t", "a/b")
		if err != nil || info.Size != int64(size) {
			t.Errorf("Stat of %d bytes: %d, %v", size, info.Size, err)
		}
		if age := time.Since(info.Modified); age < -time.Minute || age > time.Minute || info.Modified.Before(before.Modified) {
			t.Errorf("it was stored just now, after %v, and not at %v", before.Modified, info.Modified)
		}
		if _, read := readPart(t, s, "t", "a/b", object.Range{Offset: 1, Length: 2}); read.Size != info.Size || !read.Modified.Equal(info.Modified) {
			t.Errorf("Get tells %+v, Stat %+v", read, info)
		}
		before = info
	}
	for _, no := range []struct{ tenant, name string }{{"t", "a"}, {"t", "a/b/c"}, {"t", "a/bb"}, {"other", "a/b"}} {
		wantNothing(t, s, no.tenant, no.name)
	}
	if _, err := s.Delete(t.Context(), "t", "a/b"); err != nil {
		t.Errorf("Delete: %v", err)
	}
	wantNothing(t, s, "t", "a/b")
}

func oddNames(t *testing.T, s object.Store) {
	names := []string{
		"a", "A", "..a", "a..", "...", ".a", "a b", " ", "-", "%2e%2e", "%2f", "a%00", "a.attrs", "a__0x2f__b", "~", "*", "?", "a:b",
		"ñandú.txt", "nandu\u0301", "😀/😀", "日本/語", "con", "x.tmp", "a.b/c.d/e", "'\"`$(ls)", "\u2028", ".partial/a",
		strings.Repeat("n", object.MaxPart), strings.Repeat("dir/", 127) + "leaf",
	}
	for _, name := range names {
		if name == "a" {
			continue // it may be a folder or an object, not both; see below
		}
		put(t, s, "t", name, "content of "+name)
	}
	put(t, s, "t", "a", "content of a")
	for _, name := range names {
		want(t, s, "t", name, "content of "+name)
	}
	if n, err := s.Delete(t.Context(), "t", ""); n != len(names) || err != nil {
		t.Errorf("Delete of all = %d, %v, want %d", n, err, len(names))
	}
	for _, name := range names {
		wantNothing(t, s, "t", name)
	}
}

func unsafeNames(t *testing.T, s object.Store) {
	for _, name := range []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "../t", "a/../b", "a/./b", "a/..", `a\b`, `..\b`, "a\x00b", "a\nb", "a\x7f", "\u0085",
		"a\xffb", strings.Repeat("n", object.MaxPart+1), strings.Repeat("dir/", 128) + "l",
	} {
		if err := s.Put(t.Context(), "t", name, strings.NewReader("x")); animo.CodeOf(err) != animo.UnsafeName {
			t.Errorf("Put(%q): err = %v, want unsafe_name", name, err)
		}
		if _, _, err := s.Get(t.Context(), "t", name, object.Range{}); animo.CodeOf(err) != animo.UnsafeName {
			t.Errorf("Get(%q): err = %v, want unsafe_name", name, err)
		}
		if _, err := s.Stat(t.Context(), "t", name); animo.CodeOf(err) != animo.UnsafeName {
			t.Errorf("Stat(%q): err = %v, want unsafe_name", name, err)
		}
	}
	for _, prefix := range []string{"/", "../", "a/../", "a//", `a\`, "a\x00", "./"} {
		if _, err := s.Delete(t.Context(), "t", prefix); animo.CodeOf(err) != animo.UnsafeName {
			t.Errorf("Delete(%q): err = %v, want unsafe_name", prefix, err)
		}
	}
}

func unsafeTenants(t *testing.T, s object.Store) {
	put(t, s, "a-0", "x", "1")
	put(t, s, strings.Repeat("t", 63), "x", "1")
	for _, tenant := range []string{"", ".", "..", "a/b", "A", "ñ", "a_b", "a.b", "a\x00", ".partial", strings.Repeat("t", 64)} {
		err := s.Put(t.Context(), tenant, "x", strings.NewReader("x"))
		_, _, getErr := s.Get(t.Context(), tenant, "x", object.Range{})
		_, statErr := s.Stat(t.Context(), tenant, "x")
		_, deleteErr := s.Delete(t.Context(), tenant, "")
		for _, err := range []error{err, getErr, statErr, deleteErr} {
			if animo.CodeOf(err) != animo.UnsafeName {
				t.Errorf("tenant %q: err = %v, want unsafe_name", tenant, err)
			}
		}
	}
}

func failedReader(t *testing.T, s object.Store) {
	cut := errors.New("the line went dead")
	put(t, s, "t", "old", "kept")
	for _, name := range []string{"new", "old", "dir/new"} {
		for _, size := range []int{0, 10, 2 << 20} {
			r := &breaking{strings.NewReader(strings.Repeat("x", size+100)), size, func() error { return cut }}
			if err := s.Put(t.Context(), "t", name, r); !errors.Is(err, cut) {
				t.Errorf("Put with a reader that fails: err = %v, want the reader's", err)
			}
		}
	}
	wantNothing(t, s, "t", "new")
	wantNothing(t, s, "t", "dir/new")
	want(t, s, "t", "old", "kept")
	if n, err := s.Delete(t.Context(), "t", ""); n != 1 || err != nil {
		t.Errorf("Delete of all = %d, %v, want 1", n, err)
	}
}

func endedContext(t *testing.T, s object.Store) {
	put(t, s, "t", "old", "kept")
	ctx, cancel := context.WithCancel(t.Context())
	r := &breaking{strings.NewReader(strings.Repeat("x", 2<<20)), 100, func() error {
		cancel()
		return nil
	}}
	putErr := s.Put(ctx, "t", "new", r)
	_, _, getErr := s.Get(ctx, "t", "old", object.Range{})
	_, statErr := s.Stat(ctx, "t", "old")
	_, deleteErr := s.Delete(ctx, "t", "")
	for call, err := range map[string]error{"Put": putErr, "Get": getErr, "Stat": statErr, "Delete": deleteErr} {
		if animo.CodeOf(err) != animo.Interrupted || !errors.Is(err, context.Canceled) {
			t.Errorf("%s with an ended context: %v, want interrupted", call, err)
		}
	}
	wantNothing(t, s, "t", "new")
	want(t, s, "t", "old", "kept")
}

func otherTenant(t *testing.T, s object.Store) {
	put(t, s, "a", "k", "a's")
	for _, other := range []string{"b", "aa", "a-"} {
		wantNothing(t, s, other, "k")
		if n, err := s.Delete(t.Context(), other, ""); n != 0 || err != nil {
			t.Errorf("tenant %s deletes %d of a's objects, %v", other, n, err)
		}
		put(t, s, other, "k", "mine")
	}
	want(t, s, "a", "k", "a's")
	if n, err := s.Delete(t.Context(), "a", ""); n != 1 || err != nil {
		t.Errorf("Delete = %d, %v, want 1", n, err)
	}
	want(t, s, "aa", "k", "mine")
}

func deleteByPrefix(t *testing.T, s object.Store) {
	for _, name := range []string{"m/v1/a", "m/v1/b", "m/v10/a", "m/v2/a", "m.json", "n"} {
		put(t, s, "t", name, name)
	}
	for _, step := range []struct {
		prefix string
		want   int
	}{
		{"none", 0}, {"n/", 0}, {"m/v1/", 2}, {"m/v1/", 0}, {"m/v1", 1}, {"m/", 1}, {"m", 1}, {"n/a", 0}, {"", 1}, {"", 0},
	} {
		if n, err := s.Delete(t.Context(), "t", step.prefix); n != step.want || err != nil {
			t.Errorf("Delete(%q) = %d, %v, want %d", step.prefix, n, err, step.want)
		}
	}
	put(t, s, "t", "m", "what was a folder may become an object")
}

func openStays(t *testing.T, s object.Store) {
	big := strings.Repeat("0123456789", 100_000)
	type open struct {
		io.ReadCloser
		name, want string
	}
	var readers []open
	for _, name := range []string{"replaced", "deleted"} {
		put(t, s, "t", name, big)
		for _, part := range []object.Range{{}, {Offset: 7, Length: 900_000}, {Offset: 10}} {
			r, _, err := s.Get(t.Context(), "t", name, part)
			if err != nil {
				t.Fatal(err)
			}
			whole := big[part.Offset:]
			if part.Length > 0 {
				whole = whole[:part.Length]
			}
			head := make([]byte, 5)
			if _, err := io.ReadFull(r, head); err != nil || string(head) != whole[:5] {
				t.Errorf("%s begins with %q, %v, want %q", name, head, err, whole[:5])
			}
			readers = append(readers, open{r, name, whole[5:]})
		}
	}
	put(t, s, "t", "replaced", strings.Repeat("new", 100_000))
	if _, err := s.Delete(t.Context(), "t", "deleted"); err != nil {
		t.Fatal(err)
	}
	for _, r := range readers {
		if got, err := io.ReadAll(r); err != nil || string(got) != r.want {
			t.Errorf("%s while open: %d bytes, %v, want %d", r.name, len(got), err, len(r.want))
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// oneVersion reads an object, whole and in part, while another goroutine replaces and deletes it. Version i is the
// letter i, 1000·i times.
func oneVersion(t *testing.T, s object.Store) {
	const versions = 20
	done := make(chan struct{})
	var wg sync.WaitGroup
	for _, part := range []object.Range{{}, {Offset: 900, Length: 5000}, {Offset: 15_000}} {
		wg.Go(func() {
			for last := false; !last; {
				select {
				case <-done:
					last = true // once more, when the last version is there
				default:
				}
				r, info, err := s.Get(t.Context(), "t", "a", part)
				if animo.CodeOf(err) == animo.NotFound && !last {
					continue
				}
				if err != nil {
					t.Errorf("Get: %v", err)
					return
				}
				got, err := io.ReadAll(r)
				if err := errors.Join(err, r.Close()); err != nil {
					t.Errorf("read: %v", err)
					return
				}
				rest := max(info.Size-part.Offset, 0)
				if part.Length > 0 {
					rest = min(rest, part.Length)
				}
				version := byte(info.Size / 1000)
				if int64(len(got)) != rest || bytes.Count(got, []byte{version}) != len(got) || last && version != versions {
					t.Errorf("%+v of version %d: %d bytes %.20q, want %d", part, version, len(got), got, rest)
					return
				}
			}
		})
	}
	for version := 1; version <= versions; version++ {
		put(t, s, "t", "a", strings.Repeat(string(rune(version)), 1000*version))
		if version%5 == 1 {
			if _, err := s.Delete(t.Context(), "t", "a"); err != nil {
				t.Errorf("Delete: %v", err)
			}
		}
	}
	close(done)
	wg.Wait()
}

// manyPuts makes and removes the same folders from many goroutines.
func manyPuts(t *testing.T, s object.Store) {
	const workers, rounds = 8, 15
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range rounds {
				name := fmt.Sprintf("d/e/%d-%d", w, i)
				if err := s.Put(t.Context(), "t", name, strings.NewReader(name)); err != nil {
					t.Errorf("Put: %v", err)
				}
				want(t, s, "t", name, name)
				if n, err := s.Delete(t.Context(), "t", name); n != 1 || err != nil {
					t.Errorf("Delete(%s) = %d, %v, want 1", name, n, err)
				}
				if err := s.Put(t.Context(), "t", "same", strings.NewReader(strings.Repeat(name, 1000))); err != nil {
					t.Errorf("Put of a shared name: %v", err)
				}
			}
		})
	}
	wg.Wait()
	got := read(t, s, "t", "same")
	if first, _, _ := strings.Cut(got[1:], "d"); got != strings.Repeat("d"+first, 1000) {
		t.Errorf("writers of one name were mixed: %.60s…", got)
	}
}

func afterClose(t *testing.T, s object.Store) {
	put(t, s, "t", "a", "1")
	for range 2 {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	putErr := s.Put(t.Context(), "t", "b", strings.NewReader(""))
	_, _, getErr := s.Get(t.Context(), "t", "a", object.Range{})
	_, statErr := s.Stat(t.Context(), "t", "a")
	_, deleteErr := s.Delete(t.Context(), "t", "")
	for call, err := range map[string]error{"Put": putErr, "Get": getErr, "Stat": statErr, "Delete": deleteErr} {
		if animo.CodeOf(err) != animo.Unavailable {
			t.Errorf("%s after Close: %v, want unavailable", call, err)
		}
	}
}

// A breaking reader calls broken each time that it is read at a place or after it, and fails if broken does.
type breaking struct {
	whole  *strings.Reader
	at     int
	broken func() error
}

func (b *breaking) Read(p []byte) (int, error) {
	good := b.at - (int(b.whole.Size()) - b.whole.Len())
	if good > 0 {
		return b.whole.Read(p[:min(len(p), good)])
	}
	if err := b.broken(); err != nil {
		return 0, err
	}
	return b.whole.Read(p)
}

func (b *breaking) Seek(offset int64, whence int) (int64, error) { return b.whole.Seek(offset, whence) }

func put(t *testing.T, s object.Store, tenant, name, content string) {
	t.Helper()
	if err := s.Put(t.Context(), tenant, name, strings.NewReader(content)); err != nil {
		t.Errorf("Put(%q): %v", name, err)
	}
}

func read(t *testing.T, s object.Store, tenant, name string) string {
	t.Helper()
	got, info := readPart(t, s, tenant, name, object.Range{})
	if info.Size != int64(len(got)) {
		t.Errorf("Get(%q) gives %d bytes and tells the size %d", name, len(got), info.Size)
	}
	return got
}

func readPart(t *testing.T, s object.Store, tenant, name string, part object.Range) (string, object.Info) {
	t.Helper()
	r, info, err := s.Get(t.Context(), tenant, name, part)
	if err != nil {
		t.Errorf("Get(%q): %v", name, err)
		return "", info
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil {
		t.Errorf("read %q: %v", name, err)
	}
	return string(got), info
}

func want(t *testing.T, s object.Store, tenant, name, content string) {
	t.Helper()
	if got := read(t, s, tenant, name); got != content {
		t.Errorf("%q holds %d bytes %.40q, want %d bytes %.40q", name, len(got), got, len(content), content)
	}
}

func wantNothing(t *testing.T, s object.Store, tenant, name string) {
	t.Helper()
	r, _, err := s.Get(t.Context(), tenant, name, object.Range{})
	if animo.CodeOf(err) != animo.NotFound {
		t.Errorf("Get(%q): err = %v, want not_found", name, err)
	}
	if err == nil {
		r.Close()
	}
	if _, err := s.Stat(t.Context(), tenant, name); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("Stat(%q): err = %v, want not_found", name, err)
	}
}

func list(t *testing.T, s object.Store) {
	l, ok := s.(object.Lister)
	if !ok {
		t.Skip("this store lists nothing")
	}
	want := map[string]int64{"a/x": 3, "a/y/z": 0, "b/x": 5}
	for path, size := range want {
		tenant, name, _ := strings.Cut(path, "/")
		if err := s.Put(t.Context(), tenant, name, bytes.NewReader(make([]byte, size))); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]int64{}
	for o, err := range l.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if time.Since(o.Modified) > time.Minute {
			t.Errorf("%s was stored at %v", o.Name, o.Modified)
		}
		got[o.Tenant+"/"+o.Name] = o.Size
	}
	if !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for range 2 {
		if err := l.Remove(t.Context(), "a", "x"); err != nil {
			t.Error(err)
		}
	}
	if err := s.Put(t.Context(), "b", "xy", strings.NewReader("stays")); err != nil {
		t.Fatal(err)
	}
	if err := l.Remove(t.Context(), "b", "x"); err != nil {
		t.Error(err)
	}
	for name, code := range map[string]animo.Code{"x": animo.NotFound, "xy": ""} {
		if _, err := s.Stat(t.Context(), "b", name); animo.CodeOf(err) != code {
			t.Errorf("after the removal of b/x: b/%s: %v", name, err)
		}
	}
	for range l.List(t.Context()) {
		break // which ends the list
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range l.List(ctx) {
		if animo.CodeOf(err) != animo.Interrupted {
			t.Errorf("%v, want interrupted", err)
		}
	}
}

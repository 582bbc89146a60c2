// Package objecttest is the suite that every object store passes. A store's test calls Run with a function
// that opens an empty one.
package objecttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

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
		{"OddNames", oddNames},
		{"UnsafeNamesAreRefused", unsafeNames},
		{"UnsafeTenantsAreRefused", unsafeTenants},
		{"AFailedReaderLeavesNothing", failedReader},
		{"AnEndedContextLeavesNothing", endedContext},
		{"OtherTenantSeesNothing", otherTenant},
		{"DeleteByPrefix", deleteByPrefix},
		{"OpenObjectsStayReadable", openStays},
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

func getGives(t *testing.T, s object.Store) {
	for _, size := range []int{0, 1, 511, 512, 513, 1 << 12, 1<<12 + 1, 1 << 15, 1 << 20, 1<<20 + 7, 1<<20 + 1<<12 + 7, 5 << 20} {
		data := bytes.Repeat([]byte("0123456789abcdefg"), size/17+1)[:size]
		name := fmt.Sprint("size/", size)
		// A reader of few bytes at a time and one that ends together with its last bytes.
		for _, r := range []io.Reader{bytes.NewReader(data), iotest.DataErrReader(iotest.HalfReader(bytes.NewReader(data)))} {
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
		if _, err := s.Get(t.Context(), "t", name); animo.CodeOf(err) != animo.UnsafeName {
			t.Errorf("Get(%q): err = %v, want unsafe_name", name, err)
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
		_, getErr := s.Get(t.Context(), tenant, "x")
		_, deleteErr := s.Delete(t.Context(), tenant, "")
		for _, err := range []error{err, getErr, deleteErr} {
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
			r := io.MultiReader(strings.NewReader(strings.Repeat("x", size)), iotest.ErrReader(cut))
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
	r := io.MultiReader(strings.NewReader("some"), readerFunc(func(p []byte) (int, error) {
		cancel()
		return copy(p, "more"), nil
	}))
	putErr := s.Put(ctx, "t", "new", r)
	_, getErr := s.Get(ctx, "t", "old")
	_, deleteErr := s.Delete(ctx, "t", "")
	for call, err := range map[string]error{"Put": putErr, "Get": getErr, "Delete": deleteErr} {
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
	put(t, s, "t", "replaced", big)
	put(t, s, "t", "deleted", big)
	readers := map[string]io.ReadCloser{}
	for _, name := range []string{"replaced", "deleted"} {
		r, err := s.Get(t.Context(), "t", name)
		if err != nil {
			t.Fatal(err)
		}
		readers[name] = r
	}
	put(t, s, "t", "replaced", "new")
	if _, err := s.Delete(t.Context(), "t", "deleted"); err != nil {
		t.Fatal(err)
	}
	for name, r := range readers {
		if got, err := io.ReadAll(r); err != nil || string(got) != big {
			t.Errorf("%s while open: %d bytes, %v, want %d", name, len(got), err, len(big))
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
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
	_, getErr := s.Get(t.Context(), "t", "a")
	_, deleteErr := s.Delete(t.Context(), "t", "")
	for call, err := range map[string]error{"Put": putErr, "Get": getErr, "Delete": deleteErr} {
		if animo.CodeOf(err) != animo.Unavailable {
			t.Errorf("%s after Close: %v, want unavailable", call, err)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func put(t *testing.T, s object.Store, tenant, name, content string) {
	t.Helper()
	if err := s.Put(t.Context(), tenant, name, strings.NewReader(content)); err != nil {
		t.Errorf("Put(%q): %v", name, err)
	}
}

func read(t *testing.T, s object.Store, tenant, name string) string {
	t.Helper()
	r, err := s.Get(t.Context(), tenant, name)
	if err != nil {
		t.Errorf("Get(%q): %v", name, err)
		return ""
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil {
		t.Errorf("read %q: %v", name, err)
	}
	return string(got)
}

func want(t *testing.T, s object.Store, tenant, name, content string) {
	t.Helper()
	if got := read(t, s, tenant, name); got != content {
		t.Errorf("%q holds %d bytes %.40q, want %d bytes %.40q", name, len(got), got, len(content), content)
	}
}

func wantNothing(t *testing.T, s object.Store, tenant, name string) {
	t.Helper()
	r, err := s.Get(t.Context(), tenant, name)
	if animo.CodeOf(err) != animo.NotFound {
		t.Errorf("Get(%q): err = %v, want not_found", name, err)
	}
	if err == nil {
		r.Close()
	}
}

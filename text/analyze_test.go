package text

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"animo"
	"animo/internal/sharedtest"
)

// reference is what scikit-learn's CountVectorizer makes of the report's files.
type reference struct {
	Files map[string]struct {
		Plain, CSV struct {
			Rows, Positive int
			First10        []string
			Last10         []string
			Top10          [][2]any
			Vocabulary     string        `json:"sha256_sorted_vocab_joined_by_LF_with_trailing_LF"`
			Entries        string        `json:"sha256_coo_row_TAB_col_TAB_count_LF_sorted"`
			Both           referenceSize `json:"uni+bi"`
			Uni            referenceSize
		}
	}
	Tricky []struct {
		Text     string
		Unigrams []string
		Tokens   []string
	}
}

type referenceSize struct {
	Vocab int
	NNZ   int `json:"nnz"`
	Sum   int `json:"sum_counts"`
	Empty int `json:"rows_without_features"`
}

func readReference(t *testing.T) (r reference) {
	t.Helper()
	b, err := os.ReadFile(sharedtest.Path(t, "reference", "text", "vectorizer.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAnalyze_equals_scikit_learn(t *testing.T) {
	tricky := readReference(t).Tricky
	if len(tricky) < 24 {
		t.Fatalf("only %d texts to compare", len(tricky))
	}
	for _, c := range tricky {
		if got := Analyze(c.Text); !slices.Equal(got, c.Tokens) {
			t.Errorf("%q\n got %q\nwant %q", c.Text, got, c.Tokens)
		}
	}
}

// sorted renumbers a fitted vocabulary in the order of the n-grams, as scikit-learn does, and lists the
// entries of the matrix by row and number.
func sorted(sp space, m *matrix) (vocabulary []string, entries [][3]int) {
	names := sp.vocabulary()
	vocabulary = slices.Sorted(slices.Values(names))
	number := map[string]int{}
	for i, g := range vocabulary {
		number[g] = i
	}
	for r := range m.rows() {
		v := m.row(r)
		for i, id := range v.ids {
			entries = append(entries, [3]int{r, number[names[id]], int(v.counts[i])})
		}
	}
	slices.SortFunc(entries, func(a, b [3]int) int { return slices.Compare(a[:], b[:]) })
	return vocabulary, entries
}

func hash(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func TestPlainView_equals_scikit_learn(t *testing.T) {
	compared := 0
	for name, f := range readReference(t).Files {
		path := filepath.Join(sharedtest.Path(t, "data", "opinions"), name+".txt")
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			t.Logf("NOT COMPARED: %s is not there", path)
			continue
		}
		compared++
		rows := reportRows(t, name)
		texts := textsOf(rows)
		want := f.Plain
		if len(rows) != want.Rows {
			t.Errorf("%s: %d rows, want %d", name, len(rows), want.Rows)
		}
		sp, m := fitSpace(plainView, texts)
		compareSize(t, name, m, want.Both)
		vocabulary, entries := sorted(sp, m)
		if got := hash([]byte(strings.Join(vocabulary, "\n") + "\n")); got != want.Vocabulary {
			t.Errorf("%s: another vocabulary", name)
		}
		if got := vocabulary[:10]; !slices.Equal(got, want.First10) {
			t.Errorf("%s: first n-grams %q, want %q", name, got, want.First10)
		}
		if got := vocabulary[len(vocabulary)-10:]; !slices.Equal(got, want.Last10) {
			t.Errorf("%s: last n-grams %q, want %q", name, got, want.Last10)
		}
		var table bytes.Buffer
		counts := make([]int, len(vocabulary))
		for _, e := range entries {
			fmt.Fprintf(&table, "%d\t%d\t%d\n", e[0], e[1], e[2])
			counts[e[1]] += e[2]
		}
		if got := hash(table.Bytes()); got != want.Entries {
			t.Errorf("%s: other counts", name)
		}
		for _, top := range want.Top10 {
			i, _ := slices.BinarySearch(vocabulary, top[0].(string))
			if counts[i] != int(top[1].(float64)) {
				t.Errorf("%s: %q occurs %d times, want %v", name, top[0], counts[i], top[1])
			}
		}
		_, m = fitSpace(view{Kind: plain, Min: 1, Max: 1}, texts)
		compareSize(t, name+" (words alone)", m, want.Uni)
	}
	if compared == 0 {
		t.Error("no file was compared")
	}
}

func textsOf(rows []animo.Opinion) []string {
	texts := make([]string, len(rows))
	for i, o := range rows {
		texts[i] = o.Text
	}
	return texts
}

func compareSize(t *testing.T, name string, m *matrix, want referenceSize) {
	t.Helper()
	got := referenceSize{Vocab: m.width, NNZ: len(m.ids)}
	for _, c := range m.counts {
		got.Sum += int(c)
	}
	for r := range m.rows() {
		if len(m.row(r).ids) == 0 {
			got.Empty++
		}
	}
	if got != want {
		t.Errorf("%s: %+v, want %+v", name, got, want)
	}
}

func TestPlainView_equals_the_reference_tables(t *testing.T) {
	sp, m := fitSpace(plainView, textsOf(reportRows(t, "DB_proyecto_SA")))
	vocabulary, entries := sorted(sp, m)
	want, err := os.ReadFile(sharedtest.Path(t, "reference", "text", "vocabulary_DB_proyecto_SA.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(vocabulary, "\n")+"\n" != string(want) {
		t.Error("another vocabulary")
	}
	table, err := os.ReadFile(sharedtest.Path(t, "reference", "text", "counts_DB_proyecto_SA.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for line := range bytes.Lines(table) {
		var e [3]int
		if _, err := fmt.Sscan(string(line), &e[0], &e[1], &e[2]); err != nil {
			continue // a heading
		}
		if i >= len(entries) || entries[i] != e {
			t.Fatalf("entry %d is not %v", i, e)
		}
		i++
	}
	if i != len(entries) {
		t.Errorf("%d entries, want %d", len(entries), i)
	}
}

// wordPattern is the token pattern of CountVectorizer in Go's syntax, for lower-cased text.
var wordPattern = regexp.MustCompile(`[\pL\pN_]{2,}`)

// FuzzAnalyze holds the scanner against the definition: lower-case all, then find the pattern.
func FuzzAnalyze(f *testing.F) {
	for _, s := range []string{"", "a", "No ME gustó", "İstanbul ΣΊΣΥΦΟΣ ΑΣ. ΑΣΑ", "Cómo NO😀lo\u200drecomiendo️⃣ 1️⃣", "\xff\xfea\xc3", "x² ½ ١٢ _a_"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var lower strings.Builder
		for i, r := range text {
			switch {
			case r == 'İ':
				lower.WriteString("i\u0307")
			case r == 'Σ' && finalSigma(text, i):
				lower.WriteRune('ς')
			default:
				lower.WriteRune(unicode.ToLower(r))
			}
		}
		want := wordPattern.FindAllString(lower.String(), -1)
		got := Analyze(text)
		if n := len(want); !slices.Equal(got[:min(n, len(got))], want) || len(got) != n+max(n-1, 0) {
			t.Fatalf("%q: %q, want the words %q", text, got, want)
		}
		var s scanner
		s.marks = true
		s.scan(text)
		at := int32(0)
		for _, sp := range s.spans {
			if sp.from < at || sp.to < sp.from || int(sp.to) > len(text) {
				t.Fatalf("%q: token %q stands at %d to %d, after %d", text, s.bytes(sp), sp.from, sp.to, at)
			}
			at = cmp.Or(sp.from, at)
		}
	})
}

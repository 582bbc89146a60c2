package labelled

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"animo"
	"animo/internal/sharedtest"
)

// The figures of a training file that scikit-learn's CountVectorizer gives, read by the plain reader and
// by Python's csv module alike.
type figures struct {
	Plain struct {
		Rows, Positive, Negative int
		Both                     struct {
			Vocab int
			NNZ   int
			Sum   int `json:"sum_counts"`
		} `json:"uni+bi"`
	}
}

// readFile reads all rows of a file of the real data.
func readFile(t *testing.T, name string) (rows []Row, skipped int) {
	t.Helper()
	rows, skipped, err := readAll(file(sharedtest.Path(t, "data", "opinions", name)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return rows, skipped
}

// token is scikit-learn's token: two or more of what Python's \w matches.
var token = regexp.MustCompile(`[\p{L}\p{N}_]{2,}`)

// grams counts the words and pairs of neighbouring words of a text.
func grams(text string) map[string]int {
	words := token.FindAllString(strings.ToLower(text), -1)
	counts := map[string]int{}
	for i, w := range words {
		counts[w]++
		if i > 0 {
			counts[words[i-1]+" "+w]++
		}
	}
	return counts
}

func TestReader_reads_the_reports_files_as_the_reference_did(t *testing.T) {
	data, err := os.ReadFile(sharedtest.Path(t, "reference", "text", "vectorizer.json"))
	if err != nil {
		t.Fatal(err)
	}
	var reference struct{ Files map[string]figures }
	if err := json.Unmarshal(data, &reference); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"DB_proyecto_SA", "Ingesta9", "Ingesta10", "Ingesta11", "Ingesta12"} {
		t.Run(name, func(t *testing.T) {
			rows, skipped := readFile(t, name+".txt")
			var got figures
			vocabulary := map[string]bool{}
			for _, r := range rows {
				got.Plain.Rows++
				if r.Label == animo.Positive {
					got.Plain.Positive++
				} else {
					got.Plain.Negative++
				}
				for gram, n := range grams(r.Text) {
					vocabulary[gram] = true
					got.Plain.Both.NNZ++
					got.Plain.Both.Sum += n
				}
			}
			got.Plain.Both.Vocab = len(vocabulary)
			if want := reference.Files[name]; got != want || skipped != 0 {
				t.Errorf("got %+v and %d skipped, want %+v", got, skipped, want)
			}
		})
	}
}

func TestReader_gives_each_row_the_counts_of_the_reference(t *testing.T) {
	f, err := os.Open(sharedtest.Path(t, "reference", "text", "counts_DB_proyecto_SA.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := map[int]map[int]int{} // row, feature, count
	for s := bufio.NewScanner(f); s.Scan(); {
		var row, feature, count int
		if _, err := fmt.Sscan(s.Text(), &row, &feature, &count); err != nil {
			t.Fatal(err)
		}
		if want[row] == nil {
			want[row] = map[int]int{}
		}
		want[row][feature] = count
	}

	rows, _ := readFile(t, "DB_proyecto_SA.txt")
	vocabulary := map[string]bool{}
	for _, r := range rows {
		for gram := range grams(r.Text) {
			vocabulary[gram] = true
		}
	}
	index := map[string]int{}
	for i, gram := range slices.Sorted(maps.Keys(vocabulary)) {
		index[gram] = i
	}
	for i, r := range rows {
		got := map[int]int{}
		for gram, n := range grams(r.Text) {
			got[index[gram]] = n
		}
		if !maps.Equal(got, want[i]) {
			t.Fatalf("row %d (line %d): counts %v, want %v", i, r.Line, got, want[i])
		}
	}
}

// The figures come from Python: csv.DictReader over the file, stars 1 and 2 against 4 and 5, each title, if the text does not
// begin with it, in a line before the text.
func TestReader_reads_a_real_csv_of_stars(t *testing.T) {
	rows, skipped := readFile(t, "cuba_restaurants.csv")
	positive, bytes := 0, 0
	for _, r := range rows {
		positive += int(r.Label)
		bytes += len(r.Text)
	}
	got := fmt.Sprint(len(rows), positive, skipped, bytes)
	if want := "15663 15259 299 3368715"; got != want {
		t.Errorf("rows, positive, skipped, bytes of text: %s, want %s", got, want)
	}
}

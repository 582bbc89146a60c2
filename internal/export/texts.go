package export

import (
	"bufio"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// answerColumns are what Texts adds to a file's own columns.
var answerColumns = []string{"label", "probability", "evidence"}

// Texts writes classified texts as CSV in UTF-8, as Excel reads it: the columns of the file that they are of, then label, probability and evidence.
type Texts struct {
	out   *bufio.Writer
	w     *csv.Writer
	width int // of the file's own columns
	row   []string
}

// NewTexts begins a file of texts with the names of its own columns.
func NewTexts(w io.Writer, columns []string) (*Texts, error) {
	t := &Texts{out: bufio.NewWriterSize(w, buffer), width: len(columns)}
	t.w = csv.NewWriter(t.out)
	if _, err := t.out.WriteString(byteOrderMark); err != nil {
		return nil, err
	}
	return t, t.write(columns, answerColumns...)
}

// Write writes a row: its cells, and what was answered of its text. Cells too many go into the last column.
func (t *Texts) Write(cells []string, label string, probability float64, evidence string) error {
	return t.write(cells, label, strconv.FormatFloat(probability, 'f', 4, 64), evidence)
}

// WriteUnanswered writes a row without a text.
func (t *Texts) WriteUnanswered(cells []string) error { return t.write(cells, "", "", "") }

func (t *Texts) write(cells []string, answer ...string) error {
	t.row = t.row[:0]
	for i := range t.width {
		cell := ""
		switch {
		case i == t.width-1 && len(cells) > t.width:
			cell = strings.Join(cells[i:], ", ")
		case i < len(cells):
			cell = cells[i]
		}
		t.row = append(t.row, theirText(cell))
	}
	for _, a := range answer {
		t.row = append(t.row, freeText(a))
	}
	return t.w.Write(t.row)
}

// theirText is freeText of a cell that came in a file, where a number such as -0.5 is no formula.
func theirText(s string) string {
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return freeText(s)
}

// Flush writes what is still held.
func (t *Texts) Flush() error {
	if t.w.Flush(); t.w.Error() != nil {
		return t.w.Error()
	}
	return t.out.Flush()
}

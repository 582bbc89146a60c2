package labelled

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"

	"animo"
)

// Texts reads a file of texts that nobody has labelled, in all formats, packings and encodings that Survey finds, and a text a line. Rows
// that cannot be cut into cells are left out and counted, as a Reader does. It is not safe for concurrent use.
type Texts struct {
	Names  []string // of the columns; empty where nothing names them. Of JSON, the keys of its first rows, by name
	Column int      // of the text, from 0; of several the first
	Plan   Plan     // how the file is read; without labels

	o       Options
	columns []int // that are the text
	source  source
	close   func() error
	rec     record
	read    int // rows of the file, those left out included
	left    leftOut
}

// TextRow is one row of such a file.
type TextRow struct {
	Line  int      // where it begins, counted from 1
	Cells []string // of all columns, as they stand in the file; there may be fewer or more than names
	Text  string   // the text, mended as those that models learn from; "" where the row has none
}

// lineDelimiter separates the columns of a file that has a text a line: no text has it.
const lineDelimiter = "\x1f"

// OpenTexts finds out how a file is read and reads it. open gives it from its beginning, each time. Of the options it heeds all but
// Told.Label and Told.Scale; the text's column is told, or known by its name or, where no name tells, is the one with the longest texts. It fails
// with Invalid (of "text") for a column that is not there, EmptyFile, or UnknownFormat.
func OpenTexts(open func() (io.ReadCloser, error), o Options) (*Texts, error) {
	s := &survey{o: o.withDefaults()}
	f, err := open()
	if err != nil {
		return nil, err
	}
	err = s.look(f)
	f.Close()
	if err != nil {
		return nil, err
	}
	t := &Texts{o: s.o}
	if err := s.texts(t); err != nil {
		return nil, err
	}
	t.Column, t.Plan.all = t.columns[0], true
	if f, err = open(); err != nil {
		return nil, err
	}
	source, closeSource, err := openSource(f, &t.Plan, s.o.Limits, nil)
	if err != nil {
		f.Close()
		return nil, err
	}
	t.source, t.close = source, func() error { closeSource(); return f.Close() }
	return t, nil
}

// texts finds the layout and the text's columns in the head.
func (s *survey) texts(t *Texts) error {
	layouts, err := s.layouts()
	if err != nil {
		return err
	}
	if f := layouts[0].Format; f != Delimited && f != FastText && f != Spaced {
		t.Plan = layouts[0]
		var names []string
		rows, err := s.rows(t.Plan, headRows, &names)
		switch {
		case err != nil:
			return err
		case len(rows) == 0:
			return errEmpty()
		case names != nil: // of objects
			t.Names, t.Plan.Names = names, names
			return s.textColumns(t, rows, len(names))
		}
		return s.textTable(t, rows)
	}
	line := s.plan
	line.Format, line.Delimiter = Delimited, lineDelimiter
	lines, err := s.rows(line, headRows, nil)
	if err != nil && len(lines) == 0 {
		return err
	}
	var rows []record
	best := 0
	for _, layout := range append(layouts, line) {
		if layout.Format == FastText {
			if found, err := s.rows(layout, headRows, nil); err == nil && len(found) > 0 && 10*len(found) >= 9*len(lines) {
				t.Plan, t.columns = layout, []int{0}
				return nil
			}
		}
		if layout.Format != Delimited || layout.Delimiter == lineDelimiter && best > 0 && headerOf(rows) >= 0 { // lines of quoted texts are more than the rows
			continue
		}
		found, err := s.rows(layout, headRows, nil)
		if err != nil || len(found) == 0 {
			continue
		}
		width, even := commonest(found), 0
		for _, r := range found {
			if len(r.cells) == width {
				even++
			}
		}
		// A delimiter is one if nearly all rows have it, equally often, or if it separates names that are known.
		if layout.Delimiter != lineDelimiter && (width < 2 || 10*even < 9*len(found) && headerOf(found) < 0) || even*width <= best {
			continue
		}
		best, rows, t.Plan = even*width, found, layout
	}
	if rows == nil {
		return errEmpty()
	}
	return s.textTable(t, rows)
}

// textTable finds the header of a table, and the text's columns.
func (s *survey) textTable(t *Texts, rows []record) error {
	h := headerOf(rows)
	if h < 0 && slices.ContainsFunc(rows[0].cells, func(c []byte) bool { return string(c) == firstColumn(s.o.Told.Text) }) && firstColumn(s.o.Told.Text) != "" {
		h = 0
	}
	width := len(rows[max(h, 0)].cells)
	if h >= 0 {
		for _, c := range rows[h].cells {
			t.Names = append(t.Names, string(c))
		}
		t.Plan.Names, t.Plan.Header = t.Names, rows[h].line
		rows = rows[h+1:]
	}
	return s.textColumns(t, rows, width)
}

func firstColumn(told string) string {
	name, _, _ := strings.Cut(told, "+")
	return strings.TrimSpace(name)
}

// textColumns finds the text's columns: as told, by their names, or by what is in them.
func (s *survey) textColumns(t *Texts, rows []record, width int) error {
	finder := &finder{tallies: make([]*tally, width), names: t.Names}
	if finder.names == nil {
		finder.names = make([]string, width)
	}
	told, err := finder.toldColumns(s.o.Told.Text, "text")
	switch {
	case err != nil:
		return err
	case told != nil:
		t.columns = told
		return nil
	}
	column, ok := TextColumn(t.Names)
	if !ok {
		column = longestColumn(rows, width)
	}
	t.columns = []int{column}
	return nil
}

// TextColumn is the column, from 0, whose name says that it has the texts; ok is false where none does.
func TextColumn(names []string) (column int, ok bool) {
	least := 0
	for i, name := range names {
		if r, known := rank(textRank, name); known && (!ok || r < least) {
			least, column, ok = r, i, true
		}
	}
	return column, ok
}

// headerOf is the row with the names of columns, -1 for none: the first one, but for titles above it, which are narrower.
func headerOf(rows []record) int {
	width := commonest(rows)
	h := slices.IndexFunc(rows[:min(len(rows), headerRows)], func(r record) bool { return len(r.cells) >= width })
	if h < 0 || !isHeader(rows[h]) || isValue(rows, h) {
		return -1
	}
	return h
}

// isValue tells whether a row that may be a header has a label that other rows have in the same place, too.
func isValue(rows []record, h int) bool {
	for i, c := range rows[h].cells {
		if anyLabel([][]byte{c}) && slices.ContainsFunc(rows[h+1:], func(r record) bool { return i < len(r.cells) && bytes.Equal(r.cells[i], c) }) {
			return true
		}
	}
	return false
}

// isHeader tells whether a row has a name that columns have.
func isHeader(r record) bool {
	return slices.ContainsFunc(r.cells, func(cell []byte) bool {
		return slices.ContainsFunc([]map[string]int{textRank, labelRank, starRank, titleRank}, func(names map[string]int) bool {
			_, known := rank(names, string(cell))
			return known
		})
	})
}

// longestColumn is the one with the most bytes.
func longestColumn(rows []record, width int) int {
	sizes := make([]int, width)
	longest := 0
	for _, r := range rows {
		for i, c := range r.cells[:min(len(r.cells), width)] {
			if sizes[i] += len(c); sizes[i] > sizes[longest] {
				longest = i
			}
		}
	}
	return longest
}

// Next returns the next row, also one without a text. After the last one the error is io.EOF, or says why too many rows had to be left
// out. Any other error ends the reading, too.
func (t *Texts) Next() (TextRow, error) {
	for {
		err := t.source.next(&t.rec)
		switch {
		case err == io.EOF && t.left.broken > 0 && float64(t.left.broken) > t.o.Broken*float64(t.read):
			return TextRow{}, t.left.refusal(t.read, t.o.Broken, &t.Plan)
		case err != nil:
			return TextRow{}, err
		case t.read == t.o.Limits.Rows:
			return TextRow{}, errTooManyRows(t.o.Limits.Rows).At(t.rec.line)
		}
		t.read++
		if t.rec.fault == nil {
			return t.row(), nil
		}
		if t.o.Strict {
			return TextRow{}, t.rec.fault.At(t.rec.line)
		}
		t.left.fault(t.rec.fault, t.rec.line)
	}
}

func (t *Texts) row() TextRow {
	row := TextRow{Line: t.rec.line, Cells: make([]string, len(t.rec.cells))}
	for i, c := range t.rec.cells {
		row.Cells[i] = string(c)
	}
	var whole []byte
	for _, i := range t.columns {
		if i < len(t.rec.cells) {
			whole = join(whole, t.rec.cells[i])
		}
	}
	if text, _ := clean(whole); !wordless(text) {
		row.Text = string(text)
	} else {
		t.left.add(noText, t.rec.line)
	}
	return row
}

// Reading tells what the file was taken for, and which rows were left out so far or have no text.
func (t *Texts) Reading() animo.Reading {
	p := t.Plan
	p.Text = t.columns
	return p.reading(t.read-t.left.total(), t.left.counts, nil)
}

// Columns names the columns of rows that have so many cells: as the file does, or by numbers and the word text.
func (t *Texts) Columns(cells int) []string {
	if t.Names != nil {
		return slices.Clone(t.Names)
	}
	names := make([]string, cells)
	for i := range names {
		names[i] = strconv.Itoa(i + 1)
	}
	if t.Column < cells {
		names[t.Column] = "text"
	}
	return names
}

// ColumnName is what the text's columns are called: their names, or their numbers from 1.
func (t *Texts) ColumnName() string { return strings.Join(t.Plan.columnNames(t.columns), " + ") }

// Close lets go of the file.
func (t *Texts) Close() error { return t.close() }

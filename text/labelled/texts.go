package labelled

import (
	"io"
	"slices"
	"strconv"

	"animo"
)

// Texts reads a file of texts that nobody has labelled: CSV, TSV and text with ; or | with or without a header, or a text a line,
// also packed by gzip or zip and in the encodings that Survey finds. It is not safe for concurrent use.
type Texts struct {
	Names  []string // of the columns; empty where nothing names them
	Column int      // of the text, from 0
	Plan   Plan     // how the file is read; without labels

	source source
	close  func() error
	rec    record
}

// TextRow is one row of such a file.
type TextRow struct {
	Line  int      // where it begins, counted from 1
	Cells []string // of all columns, as they stand in the file
	Text  string   // the text, mended as those that models learn from; may have no word
}

// lineDelimiter separates the columns of a file that has a text a line: no text has it.
const lineDelimiter = "\x1f"

// OpenTexts finds out how a file is read and reads it. open gives it from its beginning, each time. Of the options it heeds Limits and
// Told.Text, a column; otherwise the column is known by its name or, where no name tells, is the one with the longest texts. It fails
// with Invalid (of "text") for a column that is not there, EmptyFile, or UnknownFormat for JSON and XLSX.
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
	t := &Texts{}
	if err := s.texts(t); err != nil {
		return nil, err
	}
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

// texts finds the layout and the text's column in the head.
func (s *survey) texts(t *Texts) error {
	layouts, err := s.layouts()
	if err != nil {
		return err
	}
	line := s.plan
	line.Format, line.Delimiter = Delimited, lineDelimiter
	if f := layouts[0].Format; f != Delimited && f != FastText && f != Spaced {
		return animo.Errorf(animo.UnknownFormat, "a file of texts without labels must be CSV, TSV or a text a line; this one is %s",
			"un archivo de textos sin etiquetas debe ser CSV, TSV o un texto por línea; este es %s", f)
	}
	var rows []record
	best := 0
	for _, layout := range append(layouts, line) {
		if layout.Format != Delimited {
			continue
		}
		found, err := s.rows(layout, headRows, nil)
		if err != nil || len(found) == 0 {
			continue
		}
		width, even := len(found[0].cells), 0
		for _, r := range found {
			if len(r.cells) == width {
				even++
			}
		}
		// A delimiter is one if nearly all rows have it, equally often, or if it separates names that are known.
		if layout.Delimiter != lineDelimiter && (width < 2 || 10*even < 9*len(found) && !isHeader(found[0])) || even*width <= best {
			continue
		}
		best, rows, t.Plan = even*width, found, layout
	}
	if rows == nil {
		return errEmpty()
	}
	first := make([]string, len(rows[0].cells))
	for i, c := range rows[0].cells {
		first[i] = string(c)
	}
	header := isHeader(rows[0]) || s.o.Told.Text != "" && slices.Contains(first, s.o.Told.Text)
	finder := &finder{tallies: make([]*tally, len(first)), names: make([]string, len(first))}
	if header {
		finder.names, t.Names, t.Plan.Names, t.Plan.Header = first, first, first, rows[0].line
		rows = rows[1:]
	}
	told, refused := finder.toldColumns(s.o.Told.Text, "text")
	switch {
	case refused != nil:
		return refused
	case len(told) > 1:
		return errNoSuchColumn(s.o.Told.Text, "text", finder.names, len(first))
	case told != nil:
		t.Column = told[0]
		return nil
	}
	t.Column = longestColumn(rows, len(first))
	least := -1
	for i, name := range t.Names {
		if r, ok := rank(textRank, name); ok && (least < 0 || r < least) {
			least, t.Column = r, i
		}
	}
	return nil
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

// Next returns the next row. After the last one the error is io.EOF; a row that cannot be read ends the reading, with its line.
func (t *Texts) Next() (TextRow, error) {
	if err := t.source.next(&t.rec); err != nil {
		return TextRow{}, err
	}
	if t.rec.fault != nil {
		return TextRow{}, t.rec.fault.At(t.rec.line)
	}
	row := TextRow{Line: t.rec.line, Cells: make([]string, len(t.rec.cells))}
	for i, c := range t.rec.cells {
		row.Cells[i] = string(c)
	}
	if t.Column < len(t.rec.cells) {
		text, _ := clean(t.rec.cells[t.Column])
		row.Text = string(text)
	}
	return row, nil
}

// ColumnName is what the text's column is called: its name, or its number from 1.
func (t *Texts) ColumnName() string {
	if t.Column < len(t.Names) && t.Names[t.Column] != "" {
		return t.Names[t.Column]
	}
	return strconv.Itoa(t.Column + 1)
}

// Close lets go of the file.
func (t *Texts) Close() error { return t.close() }

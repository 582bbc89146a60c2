package labelled

import (
	"bytes"
	"io"
)

// delimited parses rows of TSV and CSV.
type delimited struct {
	delimiter byte
	columns   int // in each row
	cols      columns

	row    []byte // the row so far
	joined []byte // backs row where it has several lines
	spans  []span // the fields found so far
	pos    int    // where the scan goes on
	open   bool   // the scan stands inside a quoted field, which begins at start
	start  int
	double bool // that field has doubled quotes
}

// span is where a field's value lies in its row, without the quotes round it.
type span struct {
	from, to int
	doubled  bool // quotes in it are doubled
}

// state is how a scan ended.
type state int

const (
	complete     state = iota // the whole row is cut
	unclosed                  // a quoted field goes on in the next line
	afterQuote                // something other than a delimiter follows a closing quote
	wrongColumns              // the row has another number of columns than it should
)

func (d *delimited) parse(line []byte, more *lines) (field, error) {
	if f, ok := d.simple(line); ok {
		return f, nil
	}
	d.row, d.joined, d.spans, d.pos, d.open = line, d.joined[:0], d.spans[:0], 0, false
	first := more.number
	s := d.scan()
	for s == unclosed {
		if len(d.joined) == 0 {
			d.joined = append(d.joined, d.row...)
		}
		next, err := more.next()
		if err == io.EOF {
			return field{}, errUnclosedQuote().At(first)
		}
		if err != nil {
			return field{}, err
		}
		if len(d.joined)+len(next) >= more.limits.RowBytes {
			return field{}, errQuoteTooLong(more.limits.RowBytes).At(first)
		}
		d.joined = append(append(d.joined, '\n'), next...)
		d.row = d.joined
		s = d.scan()
	}
	switch {
	case d.empty():
		return field{blank: true}, nil
	case d.delimiter == '\t' && s != complete && bytes.IndexByte(d.row, '\t') < 0:
		return field{}, errNoTab()
	case s == afterQuote:
		return field{}, errAfterQuote()
	case s == wrongColumns:
		return field{}, errColumns(len(d.spans), d.columns)
	}
	return field{text: d.value(d.cols.text), label: d.value(d.cols.label), stars: d.cols.stars}, nil
}

// simple cuts the commonest row, one text, one tab and one label without quotes, in one pass.
func (d *delimited) simple(line []byte) (field, bool) {
	if d.columns != 2 || d.delimiter != '\t' || line[0] == '"' || d.cols.text != 0 {
		return field{}, false
	}
	tab := bytes.IndexByte(line, '\t')
	if tab <= 0 {
		return field{}, false
	}
	label := line[tab+1:]
	if len(label) == 0 || label[0] == '"' || bytes.IndexByte(label, '\t') >= 0 {
		return field{}, false
	}
	return field{text: line[:tab], label: label, stars: d.cols.stars}, true
}

// scan cuts row into spans, from where it stopped before. It gives up at the first column too many.
func (d *delimited) scan() state {
	for len(d.spans) <= d.columns {
		if d.open || d.pos < len(d.row) && d.row[d.pos] == '"' {
			if !d.open {
				if d.delimiter == '\t' && !d.quotedHere() && d.literalFits() {
					if d.bare() {
						return d.shape()
					}
					continue
				}
				d.open, d.double, d.start = true, false, d.pos+1
				d.pos = d.start
			}
			if !d.quoted() {
				return unclosed
			}
			d.spans = append(d.spans, span{d.start, d.pos, d.double})
			d.open = false
			switch d.pos++; { // over the closing quote
			case d.pos == len(d.row):
				return d.shape()
			case d.row[d.pos] != d.delimiter:
				return afterQuote
			}
			d.pos++
			continue
		}
		if d.bare() {
			return d.shape()
		}
	}
	return wrongColumns
}

// bare cuts a field without quotes round it, and reports whether it was the row's last.
func (d *delimited) bare() (last bool) {
	i := bytes.IndexByte(d.row[d.pos:], d.delimiter)
	if i < 0 {
		d.spans = append(d.spans, span{d.pos, len(d.row), false})
		return true
	}
	d.spans = append(d.spans, span{d.pos, d.pos + i, false})
	d.pos += i + 1
	return false
}

// quoted moves pos to the quote that closes the open field, or to the row's end where there is none yet.
func (d *delimited) quoted() bool {
	for {
		i := bytes.IndexByte(d.row[d.pos:], '"')
		if i < 0 {
			d.pos = len(d.row)
			return false
		}
		d.pos += i
		if d.pos+1 == len(d.row) || d.row[d.pos+1] != '"' {
			return true
		}
		d.double = true
		d.pos += 2
	}
}

// quotedHere reports whether the quote at pos opens a field that closes in this line.
func (d *delimited) quotedHere() bool {
	for i := d.pos + 1; ; {
		j := bytes.IndexByte(d.row[i:], '"')
		if j < 0 {
			return false
		}
		i += j + 1 // after the quote
		if i == len(d.row) || d.row[i] == d.delimiter {
			return true
		}
		if d.row[i] != '"' {
			return false
		}
		i++
	}
}

// literalFits reports whether the row has all its columns when the quote at pos is only a character.
func (d *delimited) literalFits() bool {
	return len(d.spans)+1+bytes.Count(d.row[d.pos:], []byte{d.delimiter}) >= d.columns
}

// shape is complete where the row has the number of columns that it should have.
func (d *delimited) shape() state {
	if len(d.spans) != d.columns {
		return wrongColumns
	}
	return complete
}

// empty reports whether all fields are empty, which is how spreadsheets write rows that nobody filled in.
func (d *delimited) empty() bool {
	for _, s := range d.spans {
		if !blank(d.row[s.from:s.to]) {
			return false
		}
	}
	return true
}

// value gives the i-th field.
func (d *delimited) value(i int) []byte {
	s := d.spans[i]
	v := d.row[s.from:s.to]
	if s.doubled {
		v = bytes.ReplaceAll(v, []byte(`""`), []byte(`"`))
	}
	return v
}

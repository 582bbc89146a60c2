package labelled

import (
	"bytes"
	"io"

	"animo"
)

// delimited gives the rows of CSV, TSV and their kin. It reads quotes as RFC 4180 says where that gives a whole
// row; where it does not, as people write them: a quote that is not doubled, or one alone.
type delimited struct {
	lines     *lines
	delimiter byte
	escaped   bool // quotes inside quotes have a backslash
	after     int  // the header's line; rows begin after it
	width     int  // columns of each row; 0 while that is not known
	text      int  // the column that takes the delimiters too many; -1 while that is not known
	labelled  func(cells [][]byte) bool

	row    []byte // the row so far
	joined []byte // backs row where it has several lines
	ends   []int  // where its lines end, but for the last
	spans  []span // the fields found so far
	pos    int    // where the scan goes on
	open   bool   // the scan stands inside a quoted field, which begins at start
	start  int
	double bool // that field has doubled or escaped quotes
	loose  bool // a quote closes a field only before a delimiter or at a line's end
	wasted int  // bytes that were read ahead in vain
}

// span is where a field's value lies in its row, without the quotes round it.
type span struct {
	from, to int
	doubled  bool // quotes in it are doubled or escaped
}

// state is how a scan ended.
type state int

const (
	complete     state = iota // the whole row is cut
	unclosed                  // a quoted field goes on in the next line
	afterQuote                // something other than a delimiter follows a closing quote
	wrongColumns              // the row has another number of columns than it should
)

// maxColumns is how many columns a row may have.
const maxColumns = 1024

// A file may make the reader look ahead in vain for the end of quotes over so many bytes in all; after that,
// quotes that do not close in their line are characters.
const maxWasted = 64 << 20

func (d *delimited) next(r *record) error {
	for {
		line, fault, err := d.lines.next()
		if err != nil {
			return err
		}
		*r = record{line: d.lines.number, cells: r.cells[:0], fault: fault}
		if fault != nil {
			return nil
		}
		if r.line <= d.after || blank(line) {
			continue
		}
		if d.lines.decoded {
			r.did |= mendedLine
		}
		if bytes.IndexByte(line, '"') < 0 {
			d.split(line, r)
		} else if err := d.quotes(line, r); err != nil {
			return err
		}
		if len(r.cells) > 0 && (allBlank(r.cells) || d.delimiter == '|' && dashes(r.cells)) {
			continue
		}
		return nil
	}
}

// split cuts a line without quotes.
func (d *delimited) split(line []byte, r *record) {
	for len(r.cells) <= maxColumns {
		i := bytes.IndexByte(line, d.delimiter)
		if i < 0 {
			r.cells = append(r.cells, line)
			break
		}
		r.cells = append(r.cells, line[:i:i])
		line = line[i+1:]
	}
	if !d.shaped(r) {
		r.fault = d.shapeFault(r)
	}
}

// quotes cuts a line with quotes, and those after it that belong to its row.
func (d *delimited) quotes(line []byte, r *record) error {
	first := d.lines.number
	line = d.keep(line)
	ways := []func() (bool, error){
		func() (bool, error) { return d.scanRow(line, r, false) },
		func() (bool, error) { return d.scanRow(line, r, true) },
		func() (bool, error) { return d.literal(line, r), nil },
	}
	if d.delimiter == '\t' { // people begin texts with a quoted word
		ways[1], ways[2] = ways[2], ways[1]
	}
	before := r.did
	var fault *animo.Error // of the first way, which says best what is wrong
	for i, way := range ways {
		r.cells, r.fault = r.cells[:0], nil
		if r.did = before; i > 0 {
			r.did |= mendedQuotes
		}
		done, err := way()
		if done || err != nil {
			return err
		}
		if fault == nil {
			fault = r.fault
		}
		if d.lines.number > first { // it went on in vain
			d.wasted += len(d.joined)
			d.lines.giveBack(d.joined[d.ends[0]+1:])
		}
	}
	if r.fault = fault; fault == nil {
		r.fault = d.shapeFault(r)
	}
	return nil
}

// keep copies a line, because lines after it may be read.
func (d *delimited) keep(line []byte) []byte {
	d.joined = append(d.joined[:0], line...)
	return d.joined
}

// scanRow cuts a row by its quotes. It reads on where a quoted field is open at the end of a line, unless what follows
// looks like rows that the quote would swallow.
func (d *delimited) scanRow(line []byte, r *record, loose bool) (bool, error) {
	d.row, d.joined, d.ends, d.spans, d.pos, d.open, d.loose = line, d.joined[:len(line)], d.ends[:0], d.spans[:0], 0, false, loose
	s := d.scan()
	if s == unclosed && d.delimiter == '\t' && d.fitsAlone(line) {
		return false, nil
	}
	for s == unclosed {
		if d.wasted > maxWasted {
			return false, nil
		}
		next, fault, err := d.lines.next()
		if err == io.EOF || fault != nil || err == nil && len(d.joined)+len(next) >= d.lines.limits.RowBytes {
			if err == nil {
				d.extend(next)
			}
			r.fault = errUnclosedQuote()
			return false, nil
		}
		if err != nil {
			return false, err
		}
		d.extend(next)
		s = d.scan()
	}
	if s == afterQuote {
		r.fault = errAfterQuote()
		return false, nil
	}
	for i := range d.spans {
		r.cells = append(r.cells, d.value(i))
	}
	return d.shaped(r) && !d.swallowed(), nil
}

// extend adds a line to the row.
func (d *delimited) extend(line []byte) {
	d.ends = append(d.ends, len(d.joined))
	d.joined = append(append(d.joined, '\n'), line...)
	d.row = d.joined
}

// swallowed reports whether the lines of a row are rows by themselves.
func (d *delimited) swallowed() bool {
	n := len(d.ends)
	if n == 0 || d.labelled == nil {
		return false
	}
	for i := 1; i < n; i++ {
		if d.fitsAlone(d.joined[d.ends[i-1]+1 : d.ends[i]]) {
			return true
		}
	}
	return d.fitsAlone(d.joined[:d.ends[0]]) && d.fitsAlone(d.joined[d.ends[n-1]+1:])
}

// fitsAlone reports whether a line is a row with a label when its quotes are characters.
func (d *delimited) fitsAlone(line []byte) bool {
	var r record
	alone := delimited{delimiter: d.delimiter, escaped: d.escaped, width: d.width, text: d.text, labelled: d.labelled}
	return len(line) > 0 && alone.literal(line, &r) && (d.labelled == nil || d.labelled(r.cells))
}

// literal cuts a line in which a quote opens a field only where that field closes before a delimiter.
func (d *delimited) literal(line []byte, r *record) bool {
	d.row, d.spans, d.pos, d.open, d.loose = line, d.spans[:0], 0, false, false
	for len(d.spans) <= maxColumns {
		if d.pos < len(line) && line[d.pos] == '"' && d.quotedHere() {
			d.start, d.pos, d.double = d.pos+1, d.pos+1, false
			d.quoted()
			d.spans = append(d.spans, span{d.start, d.pos, d.double})
			if d.pos++; d.pos == len(line) {
				break
			}
			d.pos++
			continue
		}
		if d.bare() {
			break
		}
	}
	r.cells = r.cells[:0]
	for i := range d.spans {
		r.cells = append(r.cells, d.value(i))
	}
	return d.shaped(r)
}

// scan cuts row into spans, from where it stopped before.
func (d *delimited) scan() state {
	for len(d.spans) <= maxColumns {
		if !d.open && d.delimiter != '\t' { // "a", "b"
			for i := d.pos; i < len(d.row); i++ {
				if d.row[i] == '"' {
					d.pos = i
				}
				if d.row[i] != ' ' {
					break
				}
			}
		}
		if d.open || d.pos < len(d.row) && d.row[d.pos] == '"' {
			if !d.open {
				d.open, d.double, d.start = true, false, d.pos+1
				d.pos = d.start
			}
			if !d.quoted() {
				return unclosed
			}
			d.spans = append(d.spans, span{d.start, d.pos, d.double})
			d.open = false
			for d.pos++; d.pos < len(d.row) && d.row[d.pos] == ' ' && d.delimiter != ' '; d.pos++ { // over the closing quote
			}
			switch {
			case d.pos == len(d.row):
				return complete
			case d.row[d.pos] != d.delimiter:
				return afterQuote
			}
			d.pos++
			continue
		}
		if d.bare() {
			return complete
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
		next := byte('\n')
		if d.pos+1 < len(d.row) {
			next = d.row[d.pos+1]
		}
		switch {
		case d.escaped && d.pos > d.start && d.row[d.pos-1] == '\\' && (d.pos < d.start+2 || d.row[d.pos-2] != '\\'):
			d.double = true
			d.pos++
		case next == '"':
			d.double = true
			d.pos += 2
		case d.loose && (next == '\n' && len(d.spans)+1 < d.width || next != '\n' && next != d.delimiter && !d.spacesThenEnd(d.pos+1)):
			d.pos++
		default:
			return true
		}
	}
}

// spacesThenEnd reports whether only spaces stand before the next delimiter or the line's end.
func (d *delimited) spacesThenEnd(i int) bool {
	for ; i < len(d.row) && d.row[i] == ' '; i++ {
	}
	return i == len(d.row) || d.row[i] == '\n' || d.row[i] == d.delimiter
}

// quotedHere reports whether the quote at pos opens a field that closes in this line.
func (d *delimited) quotedHere() bool {
	for i := d.pos + 1; ; {
		j := bytes.IndexByte(d.row[i:], '"')
		if j < 0 {
			return false
		}
		i += j + 1 // after the quote
		if d.escaped && d.row[i-2] == '\\' {
			continue
		}
		if i == len(d.row) || d.row[i] == d.delimiter {
			return true
		}
		if d.row[i] != '"' {
			return false
		}
		i++
	}
}

// value returns the i-th field.
func (d *delimited) value(i int) []byte {
	s := d.spans[i]
	v := d.row[s.from:s.to:s.to]
	if s.doubled {
		v = bytes.ReplaceAll(v, []byte(`""`), []byte(`"`))
		if d.escaped {
			v = bytes.ReplaceAll(v, []byte(`\"`), []byte(`"`))
		}
	}
	return v
}

// shaped reports whether a row has its columns, and puts those right that have some too many: empty ones at the end,
// or a text in which the delimiter stands without quotes.
func (d *delimited) shaped(r *record) bool {
	n := len(r.cells)
	if d.width == 0 || n == d.width {
		return true
	}
	if n > d.width {
		if allBlank(r.cells[d.width:]) {
			r.cells = r.cells[:d.width]
			return true
		}
		if d.text < 0 || d.labelled == nil || d.text >= d.width {
			return false
		}
		for n > d.width && blank(r.cells[n-1]) {
			n--
		}
		for ; n >= d.width; n-- { // the last ones may be empty, as those of the header
			extra := n - d.width
			cells := append([][]byte(nil), r.cells[:d.text]...)
			cells = append(cells, bytes.Join(r.cells[d.text:d.text+extra+1], []byte{d.delimiter}))
			cells = append(cells, r.cells[d.text+extra+1:n]...)
			if d.labelled(cells) {
				r.cells, r.did = append(r.cells[:0], cells...), r.did|mendedCells
				return true
			}
			if !blank(r.cells[n-1]) {
				break
			}
		}
		return false
	}
	if d.labelled == nil || n <= d.text || !d.labelled(r.cells) {
		return false
	}
	return true // the columns that it lacks are not needed
}

func (d *delimited) shapeFault(r *record) *animo.Error {
	if d.delimiter == '\t' && len(r.cells) == 1 {
		return errNoTab()
	}
	return errColumns(len(r.cells), d.width)
}

func allBlank(cells [][]byte) bool {
	for _, c := range cells {
		if !blank(c) {
			return false
		}
	}
	return true
}

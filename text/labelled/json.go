package labelled

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"animo"
)

// named puts the values of objects into the columns of a plan. Two spellings of a name are one column.
type named struct {
	columns map[string]int  // of a name, as fold writes it
	folded  map[string]int  // of a key as it is written; -1 for one that is no column
	inside  map[string]bool // what columns lie inside of, such as data of data.text
	grow    *[]string       // where new names are added, while the columns are being found; nil after that
	key     []string        // whose value a column's cell is
}

func newNamed(p *Plan, grow *[]string) *named {
	n := &named{columns: map[string]int{}, folded: map[string]int{}, inside: map[string]bool{}, grow: grow}
	for i, name := range p.Names {
		if grow == nil && !p.uses(i) {
			continue
		}
		name = fold(name)
		n.columns[name] = i
		for j, r := range name {
			if r == '.' {
				n.inside[name[:j]] = true
			}
		}
	}
	return n
}

// column finds the column of a key, or -1.
func (n *named) column(key string) int {
	if i, ok := n.folded[key]; ok {
		return i
	}
	f := fold(key)
	i, ok := n.columns[f]
	switch {
	case !ok && n.grow != nil && len(*n.grow) < maxColumns:
		i = len(*n.grow)
		*n.grow = append(*n.grow, key)
		n.columns[f] = i
	case !ok:
		i = -1
	}
	if len(n.folded) < 10*maxColumns {
		n.folded[key] = i
	}
	return i
}

// fill puts an object's values into cells.
func (n *named) fill(object map[string]json.RawMessage, r *record) {
	if n.grow != nil { // names in one order, whatever that of a map
		for _, key := range sortedKeys(object) {
			n.put("", key, object[key], r, 0)
		}
		return
	}
	for key, raw := range object {
		n.put("", key, raw, r, 0)
	}
}

func sortedKeys(object map[string]json.RawMessage) []string {
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// How deep objects may lie in each other.
const maxDepth = 8

// put puts one value into its cell. What lies inside it has names such as data.text.
func (n *named) put(path, key string, raw json.RawMessage, r *record, depth int) {
	if path != "" {
		key = path + "." + key
	}
	if len(raw) == 0 || depth > maxDepth {
		return
	}
	switch raw[0] {
	case '{':
		if n.grow == nil && !n.inside[fold(key)] {
			return
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) == nil {
			for _, inner := range sortedKeys(object) {
				n.put(key, inner, object[inner], r, depth+1)
			}
		}
		return
	case '[':
		if n.grow == nil && n.column(key) < 0 && !n.inside[fold(key)] {
			return
		}
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) == nil && len(list) > 0 && list[0][0] == '{' {
			var object map[string]json.RawMessage
			if json.Unmarshal(list[0], &object) == nil {
				for _, inner := range sortedKeys(object) {
					n.put(key, inner, object[inner], r, depth+1)
				}
			}
			return
		}
		if len(list) == 1 {
			raw = list[0]
		}
	}
	i := n.column(key)
	if i < 0 {
		return
	}
	for len(r.cells) <= i {
		r.cells = append(r.cells, nil)
	}
	for len(n.key) <= i {
		n.key = append(n.key, "")
	}
	if r.cells[i] != nil && n.key[i] < key { // of two spellings the same one is taken each time
		return
	}
	r.cells[i], n.key[i] = unquote(raw), key
}

// unquote returns the characters of a JSON string, nothing for null, and any other JSON value as it is written.
func unquote(raw []byte) []byte {
	switch {
	case string(raw) == "null":
		return []byte{}
	case raw[0] != '"':
		return raw
	case bytes.IndexByte(raw, '\\') < 0:
		return raw[1 : len(raw)-1 : len(raw)-1]
	}
	var s string
	if json.Unmarshal(raw, &s) != nil { // it was checked as part of its object
		return []byte{}
	}
	return []byte(s)
}

// objects gives the rows of JSONL.
type objects struct {
	lines  *lines
	named  *named
	skip   int
	object map[string]json.RawMessage // of the row, kept for its memory
}

func (o *objects) next(r *record) error {
	for {
		line, fault, err := o.lines.next()
		if err != nil {
			return err
		}
		clear(r.cells)
		*r = record{line: o.lines.number, cells: r.cells[:0], fault: fault}
		if fault != nil {
			return nil
		}
		if r.line <= o.skip || blank(line) {
			continue
		}
		if o.lines.decoded {
			r.did |= mendedLine
		}
		clear(o.object)
		line = bytes.TrimSuffix(bytes.TrimSpace(line), []byte(",")) // the lines of an array
		if err := json.Unmarshal(line, &o.object); err != nil {
			r.fault = errNotObject(err)
			return nil
		}
		o.named.fill(o.object, r)
		return nil
	}
}

// values gives the rows of a JSON array, and those of objects that stand one after the other and may have
// several lines.
type values struct {
	in      *measured
	decoder *json.Decoder
	named   *named
	inArray bool
	begun   bool
	width   int // of rows that are arrays
	header  int // its row, where rows are arrays
	row     int
}

// measured counts the lines of what a decoder reads, and ends it where one value is too long.
type measured struct {
	r      io.Reader
	limits Limits
	offset int64   // read so far
	from   int64   // where the value began
	breaks []int64 // where lines end that the decoder may not have come to
	passed int     // lines before those
}

func (m *measured) Read(p []byte) (int, error) {
	if m.offset-m.from > int64(m.limits.RowBytes)+window {
		return 0, errLineTooLong(m.limits.RowBytes).At(m.line(m.from))
	}
	if m.offset > m.limits.Bytes {
		return 0, errTooLarge(m.limits.Bytes).At(m.line(m.from))
	}
	n, err := m.r.Read(p[:min(len(p), window)])
	for i, b := range p[:n] {
		if b == '\n' {
			m.breaks = append(m.breaks, m.offset+int64(i))
		}
	}
	m.offset += int64(n)
	return n, err
}

// line tells which line an offset is in. Offsets must rise.
func (m *measured) line(offset int64) int {
	n, _ := slices.BinarySearch(m.breaks, offset)
	return m.passed + n + 1
}

// begin notes that a value begins at an offset.
func (m *measured) begin(offset int64) {
	n, _ := slices.BinarySearch(m.breaks, offset)
	m.passed += n
	m.breaks = append(m.breaks[:0], m.breaks[n:]...)
	m.from = offset
}

func newValues(r io.Reader, p *Plan, l Limits, grow *[]string) *values {
	m := &measured{r: noMark(r), limits: l}
	begin := bufio.NewReaderSize(m, 4096)
	head, _ := begin.Peek(4096) // an error comes again
	head = bytes.TrimLeft(head, " \t\r\n")
	inArray := len(head) > 0 && head[0] == '['
	if inArray { // of rows; without it, each row may be an array
		inside := bytes.TrimLeft(head[1:], " \t\r\n")
		inArray = len(inside) == 0 || inside[0] == '{' || inside[0] == '[' || inside[0] == ']'
	}
	return &values{in: m, decoder: json.NewDecoder(begin), named: newNamed(p, grow), inArray: inArray, width: p.Width, header: p.Header}
}

// noMark takes a byte order mark away.
func noMark(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if mark, _ := b.Peek(3); string(mark) == "\ufeff" {
		b.Discard(3)
	}
	return b
}

func (v *values) next(r *record) error {
	for {
		if !v.begun {
			v.begun = true
			if v.inArray {
				if _, err := v.decoder.Token(); err != nil {
					return v.failed(err)
				}
			}
		}
		if v.inArray && !v.decoder.More() {
			if _, err := v.decoder.Token(); err != nil {
				return v.failed(err)
			}
			v.inArray = false
			continue
		}
		v.in.begin(v.decoder.InputOffset())
		var raw json.RawMessage
		if err := v.decoder.Decode(&raw); err != nil {
			return v.failed(err)
		}
		clear(r.cells)
		*r = record{line: v.in.line(v.decoder.InputOffset() - int64(len(raw))), cells: r.cells[:0]}
		if len(raw) > v.in.limits.RowBytes {
			r.fault = errLineTooLong(v.in.limits.RowBytes)
			return nil
		}
		if raw[0] == '[' { // a table in JSON: its rows are counted, because they often stand in one line
			v.row++
			r.line = v.row
		}
		v.cut(raw, r)
		if r.line <= v.header && raw[0] == '[' {
			continue
		}
		return nil
	}
}

// cut returns the cells of one value.
func (v *values) cut(raw json.RawMessage, r *record) {
	switch raw[0] {
	case '{':
		var object map[string]json.RawMessage
		if err := json.Unmarshal(raw, &object); err != nil {
			r.fault = errNotObject(err)
			return
		}
		v.named.fill(object, r)
	case '[':
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			r.fault = errNotObject(err)
			return
		}
		for _, cell := range list[:min(len(list), maxColumns)] {
			r.cells = append(r.cells, unquote(cell))
		}
		if v.width > 0 && len(r.cells) > v.width {
			r.cells = r.cells[:v.width]
		}
	default:
		r.fault = errNotObject(nil)
	}
}

// failed tells where the JSON breaks off; what comes after it is lost, so the file is not read.
func (v *values) failed(err error) error {
	if _, ok := errors.AsType[*animo.Error](err); ok || err == io.EOF && !v.inArray {
		return err
	}
	wrong, ok := errors.AsType[*json.SyntaxError](err)
	switch {
	case ok:
		return errBadJSON(err).At(v.in.line(wrong.Offset))
	case err == io.ErrUnexpectedEOF || err == io.EOF:
		return errBadJSON(io.ErrUnexpectedEOF).At(v.in.line(v.in.offset))
	}
	return err
}

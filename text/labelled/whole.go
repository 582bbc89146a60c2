package labelled

import (
	"bytes"
	"encoding/json"
	"io"
)

// table is what a JSON object of a whole file turns out to be: named columns and rows.
type table struct {
	names []string
	rows  []map[string]json.RawMessage
	lists [][]json.RawMessage // rows without names, in place of rows
}

// pair is a key of an object and its value, in the order in which they are written.
type pair struct {
	key   string
	value json.RawMessage
}

// pairs cuts an object. ok is false for another value.
func pairs(raw json.RawMessage) (list []pair, ok bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	for d.More() {
		t, err := d.Token()
		key, isKey := t.(string)
		if err != nil || !isKey {
			return nil, false
		}
		p := pair{key: key}
		if d.Decode(&p.value) != nil {
			return nil, false
		}
		list = append(list, p)
	}
	return list, true
}

// tableOf finds the rows of a JSON object: a list of objects under some key ({"data": [{…}, …]}), a list of lists
// beside their names ({"columns": […], "data": [[…], …]}), a value for each column ({"text": {"0": …}, "label": {"0": …}},
// or with lists), an object for each row ({"0": {"text": …}, …}), or one row.
func tableOf(raw json.RawMessage) (t table, ok bool) {
	outer, ok := pairs(raw)
	if !ok || len(outer) == 0 {
		return t, false
	}
	byKey := map[string]json.RawMessage{}
	for _, p := range outer {
		byKey[p.key] = p.value
	}
	if named := byKey["columns"]; named != nil {
		if json.Unmarshal(named, &t.names) == nil && json.Unmarshal(byKey["data"], &t.lists) == nil && len(t.lists) > 0 {
			return t, true
		}
		t = table{}
	}
	if known(keysOf(outer)) { // by column
		if rows, ok := byColumn(outer); ok {
			return table{rows: rows}, true
		}
		return table{rows: []map[string]json.RawMessage{byKey}}, true
	}
	var longest []map[string]json.RawMessage
	inner := []map[string]json.RawMessage{}
	for _, p := range outer {
		var list, object = []map[string]json.RawMessage{}, map[string]json.RawMessage{}
		if json.Unmarshal(p.value, &list) == nil && len(list) > len(longest) {
			longest = list
		} else if json.Unmarshal(p.value, &object) == nil && object != nil {
			inner = append(inner, object)
		}
	}
	if len(longest) > 0 {
		for i, row := range longest { // the rows of a server of data sets
			if in := row["row"]; in != nil {
				var object map[string]json.RawMessage
				if json.Unmarshal(in, &object) == nil {
					longest[i] = object
				}
			}
		}
		return table{rows: longest}, true
	}
	if len(inner) == len(outer) && len(inner) > 1 {
		if rows, ok := byColumn(outer); ok && !known(sortedKeys(inner[0])) {
			return table{rows: rows}, true
		}
		return table{rows: inner}, true
	}
	if len(outer) == 1 && outer[0].value[0] == '{' { // {"data": {…}}
		return tableOf(outer[0].value)
	}
	if rows, ok := byColumn(outer); ok {
		return table{rows: rows}, true
	}
	return table{rows: []map[string]json.RawMessage{byKey}}, true
}

func keysOf(list []pair) []string {
	keys := make([]string, len(list))
	for i, p := range list {
		keys[i] = p.key
	}
	return keys
}

// known reports whether names are those of a text and a label.
func known(names []string) bool {
	text, label := false, false
	for _, name := range names {
		_, isText := rank(textRank, name)
		_, isLabel := rank(labelRank, name)
		_, isStar := rank(starRank, name)
		text, label = text || isText, label || isLabel || isStar
	}
	return text && label
}

// byColumn turns columns into rows. ok is false where the values are no columns of one length.
func byColumn(columns []pair) (rows []map[string]json.RawMessage, ok bool) {
	for _, c := range columns {
		var list []json.RawMessage
		cells, isObject := pairs(c.value)
		if !isObject {
			if json.Unmarshal(c.value, &list) != nil {
				return nil, false
			}
			for _, v := range list {
				cells = append(cells, pair{value: v})
			}
		}
		if rows == nil {
			rows = make([]map[string]json.RawMessage, len(cells))
			for i := range rows {
				rows[i] = map[string]json.RawMessage{}
			}
		}
		if len(cells) != len(rows) {
			return nil, false
		}
		for i, cell := range cells {
			rows[i][c.key] = cell.value
		}
	}
	return rows, len(rows) > 0
}

// whole gives the rows of a JSON object that holds them all. They have no lines of their own: a row's line is
// its number.
type whole struct {
	table table
	named *named
	row   int
}

func newWhole(r io.Reader, p *Plan, l Limits, grow *[]string) (*whole, error) {
	data, err := readWhole(noMark(r), l)
	if err != nil {
		return nil, err
	}
	t, ok := tableOf(bytes.TrimSpace(data))
	if !ok {
		return nil, errNotObject(nil).At(1)
	}
	if grow != nil && t.names != nil {
		*grow = append(*grow, t.names...)
	}
	return &whole{table: t, named: newNamed(p, grow)}, nil
}

func (w *whole) next(r *record) error {
	clear(r.cells)
	*r = record{line: w.row + 1, cells: r.cells[:0]}
	switch {
	case w.row < len(w.table.rows):
		w.named.fill(w.table.rows[w.row], r)
	case w.row < len(w.table.lists):
		for _, cell := range w.table.lists[w.row] {
			r.cells = append(r.cells, unquote(cell))
		}
	default:
		return io.EOF
	}
	w.row++
	return nil
}

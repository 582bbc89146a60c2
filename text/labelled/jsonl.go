package labelled

import (
	"bytes"
	"encoding/json"
	"slices"
)

// objects parses JSONL.
type objects struct {
	keys  map[string]json.RawMessage // of the row, kept for its memory
	names []string                   // the same keys
}

func newObjects() *objects { return &objects{keys: map[string]json.RawMessage{}} }

func (o *objects) parse(line []byte, _ *lines) (field, error) {
	clear(o.keys)
	if err := json.Unmarshal(line, &o.keys); err != nil {
		return field{}, errNotObject(err)
	}
	o.names = o.names[:0]
	for name := range o.keys {
		o.names = append(o.names, name)
	}
	slices.Sort(o.names) // so that of two spellings of one name the same is taken each time
	cols := findColumns(o.names)
	if cols.text < 0 {
		return field{}, errNoTextKey()
	}
	if cols.label < 0 {
		return field{}, errNoLabelKey()
	}
	raw := o.keys[o.names[cols.text]]
	if raw[0] != '"' {
		return field{}, errTextNotString(o.names[cols.text])
	}
	return field{text: unquote(raw), label: unquote(o.keys[o.names[cols.label]]), stars: cols.stars}, nil
}

// unquote gives the characters of a JSON string, and any other JSON value as it is written.
func unquote(raw []byte) []byte {
	if raw[0] != '"' {
		return raw
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var s string
	if json.Unmarshal(raw, &s) != nil { // it was checked as part of its object
		return nil
	}
	return []byte(s)
}

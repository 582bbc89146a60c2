package labelled

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"animo"
)

// detect finds a file's format in its first line. header tells that the line is one, not a row.
func detect(line []byte) (p rowParser, header bool, err error) {
	switch begin, tab := bytes.TrimLeft(line, " ")[0], bytes.IndexByte(line, '\t') >= 0; {
	case begin == '{' && (!tab || json.Valid(line)):
		return newObjects(), false, nil
	case begin == '[' && !tab:
		return nil, false, errArray()
	}
	var partly *animo.Error
	for _, delimiter := range []byte("\t,;") {
		names := headerNames(line, delimiter)
		if len(names) < 2 {
			continue
		}
		cols := findColumns(names)
		switch {
		case cols.text >= 0 && cols.label >= 0:
			return &delimited{delimiter: delimiter, columns: len(names), cols: cols}, true, nil
		case cols.text >= 0:
			partly = errNoLabelColumn(names[cols.text])
		case cols.label >= 0:
			partly = errNoTextColumn(names[cols.label])
		}
	}
	switch {
	case bytes.IndexByte(line, '\t') >= 0 || line[0] == '"' && opensQuote(line):
		return &delimited{delimiter: '\t', columns: 2, cols: columns{text: 0, label: 1}}, false, nil
	case partly != nil:
		return nil, false, partly
	}
	return nil, false, errUnknownFormat()
}

// opensQuote reports whether line begins a TSV row whose quoted text goes on in the next line.
func opensQuote(line []byte) bool {
	d := &delimited{delimiter: '\t', columns: 2, row: line}
	return d.scan() == unclosed
}

// maxColumns is how many columns a header may have.
const maxColumns = 1024

// headerNames cuts the first line as a header would be cut.
func headerNames(line []byte, delimiter byte) []string {
	d := &delimited{delimiter: delimiter, columns: maxColumns}
	d.row = line
	if s := d.scan(); s != complete && s != wrongColumns || len(d.spans) > maxColumns {
		return nil
	}
	names := make([]string, len(d.spans))
	for i := range d.spans {
		names[i] = strings.TrimSpace(string(d.value(i)))
	}
	return names
}

// signatures are how files that people mistake for text begin.
var signatures = []struct{ begin, en, es string }{
	{"PK\x03\x04", "a ZIP archive or a spreadsheet (XLSX, ODS); export it as CSV in UTF-8", "un archivo ZIP o una hoja de cálculo (XLSX, ODS); expórtela como CSV en UTF-8"},
	{"\xd0\xcf\x11\xe0", "an old Office document (XLS, DOC); export it as CSV in UTF-8", "un documento antiguo de Office (XLS, DOC); expórtelo como CSV en UTF-8"},
	{"\x1f\x8b", "compressed with gzip; decompress it first", "un archivo comprimido con gzip; descomprímalo antes"},
	{"\x28\xb5\x2f\xfd", "compressed with Zstandard; decompress it first", "un archivo comprimido con Zstandard; descomprímalo antes"},
	{"%PDF-", "a PDF; copy its rows into a text file", "un PDF; copie sus filas a un archivo de texto"},
	{"SQLite format 3\x00", "an SQLite database; export the table as CSV", "una base de datos SQLite; exporte la tabla como CSV"},
	{"PAR1", "a Parquet file; export it as CSV or JSONL", "un archivo Parquet; expórtelo como CSV o JSONL"},
}

// refuseBinary names what a file is that is not text. The encodings that are text, but not UTF-8, have
// their own code.
func refuseBinary(line []byte) *animo.Error {
	if bytes.HasPrefix(line, []byte("\xff\xfe")) || bytes.HasPrefix(line, []byte("\xfe\xff")) {
		return animo.Errorf(animo.NotUTF8, "the file is UTF-16; save it as UTF-8", "el archivo es UTF-16; guárdelo como UTF-8")
	}
	for _, s := range signatures {
		if bytes.HasPrefix(line, []byte(s.begin)) {
			return &animo.Error{Code: animo.UnknownFormat, EN: "this is " + s.en, ES: "esto es " + s.es}
		}
	}
	return nil
}

// shorten gives a value as an error may quote it.
func shorten(s []byte) string {
	const most = 40
	runes := []rune(string(s[:min(len(s), 4*most)]))
	if len(runes) > most || len(s) > 4*most {
		return fmt.Sprintf("%q…", string(runes[:min(most, len(runes))]))
	}
	return fmt.Sprintf("%q", string(runes))
}
